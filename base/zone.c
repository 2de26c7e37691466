#include "base/zone.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S     86400
#define NAME_MOST 63

/* Names as the time zone database has them; a path or a rule is none. */
static bool
is_name(const char *zone)
{
	size_t n = strnlen(zone, NAME_MOST + 1);

	return n > 0 && n <= NAME_MOST && zone[0] != '/' && strstr(zone, "..") == NULL &&
	       strncmp(zone, "right/", 6) != 0 && strcmp(zone, "localtime") != 0 &&
	       zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                         "0123456789_+-/")] == '\0';
}

/* Where the C library looks, too. What it does not find there it would read as a
 * rule: "XYZ-14" would be fourteen hours ahead. */
bool
zone_exists(const char *zone)
{
	const char *dir = getenv("TZDIR");
	char path[512], magic[4] = "";

	if (!is_name(zone))
		return false;
	if (dir == NULL || dir[0] == '\0')
		dir = "/usr/share/zoneinfo";
	int n = snprintf(path, sizeof path, "%s/%s", dir, zone);
	if (n < 0 || (size_t)n >= sizeof path)
		return false;
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	bool known = fread(magic, 1, sizeof magic, f) == sizeof magic &&
	             memcmp(magic, "TZif", sizeof magic) == 0;
	fclose(f);
	return known;
}

/* The C library knows zones by the environment alone, and others may have set it. */
static void
use_zone(const char *zone)
{
	static char asked[NAME_MOST + 1], used[NAME_MOST + 1];
	const char *set = getenv("TZ");

	if (strnlen(zone, NAME_MOST + 1) > NAME_MOST)
		zone = "UTC";
	if (used[0] != '\0' && strcmp(asked, zone) == 0 && set != NULL &&
	    strcmp(set, used) == 0)
		return;
	snprintf(asked, sizeof asked, "%s", zone);
	snprintf(used, sizeof used, "%s", zone_exists(zone) ? zone : "UTC");
	setenv("TZ", used, 1);
	tzset();
}

void
zone_civil(int64_t ns, const char *zone, struct zone_time *out)
{
	struct tm tm = {.tm_year = 70, .tm_mday = 1, .tm_wday = 4};
	time_t s = (time_t)(ns / NS_PER_S);

	if (ns % NS_PER_S < 0)
		s--;
	use_zone(zone);
	(void)localtime_r(&s, &tm);
	out->year = tm.tm_year + 1900;
	out->month = tm.tm_mon + 1;
	out->day = tm.tm_mday;
	out->hour = tm.tm_hour;
	out->minute = tm.tm_min;
	out->second = tm.tm_sec;
	out->weekday = (tm.tm_wday + 6) % 7;
	out->offset_s = tm.tm_gmtoff;
}

/* Seconds that the zone in use is ahead of UTC at ${s}. */
static long
offset_at(time_t s)
{
	struct tm tm = {0};

	return localtime_r(&s, &tm) != NULL ? tm.tm_gmtoff : 0;
}

bool
zone_instant(const char *zone, int year, int month, int day, int hour, int minute,
    int second, int64_t *ns)
{
	if (year < 1600 || year > 2400) /* int64_t nanoseconds hold 1677 to 2262 */
		return false;
	struct tm tm = {.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second};
	time_t civil = timegm(&tm);

	if (civil < -INT64_MAX / NS_PER_S + 2 * DAY_S ||
	    civil > INT64_MAX / NS_PER_S - 2 * DAY_S)
		return false;
	use_zone(zone);
	/* A change of clocks is no nearer than that on both sides. Ahead of one that
	 * repeats this time lies its first coming; one that leaves it out moves it by as
	 * much. */
	long before = offset_at(civil - DAY_S), after = offset_at(civil + DAY_S);
	time_t s = civil - before;
	if (offset_at(s) != before && offset_at(civil - after) == after)
		s = civil - after;
	*ns = (int64_t)s * NS_PER_S;
	return true;
}

bool
zone_day_start(const char *zone, int year, int month, int day, int64_t *ns)
{
	return zone_instant(zone, year, month, day, 0, 0, 0, ns);
}

int64_t
zone_days(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	/* Midnight in UTC: no remainder, on both sides of 1970. */
	return (int64_t)timegm(&tm) / DAY_S;
}

void
zone_date(int64_t days, int *year, int *month, int *day)
{
	struct tm tm = {.tm_year = 70, .tm_mday = 1};
	time_t s = (time_t)days * DAY_S;

	(void)gmtime_r(&s, &tm);
	*year = tm.tm_year + 1900;
	*month = tm.tm_mon + 1;
	*day = tm.tm_mday;
}

int
zone_weekday(int year, int month, int day)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(((zone_days(year, month, day) + 3) % 7 + 7) % 7);
}
