/*
 * What must hold of every history that is fed, whatever happened in it and however it is
 * asked for: links of two centres at three paces, faults, holes, new sessions, the nights
 * on which clocks change. LW_SEED repeats a run, LW_ROUNDS lengthens it; a failing round
 * prints its seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include "analyzer/profile.h"
#include "analyzer/service.h"
#include "analyzer/settlement.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S        NS_PER_S
#define MS       NS_PER_MS
#define HOUR     (3600 * S)
#define DAY      (86400 * S)
#define PROFILES 6
#define LINKS    3 /* two of one centre, one of another */
#define PER_LINK 8 /* probes: five targets, the gateway, two of the ISP */

static const char *const NAMES[PROFILES] = {
    "event", "ses-10-10", "mef", "y1540", "rfc2678", "ticket"};

static uint64_t seed = 20261123, at_seed;
static unsigned rounds = 20;

/* Paces, and nights on which clocks change: back, forward, by half an hour, with the last
 * day of a month in reach. */
static const struct pace {
	int64_t every_ns, length_ns;
	const char *zone;
	int year, month, day;
} PACES[] = {
    {S, 70 * 60 * S, "Europe/London", 2026, 10, 25},
    {10 * S, 18 * HOUR, "Australia/Lord_Howe", 2026, 10, 4},
    {60 * S, 3 * DAY, "Europe/London", 2026, 10, 24},
    {60 * S, 4 * DAY, "America/New_York", 2026, 10, 30},
    {60 * S, 4 * DAY, "Europe/London", 2026, 3, 28},
};
#define N_PACES (sizeof PACES / sizeof PACES[0])

struct tape {
	struct sample *v;
	size_t n, room;
	uint32_t below; /* only probes before this one are played; 0: all */
};

struct history {
	const struct pace *pace;
	struct feed f;
	struct tape tape; /* in order of sending */
	struct judge_rule rule;
	uint64_t random;
	int64_t from, to; /* UTC */
};

static uint64_t
pick(struct history *h, uint64_t n)
{
	return feed_random(&h->random) % n;
}

/* Edges are whole microseconds. */
static int64_t
whole(int64_t ns)
{
	return ns / 1000 * 1000;
}

static int64_t
some(struct history *h, int64_t most)
{
	return (int64_t)(feed_uniform(&h->random) * (double)most);
}

/* ---- making one ---- */

static void
links(struct history *h)
{
	static const char *const LINK[LINKS] = {"fibre", "lte", "cable"};

	for (int i = 0; i < LINKS; i++) {
		uint32_t l = feed_link(&h->f, LINK[i]);
		struct link_def *def = &h->f.links[l];
		if (i == 2)
			snprintf(def->centre, sizeof def->centre, "elsewhere");
		if (pick(h, 3) == 0)
			snprintf(def->medium, sizeof def->medium, "ppp");
		if (pick(h, 3) == 0)
			snprintf(def->cpe_owner, sizeof def->cpe_owner, "customer");
		feed_usual(&h->f, l, (int64_t)(5 + pick(h, 300)) * MS);
	}
	for (size_t i = 0; i < h->f.n_probes; i++)
		h->f.probes[i].def.every_ns = h->pace->every_ns;
}

/* The targets of one link: nobody's local fault. */
static uint64_t
voters(const struct history *h, uint32_t link)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < h->f.n_probes; i++)
		if (h->f.probes[i].link == link &&
		    h->f.probes[i].def.role == ROLE_INTERNET)
			mask |= 1ull << i;
	return mask;
}

/* Of one link or of all; the whole of it, or some of its targets. */
static uint64_t
some_probes(struct history *h, bool whole)
{
	uint64_t link = pick(h, 4), mask = 0;

	for (size_t i = 0; i < h->f.n_probes; i++)
		if (link == 3 || h->f.probes[i].link == link)
			mask |= 1ull << i;
	/* the gateway and the ISP's own may answer all the same */
	for (size_t i = 0; i < h->f.n_probes; i++)
		if (h->f.probes[i].def.role != ROLE_INTERNET && pick(h, 2))
			mask &= ~(1ull << i);
	return whole || pick(h, 3) ? mask : mask & feed_random(&h->random);
}

static void
faults(struct history *h, bool whole)
{
	int64_t every = h->pace->every_ns, length = h->pace->length_ns, at = 40 * every;
	uint64_t n = 3 + pick(h, 12);

	for (uint64_t i = 0; i < n; i++) {
		at += 15 * every + some(h, 2 * length / (int64_t)n);
		int64_t lasts = every + some(h, (pick(h, 3) ? 60 : 600) * every);
		if (at + lasts > length)
			break;
		struct feed_fault *a =
		    feed_fault(&h->f, at, at + lasts, some_probes(h, whole));
		a->held = !whole && every == S && pick(h, 3) == 0;
		if (a->held && lasts > 9 * S)
			a->to_ns = at + 9 * S;
		if (!whole && pick(h, 6) == 0) {
			a->outcome = OUTCOME_NOT_SENT;
			a->code = CODE_NO_CARRIER;
		}
		at += lasts;
	}
}

static void
gaps(struct history *h)
{
	int64_t at = 0;

	for (uint64_t i = pick(h, 4); i > 0; i--) {
		at += 60 * h->pace->every_ns + some(h, h->pace->length_ns / 3);
		int64_t until = at + some(h, 200 * h->pace->every_ns);
		h->f.gaps[h->f.n_gaps++] = (struct span){at, until};
		at = until;
	}
}

