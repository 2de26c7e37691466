#include "tests/unit/account.h"
#include "tests/unit/chance.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

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

/* Nothing was down and nothing was lost: no step is reached, whatever it says. */
static void
test_without_downtime_nothing_is_owed(void **state)
{
	struct contract_conf c = contract("nothing");
	static const enum credit_rule RULES[] = {CREDIT_CUMULATIVE, CREDIT_SINGLE,
	    CREDIT_AVAILABILITY, CREDIT_METRIC, CREDIT_PER_TIME, CREDIT_PER_TIME};

	(void)state;
	for (size_t i = 0; i < N(RULES); i++) {
		struct credit_conf *k = credit(&c, "k", RULES[i]);
		k->inclusive = true;
		k->metric = METRIC_LOSS;
		k->unit_ns = H;
		k->amount = days(1);
		k->part = i == 4 ? PART_EXACT : PART_UP;
		step(k, RULES[i] == CREDIT_AVAILABILITY, days(1));
	}
	struct story s = outages(0);
	s.a.has_metric[METRIC_LOSS] = true;
	struct credit_sheet sheet = sheet_of(&c, &s);
	for (size_t i = 0; i < sheet.n; i++) {
		assert_false(sheet.credits[i].failed);
		assert_int_equal(sheet.credits[i].before.mills, 0);
		assert_int_equal(sheet.credits[i].n_outages, 0);
	}
	assert_int_equal(sheet.total.mills, 0);
	credit_done(&sheet);
	/* With the least of both, all six are. */
	s = outages(1, 1LL);
	s.a.has_metric[METRIC_LOSS] = true;
	s.a.metric[METRIC_LOSS] = 1e-12;
	sheet = sheet_of(&c, &s);
	for (size_t i = 0; i < sheet.n; i++)
		assert_true(sheet.credits[i].failed);
	assert_int_equal(sheet.total.mills, 75000); /* a nanosecond of an hour: 0 */
	credit_done(&sheet);
}

/* A target of 100 % allows nothing; where there is none, nothing is allowed either. */
static void
test_what_a_target_allows(void **state)
{
	struct contract_conf c = contract("target");
	static const struct {
		double target;
		int64_t allowed_ns;
	} CASES[] = {{0, 0}, {1, 0}, {0.999999999, 2592000}, {0.5, 15 * DAY},
	    {99.95 * 0.01, 1296 * S}, {2, 0}};

	(void)state;
	per_time(&c, DAY, days(1))->beyond_target = true;
	for (size_t i = 0; i < N(CASES); i++) {
		c.availability = CASES[i].target;
		assert_int_equal(owed(&c, outages(1, CASES[i].allowed_ns)), 0);
		assert_int_equal(owed(&c, outages(1, CASES[i].allowed_ns + 1)), 15000);
	}
	/* Rounded down to the nanosecond: of 3 ns a third less than one. */
	struct story s = outages(1, 1LL);
	s.a.scheduled_ns = 3;
	c.availability = 0.7;
	assert_int_equal(owed(&c, s), 15000);
	s.a.scheduled_ns = 4;
	assert_int_equal(owed(&c, s), 0);
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
	struct contract_conf each = contract("each");
	per_time(&each, H, days(1))->per_outage = true;
	s.down[0].counted_ns = s.a.down_ns = 1 * H;
	assert_int_equal(owed(&sums, s), 15000);
	assert_int_equal(owed(&ones, s), 45000);
	assert_int_equal(owed(&each, s), 45000);
	s.down[0].begins_here = false; /* the month after */
	s.down[0].counted_ns = s.a.down_ns = 2 * H;
	assert_int_equal(owed(&sums, s), 30000);
	assert_int_equal(owed(&ones, s), 0);
	assert_int_equal(owed(&each, s), 0);
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
	k->beyond_target = false;
	k->round_ns = 0;
	k->per_outage = true;
	says(&c, outages(2, 65 * MIN, 5 * H),
	    "6 h 5 min down in 2 outages, each by itself: 3 × 4 h or part at 1 day of "
	    "450.00 EUR (15.00)");
	k->part = PART_NEAREST;
	k->amount = share(1 / 30.0);
	c.mrc_mills = 100050; /* 3.335: half up */
	says(&c, outages(1, 2 * H),
	    "2 h down in 1 outage, each by itself: 1 × 4 h (nearest) at 3.3333333 % of "
	    "100.05 EUR (3.34)");
	k->part = PART_EXACT;
	says(&c, outages(1, 2 * H),
	    "2 h down in 1 outage, each by itself: in proportion, each 4 h at 3.3333333 % "
	    "of 100.05 EUR (3.34)");
	c.mrc_mills = MRC;
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
	step(credit(&c, "a", CREDIT_AVAILABILITY), 0.9999, money(1000));
	step(credit(&c, "none", CREDIT_AVAILABILITY), 0.9, money(1000));
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
	assert_int_equal(sheet.credits[3].n_outages, 2);
	assert_string_equal(sheet.credits[3].outages[1], "0000000000000003");
	assert_int_equal(sheet.credits[4].n_outages, 0);
	assert_ptr_equal(sheet.credits[2].conf, &c.credits[2]);
	credit_done(&sheet);
}

