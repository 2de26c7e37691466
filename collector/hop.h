#ifndef COLLECTOR_HOP_H
#define COLLECTOR_HOP_H

#include "base/path.h"
#include "collector/gateway.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The packets of a trace as bytes: pure functions over buffers. All packets of one trace
 * are one flow to whoever balances load over several lines: the same addresses, protocol,
 * type, identifier and checksum, and no ports. Only the time to live and the sequence
 * number differ; what that adds to the checksum, two bytes of the payload take away
 * again.
 *
 * Source  Augustin et al., "Avoiding traceroute anomalies with Paris traceroute", IMC
 *         2006.
 */
#define HOP_PAYLOAD                                                                      \
	16 /* not as long as a ping's: whoever counts packets tells them apart */
#define HOP_BYTES (8 + HOP_PAYLOAD)

/* Of one trace; all but the target is random. */
struct hop_key {
	uint8_t family; /* 4 or 6 */
	uint8_t target[16];
	uint16_t ident, first; /* of the ICMP header: number 0 has sequence ${first} */
	uint16_t sum; /* of IPv4, the checksum of every packet; never 0 or 65535 */
	uint64_t cookie;
};

struct hop_seen {
	enum hop_kind kind; /* HOP_SILENT: not ours */
	uint16_t number;    /* of our packet */
	uint8_t from[16];   /* who answers; IPv6: as ${from} was given */
	bool own;           /* by our own kernel, who found no neighbour: no hop */
};

/* Echo request ${number} of the trace; the kernel sums those of ICMPv6. */
void hop_build(uint8_t out[HOP_BYTES], const struct hop_key *key, uint16_t number);

/*
 * hop_parse(out, key, from, p, n):
 * What a received packet says of our trace; IPv4 raw sockets give the IP header, IPv6
 * ones the sender in ${from}. An error is ours only if it quotes our target, identifier,
 * a sequence number of ours (of at most ${most} sent) and either our checksum or, where
 * it quotes that much, our cookie: a router that changed one on the way leaves the other.
 * An echo reply is ours only from the target and with the cookie. IPv4 packets of a wrong
 * checksum are nobody's.
 */
void hop_parse(struct hop_seen *out, const struct hop_key *key, uint16_t most,
    const uint8_t from[16], const uint8_t *p, size_t n);

/* Only what may be of our trace shall wake us. */
void hop_filter(int fd, const struct hop_key *key);

/*
 * hop_isp(path, gateway):
 * The number of the ISP's first router: the first that answers beyond the gateway, or
 * where that is not known (family 0) or not on the path the first whose address is the
 * Internet's (RFC 6598 is the ISP's own; RFC 1918, 3927 and 4193 may be the customer's).
 * A gateway of a link-local address has another on the path: it is the first hop. 0: not
 * found.
 */
uint8_t hop_isp(const struct path *p, const struct gateway *gateway);

#endif
