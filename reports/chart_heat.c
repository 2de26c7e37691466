#include "reports/chart.h"

#include <math.h>
#include <stdio.h>

/*
 * Loss by civil day and hour. Long periods have a column a day; periods of a few days
 * turn the picture, so that it still fills the width. An hour that the clock repeats
 * shares its cell; one that it skips stays blank. One path a class.
 */
#define CELL_H     6.2 /* of a column of hours … */
#define CELL_LEAST 2.8 /* … and where room is short */
#define FOOT_H     26.0
#define LABEL_W    34.0
#define ROW_DAYS   10 /* at most so many days are rows */

const uint32_t loss_colour[LOSS_CLASSES] = {
    0xDCEAF4, 0xFEE391, 0xFEC44F, 0xFE9929, 0xD95F0E, 0x993404, 0x2B0A00};

static const double loss_limit[LOSS_CLASSES] = {0, 0.001, 0.005, 0.01, 0.05, 0.25, 1};
static const char *const loss_label[LOSS_CLASSES] = {
    "0 %", "≤ 0.1 %", "≤ 0.5 %", "≤ 1 %", "≤ 5 %", "≤ 25 %", "> 25 %"};

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};

struct grid {
	int64_t first_day, days;
	bool rows; /* days are rows */
	double x, y, w, h;
	double cell_w, cell_h;
};

unsigned
loss_class(uint64_t sent, uint64_t lost)
{
	double ratio = sent == 0 ? 0 : (double)lost / (double)sent;
	unsigned k = 0;

	while (k + 1 < LOSS_CLASSES && ratio > loss_limit[k])
		k++;
	return k;
}

double
loss_legend(struct draw *d, double x, double y, double w, uint64_t sent)
{
	double least = sent == 0 ? 0 : 1.0 / (double)sent, start = x;
	char label[24];

	for (unsigned k = 0; k < LOSS_CLASSES; k++) {
		/* a class that no number of lost probes can give is not offered */
		if (k > 0 && k + 1 < LOSS_CLASSES && least > loss_limit[k])
			continue;
		say_number(label, sizeof label, "%s", loss_label[k]);
		draw_fill(d, loss_colour[k], x, y + 1, 11, 8);
		draw_line(d, &tick_style, x + 14, y, 0, ALIGN_LEFT, label);
		x += 14 + draw_width(d, &tick_style, label) + 12;
	}
	draw_fill(d, INK_PAPER, x, y + 1, 11, 8);
	draw_hatch(d, INK_HATCH, x, y + 1, 11, 8);
	draw_line(d, &tick_style, x + 14, y, 0, ALIGN_LEFT, say_word("not measured"));
	x += 14 + draw_width(d, &tick_style, say_word("not measured"));
	if (sent > 0) {
		char text[64], of[24], share[24];
		int decimals = least >= 0.001 ? 2 : 4;
		snprintf(of, sizeof of, "%llu", (unsigned long long)sent);
		say_number(share, sizeof share, "%.*f %%", decimals, least * 100);
		say(text, sizeof text, "one probe of {1}: {2}", of, share);
		if (x + 12 + draw_width(d, &tick_style, text) <= start + w)
			draw_line(d, &tick_style, start, y, w, ALIGN_RIGHT, text);
	}
	return 12;
}

static struct grid
grid_of(const struct link_report *l, const struct zone *z, struct box box)
{
	struct grid g = {.x = box.x + LABEL_W, .w = box.w - LABEL_W, .y = box.y};
	const struct span *p = &l->result->period;

	g.first_day = chart_zone_civil(z, p->start_ns).day_number;
	g.days =
	    chart_zone_civil(z, p->end_ns > p->start_ns ? p->end_ns - 1 : p->start_ns)
	        .day_number -
	    g.first_day + 1;
	g.rows = g.days <= ROW_DAYS;
	if (g.rows) {
		g.cell_w = g.w / 24;
		g.cell_h = 15;
		g.h = (double)g.days * g.cell_h;
	} else {
		g.cell_w = fmin(g.w / (double)g.days, 26);
		g.cell_h = box.h <= 0 ? CELL_H : fmin(CELL_H, (box.h - FOOT_H) / 24);
		g.w = g.cell_w * (double)g.days;
		g.h = 24 * g.cell_h;
	}
	return g;
}

