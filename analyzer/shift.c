#include "analyzer/shift_line.h"

#include "base/bytes.h"
#include "base/schedule.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_NS    (60 * NS_PER_S)
#define JITTER_NS    (5 * MINUTE_NS)
#define SLOWEST_NS   (5 * MINUTE_NS)
#define JITTER_LEAST 15
#define BACK_MINUTES 60
#define LATEST_NS    (INT64_MAX / 2)
#define BUSY_SHARE   0.05

static const struct changepoint_rule JITTER_RULE = {.least_ns = 5 * NS_PER_MS,
    .least_ratio = 1,
    .lasting_ns = LASTING_NS,
    .least = 3,
    .least_apart = 0.8};

struct shift *
shift_new(void)
{
	struct shift *s = memory_grow(NULL, 1, sizeof *s);

	*s = (struct shift){.minute = INT64_MIN};
	return s;
}

void
shift_free(struct shift *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_probes; i++) {
		for (int k = 0; k < SERIES; k++)
			track_free(s->probes[i].series[k].track);
		free(s->probes[i].present);
	}
	free(s->leading.slots);
	free(s->slots);
	free(s->probes);
	free(s);
}

/* Behind the others of its network, or as its first. */
static void
join_network(struct shift *s, size_t number)
{
	struct probe *p = &s->probes[number];
	uint64_t hash = schedule_seed(p->network);

	p->lead = number;
	if (p->role != ROLE_INTERNET)
		return;
	if (table_grow(&s->leading, number))
		for (size_t i = 0; i < number; i++)
			if (shift_leads(s, i))
				table_put(&s->leading,
				    schedule_seed(s->probes[i].network), (uint32_t)i);
	for (size_t at = table_slot(&s->leading, hash); s->leading.slots[at] != 0;
	     at = (at + 1) & (s->leading.room - 1)) {
		size_t lead = s->leading.slots[at] - 1;
		if (strcmp(s->probes[lead].network, p->network) != 0)
			continue;
		p->lead = lead;
		p->next = s->probes[lead].next;
		s->probes[lead].next = number;
		return;
	}
	table_put(&s->leading, hash, (uint32_t)number);
}

void
shift_probe(struct shift *s, uint32_t number, const struct probe_def *def)
{
	int64_t every = def->every_ns > 0 ? def->every_ns : NS_PER_S;

	if ((def->kind != KIND_PING && def->kind != KIND_TCP) ||
	    (def->role != ROLE_INTERNET && def->role != ROLE_GATEWAY &&
	        def->role != ROLE_ISP) ||
	    every > SLOWEST_NS)
		return;
	if (s->n_probes == s->room_probes) {
		s->room_probes = s->room_probes * 2 + 8;
		s->probes = memory_grow(s->probes, s->room_probes, sizeof *s->probes);
	}
	struct probe *p = &s->probes[s->n_probes++];
	memset(p, 0, sizeof *p);
	if (number >= s->n_slots) {
		s->slots = memory_grow(s->slots, (size_t)number + 1, sizeof *s->slots);
		memset(s->slots + s->n_slots, 0,
		    (number + 1 - s->n_slots) * sizeof *s->slots);
		s->n_slots = (size_t)number + 1;
	}
	s->slots[number] = (uint32_t)s->n_probes;
	p->number = number;
	p->role = def->role;
	memcpy(p->network, def->network, sizeof p->network);
	/* A target of no known network is one of its own. */
	if (p->network[0] == '\0')
		memcpy(p->network, def->target, sizeof p->network - 1);
	join_network(s, s->n_probes - 1);
	struct gather *g = &p->series[LATENCY];
	g->now.width_ns = (every + MINUTE_NS - 1) / MINUTE_NS * MINUTE_NS;
	g->track = track_new(g->now.width_ns, &changepoint_practical);
	g = &p->series[JITTER];
	g->now.width_ns = JITTER_NS;
	if (JITTER_NS / every >= JITTER_LEAST)
		g->track = track_new(g->now.width_ns, &JITTER_RULE);
}

/* ---- intervals ---- */

