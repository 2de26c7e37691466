#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/campaign.h"
#include "analyzer/finding.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_NS  (60 * NS_PER_S)
#define HOUR_NS (60 * MIN_NS)
#define DAY_NS  (24 * HOUR_NS)
#define MBIT    1000000

static char top[1024];

/* ---- what is screened ---- */

struct scene {
	struct regime regime;
	struct prescreen_input in;
	struct contract_conf contract;
	struct prescreen_test tests[4000];
	struct prescreen_slot slots[20000];
	struct outage outages[16];
	struct prescreen_report reports[8];
	struct prescreen out;
};

static struct scene *
scene_new(enum regime_id id, const char *zone)
{
	struct scene *s = memory_grow(NULL, 1, sizeof *s);
	char path[2048], err[600];

	memset(s, 0, sizeof *s);
	snprintf(path, sizeof path, "%s/config/regimes/%s.conf", top, regime_name(id));
	if (regime_load(&s->regime, path, err, sizeof err) != 0)
		fail_msg("%s", err);
	contract_default(&s->contract);
	s->in = (struct prescreen_input){.regime = &s->regime,
	    .zone = zone,
	    .contract = &s->contract,
	    .tests = s->tests,
	    .slots = s->slots,
	    .outages = s->outages,
	    .reports = s->reports};
	return s;
}

static void
scene_free(struct scene *s)
{
	prescreen_done(&s->out);
	free(s);
}

/* "2026-03-29 14:05" */
static int64_t
at(const char *zone, int year, int month, int day, int hour, int minute)
{
	int64_t ns = 0;

	assert_true(zone_instant(zone, year, month, day, hour, minute, 0, &ns));
	return ns;
}

static void
period(struct scene *s, int64_t from, int64_t to)
{
	s->in.period = (struct span){from, to};
	s->in.scheduled_ns = to - from;
}

static void
agree(struct scene *s, bool up, double minimum, double normal, double maximum)
{
	struct commitment_conf *c = &s->contract.commitments[s->contract.n_commitments++];

	c->metric = up ? METRIC_SPEED_UP : METRIC_SPEED_DOWN;
	c->minimum = minimum * MBIT;
	c->normal = normal * MBIT;
	c->maximum = maximum * MBIT;
}

static void
test_at(struct scene *s, int64_t ns, int64_t bps, bool up)
{
	s->tests[s->in.n_tests++] = (struct prescreen_test){ns, bps, up};
}

static struct outage *
dark(struct scene *s, int64_t from, int64_t to)
{
	struct outage *o = &s->outages[s->in.n_outages++];

	o->start_ns = from;
	o->end_ns = to;
	o->counted = true;
	o->extent = EXTENT_TOTAL;
	return o;
}

static void
report(struct scene *s, int64_t opened, int64_t closed)
{
	s->reports[s->in.n_reports++] = (struct prescreen_report){opened, closed};
}

static enum prescreen_outcome
screen(struct scene *s)
{
	prescreen_done(&s->out);
	prescreen_of(&s->out, &s->in);
	return s->out.outcome;
}

static double
number(const struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->out.n_numbers; i++)
		if (strcmp(s->out.numbers[i].name, name) == 0)
			return s->out.numbers[i].value;
	fail_msg("there is no number %s", name);
	return 0;
}

static bool
holds(const struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->out.n_conditions; i++)
		if (strcmp(s->out.conditions[i].name, name) == 0)
			return s->out.conditions[i].holds;
	fail_msg("there is no condition %s", name);
	return false;
}

static bool
lacks(const struct scene *s, const char *words)
{
	for (size_t i = 0; i < s->out.n_lacks; i++)
		if (strstr(s->out.lacks[i], words) != NULL)
			return true;
	return false;
}

/* ---- de-tkg57 ---- */

#define BERLIN "Europe/Berlin"

/* Ten at ${day} of May 2026: five from 10:00 ${step} apart, five ${pause} later. */
static void
measure_day(struct scene *s, int day, int64_t step, int64_t pause, const int64_t *bps)
{
	int64_t ns = at(BERLIN, 2026, 5, day, 10, 0);

	for (int k = 0; k < 10; k++) {
		if (k > 0)
			ns += k == 5 ? pause : step;
		test_at(s, ns, bps[k], false);
	}
}

static void
same(int64_t *bps, int64_t value)
{
	for (int i = 0; i < 10; i++)
		bps[i] = value;
}

static struct scene *
campaign_of(int d1, int d2, int d3, int64_t step, int64_t pause, int64_t bps)
{
	struct scene *s = scene_new(REGIME_DE_TKG57, BERLIN);
	int64_t v[10];

	period(s, at(BERLIN, 2026, 5, 1, 0, 0), at(BERLIN, 2026, 6, 1, 0, 0));
	agree(s, false, 50, 80, 100);
	same(v, bps);
	measure_day(s, d1, step, pause, v);
	measure_day(s, d2, step, pause, v);
	measure_day(s, d3, step, pause, v);
	return s;
}

static struct scene *
good_campaign(int64_t bps)
{
	return campaign_of(4, 6, 8, 5 * MIN_NS, 3 * HOUR_NS, bps);
}

