#ifndef COLLECTOR_WHEEL_H
#define COLLECTOR_WHEEL_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A timer wheel: numbered entries, each with one time, taken in the order of their times
 * at a cost that does not grow with their number. Six wheels of 256 places, each place of
 * the first 65 us wide and of each next one as wide as the whole wheel before; an entry
 * lies where its time first differs from the wheel's and moves inward at most five times.
 * Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.
 */
#define WHEEL_LEVELS 6
#define WHEEL_PLACES 256

struct wheel_entry {
	int64_t at;
	uint32_t next, previous; /* in its place, by number + 1; 0: none */
	uint16_t place;          /* level and place + 1; 0: not set */
};

struct wheel {
	struct wheel_entry *entries; /* by number */
	size_t n;
	uint64_t tick; /* no entry lies before this place of the first wheel */
	uint32_t heads[WHEEL_LEVELS][WHEEL_PLACES]; /* number + 1; 0: none */
	uint64_t taken[WHEEL_LEVELS][WHEEL_PLACES / 64];
};

/* Make room for the numbers below ${n}; all that is new is not set. */
void wheel_grow(struct wheel *w, size_t n);
void wheel_free(struct wheel *w);

/* Set an entry to ${at} (at least 0), wherever it was; INT64_MAX: not at all. */
void wheel_set(struct wheel *w, uint32_t number, mono_t at);
mono_t wheel_at(const struct wheel *w, uint32_t number);

/* It is ${now}: entries move inward as far as that goes. Before wheel_first, and before
 * many are set. */
void wheel_advance(struct wheel *w, mono_t now);

/*
 * wheel_due(w, now, numbers, room):
 * The earliest of what is due at ${now}, in order: all of one place, or as many as there
 * is room for. They stay set. Result: how many; 0 where nothing is due.
 */
size_t wheel_due(const struct wheel *w, mono_t now, uint32_t *numbers, size_t room);

/* The earliest entry, due or not. Result: false where none is set. */
bool wheel_first(const struct wheel *w, uint32_t *number, mono_t *at);

#endif
