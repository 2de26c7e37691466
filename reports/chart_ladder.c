#include "reports/chart.h"

#include <stdio.h>

/*
 * The path around an outage: three ladders beside each other, a rung a hop, at the same
 * height where the number is the same. A hop that never answers is an open rung and no
 * loss. Behind the last router that answered during the outage the ladder is broken, and
 * what stood there before is named in grey.
 */
#define HEAD_H 26.0
#define FOOT_H 12.0
#define GAP    14.0
#define RAIL_X 17.0
#define KNOT   5.0
#define TEXT_X (RAIL_X + 9)
#define RTT_W  44.0
#define FEW    12
#define LEAST  4.4 /* the smallest type of an address */
#define MANY_H 10.5
#define FEW_H  13.0

static const struct style head_style = {FACE_BOLD, 7.5, INK};
static const struct style time_style = {FACE_TEXT, 6.5, INK_MUTED};
static const struct style hop_style = {FACE_MONO, 6.8, INK};
static const struct style grey_style = {FACE_MONO, 6.8, INK_HATCH};
static const struct style note_style = {FACE_TEXT, 6.5, INK_MUTED};
static const struct style bad_style = {FACE_BOLD, 6.8, INK_BAD};

static unsigned
rungs_of(const struct trail *t)
{
	unsigned most = 1;

	for (int i = 0; i < TRAIL_TIMES; i++)
		if (t->has[i] && t->at[i].n_hops > most)
			most = t->at[i].n_hops;
	return most;
}

static double
pitch_of(const struct trail *t)
{
	return rungs_of(t) <= FEW ? FEW_H : MANY_H;
}

double
ladder_height(const struct trail *t)
{
	return HEAD_H + (rungs_of(t) + 1) * pitch_of(t) + FOOT_H;
}

static void
draw_knot(struct draw *d, double x, double y, enum hop_kind kind, bool last)
{
	double at_x = x - KNOT / 2, at_y = y - KNOT / 2;

	if (kind == HOP_SILENT) {
		draw_fill(d, INK_PAPER, at_x, at_y, KNOT, KNOT);
		draw_frame(d, INK_HATCH, at_x, at_y, KNOT, KNOT);
		return;
	}
	draw_fill(d,
	    last                 ? INK_BAD
	    : kind == HOP_TARGET ? INK_GOOD
	                         : INK_BLUE,
	    at_x, at_y, KNOT, KNOT);
	if (last)
		draw_frame(d, INK_BAD, at_x - 2, at_y - 2, KNOT + 4, KNOT + 4);
}

static void
draw_rung(struct draw *d, const struct path *p, unsigned i, double x, double y, double w,
    bool last)
{
	const struct path_hop *h = &p->hops[i];
	struct style style = last ? bad_style : hop_style;
	char number[8], address[46], text[128], rtt[64];

	snprintf(number, sizeof number, "%u", i + 1);
	draw_line(d, &note_style, x, y - 4.2, RAIL_X - 6, ALIGN_RIGHT, number);
	draw_knot(d, x + RAIL_X, y, h->kind, last);
	if (h->kind == HOP_SILENT) {
		draw_line(d, &note_style, x + TEXT_X, y - 4.2, w - TEXT_X, ALIGN_LEFT,
		    say_word("does not answer"));
		return;
	}
	snprintf(text, sizeof text, "%s%s%s%s",
	    trail_address(p->family, h->from, address),
	    i + 1 == p->isp_hop ? "  ISP" : "", h->kind == HOP_TARGET ? "  " : "",
	    h->kind == HOP_TARGET ? say_word("target") : "");
	/* an address that is cut is none */
	while (style.size > LEAST && draw_width(d, &style, text) > w - TEXT_X - RTT_W)
		style.size -= 0.2;
	draw_line(d, &style, x + TEXT_X, y - 0.65 * style.size, w - TEXT_X - RTT_W,
	    ALIGN_LEFT, text);
	if (h->kind == HOP_UNREACHABLE) /* whose time says nothing */
		snprintf(rtt, sizeof rtt, "%s", say_word("unreachable"));
	else
		say_number(rtt, sizeof rtt, h->rtt_ns < NS_PER_MS ? "%.2f ms" : "%.1f ms",
		    (double)h->rtt_ns / 1e6);
	draw_line(d, &note_style, x + w - RTT_W, y - 4.2, RTT_W, ALIGN_RIGHT, rtt);
}

