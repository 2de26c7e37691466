/*
 * Whose fault: the table of DESIGN.md "Judging". A gateway or a host of the ISP speaks
 * only if it answered in the ten minutes before; its word is what became of its probes
 * between the edges. Links that fell together are looked at together.
 */
#include "analyzer/line.h"

#include <string.h>

#define NEIGHBOUR_LEAST 3

static bool
has_role(const struct probe_line *p)
{
	return p->def.role == ROLE_GATEWAY || p->def.role == ROLE_ISP;
}

static unsigned
held(const struct probe_line *p)
{
	return p->ring_n < ROLE_RING ? p->ring_n : ROLE_RING;
}

static const struct heard *
heard_at(const struct probe_line *p, unsigned i) /* 0: the newest */
{
	return &p->ring[(p->ring_n - 1 - i) % ROLE_RING];
}

/* A run was seen: count from its start on, what was heard before it was seen included. */
void
cause_reset(struct judge *j, struct line *l, const struct run *r)
{
	for (size_t i = 0; i < l->n_probes; i++) {
		struct probe_line *p = &j->probes[l->probes[i]];
		p->in_answered = p->in_lost = 0;
		for (unsigned k = 0; has_role(p) && k < held(p); k++) {
			const struct heard *h = heard_at(p, k);
			if (h->sent_ns <= r->start_hi_ns)
				break;
			p->in_answered += h->answered;
			p->in_lost += !h->answered;
		}
	}
}

void
cause_role_sample(
    struct line *l, struct probe_line *p, const struct sample *s, enum say say)
{
	struct heard h = {s->time.ns, say == SAY_ANSWER};

	if (!has_role(p) || say == SAY_NOTHING || say == SAY_CUT)
		return;
	p->ring[p->ring_n++ % ROLE_RING] = h;
	if (p->ring_n >= 2 * ROLE_RING)
		p->ring_n -= ROLE_RING;
	if (l->runs[0].active && h.sent_ns > l->runs[0].start_hi_ns) {
		p->in_answered += h.answered;
		p->in_lost += !h.answered;
	}
	if (h.answered && !l->runs[0].active)
		p->last_answer_ns = h.sent_ns;
}

enum word {
	WORD_NONE,
	WORD_DEAD,
	WORD_ALIVE
};

/* What a probe says of the time between the edges. */
static enum word
word_of(const struct probe_line *p, const struct run *r, int64_t end_lo_ns)
{
	uint64_t answered = p->in_answered, lost = p->in_lost;

	for (unsigned i = 0; i < held(p); i++) {
		const struct heard *h = heard_at(p, i);
		if (h->sent_ns <= end_lo_ns || h->sent_ns <= r->start_hi_ns)
			break;
		answered -= h->answered && answered > 0;
		lost -= !h->answered && lost > 0;
	}
	if (answered > 0 && answered >= lost)
		return WORD_ALIVE;
	bool speaks =
	    p->last_answer_ns != 0 && p->last_answer_ns >= r->start_lo_ns - SPEAKS_NS;
	return speaks && lost > 4 * answered ? WORD_DEAD : WORD_NONE;
}

/* ---- bytes that came in ---- */

static uint64_t
bytes_between(const struct line *l, int64_t from_ns, int64_t to_ns)
{
	unsigned n = l->counters_n < COUNTER_RING ? l->counters_n : COUNTER_RING;
	const struct run *r = &l->runs[0];
	uint64_t first = r->has_rx ? r->rx_start : 0, last = first;
	bool any = r->has_rx;

	for (unsigned i = n; i-- > 0;) {
		unsigned k = (l->counters_n - 1 - i) % COUNTER_RING;
		if (l->counters[k].at_ns < from_ns || l->counters[k].at_ns > to_ns)
			continue;
		if (!any || l->counters[k].rx < first)
			first = l->counters[k].rx;
		any = true;
		last = l->counters[k].rx;
	}
	return any && last > first ? last - first : 0;
}

/* ---- one link ---- */

struct words {
	bool gateway_dead, gateway_alive, isp_dead, isp_alive, first_dead, first_alive;
	bool others_up, carrier_elsewhere;
};

static void
listen(struct judge *j, struct line *l, const struct run *r, int64_t end_lo_ns,
    struct words *w)
{
	bool first = true;

	memset(w, 0, sizeof *w);
	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		enum word word = has_role(p) ? word_of(p, r, end_lo_ns) : WORD_NONE;
		if (word == WORD_NONE)
			continue;
		bool dead = word == WORD_DEAD;
		if (p->def.role == ROLE_GATEWAY) {
			w->gateway_dead |= dead;
			w->gateway_alive |= !dead;
			continue;
		}
		w->isp_dead |= dead;
		w->isp_alive |= !dead;
		if (first && p->def.kind != KIND_DNS) {
			w->first_dead = dead;
			w->first_alive = !dead;
			first = false;
		}
	}
	for (size_t i = 0; i < j->n_lines; i++) {
		const struct line *o = &j->lines[i];
		if (o == l || o->n_probes == 0)
			continue;
		w->others_up |= strcmp(o->def.centre, l->def.centre) == 0 &&
		                o->ever_joined && !o->runs[0].active;
		w->carrier_elsewhere |= o->has_carrier && o->carrier;
	}
}

