/*
 * The judge takes facts in order of sending and keeps, of each link, what line.h shows.
 * At the end it closes a copy of its books: what was found, what is still open, what was
 * never measured; looks at links that fell together; and clips the sums to the period.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
judge_rule_default(struct judge_rule *rule)
{
	*rule = (struct judge_rule){.quorum = 0.8,
	    .hold_ns = 10 * NS_PER_S,
	    .max_hole_ns = 900 * NS_PER_S,
	    .stall_ns = 2 * NS_PER_S,
	    .max_gap_factor = 2.5,
	    .quiet_bytes = 64 * 1024,
	    .quiet_bytes_per_s = 1024};
}

struct judge *
judge_new(const struct judge_rule *rule)
{
	struct judge *j = memory_grow(NULL, 1, sizeof *j);

	memset(j, 0, sizeof *j);
	j->rule = *rule;
	return j;
}

static void
result_free(struct link_result *r)
{
	for (size_t i = 0; i < r->n_outages; i++)
		free(r->outages[i].holes);
	for (size_t i = 0; i < r->n_micro; i++)
		free(r->micro[i].holes);
	for (size_t i = 0; i < r->n_degradations; i++)
		free(r->degradations[i].probes);
	free(r->outages);
	free(r->micro);
	free(r->degradations);
	free(r->unknown);
	free(r->bad_seconds);
	free(r->thin_seconds);
	memset(r, 0, sizeof *r);
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->n_lines; i++) {
		struct line *l = &j->lines[i];
		for (size_t k = 0; k < l->n_networks; k++)
			free(l->networks[k].others);
		for (size_t k = 0; k < l->n_found; k++)
			found_free(&l->found[k]);
		for (size_t k = 0; k < l->n_degradations; k++)
			free(l->degradations[k].probes);
		for (size_t k = 0; k < 1 + FAMILIES; k++)
			free(l->runs[k].holes);
		free(l->networks);
		free(l->found);
		free(l->degradations);
		free(l->probes);
		free(l->covered.v);
		free(l->bad.v);
		free(l->thin.v);
		free(l->reasons);
	}
	for (size_t i = 0; i < j->n_results; i++)
		result_free(&j->results[i]);
	free(j->results);
	free(j->held);
	free(j->lines);
	free(j->probes);
	free(j);
}

void
judge_link(struct judge *j, const struct link_def *def)
{
	j->lines = memory_grow(j->lines, j->n_lines + 1, sizeof *j->lines);
	struct line *l = &j->lines[j->n_lines];
	memset(l, 0, sizeof *l);
	l->def = *def;
	l->number = (uint32_t)j->n_lines++;
	l->first_ns = l->last_ns = INT64_MIN;
	l->runs[0].need_link = true;
	l->runs[1].family = V4;
	l->runs[2].family = V6;
}

void
judge_probe(struct judge *j, const struct probe_def *def, uint32_t link)
{
	j->probes = memory_grow(j->probes, j->n_probes + 1, sizeof *j->probes);
	struct probe_line *p = &j->probes[j->n_probes];
	memset(p, 0, sizeof *p);
	p->def = *def;
	p->link = link;
	p->network = -1;
	if (p->def.every_ns <= 0)
		p->def.every_ns = NS_PER_S;
	p->max_gap_ns = def->max_gap_ns > 0
	                    ? def->max_gap_ns
	                    : (int64_t)(j->rule.max_gap_factor * (double)p->def.every_ns);
	uint32_t number = (uint32_t)j->n_probes++;
	if (link >= j->n_lines)
		return;
	struct line *l = &j->lines[link];
	l->probes = memory_grow(l->probes, l->n_probes + 1, sizeof *l->probes);
	l->probes[l->n_probes++] = number;
	vote_probe(j, l, p);
}

/* ---- feeding ---- */

static void
learn_rtt(struct line *l, const struct sample *s)
{
	int64_t hour = s->time.ns / (3600 * NS_PER_S);

	if (hour != l->rtt_hour) {
		l->rtt[1] = l->rtt[0];
		memset(&l->rtt[0], 0, sizeof l->rtt[0]);
		l->rtt_hour = hour;
	}
	hist_add(&l->rtt[0], s->rtt_ns);
}

/* What shows that the link was being measured at that time, whatever came of it. */
static bool
measures(const struct sample *s, enum say say)
{
	if (say != SAY_NOTHING)
		return true;
	return s->outcome == OUTCOME_LOST && sample_may_vote(s);
}

static bool
late_is_lost(const struct sample *s)
{
	return (s->flags & FLAG_LATE) != 0;
}

/* Seconds for the profiles that count them: more than half lost (late as lost) is bad,
 * fewer than two votes too thin to say. They are those of the schedule, CLOCK_BOOTTIME,
 * so that every voter of a probe a second has exactly one vote in each. */
