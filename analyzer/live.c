/*
 * Facts as they arrive. They are noted at once, for judge_live, and held until their
 * turn, from which they go to the judge in order of sending: so what is judged live is
 * what is judged later.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <string.h>

#define SETTLE_NS (2 * NS_PER_S) /* for an answer to be written and read */

struct held { /* a fact that waits for its turn */
	int64_t key_ns;
	uint64_t order;
	enum {
		HELD_SAMPLE,
		HELD_COUNTERS,
		HELD_EVENT
	} type;
	union {
		struct sample sample;
		struct counters counters;
		struct event event;
	};
};

static bool
sooner(const struct held *a, const struct held *b)
{
	return a->key_ns != b->key_ns ? a->key_ns < b->key_ns : a->order < b->order;
}

static void
hold(struct judge *j, struct held *h)
{
	h->order = j->hold_order++;
	if (j->n_held == j->room_held) {
		j->room_held = j->room_held * 2 + 256;
		j->held = memory_grow(j->held, j->room_held, sizeof *j->held);
	}
	size_t i = j->n_held++;
	for (; i > 0 && sooner(h, &j->held[(i - 1) / 2]); i = (i - 1) / 2)
		j->held[i] = j->held[(i - 1) / 2];
	j->held[i] = *h;
}

static void
release(struct judge *j, struct held *top)
{
	struct held last = j->held[--j->n_held];
	size_t i = 0;

	*top = j->n_held > 0 ? j->held[0] : last;
	for (size_t k; (k = 2 * i + 1) < j->n_held; i = k) {
		if (k + 1 < j->n_held && sooner(&j->held[k + 1], &j->held[k]))
			k++;
		if (!sooner(&j->held[k], &last))
			break;
		j->held[i] = j->held[k];
	}
	if (j->n_held > 0)
		j->held[i] = last;
}

/* What the newest voters say, for judge_live: losses in a row over all networks. */
static void
note_now(struct judge *j, const struct sample *s)
{
	if (s->probe >= j->n_probes || j->probes[s->probe].link >= j->n_lines)
		return;
	struct probe_line *p = &j->probes[s->probe];
	struct line *l = &j->lines[p->link];
	enum say say = say_of(s);

	if (say == SAY_NOTHING)
		return;
	p->now_answered = say == SAY_ANSWER;
	p->now_known |= p->now_answered;
	if (say == SAY_ANSWER && s->time.ns > p->now_answer_ns)
		p->now_answer_ns = s->time.ns;
	if (s->time.ns > l->now_ns)
		l->now_ns = s->time.ns;
	if (!p->votes)
		return;
	if (say == SAY_ANSWER) {
		l->now_lost = 0;
		l->now_since_ns = 0;
	} else if (s->time.ns > p->now_answer_ns) {
		l->now_lost++;
		if (l->now_since_ns == 0 || s->time.ns < l->now_since_ns)
			l->now_since_ns = s->time.ns;
	}
}

void
judge_arrival(struct judge *j, const struct sample *s)
{
	struct held h = {.key_ns = s->time.ns, .type = HELD_SAMPLE, .sample = *s};

	note_now(j, s);
	if (s->flags & (FLAG_LATE | FLAG_DUP)) {
		for (size_t i = 0; i < j->n_held; i++) {
			struct held *o = &j->held[i];
			if (o->type != HELD_SAMPLE || o->sample.probe != s->probe ||
			    o->sample.seq != s->seq || o->sample.session != s->session)
				continue;
			if (s->flags & FLAG_LATE) {
				int64_t sent = o->sample.time.ns;
				o->sample = *s;
				o->sample.time.ns = sent;
			}
			return;
		}
		if ((s->flags & FLAG_DUP) || s->time.ns <= j->settled_ns)
			return; /* what it amends is judged */
	}
	hold(j, &h);
}

void
judge_arrival_counters(struct judge *j, const struct counters *c)
{
	struct held h = {.key_ns = c->time.ns, .type = HELD_COUNTERS, .counters = *c};

	hold(j, &h);
}

void
judge_arrival_event(struct judge *j, const struct event *e)
{
	struct held h = {.key_ns = e->time.ns, .type = HELD_EVENT, .event = *e};

	hold(j, &h);
}

