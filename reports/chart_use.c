#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Beside the band of round trips, on its axis: how full the link was of its user's own
 * traffic, and pins where tickets were opened and the round trip changed its level.
 */
static const struct style pin_style = {FACE_TEXT, 6.5, INK_BLUE};
static const struct style shift_style = {FACE_TEXT, 6.5, INK_BAD};

struct pin {
	int64_t at_ns, bound_ns;
	bool shift;
	char text[48];
};

bool
use_is_known(const struct link_report *l)
{
	return l->evidence != NULL && l->evidence->use.n > 0;
}

static void
bars(struct draw *d, const struct time_axis *a, double y, const struct use *u, bool most)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct use_bucket *b = &u->list[i];
		const double *v = most ? b->most : b->mean;
		double share = fmin(1, fmax(v[0], v[1])), h = share * USE_H;
		double x0 = axis_x(a, b->start_ns), x1 = axis_x(a, b->end_ns);
		if (h > 0)
			draw_path_rect(d, x0, y + USE_H - h, fmax(x1 - x0, 0.6), h);
	}
	draw_path_fill(d, most ? INK_SMOKE_DARK : INK_MEDIAN);
}

void
use_draw(struct draw *d, const struct time_axis *a, double y, const struct link_report *l)
{
	const struct use *u = &l->evidence->use;

	draw_hatch(d, INK_HATCH, a->x, y, a->w, USE_H);
	for (size_t i = 0; i < u->n; i++) {
		/* neighbours are one ground, so that no hatch shines through a seam */
		double x0 = axis_x(a, u->list[i].start_ns);
		while (i + 1 < u->n && u->list[i + 1].start_ns <= u->list[i].end_ns)
			i++;
		double x1 = axis_x(a, u->list[i].end_ns);
		draw_path_rect(d, x0, y, fmax(x1 - x0, 0.6), USE_H);
	}
	draw_path_fill(d, INK_PAPER);
	bars(d, a, y, u, true);
	bars(d, a, y, u, false);
	draw_frame(d, INK_RULE, a->x, y, a->w, USE_H);
}

static int
by_time(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;

	return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static bool
is_shift(const struct degradation *g)
{
	return g->kind == DEG_LATENCY && (g->settled || g->open);
}

/* Result: how many; out may be NULL. */
static size_t
find(struct pin *out, const struct link_report *l)
{
	const struct link_result *r = l->result;
	const struct evidence *e = l->evidence;
	size_t n = 0;

	for (size_t i = 0; e != NULL && i < e->n_tickets; i++) {
		const struct ticket *t = e->tickets[i];
		if (t->opened_ns < r->period.start_ns || t->opened_ns >= r->period.end_ns)
			continue;
		if (out != NULL) {
			out[n] = (struct pin){.at_ns = t->opened_ns};
			snprintf(out[n].text, sizeof out->text, "%.40s", t->reference);
		}
		n++;
	}
	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *g = &r->degradations[i];
		double ms = (double)(g->during_ns - g->before_ns) / 1e6;
		if (!is_shift(g))
			continue;
		if (out != NULL) {
			out[n] = (struct pin){g->start_ns, g->bound_ns, true, ""};
			say_number(out[n].text, sizeof out->text,
			    ms < 0 ? "−%.1f ms" : "+%.1f ms", fabs(ms));
		}
		n++;
	}
	return n;
}

size_t
pins_count(const struct link_report *l)
{
	return find(NULL, l);
}

void
pins_draw(struct draw *d, const struct time_axis *a, struct box plot,
    const struct link_report *l)
{
	struct pin *pins = calloc(find(NULL, l) + 1, sizeof *pins);
	size_t n = find(pins, l);
	double free_from = a->x - 1;

	qsort(pins, n, sizeof *pins, by_time);
	for (size_t i = 0; i < n; i++) {
		const struct pin *p = &pins[i];
		const struct style *s = p->shift ? &shift_style : &pin_style;
		double x = axis_x(a, p->at_ns), w = draw_width(d, s, p->text);
		double x0 = axis_x(a, p->at_ns - p->bound_ns),
		       x1 = axis_x(a, p->at_ns + p->bound_ns);
		if (x1 - x0 > 1)
			draw_fill(d, INK_TINT_BAD, x0, plot.y, x1 - x0, plot.h);
		draw_rule(d, s->colour, 0.7, x, plot.y - 5, x, plot.y + plot.h);
		double left = fmin(fmax(x - w / 2, a->x), a->x + a->w - w);
		if (left < free_from)
			continue;
		draw_line(d, s, left, plot.y - PINS_H, 0, ALIGN_LEFT, p->text);
		free_from = left + w + 4;
	}
	free(pins);
}
