/*
 * The loop's order: what has come is read before anything is called late, however many
 * descriptors are ready, and no descriptor keeps a timer waiting for ever.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/loop.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MANY 300

static struct loop *loop;
static int fds[MANY];
static unsigned calls, at_timer;

static int
ready_fd(void)
{
	int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

static void
on_fd(void *ctx, uint32_t events)
{
	uint64_t value;

	(void)events;
	assert_int_equal(read(*(int *)ctx, &value, sizeof value), sizeof value);
	calls++;
}

static void
on_timer(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
	at_timer = calls;
	loop_stop(loop);
}

/* As after a stop of the process: all answers wait, and so do all timeouts. */
static void
all_that_is_ready_is_read_before_a_timer(void **state)
{
	struct loop_timer timer = {.fn = on_timer};

	(void)state;
	loop = loop_new();
	calls = 0;
	for (int i = 0; i < MANY; i++) {
		fds[i] = ready_fd();
		assert_int_equal(loop_watch(loop, fds[i], EPOLLIN, on_fd, &fds[i]), 0);
	}
	loop_timer_set(loop, &timer, clock_mono());
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(at_timer, MANY);
	for (int i = 0; i < MANY; i++) {
		loop_unwatch(loop, fds[i]);
		close(fds[i]);
	}
	loop_free(loop);
}

static void
on_restless(void *ctx, uint32_t events)
{
	(void)ctx;
	(void)events;
	calls++;
}

static void
what_is_always_ready_starves_no_timer(void **state)
{
	struct loop_timer timer = {.fn = on_timer};

	(void)state;
	loop = loop_new();
	for (int i = 0; i < MANY; i++) {
		fds[i] = ready_fd();
		assert_int_equal(loop_watch(loop, fds[i], EPOLLIN, on_restless, NULL), 0);
	}
	loop_timer_set(loop, &timer, clock_mono());
	assert_int_equal(loop_run(loop), 0);
	for (int i = 0; i < MANY; i++) {
		loop_unwatch(loop, fds[i]);
		close(fds[i]);
	}
	loop_free(loop);
}

/* Both are ready; whichever is told first closes the other and opens one of the same
 * number, with nothing to read. */
static void
on_jealous(void *ctx, uint32_t events)
{
	int other = fds[1 - *(int *)ctx];

	(void)events;
	calls++;
	loop_unwatch(loop, other);
	close(other);
	int again = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(again, other);
	assert_int_equal(loop_watch(loop, again, EPOLLIN, on_restless, NULL), 0);
	loop_unwatch(loop, fds[*(int *)ctx]);
}

static void
an_event_of_a_number_used_before_is_dropped(void **state)
{
	static int which[] = {0, 1};
	struct loop_timer timer = {.fn = on_timer};

	(void)state;
	loop = loop_new();
	calls = 0;
	for (int i = 0; i < 2; i++) {
		fds[i] = ready_fd();
		assert_int_equal(
		    loop_watch(loop, fds[i], EPOLLIN, on_jealous, &which[i]), 0);
	}
	loop_timer_set(loop, &timer, (mono_t){clock_mono().ns + 50 * NS_PER_MS});
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(calls, 1);
	for (int i = 0; i < 2; i++) {
		loop_unwatch(loop, fds[i]);
		close(fds[i]);
	}
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_that_is_ready_is_read_before_a_timer),
	    cmocka_unit_test(what_is_always_ready_starves_no_timer),
	    cmocka_unit_test(an_event_of_a_number_used_before_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
