#ifndef COLLECTOR_PACKET_RING_H
#define COLLECTOR_PACKET_RING_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The newest packets of our own probes, in memory of a fixed size: the oldest make room.
 * Of each the first RINGED_BYTES.
 */
struct packet_ring;

#define RINGED_BYTES 160

struct ringed {
	mono_t at;   /* about when; they come in order */
	wall_t time; /* the kernel's stamp */
	uint32_t link, length;
	uint16_t n;
	bool leaves;
	uint8_t p[RINGED_BYTES];
};

/* Room for so many, at least 1. */
struct packet_ring *packet_ring_new(size_t packets);
void packet_ring_free(struct packet_ring *r);

/* Room for more from now on, with what is in it; never for less. */
void packet_ring_grow(struct packet_ring *r, size_t packets);

/* The place for a packet that comes now, to be filled: all but at is as it was left. */
struct ringed *packet_ring_put(struct packet_ring *r, mono_t at);

/* The packets that came in [from, to): the first of them is number *first, and they are
 * all up to the one before the result; or as many as the ring still has. */
uint64_t packet_ring_find(
    const struct packet_ring *r, mono_t from, mono_t to, uint64_t *first);
const struct ringed *packet_ring_at(const struct packet_ring *r, uint64_t number);

#endif
