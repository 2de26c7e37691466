#include "analyzer/shift.h"

#include "analyzer/interval.h"
#include "analyzer/track.h"
#include "base/bytes.h"
#include "base/schedule.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_NS     (60 * NS_PER_S)
#define JITTER_NS     (5 * MINUTE_NS)
#define SLOWEST_NS    (5 * MINUTE_NS)
#define JITTER_LEAST  15
#define LASTING_NS    (15 * MINUTE_NS)
#define MINUTES       128
#define BACK_MINUTES  60
#define LATEST_NS     (INT64_MAX / 2)
#define BUSY_SHARE    0.05
#define NETWORKS_TOLD 2

enum {
	LATENCY,
	JITTER,
	SERIES
};

static const struct changepoint_rule JITTER_RULE = {.least_ns = 5 * NS_PER_MS,
    .least_ratio = 1,
    .lasting_ns = LASTING_NS,
    .least = 3,
    .least_apart = 0.8};

/* Intervals of one probe, one after the other. */
struct gather {
	struct interval now;
	struct {
		bool set;
		int64_t start_ns, value_ns;
	} waiting; /* closed, but whether it was saturated is known a minute later */
	struct track *track;
};

struct probe {
	uint32_t number;
	enum role role;
	char network[64];
	size_t lead, next; /* the first of its network among those that report; 0: last */
	struct span *present; /* when it was measured, but for less than a level's time */
	size_t n_present, room_present;
	/* An answer sent in it belongs to the last of these and to both intervals. */
	struct {
		int64_t from_ns;
		uint64_t width_ns;
	} lane;
	struct gather series[SERIES]; /* without a track where it says nothing */
};

struct shift {
	struct probe *probes;
	size_t n_probes, room_probes;
	struct table leading; /* of its probes, by network */
	uint32_t *slots;      /* by number: 1 + index of the probe; 0: says nothing */
	size_t n_slots;
	int64_t minute;
	struct {
		int64_t minute, busy_ns;
	} busy[MINUTES];
	size_t n_busy;
};

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

static bool
leads(const struct shift *s, size_t i)
{
	return s->probes[i].role == ROLE_INTERNET && s->probes[i].lead == i;
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
			if (leads(s, i))
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

static bool
is_present(const struct probe *p, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = p->n_present; i-- > 0;) {
		if (p->present[i].start_ns < to_ns && p->present[i].end_ns >= from_ns)
			return true;
	}
	return false;
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

/* ---- what a link shows ---- */

struct seen {
	struct track_episode *episodes;
	size_t n;
};

struct sighting { /* of a network or of the link */
	int64_t start_ns, end_ns;
	bool open;
};

static size_t
episodes_of(const struct shift *s, const struct gather *g, int kind, int64_t as_of_ns,
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

static int
by_start(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->end_ns > y->end_ns) - (x->end_ns < y->end_ns);
}

/* Sorted and joined where less than a level's time lies between. */
static size_t
join_sightings(struct sighting *v, size_t n)
{
	size_t m = 0;

	if (n > 1)
		qsort(v, n, sizeof v[0], by_start);
	for (size_t i = 0; i < n; i++) {
		if (m > 0 && v[i].start_ns < v[m - 1].end_ns + LASTING_NS) {
			if (v[i].end_ns > v[m - 1].end_ns)
				v[m - 1].end_ns = v[i].end_ns;
			v[m - 1].open |= v[i].open;
		} else {
			v[m++] = v[i];
		}
	}
	return m;
}

/* What the targets of the network of probe ${lead} show. */
static size_t
network_sightings(
    const struct shift *s, const struct seen *seen, size_t lead, struct sighting **out)
{
	struct sighting *v = NULL;
	size_t n = 0, i = lead;

	do {
		v = memory_grow(v, n + seen[i].n + 1, sizeof *v);
		for (size_t k = 0; k < seen[i].n; k++) {
			const struct track_episode *e = &seen[i].episodes[k];
			v[n++] = (struct sighting){e->start_ns, e->end_ns, e->open};
		}
		i = s->probes[i].next;
	} while (i != 0);
	*out = v;
	return join_sightings(v, n);
}

/* Was any target of the network of probe ${lead} measured around then? */
static bool
measured(const struct shift *s, size_t lead, int64_t from_ns, int64_t to_ns)
{
	const struct probe *p = &s->probes[lead];

	while (!is_present(p, from_ns, to_ns)) {
		if (p->next == 0)
			return false;
		p = &s->probes[p->next];
	}
	return true;
}

struct edge {
	int64_t at_ns;
	int step;
	bool open;
};

static int
by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return x->step - y->step; /* ends first */
}

/* Times at which at least ${least} networks show it. */
static size_t
common(struct edge *edges, size_t n, int least, struct sighting **out)
{
	struct sighting *v = memory_grow(NULL, n / 2 + 1, sizeof *v);
	size_t m = 0;
	int level = 0;

	if (n > 1)
		qsort(edges, n, sizeof edges[0], by_time);
	for (size_t i = 0; i < n; i++) {
		int was = level;
		level += edges[i].step;
		if (was < least && level >= least)
			v[m] = (struct sighting){.start_ns = edges[i].at_ns};
		if (was >= least && level < least) {
			v[m].end_ns = edges[i].at_ns;
			v[m++].open = edges[i].open;
		}
	}
	*out = v;
	return join_sightings(v, m);
}

/* ---- the report ---- */

static const struct track_episode *
episode_in(const struct seen *seen, const struct sighting *v)
{
	const struct track_episode *found = NULL;

	for (size_t i = 0; i < seen->n; i++) {
		const struct track_episode *e = &seen->episodes[i];
		if (e->start_ns < v->end_ns && e->end_ns > v->start_ns &&
		    (found == NULL ||
		        e->end_ns - e->start_ns > found->end_ns - found->start_ns))
			found = e;
	}
	return found;
}

