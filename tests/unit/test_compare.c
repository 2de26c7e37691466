/* Links compared, from histories whose difference is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/common_time.h"
#include "analyzer/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S    NS_PER_S
#define DAY  (86400 * S)
#define DAYS 60
#define MOST 3

/* A made-up link: an outage of so long on each of these days, so much loss beside. */
struct story {
	unsigned every;  /* an outage each so many days; 0: none */
	unsigned phase;  /* on this day of them */
	int64_t down_ns; /* how long */
	uint64_t lost;   /* of 100 probes an hour */
	int64_t rtt_ns;  /* median; the 95th percentile is twice that */
	unsigned first_day;
};

struct link {
	struct interval list[3 * DAYS + 3];
	struct verdict ledger;
	struct compare_hour hours[24 * DAYS];
	size_t n_hours;
};

static struct link links[MOST];
static struct span days[DAYS];

/* A value that goes up and down by a little, but the same for the same hour. */
static int64_t
wobble(size_t hour, int64_t by)
{
	uint64_t x = (uint64_t)hour * 0x9E3779B97F4A7C15ULL;

	return (int64_t)(x >> 40) % (2 * by + 1) - by;
}

static void
add(struct link *l, int64_t from, int64_t to, enum interval_class class, const char *id)
{
	struct interval *in = &l->list[l->ledger.n_intervals++];

	*in = (struct interval){.start_ns = from, .end_ns = to, .class = class};
	snprintf(in->outage_id, sizeof in->outage_id, "%s", id);
	if (class == CLASS_UP)
		l->ledger.up_ns += to - from;
	else if (class == CLASS_DOWN)
		l->ledger.down_ns += to - from;
}

static struct compare_side
tell(struct link *l, struct story s)
{
	int64_t at = s.first_day * DAY;

	memset(l, 0, sizeof *l);
	l->ledger.intervals = l->list;
	l->ledger.scheduled_ns = DAYS * DAY;
	if (at > 0)
		add(l, 0, at, CLASS_UNKNOWN, "");
	for (unsigned day = s.first_day; day < DAYS; day++) {
		int64_t noon = day * DAY + DAY / 2;
		char id[17];
		if (s.every == 0 || day % s.every != s.phase)
			continue;
		snprintf(id, sizeof id, "%u", day);
		add(l, at, noon, CLASS_UP, "");
		add(l, noon, noon + s.down_ns, CLASS_DOWN, id);
		at = noon + s.down_ns;
	}
	add(l, at, DAYS * DAY, CLASS_UP, "");
	for (size_t hour = s.first_day * 24; hour < 24 * DAYS; hour++)
		l->hours[l->n_hours++] =
		    (struct compare_hour){.start_ns = (int64_t)hour * 3600 * S,
		        .sent = 100,
		        .lost = s.lost,
		        .p50_ns = s.rtt_ns + wobble(hour, s.rtt_ns / 20),
		        .p95_ns = 2 * s.rtt_ns + wobble(hour + 7, s.rtt_ns / 10)};
	return (struct compare_side){.ledger = &l->ledger,
	    .hours = l->hours,
	    .n_hours = l->n_hours,
	    .independent = 1};
}

static struct compare_rule
rule_of(size_t n_days)
{
	for (size_t i = 0; i < DAYS; i++)
		days[i] = (struct span){(int64_t)i * DAY, (int64_t)(i + 1) * DAY};
	return (struct compare_rule){.days = days,
	    .n_days = n_days,
	    .rounds = COMPARE_ROUNDS,
	    .seed = COMPARE_SEED,
	    .confidence = COMPARE_CONFIDENCE,
	    .least_days = COMPARE_LEAST_DAYS};
}

static void
near(double a, double b, double within)
{
	if (!(fabs(a - b) <= within))
		fail_msg("%.9g is not %.9g", a, b);
}

static void
is_ranked(const struct comparison *c, size_t link, enum compare_metric m, size_t best,
    size_t worst)
{
	const struct compare_value *v = &c->links[link].values[m];

	if (v->best != best || v->worst != worst)
		fail_msg("link %zu, %s: ranks %zu-%zu, not %zu-%zu", link,
		    compare_name(m), v->best, v->worst, best, worst);
}

/* One fails for half an hour each third day and is 10 ms slower: told apart in both, but
 * not in loss, which is alike. */
