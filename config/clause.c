#include "config/clause.h"

#include "config/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_ROOM  64
#define MONEY_MOST 1000000000000LL /* mills */

static bool wrong(char *why, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
wrong(char *why, size_t room, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, room, format, ap);
	va_end(ap);
	return false;
}

/*
 * The next of a list: what stands before a separator, without the blanks around it. What
 * is longer than any value ends with a sign that no value has.
 */
static void
item(const char **at, char separator, char out[ITEM_ROOM])
{
	const char ends[2] = {separator, '\0'};
	const char *from = *at + strspn(*at, " ");
	size_t n = strcspn(from, ends);

	*at = from + n;
	while (n > 0 && from[n - 1] == ' ')
		n--;
	if (n < ITEM_ROOM)
		snprintf(out, ITEM_ROOM, "%.*s", (int)n, from);
	else
		snprintf(out, ITEM_ROOM, "%.40s\xe2\x80\xa6", from);
}

/* What follows the separator of a list; false at its end. */
static bool
more(const char **at)
{
	if (**at != ',')
		return false;
	(*at)++;
	return true;
}

/* ---- dates ---- */

static bool
digits(const char *text, size_t n, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + (unsigned)(text[i] - '0');
	}
	return true;
}

static unsigned
days_of(unsigned year, unsigned month)
{
	static const uint8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return DAYS[month - 1] + (month == 2 && leap);
}

bool
clause_date(const char *text, struct civil_date *out, char *why, size_t room)
{
	unsigned year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
	    !digits(text, 4, &year) || !digits(text + 5, 2, &month) ||
	    !digits(text + 8, 2, &day) || year < 1970 || month < 1 || month > 12 ||
	    day < 1 || day > days_of(year, month))
		return wrong(why, room,
		    "\"%.40s\" is no date; write the year, month and day, like \"2026-12-25\"",
		    text);
	out->year = (int16_t)year;
	out->month = (uint8_t)month;
	out->day = (uint8_t)day;
	return true;
}

int
clause_compare(struct civil_date a, struct civil_date b)
{
	return a.year != b.year     ? a.year - b.year
	       : a.month != b.month ? a.month - b.month
	                            : a.day - b.day;
}

static int
by_date(const void *a, const void *b)
{
	return clause_compare(
	    *(const struct civil_date *)a, *(const struct civil_date *)b);
}

bool
clause_holidays(const char *text, struct contract_conf *c, char *why, size_t room)
{
	char one[ITEM_ROOM];

	do {
		struct civil_date day;
		item(&text, ',', one);
		if (!clause_date(one, &day, why, room))
			return false;
		for (size_t i = 0; i < c->n_holidays; i++)
			if (clause_compare(c->holidays[i], day) == 0)
				return wrong(why, room,
				    "%s stands there a second time; remove one", one);
		if (c->n_holidays >= CONTRACT_HOLIDAYS_MOST)
			return wrong(why, room, "there are at most %d; remove some",
			    CONTRACT_HOLIDAYS_MOST);
		c->holidays[c->n_holidays++] = day;
	} while (more(&text));
	qsort(c->holidays, c->n_holidays, sizeof c->holidays[0], by_date);
	return true;
}

/* ---- service hours ---- */

static bool
weekday(const char *text, unsigned *out)
{
	static const char *const DAYS[] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

	for (*out = 0; *out < 7; (*out)++)
		if (strncmp(text, DAYS[*out], 3) == 0)
			return true;
	return false;
}

/* "08:00" as minutes; "24:00" is the end of a day. */
static bool
clock_time(const char *text, unsigned *out)
{
	unsigned hour, minute;

	if (!digits(text, 2, &hour) || text[2] != ':' || !digits(text + 3, 2, &minute))
		return false;
	*out = hour * 60 + minute;
	return minute < 60 && *out <= 1440;
}

/* "Mon-Fri 08:00-18:00" or "Sat 09:00-13:00". */
static bool
day_hours(const char *text, unsigned day[2], unsigned minute[2])
{
	if (!weekday(text, &day[0]))
		return false;
	day[1] = day[0];
	text += 3;
	if (*text == '-') {
		if (!weekday(text + 1, &day[1]))
			return false;
		text += 4;
	}
	if (*text != ' ')
		return false;
	text += strspn(text, " ");
	return strlen(text) == 11 && clock_time(text, &minute[0]) && text[5] == '-' &&
	       clock_time(text + 6, &minute[1]) && minute[0] < minute[1];
}

static int
by_hours(const void *a, const void *b)
{
	const struct service_hours *p = a, *q = b;

	return p->weekday != q->weekday ? p->weekday - q->weekday
	                                : p->from_min - q->from_min;
}