static enum attribution
whose(const struct shift *s, const struct seen *seen, int kind, const struct sighting *v)
{
	bool hop_measured = false, hop_shows = false;

	for (size_t i = 0; i < s->n_probes; i++) {
		const struct probe *p = &s->probes[i];
		bool shows = episode_in(&seen[i], v) != NULL;
		if (p->role == ROLE_GATEWAY && shows)
			return ATTR_CPE;
		if (p->role != ROLE_ISP)
			continue;
		hop_shows |= shows;
		hop_measured |= p->series[kind].track != NULL &&
		                is_present(p, v->start_ns, v->end_ns);
	}
	return hop_shows ? ATTR_ACCESS : hop_measured ? ATTR_UPSTREAM : ATTR_UNDETERMINED;
}

static void
describe(const struct shift *s, const struct seen *seen, int kind,
    const struct sighting *v, struct shift_found *out)
{
	*out = (struct shift_found){.kind = kind == LATENCY ? DEG_LATENCY : DEG_JITTER,
	    .attribution = whose(s, seen, kind, v),
	    .start_ns = v->start_ns,
	    .end_ns = v->end_ns,
	    .open = v->open,
	    .probes = memory_grow(NULL, s->n_probes, sizeof *out->probes)};
	bool *told = memory_grow(NULL, s->n_probes, sizeof *told);

	memset(told, 0, s->n_probes * sizeof *told);
	for (size_t i = 0; i < s->n_probes; i++) {
		const struct track_episode *e = episode_in(&seen[i], v);
		const struct gather *g = &s->probes[i].series[kind];
		if (s->probes[i].role != ROLE_INTERNET || e == NULL)
			continue;
		bool first = out->n_probes == 0;
		out->networks += !told[s->probes[i].lead];
		told[s->probes[i].lead] = true;
		out->probes[out->n_probes++] = s->probes[i].number;
		out->settled |= e->settled && llabs(e->end_ns - v->end_ns) < LASTING_NS;
		if (g->now.width_ns > out->bound_ns)
			out->bound_ns = g->now.width_ns;
		if (first ||
		    e->during_ns - e->before_ns < out->during_ns - out->before_ns) {
			out->before_ns = e->before_ns;
			out->during_ns = e->during_ns;
		}
	}
	free(told);
}

struct list {
	struct shift_found *v;
	size_t n;
	int64_t from_ns, to_ns;
};

static void
report(struct list *list, const struct shift *s, const struct seen *seen, int kind,
    const struct sighting *v, size_t n, bool single)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].end_ns - v[i].start_ns < LASTING_NS ||
		    v[i].start_ns >= list->to_ns || v[i].end_ns <= list->from_ns)
			continue;
		list->v = memory_grow(list->v, list->n + 1, sizeof *list->v);
		describe(s, seen, kind, &v[i], &list->v[list->n]);
		list->v[list->n++].single = single;
	}
}

/* What a network shows while no other was measured goes into the report by itself. */
static void
weigh_network(struct list *list, const struct shift *s, const struct seen *seen, int kind,
    size_t lead, struct edge **edges, size_t *n_edges)
{
	struct sighting *v;
	size_t n = network_sightings(s, seen, lead, &v);

	*edges = memory_grow(*edges, *n_edges + 2 * n + 1, sizeof **edges);
	for (size_t i = 0; i < n; i++) {
		unsigned networks = 0;
		for (size_t k = 0; k < s->n_probes && networks < NETWORKS_TOLD; k++)
			networks +=
			    leads(s, k) && measured(s, k, v[i].start_ns, v[i].end_ns);
		if (networks < NETWORKS_TOLD) {
			report(list, s, seen, kind, &v[i], 1, true);
			continue;
		}
		(*edges)[(*n_edges)++] = (struct edge){v[i].start_ns, 1, false};
		(*edges)[(*n_edges)++] = (struct edge){v[i].end_ns, -1, v[i].open};
	}
	free(v);
}

static void
report_series(struct list *list, const struct shift *s, int kind, int64_t as_of_ns)
{
	struct seen *seen = memory_grow(NULL, s->n_probes + 1, sizeof *seen);
	struct sighting *v;
	struct edge *edges = NULL;
	size_t n_edges = 0;

	for (size_t i = 0; i < s->n_probes; i++) {
		seen[i].n = episodes_of(
		    s, &s->probes[i].series[kind], kind, as_of_ns, &seen[i].episodes);
	}
	for (size_t i = 0; i < s->n_probes; i++) {
		if (leads(s, i))
			weigh_network(list, s, seen, kind, i, &edges, &n_edges);
	}
	size_t n = common(edges, n_edges, NETWORKS_TOLD, &v);
	report(list, s, seen, kind, v, n, false);
	free(v);
	free(edges);
	for (size_t i = 0; i < s->n_probes; i++)
		free(seen[i].episodes);
	free(seen);
}

static int
by_onset(const void *a, const void *b)
{
	const struct shift_found *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

size_t
shift_finish(const struct shift *s, int64_t from_ns, int64_t to_ns, int64_t as_of_ns,
    struct shift_found **out)
{
	struct list list = {.from_ns = from_ns, .to_ns = to_ns};

	for (int kind = 0; kind < SERIES; kind++)
		report_series(&list, s, kind, as_of_ns);
	if (list.n > 1)
		qsort(list.v, list.n, sizeof list.v[0], by_onset);
	*out = list.v;
	return list.n;
}

void
shift_found_free(struct shift_found *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(found[i].probes);
	free(found);
}