static void
close_second(struct line *l)
{
	int64_t from = l->second_at_ns;

	if (l->second_sent < 2)
		spans_add(&l->thin, from, from + NS_PER_S);
	else if (l->second_lost * 2 > l->second_sent)
		spans_add(&l->bad, from, from + NS_PER_S);
	l->second_sent = l->second_lost = 0;
}

static void
count_second(struct line *l, const struct sample *s, bool lost)
{
	int64_t at = whole_us(s->time.ns - s->sent.ns % NS_PER_S);

	if (at != l->second_at_ns) {
		int64_t over = l->second_at_ns + NS_PER_S;
		if (l->second_sent > 0)
			close_second(l);
		if (over > NS_PER_S && at > over)
			spans_add(&l->thin, over, at);
		l->second_at_ns = at;
	}
	l->second_sent++;
	l->second_lost += lost || late_is_lost(s);
}

static void
take_voter(struct judge *j, struct line *l, struct probe_line *p, const struct sample *s,
    enum say say)
{
	struct voted v = {.sent_ns = s->time.ns,
	    .received_ns = s->time.ns + (s->rtt_ns > 0 ? s->rtt_ns : 0),
	    .session = s->session,
	    .probe = s->probe,
	    .seq = s->seq,
	    .network = p->network,
	    .say = say};

	if (measures(s, say))
		coverage_sample(j, l, p, s->time.ns);
	else if (s->outcome == OUTCOME_NOT_SENT)
		coverage_reason(
		    l, s->time.ns, s->time.ns + p->max_gap_ns, UNKNOWN_LOCAL_FAULT);
	if (say == SAY_NOTHING)
		return;
	l->sent++;
	l->lost += say != SAY_ANSWER;
	if (say == SAY_ANSWER)
		learn_rtt(l, s);
	count_second(l, s, say != SAY_ANSWER);
	vote_take(j, l, p, s, say);
	bool fresh =
	    say != SAY_ANSWER && l->networks[p->network].lost_row <= 3 && p->known;
	run_update(j, l, &v);
	if (l->runs[0].active && s->code == CODE_NEIGHBOUR)
		l->runs[0].neighbour++;
	if (!l->runs[0].active && (say == SAY_ANSWER || fresh))
		vote_count(l, s->time.ns, 1, say != SAY_ANSWER);
	degrade_voter(j, l, s, say, fresh);
}

void
judge_sample(struct judge *j, const struct sample *s)
{
	if (s->probe >= j->n_probes || j->probes[s->probe].link >= j->n_lines)
		return;
	struct probe_line *p = &j->probes[s->probe];
	struct line *l = &j->lines[p->link];
	enum say say = say_of(s);

	if (l->end_ns != 0 && s->time.ns > l->end_ns)
		l->end_ns = 0; /* its history goes on after all */
	if (l->first_ns == INT64_MIN)
		l->first_ns = whole_us(s->time.ns);
	if (s->time.ns > l->last_ns)
		l->last_ns = whole_us(s->time.ns);
	cause_role_sample(l, p, s, say);
	if (p->votes)
		take_voter(j, l, p, s, say);
	degrade_sample(j, l, p, s, say);
}

void
judge_counters(struct judge *j, const struct counters *c)
{
	if (c->link >= j->n_lines)
		return;
	struct line *l = &j->lines[c->link];
	unsigned i = l->counters_n++ % COUNTER_RING;

	if (l->counters_n >= 2 * COUNTER_RING)
		l->counters_n -= COUNTER_RING;
	l->counters[i].at_ns = c->time.ns;
	l->counters[i].rx = c->rx_bytes;
	l->carrier = c->carrier && c->ifindex != 0;
	l->has_carrier = true;
	l->carrier_ns = c->time.ns;
	struct run *r = &l->runs[0];
	if (r->active && !r->has_rx && c->time.ns >= r->start_hi_ns) {
		r->has_rx = true;
		r->rx_start = c->rx_bytes;
	}
}

/* A history of states: what it says is found at once, its edges as exact as it is. */
static void
take_state(struct judge *j, struct line *l, const struct event *e)
{
	int64_t at = whole_us(e->time.ns);

	if (e->kind == EVENT_STATE && l->end_ns != 0 && at > l->end_ns) {
		coverage_reason(l, l->end_ns, at, UNKNOWN_STATED);
		l->state_ns = at; /* between two histories: nobody said anything */
		l->state = 'u';
		l->end_ns = 0;
	}
	l->states = true;
	if (l->first_ns == INT64_MIN) {
		l->first_ns = at;
		l->state = '?';
		l->state_ns = INT64_MIN / 2;
	}
	if (l->state == 'd' && at > l->state_ns) {
		struct found f;
		struct run r = {.start_lo_ns = l->state_ns,
		    .start_hi_ns = l->state_ns,
		    .first = {.session = e->session,
		        .probe = UINT32_MAX,
		        .seq = (uint64_t)(l->state_ns / 1000)}};
		state_outage(j, l, &r, at, &f);
		l->found = memory_grow(l->found, l->n_found + 1, sizeof *l->found);
		l->room_found = l->n_found + 1;
		l->found[l->n_found++] = f;
	}
	if (l->state == '?' && at > l->state_ns)
		coverage_reason(l, l->state_ns, at, UNKNOWN_STATED);
	l->state_ns = at;
	l->last_ns = at;
	if (e->kind == EVENT_STATE)
		l->state = strcmp(e->text, "up") == 0     ? 'u'
		           : strcmp(e->text, "down") == 0 ? 'd'
		                                          : '?';
}

