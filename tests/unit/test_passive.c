/*
 * Captured packets as bytes: what the parser takes and refuses, what becomes of
 * handshakes, and how our own sendings are found again.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/flows.h"
#include "collector/passive.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define MS NS_PER_MS
#define S  NS_PER_S

static const uint8_t HERE[16] = {10, 0, 0, 2}, THERE[16] = {192, 0, 2, 1};

/* A segment between the two, of either family. Result: its length. */
static size_t
segment(uint8_t *p, int family, bool leaves, uint16_t near, uint16_t far, uint8_t flags,
    uint32_t seq, uint32_t ack)
{
	size_t ip = family == 4 ? 20 : 40, size = family == 4 ? 4 : 16;
	uint16_t from = leaves ? near : far, to = leaves ? far : near;

	memset(p, 0, ip + 20);
	p[0] = family == 4 ? 0x45 : 0x60;
	p[family == 4 ? 9 : 6] = IPPROTO_TCP;
	memcpy(p + (family == 4 ? 12 : 8), leaves ? HERE : THERE, size);
	memcpy(p + (family == 4 ? 16 : 24), leaves ? THERE : HERE, size);
	uint8_t tcp[20] = {(uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(to >> 8),
	    (uint8_t)to, (uint8_t)(seq >> 24), (uint8_t)(seq >> 16), (uint8_t)(seq >> 8),
	    (uint8_t)seq, (uint8_t)(ack >> 24), (uint8_t)(ack >> 16), (uint8_t)(ack >> 8),
	    (uint8_t)ack, 0x50, flags};
	memcpy(p + ip, tcp, sizeof tcp);
	return ip + sizeof tcp;
}

static void
see(struct passive *p, int family, bool leaves, uint16_t near, uint8_t flags,
    uint32_t seq, uint32_t ack, int64_t at)
{
	struct packet t;
	uint8_t bytes[80];
	size_t n = segment(bytes, family, leaves, near, 443, flags, seq, ack);

	assert_true(packet_parse(&t, bytes, n));
	passive_packet(p, &t, leaves, (mono_t){at});
}

static void
handshakes(void **state)
{
	struct passive *p = passive_new();
	const struct passive_counts *n = passive_counts(p);

	(void)state;
	for (int f = 4; f <= 6; f += 2) {
		uint16_t port = (uint16_t)(1000 * f);
		int64_t t = f * 100 * S;
		see(p, f, true, port, PACKET_SYN, 7, 0, t);
		see(p, f, false, port, PACKET_SYN | PACKET_ACK, 99, 8, t + 30 * MS);
		see(p, f, false, port, PACKET_SYN | PACKET_ACK, 99, 8, t + 31 * MS);
		/* Refused; another connection by the same ports; sent again. */
		see(p, f, true, port, PACKET_SYN, 1000, 0, t + S);
		see(p, f, false, port, PACKET_RST | PACKET_ACK, 0, 1001, t + S + MS);
		see(p, f, true, (uint16_t)(port + 1), PACKET_SYN, 5, 0, t + S);
		see(p, f, true, (uint16_t)(port + 1), PACKET_SYN, 5, 0, t + 2 * S);
		see(p, f, false, (uint16_t)(port + 1), PACKET_SYN | PACKET_ACK, 1, 6,
		    t + 2 * S + MS);
		/* Into the dark; and answers to nothing that was asked. */
		see(p, f, true, (uint16_t)(port + 2), PACKET_SYN, UINT32_MAX, 0, t + S);
		see(p, f, false, (uint16_t)(port + 2), PACKET_SYN | PACKET_ACK, 1, 55,
		    t + 3 * S);
		see(p, f, false, 80, PACKET_RST | PACKET_ACK, 1, 55, t + 3 * S);
		see(p, f, false, 22, PACKET_SYN, 1, 0, t + 3 * S); /* from outside */
		passive_expire(p, (mono_t){t + 11 * S});
		assert_int_equal(n->unanswered, f == 4 ? 0 : 1);
		passive_expire(p, (mono_t){t + 11 * S + 1});
		assert_int_equal(n->unanswered, f == 4 ? 1 : 2);
	}
	assert_int_equal(n->attempted, 8);
	assert_int_equal(n->answered, 4);
	assert_int_equal(n->refused, 2);
	assert_int_equal(n->timed, 2);
	assert_int_equal(n->rtt_us, 60000);
	assert_int_equal(n->unfollowed, 0);
	passive_free(p);
}

/* A datagram's header and an echo reply of an odd length, summed by another program. No
 * bit of what is summed may change. */
static void
what_was_changed_on_the_way_is_not_whole(void **state)
{
	static const uint8_t FOUR[] = {0x45, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x40, 0x00,
	    0x40, 0x11, 0xb8, 0xb8, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7, 0, 53,
	    0, 54, 0, 8, 0, 0};
	static const uint8_t SIX[] = {0x60, 0, 0, 0, 0, 0x15, 0x3a, 0x40, 0x20, 0x01,
	    0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x20, 0x01, 0x0d, 0xb8, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x81, 0x00, 0x4c, 0x05, 0xbe, 0xef, 0x00,
	    0x07, 0x6c, 0x69, 0x6e, 0x6b, 0x77, 0x69, 0x74, 0x6e, 0x65, 0x73, 0x73, 0x21,
	    0x78};
	const struct {
		const uint8_t *p;
		size_t n, from, to; /* the bytes that are summed */
	} CASES[] = {{FOUR, sizeof FOUR, 1, 20}, {SIX, sizeof SIX, 8, sizeof SIX}};
	struct packet t;
	uint8_t p[80];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		memcpy(p, CASES[i].p, CASES[i].n);
		assert_true(packet_parse(&t, p, CASES[i].n));
		assert_true(packet_whole(&t));
		for (size_t bit = CASES[i].from * 8; bit < CASES[i].to * 8; bit++) {
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (packet_parse(&t, p, CASES[i].n))
				assert_false(packet_whole(&t));
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_true(packet_parse(&t, p, CASES[i].n));
		assert_true(packet_whole(&t));
	}
}

/* A driver may leave a frame's check sequence, a switch a trailer: that is no part of the
 * packet. A length of zero is that of segments not cut yet. */
static void
what_stands_behind_a_packet_is_not_of_it(void **state)
{
	struct packet t;
	uint8_t p[120] = {0x45, [3] = 84, [9] = IPPROTO_ICMP},
	        six[120] = {0x60, [5] = 64, [6] = IPPROTO_ICMPV6};

	(void)state;
	for (size_t n = 84; n <= 100; n++) {
		assert_true(packet_parse(&t, p, n));
		assert_int_equal(t.body_n, 64);
		assert_true(packet_parse(&t, six, n + 20));
		assert_int_equal(t.body_n, 64);
	}
	p[3] = six[5] = 0;
	assert_true(packet_parse(&t, p, 100));
	assert_int_equal(t.body_n, 80);
	assert_true(packet_parse(&t, six, 120));
	assert_int_equal(t.body_n, 80);
	p[3] = 24; /* too short for what it says it is */
	assert_false(packet_parse(&t, p, 100));
}

/* More than are followed: all are counted as attempts, and what is not known says so. */
static void
too_many(void **state)
{
	struct passive *p = passive_new();
	const struct passive_counts *n = passive_counts(p);
	const uint32_t MANY = 20000;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		see(p, 4, true, (uint16_t)i, PACKET_SYN, i, 0, S + i);
	for (uint32_t i = 0; i < MANY; i++)
		see(p, 4, false, (uint16_t)i, PACKET_SYN | PACKET_ACK, 1, i + 1, 2 * S);
	passive_expire(p, (mono_t){20 * S});
	assert_int_equal(n->attempted, MANY);
	assert_int_equal(n->answered + n->unfollowed, MANY);
	assert_true(n->answered >= 4096);
	assert_int_equal(n->unanswered, 0);
	/* Those that end at once make room: any number of them is followed. */
	uint64_t before = n->answered;
	for (uint32_t i = 0; i < MANY; i++) {
		int64_t at = 30 * S + i;
		see(p, 4, true, (uint16_t)i, PACKET_SYN, i, 0, at);
		see(p, 4, false, (uint16_t)i, PACKET_SYN | PACKET_ACK, 1, i + 1, at);
	}
	assert_int_equal(n->answered, before + MANY);
	passive_free(p);
}

/* Cut at each length, and with each byte turned: never read beyond, by the sanitizer. */
static void
cut(void **state)
{
	static const uint8_t EXTENDED[] = {IPPROTO_TCP, 0, 0, 0, 0, 0, 0, 0};
	struct packet t;
	uint8_t whole[120];
	unsigned taken = 0;

	(void)state;
	for (int f = 4; f <= 6; f += 2) {
		size_t n = segment(whole, f, true, 1, 2, PACKET_SYN, 3, 4);
		for (size_t len = 0; len <= n; len++) {
			uint8_t *exact = malloc(len > 0 ? len : 1);
			memcpy(exact, whole, len);
			assert_int_equal(packet_parse(&t, exact, len), len == n);
			for (size_t i = 0; i < len; i++) {
				for (unsigned v = 0; v < 256; v += 15) {
					exact[i] = (uint8_t)v;
					taken += packet_parse(&t, exact, len);
				}
				exact[i] = whole[i];
			}
			free(exact);
		}
	}
	assert_true(taken > 0);
	size_t n = segment(whole, 6, true, 1, 2, PACKET_SYN, 3, 4);
	memmove(whole + 48, whole + 40, n - 40);
	memcpy(whole + 40, EXTENDED, sizeof EXTENDED);
	whole[6] = IPPROTO_HOPOPTS;
	assert_true(packet_parse(&t, whole, n + 8));
	assert_int_equal(t.to_port, 2);
	n = segment(whole, 4, true, 1, 2, PACKET_SYN, 3, 4);
	whole[7] = 1; /* a fragment that is not the first */
	assert_false(packet_parse(&t, whole, n));
}

static struct flow
flow_at(uint16_t port, uint64_t seq, int64_t at)
{
	struct flow f = {.protocol = IPPROTO_TCP,
	    .family = 4,
	    .local_port = port,
	    .remote_port = 443,
	    .probe = 3,
	    .seq = seq,
	    .at = {at}};

	memcpy(f.local, HERE, 4);
	memcpy(f.remote, THERE, 4);
	return f;
}

static void
own_flows(void **state)
{
	struct flows *flows = flows_new();
	struct packet t;
	uint8_t bytes[80];

	(void)state;
	flows_reserve(flows, 1000);
	for (uint16_t i = 0; i < 1000; i++) {
		struct flow f = flow_at((uint16_t)(1000 + i), i, S + i * MS);
		assert_true(flows_add(flows, &f));
	}
	for (uint16_t i = 0; i < 1000; i++) {
		for (int leaves = 0; leaves < 2; leaves++) {
			size_t n = segment(bytes, 4, leaves, (uint16_t)(1000 + i), 443,
			    PACKET_SYN, 0, 0);
			assert_true(packet_parse(&t, bytes, n));
			const struct flow *f = flows_find(flows, &t, leaves);
			assert_non_null(f);
			assert_int_equal(f->seq, i);
			assert_null(flows_find(flows, &t, !leaves));
		}
	}
	/* After ten seconds and a little they make room, and are known no more. */
	for (uint16_t i = 0; i < 2000; i++) {
		struct flow f = flow_at((uint16_t)(5000 + i % 1000), i, 20 * S + i * MS);
		assert_int_equal(flows_add(flows, &f), i < 1024);
	}
	size_t n = segment(bytes, 4, true, 1000, 443, PACKET_SYN, 0, 0);
	assert_true(packet_parse(&t, bytes, n));
	assert_null(flows_find(flows, &t, true));
	flows_free(flows);
}

/* The connection of a test is announced before the kernel has chosen its own address: any
 * local address is it, but no other port and no other end. */
static void
flows_before_they_connect(void **state)
{
	struct flows *flows = flows_new();
	struct flow any = flow_at(1000, 1, S), exact = flow_at(1000, 2, S + MS);
	struct packet t;
	uint8_t bytes[80];

	(void)state;
	memset(any.local, 0, sizeof any.local);
	assert_true(flows_add(flows, &any));
	for (int leaves = 0; leaves < 2; leaves++) {
		size_t n = segment(bytes, 4, leaves, 1000, 443, PACKET_SYN, 0, 0);
		assert_true(packet_parse(&t, bytes, n));
		const struct flow *f = flows_find(flows, &t, leaves);
		assert_non_null(f);
		assert_int_equal(f->seq, 1);
		t.protocol = IPPROTO_UDP;
		assert_null(flows_find(flows, &t, leaves));
		n = segment(bytes, 4, leaves, 1001, 443, PACKET_SYN, 0, 0);
		assert_true(packet_parse(&t, bytes, n));
		assert_null(flows_find(flows, &t, leaves));
		n = segment(bytes, 4, leaves, 1000, 80, PACKET_SYN, 0, 0);
		assert_true(packet_parse(&t, bytes, n));
		assert_null(flows_find(flows, &t, leaves));
	}
	/* What is known whole goes before. */
	assert_true(flows_add(flows, &exact));
	size_t n = segment(bytes, 4, true, 1000, 443, PACKET_SYN, 0, 0);
	assert_true(packet_parse(&t, bytes, n));
	assert_int_equal(flows_find(flows, &t, true)->seq, 2);
	flows_free(flows);
}

static void
others_bytes(void **state)
{
	(void)state;
	assert_int_equal(passive_others(1500, 1000, 130, 100), 470);
	assert_int_equal(passive_others(1500, 1500, 100, 100), 0);
	/* Segments that are cut later: more is ours than there was. */
	assert_int_equal(passive_others(1500, 1000, 700, 100), 0);
	/* Counters that began anew. */
	assert_int_equal(passive_others(10, 1000, 130, 100), 0);
	assert_int_equal(passive_others(1500, 1000, 30, 100), 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(handshakes),
	    cmocka_unit_test(what_was_changed_on_the_way_is_not_whole),
	    cmocka_unit_test(what_stands_behind_a_packet_is_not_of_it),
	    cmocka_unit_test(too_many), cmocka_unit_test(cut),
	    cmocka_unit_test(own_flows), cmocka_unit_test(flows_before_they_connect),
	    cmocka_unit_test(others_bytes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
