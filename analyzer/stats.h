#ifndef ANALYZER_STATS_H
#define ANALYZER_STATS_H

#include "base/hist.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How sure a number is. Pure arithmetic: no I/O, no clock, no state but what is handed
 * in. Ratios are from 0 to 1, times nanoseconds unless a name says otherwise.
 */

/* A ratio with the ends of its confidence interval. */
struct stats_bounds {
	double lower, point, upper;
};

/*
 * stats_wilson(hits, n, confidence, out):
 * stats_clopper_pearson(hits, n, confidence, out):
 * The interval of a ratio of which ${hits} in ${n} trials were seen. Wilson's score
 * interval (1927) is for charts: on average it holds what it says. Clopper and Pearson's
 * (1934) is for claims: it holds at least what it says, whatever the truth; the quantiles
 * of the beta distribution, found by bisection of its continued fraction (Lentz's
 * method), closed forms at 0 and n. Both take fractions, for effective sizes.
 *
 * Result  0; -EDOM where there is nothing to tell from (n 0 or less), or hits outside
 *         [0, n], or confidence outside (0, 1): an empty sample is undefined, not 0.
 */
int stats_wilson(double hits, double n, double confidence, struct stats_bounds *out);
int stats_clopper_pearson(
    double hits, double n, double confidence, struct stats_bounds *out);

/* The regularised incomplete beta function I_x(a, b), for a and b above 0. */
double stats_beta(double a, double b, double x);
/* The two-sided quantile of the normal distribution: 1.96 for 0.95. */
double stats_normal(double confidence);

/*
 * Losses are bursty, so n probes tell less than n independent ones would. What followed
 * what, counted over neighbours in the stream of one probe; streams are added up, a gap
 * in measuring starts a new one.
 */
struct stats_pairs {
	uint64_t count[2][2]; /* [lost before][lost now] */
	bool started, last;   /* of the stream under way */
};

void stats_pairs_add(struct stats_pairs *p, bool lost);
void stats_pairs_gap(struct stats_pairs *p);
void stats_pairs_merge(struct stats_pairs *to, const struct stats_pairs *from);

/*
 * stats_autocorrelation(p): lag-1 autocorrelation r1 of the losses, the phi coefficient
 * of the table of pairs, from -1 to 1. 0 where it is not defined (nothing, or everything,
 * was lost). stats_effective(n, r1): n (1 - r1) / (1 + r1), the number of independent
 * probes that would tell as much (the variance of the mean of a first-order
 * autoregression). Never more than n: a negative r1 narrows nothing. At least 1 of a
 * sample that has one.
 */
double stats_autocorrelation(const struct stats_pairs *p);
double stats_effective(double n, double r1);

/*
 * stats_loss(lost, sent, pairs, claim, out, effective):
 * The 95 % interval of a loss ratio with the effective size taken from ${pairs} (NULL:
 * independent), Clopper-Pearson where ${claim}, else Wilson. *effective is set to the
 * size used, to be printed with it. Result: as stats_wilson.
 */
int stats_loss(uint64_t lost, uint64_t sent, const struct stats_pairs *pairs, bool claim,
    struct stats_bounds *out, double *effective);

/*
 * stats_needed_free(ratio, confidence): how many probes in a row without a loss assert a
 * loss below ${ratio}: the least n with (1 - ratio)^n <= 1 - confidence.
 * Result: rounded up; 0 where an argument is outside (0, 1).
 */
uint64_t stats_needed_free(double ratio, double confidence);

/* ---- quantiles ---- */

/*
 * Everywhere the same definition, printed with the figures: the smallest value with at
 * least q of all probes sent at or below it, lost ones at infinity (RFC 2681: their delay
 * is undefined).
 */
#define STATS_QUANTILE_WORDS                                                              \
	"inverse of the empirical distribution (Hyndman and Fan type 1), lost probes as " \
	"infinity"

/* Of ${n} answered ones, ${sorted} ascending, and ${lost} more. -1: among the lost. */
int64_t stats_quantile(const int64_t *sorted, size_t n, uint64_t lost, double q);
/* The same of values in any order, which are reordered: cheaper than sorting them. */
int64_t stats_select(int64_t *values, size_t n, uint64_t lost, double q);
/* Sorts values in place, ascending. */
void stats_sort(int64_t *values, size_t n);

struct stats_delay {
	uint64_t answered, lost;
	int64_t p50_ns, p95_ns, p99_ns, p999_ns; /* -1: among the lost, or nothing sent */
	int64_t pdv_p99_ns; /* RFC 5481: p99 less the smallest; -1 likewise */
};

void stats_delay(const struct hist *h, struct stats_delay *out);

/* ---- latency under load ---- */

/* RFC 6349, section 4.3, in per cent: how much longer the round trip was during the
 * transfer. -1 without a baseline. */
double stats_buffer_delay(int64_t during_ns, int64_t baseline_ns);

/*
 * stats_bloat(increase_ns): the grade of the latency increase under load (mean of up and
 * down) as speed tests of the web give it: A+ below 5 ms, A 30, B 60, C 200, D 400, F
 * from there on. Informal, no standard: to be printed beside stats_buffer_delay.
 */
const char *stats_bloat(int64_t increase_ns);

/* ---- bootstrap ---- */

/* What is resampled: an hour, say, of losses and probes. Whole blocks keep the bursts. */
struct stats_block {
	double hits, n;
};

/*
 * stats_bootstrap(a, n, rounds, seed, confidence, out):
 * stats_bootstrap_difference(a, b, n, rounds, seed, confidence, out):
 * The interval of the ratio of all hits to all trials, and of that of a less that of b
 * where block i of both was measured at the same time (paired: both take the same blocks
 * in each round). Percentile method (Efron 1979) over ${rounds} resamplings of the blocks
 * (Kuensch 1989, fixed ones); numbers from a generator seeded with ${seed} (splitmix64),
 * so that a report says the same each time it is made.
 *
 * Result  0; -EDOM with fewer than 2 blocks, nothing in them, fewer than 100 rounds, or
 *         confidence outside (0, 1).
 */
int stats_bootstrap(const struct stats_block *a, size_t n, unsigned rounds, uint64_t seed,
    double confidence, struct stats_bounds *out);
int stats_bootstrap_difference(const struct stats_block *a, const struct stats_block *b,
    size_t n, unsigned rounds, uint64_t seed, double confidence,
    struct stats_bounds *out);

#endif