bool
clause_hours(const char *text, struct contract_conf *c, char *why, size_t room)
{
	char one[ITEM_ROOM];

	do {
		unsigned day[2], minute[2];
		item(&text, ',', one);
		if (!day_hours(one, day, minute))
			return wrong(why, room,
			    "\"%.40s\" is no service time; write like \"Mon-Fri 08:00-18:00, Sat 09:00-13:00\", nights as two: until 24:00, and from 00:00",
			    one);
		for (unsigned d = day[0];; d = (d + 1) % 7) {
			if (c->n_hours >= CONTRACT_HOURS_MOST)
				return wrong(why, room,
				    "there are at most %d times of a weekday; join some",
				    CONTRACT_HOURS_MOST);
			c->hours[c->n_hours++] = (struct service_hours){
			    (uint8_t)d, (uint16_t)minute[0], (uint16_t)minute[1]};
			if (d == day[1])
				break;
		}
	} while (more(&text));
	qsort(c->hours, c->n_hours, sizeof c->hours[0], by_hours);
	for (size_t i = 1; i < c->n_hours; i++)
		if (c->hours[i].weekday == c->hours[i - 1].weekday &&
		    c->hours[i].from_min < c->hours[i - 1].to_min)
			return wrong(why, room,
			    "two times of one weekday overlap; write each hour once");
	return true;
}

/* ---- money ---- */

/* Digits and at most three decimals, exactly. */
static bool
mills_of(const char *text, int64_t *out)
{
	int64_t v = 0;
	unsigned decimals = 0;
	bool point = false;
	double whole;
	const char *rest = units_number(text, &whole);

	if (rest == NULL || *rest != '\0' || whole > (double)(MONEY_MOST / 1000))
		return false;
	for (; *text != '\0'; text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (point && ++decimals > 3)
			return false;
		v = v * 10 + (*text - '0');
	}
	for (; decimals < 3; decimals++)
		v *= 10;
	*out = v;
	return v > 0;
}

bool
clause_money(const char *text, int64_t *mills, char *why, size_t room)
{
	return mills_of(text, mills) ||
	       wrong(why, room,
	           "\"%.40s\" is no sum of money; write one above 0 without its currency, like \"450.00\"",
	           text);
}

/* "1/30" */
static bool
fraction(const char *text, double *out)
{
	double over, under;
	const char *rest = units_number(text, &over);

	if (rest == NULL || *rest != '/')
		return false;
	rest = units_number(rest + 1, &under);
	if (rest == NULL || *rest != '\0' || under < 1)
		return false;
	*out = over / under;
	return true;
}

static bool
amount_of(const char *text, struct amount *out)
{
	double v;
	const char *rest = units_number(text, &v);

	memset(out, 0, sizeof *out);
	if (fraction(text, &out->share)) {
		out->kind = AMOUNT_SHARE;
		return out->share > 0 && out->share <= 10;
	}
	if (rest == NULL || v <= 0)
		return false;
	rest += strspn(rest, " ");
	if (strcmp(rest, "%") == 0) {
		out->kind = AMOUNT_SHARE;
		out->share = v / 100;
		return v <= 1000;
	}
	if (strcmp(rest, "day") == 0 || strcmp(rest, "days") == 0) {
		out->kind = AMOUNT_DAYS;
		out->days = v;
		return v <= 366;
	}
	out->kind = AMOUNT_MONEY;
	return mills_of(text, &out->mills);
}

bool
clause_amount(const char *text, struct amount *out, char *why, size_t room)
{
	return amount_of(text, out) ||
	       wrong(why, room,
	           "\"%.40s\" is no amount; write a share or days of the monthly charge, or money: \"10%%\", \"1/30\", \"2 days\" or \"25.00\"",
	           text);
}

void
clause_print_amount(const struct amount *a, const char *currency, char *out, size_t room)
{
	switch (a->kind) {
	case AMOUNT_NONE:
		snprintf(out, room, "nothing");
		break;
	case AMOUNT_SHARE:
		snprintf(out, room, "%.6g %% of the monthly charge", a->share * 100);
		break;
	case AMOUNT_DAYS:
		snprintf(out, room, "%.6g day%s of the monthly charge", a->days,
		    a->days > 1 ? "s" : "");
		break;
	case AMOUNT_MONEY:
		snprintf(out, room,
		    a->mills % 10 == 0 ? "%lld.%02lld %s" : "%lld.%03lld %s",
		    (long long)(a->mills / 1000),
		    (long long)(a->mills % 10 == 0 ? a->mills % 1000 / 10
		                                   : a->mills % 1000),
		    currency);
		break;
	}
}

void
clause_print_date(struct civil_date d, char *out, size_t room)
{
	snprintf(out, room, "%04d-%02u-%02u", d.year, d.month, d.day);
}

/* ---- words ---- */

static int
position(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static void
join(const char *const *words, char *out, size_t room)
{
	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL; i++)
		snprintf(out + strlen(out), room - strlen(out), "%s%s", i > 0 ? ", " : "",
		    words[i]);
}

/* The bits of words with blanks between them. */
static bool
bits(const char *text, const char *const *words, uint32_t *out, char *why, size_t room)
{
	char one[ITEM_ROOM], all[160];

	*out = 0;
	join(words, all, sizeof all);
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		item(&text, ' ', one);
		int at = position(words, one);
		if (at < 0)
			return wrong(
			    why, room, "\"%.40s\" is not known; of: %s", one, all);
		if ((*out & 1u << at) != 0)
			return wrong(
			    why, room, "%s stands there a second time; remove one", one);
		*out |= 1u << at;
	}
	return *out != 0 || wrong(why, room, "it is empty; write some of: %s", all);
}