/* Where it ended, and what should have come. */
static void
draw_break(struct draw *d, const struct trail *t, double x, double y, double w)
{
	double pitch = pitch_of(t);
	const struct path *before = &t->at[TRAIL_BEFORE];
	unsigned last = (unsigned)trail_last(t);
	char address[46], number[8];

	draw_rule(d, INK_BAD, 1.2, x + RAIL_X - 4, y - 3, x + RAIL_X + 4, y + 3);
	draw_rule(d, INK_BAD, 1.2, x + RAIL_X - 4, y + 3, x + RAIL_X + 4, y - 3);
	for (unsigned i = last; t->has[TRAIL_BEFORE] && i < before->n_hops; i++) {
		double at = y + (i - last) * pitch;
		snprintf(number, sizeof number, "%u", i + 1);
		draw_line(d, &note_style, x, at - 4.2, RAIL_X - 6, ALIGN_RIGHT, number);
		draw_line(d, &grey_style, x + TEXT_X, at - 4.4, w - TEXT_X - RTT_W,
		    ALIGN_LEFT,
		    before->hops[i].kind == HOP_SILENT
		        ? "*"
		        : trail_address(before->family, before->hops[i].from, address));
		draw_line(d, &note_style, x + w - RTT_W, at - 4.2, RTT_W, ALIGN_RIGHT,
		    say_word("silent"));
	}
}

static void
draw_ladder(struct draw *d, const struct trail *t, enum trail_when when,
    const struct zone *z, double x, double y, double w)
{
	static const char *const NAMES[TRAIL_TIMES] = {"Before", "During", "After"};
	const struct path *p = &t->at[when];
	double pitch = pitch_of(t), top = y + HEAD_H;
	unsigned last = when == TRAIL_DURING ? p->n_hops : 0;
	char at[48], text[80];

	draw_line(d, when == TRAIL_DURING ? &bad_style : &head_style, x, y, w, ALIGN_LEFT,
	    say_word(NAMES[when]));
	if (!t->has[when]) {
		draw_line(
		    d, &time_style, x, y + 10, w, ALIGN_LEFT, say_word("not traced"));
		return;
	}
	chart_zone_print(z, p->time.ns, 0, at);
	say(text, sizeof text, "traced {1}", at);
	draw_line(d, &time_style, x, y + 10, w, ALIGN_LEFT, text);
	if (p->n_hops > 1)
		draw_rule(d, INK_REPLY, 1, x + RAIL_X, top + pitch / 2, x + RAIL_X,
		    top + (p->n_hops - 0.5) * pitch);
	for (unsigned i = 0; i < p->n_hops; i++)
		draw_rung(d, p, i, x, top + (i + 0.5) * pitch, w,
		    when == TRAIL_DURING && i + 1 == last);
	if (when == TRAIL_DURING)
		draw_break(d, t, x, top + (last + 0.5) * pitch, w);
}

void
ladder_draw(struct draw *d, struct box box, const struct trail *t, const struct zone *z)
{
	double w = (box.w - (TRAIL_TIMES - 1) * GAP) / TRAIL_TIMES;

	for (int i = 0; i < TRAIL_TIMES; i++)
		draw_ladder(d, t, (enum trail_when)i, z, box.x + i * (w + GAP), box.y, w);
	draw_line(d, &note_style, box.x, box.y + box.h - FOOT_H + 2, box.w, ALIGN_LEFT,
	    say_word("Framed: the last to answer during the outage. A router that never "
	             "answers is no loss; round trips to routers are for orientation."));
}
