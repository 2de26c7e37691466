#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>

/*
 * A box an hour: from the quarter to the three-quarter point of its tests, the median
 * across it, a line to the slowest and the fastest. What is agreed are dashed lines,
 * named at their ends.
 */
#define LABEL_W 30.0
#define RIGHT_W 88.0
#define FOOT    24.0
#define HEAD    12.0
#define PITCH   9.0

#define BOX_FINE 0x8FBBDC
#define BOX_SLOW 0xD55E00

static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style name_style = {FACE_BOLD, 6.8, INK};

struct scale {
	struct box box; /* of the plot */
	double most;
};

static double
y_of(const struct scale *s, double bps)
{
	return s->box.y + s->box.h * (1 - bps / s->most);
}

static void
y_axis(struct draw *d, const struct scale *s, double unit, const char *name)
{
	double step = axis_nice(s->most / unit, 6) * unit;
	char text[32];

	for (double at = 0; at <= s->most * 1.0001; at += step) {
		double y = y_of(s, at);
		draw_rule(d, INK_HAIR, 0.6, s->box.x, y, s->box.x + s->box.w, y);
		say_number(text, sizeof text, "%.6g", at / unit);
		draw_line(d, &tick_style, s->box.x - LABEL_W, y - 5, LABEL_W - 5,
		    ALIGN_RIGHT, text);
	}
	draw_line(
	    d, &tick_style, s->box.x - LABEL_W, s->box.y - HEAD, 0, ALIGN_LEFT, name);
}

static void
hour_box(struct draw *d, const struct scale *s, const struct speed_hour *h, double x,
    double w, uint32_t colour)
{
	double top = y_of(s, h->p75), foot = y_of(s, h->p25), middle = y_of(s, h->p50);

	draw_rule(d, INK, 0.6, x + w / 2, y_of(s, h->most), x + w / 2, y_of(s, h->least));
	draw_fill(d, colour, x, top, w, fmax(foot - top, 1));
	draw_rule(d, INK, 1.3, x, middle, x + w, middle);
}

struct agreed {
	const char *name;
	double bps;
	uint32_t colour;
};

/* Lines of what is agreed, the names kept apart from each other. */
static void
agreed_lines(
    struct draw *d, const struct scale *s, const struct speed_side *side, double unit)
{
	const struct agreed list[] = {{"maximum", side->maximum, INK_GOOD},
	    {"90 % of maximum", 0.9 * side->maximum, INK_BLUE},
	    {"normal", side->normal, INK_BAD}, {"minimum", side->minimum, INK}};
	double below = s->box.y - 20, right = s->box.x + s->box.w;
	char text[64], value[32];

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		if (list[i].bps <= 0)
			continue;
		struct style style = {FACE_BOLD, 7, list[i].colour};
		double y = y_of(s, list[i].bps);
		for (double x = s->box.x; x < right; x += 6)
			draw_rule(d, list[i].colour, 0.9, x, y, fmin(x + 3.5, right), y);
		double at = fmax(y - 5, below + PITCH);
		say_number(value, sizeof value, "%.6g", list[i].bps / unit);
		snprintf(text, sizeof text, "%s %s", say_word(list[i].name), value);
		draw_line(d, &style, right + 5, at, RIGHT_W - 5, ALIGN_LEFT, text);
		below = at;
	}
}

void
rates_draw(struct draw *d, struct box box, const struct speed_side *side)
{
	struct scale s = {.box = {box.x + LABEL_W, box.y + HEAD,
	                      box.w - LABEL_W - RIGHT_W, box.h - HEAD - FOOT},
	    .most = fmax(fmax(side->most, side->maximum), side->normal) * 1.04};
	double slot = s.box.w / 24, unit;
	char text[32];

	if (s.most <= 0)
		s.most = 1e6;
	unit = s.most >= 2e9 ? 1e9 : s.most >= 2e6 ? 1e6 : 1e3;
	y_axis(d, &s, unit, unit >= 1e9 ? "Gbit/s" : unit >= 1e6 ? "Mbit/s" : "kbit/s");
	for (int h = 0; h < 24; h++) {
		double x = s.box.x + h * slot;
		if (side->hours[h].n > 0)
			hour_box(d, &s, &side->hours[h], x + slot * 0.2, slot * 0.6,
			    side->hours[h].p50 < side->normal ? BOX_SLOW : BOX_FINE);
		if (h % 3 == 0) {
			snprintf(text, sizeof text, "%02d", h);
			draw_line(d, &tick_style, x + slot / 2, s.box.y + s.box.h + 3, 0,
			    ALIGN_CENTRE, text);
		}
	}
	draw_line(d, &tick_style, s.box.x, s.box.y + s.box.h + 13, s.box.w, ALIGN_RIGHT,
	    say_word("hour of the day"));
	agreed_lines(d, &s, side, unit);
}

void
bands_draw(struct draw *d, struct box box, const struct speed_side *s)
{
	static const uint32_t COLOURS[] = {BOX_SLOW, 0xFEC44F, BOX_FINE};
	static const char *const NAMES[] = {"below the minimum", "up to the normal speed",
	    "at or above the normal speed"};
	double x = box.x, left = x;
	char text[96];

	for (int i = 0; i < 3 && s->tests > 0; i++) {
		double w = box.w * (double)s->bands[i] / (double)s->tests;
		draw_fill(d, COLOURS[i], x, box.y, w, 12);
		x += w;
		draw_fill(d, COLOURS[i], left, box.y + 19, 7, 7);
		say_number(text, sizeof text, "%s: %zu (%.1f %%)", say_word(NAMES[i]),
		    s->bands[i], 100.0 * (double)s->bands[i] / (double)s->tests);
		draw_line(d, &name_style, left + 11, box.y + 17, 0, ALIGN_LEFT, text);
		left += 11 + draw_width(d, &name_style, text) + 14;
	}
}
