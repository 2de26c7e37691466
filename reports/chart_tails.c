#include "reports/chart_tails.h"

#include <math.h>
#include <stdio.h>

/*
 * Downwards the share that takes longer, by powers of ten; to the right how long. What
 * was lost takes longer than anything: such a tail goes on level to the edge.
 */
#define LABEL_W 34.0
#define NAMES_W 96.0
#define NAME_H  19.0
#define HEAD    12.0
#define FOOT    24.0

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style head_style = {FACE_BOLD, 7, INK};

struct plot {
	struct box box;
	double from_ns, to_ns;
	bool log;
};

static double
x_of(const struct plot *p, double ns)
{
	double at = p->log ? log(ns / p->from_ns) / log(p->to_ns / p->from_ns)
	                   : (ns - p->from_ns) / (p->to_ns - p->from_ns);

	return p->box.x + p->box.w * fmin(1, fmax(0, at));
}

static double
y_of(const struct plot *p, double share)
{
	double at = share > 0 ? log(share) / log(TAIL_LEAST) : 1;

	return p->box.y + p->box.h * fmin(1, fmax(0, at));
}

static void
find_range(struct plot *p, const struct tails *t)
{
	p->from_ns = INFINITY;
	p->to_ns = 0;
	p->log = false;
	for (size_t i = 0; i < t->n; i++) {
		const struct tail *tail = t->lines[i].tail;
		if (tail == NULL)
			continue;
		p->from_ns = fmin(p->from_ns, (double)tail->points[0].ns);
		p->to_ns = fmax(p->to_ns, (double)tail->points[tail->n - 1].ns);
		p->log |= tail_is_long(tail);
	}
	p->from_ns *= p->log ? 0.9 : 0.97;
	p->to_ns = fmax(p->to_ns * (p->log ? 1.1 : 1.03), p->from_ns * 1.1);
}

/* ---- axes ---- */

static void
x_tick(struct draw *d, const struct plot *p, double ns, double *last)
{
	char text[32];
	double x = x_of(p, ns);

	if (ns < p->from_ns || ns > p->to_ns || x - *last < 22)
		return;
	*last = x;
	draw_rule(d, INK_HAIR, 0.6, x, p->box.y, x, p->box.y + p->box.h);
	say_number(text, sizeof text, "%.6g", ns / 1e6);
	draw_line(d, &tick_style, x, p->box.y + p->box.h + 3, 0, ALIGN_CENTRE, text);
}

static void
axes(struct draw *d, const struct plot *p)
{
	double last = -100, step = axis_nice(p->to_ns - p->from_ns, 8);
	char text[32];

	if (p->log)
		for (double ten = pow(10, floor(log10(p->from_ns))); ten < p->to_ns;
		     ten *= 10)
			for (int i = 1; i < 10; i += i == 2 ? 3 : i == 5 ? 5 : 1)
				x_tick(d, p, ten * i, &last);
	else
		for (double ns = ceil(p->from_ns / step) * step; ns <= p->to_ns;
		     ns += step)
			x_tick(d, p, ns, &last);
	for (double share = 1; share >= TAIL_LEAST * 0.99; share /= 10) {
		double y = y_of(p, share);
		draw_rule(d, INK_HAIR, 0.6, p->box.x, y, p->box.x + p->box.w, y);
		say_number(text, sizeof text, "%.3g %%", share * 100);
		draw_line(d, &tick_style, p->box.x - LABEL_W, y - 5, LABEL_W - 5,
		    ALIGN_RIGHT, text);
	}
	draw_line(d, &head_style, p->box.x - LABEL_W, p->box.y - HEAD - 3, p->box.w,
	    ALIGN_LEFT, say_word("Share that takes longer, or is lost"));
	draw_line(d, &tick_style, p->box.x, p->box.y + p->box.h + 13, p->box.w,
	    ALIGN_RIGHT,
	    say_word(p->log ? "round trip, ms, by powers" : "round trip, ms"));
}

/* ---- lines and their names ---- */

/* Where the line ends: level at what is lost, or down at its last point. */
static double
line(struct draw *d, const struct plot *p, const struct tail *t, uint32_t colour)
{
	double y = y_of(p, t->points[0].above);

	draw_path_to(d, true, x_of(p, (double)t->points[0].ns), y);
	for (size_t i = 1; i < t->n; i++) {
		double x = x_of(p, (double)t->points[i].ns);
		draw_path_to(d, false, x, y);
		y = y_of(p, t->points[i].above);
		draw_path_to(d, false, x, y);
	}
	if (t->lost_share >= TAIL_LEAST) {
		double x = x_of(p, (double)t->points[t->n - 1].ns);
		y = y_of(p, t->lost_share);
		draw_path_to(d, false, x, y);
		draw_path_to(d, false, p->box.x + p->box.w, y);
	}
	draw_path_stroke(d, colour, 1.4);
	return y;
}

/* Beside the ends, from the top down, none over another, all within the plot. */
static void
place_names(const struct plot *p, const struct tails *t, double y[DOTS_MOST])
{
	size_t order[DOTS_MOST], n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->lines[i].tail == NULL)
			continue;
		size_t k = n++;
		for (; k > 0 && y[order[k - 1]] > y[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (size_t k = 0; k < n; k++) {
		double least = k > 0 ? y[order[k - 1]] + NAME_H : p->box.y + NAME_H / 2;
		double most = p->box.y + p->box.h - ((double)(n - 1 - k) + 0.5) * NAME_H;
		y[order[k]] = fmin(fmax(y[order[k]], least), fmax(most, least));
	}
}

void
tails_draw(struct draw *d, struct box box, const struct tails *t)
{
	struct plot p = {.box = {box.x + LABEL_W, box.y + HEAD + 3,
	                     box.w - LABEL_W - NAMES_W, box.h - HEAD - 3 - FOOT}};
	double y[DOTS_MOST] = {0};

	find_range(&p, t);
	axes(d, &p);
	for (size_t i = 0; i < t->n; i++)
		if (t->lines[i].tail != NULL)
			y[i] = line(d, &p, t->lines[i].tail, dots_colour[i]);
	place_names(&p, t, y);
	for (size_t i = 0; i < t->n; i++) {
		double x = p.box.x + p.box.w + 6;
		if (t->lines[i].tail == NULL)
			continue;
		draw_fill(d, dots_colour[i], x, y[i] - 7, 7, 7);
		draw_line(d, &head_style, x + 11, y[i] - 9, NAMES_W - 18, ALIGN_LEFT,
		    t->lines[i].name);
		draw_line(d, &tick_style, x + 11, y[i], NAMES_W - 18, ALIGN_LEFT,
		    t->lines[i].note);
	}
}
