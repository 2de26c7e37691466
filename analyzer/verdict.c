/*
 * A verdict is a ledger first: every instant of the period in one class, by the
 * precedence excluded, granted, unknown, down, up. Sums are taken from the ledger, so
 * they cannot disagree with it; the bounds of the ratio then let the unknown and the
 * edges speak for either side.
 */
#include "analyzer/verdict.h"

#include "analyzer/dark.h"
#include "analyzer/layer.h"
#include "analyzer/profile.h"
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_BOUND_NS (100 * NS_PER_MS) /* beyond it no verdict stands */

enum layers {
	LAYER_EXCLUDED,
	LAYER_GRANTED,
	LAYER_UNKNOWN,
	LAYER_DOWN,
	LAYER_COUNT
};

/* While one verdict is worked out. */
struct judging {
	struct verdict *v;
	const struct link_result *r;
	const struct terms *t;
	struct span p; /* what is judged */
	struct dark *darks;
	size_t n_darks;
	struct layer layers[LAYER_COUNT];
};

const char *
verdict_name(enum verdict_kind v)
{
	static const char *const NAMES[] = {
	    "met", "breached", "arguable", "not-proven", "refused", "pending", "none"};
	return NAMES[v];
}

const char *
interval_class_name(enum interval_class c)
{
	static const char *const NAMES[] = {"excluded", "unknown", "down", "up"};
	return NAMES[c];
}

static void __attribute__((format(printf, 2, 3)))
because(struct verdict *v, const char *format, ...)
{
	va_list args;

	if (v->n_reasons == sizeof v->reasons / sizeof v->reasons[0])
		return;
	va_start(args, format);
	vsnprintf(v->reasons[v->n_reasons++], sizeof v->reasons[0], format, args);
	va_end(args);
}

/* ---- the ledger ---- */

static bool
is_event(const struct terms *t)
{
	return t->profile.delta_ns == 0;
}

static void
exempt_layers(struct judging *g)
{
	for (size_t i = 0; i < g->t->n_exempt; i++) {
		const struct exemption *e = &g->t->exempt[i];
		layer_put(&g->layers[e->granted ? LAYER_GRANTED : LAYER_EXCLUDED], g->p,
		    (struct piece){e->start_ns, e->end_ns, e->reason, NULL});
	}
	layer_settle(&g->layers[LAYER_EXCLUDED]);
	layer_settle(&g->layers[LAYER_GRANTED]);
}

/* The cadence a profile by intervals needs: without it nothing can be told, open or not.
 */
static bool
too_slow(const struct link_result *r, const struct terms *t)
{
	struct binning b;

	return profile_binning(&t->profile, &b) &&
	       r->votes_per_s * (double)b.part_ns / 1e9 < (double)b.need * 0.99;
}

static void
unknown_layer(struct judging *g)
{
	struct layer *l = &g->layers[LAYER_UNKNOWN];
	struct binning rule;

	for (size_t i = 0; i < g->r->n_unknown; i++)
		layer_put(l, g->p,
		    (struct piece){g->r->unknown[i].start_ns, g->r->unknown[i].end_ns,
		        unknown_name(g->r->unknown[i].reason), NULL});
	layer_settle(l);
	if (too_slow(g->r, g->t))
		layer_put(l, g->p,
		    (struct piece){g->p.start_ns, g->p.end_ns,
		        unknown_name(UNKNOWN_NO_SAMPLES), NULL});
	if (!profile_binning(&g->t->profile, &rule))
		return;
	const struct binned *b = profile_bins(g->r, &rule);
	for (size_t i = 0; i < b->n_thin; i++)
		layer_put(l, g->p,
		    (struct piece){b->thin[i].start_ns, b->thin[i].end_ns,
		        unknown_name(UNKNOWN_NO_SAMPLES), NULL});
	layer_settle(l);
}

static void
down_layer(struct judging *g)
{
	for (size_t i = 0; i < g->n_darks; i++) {
		const struct dark *d = &g->darks[i];
		for (size_t k = 0; d->counted && d->long_enough && k < d->n_pieces; k++)
			layer_put(&g->layers[LAYER_DOWN], g->p,
			    (struct piece){d->pieces[k].start_ns, d->pieces[k].end_ns,
			        NULL, d->outage != NULL ? d->outage->id : ""});
	}
	layer_settle(&g->layers[LAYER_DOWN]);
}

