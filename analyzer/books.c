/*
 * Closing the books, on a copy of them: what was found, what is still open, what was
 * never measured; links that fell together; sums clipped to the period.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

void
books_free(struct link_result *r)
{
	for (size_t i = 0; i < r->n_outages; i++)
		free(r->outages[i].holes);
	for (size_t i = 0; i < r->n_micro; i++)
		free(r->micro[i].holes);
	for (size_t i = 0; i < r->n_degradations; i++)
		free(r->degradations[i].probes);
	free(r->outages);
	free(r->beside);
	free(r->micro);
	free(r->degradations);
	free(r->unknown);
	free(r->targets);
	for (size_t i = 0; i < r->n_bins; i++) {
		free(r->bins[i].bad);
		free(r->bins[i].thin);
	}
	memset(r, 0, sizeof *r);
}

struct books { /* of one link, while they are closed */
	struct found *found;
	size_t n;
};

static void
copy_holes(struct outage *o)
{
	struct span *holes = o->holes;

	if (o->n_holes == 0)
		return;
	o->holes = memory_grow(NULL, o->n_holes, sizeof *holes);
	memcpy(o->holes, holes, o->n_holes * sizeof *holes);
}

static void
open_books(struct judge *j, struct line *l, int64_t as_of_ns, struct books *b)
{
	struct run *r = &l->runs[0];

	b->found = memory_grow(NULL, l->n_found + 2, sizeof *b->found);
	b->n = l->n_found;
	if (l->n_found > 0)
		memcpy(b->found, l->found, l->n_found * sizeof *b->found);
	for (size_t i = 0; i < b->n; i++)
		copy_holes(&b->found[i].o);
	/* Dark since the last samples: open, up to where it was still being measured. */
	int64_t end = l->last_ns;
	if (r->active && as_of_ns > end && as_of_ns - end <= j->rule.max_hole_ns)
		end = as_of_ns;
	if (r->active && run_outage(j, l, r, true, l->last_ns, end, &b->found[b->n])) {
		cause_find(j, l, r, l->last_ns, &b->found[b->n]);
		found_after(l, &b->found[b->n]);
		b->n++;
	}
	/* A state holds until another is told. */
	bool ends = j->rule.until_last && l->end_ns != 0 && l->end_ns < as_of_ns;
	int64_t held_ns = whole_us(ends ? l->end_ns : as_of_ns);
	if (l->states && l->state == 'd' && held_ns > l->state_ns) {
		struct run open = {.start_lo_ns = l->state_ns,
		    .start_hi_ns = l->state_ns,
		    .first = {
		        .probe = UINT32_MAX, .seq = (uint64_t)(l->state_ns / 1000)}};
		state_outage(j, l, &open, held_ns, &b->found[b->n]);
		b->found[b->n++].o.open = true;
	}
	for (size_t i = 0; i < b->n; i++)
		quality_customers(l, &b->found[i]);
}

/* The latest that it began. */
static int64_t
latest_onset(const struct found *f)
{
	return f->o.start_ns + (f->from_gap ? 0 : f->o.start_bound_ns);
}

static bool
fell_together(const struct found *a, const struct found *b)
{
	return a->o.start_ns - a->o.start_bound_ns <= latest_onset(b) &&
	       b->o.start_ns - b->o.start_bound_ns <= latest_onset(a);
}

static void
find_common(struct judge *j, struct books *all)
{
	struct found *group[64];

	for (size_t a = 0; a < j->n_lines; a++) {
		for (size_t i = 0; i < all[a].n; i++) {
			struct found *f = &all[a].found[i];
			size_t n = 0;
			if (f->o.common_cause[0] != '\0' || j->lines[a].states)
				continue;
			group[n++] = f;
			for (size_t b = a + 1; b < j->n_lines && n < 64; b++) {
				if (strcmp(j->lines[a].def.centre,
				        j->lines[b].def.centre) != 0)
					continue;
				for (size_t k = 0; k < all[b].n; k++) {
					if (fell_together(f, &all[b].found[k])) {
						group[n++] = &all[b].found[k];
						break;
					}
				}
			}
			if (n > 1)
				cause_common(group, n);
		}
	}
}

