#include "reports/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Time axes with ticks where people look for them: at full seconds, minutes, hours, days,
 * months of the centre's civil clock, so a day of 23 or 25 hours has its true width.
 */
enum unit {
	UNIT_SECONDS,
	UNIT_DAYS,
	UNIT_MONTHS
};

struct step {
	enum unit unit;
	int64_t count;
	double seconds; /* about */
};

static const struct step steps[] = {{UNIT_SECONDS, 1, 1}, {UNIT_SECONDS, 2, 2},
    {UNIT_SECONDS, 5, 5}, {UNIT_SECONDS, 10, 10}, {UNIT_SECONDS, 15, 15},
    {UNIT_SECONDS, 30, 30}, {UNIT_SECONDS, 60, 60}, {UNIT_SECONDS, 120, 120},
    {UNIT_SECONDS, 300, 300}, {UNIT_SECONDS, 600, 600}, {UNIT_SECONDS, 900, 900},
    {UNIT_SECONDS, 1800, 1800}, {UNIT_SECONDS, 3600, 3600}, {UNIT_SECONDS, 7200, 7200},
    {UNIT_SECONDS, 10800, 10800}, {UNIT_SECONDS, 21600, 21600},
    {UNIT_SECONDS, 43200, 43200}, {UNIT_DAYS, 1, 86400}, {UNIT_DAYS, 2, 172800},
    {UNIT_DAYS, 7, 604800}, {UNIT_DAYS, 14, 1209600}, {UNIT_MONTHS, 1, 2.63e6},
    {UNIT_MONTHS, 2, 5.26e6}, {UNIT_MONTHS, 3, 7.9e6}, {UNIT_MONTHS, 6, 1.58e7},
    {UNIT_MONTHS, 12, 3.16e7}};

#define MAX_TICKS  40
#define TICK_PITCH 52.0

struct ticks {
	struct step step;
	int64_t at[MAX_TICKS];
	size_t n;
};

double
axis_x(const struct time_axis *a, int64_t ns)
{
	double span = (double)(a->to_ns - a->from_ns);
	double t = span > 0 ? (double)(ns - a->from_ns) / span : 0;

	return a->x + a->w * (t < 0 ? 0 : t > 1 ? 1 : t);
}

double
axis_nice(double max, unsigned n)
{
	double raw = max / (n == 0 ? 1 : n), ten;

	if (!(raw > 0))
		return 1;
	ten = pow(10, floor(log10(raw)));
	return raw <= ten       ? ten
	       : raw <= 2 * ten ? 2 * ten
	       : raw <= 5 * ten ? 5 * ten
	                        : 10 * ten;
}

static void
put(struct ticks *t, const struct time_axis *a, int64_t ns)
{
	if (ns >= a->from_ns && ns <= a->to_ns && t->n < MAX_TICKS)
		t->at[t->n++] = ns;
}

static void
day_ticks(struct ticks *t, const struct time_axis *a)
{
	int64_t first = chart_zone_civil(a->zone, a->from_ns).day_number;
	int64_t last = chart_zone_civil(a->zone, a->to_ns).day_number;

	if (t->step.unit == UNIT_DAYS) {
		/* weeks begin on Monday: day 4 of 1970 was one */
		int64_t phase = t->step.count >= 7 ? 4 : 0;
		first -=
		    ((first - phase) % t->step.count + t->step.count) % t->step.count;
		for (int64_t day = first; day <= last && t->n < MAX_TICKS;
		     day += t->step.count)
			put(t, a, chart_zone_of_civil(a->zone, day, 0));
		return;
	}
	struct civil c = chart_zone_civil(a->zone, a->from_ns);
	int64_t month = (int64_t)c.year * 12 + c.month - 1;
	for (month -= month % t->step.count; t->n < MAX_TICKS; month += t->step.count) {
		int64_t day =
		    civil_day_number((int)(month / 12), (int)(month % 12) + 1, 1);
		if (day > last)
			break;
		put(t, a, chart_zone_of_civil(a->zone, day, 0));
	}
}

