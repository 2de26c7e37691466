#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/changepoint.h"

#include "base/clock.h"
#include "tests/unit/chance.h"
#include "tests/unit/traces.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED 20260714
#define ROOM 20000
#define STEP (240 * NS_PER_S)

/* ---- PELT ---- */

/* All segmentations compared, the plain way, in the square of n. */
static double
cheapest(const double *ms, size_t n, size_t least, size_t *cuts, size_t *n_cuts)
{
	static double best[400];
	static size_t last[400];
	double penalty = 3 * log((double)n);

	best[0] = -penalty;
	for (size_t t = 1; t <= n; t++) {
		best[t] = INFINITY;
		for (size_t s = 0; s + least <= t; s++) {
			double sum = 0, m = (double)(t - s);
			for (size_t i = s; i < t; i++)
				sum += ms[i];
			double cost = sum > 0 ? 2 * sum * (log(m) - log(sum)) : 0;
			cost += log(m) + penalty + best[s];
			if (cost < best[t]) {
				best[t] = cost;
				last[t] = s;
			}
		}
	}
	size_t back[400], m = 0;
	for (size_t t = last[n]; t != 0; t = last[t])
		back[m++] = t;
	for (size_t i = 0; i < m; i++)
		cuts[i] = back[m - 1 - i];
	*n_cuts = m;
	return best[n];
}

static void
test_pelt_is_exact(void **state)
{
	static double ms[400];
	static size_t cuts[400], want[400];
	uint64_t x = SEED;
	size_t n_want, most = 0;

	(void)state;
	for (int round = 0; round < 150; round++) {
		size_t n = 1 + chance_next(&x) % 120, least = 1 + chance_next(&x) % 4;
		double level = 5;
		for (size_t i = 0; i < n; i++) {
			if (chance_unit(&x) < 0.06)
				level = 60 * chance_unit(&x) * chance_unit(&x);
			ms[i] = chance_unit(&x) < 0.03
			            ? 0
			            : level * (0.7 + 0.6 * chance_unit(&x));
		}
		size_t m = changepoint_pelt(ms, n, least, cuts);
		if (n < 2 * least) {
			assert_int_equal(m, 0);
			continue;
		}
		cheapest(ms, n, least, want, &n_want);
		assert_int_equal(m, n_want);
		for (size_t i = 0; i < m; i++)
			assert_int_equal(cuts[i], want[i]);
		most = m > most ? m : most;
	}
	assert_true(most >= 4);
}

static void
test_pelt_finds_a_step(void **state)
{
	static double ms[600];
	static size_t cuts[600];
	uint64_t x = SEED;

	(void)state;
	for (size_t i = 0; i < 600; i++)
		ms[i] = (i >= 200 && i < 320 ? 25 : 3) + 2 * chance_unit(&x);
	assert_int_equal(changepoint_pelt(ms, 600, 3, cuts), 2);
	assert_int_equal(cuts[0], 200);
	assert_int_equal(cuts[1], 320);
	for (size_t i = 0; i < 600; i++)
		ms[i] = 0;
	assert_int_equal(changepoint_pelt(ms, 600, 3, cuts), 0);
	assert_int_equal(changepoint_pelt(ms, 0, 3, cuts), 0);
}

/* ---- CUSUM ---- */

static void
test_cusum_finds_a_step(void **state)
{
	static double v[600];
	static size_t cuts[600];
	uint64_t x = SEED;

	(void)state;
	for (size_t i = 0; i < 600; i++)
		v[i] = (i >= 200 && i < 400 ? 30 : 20) + chance_unit(&x);
	assert_int_equal(changepoint_cusum(v, 600, 1.5, 20, cuts), 2);
	assert_in_range(cuts[0], 199, 201);
	assert_in_range(cuts[1], 399, 401);
	for (size_t i = 0; i < 600; i++)
		v[i] = 20;
	assert_int_equal(changepoint_cusum(v, 600, 1.5, 20, cuts), 0);
	/* one spike, however tall, is no change */
	v[300] = 1e6;
	assert_int_equal(changepoint_cusum(v, 600, 1.5, 20, cuts), 0);
	assert_int_equal(changepoint_cusum(v, 20, 1.5, 20, cuts), 0);
}

/* ---- levels ---- */

static int64_t rtt[ROOM], at[ROOM];
static struct changepoint_level levels[ROOM];

static size_t
levels_of(size_t n, int64_t step_ns)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (int64_t)i * step_ns;
	return changepoint_levels(rtt, at, n, step_ns, &changepoint_practical, levels);
}