static void
test_known(void **state)
{
	struct compare_side sides[2] = {
	    tell(&links[0], (struct story){.lost = 2, .rtt_ns = 20000000}),
	    tell(&links[1],
	        (struct story){
	            .every = 3, .down_ns = 1800 * S, .lost = 2, .rtt_ns = 30000000})};
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;
	double down = 20 * 1800.0 / (DAYS * 86400.0);

	(void)state;
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_true(c.common_ns == DAYS * DAY);
	assert_int_equal(c.days, DAYS);
	assert_int_equal(c.hours, 24 * DAYS);
	assert_int_equal(c.n_tests, COMPARE_METRICS);
	const struct compare_difference *d = c.pairs[0].metrics;
	near(c.links[1].values[COMPARE_AVAILABILITY].point, 1 - down, 1e-12);
	near(d[COMPARE_AVAILABILITY].point, down, 1e-12);
	assert_true(d[COMPARE_AVAILABILITY].lower > 0);
	assert_true(d[COMPARE_AVAILABILITY].apart);
	near(c.links[1].values[COMPARE_OUTAGES].point, 10, 1e-9);
	near(d[COMPARE_OUTAGES].point, -10, 1e-9);
	near(d[COMPARE_MEDIAN].point, -10e6, 0.2e6);
	near(d[COMPARE_P95].point, -20e6, 0.4e6);
	near(c.links[0].values[COMPARE_LOSS].point, 0.02, 1e-12);
	assert_false(d[COMPARE_LOSS].apart);
	near(d[COMPARE_LOSS].p, 1, 1e-3);
	is_ranked(&c, 0, COMPARE_AVAILABILITY, 1, 1);
	is_ranked(&c, 1, COMPARE_AVAILABILITY, 2, 2);
	is_ranked(&c, 1, COMPARE_MEDIAN, 2, 2);
	is_ranked(&c, 0, COMPARE_LOSS, 1, 2);
	/* by the points: first in all, in loss with the other */
	assert_int_equal(c.measured, COMPARE_METRICS);
	assert_int_equal(c.links[0].firsts, COMPARE_METRICS);
	assert_int_equal(c.links[1].firsts, 1);
	assert_true(c.links[1].values[COMPARE_LOSS].first);
	assert_int_equal(c.always, 0);
	/* no outage, no interval; and what has one lies within it */
	assert_false(c.links[0].values[COMPARE_AVAILABILITY].has_interval);
	for (int m = 0; m < COMPARE_METRICS; m++) {
		const struct compare_value *v = &c.links[1].values[m];
		assert_true(v->has_interval);
		assert_true(v->lower <= v->point && v->point <= v->upper);
	}
	compare_done(&c);
}

/* Outages as many and as long, only on other days: nothing is ranked apart. */
static void
test_equal(void **state)
{
	struct story story = {
	    .every = 4, .down_ns = 3600 * S, .lost = 1, .rtt_ns = 15000000};
	struct compare_side sides[2];
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	sides[0] = tell(&links[0], story);
	story.phase = 2;
	sides[1] = tell(&links[1], story);
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	for (int m = 0; m < COMPARE_METRICS; m++) {
		assert_false(c.pairs[0].metrics[m].apart);
		is_ranked(&c, 0, (enum compare_metric)m, 1, 2);
		is_ranked(&c, 1, (enum compare_metric)m, 1, 2);
	}
	compare_done(&c);
}

/* What is first depends on the weights where each is in something; and where they are
 * alike in all, neither is. */
static void
test_firsts(void **state)
{
	struct story faster = {.every = 5,
	                 .down_ns = 600 * S,
	                 .lost = 1,
	                 .rtt_ns = 15000000},
	             steady = {.lost = 1, .rtt_ns = 25000000};
	struct compare_side sides[2] = {tell(&links[0], faster), tell(&links[1], steady)};
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_int_equal(c.links[0].firsts, 3); /* loss, and both round trips */
	assert_int_equal(c.links[1].firsts, 3); /* availability, outages, loss */
	assert_false(c.links[0].values[COMPARE_OUTAGES].first);
	assert_int_equal(c.always, 2);
	compare_done(&c);
	sides[0] = tell(&links[0], steady);
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_int_equal(c.links[0].firsts, COMPARE_METRICS);
	assert_int_equal(c.links[1].firsts, COMPARE_METRICS);
	assert_int_equal(c.always, 2);
	compare_done(&c);
}

/* The worst day is the one with most downtime, whatever was lost on others; without any,
 * that of the largest share lost, not of the most probes; of a clean link there is none.
 */
