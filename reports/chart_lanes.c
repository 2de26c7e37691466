#include "reports/dossier.h"
#include "reports/terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The close-up of an outage: a lane a probe, a mark a sample, the link's own lanes above
 * those of the others. Where marks would be closer than the eye parts them, runs of one
 * fate become one bar; a lost sample is never thinner than it can be seen.
 */
#define LABEL_W   132.0
#define HEAD_H    14.0 /* above the lanes, for the times */
#define GROUP_H   14.0
#define LEGEND_H  14.0
#define BREAK_W   14.0 /* between the parts of a long one */
#define MAX_LANES 40
#define MERGE_AT  1.6 /* points between samples */

enum fate {
	FATE_REPLY,
	FATE_LATE,
	FATE_REFUSED,
	FATE_NOT_SENT,
	FATE_UNSETTLED,
	FATE_LOST,
	FATE_COUNT
};

static const struct look {
	const char *word;
	uint32_t colour;
	double height; /* of the lane */
} looks[FATE_COUNT] = {{"reply", INK_REPLY, 0.42}, {"late reply", 0xFE9929, 0.7},
    {"refused by the target", INK_MEDIAN, 0.42}, {"not sent", INK_HATCH, 0.2},
    {"in flight, unsettled", 0xC4B5A5, 0.2}, {"lost", INK_BAD, 0.82}};

struct lane {
	uint32_t probe;
	bool own;
	char link[2 * NAME_ROOM];
};

struct panes {
	struct time_axis axis[2];
	size_t n;
};

struct lanes {
	struct lane lane[MAX_LANES];
	size_t n, left_out;
	double pitch, others; /* height of a lane; of the other links' */
};

static const struct style name_style = {FACE_TEXT, 7, INK};
static const struct style role_style = {FACE_TEXT, 6.5, INK_MUTED};
static const struct style group_style = {FACE_BOLD, 7.5, INK};
static const struct style edge_style = {FACE_BOLD, 7.5, INK_BAD};

static int
role_rank(enum role role)
{
	static const int rank[ROLE_COUNT] = {[ROLE_GATEWAY] = 0,
	    [ROLE_ISP] = 1,
	    [ROLE_INTERNET] = 2,
	    [ROLE_REFLECTOR] = 3,
	    [ROLE_THROUGHPUT] = 4};

	return rank[role];
}

static bool
before(const struct results *r, const struct lane *a, const struct lane *b)
{
	const struct probe_def *x = &r->probes[a->probe], *y = &r->probes[b->probe];
	int by_link = strcmp(a->link, b->link);

	if (a->own != b->own)
		return a->own;
	if (by_link != 0)
		return by_link < 0;
	if (role_rank(x->role) != role_rank(y->role))
		return role_rank(x->role) < role_rank(y->role);
	int by_name = strcmp(x->name, y->name);
	return by_name != 0 ? by_name < 0 : a->probe < b->probe;
}

static void
lanes_find(struct lanes *s, const struct results *r, const struct link_report *l,
    const struct closeup *c)
{
	bool *seen = calloc(r->n_probes + 1, sizeof *seen);

	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < c->n_marks; i++) {
		uint32_t probe = c->marks[i].probe;
		if (probe >= r->n_probes || seen[probe])
			continue;
		seen[probe] = true;
		const struct probe_def *def = &r->probes[probe];
		struct lane lane = {.probe = probe};
		lane.own = strcmp(def->centre, l->def->centre) == 0 &&
		           strcmp(def->link, l->def->link) == 0;
		snprintf(lane.link, sizeof lane.link, "%s/%s", def->centre, def->link);
		size_t at = s->n;
		if (s->n == MAX_LANES) {
			s->left_out++;
			if (!before(r, &lane, &s->lane[--at]))
				continue;
		} else {
			s->n++;
		}
		for (; at > 0 && before(r, &lane, &s->lane[at - 1]); at--)
			s->lane[at] = s->lane[at - 1];
		s->lane[at] = lane;
	}
	free(seen);
	s->pitch = s->n <= 10 ? 13 : s->n <= 24 ? 11 : 9.5;
	s->others = s->n <= 10 ? 11 : 8.5;
}

