#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/credit.h"
#include "base/clock.h"
#include "base/zone.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S   NS_PER_S
#define MIN (60 * S)
#define H   (3600 * S)
#define DAY (24 * H)

/* Contracts as they are published; the charges are ours. */

#define MRC     450000LL /* 450.00: a day of it is 15.00 */
#define N(list) (sizeof(list) / sizeof((list)[0]))

static struct contract_conf
contract(const char *name)
{
	struct contract_conf c;

	memset(&c, 0, sizeof c);
	snprintf(c.name, sizeof c.name, "%s", name);
	snprintf(c.currency, sizeof c.currency, "EUR");
	c.mrc_mills = MRC;
	c.stack = true;
	return c;
}

static struct amount
days(double n)
{
	return (struct amount){.kind = AMOUNT_DAYS, .days = n};
}

static struct amount
share(double ratio)
{
	return (struct amount){.kind = AMOUNT_SHARE, .share = ratio};
}

static struct amount
money(int64_t mills)
{
	return (struct amount){.kind = AMOUNT_MONEY, .mills = mills};
}

static struct credit_conf *
credit(struct contract_conf *c, const char *name, enum credit_rule rule)
{
	struct credit_conf *k = &c->credits[c->n_credits++];

	snprintf(k->name, sizeof k->name, "%s", name);
	k->rule = rule;
	return k;
}

static struct credit_conf *
per_time(struct contract_conf *c, int64_t unit, struct amount each)
{
	struct credit_conf *k = credit(c, "per-time", CREDIT_PER_TIME);

	k->unit_ns = unit;
	k->amount = each;
	return k;
}

static void
step(struct credit_conf *k, double threshold, struct amount a)
{
	k->tiers[k->n_tiers++] = (struct credit_tier){threshold, a};
}

/* A period with its outages, two hours apart and more. */
struct story {
	struct account a;
	struct downtime down[64];
};

static void
story_begin(struct story *s, int64_t start, int64_t scheduled)
{
	memset(s, 0, sizeof *s);
	s->a.period = (struct span){start, start + scheduled};
	s->a.zone = "UTC";
	s->a.down = s->down;
	s->a.scheduled_ns = scheduled;
	s->a.has_availability = true;
}

static void
story_outage(struct story *s, int64_t ns)
{
	size_t i = s->a.n_down++;
	struct downtime *d = &s->down[i];

	snprintf(d->outage_id, sizeof d->outage_id, "%016zx", i + 1);
	d->start_ns = i == 0 ? s->a.period.start_ns + H : d[-1].end_ns + 2 * H;
	d->end_ns = d->start_ns + ns;
	d->begins_here = true;
	d->counted_ns = d->whole_ns = ns;
	s->a.down_ns += ns;
}

/* April 2026: 30 days. */
static int64_t
april(void)
{
	int64_t ns = 0;

	assert_true(zone_day_start("UTC", 2026, 4, 1, &ns));
	return ns;
}

static struct story
outages(size_t n, ...)
{
	struct story s;
	va_list ap;

	story_begin(&s, april(), 30 * DAY);
	va_start(ap, n);
	for (size_t i = 0; i < n; i++)
		story_outage(&s, va_arg(ap, int64_t));
	va_end(ap);
	return s;
}

static struct credit_sheet
sheet_of(const struct contract_conf *c, struct story *s)
{
	struct credit_sheet out;

	s->a.down = s->down; /* it may have been copied */
	assert_int_equal(credit_work_out(&out, c, &s->a), 0);
	return out;
}

/* What is owed in all, in mills. */
static int64_t
owed(const struct contract_conf *c, struct story s)
{
	struct credit_sheet sheet = sheet_of(c, &s);
	int64_t mills = sheet.total.mills;

	assert_int_equal(sheet.total.share_ppb, 0);
	credit_done(&sheet);
	return mills;
}

struct single {
	int64_t ns, mills;
};

/* One outage of each length, in a period of its own. */
static void
each_owes(const struct contract_conf *c, const struct single *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t got = owed(c, outages(1, list[i].ns));
		if (got != list[i].mills)
			fail_msg("%s: %lld ns owe %lld, not %lld", c->name,
			    (long long)list[i].ns, (long long)got,
			    (long long)list[i].mills);
	}
}

struct mean {
	double v;
	int64_t mills;
};

static void
each_mean_owes(
    const struct contract_conf *c, enum metric m, const struct mean *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct story s = outages(0);
		s.a.has_metric[m] = true;
		s.a.metric[m] = list[i].v;
		int64_t got = owed(c, s);
		if (got != list[i].mills)
			fail_msg("%s: a mean of %.17g owes %lld, not %lld", c->name,
			    list[i].v, (long long)got, (long long)list[i].mills);
	}
}

/* ---- twelve contracts ---- */

/* A day of the charge for each cumulated hour or fraction, at most the charge; a day for
 * each mean that is missed. */
