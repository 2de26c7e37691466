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
	uint64_t answered, every; /* one in so many is kept */
	unsigned n, lost;
	int64_t rtt_ns[INTERVAL_VALUES];
};

static inline bool
interval_is_empty(const struct interval *i)
{
	return i->n == 0 && i->lost == 0;
}

/* Of those kept, every second one. */
void interval_thin_out(struct interval *i);

/* Take a round trip that belongs to the interval, which is not empty. */
static inline void
interval_answer(struct interval *i, int64_t rtt_ns)
{
	uint64_t nth = i->answered++;

	/* every is a power of two: the division is worth avoiding, as this is each
	 * sample's */
	if ((nth & (i->every - 1)) != 0)
		return;
	if (i->n == INTERVAL_VALUES)
		interval_thin_out(i);
	if ((nth & (i->every - 1)) == 0)
		i->rtt_ns[i->n++] = rtt_ns;
}

/* Take a round trip, or a loss (-1), sent at ${at}. The first one says which interval
 * this is; what belongs to another is ignored until interval_clear. */
void interval_take(struct interval *i, int64_t at_ns, int64_t rtt_ns);
void interval_clear(struct interval *i);

/* The median with lost ones as infinity; -1 where it lies among them. */
int64_t interval_median(struct interval *i);

/* Packet delay variation (RFC 5481): the 95th percentile of the answered less the least
 * of them; -1 with fewer than ${least} of them. */
int64_t interval_pdv(struct interval *i, unsigned fewest);

#endif