static size_t
groups(const struct lanes *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += i == 0 || strcmp(s->lane[i].link, s->lane[i - 1].link) != 0;
	return n;
}

static double
lane_h(const struct lanes *s, size_t i)
{
	return s->lane[i].own ? s->pitch : s->others;
}

/* Lanes and the names of their links. */
static double
plot_height(const struct lanes *s)
{
	double h = 4 + (double)groups(s) * GROUP_H;

	for (size_t i = 0; i < s->n; i++)
		h += lane_h(s, i);
	return s->n == 0 ? h + 26 : h;
}

double
lanes_height(
    const struct results *r, const struct link_report *l, const struct closeup *c)
{
	struct lanes s;

	lanes_find(&s, r, l, c);
	return HEAD_H + plot_height(&s) + 2 + AXIS_LABELS_H + LEGEND_H;
}

static enum fate
fate_of(const struct mark *m, const struct probe_def *def)
{
	switch (m->outcome) {
	case OUTCOME_REPLY:
		return def->timeout_ns > 0 && m->rtt_ns > def->timeout_ns ? FATE_LATE
		                                                          : FATE_REPLY;
	case OUTCOME_REFUSED:
		return FATE_REFUSED;
	case OUTCOME_LOST:
		return FATE_LOST;
	case OUTCOME_NOT_SENT:
		return FATE_NOT_SENT;
	default:
		return FATE_UNSETTLED;
	}
}

/* One fate of one lane as one path. */
static void
draw_fate(struct draw *d, const struct time_axis *a, const struct closeup *c,
    const struct results *r, const struct lane *lane, enum fate fate, double y, double h)
{
	const struct probe_def *def = &r->probes[lane->probe];
	double span = (double)(a->to_ns - a->from_ns);
	double every = def->every_ns > 0 ? (double)def->every_ns : span / 100;
	double pitch = span > 0 ? every / span * a->w : a->w;
	double tick = fmin(fmax(pitch * 0.55, fate == FATE_LOST ? 0.7 : 0.5), 2.0);
	double from = 0, to = -1e9;
	bool last_same = false;
	double mark_h = looks[fate].height * h, top = y + (h - mark_h) / 2;

	for (size_t i = 0; i < c->n_marks; i++) {
		const struct mark *m = &c->marks[i];
		if (m->probe != lane->probe || m->sent_ns < a->from_ns ||
		    m->sent_ns > a->to_ns)
			continue;
		if (fate_of(m, def) != fate) {
			last_same = false;
			continue;
		}
		double x = axis_x(a, m->sent_ns);
		double reach = pitch < MERGE_AT && last_same ? fmax(2.5 * pitch, 0.3) : 0;
		last_same = true;
		if (x - tick / 2 <= to + reach) {
			to = fmax(to, x + tick / 2);
			continue;
		}
		if (to > from)
			draw_path_rect(d, from, top, to - from, mark_h);
		from = x - tick / 2;
		to = x + tick / 2;
	}
	if (to > from)
		draw_path_rect(d, from, top, to - from, mark_h);
	draw_path_fill(d, looks[fate].colour);
}

/* A long one in two parts, its beginning and its end. */
static struct panes
panes_of(const struct closeup *c, const struct zone *z, double x, double w)
{
	struct panes p = {{{z, c->from_ns, c->to_ns, x, w}}, 1};

	if (c->cut_to_ns <= c->cut_from_ns)
		return p;
	double each = (w - BREAK_W) / 2;
	p.axis[0] = (struct time_axis){z, c->from_ns, c->cut_from_ns, x, each};
	p.axis[1] =
	    (struct time_axis){z, c->cut_to_ns, c->to_ns, x + each + BREAK_W, each};
	p.n = 2;
	return p;
}

/* Two strokes across the line below the lanes: here the axis is broken. */
static void
draw_break(struct draw *d, const struct panes *p, double y)
{
	if (p->n < 2)
		return;
	double left = p->axis[0].x + p->axis[0].w, right = p->axis[1].x;
	draw_rule(d, INK_MUTED, 0.8, left - 2, y + 4, left + 2, y - 4);
	draw_rule(d, INK_MUTED, 0.8, right - 2, y + 4, right + 2, y - 4);
}

