#ifndef ANALYZER_CUSTOMERS_H
#define ANALYZER_CUSTOMERS_H

#include "analyzer/judge.h"

/*
 * What became of customers' connections over a stretch of time, from what a capture
 * counted once a second. Kept for as long as an outage may need it; a reading that says
 * nothing changed costs nothing. Pure; fed in order of time.
 */
struct customers_row {
	int64_t at_ns;
	uint64_t attempted, answered, refused, unanswered;
};

struct customers {
	struct customers_row *rows;
	size_t n, room;
	struct counters last;
	bool started;
	int64_t since_ns; /* watched without a break since */
};

void customers_free(struct customers *c);

/* What lies before ${keep_ns} is forgotten. */
void customers_counters(
    struct customers *c, const struct counters *reading, int64_t keep_ns);

/*
 * customers_between(c, start, end, out):
 * Of the whole seconds in [start, end): how many connections were attempted, and
 * answered, refused, or failed for want of an answer within ten seconds. Never too many.
 *
 * Result  true once all of it is known, ten seconds after its end; before that false with
 *         what is known so far. out->watched is false where nobody watched it.
 */
bool customers_between(
    const struct customers *c, int64_t start_ns, int64_t end_ns, struct connections *out);

#endif
