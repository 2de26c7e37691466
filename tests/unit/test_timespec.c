#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/timespec.h"
#include "reports/results.h"

#include <errno.h>
#include <string.h>

static const char LONDON[] = "Europe/London";
#define NOW (1764000000 * NS_PER_S + 123456789) /* 2025-11-24T16:00:00Z */

/* What ${text} means in ${zone}, in UTC. */
static void
means(const char *text, const char *zone, const char *expected)
{
	int64_t ns = 0;
	char utc[32];

	if (!timespec_parse(text, zone, NOW, &ns))
		fail_msg("%s was refused", text);
	instant_utc(ns, utc);
	if (strcmp(utc, expected) != 0)
		fail_msg("%s in %s: %s, not %s", text, zone, utc, expected);
}

static void
test_with_an_offset_no_zone_matters(void **state)
{
	(void)state;
	means("2026-10-03T14:00:00+01:00", "Asia/Tokyo", "2026-10-03T13:00:00.000000Z");
	means("2026-10-03T14:00:00Z", LONDON, "2026-10-03T14:00:00.000000Z");
	means("2026-10-03t14:00:00z", LONDON, "2026-10-03T14:00:00.000000Z");
	means("2026-10-03 14:00-09:30", LONDON, "2026-10-03T23:30:00.000000Z");
	means("2026-10-03T14:00:00.1234567Z", LONDON, "2026-10-03T14:00:00.123456Z");
	means("2016-12-31T23:59:60Z", LONDON, "2017-01-01T00:00:00.000000Z");
	means("2025-10-26T01:30:00+00:00", LONDON, "2025-10-26T01:30:00.000000Z");
}

static void
test_without_one_the_centres_zone_does(void **state)
{
	(void)state;
	means("2026-10-03T14:00", LONDON, "2026-10-03T13:00:00.000000Z");
	means("2026-01-03T14:00", LONDON, "2026-01-03T14:00:00.000000Z");
	means("2026-10-03T14:00:05", "Asia/Kolkata", "2026-10-03T08:30:05.000000Z");
	means("2026-10-03", "America/New_York", "2026-10-03T04:00:00.000000Z");
	means("2026-10", LONDON, "2026-09-30T23:00:00.000000Z");
	means("2024-02-29", "UTC", "2024-02-29T00:00:00.000000Z");
	means("now", LONDON, "2025-11-24T16:00:00.123456Z");
	means("-7d", LONDON, "2025-11-17T16:00:00.123456Z");
	means("-90min", LONDON, "2025-11-24T14:30:00.123456Z");
}

/* Clocks go forward over 01:00 to 02:00 and back over 02:00 to 01:00. */
static void
test_hours_left_out_and_hours_twice(void **state)
{
	(void)state;
	means("2026-03-29T00:59:59", LONDON, "2026-03-29T00:59:59.000000Z");
	means("2026-03-29T01:00", LONDON, "2026-03-29T01:00:00.000000Z");
	means(
	    "2026-03-29T01:30", LONDON, "2026-03-29T01:30:00.000000Z"); /* 02:30 +01:00 */
	means("2026-03-29T02:00", LONDON, "2026-03-29T01:00:00.000000Z");
	means("2026-10-25T00:59:59", LONDON, "2026-10-24T23:59:59.000000Z");
	means("2026-10-25T01:30", LONDON, "2026-10-25T00:30:00.000000Z"); /* the first */
	means("2026-10-25T02:00", LONDON, "2026-10-25T02:00:00.000000Z");
	/* Dublin calls its winter the exception, Lord Howe moves by half an hour, Samoa
	 * left out a day. */
	means("2026-10-25T01:30", "Europe/Dublin", "2026-10-25T00:30:00.000000Z");
	means("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00.000000Z");
	means("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00.000000Z");
	means("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00:00.000000Z");
}

/* Every quarter of an hour of a year: there and back is the same, or the hour is one that
 * does not exist. */
