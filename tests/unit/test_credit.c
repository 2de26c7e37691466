#include "tests/unit/account.h"

/* Contracts as they are published; the charges are ours. */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_verizon),
	    cmocka_unit_test(test_without_a_table), cmocka_unit_test(test_cogent),
	    cmocka_unit_test(test_ntt), cmocka_unit_test(test_centurylink),
	    cmocka_unit_test(test_lumen), cmocka_unit_test(test_tw_telecom),
	    cmocka_unit_test(test_uk_leased_line), cmocka_unit_test(test_computercentric),
	    cmocka_unit_test(test_softbank), cmocka_unit_test(test_per_hour_clauses),
	    cmocka_unit_test(test_verizon_tiers), cmocka_unit_test(test_internet_t1)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
