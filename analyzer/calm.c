/*
 * The calm lane. Nearly all of a history is answers in time on a line where nothing is
 * wrong; of such an answer most rules have nothing to say. Here is what is left of them,
 * one after the other; for all else, and whenever in doubt, the rules themselves. What
 * comes of it must be the same: test_calm holds one against the other.
 */
#include "analyzer/line.h"

/* What does not make an answer less of one. */
#define ORDINARY (FLAG_CLOCK | FLAG_EGRESS_UNPROVEN | FLAG_DUP | FLAG_LOAD)

static bool
in_order(const struct network_line *n)
{
	return n->joined && !n->left && !n->absent && !n->failing;
}

/* ${c} was asked lately, or never. */
static bool
lasts(const struct class_line *c, int64_t at_ns)
{
	return c->holds_ns == 0 || at_ns <= c->holds_ns;
}

/* Called after what went through the rules: is there anything they wait for? */
void
calm_look(const struct judge *j, struct line *l)
{
	l->calm = !j->never_calm && j->rule.quorum > 0 && !l->states && l->end_ns == 0 &&
	          l->first_ns != INT64_MIN && l->failing[V4] + l->failing[V6] == 0 &&
	          !l->runs[0].active && !l->runs[1].active && !l->runs[2].active &&
	          !l->loss.active && l->loss.rise <= 0 && l->long_loss <= 0 &&
	          !l->stall.open && !l->dns_down.active && !l->icmp_down.active &&
	          !l->service_down.active && l->covered.n > 0;
}

static bool
is_calm(const struct judge *j, const struct line *l, const struct probe_line *p,
    const struct sample *s)
{
	int64_t at = s->time.ns, since = whole_us(at) - p->last_sent_ns;

	if (s->outcome != OUTCOME_REPLY || (s->flags & ~(uint32_t)ORDINARY) != 0 ||
	    s->code != CODE_NONE || s->rtt_ns < 0 || s->rtt_ns >= j->rule.stall_ns)
		return false;
	if (!p->votes || !p->current || !p->present || !p->known || p->failing ||
	    since < 0 || since > p->max_gap_ns)
		return false;
	const struct span *covered = &l->covered.v[l->covered.n - 1];
	const struct class_line *c = p->def.kind == KIND_PING ? &l->ping : &l->service;
	return in_order(&l->networks[p->network]) && c->lost == 0 &&
	       p->last_sent_ns >= covered->start_ns &&
	       p->last_sent_ns <= covered->end_ns && lasts(&l->ping, at) &&
	       lasts(&l->service, at) && lasts(&l->dns, at);
}

static void
cover(struct line *l, struct probe_line *p, int64_t at_ns)
{
	struct span *covered = &l->covered.v[l->covered.n - 1];

	if (covered->end_ns < at_ns)
		covered->end_ns = at_ns;
	p->last_sent_ns = at_ns;
}

static void
answered(struct network_line *n, const struct sample *s)
{
	int64_t received = s->time.ns + s->rtt_ns;

	n->last_sent_ns = n->last_answer_ns = s->time.ns;
	n->row++;
	n->up_answers++;
	if (received < n->up_received_ns)
		n->up_received_ns = received;
	n->sent++;
	n->answered++;
}

static void
remember(struct line *l, const struct probe_line *p, const struct sample *s)
{
	l->ring[l->ring_n % RING_SAMPLES] = (struct voted){.sent_ns = s->time.ns,
	    .received_ns = s->time.ns + s->rtt_ns,
	    .session = s->session,
	    .probe = s->probe,
	    .seq = s->seq,
	    .network = p->network,
	    .say = SAY_ANSWER};
	if (++l->ring_n >= 2 * RING_SAMPLES)
		l->ring_n -= RING_SAMPLES;
}

bool
calm_take(struct judge *j, struct line *l, struct probe_line *p, const struct sample *s)
{
	int64_t at = s->time.ns;

	if (!l->calm || !is_calm(j, l, p, s))
		return false;
	if (at > l->heard_until_ns) {
		vote_all_heard(j, l);
		if (at > l->heard_until_ns)
			return false;
	}
	p->heard_ns = at;
	vote_next_heard(l);
	vote_next_network(l);
	if (at > l->last_ns)
		l->last_ns = whole_us(at);
	cover(l, p, whole_us(at));
	l->sent++;
	line_learn_rtt(l, s);
	bins_take(j, l, s, false);
	answered(&l->networks[p->network], s);
	remember(l, p, s);
	vote_minute(l, at, 1, 0);
	if (l->long_loss > 0)
		vote_learn_loss(l, 1, 0);
	if (at + s->rtt_ns > l->stall.last_arrival_ns)
		l->stall.last_arrival_ns = at + s->rtt_ns;
	struct class_line *c = p->def.kind == KIND_PING ? &l->ping : &l->service;
	if (at + p->max_gap_ns > c->holds_ns)
		c->holds_ns = at + p->max_gap_ns;
	c->last_answer_ns = at;
	shift_sample(l->shift, s);
	p->sent++;
	return true;
}