void
judge_settle(struct judge *j, int64_t now_ns)
{
	struct held h;

	int64_t until = now_ns - j->rule.hold_ns - SETTLE_NS;

	if (until > j->settled_ns)
		j->settled_ns = until;
	while (j->n_held > 0 && j->held[0].key_ns <= until) {
		release(j, &h);
		if (h.type == HELD_SAMPLE)
			judge_sample(j, &h.sample);
		else if (h.type == HELD_COUNTERS)
			judge_counters(j, &h.counters);
		else
			judge_event(j, &h.event);
	}
}

/* Of each network: whether all it was heard of lately is silence. */
static void
count_now(const struct judge *j, const struct line *l, struct live *out)
{
	bool known[NETWORKS_MAX] = {false}, answered[NETWORKS_MAX] = {false};

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (!p->votes || !p->now_known)
			continue;
		known[p->network] = true;
		answered[p->network] |= p->now_answered;
	}
	for (size_t n = 0; n < l->n_networks; n++) {
		if (!known[n] || l->networks[n].left || l->networks[n].absent)
			continue;
		out->networks_total++;
		out->networks_failing += !answered[n];
	}
}

/* Whom the roles point at just now: as in the table, from their newest samples. */
static enum attribution
blame_now(const struct judge *j, const struct line *l)
{
	bool gw_dead = false, gw_ok = false, isp_dead = false, isp_ok = false;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (!p->now_known)
			continue;
		if (p->def.role == ROLE_GATEWAY)
			*(p->now_answered ? &gw_ok : &gw_dead) = true;
		if (p->def.role == ROLE_ISP)
			*(p->now_answered ? &isp_ok : &isp_dead) = true;
	}
	if (gw_dead && !gw_ok && !isp_ok)
		return ATTR_CPE;
	if (isp_dead)
		return isp_ok ? ATTR_ISP_CORE : ATTR_ACCESS;
	return isp_ok ? ATTR_UPSTREAM : ATTR_UNDETERMINED;
}

void
judge_live(const struct judge *j, uint32_t link, int64_t now_ns, struct live *out)
{
	memset(out, 0, sizeof *out);
	out->state = LIVE_UNKNOWN;
	if (link >= j->n_lines)
		return;
	const struct line *l = &j->lines[link];
	int64_t patience = 20 * NS_PER_S + 3 * l->fastest_ns;
	count_now(j, l, out);
	out->outage_needs = run_needed(j, l, vote_loss(l, now_ns), false);
	out->lost_in_a_row = (unsigned)l->now_lost;
	if (out->networks_total == 0 || now_ns - l->now_ns > patience)
		return;
	out->state = LIVE_UP;
	bool dark =
	    out->networks_failing >= vote_quorum(j->rule.quorum, out->networks_total);
	if (!dark)
		return;
	out->state = out->lost_in_a_row >= out->outage_needs ? LIVE_DARK : LIVE_SUSPECTED;
	out->since_ns = l->now_since_ns;
	out->attribution = blame_now(j, l);
}

/* A voter sends once in every slot that lies whole inside an outage: whatever the phase,
 * those are as many as its periods, less one. */
static int64_t
certain_ns(const struct judge *j, const struct line *l, unsigned needs)
{
	for (int64_t length = 2 * l->fastest_ns;; length += l->fastest_ns) {
		uint64_t sent = 0;
		for (size_t i = 0; i < l->n_probes; i++) {
			const struct probe_line *p = &j->probes[l->probes[i]];
			if (p->votes && length >= p->def.every_ns)
				sent += (uint64_t)(length / p->def.every_ns) - 1;
		}
		if (sent >= needs)
			return length;
	}
}

void
judge_certain(const struct judge *j, uint32_t link, unsigned *needs, int64_t *shortest_ns)
{
	*needs = 0;
	*shortest_ns = 0;
	if (link >= j->n_lines)
		return;
	const struct line *l = &j->lines[link];
	if (vote_rate(j, l) <= 0)
		return;
	*needs = run_needed(j, l, 0, false);
	*shortest_ns = certain_ns(j, l, *needs);
	if (l->fastest_ns >= 10 * NS_PER_S &&
	    *shortest_ns < 60 * NS_PER_S + 2 * l->fastest_ns)
		*shortest_ns = 60 * NS_PER_S + 2 * l->fastest_ns;
}
