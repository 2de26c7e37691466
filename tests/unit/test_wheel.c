/*
 * The timer wheel beside a plain search of all entries: the same entries in the same
 * order, over jumps of nanoseconds and of weeks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/wheel.h"
#include "tests/unit/chance.h"

#include <string.h>

#define N 300

static uint64_t state_of_random = 88172645463325252ull;

static uint64_t
any(void)
{
	return chance_xorshift(&state_of_random);
}

/* From nothing to some weeks, each magnitude as often. */
static int64_t
some_time(void)
{
	return (int64_t)(any() >> (64 - (any() % 51 + 1)));
}

static int64_t
earliest(const struct wheel *w)
{
	int64_t at = INT64_MAX;

	for (uint32_t i = 0; i < N; i++)
		if (wheel_at(w, i).ns < at)
			at = wheel_at(w, i).ns;
	return at;
}

static void
the_first_is_the_first_whatever_the_distances(void **state)
{
	struct wheel w;
	int64_t now = 90000 * NS_PER_S;
	unsigned long taken = 0;

	(void)state;
	memset(&w, 0, sizeof w);
	wheel_grow(&w, N);
	for (int round = 0; round < 60000; round++) {
		uint32_t number = (uint32_t)(any() % N), first;
		mono_t at;
		/* Late ones too, and some that are taken out. */
		int64_t to = any() % 16 == 0  ? now - some_time() % now
		             : any() % 8 == 0 ? INT64_MAX
		                              : now + some_time();
		wheel_set(&w, number, (mono_t){to});
		assert_true(wheel_at(&w, number).ns == to);
		int64_t expected = earliest(&w);
		assert_int_equal(wheel_first(&w, &first, &at), expected != INT64_MAX);
		if (expected == INT64_MAX)
			continue;
		assert_true(at.ns == expected);
		assert_true(wheel_at(&w, first).ns == expected);
		if (any() % 3 != 0)
			continue;
		now = now > expected ? now : expected;
		wheel_advance(&w, (mono_t){now});
		assert_true(wheel_first(&w, &first, &at) && at.ns == expected);
		taken++;
	}
	assert_true(taken > 10000);
	wheel_free(&w);
}

static void
what_is_due_comes_in_order_and_all_of_it(void **state)
{
	struct wheel w;
	uint32_t due[7];
	size_t n;

	(void)state;
	memset(&w, 0, sizeof w);
	wheel_grow(&w, N);
	for (int round = 0; round < 200; round++) {
		int64_t begin = 1000 * NS_PER_S + round * NS_PER_S, last = 0;
		size_t all = 0;
		wheel_advance(&w, (mono_t){begin});
		for (uint32_t i = 0; i < N; i++) /* many in one place, many apart */
			wheel_set(&w, i,
			    (mono_t){begin +
			             (int64_t)(any() % (round % 2 ? 60000 : NS_PER_S))});
		mono_t now = {begin + NS_PER_S / 2};
		for (;;) {
			wheel_advance(&w, now);
			if ((n = wheel_due(&w, now, due, 7)) == 0)
				break;
			for (size_t k = 0; k < n; k++) {
				int64_t at = wheel_at(&w, due[k]).ns;
				assert_true(at >= last && at <= now.ns);
				last = at;
				wheel_set(&w, due[k], (mono_t){INT64_MAX});
			}
			all += n;
		}
		for (uint32_t i = 0; i < N; i++) {
			assert_true(wheel_at(&w, i).ns > now.ns);
			all += wheel_at(&w, i).ns != INT64_MAX;
			wheel_set(&w, i, (mono_t){INT64_MAX});
		}
		assert_int_equal(all, N);
	}
	wheel_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_is_the_first_whatever_the_distances),
	    cmocka_unit_test(what_is_due_comes_in_order_and_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
