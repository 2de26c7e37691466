#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/quantile.h"
#include "tests/unit/chance.h"

#include <errno.h>
#include <string.h>

#define MS 1000000

/* Of 1, 2, …, n ms, each seen once. */
static void
fill(struct hist *h, int n, int lost)
{
	memset(h, 0, sizeof *h);
	for (int i = 1; i <= n; i++)
		hist_add(h, (int64_t)i * MS);
	for (int i = 0; i < lost; i++)
		hist_add_lost(h);
}

/* Within a bucket and its two edges: 1/64 on either side. */
static void
near(int64_t got, int64_t want)
{
	assert_true(got > want - want / 60 && got < want + want / 60);
}

/* Of a hundred the median lies between the 40th and the 61st: the textbook's example. */
static void
test_median_of_a_hundred(void **state)
{
	struct hist h;
	struct quantile q;

	(void)state;
	fill(&h, 100, 0);
	assert_int_equal(quantile_of(&h, 0.5, 0.95, &q), 0);
	assert_true(q.has && q.has_lower && q.has_upper);
	near(q.ns, 50 * MS);
	near(q.lower_ns, 40 * MS);
	near(q.upper_ns, 61 * MS);
	/* it reaches to the edges at least */
	assert_true(q.lower_ns <= 40 * MS && q.upper_ns >= 61 * MS);
}

/* Six are too few for the median's upper end at 99 %, and for any of the 99th. */
static void
test_too_few_have_no_end(void **state)
{
	struct hist h;
	struct quantile q;

	(void)state;
	fill(&h, 6, 0);
	assert_int_equal(quantile_of(&h, 0.5, 0.95, &q), 0);
	assert_true(q.has_lower && q.has_upper); /* 1 - 2 / 64 = 0.969 */
	assert_int_equal(quantile_of(&h, 0.5, 0.99, &q), 0);
	assert_false(q.has_lower || q.has_upper);
	assert_int_equal(quantile_of(&h, 0.99, 0.95, &q), 0);
	assert_false(q.has_upper);
	fill(&h, 1, 0);
	assert_int_equal(quantile_of(&h, 0.5, 0.95, &q), 0);
	assert_true(q.has && !q.has_lower && !q.has_upper);
}

static void
test_lost_ones_are_infinitely_late(void **state)
{
	struct hist h;
	struct quantile q;

	(void)state;
	fill(&h, 95, 5);
	assert_int_equal(quantile_of(&h, 0.9, 0.95, &q), 0);
	assert_true(q.has && q.has_lower && !q.has_upper);
	assert_int_equal(quantile_of(&h, 0.96, 0.95, &q), 0);
	assert_false(q.has);
	fill(&h, 0, 0);
	assert_int_equal(quantile_of(&h, 0.5, 0.95, &q), -EDOM);
	fill(&h, 9, 0);
	assert_int_equal(quantile_of(&h, 1, 0.95, &q), -EDOM);
	assert_int_equal(quantile_of(&h, 0.5, 1, &q), -EDOM);
}

/* Drawn again and again the interval holds the truth at least as often as it says. */
static void
test_it_holds_what_it_says(void **state)
{
	uint64_t seed = 12345;
	int held = 0;

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct hist h = {.n = 0};
		struct quantile q;
		for (int i = 0; i < 60; i++) {
			hist_add(&h, (int64_t)(chance_xorshift(&seed) % 1000) * MS + MS);
		}
		assert_int_equal(quantile_of(&h, 0.9, 0.95, &q), 0);
		held += (!q.has_lower || q.lower_ns <= 900 * (int64_t)MS) &&
		        (!q.has_upper || q.upper_ns >= 900 * (int64_t)MS);
	}
	assert_true(held >= 950);
	assert_true(held < 1000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_median_of_a_hundred),
	    cmocka_unit_test(test_too_few_have_no_end),
	    cmocka_unit_test(test_lost_ones_are_infinitely_late),
	    cmocka_unit_test(test_it_holds_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
