#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/stats.h"

#include "base/clock.h"
#include "tests/unit/chance.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SEED 20260714

static void
near(double got, double want, double within, const char *what)
{
	if (!(fabs(got - want) <= within))
		fail_msg("%s: %.9g, not %.9g within %g", what, got, want, within);
}

/* ---- the beta distribution and the intervals ---- */

/* I_x(a, b) for whole a and b is the chance of at least a hits in a + b - 1. */
static double
beta_by_sum(int a, int b, double x)
{
	int n = a + b - 1;
	double sum = 0;

	for (int k = a; k <= n; k++)
		sum += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) +
		           k * log(x) + (n - k) * log(1 - x));
	return sum;
}

static void
test_beta_against_sums(void **state)
{
	static const int SIZES[] = {1, 2, 5, 17, 80, 300};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			for (double x = 0.01; x < 1; x += 0.07)
				near(stats_beta(SIZES[i], SIZES[k], x),
				    beta_by_sum(SIZES[i], SIZES[k], x), 1e-11, "beta");
		}
	}
	assert_true(stats_beta(3, 4, 0) <= 0 && stats_beta(3, 4, 1) >= 1);
	near(stats_beta(0.5, 0.5, 0.25), 2 / M_PI * asin(0.5), 1e-14, "arcsine");
	near(stats_normal(0.95), 1.959963984540054, 1e-12, "z of 95 %");
	near(stats_normal(0.99), 2.5758293035489004, 1e-12, "z of 99 %");
}

/* The table of 95 % intervals of loss, in per cent, as many digits as it has. */
static void
test_published_intervals(void **state)
{
	static const struct {
		double lost, sent, lower, upper, within_lower, within_upper;
	} ROWS[] = {{0, 20, 0, 16.8, 0, 0.05}, {0, 60, 0, 5.96, 0, 0.005},
	    {0, 300, 0, 1.22, 0, 0.005}, {3, 300, 0.21, 2.89, 0.005, 0.005},
	    {2, 2000, 0.012, 0.361, 0.0005, 0.0005}, {20, 2000, 0.61, 1.54, 0.005, 0.005},
	    {43, 43200, 0.072, 0.134, 0.0005, 0.0005}};
	struct stats_bounds b;

	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		assert_int_equal(
		    stats_clopper_pearson(ROWS[i].lost, ROWS[i].sent, 0.95, &b), 0);
		near(100 * b.lower, ROWS[i].lower, ROWS[i].within_lower, "lower");
		near(100 * b.upper, ROWS[i].upper, ROWS[i].within_upper, "upper");
		near(b.point, ROWS[i].lost / ROWS[i].sent, 1e-15, "point");
	}
}

static void
test_clopper_pearson_by_definition(void **state)
{
	static const int SIZES[] = {1, 2, 7, 50, 400};
	struct stats_bounds b, mirror;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		int n = SIZES[i];
		for (int k = 0; k <= n; k += 1 + n / 13) {
			assert_int_equal(stats_clopper_pearson(k, n, 0.95, &b), 0);
			assert_int_equal(
			    stats_clopper_pearson(n - k, n, 0.95, &mirror), 0);
			near(b.lower, 1 - mirror.upper, 1e-12, "mirror");
			/* at the lower end, k or more have a chance of 2.5 %; at the
			 * upper, k or fewer */
			if (k > 0)
				near(
				    beta_by_sum(k, n - k + 1, b.lower), 0.025, 1e-9, "P");
			else
				assert_true(b.lower <= 0);
			if (k < n)
				near(1 - beta_by_sum(k + 1, n - k, b.upper), 0.025, 1e-9,
				    "P");
			else
				assert_true(b.upper >= 1);
		}
	}
	near((stats_clopper_pearson(0, 20, 0.95, &b), b.upper), 1 - pow(0.025, 1 / 20.0),
	    1e-15, "at 0");
	near((stats_clopper_pearson(20, 20, 0.95, &b), b.lower), pow(0.025, 1 / 20.0),
	    1e-15, "at n");
	/* a year of one-second probes of eight targets */
	assert_int_equal(stats_clopper_pearson(252288, 252288000, 0.95, &b), 0);
	near(b.lower, 0.001 - 1.96 * sqrt(0.001 / 252288000), 1e-8, "a year, lower");
	near(b.upper, 0.001 + 1.96 * sqrt(0.001 / 252288000), 1e-8, "a year, upper");
}

