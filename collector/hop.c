#include "collector/hop.h"

#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define QUOTE_LEAST 8 /* of what follows the IP header: all that RFC 792 asks for */
#define PACKET_MOST 0xffff

enum {
	V4_ECHO_REPLY = 0,
	V4_UNREACHABLE = 3,
	V4_ECHO = 8,
	V4_EXPIRED = 11,
	V6_UNREACHABLE = 1,
	V6_EXPIRED = 3,
	V6_ECHO = 128,
	V6_ECHO_REPLY = 129
};

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Ones' complement sum, RFC 1071. */
static uint16_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += get16(p + i);
	if (n & 1)
		sum += (uint32_t)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Payload: cookie 8, balance 2, zeros. */
void
hop_build(uint8_t out[HOP_BYTES], const struct hop_key *key, uint16_t number)
{
	memset(out, 0, HOP_BYTES);
	out[0] = key->family == 4 ? V4_ECHO : V6_ECHO;
	put16(out + 4, key->ident);
	put16(out + 6, (uint16_t)(key->first + number));
	for (unsigned i = 0; i < 8; i++)
		out[8 + i] = (uint8_t)(key->cookie >> (8 * i));
	/* a - b in ones' complement is a + ~b */
	uint32_t balance =
	    (uint32_t)(uint16_t)~key->sum + (uint16_t)~sum_of(out, HOP_BYTES);
	put16(out + 16, (uint16_t)((balance & 0xffff) + (balance >> 16)));
	if (key->family == 4)
		put16(out + 2, (uint16_t)~sum_of(out, HOP_BYTES));
}

static bool
has_cookie(const struct hop_key *key, const uint8_t *p)
{
	for (unsigned i = 0; i < 8; i++)
		if (p[i] != (uint8_t)(key->cookie >> (8 * i)))
			return false;
	return true;
}

/* The header and payload of an echo: which of our packets it is. */
static bool
is_ours(const struct hop_key *key, uint16_t most, const uint8_t *p, uint16_t *number)
{
	if (p[1] != 0 || get16(p + 4) != key->ident)
		return false;
	*number = (uint16_t)(get16(p + 6) - key->first);
	return *number < most;
}

/* The packet that an error quotes, ${n} bytes of it. */
static bool
quotes_us(struct hop_seen *out, const struct hop_key *key, uint16_t most,
    const uint8_t *p, size_t n)
{
	bool four = key->family == 4;
	size_t header = four ? (n > 0 ? (size_t)(p[0] & 15) * 4 : 0) : 40;
	size_t size = four ? 4 : 16;

	if (n == 0 || p[0] >> 4 != key->family || header < 20 || n < header + QUOTE_LEAST)
		return false;
	if (p[four ? 9 : 6] != (four ? IPPROTO_ICMP : IPPROTO_ICMPV6) ||
	    memcmp(p + (four ? 16 : 24), key->target, size) != 0)
		return false;
	if (four && (get16(p + 6) & 0x1fff) != 0) /* a fragment that is not the first */
		return false;
	const uint8_t *echo = p + header;
	if (echo[0] != (four ? V4_ECHO : V6_ECHO) ||
	    !is_ours(key, most, echo, &out->number))
		return false;
	bool whole = n >= header + 16;
	if (four && get16(echo + 2) == key->sum)
		whole = false; /* that is enough */
	else if (!whole)
		return false;
	if (whole && !has_cookie(key, echo + 8))
		return false;
	out->own = memcmp(out->from, p + (four ? 12 : 8), size) == 0;
	return true;
}

static void
parse_icmp(struct hop_seen *out, const struct hop_key *key, uint16_t most,
    const uint8_t *p, size_t n)
{
	bool four = key->family == 4;
	bool from_target = memcmp(out->from, key->target, four ? 4 : 16) == 0;

	if (n < 8)
		return;
	if (p[0] == (four ? V4_ECHO_REPLY : V6_ECHO_REPLY)) {
		if (n == HOP_BYTES && from_target && has_cookie(key, p + 8) &&
		    is_ours(key, most, p, &out->number))
			out->kind = HOP_TARGET;
		return;
	}
	bool unreachable = p[0] == (four ? V4_UNREACHABLE : V6_UNREACHABLE);
	bool expired = p[0] == (four ? V4_EXPIRED : V6_EXPIRED) && p[1] == 0;
	if ((!unreachable && !expired) || !quotes_us(out, key, most, p + 8, n - 8))
		return;
	out->kind = expired ? HOP_ROUTER : from_target ? HOP_TARGET : HOP_UNREACHABLE;
}

void
hop_parse(struct hop_seen *out, const struct hop_key *key, uint16_t most,
    const uint8_t from[16], const uint8_t *p, size_t n)
{
	*out = (struct hop_seen){.kind = HOP_SILENT};
	if (key->family == 6) {
		memcpy(out->from, from, 16);
		parse_icmp(out, key, most, p, n);
		return;
	}
	size_t header = n > 0 ? (size_t)(p[0] & 15) * 4 : 0;
	if (n < 20 || p[0] >> 4 != 4 || header < 20 || n < header + 8 ||
	    sum_of(p + header, n - header) != 0xffff)
		return;
	memcpy(out->from, p + 12, 4);
	parse_icmp(out, key, most, p + header, n - header);
}

/* ---- what wakes us ---- */

static void
filter_v4(int fd, uint16_t ident)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V4_ECHO_REPLY, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V4_UNREACHABLE, 3, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V4_EXPIRED, 2, 5),
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 2, 3),
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 20 + 4), /* quoted without options */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, PACKET_MOST),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void
filter_v6(int fd, uint16_t ident)
{
	struct icmp6_filter types;
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V6_ECHO_REPLY, 0, 2),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 2, 3),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 8 + 40 + 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, PACKET_MOST),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	ICMP6_FILTER_SETBLOCKALL(&types);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &types);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &types);
	(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types);
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void
hop_filter(int fd, const struct hop_key *key)
{
	key->family == 4 ? filter_v4(fd, key->ident) : filter_v6(fd, key->ident);
}

/* ---- whose hops are whose ---- */

static bool
is_private(uint8_t family, const uint8_t *a)
{
	if (family == 6)
		return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
	return a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
	       (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254);
}

/* How many hops there are up to the gateway, itself included; 0 where nobody knows. */
static unsigned
up_to(const struct path *p, const struct gateway *gateway)
{
	if (gateway_is_near(gateway))
		return 1;
	for (unsigned i = 0; p->family == gateway->family && i < p->n_hops; i++)
		if (p->hops[i].kind == HOP_ROUTER &&
		    memcmp(p->hops[i].from, gateway->address, p->family == 4 ? 4 : 16) ==
		        0)
			return i + 1;
	return 0;
}

uint8_t
hop_isp(const struct path *p, const struct gateway *gateway)
{
	unsigned behind = up_to(p, gateway);

	for (unsigned i = behind; i < p->n_hops; i++)
		if (p->hops[i].kind == HOP_ROUTER &&
		    (behind > 0 || !is_private(p->family, p->hops[i].from)))
			return (uint8_t)(i + 1);
	return 0;
}
