/*
 * What was measured. A voter covers the time from one of its samples to the next, if that
 * is no more than 2.5 times its period; what no voter covers is unknown. Events say why,
 * where they can.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <string.h>

void
spans_add(struct spans *s, int64_t from_ns, int64_t to_ns)
{
	/* Ends come in order, so a new span can only swallow or join the last ones. */
	while (s->n > 0 && s->v[s->n - 1].end_ns >= from_ns) {
		if (s->v[s->n - 1].start_ns < from_ns)
			from_ns = s->v[s->n - 1].start_ns;
		if (s->v[s->n - 1].end_ns > to_ns)
			to_ns = s->v[s->n - 1].end_ns;
		s->n--;
	}
	if (s->n == s->room) {
		s->room = s->room * 2 + 8;
		s->v = memory_grow(s->v, s->room, sizeof *s->v);
	}
	s->v[s->n++] = (struct span){from_ns, to_ns};
}

void
coverage_sample(struct judge *j, struct line *l, struct probe_line *p, int64_t at_ns)
{
	int64_t at = whole_us(at_ns);
	bool follows = p->present && at - p->last_sent_ns <= p->max_gap_ns;

	if (l->covered.n > 0) {
		int64_t covered_to = l->covered.v[l->covered.n - 1].end_ns;
		if (at > covered_to && !follows) {
			/* Nobody covers this time so far: is it a gap for all of them? */
			bool gap = true;
			for (size_t i = 0; i < l->n_probes && gap; i++) {
				const struct probe_line *q = &j->probes[l->probes[i]];
				if (q->votes && q->present &&
				    at - q->last_sent_ns <= q->max_gap_ns)
					gap = false;
			}
			if (gap) {
				vote_gap(j, l, at);
				run_gap(j, l, covered_to, at);
			}
		}
	}
	spans_add(&l->covered, follows ? p->last_sent_ns : at, at);
	p->last_sent_ns = at;
	p->present = true;
}

void
coverage_reason(
    struct line *l, int64_t from_ns, int64_t to_ns, enum unknown_reason reason)
{
	struct unknown *last = l->n_reasons > 0 ? &l->reasons[l->n_reasons - 1] : NULL;

	if (last != NULL && last->reason == reason && reason == UNKNOWN_LOCAL_FAULT &&
	    from_ns >= last->start_ns && whole_us(from_ns) <= last->end_ns) {
		if (whole_us(to_ns) > last->end_ns)
			last->end_ns = whole_us(to_ns);
		return;
	}
	if (l->n_reasons == l->room_reasons) {
		l->room_reasons = l->room_reasons * 2 + 8;
		l->reasons = memory_grow(l->reasons, l->room_reasons, sizeof *l->reasons);
	}
	l->reasons[l->n_reasons++] =
	    (struct unknown){whole_us(from_ns), whole_us(to_ns), reason};
}

/* The reason told by the event that touches the gap; else there were just no samples. */
static enum unknown_reason
reason_of(const struct line *l, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < l->n_reasons; i++)
		if (l->reasons[i].start_ns < to_ns && l->reasons[i].end_ns > from_ns)
			return l->reasons[i].reason;
	return UNKNOWN_NO_SAMPLES;
}

struct list {
	struct unknown *v;
	size_t n, room;
};

static void
put(struct list *u, int64_t from_ns, int64_t to_ns, enum unknown_reason reason)
{
	if (to_ns <= from_ns)
		return;
	if (u->n > 0 && u->v[u->n - 1].end_ns == from_ns &&
	    u->v[u->n - 1].reason == reason) {
		u->v[u->n - 1].end_ns = to_ns;
		return;
	}
	if (u->n == u->room) {
		u->room = u->room * 2 + 8;
		u->v = memory_grow(u->v, u->room, sizeof *u->v);
	}
	u->v[u->n++] = (struct unknown){from_ns, to_ns, reason};
}

static void
stated(const struct line *l, struct list *u, int64_t from_ns, int64_t to_ns)
{
	int64_t at = from_ns;

	for (size_t i = 0; i < l->n_reasons; i++) {
		const struct unknown *r = &l->reasons[i];
		int64_t a = r->start_ns > at ? r->start_ns : at;
		int64_t b = r->end_ns < to_ns ? r->end_ns : to_ns;
		if (r->reason != UNKNOWN_STATED || b <= a)
			continue;
		put(u, a, b, UNKNOWN_STATED);
		at = b;
	}
	if (l->state == '?')
		put(u, l->state_ns > at ? l->state_ns : at, to_ns, UNKNOWN_STATED);
}

/* Other probes were sent, but none that votes. */
static void
nobody_asked(const struct line *l, struct list *u, int64_t *at_ns, int64_t to_ns)
{
	int64_t first = l->first_ns > *at_ns ? l->first_ns : *at_ns;
	int64_t last = l->last_ns < to_ns ? l->last_ns : to_ns;

	if (last <= first)
		return;
	put(u, *at_ns, first, reason_of(l, *at_ns, first));
	put(u, first, last, UNKNOWN_NO_TARGET);
	*at_ns = last;
}

/* The last sample covers a while after it: no next one could have come yet. */
static int64_t
tail(const struct judge *j, const struct line *l)
{
	int64_t grace = 0;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->votes && p->present &&
		    p->last_sent_ns + p->max_gap_ns >
		        l->covered.v[l->covered.n - 1].end_ns + grace)
			grace = p->last_sent_ns + p->max_gap_ns -
			        l->covered.v[l->covered.n - 1].end_ns;
	}
	return grace;
}

size_t
coverage_unknown(const struct judge *j, const struct line *l, int64_t from_ns,
    int64_t to_ns, struct unknown **out)
{
	struct list u = {0};
	int64_t at = from_ns;

	if (l->states) {
		stated(l, &u, from_ns, to_ns);
		*out = u.v;
		return u.n;
	}
	for (size_t i = 0; i < l->covered.n && at < to_ns; i++) {
		int64_t a = l->covered.v[i].start_ns, b = l->covered.v[i].end_ns;
		if (i + 1 == l->covered.n && to_ns > b && j->as_of_ns - b <= tail(j, l))
			b = to_ns;
		if (a > to_ns)
			a = to_ns;
		if (a > at)
			put(&u, at, a, reason_of(l, at, a));
		/* Measured before any target had ever answered: nobody to ask. */
		int64_t blind = l->ever_joined ? l->joined_ns : INT64_MAX;
		int64_t c = a > at ? a : at, d = b < to_ns ? b : to_ns;
		if (c < d && blind > c)
			put(&u, c, blind < d ? whole_us(blind) : d, UNKNOWN_NO_TARGET);
		if (b > at)
			at = b;
	}
	if (at < to_ns && l->covered.n == 0 && l->first_ns != INT64_MIN)
		nobody_asked(l, &u, &at, to_ns);
	if (at < to_ns)
		put(&u, at, to_ns, reason_of(l, at, to_ns));
	*out = u.v;
	return u.n;
}