static void
test_verizon(void **state)
{
	struct contract_conf c = contract("verizon");
	static const struct single HOURS[] = {{1, 15000}, {1 * H - 1, 15000},
	    {1 * H, 15000}, {1 * H + 1, 30000}, {2 * H, 30000}, {2 * H + 1, 45000},
	    {29 * H, 435000}, {29 * H + 1, 450000}, {30 * H, 450000},
	    {30 * H + 1, 450000}, {300 * H, 450000}};
	static const struct mean RTT[] = {{44.9e6, 0}, {45e6, 0}, {45e6 + 1, 15000}},
	                         LOSS[] = {{5 / 1000.0, 0}, {50001 / 1e7, 15000},
	                             {49999 / 1e7, 0}, {0, 0}, {1, 15000}};

	(void)state;
	per_time(&c, H, days(1));
	struct credit_conf *k = credit(&c, "latency", CREDIT_METRIC);
	k->metric = METRIC_RTT;
	step(k, 45 * NS_PER_MS, days(1));
	k = credit(&c, "delivery", CREDIT_METRIC);
	k->metric = METRIC_LOSS;
	step(k, 0.5 * 0.01, days(1)); /* as the configuration reads 0.5% */
	c.cap = share(1);
	each_owes(&c, HOURS, N(HOURS));
	each_mean_owes(&c, METRIC_RTT, RTT, N(RTT));
	each_mean_owes(&c, METRIC_LOSS, LOSS, N(LOSS));
	/* Cumulated: two half hours are one; a second more is two. */
	assert_int_equal(owed(&c, outages(0)), 0);
	assert_int_equal(owed(&c, outages(2, 30 * MIN, 30 * MIN)), 15000);
	assert_int_equal(owed(&c, outages(2, 30 * MIN, 30 * MIN + S)), 30000);
	assert_int_equal(owed(&c, outages(3, 20 * MIN, 10 * H, 5 * H)), 240000);
	/* All three at once, and the cap over them: 29 h and two means are 31 days. */
	struct story s = outages(1, 29 * H);
	s.a.has_metric[METRIC_RTT] = s.a.has_metric[METRIC_LOSS] = true;
	s.a.metric[METRIC_RTT] = 50e6;
	s.a.metric[METRIC_LOSS] = 0.02;
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_true(sheet.capped);
	assert_int_equal(sheet.before.mills, 465000);
	assert_int_equal(sheet.total.mills, 450000);
	assert_int_equal(sheet.credits[0].paid.mills, 435000);
	assert_int_equal(sheet.credits[1].paid.mills, 15000);
	assert_int_equal(sheet.credits[2].due.mills, 15000);
	assert_int_equal(sheet.credits[2].paid.mills, 0);
	credit_done(&sheet);
}

/* No table is published: nothing is owed by number; its claims are test_deadline's. */
static void
test_without_a_table(void **state)
{
	static const char *const NAMES[] = {"comcast", "virgin-media", "btnet"};

	(void)state;
	for (size_t i = 0; i < N(NAMES); i++) {
		struct contract_conf c = contract(NAMES[i]);
		struct story s = outages(2, 9 * H, 5 * DAY);
		struct credit_sheet sheet = sheet_of(&c, &s);
		c.availability = 0.999;
		assert_int_equal(sheet.n, 0);
		assert_int_equal(sheet.total.mills, 0);
		assert_int_equal(sheet.highest, -1);
		assert_string_equal(sheet.note, "");
		credit_done(&sheet);
	}
}

/* One credit a period even if several guarantees fail; loss over 0.1 %. */
static void
test_cogent(void **state)
{
	struct contract_conf c = contract("cogent");
	static const struct mean LOSS[] = {
	    {0.0009, 0}, {1 / 1000.0, 0}, {10001 / 1e7, 15000}, {0.3, 15000}};

	(void)state;
	c.stack = false;
	c.cap = share(1);
	per_time(&c, H, days(1));
	struct credit_conf *k = credit(&c, "loss", CREDIT_METRIC);
	k->metric = METRIC_LOSS;
	step(k, 0.1 * 0.01, days(1));
	each_mean_owes(&c, METRIC_LOSS, LOSS, N(LOSS));
	struct story s = outages(1, 3 * H);
	s.a.has_metric[METRIC_LOSS] = true;
	s.a.metric[METRIC_LOSS] = 0.02;
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.highest, 0);
	assert_int_equal(sheet.total.mills, 45000);
	assert_int_equal(sheet.credits[1].due.mills, 15000);
	assert_int_equal(sheet.credits[1].paid.mills, 0);
	assert_non_null(
	    strstr(sheet.credits[1].rule, "not paid: \"per-time\" is the highest"));
	credit_done(&sheet);
	/* Equal ones: the first. */
	s = outages(1, 20 * MIN);
	s.a.has_metric[METRIC_LOSS] = true;
	s.a.metric[METRIC_LOSS] = 0.02;
	sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.highest, 0);
	assert_int_equal(sheet.total.mills, 15000);
	credit_done(&sheet);
	assert_int_equal(owed(&c, outages(1, 40 * H)), 450000);
}

/* Not restored within 15 min of detection: the whole outage, in fractions of a day. The
 * minimum is the contract's clock, before this; what remains is in proportion. */
static void
test_ntt(void **state)
{
	struct contract_conf c = contract("ntt-europe");
	static const struct single PARTS[] = {{DAY, 15000}, {12 * H, 7500},
	    {16 * MIN, 170},     /* 0.1666… */
	    {15 * MIN + 1, 160}, /* 0.15625 and a little */
	    {57600 * NS_PER_MS, 10}, {29 * S, 10}, {24 * S, 0}, {1, 0},
	    /* Half a cent is 28.8 s: up, and one nanosecond less is nothing. */
	    {28800 * NS_PER_MS - 1, 0}, {28800 * NS_PER_MS, 10}};

	(void)state;
	struct credit_conf *k = per_time(&c, DAY, days(1));
	k->part = PART_EXACT;
	k->per_outage = true;
	each_owes(&c, PARTS, N(PARTS));
	/* Once a clause, not once an outage: three thirds of a cent are one. */
	assert_int_equal(
	    owed(&c, outages(3, 19200 * NS_PER_MS, 19200 * NS_PER_MS, 19200 * NS_PER_MS)),
	    10);
	assert_int_equal(owed(&c, outages(1, 19200 * NS_PER_MS)), 0);
}