static void
test_campaign_maximum(void **state)
{
	(void)state;
	struct scene *s = good_campaign(90 * MBIT); /* exactly 90 % of 100, and normal */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "download_maximum_days"), 3, 0);
	for (int k = 0; k < 10; k++) /* one day one bit/s below */
		s->tests[k].bps = 90 * MBIT - 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "download_maximum_days"), 2, 0);
	for (int k = 10; k < 20; k++) /* two days */
		s->tests[k].bps = 90 * MBIT - 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	s->tests[14].bps = 90 * MBIT; /* once is enough for a day */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	scene_free(s);
}

static void
test_campaign_normal(void **state)
{
	(void)state;
	struct scene *s = good_campaign(95 * MBIT);
	s->tests[1].bps = s->tests[12].bps = s->tests[23].bps = 80 * MBIT - 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS); /* 27 of 30: 90 % exactly */
	assert_float_equal(number(s, "download_normal_share"), 0.9, 1e-12);
	s->tests[24].bps = 80 * MBIT - 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL); /* 26 of 30 */
	s->tests[24].bps = 80 * MBIT;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	scene_free(s);
}

static void
test_campaign_minimum(void **state)
{
	(void)state;
	struct scene *s = good_campaign(95 * MBIT);
	s->tests[3].bps = s->tests[4].bps = 0; /* failed tests reached nothing; one day */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->tests[15].bps = 50 * MBIT; /* exactly the minimum is not below it */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->tests[15].bps = 50 * MBIT - 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(number(s, "download_minimum_days"), 2, 0);
	scene_free(s);
}

/* One condition short each: the arithmetic is shown, and nothing is concluded. */
static void
test_campaign_conditions(void **state)
{
	(void)state;
	static const struct {
		const char *broken;
		int days[3];
		int64_t step, pause;
	} CASES[] = {
	    {NULL, {1, 3, 14}, 5 * MIN_NS, 3 * HOUR_NS}, /* within 14 days exactly */
	    {"window-days", {1, 3, 15}, 5 * MIN_NS, 3 * HOUR_NS}, /* 15 */
	    {"days-between", {4, 5, 8}, 5 * MIN_NS, 3 * HOUR_NS},
	    {"spacing", {4, 6, 8}, 5 * MIN_NS - 1, 3 * HOUR_NS},
	    {"pause", {4, 6, 8}, 5 * MIN_NS, 3 * HOUR_NS - 1},
	};

	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scene *s = campaign_of(CASES[i].days[0], CASES[i].days[1],
		    CASES[i].days[2], CASES[i].step, CASES[i].pause, 10 * MBIT);
		assert_int_equal(screen(s), CASES[i].broken == NULL
		                                ? PRESCREEN_WOULD_FAIL
		                                : PRESCREEN_NOT_ENOUGH);
		static const char *const ALL[] = {"measurements", "measurements-a-day",
		    "days-between", "window-days", "spacing", "pause"};
		for (size_t k = 0; k < sizeof ALL / sizeof ALL[0]; k++)
			assert_int_equal(
			    holds(s, ALL[k]), CASES[i].broken == NULL ||
			                          strcmp(CASES[i].broken, ALL[k]) != 0);
		assert_true(number(s, "download_minimum_days") == 3);
		scene_free(s);
	}
}

static void
test_campaign_incomplete(void **state)
{
	(void)state;
	struct scene *s = good_campaign(10 * MBIT);
	s->in.n_tests = 29;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_false(holds(s, "measurements"));
	assert_false(holds(s, "measurements-a-day"));
	assert_true(lacks(s, "--schedule"));
	s->in.n_tests = 30;
	s->in.contract_changed = true;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_non_null(strstr(s->out.findings[0], "in force at its end"));
	s->in.contract_changed = false;
	s->contract.n_commitments = 0;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "states no speed"));
	agree(s, false, 50, 0, 0);
	agree(
	    s, true, 5, 0, 0); /* stated, never measured; but one that fails fails all */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	for (int i = 0; i < 30; i++)
		s->tests[i].bps = 60 * MBIT;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	s->in.contract = NULL;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	scene_free(s);
}

/* Among tests every quarter of an hour the first that keep the conditions are taken,
 * whatever they reached. */
static void
test_campaign_among_many(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_DE_TKG57, BERLIN);
	int64_t from = at(BERLIN, 2026, 3, 28, 0, 0); /* the clocks change on the 29th */

	period(s, from, at(BERLIN, 2026, 4, 5, 0, 0));
	agree(s, false, 50, 0, 0);
	for (int64_t ns = from; ns < s->in.period.end_ns; ns += 15 * MIN_NS)
		test_at(s, ns, 60 * MBIT, false);
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_non_null(strstr(s->out.findings[0], "2026-03-28, 2026-03-30, 2026-04-01"));
	s->tests[15].bps = 0; /* within the pause of the first day: not taken */
	s->tests[92 + 96 + 5].bps = 0;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "download_minimum_days"), 0, 0);
	s->tests[0].bps = 0;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "download_minimum_days"), 1, 0);
	scene_free(s);
}

/* Days that lie too far apart are passed over for those that do not. */
static void
test_campaign_later_days(void **state)
{
	(void)state;
	struct scene *s = campaign_of(1, 10, 15, 5 * MIN_NS, 3 * HOUR_NS, 95 * MBIT);
	int64_t v[10];
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	same(v, 95 * MBIT);
	measure_day(s, 17, 5 * MIN_NS, 3 * HOUR_NS, v);
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_non_null(strstr(s->out.findings[0], "2026-05-10, 2026-05-15, 2026-05-17"));
	scene_free(s);
}