static void
test_wilson(void **state)
{
	struct stats_bounds b;

	(void)state;
	/* its ends solve (p - x)^2 = z^2 x (1 - x) / n */
	for (int n = 1; n < 5000; n = n * 3 + 1) {
		for (int k = 1; k < n; k += 1 + n / 7) {
			assert_int_equal(stats_wilson(k, n, 0.95, &b), 0);
			double z = stats_normal(0.95), p = (double)k / n;
			near((p - b.lower) * (p - b.lower),
			    z * z * b.lower * (1 - b.lower) / n, 1e-12, "lower root");
			near((p - b.upper) * (p - b.upper),
			    z * z * b.upper * (1 - b.upper) / n, 1e-12, "upper root");
			assert_true(b.lower < p && p < b.upper);
		}
	}
	assert_int_equal(stats_wilson(0, 300, 0.95, &b), 0);
	assert_true(b.lower <= 0);
	near(b.upper, 3.8414588 / (300 + 3.8414588), 1e-8, "none of 300");
	assert_int_equal(stats_wilson(300, 300, 0.95, &b), 0);
	assert_true(b.upper >= 1);
}

static void
test_what_cannot_be_told(void **state)
{
	static const double BAD[][3] = {{0, 0, 0.95}, {1, -1, 0.95}, {-1, 5, 0.95},
	    {6, 5, 0.95}, {1, 5, 0}, {1, 5, 1}, {NAN, 5, 0.95}, {1, NAN, 0.95},
	    {1, 5, NAN}};
	struct stats_bounds b;
	double e;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		assert_int_equal(
		    stats_wilson(BAD[i][0], BAD[i][1], BAD[i][2], &b), -EDOM);
		assert_int_equal(
		    stats_clopper_pearson(BAD[i][0], BAD[i][1], BAD[i][2], &b), -EDOM);
	}
	assert_int_equal(stats_loss(0, 0, NULL, true, &b, &e), -EDOM);
	assert_int_equal(stats_loss(2, 1, NULL, true, &b, &e), -EDOM);
}

/* ---- effective size ---- */

/* Losses that stay: the next is as the last with chance r, else drawn anew. */
static void
bursty(struct stats_pairs *p, double loss, double r, int n, uint64_t *x, int *lost)
{
	bool now = chance_unit(x) < loss;

	*lost = 0;
	for (int i = 0; i < n; i++) {
		if (chance_unit(x) >= r)
			now = chance_unit(x) < loss;
		stats_pairs_add(p, now);
		*lost += now;
	}
}

static void
test_effective_size(void **state)
{
	struct stats_pairs p = {0}, q = {0};
	struct stats_bounds b, plain;
	double e;
	uint64_t x = SEED;
	int lost;

	(void)state;
	bursty(&p, 0.1, 0.6, 400000, &x, &lost);
	near(stats_autocorrelation(&p), 0.6, 0.01, "r1");
	near(stats_effective(1000, 0.6), 250, 1e-9, "n_eff");
	near(stats_effective(1000, -0.5), 1000, 0, "never more");
	near(stats_effective(1000, 1), 1, 0, "all the same");
	bursty(&q, 0.1, 0, 400000, &x, &lost);
	near(stats_autocorrelation(&q), 0, 0.01, "r1 of independent ones");
	/* alternating: -1; a gap makes no pair */
	memset(&p, 0, sizeof p);
	for (int i = 0; i < 10; i++)
		stats_pairs_add(&p, i % 2);
	near(stats_autocorrelation(&p), -1, 1e-12, "alternating");
	memset(&p, 0, sizeof p);
	stats_pairs_add(&p, true);
	stats_pairs_gap(&p);
	stats_pairs_add(&p, true);
	assert_int_equal(p.count[1][1], 0);
	stats_pairs_add(&p, true);
	assert_int_equal(p.count[1][1], 1);
	memset(&q, 0, sizeof q);
	stats_pairs_merge(&q, &p);
	assert_memory_equal(q.count, p.count, sizeof q.count);
	near(stats_autocorrelation(&p), 0, 0, "undefined");
	/* a claim from bursty losses is weaker than from independent ones */
	memset(&p, 0, sizeof p);
	bursty(&p, 0.02, 0.5, 20000, &x, &lost);
	assert_int_equal(stats_loss((uint64_t)lost, 20000, &p, true, &b, &e), 0);
	assert_true(e > 20000 / 4.0 && e < 20000 / 2.2);
	assert_int_equal(stats_loss((uint64_t)lost, 20000, NULL, true, &plain, &e), 0);
	near(e, 20000, 0, "independent");
	assert_true(b.lower < plain.lower && b.upper > plain.upper);
	near(b.point, plain.point, 1e-12, "the point stays");
	assert_int_equal(stats_loss((uint64_t)lost, 20000, NULL, false, &b, &e), 0);
	assert_true(b.lower > plain.lower && b.upper < plain.upper); /* Wilson */
	assert_int_equal(stats_loss(300, 300, NULL, true, &b, &e), 0);
	near(b.upper, 1, 0, "all lost");
}