/* A step of so many ms, for so many minutes, on 20 ms. */
static size_t
bump(double base, double step, size_t minutes)
{
	uint64_t x = SEED;

	for (size_t i = 0; i < 600; i++)
		rtt[i] = (int64_t)(1e6 * (base + chance_unit(&x) +
		                             (i >= 300 && i < 300 + minutes ? step : 0)));
	return levels_of(600, 60 * NS_PER_S);
}

static void
test_size_and_duration_decide(void **state)
{
	(void)state;
	assert_int_equal(bump(20, 6, 60), 3);
	assert_int_equal(levels[1].from, 300);
	assert_int_equal(levels[1].to, 360);
	assert_int_equal(levels[2].to, 600);
	assert_in_range(levels[0].median_ns, 20400000, 20600000);
	assert_in_range(levels[1].median_ns, 26300000, 26700000);
	assert_int_equal(bump(20, 4.8, 60), 1); /* less than 5 ms */
	assert_int_equal(bump(20, 5.2, 60), 3);
	assert_int_equal(bump(100, 15, 60), 1); /* less than 20 % */
	assert_int_equal(bump(100, 22, 60), 3);
	assert_int_equal(bump(20, 30, 15), 3);
	assert_int_equal(bump(20, 30, 14), 1); /* too short */
	assert_int_equal(levels_of(0, STEP), 0);
	rtt[0] = 5;
	assert_int_equal(levels_of(1, STEP), 1);
}

static void
test_what_flaps_is_one_level(void **state)
{
	uint64_t x = SEED;

	(void)state;
	/* for an hour, three values in ten are as before: too mixed to be a level */
	for (size_t i = 0; i < 600; i++) {
		bool up = i >= 300 && i < 360 && chance_unit(&x) < 0.7;
		rtt[i] = (int64_t)(1e6 * (20 + chance_unit(&x) + (up ? 15 : 0)));
	}
	assert_int_equal(levels_of(600, 60 * NS_PER_S), 1);
	/* one in ten does not matter */
	for (size_t i = 0; i < 600; i++) {
		bool up = i >= 300 && i < 360 && i % 10 != 5;
		rtt[i] = (int64_t)(1e6 * (20 + chance_unit(&x) + (up ? 15 : 0)));
	}
	assert_int_equal(levels_of(600, 60 * NS_PER_S), 3);
}

/* Twelve values spread over hours with holes are twelve minutes, not hours. */
static void
test_holes_do_not_last(void **state)
{
	uint64_t x = SEED;

	(void)state;
	for (size_t i = 0; i < 312; i++) {
		bool up = i >= 150 && i < 162;
		rtt[i] = (int64_t)(1e6 * (20 + chance_unit(&x) + (up ? 15 : 0)));
		at[i] = (int64_t)i * 60 * NS_PER_S + (up            ? (int64_t)(i - 149)
		                                         : i >= 162 ? 13
		                                                    : 0) *
		                                         3600 * NS_PER_S;
	}
	assert_int_equal(changepoint_levels(
	                     rtt, at, 312, 60 * NS_PER_S, &changepoint_practical, levels),
	    1);
}

/* ---- labelled traces ---- */

struct score {
	long labels, found, within_2, within_15;
};

static double ms[ROOM];
static size_t cuts[ROOM], line_of[ROOM];
static long labels[ROOM], found[ROOM];

/* A trace: answered values into rtt, their lines into line_of, labelled lines into
 * labels.
 */
static size_t
read_trace(const char *path, long *n_labels)
{
	char text[128];
	FILE *f = fopen(path, "r");
	size_t n = 0;
	long line = 0;

	*n_labels = 0;
	if (f == NULL)
		return 0;
	while (fgets(text, sizeof text, f) != NULL && n < ROOM) {
		char *value = strchr(text, ';');
		char *label = value != NULL ? strchr(value + 1, ';') : NULL;
		if (label == NULL || text[0] == 'e')
			continue;
		double v = strtod(value + 1, NULL);
		if (strtol(label + 1, NULL, 10) == 1)
			labels[(*n_labels)++] = line;
		if (v > 0) {
			rtt[n] = (int64_t)(v * 1e6);
			line_of[n] = (size_t)line;
			at[n++] = (int64_t)line * STEP;
		}
		line++;
	}
	fclose(f);
	return n;
}

static void
add_score(struct score *s, long n_labels, size_t n_found)
{
	for (size_t i = 0; i < n_found; i++)
		found[i] = (long)line_of[cuts[i]];
	s->labels += n_labels;
	s->found += (long)n_found;
	s->within_2 += traces_matched(labels, n_labels, found, (long)n_found, 2);
	s->within_15 += traces_matched(labels, n_labels, found, (long)n_found, 15);
}