static void
enter(struct verdict *v, size_t *room, int64_t start, int64_t end, enum layers layer,
    const struct piece *p)
{
	static const enum interval_class CLASSES[] = {
	    CLASS_EXCLUDED, CLASS_UP, CLASS_UNKNOWN, CLASS_DOWN, CLASS_UP};
	enum interval_class class = CLASSES[layer];
	const char *reason = p != NULL ? p->reason : NULL;
	const char *id = class == CLASS_DOWN ? p->id : "";
	struct interval *last =
	    v->n_intervals > 0 ? &v->intervals[v->n_intervals - 1] : NULL;

	*(class == CLASS_EXCLUDED    ? &v->excluded_ns
	    : class == CLASS_UNKNOWN ? &v->unknown_ns
	    : class == CLASS_DOWN    ? &v->down_ns
	                             : &v->up_ns) += end - start;
	if (last != NULL && last->class == class && last->reason == reason &&
	    strcmp(last->outage_id, id) == 0) {
		last->end_ns = end;
		return;
	}
	if (v->n_intervals == *room) {
		*room = *room * 2 + 16;
		v->intervals = memory_grow(v->intervals, *room, sizeof *v->intervals);
	}
	struct interval *i = &v->intervals[v->n_intervals++];
	*i = (struct interval){
	    .start_ns = start, .end_ns = end, .class = class, .reason = reason};
	snprintf(i->outage_id, sizeof i->outage_id, "%s", id);
}

static void
write_ledger(struct judging *g)
{
	size_t at_layer[LAYER_COUNT] = {0}, room = 0;

	g->v->scheduled_ns = g->p.end_ns - g->p.start_ns;
	for (int64_t at = g->p.start_ns; at < g->p.end_ns;) {
		int64_t next = g->p.end_ns;
		const struct piece *p = NULL;
		int layer = LAYER_COUNT;
		for (int k = 0; k < LAYER_COUNT; k++) {
			const struct piece *here =
			    layer_at(&g->layers[k], &at_layer[k], at, &next);
			if (here != NULL && p == NULL) {
				p = here;
				layer = k;
			}
		}
		enter(g->v, &room, at, next, (enum layers)layer, p);
		at = next;
	}
}

/* ---- what each outage weighs ---- */

/* Time of [start, end) in the ledger that is down, or up where it might have been. */
static int64_t
time_in(const struct verdict *v, int64_t start, int64_t end, bool down, bool up)
{
	size_t lo = 0, hi = v->n_intervals;
	int64_t sum = 0;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (v->intervals[mid].end_ns <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < v->n_intervals && v->intervals[lo].start_ns < end; lo++) {
		const struct interval *i = &v->intervals[lo];
		int64_t a = i->start_ns > start ? i->start_ns : start;
		int64_t b = i->end_ns < end ? i->end_ns : end;
		bool granted = i->class == CLASS_UP && i->reason != NULL;
		if ((i->class == CLASS_DOWN && down) ||
		    (i->class == CLASS_UP && up && !granted))
			sum += b - a;
	}
	return sum;
}

static bool
edge_in(struct span p, int64_t at)
{
	return at >= p.start_ns && at < p.end_ns;
}

/* What counts of it in the period; and with what lies over the period's edges. */
static int64_t
pieces_in(const struct judging *g, const struct dark *d, int64_t *whole)
{
	int64_t sum = 0;

	*whole = 0;
	for (size_t i = 0; i < d->n_pieces; i++) {
		struct span s = d->pieces[i];
		if (s.start_ns < g->p.start_ns)
			*whole += (s.end_ns < g->p.start_ns ? s.end_ns : g->p.start_ns) -
			          s.start_ns;
		if (s.end_ns > g->p.end_ns)
			*whole += s.end_ns -
			          (s.start_ns > g->p.end_ns ? s.start_ns : g->p.end_ns);
		sum += time_in(g->v, d->pieces[i].start_ns, d->pieces[i].end_ns, true,
		    !(d->counted && d->long_enough));
	}
	*whole += sum;
	return sum;
}

