/* What a link's interface is said to be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/health.h"

#include <linux/if.h>

/* The kernel raises IFF_RUNNING up to a second after packets flow: what was sent
 * meanwhile did leave. */
static void
test_carries_before_it_is_called_running(void **state)
{
	(void)state;
	assert_true(health_carries(IFF_UP | IFF_LOWER_UP));
	assert_true(health_carries(IFF_UP | IFF_LOWER_UP | IFF_RUNNING));
}

/* And takes it away as late. */
static void
test_does_not_carry(void **state)
{
	(void)state;
	assert_false(health_carries(0));
	assert_false(health_carries(IFF_UP));
	assert_false(health_carries(IFF_UP | IFF_RUNNING));
	assert_false(health_carries(IFF_LOWER_UP));
	assert_false(health_carries(IFF_LOWER_UP | IFF_RUNNING));
}

/* 802.1X has not let it in yet. */
static void
test_waits_for_leave(void **state)
{
	(void)state;
	assert_false(health_carries(IFF_UP | IFF_LOWER_UP | IFF_DORMANT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_carries_before_it_is_called_running),
	    cmocka_unit_test(test_does_not_carry),
	    cmocka_unit_test(test_waits_for_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
