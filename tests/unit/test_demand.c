/* What was used of a link, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/demand.h"

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define MONDAY (4 * 24 * HOUR) /* 1970-01-05 */

struct meter {
	struct demand *d;
	struct counters c;
};

/* Seconds of so many bit/s each way. */
static void
use(struct meter *m, int64_t seconds, uint64_t down_bps, uint64_t up_bps)
{
	for (int64_t i = 0; i < seconds; i++) {
		m->c.time.ns += NS_PER_S;
		m->c.rx_bytes += down_bps / 8;
		m->c.tx_bytes += up_bps / 8;
		demand_counters(m->d, &m->c);
	}
}

static struct meter
meter_at(int64_t ns)
{
	struct meter m = {demand_new(), {.time = {ns}, .ifindex = 3}};

	demand_counters(m.d, &m.c);
	return m;
}

/* 90 minutes of 8 Mbit/s, 9 of 40, one of 80: readings begin a second late. */
static void
test_quantiles(void **state)
{
	struct meter m = meter_at(MONDAY - NS_PER_S);
	struct demand_use u;

	(void)state;
	use(&m, 90 * 60, 8000000, 800000);
	use(&m, 9 * 60, 40000000, 800000);
	use(&m, 60, 80000000, 800000);
	demand_use(m.d, DEMAND_DOWN, &u);
	assert_int_equal(u.minutes, 100);
	assert_true(u.p50_bps == 8e6 && u.p95_bps == 40e6 && u.p99_bps == 40e6);
	assert_true(u.most_bps == 80e6);
	assert_true(u.mean_bps > 11.6e6 - 1 && u.mean_bps < 11.6e6 + 1);
	assert_true(demand_above(m.d, DEMAND_DOWN, 8e6) == 0.1);
	assert_true(demand_above(m.d, DEMAND_DOWN, 79e6) == 0.01);
	assert_true(demand_above(m.d, DEMAND_DOWN, 80e6) == 0);
	demand_use(m.d, DEMAND_UP, &u);
	assert_true(u.p50_bps == 8e5 && u.most_bps == 8e5);
	demand_free(m.d);
}

/* A gap, another interface and a counter that begins again are not use. */
static void
test_breaks(void **state)
{
	struct meter m = meter_at(MONDAY - NS_PER_S);
	struct demand_use u;

	(void)state;
	use(&m, 120, 1000000, 0);
	m.c.time.ns += 6 * NS_PER_S;
	m.c.rx_bytes += 1000000000;
	demand_counters(m.d, &m.c);
	m.c.ifindex = 4;
	m.c.time.ns += NS_PER_S;
	m.c.rx_bytes += 1000000000;
	demand_counters(m.d, &m.c);
	m.c.rx_bytes = m.c.tx_bytes = 5;
	m.c.time.ns += NS_PER_S;
	demand_counters(m.d, &m.c);
	/* of this minute less than half is counted */
	use(&m, 20, 99000000, 0);
	demand_use(m.d, DEMAND_DOWN, &u);
	assert_int_equal(u.minutes, 2);
	assert_true(u.most_bps == 1e6);
	assert_true(demand_above(m.d, DEMAND_UP, 0) == 0);
	demand_free(m.d);
}

/* Berlin is an hour ahead in winter: Monday 00:00 UTC is its 01:00. */
static void
test_week(void **state)
{
	static struct demand_hour week[DEMAND_DAYS][DEMAND_HOURS];
	struct meter m = meter_at(MONDAY - NS_PER_S);

	(void)state;
	use(&m, 3600, 3000000, 1000000);
	demand_week(m.d, "Europe/Berlin", week);
	assert_int_equal(week[0][1].minutes, 60);
	assert_true(week[0][1].mean_bps == 4e6);
	assert_int_equal(week[0][0].minutes, 0);
	demand_free(m.d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quantiles),
	    cmocka_unit_test(test_breaks),
	    cmocka_unit_test(test_week),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
