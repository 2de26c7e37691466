#include "analyzer/quantile.h"

#include "analyzer/stats.h"

#include <errno.h>
#include <string.h>

/* P(K >= k) of K successes in n trials of chance q. */
static double
at_least(uint64_t k, uint64_t n, double q)
{
	if (k == 0)
		return 1;
	if (k > n)
		return 0;
	return stats_beta((double)k, (double)(n - k + 1), q);
}

/* The largest rank below which the quantile lies with a chance of at most ${tail}; 0:
 * there is none. */
static uint64_t
lower_rank(uint64_t n, double q, double tail)
{
	uint64_t low = 0, high = n;

	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;
		if (1 - at_least(middle, n, q) <= tail)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* The smallest rank above which it lies with that; n + 1: there is none. */
static uint64_t
upper_rank(uint64_t n, double q, double tail)
{
	uint64_t low = 1, high = n + 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (at_least(middle, n, q) <= tail)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The value of a rank as the middle of its bucket; false: among the lost. */
static bool
value_at(const struct hist *h, uint64_t rank, int64_t *ns)
{
	double all = (double)(h->n + h->lost);

	if (rank > h->n)
		return false;
	/* between this rank and the one before, whatever is rounded */
	*ns = hist_quantile(h, ((double)rank - 0.5) / all);
	return *ns >= 0;
}

int
quantile_of(const struct hist *h, double q, double confidence, struct quantile *out)
{
	uint64_t n = h->n + h->lost, low, high;
	double tail = (1 - confidence) / 2;

	if (n == 0 || !(q > 0 && q < 1) || !(confidence > 0 && confidence < 1))
		return -EDOM;
	memset(out, 0, sizeof *out);
	out->q = q;
	out->ns = hist_quantile(h, q);
	out->has = out->ns >= 0;
	low = lower_rank(n, q, tail);
	high = upper_rank(n, q, tail);
	/* a bucket is at most 1/64 of an octave wide: its edges are within 1/128 */
	if (low > 0 && value_at(h, low, &out->lower_ns)) {
		out->has_lower = true;
		out->lower_ns -= out->lower_ns / 128 + 1;
	}
	if (high <= n && value_at(h, high, &out->upper_ns)) {
		out->has_upper = true;
		out->upper_ns += out->upper_ns / 128 + 1;
	}
	return 0;
}
