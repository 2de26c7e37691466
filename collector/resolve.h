#ifndef COLLECTOR_RESOLVE_H
#define COLLECTOR_RESOLVE_H

#include "collector/dns_channel.h"

#define RESOLVE_ADDRESSES 8

/*
 * The addresses of a name, asked once of one server by one link: A, then AAAA where there
 * is no A. Nothing is kept for the next time.
 */
struct resolve;

struct resolve_result {
	int family; /* AF_INET or AF_INET6; AF_UNSPEC: not resolved */
	size_t n;
	uint8_t address[RESOLVE_ADDRESSES][16];
};

typedef void resolve_fn(void *ctx, const struct resolve_result *result);

/*
 * resolve_start(loop, outlet, server, name, family, fn, ctx, out):
 * Ask; fn is called once, from the loop and never from inside, within five seconds.
 * family AF_INET or AF_INET6 asks for that one alone. The callback may free the resolve.
 *
 * Result  0, or -errno (-EINVAL: the name is none) and no call.
 */
int resolve_start(struct loop *loop, const struct outlet *outlet,
    const struct dns_server *server, const char *name, int family, resolve_fn *fn,
    void *ctx, struct resolve **out);

/* Also cancels. */
void resolve_free(struct resolve *r);

#endif
