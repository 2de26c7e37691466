#ifndef ANALYZER_WINDOW_H
#define ANALYZER_WINDOW_H

#include "analyzer/compare.h"
#include "analyzer/demand.h"

/*
 * When to work on a line: the hours of the civil week, weighed by how much it is used,
 * how often the lines in question failed or lost probes then, and how often people
 * called. Pure.
 *
 *     score = busy × (1 + trouble) × (1 + called)
 *
 * busy     use as a share of the busiest hour's
 * trouble  share of the probes lost, or of the time down, whichever is more, as a share
 *          of the worst hour's; an hour with WINDOW_TROUBLE or less is never the worst
 * called   tickets opened, as a share of the hour with the most
 *
 * So 1 is the busiest hour when nothing else speaks against it, and 4 the worst there is.
 */
#define WINDOW_TROUBLE 0.01

struct window_hour {
	uint64_t minutes; /* of use that was counted */
	double use_bps;
	uint64_t sent, lost; /* of all lines handed over */
	int64_t known_ns, down_ns;
	unsigned tickets;
	double busy, trouble, called;
	double score; /* -1: use was not counted */
};

struct window_week {
	struct window_hour hours[DEMAND_DAYS][DEMAND_HOURS]; /* Monday first */
};

/* What is known of it, in any order, of one zone; all zero to begin with. */
void window_use(struct window_week *w, const struct demand *d, const char *zone);
void window_ledger(struct window_week *w, const struct verdict *v, const char *zone);
void window_probes(struct window_week *w, const struct compare_hour *hours, size_t n,
    struct span within, const char *zone);
void window_ticket(struct window_week *w, int64_t opened_ns, const char *zone);

/* Once all of it is in. */
void window_score(struct window_week *w);

/*
 * window_least(w, hours, day, hour, score): the run of ${hours} hours (1 to 24, it may
 * pass midnight, and Sunday's into Monday) of the lowest mean score. false: in no such
 * run every hour was counted.
 */
bool window_least(const struct window_week *w, unsigned hours, unsigned *day,
    unsigned *hour, double *score);

#endif
