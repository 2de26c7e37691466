#ifndef COLLECTOR_IDLE_H
#define COLLECTOR_IDLE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a link is idle enough for a throughput test, by what its interface carries: at
 * most 5 % of the capacity in both directions (1 Mbit/s where that is not known, never
 * below 256 kbit/s), for three seconds. A link whose rate has not been told for five
 * seconds counts as idle. Zeroed, it has never been told of.
 */
struct idle {
	uint64_t down_bps, up_bps; /* at most */
	mono_t told, since;        /* ns 0: never; not idle */
};

/* Capacities in bit/s; 0: not known. */
void idle_limit(struct idle *i, uint64_t down_bps, uint64_t up_bps);

/* It carried so much in the second before ${now}. */
void idle_tell(struct idle *i, uint64_t down_bps, uint64_t up_bps, mono_t now);

/* ${asked}: since when somebody waits for it. */
bool idle_is(const struct idle *i, mono_t asked, mono_t now);

#endif
