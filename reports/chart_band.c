#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Round-trip time: the band from the 5th to the 95th percentile and the median as one
 * line, a column a bucket. More buckets than columns are joined keeping both extremes, so
 * nothing worse than what is drawn is hidden. Below, on the same axis, loss and state.
 */
#define LABEL_W   34.0
#define STRIP_H   9.0
#define STRIP_GAP 4.0
#define USE_LEAST 200.0 /* in lower boxes there is no strip of use */
#define COLUMN_W  0.9

struct column {
	int64_t start_ns, end_ns;
	double p5, low, high, p95; /* ms; low and high of the medians joined */
	uint64_t sent, lost;       /* of the bucket that lost most */
	bool any;                  /* something answered */
};

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style note_style = {FACE_TEXT, 7, INK};

static void
join(struct column *c, const struct bucket *b)
{
	double worst = c->sent == 0 ? -1 : (double)c->lost / (double)c->sent;

	c->end_ns = b->end_ns;
	if (b->sent > 0 && (double)b->lost / (double)b->sent > worst) {
		c->sent = b->sent;
		c->lost = b->lost;
	}
	if (b->p50_ns < 0)
		return;
	double p5 = (double)(b->p5_ns < 0 ? b->p50_ns : b->p5_ns) / 1e6;
	double p95 = (double)(b->p95_ns < 0 ? b->p50_ns : b->p95_ns) / 1e6;
	double p50 = (double)b->p50_ns / 1e6;
	c->p5 = c->any ? fmin(c->p5, p5) : p5;
	c->p95 = c->any ? fmax(c->p95, p95) : p95;
	c->low = c->any ? fmin(c->low, p50) : p50;
	c->high = c->any ? fmax(c->high, p50) : p50;
	c->any = true;
}