static void
record(void *ctx, const struct sample *s)
{
	struct tape *t = ctx;

	if (t->n == t->room) {
		t->room = t->room * 2 + 4096;
		t->v = memory_grow(t->v, t->room, sizeof *t->v);
	}
	t->v[t->n++] = *s;
}

static void
history_prepare(struct history *h, uint64_t s)
{
	memset(h, 0, sizeof *h);
	at_seed = h->random = s;
	h->pace = &PACES[s % N_PACES];
	feed_init(&h->f, s);
	assert_true(zone_day_start(
	    h->pace->zone, h->pace->year, h->pace->month, h->pace->day, &h->f.wall_ns));
	h->from = h->f.wall_ns;
	h->to = h->from + h->pace->length_ns;
	links(h);
	judge_rule_default(&h->rule);
	h->rule.clock_bound_ns = (int64_t)pick(h, 90) * MS;
	for (size_t i = 2; i < 5; i++) {
		struct profile_conf p;
		assert_true(profile_default(&p, NAMES[i]));
		assert_true(profile_binning(&p, &h->rule.bins[h->rule.n_bins++]));
	}
}

static void
history_record(struct history *h)
{
	feed_walk(&h->f, 0, h->pace->length_ns, record, &h->tape);
}

static void
history_init(struct history *h, uint64_t s)
{
	history_prepare(h, s);
	feed_loss(&h->f, pick(h, 2) ? 0 : feed_uniform(&h->random) * 0.1);
	faults(h, false);
	gaps(h);
	history_record(h);
}

static void
history_done(struct history *h)
{
	free(h->tape.v);
	feed_done(&h->f);
	at_seed = 0;
}

/* ---- having it judged ---- */

static struct event
session_start(const struct sample *s)
{
	return (struct event){.kind = EVENT_SESSION_START,
	    .link = -1,
	    .session = s->session,
	    .at = s->sent,
	    .time = s->time};
}

static void
play(const struct tape *t, struct judge *j, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct sample *s = &t->v[i];
		struct event e = session_start(s);
		if (i == 0 || t->v[i - 1].session != s->session)
			judge_event(j, &e);
		if (s->probe < t->below || t->below == 0)
			judge_sample(j, s);
	}
}

static struct judge *
judged(const struct history *h, const struct judge_rule *rule, const struct tape *t)
{
	struct judge *j = judge_new(rule);

	feed_declare(&h->f, j);
	play(t, j, 0, t->n);
	return j;
}

static const struct link_result *
result(struct judge *j, int64_t from, int64_t to, int64_t as_of)
{
	const struct link_result *r;

	assert_int_equal(judge_finish(j, from, to, as_of, &r), LINKS);
	return r;
}

static struct terms
terms(const struct history *h, int profile)
{
	struct terms t = {.period = {h->from, h->to},
	    .as_of_ns = h->to,
	    .complete = true,
	    .target = 0.999,
	    .clock_start = profile == 5 ? CLOCK_OPENED : CLOCK_MEASURED};

	assert_true(profile_default(&t.profile, NAMES[profile]));
	return t;
}

/* ---- being the same ---- */

static void
same_outage(const struct outage *a, const struct outage *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->incident, b->incident);
	assert_string_equal(a->common_cause, b->common_cause);
	assert_int_equal(a->start_ns, b->start_ns);
	assert_int_equal(a->end_ns, b->end_ns);
	assert_int_equal(a->start_bound_ns, b->start_bound_ns);
	assert_int_equal(a->end_bound_ns, b->end_bound_ns);
	assert_int_equal(a->down_ns, b->down_ns);
	assert_int_equal(a->unknown_ns, b->unknown_ns);
	assert_int_equal(a->attribution, b->attribution);
	assert_int_equal(a->confidence, b->confidence);
	assert_int_equal(a->extent, b->extent);
	assert_int_equal(a->open, b->open);
	assert_int_equal(a->counted, b->counted);
	assert_int_equal(a->n_holes, b->n_holes);
	assert_int_equal(a->links_up, b->links_up);
	assert_int_equal(a->links_down, b->links_down);
}

static void
same_spans(const struct span *a, size_t n, const struct span *b, size_t m)
{
	assert_int_equal(n, m);
	if (n > 0)
		assert_memory_equal(a, b, n * sizeof *a);
}

static void
same_result(const struct link_result *a, const struct link_result *b, bool bins)
{
	assert_int_equal(a->n_outages, b->n_outages);
	for (size_t i = 0; i < a->n_outages; i++)
		same_outage(&a->outages[i], &b->outages[i]);
	assert_int_equal(a->n_micro, b->n_micro);
	for (size_t i = 0; i < a->n_micro; i++)
		same_outage(&a->micro[i], &b->micro[i]);
	assert_int_equal(a->n_unknown, b->n_unknown);
	for (size_t i = 0; i < a->n_unknown; i++) {
		assert_int_equal(a->unknown[i].start_ns, b->unknown[i].start_ns);
		assert_int_equal(a->unknown[i].end_ns, b->unknown[i].end_ns);
		assert_int_equal(a->unknown[i].reason, b->unknown[i].reason);
	}
	assert_int_equal(a->n_degradations, b->n_degradations);
	for (size_t i = 0; i < a->n_degradations; i++) {
		assert_int_equal(a->degradations[i].kind, b->degradations[i].kind);
		assert_int_equal(
		    a->degradations[i].start_ns, b->degradations[i].start_ns);
		assert_int_equal(a->degradations[i].end_ns, b->degradations[i].end_ns);
		assert_int_equal(a->degradations[i].lost, b->degradations[i].lost);
	}
	assert_int_equal(a->scheduled_ns, b->scheduled_ns);
	assert_int_equal(a->unknown_ns, b->unknown_ns);
	assert_int_equal(a->down_ns, b->down_ns);
	assert_int_equal(a->micro_ns, b->micro_ns);
	for (size_t i = 0; i < (bins ? a->n_bins : 1); i++) {
		same_spans(
		    a->bins[i].bad, a->bins[i].n_bad, b->bins[i].bad, b->bins[i].n_bad);
		same_spans(a->bins[i].thin, a->bins[i].n_thin, b->bins[i].thin,
		    b->bins[i].n_thin);
	}
}

