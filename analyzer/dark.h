#ifndef ANALYZER_DARK_H
#define ANALYZER_DARK_H

#include "analyzer/verdict.h"

/*
 * From what was measured to what a contract calls downtime: which outages count, when the
 * contract's clock ran, what of it was paused, grace and the least length.
 */
struct dark { /* one stretch that the profile calls unavailable */
	int64_t start_ns, end_ns;
	int64_t start_bound_ns, end_bound_ns; /* 0 where a ticket set the edge */
	const struct outage *outage;          /* whose; NULL: heavy loss alone */
	struct span *pieces;                  /* what the contract counts of it, sorted */
	size_t n_pieces;
	int64_t clocked_ns; /* the clock's whole run: pauses off, grace still in */
	bool counted;       /* by attribution */
	bool disputed;    /* not counted, but not the centre's own fault: in lower only */
	bool total;       /* nothing got through: down in upper too */
	bool long_enough; /* for the least length */
	const char *reason; /* why nothing of it counts; NULL */
};

/*
 * dark_list(out, result, terms):
 * Every dark stretch of ${result} under ${terms}, sorted by start.
 *
 * Result  how many; -ENOTSUP where the profile is unknown or was not counted for. Free
 *         with dark_done.
 */
int dark_list(
    struct dark **out, const struct link_result *result, const struct terms *terms);
void dark_done(struct dark *list, size_t n);

#endif