/* ${spoil} makes a good contract or account one that is refused, with nothing touched. */
#define REFUSED(error, spoil)                                                            \
	do {                                                                             \
		struct contract_conf c = good;                                           \
		struct credit_conf *k = &c.credits[0];                                   \
		struct story s = outages(2, 3 * H, 2 * H);                               \
		struct credit_sheet out, before;                                         \
		memset(&out, 0x5a, sizeof out);                                          \
		before = out;                                                            \
		s.a.down = s.down;                                                       \
		k->unit_ns = H;                                                          \
		spoil;                                                                   \
		assert_int_equal(credit_work_out(&out, &c, &s.a), error);                \
		assert_memory_equal(&out, &before, sizeof out);                          \
	} while (0)

static void
test_what_is_refused(void **state)
{
	struct contract_conf good = contract("good");

	(void)state;
	per_time(&good, H, days(1));
	step(&good.credits[0], 1, days(1));
	assert_int_equal(owed(&good, outages(2, 3 * H, 2 * H)), 75000);
	REFUSED(-EINVAL, k->amount = share(NAN));
	REFUSED(-EINVAL, k->amount = share(-0.1));
	REFUSED(-EINVAL, k->amount = share(1e9));
	REFUSED(-EINVAL, k->amount = days(-1));
	REFUSED(-EINVAL, k->amount = days(INFINITY));
	REFUSED(-EINVAL, k->amount = money(-1));
	REFUSED(-EINVAL, k->amount = money(1LL << 62));
	REFUSED(-EINVAL, k->amount.kind = AMOUNT_MONEY + 1);
	REFUSED(-EINVAL, k->cap = money(-1));
	REFUSED(-EINVAL, c.cap = money(-1));
	REFUSED(-EINVAL, k->tiers[0].amount = money(-1));
	REFUSED(-EINVAL, k->tiers[0].threshold = NAN);
	REFUSED(-EINVAL, k->tiers[0].threshold = -1);
	REFUSED(-EINVAL, k->tiers[0].threshold = 1e19);
	REFUSED(-EINVAL, (k->rule = CREDIT_AVAILABILITY, k->tiers[0].threshold = 1001));
	REFUSED(-EINVAL, k->n_tiers = CONTRACT_TIERS_MOST + 1);
	REFUSED(-EINVAL, k->rule = CREDIT_METRIC + 1);
	REFUSED(-EINVAL, k->metric = METRIC_SPEED_UP + 1);
	REFUSED(-EINVAL, k->part = PART_EXACT + 1);
	REFUSED(-EINVAL, k->unit_ns = 0);
	REFUSED(-EINVAL, k->round_ns = -1);
	REFUSED(-EINVAL, k->round_ns = INT64_MAX);
	REFUSED(-EINVAL, c.n_credits = CONTRACT_CREDITS_MOST + 1);
	REFUSED(-EINVAL, c.mrc_mills = -1);
	REFUSED(-EINVAL, c.mrc_mills = INT64_MAX);
	REFUSED(-EINVAL, s.a.down_ns = s.a.scheduled_ns + 1);
	REFUSED(-EINVAL, s.a.down_ns = -1);
	REFUSED(-EINVAL, s.a.scheduled_ns = s.a.down_ns = -1);
	REFUSED(-EINVAL, s.a.scheduled_ns = INT64_MAX);
	REFUSED(-EINVAL, s.down[0].counted_ns = -1);
	REFUSED(-EINVAL, s.down[1].whole_ns = -1);
	REFUSED(-EINVAL, s.down[1].whole_ns = INT64_MAX - 1);
	REFUSED(-EINVAL, s.down[1].start_ns = s.down[0].start_ns - 1);
	REFUSED(-EINVAL, (s.a.has_metric[0] = true, s.a.metric[0] = NAN));
	REFUSED(-EINVAL, (s.a.has_metric[0] = true, s.a.metric[0] = -1));
	REFUSED(-EINVAL, (s.a.has_metric[0] = true, s.a.metric[0] = 1e16));
	/* Amounts that no number holds. */
	REFUSED(-ERANGE, (k->unit_ns = 1, k->amount = money(1LL << 59)));
	REFUSED(-ERANGE, (k->unit_ns = 1, c.mrc_mills = 1LL << 59));
	REFUSED(-ERANGE,
	    (k->part = PART_EXACT, k->unit_ns = 7, k->amount = money(1LL << 59)));
}

