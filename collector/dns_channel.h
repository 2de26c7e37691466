#ifndef COLLECTOR_DNS_CHANNEL_H
#define COLLECTOR_DNS_CHANNEL_H

#include "base/loop.h"
#include "collector/engine.h"
#include "collector/outlet.h"

#include <net/if.h>

/*
 * One question to one server by one link, asked as often as wanted: a channel of c-ares
 * over a socket of the outlet. Nothing is cached, tried again, or asked of anybody else;
 * the system's resolver and its configuration are never read. A query is followed for ten
 * seconds. When the outlet's generation changes the channel is made again at the next
 * query; what was in flight is then heard of no more.
 */
struct dns_channel;

/* A server as an address and a port. */
struct dns_server {
	int family; /* AF_INET, AF_INET6 */
	uint8_t address[16];
	char scope[IF_NAMESIZE]; /* interface of a link-local address, or empty */
	uint16_t port;
};

/*
 * What became of query ${token}; up to three times for one query: news (refused, or lost
 * where no answer is to be expected any more) may be followed by an answer, and the last
 * has final set: the answer, or lost with CODE_TIMEOUT after ten seconds.
 *
 * reply: any response whose id and question are ours; code rcode for an rcode other than
 * NOERROR and NXDOMAIN, malformed where its records cannot be parsed: the server was
 * reached and the time is true, but it served nothing. msg holds then, borrowed.
 * refused: the server's own port unreachable (code port). lost: unreachable from a router
 * on the way, or malformed: a datagram of the server with our id but not our question.
 */
struct dns_news {
	enum outcome outcome;
	enum code code;
	enum stamp stamp;
	mono_t sent; /* kernel's where stamp is kernel */
	mono_t received;
	bool final;
	const uint8_t *msg;
	size_t len;
};

/* Not to free or send in the channel from inside. stamped (may be NULL): the kernel says
 * when the query left. */
struct dns_listener {
	void *ctx;
	void (*news)(void *ctx, uint64_t token, const struct dns_news *news);
	void (*stamped)(void *ctx, uint64_t token, mono_t sent);
};

/* An address literal (IPv6 may carry %interface) and a port. -EINVAL: it is none. */
int dns_server_parse(struct dns_server *out, const char *address, uint16_t port);

/*
 * dns_channel_new(loop, outlet, server, name, type, listener, out):
 * Prepare to ask ${server} for ${name} and ${type}. Loop and outlet's ctx are borrowed.
 *
 * Result  0 or -errno: -EINVAL the name or type is none.
 */
int dns_channel_new(struct loop *loop, const struct outlet *outlet,
    const struct dns_server *server, const char *name, const char *type,
    const struct dns_listener *listener, struct dns_channel **out);
void dns_channel_free(struct dns_channel *ch);

/*
 * dns_channel_send(ch, token, out):
 * Ask now. Result 0 with out->sent; or -errno with out->code where nothing left.
 */
int dns_channel_send(struct dns_channel *ch, uint64_t token, struct departure *out);

/* Of the newest query: its id and its socket. */
int dns_channel_last(const struct dns_channel *ch, uint16_t *id);

#endif