static void
test_there_and_back(void **state)
{
	static const char *ZONES[] = {"Europe/London", "Europe/Dublin",
	    "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe",
	    "Africa/Casablanca", "UTC"};
	int64_t from, to;
	size_t moved = 0;

	(void)state;
	instant_of_local("UTC", 2026, 1, 1, 0, 0, 0, &from);
	instant_of_local("UTC", 2027, 1, 1, 0, 0, 0, &to);
	for (size_t z = 0; z < sizeof ZONES / sizeof ZONES[0]; z++) {
		for (int64_t ns = from; ns < to; ns += 900 * NS_PER_S) {
			char local[40], text[40];
			int64_t back;
			instant_local(ns, ZONES[z], local);
			memcpy(text, local, 19);
			text[19] = '\0';
			assert_true(timespec_parse(text, ZONES[z], NOW, &back));
			if (back != ns) { /* the second coming: the first was meant */
				moved++;
				assert_in_range(
				    ns - back, 1800 * NS_PER_S, 3600 * NS_PER_S);
			}
			strcpy(text + 19, local + 20); /* with its offset: exactly */
			assert_true(timespec_parse(text, "UTC", NOW, &back));
			assert_int_equal(back, ns);
		}
	}
	assert_int_equal(moved, 4 + 4 + 4 + 2 + 4); /* Casablanca's Ramadan among them */
}

static void
test_what_is_no_time(void **state)
{
	static const char *const BAD[] = {"", "yesterday", "2026", "2026-1", "2026-13",
	    "2026-00", "2026-10-32", "2026-02-29", "2026-10-00", "2026-10-03T",
	    "2026-10-03T25:00", "2026-10-03T14", "2026-10-03T14:60",
	    "2026-10-03T14:00:61", "2026-10-03T14:00:00.", "2026-10-03T14:00+1",
	    "2026-10-03T14:00+24:00", "2026-10-03T14:00ZZ", "2026-10-03x", "-", "-7",
	    "--7d", "- 7d", "-7 days", "-d", "-999999999999d", "-1e300d", "-100000d",
	    "9999-12-31", "1969-12-31", "NOW", " now", "now "};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		if (timespec_parse(BAD[i], LONDON, NOW, &ns))
			fail_msg("\"%s\" was taken", BAD[i]);
}

/* ${from} and ${to}; the range in UTC, or the mistake. */
static void
range_is(const char *from, const char *to, const char *begins, const char *ends)
{
	int64_t a = 1000, b = INT64_MAX;
	char err[256] = "", utc[32];

	if (timespec_range(from, to, LONDON, NOW, &a, &b, err, sizeof err) < 0)
		fail_msg("%s", err);
	instant_utc(a, utc);
	assert_string_equal(utc, begins);
	if (ends == NULL) {
		assert_true(b == INT64_MAX);
		return;
	}
	instant_utc(b, utc);
	assert_string_equal(utc, ends);
}

