#include "cmd/import_time.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATEST_S 4102444800LL /* 2100 */

int
import_time_zone(struct zone *z, const char *name)
{
	const char *dir = getenv("TZDIR");
	char path[512];

	if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL ||
	    strlen(name) >= sizeof z->name)
		return -EINVAL;
	snprintf(
	    path, sizeof path, "%s/%s", dir != NULL ? dir : "/usr/share/zoneinfo", name);
	FILE *f = fopen(path, "re");
	char magic[4] = "";
	bool good =
	    f != NULL && fread(magic, 1, 4, f) == 4 && memcmp(magic, "TZif", 4) == 0;
	if (f != NULL)
		fclose(f);
	if (!good)
		return -EINVAL;
	snprintf(z->name, sizeof z->name, "%s", name);
	setenv("TZ", name, 1);
	tzset();
	return 0;
}

static bool
digits(const char **p, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

/* ".25" as nanoseconds; digits beyond the ninth are dropped. */
static bool
fraction(const char **p, int64_t *ns)
{
	int64_t unit = NS_PER_S / 10;

	*ns = 0;
	if (**p != '.' && **p != ',')
		return true;
	(*p)++;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
		*ns += (**p - '0') * unit;
	return true;
}

static bool
unix_seconds(const char *p, int64_t *out, const char **why)
{
	int64_t s = 0, ns;

	for (; *p >= '0' && *p <= '9'; p++) {
		s = s * 10 + (*p - '0');
		if (s >= LATEST_S) {
			*why =
			    "time: not between 1970 and 2100 (Unix seconds, not milliseconds)";
			return false;
		}
	}
	if (!fraction(&p, &ns) || *p != '\0') {
		*why = "time: not RFC 3339 and not Unix seconds";
		return false;
	}
	*out = s * NS_PER_S + ns;
	return true;
}

static bool
same_minute(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	       a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour &&
	       a->tm_min == b->tm_min;
}

/* The instants that read ${tm} on the zone's clocks: none, one or two, earlier first. */
static int
local_candidates(const struct tm *tm, int64_t out[2])
{
	struct tm plain = *tm, at;
	time_t t = timegm(&plain);
	int n = 0;

	for (int side = -1; side <= 1; side += 2) {
		time_t near = t + side * 86400;
		if (localtime_r(&near, &at) == NULL)
			continue;
		time_t guess = t - at.tm_gmtoff;
		if (localtime_r(&guess, &at) == NULL || !same_minute(&at, tm))
			continue;
		if (n == 0 || out[0] != guess)
			out[n++] = guess;
	}
	if (n == 2 && out[0] > out[1]) {
		int64_t swap = out[0];
		out[0] = out[1];
		out[1] = swap;
	}
	return n;
}

static bool
local_instant(
    struct zone *z, const struct tm *tm, int64_t ns, int64_t *out, const char **why)
{
	int64_t s[2];

	if (z->name[0] == '\0') {
		*why = "time: without an offset, and no --timezone says which";
		return false;
	}
	int n = local_candidates(tm, s);
	if (n == 0) {
		*why = "time: does not exist, the clocks went forward over it";
		return false;
	}
	int64_t t = s[0] * NS_PER_S + ns;
	if (n == 2) {
		z->twice++;
		if (t < z->last_ns)
			t = s[1] * NS_PER_S + ns;
	}
	*out = t;
	return true;
}

/* "Z", "+01:00", "+0100", "+01"; seconds. Result: false where it is none of them. */
static bool
offset(const char *p, int *seconds)
{
	int hours, minutes = 0, sign = *p == '-' ? -1 : 1;

	if ((*p == 'Z' || *p == 'z') && p[1] == '\0') {
		*seconds = 0;
		return true;
	}
	if (*p != '+' && *p != '-')
		return false;
	p++;
	if (!digits(&p, 2, &hours))
		return false;
	if (*p == ':')
		p++;
	if (*p != '\0' && !digits(&p, 2, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return *p == '\0' && hours <= 23 && minutes <= 59;
}

static bool
calendar(const char **p, struct tm *tm, int64_t *ns)
{
	static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day, hour, minute, second = 0;

	if (!digits(p, 4, &year) || *(*p)++ != '-' || !digits(p, 2, &month) ||
	    *(*p)++ != '-' || !digits(p, 2, &day))
		return false;
	if (**p != 'T' && **p != 't' && **p != ' ')
		return false;
	(*p)++;
	if (!digits(p, 2, &hour) || *(*p)++ != ':' || !digits(p, 2, &minute))
		return false;
	*ns = 0;
	if (**p == ':') {
		(*p)++;
		if (!digits(p, 2, &second) || !fraction(p, ns))
			return false;
	}
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (year < 1900 ||
	    year > 2200) /* the sums below hold; 1970 to 2100 is asked later */
		return false;
	if (month < 1 || month > 12 || day < 1 ||
	    day > DAYS[month - 1] + (month == 2 && leap) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	*tm = (struct tm){.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second};
	return true;
}

bool
import_time_instant(struct zone *z, const char *text, int64_t *out, const char **why)
{
	const char *p = text;
	struct tm tm;
	int64_t ns, t;
	int ahead;

	if (strspn(text, "0123456789") < 4 || strchr(text, '-') != text + 4) {
		if (!unix_seconds(text, &t, why))
			return false;
	} else {
		if (!calendar(&p, &tm, &ns)) {
			*why = "time: not RFC 3339 and not Unix seconds";
			return false;
		}
		if (*p == ' ')
			p++;
		if (*p == '\0') {
			/* the second may be 60: same_minute compares without it */
			if (!local_instant(z, &tm, ns, &t, why))
				return false;
		} else {
			if (!offset(p, &ahead)) {
				*why = "time: its offset is none (Z or +01:00)";
				return false;
			}
			t = ((int64_t)timegm(&tm) - ahead) * NS_PER_S + ns;
		}
	}
	if (t < 0 || t >= LATEST_S * NS_PER_S) {
		*why = "time: not between 1970 and 2100";
		return false;
	}
	z->last_ns = t;
	*out = t;
	return true;
}

bool
import_time_span(const char *text, int64_t *out)
{
	static const struct {
		const char *name;
		int64_t ns;
	} UNITS[] = {{"", NS_PER_S}, {"s", NS_PER_S}, {"ms", NS_PER_MS},
	    {"m", 60 * NS_PER_S}, {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
	    {"d", 86400 * NS_PER_S}};
	int64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > 1000000000)
			return false;
	}
	if (p == text || n == 0)
		return false;
	for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
		if (strcmp(p, UNITS[i].name) == 0 &&
		    n <= 366 * 86400 * NS_PER_S / UNITS[i].ns) {
			*out = n * UNITS[i].ns;
			return true;
		}
	}
	return false;
}
