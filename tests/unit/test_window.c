/* The hours of a week, weighed by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/window.h"

#include <math.h>
#include <string.h>

#define HOUR   (3600 * NS_PER_S)
#define MONDAY (4 * 24 * HOUR) /* 1970-01-05 */

static struct window_week w;

/* So much use in every hour of the week. */
static void
begin(double use)
{
	memset(&w, 0, sizeof w);
	for (int i = 0; i < DEMAND_DAYS * DEMAND_HOURS; i++)
		w.hours[i / DEMAND_HOURS][i % DEMAND_HOURS] =
		    (struct window_hour){.minutes = 60, .use_bps = use};
}

static void
is(double a, double b)
{
	if (!(fabs(a - b) < 1e-9))
		fail_msg("%.9g is not %.9g", a, b);
}

/* Use alone: a run may pass Sunday's midnight; what was not counted is in none. */
static void
test_use(void **state)
{
	unsigned day = 9, hour = 99;
	double score = -1;

	(void)state;
	begin(10);
	w.hours[6][22].use_bps = w.hours[6][23].use_bps = 1;
	w.hours[0][0].use_bps = w.hours[0][1].use_bps = 1;
	w.hours[2][3].use_bps = 0;
	window_score(&w);
	is(w.hours[4][4].score, 1);
	is(w.hours[6][22].score, 0.1);
	assert_true(window_least(&w, 4, &day, &hour, &score));
	assert_int_equal(day, 6);
	assert_int_equal(hour, 22);
	is(score, 0.1);
	assert_true(window_least(&w, 1, &day, &hour, &score));
	assert_int_equal(day, 2);
	assert_int_equal(hour, 3);
	w.hours[6][23].minutes = 0;
	window_score(&w);
	is(w.hours[6][23].score, -1);
	assert_true(window_least(&w, 2, &day, &hour, &score));
	assert_int_equal(day, 0);
	assert_int_equal(hour, 0);
	memset(&w, 0, sizeof w);
	window_score(&w);
	assert_false(window_least(&w, 1, &day, &hour, &score));
}

/* Of hours used alike the one is taken in which nothing failed and nobody called. Berlin
 * is an hour ahead in winter: Monday 00:00 UTC is its 01:00. */
static void
test_trouble(void **state)
{
	struct interval list[] = {
	    {.start_ns = MONDAY, .end_ns = MONDAY + HOUR / 2, .class = CLASS_UP},
	    {.start_ns = MONDAY + HOUR / 2,
	        .end_ns = MONDAY + HOUR + HOUR / 4,
	        .class = CLASS_DOWN},
	    {.start_ns = MONDAY + HOUR + HOUR / 4,
	        .end_ns = MONDAY + 2 * HOUR,
	        .class = CLASS_UNKNOWN}};
	struct verdict v = {.intervals = list, .n_intervals = 3};
	struct compare_hour hours[] = {
	    {.start_ns = MONDAY + 3 * HOUR, .sent = 100, .lost = 25},
	    {.start_ns = MONDAY + 4 * HOUR, .sent = 100, .lost = 99}};
	struct span within = {MONDAY, MONDAY + 4 * HOUR};
	unsigned day = 9, hour = 99;
	double score = -1;

	(void)state;
	begin(10);
	for (int h = 6; h < 24; h++)
		w.hours[0][h].use_bps = 40;
	for (int i = 24; i < DEMAND_DAYS * DEMAND_HOURS; i++)
		w.hours[i / DEMAND_HOURS][i % DEMAND_HOURS].use_bps = 40;
	window_ledger(&w, &v, "Europe/Berlin");
	window_probes(&w, hours, 2, within, "Europe/Berlin");
	window_ticket(&w, MONDAY + 2 * HOUR + HOUR / 2, "Europe/Berlin");
	window_ticket(&w, MONDAY + 2 * HOUR + HOUR / 3, "Europe/Berlin");
	window_ticket(&w, MONDAY - HOUR, "Europe/Berlin");
	window_score(&w);
	assert_true(w.hours[0][1].known_ns == HOUR && w.hours[0][1].down_ns == HOUR / 2);
	assert_true(
	    w.hours[0][2].known_ns == HOUR / 4 && w.hours[0][2].down_ns == HOUR / 4);
	assert_int_equal(w.hours[0][5].sent, 0); /* outside what was asked for */
	is(w.hours[0][2].trouble, 1);
	is(w.hours[0][1].trouble, 0.5);
	is(w.hours[0][4].trouble, 0.25);
	is(w.hours[0][3].called, 1);
	is(w.hours[0][0].called, 0.5);
	is(w.hours[0][1].score, 0.25 * 1.5);
	is(w.hours[0][3].score, 0.25 * 2);
	is(w.hours[0][0].score, 0.25 * 1.5);
	is(w.hours[0][5].score, 0.25);
	assert_true(window_least(&w, 1, &day, &hour, &score));
	assert_int_equal(day, 0);
	assert_int_equal(hour, 5);
}

/* A loss of one in ten thousand is no reason to wait for another hour. */
static void
test_little(void **state)
{
	(void)state;
	begin(10);
	w.hours[0][0].sent = 10000;
	w.hours[0][0].lost = 1;
	window_score(&w);
	is(w.hours[0][0].trouble, 0.01);
	is(w.hours[0][0].score, 1.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_use),
	    cmocka_unit_test(test_trouble),
	    cmocka_unit_test(test_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
