/*
 * Verdicts from hand-made results whose answer is known, and from feeds: the same outage
 * under both profiles (measurement: "One outage, several verdicts").
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include "analyzer/profile.h"
#include "analyzer/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S    NS_PER_S
#define MS   NS_PER_MS
#define DAY  (86400 * S)
#define ROOM 16

/* A month with nothing in it, to be filled. */
struct month {
	struct link_result r;
	struct outage outages[ROOM], micro[ROOM];
	struct unknown unknown[ROOM];
	struct span bad[ROOM], thin[ROOM];
	struct terms t;
	struct verdict v;
};

static void
month_init(struct month *m, const char *profile, double target)
{
	struct judge_rule rule;

	memset(m, 0, sizeof *m);
	m->r.period = m->t.period = (struct span){0, 30 * DAY};
	m->r.outages = m->outages;
	m->r.micro = m->micro;
	m->r.unknown = m->unknown;
	judge_rule_default(&rule);
	m->r.bins[0] =
	    (struct binned){.rule = rule.bins[0], .bad = m->bad, .thin = m->thin};
	m->r.n_bins = 1;
	m->r.votes_per_s = 5;
	assert_true(profile_default(&m->t.profile, profile));
	m->t.target = target;
	m->t.min_coverage = 0.95;
	m->t.complete = true;
}

static struct outage *
month_outage(struct month *m, int64_t start, int64_t length, int64_t bound)
{
	struct outage *o = &m->outages[m->r.n_outages++];

	o->start_ns = start;
	o->end_ns = start + length;
	o->start_bound_ns = o->end_bound_ns = bound;
	o->down_ns = o->down_in_ns = length;
	o->counted = true;
	o->extent = EXTENT_TOTAL;
	snprintf(o->id, sizeof o->id, "%016zx", m->r.n_outages);
	return o;
}

static void
month_unknown(struct month *m, int64_t start, int64_t length, enum unknown_reason reason)
{
	m->unknown[m->r.n_unknown++] = (struct unknown){start, start + length, reason};
}

static void
month_judge(struct month *m)
{
	assert_int_equal(verdict_of(&m->v, &m->r, &m->t), 0);
	assert_int_equal(m->v.scheduled_ns,
	    m->v.excluded_ns + m->v.unknown_ns + m->v.down_ns + m->v.up_ns);
}

static double
of_month(int64_t ns)
{
	return (double)ns / (double)(30 * DAY);
}

static void
assert_near(double a, double b)
{
	assert_true(a - b < 1e-12 && b - a < 1e-12);
}

/* ---- event ---- */

static void
test_bounds(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9995);
	month_outage(&m, DAY, 1200 * S, S); /* 20 min of the 21 min 36 s allowed */
	month_outage(&m, 2 * DAY, 60 * S, S);
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 1260 * S);
	assert_int_equal(m.v.up_ns, 30 * DAY - 1260 * S);
	assert_near(m.v.point, 1 - of_month(1260 * S));
	assert_near(m.v.lower, 1 - of_month(1264 * S));
	assert_near(m.v.upper, 1 - of_month(1256 * S));
	assert_int_equal(m.v.verdict, VERDICT_MET);
	assert_int_equal(m.v.outage_count, 2);
	assert_int_equal(m.v.longest_ns, 1200 * S);
	assert_int_equal(m.v.mttr_ns, 630 * S);
	assert_int_equal(m.v.mtbf_ns, (30 * DAY - 1260 * S) / 2);
	assert_int_equal(m.v.n_intervals, 5);
	assert_string_equal(m.v.intervals[1].outage_id, m.outages[0].id);
	verdict_done(&m.v);
}

/* What was dark until nobody looked any more was dark so long; how much longer stands in
 * the unknown time, once. */
