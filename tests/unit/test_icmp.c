/*
 * ICMP as bytes, and the ruler that turns kernel stamps into durations: what is ours is
 * found, what is forged, foreign, cut or of another key is nobody's.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/icmp.h"
#include "collector/stamp.h"

#include <stdlib.h>
#include <string.h>

static const struct echo_key KEY = {
    {0x1122334455667788, 0x99aabbccddeeff00}, 0xbeef, 0x5ca1ab1e};
static const struct echo_key OTHER = {
    {0x1122334455667788, 0x99aabbccddeeff01}, 0xbeef, 0x5ca1ab1e};
static const uint8_t SELF[16] = {10, 9, 0, 2}, PEER[16] = {10, 9, 1, 2};

/* An IPv4 header of so many words, or an IPv6 one. */
static size_t
header(uint8_t *p, int family, unsigned words, const uint8_t *from, const uint8_t *to)
{
	size_t size = family == 4 ? (size_t)words * 4 : 40;

	memset(p, 0, size);
	p[0] = family == 4 ? (uint8_t)(0x40 | words) : 0x60;
	memcpy(p + (family == 4 ? 12 : 8), from, family == 4 ? 4 : 16);
	memcpy(p + (family == 4 ? 16 : 24), to, family == 4 ? 4 : 16);
	return size;
}

/* Our echo request, turned into the reply, as a raw socket of the family gives it. */
static size_t
reply(uint8_t *p, int family, unsigned words, uint32_t probe, uint64_t seq)
{
	size_t at = family == 4 ? header(p, 4, words, PEER, SELF) : 0;

	echo_build(p + at, family, &KEY, probe, seq);
	p[at] = family == 4 ? 0 : 129;
	return at + ECHO_BYTES;
}

/* An error that quotes so much of our echo request. */
static size_t
error(uint8_t *p, int family, uint8_t type, uint8_t code, unsigned quoted_words,
    size_t quoted)
{
	size_t at = family == 4 ? header(p, 4, 5, PEER, SELF) : 0;

	memset(p + at, 0, 8);
	p[at] = type;
	p[at + 1] = code;
	at += 8;
	at += header(p + at, family, quoted_words, SELF, PEER);
	echo_build(p + at, family, &KEY, 7, 70000);
	return at + quoted;
}

static enum echo_kind
kind(int family, const struct echo_key *key, const uint8_t *p, size_t n)
{
	struct echo_seen seen;

	echo_parse(&seen, family, key, p, n);
	return seen.kind;
}

static void
a_reply_tells_probe_and_sending(void **state)
{
	static const struct {
		int family;
		unsigned words;
		uint32_t probe;
		uint64_t seq;
	} CASES[] = {{4, 5, 0, 1}, {4, 15, 3, 65536}, {4, 6, UINT32_MAX, UINT64_MAX},
	    {6, 0, 9, 1}, {6, 0, 12, 1ull << 40}};
	uint8_t p[256];

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct echo_seen seen;
		size_t n = reply(
		    p, CASES[i].family, CASES[i].words, CASES[i].probe, CASES[i].seq);
		echo_parse(&seen, CASES[i].family, &KEY, p, n);
		assert_int_equal(seen.kind, ECHO_REPLY);
		assert_int_equal(seen.probe, CASES[i].probe);
		assert_true(seen.seq == CASES[i].seq);
		if (CASES[i].family == 4)
			assert_memory_equal(seen.from, PEER, 4);
	}
}

static void
a_request_is_summed_as_rfc_1071_says(void **state)
{
	uint8_t p[ECHO_BYTES];
	uint32_t sum = 0;

	(void)state;
	for (uint64_t seq = 1; seq < 200; seq++) {
		echo_build(p, 4, &KEY, 5, seq * 65521);
		sum = 0;
		for (size_t i = 0; i < sizeof p; i += 2)
			sum += (uint32_t)p[i] << 8 | p[i + 1];
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(sum, 0xffff);
		assert_int_equal(p[4] << 8 | p[5], KEY.ident);
	}
}

