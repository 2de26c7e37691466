#include "collector/echo.h"

#include <string.h>

/* Payload: cookie 4, probe 4, seq 8, check 8, the rest a pattern. */
#define MARK_BYTES 24

enum {
	V4_ECHO_REPLY = 0,
	V4_UNREACHABLE = 3,
	V4_PORT = 3, /* its code */
	V4_ECHO = 8,
	V4_EXPIRED = 11,
	V6_UNREACHABLE = 1,
	V6_PORT = 4, /* its code */
	V6_EXPIRED = 3,
	V6_ECHO = 128,
	V6_ECHO_REPLY = 129
};

static void
put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t
get(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Two rounds of splitmix64 over both keys: enough that a stranger cannot guess it. */
static uint64_t
check_of(const struct echo_key *key, uint32_t probe, uint64_t seq)
{
	uint64_t z = key->k[0] ^ (seq * 0x9e3779b97f4a7c15ull) ^ probe;

	for (int i = 0; i < 2; i++) {
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
		z ^= (z >> 31) ^ key->k[1];
	}
	return z;
}

static uint16_t
internet_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
echo_build(uint8_t out[ECHO_BYTES], int family, const struct echo_key *key,
    uint32_t probe, uint64_t seq)
{
	memset(out, 0, 8);
	out[0] = family == 4 ? V4_ECHO : V6_ECHO;
	out[4] = (uint8_t)(key->ident >> 8);
	out[5] = (uint8_t)key->ident;
	out[6] = (uint8_t)(seq >> 8);
	out[7] = (uint8_t)seq;
	put(out + 8, key->cookie, 4);
	put(out + 12, probe, 4);
	put(out + 16, seq, 8);
	put(out + 24, check_of(key, probe, seq), 8);
	for (unsigned i = 8 + MARK_BYTES; i < ECHO_BYTES; i++)
		out[i] = (uint8_t)i;
	if (family == 4) {
		uint16_t sum = internet_sum(out, ECHO_BYTES);
		out[2] = (uint8_t)(sum >> 8);
		out[3] = (uint8_t)sum;
	}
}

/* What RFC 792 says comes back as it was sent. */
static bool
is_of(const struct echo_key *key, const uint8_t *icmp, uint64_t seq)
{
	return (icmp[4] << 8 | icmp[5]) == key->ident &&
	       (icmp[6] << 8 | icmp[7]) == (int)(seq & 0xffff);
}

static bool
read_mark(const struct echo_key *key, const uint8_t *p, uint32_t *probe, uint64_t *seq)
{
	uint32_t a = (uint32_t)get(p + 4, 4);
	uint64_t b = get(p + 8, 8);

	if (get(p, 4) != key->cookie || get(p + 16, 8) != check_of(key, a, b))
		return false;
	*probe = a;
	*seq = b;
	return true;
}

/* The echo request quoted in an error: behind the IP header it quotes. */
static bool
read_quote(struct echo_seen *out, const struct echo_key *key, int family,
    const uint8_t *p, size_t n)
{
	size_t header = family == 4 ? (n > 0 ? (size_t)(p[0] & 15) * 4 : 0) : 40;

	if (header < 20 || n < header + 8 + MARK_BYTES)
		return false;
	if (family == 4)
		memcpy(out->sender, p + 12, 4);
	else
		memcpy(out->sender, p + 8, 16);
	p += header;
	return read_mark(key, p + 8, &out->probe, &out->seq) && is_of(key, p, out->seq);
}

static enum echo_kind
kind_of(struct echo_seen *out, const struct echo_key *key, int family, const uint8_t *p,
    size_t n)
{
	bool four = family == 4;

	if (p[0] == (four ? V4_ECHO_REPLY : V6_ECHO_REPLY))
		return n == ECHO_BYTES && read_mark(key, p + 8, &out->probe, &out->seq) &&
		               is_of(key, p, out->seq)
		           ? ECHO_REPLY
		           : ECHO_NOT_OURS;
	bool unreachable = p[0] == (four ? V4_UNREACHABLE : V6_UNREACHABLE);
	if ((!unreachable && p[0] != (four ? V4_EXPIRED : V6_EXPIRED)) ||
	    !read_quote(out, key, family, p + 8, n - 8))
		return ECHO_NOT_OURS;
	if (!unreachable)
		return ECHO_EXPIRED;
	return p[1] == (four ? V4_PORT : V6_PORT) ? ECHO_REJECTED : ECHO_UNREACHABLE;
}

void
echo_parse(struct echo_seen *out, int family, const struct echo_key *key,
    const uint8_t *p, size_t n)
{
	memset(out, 0, sizeof *out);
	if (family == 4) {
		size_t header = n > 0 ? (size_t)(p[0] & 15) * 4 : 0;
		if (n < 20 || p[0] >> 4 != 4 || header < 20 || n < header + 8)
			return;
		memcpy(out->from, p + 12, 4);
		p += header;
		n -= header;
	}
	if (n < 8)
		return;
	out->type = p[0];
	out->code = p[1];
	out->kind = kind_of(out, key, family, p, n);
}

bool
echo_recognise(const struct echo_key *key, const uint8_t *p, size_t n, uint32_t *probe,
    uint64_t *seq)
{
	if (n < ECHO_PAYLOAD)
		return false;
	return read_mark(key, p + n - ECHO_PAYLOAD, probe, seq);
}

bool
echo_captured(const struct echo_key *key, int family, bool translated, const uint8_t *p,
    size_t n, uint32_t *probe, uint64_t *seq)
{
	struct echo_seen seen = {0};
	struct echo_key wire = *key;

	if (n < 8)
		return false;
	if (p[0] == (family == 4 ? V4_ECHO : V6_ECHO))
		return n == ECHO_BYTES && read_mark(key, p + 8, probe, seq);
	if (translated && p[0] == (family == 4 ? V4_ECHO_REPLY : V6_ECHO_REPLY))
		wire.ident = (uint16_t)(p[4] << 8 | p[5]);
	if (kind_of(&seen, &wire, family, p, n) == ECHO_NOT_OURS)
		return false;
	*probe = seen.probe;
	*seq = seen.seq;
	return true;
}