/* What decimals only come near to: 7 % of 100 is 7. */
static void
test_reaches(void **state)
{
	(void)state;
	assert_true(0.07 * 100 > 7);
	assert_true(finding_reaches(7, 0.07, 100));
	assert_false(finding_reaches(6, 0.07, 100));
	assert_false(finding_reaches(6.999, 0.07, 100));
	assert_true(finding_reaches(34, 0.8, 42));
	assert_false(finding_reaches(33, 0.8, 42));
	assert_true(finding_reaches(0, 0.8, 0));
}

static void
test_schedule(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_DE_TKG57, BERLIN);
	int64_t *times, from = at(BERLIN, 2026, 3, 27, 10, 0); /* and over the 29th */
	size_t n;

	assert_int_equal(campaign_schedule(&s->regime, from, &times, &n), 0);
	assert_int_equal(n, 30);
	assert_true(times[0] == from);
	agree(s, false, 1, 1, 1);
	period(s, from, times[29] + DAY_NS);
	for (size_t i = 0; i < n; i++)
		test_at(s, times[i], MBIT, false);
	free(times);
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS); /* every condition holds */
	/* a second later that day is too late */
	assert_int_equal(campaign_schedule(&s->regime, from + 1, &times, &n), 0);
	assert_true(times[0] == at(BERLIN, 2026, 3, 28, 10, 0));
	assert_true(times[10] == at(BERLIN, 2026, 3, 30, 10, 0));
	free(times);
	/* a pause that no day has room for, days that no window has room for */
	for (size_t i = 0; i < s->regime.n_figures; i++)
		if (strcmp(s->regime.figures[i].name, "pause") == 0)
			s->regime.figures[i].ns = 13 * HOUR_NS;
	assert_int_equal(campaign_schedule(&s->regime, from, &times, &n), -ERANGE);
	for (size_t i = 0; i < s->regime.n_figures; i++) {
		if (strcmp(s->regime.figures[i].name, "pause") == 0)
			s->regime.figures[i].ns = HOUR_NS;
		if (strcmp(s->regime.figures[i].name, "window-days") == 0)
			s->regime.figures[i].number = 4;
	}
	assert_int_equal(campaign_schedule(&s->regime, from, &times, &n), -ERANGE);
	scene_free(s);
}

/* ---- de-tkg58 ---- */

static struct scene *
repair_scene(enum regime_id id, const char *zone, int month)
{
	struct scene *s = scene_new(id, zone);

	period(s, at(zone, 2026, month, 1, 0, 0), at(zone, 2026, month + 1, 1, 0, 0));
	return s;
}

static void
test_calendar_days(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 5);
	/* Reported on Monday the 4th: the 5th and 6th are free, the 7th is the 3rd day.
	 */
	struct outage *o =
	    dark(s, at(BERLIN, 2026, 5, 4, 9, 0), at(BERLIN, 2026, 5, 7, 0, 0));
	report(s, at(BERLIN, 2026, 5, 4, 23, 59), INT64_MAX);
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "payable_days_at_most"), 0, 0);
	o->end_ns += 1; /* begun */
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	assert_float_equal(number(s, "amount_at_most"), 5, 0);
	assert_float_equal(number(s, "amount"), 0, 0);
	o->end_ns = at(BERLIN, 2026, 5, 8, 0, 0) - 1;
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	o->end_ns += 1; /* whole */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(number(s, "payable_days"), 1, 0);
	assert_float_equal(number(s, "amount"), 5, 0);
	o->end_ns = at(BERLIN, 2026, 5, 11, 0, 0); /* 3rd, 4th, 5th and 6th day */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(number(s, "amount"), 5 + 5 + 10 + 10, 0);
	/* reported a minute later it is another day */
	s->reports[0].opened_ns = at(BERLIN, 2026, 5, 5, 0, 0);
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(number(s, "amount"), 5 + 5 + 10, 0);
	scene_free(s);
}

static void
test_calendar_share(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 5);
	dark(s, at(BERLIN, 2026, 5, 4, 9, 0), at(BERLIN, 2026, 5, 10, 0, 0));
	report(s, at(BERLIN, 2026, 5, 4, 9, 0), INT64_MAX);
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_true(lacks(s, "monthly charge"));
	strcpy(s->contract.currency, "EUR");
	s->contract.mrc_mills = 50000; /* 10 % are 5.00: the same */
	screen(s);
	assert_false(lacks(s, "monthly charge"));
	assert_float_equal(number(s, "amount"), 20, 0);
	s->contract.mrc_mills = 50100;
	screen(s);
	assert_float_equal(number(s, "amount"), 5.01 + 5.01 + 10.02, 1e-9);
	s->contract.mrc_mills = 49900;
	screen(s);
	assert_float_equal(number(s, "amount"), 20, 0);
	s->contract.mrc_mills = 100000;
	strcpy(s->contract.currency, "CHF"); /* a share of it is no euros */
	screen(s);
	assert_float_equal(number(s, "amount"), 20, 0);
	assert_true(lacks(s, "monthly charge in EUR"));
	scene_free(s);
}