static void
what_is_changed_is_nobodys(void **state)
{
	uint8_t p[256];

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		size_t n = reply(p, family, 5, 7, 70000), icmp = n - ECHO_BYTES;
		assert_int_equal(kind(family, &KEY, p, n), ECHO_REPLY);
		assert_int_equal(kind(family, &OTHER, p, n), ECHO_NOT_OURS);
		/* Every bit of identifier, number and mark: magic, probe, sequence
		 * number, check. */
		for (size_t bit = 0; bit < 28 * 8; bit++) {
			p[icmp + 4 + bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(kind(family, &KEY, p, n), ECHO_NOT_OURS);
			p[icmp + 4 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		/* A request, even ours (a loopback's copy), is no reply. */
		p[icmp] = family == 4 ? 8 : 128;
		assert_int_equal(kind(family, &KEY, p, n), ECHO_NOT_OURS);
	}
}

static void
what_is_cut_is_nobodys_and_nothing_is_read_beyond(void **state)
{
	uint8_t whole[256];

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		for (int what = 0; what < 2; what++) {
			size_t n = what == 0 ? reply(whole, family, 5, 7, 70000)
			                     : error(whole, family, family == 4 ? 3 : 1,
			                           1, 5, 8 + 24);
			for (size_t cut = 0; cut < n; cut++) {
				/* Memory of its exact size, for the sanitizers. */
				uint8_t *p = malloc(cut > 0 ? cut : 1);
				assert_non_null(p);
				memcpy(p, whole, cut);
				assert_int_equal(
				    kind(family, &KEY, p, cut), ECHO_NOT_OURS);
				free(p);
			}
			assert_int_not_equal(kind(family, &KEY, whole, n), ECHO_NOT_OURS);
		}
	}
}

static void
an_error_tells_what_it_is_and_whose_request_it_quotes(void **state)
{
	static const struct {
		int family;
		uint8_t type, code;
		enum echo_kind kind;
	} CASES[] = {{4, 3, 0, ECHO_UNREACHABLE}, {4, 3, 1, ECHO_UNREACHABLE},
	    {4, 3, 13, ECHO_UNREACHABLE}, {4, 3, 3, ECHO_REJECTED},
	    {4, 11, 0, ECHO_EXPIRED}, {4, 5, 0, ECHO_NOT_OURS}, {4, 12, 0, ECHO_NOT_OURS},
	    {6, 1, 0, ECHO_UNREACHABLE}, {6, 1, 3, ECHO_UNREACHABLE},
	    {6, 1, 4, ECHO_REJECTED}, {6, 3, 0, ECHO_EXPIRED}, {6, 2, 0, ECHO_NOT_OURS},
	    {6, 137, 0, ECHO_NOT_OURS}};
	uint8_t p[256];

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct echo_seen seen;
		int family = CASES[i].family;
		size_t n = error(p, family, CASES[i].type, CASES[i].code, 5, ECHO_BYTES);
		echo_parse(&seen, family, &KEY, p, n);
		assert_int_equal(seen.kind, CASES[i].kind);
		if (seen.kind == ECHO_NOT_OURS)
			continue;
		assert_int_equal(seen.probe, 7);
		assert_int_equal(seen.seq, 70000);
		assert_memory_equal(seen.sender, SELF, family == 4 ? 4 : 16);
	}
	/* With options in the quoted header, and one too short to be a header. */
	assert_int_equal(kind(4, &KEY, p, error(p, 4, 3, 1, 9, 32)), ECHO_UNREACHABLE);
	size_t n = error(p, 4, 3, 1, 5, 32);
	p[20 + 8] = 0x44;
	assert_int_equal(kind(4, &KEY, p, n), ECHO_NOT_OURS);
}