/* Cumulated minutes, boundaries belong to the higher step. */
static void
test_centurylink(void **state)
{
	struct contract_conf c = contract("centurylink");
	static const struct single STEPS[] = {{5 * MIN - 1, 0}, {5 * MIN, 22500},
	    {5 * MIN + 1, 22500}, {60 * MIN - 1, 22500}, {60 * MIN, 67500},
	    {60 * MIN + 1, 67500}, {3 * H - 1, 67500}, {3 * H, 157500},
	    {6 * H - 1, 157500}, {6 * H, 225000}, {6 * H + 1, 225000},
	    {29 * DAY, 225000}};

	(void)state;
	struct credit_conf *k = credit(&c, "downtime", CREDIT_CUMULATIVE);
	k->inclusive = true;
	step(k, 5.0 * MIN, share(0.05));
	step(k, 60.0 * MIN, share(0.15));
	step(k, 3.0 * H, share(0.35));
	step(k, 6.0 * H, share(0.50));
	each_owes(&c, STEPS, N(STEPS));
	assert_int_equal(owed(&c, outages(3, 2 * MIN, 2 * MIN, 1 * MIN)), 22500);
	assert_int_equal(owed(&c, outages(2, 2 * MIN, 3 * MIN - 1)), 0);
	assert_int_equal(owed(&c, outages(2, 3 * H, 3 * H)), 225000);
}

static void
test_lumen(void **state)
{
	struct contract_conf c = contract("lumen-bare-metal");
	static const struct single STEPS[] = {{5 * MIN - 1, 0}, {5 * MIN, 45000},
	    {30 * MIN - 1, 45000}, {30 * MIN, 90000}, {H - 1, 90000}, {H, 225000},
	    {2 * H - 1, 225000}, {2 * H, 450000}, {20 * H, 450000}};

	(void)state;
	struct credit_conf *k = credit(&c, "downtime", CREDIT_CUMULATIVE);
	k->inclusive = true;
	step(k, 5.0 * MIN, share(0.10));
	step(k, 30.0 * MIN, share(0.20));
	step(k, 1.0 * H, share(0.50));
	step(k, 2.0 * H, share(1.00));
	each_owes(&c, STEPS, N(STEPS));
}

/* Each outage by itself; the boundary belongs to the lower step; the mean RTT too. */
static void
test_tw_telecom(void **state)
{
	struct contract_conf c = contract("tw-telecom");
	static const struct single STEPS[] = {{5 * MIN, 0}, {5 * MIN + 1, 22500},
	    {4 * H, 22500}, {4 * H + 1, 45000}, {8 * H, 45000}, {8 * H + 1, 67500},
	    {12 * H, 67500}, {12 * H + 1, 90000}, {16 * H, 90000}, {16 * H + 1, 157500},
	    {24 * H, 157500}, {24 * H + 1, 225000}, {20 * DAY, 225000}};
	static const struct mean RTT[] = {{45e6, 0}, {45010000, 22500}, {55e6, 22500},
	    {55e6 + 1, 45000}, {60e6, 45000}, {60e6 + 1, 67500}, {65e6, 67500},
	    {65e6 + 1, 90000}, {70e6, 90000}};

	(void)state;
	struct credit_conf *k = credit(&c, "outage", CREDIT_SINGLE);
	step(k, 5.0 * MIN, share(0.05));
	step(k, 4.0 * H, share(0.10));
	step(k, 8.0 * H, share(0.15));
	step(k, 12.0 * H, share(0.20));
	step(k, 16.0 * H, share(0.35));
	step(k, 24.0 * H, share(0.50));
	k = credit(&c, "rtt", CREDIT_METRIC);
	k->metric = METRIC_RTT;
	step(k, 45.0 * NS_PER_MS, share(0.05));
	step(k, 55.0 * NS_PER_MS, share(0.10));
	step(k, 60.0 * NS_PER_MS, share(0.15));
	step(k, 65.0 * NS_PER_MS, share(0.20));
	each_owes(&c, STEPS, N(STEPS));
	each_mean_owes(&c, METRIC_RTT, RTT, N(RTT));
	/* They add up; those of five minutes give nothing however many. */
	assert_int_equal(owed(&c, outages(2, 6 * MIN, 5 * H)), 67500);
	assert_int_equal(owed(&c, outages(4, 5 * MIN, 5 * MIN, 5 * MIN, 5 * MIN)), 0);
}

/* 99.5 % of 30 days are exactly 3.6 h down: not below. */
static void
test_uk_leased_line(void **state)
{
	struct contract_conf c = contract("uk-leased-line");
	static const struct single STEPS[] = {{259200 * NS_PER_MS - 1, 0},
	    {259200 * NS_PER_MS, 0}, {259200 * NS_PER_MS + 1, 22500}, {216 * MIN, 22500},
	    {216 * MIN + 1, 45000}, {432 * MIN - 1, 45000}, {432 * MIN, 45000},
	    {432 * MIN + 1, 90000}, {30 * DAY, 90000}};

	(void)state;
	c.availability = 99.99 * 0.01;
	struct credit_conf *k = credit(&c, "availability", CREDIT_AVAILABILITY);
	/* As the configuration reads them: 99.99 * 0.01 is not 0.9999. */
	step(k, 99.0 * 0.01, share(0.20));
	step(k, 99.5 * 0.01, share(0.10));
	step(k, 99.99 * 0.01, share(0.05));
	each_owes(&c, STEPS, N(STEPS));
	/* Where a boundary is the customer's: one nanosecond earlier. */
	k->inclusive = true;
	assert_int_equal(owed(&c, outages(1, 259200 * NS_PER_MS)), 22500);
	assert_int_equal(owed(&c, outages(1, 259200 * NS_PER_MS - 1)), 0);
	/* Unknown and excluded time is in neither: half the month measured. */
	k->inclusive = false;
	struct story s = outages(1, 108 * MIN);
	s.a.scheduled_ns = 15 * DAY;
	assert_int_equal(owed(&c, s), 22500);
	s.down[0].counted_ns = s.down[0].whole_ns = s.a.down_ns = 108 * MIN + 1;
	assert_int_equal(owed(&c, s), 45000);
	/* No availability, no credit by it. */
	s.a.has_availability = false;
	assert_int_equal(owed(&c, s), 0);
}

