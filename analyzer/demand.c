#include "analyzer/demand.h"

#include "analyzer/stats.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_NS (60 * NS_PER_S)
#define GAP_NS    (5 * NS_PER_S)
#define WEEK      (DEMAND_DAYS * DEMAND_HOURS)

struct minute {
	int64_t start_ns, counted_ns;
	uint64_t bytes[DEMAND_WAYS];
};

struct demand {
	struct minute *minutes;
	size_t n, room;
	struct counters last;
	bool started;
};

struct demand *
demand_new(void)
{
	struct demand *d = memory_grow(NULL, 1, sizeof *d);

	memset(d, 0, sizeof *d);
	return d;
}

void
demand_free(struct demand *d)
{
	if (d == NULL)
		return;
	free(d->minutes);
	free(d);
}

/* All of a reading goes to the minute in which it was taken. */
static void
take(struct demand *d, int64_t at_ns, int64_t passed_ns, uint64_t down, uint64_t up)
{
	int64_t start = at_ns - at_ns % MINUTE_NS;

	if (d->n > 0 && start < d->minutes[d->n - 1].start_ns)
		return;
	if (d->n == 0 || d->minutes[d->n - 1].start_ns != start) {
		if (d->n == d->room) {
			d->room = d->room * 2 + 256;
			d->minutes = memory_grow(d->minutes, d->room, sizeof *d->minutes);
		}
		d->minutes[d->n++] = (struct minute){.start_ns = start};
	}
	struct minute *m = &d->minutes[d->n - 1];
	m->counted_ns += passed_ns;
	m->bytes[DEMAND_DOWN] += down;
	m->bytes[DEMAND_UP] += up;
}

void
demand_counters(struct demand *d, const struct counters *c)
{
	const struct counters *b = &d->last;
	int64_t passed = c->time.ns - b->time.ns;

	if (d->started && passed > 0 && passed <= GAP_NS && c->ifindex != 0 &&
	    c->ifindex == b->ifindex && c->rx_bytes >= b->rx_bytes &&
	    c->tx_bytes >= b->tx_bytes)
		take(d, c->time.ns, passed, c->rx_bytes - b->rx_bytes,
		    c->tx_bytes - b->tx_bytes);
	d->last = *c;
	d->started = true;
}

static bool
is_counted(const struct minute *m)
{
	return m->counted_ns * 2 >= MINUTE_NS;
}

static double
rate_of(const struct minute *m, enum demand_way way)
{
	return (double)m->bytes[way] * 8e9 / (double)m->counted_ns;
}

/* The first minute that begins at ${ns} or later. */
static size_t
minute_from(const struct demand *d, int64_t ns)
{
	size_t low = 0, high = d->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (d->minutes[mid].start_ns < ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
demand_within(const struct demand *d, enum demand_way way, int64_t from_ns, int64_t to_ns,
    struct demand_use *out)
{
	size_t first = minute_from(d, from_ns), end = minute_from(d, to_ns), n = 0;
	int64_t *rates;
	double sum = 0;

	*out = (struct demand_use){0};
	if (end <= first)
		return;
	rates = memory_grow(NULL, end - first, sizeof *rates);
	for (size_t i = first; i < end; i++) {
		if (!is_counted(&d->minutes[i]))
			continue;
		sum += rate_of(&d->minutes[i], way);
		rates[n++] = (int64_t)rate_of(&d->minutes[i], way);
	}
	out->minutes = n;
	if (n > 0) {
		stats_sort(rates, n);
		out->mean_bps = sum / (double)n;
		out->p50_bps = (double)stats_quantile(rates, n, 0, 0.5);
		out->p95_bps = (double)stats_quantile(rates, n, 0, 0.95);
		out->p99_bps = (double)stats_quantile(rates, n, 0, 0.99);
		out->most_bps = (double)rates[n - 1];
	}
	free(rates);
}

void
demand_use(const struct demand *d, enum demand_way way, struct demand_use *out)
{
	demand_within(d, way, INT64_MIN, INT64_MAX, out);
}

bool
demand_period(const struct demand *d, int64_t *from_ns, int64_t *to_ns)
{
	if (d->n == 0)
		return false;
	*from_ns = d->minutes[0].start_ns;
	*to_ns = d->minutes[d->n - 1].start_ns + MINUTE_NS;
	return true;
}

double
demand_above(const struct demand *d, enum demand_way way, double bps)
{
	uint64_t n = 0, above = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (!is_counted(&d->minutes[i]))
			continue;
		n++;
		above += rate_of(&d->minutes[i], way) > bps;
	}
	return n > 0 ? (double)above / (double)n : -1;
}

void
demand_week(const struct demand *d, const char *zone,
    struct demand_hour week[DEMAND_DAYS][DEMAND_HOURS])
{
	struct zone_time t;

	memset(week, 0, WEEK * sizeof week[0][0]);
	for (size_t i = 0; i < d->n; i++) {
		const struct minute *m = &d->minutes[i];
		if (!is_counted(m))
			continue;
		zone_civil(m->start_ns, zone, &t);
		struct demand_hour *h = &week[t.weekday][t.hour];
		h->mean_bps += rate_of(m, DEMAND_DOWN) + rate_of(m, DEMAND_UP);
		h->minutes++;
	}
	for (size_t i = 0; i < WEEK; i++) {
		struct demand_hour *h = &week[i / DEMAND_HOURS][i % DEMAND_HOURS];
		if (h->minutes > 0)
			h->mean_bps /= (double)h->minutes;
	}
}
