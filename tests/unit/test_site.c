/* A centre with several links, from ledgers whose answer is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/site.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define S NS_PER_S

static struct verdict
ledger(struct interval *list, size_t n)
{
	return (struct verdict){.intervals = list, .n_intervals = n};
}

static void
near(double a, double b, double within)
{
	if (fabs(a - b) > within)
		fail_msg("%.9f is not %.9f", a, b);
}

/* Two links of 85.3 % and 90.9 % that never fail together: 98.6623 % if independent. */
static void
test_product(void **state)
{
	struct interval a[] = {
	    {0, 147 * S, CLASS_DOWN, NULL, "a"}, {147 * S, 1000 * S, CLASS_UP, NULL, ""}};
	struct interval b[] = {{0, 900 * S, CLASS_UP, NULL, ""},
	    {900 * S, 991 * S, CLASS_DOWN, NULL, "b"},
	    {991 * S, 1000 * S, CLASS_UP, NULL, ""}};
	struct verdict va = ledger(a, 2), vb = ledger(b, 3);
	const struct verdict *both[] = {&va, &vb};
	struct site s;

	(void)state;
	assert_int_equal(site_of(&s, both, 2), 0);
	near(s.independent, 0.986623, 1e-9);
	near(s.measured, 1, 0);
	assert_int_equal(s.degraded_ns, 238 * S);
	assert_int_equal(s.overlaps, 0);
	near(s.expected, 0.238, 1e-9);
	near(s.chance, 1, 1e-12);
	assert_int_equal(site_of(&s, both, 1), -EINVAL);
}

/* Unknown time of one is unknown of the site; what falls together is no chance. */
static void
test_together(void **state)
{
	struct interval a[] = {{0, 10000 * S, CLASS_UP, NULL, ""},
	    {10000 * S, 10010 * S, CLASS_DOWN, NULL, "a"},
	    {10010 * S, 50000 * S, CLASS_UP, NULL, ""},
	    {50000 * S, 50020 * S, CLASS_DOWN, NULL, "b"},
	    {50020 * S, 100000 * S, CLASS_UP, NULL, ""}};
	struct interval b[] = {{-500 * S, 10000 * S, CLASS_UP, NULL, ""},
	    {10000 * S, 10010 * S, CLASS_DOWN, NULL, "c"},
	    {10010 * S, 50010 * S, CLASS_UP, NULL, ""},
	    {50010 * S, 50030 * S, CLASS_DOWN, NULL, "d"},
	    {50030 * S, 60000 * S, CLASS_UNKNOWN, "no-samples", ""},
	    {60000 * S, 100000 * S, CLASS_UP, NULL, ""}};
	struct verdict va = ledger(a, 5), vb = ledger(b, 6);
	const struct verdict *both[] = {&va, &vb};
	struct site s;

	(void)state;
	assert_int_equal(site_of(&s, both, 2), 0);
	assert_int_equal(s.period.start_ns, 0);
	assert_int_equal(s.known_ns, (100000 - 9970) * S);
	assert_int_equal(s.down_ns, 20 * S);
	assert_int_equal(s.degraded_ns, 20 * S);
	assert_int_equal(s.down_count, 2);
	assert_int_equal(s.overlaps, 2);
	assert_true(s.chance < 1e-5);
	assert_true(s.measured < s.independent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_product),
	    cmocka_unit_test(test_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