/* Civil days, of 23 and of 25 hours. */
static void
test_calendar_dst(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 3);
	struct outage *o =
	    dark(s, at(BERLIN, 2026, 3, 26, 8, 0), at(BERLIN, 2026, 3, 30, 0, 0));
	report(s, at(BERLIN, 2026, 3, 26, 9, 0), INT64_MAX);
	assert_true(o->end_ns - at(BERLIN, 2026, 3, 29, 0, 0) == 23 * HOUR_NS);
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL); /* the 29th alone */
	assert_float_equal(number(s, "payable_days"), 1, 0);
	assert_float_equal(number(s, "payable_days_at_most"), 1, 0);
	o->end_ns -= 1;
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	scene_free(s);
	s = repair_scene(REGIME_DE_TKG58, BERLIN, 10);
	o = dark(
	    s, at(BERLIN, 2026, 10, 22, 8, 0), at(BERLIN, 2026, 10, 25, 0, 0) + DAY_NS);
	report(s, at(BERLIN, 2026, 10, 22, 9, 0), INT64_MAX);
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE); /* an hour is missing of 25 */
	o->end_ns += HOUR_NS;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	scene_free(s);
}

static void
test_calendar_reports(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 5);
	struct outage *o =
	    dark(s, at(BERLIN, 2026, 5, 4, 9, 0), at(BERLIN, 2026, 5, 8, 0, 0));
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH); /* nobody reported it */
	assert_true(lacks(s, "meets no report"));
	report(s, o->end_ns, INT64_MAX); /* after it was over */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	s->reports[0].opened_ns = o->start_ns - HOUR_NS;
	s->reports[0].closed_ns = o->start_ns; /* closed before it began */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	s->reports[0].closed_ns = o->start_ns + 1; /* closed, and dark all the same */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	report(s, at(BERLIN, 2026, 5, 4, 20, 0), INT64_MAX); /* again: no day twice */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(number(s, "payable_days"), 1, 0);
	s->in.n_reports = 1;
	s->reports[0].closed_ns = INT64_MAX; /* before it began; dark on that day alone */
	o->start_ns = at(BERLIN, 2026, 5, 7, 0, 0);
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	o->start_ns += 1;
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	o->start_ns = at(BERLIN, 2026, 5, 4, 9, 0);
	o->counted = false; /* the customer's own */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	o->counted = true;
	o->extent = EXTENT_PARTIAL;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->in.unknown_ns = s->in.scheduled_ns / 20; /* 95 % measured exactly */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->in.unknown_ns += NS_PER_S;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	o->extent = EXTENT_TOTAL; /* what is sure stays so */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	struct span hole = {at(BERLIN, 2026, 5, 7, 3, 0), at(BERLIN, 2026, 5, 7, 4, 0)};
	o->holes = &hole;
	o->n_holes = 1;
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	scene_free(s);
}

/* A ticket that stays open is not a report of all that comes later. */
static void
test_calendar_again(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 5);
	int64_t up = at(BERLIN, 2026, 5, 5, 20, 0);
	dark(s, at(BERLIN, 2026, 5, 4, 9, 0), up);
	struct outage *o =
	    dark(s, at(BERLIN, 2026, 5, 6, 23, 59), at(BERLIN, 2026, 5, 8, 0, 0));
	report(s, at(BERLIN, 2026, 5, 4, 9, 0), INT64_MAX);
	assert_int_equal(
	    screen(s), PRESCREEN_ARGUABLE); /* the day after: the same fault */
	assert_float_equal(number(s, "payable_days"), 0, 0);
	assert_float_equal(number(s, "payable_days_at_most"), 1, 0);
	o->start_ns = at(BERLIN, 2026, 5, 7, 0, 0); /* the whole 6th was up */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	o->end_ns = at(BERLIN, 2026, 5, 10, 0, 1); /* its own third day, unreported */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "2026-05-07 00:00"));
	report(s, o->start_ns, INT64_MAX);
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	scene_free(s);
}

/* Exclusions entered by hand, to the nanosecond. */
static void
test_calendar_excluded(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_DE_TKG58, BERLIN, 5);
	int64_t begins = at(BERLIN, 2026, 5, 7, 0, 0), ends = begins + DAY_NS;
	struct span e = {begins, ends};
	dark(s, at(BERLIN, 2026, 5, 4, 9, 0), ends);
	report(s, at(BERLIN, 2026, 5, 4, 9, 0), INT64_MAX);
	s->in.excluded = &e;
	s->in.n_excluded = 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS); /* the one day is taken out */
	e.end_ns -= 1;
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	e = (struct span){begins + 1, ends};
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	e = (struct span){begins - HOUR_NS, begins};
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	e = (struct span){ends, ends + HOUR_NS};
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	e = (struct span){begins, ends};
	s->in.n_reports = 0; /* nor is it something to have been reported */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	scene_free(s);
}

/* Days of one period: months sum to what both are together. */
static void
test_calendar_periods(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_DE_TKG58, BERLIN);
	double sum = 0;

	dark(s, at(BERLIN, 2026, 4, 25, 9, 0), at(BERLIN, 2026, 5, 10, 9, 0));
	report(s, at(BERLIN, 2026, 4, 25, 9, 0), INT64_MAX);
	for (int month = 4; month < 6; month++) {
		period(s, at(BERLIN, 2026, month, 1, 0, 0),
		    at(BERLIN, 2026, month + 1, 1, 0, 0));
		screen(s);
		sum += number(s, "amount_at_most");
	}
	period(s, at(BERLIN, 2026, 4, 1, 0, 0), at(BERLIN, 2026, 6, 1, 0, 0));
	screen(s);
	assert_float_equal(number(s, "payable_days_at_most"), 13, 0);
	assert_float_equal(number(s, "payable_days"), 12, 0);
	assert_float_equal(number(s, "amount_at_most"), 2 * 5 + 11 * 10, 0);
	assert_float_equal(sum, number(s, "amount_at_most"), 0);
	scene_free(s);
}