/* Whether it reaches the contract's least length, its edges being off by so much. */
static bool
reaches(const struct terms *t, const struct dark *d, int64_t off)
{
	int64_t clocked = d->clocked_ns + off;

	return t->min_exclusive ? clocked > t->min_outage_ns
	                        : clocked >= t->min_outage_ns;
}

struct slack {
	int64_t start_ns, end_ns;
};

/* Unknown time begins at ${at}, or ends there. */
static bool
meets_unknown(const struct link_result *r, int64_t at, bool begins)
{
	size_t lo = 0, hi = r->n_unknown;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct unknown *u = &r->unknown[mid];
		if ((begins ? u->start_ns : u->end_ns) < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < r->n_unknown &&
	       (begins ? r->unknown[lo].start_ns : r->unknown[lo].end_ns) == at;
}

/*
 * By how much the edges make it longer or shorter. One that lies in unknown time is
 * printed where it was last seen dark, or first: the outage is no shorter for that time,
 * and how much longer it may be is in the unknown time already.
 */
static struct slack
slack_of(const struct judging *g, const struct dark *d)
{
	struct slack s = {d->start_bound_ns, d->end_bound_ns};
	const struct outage *o = d->outage;
	int64_t clock = g->r->clock_bound_ns;

	if (o == NULL || !is_event(g->t))
		return s;
	if (s.start_ns > clock && d->start_ns == o->start_ns &&
	    meets_unknown(g->r, o->start_ns, false))
		s.start_ns = clock;
	if (s.end_ns > clock && d->end_ns == o->end_ns &&
	    meets_unknown(g->r, o->end_ns, true))
		s.end_ns = clock;
	return s;
}

static struct outage_time
weigh(const struct judging *g, const struct dark *d)
{
	struct outage_time w = {
	    .start_ns = d->start_ns, .end_ns = d->end_ns, .reason = d->reason};
	int64_t whole, in = pieces_in(g, d, &whole);
	struct slack own = slack_of(g, d);
	int64_t slack = own.start_ns + own.end_ns;
	int64_t slack_in = (edge_in(g->p, d->start_ns) ? own.start_ns : 0) +
	                   (edge_in(g->p, d->end_ns - 1) ? own.end_ns : 0);

	if (d->outage != NULL) {
		memcpy(w.outage_id, d->outage->id, sizeof w.outage_id);
		w.attribution = d->outage->attribution;
		w.confidence = d->outage->confidence;
	}
	if (d->n_pieces > 0) {
		w.start_ns = d->pieces[0].start_ns;
		w.end_ns = d->pieces[d->n_pieces - 1].end_ns;
	}
	w.open = d->outage != NULL && d->outage->open;
	w.disputed = d->disputed;
	w.partial = !d->total;
	if (d->counted && d->long_enough && w.reason == NULL && in == 0 && whole == 0)
		w.reason = "in excluded or unknown time";
	w.begins_here = edge_in(g->p, d->start_ns);
	if (d->counted && d->long_enough) {
		w.counted_ns = in;
		w.whole_ns = whole;
	}
	if ((d->counted || d->disputed) && whole > 0 &&
	    reaches(g->t, d, d->start_bound_ns + d->end_bound_ns)) {
		w.longest_ns = in + slack_in;
		w.whole_longest_ns = whole + slack;
	}
	if (d->counted && d->total && reaches(g->t, d, -slack)) {
		w.shortest_ns = in > slack_in ? in - slack_in : 0;
		w.whole_shortest_ns = whole > slack ? whole - slack : 0;
	}
	return w;
}

/* Micro-outages are down in the lower bound of events only. */
static int64_t
micro_time(const struct judging *g)
{
	int64_t sum = 0;

	for (size_t i = 0; is_event(g->t) && i < g->r->n_micro; i++) {
		const struct outage *o = &g->r->micro[i];
		int64_t start = o->start_ns - o->start_bound_ns,
		        end = o->end_ns + o->end_bound_ns;
		start = start > g->p.start_ns ? start : g->p.start_ns;
		end = end < g->p.end_ns ? end : g->p.end_ns;
		if (o->attribution != ATTR_LOCAL && end > start)
			sum += time_in(g->v, start, end, false, true);
	}
	return sum;
}

static void
weigh_all(struct judging *g)
{
	struct verdict *v = g->v;

	v->times = memory_grow(NULL, g->n_darks + 1, sizeof *v->times);
	for (size_t i = 0; i < g->n_darks; i++) {
		const struct dark *d = &g->darks[i];
		struct outage_time w = weigh(g, d);
		int64_t start = d->start_ns > g->p.start_ns ? d->start_ns : g->p.start_ns;
		int64_t end = d->end_ns < g->p.end_ns ? d->end_ns : g->p.end_ns;
		if (d->counted && end > start)
			v->measured_ns += end - start;
		if (w.end_ns <= g->p.start_ns || w.start_ns >= g->p.end_ns)
			continue;
		v->times[v->n_times++] = w;
		v->longest_down_ns += w.longest_ns;
		v->shortest_down_ns += w.shortest_ns;
	}
	v->longest_down_ns += micro_time(g);
}

/* ---- bounds ---- */

static void
work_out(struct verdict *v)
{
	int64_t service = v->scheduled_ns - v->excluded_ns;
	int64_t measured = v->up_ns + v->down_ns;

	if (service > 0)
		v->coverage = (double)measured / (double)service;
	if (measured <= 0)
		return;
	v->has_availability = true;
	v->point = (double)v->up_ns / (double)measured;
	int64_t worst = v->unknown_ns + v->longest_down_ns;
	v->lower = worst < service ? (double)(service - worst) / (double)service : 0;
	v->upper = (double)(service - v->shortest_down_ns) / (double)service;
	if (v->lower > v->point)
		v->lower = v->point;
	if (v->upper < v->point)
		v->upper = v->point;
}

/* ---- how many, how long ---- */

static void
count_down(struct judging *g)
{
	struct verdict *v = g->v;
	const char *id = "";
	int64_t down = 0;

	for (size_t i = 0; is_event(g->t) && i < v->n_times; i++) {
		const struct outage_time *w = &v->times[i];
		if (w->counted_ns == 0 || !w->begins_here)
			continue;
		v->outage_count++;
		down += w->counted_ns;
		if (w->counted_ns > v->longest_ns)
			v->longest_ns = w->counted_ns;
	}
	for (size_t i = 0; !is_event(g->t) && i < v->n_intervals; i++) {
		const struct interval *s = &v->intervals[i];
		if (s->class != CLASS_DOWN)
			continue;
		/* unknown time within an outage parts its seconds, not the outage */
		v->outage_count +=
		    s->outage_id[0] == '\0' || strcmp(s->outage_id, id) != 0;
		id = s->outage_id;
		down += s->end_ns - s->start_ns;
		if (s->end_ns - s->start_ns > v->longest_ns)
			v->longest_ns = s->end_ns - s->start_ns;
	}
	if (v->outage_count == 0)
		return;
	v->mttr_ns = down / (int64_t)v->outage_count / NS_PER_US * NS_PER_US;
	v->mtbf_ns = v->up_ns / (int64_t)v->outage_count / NS_PER_US * NS_PER_US;
}

static void
count_high_loss(struct judging *g)
{
	struct binning rule;
	struct span *v;

	if (strcmp(g->t->profile.name, "mef") != 0)
		return;
	(void)profile_binning(&g->t->profile, &rule);
	const struct binned *b = profile_bins(g->r, &rule);
	size_t n = profile_unavailable(g->r, b, g->t->profile.n, &v);
	profile_high_loss(b, v, n, g->t->profile.p, g->p, &g->v->hli, &g->v->chli);
	free(v);
}

/* ---- the verdict ---- */

static bool
refuse(struct verdict *v, const struct link_result *r, const struct terms *t)
{
	size_t before = v->n_reasons;

	if (!v->has_availability)
		because(v, "nothing was measured in this period");
	else if (v->coverage < t->min_coverage)
		because(v, "coverage %.2f %%, below the %.2f %% a verdict needs",
		    v->coverage * 100, t->min_coverage * 100);
	if (r->clock_bound_ns > CLOCK_BOUND_NS)
		because(v, "the clock is known to %.0f ms only; a verdict needs 100 ms",
		    (double)r->clock_bound_ns / 1e6);
	return v->n_reasons > before;
}

/* Excluded time of the whole period, the part that is still to come as well. */
static int64_t
whole_service(const struct terms *t)
{
	struct layer excluded = {0};

	for (size_t i = 0; i < t->n_exempt; i++)
		if (!t->exempt[i].granted)
			layer_put(&excluded, t->period,
			    (struct piece){
			        t->exempt[i].start_ns, t->exempt[i].end_ns, NULL, NULL});
	layer_settle(&excluded);
	int64_t sum = t->period.end_ns - t->period.start_ns - layer_sum(&excluded);
	layer_done(&excluded);
	return sum;
}

static void
tell_cadence(struct verdict *v, const struct link_result *r, const struct terms *t)
{
	struct binning b;

	(void)profile_binning(&t->profile, &b);
	double part_s = (double)b.part_ns / 1e9;
	because(v,
	    "%s needs %.3g probes a second of voters (%u in %.3g s); there are %.3g",
	    t->profile.name, (double)b.need / part_s, b.need, part_s, r->votes_per_s);
}

/* An ISP will ask whose fault it was: a verdict that rests on what nobody can tell says
 * so. */
static void
tell_attribution(struct verdict *v)
{
	int64_t unsure = 0;

	for (size_t i = 0; i < v->n_times; i++)
		if (v->times[i].attribution == ATTR_UNDETERMINED ||
		    v->times[i].confidence == CONF_LOW)
			unsure += v->times[i].counted_ns;
	if (v->down_ns > 0 && unsure * 2 > v->down_ns)
		because(v,
		    "whose fault it was is not certain for %.0f %% of the downtime",
		    100 * (double)unsure / (double)v->down_ns);
}

static enum verdict_kind
decide(struct verdict *v, const struct link_result *r, const struct terms *t)
{
	if (too_slow(r, t)) {
		tell_cadence(v, r, t);
		return VERDICT_REFUSED;
	}
	if (t->target <= 0) {
		because(v, "the contract states no target");
		return VERDICT_NONE;
	}
	if (!t->complete) {
		int64_t whole = whole_service(t);
		bool lost =
		    whole > 0 &&
		    (double)(whole - v->shortest_down_ns) / (double)whole < t->target;
		if (lost && r->clock_bound_ns <= CLOCK_BOUND_NS) {
			because(v, "the period is open, but the target is out of reach");
			return VERDICT_BREACHED;
		}
		because(v, "the period is not over");
		return VERDICT_PENDING;
	}
	if (refuse(v, r, t))
		return VERDICT_REFUSED;
	if (v->upper < t->target) {
		tell_attribution(v);
		return VERDICT_BREACHED;
	}
	if (v->lower >= t->target)
		return VERDICT_MET;
	if (v->point < t->target) {
		tell_attribution(v);
		because(v, "below the target, but not by every reading of the edges");
		return VERDICT_ARGUABLE;
	}
	because(v, "above the target, unless what is unknown or disputed was down");
	return VERDICT_NOT_PROVEN;
}

int
verdict_of(struct verdict *out, const struct link_result *r, const struct terms *t)
{
	struct judging g = {.v = out, .r = r, .t = t, .p = r->period};
	int n = dark_list(&g.darks, r, t);

	if (n < 0)
		return n;
	g.n_darks = (size_t)n;
	memset(out, 0, sizeof *out);
	if (t->period.start_ns > g.p.start_ns)
		g.p.start_ns = t->period.start_ns;
	if (t->period.end_ns < g.p.end_ns)
		g.p.end_ns = t->period.end_ns;
	if (g.p.end_ns < g.p.start_ns)
		g.p.end_ns = g.p.start_ns;
	exempt_layers(&g);
	unknown_layer(&g);
	down_layer(&g);
	write_ledger(&g);
	weigh_all(&g);
	work_out(out);
	count_down(&g);
	count_high_loss(&g);
	out->verdict = decide(out, r, t);
	for (int k = 0; k < LAYER_COUNT; k++)
		layer_done(&g.layers[k]);
	dark_done(g.darks, g.n_darks);
	return 0;
}

void
verdict_done(struct verdict *v)
{
	free(v->intervals);
	free(v->times);
	v->intervals = NULL;
	v->times = NULL;
	v->n_intervals = v->n_times = 0;
}
