#include "analyzer/service.h"

#include "base/bytes.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MINUTES 1440

struct list {
	struct exemption *v;
	size_t n, room;
};

static void
put(struct list *l, struct span period, struct exemption e)
{
	if (e.start_ns < period.start_ns)
		e.start_ns = period.start_ns;
	if (e.end_ns > period.end_ns)
		e.end_ns = period.end_ns;
	if (e.end_ns <= e.start_ns)
		return;
	if (l->n == l->room) {
		l->room = l->room * 2 + 16;
		l->v = memory_grow(l->v, l->room, sizeof *l->v);
	}
	l->v[l->n++] = e;
}

/* ---- hours and holidays ---- */

static bool
is_holiday(const struct contract_conf *c, int year, int month, int day)
{
	for (size_t i = 0; i < c->n_holidays; i++)
		if (c->holidays[i].year == year && c->holidays[i].month == month &&
		    c->holidays[i].day == day)
			return true;
	return false;
}

static bool
is_service(const struct contract_conf *c, int weekday, unsigned minute, unsigned *until)
{
	bool in = false;

	*until = DAY_MINUTES;
	for (size_t i = 0; i < c->n_hours; i++) {
		const struct service_hours *h = &c->hours[i];
		if (h->weekday != weekday)
			continue;
		if (minute >= h->from_min && minute < h->to_min) {
			in = true;
			*until = h->to_min;
			break;
		}
		if (h->from_min > minute && h->from_min < *until)
			*until = h->from_min;
	}
	return in;
}

/* The parts of one civil day that are no service time. */
static void
exempt_day(struct list *l, const struct contract_conf *c, const char *zone,
    struct span period, int64_t days)
{
	int year, month, day;
	unsigned until;

	zone_date(days, &year, &month, &day);
	if (is_holiday(c, year, month, day)) {
		struct exemption e = {.reason = "holiday"};
		if (zone_day_start(zone, year, month, day, &e.start_ns) &&
		    zone_day_start(zone, year, month, day + 1, &e.end_ns))
			put(l, period, e);
		return;
	}
	if (c->n_hours == 0)
		return;
	for (unsigned minute = 0; minute < DAY_MINUTES; minute = until) {
		struct exemption e = {.reason = "service-hours"};
		if (is_service(c, zone_weekday(year, month, day), minute, &until))
			continue;
		if (zone_instant(
		        zone, year, month, day, 0, (int)minute, 0, &e.start_ns) &&
		    zone_instant(zone, year, month, day, 0, (int)until, 0, &e.end_ns))
			put(l, period, e);
	}
}

static void
exempt_hours(
    struct list *l, const struct contract_conf *c, const char *zone, struct span period)
{
	struct zone_time first, last;

	if (c->n_hours == 0 && c->n_holidays == 0)
		return;
	zone_civil(period.start_ns, zone, &first);
	zone_civil(period.end_ns, zone, &last);
	int64_t to = zone_days(last.year, last.month, last.day);
	for (int64_t day = zone_days(first.year, first.month, first.day); day <= to;
	     day++)
		exempt_day(l, c, zone, period, day);
}

/* ---- maintenance ---- */

static int
by_start(const void *a, const void *b)
{
	const struct exclusion_span *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static bool
was_announced(const struct exclusion_span *e, const struct contract_conf *c)
{
	return c->maintenance_notice_ns == 0 ||
	       (e->announced_ns != INT64_MIN &&
	           e->start_ns - e->announced_ns >= c->maintenance_notice_ns);
}

static void
exempt_maintenance(struct list *l, const struct contract_conf *c, struct span period,
    struct exclusion_span *v, size_t n)
{
	int64_t left =
	    c != NULL && c->maintenance_most_ns > 0 ? c->maintenance_most_ns : INT64_MAX;
	int64_t until = INT64_MIN;

	for (size_t i = 0; i < n; i++) {
		struct exemption e = {.start_ns = v[i].start_ns,
		    .end_ns = v[i].end_ns,
		    .entered = true,
		    .reason = v[i].reason};
		if (!v[i].maintenance) {
			put(l, period, e);
			continue;
		}
		if (c != NULL && !was_announced(&v[i], c))
			continue;
		e.reason = "maintenance";
		e.granted = c != NULL && c->maintenance == MAINTENANCE_AVAILABLE;
		/* Each second is taken off the allowance once. */
		if (e.start_ns < until)
			e.start_ns = until;
		if (e.start_ns < period.start_ns)
			e.start_ns = period.start_ns;
		if (e.end_ns > period.end_ns)
			e.end_ns = period.end_ns;
		if (e.end_ns <= e.start_ns)
			continue;
		if (e.end_ns - e.start_ns > left)
			e.end_ns = e.start_ns + left;
		left -= e.end_ns - e.start_ns;
		until = e.end_ns;
		put(l, period, e);
	}
}

size_t
service_exempt(struct exemption **out, const struct contract_conf *c, const char *zone,
    struct span period, const struct exclusion_span *exclusions, size_t n)
{
	struct exclusion_span *v = memory_grow(NULL, n + 1, sizeof *v);
	struct list l = {0};

	if (n > 0) {
		memcpy(v, exclusions, n * sizeof *v);
		qsort(v, n, sizeof *v, by_start);
	}
	if (c != NULL)
		exempt_hours(&l, c, zone, period);
	exempt_maintenance(&l, c, period, v, n);
	free(v);
	*out = l.v;
	return l.n;
}