static void
draw_edge(struct draw *d, const struct time_axis *a, int64_t at, int64_t bound,
    double top, double h)
{
	double x0 = axis_x(a, at - bound), x1 = axis_x(a, at + bound);

	if (at + bound < a->from_ns || at - bound > a->to_ns)
		return;
	draw_fill(d, 0xF0B98D, x0, top, fmax(x1 - x0, 0.8), h);
}

static void
print_edge(const struct zone *z, int64_t at, int64_t bound, bool day, char out[64])
{
	char text[48], within[24];

	chart_zone_print(z, at, 2, text);
	text[22] = '\0'; /* without the offset: the axis says it */
	say_number(within, sizeof within, "%.2f s", (double)bound / 1e9);
	snprintf(out, 64, "%.22s ± %s", text + (day ? 0 : 11), within);
}

static void
draw_shade(struct draw *d, const struct time_axis *a, const struct outage *o, double top,
    double h)
{
	double x0 = axis_x(a, o->start_ns), x1 = axis_x(a, o->end_ns);

	draw_fill(d, INK_TINT_BAD, x0, top, x1 - x0, h);
	for (size_t i = 0; i < o->n_holes; i++) {
		double h0 = axis_x(a, o->holes[i].start_ns),
		       h1 = axis_x(a, o->holes[i].end_ns);
		draw_fill(d, INK_PAPER, h0, top, h1 - h0, h);
		draw_hatch(d, INK_HATCH, h0, top, h1 - h0, h);
	}
	draw_edge(d, a, o->start_ns, o->start_bound_ns, top, h);
	if (!o->open)
		draw_edge(d, a, o->end_ns, o->end_bound_ns, top, h);
}

/* Above it, when it was, in the middle of what is drawn of it. */
static void
draw_title(struct draw *d, const struct panes *p, const struct outage *o,
    const struct zone *z, double top)
{
	const struct time_axis *first = &p->axis[0], *last = &p->axis[p->n - 1];
	char start[64], end[64], cut[40], text[256];
	double x0 = axis_x(first, o->start_ns), x1 = axis_x(last, o->end_ns);

	bool days = chart_zone_civil(z, o->start_ns).day_number !=
	            chart_zone_civil(z, o->end_ns).day_number;
	print_edge(z, o->start_ns, o->start_bound_ns, days, start);
	print_edge(z, o->end_ns, o->end_bound_ns, days, end);
	if (o->open)
		say(text, sizeof text, "from {1}, still open", start);
	else
		say(text, sizeof text, "{1}  to  {2}", start, end);
	if (p->n > 1) {
		words_duration(last->from_ns - first->to_ns, false, cut);
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, ";");
		say_more(text, sizeof text, "{1} of it are not drawn", cut);
	}
	double w = draw_width(d, &edge_style, text);
	double x = fmin(fmax((x0 + x1 - w) / 2, first->x), last->x + last->w - w);
	draw_line(d, &edge_style, x, top - HEAD_H + 1, 0, ALIGN_LEFT, text);
}

static void
draw_group(struct draw *d, double x, double y, double w, const struct results *r,
    const struct lane *lane, bool own)
{
	const struct link_def *def = NULL;
	const struct probe_def *probe = &r->probes[lane->probe];
	char text[NAME_ROOM + TEXT_ROOM + 64];

	for (size_t i = 0; i < r->n_link_defs && def == NULL; i++)
		if (strcmp(r->link_defs[i].centre, probe->centre) == 0 &&
		    strcmp(r->link_defs[i].link, probe->link) == 0)
			def = &r->link_defs[i];
	snprintf(text, sizeof text, "%s %s%s",
	    say_word(own ? "This link:" : "Other link:"), probe->link, "");
	if (def != NULL && def->isp[0] != '\0')
		snprintf(text, sizeof text, "%s %s (%s)",
		    say_word(own ? "This link:" : "Other link:"), probe->link, def->isp);
	draw_line(d, &group_style, x, y + 2, w, ALIGN_LEFT, text);
}