/* ---- uk-auto-compensation ---- */

#define LONDON "Europe/London"

static void
test_working_days(void **state)
{
	(void)state;
	static const struct {
		int report, first; /* days of May 2026; the 1st is a Friday */
	} CASES[] = {{4, 7}, {6, 9}, {7, 12}, {8, 13}, {9, 13}, {10, 13}, {11, 14}};

	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scene *s = repair_scene(REGIME_UK_AUTO_COMPENSATION, LONDON, 5);
		int64_t first = at(LONDON, 2026, 5, CASES[i].first, 0, 0);
		struct outage *o =
		    dark(s, at(LONDON, 2026, 5, CASES[i].report, 0, 0), first);
		report(s, at(LONDON, 2026, 5, CASES[i].report, 17, 0), INT64_MAX);
		assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
		o->end_ns += 1;
		assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
		o->end_ns = first + 2 * DAY_NS;
		assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
		assert_float_equal(number(s, "payable_days"), 2, 0);
		assert_float_equal(number(s, "amount"), 2 * 10.34, 1e-9);
		scene_free(s);
	}
}

static void
test_working_holiday(void **state)
{
	(void)state;
	struct scene *s = repair_scene(REGIME_UK_AUTO_COMPENSATION, LONDON, 5);
	/* Saturday the 2nd; Monday the 4th is a bank holiday in 2026. */
	dark(s, at(LONDON, 2026, 5, 2, 0, 0), at(LONDON, 2026, 5, 8, 0, 0));
	report(s, at(LONDON, 2026, 5, 2, 12, 0), INT64_MAX);
	screen(s);
	assert_float_equal(number(s, "payable_days"), 2, 0); /* 6th and 7th */
	s->contract.holidays[s->contract.n_holidays++] = (struct civil_date){2026, 5, 4};
	screen(s);
	assert_float_equal(number(s, "payable_days"), 1, 0);
	scene_free(s);
}

/* The sum is known from a day on; before it days are counted, and no sum is made up. */
static void
test_working_amounts(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_UK_AUTO_COMPENSATION, LONDON);
	period(s, at(LONDON, 2026, 3, 1, 0, 0), at(LONDON, 2026, 5, 1, 0, 0));
	dark(s, at(LONDON, 2026, 3, 25, 9, 0), at(LONDON, 2026, 4, 2, 0, 0));
	report(s, at(LONDON, 2026, 3, 25, 9, 0), INT64_MAX);
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	assert_float_equal(
	    number(s, "payable_days"), 5, 0); /* 28th to the 1st of April */
	assert_float_equal(number(s, "amount"), 10.34, 1e-9);
	assert_true(lacks(s, "4 days before 2026-04-01"));
	scene_free(s);
}

/* ---- uk-codes ---- */

static void
daily(struct scene *s, int from, int to, int64_t bps)
{
	for (int day = from; day <= to; day++)
		for (int hour = 8; hour < 20; hour += 6)
			test_at(s, at(LONDON, 2026, 5, day, hour, 0), bps, false);
}

static void
test_codes(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_UK_CODES, LONDON);
	period(s, at(LONDON, 2026, 5, 1, 0, 0), at(LONDON, 2026, 7, 1, 0, 0));
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "states no minimum"));
	agree(s, false, 30, 0, 0);
	daily(s, 1, 33, 30 * MBIT); /* exactly the minimum */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->in.n_tests = 0;
	daily(s, 1, 33, 30 * MBIT - 1); /* to the 2nd of June */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "no report"));
	report(s, at(LONDON, 2026, 5, 3, 9, 0), INT64_MAX); /* until the 2nd of June */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "after 2026-06-02"));
	daily(s, 34, 34, 30 * MBIT - 1); /* the 31st day */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	size_t last = s->in.n_tests;
	s->tests[last - 1].bps = s->tests[last - 2].bps =
	    30 * MBIT; /* mended on the 31st */
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	s->tests[last - 1].bps = 1;
	s->tests[20].bps = s->tests[21].bps = 30 * MBIT; /* a good day in between */
	assert_int_equal(screen(s), PRESCREEN_ARGUABLE);
	s->tests[21].bps = 1;
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	scene_free(s);
}

/* ---- eu-2015-2120 ---- */

static void
test_shares(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_EU_2015_2120, LONDON);
	period(s, at(LONDON, 2026, 5, 1, 0, 0), at(LONDON, 2026, 6, 1, 0, 0));
	agree(s, false, 30, 50, 100);
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	daily(s, 1, 3, 50 * MBIT);
	daily(s, 4, 5, 50 * MBIT - 1);
	daily(s, 6, 6, 50 * MBIT);
	daily(s, 7, 7, 30 * MBIT - 1);
	s->tests[0].bps = 100 * MBIT;
	assert_int_equal(screen(s), PRESCREEN_NO_VERDICT);
	assert_float_equal(number(s, "download_minimum_share"), 12.0 / 14, 1e-12);
	assert_float_equal(number(s, "download_normal_share"), 8.0 / 14, 1e-12);
	assert_float_equal(number(s, "download_maximum_share"), 1.0 / 14, 1e-12);
	assert_float_equal(number(s, "download_normal_days_below"), 3, 0);
	assert_float_equal(number(s, "download_normal_days_measured"), 7, 0);
	assert_float_equal(number(s, "download_normal_days_below_in_a_row"), 2, 0);
	scene_free(s);
}

