#ifndef COLLECTOR_GATEWAY_H
#define COLLECTOR_GATEWAY_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The next hop of a default route, as rtnetlink lists routes: pure functions over its
 * messages.
 */
#define GATEWAY_TEXT 64 /* room for an address with its interface */

struct gateway {
	uint8_t family;      /* 4, 6; 0: none */
	uint8_t address[16]; /* IPv4 in the first four bytes */
	uint8_t route;       /* family of the route: IPv4 may lead by an IPv6 next hop */
	uint8_t preference;  /* as the router says itself, RFC 4191: 0 low to 2 high */
	uint32_t ifindex;
	uint32_t table, metric; /* of the route */
};

/* Each next hop of the default route in an RTM_NEWROUTE; of any other route, of one that
 * leads nowhere and of next hops without an address (PPP) none. */
typedef void gateway_fn(void *ctx, const struct gateway *g);
void gateway_each(const struct nlmsghdr *m, gateway_fn *fn, void *ctx);

/*
 * gateway_before(g, than, table):
 * Is ${g} the one to ask rather than ${than}, which was listed before? One of the table
 * that routes are looked up in is (0: not known). The kernel lists a table by metric; of
 * equals it takes the router of the highest preference.
 */
bool gateway_before(const struct gateway *g, const struct gateway *than, uint32_t table);

/* A link-local address: of one interface alone, and never seen on a path. */
bool gateway_is_near(const struct gateway *g);

/* "192.0.2.1", "2001:db8::1", "fe80::1%eth0". */
void gateway_text(const struct gateway *g, const char *interface, char out[GATEWAY_TEXT]);

#endif
