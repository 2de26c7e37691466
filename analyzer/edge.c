/*
 * The edges of a dark run, looked up in the ring of the last samples: the start lies
 * between the last answered before it and the k-th lost after it plus R, the end between
 * the k-th last lost and the receipt of the first answer. k grows with ordinary loss, so
 * that a stray loss beside an edge does not move it. What is printed is the midpoint, its
 * bound the half-width and what the clock may be off by.
 */
#include "analyzer/line.h"

#include <math.h>

#define BY_CHANCE 0.0002
#define K_MOST    16
/* A network that fell with the others answered within so many of its periods before. */
#define FELL_PERIODS 4

unsigned
edge_losses(double loss)
{
	if (loss < 0.001)
		return 1;
	if (loss < 0.02)
		return 2;
	double k = loss < 1 ? ceil(log(BY_CHANCE) / log(loss)) : K_MOST;
	return k < 3 ? 3 : k > K_MOST ? K_MOST : (unsigned)k;
}

int64_t
edge_rtt_p99(const struct line *l)
{
	struct hist both = l->rtt[0];

	hist_merge(&both, &l->rtt[1]);
	both.lost = 0;
	int64_t q = hist_quantile(&both, 0.99);
	if (q < 0)
		return NS_PER_S;
	return q < 3 * NS_PER_S ? q : 3 * NS_PER_S;
}

void
edge_start(struct line *l, struct run *r)
{
	int64_t last_answer = INT64_MIN;
	unsigned lost = 0, n = ring_kept(l);

	for (size_t i = 0; i < l->n_networks; i++) {
		const struct network_line *w = &l->networks[i];
		if (!run_concerns(l, r, (int)i) || !w->joined || w->left || w->absent ||
		    !w->failing)
			continue;
		if (w->last_answer_ns > last_answer)
			last_answer = w->last_answer_ns;
	}
	for (size_t i = 0; i < l->n_networks; i++) {
		struct network_line *w = &l->networks[i];
		if (run_concerns(l, r, (int)i))
			w->fell =
			    w->joined && !w->left && !w->absent && w->failing &&
			    w->last_answer_ns + FELL_PERIODS * w->every_ns >= last_answer;
	}
	r->lost = r->cut = 0;
	r->start_lo_ns = last_answer;
	r->start_hi_ns = INT64_MIN;
	r->only_ping = true;
	for (unsigned i = n; i-- > 0;) {
		const struct voted *v = ring_back(l, i);
		if (v->sent_ns <= last_answer || v->say == SAY_ANSWER ||
		    !run_concerns(l, r, v->network) || !l->networks[v->network].failing)
			continue;
		r->lost++;
		r->cut += v->say == SAY_CUT;
		r->last_lost_ns = v->sent_ns;
		if (!l->networks[v->network].fell)
			continue;
		if (lost++ == 0)
			r->first = *v;
		if (lost == r->k || (v->say == SAY_CUT && r->start_hi_ns == INT64_MIN))
			r->start_hi_ns =
			    v->sent_ns + (v->say == SAY_CUT ? 0 : r->rtt_p99_ns);
	}
	if (r->start_hi_ns == INT64_MIN)
		r->start_hi_ns = r->last_lost_ns + r->rtt_p99_ns;
	r->evidence = lost;
	r->streak = r->best_streak = r->lost;
}

void
edge_end(const struct line *l, const struct run *r, int64_t *lo, int64_t *hi)
{
	int64_t sent = INT64_MAX, received = INT64_MAX;
	unsigned lost = 0;
	bool cut = false;

	for (size_t i = 0; i < l->n_networks; i++) {
		const struct network_line *w = &l->networks[i];
		/* one that came back long before was another thing: the rest went on */
		if (!run_concerns(l, r, (int)i) || w->failing || w->left ||
		    w->up_sent_ns < r->seen_ns ||
		    w->up_sent_ns < r->closing_ns - 3 * w->every_ns - r->rtt_p99_ns)
			continue;
		if (w->up_sent_ns < sent)
			sent = w->up_sent_ns;
		if (w->up_received_ns < received)
			received = w->up_received_ns;
	}
	if (received == INT64_MAX) /* none: one that had left is heard again */
		sent = received = r->closing_ns;
	*hi = received;
	*lo = INT64_MIN;
	for (unsigned i = 0; i < ring_kept(l) && lost < r->k; i++) {
		const struct voted *v = ring_back(l, i);
		if (v->sent_ns >= sent || v->say == SAY_ANSWER ||
		    !run_concerns(l, r, v->network) || !l->networks[v->network].fell)
			continue;
		if (v->sent_ns < r->start_lo_ns)
			break;
		if (cut && v->say != SAY_CUT)
			break;
		cut |= v->say == SAY_CUT;
		*lo = v->sent_ns;
		lost++;
		if (cut)
			break; /* no doubt about a port without carrier */
	}
	if (*lo == INT64_MIN)
		*lo = r->last_lost_ns;
}

void
edge_between(int64_t lo, int64_t hi, int64_t clock_ns, int64_t *at, int64_t *bound)
{
	if (hi < lo)
		hi = lo;
	*at = whole_us(lo + (hi - lo) / 2);
	*bound = whole_us((hi - lo) / 2 + clock_ns + 2000);
}

void
edge_in_gap(int64_t dark, int64_t other, int64_t clock_ns, int64_t *at, int64_t *bound)
{
	int64_t width = other > dark ? other - dark : dark - other;

	*at = whole_us(dark);
	*bound = whole_us(width + clock_ns + 2000);
}