static bool
was_saturated(const struct shift *s, int64_t from_ns, int64_t width_ns)
{
	int64_t busy = 0, first = from_ns / MINUTE_NS;

	for (size_t i = 0; i < MINUTES && i < s->n_busy; i++) {
		int64_t m = s->busy[i].minute;
		if (m >= first && m < first + width_ns / MINUTE_NS)
			busy += s->busy[i].busy_ns;
	}
	return (double)busy >= BUSY_SHARE * (double)width_ns;
}

static void
hand_on(const struct shift *s, struct gather *g)
{
	if (!g->waiting.set)
		return;
	g->waiting.set = false;
	if (!was_saturated(s, g->waiting.start_ns, g->now.width_ns))
		track_value(g->track, g->waiting.start_ns, g->waiting.value_ns);
}

static void
close_interval(const struct shift *s, struct gather *g, int kind)
{
	int64_t value;

	hand_on(s, g);
	value = kind == LATENCY ? interval_median(&g->now)
	                        : interval_pdv(&g->now, JITTER_LEAST);
	if (value >= 0) {
		g->waiting.set = true;
		g->waiting.start_ns = g->now.start_ns;
		g->waiting.value_ns = value;
	}
	interval_clear(&g->now);
}

/* The clock was set back by more than can be waited for. */
static void
restart(struct shift *s)
{
	for (size_t i = 0; i < s->n_probes; i++) {
		s->probes[i].lane.width_ns = 0;
		for (int k = 0; k < SERIES; k++) {
			struct gather *g = &s->probes[i].series[k];
			if (g->track == NULL)
				continue;
			hand_on(s, g);
			track_restart(g->track);
			interval_clear(&g->now);
		}
	}
	s->n_busy = 0;
	s->minute = INT64_MIN;
}

/* It is ${now}: intervals that are over are closed, those closed a minute ago are judged.
 */
static void
advance(struct shift *s, int64_t now_ns)
{
	int64_t minute = now_ns / MINUTE_NS;

	if (s->minute != INT64_MIN && minute < s->minute - BACK_MINUTES)
		restart(s);
	if (minute <= s->minute)
		return;
	s->minute = minute;
	for (size_t i = 0; i < s->n_probes; i++) {
		s->probes[i].lane.width_ns = 0;
		for (int k = 0; k < SERIES; k++) {
			struct gather *g = &s->probes[i].series[k];
			if (g->track == NULL)
				continue;
			if (!interval_is_empty(&g->now) &&
			    g->now.start_ns + g->now.width_ns <= minute * MINUTE_NS)
				close_interval(s, g, k);
			if (g->waiting.set &&
			    g->waiting.start_ns + g->now.width_ns + MINUTE_NS <=
			        minute * MINUTE_NS)
				hand_on(s, g);
		}
	}
}

static void
keep(struct gather *g, int64_t at_ns, int64_t rtt_ns)
{
	/* The clock went back a little: what is closed stays closed. */
	if (g->waiting.set && at_ns < g->waiting.start_ns + g->now.width_ns)
		return;
	interval_take(&g->now, at_ns, rtt_ns);
}

static void
was_present(struct probe *p, int64_t at_ns)
{
	struct span *last = p->n_present > 0 ? &p->present[p->n_present - 1] : NULL;

	if (last != NULL && at_ns >= last->start_ns &&
	    at_ns < last->end_ns + LASTING_NS) {
		if (at_ns > last->end_ns)
			last->end_ns = at_ns;
		return;
	}
	if (p->n_present == p->room_present) {
		p->room_present = p->room_present * 2 + 4;
		p->present = memory_grow(p->present, p->room_present, sizeof *p->present);
	}
	p->present[p->n_present++] = (struct span){at_ns, at_ns};
	p->lane.width_ns = 0;
}

static struct probe *
probe_of(struct shift *s, const struct sample *sample)
{
	return sample->probe < s->n_slots && s->slots[sample->probe] != 0
	           ? &s->probes[s->slots[sample->probe] - 1]
	           : NULL;
}

static void
take(struct probe *p, int64_t at_ns, int64_t rtt_ns)
{
	was_present(p, at_ns);
	for (int k = 0; k < SERIES; k++) {
		if (p->series[k].track != NULL)
			keep(&p->series[k], at_ns, rtt_ns);
	}
}

