/*
 * What must hold of every judgement and verdict, whatever was fed: properties over random
 * links, faults, gaps, periods and exclusions. test_identities [-s SEED] [-n ROUNDS]; the
 * seed of a failing round is printed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include "analyzer/profile.h"
#include "analyzer/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S    NS_PER_S
#define MS   NS_PER_MS
#define HOUR (3600 * S)

static uint64_t at_seed_nonsense;
static uint64_t first_seed = 20261123;
static unsigned rounds = 60;

struct round {
	struct feed f;
	struct judge *j;
	int64_t end;
	uint64_t random;
};

static uint64_t
pick(struct round *r, uint64_t n)
{
	return feed_random(&r->random) % n;
}

static int64_t
instant(struct round *r)
{
	return (int64_t)(feed_uniform(&r->random) * (double)r->end);
}

static void
every_profile(struct judge_rule *rule)
{
	static const char *const NAMES[] = {"mef", "y1540", "rfc2678"};

	for (size_t i = 0; i < 3; i++) {
		struct profile_conf p;
		assert_true(profile_default(&p, NAMES[i]));
		assert_true(profile_binning(&p, &rule->bins[rule->n_bins++]));
	}
}

static void
random_faults(struct round *r)
{
	static const enum code CODES[] = {
	    CODE_TIMEOUT, CODE_NEIGHBOUR, CODE_NO_CARRIER, CODE_NO_ROUTE};
	size_t n = pick(r, 12);
	int64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		at += (int64_t)(feed_uniform(&r->random) * (double)r->end / 8);
		int64_t length =
		    (int64_t)(feed_uniform(&r->random) * (pick(r, 2) ? 6e9 : 900e9));
		struct feed_fault *a = feed_fault(&r->f, at, at + length,
		    feed_random(&r->random) | (pick(r, 3) ? 0xffffffff : 0));
		a->code = CODES[pick(r, 4)];
		if (a->code == CODE_NO_CARRIER || a->code == CODE_NO_ROUTE)
			a->outcome = OUTCOME_NOT_SENT;
		a->held = pick(r, 10) == 0 && length < 9 * S;
		at += length + S;
	}
}

static void
round_init(struct round *r, uint64_t seed)
{
	static const char *const OWNERS[] = {"isp", "customer", "unknown"};
	struct judge_rule rule;

	memset(r, 0, sizeof *r);
	r->random = seed;
	feed_init(&r->f, seed);
	r->end = HOUR + (int64_t)pick(r, 3) * HOUR;
	size_t links = 1 + pick(r, 2);
	for (size_t i = 0; i < links; i++) {
		uint32_t l = feed_link(&r->f, i == 0 ? "fibre" : "lte");
		struct link_def *def = &r->f.links[l];
		snprintf(def->cpe_owner, sizeof def->cpe_owner, "%s", OWNERS[pick(r, 3)]);
		if (pick(r, 3) == 0)
			snprintf(def->medium, sizeof def->medium, "ppp");
		if (pick(r, 5) == 0)
			feed_probe(
			    &r->f, l, KIND_PING, ROLE_INTERNET, 0, 60 * S, 20 * MS);
		else
			feed_usual(&r->f, l, (int64_t)(5 + pick(r, 400)) * MS);
		if (pick(r, 3) == 0)
			r->f.probes[feed_probe(
			                &r->f, l, KIND_TCP, ROLE_INTERNET, 3, S, 30 * MS)]
			    .def.family = 6;
	}
	feed_loss(&r->f, pick(r, 2) ? 0 : feed_uniform(&r->random) * 0.5);
	random_faults(r);
	for (int64_t at = instant(r); at < r->end && r->f.n_gaps < 4; at += instant(r)) {
		int64_t until = at + (int64_t)(feed_uniform(&r->random) * 1800e9);
		r->f.gaps[r->f.n_gaps++] = (struct span){at, until};
		at = until + S;
	}
	judge_rule_default(&rule);
	every_profile(&rule);
	rule.clock_unknown = pick(r, 12) == 0;
	rule.clock_bound_ns = (int64_t)pick(r, 200) * MS;
	r->j = judge_new(&rule);
	feed_declare(&r->f, r->j);
	feed_judge(&r->f, r->j, 0, r->end);
}

static void
round_done(struct round *r)
{
	judge_free(r->j);
	feed_done(&r->f);
}

static void
assert_whole(int64_t ns)
{
	assert_int_equal(ns % 1000, 0);
}

/* ---- of one outage ---- */

