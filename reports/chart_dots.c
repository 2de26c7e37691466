#include "reports/chart.h"

#include <math.h>

/*
 * Candidates keep their colour and their place in every row; ranks stand at the right as
 * ranges where the intervals do not part them.
 */
#define TITLE_W 128.0
#define RANK_W  34.0
#define LANE    11.0
#define WIDE    19.0 /* of few candidates: a value has room above its mark */
#define FEW     3
#define FOOT    13.0
#define GAP     9.0
#define DOT     3.2
#define LEGEND  20.0
#define TINT    0xE6EEF5
#define RIM     0x8C959F

/* Okabe and Ito's, those that stay apart for the colour-blind. */
const uint32_t dots_colour[DOTS_MOST] = {
    0x0072B2, 0xE69F00, 0x009E73, 0xD55E00, 0xCC79A7};

static const struct style title_style = {FACE_BOLD, 8.5, INK};
static const struct style note_style = {FACE_TEXT, 7, INK_MUTED};
static const struct style name_style = {FACE_BOLD, 7.5, INK};
static const struct style rank_style = {FACE_TEXT, 8.5, INK};

static double
row_height(const struct dots *dots)
{
	double lanes = (double)dots->n * (dots->n > FEW ? LANE : WIDE);

	return (lanes > 24 ? lanes : 24) + FOOT + GAP;
}

double
dots_height(const struct dots *dots)
{
	return LEGEND + (double)dots->n_rows * row_height(dots);
}

/* Names share the width evenly; long ones are cut. Their colours stand over the ranks. */
static void
draw_legend(struct draw *d, const struct dots *dots, struct box plot)
{
	const char *rank = say_word("rank");
	double rank_w = draw_width(d, &note_style, rank);
	double slot = (plot.w - rank_w) / (double)dots->n;

	draw_line(
	    d, &note_style, plot.x + plot.w + 10 - rank_w, plot.y, 0, ALIGN_LEFT, rank);
	for (size_t i = 0; i < dots->n; i++) {
		double x = plot.x + (double)i * slot;
		draw_fill(d, dots_colour[i], x, plot.y + 1.5, 7, 7);
		draw_line(d, &name_style, x + 11, plot.y, slot - 15, ALIGN_LEFT,
		    dots->names[i]);
		draw_fill(d, dots_colour[i],
		    plot.x + plot.w + 10 + ((double)i + 0.5) * RANK_W - 3.5, plot.y + 1.5,
		    7, 7);
	}
}

/* The part of a lane in which what is agreed is kept; its end is a line where it shows.
 */
static void
draw_limit(struct draw *d, const struct dots *dots, const struct dots_row *row, size_t i,
    struct box lane)
{
	double top = lane.y + (dots->n <= FEW ? lane.h / 2 : 0.5); /* values stay clear */
	double at = (row->dots[i].limit - row->from) / (row->to - row->from);
	double edge = lane.x + lane.w * fmin(1, fmax(0, at));
	double x = row->more ? edge : lane.x;
	double w = row->more ? lane.x + lane.w - edge : edge - lane.x;

	if (w > 0)
		draw_fill(d, TINT, x, lane.y + 0.5, w, lane.h - 1);
	if (at > 0 && at < 1)
		draw_rule(d, RIM, 0.9, edge, top, edge, lane.y + lane.h - 0.5);
}

static void
draw_dot(struct draw *d, const struct dots *dots, const struct dots_row *row, size_t i,
    struct box plot, double y)
{
	double unit = plot.w / (row->to - row->from);
	double x = plot.x + (row->dots[i].point - row->from) * unit;
	double low = plot.x + (row->dots[i].lower - row->from) * unit;
	double high = plot.x + (row->dots[i].upper - row->from) * unit;
	double text = draw_width(d, &note_style, row->dots[i].value);

	low = fmax(low, plot.x);
	high = fmin(high, plot.x + plot.w);
	if (row->dots[i].has_interval)
		draw_rule(d, dots_colour[i], 1.8, low, y, fmax(high, low + 1), y);
	else
		low = high = x;
	draw_fill(d, dots_colour[i], x - DOT, y - DOT, 2 * DOT, 2 * DOT);
	if (dots->n <= FEW) {
		double at = fmin(fmax(x - text / 2, plot.x), plot.x + plot.w - text);
		draw_line(
		    d, &note_style, at, y - DOT - 9.5, 0, ALIGN_LEFT, row->dots[i].value);
		return;
	}
	/* the value beside it, on the side that has room */
	double right = fmax(high, x + DOT) + 4;
	if (right + text <= plot.x + plot.w)
		draw_line(
		    d, &note_style, right, y - 5, 0, ALIGN_LEFT, row->dots[i].value);
	else
		draw_line(d, &note_style, fmin(low, x - DOT) - 4 - text, y - 5, 0,
		    ALIGN_LEFT, row->dots[i].value);
}

static void
draw_row(
    struct draw *d, const struct dots *dots, const struct dots_row *row, struct box plot)
{
	double foot = plot.y + plot.h - FOOT - GAP;
	double lane = (foot - plot.y) / (double)dots->n;

	for (size_t i = 0; i < dots->n; i++)
		if (row->dots[i].has_limit)
			draw_limit(d, dots, row, i,
			    (struct box){
			        plot.x, plot.y + (double)i * lane, plot.w, lane});
	draw_rule(d, INK_RULE, 0.7, plot.x, foot, plot.x + plot.w, foot);
	draw_line(d, &note_style, plot.x, foot + 2, 0, ALIGN_LEFT, row->low);
	draw_line(
	    d, &note_style, plot.x + plot.w - 80, foot + 2, 80, ALIGN_RIGHT, row->high);
	for (size_t i = 0; i < dots->n; i++) {
		double y = plot.y + ((double)i + (dots->n <= FEW ? 0.72 : 0.5)) * lane;
		if (row->dots[i].has)
			draw_dot(d, dots, row, i, plot, y);
		else
			draw_line(d, &note_style, plot.x + 4, y - 5, 0, ALIGN_LEFT,
			    say_word("not measured"));
		draw_line(d, &rank_style, plot.x + plot.w + 10 + (double)i * RANK_W,
		    (plot.y + foot) / 2 - 6, RANK_W, ALIGN_CENTRE, row->dots[i].rank);
	}
}

void
dots_draw(struct draw *d, struct box box, const struct dots *dots)
{
	double ranks = (double)dots->n * RANK_W + 10;
	struct box plot = {
	    box.x + TITLE_W, box.y, box.w - TITLE_W - ranks, row_height(dots)};

	draw_legend(d, dots, plot);
	plot.y += LEGEND;
	for (size_t r = 0; r < dots->n_rows; r++) {
		const struct dots_row *row = &dots->rows[r];
		draw_line(
		    d, &title_style, box.x, plot.y, TITLE_W - 8, ALIGN_LEFT, row->title);
		draw_block(d, &note_style, box.x, plot.y + 12, TITLE_W - 8, 2, row->note);
		draw_row(d, dots, row, plot);
		plot.y += plot.h;
	}
}
