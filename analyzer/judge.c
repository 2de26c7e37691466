/*
 * The judge takes facts in order of sending and keeps, of each link, what line.h shows.
 * At the end it closes a copy of its books: what was found, what is still open, what was
 * never measured; looks at links that fell together; and clips the sums to the period.
 */
#include "analyzer/line.h"

#include "base/bytes.h"
#include "base/schedule.h"

#include <stdlib.h>
#include <string.h>

#define EVERY_MOST_NS (366 * 86400 * NS_PER_S) /* many of them still add up */

void
judge_rule_default(struct judge_rule *rule)
{
	*rule = (struct judge_rule){.quorum = 0.8,
	    .hold_ns = 10 * NS_PER_S,
	    .max_hole_ns = 900 * NS_PER_S,
	    .stall_ns = 2 * NS_PER_S,
	    .max_gap_factor = 2.5,
	    .quiet_bytes = 64 * 1024,
	    .quiet_bytes_per_s = 1024,
	    .least_loss = 0.05,
	    .false_alarms = 0.01,
	    .outage_least = 10,
	    .micro_least = 3,
	    .slow_ns = 10 * NS_PER_S,
	    .slow_least = 6,
	    .slow_least_ns = 60 * NS_PER_S,
	    .fold_loss = 0.3,
	    .leave_ns = 60 * NS_PER_S,
	    .return_answers = 10,
	    .bins = {{NS_PER_S, NS_PER_S, 0.5, 1, false}},
	    .n_bins = 1};
}

struct judge *
judge_new(const struct judge_rule *rule)
{
	struct judge *j = memory_grow(NULL, 1, sizeof *j);

	memset(j, 0, sizeof *j);
	j->rule = *rule;
	return j;
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
		bins_free(l);
		quality_free(l);
		free(l->reasons);
	}
	for (size_t i = 0; i < j->n_results; i++)
		books_free(&j->results[i]);
	free(j->results);
	free(j->held);
	free(j->names.slots);
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
	quality_open(l);
}

void
judge_speed(struct judge *j, uint32_t link, bool up, double minimum_bps)
{
	j->lines[link].minimum_bps[up] = minimum_bps;
}

void
judge_direction(struct judge *j, uint32_t probe, bool up)
{
	struct probe_line *p = &j->probes[probe];

	if (p->upload == up)
		return;
	p->upload = up;
	if (p->link < j->n_lines)
		speed_move(
		    j->lines[p->link].speed[!up], j->lines[p->link].speed[up], probe);
}

static uint64_t
name_hash(const struct probe_line *p)
{
	return schedule_seed(p->def.name) + p->link * 0x9e3779b97f4a7c15ull;
}

/* Into the ring of those that have its name on its link. */
static void
join_same(struct judge *j, uint32_t number)
{
	struct probe_line *p = &j->probes[number];

	p->same = number;
	if (table_grow(&j->names, number))
		for (uint32_t i = 0; i < number; i++)
			table_put(&j->names, name_hash(&j->probes[i]), i);
	for (size_t at = table_slot(&j->names, name_hash(p)); j->names.slots[at] != 0;
	     at = (at + 1) & (j->names.room - 1)) {
		struct probe_line *q = &j->probes[j->names.slots[at] - 1];
		if (q->link != p->link || strcmp(q->def.name, p->def.name) != 0)
			continue;
		p->same = q->same;
		q->same = number;
		break;
	}
	table_put(&j->names, name_hash(p), number);
}

void
judge_probe(struct judge *j, const struct probe_def *def, uint32_t link)
{
	if (j->n_probes == j->room_probes) {
		j->room_probes = j->room_probes * 2 + 16;
		j->probes = memory_grow(j->probes, j->room_probes, sizeof *j->probes);
	}
	struct probe_line *p = &j->probes[j->n_probes];
	memset(p, 0, sizeof *p);
	p->def = *def;
	p->link = link;
	p->network = -1;
	if (p->def.every_ns <= 0)
		p->def.every_ns = NS_PER_S;
	if (p->def.every_ns > EVERY_MOST_NS)
		p->def.every_ns = EVERY_MOST_NS;
	p->max_gap_ns = def->max_gap_ns > 0
	                    ? def->max_gap_ns
	                    : (int64_t)(j->rule.max_gap_factor * (double)p->def.every_ns);
	uint32_t number = (uint32_t)j->n_probes++;
	join_same(j, number);
	if (link >= j->n_lines)
		return;
	struct line *l = &j->lines[link];
	if (l->n_probes == l->room_probes) {
		l->room_probes = l->room_probes * 2 + 16;
		l->probes = memory_grow(l->probes, l->room_probes, sizeof *l->probes);
	}
	l->probes[l->n_probes++] = number;
	l->calm = false;
	vote_probe(j, l, p);
	shift_probe(l->shift, number, &p->def);
}