static void
check_outage(const struct outage *o)
{
	int64_t holes = 0;

	assert_whole(o->start_ns);
	assert_whole(o->end_ns);
	assert_whole(o->start_bound_ns);
	assert_whole(o->end_bound_ns);
	assert_whole(o->unknown_ns);
	assert_true(o->start_ns <= o->end_ns);
	assert_true(o->start_bound_ns >= 0 && o->end_bound_ns >= 0);
	assert_true(o->down_ns >= 0 && o->unknown_ns >= 0);
	assert_int_equal(o->down_ns + o->unknown_ns, o->end_ns - o->start_ns);
	assert_true(o->down_in_ns >= 0 && o->down_in_ns <= o->down_ns);
	assert_int_equal(strlen(o->id), 16);
	assert_true(o->networks_failed <= o->networks_total);
	assert_true(o->counted == (o->not_counted_reason == NULL) || o->micro);
	for (size_t i = 0; i < o->n_holes; i++) {
		assert_true(o->holes[i].start_ns >= o->start_ns);
		assert_true(o->holes[i].end_ns <= o->end_ns);
		assert_true(i == 0 || o->holes[i].start_ns >= o->holes[i - 1].end_ns);
		holes += o->holes[i].end_ns - o->holes[i].start_ns;
	}
	assert_true(holes <= o->unknown_ns);
}

static void
check_list(const struct outage *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_outage(&list[i]);
		if (i == 0)
			continue;
		assert_true(list[i].start_ns >= list[i - 1].end_ns);
		assert_string_not_equal(list[i].id, list[i - 1].id);
	}
}

/* ---- of one link ---- */

static void
check_result(const struct link_result *r)
{
	int64_t unknown = 0, down = 0, micro = 0;

	check_list(r->outages, r->n_outages);
	check_list(r->micro, r->n_micro);
	for (size_t i = 0; i < r->n_unknown; i++) {
		const struct unknown *u = &r->unknown[i];
		assert_whole(u->start_ns);
		assert_true(u->start_ns < u->end_ns);
		assert_true(u->start_ns >= r->period.start_ns);
		assert_true(u->end_ns <= r->period.end_ns);
		assert_true(i == 0 || u->start_ns >= r->unknown[i - 1].end_ns);
		unknown += u->end_ns - u->start_ns;
	}
	for (size_t i = 0; i < r->n_outages; i++)
		down += r->outages[i].counted ? r->outages[i].down_in_ns : 0;
	for (size_t i = 0; i < r->n_micro; i++)
		micro += r->micro[i].down_in_ns;
	assert_int_equal(r->scheduled_ns, r->period.end_ns - r->period.start_ns);
	assert_int_equal(r->unknown_ns, unknown);
	assert_int_equal(r->down_ns, down);
	assert_int_equal(r->micro_ns, micro);
	assert_true(r->scheduled_ns >= r->unknown_ns + r->down_ns);
	for (size_t i = 1; i < r->n_degradations; i++)
		assert_true(
		    r->degradations[i].start_ns >= r->degradations[i - 1].start_ns);
	for (size_t i = 1; i < r->bins[0].n_bad; i++)
		assert_true(r->bins[0].bad[i].start_ns >= r->bins[0].bad[i - 1].end_ns);
	for (size_t i = 1; i < r->bins[0].n_thin; i++)
		assert_true(r->bins[0].thin[i].start_ns >= r->bins[0].thin[i - 1].end_ns);
}

/* ---- of one verdict ---- */

