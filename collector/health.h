#ifndef COLLECTOR_HEALTH_H
#define COLLECTOR_HEALTH_H

#include "base/loop.h"
#include "collector/gateway.h"
#include "config/settings.h"

/*
 * How the interfaces of the links are, from rtnetlink: carrier, administrative state,
 * index, addresses, counters, the default gateways. Changes are seen when the kernel
 * tells them; counters when they are asked for.
 */
#define HEALTH_ADDRESSES 16 /* are remembered; of more, the first */

struct health_link {
	uint32_t ifindex;   /* 0: not there */
	char interface[16]; /* as configured */
	char name[16];      /* likewise, or else where the source is */
	bool carrier, admin_up;
	unsigned frame_bytes; /* before each packet, which its counters count too */
	uint32_t
	    carrier_changes; /* counted by the kernel: none is too short to be seen */
	bool has_v4,
	    has_v6;   /* an address that can be used (the link's source, if it has one) */
	bool near_v6; /* a link-local one: enough to ask another such */
	uint8_t v4[4];                        /* one of them */
	uint64_t addresses[HEALTH_ADDRESSES]; /* all of them, each a hash */
	unsigned n_addresses;
	uint32_t generation; /* grows when sockets opened before are of no more use */
	struct gateway gateway, gateway6; /* of the default routes by this interface, of
	                                     IPv4 and of IPv6; family 0: none */
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
};

/* Whether an interface of these flags (IFF_…, of rtnetlink) carries packets: up, its
 * lower layer too, and not waiting for somebody's leave (802.1X). */
bool health_carries(unsigned flags);

struct health;

/* changed (may be NULL) is called with a link's index and words, when something that
 * matters has: gone, back, carrier lost, renumbered. */
typedef void health_fn(void *ctx, size_t link, const char *what);

/* Called before a link is known to have another interface, or none: what came by the one
 * it had is read best now. */
typedef void health_going_fn(void *ctx);
void health_on_going(struct health *h, health_going_fn *going, void *ctx);

/* NULL with errno where the kernel gives no netlink socket. */
struct health *health_new(struct loop *loop, health_fn *changed, void *ctx);
void health_free(struct health *h);

/* The links from now on; their order is that of the indexes. Borrowed until they are
 * followed by others; a link that is bound as the one before it was goes on as that one.
 */
void health_links(struct health *h, const struct link_conf *links, size_t n);
const struct health_link *health_of(const struct health *h, size_t link);

/* Its interface's part of a row of counters. */
void health_count(const struct health *h, size_t link, struct counters *c);

/* Ask the kernel for everything now; about 100 us. 0 or -errno: then all is as before. */
int health_refresh(struct health *h);

#endif
