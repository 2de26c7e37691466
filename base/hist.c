#include "base/hist.h"

#include <math.h>

void
hist_bucket(size_t i, int64_t *from_ns, int64_t *to_ns)
{
	int shift = i < 64 ? 0 : (int)(i / 64) - 1;
	int64_t low = i < 64 ? (int64_t)i : (int64_t)(64 + i % 64) << shift;

	*from_ns = low * 16;
	*to_ns = (low + ((int64_t)1 << shift)) * 16;
}

static int64_t
middle_of(size_t i)
{
	if (i < 64)
		return (int64_t)i * 16 + 8;
	int shift = (int)(i / 64) - 1;
	int64_t low = (int64_t)(64 + i % 64) << shift;
	return (low + ((int64_t)1 << shift) / 2) * 16;
}

void
hist_add_lost(struct hist *h)
{
	h->lost++;
}

void
hist_merge(struct hist *to, const struct hist *from)
{
	for (size_t i = 0; i < HIST_BUCKETS; i++)
		to->count[i] += from->count[i];
	to->n += from->n;
	to->lost += from->lost;
}

int64_t
hist_quantile(const struct hist *h, double q)
{
	uint64_t all = h->n + h->lost, seen = 0;
	/* 7 % of 100 is 7, though the product is a little more. */
	uint64_t rank = (uint64_t)ceil(q * (double)all * (1 - 1e-12));

	if (all == 0)
		return -1;
	if (rank == 0)
		rank = 1;
	for (size_t i = 0; i < HIST_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= rank)
			return middle_of(i);
	}
	return -1;
}