static void
see_others(struct judge *j, const struct books *all, size_t link, struct outage *o)
{
	for (size_t b = 0; b < j->n_lines && b < 64; b++) {
		const struct line *l = &j->lines[b];
		if (b == link || strcmp(l->def.centre, j->lines[link].def.centre) != 0)
			continue;
		if (l->covered.n == 0 && !l->states)
			continue;
		bool down = false;
		for (size_t k = 0; k < all[b].n; k++)
			down |= all[b].found[k].o.start_ns < o->end_ns &&
			        all[b].found[k].o.end_ns > o->start_ns;
		*(down ? &o->links_down : &o->links_up) |= 1ull << b;
	}
}

static int64_t
overlap(int64_t a0, int64_t a1, int64_t b0, int64_t b1)
{
	int64_t from = a0 > b0 ? a0 : b0, to = a1 < b1 ? a1 : b1;

	return to > from ? to - from : 0;
}

/* Make [from, to) unknown for a reason, wherever it is not unknown already. */
static void
overlay(struct link_result *r, int64_t from, int64_t to, enum unknown_reason reason)
{
	struct unknown *old = r->unknown, *list;
	size_t n = 0, i = 0;

	from = from > r->period.start_ns ? from : r->period.start_ns;
	to = to < r->period.end_ns ? to : r->period.end_ns;
	if (to <= from)
		return;
	list = memory_grow(NULL, 2 * r->n_unknown + 2, sizeof *list);
	for (; i < r->n_unknown && old[i].end_ns <= from; i++)
		list[n++] = old[i];
	for (; i < r->n_unknown && old[i].start_ns < to; i++) {
		if (old[i].start_ns > from)
			list[n++] = (struct unknown){from, old[i].start_ns, reason};
		list[n++] = old[i];
		from = old[i].end_ns;
	}
	if (from < to)
		list[n++] = (struct unknown){from, to, reason};
	for (; i < r->n_unknown; i++)
		list[n++] = old[i];
	free(old);
	r->unknown = list;
	r->n_unknown = n;
}

static void
find_unknown(
    struct judge *j, struct line *l, const struct books *b, struct link_result *r)
{
	r->n_unknown =
	    coverage_unknown(j, l, r->period.start_ns, r->period.end_ns, &r->unknown);
	for (size_t i = 0; i < b->n; i++) {
		const struct outage *o = &b->found[i].o;
		if (o->attribution == ATTR_LOCAL && !o->micro)
			overlay(r, o->start_ns, o->end_ns, UNKNOWN_LOCAL_FAULT);
	}
	if (j->rule.clock_unknown && !l->states)
		overlay(r, r->period.start_ns, r->period.end_ns, UNKNOWN_CLOCK);
	r->unknown_ns = 0;
	for (size_t i = 0; i < r->n_unknown; i++)
		r->unknown_ns += r->unknown[i].end_ns - r->unknown[i].start_ns;
}

static int64_t
unknown_within(const struct link_result *r, int64_t from, int64_t to)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->n_unknown; i++)
		sum += overlap(from, to, r->unknown[i].start_ns, r->unknown[i].end_ns);
	return sum;
}

static int64_t
unknown_outside(const struct judge *j, const struct line *l, int64_t from, int64_t to)
{
	struct unknown *u;
	int64_t sum = 0;

	if (to <= from)
		return 0;
	size_t n = coverage_unknown(j, l, from, to, &u);
	for (size_t i = 0; i < n; i++)
		sum += u[i].end_ns - u[i].start_ns;
	free(u);
	return sum;
}

