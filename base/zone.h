#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Civil time in a zone of the time zone database. A name that the database does not have
 * (or a path, a rule, "localtime", a zone that counts leap seconds) is taken as UTC:
 * names come from journals and contracts, and nothing else of them ever reaches the C
 * library. Days are Gregorian, before 1582 too. Not for several threads: the C library
 * has one zone at a time.
 */
struct zone_time {
	int year, month, day, hour, minute, second;
	int weekday;   /* 0 Monday to 6 Sunday */
	long offset_s; /* ahead of UTC */
};

/* The zone database knows ${zone} by this name. */
bool zone_exists(const char *zone);

/* What clocks in ${zone} show at ${ns}, UTC; parts of a second are dropped. 1970-01-01
 * where the C library cannot say. */
void zone_civil(int64_t ns, const char *zone, struct zone_time *out);

/*
 * zone_instant(zone, year, month, day, hour, minute, second, ns):
 * The instant of a civil time; months, days, hours, minutes and seconds may run over.
 * Of a time that comes twice the first; a time that is left out is as much later as the
 * clocks were put forward.
 *
 * Units   UTC nanoseconds.
 * Result  false outside what int64_t nanoseconds hold; ns is untouched then.
 */
bool zone_instant(const char *zone, int year, int month, int day, int hour, int minute,
    int second, int64_t *ns);

/* The first instant of a civil day, which begins at 01:00 where midnight is left out. Of
 * a day that is left out altogether: the first of the next. As zone_instant. */
bool zone_day_start(const char *zone, int year, int month, int day, int64_t *ns);

/* Days since 1970-01-01, which is 0; months and days may run over. */
int64_t zone_days(int year, int month, int day);
/* The date of such a day: zone_days' inverse. */
void zone_date(int64_t days, int *year, int *month, int *day);
/* 0 Monday to 6 Sunday. */
int zone_weekday(int year, int month, int day);

#endif