bool
clause_counts(const char *text, uint32_t *out, char *why, size_t room)
{
	return bits(text, CONTRACT_COUNTS, out, why, room);
}

bool
clause_clock(
    const char *text, unsigned *events, enum clock_pick *pick, char *why, size_t room)
{
	/* in the order of the bits of enum clock_event */
	static const char *const EVENTS[] = {
	    "measured", "ticket-opened", "acknowledged", "provider-detected", NULL};
	static const char *const PICKS[] = {"earliest", "latest", NULL};
	const char *rest = text;
	char first[ITEM_ROOM];
	uint32_t found;

	item(&rest, ' ', first);
	int picked = position(PICKS, first);
	if (!bits(picked >= 0 ? rest : text, EVENTS, &found, why, room))
		return false;
	bool several = (found & (found - 1)) != 0;
	if (several != (picked >= 0))
		return wrong(why, room,
		    "one instant stands alone, several follow \"earliest\" or \"latest\", like \"earliest ticket-opened provider-detected\"");
	*events = found;
	*pick = picked == 1 ? CLOCK_LATEST : CLOCK_EARLIEST;
	return true;
}

/* ---- tiers and deadlines ---- */

static bool
threshold(const char *text, const struct credit_conf *c, double *out, const char **why)
{
	int64_t ns;

	if (c->rule == CREDIT_AVAILABILITY ||
	    (c->rule == CREDIT_METRIC && c->metric == METRIC_LOSS))
		return units_percent(text, out, why);
	if (!units_duration(text, &ns, why))
		return false;
	*out = (double)ns;
	return ns > 0;
}

/* Whether the worse failure gives less, as far as the two can be compared. */
static bool
is_less(const struct amount *worse, const struct amount *milder)
{
	if (worse->kind != milder->kind)
		return false;
	return worse->share < milder->share || worse->days < milder->days ||
	       worse->mills < milder->mills;
}

static bool
take_tier(const char *one, struct credit_conf *c, char *why, size_t room)
{
	bool falling = c->rule == CREDIT_AVAILABILITY;
	char first[ITEM_ROOM];
	const char *rest = one, *right;

	if (c->n_tiers >= CONTRACT_TIERS_MOST)
		return wrong(why, room, "there are at most %d steps; remove some",
		    CONTRACT_TIERS_MOST);
	struct credit_tier *t = &c->tiers[c->n_tiers];
	item(&rest, ' ', first);
	rest += strspn(rest, " ");
	if (first[0] == '\0' || *rest == '\0')
		return wrong(why, room,
		    "\"%.40s\" is no step; write a threshold and an amount, like \"1h 15%%\"",
		    one);
	if (!threshold(first, c, &t->threshold, &right))
		return wrong(why, room,
		    "\"%.40s\" is no threshold of this rule; write %s", first, right);
	if (!clause_amount(rest, &t->amount, why, room))
		return false;
	if (c->n_tiers++ == 0)
		return true;
	if (falling ? t->threshold >= t[-1].threshold : t->threshold <= t[-1].threshold)
		return wrong(why, room,
		    "%s does not come after the step before it; write the thresholds %s",
		    first, falling ? "falling" : "rising");
	if (is_less(&t->amount, &t[-1].amount))
		return wrong(why, room,
		    "%s gives less than the milder step before it; write rising amounts",
		    first);
	return true;
}

bool
clause_tiers(const char *text, struct credit_conf *c, char *why, size_t room)
{
	char one[ITEM_ROOM];

	do {
		item(&text, ',', one);
		if (!take_tier(one, c, why, room))
			return false;
	} while (more(&text));
	for (size_t i = 0; c->rule == CREDIT_AVAILABILITY && i < c->n_tiers / 2; i++) {
		struct credit_tier t = c->tiers[i];
		c->tiers[i] = c->tiers[c->n_tiers - 1 - i];
		c->tiers[c->n_tiers - 1 - i] = t;
	}
	return true;
}

bool
clause_within(const char *text, struct deadline_conf *d, char *why, size_t room)
{
	static const char *const DAYS[] = {
	    "d", "day", "days", "business day", "business days", NULL};
	const char *right;
	double v;
	const char *rest = units_number(text, &v);
	int unit = rest != NULL ? position(DAYS, rest + strspn(rest, " ")) : -1;

	d->within_ns = 0;
	d->days = 0;
	d->business_days = unit >= 3;
	if (unit >= 0 && v >= 1 && v <= 3660 && v == (double)(unsigned)v) {
		d->days = (unsigned)v;
		return true;
	}
	if (unit < 0 && units_duration(text, &d->within_ns, &right) &&
	    d->within_ns >= 60 * NS_PER_S && d->within_ns <= 87840 * 3600 * NS_PER_S)
		return true;
	return wrong(why, room,
	    "\"%.40s\" is no time to act in; write hours or whole days, like \"72h\", \"30d\" or \"7 business days\"",
	    text);
}
