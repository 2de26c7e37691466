#include "reports/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds and what is left of them, also before 1970. */
static void
split(int64_t ns, time_t *s, int64_t *rest)
{
	*s = (time_t)(ns / NS_PER_S);
	*rest = ns % NS_PER_S;
	if (*rest < 0) {
		*rest += NS_PER_S;
		(*s)--;
	}
}

void
instant_utc(int64_t ns, char out[32])
{
	struct tm tm;
	char text[128];
	time_t s;
	int64_t rest;

	split(ns, &s, &rest);
	if (gmtime_r(&s, &tm) == NULL || tm.tm_year > 8099 || tm.tm_year < -1900) {
		snprintf(out, 32, "0000-00-00T00:00:00.000000Z");
		return;
	}
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)(rest / 1000));
	snprintf(out, 32, "%.31s", text);
}

/* Names as the time zone database has them; a path or a rule is none. */
static bool
is_zone(const char *zone)
{
	return zone[0] != '\0' && zone[0] != '/' && strstr(zone, "..") == NULL &&
	       zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                         "0123456789_+-/")] == '\0';
}

/* The C library knows zones by the environment alone. */
static void
use_zone(const char *zone)
{
	static char now[64];

	if (!is_zone(zone))
		zone = "UTC";
	if (strcmp(now, zone) == 0)
		return;
	snprintf(now, sizeof now, "%s", zone);
	setenv("TZ", now, 1);
	tzset();
}

void
instant_local(int64_t ns, const char *zone, char out[40])
{
	struct tm tm;
	char text[128];
	time_t s;
	int64_t rest;

	use_zone(zone);
	split(ns, &s, &rest);
	if (localtime_r(&s, &tm) == NULL) {
		snprintf(out, 40, "0000-00-00 00:00:00 +00:00");
		return;
	}
	long off = tm.tm_gmtoff / 60;
	snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d %c%02ld:%02ld",
	    (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, off < 0 ? '-' : '+', labs(off) / 60, labs(off) % 60);
	snprintf(out, 40, "%.39s", text);
}

/* Seconds that the zone in use is ahead of UTC at ${s}. */
static long
offset_at(time_t s)
{
	struct tm tm = {0};

	return localtime_r(&s, &tm) != NULL ? tm.tm_gmtoff : 0;
}

bool
instant_of_local(const char *zone, int year, int month, int day, int hour, int minute,
    int second, int64_t *ns)
{
	struct tm tm = {.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second};
	time_t civil = timegm(&tm);

	if (civil < -INT64_MAX / NS_PER_S + 172800 ||
	    civil > INT64_MAX / NS_PER_S - 172800)
		return false;
	use_zone(zone);
	/* A change of clocks is no nearer than that on both sides. Ahead of one that
	 * repeats this time lies its first coming; one that leaves it out moves it by as
	 * much. */
	long before = offset_at(civil - 86400), after = offset_at(civil + 86400);
	time_t s = civil - before;
	if (offset_at(s) != before && offset_at(civil - after) == after)
		s = civil - after;
	*ns = (int64_t)s * NS_PER_S;
	return true;
}

void
instant_civil(int64_t ns, const char *zone, int *year, int *month, int *day)
{
	struct tm tm = {0};
	time_t s;
	int64_t rest;

	use_zone(zone);
	split(ns, &s, &rest);
	localtime_r(&s, &tm);
	*year = tm.tm_year + 1900;
	*month = tm.tm_mon + 1;
	*day = tm.tm_mday;
}