/* Result: columns, malloc'ed; at most one for each COLUMN_W of the width. */
static struct column *
columns_of(const struct link_report *l, double w, size_t *n)
{
	size_t room = (size_t)(w / COLUMN_W), each = 1;

	*n = 0;
	if (l->n_buckets == 0)
		return NULL;
	if (l->n_buckets > room)
		each = (l->n_buckets + room - 1) / room;
	struct column *c = calloc((l->n_buckets + each - 1) / each, sizeof *c);
	for (size_t i = 0; i < l->n_buckets; i++) {
		struct column *to = &c[i / each];
		if (i % each == 0)
			to->start_ns = l->buckets[i].start_ns;
		join(to, &l->buckets[i]);
		*n = i / each + 1;
	}
	return c;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The axis holds all but the top fiftieth of the buckets; those are marked as cut. */
static double
top_of(const struct link_report *l, double *highest)
{
	double *p95 = calloc(l->n_buckets + 1, sizeof *p95);
	size_t any = 0;

	for (size_t i = 0; i < l->n_buckets; i++)
		if (l->buckets[i].p50_ns >= 0)
			p95[any++] = (double)l->buckets[i].p95_ns / 1e6;
	qsort(p95, any, sizeof *p95, ascending);
	double top = any == 0 ? 1 : p95[(any - 1) * 98 / 100] * 1.25;
	*highest = any == 0 ? 0 : p95[any - 1];
	if (any > 0 && *highest <= top * 1.4)
		top = *highest * 1.08;
	free(p95);
	return top > 0.001 ? top : 0.001;
}

static void
draw_scale(struct draw *d, struct box plot, double *top)
{
	double step = axis_nice(*top, 5);
	char text[32];

	*top = ceil(*top / step) * step;
	for (double v = 0; v <= *top + step / 2; v += step) {
		double y = plot.y + plot.h * (1 - v / *top);
		draw_rule(
		    d, v == 0 ? INK_RULE : INK_HAIR, 0.6, plot.x, y, plot.x + plot.w, y);
		say_number(text, sizeof text, "%.*f",
		    step >= 1     ? 0
		    : step >= 0.1 ? 1
		                  : 3,
		    v);
		draw_line(d, &tick_style, plot.x - LABEL_W, y - 5, LABEL_W - 6,
		    ALIGN_RIGHT, text);
	}
	draw_line(d, &tick_style, plot.x - LABEL_W, plot.y - 14, LABEL_W - 6, ALIGN_RIGHT,
	    "ms");
}

static void
draw_columns(struct draw *d, const struct time_axis *a, struct box plot, double top,
    const struct column *c, size_t n)
{
	bool joined = false;

	for (size_t i = 0; i < n; i++) {
		double x0 = axis_x(a, c[i].start_ns), x1 = axis_x(a, c[i].end_ns);
		double hi = plot.y + plot.h * (1 - fmin(c[i].p95, top) / top);
		double lo = plot.y + plot.h * (1 - fmin(c[i].p5, top) / top);
		if (c[i].any)
			draw_path_rect(d, x0, hi, fmax(x1 - x0, 0.6), fmax(lo - hi, 0.6));
	}
	draw_path_fill(d, INK_SMOKE);
	for (size_t i = 0; i < n; i++) {
		double x0 = axis_x(a, c[i].start_ns), x1 = axis_x(a, c[i].end_ns);
		double hi = plot.y + plot.h * (1 - fmin(c[i].high, top) / top);
		double lo = plot.y + plot.h * (1 - fmin(c[i].low, top) / top);
		if (!c[i].any) {
			joined = false;
			continue;
		}
		bool gap = i > 0 && c[i].start_ns > c[i - 1].end_ns;
		draw_path_to(d, !joined || gap, x0, lo);
		if (lo - hi > 0.1) {
			draw_path_to(d, false, (x0 + x1) / 2, hi);
			draw_path_to(d, false, x1, lo);
		} else {
			draw_path_to(d, false, fmax(x1, x0 + 0.6), lo);
		}
		joined = true;
	}
	draw_path_stroke(d, INK_MEDIAN, 0.8);
}

/* Triangles at the top where a column was cut, and how high the highest went. */
static void
draw_cuts(struct draw *d, const struct time_axis *a, struct box plot, double top,
    const struct column *c, size_t n, double highest, double note_y)
{
	char text[96], most[24];
	double last = -1e9;

	if (highest <= top)
		return;
	for (size_t i = 0; i < n; i++) {
		double x = (axis_x(a, c[i].start_ns) + axis_x(a, c[i].end_ns)) / 2;
		if (!c[i].any || c[i].p95 <= top || x < last + 2)
			continue;
		draw_path_to(d, true, x - 2, plot.y - 1);
		draw_path_to(d, false, x + 2, plot.y - 1);
		draw_path_to(d, false, x, plot.y - 5);
		last = x;
	}
	draw_path_fill(d, INK_BAD);
	say_number(most, sizeof most, "%.*f", highest < 10 ? 2 : 0, highest);
	say(text, sizeof text, "▲ above the scale; highest p95 {1} ms", most);
	draw_line(d, &note_style, plot.x, note_y, plot.w, ALIGN_RIGHT, text);
}

static void
draw_loss(
    struct draw *d, const struct time_axis *a, double y, const struct column *c, size_t n)
{
	for (unsigned k = 0; k < LOSS_CLASSES; k++) {
		for (size_t i = 0; i < n; i++) {
			if (c[i].sent == 0 || loss_class(c[i].sent, c[i].lost) != k)
				continue;
			/* neighbours of one class are one bar */
			size_t j = i;
			while (j + 1 < n && c[j + 1].sent > 0 &&
			       c[j + 1].start_ns <= c[j].end_ns &&
			       loss_class(c[j + 1].sent, c[j + 1].lost) == k)
				j++;
			double x0 = axis_x(a, c[i].start_ns), x1 = axis_x(a, c[j].end_ns);
			draw_path_rect(d, x0, y, fmax(x1 - x0, 0.6), STRIP_H);
			i = j;
		}
		draw_path_fill(d, loss_colour[k]);
	}
}

static void
draw_unmeasured(struct draw *d, const struct time_axis *a, double y, double h,
    const struct link_result *r)
{
	double painted = -1e9;

	for (size_t i = 0; i < r->n_unknown; i++) {
		double x0 = axis_x(a, r->unknown[i].start_ns);
		double x1 = fmax(axis_x(a, r->unknown[i].end_ns), x0 + 0.6);
		x0 = fmax(x0, painted);
		if (x1 - x0 < 0.05)
			continue;
		draw_fill(d, INK_PAPER, x0, y, x1 - x0, h);
		draw_hatch(d, INK_HATCH, x0, y, x1 - x0, h);
		painted = x1;
	}
}

static void
draw_state(
    struct draw *d, const struct time_axis *a, double y, const struct link_result *r)
{
	double painted = -1e9;

	draw_fill(d, loss_colour[0], a->x, y, a->w, STRIP_H);
	for (size_t i = 0; i < r->n_outages; i++) {
		double x0 = axis_x(a, r->outages[i].start_ns);
		double x1 = fmax(axis_x(a, r->outages[i].end_ns), x0 + 0.9);
		x0 = fmax(x0, painted);
		if (x1 - x0 < 0.05)
			continue;
		draw_path_rect(d, x0, y, x1 - x0, STRIP_H);
		painted = x1;
	}
	draw_path_fill(d, INK_BAD);
	draw_unmeasured(d, a, y, STRIP_H, r);
}

void
band_draw(
    struct draw *d, struct box box, const struct link_report *l, const struct zone *z)
{
	const struct span *p = &l->result->period;
	bool use = use_is_known(l) && box.h >= USE_LEAST;
	bool pins = pins_count(l) > 0 && box.h >= USE_LEAST;
	double strips = 2 * (STRIP_H + STRIP_GAP) + (use ? USE_H + STRIP_GAP : 0) + 2;
	double head = pins ? 16 + PINS_H : 16;
	struct box plot = {box.x + LABEL_W, box.y + head, box.w - LABEL_W,
	    box.h - head - strips - AXIS_LABELS_H - 14};
	struct time_axis a = {z, p->start_ns, p->end_ns, plot.x, plot.w};
	double bottom = plot.y + plot.h, y = bottom + 5, highest;
	char text[128], offset[16];
	size_t n;
	struct column *c = columns_of(l, plot.w, &n);
	double top = top_of(l, &highest);

	draw_scale(d, plot, &top);
	axis_grid(d, &a, plot.y, bottom);
	draw_unmeasured(d, &a, plot.y, plot.h, l->result);
	draw_columns(d, &a, plot, top, c, n);
	if (pins)
		pins_draw(d, &a, plot, l);
	draw_cuts(d, &a, plot, top, c, n, highest, box.y + 1);
	draw_line(
	    d, &tick_style, box.x, y - 0.5, LABEL_W - 6, ALIGN_RIGHT, say_word("loss"));
	draw_frame(d, INK_RULE, plot.x, y, plot.w, STRIP_H);
	draw_loss(d, &a, y, c, n);
	draw_unmeasured(d, &a, y, STRIP_H, l->result);
	y += STRIP_H + STRIP_GAP;
	draw_line(
	    d, &tick_style, box.x, y - 0.5, LABEL_W - 6, ALIGN_RIGHT, say_word("state"));
	draw_state(d, &a, y, l->result);
	y += STRIP_H + STRIP_GAP;
	if (use) {
		draw_line(d, &tick_style, box.x, y + 4, LABEL_W - 6, ALIGN_RIGHT,
		    say_word("own use"));
		use_draw(d, &a, y, l);
		y += USE_H + STRIP_GAP;
	}
	y += axis_labels(d, &a, y);
	chart_zone_print_offset(chart_zone_offset_s(z, p->start_ns), offset);
	if (strcmp(z->name, "UTC") == 0)
		snprintf(text, sizeof text, "UTC");
	else
		say(text, sizeof text, "{1}, UTC{2} at the start", z->name, offset);
	draw_line(d, &tick_style, plot.x, y, plot.w, ALIGN_RIGHT, text);
	free(c);
}
