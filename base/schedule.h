#ifndef BASE_SCHEDULE_H
#define BASE_SCHEDULE_H

#include "base/clock.h"

/*
 * schedule_at(seed, every_ns, slot):
 * When slot number ${slot} (from 0 at CLOCK_BOOTTIME zero) of a probe is to be sent: the
 * slot's start plus a uniform offset in [0, every) drawn from ${seed} and ${slot} alone,
 * so a reader can recompute it. Periodic with a random offset per slot (RFC 3432, RFC
 * 7680): no phase lock, gaps below twice the period. Source: splitmix64.
 */
mono_t schedule_at(uint64_t seed, int64_t every_ns, uint64_t slot);

/* A seed of a probe from text (FNV-1a of agent, centre, link, name): stable over
 * restarts. */
uint64_t schedule_seed(const char *text);

#endif
