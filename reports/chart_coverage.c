#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>

/*
 * A calendar: a row a month, a square a day, darker the more of the day was measured;
 * hatched where nothing was. And the bound of the clock, a mark a day, by powers of ten.
 */
#define LABEL_W 46.0
#define ROW_H   11.0
#define HEAD    12.0
#define FOOT    18.0

const uint32_t coverage_colour[COVERAGE_CLASSES] = {
    0xF2E2C4, 0xBFD3E6, 0x8FBBDC, 0x4A90C4, 0x08519C};
static const char *const names[COVERAGE_CLASSES] = {
    "< 50 %", "< 95 %", "< 99.9 %", "< 100 %", "100 %"};

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};

static unsigned
class_of(const struct quality_day *d)
{
	int64_t all = d->end_ns - d->start_ns;

	if (d->measured_ns >= all)
		return 4;
	double share = (double)d->measured_ns / (double)all;
	return share < 0.5 ? 0 : share < 0.95 ? 1 : share < 0.999 ? 2 : 3;
}

static size_t
months_of(const struct evidence *e, const struct zone *z, int *first)
{
	if (e->n_days == 0)
		return 0;
	struct civil a = chart_zone_civil(z, e->days[0].start_ns),
	             b = chart_zone_civil(z, e->days[e->n_days - 1].start_ns);
	*first = a.year * 12 + a.month - 1;
	return (size_t)(b.year * 12 + b.month - 1 - *first + 1);
}

double
coverage_height(const struct evidence *e, const struct zone *z)
{
	int first = 0;

	return HEAD + ROW_H * (double)months_of(e, z, &first) + FOOT;
}

static void
legend(struct draw *d, double x, double y)
{
	char name[24];

	draw_hatch(d, INK_HATCH, x, y + 1, 9, 7);
	draw_line(d, &tick_style, x + 12, y, 0, ALIGN_LEFT, say_word("nothing"));
	x += 12 + draw_width(d, &tick_style, say_word("nothing")) + 12;
	for (int i = 0; i < COVERAGE_CLASSES; i++) {
		draw_fill(d, coverage_colour[i], x, y + 1, 9, 7);
		say_number(name, sizeof name, "%s", names[i]);
		draw_line(d, &tick_style, x + 12, y, 0, ALIGN_LEFT, name);
		x += 12 + draw_width(d, &tick_style, name) + 12;
	}
}

void
coverage_draw(
    struct draw *d, struct box box, const struct evidence *e, const struct zone *z)
{
	int first = 0;
	size_t n = months_of(e, z, &first);
	double w = (box.w - LABEL_W) / 31;
	char text[48];

	for (int day = 1; day <= 31; day++) {
		snprintf(text, sizeof text, "%d", day);
		if (day % 5 == 0 || day == 1)
			draw_line(d, &tick_style, box.x + LABEL_W + (day - 0.5) * w,
			    box.y, 0, ALIGN_CENTRE, text);
	}
	for (size_t i = 0; i < n; i++) {
		int at = first + (int)i;
		snprintf(
		    text, sizeof text, "%s %d", say_word(civil_months[at % 12]), at / 12);
		draw_line(d, &tick_style, box.x, box.y + HEAD + (double)i * ROW_H,
		    LABEL_W - 4, ALIGN_LEFT, text);
	}
	for (unsigned k = 0; k <= COVERAGE_CLASSES; k++) {
		for (size_t i = 0; i < e->n_days; i++) {
			const struct quality_day *q = &e->days[i];
			bool nothing = q->measured_ns <= 0;
			struct civil c = chart_zone_civil(z, q->start_ns);
			double x = box.x + LABEL_W + (c.day - 1) * w,
			       y = box.y + HEAD +
			           (c.year * 12 + c.month - 1 - first) * ROW_H;
			if (nothing && k == COVERAGE_CLASSES)
				draw_hatch(
				    d, INK_HATCH, x + 0.5, y + 0.5, w - 1, ROW_H - 1);
			else if (!nothing && k == class_of(q))
				draw_path_rect(d, x + 0.5, y + 0.5, w - 1, ROW_H - 1);
		}
		if (k < COVERAGE_CLASSES)
			draw_path_fill(d, coverage_colour[k]);
	}
	legend(d, box.x + LABEL_W, box.y + HEAD + ROW_H * (double)n + 5);
}

/* ---- the clock ---- */

struct range {
	double low, high; /* powers of ten, us */
};

static struct range
range_of(const struct evidence *e)
{
	struct range r = {9, -9};

	for (size_t i = 0; i < e->n_days; i++) {
		if (!e->days[i].has_exactness)
			continue;
		double at = log10(fmax(1, (double)e->days[i].exactness.clock_bound));
		r.low = fmin(r.low, floor(at));
		r.high = fmax(r.high, ceil(at));
	}
	if (r.high <= r.low)
		r.high = r.low + 1;
	return r;
}

static void
decade_words(double power, char out[32])
{
	double us = pow(10, power);

	if (us < 1000)
		say_number(out, 32, "%.0f µs", us);
	else if (us < 1e6)
		say_number(out, 32, "%.0f ms", us / 1e3);
	else
		say_number(out, 32, "%.0f s", us / 1e6);
}

void
clock_draw(struct draw *d, struct box box, const struct evidence *e, const struct zone *z)
{
	struct range r = range_of(e);
	double h = box.h - AXIS_LABELS_H - 6, top = box.y + 4;
	char text[32];

	if (e->n_days == 0)
		return;
	struct time_axis a = {z, e->days[0].start_ns, e->days[e->n_days - 1].end_ns,
	    box.x + LABEL_W, box.w - LABEL_W};
	for (double at = r.low; at <= r.high + 1e-9; at += 1) {
		double y = top + h * (r.high - at) / (r.high - r.low);
		draw_rule(d, INK_HAIR, 0.6, a.x, y, a.x + a.w, y);
		decade_words(at, text);
		draw_line(d, &tick_style, box.x, y - 5, LABEL_W - 6, ALIGN_RIGHT, text);
	}
	for (size_t i = 0; i < e->n_days; i++) {
		const struct quality_day *q = &e->days[i];
		if (!q->has_exactness)
			continue;
		double us = fmax(1, (double)q->exactness.clock_bound),
		       y = top + h * (r.high - log10(us)) / (r.high - r.low),
		       x0 = axis_x(&a, q->start_ns), x1 = axis_x(&a, q->end_ns);
		draw_path_rect(d, x0, y - 0.8, fmax(x1 - x0, 1), 1.6);
	}
	draw_path_fill(d, INK_MEDIAN);
	(void)axis_labels(d, &a, top + h + 3);
}