static void
test_worst_day(void **state)
{
	struct compare_side sides[3] = {tell(&links[0], (struct story){.every = 20,
	                                                    .phase = 7,
	                                                    .down_ns = 600 * S,
	                                                    .lost = 1,
	                                                    .rtt_ns = 15000000}),
	    tell(&links[1], (struct story){.rtt_ns = 15000000}),
	    tell(&links[2], (struct story){.rtt_ns = 15000000})};
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	links[0].list[3].end_ns += 300 * S; /* the second outage is longer */
	links[0].list[4].start_ns += 300 * S;
	for (size_t hour = 24; hour < 48; hour++)
		links[0].hours[hour].lost = 60;
	links[1].hours[100].lost = 20;
	for (size_t hour = 240; hour < 264; hour++) {
		links[1].hours[hour].sent = 10;
		links[1].hours[hour].lost = 1;
	}
	assert_int_equal(compare_of(&c, sides, 3, &rule), 0);
	assert_true(c.links[0].worst.has);
	assert_true(c.links[0].worst.day.start_ns == 27 * DAY);
	assert_true(c.links[0].worst.down_ns == 900 * S);
	assert_int_equal(c.links[0].worst.sent, 2400);
	assert_int_equal(c.links[0].worst.lost, 24);
	assert_true(c.links[1].worst.day.start_ns == 10 * DAY);
	assert_int_equal(c.links[1].worst.lost, 24);
	assert_false(c.links[2].worst.has);
	compare_done(&c);
}

/* Three links in any order: the same values, intervals and ranks of each. */
static void
test_order(void **state)
{
	static const size_t orders[][3] = {{1, 0, 2}, {2, 1, 0}, {1, 2, 0}};
	struct story stories[3] = {{.lost = 1, .rtt_ns = 20000000},
	    {.every = 5, .down_ns = 7200 * S, .lost = 1, .rtt_ns = 20500000},
	    {.every = 2, .phase = 1, .down_ns = 1800 * S, .lost = 4, .rtt_ns = 40000000}};
	struct compare_side sides[3], turned[3];
	struct compare_rule rule = rule_of(DAYS);
	struct comparison first, c;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		sides[i] = tell(&links[i], stories[i]);
	assert_int_equal(compare_of(&first, sides, 3, &rule), 0);
	assert_int_equal(first.n_tests, 3 * COMPARE_METRICS);
	is_ranked(&first, 2, COMPARE_LOSS, 3, 3);
	is_ranked(&first, 0, COMPARE_LOSS, 1, 2);
	for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
		for (size_t i = 0; i < 3; i++)
			turned[i] = sides[orders[k][i]];
		assert_int_equal(compare_of(&c, turned, 3, &rule), 0);
		for (size_t i = 0; i < 3; i++)
			assert_memory_equal(
			    &c.links[i], &first.links[orders[k][i]], sizeof c.links[i]);
		compare_done(&c);
	}
	/* and turned round a difference has the other sign, no other size */
	turned[0] = sides[1];
	turned[1] = sides[0];
	assert_int_equal(compare_of(&c, turned, 2, &rule), 0);
	for (int m = 0; m < COMPARE_METRICS; m++) {
		near(c.pairs[0].metrics[m].point, -first.pairs[0].metrics[m].point, 1e-9);
		near(c.pairs[0].metrics[m].lower, -first.pairs[0].metrics[m].upper, 1e-9);
		near(c.pairs[0].metrics[m].p, first.pairs[0].metrics[m].p, 0);
	}
	compare_done(&c);
	compare_done(&first);
}

/* Only what both were measured in counts: an outage before the other began does not. */
static void
test_common(void **state)
{
	struct compare_side sides[2] = {tell(&links[0], (struct story){.every = 20,
	                                                    .phase = 5,
	                                                    .down_ns = 3600 * S,
	                                                    .lost = 1,
	                                                    .rtt_ns = 20000000}),
	    tell(&links[1],
	        (struct story){.lost = 3, .rtt_ns = 20000000, .first_day = 10})};
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_true(c.common_ns == (DAYS - 10) * DAY);
	assert_int_equal(c.days, DAYS - 10);
	assert_int_equal(c.pairs[0].hours, 24 * (DAYS - 10));
	assert_true(c.pairs[0].common.start_ns == 10 * DAY);
	assert_int_equal(c.links[0].outages, 2); /* of days 5, 25 and 45 */
	assert_true(c.links[0].down_ns == 7200 * S);
	assert_int_equal(c.links[0].sent, 100 * 24 * (DAYS - 10));
	assert_int_equal(c.links[1].lost, 3 * 24 * (DAYS - 10));
	compare_done(&c);
}

