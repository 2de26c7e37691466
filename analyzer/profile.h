#ifndef ANALYZER_PROFILE_H
#define ANALYZER_PROFILE_H

#include "analyzer/judge.h"
#include "config/contract.h"

/*
 * Profiles that see time in equal intervals. An interval is bad where the share of its
 * votes that was lost is over a threshold; unavailable time begins at the onset of n bad
 * intervals in a row, which are part of it, and ends at the onset of n good ones, which
 * are not.
 *
 *   ses-10-10  intervals of 1 s, over 50 %, n 10; late is lost. G.826, G.827, Y.1563
 *   mef        dt, over C, n; late is lost. MEF 10.2.1, 10.3; Y.1731
 *   y1540      Tav, over c1, n 1; late is lost. Y.1540
 *   rfc2678    dT, of what is sent in its first dT - W nothing answered, n 1; late is an
 *              answer. RFC 2678, Type-P1-P2-Interval-Temporal-Connectivity
 *
 * Intervals begin at whole multiples of their width in UTC; those of ses-10-10 are the
 * seconds of the schedule (CLOCK_BOOTTIME), so that a probe a second has one vote in
 * each.
 */

/* How the profile cuts time; false for those that do not (event, ticket). */
bool profile_binning(const struct profile_conf *p, struct binning *out);

/* The intervals of ${r} that were cut by ${rule}, or NULL: it was not asked to. */
const struct binned *profile_bins(
    const struct link_result *r, const struct binning *rule);

/*
 * profile_unavailable(result, bins, n, out):
 * The unavailable time of ${result} by ${bins} with ${n} in a row, from what it holds on
 * either side of its period. Intervals that were not measured, or too thinly, and one
 * that is not over yet, are neither bad nor good: where n is 10 or more, up to two are
 * passed over; more end a count. The last n are provisional: they keep the state before
 * them.
 *
 * Shape   *out sorted, not overlapping; to be freed.
 * Result  how many.
 */
size_t profile_unavailable(const struct link_result *result, const struct binned *bins,
    unsigned n, struct span **out);

/*
 * profile_high_loss(bins, down, n_down, p, period, hli, chli):
 * MEF's high loss intervals (bad, yet available) that begin in ${period}, and how many
 * runs of at least ${p} of them there are (consecutive high loss intervals).
 */
void profile_high_loss(const struct binned *bins, const struct span *down, size_t n_down,
    unsigned p, struct span period, unsigned *hli, unsigned *chli);

#endif