static void
find_ticks(struct ticks *t, const struct time_axis *a)
{
	double span_s = (double)(a->to_ns - a->from_ns) / 1e9;
	size_t i = 0, n = sizeof steps / sizeof *steps;

	memset(t, 0, sizeof *t);
	while (i + 1 < n && span_s / steps[i].seconds > a->w / TICK_PITCH)
		i++;
	t->step = steps[i];
	if (t->step.unit != UNIT_SECONDS) {
		day_ticks(t, a);
		return;
	}
	int64_t first = chart_zone_civil(a->zone, a->from_ns).day_number;
	int64_t last = chart_zone_civil(a->zone, a->to_ns).day_number;
	for (int64_t day = first; day <= last; day++) {
		/* only the part of the day that is seen, however fine the step */
		int64_t midnight = chart_zone_of_civil(a->zone, day, 0);
		int64_t from_s = (a->from_ns - midnight) / NS_PER_S - 7200;
		int64_t s = from_s <= 0 ? 0 : from_s - from_s % t->step.count;
		int64_t before = INT64_MIN;
		for (; s < 86400 && t->n < MAX_TICKS; s += t->step.count) {
			int64_t ns = chart_zone_of_civil(a->zone, day, s);
			if (ns > a->to_ns)
				break;
			if (ns > before) /* an hour that is skipped has no tick */
				put(t, a, ns);
			before = ns;
		}
	}
}

void
axis_grid(struct draw *d, const struct time_axis *a, double top, double bottom)
{
	struct ticks t;

	find_ticks(&t, a);
	for (size_t i = 0; i < t.n; i++) {
		double x = axis_x(a, t.at[i]);
		draw_rule(d, INK_HAIR, 0.6, x, top, x, bottom);
	}
}

static void
print_tick(const struct ticks *t, const struct civil *c, bool new_day, char big[32],
    char small[32])
{
	small[0] = '\0';
	if (t->step.unit == UNIT_MONTHS) {
		snprintf(big, 32, "%s", say_word(civil_months[c->month - 1]));
		if (new_day)
			snprintf(small, 32, "%d", c->year);
		return;
	}
	if (t->step.unit == UNIT_DAYS)
		snprintf(big, 32, "%d %s", c->day, say_word(civil_months[c->month - 1]));
	else if (t->step.count < 60)
		snprintf(big, 32, "%02d:%02d:%02d", c->hour, c->minute, c->second);
	else
		snprintf(big, 32, "%02d:%02d", c->hour, c->minute);
	if (!new_day)
		return;
	if (t->step.unit == UNIT_DAYS)
		snprintf(small, 32, "%d", c->year);
	else
		snprintf(small, 32, "%d %s %d", c->day,
		    say_word(civil_months[c->month - 1]), c->year);
}

double
axis_labels(struct draw *d, const struct time_axis *a, double y)
{
	static const struct style big = {FACE_TEXT, 7, INK_MUTED};
	static const struct style small = {FACE_TEXT, 6.5, INK_MUTED};
	struct ticks t;
	int64_t shown = INT64_MIN;
	double free_from = a->x - 24;

	find_ticks(&t, a);
	for (size_t i = 0; i < t.n; i++) {
		struct civil c = chart_zone_civil(a->zone, t.at[i]);
		int64_t group = t.step.unit == UNIT_SECONDS ? c.day_number : c.year;
		char upper[32], lower[32];

		print_tick(&t, &c, group != shown, upper, lower);
		double w = fmax(draw_width(d, &big, upper), draw_width(d, &small, lower));
		double x = axis_x(a, t.at[i]) - w / 2;
		x = fmin(x, a->x + a->w - w);
		if (x < free_from + 5 && i > 0)
			continue;
		draw_line(d, &big, x, y, w, ALIGN_CENTRE, upper);
		draw_line(d, &small, x, y + 9, w, ALIGN_CENTRE, lower);
		free_from = x + w;
		shown = group;
	}
	return AXIS_LABELS_H;
}
