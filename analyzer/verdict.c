/*
 * A verdict is a ledger first: every instant of the period in one class, by the
 * precedence excluded, unknown, down, up. Sums are taken from the ledger, so they cannot
 * disagree with it; the bounds of the ratio then let the unknown and the edges speak for
 * either side.
 */
#include "analyzer/verdict.h"

#include "analyzer/ses.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_BOUND_NS (100 * NS_PER_MS) /* beyond it no verdict stands */

/* Spans of one class: sorted, not overlapping, inside the period. */
struct layer {
	struct piece {
		int64_t start_ns, end_ns;
		const char *reason, *id;
	} * v;
	size_t n, room;
};

/* What may be down by the longest reading, and must be by the shortest. */
struct doubt {
	int64_t longest_ns, shortest_ns;
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

/* ---- layers ---- */

static int
by_start(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void
layer_put(struct layer *l, struct span period, struct piece p)
{
	if (p.start_ns < period.start_ns)
		p.start_ns = period.start_ns;
	if (p.end_ns > period.end_ns)
		p.end_ns = period.end_ns;
	if (p.end_ns <= p.start_ns)
		return;
	if (l->n == l->room) {
		l->room = l->room * 2 + 16;
		l->v = memory_grow(l->v, l->room, sizeof *l->v);
	}
	l->v[l->n++] = p;
}

/* Sort, and let the earlier of two that overlap keep what both claim. */
static void
layer_settle(struct layer *l)
{
	int64_t until = INT64_MIN;
	size_t n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, by_start);
	for (size_t i = 0; i < l->n; i++) {
		struct piece p = l->v[i];
		if (p.start_ns < until)
			p.start_ns = until;
		if (p.end_ns <= p.start_ns)
			continue;
		until = p.end_ns;
		l->v[n++] = p;
	}
	l->n = n;
}

static const struct piece *
layer_at(const struct layer *l, size_t *i, int64_t at, int64_t *next)
{
	while (*i < l->n && l->v[*i].end_ns <= at)
		(*i)++;
	if (*i == l->n)
		return NULL;
	const struct piece *p = &l->v[*i];
	int64_t edge = p->start_ns <= at ? p->end_ns : p->start_ns;
	if (edge < *next)
		*next = edge;
	return p->start_ns <= at ? p : NULL;
}

/* ---- what is down ---- */

static bool
is_event(const struct terms *t)
{
	return strcmp(t->profile, "event") == 0;
}

static bool
counts(const struct outage *o, const struct terms *t)
{
	return o->counted && o->end_ns - o->start_ns >= t->min_outage_ns;
}

/* Somebody else's fault, or nobody's: not down in the point, but in the lower bound. */
static bool
disputed(const struct outage *o)
{
	return !o->counted && o->attribution != ATTR_LOCAL;
}

static const struct outage *
outage_touching(const struct link_result *r, int64_t start, int64_t end)
{
	for (size_t i = 0; i < r->n_outages; i++)
		if (r->outages[i].counted && r->outages[i].start_ns < end &&
		    r->outages[i].end_ns > start)
			return &r->outages[i];
	return NULL;
}

static void
down_of_events(
    struct layer *down, const struct link_result *r, const struct terms *t, struct span p)
{
	for (size_t i = 0; i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		if (counts(o, t))
			layer_put(
			    down, p, (struct piece){o->start_ns, o->end_ns, NULL, o->id});
	}
}

/* Unavailable seconds less those of outages that do not count. */
static void
down_of_seconds(struct layer *down, const struct link_result *r, struct span p)
{
	struct span *v;
	size_t n = ses_unavailable(r, &v);

	for (size_t i = 0; i < n; i++) {
		const struct outage *o = outage_touching(r, v[i].start_ns, v[i].end_ns);
		int64_t at = v[i].start_ns;
		for (size_t k = 0; k < r->n_outages; k++) {
			const struct outage *d = &r->outages[k];
			if (!disputed(d) || d->start_ns - NS_PER_S >= v[i].end_ns ||
			    d->end_ns + NS_PER_S <= at)
				continue;
			layer_put(down, p,
			    (struct piece){
			        at, d->start_ns - NS_PER_S, NULL, o ? o->id : ""});
			at = d->end_ns + NS_PER_S;
		}
		layer_put(down, p, (struct piece){at, v[i].end_ns, NULL, o ? o->id : ""});
	}
	free(v);
}

static void
unknown_layer(struct layer *unknown, const struct link_result *r, const struct terms *t,
    struct span p)
{
	for (size_t i = 0; i < r->n_unknown; i++)
		layer_put(unknown, p,
		    (struct piece){r->unknown[i].start_ns, r->unknown[i].end_ns,
		        unknown_name(r->unknown[i].reason), NULL});
	layer_settle(unknown);
	if (is_event(t))
		return;
	for (size_t i = 0; i < r->n_thin_seconds; i++)
		layer_put(unknown, p,
		    (struct piece){r->thin_seconds[i].start_ns, r->thin_seconds[i].end_ns,
		        unknown_name(UNKNOWN_NO_SAMPLES), NULL});
	layer_settle(unknown);
}

/* ---- the ledger ---- */

static void
enter(struct verdict *v, size_t *room, int64_t start, int64_t end,
    enum interval_class class, const struct piece *p)
{
	const char *reason = class == CLASS_UNKNOWN ? p->reason : NULL;
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
write_ledger(struct verdict *v, struct span period, const struct layer layers[3])
{
	size_t at_layer[3] = {0}, room = 0;

	v->scheduled_ns = period.end_ns - period.start_ns;
	for (int64_t at = period.start_ns; at < period.end_ns;) {
		int64_t next = period.end_ns;
		const struct piece *p = NULL;
		int class = CLASS_UP;
		for (int k = 0; k < 3; k++) {
			const struct piece *here =
			    layer_at(&layers[k], &at_layer[k], at, &next);
			if (here != NULL && p == NULL) {
				p = here;
				class = k;
			}
		}
		enter(v, &room, at, next, (enum interval_class) class, p);
		at = next;
	}
}

/* ---- bounds ---- */

/* Time of [start, end) in the ledger that is of one class. */
static int64_t
time_in(const struct verdict *v, int64_t start, int64_t end, enum interval_class class)
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
		if (i->class == class)
			sum += b - a;
	}
	return sum;
}

