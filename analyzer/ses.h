#ifndef ANALYZER_SES_H
#define ANALYZER_SES_H

#include "analyzer/judge.h"

/*
 * Profile ses-10-10: unavailable time begins at the onset of ten consecutive severely
 * errored seconds, which are part of it, and ends at the onset of ten consecutive seconds
 * that are not, which are not. A second is severely errored where more than half of its
 * votes were lost.
 */
#define SES_SECONDS       10
#define SES_LEAST_VOTES_S 2.0 /* votes a second below which loss in one means nothing */

/*
 * ses_unavailable(result, out):
 * The unavailable time of ${result}, from what it holds on either side of its period.
 * Seconds that were not measured, or too thinly, are neither errored nor not: up to two
 * of them are passed over, more end a count. The last ten seconds are provisional: they
 * keep the state before them.
 *
 * Shape   *out sorted, not overlapping; to be freed.
 * Result  how many.
 * Source  ITU-T G.826 annex A, G.827; MEF 10.2.1 with dt 1 s, n 10, C 50 %.
 */
size_t ses_unavailable(const struct link_result *result, struct span **out);

#endif
