#ifndef REPORTS_PROMISE_H
#define REPORTS_PROMISE_H

#include "analyzer/commitment.h"

#include <jansson.h>

/* What a contract promises beside availability, in words for a person: the promise, what
 * was measured with its interval, the margin (minus: missed by so much), the verdict. */
struct promise {
	char what[96], promised[64], measured[160], margin[48];
	const char
	    *verdict; /* "kept", "missed", "not proven", "corroborates a miss", "–" */
};

/* By how much it was kept, in its unit, or, where it is promised of so many of the tests,
 * as a share of them; negative: missed by so much. */
double promise_margin(const struct commitment *c);
/* Of the verdict: what is not proven is no miss. */
uint32_t promise_colour(const struct commitment *c);
/* A list of INTERFACES.md; a new reference. */
json_t *promise_json(const struct commitment *v, size_t n);
void promise_words(const struct commitment *c, struct promise *out);

#endif