/* Up and down are known alike, and join; what any of them leaves out, or does not know,
 * is in no span; nor is what lies outside of the time asked for. */
static void
test_spans(void **state)
{
	const struct verdict *ledgers[3] = {
	    &links[0].ledger, &links[1].ledger, &links[2].ledger};
	struct span *spans;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		tell(&links[i], (struct story){.rtt_ns = 1});
	links[0].ledger.n_intervals = links[1].ledger.n_intervals = 0;
	links[2].ledger.n_intervals = 0;
	add(&links[0], 0, 10 * S, CLASS_UP, "");
	add(&links[0], 10 * S, 20 * S, CLASS_DOWN, "a");
	add(&links[0], 20 * S, 90 * S, CLASS_UP, "");
	add(&links[1], 0, 40 * S, CLASS_UP, "");
	add(&links[1], 40 * S, 50 * S, CLASS_UNKNOWN, "");
	add(&links[1], 50 * S, 90 * S, CLASS_DOWN, "b");
	add(&links[2], 5 * S, 70 * S, CLASS_UP, "");
	add(&links[2], 70 * S, 80 * S, CLASS_EXCLUDED, "");
	assert_int_equal(
	    common_time_spans(ledgers, 3, (struct span){0, 100 * S}, &spans), 2);
	assert_true(spans[0].start_ns == 5 * S && spans[0].end_ns == 40 * S);
	assert_true(spans[1].start_ns == 50 * S && spans[1].end_ns == 70 * S);
	free(spans);
	assert_int_equal(
	    common_time_spans(ledgers, 2, (struct span){15 * S, 60 * S}, &spans), 2);
	assert_true(spans[0].start_ns == 15 * S && spans[0].end_ns == 40 * S);
	assert_true(spans[1].start_ns == 50 * S && spans[1].end_ns == 60 * S);
	free(spans);
	assert_int_equal(
	    common_time_spans(ledgers, 3, (struct span){72 * S, 100 * S}, &spans), 0);
	free(spans);
}

/* Two of three are held against each other by the hours of their own common time, a
 * link's own values by those of all. */
static void
test_with(void **state)
{
	static struct compare_hour two[2][24 * DAYS];
	struct compare_side sides[3];
	struct compare_with with[3][3];
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		sides[i] = tell(&links[i], (struct story){.lost = 1, .rtt_ns = 20000000});
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < 3; k++)
			with[i][k] =
			    (struct compare_with){sides[i].hours, sides[i].n_hours};
		sides[i].with = with[i];
	}
	for (size_t i = 0; i < 2; i++) { /* 0 and 1 alone */
		memcpy(two[i], links[i].hours, sizeof two[i]);
		for (size_t hour = 0; hour < 24 * DAYS; hour++)
			two[i][hour].lost = i == 0 ? 1 : 7;
		with[i][1 - i] = (struct compare_with){two[i], 24 * DAYS};
	}
	assert_int_equal(compare_of(&c, sides, 3, &rule), 0);
	near(c.pairs[0].metrics[COMPARE_LOSS].point, -0.06, 1e-12);
	near(c.pairs[1].metrics[COMPARE_LOSS].point, 0, 1e-12);
	near(c.pairs[2].metrics[COMPARE_LOSS].point, 0, 1e-12);
	near(c.links[1].values[COMPARE_LOSS].point, 0.01, 1e-12);
	compare_done(&c);
}

/* An outage counts where it begins: not in the other's unknown time, once though a hole
 * parts it, and on one day though it lasts into the next. Hours in which one link did not
 * answer at all say nothing of round trips. */