/* ---- us-caf-80-80 ---- */

#define CHICAGO "America/Chicago"

static struct scene *
evening_scene(int days)
{
	struct scene *s = scene_new(REGIME_US_CAF_80_80, CHICAGO);

	agree(s, false, 0, 0, 100);
	agree(s, true, 0, 0, 10);
	period(s, at(CHICAGO, 2026, 3, 5, 0, 0), at(CHICAGO, 2026, 3, 5 + days, 0, 0));
	for (int d = 0; d < days; d++) { /* clocks change on the 8th */
		for (int h = 0; h < 24; h++) {
			int64_t ns = at(CHICAGO, 2026, 3, 5 + d, h, 30);
			if (d == 3 && h == 2)
				continue;
			test_at(s, ns, h < 18 ? 0 : 80 * MBIT, false);
			test_at(s, ns, h < 18 ? 0 : 8 * MBIT, true);
		}
		for (int m = 17 * 60; m < 24 * 60; m++)
			s->slots[s->in.n_slots++] =
			    (struct prescreen_slot){at(CHICAGO, 2026, 3, 5 + d, 0, m),
			        m < 18 * 60 ? INT64_MAX : 100 * NS_PER_MS};
	}
	return s;
}

static void
test_consistent_speed(void **state)
{
	(void)state;
	struct scene *s = evening_scene(7);
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS); /* all at 80 %, at 100 ms */
	assert_float_equal(number(s, "download_tests"), 42, 0);
	size_t changed = 0; /* 80 % of 42 are 33.6: 34 pass, 33 fail */
	for (size_t i = 0; i < s->in.n_tests && changed < 8; i++)
		if (!s->tests[i].up && s->tests[i].bps > 0) {
			s->tests[i].bps = 80 * MBIT - 1;
			changed++;
		}
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	for (size_t i = 0; i < s->in.n_tests && changed < 9; i++)
		if (!s->tests[i].up && s->tests[i].bps == 80 * MBIT) {
			s->tests[i].bps = 80 * MBIT - 1;
			changed++;
		}
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	s->in.n_tests--; /* the last is an upload; 41 of 42 say nothing, a failure does */
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	scene_free(s);
	s = evening_scene(7);
	s->in.n_tests--;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "41 upload tests"));
	scene_free(s);
	s = evening_scene(6);
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "36 download tests"));
	scene_free(s);
}

static void
test_consistent_latency(void **state)
{
	(void)state;
	struct scene *s = evening_scene(7); /* 2520 minutes; 5 % are 126 */
	size_t changed = 0;
	for (size_t i = 0; i < s->in.n_slots; i++)
		if (s->slots[i].rtt_ns == 100 * NS_PER_MS && changed < 126) {
			s->slots[i].rtt_ns =
			    changed % 2 ? INT64_MAX : 100 * NS_PER_MS + 1;
			changed++;
		}
	assert_int_equal(screen(s), PRESCREEN_WOULD_PASS);
	assert_float_equal(number(s, "latency_share"), 0.95, 1e-12);
	for (size_t i = 0; i < s->in.n_slots && changed < 127; i++)
		if (s->slots[i].rtt_ns == 100 * NS_PER_MS) {
			s->slots[i].rtt_ns++;
			changed++;
		}
	assert_int_equal(screen(s), PRESCREEN_WOULD_FAIL);
	s->in.n_slots -= 127; /* of the last evening */
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	assert_true(lacks(s, "2393 slots"));
	scene_free(s);
}

/* ---- au-30s ---- */

static void
test_daily_outages(void **state)
{
	(void)state;
	static const char SYDNEY[] = "Australia/Sydney";
	struct scene *s = scene_new(REGIME_AU_30S, SYDNEY);
	int64_t noon = at(SYDNEY, 2026, 5, 4, 12, 0);

	period(s, at(SYDNEY, 2026, 5, 1, 0, 0), at(SYDNEY, 2026, 5, 11, 0, 0));
	dark(s, noon, noon + 30 * NS_PER_S);     /* not longer than 30 s */
	dark(s, noon, noon + 30 * NS_PER_S + 1); /* 1 */
	int64_t six = at(SYDNEY, 2026, 5, 5, 6, 0);
	dark(s, six - 1, six + HOUR_NS); /* begins in the night */
	dark(s, six, six + HOUR_NS);     /* 2 */
	dark(s, at(SYDNEY, 2026, 5, 6, 0, 0), at(SYDNEY, 2026, 5, 6, 0, 5));
	dark(s, at(SYDNEY, 2026, 5, 6, 0, 0) - 1, at(SYDNEY, 2026, 5, 6, 0, 5)); /* 3 */
	dark(s, at(SYDNEY, 2026, 5, 6, 19, 0),
	    at(SYDNEY, 2026, 5, 6, 19, 5)); /* 4, busy */
	dark(s, at(SYDNEY, 2026, 5, 6, 23, 0), at(SYDNEY, 2026, 5, 6, 23, 5)); /* 5 */
	dark(s, s->in.period.start_ns - 12 * HOUR_NS,
	    s->in.period.start_ns + 12 * HOUR_NS);
	dark(s, noon, noon + MIN_NS)->counted = false;
	dark(s, noon, noon + MIN_NS)->extent = EXTENT_PARTIAL;
	assert_int_equal(screen(s), PRESCREEN_NO_VERDICT);
	assert_float_equal(number(s, "outages"), 5, 0);
	assert_float_equal(number(s, "outages_at_night"), 2, 0);
	assert_float_equal(number(s, "outages_in_busy_hours"), 1, 0);
	assert_float_equal(number(s, "daily_outages"), 0.5, 1e-12);
	s->in.unknown_ns =
	    9 * DAY_NS; /* what was not measured is no day without outages */
	screen(s);
	assert_float_equal(number(s, "daily_outages"), 5, 1e-12);
	s->in.unknown_ns += 1;
	assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
	scene_free(s);
}

