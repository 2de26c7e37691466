#include "reports/results.h"

#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
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

void
instant_local(int64_t ns, const char *zone, char out[40])
{
	struct zone_time t;
	char text[128];

	zone_civil(ns, zone, &t);
	long off = t.offset_s / 60;
	snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d %c%02ld:%02ld",
	    t.year % 10000, t.month, t.day, t.hour, t.minute, t.second,
	    off < 0 ? '-' : '+', labs(off) / 60, labs(off) % 60);
	snprintf(out, 40, "%.39s", text);
}

bool
instant_of_local(const char *zone, int year, int month, int day, int hour, int minute,
    int second, int64_t *ns)
{
	return zone_instant(zone, year, month, day, hour, minute, second, ns);
}

void
instant_civil(int64_t ns, const char *zone, int *year, int *month, int *day)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	*year = t.year;
	*month = t.month;
	*day = t.day;
}
