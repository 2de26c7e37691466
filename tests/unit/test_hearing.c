/*
 * By which ear replies are heard, without sockets: only a capture that had all that the
 * socket had is listened to, nothing that came between two ears is unheard, and what both
 * brought may be known as one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/hearing.h"

#define MS NS_PER_MS
#define E0 7
#define E1 8

static mono_t
at_ms(int64_t ms)
{
	return (mono_t){ms * MS};
}

/* What a door does each millisecond. The capture of E0 brings one reply of ${every} of
 * the socket's; result: the step it came to last. */
static enum hearing_step
listen_for(struct hearing *h, int64_t from, int64_t to, unsigned every)
{
	enum hearing_step step = HEARING_STAYS, last = step;

	for (int64_t ms = from; ms < to; ms++) {
		if (h->by != BY_CAPTURE)
			hearing_socket(h);
		if (every != 0 && ms % every == 0)
			(void)hearing_capture(h, E0, at_ms(ms), true);
		step = hearing_next(h, E0, at_ms(ms));
		hearing_turn(h, step, E0, at_ms(ms));
		if (step != HEARING_STAYS)
			last = step;
	}
	return last;
}

static void
a_capture_that_had_all_is_listened_to(void **state)
{
	struct hearing h = {0};

	(void)state;
	assert_int_equal(listen_for(&h, 1000, 1150, 1), HEARING_TRIES);
	assert_int_equal(h.by, BY_SOCKET);
	assert_false(hearing_capture(&h, E0, at_ms(1150), true)); /* it is tried */
	assert_int_equal(listen_for(&h, 1150, 1201, 1), HEARING_BOTH);
	assert_int_equal(h.by, BY_BOTH);
	assert_true(hearing_capture(&h, E0, at_ms(1201), true));
	assert_true(hearing_again(&h, at_ms(1201), true));
	assert_int_equal(listen_for(&h, 1201, 1300, 1), HEARING_CAPTURE);
	assert_int_equal(h.by, BY_CAPTURE);
	assert_true(hearing_capture(&h, E0, at_ms(1300), true));
	assert_false(hearing_again(&h, at_ms(1300), true));
}

/* It shows arrivals as departures, or has the half of them, or all but one of a hundred;
 * or nothing was there to be heard. */
static void
one_that_had_not_is_not(void **state)
{
	struct hearing h = {0};

	(void)state;
	assert_int_equal(listen_for(&h, 1000, 3000, 0), HEARING_TRIES);
	assert_int_equal(listen_for(&h, 3000, 5000, 2), HEARING_TRIES);
	for (int64_t ms = 5000; ms < 7000; ms++) {
		hearing_socket(&h);
		if (ms % 100 != 0)
			assert_false(hearing_capture(&h, E0, at_ms(ms), true));
		hearing_turn(&h, hearing_next(&h, E0, at_ms(ms)), E0, at_ms(ms));
		assert_int_equal(h.by, BY_SOCKET);
	}
	h = (struct hearing){0};
	for (int64_t ms = 1000; ms < 3000; ms++) {
		hearing_turn(&h, hearing_next(&h, E0, at_ms(ms)), E0, at_ms(ms));
		assert_int_equal(h.by, BY_SOCKET);
	}
}

static void
one_that_falls_silent_is_left(void **state)
{
	struct hearing h = {0};

	(void)state;
	listen_for(&h, 1000, 2000, 1);
	assert_int_equal(h.by, BY_CAPTURE);
	assert_int_equal(hearing_next(&h, E0, at_ms(2099)), HEARING_STAYS);
	assert_int_equal(hearing_next(&h, E0, at_ms(2100)), HEARING_SOCKET);
}

/* Nobody captures any more, or another interface is the link's. */
static void
what_is_listened_to_is_one_interface(void **state)
{
	struct hearing h = {0};

	(void)state;
	listen_for(&h, 1000, 2000, 1);
	assert_int_equal(hearing_next(&h, 0, at_ms(2000)), HEARING_SOCKET);
	assert_int_equal(hearing_next(&h, E1, at_ms(2000)), HEARING_SOCKET);
	assert_false(hearing_capture(&h, E1, at_ms(2000), true));
	assert_true(hearing_capture(&h, E0, at_ms(2000), true));
}

/* The capture's reply of before the change is heard whenever it is read, once; one of
 * after that is the socket's. Without a stamp nobody knows when it came. */
static void
nothing_falls_between_two_ears(void **state)
{
	struct hearing h = {0};

	(void)state;
	listen_for(&h, 1000, 2000, 1);
	hearing_turn(&h, HEARING_SOCKET, 0, at_ms(2000));
	assert_true(hearing_capture(&h, E0, at_ms(1999), true));
	assert_true(hearing_again(&h, at_ms(1999), true));
	assert_false(hearing_capture(&h, E0, at_ms(2001), true));
	assert_false(hearing_again(&h, at_ms(2001), true));
	assert_false(hearing_capture(&h, E0, at_ms(2001), false));
	assert_true(hearing_again(&h, at_ms(2001), false));
	assert_false(hearing_again(&h, at_ms(3100), false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_capture_that_had_all_is_listened_to),
	    cmocka_unit_test(one_that_had_not_is_not),
	    cmocka_unit_test(one_that_falls_silent_is_left),
	    cmocka_unit_test(what_is_listened_to_is_one_interface),
	    cmocka_unit_test(nothing_falls_between_two_ears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
