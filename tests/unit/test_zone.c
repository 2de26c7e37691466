#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define S       NS_PER_S
#define N(list) (sizeof(list) / sizeof((list)[0]))

/* Only names that the zone database has ever reach the C library. */
static void
test_hostile_names(void **state)
{
	static const char *const BAD[] = {"", "XYZ-14", "AAA0BBB", "Etc/GMT+99", "../UTC",
	    "Europe/../UTC", "/etc/localtime", "/usr/share/zoneinfo/UTC", ":Europe/Rome",
	    "Europe", "Europe/", "localtime", "right/Europe/Rome", "tzdata.zi",
	    "Europe/Rome\n", "Europe/Rome ", "<+99>-99", "UTC\x01", "%s%s%s%n",
	    "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/R\xc3\xb4me",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct zone_time t;

	(void)state;
	for (size_t i = 0; i < N(BAD); i++) {
		assert_false(zone_exists(BAD[i]));
		/* Between two that are good, so that nothing is left over. */
		zone_civil(1764000000 * S, "Asia/Tokyo", &t);
		assert_int_equal(t.hour, 1);
		zone_civil(1764000000 * S, BAD[i], &t);
		if (t.hour != 16 || t.offset_s != 0)
			fail_msg("\"%s\" is %ld s ahead of UTC", BAD[i], t.offset_s);
		assert_string_equal(getenv("TZ"), "UTC");
		zone_civil(1764000000 * S, "Europe/Rome", &t);
		assert_int_equal(t.hour, 17);
	}
	assert_true(zone_exists("Europe/Rome"));
	assert_true(zone_exists("America/Argentina/Buenos_Aires"));
	assert_true(zone_exists("Etc/GMT+9"));
	assert_true(zone_exists("UTC"));
}

/* Others may have set TZ in between. */
static void
test_a_zone_set_by_others(void **state)
{
	struct zone_time t;

	(void)state;
	zone_civil(1764000000 * S, "Europe/Rome", &t);
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	zone_civil(1764000000 * S, "Europe/Rome", &t);
	assert_int_equal(t.hour, 17);
	unsetenv("TZ");
	tzset();
	zone_civil(1764000000 * S, "Europe/Rome", &t);
	assert_int_equal(t.hour, 17);
}

static void
test_civil_times(void **state)
{
	struct zone_time t;

	(void)state;
	zone_civil(1764000000 * S + 999999999, "Europe/Rome", &t);
	assert_int_equal(t.year, 2025);
	assert_int_equal(t.month, 11);
	assert_int_equal(t.day, 24);
	assert_int_equal(t.minute, 0);
	assert_int_equal(t.second, 0);
	assert_int_equal(t.weekday, 0);
	assert_int_equal(t.offset_s, 3600);
	zone_civil(-1, "UTC", &t); /* before 1970: cut downwards */
	assert_int_equal(t.year, 1969);
	assert_int_equal(t.second, 59);
	assert_int_equal(t.weekday, 2);
	zone_civil(INT64_MIN, "UTC", &t);
	assert_int_equal(t.year, 1677);
	zone_civil(INT64_MAX, "UTC", &t);
	assert_int_equal(t.year, 2262);
}

/* First instants of days, in UTC: where midnight is left out, comes twice, or the day
 * itself is left out. */
static void
test_days_begin(void **state)
{
	static const struct {
		const char *zone;
		int y, m, d;
		int64_t s, length_s;
	} DAYS[] = {{"Europe/Rome", 2026, 3, 29, 1774738800, 23 * 3600},
	    {"Europe/Rome", 2026, 10, 25, 1792879200, 25 * 3600},
	    {"America/Havana", 2026, 3, 8, 1772946000, 23 * 3600},
	    {"America/Sao_Paulo", 2018, 2, 17, 1518832800, 25 * 3600},
	    {"America/Sao_Paulo", 2018, 2, 18, 1518922800, 24 * 3600},
	    {"Australia/Lord_Howe", 2026, 4, 5, 1775307600, 24 * 3600 + 1800},
	    {"Pacific/Apia", 2011, 12, 30, 1325239200, 0},
	    {"Pacific/Apia", 2011, 12, 31, 1325239200, 24 * 3600}};

	(void)state;
	for (size_t i = 0; i < N(DAYS); i++) {
		int64_t from = 0, to = 0;
		assert_true(
		    zone_day_start(DAYS[i].zone, DAYS[i].y, DAYS[i].m, DAYS[i].d, &from));
		assert_true(zone_day_start(
		    DAYS[i].zone, DAYS[i].y, DAYS[i].m, DAYS[i].d + 1, &to));
		if (from != DAYS[i].s * S || to - from != DAYS[i].length_s * S)
			fail_msg("%s %d-%02d-%02d begins at %lld and has %lld s",
			    DAYS[i].zone, DAYS[i].y, DAYS[i].m, DAYS[i].d,
			    (long long)(from / S), (long long)((to - from) / S));
	}
}

static void
test_days_are_counted(void **state)
{
	int y, m, d;

	(void)state;
	assert_int_equal(zone_days(1970, 1, 1), 0);
	assert_int_equal(zone_days(1969, 12, 31), -1);
	assert_int_equal(zone_days(2000, 2, 30), zone_days(2000, 3, 1));
	assert_int_equal(zone_days(2026, 13, 1), zone_days(2027, 1, 1));
	assert_int_equal(zone_weekday(1970, 1, 1), 3);
	assert_int_equal(zone_weekday(2026, 11, 23), 0);
	assert_int_equal(zone_weekday(1969, 12, 28), 6);
	for (int64_t day = -100000; day < 100000; day += 7) {
		zone_date(day, &y, &m, &d);
		assert_int_equal(zone_days(y, m, d), day);
		assert_int_equal(
		    zone_weekday(y, m, d), zone_weekday(1970, 1, 1 - 100000 % 7));
	}
}

static void
test_instants_have_an_end(void **state)
{
	int64_t ns = 5;

	(void)state;
	assert_false(zone_instant("UTC", 2263, 1, 1, 0, 0, 0, &ns));
	assert_false(zone_instant("UTC", 1677, 1, 1, 0, 0, 0, &ns));
	assert_false(zone_instant("UTC", INT32_MIN, 1, 1, 0, 0, 0, &ns));
	assert_false(zone_instant("UTC", INT32_MAX, 12, 31, 0, 0, 0, &ns));
	assert_int_equal(ns, 5);
	assert_true(zone_instant("UTC", 2262, 1, 1, 0, 0, 0, &ns));
	assert_true(zone_instant("UTC", 2025, 23, 32, 24, 60, 60, &ns)); /* run over */
	assert_int_equal(ns, 1796259660 * S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_hostile_names),
	    cmocka_unit_test(test_a_zone_set_by_others),
	    cmocka_unit_test(test_civil_times), cmocka_unit_test(test_days_begin),
	    cmocka_unit_test(test_days_are_counted),
	    cmocka_unit_test(test_instants_have_an_end)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