static void
test_edges_in_unknown_time(void **state)
{
	struct outage *o;
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9995);
	m.r.clock_bound_ns = S / 2;
	o = month_outage(&m, DAY, 400 * S, S); /* until a gap */
	o->end_bound_ns = 900 * S;
	month_unknown(&m, DAY + 400 * S, 900 * S, UNKNOWN_NO_SAMPLES);
	month_unknown(&m, 2 * DAY - 2000 * S, 2000 * S, UNKNOWN_NO_SAMPLES);
	o = month_outage(&m, 2 * DAY, 100 * S, S); /* since one */
	o->start_bound_ns = 2000 * S;
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 500 * S);
	assert_int_equal(m.v.unknown_ns, 2900 * S);
	assert_near(m.v.upper, 1 - of_month(497 * S));
	assert_near(m.v.lower, 1 - of_month(3403 * S));
	assert_int_equal(m.v.times[0].shortest_ns, 400 * S - 3 * S / 2);
	assert_int_equal(m.v.times[0].whole_longest_ns, 400 * S + 3 * S / 2);
	verdict_done(&m.v);
}

static void
test_kinds(void **state)
{
	static const struct {
		int64_t down, bound, unknown;
		bool partial;
		enum verdict_kind verdict;
	} CASES[] = {
	    {1200, 1, 0, false, VERDICT_MET},
	    {1400, 1, 0, false, VERDICT_BREACHED},
	    {1300, 10, 0, false, VERDICT_ARGUABLE},   /* 1296 s are allowed */
	    {1400, 1, 0, true, VERDICT_ARGUABLE},     /* not by the shortest reading */
	    {1290, 10, 0, false, VERDICT_NOT_PROVEN}, /* unless the longest is true */
	    {0, 0, 3600, false, VERDICT_NOT_PROVEN},  /* an hour unknown */
	    {0, 0, 2 * 86400, false, VERDICT_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct month m;
		month_init(&m, "event", 0.9995);
		if (CASES[i].down > 0)
			month_outage(&m, DAY, CASES[i].down * S, CASES[i].bound * S)
			    ->extent = CASES[i].partial ? EXTENT_PARTIAL : EXTENT_TOTAL;
		if (CASES[i].unknown > 0)
			month_unknown(
			    &m, 9 * DAY, CASES[i].unknown * S, UNKNOWN_COLLECTOR_STOPPED);
		month_judge(&m);
		assert_string_equal(
		    verdict_name(m.v.verdict), verdict_name(CASES[i].verdict));
		assert_true(m.v.n_reasons > 0 || m.v.verdict == VERDICT_MET ||
		            m.v.verdict == VERDICT_BREACHED);
		verdict_done(&m.v);
	}
}

/* A target that is met exactly is met. */
static void
test_just_met(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.999);
	month_outage(&m, DAY, 2592 * S, 0); /* a thousandth of 30 days */
	month_judge(&m);
	assert_string_equal(verdict_name(m.v.verdict), "met");
	verdict_done(&m.v);
}

static void
test_open_period(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9995);
	m.r.period.end_ns = 10 * DAY; /* as of the tenth day */
	m.t.complete = false;
	month_outage(&m, DAY, 1200 * S, S);
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_PENDING);
	assert_true(m.v.upper < 0.9995); /* of ten days it would be a breach */
	assert_int_equal(m.v.scheduled_ns, 10 * DAY);
	verdict_done(&m.v);
	month_outage(&m, 2 * DAY, 200 * S, S); /* 1400 s: whatever comes */
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_BREACHED);
	verdict_done(&m.v);
	/* an outage still lasting has no end to be unsure of */
	m.outages[1].open = true;
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_BREACHED);
	verdict_done(&m.v);
}

static void
test_no_target(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0);
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_NONE);
	assert_true(m.v.has_availability);
	assert_near(m.v.point, 1);
	verdict_done(&m.v);
}

static void
test_profile_unknown(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "mef", 0.99); /* nobody counted by its intervals */
	m.v.n_reasons = 77;
	assert_int_equal(verdict_of(&m.v, &m.r, &m.t), -ENOTSUP);
	snprintf(m.t.profile.name, sizeof m.t.profile.name, "ses-10");
	assert_int_equal(verdict_of(&m.v, &m.r, &m.t), -ENOTSUP);
	assert_int_equal(m.v.n_reasons, 77);
}