static double
ratio(long a, long b)
{
	return b > 0 ? (double)a / (double)b : 0;
}

static void
print_score(const char *what, const struct score *s, const char *published)
{
	print_message(
	    "%-34s %5ld found  precision %.3f recall %.3f (±15: %.3f %.3f)%s%s\n", what,
	    s->found, ratio(s->within_2, s->found), ratio(s->within_2, s->labels),
	    ratio(s->within_15, s->found), ratio(s->within_15, s->labels),
	    published[0] != '\0' ? "; all 50: " : "", published);
}

static size_t
reported_cuts(size_t n)
{
	size_t m = changepoint_levels(rtt, at, n, STEP, &changepoint_practical, levels);

	for (size_t i = 1; i < m; i++)
		cuts[i - 1] = levels[i].from;
	return m > 0 ? m - 1 : 0;
}

static glob_t traces;

static void
test_labelled_traces(void **state)
{
	static const double SUMS[][2] = {{0.5, 8}, {1, 10}, {1.5, 20}};
	struct score pelt = {0}, sums[3] = {{0}}, reported = {0};
	long n_labels;

	(void)state;
	for (size_t f = 0; f < traces.gl_pathc; f++) {
		size_t n = read_trace(traces.gl_pathv[f], &n_labels);
		double base = INFINITY;
		for (size_t i = 0; i < n; i++)
			base = fmin(base, (double)rtt[i] / 1e6);
		for (size_t i = 0; i < n; i++)
			ms[i] = (double)rtt[i] / 1e6 - base;
		struct score before = pelt;
		add_score(&pelt, n_labels, changepoint_pelt(ms, n, 3, cuts));
		if (strstr(traces.gl_pathv[f], "/11119.csv") != NULL) {
			assert_int_equal(pelt.within_2 - before.within_2, 18);
			assert_int_equal(pelt.found - before.found, 18 + 13);
			assert_int_equal(n_labels, 18 + 15);
		}
		for (size_t i = 0; i < 3; i++)
			add_score(&sums[i], n_labels,
			    changepoint_cusum(ms, n, SUMS[i][0], SUMS[i][1], cuts));
		add_score(&reported, n_labels, reported_cuts(n));
	}
	print_message(
	    "%zu traces, %ld labels, within ±2 samples:\n", traces.gl_pathc, pelt.labels);
	print_score("PELT, Poisson on RTT - min, MBIC", &pelt, "0.349 0.744");
	print_score("CUSUM 0.5, 8", &sums[0], "0.156 0.477");
	print_score("CUSUM 1, 10", &sums[1], "0.351 0.487");
	print_score("CUSUM 1.5, 20", &sums[2], "0.533 0.430");
	print_score("reported: practical size, 15 min", &reported, "");
	assert_true(pelt.labels > 300);
	assert_true(ratio(pelt.within_2, pelt.found) > 0.349);
	assert_true(fabs(ratio(pelt.within_2, pelt.labels) - 0.744) < 0.08);
	assert_true(fabs(ratio(sums[0].within_2, sums[0].labels) - 0.477) < 0.1);
	assert_true(fabs(ratio(sums[1].within_2, sums[1].labels) - 0.487) < 0.1);
	assert_true(fabs(ratio(sums[2].within_2, sums[2].labels) - 0.430) < 0.1);
	assert_true(fabs(ratio(sums[0].within_2, sums[0].found) - 0.156) < 0.1);
	assert_true(fabs(ratio(sums[1].within_2, sums[1].found) - 0.351) < 0.1);
	assert_true(fabs(ratio(sums[2].within_2, sums[2].found) - 0.533) < 0.1);
	assert_true(reported.found >= 30);
	assert_true(ratio(reported.within_2, reported.found) > 0.6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pelt_is_exact),
	    cmocka_unit_test(test_pelt_finds_a_step),
	    cmocka_unit_test(test_cusum_finds_a_step),
	    cmocka_unit_test(test_size_and_duration_decide),
	    cmocka_unit_test(test_what_flaps_is_one_level),
	    cmocka_unit_test(test_holes_do_not_last),
	};
	const struct CMUnitTest on_traces[] = {cmocka_unit_test(test_labelled_traces)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed != 0)
		return 1;
	if (traces_find(&traces) != 0) {
		print_message(
		    "skipped: there is no ../shared/data/" TRACES " beside this clone\n");
		return 77;
	}
	failed = cmocka_run_group_tests(on_traces, NULL, NULL);
	globfree(&traces);
	return failed != 0;
}
