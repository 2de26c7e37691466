#ifndef ANALYZER_DOWNTIME_H
#define ANALYZER_DOWNTIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What one outage weighs under a contract: after its clocks, pauses, grace, the minimum
 * and what is excluded. Credits, deadlines and rights work on these alone.
 *
 * Units   UTC nanoseconds. start_ns and end_ns are those of the contract's clock and of
 *         the whole outage, also where that lies over an edge of the period; counted_ns
 *         is what counts in the period, whole_ns what counts with the edges put aside.
 */
struct downtime {
	char outage_id[17];
	int64_t start_ns, end_ns; /* end of an open one: how far is known */
	bool open;
	bool begins_here; /* in this period: clauses by single outages take it there */
	int64_t counted_ns, whole_ns;
};

#endif
