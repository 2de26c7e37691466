/*
 * ICMP as an enemy would send it, through the parser of traces. The first byte of the
 * input says what the rest becomes:
 *
 *   bit 0    IPv6, else IPv4
 *   bits 1-2 0 the packet is the rest, byte by byte
 *            1 an answer of the target, with the rest as exclusive-or over it
 *            2 a router's error that quotes us, likewise
 *            3 the same, quoting no more than eight bytes
 *   bit 3    an IPv4 checksum is made right afterwards
 *   bits 4-7 words of options in the outer (IPv4) header
 *
 * What is taken for ours must carry all that makes it ours, looked for here again.
 *
 * Links: collector/hop.c
 */
#include "collector/hop.h"

#include <stdlib.h>
#include <string.h>

#define ROOM   2048
#define NUMBER 7
#define SENT   30

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct hop_key key = {
    .target = {192, 0, 2, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    .ident = 0x4711,
    .first = 0xfffe,
    .sum = 0x0815,
    .cookie = 0x0123456789abcdefull};

static const uint8_t ROUTER[16] = {203, 0, 113, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const uint8_t US[16] = {192, 168, 1, 10, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

struct packet {
	uint8_t bytes[ROOM];
	size_t n, icmp;
};

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint16_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)p[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void
put(struct packet *k, const void *p, size_t n)
{
	must(k->n + n <= ROOM);
	memcpy(k->bytes + k->n, p, n);
	k->n += n;
}

static void
put_ip(struct packet *k, const uint8_t *from, const uint8_t *to, unsigned options)
{
	uint8_t head[80] = {0};
	bool four = key.family == 4;

	head[0] = four ? (uint8_t)(0x45 + options) : 0x60;
	head[four ? 9 : 6] = four ? 1 : 58;
	memcpy(head + (four ? 12 : 8), from, four ? 4 : 16);
	memcpy(head + (four ? 16 : 24), to, four ? 4 : 16);
	put(k, head, four ? 20 + 4 * (size_t)options : 40);
}

static void
make(struct packet *k, unsigned what, unsigned options)
{
	uint8_t ours[HOP_BYTES], error[8] = {0};
	bool four = key.family == 4;

	hop_build(ours, &key, NUMBER);
	if (four)
		put_ip(k, what == 1 ? key.target : ROUTER, US, options);
	k->icmp = k->n;
	if (what == 1) {
		ours[0] = four ? 0 : 129;
	} else {
		error[0] = four ? 11 : 3;
		put(k, error, sizeof error);
		put_ip(k, US, key.target, 0);
	}
	put(k, ours, what == 3 ? 8 : sizeof ours);
}

static void
make_right(struct packet *k)
{
	size_t header = (size_t)(k->bytes[0] & 15) * 4;

	if (k->n < header + 8)
		return;
	uint8_t *p = k->bytes + header;
	p[2] = p[3] = 0;
	uint16_t sum = (uint16_t)~sum_of(p, k->n - header);
	p[2] = (uint8_t)(sum >> 8);
	p[3] = (uint8_t)sum;
}

static bool
cookie_at(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v == key.cookie;
}

static void
check_ours(const uint8_t *icmp, size_t n, const struct hop_seen *seen, bool sum_is_right)
{
	bool four = key.family == 4;
	size_t size = four ? 4 : 16;
	const uint8_t *echo = icmp;

	must(sum_is_right && seen->number < SENT);
	if (icmp[0] == (four ? 0 : 129)) {
		must(seen->kind == HOP_TARGET && n == HOP_BYTES && cookie_at(icmp + 8));
		must(memcmp(seen->from, key.target, size) == 0);
	} else {
		const uint8_t *quote = icmp + 8;
		size_t header = four ? (size_t)(quote[0] & 15) * 4 : 40;
		must(n >= 8 + header + 8);
		must(memcmp(quote + (four ? 16 : 24), key.target, size) == 0);
		echo = quote + header;
		must(echo[0] == (four ? 8 : 128));
		must((four && get16(echo + 2) == key.sum) ||
		     (n >= 8 + header + 16 && cookie_at(echo + 8)));
		must(seen->own ==
		     (memcmp(quote + (four ? 12 : 8), seen->from, size) == 0));
		must((seen->kind == HOP_ROUTER) == (icmp[0] == (four ? 11 : 3)));
	}
	must(get16(echo + 4) == key.ident);
	must((uint16_t)(get16(echo + 6) - key.first) == seen->number);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct packet k = {.n = 0};
	struct hop_seen seen;

	if (n == 0 || n > 1024)
		return 0;
	unsigned what = p[0] >> 1 & 3;
	key.family = p[0] & 1 ? 6 : 4;
	if (what == 0) {
		put(&k, p + 1, n - 1);
	} else {
		make(&k, what, p[0] >> 4 < 10 ? p[0] >> 4 : 0);
		for (size_t i = 0; i + 1 < n; i++)
			k.bytes[i % k.n] ^= p[i + 1];
	}
	if (key.family == 4 && k.n > 20 && (p[0] & 8))
		make_right(&k);
	/* In memory of just its size: a byte too far is seen. */
	uint8_t *exact = malloc(k.n > 0 ? k.n : 1);
	must(exact != NULL);
	memcpy(exact, k.bytes, k.n);
	hop_parse(&seen, &key, SENT, ROUTER, exact, k.n);
	if (seen.kind != HOP_SILENT) {
		size_t header = key.family == 4 ? (size_t)(exact[0] & 15) * 4 : 0;
		must(k.n >= header + 8);
		check_ours(exact + header, k.n - header, &seen,
		    key.family == 6 || sum_of(exact + header, k.n - header) == 0xffff);
	} else {
		/* Nothing was changed: then it is ours. */
		must(what == 0 || n > 1 || key.family == 6 || (p[0] & 8) == 0);
	}
	free(exact);
	return 0;
}