static void
check_ledger(const struct verdict *v, struct span period)
{
	int64_t sums[4] = {0}, at = period.start_ns;

	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *n = &v->intervals[i];
		assert_int_equal(n->start_ns, at);
		assert_true(n->end_ns > n->start_ns);
		assert_true(n->reason != NULL
		                ? n->class != CLASS_DOWN
		                : n->class == CLASS_UP || n->class == CLASS_DOWN);
		assert_true(n->outage_id[0] == '\0' || n->class == CLASS_DOWN);
		assert_whole(n->start_ns);
		sums[n->class] += n->end_ns - n->start_ns;
		at = n->end_ns;
	}
	assert_int_equal(at, period.end_ns);
	assert_int_equal(sums[CLASS_EXCLUDED], v->excluded_ns);
	assert_int_equal(sums[CLASS_UNKNOWN], v->unknown_ns);
	assert_int_equal(sums[CLASS_DOWN], v->down_ns);
	assert_int_equal(sums[CLASS_UP], v->up_ns);
	assert_int_equal(
	    v->scheduled_ns, v->excluded_ns + v->unknown_ns + v->down_ns + v->up_ns);
	assert_int_equal(v->scheduled_ns, period.end_ns - period.start_ns);
}

static void
check_ratios(const struct verdict *v, const struct terms *t)
{
	assert_true(v->coverage >= 0 && v->coverage <= 1);
	assert_true(v->longest_ns <= v->down_ns);
	if (!v->has_availability)
		return;
	assert_true(v->lower >= 0 && v->upper <= 1);
	assert_true(v->lower <= v->point && v->point <= v->upper);
	if (v->verdict == VERDICT_MET)
		assert_true(v->lower >= t->target);
	if (v->verdict == VERDICT_ARGUABLE)
		assert_true(v->point < t->target && t->target <= v->upper);
	if (v->verdict == VERDICT_NOT_PROVEN)
		assert_true(v->lower < t->target && t->target <= v->point);
	if (v->verdict == VERDICT_BREACHED && t->complete)
		assert_true(v->upper < t->target);
}

#define EXEMPT_MOST 4
#define TICKETS     2

/* What a contract may say, and the tickets of a helpdesk. */
struct clauses {
	struct exemption exempt[EXEMPT_MOST];
	struct ticket_clock tickets[TICKETS];
	struct span pause;
};

static int64_t
any_instant(struct round *r)
{
	return r->f.wall_ns + instant(r) / 1000 * 1000;
}

static void
random_clauses(struct round *r, struct terms *t, struct clauses *c)
{
	static const unsigned STARTS[] = {CLOCK_MEASURED, CLOCK_MEASURED, CLOCK_OPENED,
	    CLOCK_OPENED | CLOCK_DETECTED, CLOCK_ACKNOWLEDGED};

	t->exempt = c->exempt;
	t->n_exempt = pick(r, EXEMPT_MOST);
	for (size_t i = 0; i < t->n_exempt; i++) {
		int64_t from = any_instant(r);
		c->exempt[i] = (struct exemption){from, from + (int64_t)pick(r, 900) * S,
		    pick(r, 2), true, "maintenance"};
	}
	t->tickets = c->tickets;
	t->n_tickets = pick(r, TICKETS + 1);
	c->pause.start_ns = any_instant(r);
	c->pause.end_ns = c->pause.start_ns + (int64_t)pick(r, 300) * S;
	for (size_t i = 0; i < t->n_tickets; i++) {
		int64_t at = any_instant(r);
		c->tickets[i] = (struct ticket_clock){.opened_ns = at,
		    .acknowledged_ns = at + 60 * S,
		    .detected_ns = pick(r, 2) ? at - 10 * S : INT64_MIN,
		    .closed_ns = pick(r, 2) ? at + 600 * S : INT64_MIN,
		    .pauses = &c->pause,
		    .n_pauses = pick(r, 2),
		    .reference = "T1"};
	}
	t->clock_start = STARTS[pick(r, 5)];
	t->clock_pick = pick(r, 2) ? CLOCK_EARLIEST : CLOCK_LATEST;
	t->clock_stop = pick(r, 3) == 0 ? STOP_RESTORED : STOP_EARLIER;
	t->counts_stated = pick(r, 3) == 0;
	t->counts = (uint32_t)pick(r, 512);
}

