/* Acceptance, sizing and triggers of a move, from comparisons written by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/migration.h"

#include <math.h>
#include <string.h>

#define MS   1e6
#define DAY  (86400 * NS_PER_S)
#define HOUR (3600 * NS_PER_S)

static struct compare_link links[2];
static struct compare_pair pair;
static struct comparison both;
static struct migration_facts facts;
static struct migration found;

static struct compare_value
value(double lower, double point, double upper)
{
	return (struct compare_value){.has = true,
	    .has_interval = true,
	    .lower = lower,
	    .point = point,
	    .upper = upper};
}

/* Old: 99.9 %, 20 ms, 40 ms. New: better in everything, for 20 days. */
static void
begin(void)
{
	memset(links, 0, sizeof links);
	memset(&pair, 0, sizeof pair);
	links[0].values[COMPARE_AVAILABILITY] = value(0.998, 0.999, 0.9995);
	links[1].values[COMPARE_AVAILABILITY] = value(0.9992, 0.9999, 1);
	links[1].values[COMPARE_LOSS] = value(0.0001, 0.0003, 0.0006);
	links[1].sent = 500000;
	links[0].values[COMPARE_MEDIAN] = value(19 * MS, 20 * MS, 21 * MS);
	links[1].values[COMPARE_MEDIAN] = value(11 * MS, 12 * MS, 13 * MS);
	links[0].values[COMPARE_P95] = value(38 * MS, 40 * MS, 42 * MS);
	links[1].values[COMPARE_P95] = value(28 * MS, 30 * MS, 32 * MS);
	pair.days = 20;
	pair.metrics[COMPARE_MEDIAN] = (struct compare_difference){
	    .has = true, .point = 8 * MS, .lower = 7 * MS, .upper = 9 * MS};
	pair.metrics[COMPARE_P95] = (struct compare_difference){
	    .has = true, .point = 10 * MS, .lower = 8 * MS, .upper = 12 * MS};
	both = (struct comparison){
	    .n_links = 2, .links = links, .pairs = &pair, .n_pairs = 1, .days = 20};
	facts = (struct migration_facts){
	    .c = &both, .period = {0, 20 * DAY}, .certain_ns = 3 * NS_PER_S};
}

static enum migration_word
word_of(enum migration_measure m)
{
	struct migration_rule rule;

	migration_rule_default(&rule);
	migration_of(&found, &facts, &rule);
	return found.criteria[m].word;
}

static void
test_acceptance(void **state)
{
	(void)state;
	begin();
	for (int m = MIGRATION_DAYS; m <= MIGRATION_P95; m++)
		assert_int_equal(word_of((enum migration_measure)m), MIGRATION_PASS);
	assert_int_equal(found.passed, 5);
	assert_int_equal(found.open, 2); /* the speeds */
	assert_int_equal(found.criteria[MIGRATION_LOSS].need, 2995);
	/* 20 ms may become 25 (5 ms is more than a fifth), 40 may become 48. */
	assert_true(found.criteria[MIGRATION_MEDIAN].threshold == 25 * MS);
	assert_true(found.criteria[MIGRATION_P95].threshold == 48 * MS);
	assert_true(found.criteria[MIGRATION_MEDIAN].upper == 13 * MS);

	links[1].values[COMPARE_LOSS] = value(0.0005, 0.0009, 0.0014);
	assert_int_equal(word_of(MIGRATION_LOSS), MIGRATION_MORE);
	links[1].values[COMPARE_LOSS] = value(0.0011, 0.002, 0.003);
	assert_int_equal(word_of(MIGRATION_LOSS), MIGRATION_FAIL);
	assert_int_equal(found.failed, 1);
	facts.target = 0.9999;
	assert_int_equal(word_of(MIGRATION_AVAILABILITY), MIGRATION_MORE);
	links[1].values[COMPARE_AVAILABILITY].upper = 0.9998;
	assert_int_equal(word_of(MIGRATION_AVAILABILITY), MIGRATION_FAIL);
	/* It became 6 to 10 ms longer: 5 are allowed; 4 to 6: who knows. */
	pair.metrics[COMPARE_MEDIAN].lower = -10 * MS;
	pair.metrics[COMPARE_MEDIAN].upper = -6 * MS;
	assert_int_equal(word_of(MIGRATION_MEDIAN), MIGRATION_FAIL);
	pair.metrics[COMPARE_MEDIAN].lower = -6 * MS;
	pair.metrics[COMPARE_MEDIAN].upper = -4 * MS;
	assert_int_equal(word_of(MIGRATION_MEDIAN), MIGRATION_MORE);
}

