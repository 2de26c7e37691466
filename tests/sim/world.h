#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "tests/sim/scenario.h"

/*
 * The world of a scenario: links with a CPE, an access, a core, a resolver and five
 * networks of the Internet, each answering or not as the faults say. world_live runs the
 * collector's engine and the journal in it from ${from_ns} to ${to_ns} since the start
 * and ends as the fault at ${to_ns} has it. It sets the virtual clock.
 */
enum ending {
	ENDING_CLEAN,
	ENDING_KILLED
};

/* The clock of the machine at ${t} since the start. */
void world_clock(const struct scenario *s, int64_t t);

/* Result 0, or 1 with a line on stderr. */
int world_live(const struct scenario *s, const char *dir, int64_t from_ns, int64_t to_ns,
    enum ending ending);

#endif
