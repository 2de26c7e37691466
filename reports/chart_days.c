#include "reports/chart_days.h"

#include <math.h>

#define LABEL_W 96.0
#define LANE_H  15.0
#define STATE_H 7.0
#define LOSS_H  3.5
#define LEAST_W 0.8 /* of an outage that is to be seen */

static const struct style name_style = {FACE_BOLD, 7, INK};

double
day_height(const struct day *day)
{
	return (double)day->n * LANE_H + 4 + AXIS_LABELS_H;
}

static void
draw_state(
    struct draw *d, const struct time_axis *a, const struct verdict *ledger, double y)
{
	for (int pass = 0; pass < 2; pass++) /* what is down lies over the rest */
		for (size_t i = 0; i < ledger->n_intervals; i++) {
			const struct interval *in = &ledger->intervals[i];
			bool down = in->class == CLASS_DOWN;
			if (down != (pass == 1) || in->end_ns <= a->from_ns ||
			    in->start_ns >= a->to_ns)
				continue;
			double x = fmax(axis_x(a, in->start_ns), a->x);
			double w = fmin(axis_x(a, in->end_ns), a->x + a->w) - x;
			if (down)
				draw_fill(d, INK_BAD, x, y, fmax(w, LEAST_W), STATE_H);
			else if (in->class == CLASS_UP)
				draw_fill(d, loss_colour[0], x, y, w, STATE_H);
			else
				draw_hatch(d, INK_HATCH, x, y, w, STATE_H);
		}
}

static void
draw_loss(
    struct draw *d, const struct time_axis *a, const struct day_lane *lane, double y)
{
	for (size_t i = 0; i < lane->n_hours; i++) {
		const struct bucket *b = &lane->hours[i];
		if (b->sent == 0 || b->end_ns <= a->from_ns || b->start_ns >= a->to_ns)
			continue;
		double x = fmax(axis_x(a, b->start_ns), a->x);
		double w = fmin(axis_x(a, b->end_ns), a->x + a->w) - x;
		draw_fill(d, loss_colour[loss_class(b->sent, b->lost)], x, y, w, LOSS_H);
	}
}

void
day_draw(struct draw *d, struct box box, const struct day *day)
{
	struct time_axis a = {.zone = day->zone,
	    .from_ns = day->from_ns,
	    .to_ns = day->to_ns,
	    .x = box.x + LABEL_W,
	    .w = box.w - LABEL_W - 4};
	double bottom = box.y + (double)day->n * LANE_H;

	axis_grid(d, &a, box.y, bottom);
	for (size_t i = 0; i < day->n; i++) {
		double y = box.y + (double)i * LANE_H;
		draw_fill(d, dots_colour[i], box.x, y + 2, 7, 7);
		draw_line(d, &name_style, box.x + 11, y + 0.5, LABEL_W - 17, ALIGN_LEFT,
		    day->lanes[i].name);
		draw_state(d, &a, day->lanes[i].ledger, y + 0.5);
		draw_loss(d, &a, &day->lanes[i], y + 0.5 + STATE_H);
	}
	axis_labels(d, &a, bottom + 2);
}
