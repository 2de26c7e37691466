#include "reports/chart.h"

#include <math.h>
#include <stdio.h>

#define LABEL_W    30.0
#define CELL_H     15.0
#define STEPS      6
#define LIGHT_FROM 4 /* figures on these and darker ones are white */

/* Light to dark, even in lightness; the darkest holds the busiest hour. */
static const uint32_t STEP_COLOUR[STEPS] = {
    0xF1F6FB, 0xCFE1F0, 0x9CC3E0, 0x5E9FCB, 0x2B6FA6, 0x08306B};
static const struct style dark_style = {FACE_TEXT, 6, INK};
static const struct style light_style = {FACE_TEXT, 6, INK_PAPER};
static const struct style tick_style = {FACE_TEXT, 7, INK_MUTED};
static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static unsigned
step_of(double use, double most)
{
	double step = most > 0 ? floor(use / most * STEPS) : 0;

	return step >= STEPS ? STEPS - 1 : (unsigned)step;
}

static void
cell(struct draw *d, struct box box, double use, double most)
{
	unsigned step = step_of(use, most);
	char text[16];

	draw_fill(d, STEP_COLOUR[step], box.x, box.y, box.w, box.h);
	say_number(text, sizeof text, "%.2f", use);
	draw_line(d, step >= LIGHT_FROM ? &light_style : &dark_style, box.x + box.w / 2,
	    box.y + 3.2, 0, ALIGN_CENTRE, text);
}

/* Past midnight the frame goes on in the next row. */
static void
frame(struct draw *d, struct box grid, double cell_w, const struct week *w)
{
	unsigned left = w->hours;

	for (unsigned day = w->day, hour = w->hour; left > 0;
	     day = (day + 1) % 7, hour = 0) {
		unsigned n = hour + left > 24 ? 24 - hour : left;
		double x = grid.x + hour * cell_w, y = grid.y + day * CELL_H;
		double x1 = x + n * cell_w, y1 = y + CELL_H;
		draw_path_to(d, true, x, y);
		draw_path_to(d, false, x1, y);
		draw_path_to(d, false, x1, y1);
		draw_path_to(d, false, x, y1);
		draw_path_to(d, false, x, y - 0.9);
		draw_path_stroke(d, INK_BAD, 1.8);
		left -= n;
	}
}

static void
legend(struct draw *d, double x, double y, const struct week *w)
{
	double low = draw_width(d, &tick_style, w->unit_low);

	draw_line(d, &tick_style, x, y, 0, ALIGN_LEFT, w->unit_low);
	x += low + 5;
	for (unsigned i = 0; i < STEPS; i++)
		draw_fill(d, STEP_COLOUR[i], x + i * 16, y + 1.5, 16, 7);
	draw_frame(d, INK_RULE, x, y + 1.5, STEPS * 16, 7);
	draw_line(d, &tick_style, x + STEPS * 16 + 5, y, 0, ALIGN_LEFT, w->unit_high);
}

void
week_draw(struct draw *d, struct box box, const struct week *w)
{
	struct box grid = {box.x + LABEL_W, box.y + 4, box.w - LABEL_W, 7 * CELL_H};
	double cell_w = grid.w / 24, most = 0;
	char text[16];

	for (int i = 0; i < 7 * 24; i++)
		most = fmax(most, w->use[i / 24][i % 24]);
	for (int i = 0; i < 7 * 24; i++) {
		double x = grid.x + i % 24 * cell_w, y = grid.y + i / 24 * CELL_H;
		double use = w->use[i / 24][i % 24];
		if (use < 0)
			draw_hatch(d, INK_HATCH, x, y, cell_w, CELL_H);
		else
			cell(d, (struct box){x, y, cell_w, CELL_H}, use, most);
	}
	for (unsigned day = 0; day < 7; day++) {
		double y = grid.y + day * CELL_H;
		draw_line(d, &tick_style, box.x, y + 2.5, LABEL_W - 6, ALIGN_RIGHT,
		    say_word(DAYS[day]));
		if (day > 0)
			draw_rule(d, INK_PAPER, 0.8, grid.x, y, grid.x + grid.w, y);
	}
	for (unsigned hour = 0; hour < 24; hour += 3) {
		snprintf(text, sizeof text, "%02u:00", hour);
		draw_line(d, &tick_style, grid.x + hour * cell_w, grid.y + grid.h + 2, 0,
		    ALIGN_LEFT, text);
	}
	draw_frame(d, INK_RULE, grid.x, grid.y, grid.w, grid.h);
	if (w->has_slot)
		frame(d, grid, cell_w, w);
	legend(d, grid.x, grid.y + grid.h + 17, w);
}
