#include "reports/draw.h"
#include "reports/draw_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

bool
draw_is_quiet(const struct draw *d)
{
	return d->cr == NULL;
}

static void
set_colour(struct draw *d, uint32_t colour)
{
	if (d->has_colour && d->colour == colour)
		return;
	cairo_set_source_rgb(d->cr, (colour >> 16 & 0xFF) / 255.0,
	    (colour >> 8 & 0xFF) / 255.0, (colour & 0xFF) / 255.0);
	d->colour = colour;
	d->has_colour = true;
}

void
draw_use(struct draw *d, uint32_t colour)
{
	set_colour(d, colour);
}

void
draw_fill(struct draw *d, uint32_t colour, double x, double y, double w, double h)
{
	if (d->cr == NULL || w <= 0 || h <= 0)
		return;
	set_colour(d, colour);
	cairo_new_path(d->cr);
	cairo_rectangle(d->cr, x, y, w, h);
	cairo_fill(d->cr);
}

void
draw_frame(struct draw *d, uint32_t colour, double x, double y, double w, double h)
{
	if (d->cr == NULL)
		return;
	set_colour(d, colour);
	cairo_new_path(d->cr);
	cairo_set_line_width(d->cr, 0.5);
	cairo_rectangle(d->cr, x, y, w, h);
	cairo_stroke(d->cr);
}

/* Lines at 45 degrees, each clipped by arithmetic rather than by a clip path: no state
 * to restore and a third of the bytes. */
void
draw_hatch(struct draw *d, uint32_t colour, double x, double y, double w, double h)
{
	const double step = 3.2;

	if (d->cr == NULL || w <= 0 || h <= 0)
		return;
	set_colour(d, colour);
	cairo_new_path(d->cr);
	cairo_set_line_width(d->cr, 0.4);
	/* On one grid for the whole page, so that neighbours join: x + y = k step. */
	double first = ceil((x + y) / step) * step;
	unsigned n = 0;
	for (double sum = first; sum < x + w + y + h; sum += step) {
		double x0 = fmax(x, sum - y - h), x1 = fmin(x + w, sum - y);
		if (x1 - x0 < 0.05)
			continue;
		cairo_move_to(d->cr, x0, sum - x0);
		cairo_line_to(d->cr, x1, sum - x1);
		n++;
	}
	if (n > 0)
		cairo_stroke(d->cr);
	else /* too small for a line: a grey patch stands for it */
		draw_fill(d, INK_RULE, x, y, w, h);
}

void
draw_rule(struct draw *d, uint32_t colour, double width, double x0, double y0, double x1,
    double y1)
{
	if (d->cr == NULL)
		return;
	set_colour(d, colour);
	cairo_new_path(d->cr);
	cairo_set_line_width(d->cr, width);
	cairo_move_to(d->cr, x0, y0);
	cairo_line_to(d->cr, x1, y1);
	cairo_stroke(d->cr);
}

void
draw_path_rect(struct draw *d, double x, double y, double w, double h)
{
	if (d->cr != NULL)
		cairo_rectangle(d->cr, x, y, w, h);
}

void
draw_path_to(struct draw *d, bool move, double x, double y)
{
	if (d->cr == NULL)
		return;
	if (move)
		cairo_move_to(d->cr, x, y);
	else
		cairo_line_to(d->cr, x, y);
}

void
draw_path_fill(struct draw *d, uint32_t colour)
{
	if (d->cr == NULL)
		return;
	set_colour(d, colour);
	cairo_fill(d->cr);
}

void
draw_path_stroke(struct draw *d, uint32_t colour, double width)
{
	if (d->cr == NULL)
		return;
	set_colour(d, colour);
	cairo_set_line_width(d->cr, width);
	cairo_stroke(d->cr);
}

void
draw_tag(struct draw *d, const char *tag, const char *attributes)
{
	if (d->tagged)
		cairo_tag_begin(d->cr, tag, attributes);
}

void
draw_untag(struct draw *d, const char *tag)
{
	if (d->tagged)
		cairo_tag_end(d->cr, tag);
}

int
draw_status(const struct draw *d, char *err, size_t room)
{
	cairo_status_t status =
	    d->cr == NULL ? CAIRO_STATUS_SUCCESS : cairo_status(d->cr);

	if (status == CAIRO_STATUS_SUCCESS)
		return 0;
	snprintf(err, room, "drawing: %s", cairo_status_to_string(status));
	return -EIO;
}
