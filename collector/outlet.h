#ifndef COLLECTOR_OUTLET_H
#define COLLECTOR_OUTLET_H

#include "base/sample.h"

/*
 * A link's way out, as the transports over libraries (dns, http) need it: they ask for
 * sockets and never bind one themselves. Whoever holds the link fills it in; the tests
 * give plain sockets of loopback.
 */
struct outlet {
	void *ctx;

	/*
	 * A new socket bound to the link (device, source address, mark), non-blocking and
	 * close-on-exec, not connected. family: AF_INET, AF_INET6; type: SOCK_DGRAM,
	 * SOCK_STREAM. The descriptor, given to the caller; or -errno with *why set:
	 * CODE_NO_INTERFACE, CODE_NO_CARRIER, CODE_NO_ADDRESS, CODE_SEND_FAILED.
	 */
	int (*open)(void *ctx, int family, int type, enum code *why);

	/* Changes whenever sockets opened earlier are of no more use: the interface was
	 * made again, or the address they were bound to is gone. */
	uint32_t (*generation)(void *ctx);

	/* CODE_NONE while the link can carry; else why not (no-carrier, no-interface). */
	enum code (*ready)(void *ctx);

	/* Flags of all that leaves or arrives now: FLAG_MASKED during a throughput test.
	 */
	uint32_t (*flags)(void *ctx);
};

#endif