bool
heat_by_rows(const struct link_report *l, const struct zone *z)
{
	return grid_of(l, z, (struct box){0, 0, 499, 0}).rows;
}

double
heat_height(const struct link_report *l, const struct zone *z)
{
	struct grid g = grid_of(l, z, (struct box){0, 0, 499, 0});

	return g.h + FOOT_H;
}

double
heat_least(const struct link_report *l, const struct zone *z)
{
	return heat_by_rows(l, z) ? heat_height(l, z) : 24 * CELL_LEAST + FOOT_H;
}

static uint64_t
most_sent(const struct link_report *l)
{
	uint64_t most = 0;

	for (size_t i = 0; i < l->n_hours; i++)
		if (l->hours[i].sent > most)
			most = l->hours[i].sent;
	return most;
}

/* The cell of an hour; the second half of it where the clock repeats that hour. */
static struct box
cell_of(const struct grid *g, const struct link_report *l, const struct zone *z, size_t i)
{
	struct civil c = chart_zone_civil(z, l->hours[i].start_ns);
	int64_t ns = l->hours[i].start_ns;
	bool again = i > 0 && chart_zone_offset_s(z, ns) <
	                          chart_zone_offset_s(z, ns - 3600 * NS_PER_S);
	bool twice =
	    chart_zone_offset_s(z, ns + 3600 * NS_PER_S) < chart_zone_offset_s(z, ns);
	double day = (double)(c.day_number - g->first_day);
	struct box b = {g->x + (g->rows ? c.hour : day) * g->cell_w,
	    g->y + (g->rows ? day : c.hour) * g->cell_h, g->cell_w, g->cell_h};

	if (again || twice)
		b.h /= 2;
	if (again)
		b.y += b.h;
	return b;
}

static bool
inside(const struct grid *g, const struct box *b)
{
	return b->x >= g->x - 0.01 && b->x + b->w <= g->x + g->w + 0.01 &&
	       b->y >= g->y - 0.01 && b->y + b->h <= g->y + g->h + 0.01;
}

/* A cell joins the one above it when both fill the same column: fewer, longer bars. */
static void
draw_class(struct draw *d, const struct grid *g, const struct link_report *l,
    const struct zone *z, unsigned class)
{
	struct box run = {0, 0, 0, 0};
	bool any = false;

	for (size_t i = 0; i < l->n_hours; i++) {
		const struct bucket *b = &l->hours[i];
		if (b->sent == 0 || loss_class(b->sent, b->lost) != class)
			continue;
		struct box c = cell_of(g, l, z, i);
		if (!inside(g, &c))
			continue;
		bool below = !g->rows && fabs(c.x - run.x) < 0.01 &&
		             fabs(run.y + run.h - c.y) < 0.01;
		if (any && below) {
			run.h += c.h;
			continue;
		}
		if (any)
			draw_path_rect(d, run.x, run.y, run.w, run.h);
		run = c;
		any = true;
	}
	if (any)
		draw_path_rect(d, run.x, run.y, run.w, run.h);
	draw_path_fill(d, loss_colour[class]);
}

static void
label_hours(struct draw *d, const struct grid *g)
{
	char text[16];

	for (int hour = 0; hour < 24; hour += g->rows ? 3 : 6) {
		snprintf(text, sizeof text, "%02d:00", hour);
		if (g->rows)
			draw_line(d, &tick_style, g->x + hour * g->cell_w,
			    g->y + g->h + 2, 0, ALIGN_LEFT, text);
		else
			draw_line(d, &tick_style, g->x - LABEL_W,
			    g->y + hour * g->cell_h - 1, LABEL_W - 6, ALIGN_RIGHT, text);
	}
}

