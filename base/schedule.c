#include "base/schedule.h"

static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

mono_t
schedule_at(uint64_t seed, int64_t every_ns, uint64_t slot)
{
	/* 32 random bits scale the period: a resolution of 0.3 ns at one second. */
	uint64_t u = mix(seed ^ mix(slot)) >> 32;
	int64_t offset = (int64_t)(((unsigned __int128)u * (uint64_t)every_ns) >> 32);

	return (mono_t){(int64_t)slot * every_ns + offset};
}

uint64_t
schedule_seed(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}
