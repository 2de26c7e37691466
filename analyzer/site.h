#ifndef ANALYZER_SITE_H
#define ANALYZER_SITE_H

#include "analyzer/verdict.h"

/*
 * A centre with several links: how available it was by any of them, as measured, beside
 * what would follow if the links failed independently, and whether the outages that
 * overlap could be chance.
 */
struct site {
	size_t n_links;
	struct span period;
	int64_t known_ns;    /* each link was up or down, none excluded or unknown */
	int64_t down_ns;     /* of it, all were down */
	int64_t degraded_ns; /* of it, some but not all were down */
	bool has_availability;
	double measured;    /* 1 - down / known */
	double independent; /* 1 - product of (1 - availability) of each, in known time */
	size_t down_count;  /* stretches in which all were down */
	/* Of the pairs of links: outages that overlap, and how many would by chance. */
	size_t overlaps;
	double expected;
	double chance; /* of so many overlaps or more, were the links independent */
};

/*
 * site_of(out, verdicts, n):
 * From verdicts of the links of one centre, of one period and profile: what their periods
 * have in common.
 *
 * Result  0; -EINVAL fewer than two links, or no common time.
 * Source  expected overlaps of two Poisson streams of outages, n1 n2 (d1 + d2) / T with
 *         mean lengths d; the count is taken as Poisson.
 */
int site_of(struct site *out, const struct verdict *const *verdicts, size_t n);

#endif
