#ifndef COLLECTOR_FLOWS_H
#define COLLECTOR_FLOWS_H

#include "base/clock.h"
#include "collector/packet.h"

#include <sys/socket.h>

/*
 * Our own TCP and UDP sendings by their ports and addresses, for ten seconds and a
 * little, so that a captured packet finds its sending. As many as were reserved; more
 * push out the oldest.
 */
struct flows;

#define FLOWS_HOLD_NS (12 * NS_PER_S)

struct flow {
	uint8_t protocol, family;
	uint8_t local[16],
	    remote[16]; /* local of TCP: zeros where the kernel will choose */
	uint16_t local_port, remote_port;
	uint16_t tag; /* of several by one socket: the id of a DNS query; else 0 */
	uint32_t probe;
	uint64_t seq;
	mono_t at;
};

struct flows *flows_new(void);
void flows_free(struct flows *f);

/* So many more are open at once. */
void flows_reserve(struct flows *f, size_t more);

/* Result: false where the table was full, and a sending of the last ten seconds is no
 * longer known. */
bool flows_add(struct flows *f, const struct flow *flow);

/* The sending a packet belongs to, NULL where it is none of ours. */
const struct flow *flows_find(const struct flows *f, const struct packet *p, bool leaves);

/* Name both ends of a connected socket; of one that only connects, ${peer} must be given.
 * False where the kernel does not tell them. */
bool flow_of_socket(
    struct flow *out, int fd, uint8_t protocol, const struct sockaddr_storage *peer);

#endif
