#ifndef RRD_CURVE_H
#define RRD_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One RRD file, and the slots that wait to be written to it. A slot is 10 s, numbered
 * from 1970 on.
 */
#define CURVE_SLOT_NS 10000000000LL

enum curve_kind {
	CURVE_PROBE,
	CURVE_HTTP,
	CURVE_LINK,
	CURVE_COLLECTOR
};

struct curve_slot {
	int64_t number;
	int64_t max_gap_ns; /* a longer time since the slot before is unknown */
	uint64_t sent, lost, answered;
	int64_t rtt_ns, bytes, busy_ns; /* sums over the answered */
	double rx_bytes, tx_bytes;
	int64_t counted_ns; /* of the slot, between two counter readings */
	int64_t delay_ns,
	    clock_ns; /* the collector's own error: the largest of the slot */
	uint64_t dropped, skipped, stamps, kernel, user;
};

struct curve {
	char path[1200];
	enum curve_kind kind;
	int64_t hold_ns;          /* longest timeout of its probes */
	bool cached;              /* written through the rrdcached that is connected */
	int64_t last_s;           /* of its last update, when cached; 0: not known */
	struct curve_slot *slots; /* sorted by number */
	size_t n, room;
};

void curve_done(struct curve *c);

/* The slot at ${time_ns} of UTC, made if absent; NULL where there are too many. Valid
 * until the next call. */
struct curve_slot *curve_slot(struct curve *c, int64_t time_ns);

/*
 * curve_write(c, limit_ns, err, room):
 * Write the slots that end at or before ${limit_ns} (UTC) and are newer than what the
 * file has, then forget them. The file is made, with its folders, at the first.
 *
 * Result  0, or -errno with one line in err; the slots stay then.
 */
int curve_write(struct curve *c, int64_t limit_ns, char *err, size_t room);

#endif