/* ---- the sums ---- */

struct sums {
	int64_t scheduled, excluded, unknown, down, up;
	size_t outages;
};

static void
add_up(struct sums *s, const struct link_result *r, const struct terms *t)
{
	struct verdict v;
	int64_t weights = 0, listed = 0;

	assert_int_equal(verdict_of(&v, r, t), 0);
	s->scheduled += v.scheduled_ns;
	s->excluded += v.excluded_ns;
	s->unknown += v.unknown_ns;
	s->down += v.down_ns;
	s->up += v.up_ns;
	s->outages += v.outage_count;
	assert_int_equal(
	    v.scheduled_ns, v.excluded_ns + v.unknown_ns + v.down_ns + v.up_ns);
	if (v.has_availability) {
		assert_true(0 <= v.lower && v.lower <= v.point);
		assert_true(v.point <= v.upper && v.upper <= 1);
	}
	for (size_t i = 0; i < v.n_times; i++)
		weights += v.times[i].counted_ns;
	for (size_t i = 0; i < v.n_intervals; i++)
		listed += v.intervals[i].class == CLASS_DOWN
		              ? v.intervals[i].end_ns - v.intervals[i].start_ns
		              : 0;
	assert_int_equal(weights, v.down_ns);
	assert_int_equal(listed, v.down_ns);
	verdict_done(&v);
}

static void
same_sums(const struct sums *a, const struct sums *b)
{
	assert_int_equal(a->scheduled, b->scheduled);
	assert_int_equal(a->excluded, b->excluded);
	assert_int_equal(a->unknown, b->unknown);
	assert_int_equal(a->down, b->down);
	assert_int_equal(a->up, b->up);
}

/* Where a breakdown cuts the period. */
enum breakdown {
	BY_HOUR,
	BY_DAY,
	BY_MONTH,
	BY_CHANCE,
	BREAKDOWNS
};

static size_t
cuts(struct history *h, enum breakdown by, int64_t *out)
{
	struct zone_time z;
	size_t n = 0;

	zone_civil(h->from, h->pace->zone, &z);
	out[n] = h->from;
	for (int k = 1; out[n] < h->to; k++) {
		int64_t next = out[n] + HOUR;
		if (by == BY_DAY)
			assert_true(zone_day_start(
			    h->pace->zone, z.year, z.month, z.day + k, &next));
		if (by == BY_MONTH)
			assert_true(
			    zone_day_start(h->pace->zone, z.year, z.month + k, 1, &next));
		if (by == BY_CHANCE)
			next = out[n] + S + some(h, h->pace->length_ns / 5) / 1000 * 1000;
		assert_true(next > out[n]);
		out[++n] = next < h->to ? next : h->to;
	}
	return n;
}

/* Parts by hour, civil day, month or at random sum to the whole, link by link and by
 * every profile: judged in one go and cut, or each part asked for by itself. */
static void
test_parts(void **state)
{
	static int64_t cut[6 * 24 + 2];
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_init(&h, seed + i);
		struct judge *j = judged(&h, &h.rule, &h.tape);
		for (int by = i % 3 == 0 ? BY_HOUR : BY_DAY; by < BREAKDOWNS; by++) {
			struct sums whole[LINKS][PROFILES] = {0},
			            parts[LINKS][PROFILES] = {0},
			            alone[LINKS][PROFILES] = {0};
			size_t n = cuts(&h, (enum breakdown)by, cut);
			const struct link_result *r = result(j, h.from, h.to, h.to);
			for (int p = 0; p < PROFILES; p++) {
				struct terms t = terms(&h, p);
				for (int l = 0; l < LINKS; l++)
					add_up(&whole[l][p], &r[l], &t);
				for (size_t k = 0; k < n; k++) {
					t.period = (struct span){cut[k], cut[k + 1]};
					for (int l = 0; l < LINKS; l++)
						add_up(&parts[l][p], &r[l], &t);
				}
			}
			for (size_t k = 0; k < n; k++) {
				r = result(j, cut[k], cut[k + 1], h.to);
				for (int p = 0; p < PROFILES; p++) {
					struct terms t = terms(&h, p);
					t.period = (struct span){cut[k], cut[k + 1]};
					for (int l = 0; l < LINKS; l++)
						add_up(&alone[l][p], &r[l], &t);
				}
			}
			for (int l = 0; l < LINKS; l++)
				for (int p = 0; p < PROFILES; p++) {
					same_sums(&whole[l][p], &parts[l][p]);
					same_sums(&whole[l][p], &alone[l][p]);
				}
		}
		judge_free(j);
		history_done(&h);
	}
}

/* ---- however it is asked for ---- */

