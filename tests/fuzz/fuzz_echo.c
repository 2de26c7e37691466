/*
 * ICMP as an enemy would send it, through the parser of echoes. The first byte of the
 * input says what the rest becomes, the second how far it is cut and which bits are set:
 *
 *   bit 0    IPv6, else IPv4
 *   bits 1-2 0 the packet is the rest, byte by byte
 *            1 an answer to us, with the rest as exclusive-or over it
 *            2 an error that quotes us, likewise
 *            3 our request as the error queue has it, behind headers, likewise
 *   bit 3    somebody else's key
 *   bits 4-7 words of options in the outer (IPv4) header
 *
 * Our own marks are made here by echo_build, so that nothing is ours unless its bytes are
 * those of a request of ours.
 *
 * Links: collector/echo.c
 */
#include "collector/echo.h"

#include <stdlib.h>
#include <string.h>

#define ROOM  2048
#define MARK  24 /* the part of our payload that makes it ours */
#define PROBE 70001u
#define SEQ   0x123456789abull

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct echo_key key = {
    {0x0123456789abcdefull, 0xfedcba9876543210ull}, 4711, 815};
static const struct echo_key stranger = {
    {0x0123456789abcdefull, 0xfedcba9876543211ull}, 4711, 815};

struct packet {
	uint8_t bytes[ROOM];
	size_t n;
	int family;
	size_t icmp; /* where the ICMP header begins */
};

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* Are these bytes the mark of the request of so many? */
static bool
is_mark(const uint8_t *p, uint32_t probe, uint64_t seq)
{
	uint8_t ours[ECHO_BYTES];

	echo_build(ours, 6, &key, probe, seq);
	return memcmp(p, ours + 8, MARK) == 0;
}

static void
put(struct packet *k, const void *p, size_t n)
{
	must(k->n + n <= ROOM);
	memcpy(k->bytes + k->n, p, n);
	k->n += n;
}

/* An IP header with so many words of options (of IPv6: none). */
static void
put_ip(struct packet *k, int family, unsigned options)
{
	uint8_t head[60] = {0};

	head[0] = family == 4 ? (uint8_t)(0x45 + options) : 0x60;
	for (int i = 0; i < 16; i++)
		head[(family == 4 ? 12 : 8) + i] = (uint8_t)(0xa0 + i);
	put(k, head, family == 4 ? 20 + 4 * (size_t)options : 40);
}

static void
make(struct packet *k, unsigned what, unsigned options, const struct echo_key *by)
{
	uint8_t ours[ECHO_BYTES], error[8] = {0};
	bool four = k->family == 4;

	echo_build(ours, k->family, by, PROBE, SEQ);
	if (four)
		put_ip(k, 4, options);
	k->icmp = k->n;
	if (what == 1) {
		ours[0] = four ? 0 : 129;
	} else if (what == 2) {
		error[0] = four ? 3 : 1;
		put(k, error, sizeof error);
		put_ip(k, k->family, 0);
	} else if (!four) {
		put_ip(k, 6, 0);
	}
	put(k, ours, sizeof ours);
}

static void
check_error(const struct packet *k, size_t n, const struct echo_seen *seen)
{
	const uint8_t *icmp = k->bytes + k->icmp, *quote = icmp + 8;
	bool four = k->family == 4;
	size_t header = four ? (size_t)(quote[0] & 15) * 4 : 40;

	must(n >= k->icmp + 8 + header + 8 + MARK);
	must(is_mark(quote + header + 8, seen->probe, seen->seq));
	must(memcmp(seen->sender, quote + (four ? 12 : 8), four ? 4 : 16) == 0);
	if (seen->kind == ECHO_EXPIRED)
		must(icmp[0] == (four ? 11 : 3));
	else
		must(icmp[0] == (four ? 3 : 1) &&
		     (seen->kind == ECHO_REJECTED) == (icmp[1] == (four ? 3 : 4)));
}

