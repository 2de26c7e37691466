#ifndef ANALYZER_QUANTILE_H
#define ANALYZER_QUANTILE_H

#include "base/hist.h"

#include <stdbool.h>

/*
 * A quantile with an interval that assumes nothing of the distribution: two order
 * statistics, the ranks of which hold the quantile with at least the confidence, by the
 * binomial distribution (Thompson 1936; Hahn and Meeker, Statistical Intervals, 5.2).
 * Taken from a histogram, it reaches to the outer edges of the buckets that hold the two:
 * no narrower than the samples themselves would tell.
 */
struct quantile {
	double q;
	bool has; /* the quantile is among the answered */
	int64_t ns;
	bool has_lower, has_upper; /* too few samples, or the upper one among the lost */
	int64_t lower_ns, upper_ns;
};

/*
 * quantile_of(h, q, confidence, out): by all probes of ${h}, lost ones at infinity;
 * samples are taken as independent. Result: 0, or -EDOM where nothing was sent or q or
 * confidence lie outside (0, 1); out->has is false where the quantile is among the lost.
 */
int quantile_of(const struct hist *h, double q, double confidence, struct quantile *out);

#endif
