#ifndef COLLECTOR_PACKET_H
#define COLLECTOR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the headers of a captured IP packet say. The bytes may be anything: nothing is
 * read beyond them, and what does not fit together is no packet.
 */
struct packet {
	uint8_t family;           /* 4 or 6 */
	uint8_t protocol;         /* IPPROTO_TCP, _UDP, _ICMP, _ICMPV6 */
	const uint8_t *from, *to; /* 4 or 16 bytes each */
	uint16_t from_port, to_port;
	uint8_t tcp_flags;
	uint32_t tcp_seq, tcp_ack;
	const uint8_t *body; /* ICMP: from its header on; UDP: its payload; TCP: empty */
	size_t body_n;       /* as much of it as was captured */
};

#define PACKET_FIN 0x01
#define PACKET_SYN 0x02
#define PACKET_RST 0x04
#define PACKET_ACK 0x10

/* The packet that begins with its IP header at ${p}, and ends where that says. Result:
 * false for fragments after the first, other protocols, and whatever is cut within its
 * headers. */
bool packet_parse(struct packet *out, const uint8_t *p, size_t n);

/* Are its sums right by which a host tells that nothing was changed on the way: of IPv4
 * the header's (RFC 791), of ICMPv6 its own (RFC 4443)? True where there is none. */
bool packet_whole(const struct packet *p);

static inline size_t
packet_address_bytes(const struct packet *p)
{
	return p->family == 4 ? 4 : 16;
}

#endif
