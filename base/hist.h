#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * A log-linear histogram of durations: 64 buckets an octave from 1 us to 34 s (what is
 * longer counts as that), so a quantile is off by at most 0.8 %. Adding two gives the
 * histogram of both, exactly. Lost probes count as infinity (RFC 2681: their delay is
 * undefined), so loss shows in the upper quantiles.
 */
#define HIST_BUCKETS (64 * 26)

struct hist {
	uint32_t count[HIST_BUCKETS];
	uint64_t n;    /* answered */
	uint64_t lost; /* at infinity */
};

/* In grains of 16 ns: up to 64 of them, 1.024 us, each has a bucket of its own. */
static inline size_t
hist_place(int64_t ns)
{
	uint64_t grains = ns > 0 ? (uint64_t)ns / 16 : 0;

	if (grains < 64)
		return (size_t)grains;
	int top = 63 - __builtin_clzll(grains);
	size_t i = (size_t)(top - 5) * 64 + (size_t)((grains >> (top - 6)) & 63);
	return i < HIST_BUCKETS ? i : HIST_BUCKETS - 1;
}

static inline void
hist_add(struct hist *h, int64_t ns)
{
	h->count[hist_place(ns)]++;
	h->n++;
}

void hist_add_lost(struct hist *h);
void hist_merge(struct hist *to, const struct hist *from);

/*
 * hist_quantile(h, q):
 * The smallest value with at least q of all probes at or below it (the inverse of the
 * empirical distribution; type 1 of Hyndman and Fan), as the middle of its bucket, in ns.
 * Result: -1 where it lies among the lost, or nothing was counted.
 */
int64_t hist_quantile(const struct hist *h, double q);

/* What bucket ${i} counts: durations from *from_ns on, below *to_ns. */
void hist_bucket(size_t i, int64_t *from_ns, int64_t *to_ns);

#endif