static void
label_days(struct draw *d, const struct grid *g)
{
	static const int64_t paces[] = {1, 2, 5, 7, 10, 14};
	double free_from = g->x - 1;
	size_t pace = 0;
	char text[32];

	while (pace + 1 < sizeof paces / sizeof *paces &&
	       (double)paces[pace] * g->cell_w < 34)
		pace++;

	for (int64_t i = 0; i < g->days; i++) {
		struct civil c = civil_of_day(g->first_day + i);
		double x = g->x + (double)i * g->cell_w;
		snprintf(text, sizeof text, "%d %s", c.day,
		    say_word(civil_months[c.month - 1]));
		if (g->rows) {
			draw_line(d, &tick_style, g->x - LABEL_W,
			    g->y + ((double)i + 0.5) * g->cell_h - 5, LABEL_W - 6,
			    ALIGN_RIGHT, text);
			continue;
		}
		if (g->days > 62 ? c.day != 1 : i % paces[pace] != 0)
			continue;
		if (g->days > 62)
			snprintf(text, sizeof text,
			    c.month == 1 || free_from < g->x ? "%s %02d" : "%s",
			    say_word(civil_months[c.month - 1]), c.year % 100);
		if (g->days > 62 && i > 0)
			draw_rule(d, INK_PAPER, 0.7, x, g->y, x, g->y + g->h);
		double w = draw_width(d, &tick_style, text);
		if (x < free_from || x + w > g->x + g->w + 1)
			continue;
		draw_line(d, &tick_style, x, g->y + g->h + 2, 0, ALIGN_LEFT, text);
		free_from = x + w + 8;
	}
}

/* Hatched where the period goes on but nothing was sent; what is outside stays white. */
static void
draw_ground(struct draw *d, const struct grid *g, const struct link_report *l,
    const struct zone *z)
{
	const struct span *p = &l->result->period;
	int64_t hour_ns = 3600 * NS_PER_S;
	int64_t days_w = g->rows ? 1 : g->days;

	for (int64_t i = 0; i < g->days; i++) {
		int64_t day = g->first_day + i;
		int from = 24, to = 0;
		for (int hour = 0; hour < 24; hour++) {
			int64_t at = chart_zone_of_civil(z, day, hour * 3600LL);
			if (at + hour_ns <= p->start_ns || at >= p->end_ns)
				continue;
			from = hour < from ? hour : from;
			to = hour + 1;
		}
		if (to <= from)
			continue;
		double n = to - from;
		if (g->rows)
			draw_hatch(d, INK_HATCH, g->x + from * g->cell_w,
			    g->y + (double)i * g->cell_h, n * g->cell_w, g->cell_h);
		else if (days_w > 0)
			draw_hatch(d, INK_HATCH, g->x + (double)i * g->cell_w,
			    g->y + from * g->cell_h, g->cell_w, n * g->cell_h);
	}
}

void
heat_draw(
    struct draw *d, struct box box, const struct link_report *l, const struct zone *z)
{
	struct grid g = grid_of(l, z, box);

	draw_ground(d, &g, l, z);
	/* white under what was measured, so that no hatch shines through a seam */
	for (size_t i = 0; i < l->n_hours; i++) {
		struct box c = cell_of(&g, l, z, i);
		if (l->hours[i].sent > 0 && inside(&g, &c))
			draw_path_rect(d, c.x, c.y, c.w, c.h);
	}
	draw_path_fill(d, INK_PAPER);
	for (unsigned k = 0; k < LOSS_CLASSES; k++)
		draw_class(d, &g, l, z, k);
	draw_frame(d, INK_RULE, g.x, g.y, g.w, g.h);
	label_hours(d, &g);
	label_days(d, &g);
	loss_legend(d, g.x, g.y + g.h + 14, box.w - LABEL_W, most_sent(l));
}
