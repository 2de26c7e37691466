#include "analyzer/dark.h"

#include "analyzer/profile.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEVER INT64_MIN

struct darks {
	struct dark *v;
	size_t n, room;
};

static struct dark *
add(struct darks *d, struct dark x)
{
	if (d->n == d->room) {
		d->room = d->room * 2 + 8;
		d->v = memory_grow(d->v, d->room, sizeof *d->v);
	}
	d->v[d->n] = x;
	return &d->v[d->n++];
}

/* ---- what counts ---- */

static bool
is_counted(const struct outage *o, const struct terms *t)
{
	if (!t->counts_stated)
		return o->counted;
	/* A clock that was never right is no matter of attribution. */
	if (o->not_counted_reason != NULL && strcmp(o->not_counted_reason, "clock") == 0)
		return false;
	return t->counts >> o->attribution & 1;
}

static void
by_outage(struct dark *d, const struct terms *t)
{
	const struct outage *o = d->outage;

	d->counted = o == NULL || is_counted(o, t);
	d->disputed = !d->counted && o->attribution != ATTR_LOCAL;
	d->total = o != NULL && o->extent == EXTENT_TOTAL;
	if (!d->counted)
		d->reason =
		    o->not_counted_reason != NULL ? o->not_counted_reason : "attribution";
}

/* ---- what is dark ---- */

static void
dark_event(struct darks *out, const struct outage *o, const struct terms *t)
{
	struct dark d = {.start_ns = o->start_ns,
	    .end_ns = o->end_ns,
	    .start_bound_ns = o->start_bound_ns,
	    .end_bound_ns = o->open ? 0 : o->end_bound_ns,
	    .outage = o};

	by_outage(&d, t);
	add(out, d);
}

/* Every outage that is known, in the period and beside it, sorted. */
struct known {
	const struct outage **v;
	size_t n;
};

