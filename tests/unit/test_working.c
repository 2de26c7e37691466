#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/stats.h"
#include "analyzer/working.h"

#include <math.h>
#include <string.h>

#define START (20644 * 86400 * NS_PER_S)
#define MS    NS_PER_MS

/* One probe a second from ${from} on; rtt below 0: lost. */
static void
feed(struct working *w, uint32_t probe, int from, int to, int64_t rtt_ns, uint32_t flags)
{
	for (int i = from; i < to; i++) {
		struct sample s = {.probe = probe,
		    .time = {START + i * NS_PER_S},
		    .outcome = rtt_ns < 0 ? OUTCOME_LOST : OUTCOME_REPLY,
		    .rtt_ns = rtt_ns,
		    .flags = flags};
		working_sample(w, &s);
	}
}

static struct working_latency
ask(const struct working *w, int first, int from, int to)
{
	struct working_latency out;

	working_test(w, START + first * NS_PER_S, START + from * NS_PER_S,
	    START + to * NS_PER_S, &out);
	return out;
}

/* RFC 6349's own example: 25 ms idle and 32 ms loaded are 28 % of Buffer Delay. */
static void
the_increase_is_that_of_the_middle_target(void **state)
{
	struct working *w = working_new();

	(void)state;
	feed(w, 0, 0, 60, 25 * MS, 0);
	feed(w, 1, 0, 60, 25 * MS, 0);
	feed(w, 2, 0, 60, 25 * MS, 0);
	feed(w, 0, 60, 75, 32 * MS, FLAG_MASKED | FLAG_LOAD);
	feed(w, 1, 60, 75, 32 * MS, FLAG_MASKED | FLAG_LOAD);
	feed(w, 2, 60, 75, 32 * MS, FLAG_MASKED | FLAG_LOAD);
	struct working_latency r = ask(w, 60, 62, 75);
	assert_true(r.known);
	assert_int_equal(r.targets, 3);
	assert_int_equal(r.idle_ns, 25 * MS);
	assert_int_equal(r.loaded_ns, 32 * MS);
	assert_int_equal(r.increase_ns, 7 * MS);
	assert_true(fabs(r.delay - 28) < 1e-6);
	assert_true(fabs(r.per_minute - 1875) < 1e-6);
	assert_int_equal(r.loaded, 39);
	assert_string_equal(stats_bloat(r.increase_ns), "A");
	working_free(w);
}

/* A target of another kind, far away, does not shift what the load adds. */
static void
targets_are_compared_with_themselves(void **state)
{
	struct working *w = working_new();

	(void)state;
	feed(w, 0, 0, 60, 10 * MS, 0);
	feed(w, 1, 0, 60, 12 * MS, 0);
	feed(w, 7, 0, 60, 280 * MS, 0);
	feed(w, 0, 60, 70, 110 * MS, FLAG_LOAD);
	feed(w, 1, 60, 70, 112 * MS, FLAG_LOAD);
	feed(w, 7, 60, 70, 380 * MS, FLAG_LOAD);
	struct working_latency r = ask(w, 60, 60, 70);
	assert_int_equal(r.increase_ns, 100 * MS);
	assert_string_equal(stats_bloat(r.increase_ns), "C");
	working_free(w);
}

static void
what_is_masked_but_not_loaded_counts_for_neither(void **state)
{
	struct working *w = working_new();

	(void)state;
	feed(w, 0, 0, 57, 20 * MS, 0);
	feed(w, 0, 57, 60, 500 * MS, FLAG_MASKED); /* the name is resolved, or the tail */
	feed(w, 0, 60, 63, 30 * MS, FLAG_MASKED | FLAG_LOAD);
	feed(w, 0, 63, 70, -1, FLAG_MASKED | FLAG_LOAD);
	struct working_latency r = ask(w, 60, 60, 70);
	assert_int_equal(r.idle, 57);
	assert_int_equal(r.loaded, 10);
	assert_int_equal(r.loaded_lost, 7);
	assert_int_equal(r.idle_ns, 20 * MS);
	assert_int_equal(r.loaded_ns, 30 * MS);
	working_free(w);
}

static void
too_few_answers_say_nothing(void **state)
{
	struct working *w = working_new();

	(void)state;
	feed(w, 0, 0, 60, 20 * MS, 0);
	feed(w, 0, 60, 62, 30 * MS, FLAG_LOAD);
	feed(w, 0, 62, 70, -1, FLAG_LOAD);
	assert_false(ask(w, 60, 60, 70).known);
	assert_int_equal(ask(w, 60, 60, 70).loaded_lost, 8);
	working_free(w);
}

/* An hour of rest before does not stay, and is not what the test is held against. */
static void
only_the_minute_before_is_the_baseline(void **state)
{
	struct working *w = working_new();

	(void)state;
	feed(w, 0, 0, 3540, 900 * MS, 0);
	feed(w, 0, 3540, 3600, 20 * MS, 0);
	feed(w, 0, 3600, 3610, 18 * MS, FLAG_LOAD);
	struct working_latency r = ask(w, 3600, 3600, 3610);
	assert_int_equal(r.idle, 60);
	assert_int_equal(r.idle_ns, 20 * MS);
	assert_int_equal(r.increase_ns, 0); /* never below */
	working_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_increase_is_that_of_the_middle_target),
	    cmocka_unit_test(targets_are_compared_with_themselves),
	    cmocka_unit_test(what_is_masked_but_not_loaded_counts_for_neither),
	    cmocka_unit_test(too_few_answers_say_nothing),
	    cmocka_unit_test(only_the_minute_before_is_the_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