/* Every outage of ${whole} that touches the period of ${part}, and no other. */
static size_t
same_where_they_meet(const struct outage *whole, size_t n, const struct outage *part,
    size_t m, struct span period)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		const struct outage *o = &whole[i];
		if (o->end_ns <= period.start_ns || o->start_ns >= period.end_ns)
			continue;
		assert_true(k < m);
		same_outage(o, &part[k]);
		assert_true(part[k].down_in_ns <= o->down_ns);
		k++;
	}
	assert_int_equal(k, m);
	return k;
}

/* An outage is the same whatever period is asked for. */
static void
test_zoom(void **state)
{
	static struct history h;
	size_t compared = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_init(&h, seed + i);
		struct judge *a = judged(&h, &h.rule, &h.tape);
		struct judge *b = judged(&h, &h.rule, &h.tape);
		const struct link_result *all = result(a, h.from, h.to, h.to);
		for (int k = 0; k < 8; k++) {
			int64_t from = h.from + some(&h, h.pace->length_ns);
			const struct link_result *part =
			    result(b, from, from + some(&h, h.to - from), h.to);
			for (int l = 0; l < LINKS; l++) {
				compared += same_where_they_meet(all[l].outages,
				    all[l].n_outages, part[l].outages, part[l].n_outages,
				    part[l].period);
				compared +=
				    same_where_they_meet(all[l].micro, all[l].n_micro,
				        part[l].micro, part[l].n_micro, part[l].period);
			}
		}
		judge_free(a);
		judge_free(b);
		history_done(&h);
	}
	assert_true(rounds < 20 || compared >= rounds);
}

/* Without the link of the other centre, and without the intervals of other profiles: the
 * links of this centre are judged the same. (They are evidence about each other.) */
static void
test_selection(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct judge_rule plain;
		history_init(&h, seed + i);
		struct judge *all = judged(&h, &h.rule, &h.tape);
		const struct link_result *r = result(all, h.from, h.to, h.to);
		struct tape fewer = h.tape;
		fewer.below = PER_LINK * 2;
		struct judge *alone = judged(&h, &h.rule, &fewer);
		const struct link_result *q = result(alone, h.from, h.to, h.to);
		same_result(&r[0], &q[0], true);
		same_result(&r[1], &q[1], true);
		plain = h.rule;
		plain.n_bins = 1;
		struct judge *few = judged(&h, &plain, &h.tape);
		q = result(few, h.from, h.to, h.to);
		for (int l = 0; l < LINKS; l++)
			same_result(&r[l], &q[l], false);
		judge_free(all);
		judge_free(alone);
		judge_free(few);
		history_done(&h);
	}
}

/* ---- in whatever order it comes ---- */

/* A fact as it arrives: a loss when its timeout is over, a late answer after it. */
struct arrival {
	int64_t at_ns;
	size_t order;
	bool session;
	struct sample s;
};

static int
by_arrival(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static size_t
arrivals(struct history *h, struct arrival *out)
{
	size_t n = 0;

	for (size_t i = 0; i < h->tape.n; i++) {
		const struct sample *s = &h->tape.v[i];
		int64_t timeout = h->f.probes[s->probe].def.timeout_ns;
		int64_t late = some(h, S + S / 2); /* to be written and read */
		if (i == 0 || h->tape.v[i - 1].session != s->session) {
			out[n] = (struct arrival){s->time.ns, n, true, *s};
			n++;
		}
		out[n] = (struct arrival){s->time.ns + late, n, false, *s};
		if (s->flags & FLAG_LATE) {
			struct sample *lost = &out[n].s;
			lost->flags &= ~(uint32_t)FLAG_LATE;
			lost->outcome = OUTCOME_LOST;
			lost->code = CODE_TIMEOUT;
			lost->rtt_ns = -1;
			out[n].at_ns += timeout;
			n++;
			out[n] =
			    (struct arrival){s->time.ns + s->rtt_ns + late, n, false, *s};
		} else {
			out[n].at_ns += s->outcome == OUTCOME_REPLY  ? s->rtt_ns
			                : s->outcome == OUTCOME_LOST ? timeout
			                                             : 0;
		}
		n++;
	}
	qsort(out, n, sizeof *out, by_arrival);
	return n;
}

/* What comes late, in other batches, at any time it may: judged as in order of sending.
 */
static void
test_late(void **state)
{
	static struct history h;
	size_t late = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_init(&h, seed + i);
		struct judge *direct = judged(&h, &h.rule, &h.tape);
		const struct link_result *r = result(direct, h.from, h.to, h.to);
		struct arrival *list = calloc(3 * h.tape.n + 1, sizeof *list);
		for (int batches = 0; batches < 2; batches++) {
			struct judge *j = judge_new(&h.rule);
			size_t n = arrivals(&h, list);
			uint64_t batch = batches == 0 ? 1 : 700;
			feed_declare(&h.f, j);
			for (size_t k = 0; k < n; k++) {
				struct event e = session_start(&list[k].s);
				if (list[k].session)
					judge_arrival_event(j, &e);
				else
					judge_arrival(j, &list[k].s);
				late += (list[k].s.flags & FLAG_LATE) != 0;
				if (pick(&h, batch) == 0)
					judge_settle(j, list[k].at_ns);
			}
			judge_settle(j, h.to + 60 * S);
			const struct link_result *q = result(j, h.from, h.to, h.to);
			for (int l = 0; l < LINKS; l++)
				same_result(&r[l], &q[l], true);
			judge_free(j);
		}
		free(list);
		judge_free(direct);
		history_done(&h);
	}
	assert_true(rounds < 20 || late > 0);
}