/* A day's charge an hour; at most 27.5 % of the quarter: 0.825 of a month's charge. */
static void
test_computercentric(void **state)
{
	struct contract_conf c = contract("computercentric");
	static const struct single HOURS[] = {{1, 15000}, {H, 15000}, {H + 1, 30000},
	    {24 * H, 360000}, {24 * H + 1, 371250}, {60 * H, 371250}};

	(void)state;
	c.period_kind = PERIOD_QUARTER;
	struct credit_conf *k = per_time(&c, H, days(1));
	k->cap = share(0.825);
	each_owes(&c, HOURS, N(HOURS));
	struct story s = outages(1, 60 * H);
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_true(sheet.credits[0].capped);
	assert_false(sheet.capped);
	assert_int_equal(sheet.credits[0].before.mills, 900000);
	assert_int_equal(sheet.credits[0].due.mills, 371250);
	assert_non_null(
	    strstr(sheet.credits[0].rule, "; at most 82.5 % of 450.00 EUR (371.25)"));
	credit_done(&sheet);
	/* A day of the second quarter's charges: three months over 91 days. */
	c.day_of_month = true;
	assert_int_equal(owed(&c, outages(1, H)), 14840); /* 14.835… */
}

/* Yen have no cents; a thirtieth is a day. RTT only when two months in a row fail. */
static void
test_softbank(void **state)
{
	struct contract_conf c = contract("softbank");
	static const struct single STEPS[] = {{45 * MIN - 1, 0}, {45 * MIN, 1667000},
	    {12 * H - 1, 1667000}, {12 * H, 5000000}, {DAY - 1, 5000000}, {DAY, 16667000},
	    {3 * DAY - 1, 16667000}, {3 * DAY, 50000000}};

	(void)state;
	snprintf(c.currency, sizeof c.currency, "JPY");
	c.mrc_mills = 50000000;
	c.stack = false;
	struct credit_conf *k = credit(&c, "outage", CREDIT_SINGLE);
	k->inclusive = true;
	step(k, 45.0 * MIN, days(1));
	step(k, 12.0 * H, days(3));
	step(k, 1.0 * DAY, days(10));
	step(k, 3.0 * DAY, share(1));
	k = credit(&c, "rtt", CREDIT_METRIC);
	k->metric = METRIC_RTT;
	k->consecutive = 2;
	step(k, 25.0 * NS_PER_MS, days(3));
	each_owes(&c, STEPS, N(STEPS));
	struct story s = outages(0);
	s.a.has_metric[METRIC_RTT] = true;
	s.a.metric[METRIC_RTT] = 26e6;
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_true(sheet.credits[1].failed);
	assert_false(sheet.credits[1].in_row);
	assert_int_equal(sheet.credits[1].before.mills, 5000000);
	assert_int_equal(sheet.total.mills, 0);
	assert_non_null(
	    strstr(sheet.credits[1].rule, "; not due: period 1 of 2 in a row"));
	credit_done(&sheet);
	s.a.failed_before[1] = 1;
	assert_int_equal(owed(&c, s), 5000000);
	s.a.failed_before[1] = UINT32_MAX;
	assert_int_equal(owed(&c, s), 5000000);
	s.a.metric[METRIC_RTT] = 25e6;
	assert_int_equal(owed(&c, s), 0);
}

/* ---- clauses of others ---- */

static void
test_per_hour_clauses(void **state)
{
	struct contract_conf c = contract("lightedge");
	static const struct single LIGHTEDGE[] = {{H - 1, 0}, {H, 13500}, {2 * H, 27000},
	    {16 * H, 216000}, {17 * H, 225000}, {99 * H, 225000}};
	static const struct single IPSERVER[] = {
	    {H, 4500}, {100 * H, 450000}, {101 * H, 450000}};

	(void)state;
	struct credit_conf *k = per_time(&c, H, share(0.03));
	k->part = PART_DOWN;
	c.cap = share(0.5);
	each_owes(&c, LIGHTEDGE, N(LIGHTEDGE));
	k->amount = share(0.05); /* its 99.9 % grade */
	assert_int_equal(owed(&c, outages(2, 90 * MIN, 40 * MIN)), 45000);
	struct contract_conf ip = contract("ipserver");
	per_time(&ip, H, share(0.01));
	ip.cap = share(1);
	each_owes(&ip, IPSERVER, N(IPSERVER));
}

static void
test_verizon_tiers(void **state)
{
	struct contract_conf c = contract("verizon-tiers");
	/* 0.05 % of 30 days: 1296 s; 1 %: 25920 s. */
	static const struct single STEPS[] = {{1296 * S, 0}, {1296 * S + 1, 45000},
	    {25920 * S, 45000}, {25920 * S + 1, 135000}};

	(void)state;
	struct credit_conf *k = credit(&c, "availability", CREDIT_AVAILABILITY);
	step(k, 99.0 * 0.01, share(0.30));
	step(k, 99.95 * 0.01, share(0.10));
	each_owes(&c, STEPS, N(STEPS));
}

/* A day for each 4 h or part, by steps of 15 min, beyond 99.9 % (43 min 12 s). */
static void
test_internet_t1(void **state)
{
	struct contract_conf c = contract("internet-t1");
	static const struct single STEPS[] = {{30 * MIN, 0}, {30 * MIN + 1, 15000},
	    {45 * MIN, 15000}, {240 * MIN, 15000}, {270 * MIN, 15000},
	    {270 * MIN + 1, 30000}, {280 * MIN, 30000}, {283 * MIN + 12 * S, 30000},
	    {200 * H, 450000}};
	static const struct single EXACT[] = {{43 * MIN + 12 * S - 1, 0},
	    {43 * MIN + 12 * S, 0}, {43 * MIN + 12 * S + 1, 15000},
	    {283 * MIN + 12 * S, 15000}, {283 * MIN + 12 * S + 1, 30000}};

	(void)state;
	c.availability = 99.9 * 0.01;
	struct credit_conf *k = per_time(&c, 4 * H, days(1));
	k->beyond_target = true;
	c.cap = share(1);
	each_owes(&c, EXACT, N(EXACT));
	k->round_ns = 15 * MIN;
	each_owes(&c, STEPS, N(STEPS));
}

