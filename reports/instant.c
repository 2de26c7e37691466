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

/* The C library knows zones by the environment alone. */
static void
use_zone(const char *zone)
{
	static char now[64];

	if (strcmp(now, zone) == 0)
		return;
	snprintf(now, sizeof now, "%s", zone);
	setenv("TZ", zone[0] == '\0' ? "UTC" : zone, 1);
	tzset();
}

void
instant_local(int64_t ns, const char *zone, char out[40])
{
	struct tm tm;
	char text[128];
	time_t s;
	int64_t rest;

	use_zone(zone[0] == '\0' ? "UTC" : zone);
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

bool
instant_of_local(const char *zone, int year, int month, int day, int hour, int minute,
    int second, int64_t *ns)
{
	struct tm tm = {.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second,
	    .tm_isdst = -1};

	use_zone(zone[0] == '\0' ? "UTC" : zone);
	/* Of an hour that comes twice, the first: try summer time before asking the
	 * library. */
	struct tm summer = tm, back;
	summer.tm_isdst = 1;
	time_t s = mktime(&summer);
	if (s == (time_t)-1 || localtime_r(&s, &back) == NULL || back.tm_hour != hour ||
	    back.tm_min != minute ||
	    back.tm_mday != (day > 31 ? back.tm_mday : tm.tm_mday))
		s = mktime(&tm);
	if (s == (time_t)-1)
		return false;
	*ns = (int64_t)s * NS_PER_S;
	return true;
}

void
instant_civil(int64_t ns, const char *zone, int *year, int *month, int *day)
{
	struct tm tm = {0};
	time_t s;
	int64_t rest;

	use_zone(zone[0] == '\0' ? "UTC" : zone);
	split(ns, &s, &rest);
	localtime_r(&s, &tm);
	*year = tm.tm_year + 1900;
	*month = tm.tm_mon + 1;
	*day = tm.tm_mday;
}
