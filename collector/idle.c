#include "collector/idle.h"

#define SHARE       20 /* one part in so many of the capacity */
#define UNKNOWN_BPS 1000000u
#define LEAST_BPS   256000u
#define FOR_NS      (3 * NS_PER_S)
#define STALE_NS    (5 * NS_PER_S)

static uint64_t
limit(uint64_t capacity_bps)
{
	uint64_t share = capacity_bps / SHARE;

	if (capacity_bps == 0)
		return UNKNOWN_BPS;
	return share > LEAST_BPS ? share : LEAST_BPS;
}

void
idle_limit(struct idle *i, uint64_t down_bps, uint64_t up_bps)
{
	i->down_bps = limit(down_bps);
	i->up_bps = limit(up_bps);
}

void
idle_tell(struct idle *i, uint64_t down_bps, uint64_t up_bps, mono_t now)
{
	i->told = now;
	if (down_bps > i->down_bps || up_bps > i->up_bps)
		i->since.ns = 0;
	else if (i->since.ns == 0)
		i->since = now;
}

bool
idle_is(const struct idle *i, mono_t asked, mono_t now)
{
	if (now.ns - i->told.ns >= STALE_NS)
		return now.ns - asked.ns >= STALE_NS || i->told.ns != 0;
	return i->since.ns != 0 && now.ns - i->since.ns >= FOR_NS;
}
