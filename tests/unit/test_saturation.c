#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/saturation.h"

#include <stdlib.h>
#include <string.h>

#define START (20644 * 86400 * NS_PER_S)
#define DOWN  100000000 /* bit/s */
#define UP    20000000

static struct saturation s;
static struct counters c;
static uint64_t full_s;

static int
begin(void **state)
{
	(void)state;
	saturation_init(&s, DOWN, UP);
	c = (struct counters){.ifindex = 2, .carrier = true};
	c.at.ns = 1000 * NS_PER_S;
	c.time.ns = START;
	full_s = 0;
	struct span busy;
	saturation_counters(&s, &c, &busy);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	saturation_free(&s);
	return 0;
}

/* So many seconds, one reading each, at these shares of the capacities. */
static void
run(int seconds, double down, double up)
{
	struct span busy;

	for (int i = 0; i < seconds; i++) {
		c.at.ns += NS_PER_S;
		c.time.ns += NS_PER_S;
		c.rx_bytes += (uint64_t)(DOWN / 8 * down);
		c.tx_bytes += (uint64_t)(UP / 8 * up);
		if (saturation_counters(&s, &c, &busy)) {
			full_s++;
			assert_int_equal(busy.end_ns, c.time.ns);
			assert_int_equal(busy.start_ns, c.time.ns - NS_PER_S);
		}
	}
}

static void
expect(size_t n, int64_t from_s, int64_t to_s, bool open)
{
	struct saturation_span *v;
	size_t m = saturation_finish(&s, START, INT64_MAX, c.time.ns, &v);

	assert_int_equal(m, n);
	if (n > 0) {
		assert_int_equal((v[0].start_ns - START) / NS_PER_S, from_s);
		assert_int_equal((v[0].end_ns - START) / NS_PER_S, to_s);
		assert_int_equal(v[0].open, open);
	}
	free(v);
}

static void
test_a_span(void **state)
{
	struct saturation_span *v;

	(void)state;
	run(100, 0.3, 0.1);
	run(90, 0.95, 0.1);
	expect(1, 100, 190, true);
	run(5, 0.1, 0.1);
	run(30, 0.1, 0.9);
	run(20, 0.79, 0.79);
	expect(1, 100, 225, false);
	assert_int_equal(full_s, 120);
	run(300, 0.1, 0.1);
	size_t n = saturation_finish(&s, START, INT64_MAX, c.time.ns, &v);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].busy_ns, 120 * NS_PER_S);
	assert_int_equal(v[0].counted_ns, 125 * NS_PER_S);
	assert_true(v[0].peak > 0.949 && v[0].peak < 0.951);
	free(v);
	n = saturation_finish(
	    &s, START + 225 * NS_PER_S, START + 300 * NS_PER_S, c.time.ns, &v);
	assert_int_equal(n, 0);
	free(v);
}

static void
test_a_pause_ends_it(void **state)
{
	(void)state;
	run(65, 0.95, 0);
	run(12, 0.1, 0);
	run(65, 0.95, 0);
	expect(2, 0, 65, false);
}

static void
test_what_is_none(void **state)
{
	(void)state;
	run(59, 0.95, 0); /* too short */
	run(20, 0.5, 0);
	run(300, 0.8, 0.8); /* not above */
	expect(0, 0, 0, false);
	for (int i = 0; i < 60; i++) { /* half of the time */
		run(1, 0.95, 0);
		run(1, 0.2, 0);
	}
	run(20, 0.5, 0);
	expect(0, 0, 0, false);
}

static void
test_what_cannot_be_told(void **state)
{
	struct span busy;

	(void)state;
	saturation_init(&s, 0, 0);
	run(300, 5, 5);
	assert_int_equal(full_s, 0);
	saturation_init(&s, 0, UP); /* one direction is known */
	run(100, 5, 0.1);
	assert_int_equal(full_s, 0);
	run(100, 5, 0.9);
	assert_int_equal(full_s, 99 + 1);
	/* a hole, a counter that began anew, another interface: nothing of that time */
	c.at.ns += 6 * NS_PER_S;
	c.time.ns += 6 * NS_PER_S;
	c.tx_bytes += 6000000000;
	assert_false(saturation_counters(&s, &c, &busy));
	c.at.ns += NS_PER_S;
	c.time.ns += NS_PER_S;
	c.tx_bytes = 0;
	assert_false(saturation_counters(&s, &c, &busy));
	c.at.ns += NS_PER_S;
	c.time.ns += NS_PER_S;
	c.tx_bytes += 6000000000;
	c.ifindex = 3;
	assert_false(saturation_counters(&s, &c, &busy));
	c.at.ns += NS_PER_S;
	c.time.ns += NS_PER_S;
	c.tx_bytes += 6000000000;
	c.ifindex = 0;
	assert_false(saturation_counters(&s, &c, &busy));
	assert_false(saturation_counters(&s, &c, &busy)); /* no time passed */
}

static void
test_holes_end_it(void **state)
{
	(void)state;
	run(100, 0.95, 0);
	c.at.ns += 60 * NS_PER_S;
	c.time.ns += 60 * NS_PER_S;
	run(100, 0.95, 0);
	expect(2, 0, 100, false);
	/* the clock is set back */
	c.time.ns -= 1000 * NS_PER_S;
	run(100, 0.95, 0);
	run(20, 0, 0);
	expect(2, 0, 100, false); /* the third lies before the period */
}

static void
test_own_tests_are_not_the_customer(void **state)
{
	(void)state;
	run(100, 0.1, 0);
	run(100, 0.95, 0);
	run(100, 0.1, 0);
	expect(1, 100, 200, false);
	saturation_test(&s, START + 100 * NS_PER_S, START + 140 * NS_PER_S);
	expect(1, 100, 200, false); /* not the greater part */
	saturation_test(&s, START + 145 * NS_PER_S, START + 160 * NS_PER_S);
	expect(0, 0, 0, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_span, begin, end),
	    cmocka_unit_test_setup_teardown(test_a_pause_ends_it, begin, end),
	    cmocka_unit_test_setup_teardown(test_what_is_none, begin, end),
	    cmocka_unit_test_setup_teardown(test_what_cannot_be_told, begin, end),
	    cmocka_unit_test_setup_teardown(test_holes_end_it, begin, end),
	    cmocka_unit_test_setup_teardown(
	        test_own_tests_are_not_the_customer, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
