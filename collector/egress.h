#ifndef COLLECTOR_EGRESS_H
#define COLLECTOR_EGRESS_H

#include "collector/broker.h"
#include "collector/health.h"
#include "collector/outlet.h"
#include "collector/wire.h"

/*
 * A link's way out: sockets bound to it, and whether it can carry. Raw sockets, and all
 * sockets of a link with a mark, come from the broker; the others are opened here, which
 * needs no privilege.
 */
struct egress {
	struct broker *broker;
	const struct health *health;
	const struct link_conf *conf;
	size_t link; /* index in settings and health */
	uint32_t (*masked)(void *ctx,
	    size_t link); /* flags while a throughput test loads the link; or NULL */
	void *masked_ctx;
	struct wire *wire; /* who watches what leaves; or NULL */
};

/* CODE_NONE while the link can carry this family (0: any); else why not. */
enum code egress_ready(const struct egress *e, int family);

/* The same of an address. A link-local one is of the link's interface, which it is given
 * as its scope, and may be asked from another such. */
enum code egress_aim(const struct egress *e, struct sockaddr *to);

/* A descriptor, or -errno with *why; see outlet.h. */
int egress_open(struct egress *e, enum broker_kind kind, int family, enum code *why);

/* The code of a failed call on a socket of the link. */
enum code egress_code(int error);

/* Do its sockets hear one interface alone? */
bool egress_by_interface(const struct egress *e);

uint32_t egress_generation(const struct egress *e);
uint32_t egress_flags(const struct egress *e);

/* Sending ${seq} of ${probe} was put on its way by this socket. ${peer}: see flows.h. */
void egress_sent(struct egress *e, int fd, uint8_t protocol,
    const struct sockaddr_storage *peer, uint16_t tag, uint32_t probe, uint64_t seq);

/* The same of a DNS query, by the context of its outlet; see dns_on_sent. */
void egress_sent_query(void *egress, int fd, uint16_t id, uint32_t probe, uint64_t seq);

/* The same of a connection of a throughput test; see http_on_begun. */
void egress_sent_test(void *egress, int fd, const struct sockaddr_storage *peer,
    uint32_t probe, uint64_t seq);

/* The same as what dns and http ask for. */
struct outlet egress_outlet(struct egress *e);

#endif
