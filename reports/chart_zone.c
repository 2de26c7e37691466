#include "reports/chart.h"

#include "base/zone.h"

#include <stdio.h>
#include <string.h>

/*
 * The civil clock of a page. The zone is asked once a day of the period for its offset,
 * and a change is found by bisection; everything else is arithmetic.
 */
#define DAY_S  86400LL
#define DAY_NS (DAY_S * NS_PER_S)

const char *const civil_months[12] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t
civil_day_number(int year, int month, int day)
{
	return zone_days(year, month, day);
}

struct civil
civil_of_day(int64_t day_number)
{
	struct civil c = {.day_number = day_number};

	zone_date(day_number, &c.year, &c.month, &c.day);
	return c;
}

static int64_t
ask_offset_s(const char *name, int64_t ns)
{
	struct zone_time t;

	zone_civil(ns, name, &t);
	return t.offset_s;
}

static void
add_step(struct zone *z, int64_t from_ns, int64_t offset_s)
{
	if (z->n == ZONE_STEPS)
		return;
	z->steps[z->n].from_ns = from_ns;
	z->steps[z->n++].offset_s = offset_s;
}

static int64_t
bisect(const struct zone *z, int64_t a_ns, int64_t b_ns, int64_t offset_a)
{
	while (b_ns - a_ns > NS_PER_S) {
		int64_t middle = a_ns + (b_ns - a_ns) / 2;
		middle -= middle % NS_PER_S;
		if (middle <= a_ns)
			break;
		if (ask_offset_s(z->name, middle) == offset_a)
			a_ns = middle;
		else
			b_ns = middle;
	}
	return b_ns;
}

void
chart_zone_open(struct zone *z, const char *name, int64_t from_ns, int64_t to_ns)
{
	memset(z, 0, sizeof *z);
	snprintf(z->name, sizeof z->name, "%s", name[0] == '\0' ? "UTC" : name);
	int64_t at = floor_div(from_ns, DAY_NS) * DAY_NS - 2 * DAY_NS;
	int64_t offset = ask_offset_s(z->name, at);
	add_step(z, at, offset);
	for (; at < to_ns + 2 * DAY_NS; at += DAY_NS) {
		int64_t next = ask_offset_s(z->name, at + DAY_NS);
		if (next != offset)
			add_step(z, bisect(z, at, at + DAY_NS, offset), next);
		offset = next;
	}
}

int64_t
chart_zone_offset_s(const struct zone *z, int64_t ns)
{
	size_t i = z->n;

	while (i > 1 && z->steps[i - 1].from_ns > ns)
		i--;
	return z->n == 0 ? 0 : z->steps[i - 1].offset_s;
}

struct civil
chart_zone_civil(const struct zone *z, int64_t ns)
{
	int64_t s = floor_div(ns, NS_PER_S) + chart_zone_offset_s(z, ns);
	int64_t day = floor_div(s, DAY_S), in_day = s - day * DAY_S;
	struct civil c = civil_of_day(day);

	c.hour = (int)(in_day / 3600);
	c.minute = (int)(in_day / 60 % 60);
	c.second = (int)(in_day % 60);
	return c;
}

int64_t
chart_zone_of_civil(const struct zone *z, int64_t day_number, int64_t second)
{
	int64_t civil_ns = (day_number * DAY_S + second) * NS_PER_S;
	int64_t guess = civil_ns - chart_zone_offset_s(z, civil_ns) * NS_PER_S;

	return civil_ns - chart_zone_offset_s(z, guess) * NS_PER_S;
}

void
chart_zone_print_offset(int64_t offset_s, char out[16])
{
	int64_t minutes = llabs(offset_s) / 60;

	snprintf(out, 16, "%c%02d:%02d", offset_s < 0 ? '-' : '+',
	    (int)(minutes / 60) % 100, (int)(minutes % 60));
}

void
chart_zone_print(const struct zone *z, int64_t ns, unsigned decimals, char out[48])
{
	static const int64_t unit[] = {
	    1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000};
	char offset[16], fraction[16] = "";
	int64_t step = unit[decimals > 6 ? 6 : decimals];

	ns = floor_div(ns + step / 2, step) * step;
	struct civil c = chart_zone_civil(z, ns);
	int64_t rest = ns - floor_div(ns, NS_PER_S) * NS_PER_S;
	if (decimals > 0)
		snprintf(fraction, sizeof fraction, ".%0*d",
		    (int)(decimals > 6 ? 6 : decimals), (int)(rest / step));
	chart_zone_print_offset(chart_zone_offset_s(z, ns), offset);
	snprintf(out, 48, "%04d-%02d-%02d %02d:%02d:%02d%s %s", c.year, c.month, c.day,
	    c.hour, c.minute, c.second, fraction, offset);
}