static void
test_edges(void **state)
{
	struct compare_side sides[2] = {
	    tell(&links[0], (struct story){.lost = 1, .rtt_ns = 20000000}),
	    tell(&links[1], (struct story){.rtt_ns = 20000000, .first_day = 5})};
	struct compare_rule rule = rule_of(DAYS);
	struct link *l = &links[0];
	int64_t hour = 3600 * S;
	struct comparison c;

	(void)state;
	memset(&l->ledger, 0, sizeof l->ledger);
	l->ledger.intervals = l->list;
	add(l, 0, 5 * DAY - hour, CLASS_UP, "");
	add(l, 5 * DAY - hour, 5 * DAY + hour, CLASS_DOWN, "before");
	add(l, 5 * DAY + hour, 9 * DAY, CLASS_UP, "");
	add(l, 9 * DAY, 9 * DAY + hour, CLASS_DOWN, "parted");
	add(l, 9 * DAY + hour, 9 * DAY + 2 * hour, CLASS_UNKNOWN, "");
	add(l, 9 * DAY + 2 * hour, 9 * DAY + 3 * hour, CLASS_DOWN, "parted");
	add(l, 9 * DAY + 3 * hour, 20 * DAY - hour, CLASS_UP, "");
	add(l, 20 * DAY - hour, 20 * DAY + hour, CLASS_DOWN, "");
	add(l, 20 * DAY + hour, DAYS * DAY, CLASS_UP, "");
	for (size_t i = 0; i < 100; i++) {
		struct compare_hour *h = &links[1].hours[200 + i];
		h->lost = h->sent;
		h->p50_ns = h->p95_ns = -1;
		l->hours[200 + 120 + i].p50_ns = 900000000; /* the same hours */
	}
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_int_equal(c.links[0].outages, 2);
	assert_true(c.links[0].down_ns == 5 * hour);
	assert_true(c.common_ns == (DAYS - 5) * DAY - hour);
	near(c.links[0].values[COMPARE_MEDIAN].point, 20e6, 0.2e6);
	assert_int_equal(c.links[1].lost, 100 * 100);
	compare_done(&c);
}

/* However large a difference, a week tells nothing apart; and of nothing there is no
 * value, no rank and no test. */
static void
test_little(void **state)
{
	struct compare_side sides[2] = {
	    tell(&links[0], (struct story){.lost = 1, .rtt_ns = 20000000}),
	    tell(&links[1],
	        (struct story){
	            .every = 1, .down_ns = 7200 * S, .lost = 50, .rtt_ns = 90000000})};
	struct compare_rule rule = rule_of(7);
	struct comparison c;

	(void)state;
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_int_equal(c.days, 7);
	for (int m = 0; m < COMPARE_METRICS; m++)
		is_ranked(&c, 0, (enum compare_metric)m, 1, 2);
	compare_done(&c);
	sides[1].n_hours = 0;
	rule = rule_of(DAYS);
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	assert_false(c.links[0].values[COMPARE_LOSS].has);
	assert_int_equal(c.links[0].values[COMPARE_LOSS].best, 0);
	assert_false(c.pairs[0].metrics[COMPARE_P95].has);
	assert_int_equal(c.n_tests, 2);
	assert_true(c.pairs[0].metrics[COMPARE_AVAILABILITY].apart);
	compare_done(&c);
	assert_int_equal(compare_of(&c, sides, 1, &rule), -EINVAL);
	rule.n_days = 0;
	assert_int_equal(compare_of(&c, sides, 2, &rule), -EINVAL);
}

/* Holm's adjusted values: in order of p, each at least the one before, at most 1. */
static void
test_holm(void **state)
{
	struct compare_side sides[2] = {
	    tell(&links[0],
	        (struct story){
	            .every = 10, .down_ns = 600 * S, .lost = 1, .rtt_ns = 20000000}),
	    tell(&links[1], (struct story){.every = 6,
	                        .phase = 1,
	                        .down_ns = 900 * S,
	                        .lost = 1,
	                        .rtt_ns = 20600000})};
	struct compare_rule rule = rule_of(DAYS);
	struct comparison c;

	(void)state;
	assert_int_equal(compare_of(&c, sides, 2, &rule), 0);
	const struct compare_difference *d = c.pairs[0].metrics;
	for (int m = 0; m < COMPARE_METRICS; m++) {
		size_t before = 0;
		double most = d[m].p;
		for (int k = 0; k < COMPARE_METRICS; k++)
			before += d[k].p < d[m].p;
		most = d[m].p * (double)(c.n_tests - before);
		assert_true(d[m].adjusted >= d[m].p && d[m].adjusted <= 1);
		assert_true(d[m].adjusted >= (most > 1 ? 1 : most) - 1e-12);
		for (int k = 0; k < COMPARE_METRICS; k++)
			if (d[k].p < d[m].p)
				assert_true(d[k].adjusted <= d[m].adjusted);
	}
	near(d[COMPARE_MEDIAN].adjusted, fmax(d[COMPARE_MEDIAN].p, d[COMPARE_P95].p) * 5,
	    1e-9);
	compare_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_firsts),
	    cmocka_unit_test(test_worst_day),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_common),
	    cmocka_unit_test(test_spans),
	    cmocka_unit_test(test_with),
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_little),
	    cmocka_unit_test(test_holm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