/* ---- the vocabulary ---- */

static void
test_parts_of_units(void **state)
{
	static const struct {
		enum part_rule part;
		int64_t ns, mills;
	} CASES[] = {{PART_UP, 1, 15000}, {PART_UP, 4 * H, 15000},
	    {PART_UP, 4 * H + 1, 30000}, {PART_DOWN, 4 * H - 1, 0},
	    {PART_DOWN, 4 * H, 15000}, {PART_DOWN, 8 * H - 1, 15000},
	    {PART_NEAREST, 2 * H - 1, 0}, {PART_NEAREST, 2 * H, 15000},
	    {PART_NEAREST, 6 * H - 1, 15000}, {PART_NEAREST, 6 * H, 30000},
	    {PART_EXACT, 2 * H, 7500}, {PART_EXACT, 192 * MIN, 12000},
	    {PART_EXACT, 1 * H, 3750}, {PART_EXACT, 4 * H, 15000}};

	(void)state;
	for (size_t i = 0; i < N(CASES); i++) {
		struct contract_conf c = contract("parts");
		per_time(&c, 4 * H, days(1))->part = CASES[i].part;
		if (owed(&c, outages(1, CASES[i].ns)) != CASES[i].mills)
			fail_msg("part rule %d, %lld ns", CASES[i].part,
			    (long long)CASES[i].ns);
	}
}

static void
test_each_outage_by_itself(void **state)
{
	struct contract_conf c = contract("per-outage");

	(void)state;
	struct credit_conf *k = per_time(&c, H, days(1));
	assert_int_equal(owed(&c, outages(3, 10 * MIN, 10 * MIN, 10 * MIN)), 15000);
	k->per_outage = true;
	assert_int_equal(owed(&c, outages(3, 10 * MIN, 10 * MIN, 10 * MIN)), 45000);
	k->part = PART_DOWN;
	assert_int_equal(owed(&c, outages(2, 90 * MIN, 90 * MIN)), 30000);
	k->round_ns = H;
	assert_int_equal(owed(&c, outages(2, 90 * MIN, 90 * MIN)), 60000);
	k->per_outage = false;
	assert_int_equal(owed(&c, outages(2, 90 * MIN, 91 * MIN)), 60000);
	assert_int_equal(owed(&c, outages(2, 90 * MIN, 90 * MIN)), 45000);
	/* What the target allows goes to the earliest. 99 % of 30 d: 432 min. */
	k->per_outage = true;
	k->round_ns = 0;
	k->part = PART_UP;
	k->beyond_target = true;
	c.availability = 0.99;
	assert_int_equal(owed(&c, outages(2, 432 * MIN, 1 * MIN)), 15000);
	assert_int_equal(owed(&c, outages(2, 431 * MIN, 1 * MIN)), 0);
	assert_int_equal(owed(&c, outages(2, 431 * MIN, 62 * MIN)), 30000);
}

/* An outage over the month's edge: sums take what lies in the month, single outages are
 * whole where they begin. */
static void
test_over_the_edge(void **state)
{
	struct contract_conf sums = contract("sums"), ones = contract("ones");
	struct story s = outages(1, 3 * H);

	(void)state;
	per_time(&sums, H, days(1));
	struct credit_conf *k = credit(&ones, "outage", CREDIT_SINGLE);
	step(k, 2.0 * H, share(0.10));
	s.down[0].counted_ns = s.a.down_ns = 1 * H;
	assert_int_equal(owed(&sums, s), 15000);
	assert_int_equal(owed(&ones, s), 45000);
	s.down[0].begins_here = false; /* the month after */
	s.down[0].counted_ns = s.a.down_ns = 2 * H;
	assert_int_equal(owed(&sums, s), 30000);
	assert_int_equal(owed(&ones, s), 0);
}

static void
test_speeds_fail_by_being_low(void **state)
{
	struct contract_conf c = contract("speed");
	static const struct mean DOWN[] = {{100e6, 0}, {99.999999e6, 22500},
	    {50e6, 22500}, {50e6 - 1, 90000}, {0, 90000}, {200e6, 0}};

	(void)state;
	struct credit_conf *k = credit(&c, "download", CREDIT_METRIC);
	k->metric = METRIC_SPEED_DOWN;
	step(k, 50e6, share(0.20));
	step(k, 100e6, share(0.05));
	each_mean_owes(&c, METRIC_SPEED_DOWN, DOWN, N(DOWN));
	k->inclusive = true;
	each_mean_owes(&c, METRIC_SPEED_DOWN, (const struct mean[]){{100e6, 22500}}, 1);
	assert_int_equal(owed(&c, outages(0)), 0); /* not measured */
}

static void
test_months_have_their_days(void **state)
{
	struct contract_conf c = contract("days");
	static const struct {
		int month, days;
		int64_t mills;
	} MONTHS[] = {{1, 31, 14520}, {2, 28, 16070}, {4, 30, 15000}, {12, 31, 14520}};

	(void)state;
	per_time(&c, H, days(1));
	for (size_t i = 0; i < N(MONTHS); i++) {
		struct story s = outages(1, H);
		int64_t start;
		/* Its month is the centre's: in UTC it begins on the last day before. */
		s.a.zone = "Pacific/Auckland";
		zone_day_start(s.a.zone, 2026, MONTHS[i].month, 1, &start);
		s.a.period = (struct span){start, start + MONTHS[i].days * DAY};
		c.day_of_month = false;
		assert_int_equal(owed(&c, s), 15000);
		c.day_of_month = true;
		assert_int_equal(owed(&c, s), MONTHS[i].mills);
		c.period_kind = PERIOD_YEAR; /* 12 of 365 days: 14.7945… */
		assert_int_equal(owed(&c, s), 14790);
		c.period_kind = PERIOD_ROLLING_30D;
		assert_int_equal(owed(&c, s), 15000);
		c.period_kind = PERIOD_MONTH;
	}
}