/* With the effective size the interval holds what it says; without, it does not. */
static void
test_coverage_of_bursty_losses(void **state)
{
	uint64_t x = SEED;
	int held = 0, held_plain = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		struct stats_pairs p = {0};
		struct stats_bounds b;
		double e;
		int lost;
		bursty(&p, 0.05, 0.7, 4000, &x, &lost);
		stats_loss((uint64_t)lost, 4000, &p, false, &b, &e);
		held += b.lower <= 0.05 && 0.05 <= b.upper;
		stats_loss((uint64_t)lost, 4000, NULL, false, &b, &e);
		held_plain += b.lower <= 0.05 && 0.05 <= b.upper;
	}
	print_message(
	    "seed %d: 95 %% interval held in %d of 400 with n_eff, %d without\n", SEED,
	    held, held_plain);
	assert_in_range(held, 368, 396);
	assert_in_range(held_plain, 0, 320);
}

static void
test_needed(void **state)
{
	(void)state;
	assert_int_equal(stats_needed_free(0.01, 0.95), 299);
	assert_int_equal(stats_needed_free(0.005, 0.95), 598);
	assert_int_equal(stats_needed_free(0.001, 0.95), 2995);
	/* published with z = 1.96: 61 405 and 6 086 */
	assert_int_equal(stats_needed_free(1, 0.95), 0);
}

/* ---- quantiles ---- */

static void
test_quantiles_agree(void **state)
{
	static struct hist h;
	static int64_t v[5000];
	uint64_t x = SEED;

	(void)state;
	memset(&h, 0, sizeof h);
	for (size_t i = 0; i < 5000; i++)
		hist_add(&h, v[i] = (int64_t)(1e6 * exp(4 * chance_unit(&x))));
	for (int i = 0; i < 250; i++)
		hist_add_lost(&h);
	stats_sort(v, 5000);
	for (double q = 0; q <= 1; q += 0.013) {
		int64_t a = stats_quantile(v, 5000, 250, q), b = hist_quantile(&h, q);
		assert_int_equal(a < 0, b < 0);
		near((double)a, (double)b, 0.008 * (double)a + 16, "quantile");
	}
	struct stats_delay d;
	stats_delay(&h, &d);
	assert_int_equal(d.answered, 5000);
	assert_int_equal(d.lost, 250);
	assert_int_equal(d.p99_ns, -1); /* 4.8 % lost */
	assert_int_equal(d.pdv_p99_ns, -1);
	assert_true(d.p50_ns > 0 && d.p95_ns > d.p50_ns);
	h.lost = 0;
	stats_delay(&h, &d);
	near((double)d.pdv_p99_ns, (double)(stats_quantile(v, 5000, 0, 0.99) - v[0]),
	    0.01 * (double)d.p99_ns, "PDV");
	assert_int_equal(stats_quantile(v, 0, 0, 0.5), -1);
	assert_int_equal(stats_quantile(v, 100, 0, 0.07), v[6]);
	assert_int_equal(stats_quantile(v, 3, 2, 0.6), v[2]);
	assert_int_equal(stats_quantile(v, 3, 2, 0.61), -1);
}

static void
test_selection_is_the_sorted_one(void **state)
{
	static int64_t v[700], sorted[700];
	uint64_t x = SEED;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = 1 + chance_next(&x) % (round % 2 ? 7 : 700);
		uint64_t few = 1 + chance_next(&x) % 2000,
		         lost = chance_next(&x) % 3 * n / 4;
		double q = round % 5 == 0 ? 0.5 : chance_unit(&x);
		for (size_t i = 0; i < n; i++) {
			sorted[i] = v[i] = (int64_t)(chance_next(&x) % few);
			if (round % 11 == 0)
				sorted[i] = v[i] = (int64_t)(i < n / 2 ? i : n - i);
		}
		stats_sort(sorted, n);
		assert_int_equal(
		    stats_select(v, n, lost, q), stats_quantile(sorted, n, lost, q));
		stats_sort(v, n);
		assert_memory_equal(v, sorted, n * sizeof v[0]);
	}
	assert_int_equal(stats_select(v, 0, 0, 0.5), -1);
	assert_int_equal(stats_select(v, 0, 3, 0.5), -1);
}

