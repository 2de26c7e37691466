#ifndef REPORTS_RECOUNT_H
#define REPORTS_RECOUNT_H

#include "reports/findings.h"

#include <jansson.h>

/*
 * recount(results, f):
 * Whether a linkwitness/results/1 from elsewhere agrees with itself: every total with its
 * list, edges in order, ratios with what they are of, verdicts with their readings. In
 * whole microseconds, as printed. One finding a link, a verdict; of what fails the first.
 * Anything may stand in it.
 */
void recount(const json_t *results, struct findings *f);

/* Whether incidents.csv is row for row what its outages say. */
void recount_incidents(
    const json_t *results, const char *csv, size_t n, struct findings *f);

#endif
