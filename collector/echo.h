#ifndef COLLECTOR_ECHO_H
#define COLLECTOR_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ICMP echo as bytes: pure functions over buffers. Our payload carries who sent what and
 * a keyed check, so that answers that were not asked for, or were made up, are nobody's.
 */
#define ECHO_PAYLOAD 56 /* as ping: 84 bytes of IPv4 */
#define ECHO_BYTES   (8 + ECHO_PAYLOAD)

struct echo_key {
	uint64_t k[2];
	uint16_t
	    ident; /* of the ICMP header; it and the cookie are known on the path alone */
	uint32_t cookie; /* begins the payload: what the kernel's filter looks for */
};

enum echo_kind {
	ECHO_NOT_OURS,
	ECHO_REPLY,
	ECHO_UNREACHABLE, /* by a router, or the target's word that it takes no such thing
	                   */
	ECHO_REJECTED,    /* port unreachable: a host's or a router's filter says no */
	ECHO_EXPIRED      /* time exceeded on the way */
};

struct echo_seen {
	enum echo_kind kind;
	uint32_t probe;
	uint64_t seq;
	uint8_t
	    from[16]; /* IPv4 in the first four bytes; of IPv6 the packet tells none */
	uint8_t sender[16]; /* of errors: whose echo request they quote, so ourselves */
	uint8_t type, code;
};

/* An echo request of the family (4 or 6; the kernel sums ICMPv6) into out[ECHO_BYTES]. */
void echo_build(uint8_t out[ECHO_BYTES], int family, const struct echo_key *key,
    uint32_t probe, uint64_t seq);

/*
 * What a received packet is: ours has our identifier, the number and the mark it was sent
 * with. IPv4 raw sockets give the IP header, IPv6 ones do not.
 * Errors must quote at least our payload's first 24 bytes to be ours.
 */
void echo_parse(struct echo_seen *out, int family, const struct echo_key *key,
    const uint8_t *p, size_t n);

/* Our own packet as the error queue returns it, whatever headers it has by then. */
bool echo_recognise(const struct echo_key *key, const uint8_t *p, size_t n,
    uint32_t *probe, uint64_t *seq);

/* A packet as a capture shows it, from its ICMP header on: a request of ours, the reply
 * to one, or an error that quotes one. Requests may bear another identifier on the wire,
 * for this host may translate addresses; replies then (${translated}), too. */
bool echo_captured(const struct echo_key *key, int family, bool translated,
    const uint8_t *p, size_t n, uint32_t *probe, uint64_t *seq);

#endif