/* ---- feeding ---- */

/* What shows that the link was being measured at that time, whatever came of it. */
static bool
measures(const struct sample *s, enum say say)
{
	if (say != SAY_NOTHING)
		return true;
	return s->outcome == OUTCOME_LOST && sample_may_vote(s);
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
	else if (s->outcome == OUTCOME_NOT_SENT || (s->flags & FLAG_EGRESS_WRONG))
		coverage_reason(
		    l, s->time.ns, s->time.ns + p->max_gap_ns, UNKNOWN_LOCAL_FAULT);
	if (say == SAY_NOTHING)
		return;
	if (s->flags &
	    FLAG_MASKED) { /* neither its round trip nor its like is ordinary */
		bins_take(j, l, s, false);
		vote_take(j, l, p, s, say);
		run_update(j, l, &v);
		return;
	}
	l->sent++;
	l->lost += say != SAY_ANSWER;
	if (say == SAY_ANSWER)
		hist_add(line_rtt(l, s->time.ns), s->rtt_ns);
	bins_take(j, l, s, say != SAY_ANSWER);
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
judge_by_rules(
    struct judge *j, struct line *l, struct probe_line *p, const struct sample *s)
{
	enum say say = say_of(s);

	if (l->end_ns != 0 && s->time.ns > l->end_ns)
		l->end_ns = 0; /* its history goes on after all */
	if (l->first_ns == INT64_MIN)
		l->first_ns = whole_us(s->time.ns);
	if (s->time.ns > l->last_ns)
		l->last_ns = whole_us(s->time.ns);
	vote_heard(j, l, p, s->time.ns);
	cause_role_sample(l, p, s, say);
	if (p->votes)
		take_voter(j, l, p, s, say);
	degrade_sample(j, l, p, s, say);
	quality_sample(l, p, s, say);
	calm_look(j, l);
}

void
judge_sample(struct judge *j, const struct sample *s)
{
	if (s->probe >= j->n_probes || j->probes[s->probe].link >= j->n_lines)
		return;
	struct probe_line *p = &j->probes[s->probe];

	calm_take(j, &j->lines[p->link], p, s);
}

void
judge_counters(struct judge *j, const struct counters *c)
{
	if (c->link >= j->n_lines)
		return;
	struct line *l = &j->lines[c->link];
	quality_counters(l, c);
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

	if (at > l->end_ns)
		l->end_ns = 0; /* its history goes on after all */
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
		    .first = {
		        .probe = UINT32_MAX, .seq = (uint64_t)(l->state_ns / 1000)}};
		state_outage(j, l, &r, at, &f);
		l->found = memory_grow(l->found, l->n_found + 1, sizeof *l->found);
		l->room_found = l->n_found + 1;
		l->found[l->n_found++] = f;
	}
	if (l->state == '?' && at > l->state_ns)
		coverage_reason(l, l->state_ns, at, UNKNOWN_STATED);
	l->state_ns = at;
	l->last_ns = at;
	l->state = strcmp(e->text, "up") == 0     ? 'u'
	           : strcmp(e->text, "down") == 0 ? 'd'
	                                          : '?';
}

void
judge_event(struct judge *j, const struct event *e)
{
	struct line *l =
	    e->link >= 0 && (size_t)e->link < j->n_lines ? &j->lines[e->link] : NULL;

	for (size_t i = 0; i < j->n_lines; i++)
		j->lines[i].calm = false;
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
		l->end_ns = whole_us(e->time.ns);
		break;
	default:
		break;
	}
}