/* Asking in between changes nothing: the books are closed on a copy. */
static void
test_asked_in_between(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_init(&h, seed + i);
		struct judge *once = judged(&h, &h.rule, &h.tape);
		struct judge *often = judge_new(&h.rule);
		feed_declare(&h.f, often);
		for (size_t at = 0; at < h.tape.n;) {
			size_t next = at + 1 + pick(&h, h.tape.n / 4);
			next = next < h.tape.n ? next : h.tape.n;
			play(&h.tape, often, at, next);
			at = next;
			result(often, h.from, h.to, h.tape.v[at - 1].time.ns);
		}
		const struct link_result *r = result(once, h.from, h.to, h.to);
		const struct link_result *q = result(often, h.from, h.to, h.to);
		for (int l = 0; l < LINKS; l++)
			same_result(&r[l], &q[l], true);
		judge_free(once);
		judge_free(often);
		history_done(&h);
	}
}

/* ---- open outages ---- */

/* Dark from some instant to the end of what there is: listed, open, its time down as far
 * as it was measured; and the same one when it is over. */
static void
test_open(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_prepare(&h, seed + i);
		int64_t every = h.pace->every_ns, length = h.pace->length_ns;
		int64_t from = 100 * every + some(&h, length - 200 * every);
		int64_t asked = from + 20 * every + some(&h, length - from - 40 * every);
		uint32_t link = (uint32_t)pick(&h, LINKS);
		feed_fault(&h.f, from, length - 5 * every, voters(&h, link));
		history_record(&h);
		size_t n = 0;
		while (h.tape.v[n].time.ns < h.from + asked)
			n++;
		struct judge *j = judge_new(&h.rule);
		feed_declare(&h.f, j);
		play(&h.tape, j, 0, n);
		const struct link_result *r =
		    result(j, h.from, h.from + asked, h.from + asked);
		struct terms t = terms(&h, 0);
		struct verdict v;
		char id[17];
		for (uint32_t l = 0; l < LINKS; l++)
			assert_int_equal(r[l].n_outages, l == link);
		const struct outage *o = &r[link].outages[0];
		assert_true(o->open && o->counted && r[link].live_dark);
		assert_true(llabs(o->start_ns - (h.from + from)) <= 2 * every);
		assert_int_equal(o->end_ns, whole(h.from + asked));
		assert_int_equal(o->down_ns, o->end_ns - o->start_ns);
		memcpy(id, o->id, sizeof id);
		t.period.end_ns = t.as_of_ns = h.from + asked;
		assert_int_equal(verdict_of(&v, &r[link], &t), 0);
		assert_int_equal(v.down_ns, o->down_ns);
		assert_int_equal(v.outage_count, 1);
		assert_true(v.times[0].open);
		verdict_done(&v);
		play(&h.tape, j, n, h.tape.n);
		r = result(j, h.from, h.to, h.to);
		assert_int_equal(r[link].n_outages, 1);
		assert_false(r[link].outages[0].open);
		assert_string_equal(r[link].outages[0].id, id);
		judge_free(j);
		history_done(&h);
	}
}

/* ---- restarts and clocks ---- */

/* A restart in quiet time: what was not measured is unknown, and nothing is made down by
 * it, nor up. Where nothing was missed, nothing changes but names. */
static void
test_restart(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_prepare(&h, seed + i);
		int64_t every = h.pace->every_ns, length = h.pace->length_ns;
		int64_t fault = length / 4, at = length / 2 + some(&h, length / 4);
		int64_t away = i % 3 == 0 ? 0 : some(&h, 100 * every);
		for (uint32_t l = 0; l < LINKS; l++)
			feed_fault(&h.f, fault + l * 90 * every,
			    fault + (l * 90 + 40) * every, voters(&h, l));
		history_record(&h);
		struct judge *a = judged(&h, &h.rule, &h.tape);
		struct tape cut = {0};
		for (size_t k = 0; k < h.tape.n; k++) {
			struct sample s = h.tape.v[k];
			if (s.sent.ns >= at && s.sent.ns < at + away)
				continue;
			s.session += s.sent.ns >= at;
			record(&cut, &s);
		}
		struct judge *b = judged(&h, &h.rule, &cut);
		const struct link_result *r = result(a, h.from, h.to, h.to);
		const struct link_result *q = result(b, h.from, h.to, h.to);
		for (int l = 0; l < LINKS; l++) {
			struct sums x = {0}, y = {0};
			struct terms t = terms(&h, 0);
			add_up(&x, &r[l], &t);
			add_up(&y, &q[l], &t);
			assert_int_equal(q[l].n_outages, 1);
			same_outage(&r[l].outages[0], &q[l].outages[0]);
			assert_int_equal(q[l].n_micro, r[l].n_micro);
			assert_int_equal(x.down, y.down);
			assert_int_equal(x.up + x.unknown, y.up + y.unknown);
			int64_t missed = y.unknown - x.unknown;
			assert_true(missed >= 0 && missed <= away + 2 * every);
			assert_true(missed > 0 || away <= 5 * every / 2);
			if (away == 0)
				assert_int_equal(missed, 0);
		}
		free(cut.v);
		judge_free(a);
		judge_free(b);
		history_done(&h);
	}
}

/* A clock that is put forward or back in quiet time: labels jump, and no outage is made,
 * moved or lost; time that was put in is unknown. */
