#include "analyzer/growth.h"

#include "analyzer/stats.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEEK_LEAST (7 * 1440 / 2)
#define MONTH_NS   (30.44 * 86400e9)

/* ---- months ---- */

static void
find_months(struct growth *g, const struct demand *d, const char *zone)
{
	int64_t from, to, start, end;
	struct zone_time t;

	if (!demand_period(d, &from, &to))
		return;
	zone_civil(from, zone, &t);
	for (; zone_day_start(zone, t.year, t.month, 1, &start) && start < to;
	     t.month++) {
		if (!zone_day_start(zone, t.year, t.month + 1, 1, &end))
			return;
		struct growth_month m = {.start_ns = start, .end_ns = end};
		for (int way = 0; way < DEMAND_WAYS; way++)
			demand_within(d, (enum demand_way)way, start, end, &m.use[way]);
		if (m.use[0].minutes == 0)
			continue;
		g->months = memory_grow(g->months, g->n_months + 1, sizeof *g->months);
		g->months[g->n_months++] = m;
	}
}

static void
find_worst(struct growth *g)
{
	for (int way = 0; way < DEMAND_WAYS; way++)
		for (size_t i = 0; i < g->n_months; i++) {
			const struct demand_use *u = &g->months[i].use[way];
			if (u->minutes < GROWTH_MONTH ||
			    (g->has_worst[way] &&
			        u->p99_bps <= g->months[g->worst[way]].use[way].p99_bps))
				continue;
			g->has_worst[way] = true;
			g->worst[way] = i;
		}
}

/* ---- the trend ---- */

struct week {
	double at_ns, level[DEMAND_WAYS];
};

static size_t
find_weeks(const struct demand *d, const char *zone, struct week **out)
{
	int64_t from, to, start, end;
	struct week *list = NULL;
	struct zone_time t;
	size_t n = 0;

	*out = NULL;
	if (!demand_period(d, &from, &to))
		return 0;
	zone_civil(from, zone, &t);
	t.day -= t.weekday;
	for (; zone_day_start(zone, t.year, t.month, t.day, &start) && start < to;
	     t.day += 7) {
		struct demand_use use[DEMAND_WAYS];
		if (!zone_day_start(zone, t.year, t.month, t.day + 7, &end))
			break;
		for (int way = 0; way < DEMAND_WAYS; way++)
			demand_within(d, (enum demand_way)way, start, end, &use[way]);
		if (use[0].minutes < WEEK_LEAST)
			continue;
		list = memory_grow(list, n + 1, sizeof *list);
		list[n].at_ns = (double)start;
		for (int way = 0; way < DEMAND_WAYS; way++)
			list[n].level[way] = use[way].p95_bps;
		n++;
	}
	*out = list;
	return n;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
middle(const double *sorted, size_t n)
{
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void
find_trend(struct growth_trend *out, const struct week *weeks, size_t n, int way)
{
	size_t pairs = n * (n - 1) / 2, k = 0;
	double *slopes = memory_grow(NULL, pairs, sizeof *slopes);
	double *levels = memory_grow(NULL, n, sizeof *levels);
	double count = (double)n;
	double wide = stats_normal(GROWTH_CONFIDENCE) *
	              sqrt(count * (count - 1) * (2 * count + 5) / 18);

	for (size_t i = 0; i < n; i++) {
		levels[i] = weeks[i].level[way];
		for (size_t j = i + 1; j < n; j++)
			slopes[k++] = (weeks[j].level[way] - weeks[i].level[way]) /
			              (weeks[j].at_ns - weeks[i].at_ns);
	}
	qsort(slopes, pairs, sizeof *slopes, by_value);
	qsort(levels, n, sizeof *levels, by_value);
	double level = middle(levels, n);
	double low = floor(((double)pairs - wide) / 2);
	double high = ceil(((double)pairs + wide) / 2);
	out->has = level > 0;
	if (out->has) {
		out->per_month = middle(slopes, pairs) * MONTH_NS / level;
		out->lower = slopes[low < 0 ? 0 : (size_t)low] * MONTH_NS / level;
		out->upper = slopes[high >= (double)pairs ? pairs - 1 : (size_t)high] *
		             MONTH_NS / level;
	}
	free(slopes);
	free(levels);
}

void
growth_of(struct growth *out, const struct demand *d, const char *zone)
{
	struct week *weeks;

	memset(out, 0, sizeof *out);
	find_months(out, d, zone);
	find_worst(out);
	out->weeks = find_weeks(d, zone, &weeks);
	for (int way = 0; way < DEMAND_WAYS && out->weeks >= GROWTH_WEEKS; way++)
		find_trend(&out->trends[way], weeks, out->weeks, way);
	free(weeks);
}

void
growth_done(struct growth *g)
{
	free(g->months);
	memset(g, 0, sizeof *g);
}
