#include "collector/packet_ring.h"

#include "base/bytes.h"

#include <stdlib.h>

struct packet_ring {
	struct ringed *slots;
	size_t room;
	uint64_t
	    next; /* number of the next packet; its place is the number modulo room */
};

struct packet_ring *
packet_ring_new(size_t packets)
{
	struct packet_ring *r = memory_grow(NULL, 1, sizeof *r);

	*r = (struct packet_ring){.room = packets};
	r->slots = memory_grow(NULL, packets, sizeof *r->slots);
	return r;
}

void
packet_ring_free(struct packet_ring *r)
{
	if (r == NULL)
		return;
	free(r->slots);
	free(r);
}

static uint64_t
oldest(const struct packet_ring *r)
{
	return r->next > r->room ? r->next - r->room : 0;
}

void
packet_ring_grow(struct packet_ring *r, size_t packets)
{
	if (packets <= r->room)
		return;
	struct ringed *slots = memory_grow(NULL, packets, sizeof *slots);
	uint64_t from = oldest(r), n = r->next - from;
	for (uint64_t i = 0; i < n; i++)
		slots[i] = r->slots[(from + i) % r->room];
	free(r->slots);
	*r = (struct packet_ring){.slots = slots, .room = packets, .next = n};
}

struct ringed *
packet_ring_put(struct packet_ring *r, mono_t at)
{
	struct ringed *slot = &r->slots[r->next++ % r->room];

	slot->at = at;
	return slot;
}

const struct ringed *
packet_ring_at(const struct packet_ring *r, uint64_t number)
{
	return &r->slots[number % r->room];
}

uint64_t
packet_ring_find(const struct packet_ring *r, mono_t from, mono_t to, uint64_t *first)
{
	uint64_t i = oldest(r), end;

	while (i < r->next && packet_ring_at(r, i)->at.ns < from.ns)
		i++;
	*first = i;
	for (end = i; end < r->next && packet_ring_at(r, end)->at.ns < to.ns;)
		end++;
	return end;
}
