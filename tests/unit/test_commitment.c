/* What a contract promises beside availability, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/commitment.h"

#include <string.h>

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)

static struct contract_conf contract;
static struct commitment found[COMMITMENT_VALUES_MOST];

static struct commitment_conf *
promise(enum metric metric, double at_most, int64_t over_ns)
{
	memset(&contract, 0, sizeof contract);
	contract.n_commitments = 1;
	contract.commitments[0] = (struct commitment_conf){
	    .metric = metric, .at_most = at_most, .over_ns = over_ns};
	return &contract.commitments[0];
}

static const struct commitment *
hold(const struct commitment_facts *f)
{
	assert_int_equal(commitment_of(&contract, f, found), 1);
	return &found[0];
}

static struct commitment_facts
means(uint64_t lost, uint64_t sent)
{
	return (struct commitment_facts){.period = {0, 24 * HOUR},
	    .loss = (double)lost / (double)sent,
	    .rtt_ns = 20e6,
	    .jitter_ns = -1,
	    .sent = sent,
	    .lost = lost,
	    .effective = 1};
}

/* 0.1 % promised; of 10,000 sent 10 are within it, 15 over it, but that is not proven
 * (Clopper-Pearson from 0.084 %), 30 are (from 0.202 %). */
static void
test_loss(void **state)
{
	struct commitment_facts f;

	(void)state;
	promise(METRIC_LOSS, 0.001, 0);
	f = means(10, 10000);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	f = means(15, 10000);
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_PROVEN);
	assert_true(found[0].lower > 0.0008 && found[0].lower < 0.00085);
	f = means(30, 10000);
	assert_int_equal(hold(&f)->word, COMMITMENT_MISSED);
	assert_true(found[0].lower > 0.002 && found[0].upper < 0.0043);
	/* Of losses in bursts the same 30 tell as much as 3 of 1,000. */
	f.effective = 0.1;
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_PROVEN);
	f = (struct commitment_facts){.loss = -1, .rtt_ns = -1, .jitter_ns = -1};
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_MEASURED);
}

static void
test_means(void **state)
{
	struct commitment_facts f = means(0, 1000);

	(void)state;
	promise(METRIC_RTT, 20e6, 0);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	promise(METRIC_RTT, 19e6, 0);
	assert_int_equal(hold(&f)->word, COMMITMENT_MISSED);
	promise(METRIC_JITTER, 5e6, 0);
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_MEASURED);
}

/*
 * A day by the minute, 60 sendings each of 10 ms, with a quarter of an hour of 50 ms from
 * 10:07 on and an outage from 20:00:30 to 20:10:30 in which all is lost.
 */
static struct commitment_minute day[1440];
static const struct outage dark = {
    .start_ns = 20 * HOUR + MINUTE / 2, .end_ns = 20 * HOUR + 10 * MINUTE + MINUTE / 2};

static struct commitment_facts
by_minute(void)
{
	struct commitment_facts f = means(0, 86400);

	for (int i = 0; i < 1440; i++) {
		bool slow = i >= 607 && i < 622, out = i >= 1200 && i <= 1210;
		day[i] = (struct commitment_minute){.start_ns = i * MINUTE,
		    .sent = 60,
		    .lost = out ? 60 : 0,
		    .pairs = 59,
		    .rtt_sum_ns = out ? 0 : 60 * (slow ? 50000000ll : 10000000ll),
		    .jitter_sum_ns = 59 * 1000000ll};
	}
	f.minutes = day;
	f.n_minutes = 1440;
	f.outages = &dark;
	f.n_outages = 1;
	return f;
}

