#include "tests/sim/clock_virtual.h"

#include <stdio.h>

struct virtual_clock virtual_clock = {.bound_ns = 5 * NS_PER_MS, .synchronised = true};

mono_t
clock_mono(void)
{
	return (mono_t){virtual_clock.boot_ns};
}

wall_t
clock_wall(void)
{
	return (wall_t){virtual_clock.boot_ns + virtual_clock.offset_ns};
}

void
clock_state_read(struct clock_state *state)
{
	state->offset_ns = virtual_clock.offset_ns;
	state->bound_ns =
	    virtual_clock.synchronised ? virtual_clock.bound_ns : 16 * NS_PER_S;
	state->synchronised = virtual_clock.synchronised;
}

void
clock_boot_id(char id[37])
{
	snprintf(id, 37, "00000000-0000-4000-8000-%012u", virtual_clock.boot);
}