/* Nothing passes before there are days enough, except what days do not tell. */
static void
test_too_soon(void **state)
{
	(void)state;
	begin();
	both.days = pair.days = 13;
	assert_int_equal(word_of(MIGRATION_DAYS), MIGRATION_MORE);
	assert_int_equal(word_of(MIGRATION_AVAILABILITY), MIGRATION_MORE);
	assert_int_equal(word_of(MIGRATION_MEDIAN), MIGRATION_MORE);
	assert_int_equal(word_of(MIGRATION_LOSS), MIGRATION_PASS);
	links[1].values[COMPARE_LOSS].has = false;
	links[0].values[COMPARE_MEDIAN].has = false;
	assert_int_equal(word_of(MIGRATION_LOSS), MIGRATION_NOT_MEASURED);
	assert_int_equal(word_of(MIGRATION_MEDIAN), MIGRATION_NOT_MEASURED);
	assert_false(found.criteria[MIGRATION_MEDIAN].has_threshold);
}

/* 99 minutes of 10 Mbit/s and two of 70: p99 is 70, half as much again at 70 % is 150. */
static struct demand *
used(void)
{
	struct demand *d = demand_new();
	struct counters c = {.time = {DAY - NS_PER_S}, .ifindex = 2};

	demand_counters(d, &c);
	for (int i = 0; i < 101 * 60; i++) {
		c.time.ns += NS_PER_S;
		c.rx_bytes += i < 99 * 60 ? 1250000 : 8750000;
		demand_counters(d, &c);
	}
	return d;
}

static struct speed *
tests_of(unsigned n, unsigned slow)
{
	struct speed *s = speed_new();

	for (unsigned i = 0; i < n; i++) {
		struct sample t = {.time = {(int64_t)i * HOUR},
		    .outcome = OUTCOME_REPLY,
		    .rtt_ns = 8 * NS_PER_S,
		    .bytes = (i < slow ? 100 : 200) * 1000000ull};
		speed_sample(s, &t);
	}
	return s;
}

static void
test_size(void **state)
{
	static const struct {
		unsigned tests, slow;
		enum migration_word word;
	} CASES[] = {{29, 0, MIGRATION_MORE}, {30, 0, MIGRATION_PASS},
	    {30, 3, MIGRATION_PASS}, {30, 5, MIGRATION_MORE}, {40, 20, MIGRATION_FAIL}};
	struct demand *d = used();

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		begin();
		facts.demand = d;
		struct speed *s = tests_of(CASES[i].tests, CASES[i].slow);
		facts.speed[0] = s;
		assert_int_equal(word_of(MIGRATION_SPEED_DOWN), CASES[i].word);
		assert_true(found.size[0].use.p99_bps == 70e6);
		assert_true(fabs(found.size[0].required_bps - 150e6) < 1);
		assert_int_equal(
		    found.criteria[MIGRATION_SPEED_DOWN].have, CASES[i].tests);
		assert_int_equal(word_of(MIGRATION_SPEED_UP), MIGRATION_NOT_MEASURED);
		speed_free(s);
	}
	/* What the contract promises beside counts too, if it is more. */
	struct speed *s = tests_of(30, 0);
	facts.speed[0] = s;
	facts.promised_bps[0] = 250e6;
	assert_int_equal(word_of(MIGRATION_SPEED_DOWN), MIGRATION_FAIL);
	speed_free(s);
	demand_free(d);
}

static void
test_triggers(void **state)
{
	(void)state;
	begin();
	(void)word_of(MIGRATION_DAYS);
	assert_int_equal(found.n_triggers, 3);
	assert_true(found.triggers[0].threshold == 120e9);
	assert_true(found.triggers[1].threshold == 0.01);
	assert_true(found.triggers[1].for_ns == 300 * NS_PER_S);
	assert_true(found.triggers[2].threshold == 52 * MS);
	links[1].values[COMPARE_LOSS].upper = 0.02;
	links[1].values[COMPARE_P95].upper = 100 * MS;
	facts.certain_ns = HOUR;
	(void)word_of(MIGRATION_DAYS);
	assert_true(found.triggers[0].threshold == 3600e9);
	assert_true(found.triggers[1].threshold == 0.06);
	assert_true(found.triggers[2].threshold == 150 * MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_acceptance),
	    cmocka_unit_test(test_too_soon),
	    cmocka_unit_test(test_size),
	    cmocka_unit_test(test_triggers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
