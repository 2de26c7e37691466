#ifndef ANALYZER_CHANGEPOINT_H
#define ANALYZER_CHANGEPOINT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Where a series of round trip times changes its level. The detectors propose; none of
 * them alone is good enough for evidence (on labelled traces at most two in three of what
 * they find was seen by people too), so changepoint_shifts reports only what is of a size
 * that matters and lasts. Pure arithmetic.
 *
 * A cut is the index of the first value of a new segment, from 1 to n - 1, ascending; the
 * callers' arrays have room for n of them.
 */

/*
 * changepoint_pelt(ms, n, least, cuts):
 * The segmentation that costs least, exactly (PELT: Killick, Fearnhead and Eckley 2012).
 * A segment of m values with sum S costs 2 S (ln m - ln S), twice the negative log
 * likelihood of a Poisson process but for what all segmentations share, and ln m; each
 * change costs 3 ln n (the modified BIC of Zhang and Siegmund 2007). Values are what the
 * round trip took above the least of the series, in milliseconds: the detector depends on
 * the unit and on that base being gone. A segment has at least ${least} values.
 * Result: the number of cuts.
 */
size_t changepoint_pelt(const double *ms, size_t n, size_t least, size_t *cuts);

/*
 * changepoint_cusum(values, n, slack, limit, cuts):
 * Page's cumulative sums (1954), both ways: z is the distance from the median of a
 * baseline of 30 values in units of its median absolute deviation (times 1.4826), at most
 * 6; g = max(0, g + z - slack); above ${limit} the level changed where g last was 0, and
 * what follows is the new baseline. Result: the number of cuts.
 */
size_t changepoint_cusum(
    const double *values, size_t n, double slack, double limit, size_t *cuts);

/* What is worth reporting: the size that matters, in both measures, and how long. */
struct changepoint_rule {
	int64_t least_ns;   /* 5 ms */
	double least_ratio; /* 0.2 of the level it left */
	int64_t lasting_ns; /* 15 min */
	size_t least;       /* values in a segment: 3 */
	double
	    least_apart; /* 0.8 of the values of a level are on its side of the middle */
};

extern const struct changepoint_rule changepoint_practical;

/* A stretch of one level, [from, to) in the series. */
struct changepoint_level {
	size_t from, to;
	int64_t median_ns;
};

/*
 * changepoint_levels(rtt_ns, at_ns, n, step_ns, rule, levels):
 * The levels of a series of answered round trips, in order: PELT's segments, those that
 * do not last joined to the neighbour they resemble, then neighbours joined whose medians
 * do not differ by what the rule asks for, the least difference first. The border between
 * two levels is a reported shift. at_ns are the times, ascending; a value stands for at
 * most ${step_ns} of time. levels has room for n.
 * Result: the number of levels; 0 where n is 0.
 */
size_t changepoint_levels(const int64_t *rtt_ns, const int64_t *at_ns, size_t n,
    int64_t step_ns, const struct changepoint_rule *rule,
    struct changepoint_level *levels);

#endif