static void
random_terms(struct round *r, struct terms *t, struct clauses *c, struct span period)
{
	static const double TARGETS[] = {0, 0.9, 0.99, 0.9995, 0.99999};
	static const char *const PROFILES[] = {
	    "event", "event", "ses-10-10", "mef", "y1540", "rfc2678"};

	memset(t, 0, sizeof *t);
	assert_true(profile_default(&t->profile, PROFILES[pick(r, 6)]));
	t->target = TARGETS[pick(r, 5)];
	t->min_outage_ns = pick(r, 2) ? 0 : 30 * S;
	t->grace_ns = pick(r, 2) ? 0 : 20 * S;
	t->min_coverage = pick(r, 2) ? 0.95 : 0.2;
	t->period = period;
	t->as_of_ns = period.end_ns;
	t->complete = pick(r, 3) > 0;
	if (pick(r, 2))
		random_clauses(r, t, c);
}

static int64_t
judged_down(const struct link_result *res, const struct terms *t)
{
	struct verdict v;

	assert_int_equal(verdict_of(&v, res, t), 0);
	int64_t down = v.down_ns;
	verdict_done(&v);
	return down;
}

/* A contract that forgives less never owes less. */
static void
check_monotonous(const struct link_result *res, const struct terms *t, int64_t down)
{
	struct terms less = *t;

	less.grace_ns = 0;
	assert_true(judged_down(res, &less) >= down);
	less = *t;
	less.min_outage_ns = 0;
	assert_true(judged_down(res, &less) >= down);
	less = *t;
	less.n_exempt = 0;
	assert_true(judged_down(res, &less) >= down);
}

static void
check_verdicts(struct round *r, const struct link_result *res)
{
	struct clauses c;
	struct terms t;
	struct verdict v;

	for (int i = 0; i < 6; i++) {
		random_terms(r, &t, &c, res->period);
		assert_int_equal(verdict_of(&v, res, &t), 0);
		check_ledger(&v, res->period);
		check_ratios(&v, &t);
		check_monotonous(res, &t, v.down_ns);
		int64_t weights = 0;
		for (size_t k = 0; k < v.n_times; k++) {
			const struct outage_time *w = &v.times[k];
			weights += w->counted_ns;
			assert_true(w->shortest_ns <= w->counted_ns);
			assert_true(w->counted_ns <= w->longest_ns);
			assert_true(w->counted_ns <= w->whole_ns);
		}
		/* Closures run into each other; else each outage owns its seconds. */
		if (t.clock_stop != STOP_CLOSED)
			assert_int_equal(weights, v.down_ns);
		if (strcmp(t.profile.name, "event") == 0 && t.clock_start == 0 &&
		    t.n_exempt == 0 && t.min_outage_ns == 0 && t.grace_ns == 0) {
			assert_int_equal(v.down_ns, res->down_ns);
			assert_int_equal(v.unknown_ns, res->unknown_ns);
		}
		verdict_done(&v);
	}
}

/* Two halves of a period sum to the whole; each outage starts in one of them. */
static void
check_halves(struct round *r)
{
	const struct link_result *res;
	int64_t w = r->f.wall_ns, middle = instant(r) / 1000 * 1000;
	int64_t whole[4][3];
	size_t starts[4];

	size_t n = judge_finish(r->j, w, w + r->end, w + r->end, &res);
	for (size_t i = 0; i < n; i++) {
		whole[i][0] = res[i].down_ns;
		whole[i][1] = res[i].unknown_ns;
		whole[i][2] = res[i].micro_ns;
		starts[i] = res[i].n_outages;
	}
	for (int half = 0; half < 2; half++) {
		int64_t from = half ? w + middle : w, to = half ? w + r->end : w + middle;
		judge_finish(r->j, from, to, w + r->end, &res);
		for (size_t i = 0; i < n; i++) {
			check_result(&res[i]);
			whole[i][0] -= res[i].down_ns;
			whole[i][1] -= res[i].unknown_ns;
			whole[i][2] -= res[i].micro_ns;
			for (size_t k = 0; k < res[i].n_outages; k++)
				starts[i] -= res[i].outages[k].start_ns >= from &&
				             res[i].outages[k].start_ns < to;
		}
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(whole[i][0], 0);
		assert_int_equal(whole[i][1], 0);
		assert_int_equal(whole[i][2], 0);
		assert_int_equal(starts[i], 0);
	}
}

static uint64_t at_seed; /* of the round under way: stays where it fails */