/* As many of everything as there is room for; a period of which nothing was measured. */
static void
test_all_the_room_there_is(void **state)
{
	struct contract_conf c = contract("full");

	(void)state;
	for (int i = 0; i < CONTRACT_CREDITS_MOST; i++) {
		struct credit_conf *k = credit(&c, "k", CREDIT_CUMULATIVE);
		for (int t = 0; t < CONTRACT_TIERS_MOST; t++)
			step(k, (double)(t * H), money(1000 * (t + 1)));
	}
	assert_int_equal(owed(&c, outages(1, 20 * H)), 16 * 16000);
	assert_int_equal(owed(&c, outages(1, 1LL)), 16 * 1000);
	struct story s;
	story_begin(&s, april(), 0);
	s.a.has_availability = false;
	assert_int_equal(owed(&c, s), 0);
	s.a.has_availability = true;
	c = contract("one");
	step(credit(&c, "a", CREDIT_AVAILABILITY), 1, days(1));
	assert_int_equal(owed(&c, s), 0);
}

/* What reaches a cap is not cut; notes are for what could not be settled. */
static void
test_a_cap_that_is_reached(void **state)
{
	struct contract_conf c = contract("cap");
	struct story s = outages(1, 2 * H);

	(void)state;
	per_time(&c, H, days(1))->cap = money(30000);
	c.cap = money(30000);
	struct credit_sheet sheet = sheet_of(&c, &s);
	assert_int_equal(sheet.total.mills, 30000);
	assert_false(sheet.capped);
	assert_false(sheet.credits[0].capped);
	assert_null(strstr(sheet.credits[0].rule, "cap"));
	assert_string_equal(sheet.note, "");
	credit_done(&sheet);
	c.cap = (struct amount){0};
	c.credits[0].cap = (struct amount){0};
	c.stack = false;
	per_time(&c, H, money(1000));
	sheet = sheet_of(&c, &s); /* both in money */
	assert_string_equal(sheet.note, "");
	credit_done(&sheet);
	c.mrc_mills = 0;
	c.stack = true;
	sheet = sheet_of(&c, &s); /* of two kinds, but both paid */
	assert_string_equal(sheet.note, "");
	credit_done(&sheet);
	c.stack = false;
	c.n_credits = 1;
	sheet = sheet_of(&c, &s); /* shares alone */
	assert_string_equal(sheet.note, "");
	credit_done(&sheet);
}

/* Four credits that fit, and whose sum does not. */
static void
test_sums_have_an_end(void **state)
{
	struct contract_conf c = contract("sum");
	struct story s = outages(1, H);
	struct credit_sheet out;

	(void)state;
	s.a.down = s.down;
	for (int i = 0; i < 2; i++)
		per_time(&c, H, money(1LL << 59));
	assert_int_equal(credit_work_out(&out, &c, &s.a), 0);
	assert_true(out.total.mills > 2 * ((1LL << 59) - 10));
	credit_done(&out);
	for (int i = 0; i < 4; i++)
		per_time(&c, H, money(1LL << 59));
	assert_int_equal(credit_work_out(&out, &c, &s.a), -ERANGE);
	c.stack = false; /* the highest alone fits */
	assert_int_equal(credit_work_out(&out, &c, &s.a), 0);
	credit_done(&out);
}

/* ---- properties ---- */

static uint64_t seed;

static uint64_t
chance(uint64_t below)
{
	return chance_xorshift(&seed) % below;
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts_of_units),
	    cmocka_unit_test(test_each_outage_by_itself),
	    cmocka_unit_test(test_without_downtime_nothing_is_owed),
	    cmocka_unit_test(test_what_a_target_allows),
	    cmocka_unit_test(test_over_the_edge),
	    cmocka_unit_test(test_speeds_fail_by_being_low),
	    cmocka_unit_test(test_months_have_their_days),
	    cmocka_unit_test(test_shares_are_fractions),
	    cmocka_unit_test(test_no_charge_is_stated),
	    cmocka_unit_test(test_sums_of_money),
	    cmocka_unit_test(test_rules_can_be_read),
	    cmocka_unit_test(test_outages_are_named),
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_all_the_room_there_is),
	    cmocka_unit_test(test_a_cap_that_is_reached),
	    cmocka_unit_test(test_sums_have_an_end), cmocka_unit_test(test_properties)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