static void
test_nothing_measured(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.99);
	month_unknown(&m, 0, 30 * DAY, UNKNOWN_NO_SAMPLES);
	month_judge(&m);
	assert_false(m.v.has_availability);
	assert_int_equal(m.v.verdict, VERDICT_REFUSED);
	verdict_done(&m.v);
	month_init(&m, "event", 0.99);
	m.r.period.end_ns = m.r.period.start_ns; /* no time at all */
	month_judge(&m);
	assert_int_equal(m.v.n_intervals, 0);
	assert_int_equal(m.v.verdict, VERDICT_REFUSED);
	verdict_done(&m.v);
}

static void
test_clock(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.99);
	m.r.clock_bound_ns = 250 * MS;
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_REFUSED);
	assert_non_null(strstr(m.v.reasons[0], "clock"));
	verdict_done(&m.v);
}

/* Excluded before unknown before down before up; a local fault stands as unknown. */
static void
test_precedence(void **state)
{
	static const struct {
		enum interval_class class;
		int64_t seconds;
	} WANT[] = {{CLASS_UP, 100}, {CLASS_DOWN, 100}, {CLASS_UNKNOWN, 50},
	    {CLASS_EXCLUDED, 100}, {CLASS_DOWN, 50}, {CLASS_UP, 9600}};
	struct month m;
	const struct exemption exempt[] = {{300 * S, 350 * S, false, true, "maintenance"},
	    {250 * S, 320 * S, false, true, "maintenance"}};

	(void)state;
	month_init(&m, "event", 0.5);
	m.r.period.end_ns = m.t.period.end_ns = 10000 * S;
	m.t.exempt = exempt;
	m.t.n_exempt = 2;
	month_unknown(&m, 200 * S, 100 * S, UNKNOWN_LOCAL_FAULT);
	month_outage(&m, 100 * S, 300 * S, S);
	month_judge(&m);
	assert_int_equal(m.v.n_intervals, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct interval *n = &m.v.intervals[i];
		assert_int_equal(n->class, WANT[i].class);
		assert_int_equal(n->end_ns - n->start_ns, WANT[i].seconds * S);
	}
	assert_string_equal(m.v.intervals[2].reason, "local-fault");
	assert_int_equal(m.v.down_ns, 150 * S);
	assert_int_equal(m.v.excluded_ns, 100 * S);
	assert_int_equal(m.v.outage_count, 1);
	assert_near(m.v.coverage, 9850.0 / 9900);
	verdict_done(&m.v);
}

/* What does not count is up in the point and down in the lower bound; micro likewise. */
static void
test_disputed(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9995);
	struct outage *o = month_outage(&m, DAY, 3600 * S, S);
	o->counted = false;
	o->not_counted_reason = "cpe";
	o->attribution = ATTR_CPE;
	m.micro[m.r.n_micro++] =
	    (struct outage){.start_ns = 2 * DAY, .end_ns = 2 * DAY + S, .micro = true};
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 0);
	assert_near(m.v.point, 1);
	assert_near(m.v.upper, 1);
	assert_near(m.v.lower, 1 - of_month(3603 * S));
	assert_int_equal(m.v.verdict, VERDICT_NOT_PROVEN);
	assert_int_equal(m.v.outage_count, 0);
	verdict_done(&m.v);
}

static void
test_short_ones(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9995);
	m.t.min_outage_ns = 60 * S;
	month_outage(&m, DAY, 59 * S, 0);
	month_outage(&m, 2 * DAY, 60 * S, 0);
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 60 * S);
	assert_int_equal(m.v.outage_count, 1);
	verdict_done(&m.v);
}