static double
draw_legend(struct draw *d, double x, double y)
{
	for (int f = 0; f < FATE_COUNT; f++) {
		double h = looks[f].height * 11;
		draw_fill(d, looks[f].colour, x, y + 4.5 - h / 2, 2, h);
		draw_fill(d, looks[f].colour, x + 4, y + 4.5 - h / 2, 2, h);
		draw_line(
		    d, &role_style, x + 9, y, 0, ALIGN_LEFT, say_word(looks[f].word));
		x += 9 + draw_width(d, &role_style, say_word(looks[f].word)) + 10;
	}
	draw_fill(d, INK_TINT_BAD, x, y, 7, 9);
	draw_fill(d, 0xF0B98D, x + 5, y, 3, 9);
	draw_line(d, &role_style, x + 11, y, 0, ALIGN_LEFT,
	    say_word("outage, edge within bound"));
	return LEGEND_H;
}

void
lanes_draw(struct draw *d, struct box box, const struct results *r,
    const struct link_report *l, const struct closeup *c, const struct zone *z)
{
	const struct outage *o = &l->result->outages[c->outage];
	struct lanes s;
	char more[24], text[128], offset[16];

	lanes_find(&s, r, l, c);
	double h = plot_height(&s);
	struct panes p = panes_of(c, z, box.x + LABEL_W, box.w - LABEL_W);
	double top = box.y + HEAD_H, y = top + 2, labels = 0;

	for (size_t k = 0; k < p.n; k++) {
		const struct time_axis *a = &p.axis[k];
		draw_shade(d, a, o, top, h);
		axis_grid(d, a, top, top + h);
		draw_rule(d, INK_RULE, 0.6, a->x, top + h, a->x + a->w, top + h);
	}
	draw_title(d, &p, o, z, top);
	draw_break(d, &p, top + h);
	for (size_t i = 0; i < s.n; i++) {
		const struct lane *lane = &s.lane[i];
		const struct probe_def *def = &r->probes[lane->probe];
		if (i == 0 || strcmp(lane->link, s.lane[i - 1].link) != 0) {
			draw_group(d, box.x, y, box.w, r, lane, lane->own);
			y += GROUP_H;
		}
		snprintf(text, sizeof text, "%s %s", terms_role(def->role),
		    terms_kind(def->kind));
		double each = lane_h(&s, i);
		draw_line(
		    d, &role_style, box.x, y + each / 2 - 4.4, 56, ALIGN_LEFT, text);
		draw_line(d, lane->own ? &name_style : &role_style, box.x + 58,
		    y + each / 2 - 4.7, LABEL_W - 64, ALIGN_RIGHT, def->name);
		for (size_t k = 0; k < p.n; k++)
			for (int f = 0; f < FATE_COUNT; f++)
				draw_fate(
				    d, &p.axis[k], c, r, lane, (enum fate)f, y, each);
		y += each;
	}
	if (s.n == 0)
		draw_line(d, &name_style, box.x, top + 6, LABEL_W, ALIGN_LEFT,
		    say_word("no samples of this time"));
	chart_zone_print_offset(chart_zone_offset_s(z, c->from_ns), offset);
	bool utc = strcmp(z->name, "UTC") == 0;
	snprintf(
	    text, sizeof text, "%s%s%s", z->name, utc ? "" : ", UTC", utc ? "" : offset);
	draw_line(d, &role_style, box.x, top + h + 2, LABEL_W - 20, ALIGN_LEFT, text);
	for (size_t k = 0; k < p.n; k++)
		labels = fmax(labels, axis_labels(d, &p.axis[k], top + h + 2));
	y = top + h + 2 + labels;
	if (s.left_out > 0) {
		snprintf(more, sizeof more, "%zu", s.left_out);
		say(text, sizeof text, "and {1} more {1|probe|probes}", more);
		draw_line(
		    d, &role_style, box.x, top + h + 11, LABEL_W - 20, ALIGN_LEFT, text);
	}
	draw_legend(d, box.x, y);
}