static void
test_clock_step(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_prepare(&h, seed + i);
		int64_t every = h.pace->every_ns, length = h.pace->length_ns;
		int64_t fault = length / 4, at = length / 2 + some(&h, length / 8);
		int64_t by = (some(&h, 60 * every) - 30 * every) / 1000 * 1000;
		for (uint32_t l = 0; l < LINKS; l++)
			feed_fault(&h.f, fault + l * 90 * every,
			    fault + (l * 90 + 40) * every, voters(&h, l));
		for (uint32_t l = 0; l < LINKS; l++)
			feed_fault(&h.f, 7 * length / 8 + l * 50 * every,
			    7 * length / 8 + (l * 50 + 40) * every, voters(&h, l));
		history_record(&h);
		struct judge *a = judged(&h, &h.rule, &h.tape);
		struct tape stepped = {0};
		for (size_t k = 0; k < h.tape.n; k++) {
			struct sample s = h.tape.v[k];
			s.time.ns += s.sent.ns >= at ? by : 0;
			record(&stepped, &s);
		}
		struct judge *b = judged(&h, &h.rule, &stepped);
		const struct link_result *r = result(a, h.from, h.to, h.to);
		const struct link_result *q = result(b, h.from, h.to + by, h.to + by);
		for (int l = 0; l < LINKS; l++) {
			assert_int_equal(r[l].n_outages, 2);
			assert_int_equal(q[l].n_outages, 2);
			assert_int_equal(q[l].n_micro, 0);
			for (int k = 0; k < 2; k++) {
				const struct outage *o = &r[l].outages[k],
				                    *p = &q[l].outages[k];
				assert_string_equal(o->id, p->id);
				/* R is the hour's: other labels, other hours */
				int64_t slack = h.f.probes[PER_LINK * l].rtt_ns / 5 + MS;
				assert_true(
				    llabs(p->start_ns - o->start_ns - k * by) < slack);
				assert_true(
				    llabs(p->end_ns - o->end_ns - k * by) < slack);
				assert_true(llabs(p->down_ns - o->down_ns) < 2 * slack);
			}
			int64_t put_in = q[l].unknown_ns - r[l].unknown_ns;
			assert_true(put_in >= 0 && put_in <= (by > 0 ? by + every : 0));
			assert_true(put_in > 0 || by <= 5 * every / 2);
			assert_true(q[l].outages[0].counted);
			assert_int_equal(q[l].down_ns,
			    q[l].outages[0].down_ns + q[l].outages[1].down_ns);
		}
		free(stepped.v);
		judge_free(a);
		judge_free(b);
		history_done(&h);
	}
}

/* ---- knowing less ---- */

/* Touched by the stretch that was taken out, or its evidence lay there (what was lost
 * around, who had answered in the ten minutes before). */
static bool
is_touched(const struct outage *o, struct span out, int64_t every)
{
	return o->start_ns < out.end_ns + 600 * S + 3 * every &&
	       o->end_ns > out.start_ns - 3 * every;
}

/* What outages that are touched weigh at most; those that are not, are the same. */
static int64_t
touched(const struct link_result *a, const struct link_result *b, struct span out,
    int64_t every, int64_t slack)
{
	int64_t sum = 0;
	size_t k = 0;

	for (size_t i = 0; i < a->n_micro; i++)
		if (is_touched(&a->micro[i], out, every))
			sum += a->micro[i].end_ns - a->micro[i].start_ns +
			       a->micro[i].start_bound_ns + a->micro[i].end_bound_ns;
	for (size_t i = 0; i < a->n_outages; i++) {
		const struct outage *o = &a->outages[i];
		if (is_touched(o, out, every)) {
			sum +=
			    o->end_ns - o->start_ns + o->start_bound_ns + o->end_bound_ns;
			continue;
		}
		while (k < b->n_outages && is_touched(&b->outages[k], out, every))
			k++;
		assert_true(k < b->n_outages);
		const struct outage *p = &b->outages[k++];
		assert_true(llabs(o->start_ns - p->start_ns) <= slack);
		assert_true(llabs(o->end_ns - p->end_ns) <= slack);
		assert_int_equal(o->attribution, p->attribution);
		assert_int_equal(o->counted, p->counted);
	}
	return sum;
}

/*
 * Take a stretch of samples away: it is unknown then, and nothing else is known better.
 * lower does not rise, upper does not fall. What is exactly true: an outage that the
 * stretch touches is judged anew from what is left of it. It may be none any more (lower
 * loses what lay outside of the stretch, and the bounds of its edges), two that the
 * stretch parted may be one (its inner edges are in doubt no longer), whose it was may
 * be unsure. So the bounds may move by what touched outages weigh, and by no more; those
 * that it does not touch do not move.
 */
