/*
 * The calm lane. Nearly all of a history is answers in time on a line where nothing is
 * wrong; of such an answer most rules have nothing to say. Here is what is left of them,
 * one after the other; for all else, and whenever in doubt, the rules themselves. What
 * depends on the instant alone is looked at once for a lane, a minute at most, and holds
 * for all that is sent in it. What comes of it must be the same: test_calm holds one
 * against the other.
 */
#include "analyzer/line.h"

#define MINUTE_NS (60 * NS_PER_S)
#define LATEST_NS (INT64_MAX / 2)

/* What does not make an answer less of one. */
#define ORDINARY (FLAG_CLOCK | FLAG_EGRESS_UNPROVEN | FLAG_DUP | FLAG_LOAD)

/* Called after what went through the rules: is there anything they wait for? */
void
calm_look(const struct judge *j, struct line *l)
{
	l->lane.width_ns = 0;
	l->calm = !j->never_calm && j->rule.quorum > 0 && !l->states && l->end_ns == 0 &&
	          l->first_ns != INT64_MIN && l->failing[V4] + l->failing[V6] == 0 &&
	          !l->runs[0].active && !l->runs[1].active && !l->runs[2].active &&
	          !l->loss.active && l->loss.rise <= 0 && l->long_loss <= 0 &&
	          !l->stall.open && !l->dns_down.active && !l->icmp_down.active &&
	          !l->service_down.active && l->covered.n > 0;
}

/* ---- the lane ---- */

static void
narrow(int64_t *last_ns, const struct class_line *c)
{
	/* Asked lately, or never. */
	if (c->holds_ns != 0 && c->holds_ns < *last_ns)
		*last_ns = c->holds_ns;
}

/* One that holds for ${at}. Result: whether there is one. */
static bool
enter(const struct judge *j, struct line *l, int64_t at_ns)
{
	if (at_ns < 0 || at_ns > LATEST_NS)
		return false;
	if (at_ns > l->heard_until_ns)
		vote_all_heard(j, l);
	int64_t from = at_ns - at_ns % MINUTE_NS, last = from + MINUTE_NS - 1;
	last = l->heard_until_ns < last ? l->heard_until_ns : last;
	narrow(&last, &l->ping);
	narrow(&last, &l->service);
	narrow(&last, &l->dns);
	if (at_ns > last)
		return false;
	l->lane = (struct lane){from, (uint64_t)(last - from) + 1, vote_minute(l, at_ns)};
	line_rtt(l, at_ns);
	shift_minute(l->shift, at_ns);
	return true;
}

/* ---- a sample ---- */

static bool
is_ordinary(const struct judge *j, const struct sample *s)
{
	return s->outcome == OUTCOME_REPLY && s->code == CODE_NONE &&
	       (s->flags & ~(uint32_t)ORDINARY) == 0 &&
	       (uint64_t)s->rtt_ns < (uint64_t)j->rule.stall_ns;
}

static bool
is_well(const struct line *l, const struct probe_line *p, int64_t at_us_ns)
{
	const struct span *covered = &l->covered.v[l->covered.n - 1];

	return p->votes & p->current & p->present & p->known & !p->failing &&
	       (uint64_t)(at_us_ns - p->last_sent_ns) <= (uint64_t)p->max_gap_ns &&
	       p->last_sent_ns >= covered->start_ns && p->last_sent_ns <= covered->end_ns;
}

static bool
in_order(const struct network_line *n)
{
	return n->joined & !n->left & !n->absent & !n->failing;
}

static void
cover(struct line *l, struct probe_line *p, int64_t at_us_ns)
{
	struct span *covered = &l->covered.v[l->covered.n - 1];

	if (covered->end_ns < at_us_ns)
		covered->end_ns = at_us_ns;
	p->last_sent_ns = at_us_ns;
}

static void
answered(struct network_line *n, int64_t sent_ns, int64_t received_ns)
{
	n->last_sent_ns = n->last_answer_ns = sent_ns;
	n->row++;
	n->up_answers++;
	if (received_ns < n->up_received_ns)
		n->up_received_ns = received_ns;
	n->sent++;
	n->answered++;
}

static void
remember(struct line *l, const struct probe_line *p, const struct sample *s,
    int64_t received_ns)
{
	l->ring[l->ring_n % RING_SAMPLES] = (struct voted){.sent_ns = s->time.ns,
	    .received_ns = received_ns,
	    .session = s->session,
	    .probe = s->probe,
	    .seq = s->seq,
	    .network = p->network,
	    .say = SAY_ANSWER};
	if (++l->ring_n >= 2 * RING_SAMPLES)
		l->ring_n -= RING_SAMPLES;
}

static bool
is_calm(const struct judge *j, struct line *l, const struct probe_line *p,
    const struct class_line *c, const struct sample *s)
{
	if (!l->calm || !is_ordinary(j, s) || !is_well(l, p, whole_us(s->time.ns)) ||
	    !in_order(&l->networks[p->network]) || c->lost != 0)
		return false;
	return (uint64_t)(s->time.ns - l->lane.from_ns) < l->lane.width_ns ||
	       enter(j, l, s->time.ns);
}

void
calm_take(struct judge *j, struct line *l, struct probe_line *p, const struct sample *s)
{
	int64_t at = s->time.ns, at_us = whole_us(at), received = at + s->rtt_ns;
	struct class_line *c = p->def.kind == KIND_PING ? &l->ping : &l->service;

	if (!is_calm(j, l, p, c, s)) {
		judge_by_rules(j, l, p, s);
		return;
	}
	p->heard_ns = at;
	vote_next_heard(l);
	vote_next_network(l);
	if (at > l->last_ns)
		l->last_ns = at_us;
	cover(l, p, at_us);
	l->sent++;
	p->sent++;
	hist_add(&l->rtt[0], s->rtt_ns);
	bins_take(j, l, s, false);
	answered(&l->networks[p->network], at, received);
	remember(l, p, s, received);
	vote_count_in(l, l->lane.minute, 1, 0);
	if (received > l->stall.last_arrival_ns)
		l->stall.last_arrival_ns = received;
	if (at + p->max_gap_ns > c->holds_ns)
		c->holds_ns = at + p->max_gap_ns;
	c->last_answer_ns = at;
	shift_answer(l->shift, s);
}
