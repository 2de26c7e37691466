#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/deadline.h"
#include "base/clock.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S       NS_PER_S
#define H       (3600 * S)
#define DAY     (24 * H)
#define N(list) (sizeof(list) / sizeof((list)[0]))

static const char ROME[] = "Europe/Rome";

/* "2026-03-28 23:30:00" in a zone. */
static int64_t
at(const char *zone, const char *text)
{
	int y, mo, d, h, mi, s;
	int64_t ns;

	assert_int_equal(sscanf(text, "%d-%d-%d %d:%d:%d", &y, &mo, &d, &h, &mi, &s), 6);
	assert_true(zone_instant(zone, y, mo, d, h, mi, s, &ns));
	return ns;
}

static struct deadline_conf *
deadline(struct contract_conf *c, enum deadline_what what, enum deadline_anchor anchor)
{
	struct deadline_conf *k = &c->deadlines[c->n_deadlines++];

	snprintf(k->name, sizeof k->name, "d%zu", c->n_deadlines);
	snprintf(k->clause, sizeof k->clause, "%zu.1", c->n_deadlines);
	k->what = what;
	k->anchor = anchor;
	return k;
}

static void
holiday(struct contract_conf *c, int year, int month, int day)
{
	c->holidays[c->n_holidays++] =
	    (struct civil_date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

static struct downtime
outage(const char *id, int64_t start, int64_t end)
{
	struct downtime d = {.start_ns = start,
	    .end_ns = end,
	    .begins_here = true,
	    .counted_ns = end - start,
	    .whole_ns = end - start};

	snprintf(d.outage_id, sizeof d.outage_id, "%s", id);
	return d;
}

/* The only deadline of ${c}: its last instant. */
static int64_t
only(const struct contract_conf *c, const struct deadline_anchors *a)
{
	struct deadline *list;
	size_t n;

	assert_int_equal(deadline_list(&list, &n, c, a), 0);
	assert_int_equal(n, 1);
	int64_t by = list[0].by_ns;
	free(list);
	return by;
}

/* One outage from 10:00 to 12:00 of a day in Rome; one ticket closed at 15:30 of the
 * next; the period is the day's month. */
static void
ordinary(struct deadline_anchors *a, int month, int day)
{
	static struct downtime down[1];
	static struct ticket_end ticket;

	memset(a, 0, sizeof *a);
	a->zone = ROME;
	int64_t start, close;
	assert_true(zone_instant(ROME, 2026, month, day, 10, 0, 0, &start));
	assert_true(zone_instant(ROME, 2026, month, day + 1, 15, 30, 0, &close));
	assert_true(zone_day_start(ROME, 2026, month + 1, 1, &a->period_end_ns));
	down[0] = outage("00000000000000aa", start, start + 2 * H);
	ticket = (struct ticket_end){"TT-77", close};
	a->down = down;
	a->n_down = 1;
	a->tickets = &ticket;
	a->n_tickets = 1;
	a->has_period_end = true;
}

/* ---- contracts as published ---- */

/* A ticket within 72 h of the fault, a claim within 30 days of the ticket's closing. */
static void
test_verizon(void **state)
{
	struct contract_conf c = {0};
	struct deadline_anchors a;
	struct deadline *list;
	size_t n;

	(void)state;
	deadline(&c, DEADLINE_TICKET, ANCHOR_OUTAGE_START)->within_ns = 72 * H;
	deadline(&c, DEADLINE_CLAIM, ANCHOR_TICKET_CLOSED)->days = 30;
	/* Clocks go forward on 2026-03-29: 72 h later it is 11:00. */
	ordinary(&a, 3, 27);
	assert_int_equal(deadline_list(&list, &n, &c, &a), 0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].what, DEADLINE_TICKET);
	assert_int_equal(list[0].by_ns, at(ROME, "2026-03-30 11:00:00"));
	assert_int_equal(list[0].anchor_ns, at(ROME, "2026-03-27 10:00:00"));
	assert_string_equal(list[0].of, "00000000000000aa");
	assert_string_equal(list[0].clause, "1.1");
	assert_int_equal(list[1].what, DEADLINE_CLAIM);
	assert_int_equal(list[1].anchor, ANCHOR_TICKET_CLOSED);
	assert_int_equal(list[1].by_ns, at(ROME, "2026-04-28 00:00:00") - 1);
	assert_string_equal(list[1].of, "TT-77");
	assert_string_equal(list[1].name, "d2");
	free(list);
}

/* Within 30 days of the beginning of the interruption. */
static void
test_comcast(void **state)
{
	struct contract_conf c = {0};
	struct deadline_anchors a;

	(void)state;
	deadline(&c, DEADLINE_CLAIM, ANCHOR_OUTAGE_START)->days = 30;
	ordinary(&a, 3, 1); /* to the end of the 31st, summer time */
	assert_int_equal(only(&c, &a), at(ROME, "2026-04-01 00:00:00") - 1);
	ordinary(&a, 10, 10); /* to the end of November 9th, winter time */
	assert_int_equal(only(&c, &a), at(ROME, "2026-11-10 00:00:00") - 1);
	ordinary(&a, 2, 27); /* 2026 is no leap year */
	assert_int_equal(only(&c, &a), at(ROME, "2026-03-30 00:00:00") - 1);
}

/* Within seven business days after the month's end. */
static void
test_cogent(void **state)
{
	struct contract_conf c = {0};
	struct deadline_anchors a;

	(void)state;
	struct deadline_conf *k = deadline(&c, DEADLINE_CLAIM, ANCHOR_PERIOD_END);
	k->days = 7;
	k->business_days = true;
	/* March 2026 ends on a Tuesday: the seventh is Thursday the 9th … */
	ordinary(&a, 3, 10);
	assert_int_equal(only(&c, &a), at(ROME, "2026-04-10 00:00:00") - 1);
	/* … and Good Friday and Easter Monday make it Monday the 13th. */
	holiday(&c, 2026, 4, 3);
	holiday(&c, 2026, 4, 6);
	assert_int_equal(only(&c, &a), at(ROME, "2026-04-14 00:00:00") - 1);
	/* Holidays on weekends, in other years and after the end change nothing. */
	holiday(&c, 2026, 4, 4);
	holiday(&c, 2025, 4, 7);
	holiday(&c, 2026, 4, 14);
	assert_int_equal(only(&c, &a), at(ROME, "2026-04-14 00:00:00") - 1);
	/* One more on the last day. */
	holiday(&c, 2026, 4, 13);
	assert_int_equal(only(&c, &a), at(ROME, "2026-04-16 00:00:00") - 1);
	/* October ends on a Saturday, and its clocks went back. */
	ordinary(&a, 10, 10);
	assert_int_equal(only(&c, &a), at(ROME, "2026-11-11 00:00:00") - 1);
	/* Ordinary days: the first day of the month is day one. */
	k->business_days = false;
	assert_int_equal(only(&c, &a), at(ROME, "2026-11-08 00:00:00") - 1);
	/* Hours: from the end itself on. */
	k->days = 0;
	k->within_ns = 36 * H;
	assert_int_equal(only(&c, &a), at(ROME, "2026-11-02 12:00:00"));
}

/* 60 days (NTT), 28 (BTnet), 30 from the ticket's closing (Lumen). */
static void
test_other_windows(void **state)
{
	static const struct {
		enum deadline_anchor anchor;
		unsigned days;
		const char *next;
	} CASES[] = {{ANCHOR_OUTAGE_END, 60, "2026-07-10 00:00:00"},
	    {ANCHOR_OUTAGE_START, 28, "2026-06-08 00:00:00"},
	    {ANCHOR_TICKET_CLOSED, 30, "2026-06-11 00:00:00"},
	    {ANCHOR_PERIOD_END, 30, "2026-07-01 00:00:00"},
	    {ANCHOR_OUTAGE_END, 1, "2026-05-12 00:00:00"}};
	struct deadline_anchors a;

	(void)state;
	ordinary(&a, 5, 10);
	for (size_t i = 0; i < N(CASES); i++) {
		struct contract_conf c = {0};
		deadline(&c, DEADLINE_CLAIM, CASES[i].anchor)->days = CASES[i].days;
		if (only(&c, &a) != at(ROME, CASES[i].next) - 1)
			fail_msg(
			    "%u days do not end before %s", CASES[i].days, CASES[i].next);
	}
}

/* ---- the ways to count ---- */

static void
test_days_are_civil(void **state)
{
	static const struct {
		const char *zone, *from, *next;
		unsigned days;
	} CASES[] = {/* The day of the anchor is not counted, whatever its hour. */
	    {"UTC", "2026-05-10 00:00:00", "2026-05-12 00:00:00", 1},
	    {"UTC", "2026-05-10 23:59:59", "2026-05-12 00:00:00", 1},
	    /* Days of 23 and 25 hours. */
	    {ROME, "2026-03-28 12:00:00", "2026-03-30 00:00:00", 1},
	    {ROME, "2026-10-24 12:00:00", "2026-10-26 00:00:00", 1},
	    /* Midnight is left out in Havana on 2026-03-08: the 7th ends at 01:00. */
	    {"America/Havana", "2026-03-06 12:00:00", "2026-03-08 01:00:00", 1},
	    /* It came twice in Sao Paulo on 2018-02-17: the day has 25 hours. */
	    {"America/Sao_Paulo", "2018-02-16 12:00:00", "2018-02-18 00:00:00", 1},
	    /* The 30th of December 2011 was left out on Samoa: it ends as it begins. */
	    {"Pacific/Apia", "2011-12-29 12:00:00", "2011-12-31 00:00:00", 1},
	    {"Pacific/Apia", "2011-12-29 12:00:00", "2012-01-01 00:00:00", 2},
	    {"Asia/Kolkata", "2028-02-28 01:00:00", "2028-03-01 00:00:00", 1},
	    {"UTC", "2026-12-31 12:00:00", "2028-01-01 00:00:00", 365},
	    /* Names that are none: UTC. */
	    {"XYZ-14", "2026-05-10 12:00:00", "2026-05-12 00:00:00", 1},
	    {"../../etc/passwd", "2026-05-10 12:00:00", "2026-05-12 00:00:00", 1}};

	(void)state;
	for (size_t i = 0; i < N(CASES); i++) {
		int64_t by = 0, from = at(CASES[i].zone, CASES[i].from);
		assert_int_equal(
		    deadline_days(CASES[i].zone, from, CASES[i].days, NULL, &by), 0);
		if (by != at(CASES[i].zone, CASES[i].next) - 1)
			fail_msg("%s from %s on: not before %s", CASES[i].zone,
			    CASES[i].from, CASES[i].next);
	}
	assert_int_equal(
	    at("XYZ-14", "2026-05-10 12:00:00"), at("UTC", "2026-05-10 12:00:00"));
}

/* The date of the last instant is the date of the deadline; it is always 24:00. */
static void
test_the_date_reads_right(void **state)
{
	static const char *const ZONES[] = {
	    "Europe/Rome", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tokyo"};

	(void)state;
	for (size_t z = 0; z < N(ZONES); z++) {
		for (int day = 1; day <= 366; day++) {
			struct zone_time t, next;
			int64_t from, by;
			assert_true(
			    zone_instant(ZONES[z], 2026, 1, day, 13, 7, 5, &from));
			assert_int_equal(deadline_days(ZONES[z], from, 30, NULL, &by), 0);
			zone_civil(by, ZONES[z], &t);
			zone_civil(by + 1, ZONES[z], &next);
			assert_int_equal(zone_days(t.year, t.month, t.day),
			    zone_days(2026, 1, day) + 30);
			assert_int_equal(zone_days(next.year, next.month, next.day),
			    zone_days(2026, 1, day) + 31);
		}
	}
}

static void
test_business_days(void **state)
{
	struct contract_conf c = {0};
	static const struct {
		const char *from, *next;
		unsigned days;
	} CASES[] = {
	    {"2026-11-23 09:00:00", "2026-11-25 00:00:00", 1}, /* Monday to Tuesday */
	    {"2026-11-27 09:00:00", "2026-12-01 00:00:00", 1}, /* Friday to Monday */
	    {"2026-11-28 09:00:00", "2026-12-01 00:00:00", 1}, /* Saturday to Monday */
	    {"2026-11-29 09:00:00", "2026-12-01 00:00:00", 1}, /* Sunday to Monday */
	    {"2026-11-23 09:00:00", "2026-12-01 00:00:00", 5},
	    {"2026-12-23 09:00:00", "2026-12-29 00:00:00", 2}, /* over Christmas */
	    {"2026-12-24 09:00:00", "2026-12-29 00:00:00", 1}};

	(void)state;
	holiday(&c, 2026, 12, 25);
	for (size_t i = 0; i < N(CASES); i++) {
		int64_t by = 0;
		assert_int_equal(
		    deadline_days(ROME, at(ROME, CASES[i].from), CASES[i].days, &c, &by),
		    0);
		if (by != at(ROME, CASES[i].next) - 1)
			fail_msg(
			    "%u business days from %s on", CASES[i].days, CASES[i].from);
	}
}

/* Whole days of a duration are civil days, anything else is exact. */
static void
test_durations(void **state)
{
	int64_t from = at(ROME, "2026-03-28 12:00:00"), by;

	(void)state;
	assert_int_equal(deadline_after(ROME, from, 2 * DAY, &by), 0);
	assert_int_equal(by, at(ROME, "2026-03-31 00:00:00") - 1);
	assert_int_equal(deadline_after(ROME, from, 2 * DAY + 1, &by), 0);
	assert_int_equal(by, from + 2 * DAY + 1);
	assert_int_equal(deadline_after(ROME, from, 36 * H, &by), 0);
	assert_int_equal(by, at(ROME, "2026-03-30 01:00:00"));
	assert_int_equal(deadline_after(ROME, from, 0, &by), 0);
	assert_int_equal(by, from);
	assert_int_equal(deadline_after(ROME, INT64_MAX - 5, 6, &by), -ERANGE);
	assert_int_equal(deadline_after(ROME, INT64_MAX - 5, DAY, &by), -ERANGE);
	assert_int_equal(by, from); /* untouched */
}

/* ---- the list ---- */

static void
test_the_list(void **state)
{
	struct contract_conf c = {0};
	struct deadline_anchors a = {.zone = "UTC"};
	struct downtime down[] = {
	    outage("0000000000000001", at("UTC", "2026-05-02 10:00:00"),
	        at("UTC", "2026-05-02 12:00:00")),
	    outage("0000000000000002", at("UTC", "2026-05-05 10:00:00"),
	        at("UTC", "2026-05-06 12:00:00")),
	    outage("0000000000000003", at("UTC", "2026-05-20 10:00:00"),
	        at("UTC", "2026-05-20 11:00:00")),
	    outage("0000000000000004", at("UTC", "2026-05-30 10:00:00"),
	        at("UTC", "2026-05-31 11:00:00"))};
	struct deadline *list;
	size_t n;
	int64_t by = 7;

	(void)state;
	down[2].counted_ns = down[2].whole_ns = 0; /* excluded: sets nothing off */
	down[3].open = true;                       /* has no end yet */
	a.down = down;
	a.n_down = N(down);
	assert_int_equal(deadline_list(&list, &n, &c, &a), 0);
	assert_null(list);
	assert_int_equal(n, 0);
	assert_int_equal(deadline_claim_by(list, n, 0, &by), -ENOENT);
	assert_int_equal(by, 7);

	deadline(&c, DEADLINE_TERMINATE, ANCHOR_OUTAGE_START)->days = 1;
	c.claim_window_ns = 10 * DAY;
	assert_int_equal(deadline_list(&list, &n, &c, &a), 0);
	assert_int_equal(n, 5);
	for (size_t i = 1; i < n; i++)
		assert_true(list[i - 1].by_ns <= list[i].by_ns);
	assert_int_equal(list[0].what, DEADLINE_TERMINATE);
	assert_int_equal(list[0].by_ns, at("UTC", "2026-05-04 00:00:00") - 1);
	assert_int_equal(list[2].what, DEADLINE_CLAIM);
	assert_int_equal(list[2].anchor, ANCHOR_OUTAGE_END);
	assert_int_equal(list[2].by_ns, at("UTC", "2026-05-13 00:00:00") - 1);
	assert_string_equal(list[2].clause, "claim-window");
	assert_string_equal(list[2].of, "0000000000000001");
	assert_int_equal(list[3].by_ns, at("UTC", "2026-05-17 00:00:00") - 1);
	assert_string_equal(list[4].of, "0000000000000004"); /* its start */

	/* The next claim: the last instant still counts, then the one after it. */
	assert_int_equal(deadline_claim_by(list, n, 0, &by), 1);
	assert_int_equal(by, list[2].by_ns);
	assert_int_equal(deadline_claim_by(list, n, list[2].by_ns, &by), 1);
	assert_int_equal(by, list[2].by_ns);
	assert_int_equal(deadline_claim_by(list, n, list[2].by_ns + 1, &by), 1);
	assert_int_equal(by, list[3].by_ns);
	assert_int_equal(deadline_claim_by(list, n, list[3].by_ns + 1, &by), 0);
	assert_int_equal(by, list[3].by_ns);
	free(list);

	c.claim_window_ns = 36 * H;
	c.n_deadlines = 0;
	a.n_down = 1;
	assert_int_equal(only(&c, &a), at("UTC", "2026-05-04 00:00:00"));
}

static void
test_what_is_refused(void **state)
{
	struct contract_conf c = {0};
	struct deadline_anchors a;
	struct deadline *list = (struct deadline *)&c;
	size_t n = 9;

	(void)state;
	ordinary(&a, 5, 10);
	struct deadline_conf *k = deadline(&c, DEADLINE_CLAIM, ANCHOR_OUTAGE_END);
	assert_int_equal(deadline_list(&list, &n, &c, &a), -EINVAL); /* no length */
	assert_null(list);
	assert_int_equal(n, 0);
	k->within_ns = -1;
	assert_int_equal(deadline_list(&list, &n, &c, &a), -EINVAL);
	k->within_ns = INT64_MAX;
	assert_int_equal(deadline_list(&list, &n, &c, &a), -ERANGE);
	k->days = UINT32_MAX;
	assert_int_equal(deadline_list(&list, &n, &c, &a), -ERANGE);
	k->days = 0;
	k->within_ns = H;
	c.n_deadlines = CONTRACT_DEADLINES_MOST + 1;
	assert_int_equal(deadline_list(&list, &n, &c, &a), -EINVAL);
	c.n_deadlines = 1;
	assert_int_equal(only(&c, &a), at(ROME, "2026-05-10 13:00:00"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_verizon),
	    cmocka_unit_test(test_comcast), cmocka_unit_test(test_cogent),
	    cmocka_unit_test(test_other_windows), cmocka_unit_test(test_days_are_civil),
	    cmocka_unit_test(test_the_date_reads_right),
	    cmocka_unit_test(test_business_days), cmocka_unit_test(test_durations),
	    cmocka_unit_test(test_the_list), cmocka_unit_test(test_what_is_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
