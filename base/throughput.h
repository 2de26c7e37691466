#ifndef BASE_THROUGHPUT_H
#define BASE_THROUGHPUT_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How one throughput test went, second by second, beside its sample (which says what
 * became of it, and its rate). Written for good tests only; keyed by the end of the
 * transfer.
 *
 * bytes       payload of TCP carried in the measure, which is duration_ns long and begins
 *             warmup_ns after the first byte; all streams ran through all of it
 * ip_bytes    the same with the headers of TCP and IP, by the size of the segments that
 *             the kernel tells (TCP_INFO); 0 where it told none. What a shaper counts is
 *             nearer to this.
 * total_bytes everything, warm-up included: what the budget is charged with
 * second[i]   payload carried in second i after the first byte; the last one may be cut
 */
#define THROUGHPUT_SECONDS 32

struct throughput {
	uint32_t probe;   /* index in the reader's probe table, or the writer's number */
	uint32_t session; /* with seq: which sample; set by readers */
	uint64_t seq;
	mono_t at;   /* first byte */
	wall_t time; /* the same as UTC label; set by readers */
	bool upload;
	uint8_t streams;
	int64_t warmup_ns, duration_ns, total_ns;
	uint64_t bytes, ip_bytes, total_bytes;
	uint32_t n_seconds;
	uint64_t second[THROUGHPUT_SECONDS];
};

/* ${bytes} in ${ns}, in bits a second; 0 of no time. */
double throughput_bps(uint64_t bytes, int64_t ns);

#endif
