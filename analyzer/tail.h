#ifndef ANALYZER_TAIL_H
#define ANALYZER_TAIL_H

#include "base/hist.h"

#include <stdbool.h>

/*
 * How much of what was sent takes longer than so long: the complement of the empirical
 * distribution, by powers of ten, as far down as the sample tells. Lost probes are longer
 * than anything. Pure.
 */
#define TAIL_DECADE 20                    /* points each */
#define TAIL_POINTS (4 * TAIL_DECADE + 1) /* down to 0.0001 */
#define TAIL_LEAST  1e-4

struct tail_point {
	double above; /* at most this share takes longer … */
	int64_t ns;   /* … than this, the shortest of which that holds */
};

struct tail {
	uint64_t answered, lost;
	double lost_share;              /* the level that the tail ends at */
	int64_t p50_ns, p95_ns, p99_ns; /* of all sent; -1: among the lost */
	struct tail_point points[TAIL_POINTS];
	size_t n; /* by time: from a share of 1 down to one probe, or to the lost */
};

void tail_of(struct tail *out, const struct hist *h);

/* Is it so long that an axis by powers shows it better: its 99th percentile (the longest
 * answered, where that is among the lost) more than five times its median? */
bool tail_is_long(const struct tail *t);

#endif
