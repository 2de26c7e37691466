#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>

/*
 * How round trips are spread: on the left the share that is at most so long, on the right
 * the share that is longer, by powers of ten, where the tail is. Lost ones are never
 * answered: the curves end below 100 %, and above 0.
 */
#define LABEL_W 34.0
#define GAP     22.0
#define HEAD    11.0
#define FOOT    24.0
#define STEPS   160
#define LEAST   1e-4 /* of the right axis */

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style name_style = {FACE_BOLD, 7, INK};

struct panel {
	struct box box; /* of the plot */
	double from_ns, to_ns;
	bool log;
};

static double
x_of(const struct panel *p, double ns)
{
	double at = p->log ? log(ns / p->from_ns) / log(p->to_ns / p->from_ns)
	                   : (ns - p->from_ns) / (p->to_ns - p->from_ns);

	return p->box.x + p->box.w * fmin(1, fmax(0, at));
}

/* From the fastest to nearly the slowest of all curves; by powers where that is far. */
static void
find_range(struct panel *p, const struct spread *s)
{
	double most = 0, median = 0;

	p->from_ns = INFINITY;
	for (size_t i = 0; i < s->n; i++) {
		struct hist answered = *s->lines[i].hist;
		answered.lost = 0;
		if (answered.n == 0)
			continue;
		p->from_ns = fmin(p->from_ns, (double)hist_quantile(&answered, 0.0005));
		most = fmax(most, (double)hist_quantile(&answered, 0.9995));
		median = fmax(median, (double)hist_quantile(&answered, 0.5));
	}
	if (!isfinite(p->from_ns) || most <= 0) {
		p->from_ns = 1e6;
		most = 1e7;
	}
	p->log = most > 5 * median;
	p->from_ns *= 0.97;
	p->to_ns = fmax(most * 1.03, p->from_ns * 1.1);
	if (s->limit_ns > 0 && s->limit_ns > p->to_ns && s->limit_ns < 4 * p->to_ns)
		p->to_ns = s->limit_ns * 1.05;
}

static void
x_tick(struct draw *d, const struct panel *p, double ns)
{
	char text[32];
	double x = x_of(p, ns);

	draw_rule(d, INK_HAIR, 0.6, x, p->box.y, x, p->box.y + p->box.h);
	say_number(text, sizeof text, "%.6g", ns / 1e6);
	draw_line(d, &tick_style, x, p->box.y + p->box.h + 3, 0, ALIGN_CENTRE, text);
}

static void
x_axis(struct draw *d, const struct panel *p)
{
	static const double NICE[] = {1, 2, 5};
	double last = -100;

	if (p->log) {
		double ten = pow(10, floor(log10(p->from_ns)));
		for (; ten < p->to_ns; ten *= 10)
			for (int i = 0; i < 3; i++) {
				double ns = ten * NICE[i], x = x_of(p, ns);
				if (ns < p->from_ns || ns > p->to_ns || x - last < 22)
					continue;
				x_tick(d, p, ns);
				last = x;
			}
	} else {
		double step = axis_nice(p->to_ns - p->from_ns, 6);
		for (double ns = ceil(p->from_ns / step) * step; ns <= p->to_ns;
		     ns += step)
			x_tick(d, p, ns);
	}
	draw_line(d, &tick_style, p->box.x, p->box.y + p->box.h + 13, p->box.w,
	    ALIGN_RIGHT, say_word("round trip, ms"));
}

static double
y_of(const struct panel *p, double share, bool tail)
{
	double at = tail ? log(share / LEAST) / log(1 / LEAST) : share;

	return p->box.y + p->box.h * (1 - fmin(1, fmax(0, at)));
}

static void
y_axis(struct draw *d, const struct panel *p, bool tail)
{
	static const double LEFT[] = {0, 0.25, 0.5, 0.75, 1},
	                    RIGHT[] = {1, 0.1, 0.01, 0.001, 0.0001};
	char text[32];

	for (int i = 0; i < 5; i++) {
		double share = tail ? RIGHT[i] : LEFT[i], y = y_of(p, share, tail);
		draw_rule(d, INK_HAIR, 0.6, p->box.x, y, p->box.x + p->box.w, y);
		say_number(text, sizeof text, "%.3g %%", share * 100);
		draw_line(d, &tick_style, p->box.x - LABEL_W, y - 5, LABEL_W - 5,
		    ALIGN_RIGHT, text);
	}
	draw_line(d, &name_style, p->box.x, p->box.y - HEAD, p->box.w, ALIGN_LEFT,
	    say_word(
	        tail ? "Share that takes longer, or is lost" : "Share answered within"));
}

static void
curve(struct draw *d, const struct panel *p, const struct spread_line *l, bool tail)
{
	double before = -1;
	bool begun = false;

	for (int i = 0; i <= STEPS; i++) {
		double f = (double)i / STEPS;
		double above = tail ? pow(LEAST, f) : 1 - f;
		if (above >= 1)
			above = 1 - 1e-6;
		if (above <= 0)
			above = 1e-9;
		int64_t ns = hist_quantile(l->hist, 1 - above);
		if (ns < 0 || (double)ns > p->to_ns)
			break;
		double x = x_of(p, (double)ns), y = y_of(p, above, tail);
		if (!tail)
			y = y_of(p, 1 - above, false);
		if (begun && x > before + 0.2)
			draw_path_to(d, false, x, y);
		draw_path_to(d, !begun, x, y);
		begun = true;
		before = x;
	}
	if (begun)
		draw_path_stroke(d, l->colour, 1.3);
}

static void
limit(struct draw *d, const struct panel *p, const struct spread *s)
{
	if (s->limit_ns < p->from_ns || s->limit_ns > p->to_ns)
		return;
	double x = x_of(p, s->limit_ns);
	for (double y = p->box.y; y < p->box.y + p->box.h; y += 6)
		draw_rule(d, INK_BAD, 0.9, x, y, x, fmin(y + 3.5, p->box.y + p->box.h));
}

static void
legend(struct draw *d, struct box box, const struct spread *s)
{
	double x = box.x;

	for (size_t i = 0; i < s->n; i++) {
		draw_fill(d, s->lines[i].colour, x, box.y + 3, 12, 3);
		draw_line(d, &name_style, x + 16, box.y, 0, ALIGN_LEFT, s->lines[i].name);
		x += 16 + draw_width(d, &name_style, s->lines[i].name) + 18;
	}
	if (s->limit_ns > 0) {
		draw_fill(d, INK_BAD, x, box.y + 3, 4, 2);
		draw_fill(d, INK_BAD, x + 7, box.y + 3, 4, 2);
		draw_line(d, &name_style, x + 16, box.y, box.x + box.w - x - 16,
		    ALIGN_LEFT, s->limit_name);
	}
}

void
spread_draw(struct draw *d, struct box box, const struct spread *s)
{
	double w = (box.w - GAP) / 2;
	struct panel p = {.box = {0, 0, 0, 0}};

	find_range(&p, s);
	legend(d, box, s);
	for (int tail = 0; tail < 2; tail++) {
		p.box = (struct box){box.x + tail * (w + GAP) + LABEL_W,
		    box.y + 14 + HEAD, w - LABEL_W - 4, box.h - 14 - HEAD - FOOT};
		y_axis(d, &p, tail);
		x_axis(d, &p);
		limit(d, &p, s);
		for (size_t i = 0; i < s->n; i++)
			curve(d, &p, &s->lines[i], tail);
	}
}