/* It counts in the period of its start, its seconds in each. */
static void
test_across_periods(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "event", 0.9);
	month_outage(&m, -100 * S, 300 * S, 2 * S);
	month_outage(&m, 30 * DAY - 50 * S, 100 * S, 2 * S);
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 250 * S);
	assert_int_equal(m.v.outage_count, 1);
	assert_int_equal(m.v.longest_ns, 50 * S);
	/* only the two edges inside the period are in doubt */
	assert_near(m.v.lower, 1 - of_month(254 * S));
	assert_near(m.v.upper, 1 - of_month(246 * S));
	verdict_done(&m.v);
}

/* ---- ses-10-10 ---- */

static void
month_bad(struct month *m, int64_t start_s, int64_t seconds)
{
	m->bad[m->r.bins[0].n_bad++] =
	    (struct span){start_s * S, (start_s + seconds) * S};
}

static void
month_thin(struct month *m, int64_t start_s, int64_t seconds)
{
	m->thin[m->r.bins[0].n_thin++] =
	    (struct span){start_s * S, (start_s + seconds) * S};
}

static void
assert_unavailable(struct month *m, size_t want, int64_t start_s, int64_t seconds)
{
	struct span *v;
	size_t n = profile_unavailable(&m->r, &m->r.bins[0], 10, &v);

	assert_int_equal(n, want);
	if (want > 0) {
		assert_int_equal(v[want - 1].start_ns, start_s * S);
		assert_int_equal(v[want - 1].end_ns - v[want - 1].start_ns, seconds * S);
	}
	free(v);
}

static void
test_ten_seconds(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "ses-10-10", 0.99);
	month_bad(&m, 100, 9);
	assert_unavailable(&m, 0, 0, 0);
	month_init(&m, "ses-10-10", 0.99);
	month_bad(&m, 100, 10); /* counted from its onset */
	assert_unavailable(&m, 1, 100, 10);
	month_bad(&m, 119, 1); /* nine good ones do not end it */
	assert_unavailable(&m, 1, 100, 20);
	month_bad(&m, 130, 9); /* ten do, from their onset; nine bad do not open it */
	assert_unavailable(&m, 1, 100, 20);
	month_bad(&m, 140, 10);
	assert_unavailable(&m, 2, 140, 10);
}

static void
test_thin_seconds(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "ses-10-10", 0.99);
	month_bad(&m, 100, 5);
	month_thin(&m, 105, 2); /* passed over, and not counted */
	month_bad(&m, 107, 5);
	assert_unavailable(&m, 1, 100, 12);
	month_init(&m, "ses-10-10", 0.99);
	month_bad(&m, 100, 5);
	month_thin(&m, 105, 3); /* too long: the count begins again */
	month_bad(&m, 108, 5);
	assert_unavailable(&m, 0, 0, 0);
}

static void
test_provisional(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "ses-10-10", 0.99);
	m.r.period.end_ns = 150 * S;
	month_bad(&m, 100, 41); /* nine good seconds so far */
	assert_unavailable(&m, 1, 100, 50);
	month_init(&m, "ses-10-10", 0.99);
	m.r.period.end_ns = 150 * S;
	month_bad(&m, 141, 9); /* nine bad ones: not yet */
	assert_unavailable(&m, 0, 0, 0);
	month_init(&m, "ses-10-10", 0.99);
	month_bad(&m, -5, 12); /* it began before the period */
	assert_unavailable(&m, 1, -5, 12);
}

static void
test_too_slow(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "ses-10-10", 0.999);
	m.r.votes_per_s = 1.0 / 60;
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_REFUSED);
	assert_non_null(strstr(m.v.reasons[0], "probes a second"));
	verdict_done(&m.v);
	m.t.complete = false; /* an open period does not make it faster */
	month_judge(&m);
	assert_int_equal(m.v.verdict, VERDICT_REFUSED);
	verdict_done(&m.v);
}

