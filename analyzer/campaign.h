#ifndef ANALYZER_CAMPAIGN_H
#define ANALYZER_CAMPAIGN_H

#include "analyzer/prescreen.h"

/*
 * A measuring campaign: some measurements on each of some days, with days between them,
 * time between measurements and a pause in the middle of the day.
 */

/* The rule of de-tkg57 by its three parts, for each direction that the contract states.
 */
void campaign_screen(struct prescreen *out, const struct prescreen_input *in);

/*
 * campaign_schedule(regime, from, times, n):
 * When to measure, from ${from} on, so that every condition holds: the first half of a
 * day's measurements from 10:00 with twice the least time between them, the others from
 * 19:00, when lines are busy, or later where the pause asks for it.
 *
 * Shape   *times, *n instants by time, to be freed.
 * Result  0; -ERANGE where so many measurements do not fit into a day or its days into
 *         the window; nothing is to be freed then.
 */
int campaign_schedule(
    const struct regime *regime, int64_t from_ns, int64_t **times, size_t *n);

#endif