static enum attribution
blame(const struct line *l, const struct run *r, const struct words *w)
{
	bool radio =
	    strcmp(l->def.medium, "ppp") == 0 || strcmp(l->def.medium, "wwan") == 0;

	if (r->cut * 2 >= r->lost && r->cut > 0) {
		if (radio)
			return ATTR_ACCESS;
		return w->carrier_elsewhere ? ATTR_LOCAL : ATTR_UNDETERMINED;
	}
	if (w->gateway_dead && !w->gateway_alive && !w->isp_alive)
		return ATTR_CPE;
	/* a CPE that never answered a ping is heard by its ARP all the same */
	if (r->neighbour >= NEIGHBOUR_LEAST && !w->gateway_alive && !w->isp_alive)
		return ATTR_CPE;
	if (w->isp_dead && !w->isp_alive)
		return ATTR_ACCESS;
	if (w->isp_dead && w->isp_alive)
		return ATTR_ISP_CORE;
	if (w->isp_alive)
		return ATTR_UPSTREAM;
	return ATTR_UNDETERMINED;
}

static void
count_it(
    const struct judge *j, const struct line *l, const struct run *r, struct outage *o)
{
	bool carrier = r->cut * 2 >= r->lost && r->cut > 0;

	o->counted = true;
	o->not_counted_reason = NULL;
	if (o->attribution == ATTR_LOCAL)
		o->not_counted_reason = "local";
	else if (o->attribution == ATTR_CPE && strcmp(l->def.cpe_owner, "isp") != 0)
		o->not_counted_reason = "cpe";
	else if (carrier && o->attribution == ATTR_UNDETERMINED)
		o->not_counted_reason = "carrier";
	else if (j->rule.clock_unknown)
		o->not_counted_reason = "clock";
	else if (o->micro)
		o->not_counted_reason = "micro";
	o->counted = o->not_counted_reason == NULL;
}

static enum confidence
trust(const struct outage *o, const struct words *w)
{
	if (o->attribution == ATTR_UNDETERMINED)
		return CONF_LOW;
	if (!w->gateway_alive && !w->gateway_dead)
		return w->others_up ? CONF_MEDIUM : CONF_LOW;
	return w->others_up ? CONF_HIGH : CONF_MEDIUM;
}

void
cause_find(struct judge *j, struct line *l, const struct run *r, int64_t end_lo_ns,
    struct found *f)
{
	struct outage *o = &f->o;
	struct words w;

	listen(j, l, r, end_lo_ns, &w);
	o->attribution = blame(l, r, &w);
	if (o->attribution == ATTR_UNDETERMINED && r->earlier.set && r->cut == 0)
		o->attribution = r->earlier.attribution;
	o->rx_bytes = bytes_between(l, r->start_hi_ns, end_lo_ns);
	double seconds = (double)(end_lo_ns - r->start_hi_ns) / 1e9;
	bool quiet = o->rx_bytes < (uint64_t)j->rule.quiet_bytes ||
	             (double)o->rx_bytes < (double)j->rule.quiet_bytes_per_s * seconds;
	o->extent = o->networks_failed >= o->networks_total && o->replies_during == 0 &&
	                    !r->tcp_answered && quiet
	                ? EXTENT_TOTAL
	                : EXTENT_PARTIAL;
	o->deepest_answering = w.isp_alive ? "isp" : w.gateway_alive ? "gateway" : "none";
	if (o->extent == EXTENT_PARTIAL && o->replies_during > 0)
		o->deepest_answering = "internet";
	o->confidence = trust(o, &w);
	count_it(j, l, r, o);
	f->gateway_dead =
	    !w.gateway_alive && (w.gateway_dead || r->neighbour >= NEIGHBOUR_LEAST);
	f->gateway_alive = w.gateway_alive;
	f->first_hop_dead = w.first_dead;
	f->first_hop_alive = w.first_alive;
	f->carrier = r->cut * 2 >= r->lost && r->cut > 0;
}

/* ---- several links ---- */

/* A group of outages of different links that began together, judged anew as one cause. */
void
cause_common(struct found **list, size_t n)
{
	bool any_gateway_dead = false, all_gateways = true, hops_dead = true,
	     hops_alive = true;

	for (size_t i = 0; i < n; i++) {
		any_gateway_dead |= list[i]->gateway_dead || list[i]->carrier;
		all_gateways &= list[i]->gateway_alive;
		hops_dead &= list[i]->first_hop_dead;
		hops_alive &= list[i]->first_hop_alive;
		memcpy(list[i]->o.common_cause, list[0]->o.id,
		    sizeof list[i]->o.common_cause);
	}
	for (size_t i = 0; i < n; i++) {
		struct outage *o = &list[i]->o;
		bool was = o->attribution == ATTR_LOCAL;
		if (any_gateway_dead) {
			o->attribution = ATTR_LOCAL;
			o->confidence = CONF_MEDIUM;
		} else if (all_gateways && hops_dead) {
			o->attribution = ATTR_ACCESS;
			o->confidence = CONF_LOW;
		} else if (hops_alive) {
			o->confidence = CONF_LOW;
		}
		if (o->attribution == ATTR_LOCAL && !was) {
			o->counted = false;
			o->not_counted_reason = "local";
		}
	}
}
