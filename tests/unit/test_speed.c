#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/flaky.h"
#include "analyzer/speed.h"
#include "tests/unit/feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define START (20644 * 86400 * NS_PER_S)
#define HOUR  (3600 * NS_PER_S)
#define MBIT  1e6

static const struct speed_rule RULE = {
    .minimum = 50 * MBIT, .normal = 90 * MBIT, .maximum = 100 * MBIT};

/* A test of 10 s at so many Mbit/s in the given hour; 0: it broke down, below: not sent.
 */
static void
test_at(struct speed *s, double hour, double mbit)
{
	struct sample t = {.probe = 3,
	    .time = {START + (int64_t)(hour * (double)HOUR)},
	    .outcome = mbit > 0   ? OUTCOME_REPLY
	               : mbit < 0 ? OUTCOME_NOT_SENT
	                          : OUTCOME_LOST,
	    .code = mbit > 0   ? CODE_NONE
	            : mbit < 0 ? CODE_NO_CARRIER
	                       : CODE_TIMEOUT,
	    .rtt_ns = mbit > 0 ? 10 * NS_PER_S : -1,
	    .bytes = mbit > 0 ? (uint64_t)(mbit * MBIT / 8 * 10) : 0};

	speed_sample(s, &t);
}

static void
test_shares(void **state)
{
	struct speed *s = speed_new();
	struct speed_result r;

	(void)state;
	for (int i = 0; i < 20; i++)
		test_at(s, i, i < 12 ? 101 : i < 18 ? 90 : 49.9);
	test_at(s, 20, 0);
	test_at(s, 21, -1);
	speed_finish(s, &RULE, START, START + 24 * HOUR, START + 24 * HOUR, &r);
	assert_int_equal(r.tests, 21);
	assert_int_equal(r.failed, 1);
	assert_int_equal(r.unsaid, 1);
	assert_int_equal(r.minimum.reached, 18);
	assert_int_equal(r.normal.reached, 18);
	assert_int_equal(r.maximum.reached, 12);
	assert_true(fabs(r.maximum.share - 12 / 21.0) < 1e-12);
	/* Clopper-Pearson of 12 in 21 */
	assert_true(fabs(r.maximum.lower - 0.3402) < 0.0005);
	assert_true(fabs(r.maximum.upper - 0.7818) < 0.0005);
	assert_true(r.slowest_bps <= 0);
	assert_true(fabs(r.median_bps - 101 * MBIT) < 1);
	assert_true(fabs(r.fastest_bps - 101 * MBIT) < 1);
	speed_result_free(&r);
	/* nothing stated, nothing measured */
	struct speed_rule none = {.normal = 1};
	speed_finish(s, &none, START - HOUR, START, START, &r);
	assert_int_equal(r.tests, 0);
	assert_true(!r.minimum.stated && r.normal.stated);
	assert_true(r.normal.share < 0 && r.median_bps < 0);
	speed_result_free(&r);
	speed_free(s);
}

static void
expect_below(const struct speed_result *r, size_t i, double from_h, double to_h,
    bool open, uint64_t tests)
{
	assert_true(i < r->n_below);
	assert_int_equal(r->below[i].kind, DEG_THROUGHPUT);
	assert_int_equal(r->below[i].start_ns, START + (int64_t)(from_h * (double)HOUR));
	assert_int_equal(r->below[i].end_ns, START + (int64_t)(to_h * (double)HOUR));
	assert_int_equal(r->below[i].open, open);
	assert_int_equal(r->below[i].sent, tests);
	assert_int_equal(r->below[i].n_probes, 1);
	assert_int_equal(r->below[i].probes[0], 3);
}

static void
test_stretches_below_the_minimum(void **state)
{
	struct speed *s = speed_new();
	struct speed_result r;
	double rates[] = {95, 40, 95, 40, 45, -1, 0, 60, 30, 30};

	(void)state;
	for (int i = 0; i < 10; i++)
		test_at(s, i, rates[i]);
	speed_finish(s, &RULE, START, START + 20 * HOUR, START + 20 * HOUR, &r);
	assert_int_equal(r.n_below, 2);
	expect_below(&r, 0, 3, 7, false, 3);
	expect_below(&r, 1, 8, 20, true, 2);
	speed_result_free(&r);
	/* a period that touches the first; as it stood then */
	speed_finish(s, &RULE, START + 4 * HOUR, START + 5 * HOUR, START + 5 * HOUR, &r);
	assert_int_equal(r.n_below, 1);
	expect_below(&r, 0, 3, 5, true, 2);
	speed_result_free(&r);
	/* a day after the last test nobody knows */
	speed_finish(s, &RULE, START, START + 90 * HOUR, START + 90 * HOUR, &r);
	assert_int_equal(r.n_below, 2);
	expect_below(&r, 1, 8, 33, false, 2);
	speed_result_free(&r);
	test_at(s, 50, 30);
	speed_finish(s, &RULE, START, START + 90 * HOUR, START + 90 * HOUR, &r);
	assert_int_equal(r.n_below, 2); /* one test alone is no stretch */
	speed_result_free(&r);
	speed_free(s);
}