/* ---- files ---- */

static void
check_source(const struct regime_source *s)
{
	assert_true(s->text[0] != '\0');
	assert_in_range(s->as_of.year, 2019, 2026);
}

static void
test_files(void **state)
{
	(void)state;
	for (int id = 0; id < REGIMES; id++) {
		struct scene *s = scene_new((enum regime_id)id, "UTC");
		const struct regime *r = &s->regime;
		assert_int_equal(r->id, id);
		assert_string_equal(r->name, regime_name(r->id));
		assert_true(r->n_lacks > 0);
		check_source(&r->source);
		for (size_t i = 0; i < r->n_figures; i++)
			check_source(&r->figures[i].source);
		for (size_t i = 0; i < r->n_lacks; i++)
			check_source(&r->lacks[i].source);
		/* Nothing at all is never a result. */
		period(s, 0, 0);
		assert_int_equal(screen(s), PRESCREEN_NOT_ENOUGH);
		assert_true(s->out.n_lacks > 0);
		scene_free(s);
	}
}

static void
test_values(void **state)
{
	(void)state;
	struct scene *s = scene_new(REGIME_DE_TKG58, "UTC");
	const struct regime_figure *f = regime_figure(&s->regime, "second-amount");
	assert_true(f->mills == 10000);
	assert_string_equal(f->currency, "EUR");
	assert_int_equal(f->source.status, REGIME_VERIFIED);
	assert_int_equal(
	    regime_figure(&s->regime, "report-day")->source.status, REGIME_UNVERIFIED);
	scene_free(s);
	s = scene_new(REGIME_DE_TKG57, "UTC");
	assert_true(regime_figure(&s->regime, "pause")->ns == 3 * HOUR_NS);
	assert_int_equal(
	    regime_figure(&s->regime, "pause")->source.status, REGIME_UNVERIFIED);
	assert_float_equal(regime_figure(&s->regime, "normal-share")->number, 0.9, 1e-12);
	assert_int_equal(regime_figure(&s->regime, "in-force")->date.year, 2021);
	scene_free(s);
	s = scene_new(REGIME_US_CAF_80_80, "UTC");
	assert_float_equal(regime_figure(&s->regime, "to-hour")->number, 1440, 0);
	scene_free(s);
}

#define ABOUT                                                                            \
	"title = \"t\"\napplies = \"a\"\nmethod = \"m\"\nsource = \"s\"\n"               \
	"as-of = \"2026-01-01\"\nstatus = verified\n"