static bool
edge_in(struct span p, int64_t at)
{
	return at >= p.start_ns && at < p.end_ns;
}

static struct doubt
doubt_of(const struct verdict *v, struct span p, int64_t start, int64_t end,
    int64_t start_bound, int64_t end_bound)
{
	int64_t down = time_in(v, start, end, CLASS_DOWN);
	int64_t slack =
	    (edge_in(p, start) ? start_bound : 0) + (edge_in(p, end - 1) ? end_bound : 0);

	return (struct doubt){down + slack, down > slack ? down - slack : 0};
}

/* The most an outage that is not down in the point may have taken. */
static int64_t
disputed_ns(const struct verdict *v, struct span p, const struct outage *o)
{
	int64_t start = o->start_ns - o->start_bound_ns,
	        end = o->end_ns + o->end_bound_ns;

	if (start < p.start_ns)
		start = p.start_ns;
	if (end > p.end_ns)
		end = p.end_ns;
	return end > start ? time_in(v, start, end, CLASS_UP) : 0;
}

static struct doubt
doubts(const struct verdict *v, const struct link_result *r, const struct terms *t,
    struct span p)
{
	struct doubt sum = {0, 0};
	bool event = is_event(t);

	for (size_t i = 0; event && i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		if (!counts(o, t))
			continue;
		struct doubt d = doubt_of(v, p, o->start_ns, o->end_ns, o->start_bound_ns,
		    o->open ? 0 : o->end_bound_ns);
		sum.longest_ns += d.longest_ns;
		sum.shortest_ns += o->extent == EXTENT_TOTAL ? d.shortest_ns : 0;
	}
	for (size_t i = 0; !event && i < v->n_intervals; i++) {
		const struct interval *s = &v->intervals[i];
		if (s->class != CLASS_DOWN)
			continue;
		const struct outage *o = outage_touching(r, s->start_ns, s->end_ns);
		struct doubt d =
		    doubt_of(v, p, s->start_ns, s->end_ns, NS_PER_S, NS_PER_S);
		sum.longest_ns += d.longest_ns;
		sum.shortest_ns +=
		    o != NULL && o->extent == EXTENT_TOTAL ? d.shortest_ns : 0;
	}
	for (size_t i = 0; i < r->n_outages; i++)
		if (disputed(&r->outages[i]))
			sum.longest_ns += disputed_ns(v, p, &r->outages[i]);
	for (size_t i = 0; event && i < r->n_micro; i++)
		sum.longest_ns += disputed_ns(v, p, &r->micro[i]);
	return sum;
}

static void
work_out(struct verdict *v, struct doubt d)
{
	int64_t service = v->scheduled_ns - v->excluded_ns;
	int64_t measured = v->up_ns + v->down_ns;

	if (service > 0)
		v->coverage = (double)measured / (double)service;
	if (measured <= 0)
		return;
	v->has_availability = true;
	v->point = (double)v->up_ns / (double)measured;
	int64_t worst = v->unknown_ns + d.longest_ns;
	v->lower = worst < service ? (double)(service - worst) / (double)service : 0;
	v->upper = (double)(service - d.shortest_ns) / (double)service;
	if (v->lower > v->point)
		v->lower = v->point;
	if (v->upper < v->point)
		v->upper = v->point;
}