static void
test_properties(void **state)
{
	static struct round r;
	const struct link_result *res;
	size_t outages = 0, unknown = 0, micro = 0, uncounted = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		at_seed = first_seed + i;
		round_init(&r, at_seed);
		int64_t w = r.f.wall_ns;
		size_t n = judge_finish(r.j, w, w + r.end, w + r.end, &res);
		assert_int_equal(n, r.f.n_links);
		for (size_t k = 0; k < n; k++) {
			check_result(&res[k]);
			check_verdicts(&r, &res[k]);
			outages += res[k].n_outages;
			micro += res[k].n_micro;
			unknown += res[k].n_unknown;
			for (size_t o = 0; o < res[k].n_outages; o++)
				uncounted += !res[k].outages[o].counted;
		}
		for (int k = 0; k < 3; k++)
			check_halves(&r);
		round_done(&r);
	}
	at_seed = 0;
	print_message(
	    "%u rounds from seed %llu: %zu outages (%zu not counted), %zu micro, "
	    "%zu unknown spans\n",
	    rounds, (unsigned long long)first_seed, outages, uncounted, micro, unknown);
	assert_true(rounds < 20 || (outages > rounds && uncounted > 0 && unknown > 0));
}

/* Whatever nonsense is fed, in whatever order: no crash, and the sums still hold. */
static void
test_nonsense(void **state)
{
	struct judge_rule rule;
	const struct link_result *res;
	static struct feed f;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		uint64_t random = at_seed_nonsense = first_seed + 1000000 + i;
		feed_init(&f, random);
		feed_usual(&f, feed_link(&f, "a"), 20 * MS);
		feed_usual(&f, feed_link(&f, "b"), 20 * MS);
		judge_rule_default(&rule);
		struct judge *j = judge_new(&rule);
		feed_declare(&f, j);
		for (int k = 0; k < 3000; k++) {
			int64_t t = (int64_t)(feed_uniform(&random) * 3600e9);
			struct sample s = {.probe = (uint32_t)(feed_random(&random) % 20),
			    .session = (uint32_t)(feed_random(&random) % 3),
			    .seq = feed_random(&random) % 9,
			    .sent = {t},
			    .time = {f.wall_ns + t},
			    .rtt_ns = (int64_t)(feed_random(&random) % (20 * S)) - 1,
			    .outcome = feed_random(&random) % OUTCOME_COUNT,
			    .code = feed_random(&random) % CODE_COUNT,
			    .flags =
			        (uint32_t)(feed_random(&random) % (1 << FLAG_COUNT))};
			struct counters c = {.link = (uint32_t)(t % 3),
			    .time = s.time,
			    .rx_bytes = feed_random(&random),
			    .carrier = t & 1,
			    .ifindex = 1};
			struct event e = {.kind = 1 + (enum event_kind)(t % 10),
			    .link = (int32_t)(t % 4) - 1,
			    .time = s.time,
			    .time_until = {s.time.ns + S},
			    .text = "down"};
			if (k % 3 == 0)
				judge_arrival(j, &s);
			else
				judge_sample(j, &s);
			if (k % 50 == 0)
				judge_counters(j, &c);
			if (k % 200 == 0 && e.kind != EVENT_STATE &&
			    e.kind != EVENT_HISTORY_END)
				judge_event(j, &e);
			judge_settle(j, s.time.ns);
		}
		size_t n =
		    judge_finish(j, f.wall_ns, f.wall_ns + HOUR, f.wall_ns + HOUR, &res);
		for (size_t k = 0; k < n; k++) {
			int64_t sum = 0;
			for (size_t u = 0; u < res[k].n_unknown; u++)
				sum +=
				    res[k].unknown[u].end_ns - res[k].unknown[u].start_ns;
			assert_int_equal(sum, res[k].unknown_ns);
			assert_true(res[k].unknown_ns >= 0 &&
			            res[k].unknown_ns <= res[k].scheduled_ns);
		}
		judge_free(j);
		feed_done(&f);
	}
	at_seed_nonsense = 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_properties),
	    cmocka_unit_test(test_nonsense),
	};

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "-s") == 0)
			first_seed = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "-n") == 0)
			rounds = (unsigned)strtoul(argv[i + 1], NULL, 10);
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (failed > 0)
		print_error("failed at seed %llu (properties), %llu (nonsense)\n",
		    (unsigned long long)at_seed, (unsigned long long)at_seed_nonsense);
	return failed;
}