static void
test_less_is_known(void **state)
{
	static struct history h;
	size_t exact = 0, compared = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct tape less = {0};
		history_prepare(&h, seed + i);
		faults(&h, true);
		history_record(&h);
		int64_t every = h.pace->every_ns, length = h.pace->length_ns;
		struct span out = {.start_ns = some(&h, length - 10 * every)};
		out.end_ns = out.start_ns + 4 * every + some(&h, 300 * every);
		for (size_t k = 0; k < h.tape.n; k++) {
			struct sample s = h.tape.v[k];
			if (s.sent.ns >= out.start_ns && s.sent.ns < out.end_ns)
				continue;
			s.session += s.sent.ns >= out.end_ns;
			record(&less, &s);
		}
		out.start_ns += h.from;
		out.end_ns += h.from;
		struct judge *a = judged(&h, &h.rule, &h.tape);
		struct judge *b = judged(&h, &h.rule, &less);
		const struct link_result *r = result(a, h.from, h.to, h.to);
		const struct link_result *q = result(b, h.from, h.to, h.to);
		for (int l = 0; l < LINKS; l++) {
			struct terms t = terms(&h, 0);
			struct verdict v, w;
			int64_t rtt = h.f.probes[PER_LINK * l].rtt_ns;
			int64_t slack = rtt / 5 + MS; /* R is of fewer samples */
			assert_int_equal(verdict_of(&v, &r[l], &t), 0);
			assert_int_equal(verdict_of(&w, &q[l], &t), 0);
			double moves = (double)touched(&r[l], &q[l], out, every, slack);
			exact += moves <= 0;
			compared++;
			moves += 2 * (double)slack * (double)r[l].n_outages;
			moves /= (double)v.scheduled_ns;
			assert_true(w.unknown_ns >= v.unknown_ns);
			assert_true(w.coverage <= v.coverage);
			if (v.has_availability && w.has_availability) {
				assert_true(w.lower <= v.lower + moves);
				assert_true(w.upper >= v.upper - moves);
			}
			verdict_done(&v);
			verdict_done(&w);
		}
		free(less.v);
		judge_free(a);
		judge_free(b);
		history_done(&h);
	}
	assert_true(rounds < 20 || 2 * exact > compared); /* mostly it touches none */
}

/* ---- exclusions ---- */

static bool
is_inside(const struct span *list, size_t n, int64_t at)
{
	for (size_t i = 0; i < n; i++)
		if (at >= list[i].start_ns && at < list[i].end_ns)
			return true;
	return false;
}

/* The class of an instant, by a ledger. */
static enum interval_class
class_at(const struct verdict *v, int64_t at)
{
	for (size_t i = 0; i < v->n_intervals; i++)
		if (at < v->intervals[i].end_ns)
			return v->intervals[i].class;
	return CLASS_EXCLUDED;
}

/* Entered after the fact, before it, or in another order: the same verdict; and an
 * exclusion says something of its own time alone. */
static void
test_exclusions(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct exclusion_span list[3], turned[3];
		struct span spans[3];
		history_init(&h, seed + i);
		for (int k = 0; k < 3; k++) {
			int64_t from = whole(h.from + some(&h, h.pace->length_ns));
			int64_t to = from + whole(some(&h, h.pace->length_ns / 6));
			list[k] = (struct exclusion_span){
			    from, to, pick(&h, 2), INT64_MIN, "entered"};
			turned[2 - k] = list[k];
			spans[k] = (struct span){from, to};
		}
		struct judge *j = judged(&h, &h.rule, &h.tape);
		const struct link_result *r = result(j, h.from, h.to, h.to);
		for (int p = 0; p < PROFILES; p++) {
			struct terms t = terms(&h, p);
			struct verdict before, after, other;
			struct exemption *one, *two;
			int l = (int)pick(&h, LINKS);
			assert_int_equal(verdict_of(&before, &r[l], &t), 0);
			t.n_exempt =
			    service_exempt(&one, NULL, h.pace->zone, t.period, list, 3);
			t.exempt = one;
			assert_int_equal(verdict_of(&after, &r[l], &t), 0);
			t.n_exempt =
			    service_exempt(&two, NULL, h.pace->zone, t.period, turned, 3);
			t.exempt = two;
			assert_int_equal(verdict_of(&other, &r[l], &t), 0);
			assert_int_equal(after.down_ns, other.down_ns);
			assert_int_equal(after.up_ns, other.up_ns);
			assert_int_equal(after.unknown_ns, other.unknown_ns);
			assert_int_equal(after.excluded_ns, other.excluded_ns);
			assert_true(after.down_ns <= before.down_ns);
			for (int k = 0; k < 500; k++) {
				int64_t at = h.from + some(&h, h.pace->length_ns);
				if (is_inside(spans, 3, at))
					assert_int_equal(
					    class_at(&after, at), CLASS_EXCLUDED);
				else
					assert_int_equal(
					    class_at(&after, at), class_at(&before, at));
			}
			free(one);
			free(two);
			verdict_done(&before);
			verdict_done(&after);
			verdict_done(&other);
		}
		judge_free(j);
		history_done(&h);
	}
}

/* ---- money ---- */

static struct amount
some_amount(struct history *h, double weight)
{
	switch (pick(h, 3)) {
	case 0:
		return (struct amount){.kind = AMOUNT_SHARE, .share = weight / 200};
	case 1:
		return (struct amount){.kind = AMOUNT_DAYS, .days = weight};
	default:
		return (struct amount){
		    .kind = AMOUNT_MONEY, .mills = (int64_t)weight * 1230};
	}
}

/* Tiers that give the more the worse it is: of one kind of amount, so that they do. */
static void
some_tiers(struct history *h, struct credit_conf *k)
{
	static const double TARGETS[] = {0.9, 0.95, 0.99, 0.995, 0.999, 0.9999};
	struct amount first = some_amount(h, 1);

	k->n_tiers = 1 + pick(h, 5);
	for (size_t i = 0; i < k->n_tiers; i++) {
		bool ratio = k->rule == CREDIT_AVAILABILITY;
		double worse = (double)(ratio ? k->n_tiers - i : i + 1);
		k->tiers[i].threshold =
		    ratio ? TARGETS[i] : (double)(i + 1) * (double)(i + 1) * 2 * 60e9;
		k->tiers[i].amount = first;
		k->tiers[i].amount.share *= worse;
		k->tiers[i].amount.days *= worse;
		k->tiers[i].amount.mills *= (int64_t)worse;
	}
}