/* ---- how many, how long ---- */

static void
count_down(
    struct verdict *v, const struct link_result *r, const struct terms *t, struct span p)
{
	const char *id = "";
	int64_t down = 0;

	for (size_t i = 0; is_event(t) && i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		if (!counts(o, t) || !edge_in(p, o->start_ns))
			continue;
		int64_t own = time_in(v, o->start_ns, o->end_ns, CLASS_DOWN);
		v->outage_count++;
		down += own;
		if (own > v->longest_ns)
			v->longest_ns = own;
	}
	for (size_t i = 0; !is_event(t) && i < v->n_intervals; i++) {
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

/* The cadence a profile by seconds needs: without it nothing can be told, open or not. */
static bool
too_slow(struct verdict *v, const struct link_result *r, const struct terms *t)
{
	if (is_event(t) || r->votes_per_s >= SES_LEAST_VOTES_S)
		return false;
	because(v,
	    "ses-10-10 needs at least %.0f probes a second of voters (2 targets, "
	    "every = 1s); there are %.3f",
	    SES_LEAST_VOTES_S, r->votes_per_s);
	return true;
}

/* Excluded time of the whole period, the part that is still to come as well. */
static int64_t
whole_service(const struct terms *t)
{
	struct layer excluded = {0};
	int64_t sum = t->period.end_ns - t->period.start_ns;

	for (size_t i = 0; i < t->n_excluded; i++)
		layer_put(&excluded, t->period,
		    (struct piece){
		        t->excluded[i].start_ns, t->excluded[i].end_ns, NULL, NULL});
	layer_settle(&excluded);
	for (size_t i = 0; i < excluded.n; i++)
		sum -= excluded.v[i].end_ns - excluded.v[i].start_ns;
	free(excluded.v);
	return sum;
}

static enum verdict_kind
decide(
    struct verdict *v, const struct link_result *r, const struct terms *t, struct doubt d)
{
	if (t->target <= 0) {
		because(v, "the contract states no target");
		return VERDICT_NONE;
	}
	if (too_slow(v, r, t))
		return VERDICT_REFUSED;
	if (!t->complete) {
		int64_t whole = whole_service(t);
		bool lost = whole > 0 &&
		            (double)(whole - d.shortest_ns) / (double)whole < t->target;
		if (lost && r->clock_bound_ns <= CLOCK_BOUND_NS) {
			because(v, "the period is open, but the target is out of reach");
			return VERDICT_BREACHED;
		}
		because(v, "the period is not over");
		return VERDICT_PENDING;
	}
	if (refuse(v, r, t))
		return VERDICT_REFUSED;
	if (v->upper < t->target)
		return VERDICT_BREACHED;
	if (v->lower >= t->target)
		return VERDICT_MET;
	if (v->point < t->target) {
		because(v, "below the target, but not by every reading of the edges");
		return VERDICT_ARGUABLE;
	}
	because(v, "above the target, unless what is unknown or disputed was down");
	return VERDICT_NOT_PROVEN;
}

int
verdict_of(struct verdict *out, const struct link_result *r, const struct terms *t)
{
	struct layer layers[3] = {{0}};
	struct span p = r->period;

	if (!is_event(t) && strcmp(t->profile, "ses-10-10") != 0)
		return -ENOTSUP;
	memset(out, 0, sizeof *out);
	if (t->period.start_ns > p.start_ns)
		p.start_ns = t->period.start_ns;
	if (t->period.end_ns < p.end_ns)
		p.end_ns = t->period.end_ns;
	if (p.end_ns < p.start_ns)
		p.end_ns = p.start_ns;
	for (size_t i = 0; i < t->n_excluded; i++)
		layer_put(&layers[CLASS_EXCLUDED], p,
		    (struct piece){
		        t->excluded[i].start_ns, t->excluded[i].end_ns, NULL, NULL});
	layer_settle(&layers[CLASS_EXCLUDED]);
	unknown_layer(&layers[CLASS_UNKNOWN], r, t, p);
	if (is_event(t))
		down_of_events(&layers[CLASS_DOWN], r, t, p);
	else
		down_of_seconds(&layers[CLASS_DOWN], r, p);
	layer_settle(&layers[CLASS_DOWN]);
	write_ledger(out, p, layers);
	struct doubt d = doubts(out, r, t, p);
	work_out(out, d);
	count_down(out, r, t, p);
	out->verdict = decide(out, r, t, d);
	for (int k = 0; k < 3; k++)
		free(layers[k].v);
	return 0;
}

void
verdict_done(struct verdict *v)
{
	free(v->intervals);
	v->intervals = NULL;
	v->n_intervals = 0;
}
