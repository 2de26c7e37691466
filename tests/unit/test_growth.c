/* Demand that grows by so much, and whether that is found. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/growth.h"
#include "tests/unit/chance.h"

#include <math.h>

#define MINUTE (60 * NS_PER_S)
#define DAY    (1440 * MINUTE)
#define BEGIN  (1767571200 * NS_PER_S) /* Monday 2026-01-05, midnight in London */

static uint64_t seed = 88172645463325252u;

/* Days of one reading a 5 s, office hours in them, that grow by a share of the first
 * level each month; every week a little off, as chance has it. */
static void
fill(struct demand *d, int from_day, int to_day, double per_month, double off)
{
	struct counters c = {
	    .time = {BEGIN + from_day * DAY - 5 * NS_PER_S}, .ifindex = 3};
	double week = 1;

	demand_counters(d, &c);
	for (int day = from_day; day < to_day; day++) {
		if (day % 7 == 0)
			week = 1 +
			       off * ((double)(chance_xorshift(&seed) % 2001) / 1000 - 1);
		for (int i = 0; i < 17280; i++) {
			double level = i / 720 >= 9 && i / 720 < 17 ? 20e6 : 1e6;
			level *= (1 + per_month * day / 30.44) * week;
			c.time.ns += 5 * NS_PER_S;
			c.rx_bytes += (uint64_t)(level * 5 / 8);
			c.tx_bytes += 62500; /* 100 kbit/s, as ever */
			demand_counters(d, &c);
		}
	}
}

static void
test_grows(void **state)
{
	struct demand *d = demand_new();
	struct growth g;

	(void)state;
	fill(d, 0, 84, 0.04, 0.02);
	growth_of(&g, d, "Europe/London");
	assert_int_equal(g.weeks, 12);
	const struct growth_trend *t = &g.trends[DEMAND_DOWN];
	assert_true(t->has);
	/* 4 % of the first level is a little less of the median week's */
	assert_true(fabs(t->per_month - 0.038) < 0.01);
	assert_true(t->lower > 0 && t->lower < t->per_month && t->upper > t->per_month);
	t = &g.trends[DEMAND_UP];
	assert_true(t->has && t->per_month == 0 && t->lower == 0 && t->upper == 0);
	/* January without its first days, February, a March cut short */
	assert_int_equal(g.n_months, 3);
	assert_int_equal(g.months[0].use[DEMAND_DOWN].minutes, 27 * 1440);
	assert_int_equal(g.months[1].use[DEMAND_DOWN].minutes, 28 * 1440);
	assert_true(g.has_worst[DEMAND_DOWN]);
	assert_int_equal(g.worst[DEMAND_DOWN], 2);
	assert_int_equal(g.worst[DEMAND_UP], 0);
	growth_done(&g);
	demand_free(d);
}

/* What is chance alone is not called growth; what stands still has 0 in its interval. */
static void
test_stands(void **state)
{
	struct demand *d = demand_new();
	struct growth g;

	(void)state;
	fill(d, 0, 84, 0, 0.05);
	growth_of(&g, d, "Europe/London");
	const struct growth_trend *t = &g.trends[DEMAND_DOWN];
	assert_true(t->has && t->lower < 0 && t->upper > 0);
	growth_done(&g);
	demand_free(d);
}

/* Of eight weeks nothing is said, nor of months of a few days. */
static void
test_little(void **state)
{
	struct demand *d = demand_new();
	struct growth g;

	(void)state;
	growth_of(&g, d, "Europe/London");
	assert_int_equal(g.n_months, 0);
	assert_int_equal(g.weeks, 0);
	growth_done(&g);
	fill(d, 21, 26, 0, 0); /* five days of a week */
	fill(d, 28, 28 + 7 * 7, 0, 0);
	growth_of(&g, d, "Europe/London");
	assert_int_equal(g.weeks, 8);
	assert_false(g.trends[DEMAND_DOWN].has || g.trends[DEMAND_UP].has);
	growth_done(&g);
	demand_free(d);
	d = demand_new();
	fill(d, 21, 30, 0, 0);
	growth_of(&g, d, "Europe/London");
	assert_int_equal(g.weeks, 1);
	assert_false(g.trends[DEMAND_DOWN].has);
	assert_int_equal(g.n_months, 2);
	assert_false(g.has_worst[DEMAND_DOWN]); /* six days, and three */
	growth_done(&g);
	demand_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grows),
	    cmocka_unit_test(test_stands),
	    cmocka_unit_test(test_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
