#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Time has two types that do not mix. mono_t counts nanoseconds on CLOCK_BOOTTIME
 * (durations); wall_t counts nanoseconds of UTC since 1970 (labels). Only this file
 * reads a clock of the machine.
 */
typedef struct {
	int64_t ns;
} mono_t;

typedef struct {
	int64_t ns;
} wall_t;

#define NS_PER_US 1000LL
#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL

/*
 * What the kernel says of its clock: UTC minus CLOCK_BOOTTIME, the bound of its error,
 * and whether it was synchronised (adjtimex; STA_UNSYNC clear and no TIME_ERROR).
 */
struct clock_state {
	int64_t offset_ns;
	int64_t bound_ns;
	bool synchronised;
};

mono_t clock_mono(void);
wall_t clock_wall(void);

/*
 * clock_state_read(state):
 * Read both clocks back to back and adjtimex. The offset is the best of three tries.
 */
void clock_state_read(struct clock_state *state);

/*
 * clock_boot_id(id):
 * The kernel's boot identifier as 36 characters and a NUL; "unknown" where there is none.
 */
void clock_boot_id(char id[37]);

#endif
