#ifndef COLLECTOR_ROUTE_H
#define COLLECTOR_ROUTE_H

#include "base/loop.h"

#include <stdint.h>

/*
 * route_leads(family, address, ifindex, mark):
 * Has the kernel a route to ${address} (4 or 16 bytes) by that interface? One that it
 * only invents, as it does for a socket bound to an interface without any, is none. Asked
 * of rtnetlink; some ten microseconds.
 *
 * Result  1 yes, 0 no, -errno where the kernel does not say.
 */
int route_leads(int family, const uint8_t *address, uint32_t ifindex, uint32_t mark);

/*
 * route_table(family, source, ifindex, mark):
 * Which table does the kernel take a default route by that interface from, for this mark
 * and this source (4 or 16 bytes; NULL: none given)? 0 where it does not say.
 */
uint32_t route_table(int family, const uint8_t *source, uint32_t ifindex, uint32_t mark);

/*
 * When the kernel's routes and rules of a family changed last: an answer of route_leads
 * says nothing of the time before.
 */
struct routes;

/* NULL with errno where the kernel gives no netlink socket. */
struct routes *routes_new(struct loop *loop);
void routes_free(struct routes *r);
/* 0 for never, and for NULL. */
mono_t routes_changed(struct routes *r, int family);

#endif
