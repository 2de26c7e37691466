#ifndef SIM_CLOCK_VIRTUAL_H
#define SIM_CLOCK_VIRTUAL_H

#include "base/clock.h"

/*
 * The machine's clocks, made of numbers. Linked in place of base/clock.c, so everything
 * above it runs in virtual time.
 */
struct virtual_clock {
	int64_t boot_ns;   /* CLOCK_BOOTTIME */
	int64_t offset_ns; /* UTC as the kernel would say it, less CLOCK_BOOTTIME */
	int64_t bound_ns;
	bool synchronised;
	unsigned boot; /* number of the boot; makes its id */
};

extern struct virtual_clock virtual_clock;

#endif