static void
test_ses_verdict(void **state)
{
	struct month m;

	(void)state;
	month_init(&m, "ses-10-10", 0.9995);
	month_outage(&m, 1000 * S, 1400 * S, S);
	month_bad(&m, 1000, 1400);
	month_bad(&m, 9000, 5); /* high loss, but available */
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 1400 * S);
	assert_int_equal(m.v.outage_count, 1);
	assert_string_equal(m.v.intervals[1].outage_id, m.outages[0].id);
	assert_near(m.v.lower, 1 - of_month(1402 * S));
	assert_near(m.v.upper, 1 - of_month(1398 * S));
	assert_int_equal(m.v.verdict, VERDICT_BREACHED);
	verdict_done(&m.v);
	/* the same, of the customer's own CPE: in the lower bound alone */
	m.outages[0].counted = false;
	m.outages[0].attribution = ATTR_CPE;
	month_judge(&m);
	assert_int_equal(m.v.down_ns, 0);
	assert_near(m.v.upper, 1);
	assert_true(m.v.lower < 0.9995);
	assert_int_equal(m.v.verdict, VERDICT_NOT_PROVEN);
	verdict_done(&m.v);
}

/* ---- one outage, two profiles ---- */

/* Dead for 70 s, then 40 s at 30 % loss: ses-10-10 says 70 s, and so does event. */
static void
test_one_outage(void **state)
{
	struct feed f;
	struct judge_rule rule;
	const struct link_result *r;
	struct terms t = {.target = 0.5, .complete = true};
	struct verdict v;
	uint64_t random = 3;

	(void)state;
	assert_true(profile_default(&t.profile, "ses-10-10"));
	feed_init(&f, 9);
	uint32_t l = feed_link(&f, "fibre");
	for (int i = 0; i < 10; i++)
		feed_probe(&f, l, KIND_PING, ROLE_INTERNET, i, S, 20 * MS);
	feed_fault(&f, 600 * S, 670 * S, ~0ull);
	for (int64_t at = 670; at < 710; at++) /* three of the ten each second */
		for (int k = 0; k < 3; k++)
			feed_fault(&f, at * S, (at + 1) * S,
			    1ull << ((feed_random(&random) % 3) * 3 + (uint64_t)k));
	judge_rule_default(&rule);
	struct judge *j = judge_new(&rule);
	feed_declare(&f, j);
	feed_judge(&f, j, 0, 1800 * S);
	int64_t from = f.wall_ns + 10 * S, to = f.wall_ns + 1790 * S;
	judge_finish(j, from, to, f.wall_ns + 1800 * S, &r);
	t.period = (struct span){from, to};
	assert_int_equal(r->bins[0].n_thin > 2, 0); /* one vote a voter and second */
	assert_int_equal(verdict_of(&v, r, &t), 0);
	print_message("ses-10-10: %.3f s down; event: %.3f s\n", (double)v.down_ns / 1e9,
	    (double)r->down_ns / 1e9);
	assert_true(llabs(v.down_ns - 70 * S) <= S);
	assert_int_equal(v.outage_count, 1);
	verdict_done(&v);
	assert_true(profile_default(&t.profile, "event"));
	assert_int_equal(verdict_of(&v, r, &t), 0);
	assert_true(llabs(v.down_ns - 70 * S) <= S);
	assert_int_equal(v.outage_count, 1);
	verdict_done(&v);
	judge_free(j);
	feed_done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_edges_in_unknown_time),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_just_met),
	    cmocka_unit_test(test_open_period),
	    cmocka_unit_test(test_no_target),
	    cmocka_unit_test(test_profile_unknown),
	    cmocka_unit_test(test_nothing_measured),
	    cmocka_unit_test(test_clock),
	    cmocka_unit_test(test_precedence),
	    cmocka_unit_test(test_disputed),
	    cmocka_unit_test(test_short_ones),
	    cmocka_unit_test(test_across_periods),
	    cmocka_unit_test(test_ten_seconds),
	    cmocka_unit_test(test_thin_seconds),
	    cmocka_unit_test(test_provisional),
	    cmocka_unit_test(test_too_slow),
	    cmocka_unit_test(test_ses_verdict),
	    cmocka_unit_test(test_one_outage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
