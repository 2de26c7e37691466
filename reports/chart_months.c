#include "reports/chart.h"

#include <math.h>
#include <stdio.h>

/*
 * The axis ends at 100 % and begins a little below the lowest dot or the target, never at
 * 0: intervals that unknown time drags far down would press the rest into a line.
 */
#define LABEL_W 48.0
#define FOOT    14.0
#define HEAD    10.0
#define DOT     3.0

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style target_style = {FACE_BOLD, 7, INK_BLUE};

struct scale {
	double bottom; /* ratio at the foot of the plot */
	double y, h;
	char name[64]; /* of the target */
	double margin; /* at the right, where it stands at the end of its line */
};

static double
y_of(const struct scale *s, double ratio)
{
	double at = ratio < s->bottom ? s->bottom : ratio;

	return s->y + s->h * (1 - at) / (1 - s->bottom);
}

static double
lowest(const struct months *m)
{
	double low = m->target > 0 ? m->target : 1;

	for (size_t i = 0; i < m->n; i++)
		if (m->list[i].has && m->list[i].point < low)
			low = m->list[i].point;
	/* a scale finer than a thousandth of a percent tells nobody anything */
	return low < 0.9999 ? low : 0.9999;
}

static void
draw_axis(struct draw *d, const struct scale *s, struct box box)
{
	double span = 1 - s->bottom, step = axis_nice(span * 100, 5) / 100;
	int decimals = (int)ceil(-log10(step * 100) - 1e-9);
	char text[32];

	if (decimals < 0)
		decimals = 0;
	for (double down = 0; down <= span * 1.0001; down += step) {
		double y = y_of(s, 1 - down);
		draw_rule(d, INK_HAIR, 0.6, box.x + LABEL_W, y, box.x + box.w, y);
		say_number(text, sizeof text, "%.*f %%", decimals, (1 - down) * 100);
		draw_line(d, &tick_style, box.x, y - 5, LABEL_W - 6, ALIGN_RIGHT, text);
	}
}

static void
draw_interval(struct draw *d, const struct scale *s, const struct month *m, double x)
{
	double top = y_of(s, m->upper), foot = y_of(s, m->lower);
	bool cut = m->lower < s->bottom;

	draw_rule(d, m->colour, 1.4, x, top, x, foot);
	draw_rule(d, m->colour, 1.4, x - 3, top, x + 3, top);
	if (cut) { /* it goes on below */
		draw_path_to(d, true, x - 3.5, foot - 5);
		draw_path_to(d, false, x + 3.5, foot - 5);
		draw_path_to(d, false, x, foot);
		draw_path_fill(d, m->colour);
	} else {
		draw_rule(d, m->colour, 1.4, x - 3, foot, x + 3, foot);
	}
	draw_fill(d, m->colour, x - DOT, y_of(s, m->point) - DOT, 2 * DOT, 2 * DOT);
}

static void
draw_target(struct draw *d, const struct scale *s, double target, struct box box)
{
	double y = y_of(s, target), right = box.x + box.w;

	for (double x = box.x + LABEL_W; x < right; x += 6)
		draw_rule(d, INK_BLUE, 0.9, x, y, fmin(x + 3.5, right), y);
	draw_line(d, &target_style, right + 5, y - 5, s->margin - 5, ALIGN_LEFT, s->name);
}

static void
name_target(struct draw *d, struct scale *s, double target)
{
	char at[32];
	int decimals = 1;

	while (decimals < 6 && fabs(target * 100 * pow(10, decimals) -
	                            round(target * 100 * pow(10, decimals))) > 1e-6)
		decimals++;
	say_number(at, sizeof at, "%.*f %%", decimals, target * 100);
	say(s->name, sizeof s->name, "{1} agreed", at);
	s->margin = draw_width(d, &target_style, s->name) + 6;
}

void
months_draw(struct draw *d, struct box box, const struct months *m)
{
	struct scale s = {.y = box.y + HEAD, .h = box.h - HEAD - FOOT};

	if (m->target > 0)
		name_target(d, &s, m->target);
	box.w -= s.margin;
	double slot = (box.w - LABEL_W) / (double)(m->n > 0 ? m->n : 1);

	s.bottom = fmax(0, 1 - 1.35 * (1 - lowest(m)));
	draw_axis(d, &s, box);
	if (m->target > 0)
		draw_target(d, &s, m->target, box);
	for (size_t i = 0; i < m->n; i++) {
		const struct month *now = &m->list[i];
		double left = box.x + LABEL_W + (double)i * slot;
		if (now->has)
			draw_interval(d, &s, now, left + slot / 2);
		else
			draw_hatch(d, INK_HATCH, left + slot * 0.2, s.y, slot * 0.6, s.h);
		draw_line(
		    d, &tick_style, left, s.y + s.h + 3, slot, ALIGN_CENTRE, now->label);
	}
}
