#include "cmd/timespec.h"

#include "config/units.h"
#include "reports/results.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ${n} digits at *p into *out; *p moves on. */
static bool
digits(const char **p, unsigned n, int *out)
{
	int v = 0;

	for (unsigned i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return true;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int
days_of(int year, int month)
{
	static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : DAYS[month - 1];
}

struct parts {
	int year, month, day, hour, minute, second;
	int64_t fraction_ns, offset_s;
	bool has_day, has_time, has_offset;
};

static bool
read_time(const char **p, struct parts *t)
{
	t->has_time = true;
	if (!digits(p, 2, &t->hour) || !take(p, ':') || !digits(p, 2, &t->minute) ||
	    t->hour > 23 || t->minute > 59)
		return false;
	if (take(p, ':') && (!digits(p, 2, &t->second) || t->second > 60))
		return false;
	if (take(p, '.')) {
		int64_t unit = NS_PER_S / 10;
		if (**p < '0' || **p > '9')
			return false;
		for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
			t->fraction_ns += (**p - '0') * unit;
	}
	return true;
}

static bool
read_offset(const char **p, struct parts *t)
{
	int hours, minutes;
	bool west = **p == '-';

	if (take(p, 'Z') || take(p, 'z')) {
		t->has_offset = true;
		return true;
	}
	if (!take(p, '+') && !take(p, '-'))
		return **p == '\0';
	if (!digits(p, 2, &hours) || !take(p, ':') || !digits(p, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	t->has_offset = true;
	t->offset_s = (hours * 3600LL + minutes * 60LL) * (west ? -1 : 1);
	return true;
}

static bool
read_parts(const char *text, struct parts *t)
{
	const char *p = text;

	memset(t, 0, sizeof *t);
	t->day = 1;
	if (!digits(&p, 4, &t->year) || !take(&p, '-') || !digits(&p, 2, &t->month) ||
	    t->month < 1 || t->month > 12 || t->year < 1970 || t->year > 9998)
		return false;
	if (*p == '\0')
		return true;
	t->has_day = true;
	if (!take(&p, '-') || !digits(&p, 2, &t->day) || t->day < 1 ||
	    t->day > days_of(t->year, t->month))
		return false;
	if (*p == '\0')
		return true;
	if (!take(&p, 'T') && !take(&p, 't') && !take(&p, ' '))
		return false;
	return read_time(&p, t) && read_offset(&p, t) && *p == '\0';
}

static bool
instant_of(const struct parts *t, const char *zone, int64_t *out)
{
	if (!instant_of_local(t->has_offset ? "UTC" : zone, t->year, t->month, t->day,
	        t->hour, t->minute, t->second, out))
		return false;
	*out += t->fraction_ns - t->offset_s * NS_PER_S;
	*out -= *out % NS_PER_US;
	return true;
}

bool
timespec_parse(const char *text, const char *zone, int64_t now_ns, int64_t *out)
{
	struct parts t;
	int64_t span;
	const char *why;

	if (strcmp(text, "now") == 0) {
		*out = now_ns - now_ns % NS_PER_US;
		return true;
	}
	if (text[0] == '-') {
		if (text[1] < '0' || text[1] > '9' ||
		    !units_duration(text + 1, &span, &why) || span > now_ns)
			return false;
		*out = now_ns - span;
		*out -= *out % NS_PER_US;
		return true;
	}
	return read_parts(text, &t) && instant_of(&t, zone, out);
}

/* The end of the day or month that ${text} names; false where it names an instant. */
static bool
end_of(const char *text, bool months_only, const char *zone, int64_t *out)
{
	struct parts t;

	if (!read_parts(text, &t) || t.has_time || (months_only && t.has_day))
		return false;
	t.month += !t.has_day;
	t.day += t.has_day;
	return instant_of(&t, zone, out);
}

static int
mistake(char *err, size_t room, const char *option, const char *text)
{
	snprintf(err, room,
	    "%s %s: write a time (2026-10-03T14:00), a day, a month (2026-10), a span "
	    "back (-7d) or now",
	    option, text);
	return -EINVAL;
}

int
timespec_range(const char *from, const char *to, const char *zone, int64_t now_ns,
    int64_t *from_ns, int64_t *to_ns, char *err, size_t room)
{
	if (from != NULL && !timespec_parse(from, zone, now_ns, from_ns))
		return mistake(err, room, "--from", from);
	if (to != NULL && !timespec_parse(to, zone, now_ns, to_ns))
		return mistake(err, room, "--to", to);
	if (from != NULL && to == NULL)
		(void)end_of(from, true, zone, to_ns);
	if (from != NULL && to != NULL && strcmp(from, to) == 0)
		(void)end_of(to, false, zone, to_ns);
	if (*to_ns > *from_ns)
		return 0;
	if (to == NULL)
		snprintf(err, room, "--from %s: nothing is recorded after it", from);
	else if (from == NULL)
		snprintf(err, room, "--to %s: nothing is recorded before it", to);
	else
		snprintf(err, room, "--to %s: it is not after --from %s", to, from);
	return -EINVAL;
}

void
timespec_period(
    const char *kind, const char *zone, int64_t at_ns, int64_t *from_ns, int64_t *to_ns)
{
	int year, month, day, months = 1;

	instant_civil(at_ns, zone, &year, &month, &day);
	if (strcmp(kind, "30d") == 0) {
		instant_of_local(zone, year, month, day - 29, 0, 0, 0, from_ns);
		instant_of_local(zone, year, month, day + 1, 0, 0, 0, to_ns);
		return;
	}
	if (strcmp(kind, "quarter") == 0) {
		months = 3;
		month = (month - 1) / 3 * 3 + 1;
	} else if (strcmp(kind, "year") == 0) {
		months = 12;
		month = 1;
	}
	instant_of_local(zone, year, month, 1, 0, 0, 0, from_ns);
	instant_of_local(zone, year, month + months, 1, 0, 0, 0, to_ns);
}