void
shift_minute(struct shift *s, int64_t at_ns)
{
	if (at_ns >= 0 && at_ns <= LATEST_NS)
		advance(s, at_ns);
}

/* After an answer was taken: where the next one needs no such look. */
static void
find_lane(struct probe *p)
{
	const struct span *last = &p->present[p->n_present - 1];
	int64_t from = last->start_ns, until = last->end_ns + LASTING_NS;

	for (int k = 0; k < SERIES; k++) {
		const struct gather *g = &p->series[k];
		if (g->track == NULL)
			continue;
		if (interval_is_empty(&g->now))
			return;
		int64_t end = g->now.start_ns + g->now.width_ns;
		from = g->now.start_ns > from ? g->now.start_ns : from;
		until = end < until ? end : until;
		end = g->waiting.start_ns + g->now.width_ns;
		from = g->waiting.set && end > from ? end : from;
	}
	if (until > from) {
		p->lane.from_ns = from;
		p->lane.width_ns = (uint64_t)until - (uint64_t)from;
	}
}

void
shift_answer(struct shift *s, const struct sample *sample)
{
	struct probe *p = probe_of(s, sample);
	int64_t at = sample->time.ns;

	if (p == NULL || at < 0 || at > LATEST_NS)
		return;
	if ((uint64_t)at - (uint64_t)p->lane.from_ns >= p->lane.width_ns) {
		take(p, at, sample->rtt_ns);
		find_lane(p);
		return;
	}
	struct span *last = &p->present[p->n_present - 1];
	if (at > last->end_ns)
		last->end_ns = at;
	for (int k = 0; k < SERIES; k++)
		if (p->series[k].track != NULL)
			interval_answer(&p->series[k].now, sample->rtt_ns);
}

void
shift_sample(struct shift *s, const struct sample *sample)
{
	int64_t at = sample->time.ns, rtt = -1;
	struct probe *p = probe_of(s, sample);

	if (at < 0 || at > LATEST_NS)
		return;
	advance(s, at);
	/* Masked: sent during our own throughput test. */
	if (p == NULL || !sample_may_vote(sample) ||
	    (sample->outcome != OUTCOME_LOST && !sample_is_answer(sample)))
		return;
	/* A second SYN was answered: the first was lost, and which it was nobody knows.
	 */
	if (sample_is_answer(sample) && (sample->flags & FLAG_RETRANSMITTED) == 0) {
		if (sample->rtt_ns < 0)
			return;
		rtt = sample->rtt_ns;
	}
	take(p, at, rtt);
}

void
shift_saturated(struct shift *s, int64_t from_ns, int64_t to_ns)
{
	if (from_ns < 0 || to_ns > LATEST_NS)
		return;
	if (from_ns < to_ns - MINUTES * MINUTE_NS)
		from_ns = to_ns - MINUTES * MINUTE_NS;
	for (int64_t at = from_ns; at < to_ns;) {
		int64_t minute = at / MINUTE_NS, end = (minute + 1) * MINUTE_NS;
		size_t last = (s->n_busy - 1) % MINUTES;
		if (end > to_ns)
			end = to_ns;
		if (s->n_busy == 0 || s->busy[last].minute != minute) {
			last = s->n_busy++ % MINUTES;
			s->busy[last].minute = minute;
			s->busy[last].busy_ns = 0;
		}
		s->busy[last].busy_ns += end - at;
		at = end;
	}
	advance(s, to_ns);
}

/* ---- for what is found ---- */

bool
shift_present(const struct probe *p, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = p->n_present; i-- > 0;) {
		if (p->present[i].start_ns < to_ns && p->present[i].end_ns >= from_ns)
			return true;
	}
	return false;
}

size_t
shift_episodes(const struct shift *s, const struct gather *g, int kind, int64_t as_of_ns,
    struct track_episode **out)
{
	struct gather copy = *g;

	*out = NULL;
	if (g->track == NULL)
		return 0;
	copy.track = track_copy(g->track);
	if (!interval_is_empty(&copy.now) &&
	    copy.now.start_ns + copy.now.width_ns <= as_of_ns)
		close_interval(s, &copy, kind);
	hand_on(s, &copy);
	size_t n = track_finish(copy.track, as_of_ns, out);
	track_free(copy.track);
	return n;
}
