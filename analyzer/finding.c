#include "analyzer/finding.h"

#include "base/bytes.h"
#include "base/zone.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- lists ---- */

void
finding_say(struct prescreen *out, const char *format, ...)
{
	va_list ap;

	out->findings =
	    memory_grow(out->findings, out->n_findings + 1, sizeof *out->findings);
	va_start(ap, format);
	vsnprintf(out->findings[out->n_findings++], PRESCREEN_ROOM, format, ap);
	va_end(ap);
}

void
finding_lack(struct prescreen *out, const char *format, ...)
{
	va_list ap;

	out->lacks = memory_grow(out->lacks, out->n_lacks + 1, sizeof *out->lacks);
	va_start(ap, format);
	vsnprintf(out->lacks[out->n_lacks++], PRESCREEN_ROOM, format, ap);
	va_end(ap);
}

void
finding_number(
    struct prescreen *out, const char *unit, double value, const char *format, ...)
{
	va_list ap;

	out->numbers =
	    memory_grow(out->numbers, out->n_numbers + 1, sizeof *out->numbers);
	struct prescreen_number *n = &out->numbers[out->n_numbers++];
	n->value = value;
	n->unit = unit;
	va_start(ap, format);
	vsnprintf(n->name, sizeof n->name, format, ap);
	va_end(ap);
}

void
finding_condition(
    struct prescreen *out, const char *name, bool holds, const char *format, ...)
{
	va_list ap;

	out->conditions =
	    memory_grow(out->conditions, out->n_conditions + 1, sizeof *out->conditions);
	struct prescreen_condition *c = &out->conditions[out->n_conditions++];
	c->holds = holds;
	snprintf(c->name, sizeof c->name, "%s", name);
	va_start(ap, format);
	vsnprintf(c->text, sizeof c->text, format, ap);
	va_end(ap);
}

/* ---- comparing ---- */

/* Shares are written in decimals that doubles only come near to: where the product is a
 * whole number but for that, it is meant to be that number. */
bool
finding_reaches(double value, double share, double whole)
{
	double least = share * whole, round = nearbyint(least);

	if (fabs(least - round) <= 1e-12 * fabs(least))
		least = round;
	return value >= least;
}

struct finding_speeds
finding_agreed(const struct contract_conf *c, bool up)
{
	struct finding_speeds s = {0};

	for (size_t i = 0; c != NULL && i < c->n_commitments; i++) {
		const struct commitment_conf *m = &c->commitments[i];
		if (m->metric != (up ? METRIC_SPEED_UP : METRIC_SPEED_DOWN))
			continue;
		s.minimum = s.minimum > 0 ? s.minimum : m->minimum;
		s.normal = s.normal > 0 ? s.normal : m->normal;
		s.maximum = s.maximum > 0 ? s.maximum : m->maximum;
	}
	return s;
}

bool
finding_stated(const struct finding_speeds *s)
{
	return s->minimum > 0 || s->normal > 0 || s->maximum > 0;
}

const char *
finding_direction(bool up)
{
	return up ? "upload" : "download";
}

enum prescreen_outcome
finding_worse(enum prescreen_outcome a, enum prescreen_outcome b)
{
	static const int RANK[] = {[PRESCREEN_WOULD_FAIL] = 3,
	    [PRESCREEN_ARGUABLE] = 2,
	    [PRESCREEN_NOT_ENOUGH] = 1,
	    [PRESCREEN_WOULD_PASS] = 0,
	    [PRESCREEN_NO_VERDICT] = 0};

	return RANK[b] > RANK[a] ? b : a;
}

/* ---- days ---- */

int64_t
finding_day(int64_t ns, const char *zone)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	return zone_days(t.year, t.month, t.day);
}

int64_t
finding_day_start(int64_t day, const char *zone)
{
	int year, month, d;
	int64_t ns = 0;

	zone_date(day, &year, &month, &d);
	(void)zone_day_start(
	    zone, year, month, d, &ns); /* of an instant's day there is one */
	return ns;
}

int
finding_minute(int64_t ns, const char *zone)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	return t.hour * 60 + t.minute;
}

bool
finding_within(int minute, double from, double to)
{
	return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

const char *
finding_time(int64_t ns, const char *zone, char out[FINDING_TIME_ROOM])
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	snprintf(out, FINDING_TIME_ROOM, "%04d-%02d-%02d %02d:%02d", t.year, t.month,
	    t.day, t.hour, t.minute);
	return out;
}

const char *
finding_length(int64_t ns, char out[FINDING_TIME_ROOM])
{
	if (ns < 3600 * NS_PER_S)
		snprintf(out, FINDING_TIME_ROOM, "%.1f min", (double)ns / 60e9);
	else
		snprintf(out, FINDING_TIME_ROOM, "%.1f h", (double)ns / 3600e9);
	return out;
}

const char *
finding_date(int64_t day, char out[FINDING_TIME_ROOM])
{
	int year, month, d;

	zone_date(day, &year, &month, &d);
	snprintf(out, FINDING_TIME_ROOM, "%04d-%02d-%02d", year, month, d);
	return out;
}
