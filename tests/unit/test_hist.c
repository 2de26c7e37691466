#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hist.h"
#include "tests/unit/chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N 20000

/* From a microsecond to 30 seconds, as many in each octave. */
static int64_t
any_duration(uint64_t *x)
{
	return (int64_t)(1000 * exp(chance_unit(x) * log(3e7)));
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
test_quantiles_against_sorted_values(void **state)
{
	static const double QS[] = {
	    0.0001, 0.05, 0.07, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1};
	static int64_t values[N];
	static struct hist h;
	uint64_t x = 7;

	(void)state;
	for (size_t n = 1; n <= N; n = n * 3 + 1) {
		memset(&h, 0, sizeof h);
		for (size_t i = 0; i < n; i++)
			hist_add(&h, values[i] = any_duration(&x));
		qsort(values, n, sizeof values[0], by_size);
		for (size_t k = 0; k < sizeof QS / sizeof QS[0]; k++) {
			/* the smallest with at least q of all at or below it */
			size_t rank = 1;
			while ((double)rank < QS[k] * (double)n - 1e-6)
				rank++;
			double exact = (double)values[rank - 1];
			double got = (double)hist_quantile(&h, QS[k]);
			if (fabs(got - exact) > 0.008 * exact + 8)
				fail_msg(
				    "n %zu, q %f: %.0f, not %.0f", n, QS[k], got, exact);
		}
	}
}

static void
test_lost_are_at_infinity(void **state)
{
	static struct hist h;

	(void)state;
	memset(&h, 0, sizeof h);
	assert_int_equal(hist_quantile(&h, 0.5), -1);
	for (int i = 0; i < 95; i++)
		hist_add(&h, 10000000);
	for (int i = 0; i < 5; i++)
		hist_add_lost(&h);
	assert_in_range(hist_quantile(&h, 0.95), 9920000, 10080000);
	assert_int_equal(hist_quantile(&h, 0.96), -1);
	assert_int_equal(hist_quantile(&h, 1), -1);
}

static void
test_rank_is_not_off_by_rounding(void **state)
{
	static struct hist h;

	(void)state;
	memset(&h, 0, sizeof h);
	for (int i = 1; i <= 100; i++)
		hist_add(&h, i < 8 ? 1000 : 1000000); /* 7 of 100 */
	assert_in_range(hist_quantile(&h, 0.07), 990, 1010);
	assert_in_range(hist_quantile(&h, 0.0701), 990000, 1010000);
}

static void
test_two_added_are_one_of_both(void **state)
{
	static struct hist a, b, both;
	uint64_t x = 3;

	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	memset(&both, 0, sizeof both);
	for (int i = 0; i < 1000; i++) {
		int64_t ns = any_duration(&x);
		hist_add(i % 3 == 0 ? &a : &b, ns);
		hist_add(&both, ns);
		if (i % 10 == 0) {
			hist_add_lost(i % 20 == 0 ? &a : &b);
			hist_add_lost(&both);
		}
	}
	hist_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof a);
}

static void
test_what_is_out_of_range(void **state)
{
	static struct hist h;

	(void)state;
	memset(&h, 0, sizeof h);
	hist_add(&h, -5);
	assert_in_range(hist_quantile(&h, 1), 0, 16);
	hist_add(&h, INT64_MAX);
	assert_in_range(hist_quantile(&h, 1), 33000000000, 35000000000);
	assert_int_equal(h.n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quantiles_against_sorted_values),
	    cmocka_unit_test(test_lost_are_at_infinity),
	    cmocka_unit_test(test_rank_is_not_off_by_rounding),
	    cmocka_unit_test(test_two_added_are_one_of_both),
	    cmocka_unit_test(test_what_is_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
