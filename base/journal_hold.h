#ifndef BASE_JOURNAL_HOLD_H
#define BASE_JOURNAL_HOLD_H

#include "base/journal_format.h"

/*
 * Rows held back until their order of sending is certain. They come in by blocks, are put
 * in order many thousand at a time, and go out until HOLD_NS before the newest that was
 * seen. The second record of a sending amends the first on the way: a late reply takes
 * the place of the loss written at its timeout, a duplicate only leaves its flag.
 */
#define HOLD_NS   (11 * NS_PER_S)
#define HOLD_MANY 8192 /* worth putting in order */

struct hold_key {
	int64_t at_ns; /* label */
	uint32_t row;
};

struct hold {
	struct sample *samples;
	struct counters *counters;
	struct event *events;
	struct throughput *throughputs;
	struct path *paths;
	size_t n_samples, n_counters, n_events, n_throughputs, n_paths;
	size_t room_samples, room_counters, room_events, room_throughputs, room_paths;
	struct hold_key *keys, *spare;
	size_t n_keys, room_keys, at, ready;
	bool amends;
	int64_t least_ns, newest_ns; /* labels: the earliest held, the latest known of */
	uint32_t *places;            /* of samples, by their hash: while amending */
	uint32_t *count;             /* of each value of a digit: while sorting */
	size_t room_places, room_count;
};

void hold_init(struct hold *h);
void hold_free(struct hold *h);

void hold_counters(struct hold *h, const struct counters *c);
void hold_event(struct hold *h, const struct event *e);
void hold_throughput(struct hold *h, const struct throughput *t);
void hold_path(struct hold *h, const struct path *p);

/* True if there is enough to put in order. */
bool hold_is_full(const struct hold *h);
/* Put in order; ready is what may go out, with ${all} everything. */
void hold_order(struct hold *h, bool all);
/* What went out is forgotten. */
void hold_clear(struct hold *h);
size_t hold_bytes(const struct hold *h);

/*
 * hold_give(h, limit_ns, from_ns, to_ns, v):
 * Give out what is ready with labels up to ${limit}, those in [from, to) to the visitor.
 * Result: 0 or what the visitor returned.
 */
int hold_give(struct hold *h, int64_t limit_ns, int64_t from_ns, int64_t to_ns,
    const struct journal_visitor *v);

#endif