#define OF "source = \"s\"\nas-of = \"2026-01-01\"\nstatus = verified\n"

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *where, *what;
	} BAD[] = {
	    {"", "f:1: ", "0 regimes"},
	    {"regime nowhere {\n" ABOUT "}", "f:1: ", "not known; one of: de-tkg57"},
	    {"regime uk-codes {\n" ABOUT "}", "f:1: ", "needs figure zone"},
	    {"regime eu-2015-2120 {\n" ABOUT "figure zone {\nvalue = UTC\n" OF "}\n}",
	        "f:8: ", "has no figure \"zone\""},
	    {"regime eu-2015-2120 {\n" ABOUT "}\nregime au-30s {\n" ABOUT "}",
	        "f:1: ", "2 regimes"},
	    {"regime eu-2015-2120 {\n" ABOUT "colour = red\n}",
	        "f:8: colour: ", "no such option"},
	    {"regime eu-2015-2120 {\n" ABOUT "link l {\n}\n}",
	        "f:8: ", "no such section"},
	    {"lack l {\ntext = \"x\"\n" OF "}", "f:1: ", "no such section"},
	    {"regime eu-2015-2120 {\ntitle = \"t\"\n}", "f:1: ", "applies is missing"},
	    {"regime eu-2015-2120 {\n" ABOUT "lack l {\ntext = \"x\"\n}\n}",
	        "f:8: ", "source is missing"},
	    {"regime eu-2015-2120 {\n" ABOUT
	     "lack l {\ntext = \"x\"\nsource = \"\"\n}\n}",
	        "f:10: source: ", "source is missing"},
	    {"regime eu-2015-2120 {\n" ABOUT
	     "lack l {\ntext = \"x\"\nsource = \"s\"\nas-of = \"2026-02-30\"\n}\n}",
	        "f:11: as-of: ", "no date"},
	    {"regime eu-2015-2120 {\n" ABOUT
	     "lack l {\ntext = \"x\"\nsource = \"s\"\nas-of = \"2026-02-20\"\nstatus = "
	     "sure\n}\n}",
	        "f:12: status: ", "verified, secondary, unverified"},
	    {"regime eu-2015-2120 {\n" ABOUT
	     "lack l {\ntext = \"x\"\nsource = \"s\"\nas-of = \"2026-02-20\"\n}\n}",
	        "f:8: ", "status is missing"},
	    {"regime uk-codes {\n" ABOUT "figure zone {\nvalue = Nowhere\n" OF "}\n}",
	        "f:9: value: ", "a zone like"},
	    {"regime uk-codes {\n" ABOUT "figure fix-days {\nvalue = 0\n" OF "}\n}",
	        "f:9: value: ", "a whole number"},
	    {"regime uk-codes {\n" ABOUT "figure in-force {\nvalue = 2019\n" OF "}\n}",
	        "f:9: value: ", "no date"},
	    {"regime de-tkg58 {\n" ABOUT "figure first-amount {\nvalue = 5.00\n" OF
	     "}\n}",
	        "f:9: value: ", "with its currency"},
	    {"regime de-tkg58 {\n" ABOUT "figure first-amount {\nvalue = \"x EUR\"\n" OF
	     "}\n}",
	        "f:9: value: ", "x"},
	    {"regime de-tkg58 {\n" ABOUT "figure first-share {\nvalue = 110%\n" OF "}\n}",
	        "f:9: value: ", "110%"},
	    {"regime au-30s {\n" ABOUT "figure night-to {\nvalue = 24:01\n" OF "}\n}",
	        "f:9: value: ", "a time of day"},
	    {"regime au-30s {\n" ABOUT "figure longer-than {\nvalue = 30\n" OF "}\n}",
	        "f:9: value: ", "30"},
	    {"regime au-30s {\n" ABOUT
	     "figure longer-than {\nvalue = 30s\nvalue = 31s\n" OF "}\n}",
	        "f:10: ", "value"},
	    {"regime au-30s {\n" ABOUT, "f:1: ", "}"},
	    {"regime au-30s {\n\x01", "f:2: ", ""},
	};

	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct regime r;
		char err[600] = "";
		int rc = regime_parse(
		    &r, "f", BAD[i].text, strlen(BAD[i].text), err, sizeof err);
		if (rc != -EINVAL ||
		    strncmp(err, BAD[i].where, strlen(BAD[i].where)) != 0 ||
		    strstr(err, BAD[i].what) == NULL || strchr(err, '\n') != NULL)
			fail_msg("case %zu: %d, %s", i, rc, err);
	}
}

/* One figure of a shipped file changed: figures must fit together. */
static void
test_refused_together(void **state)
{
	(void)state;
	static const struct {
		enum regime_id id;
		const char *from, *to, *what;
	} CASES[] = {{REGIME_DE_TKG57, "value = 30 ", "value = 31 ", "3 days of 10"},
	    {REGIME_DE_TKG57, "measuring-days { value = 3 ",
	        "measuring-days { value = 4 ", "whole number from 3 to 3"},
	    {REGIME_US_CAF_80_80, "value = 24:00", "value = 18:00",
	        "not after from-hour"}};

	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		char path[2048], text[16384], err[600];
		struct regime r;
		snprintf(path, sizeof path, "%s/config/regimes/%s.conf", top,
		    regime_name(CASES[i].id));
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		size_t n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
		text[n] = '\0';
		char *place = strstr(text, CASES[i].from);
		assert_non_null(place);
		memcpy(place, CASES[i].to, strlen(CASES[i].to));
		assert_int_equal(
		    regime_parse(&r, "f", text, n, err, sizeof err), -EINVAL);
		if (strstr(err, CASES[i].what) == NULL)
			fail_msg("%s", err);
	}
	struct regime r;
	char err[600];
	assert_int_equal(regime_load(&r, "/nonexistent", err, sizeof err), -ENOENT);
	assert_int_equal(regime_load(&r, top, err, sizeof err), -EINVAL);
}

int
main(void)
{
	const char *where = getenv("LW_TOP");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_refused_together),
	    cmocka_unit_test(test_campaign_maximum),
	    cmocka_unit_test(test_campaign_normal),
	    cmocka_unit_test(test_campaign_minimum),
	    cmocka_unit_test(test_campaign_conditions),
	    cmocka_unit_test(test_campaign_incomplete),
	    cmocka_unit_test(test_campaign_among_many),
	    cmocka_unit_test(test_campaign_later_days),
	    cmocka_unit_test(test_reaches),
	    cmocka_unit_test(test_schedule),
	    cmocka_unit_test(test_calendar_days),
	    cmocka_unit_test(test_calendar_share),
	    cmocka_unit_test(test_calendar_dst),
	    cmocka_unit_test(test_calendar_reports),
	    cmocka_unit_test(test_calendar_periods),
	    cmocka_unit_test(test_calendar_again),
	    cmocka_unit_test(test_calendar_excluded),
	    cmocka_unit_test(test_working_days),
	    cmocka_unit_test(test_working_holiday),
	    cmocka_unit_test(test_working_amounts),
	    cmocka_unit_test(test_codes),
	    cmocka_unit_test(test_shares),
	    cmocka_unit_test(test_consistent_speed),
	    cmocka_unit_test(test_consistent_latency),
	    cmocka_unit_test(test_daily_outages),
	};

	snprintf(top, sizeof top, "%s", where != NULL ? where : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
