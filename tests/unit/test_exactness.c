/* The collector's own error as text: what is written is read, and nothing else is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/exactness.h"

#include <string.h>

static const struct exactness SOME = {.sent = 1000000,
    .unsent = 1,
    .skipped = 2,
    .dropped = 3,
    .doubted = 4,
    .kernel = 999000,
    .kernel_rx = 5,
    .user = 6,
    .delay_p50 = 260,
    .delay_p99 = 757,
    .delay_most = 5216,
    .clock_bound = 100000};

static void
what_is_written_is_read(void **state)
{
	struct exactness back;
	char text[256];

	(void)state;
	assert_true(exactness_print(&SOME, text, sizeof text));
	memset(&back, 0xff, sizeof back);
	assert_true(exactness_parse(text, &back));
	assert_memory_equal(&back, &SOME, sizeof back);
	for (size_t room = 1; room <= strlen(text); room++)
		assert_false(exactness_print(&SOME, text, room));
}

static void
nothing_else_is(void **state)
{
	struct exactness back = SOME;
	char text[256], cut[256];

	(void)state;
	assert_true(exactness_print(&SOME, text, sizeof text));
	/* Less than whole, the last number's own digits apart. */
	for (size_t n = 0; n < strlen(text) - strlen("00000"); n++) {
		memcpy(cut, text, n);
		cut[n] = '\0';
		assert_false(exactness_parse(cut, &back));
	}
	assert_false(exactness_parse("", &back));
	assert_false(exactness_parse("configuration 00ff", &back));
	assert_false(exactness_parse("exactness sent=-1", &back));
	strcat(text, " more=1");
	assert_false(exactness_parse(text, &back));
	assert_memory_equal(&back, &SOME, sizeof back);
}

static void
stretches_join(void **state)
{
	struct exactness a = SOME, b = SOME;

	(void)state;
	b.delay_p99 = 9;
	b.clock_bound = 200000;
	exactness_join(&a, &b);
	assert_int_equal(a.sent, 2000000);
	assert_int_equal(a.doubted, 8);
	assert_int_equal(a.kernel, 1998000);
	assert_int_equal(a.delay_p99, 757);
	assert_int_equal(a.clock_bound, 200000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(nothing_else_is),
	    cmocka_unit_test(stretches_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
