#ifndef ANALYZER_COMMON_TIME_H
#define ANALYZER_COMMON_TIME_H

#include "analyzer/verdict.h"

/*
 * The time that links have in common: each of them was up or down by its ledger, so that
 * what one of them did can be held against what the others did meanwhile. Pure.
 */
struct common_time_place {
	const struct verdict *ledger; /* set before; the rest zero */
	size_t at;                    /* its interval at the instant looked at last */
};

/* Are all of ${n} ledgers up or down at ${at}? Asked forwards in time. *next is brought
 * forward to where any of them turns to something else. */
bool common_time_at(
    struct common_time_place *places, size_t n, int64_t at, int64_t *next);

/* That time within a span, in order, none touching the next: so many in *out, a list the
 * caller frees. */
size_t common_time_spans(const struct verdict *const *ledgers, size_t n,
    struct span within, struct span **out);

#endif