/* ---- latency under load ---- */

static void
test_buffer_delay(void **state)
{
	(void)state;
	near(stats_buffer_delay(32 * NS_PER_MS, 25 * NS_PER_MS), 28, 1e-12,
	    "buffer delay");
	near(stats_buffer_delay(20 * NS_PER_MS, 25 * NS_PER_MS), 0, 0, "nothing queued");
	near(stats_buffer_delay(20, 0), -1, 0, "no baseline");
}

static void
test_grades(void **state)
{
	static const struct {
		double ms;
		const char *grade;
	} ROWS[] = {{-3, "A+"}, {4.999, "A+"}, {5, "A"}, {29.999, "A"}, {30, "B"},
	    {59.999, "B"}, {60, "C"}, {199.999, "C"}, {200, "D"}, {399.999, "D"},
	    {400, "F"}, {5000, "F"}};

	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
		assert_string_equal(
		    stats_bloat((int64_t)(ROWS[i].ms * 1e6)), ROWS[i].grade);
}

/* ---- bootstrap ---- */

static void
test_bootstrap(void **state)
{
	struct stats_block a[200], b[200];
	struct stats_bounds one, two, other, apart;
	uint64_t x = SEED;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		/* both links suffer in the same hours; b loses a little more */
		double bad = chance_unit(&x) < 0.1 ? 100 * chance_unit(&x) : 0;
		a[i] = (struct stats_block){bad + 10 * chance_unit(&x), 3600};
		b[i] = (struct stats_block){bad + 10 * chance_unit(&x) + 5, 3600};
	}
	assert_int_equal(stats_bootstrap(a, 200, 2000, 1, 0.95, &one), 0);
	assert_int_equal(stats_bootstrap(a, 200, 2000, 1, 0.95, &two), 0);
	assert_memory_equal(&one, &two, sizeof one);
	assert_int_equal(stats_bootstrap(a, 200, 2000, 2, 0.95, &other), 0);
	assert_memory_not_equal(&one, &other, sizeof one);
	assert_true(one.lower < one.point && one.point < one.upper);
	/* the standard error of a mean of 200 blocks, by the textbook */
	double mean = 0, square = 0;
	for (size_t i = 0; i < 200; i++) {
		mean += a[i].hits / 3600 / 200;
		square += a[i].hits / 3600 * a[i].hits / 3600 / 200;
	}
	double error = sqrt((square - mean * mean) / 200);
	near((one.upper - one.lower) / (2 * 1.96 * error), 1, 0.08, "width");
	near(one.point, mean, 1e-12, "point");
	/* paired, what both share falls out of the difference */
	assert_int_equal(stats_bootstrap_difference(b, a, 200, 2000, 1, 0.95, &apart), 0);
	near(apart.point, 5 / 3600.0, 4e-4, "difference");
	assert_true(apart.lower > 0);
	assert_true(apart.upper - apart.lower < (one.upper - one.lower) / 2);
	struct stats_block empty[3] = {{0, 0}, {0, 0}, {0, 0}};
	assert_int_equal(stats_bootstrap(a, 1, 2000, 1, 0.95, &one), -EDOM);
	assert_int_equal(stats_bootstrap(a, 200, 99, 1, 0.95, &one), -EDOM);
	assert_int_equal(stats_bootstrap(a, 200, 2000, 1, 1, &one), -EDOM);
	assert_int_equal(stats_bootstrap(empty, 3, 2000, 1, 0.95, &one), -EDOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_beta_against_sums),
	    cmocka_unit_test(test_published_intervals),
	    cmocka_unit_test(test_clopper_pearson_by_definition),
	    cmocka_unit_test(test_wilson),
	    cmocka_unit_test(test_what_cannot_be_told),
	    cmocka_unit_test(test_effective_size),
	    cmocka_unit_test(test_coverage_of_bursty_losses),
	    cmocka_unit_test(test_needed),
	    cmocka_unit_test(test_quantiles_agree),
	    cmocka_unit_test(test_selection_is_the_sorted_one),
	    cmocka_unit_test(test_buffer_delay),
	    cmocka_unit_test(test_grades),
	    cmocka_unit_test(test_bootstrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