static void
test_ranges(void **state)
{
	int64_t a = 1000, b = INT64_MAX;
	char err[256];

	(void)state;
	range_is(NULL, NULL, "1970-01-01T00:00:00.000001Z", NULL);
	range_is("2026-10", NULL, "2026-09-30T23:00:00.000000Z",
	    "2026-11-01T00:00:00.000000Z");
	range_is("2026-10", "2026-10", "2026-09-30T23:00:00.000000Z",
	    "2026-11-01T00:00:00.000000Z");
	range_is("2026-10", "2026-11", "2026-09-30T23:00:00.000000Z",
	    "2026-11-01T00:00:00.000000Z");
	range_is("2026-12", NULL, "2026-12-01T00:00:00.000000Z",
	    "2027-01-01T00:00:00.000000Z");
	range_is("2026-10-25", NULL, "2026-10-24T23:00:00.000000Z", NULL);
	range_is("2026-10-25", "2026-10-25", "2026-10-24T23:00:00.000000Z",
	    "2026-10-26T00:00:00.000000Z"); /* 25 hours */
	range_is("2026-03-29", "2026-03-29", "2026-03-29T00:00:00.000000Z",
	    "2026-03-29T23:00:00.000000Z"); /* 23 */
	range_is(
	    "-7d", "now", "2025-11-17T16:00:00.123456Z", "2025-11-24T16:00:00.123456Z");
	range_is(NULL, "2026-10-25", "1970-01-01T00:00:00.000001Z",
	    "2026-10-24T23:00:00.000000Z");

	assert_int_equal(
	    timespec_range("2026-11", "2026-10", LONDON, NOW, &a, &b, err, sizeof err),
	    -EINVAL);
	assert_string_equal(err, "--to 2026-10: it is not after --from 2026-11");
	assert_int_equal(
	    timespec_range("now", "now", LONDON, NOW, &a, &b, err, sizeof err), -EINVAL);
	assert_int_equal(
	    timespec_range("soon", NULL, LONDON, NOW, &a, &b, err, sizeof err), -EINVAL);
	assert_string_equal(err,
	    "--from soon: write a time (2026-10-03T14:00), a day, a month (2026-10), a "
	    "span back (-7d) or now");
	a = NOW;
	assert_int_equal(
	    timespec_range(NULL, "2024-01-01", LONDON, NOW, &a, &b, err, sizeof err),
	    -EINVAL);
	assert_string_equal(err, "--to 2024-01-01: nothing is recorded before it");
}

static void
period_is(const char *kind, const char *at, const char *begins, const char *ends)
{
	int64_t ns, a, b;
	char utc[32];

	assert_true(timespec_parse(at, LONDON, NOW, &ns));
	timespec_period(kind, LONDON, ns, &a, &b);
	instant_utc(a, utc);
	assert_string_equal(utc, begins);
	instant_utc(b, utc);
	assert_string_equal(utc, ends);
}

static void
test_periods_of_contracts(void **state)
{
	(void)state;
	period_is("month", "2026-10-31T23:59:59", "2026-09-30T23:00:00.000000Z",
	    "2026-11-01T00:00:00.000000Z");
	period_is("month", "2026-11-01T00:00:00", "2026-11-01T00:00:00.000000Z",
	    "2026-12-01T00:00:00.000000Z");
	period_is("month", "2024-02-29T12:00", "2024-02-01T00:00:00.000000Z",
	    "2024-03-01T00:00:00.000000Z");
	period_is("quarter", "2026-11-23", "2026-09-30T23:00:00.000000Z",
	    "2027-01-01T00:00:00.000000Z");
	period_is("quarter", "2026-03-31T23:59", "2026-01-01T00:00:00.000000Z",
	    "2026-03-31T23:00:00.000000Z");
	period_is("year", "2026-07-01", "2026-01-01T00:00:00.000000Z",
	    "2027-01-01T00:00:00.000000Z");
	period_is("30d", "2026-11-05T08:00", "2026-10-06T23:00:00.000000Z",
	    "2026-11-06T00:00:00.000000Z"); /* 30 days, one of 25 hours */
}

/* A zone comes from a journal that somebody else may have written. */
static void
test_zones_that_are_none(void **state)
{
	(void)state;
	means("2026-07-01", "", "2026-07-01T00:00:00.000000Z");
	means("2026-07-01", "Nowhere/At_All", "2026-07-01T00:00:00.000000Z");
	means("2026-07-01", "/etc/passwd", "2026-07-01T00:00:00.000000Z");
	means("2026-07-01", "../../../etc/passwd", "2026-07-01T00:00:00.000000Z");
	means("2026-07-01", ":Europe/London", "2026-07-01T00:00:00.000000Z");
	means("2026-07-01", LONDON, "2026-06-30T23:00:00.000000Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_with_an_offset_no_zone_matters),
	    cmocka_unit_test(test_without_one_the_centres_zone_does),
	    cmocka_unit_test(test_hours_left_out_and_hours_twice),
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_what_is_no_time),
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_periods_of_contracts),
	    cmocka_unit_test(test_zones_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
