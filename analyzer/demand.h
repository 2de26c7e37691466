#ifndef ANALYZER_DEMAND_H
#define ANALYZER_DEMAND_H

#include "base/journal.h"

/*
 * What customers used of a link, by the minute, from what its interface counts once a
 * second: the baseline that a new link is sized by, and the quiet hours of the week in
 * which it can be put in its place. Down is what was received, up what was sent; our own
 * probes are in it. Pure; fed in order of time.
 */
enum demand_way {
	DEMAND_DOWN,
	DEMAND_UP,
	DEMAND_WAYS
};

struct demand;

struct demand *demand_new(void);
void demand_free(struct demand *d);

/* A reading that follows the last by more than 5 s, with another interface, or with less
 * on it than before says nothing of the time between. */
void demand_counters(struct demand *d, const struct counters *c);

/* Minutes of which at least half was counted, sent in bit/s; quantiles as in stats.h. */
struct demand_use {
	uint64_t minutes;
	double mean_bps, p50_bps, p95_bps, p99_bps, most_bps;
};

void demand_use(const struct demand *d, enum demand_way way, struct demand_use *out);
/* The same of the minutes that begin in [from, to). */
void demand_within(const struct demand *d, enum demand_way way, int64_t from_ns,
    int64_t to_ns, struct demand_use *out);
/* From the first minute to the end of the last; false: there is none. */
bool demand_period(const struct demand *d, int64_t *from_ns, int64_t *to_ns);

/* Share of the minutes in which more than ${bps} was used; -1 without any. */
double demand_above(const struct demand *d, enum demand_way way, double bps);

/* An hour of the civil week of a zone: Monday 00:00 is hour 0 of day 0. */
#define DEMAND_DAYS  7
#define DEMAND_HOURS 24

struct demand_hour {
	uint64_t minutes; /* counted */
	double mean_bps;  /* both ways together */
};

void demand_week(const struct demand *d, const char *zone,
    struct demand_hour week[DEMAND_DAYS][DEMAND_HOURS]);

#endif