/* Unknown time within an outage, what lies outside the period as well. */
static int64_t
unknown_of(const struct judge *j, const struct line *l, const struct link_result *r,
    const struct outage *o)
{
	int64_t from =
	    o->start_ns > r->period.start_ns ? o->start_ns : r->period.start_ns;
	int64_t to = o->end_ns < r->period.end_ns ? o->end_ns : r->period.end_ns;

	if ((o->attribution == ATTR_LOCAL && !o->micro) ||
	    (j->rule.clock_unknown && !l->states))
		return o->end_ns - o->start_ns;
	return unknown_outside(j, l, o->start_ns, from) + unknown_within(r, from, to) +
	       unknown_outside(j, l, to, o->end_ns);
}

static void
list_outages(
    struct judge *j, struct line *l, const struct books *all, struct link_result *r)
{
	const struct books *b = &all[l->number];

	r->outages = memory_grow(NULL, b->n + 1, sizeof *r->outages);
	r->beside = memory_grow(NULL, b->n + 1, sizeof *r->beside);
	r->micro = memory_grow(NULL, b->n + 1, sizeof *r->micro);
	for (size_t i = 0; i < b->n; i++) {
		struct outage *o = &b->found[i].o;
		if (o->end_ns <= r->period.start_ns || o->start_ns >= r->period.end_ns) {
			free(o->holes);
			o->holes = NULL;
			o->n_holes = 0;
			if (!o->micro)
				r->beside[r->n_beside++] = *o;
			continue;
		}
		o->unknown_ns = unknown_of(j, l, r, o);
		o->down_ns = o->end_ns - o->start_ns - o->unknown_ns;
		see_others(j, all, l->number, o);
		int64_t from =
		    o->start_ns > r->period.start_ns ? o->start_ns : r->period.start_ns;
		int64_t to = o->end_ns < r->period.end_ns ? o->end_ns : r->period.end_ns;
		int64_t known = to - from - unknown_within(r, from, to);
		o->clipped_ns = o->end_ns - o->start_ns - (to - from);
		o->down_in_ns = known;
		if (o->micro) {
			r->micro_ns += known;
			r->micro[r->n_micro++] = *o;
		} else {
			r->down_ns += o->counted ? known : 0;
			r->outages[r->n_outages++] = *o;
		}
		r->live_dark |= o->open;
	}
}

/* Degradations that are but the shadow of an outage are left out. */
static bool
in_shadow(const struct link_result *r, const struct degradation *d)
{
	int64_t covered = 0;

	for (size_t i = 0; i < r->n_outages; i++)
		covered += overlap(
		    d->start_ns, d->end_ns, r->outages[i].start_ns, r->outages[i].end_ns);
	for (size_t i = 0; i < r->n_micro && d->kind != DEG_LOSS; i++)
		covered += overlap(
		    d->start_ns, d->end_ns, r->micro[i].start_ns, r->micro[i].end_ns);
	if (d->kind == DEG_LOSS || d->kind == DEG_STALL)
		return covered * 10 > (d->end_ns - d->start_ns) * 9;
	return covered * 2 > d->end_ns - d->start_ns;
}

/* A target that is silent, or the first probes lost, because all ICMP or every service
 * is: nothing of their own. */
static bool
is_shadow_kind(enum degradation_kind kind)
{
	return kind == DEG_TARGET || kind == DEG_LOSS;
}

static bool
explained(const struct link_result *r, const struct degradation *d)
{
	for (size_t i = 0; is_shadow_kind(d->kind) && i < r->n_degradations; i++) {
		const struct degradation *o = &r->degradations[i];
		if ((o->kind == DEG_ICMP || o->kind == DEG_SERVICE) &&
		    overlap(d->start_ns, d->end_ns, o->start_ns - 2 * NS_PER_S,
		        o->end_ns + 2 * NS_PER_S) *
		            2 >
		        d->end_ns - d->start_ns)
			return true;
	}
	return false;
}

static void
take_degradation(struct link_result *r, const struct degradation *d)
{
	if (d->end_ns <= r->period.start_ns || d->start_ns >= r->period.end_ns ||
	    in_shadow(r, d) || explained(r, d))
		return;
	struct degradation *to = &r->degradations[r->n_degradations++];
	*to = *d;
	if (d->n_probes > 0) {
		to->probes = memory_grow(NULL, d->n_probes, sizeof *to->probes);
		memcpy(to->probes, d->probes, d->n_probes * sizeof *to->probes);
	}
}

