#ifndef ANALYZER_INTERVAL_H
#define ANALYZER_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The round trips of one probe in one interval of UTC, [start, start + width), in
 * nanoseconds. At most 240 are kept: beyond that every second one, then every fourth and
 * so on, a systematic sample that is the same whatever the batching.
 */
#define INTERVAL_VALUES 240

struct interval {
	int64_t width_ns; /* a whole number of minutes; set by the owner */
	int64_t start_ns;
	int64_t rtt_ns[INTERVAL_VALUES];
	unsigned n, lost;
	uint64_t answered, every; /* one in so many is kept */
};

/* Take a round trip, or a loss (-1), sent at ${at}. The first one says which interval
 * this is; what belongs to another is ignored until interval_clear. */
void interval_take(struct interval *i, int64_t at_ns, int64_t rtt_ns);
bool interval_is_empty(const struct interval *i);
void interval_clear(struct interval *i);

/* The median with lost ones as infinity; -1 where it lies among them. */
int64_t interval_median(struct interval *i);

/* Packet delay variation (RFC 5481): the 95th percentile of the answered less the least
 * of them; -1 with fewer than ${least} of them. */
int64_t interval_pdv(struct interval *i, unsigned fewest);

#endif