static void
test_window(void **state)
{
	struct commitment_facts f = by_minute();

	(void)state;
	promise(METRIC_RTT, 49e6, 15 * MINUTE);
	assert_int_equal(hold(&f)->word, COMMITMENT_MISSED);
	assert_true(found[0].measured == 50e6);
	assert_true(found[0].at.start_ns == 607 * MINUTE);
	assert_true(found[0].at.end_ns == 622 * MINUTE);
	assert_int_equal(found[0].n, 900);
	/* Twice as wide, half of it is slow. */
	promise(METRIC_RTT, 30e6, 30 * MINUTE);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	assert_true(found[0].measured == 30e6);
	promise(METRIC_JITTER, 1e6, 15 * MINUTE);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	/* The outage is availability's, not loss. */
	promise(METRIC_LOSS, 0.001, 15 * MINUTE);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	f.n_outages = 0;
	assert_int_equal(hold(&f)->word, COMMITMENT_MISSED);
	assert_true(found[0].measured > 11. / 15 - 1e-9);
	/* A day is one window; of two there is none. */
	promise(METRIC_RTT, 20e6, 24 * HOUR);
	assert_int_equal(hold(&f)->word, COMMITMENT_KEPT);
	assert_true(found[0].at.start_ns == 0 && found[0].at.end_ns == 24 * HOUR);
	promise(METRIC_RTT, 20e6, 48 * HOUR);
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_MEASURED);
}

/* A window of which less than half was measured says nothing. */
static void
test_thin_window(void **state)
{
	struct commitment_facts f = by_minute();

	(void)state;
	f.minutes = &day[600];
	f.n_minutes = 7;
	promise(METRIC_RTT, 1e6, 15 * MINUTE);
	assert_int_equal(hold(&f)->word, COMMITMENT_NOT_MEASURED);
	f.n_minutes = 8;
	assert_int_equal(hold(&f)->word, COMMITMENT_MISSED);
}

static struct speed *
tests_of(const int *mbits, size_t n)
{
	struct speed *s = speed_new();

	for (size_t i = 0; i < n; i++) {
		struct sample t = {.time = {(int64_t)i * HOUR},
		    .outcome = OUTCOME_REPLY,
		    .rtt_ns = 8 * NS_PER_S,
		    .bytes = (uint64_t)mbits[i] * 1000000};
		speed_sample(s, &t);
	}
	return s;
}

#define NOT      COMMITMENT_NOT_MEASURED
#define KEPT     COMMITMENT_KEPT
#define UNPROVEN COMMITMENT_NOT_PROVEN
#define MISSED   COMMITMENT_MISSED

static void
hold_speed(const int *mbits, size_t n, const enum commitment_word words[3])
{
	struct speed *s = tests_of(mbits, n);
	struct speed_result r;
	struct commitment_facts f = {.period = {0, 48 * HOUR}, .speed = {&r, NULL}};
	struct commitment_conf *m = promise(METRIC_SPEED_DOWN, 0, 0);
	struct speed_rule rule = {50e6, 80e6, 100e6};

	m->minimum = rule.minimum;
	m->normal = rule.normal;
	m->maximum = rule.maximum;
	speed_finish(s, &rule, 0, 48 * HOUR, 48 * HOUR, &r);
	assert_int_equal(commitment_of(&contract, &f, found), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(found[i].word, words[i]);
	speed_result_free(&r);
	speed_free(s);
}

static void
test_speed(void **state)
{
	static const int GOOD[] = {90, 85, 95, 80};
	static const int DIP[] = {90, 30, 95, 80};
	static const int SLOW[] = {40, 40, 60, 60, 60, 60, 60, 60, 60, 89};

	(void)state;
	hold_speed(GOOD, 4, (enum commitment_word[]){KEPT, KEPT, KEPT});
	hold_speed(DIP, 4, (enum commitment_word[]){UNPROVEN, UNPROVEN, KEPT});
	assert_true(found[0].measured == 30e6 && found[0].share == 0.75);
	hold_speed(SLOW, 10, (enum commitment_word[]){MISSED, MISSED, MISSED});
	hold_speed(SLOW, 0, (enum commitment_word[]){NOT, NOT, NOT});
	hold_speed(&SLOW[2], 3, (enum commitment_word[]){KEPT, MISSED, UNPROVEN});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_loss),
	    cmocka_unit_test(test_means),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_thin_window),
	    cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
