#ifndef COLLECTOR_PASSIVE_H
#define COLLECTOR_PASSIVE_H

#include "base/clock.h"
#include "collector/packet.h"

/*
 * How the connections of others go: TCP handshakes that began on this side of an
 * interface, counted and forgotten. An open handshake is a keyed hash of its ends and its
 * sequence number, for ten seconds at most; the key is random and dies with the process,
 * and no address, port or payload is kept. Connections that others begin from outside are
 * not counted: most are scans.
 */
struct passive;

#define PASSIVE_WAIT_NS (10 * NS_PER_S) /* then it is unanswered */

struct passive_counts {      /* since passive_new */
	uint64_t attempted;  /* a first SYN left */
	uint64_t answered;   /* a SYN-ACK came */
	uint64_t refused;    /* a reset came instead */
	uint64_t unanswered; /* neither within PASSIVE_WAIT_NS */
	uint64_t unfollowed; /* too many were open: what became of it is not known */
	uint64_t timed;      /* of the answered, those whose SYN left once */
	uint64_t rtt_us;     /* of these the sum, SYN to SYN-ACK */
};

struct passive *passive_new(void);
void passive_free(struct passive *p);

/* A packet that is none of ours; anything but the beginnings and resets of TCP is
 * ignored. Times may step back a little. */
void passive_packet(
    struct passive *p, const struct packet *packet, bool leaves, mono_t at);

/* Call after the packets of up to ${now}: what has waited long enough is unanswered. */
void passive_expire(struct passive *p, mono_t now);

const struct passive_counts *passive_counts(const struct passive *p);

/*
 * passive_others(all, before, own, own_before):
 * Bytes of others since the last reading: what the interface counted less what we sent or
 * received ourselves, never below 0. Counters that went back (another interface, another
 * configuration) tell nothing of that time: an interface's give 0, ours nothing to take
 * off. Ours may be more than all where an interface counts large segments before they are
 * cut.
 */
uint64_t passive_others(uint64_t all, uint64_t before, uint64_t own, uint64_t own_before);

#endif