/* ---- money ---- */

/* Shares that no decimal holds, where the half cent tips the scale. */
static void
test_shares_are_fractions(void **state)
{
	static const struct {
		double share;
		int64_t mrc, mills;
	} CASES[] = {{1 / 3.0, 45, 20}, {1 / 3.0, 15, 10}, {1 / 3.0, 14, 0},
	    {1 / 30.0, 150, 10}, {1 / 30.0, 149, 0}, {1 / 7.0, 35, 10}, {1 / 7.0, 34, 0},
	    {1 / 365.0, 1825, 10}, {1 / 365.0, 1824, 0},
	    {2 / 3.0, 3000000000000, 2000000000000}, {0.05, 100, 10}, {0.05, 99, 0},
	    {0.000000001, 5000000000, 10}, {0.000000001, 4999999999, 0}, {1.5, 10, 20}};

	(void)state;
	for (size_t i = 0; i < N(CASES); i++) {
		struct contract_conf c = contract("fractions");
		c.mrc_mills = CASES[i].mrc;
		per_time(&c, H, share(CASES[i].share));
		if (owed(&c, outages(1, H)) != CASES[i].mills)
			fail_msg("%g of %lld", CASES[i].share, (long long)CASES[i].mrc);
		/* In proportion, by a length that shares no factor with the unit. */
		c.credits[0].part = PART_EXACT;
		c.credits[0].unit_ns = 3 * H;
		assert_in_range(owed(&c, outages(1, 3 * H - 1)) + 10, CASES[i].mills,
		    CASES[i].mills + 10);
	}
}

/* Where no charge is stated: shares of it. */
static void
test_no_charge_is_stated(void **state)
{
	struct contract_conf c = contract("no-charge");
	struct story s = outages(1, 3 * H + 1);
	char text[96];

	(void)state;
	c.mrc_mills = 0;
	per_time(&c, H, days(1));
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.total.mills, 0);
	assert_int_equal(sheet.total.share_ppb, 133333333);
	credit_print(sheet.total, c.currency, text, sizeof text);
	assert_string_equal(text, "13.3333333 % of the monthly charge");
	assert_string_equal(sheet.credits[0].rule,
	    "3 h 0.000000001 s down: 4 × 1 h or part at 1 day of the monthly charge");
	credit_done(&sheet);
	c.cap = share(0.1);
	sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.total.share_ppb, 100000000);
	assert_int_equal(sheet.credits[0].paid.share_ppb, 100000000);
	assert_true(sheet.capped);
	credit_done(&sheet);
	c.cap = money(10000); /* not to be compared */
	sheet = sheet_of(&c, &s);
	assert_false(sheet.capped);
	assert_int_equal(sheet.total.share_ppb, 133333333);
	assert_non_null(strstr(sheet.note, "no monthly charge is stated"));
	credit_done(&sheet);
	c.cap = (struct amount){0};
	c.stack = false;
	per_time(&c, H, money(7000));
	sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.highest, 0);
	assert_int_equal(sheet.total.mills, 0);
	assert_non_null(strstr(sheet.note, "no monthly charge is stated"));
	credit_done(&sheet);
	c.stack = true;
	sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.total.mills, 28000);
	credit_print(sheet.total, c.currency, text, sizeof text);
	assert_string_equal(text, "28.00 EUR and 13.3333333 % of the monthly charge");
	credit_done(&sheet);
}

static void
test_sums_of_money(void **state)
{
	struct contract_conf c = contract("money");
	char text[96];

	(void)state;
	per_time(&c, H, money(12345));
	assert_int_equal(owed(&c, outages(1, 1)), 12350);     /* 12.345: half up */
	assert_int_equal(owed(&c, outages(1, H + 1)), 24690); /* once, not twice */
	c.credits[0].cap = money(12345);                      /* down */
	assert_int_equal(owed(&c, outages(1, H + 1)), 12340);
	c.cap = money(0);
	assert_int_equal(owed(&c, outages(1, H + 1)), 0);
	credit_print((struct credit_worth){1234567890, 0}, "EUR", text, sizeof text);
	assert_string_equal(text, "1234567.89 EUR");
	credit_print((struct credit_worth){1234000, 0}, "JPY", text, sizeof text);
	assert_string_equal(text, "1234 JPY");
	credit_print((struct credit_worth){1234005, 0}, "KWD", text, sizeof text);
	assert_string_equal(text, "1234.005 KWD");
	credit_print((struct credit_worth){50, 0}, "", text, sizeof text);
	assert_string_equal(text, "0.05");
	credit_print((struct credit_worth){0, 0}, "EUR", text, sizeof text);
	assert_string_equal(text, "0.00 EUR");
	assert_int_equal(credit_step("EUR"), 10);
	assert_int_equal(credit_step("JPY"), 1000);
	assert_int_equal(credit_step("BHD"), 1);
}

static void
says(const struct contract_conf *c, struct story s, const char *expected)
{
	struct credit_sheet sheet = sheet_of(c, &s);

	assert_string_equal(sheet.credits[0].rule, expected);
	credit_done(&sheet);
}