/* The first ${n} bytes, in memory of that size. Result: what they were taken for. */
static enum echo_kind
check_parse(struct packet *k, size_t n)
{
	struct echo_seen seen, again;
	uint8_t *exact = malloc(n > 0 ? n : 1);

	must(exact != NULL);
	memcpy(exact, k->bytes, n);
	memset(&seen, 0xff, sizeof seen);
	echo_parse(&seen, k->family, &key, exact, n);
	echo_parse(&again, k->family, &key, exact, n);
	must(memcmp(&seen, &again, sizeof seen) == 0);
	if (seen.kind != ECHO_NOT_OURS) {
		if (k->family == 4) /* the header may have been altered */
			k->icmp = (size_t)(exact[0] & 15) * 4;
		must(n >= k->icmp + 8 && seen.type == exact[k->icmp]);
		must(seen.code == exact[k->icmp + 1]);
		must(k->family == 6 || memcmp(seen.from, exact + 12, 4) == 0);
	}
	if (seen.kind == ECHO_REPLY)
		must(n == k->icmp + ECHO_BYTES &&
		     exact[k->icmp] == (k->family == 4 ? 0 : 129) &&
		     is_mark(exact + k->icmp + 8, seen.probe, seen.seq));
	else if (seen.kind != ECHO_NOT_OURS)
		check_error(k, n, &seen);
	echo_parse(&again, k->family, &stranger, exact, n);
	must(again.kind == ECHO_NOT_OURS || seen.kind == ECHO_NOT_OURS);
	free(exact);
	return seen.kind;
}

static bool
check_recognise(const struct packet *k, size_t n)
{
	uint8_t *exact = malloc(n > 0 ? n : 1);
	uint32_t probe = 0;
	uint64_t seq = 0;

	must(exact != NULL);
	memcpy(exact, k->bytes, n);
	bool ours = echo_recognise(&key, exact, n, &probe, &seq);
	must(!ours ||
	     (n >= ECHO_PAYLOAD && is_mark(exact + n - ECHO_PAYLOAD, probe, seq)));
	free(exact);
	return ours;
}

/* What was not altered is taken for what it is, at its full length and at none less but
 * an error from its quoted mark on. */
static void
check_whole(struct packet *k, unsigned what, bool foreign)
{
	size_t quoted = k->icmp + 8 + (k->family == 4 ? 20 : 40) + 8 + MARK;

	for (size_t n = 0; n <= k->n; n++) {
		enum echo_kind want = ECHO_NOT_OURS;
		if (what == 1 && n == k->n)
			want = ECHO_REPLY;
		if (what == 2 && n >= quoted)
			want = ECHO_UNREACHABLE;
		must(check_parse(k, n) == (foreign ? ECHO_NOT_OURS : want));
		must(check_recognise(k, n) == (!foreign && n == k->n));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct packet k = {.family = 4};
	bool altered = false, foreign;

	if (n < 2 || n > ROOM)
		return 0;
	unsigned what = p[0] >> 1 & 3, options = (p[0] >> 4) % 11;
	size_t cut = p[1];
	foreign = p[0] & 8;
	k.family = p[0] & 1 ? 6 : 4;
	p += 2;
	n -= 2;
	if (what == 0) {
		put(&k, p, n);
	} else {
		make(&k, what, options, foreign ? &stranger : &key);
		check_whole(&k, what, foreign);
		for (size_t i = 0; i < n && i < k.n; i++) {
			k.bytes[i] ^= p[i];
			altered |= p[i] != 0;
		}
	}
	for (size_t i = 0; i <= k.n; i += i < 200 ? 1 : 1 + cut) {
		check_parse(&k, i);
		check_recognise(&k, i);
	}
	enum echo_kind kind = check_parse(&k, k.n);
	check_recognise(&k, k.n);
	if (what == 1 && !altered)
		must((kind == ECHO_REPLY) == !foreign);
	return 0;
}