static void
some_contract(struct history *h, struct contract_conf *c)
{
	static const int64_t ROUND[] = {0, 0, 60 * S, 900 * S};
	static const enum credit_rule RULES[] = {
	    CREDIT_PER_TIME, CREDIT_CUMULATIVE, CREDIT_SINGLE, CREDIT_AVAILABILITY};

	contract_default(c);
	strcpy(c->currency, pick(h, 4) ? "EUR" : "JPY");
	c->mrc_mills = 1000 * (int64_t)(1 + pick(h, 5000));
	c->stack = pick(h, 2);
	c->day_of_month = pick(h, 2);
	if (pick(h, 3) == 0)
		c->cap = (struct amount){.kind = AMOUNT_SHARE, .share = 0.5};
	for (size_t n = 1 + pick(h, 3); n > 0; n--) {
		struct credit_conf *k = &c->credits[c->n_credits++];
		snprintf(k->name, sizeof k->name, "clause-%zu", c->n_credits);
		k->rule = RULES[pick(h, 4)];
		k->unit_ns = pick(h, 2) ? HOUR : 60 * S;
		k->part = (enum part_rule)pick(h, 4);
		k->round_ns = ROUND[pick(h, 4)];
		k->amount = some_amount(h, 1);
		k->inclusive = pick(h, 2);
		k->per_outage = pick(h, 2);
		k->beyond_target = pick(h, 2) && k->rule != CREDIT_AVAILABILITY;
		if (k->rule != CREDIT_PER_TIME)
			some_tiers(h, k);
		if (pick(h, 4) == 0)
			k->cap = some_amount(h, 4);
	}
}

static void
owed(int64_t mills[READINGS], const struct link_result *r, const struct contract_conf *c,
    struct terms *t, const char *zone)
{
	struct settlement s;
	struct verdict v;

	t->target = c->availability;
	t->min_outage_ns = c->min_outage_ns;
	t->min_exclusive = !c->min_inclusive;
	t->grace_ns = c->grace_ns;
	assert_int_equal(verdict_of(&v, r, t), 0);
	struct settling in = {.contract = c, .verdict = &v, .terms = t, .zone = zone};
	assert_int_equal(settlement_of(&s, &in), 0);
	for (int k = 0; k < READINGS; k++) {
		int64_t paid = 0;
		mills[k] = s.sheets[k].total.mills;
		for (size_t i = 0; i < s.sheets[k].n; i++)
			paid += s.sheets[k].credits[i].paid.mills;
		assert_int_equal(paid, mills[k]);
	}
	settlement_done(&s);
	verdict_done(&v);
}

/* Whatever the contract: a higher target, less grace, a shorter least outage never owe
 * less, in no reading; and the readings are in order. */
static void
test_credits(void **state)
{
	static const double TARGETS[] = {0.9, 0.99, 0.999, 0.9999};
	static struct history h;
	size_t paid = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		history_init(&h, seed + i);
		struct judge *j = judged(&h, &h.rule, &h.tape);
		const struct link_result *r = result(j, h.from, h.to, h.to);
		for (int round = 0; round < 20; round++) {
			int64_t last[READINGS] = {0}, now[READINGS];
			struct terms t = terms(&h, (int)pick(&h, 5));
			const struct link_result *l = &r[pick(&h, LINKS)];
			struct contract_conf c;
			t.min_coverage = pick(&h, 2) ? 0.95 : 0.1;
			some_contract(&h, &c);
			c.min_inclusive = pick(&h, 2);
			for (int k = 0; k < 12; k++) {
				int64_t step = h.pace->every_ns * (round % 20);
				c.availability = TARGETS[k < 4 ? k : 3];
				c.grace_ns = k < 8 ? (7 - (k < 4 ? 4 : k)) * step : 0;
				c.min_outage_ns = k < 8 ? 4 * step : (11 - k) * step;
				owed(now, l, &c, &t, h.pace->zone);
				for (int d = 0; d < READINGS; d++)
					assert_true(k == 0 || now[d] >= last[d]);
				assert_true(now[READING_ISP] <= now[READING_CUSTOMER]);
				memcpy(last, now, sizeof last);
			}
			paid += last[READING_POINT] > 0;
		}
		judge_free(j);
		history_done(&h);
	}
	assert_true(rounds < 20 || paid > 2 * rounds);
}

/* A round that did not end. */
static int
tell_seed(void **state)
{
	(void)state;
	if (at_seed != 0)
		print_error("once more by LW_SEED=%llu LW_ROUNDS=1\n",
		    (unsigned long long)at_seed);
	at_seed = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_parts, tell_seed),
	    cmocka_unit_test_teardown(test_zoom, tell_seed),
	    cmocka_unit_test_teardown(test_selection, tell_seed),
	    cmocka_unit_test_teardown(test_late, tell_seed),
	    cmocka_unit_test_teardown(test_asked_in_between, tell_seed),
	    cmocka_unit_test_teardown(test_open, tell_seed),
	    cmocka_unit_test_teardown(test_restart, tell_seed),
	    cmocka_unit_test_teardown(test_clock_step, tell_seed),
	    cmocka_unit_test_teardown(test_less_is_known, tell_seed),
	    cmocka_unit_test_teardown(test_exclusions, tell_seed),
	    cmocka_unit_test_teardown(test_credits, tell_seed),
	};
	const char *s = getenv("LW_SEED"), *n = getenv("LW_ROUNDS");

	seed = s != NULL ? strtoull(s, NULL, 10) : seed;
	rounds = n != NULL ? (unsigned)strtoul(n, NULL, 10) : rounds;
	printf("%u rounds from seed %llu\n", rounds, (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