void
judge_event(struct judge *j, const struct event *e)
{
	struct line *l =
	    e->link >= 0 && (size_t)e->link < j->n_lines ? &j->lines[e->link] : NULL;

	switch (e->kind) {
	case EVENT_SESSION_START:
		for (size_t i = 0; i < j->n_lines; i++) {
			struct line *o = &j->lines[i];
			int64_t from = o->last_ns != INT64_MIN ? o->last_ns : e->time.ns;
			coverage_reason(o, from, e->time.ns + 3 * NS_PER_S,
			    UNKNOWN_COLLECTOR_STOPPED);
		}
		break;
	case EVENT_GAP:
		for (size_t i = 0; i < j->n_lines; i++)
			coverage_reason(&j->lines[i], e->time.ns, e->time_until.ns,
			    UNKNOWN_DISK_FULL);
		break;
	case EVENT_STATE:
		if (l != NULL)
			take_state(j, l, e);
		break;
	case EVENT_HISTORY_END:
		if (l == NULL)
			break;
		if (l->states)
			take_state(j, l, e);
		l->end_ns = whole_us(e->time.ns);
		break;
	default:
		break;
	}
}

/* ---- live ---- */

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
	for (size_t n = 0; n < l->n_networks; n++) {
		bool known = false, silent = true;
		if (l->networks[n].left || l->networks[n].absent)
			continue;
		for (size_t i = 0; i < l->n_probes; i++) {
			const struct probe_line *p = &j->probes[l->probes[i]];
			if (!p->votes || p->network != (int)n || !p->now_known)
				continue;
			known = true;
			silent &= !p->now_answered;
		}
		out->networks_total += known;
		out->networks_failing += known && silent;
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
			if (p->votes && (p->present || !l->ever_joined) &&
			    length >= p->def.every_ns)
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

/* ---- finishing ---- */

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
	int64_t end = as_of_ns > l->last_ns ? as_of_ns : l->last_ns;
	if (r->active && run_outage(j, l, r, true, l->last_ns, end, &b->found[b->n])) {
		cause_find(j, l, r, l->last_ns, &b->found[b->n]);
		found_after(l, &b->found[b->n]);
		b->n++;
	}
	if (l->states && l->state == 'd' && l->end_ns == 0 && as_of_ns > l->state_ns) {
		struct run open = {.start_lo_ns = l->state_ns,
		    .start_hi_ns = l->state_ns,
		    .first = {
		        .probe = UINT32_MAX, .seq = (uint64_t)(l->state_ns / 1000)}};
		state_outage(j, l, &open, whole_us(as_of_ns), &b->found[b->n]);
		b->found[b->n++].o.open = true;
	}
}

static bool
fell_together(const struct outage *a, const struct outage *b)
{
	int64_t apart = a->start_ns - b->start_ns;

	return (apart < 0 ? -apart : apart) <= a->start_bound_ns + b->start_bound_ns;
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
					if (fell_together(&f->o, &all[b].found[k].o)) {
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
	r->micro = memory_grow(NULL, b->n + 1, sizeof *r->micro);
	for (size_t i = 0; i < b->n; i++) {
		struct outage *o = &b->found[i].o;
		if (o->end_ns <= r->period.start_ns || o->start_ns >= r->period.end_ns) {
			free(o->holes);
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

	r->degradations =
	    memory_grow(NULL, l->n_degradations + n + 1, sizeof *r->degradations);
	for (int shadows = 0; shadows < 2; shadows++) {
		for (size_t i = 0; i < l->n_degradations; i++)
			if (is_shadow_kind(l->degradations[i].kind) == shadows)
				take_degradation(r, &l->degradations[i]);
		for (size_t i = 0; i < n; i++)
			if (is_shadow_kind(open[i].kind) == shadows)
				take_degradation(r, &open[i]);
	}
	qsort(r->degradations, r->n_degradations, sizeof *r->degradations, by_start);
}

static void
copy_spans(const struct spans *from, struct span period, struct span **to, size_t *n)
{
	*n = 0;
	*to = memory_grow(NULL, from->n + 1, sizeof **to);
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i].end_ns > period.start_ns &&
		    from->v[i].start_ns < period.end_ns)
			(*to)[(*n)++] = from->v[i];
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
	if (l->end_ns != 0 && l->end_ns < r->period.end_ns)
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
	copy_spans(&l->bad, period, &r->bad_seconds, &r->n_bad_seconds);
	copy_spans(&l->thin, period, &r->thin_seconds, &r->n_thin_seconds);
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
		result_free(&j->results[i]);
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