static void
test_rules_can_be_read(void **state)
{
	struct contract_conf c = contract("words");

	(void)state;
	struct credit_conf *k = per_time(&c, 4 * H, days(1));
	says(&c, outages(1, 192 * MIN),
	    "3 h 12 min down: 1 × 4 h or part at 1 day of 450.00 EUR (15.00)");
	k->round_ns = 15 * MIN;
	k->beyond_target = true;
	c.availability = 0.999;
	says(&c, outages(1, 65 * MIN),
	    "1 h 5 min down, 31 min 48 s by steps of 15 min beyond what the target "
	    "allows: 1 × 4 h or part at 1 day of 450.00 EUR (15.00)");
	c.n_credits = 0;
	memset(k, 0, sizeof *k);
	k = credit(&c, "a", CREDIT_AVAILABILITY);
	step(k, 0.9995, share(0.1));
	says(&c, outages(2, 1296 * S, 1LL),
	    "99.9499999 % available (21 min 36.000000001 s down of 720 h), below "
	    "99.95 %: 10 % of 450.00 EUR (45.00)");
	says(&c, outages(0), "100 % available (0 s down of 720 h): no step reached");
	c.n_credits = 0;
	memset(k, 0, sizeof *k);
	k = credit(&c, "s", CREDIT_SINGLE);
	step(k, 60.0 * MIN, money(25000));
	says(&c, outages(2, 2 * H, MIN), "2 h down, over 1 h: 25.00 EUR");
	says(&c, outages(1, H), "no outage reached a step");
	says(&c, outages(5, 2 * H, 2 * H, 2 * H, 2 * H, 2 * H),
	    "2 h down, over 1 h: 25.00 EUR; 2 h down, over 1 h: 25.00 EUR; 2 h down, "
	    "over 1 h: 25.00 EUR; and 2 outages more, likewise");
	c.n_credits = 0;
	memset(k, 0, sizeof *k);
	k = credit(&c, "m", CREDIT_METRIC);
	k->metric = METRIC_RTT;
	step(k, 45.0 * NS_PER_MS, days(1.5));
	struct story s = outages(0);
	says(&c, s, "mean RTT not measured");
	s.a.has_metric[METRIC_RTT] = true;
	s.a.metric[METRIC_RTT] = 47.25e6;
	says(&c, s, "mean RTT 47.25 ms, over 45 ms: 1.5 days of 450.00 EUR (22.50)");
}

/* Those that a clause rests on, and no others. */
static void
test_outages_are_named(void **state)
{
	struct contract_conf c = contract("names");
	struct story s = outages(3, 10 * MIN, 2 * H, 3 * H);

	(void)state;
	struct credit_conf *k = credit(&c, "s", CREDIT_SINGLE);
	step(k, 60.0 * MIN, money(25000));
	per_time(&c, H, days(1));
	k = credit(&c, "none", CREDIT_SINGLE);
	step(k, 5.0 * H, money(25000));
	s.down[1].counted_ns = 0; /* not in this period's sum */
	s.a.down_ns -= 2 * H;
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.credits[0].n_outages, 2);
	assert_string_equal(sheet.credits[0].outages[0], "0000000000000002");
	assert_string_equal(sheet.credits[0].outages[1], "0000000000000003");
	assert_int_equal(sheet.credits[1].n_outages, 2);
	assert_string_equal(sheet.credits[1].outages[0], "0000000000000001");
	assert_string_equal(sheet.credits[1].outages[1], "0000000000000003");
	assert_int_equal(sheet.credits[2].n_outages, 0);
	assert_false(sheet.credits[2].failed);
	assert_ptr_equal(sheet.credits[2].conf, &c.credits[2]);
	credit_done(&sheet);
}

/* Amounts that no number holds, and what is no contract: refused, nothing touched. */
static void
test_what_is_refused(void **state)
{
	struct contract_conf c = contract("bad");
	struct story s = outages(1, 3 * H);
	struct credit_sheet out, before;

	(void)state;
	memset(&out, 0x5a, sizeof out);
	before = out;
	struct credit_conf *k = per_time(&c, 1, money(1LL << 62));
	s.a.down = s.down;
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	k->amount = money(1LL << 59);
	assert_int_equal(credit_work_out(&out, &c, &s.a), -ERANGE);
	k->amount = share(NAN);
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	k->amount = share(-0.1);
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	k->amount = days(1);
	k->unit_ns = 0;
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	k->unit_ns = H;
	s.a.down_ns = s.a.scheduled_ns + 1;
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	s.a.down_ns = 3 * H;
	s.a.metric[0] = NAN;
	s.a.has_metric[0] = true;
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	s.a.has_metric[0] = false;
	s.a.n_down = 2; /* the second begins before the first */
	assert_int_equal(credit_work_out(&out, &c, &s.a), -EINVAL);
	assert_memory_equal(&out, &before, sizeof out);
	s.a.n_down = 1;
	assert_int_equal(credit_work_out(&out, &c, &s.a), 0);
	credit_done(&out);
}

/* ---- properties ---- */

static uint64_t seed;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static struct amount
any_amount(void)
{
	switch (chance(3)) {
	case 0:
		return share((double)chance(1000) / 1000);
	case 1:
		return days((double)chance(100) / 10);
	default:
		return money((int64_t)chance(100000));
	}
}

/* Steps ascend, and so do their amounts: in parts of the charge, so that they can. */
static void
any_steps(struct credit_conf *k)
{
	bool falls = k->rule == CREDIT_AVAILABILITY;
	size_t n = 1 + chance(6);
	double at = falls ? 0.9 : (double)chance(30 * MIN);

	for (size_t i = 0; i < n; i++) {
		double part = (double)(falls ? n - i : i + 1) / 10;
		step(k, at, share(part));
		at += falls ? (1 - at) / (double)(2 + chance(5))
		            : (double)(1 + chance(5 * H));
	}
}

