/*
 * Sendings come in order of time and go in it: a ring holds them, chains by hash find
 * them. Nothing is allocated but by flows_reserve.
 */
#include "collector/flows.h"

#include "base/bytes.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define LEAST  64

struct place {
	struct flow flow;
	uint32_t next; /* in its chain */
};

struct flows {
	struct place *ring;
	uint32_t *heads; /* by hash */
	uint32_t room;   /* a power of two, of both */
	uint64_t first, last;
	size_t reserved;
};

/* Both ends and the tag: not secret, for only we put anything in. */
static uint32_t
hash_of(const struct flow *f)
{
	uint32_t h = 2166136261u;
	const uint8_t ports[] = {f->protocol, (uint8_t)(f->local_port >> 8),
	    (uint8_t)f->local_port, (uint8_t)(f->remote_port >> 8),
	    (uint8_t)f->remote_port, (uint8_t)(f->tag >> 8), (uint8_t)f->tag};

	for (size_t i = 0; i < sizeof ports; i++)
		h = (h ^ ports[i]) * 16777619u;
	for (size_t i = 0; i < sizeof f->remote; i++)
		h = (h ^ f->remote[i]) * 16777619u;
	return h ^ h >> 15;
}

static bool
same_ends(const struct flow *a, const struct flow *b)
{
	return a->protocol == b->protocol && a->family == b->family &&
	       a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       a->tag == b->tag && memcmp(a->local, b->local, sizeof a->local) == 0 &&
	       memcmp(a->remote, b->remote, sizeof a->remote) == 0;
}

static void
forget_first(struct flows *f)
{
	uint32_t place = (uint32_t)(f->first++ & (f->room - 1));
	uint32_t *at = &f->heads[hash_of(&f->ring[place].flow) & (f->room - 1)];

	while (*at != NOBODY && *at != place)
		at = &f->ring[*at].next;
	if (*at == place)
		*at = f->ring[place].next;
}

static void
put(struct flows *f, const struct flow *flow)
{
	uint32_t place = (uint32_t)(f->last++ & (f->room - 1));
	uint32_t *head = &f->heads[hash_of(flow) & (f->room - 1)];

	f->ring[place] = (struct place){*flow, *head};
	*head = place;
}

struct flows *
flows_new(void)
{
	struct flows *f = memory_grow(NULL, 1, sizeof *f);

	memset(f, 0, sizeof *f);
	flows_reserve(f, 0);
	return f;
}

void
flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	free(f->ring);
	free(f->heads);
	free(f);
}

void
flows_reserve(struct flows *f, size_t more)
{
	struct flows old = *f;

	f->reserved += more;
	uint32_t room = old.room > 0 ? old.room : LEAST;
	while (room < f->reserved && room < 1u << 24)
		room *= 2;
	if (room == old.room)
		return;
	f->ring = memory_grow(NULL, room, sizeof *f->ring);
	f->heads = memory_grow(NULL, room, sizeof *f->heads);
	memset(f->heads, 0xff, room * sizeof *f->heads);
	f->room = room;
	f->first = f->last = 0;
	for (uint64_t i = old.first; i < old.last; i++)
		put(f, &old.ring[i & (old.room - 1)].flow);
	free(old.ring);
	free(old.heads);
}

bool
flows_add(struct flows *f, const struct flow *flow)
{
	bool room = true;

	while (f->first < f->last &&
	       f->ring[f->first & (f->room - 1)].flow.at.ns < flow->at.ns - FLOWS_HOLD_NS)
		forget_first(f);
	if (f->last - f->first == f->room) {
		forget_first(f);
		room = false;
	}
	put(f, flow);
	return room;
}

static const struct flow *
find(const struct flows *f, const struct flow *want)
{
	for (uint32_t i = f->heads[hash_of(want) & (f->room - 1)]; i != NOBODY;
	     i = f->ring[i].next)
		if (same_ends(&f->ring[i].flow, want))
			return &f->ring[i].flow;
	return NULL;
}

const struct flow *
flows_find(const struct flows *f, const struct packet *p, bool leaves)
{
	size_t n = packet_address_bytes(p);
	struct flow want = {.protocol = p->protocol, .family = p->family};

	want.local_port = leaves ? p->from_port : p->to_port;
	want.remote_port = leaves ? p->to_port : p->from_port;
	memcpy(want.local, leaves ? p->from : p->to, n);
	memcpy(want.remote, leaves ? p->to : p->from, n);
	if (p->protocol == IPPROTO_UDP) {
		if (p->body_n < 2)
			return NULL;
		want.tag = (uint16_t)(p->body[0] << 8 | p->body[1]);
	}
	const struct flow *found = find(f, &want);
	if (found != NULL || p->protocol != IPPROTO_TCP)
		return found;
	/* Announced before it was connected. Nobody else's has both its port and its
	 * other end: the kernel gives that pair once, to whom it translates too. */
	memset(want.local, 0, sizeof want.local);
	return find(f, &want);
}

static void
take_end(const struct sockaddr_storage *a, uint8_t address[16], uint16_t *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

	if (a->ss_family == AF_INET) {
		memcpy(address, &v4->sin_addr, 4);
		*port = ntohs(v4->sin_port);
	} else {
		memcpy(address, &v6->sin6_addr, 16);
		*port = ntohs(v6->sin6_port);
	}
}

bool
flow_of_socket(
    struct flow *out, int fd, uint8_t protocol, const struct sockaddr_storage *peer)
{
	struct sockaddr_storage own, told;
	socklen_t n = sizeof own, m = sizeof told;

	memset(out, 0, sizeof *out);
	if (getsockname(fd, (struct sockaddr *)&own, &n) < 0 ||
	    (peer == NULL && getpeername(fd, (struct sockaddr *)&told, &m) < 0))
		return false;
	out->protocol = protocol;
	out->family = own.ss_family == AF_INET ? 4 : 6;
	take_end(&own, out->local, &out->local_port);
	take_end(peer != NULL ? peer : &told, out->remote, &out->remote_port);
	return true;
}
