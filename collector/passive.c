/*
 * Handshakes come in order of time and end by the same patience: a ring holds them,
 * chains by hash find them. Fixed in size, whatever the traffic.
 */
#include "collector/passive.h"

#include "base/bytes.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ROOM   8192u /* open at once: eight hundred a second that nobody answers */
#define NOBODY UINT32_MAX

struct handshake {
	uint64_t key;
	mono_t sent;
	uint32_t next;
	bool again, done; /* sent more than once; answered or refused */
};

struct passive {
	uint64_t secret[2];
	struct handshake ring[ROOM];
	uint32_t heads[ROOM];
	uint64_t first, last;
	struct passive_counts counts;
};

static uint64_t
mix(uint64_t h, uint64_t word, uint64_t secret)
{
	h = (h ^ word) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 32 ^ secret) * 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 29;
}

static uint64_t
mix_address(uint64_t h, const uint8_t *address, size_t n, uint64_t secret)
{
	uint64_t words[2] = {0};

	memcpy(words, address, n);
	return mix(mix(h, words[0], secret), words[1], secret);
}

/* Of who began it and whom with, and the number of its SYN: a SYN sent again is the same
 * handshake, another connection by the same ports is not. */
static uint64_t
key_of(const struct passive *p, const struct packet *t, bool leaves)
{
	size_t n = packet_address_bytes(t);
	uint64_t near = leaves ? t->from_port : t->to_port;
	uint64_t far = leaves ? t->to_port : t->from_port;
	uint32_t number = leaves ? t->tcp_seq : t->tcp_ack - 1;
	uint64_t h = mix(p->secret[0], near << 48 | far << 32 | number, p->secret[1]);

	h = mix_address(h, leaves ? t->from : t->to, n, p->secret[1]);
	return mix_address(h, leaves ? t->to : t->from, n, p->secret[0]);
}

static struct handshake *
find(struct passive *p, uint64_t key)
{
	for (uint32_t i = p->heads[key % ROOM]; i != NOBODY; i = p->ring[i].next)
		if (p->ring[i].key == key)
			return &p->ring[i];
	return NULL;
}

static void
forget_first(struct passive *p)
{
	uint32_t place = (uint32_t)(p->first++ % ROOM);
	uint32_t *at = &p->heads[p->ring[place].key % ROOM];

	while (*at != NOBODY && *at != place)
		at = &p->ring[*at].next;
	if (*at == place)
		*at = p->ring[place].next;
	if (!p->ring[place].done)
		p->counts.unanswered++;
}

static void
began(struct passive *p, uint64_t key, mono_t at)
{
	struct handshake *h = find(p, key);

	if (h != NULL) {
		h->again = true;
		return;
	}
	p->counts.attempted++;
	passive_expire(p, at);
	/* Those that are done stay as long as there is room: a SYN may come again. */
	while (p->last - p->first == ROOM && p->ring[p->first % ROOM].done)
		forget_first(p);
	if (p->last - p->first == ROOM) {
		p->counts.unfollowed++;
		return;
	}
	uint32_t place = (uint32_t)(p->last++ % ROOM);
	p->ring[place] =
	    (struct handshake){.key = key, .sent = at, .next = p->heads[key % ROOM]};
	p->heads[key % ROOM] = place;
}

static void
ended(struct passive *p, uint64_t key, bool refused, mono_t at)
{
	struct handshake *h = find(p, key);

	if (h == NULL || h->done || at.ns - h->sent.ns > PASSIVE_WAIT_NS)
		return;
	h->done = true;
	if (refused) {
		p->counts.refused++;
		return;
	}
	p->counts.answered++;
	if (!h->again && at.ns >= h->sent.ns) {
		p->counts.timed++;
		p->counts.rtt_us += (uint64_t)(at.ns - h->sent.ns) / NS_PER_US;
	}
}

void
passive_packet(struct passive *p, const struct packet *t, bool leaves, mono_t at)
{
	uint8_t flags = t->tcp_flags & (PACKET_SYN | PACKET_ACK | PACKET_RST);

	if (t->protocol != IPPROTO_TCP)
		return;
	if (leaves && flags == PACKET_SYN)
		began(p, key_of(p, t, true), at);
	else if (!leaves && flags == (PACKET_SYN | PACKET_ACK))
		ended(p, key_of(p, t, false), false, at);
	else if (!leaves && flags == (PACKET_RST | PACKET_ACK))
		ended(p, key_of(p, t, false), true, at);
}

void
passive_expire(struct passive *p, mono_t now)
{
	while (p->first < p->last &&
	       p->ring[p->first % ROOM].sent.ns + PASSIVE_WAIT_NS < now.ns)
		forget_first(p);
}

const struct passive_counts *
passive_counts(const struct passive *p)
{
	return &p->counts;
}

uint64_t
passive_others(uint64_t all, uint64_t before, uint64_t own, uint64_t own_before)
{
	uint64_t passed = all >= before ? all - before : 0;
	uint64_t ours = own >= own_before ? own - own_before : 0;

	return ours < passed ? passed - ours : 0;
}

struct passive *
passive_new(void)
{
	struct passive *p = memory_grow(NULL, 1, sizeof *p);

	/* The ring is written before it is read: what is never needed is never resident.
	 */
	p->secret[0] = p->secret[1] = p->first = p->last = 0;
	p->counts = (struct passive_counts){0};
	memset(p->heads, 0xff, sizeof p->heads);
	if (getrandom(p->secret, sizeof p->secret, 0) != (ssize_t)sizeof p->secret)
		p->secret[0] = (uint64_t)clock_mono().ns;
	return p;
}

void
passive_free(struct passive *p)
{
	free(p);
}