static struct contract_conf
any_contract(void)
{
	static const int64_t UNITS[] = {S, MIN, 15 * MIN, H, 4 * H, DAY};
	struct contract_conf c = contract("any");
	size_t n = 1 + chance(5);

	c.mrc_mills = chance(4) == 0 ? 0 : (int64_t)chance(10000000) * 10;
	c.availability = (double)(99000 + chance(1001)) / 100000;
	c.day_of_month = chance(2);
	c.stack = chance(3) != 0;
	if (chance(2))
		c.cap = share((double)chance(1500) / 1000);
	for (size_t i = 0; i < n; i++) {
		enum credit_rule rule = (enum credit_rule)chance(CREDIT_METRIC);
		struct credit_conf *k = credit(&c, "any", rule);
		k->unit_ns = UNITS[chance(N(UNITS))];
		k->part = (enum part_rule)chance(4);
		k->amount = any_amount();
		if (k->amount.kind == AMOUNT_MONEY && c.mrc_mills == 0)
			k->amount = days(1);
		k->per_outage = chance(2);
		k->beyond_target = chance(2);
		k->inclusive = chance(2);
		if (chance(3) == 0)
			k->round_ns = UNITS[chance(4)];
		if (chance(3) == 0)
			k->cap = share((double)chance(1000) / 1000);
		any_steps(k);
	}
	return c;
}

static struct story
any_story(void)
{
	struct story s;
	size_t n = chance(20);

	story_begin(&s, april(), 30 * DAY);
	for (size_t i = 0; i < n; i++)
		story_outage(&s, 1 + (int64_t)chance(chance(2) ? 10 * MIN : 12 * H));
	return s;
}

static struct credit_worth
total(const struct contract_conf *c, struct story *s)
{
	struct credit_sheet sheet = sheet_of(c, s);
	struct credit_worth sum = {0, 0}, all = sheet.total;
	int64_t most = 0;

	for (size_t i = 0; i < sheet.n; i++) {
		struct credit *k = &sheet.credits[i];
		sum.mills += k->paid.mills;
		sum.share_ppb += k->paid.share_ppb;
		assert_true(k->paid.mills <= k->due.mills);
		assert_true(k->due.mills <= k->before.mills);
		assert_int_equal(k->before.mills % 10, 0);
		if (k->conf->cap.kind == AMOUNT_SHARE && c->mrc_mills != 0)
			assert_true((double)k->due.mills <=
			            (double)c->mrc_mills * k->conf->cap.share + 1e-6);
		if (k->conf->cap.kind == AMOUNT_SHARE && c->mrc_mills == 0)
			assert_true(
			    (double)k->due.share_ppb <= 1e9 * k->conf->cap.share + 0.5);
		if (k->due.mills > most)
			most = k->due.mills;
		if (!c->stack && (int)i != sheet.highest)
			assert_int_equal(k->paid.mills + k->paid.share_ppb, 0);
	}
	assert_int_equal(sum.mills, all.mills);
	assert_int_equal(sum.share_ppb, all.share_ppb);
	if (!c->stack)
		assert_int_equal(sheet.before.mills, most);
	if (c->cap.kind == AMOUNT_SHARE && c->mrc_mills != 0)
		assert_true(
		    (double)all.mills <= (double)c->mrc_mills * c->cap.share + 1e-6);
	credit_done(&sheet);
	return all;
}

static void
not_less(struct credit_worth before, struct credit_worth after, const char *what,
    uint64_t began)
{
	if (after.mills < before.mills || after.share_ppb < before.share_ppb)
		fail_msg(
		    "%s lowers the credit; seed %llu", what, (unsigned long long)began);
}

/* More downtime, a higher target, a lower grace and minimum: never less. Grace and
 * minimum are the contract's clock before this, and end here as longer outages. */
static void
test_properties(void **state)
{
	(void)state;
	const char *given = getenv("LW_SEED");
	seed = given != NULL ? strtoull(given, NULL, 10) : 20261123;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int round = 0; round < 4000; round++) {
		uint64_t began = seed;
		struct contract_conf c = any_contract();
		struct story s = any_story();
		struct credit_worth now = total(&c, &s);
		struct contract_conf stricter = c;
		stricter.availability += (1 - c.availability) * (double)chance(11) / 10;
		not_less(now, total(&stricter, &s), "a higher target", began);
		struct story more = s;
		if (s.a.n_down > 0) {
			size_t i = chance(s.a.n_down);
			int64_t ns = 1 + (int64_t)chance(2 * H);
			more.down[i].end_ns += ns;
			more.down[i].counted_ns += ns;
			more.down[i].whole_ns += ns;
			more.a.down_ns += ns;
			not_less(now, total(&c, &more), "a longer outage", began);
		}
		more = s;
		story_outage(&more, 1 + (int64_t)chance(H));
		not_less(now, total(&c, &more), "another outage", began);
		/* Twice the same is the same. */
		struct credit_worth again = total(&c, &s);
		assert_memory_equal(&now, &again, sizeof now);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_verizon),
	    cmocka_unit_test(test_without_a_table), cmocka_unit_test(test_cogent),
	    cmocka_unit_test(test_ntt), cmocka_unit_test(test_centurylink),
	    cmocka_unit_test(test_lumen), cmocka_unit_test(test_tw_telecom),
	    cmocka_unit_test(test_uk_leased_line), cmocka_unit_test(test_computercentric),
	    cmocka_unit_test(test_softbank), cmocka_unit_test(test_per_hour_clauses),
	    cmocka_unit_test(test_verizon_tiers), cmocka_unit_test(test_internet_t1),
	    cmocka_unit_test(test_parts_of_units),
	    cmocka_unit_test(test_each_outage_by_itself),
	    cmocka_unit_test(test_over_the_edge),
	    cmocka_unit_test(test_speeds_fail_by_being_low),
	    cmocka_unit_test(test_months_have_their_days),
	    cmocka_unit_test(test_shares_are_fractions),
	    cmocka_unit_test(test_no_charge_is_stated),
	    cmocka_unit_test(test_sums_of_money),
	    cmocka_unit_test(test_rules_can_be_read),
	    cmocka_unit_test(test_outages_are_named),
	    cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_properties)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
