#ifndef COLLECTOR_HTTP_SOCKETS_H
#define COLLECTOR_HTTP_SOCKETS_H

#include "collector/http_child.h"
#include "collector/outlet.h"

#include <sys/socket.h>

/*
 * The sockets of one throughput test, on the side of who measures: each has a local port
 * before the test's process gets it, so that whoever watches the wire knows its packets;
 * and we keep a descriptor of each until the test ends, to ask the kernel what it
 * carried.
 */
struct http_sockets {
	int fd[HTTP_SOCKETS];
	unsigned n;            /* 0: none are open */
	unsigned header_bytes; /* of IP and TCP, a segment without options */
};

/* Bytes of IP packets, each way, as the kernel counted its segments. */
struct http_carried {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
};

/* The socket is about to connect to ${peer}, for sending ${seq} of ${probe}; ${ctx} is
 * the outlet's. See egress_sent_test. */
typedef void http_begun_fn(
    void *ctx, int fd, const struct sockaddr_storage *peer, uint32_t probe, uint64_t seq);

/*
 * http_sockets_open(s, outlet, family, wanted, why):
 * So many, bound to the link. A socket without a port of its own yet is given one; where
 * that fails it is still good, but not known on the wire.
 *
 * Result  0, or -errno with *why, and none is open.
 */
int http_sockets_open(struct http_sockets *s, const struct outlet *outlet, int family,
    unsigned wanted, enum code *why);
void http_sockets_close(struct http_sockets *s);

/* Tell ${begun} of every connection that the request's process may make: to each address,
 * to
 * ${port}, and to 443 where a redirect may lead. */
void http_sockets_tell(const struct http_sockets *s, const struct http_request *request,
    uint16_t port, http_begun_fn *begun, void *ctx, uint32_t probe, uint64_t seq);

/* Add what all of them carried so far, which grows, or stays. */
void http_sockets_carried(const struct http_sockets *s, struct http_carried *sum);

#endif