static void
test_flaky_targets(void **state)
{
	static const struct {
		uint64_t t[4][2]; /* sent, lost */
		size_t n;
		bool judged, flaky; /* of the first */
	} ROWS[] = {
	    {{{1000, 30}, {1000, 1}, {1000, 2}}, 3, true, true},
	    {{{1000, 29}, {1000, 1}, {1000, 2}}, 3, true, false},  /* below 3 % */
	    {{{1000, 40}, {1000, 10}, {1000, 10}}, 3, true, true}, /* four times */
	    {{{1000, 39}, {1000, 10}, {1000, 10}}, 3, true, false},
	    {{{1000, 200}, {1000, 190}, {1000, 210}}, 3, true, false}, /* the link */
	    {{{1000, 500}, {1000, 0}, {1000, 0}}, 3, true, true},
	    {{{1000, 500}, {1000, 0}}, 2, false, false}, /* which of the two? */
	    {{{99, 50}, {1000, 0}, {1000, 0}}, 3, false, false},
	    {{{1000, 50}, {1000, 0}, {99, 0}}, 3, false, false},
	    {{{1000, 100}, {1000, 90}, {1000, 0}, {1000, 0}}, 4, true, true},
	    {{{0, 0}, {1000, 0}, {1000, 0}}, 3, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct flaky_target t[4] = {0};
		for (size_t k = 0; k < ROWS[i].n; k++) {
			t[k].sent = ROWS[i].t[k][0];
			t[k].lost = ROWS[i].t[k][1];
		}
		flaky_mark(t, ROWS[i].n);
		if (t[0].judged != ROWS[i].judged || t[0].flaky != ROWS[i].flaky)
			fail_msg(
			    "row %zu: judged %d, flaky %d", i, t[0].judged, t[0].flaky);
	}
	flaky_mark(NULL, 0);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The middle of what the others lost, as it says: take them out, sort, look. */
static void
test_flaky_peers(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		struct flaky_target t[12] = {0};
		size_t n = feed_random(&random) % 13;
		for (size_t i = 0; i < n; i++) {
			t[i].sent = feed_random(&random) % 4 == 0 ? 50 : 100;
			t[i].lost = feed_random(&random) % 6;
		}
		flaky_mark(t, n);
		for (size_t i = 0; i < n; i++) {
			double others[12];
			size_t m = 0;
			for (size_t k = 0; k < n; k++)
				if (k != i && t[k].sent >= 100)
					others[m++] =
					    (double)t[k].lost / (double)t[k].sent;
			qsort(others, m, sizeof *others, by_size);
			assert_true(t[i].peers == (m > 0 ? others[m / 2] : 0));
			assert_int_equal(t[i].judged, t[i].sent >= 100 && m >= 2);
		}
	}
}

/* What a row of the journal says of the direction holds for the tests before it too. */
static void
test_direction_learned_later(void **state)
{
	struct speed *down = speed_new(), *up = speed_new();
	struct speed_result r;

	(void)state;
	test_at(up, 2, 20);
	test_at(down, 1, 10);
	test_at(down, 3, 30);
	speed_move(down, up, 3);
	speed_finish(down, &RULE, START, START + 24 * HOUR, START + 24 * HOUR, &r);
	assert_int_equal(r.tests, 0);
	speed_result_free(&r);
	speed_finish(up, &RULE, START, START + 24 * HOUR, START + 24 * HOUR, &r);
	assert_int_equal(r.tests, 3);
	/* in order again: all below the minimum, one stretch from the first on */
	assert_int_equal(r.n_below, 1);
	assert_int_equal(r.below[0].start_ns, START + HOUR);
	speed_result_free(&r);
	speed_free(down);
	speed_free(up);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shares),
	    cmocka_unit_test(test_stretches_below_the_minimum),
	    cmocka_unit_test(test_flaky_targets),
	    cmocka_unit_test(test_flaky_peers),
	    cmocka_unit_test(test_direction_learned_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