static int
by_onset(const void *a, const void *b)
{
	const struct outage *x = *(const struct outage *const *)a,
	                    *y = *(const struct outage *const *)b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static struct known
all_known(const struct link_result *r)
{
	struct known k = {
	    .v = memory_grow(NULL, r->n_outages + r->n_beside + 1, sizeof *k.v)};

	for (size_t i = 0; i < r->n_outages; i++)
		k.v[k.n++] = &r->outages[i];
	for (size_t i = 0; i < r->n_beside; i++)
		k.v[k.n++] = &r->beside[i];
	qsort(k.v, k.n, sizeof *k.v, by_onset);
	return k;
}

static const struct outage *
counted_in(const struct known *k, const struct terms *t, int64_t start, int64_t end)
{
	for (size_t i = 0; i < k->n && k->v[i]->start_ns < end; i++)
		if (is_counted(k->v[i], t) && k->v[i]->end_ns > start)
			return k->v[i];
	return NULL;
}

static void
dark_stretch(struct darks *out, const struct known *k, const struct terms *t,
    int64_t start, int64_t end, int64_t width)
{
	struct dark d = {.start_ns = start,
	    .end_ns = end,
	    .start_bound_ns = width,
	    .end_bound_ns = width,
	    .outage = counted_in(k, t, start, end)};

	if (end <= start)
		return;
	by_outage(&d, t);
	add(out, d);
}

/* One unavailable stretch less the outages that do not count. */
static void
dark_parts(struct darks *out, const struct known *k, const struct terms *t, struct span v,
    int64_t width)
{
	int64_t at = v.start_ns;

	for (size_t i = 0; i < k->n; i++) {
		const struct outage *o = k->v[i];
		int64_t from = o->start_ns - width, to = o->end_ns + width;
		if (from >= v.end_ns)
			break;
		if (is_counted(o, t) || o->attribution == ATTR_LOCAL || to <= at)
			continue;
		dark_stretch(out, k, t, at, from, width);
		at = to;
	}
	dark_stretch(out, k, t, at, v.end_ns, width);
}

/* Unavailable intervals less those of outages that do not count. */
static int
dark_intervals(struct darks *out, const struct link_result *r, const struct terms *t)
{
	struct binning rule;
	struct span *v;

	if (!profile_binning(&t->profile, &rule))
		return -ENOTSUP;
	const struct binned *b = profile_bins(r, &rule);
	if (b == NULL)
		return -ENOTSUP;
	size_t n = profile_unavailable(r, b, t->profile.n, &v);
	struct known k = all_known(r);
	for (size_t i = 0; i < n; i++)
		dark_parts(out, &k, t, v[i], rule.width_ns);
	free(k.v);
	free(v);
	/* Theirs, or nobody's, is in the lower bound whatever the intervals say. */
	for (size_t i = 0; i < r->n_outages; i++)
		if (!is_counted(&r->outages[i], t))
			dark_event(out, &r->outages[i], t);
	return 0;
}

/* ---- the contract's clock ---- */

static bool
is_of(const struct ticket_clock *c, const struct dark *d)
{
	for (size_t i = 0; i < c->n_outages && d->outage != NULL; i++)
		if (strcmp(c->outages[i], d->outage->id) == 0)
			return true;
	return false;
}

/* Tickets are linked by hand, or found by overlap; one opened after the end is of the
 * outage before it, if that ended less than a day ago. */
static const struct ticket_clock *
ticket_of(const struct dark *d, const struct terms *t)
{
	const struct ticket_clock *best = NULL;

	for (size_t i = 0; i < t->n_tickets; i++)
		if (is_of(&t->tickets[i], d))
			return &t->tickets[i];
	for (size_t i = 0; i < t->n_tickets; i++) {
		const struct ticket_clock *c = &t->tickets[i];
		int64_t closed = c->closed_ns == NEVER ? INT64_MAX : c->closed_ns;
		if (c->n_outages > 0 || c->opened_ns == NEVER || closed <= d->start_ns ||
		    c->opened_ns >= d->end_ns + 86400 * NS_PER_S)
			continue;
		if (best == NULL || c->opened_ns < best->opened_ns)
			best = c;
	}
	return best;
}

static bool
by_tickets(const struct terms *t)
{
	return (t->clock_start & ~(unsigned)CLOCK_MEASURED) != 0 ||
	       t->clock_stop != STOP_RESTORED;
}

/* When the clock starts; NEVER where it does not. */
static int64_t
clock_start(const struct dark *d, const struct terms *t, const struct ticket_clock *c)
{
	const int64_t at[] = {d->start_ns, c != NULL ? c->opened_ns : NEVER,
	    c != NULL ? c->acknowledged_ns : NEVER, c != NULL ? c->detected_ns : NEVER};
	unsigned wanted = t->clock_start != 0 ? t->clock_start : CLOCK_MEASURED;
	int64_t best = NEVER;

	for (unsigned i = 0; i < 4; i++) {
		if (!(wanted >> i & 1))
			continue;
		if (at[i] == NEVER && t->clock_pick == CLOCK_LATEST)
			return NEVER;
		if (at[i] == NEVER)
			continue;
		if (best == NEVER ||
		    (t->clock_pick == CLOCK_LATEST ? at[i] > best : at[i] < best))
			best = at[i];
	}
	return best;
}

static int64_t
clock_end(const struct dark *d, const struct terms *t, const struct ticket_clock *c)
{
	int64_t closed = c == NULL               ? d->end_ns
	                 : c->closed_ns == NEVER ? t->as_of_ns
	                                         : c->closed_ns;

	if (t->clock_stop == STOP_RESTORED)
		return d->end_ns;
	if (t->clock_stop == STOP_CLOSED)
		return closed;
	return closed < d->end_ns ? closed : d->end_ns;
}

static void
put(struct dark *d, int64_t start, int64_t end)
{
	if (end <= start)
		return;
	d->pieces = memory_grow(d->pieces, d->n_pieces + 1, sizeof *d->pieces);
	d->pieces[d->n_pieces++] = (struct span){start, end};
	d->clocked_ns += end - start;
}

static int
by_span(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* [start, end) less the pauses. */
static void
run_clock(
    struct dark *d, int64_t start, int64_t end, const struct ticket_clock *c, bool pauses)
{
	int64_t at = start;
	size_t n = c != NULL && pauses ? c->n_pauses : 0;
	struct span *v = memory_grow(NULL, n + 1, sizeof *v);

	if (n > 0) {
		memcpy(v, c->pauses, n * sizeof *v);
		qsort(v, n, sizeof *v, by_span);
	}
	for (size_t i = 0; i < n && at < end; i++) {
		if (v[i].end_ns <= at)
			continue;
		put(d, at, v[i].start_ns < end ? v[i].start_ns : end);
		if (v[i].end_ns > at)
			at = v[i].end_ns;
	}
	put(d, at, end);
	free(v);
}

/* The first so much of what the clock ran is forgiven. */
static void
forgive(struct dark *d, int64_t grace_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_pieces; i++) {
		struct span s = d->pieces[i];
		int64_t long_ns = s.end_ns - s.start_ns;
		int64_t off = grace_ns < long_ns ? grace_ns : long_ns;
		grace_ns -= off;
		s.start_ns += off;
		if (s.end_ns > s.start_ns)
			d->pieces[n++] = s;
	}
	if (n == 0 && d->n_pieces > 0)
		d->reason = "within the grace";
	d->n_pieces = n;
}

static void
apply_clock(struct dark *d, const struct terms *t)
{
	const struct ticket_clock *c =
	    by_tickets(t) || t->n_tickets > 0 ? ticket_of(d, t) : NULL;
	int64_t start = clock_start(d, t, c), end = clock_end(d, t, c);

	if (start == NEVER) {
		d->reason = c == NULL ? "no ticket" : "the clock was never started";
		return;
	}
	if (start > d->start_ns)
		d->start_bound_ns = 0;
	else
		start =
		    d->start_ns; /* a ticket opened earlier was not for what came later */
	if (end != d->end_ns)
		d->end_bound_ns = 0;
	if (start >= end) {
		d->reason = "the ticket was opened after service was restored";
		return;
	}
	run_clock(d, start, end, c, !t->no_pauses);
	if (d->n_pieces == 0 && d->reason == NULL)
		d->reason = "all of it waited on the customer";
	d->long_enough = t->min_exclusive ? d->clocked_ns > t->min_outage_ns
	                                  : d->clocked_ns >= t->min_outage_ns;
	if (!d->long_enough && d->reason == NULL)
		d->reason = "shorter than the contract's least length";
	forgive(d, t->grace_ns);
}

static int
by_start(const void *a, const void *b)
{
	const struct dark *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

int
dark_list(struct dark **out, const struct link_result *r, const struct terms *t)
{
	struct darks d = {0};
	const char *name = t->profile.name;

	if (strcmp(name, "event") == 0 || strcmp(name, "ticket") == 0)
		for (size_t i = 0; i < r->n_outages; i++)
			dark_event(&d, &r->outages[i], t);
	else if (dark_intervals(&d, r, t) < 0)
		return -ENOTSUP;
	if (d.n > 0)
		qsort(d.v, d.n, sizeof *d.v, by_start);
	for (size_t i = 0; i < d.n; i++)
		apply_clock(&d.v[i], t);
	*out = d.v;
	return (int)d.n;
}

void
dark_done(struct dark *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].pieces);
	free(list);
}
