#ifndef UNIT_CHANCE_H
#define UNIT_CHANCE_H

#include <stdint.h>

/*
 * Numbers that look random and are the same each time, by a seed that the caller keeps:
 * of 53 bits by a congruential generator, of 64 by an xorshift (whose seed is not 0).
 */
static inline uint64_t
chance_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 11;
}

/* From 0 to below 1. */
static inline double
chance_unit(uint64_t *seed)
{
	return (double)chance_next(seed) / 9007199254740992.0;
}

static inline uint64_t
chance_xorshift(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