static int
by_start(const void *a, const void *b)
{
	const struct degradation *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void
list_degradations(
    struct judge *j, struct line *l, int64_t as_of_ns, struct link_result *r)
{
	struct degradation open[8];
	size_t n = degrade_open(j, l, as_of_ns, open);

	struct degradation *quality;
	size_t n_quality = quality_list(l, r->period, as_of_ns, &quality);

	r->degradations = memory_grow(
	    NULL, l->n_degradations + n + n_quality + 1, sizeof *r->degradations);
	for (int shadows = 0; shadows < 2; shadows++) {
		for (size_t i = 0; i < l->n_degradations; i++)
			if (is_shadow_kind(l->degradations[i].kind) == shadows)
				take_degradation(r, &l->degradations[i]);
		for (size_t i = 0; i < n; i++)
			if (is_shadow_kind(open[i].kind) == shadows)
				take_degradation(r, &open[i]);
	}
	for (size_t i = 0; i < n; i++)
		free(open[i].probes);
	for (size_t i = 0; i < n_quality; i++) {
		take_degradation(r, &quality[i]);
		free(quality[i].probes);
	}
	free(quality);
	qsort(r->degradations, r->n_degradations, sizeof *r->degradations, by_start);
}

static void
close_books(struct judge *j, struct line *l, const struct books *all, struct span period,
    int64_t as_of_ns, struct link_result *r)
{
	memset(r, 0, sizeof *r);
	if (j->rule.since_first && l->first_ns > period.start_ns)
		period.start_ns =
		    l->first_ns < period.end_ns ? l->first_ns : period.end_ns;
	r->period = period;
	if (j->rule.until_last && l->end_ns != 0 && l->end_ns < r->period.end_ns)
		r->period.end_ns =
		    l->end_ns > period.start_ns ? l->end_ns : period.start_ns;
	r->scheduled_ns = r->period.end_ns - r->period.start_ns;
	find_unknown(j, l, &all[l->number], r);
	list_outages(j, l, all, r);
	list_degradations(j, l, as_of_ns, r);
	r->voters_sent = l->sent;
	r->voters_lost = l->lost;
	r->clock_bound_ns = j->rule.clock_bound_ns;
	r->votes_per_s = vote_rate(j, l);
	quality_targets(j, l, r);
	r->speed[0] = l->speed[0];
	r->speed[1] = l->speed[1];
	bins_close(j, l, r);
	double now = vote_loss(l, l->last_ns);
	r->ordinary_loss = now > l->worst_loss ? now : l->worst_loss;
	unsigned needs;
	judge_certain(j, l->number, &needs, &r->shortest_certain_ns);
}

size_t
judge_finish(struct judge *j, int64_t from_ns, int64_t to_ns, int64_t as_of_ns,
    const struct link_result **results)
{
	struct span period = {whole_us(from_ns), whole_us(to_ns)};
	struct books *all = memory_grow(NULL, j->n_lines + 1, sizeof *all);

	j->as_of_ns = as_of_ns;
	if (period.end_ns < period.start_ns)
		period.end_ns = period.start_ns;
	for (size_t i = 0; i < j->n_results; i++)
		books_free(&j->results[i]);
	free(j->results);
	j->results = memory_grow(NULL, j->n_lines + 1, sizeof *j->results);
	memset(j->results, 0, (j->n_lines + 1) * sizeof *j->results);
	j->n_results = j->n_lines;
	for (size_t i = 0; i < j->n_lines; i++)
		open_books(j, &j->lines[i], as_of_ns, &all[i]);
	find_common(j, all);
	for (size_t i = 0; i < j->n_lines; i++)
		close_books(j, &j->lines[i], all, period, as_of_ns, &j->results[i]);
	for (size_t i = 0; i < j->n_lines; i++)
		free(all[i].found);
	free(all);
	*results = j->results;
	return j->n_lines;
}