static void
our_packet_is_known_behind_any_header(void **state)
{
	uint8_t p[256] = {0};
	uint32_t probe;
	uint64_t seq;

	(void)state;
	for (size_t head = 0; head <= 100; head++) {
		echo_build(p + head, 4, &KEY, 42, head + 1);
		assert_true(echo_recognise(&KEY, p, head + ECHO_BYTES, &probe, &seq));
		assert_int_equal(probe, 42);
		assert_int_equal(seq, head + 1);
		assert_false(echo_recognise(&OTHER, p, head + ECHO_BYTES, &probe, &seq));
	}
	for (size_t n = 0; n < ECHO_PAYLOAD; n++)
		assert_false(echo_recognise(&KEY, p, n, &probe, &seq));
}

/* Where this host translates addresses the wire has another identifier, which the kernel
 * turns back before a socket sees it. All else is ours or nobody's. */
static void
on_the_wire_the_identifier_may_be_another(void **state)
{
	uint8_t p[ECHO_BYTES];
	uint32_t probe;
	uint64_t seq;

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		echo_build(p, family, &KEY, 7, 70000);
		p[4] ^= 0x5a;
		assert_true(
		    echo_captured(&KEY, family, false, p, sizeof p, &probe, &seq));
		p[0] = family == 4 ? 0 : 129;
		assert_false(
		    echo_captured(&KEY, family, false, p, sizeof p, &probe, &seq));
		probe = 0;
		assert_true(echo_captured(&KEY, family, true, p, sizeof p, &probe, &seq));
		assert_int_equal(probe, 7);
		assert_int_equal(seq, 70000);
		for (size_t bit = 6 * 8; bit < 32 * 8; bit++) {
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(
			    echo_captured(&KEY, family, true, p, sizeof p, &probe, &seq));
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static struct sample newest;

static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	(void)ctx;
	(void)probe;
	(void)seq;
	(void)at;
}

static void
on_sample(void *ctx, const struct sample *s)
{
	(void)ctx;
	newest = *s;
}

static int
send_it(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	(void)ctx;
	(void)probe;
	(void)seq;
	(void)now;
	(void)out;
	return 0;
}

/* A reload gives a probe another socket: that the one before it gave stamps is no reason
 * to call its sendings never sent. */
static void
by_another_socket_no_stamps_are_expected(void **state)
{
	static const struct transport T = {.send = send_it};
	static const struct probe_def DEF = {
	    .every_ns = NS_PER_S, .timeout_ns = NS_PER_S, .seed = 42};
	const struct engine_sink sink = {NULL, on_sent, on_sample};
	struct engine *e = engine_new(&sink);
	struct icmp *i = icmp_new(NULL, e);
	struct probe_conf conf = {.address = "192.0.2.1"};
	struct egress way = {0};
	mono_t now = {1000 * NS_PER_S};

	(void)state;
	assert_int_equal(engine_add(e, 7, &DEF, &T, now), 0);
	engine_expect_stamps(e, 7, true);
	engine_remove(e, 7);
	assert_int_equal(icmp_add(i, 7, &conf, &way), 0);
	assert_int_equal(engine_add(e, 7, &DEF, &T, now), 0);
	for (int k = 0; k < 4; k++)
		engine_run(e, engine_next(e));
	assert_int_equal(newest.outcome, OUTCOME_LOST);
	assert_int_equal(newest.code, CODE_TIMEOUT);
	icmp_free(i);
	engine_free(e);
}

static void
a_stamp_becomes_a_time_since_boot(void **state)
{
	struct stamp_ruler r = {.offset_ns = 0};
	mono_t out = {-1}, before;

	(void)state;
	before = clock_mono();
	stamp_ruler_read(&r);
	assert_false(r.jumped);
	wall_t w = clock_wall();
	mono_t after = clock_mono();
	struct timespec stamp = {w.ns / NS_PER_S, w.ns % NS_PER_S};
	r.read = after;
	assert_true(stamp_mono(&r, &stamp, before, &out));
	assert_in_range(out.ns, before.ns - 100 * NS_PER_US, after.ns + 100 * NS_PER_US);
	/* Of the future, and of before it was asked for. */
	stamp.tv_sec += 1;
	assert_false(stamp_mono(&r, &stamp, before, &out));
	stamp.tv_sec -= 2;
	assert_false(stamp_mono(&r, &stamp, before, &out));
}

static void
a_clock_that_was_set_turns_no_stamp(void **state)
{
	struct stamp_ruler r = {.offset_ns = 0};
	mono_t out;

	(void)state;
	stamp_ruler_read(&r);
	for (int sign = -1; sign <= 1; sign += 2) {
		r.offset_ns += sign * 20 * NS_PER_MS; /* as if it was set back or forth */
		stamp_ruler_read(&r);
		assert_true(r.jumped);
		wall_t w = clock_wall();
		struct timespec stamp = {w.ns / NS_PER_S, w.ns % NS_PER_S};
		assert_false(stamp_mono(&r, &stamp, (mono_t){0}, &out));
		stamp_ruler_read(&r);
		assert_false(r.jumped);
		assert_true(stamp_mono(&r, &stamp, (mono_t){0}, &out));
	}
	/* 400 ppm for an hour is drift, not a step. */
	r.read.ns -= 3600 * NS_PER_S;
	r.offset_ns += 1440 * NS_PER_MS;
	stamp_ruler_read(&r);
	assert_false(r.jumped);
}

/* A packet that was captured before the clock was set is read with the new clock: it was
 * found since the last look, and no step of an hour makes it older or younger. */
static void
what_was_found_since_is_of_then_whatever_the_clock(void **state)
{
	struct stamp_ruler r = {.offset_ns = 0};
	mono_t before = clock_mono();
	mono_t looked = {before.ns - 100 * NS_PER_MS};

	(void)state;
	for (int64_t step = -3600; step <= 3600; step += 3600) {
		stamp_ruler_read(&r);
		wall_t w = clock_wall();
		int64_t ns = w.ns - 50 * NS_PER_MS + step * NS_PER_S;
		struct timespec stamp = {ns / NS_PER_S, ns % NS_PER_S};
		mono_t at = stamp_since(&r, &stamp, looked), now = clock_mono();
		assert_in_range(at.ns, looked.ns, now.ns);
		if (step == 0)
			assert_in_range(
			    at.ns, before.ns - 51 * NS_PER_MS, now.ns - 49 * NS_PER_MS);
	}
	/* What came after the ruler was read lies in its future, but for a moment. */
	r.read.ns -= NS_PER_S;
	wall_t w = clock_wall();
	struct timespec stamp = {w.ns / NS_PER_S, w.ns % NS_PER_S};
	mono_t asked = clock_mono(), at = stamp_since(&r, &stamp, looked);
	assert_in_range(at.ns, asked.ns - NS_PER_MS, clock_mono().ns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reply_tells_probe_and_sending),
	    cmocka_unit_test(a_request_is_summed_as_rfc_1071_says),
	    cmocka_unit_test(what_is_changed_is_nobodys),
	    cmocka_unit_test(what_is_cut_is_nobodys_and_nothing_is_read_beyond),
	    cmocka_unit_test(an_error_tells_what_it_is_and_whose_request_it_quotes),
	    cmocka_unit_test(our_packet_is_known_behind_any_header),
	    cmocka_unit_test(on_the_wire_the_identifier_may_be_another),
	    cmocka_unit_test(by_another_socket_no_stamps_are_expected),
	    cmocka_unit_test(a_stamp_becomes_a_time_since_boot),
	    cmocka_unit_test(a_clock_that_was_set_turns_no_stamp),
	    cmocka_unit_test(what_was_found_since_is_of_then_whatever_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
