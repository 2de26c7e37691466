/* Tails of round trips whose distribution is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000

static struct hist h;
static struct tail t;

static void
put(unsigned n, int64_t ns)
{
	for (unsigned i = 0; i < n; i++)
		hist_add(&h, ns);
}

static int64_t
at(double above)
{
	for (size_t i = 0; i < t.n; i++)
		if (fabs(t.points[i].above / above - 1) < 1e-9)
			return t.points[i].ns;
	fail_msg("no point at %g", above);
	return 0;
}

static void
is_about(int64_t ns, int64_t wanted)
{
	if (llabs(ns - wanted) > wanted / 100)
		fail_msg("%lld ns is not about %lld", (long long)ns, (long long)wanted);
}

/* 900 of 10 ms, 90 of 30, 10 of 100: each tenth and hundredth where it begins. */
static void
test_steps(void **state)
{
	(void)state;
	memset(&h, 0, sizeof h);
	put(900, 10 * MS);
	put(90, 30 * MS);
	put(10, 100 * MS);
	tail_of(&t, &h);
	is_about(at(1), 10 * MS);
	is_about(at(0.1), 10 * MS);
	is_about(at(0.01), 30 * MS);
	is_about(at(0.001), 100 * MS);
	/* a thousand probes say nothing of one in more */
	assert_int_equal(t.n, 3 * TAIL_DECADE + 1);
	assert_true(t.lost_share == 0);
	is_about(t.p99_ns, 30 * MS);
	assert_false(tail_is_long(&t));
	for (size_t i = 1; i < t.n; i++)
		assert_true(t.points[i].ns >= t.points[i - 1].ns);
}

/* A tenth is lost: the tail ends there, and its 99th percentile with it. */
static void
test_lost(void **state)
{
	(void)state;
	memset(&h, 0, sizeof h);
	put(800, 10 * MS);
	put(100, 60 * MS);
	for (unsigned i = 0; i < 100; i++)
		hist_add_lost(&h);
	tail_of(&t, &h);
	assert_int_equal(t.answered, 900);
	assert_int_equal(t.lost, 100);
	assert_true(t.lost_share == 0.1);
	is_about(at(0.1), 60 * MS);
	assert_int_equal(t.n, TAIL_DECADE + 1);
	assert_int_equal(t.p99_ns, -1);
	assert_true(tail_is_long(&t));
}

static void
test_nothing(void **state)
{
	(void)state;
	memset(&h, 0, sizeof h);
	tail_of(&t, &h);
	assert_int_equal(t.n, 0);
	assert_false(tail_is_long(&t));
	for (unsigned i = 0; i < 7; i++)
		hist_add_lost(&h);
	tail_of(&t, &h);
	assert_int_equal(t.n, 0);
	assert_true(t.lost_share == 1);
	assert_false(tail_is_long(&t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
