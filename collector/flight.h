#ifndef COLLECTOR_FLIGHT_H
#define COLLECTOR_FLIGHT_H

#include "base/clock.h"
#include "base/sample.h"

#include <stdbool.h>
#include <stddef.h>

/* What the engine keeps of one sending: few bytes, for there are ten seconds of them. */
enum flight_state {
	FREE = 0,
	QUEUED, /* in its transport's batch */
	FLYING,
	LOST,
	ANSWERED
};

struct flight {
	mono_t sent;     /* best stamp there is */
	int32_t late_us; /* behind its slot's time when it was asked for */
	uint16_t flags;  /* enum sample_flag */
	uint8_t code;    /* why it will be lost, if it is */
	uint8_t state : 3;
	uint8_t stamped : 1; /* by the kernel */
	uint8_t dup : 1;     /* one is enough to tell */
	uint8_t left : 1;    /* seen leaving by its link */
	uint8_t astray : 1;  /* by another */
	uint8_t seen : 1;    /* its stamp is that of being seen: the best there is */
};
_Static_assert(sizeof(struct flight) == 16, "a flight is small");
_Static_assert(FLAG_COUNT <= 16, "and its flags fit");

/* Nobody knows yet what will become of it. NULL: no sending. */
static inline bool
flight_open(const struct flight *f)
{
	return f != NULL && (f->state == FLYING || f->state == QUEUED);
}

#endif
