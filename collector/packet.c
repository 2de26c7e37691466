#include "collector/packet.h"

#include <netinet/in.h>
#include <string.h>

#define EXTENSIONS_MOST 4

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* What stands behind the end that a header tells is a frame's, and no packet's; a length
 * of less than the headers is of one not cut into packets yet. */
static void
trim(size_t *n, size_t headers, size_t length)
{
	if (length > headers && length < *n)
		*n = length;
}

/* Result: where the next header begins, 0 where there is none for us. ${n}: without what
 * stands behind the packet. */
static size_t
parse_v4(struct packet *out, const uint8_t *p, size_t *bytes)
{
	size_t n = *bytes, header = n > 0 ? (size_t)(p[0] & 15) * 4 : 0;

	if (n < 20 || header < 20 || n < header || (get16(p + 6) & 0x1fff) != 0)
		return 0;
	trim(bytes, header, get16(p + 2));
	out->family = 4;
	out->protocol = p[9];
	out->from = p + 12;
	out->to = p + 16;
	return header;
}

static size_t
parse_v6(struct packet *out, const uint8_t *p, size_t *bytes)
{
	size_t at = 40;

	if (*bytes < at)
		return 0;
	trim(bytes, at, at + get16(p + 4));
	size_t n = *bytes;
	out->family = 6;
	out->protocol = p[6];
	out->from = p + 8;
	out->to = p + 24;
	for (unsigned i = 0; i < EXTENSIONS_MOST; i++) {
		bool options = out->protocol == IPPROTO_HOPOPTS ||
		               out->protocol == IPPROTO_ROUTING ||
		               out->protocol == IPPROTO_DSTOPTS;
		if (!options && out->protocol != IPPROTO_FRAGMENT)
			return at;
		if (n < at + 8 || (!options && (get16(p + at + 2) & 0xfff8) != 0))
			return 0;
		out->protocol = p[at];
		at += options ? ((size_t)p[at + 1] + 1) * 8 : 8;
	}
	return 0;
}

static bool
parse_tcp(struct packet *out, const uint8_t *p, size_t n)
{
	if (n < 20)
		return false;
	out->from_port = get16(p);
	out->to_port = get16(p + 2);
	out->tcp_seq = get32(p + 4);
	out->tcp_ack = get32(p + 8);
	out->tcp_flags = p[13];
	return true;
}

bool
packet_parse(struct packet *out, const uint8_t *p, size_t n)
{
	size_t at = 0;

	memset(out, 0, sizeof *out);
	if (n > 0 && p[0] >> 4 == 4)
		at = parse_v4(out, p, &n);
	else if (n > 0 && p[0] >> 4 == 6)
		at = parse_v6(out, p, &n);
	if (at == 0 || at > n)
		return false;
	switch (out->protocol) {
	case IPPROTO_TCP:
		return parse_tcp(out, p + at, n - at);
	case IPPROTO_UDP:
		if (n - at < 8)
			return false;
		out->from_port = get16(p + at);
		out->to_port = get16(p + at + 2);
		out->body = p + at + 8;
		out->body_n = n - at - 8;
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		out->body = p + at;
		out->body_n = n - at;
		return n - at >= 8 &&
		       (out->protocol == IPPROTO_ICMP) == (out->family == 4);
	default:
		return false;
	}
}

static uint32_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = n % 2 != 0 ? (uint32_t)p[n - 1] << 8 : 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += get16(p + i);
	return sum;
}

bool
packet_whole(const struct packet *p)
{
	uint32_t sum;

	if (p->family == 4)
		sum = sum_of(p->from - 12, (size_t)(p->from[-12] & 15) * 4);
	else if (p->protocol == IPPROTO_ICMPV6)
		sum = sum_of(p->from, 16) + sum_of(p->to, 16) + (uint32_t)p->body_n +
		      IPPROTO_ICMPV6 + sum_of(p->body, p->body_n);
	else
		return true;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}
