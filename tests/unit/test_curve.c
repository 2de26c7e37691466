/* What charts and commitments are worked out from: hours of one link, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/curve.h"

#include <string.h>

#define HOUR (3600 * NS_PER_S)

static const struct probe_def PING = {.role = ROLE_INTERNET, .kind = KIND_PING};

static struct sample
sample(uint64_t seq, int64_t at_ns, int64_t rtt_ns)
{
	return (struct sample){.seq = seq,
	    .session = 1,
	    .time = {at_ns},
	    .rtt_ns = rtt_ns,
	    .stamp = STAMP_KERNEL,
	    .outcome = rtt_ns >= 0 ? OUTCOME_REPLY : OUTCOME_LOST};
}

/* 10 ms, 12, 11, lost, 20, 26: only 2, 1 and 6 ms are between answers in a row; the next
 * hour begins with 6 ms less than the last of this one. */
static void
test_jitter(void **state)
{
	static const int64_t RTT_MS[] = {10, 12, 11, -1, 20, 26};
	struct curve c;
	struct curve_probe of = {.rtt_ns = -1};

	(void)state;
	curve_init(&c, false, HOUR, "UTC", 0);
	for (size_t i = 0; i < 6; i++) {
		int64_t rtt = RTT_MS[i] < 0 ? -1 : RTT_MS[i] * NS_PER_MS;
		struct sample s = sample(i + 1, (int64_t)i * NS_PER_S, rtt);
		curve_take(&c, &of, &PING, &s);
	}
	struct sample later = sample(7, HOUR, 20 * NS_PER_MS);
	curve_take(&c, &of, &PING, &later);
	curve_close(&c);
	assert_int_equal(c.hours.n, 2);
	const struct bucket *h = c.hours.list;
	assert_int_equal(h[0].jitter_n, 3);
	assert_int_equal(h[0].jitter_sum_ns, 9 * NS_PER_MS);
	assert_int_equal(h[0].rtt_sum_ns, 79 * NS_PER_MS);
	assert_int_equal(h[0].lost, 1);
	assert_int_equal(h[1].jitter_n, 1);
	assert_int_equal(h[1].jitter_sum_ns, 6 * NS_PER_MS);
	curve_free(&c);
}

/* A sending that is missing, another session and an import are no rows. */
static void
test_no_row(void **state)
{
	struct curve c;
	struct curve_probe of = {.rtt_ns = -1};
	struct sample s[] = {sample(1, 0, 5), sample(3, 2, 9), sample(4, 3, 9),
	    sample(5, 4, 11), sample(6, 5, 31)};

	(void)state;
	s[2].session = s[3].session = s[4].session = 2;
	s[4].stamp = STAMP_IMPORT;
	curve_init(&c, false, HOUR, "UTC", 0);
	for (size_t i = 0; i < 5; i++)
		curve_take(&c, &of, &PING, &s[i]);
	curve_close(&c);
	assert_int_equal(c.hours.list[0].jitter_n, 1);
	assert_int_equal(c.hours.list[0].jitter_sum_ns, 2);
	curve_free(&c);
}

/* Four of a probe a second: lost, lost; after a gap of a minute lost, and in another
 * session lost. Two in a row are a pair, the others none. */
static void
test_gap(void **state)
{
	struct probe_def def = PING;
	struct curve c;
	struct curve_probe of = {.rtt_ns = -1};
	struct sample s[] = {sample(1, 1 * NS_PER_S, -1), sample(2, 2 * NS_PER_S, -1),
	    sample(62, 62 * NS_PER_S, -1), sample(1, 63 * NS_PER_S, -1)};

	(void)state;
	def.every_ns = NS_PER_S;
	s[3].session = 2;
	curve_init(&c, false, HOUR, "UTC", 0);
	for (size_t i = 0; i < 4; i++)
		curve_take(&c, &of, &def, &s[i]);
	curve_close(&c);
	assert_int_equal(of.pairs.count[1][1], 1);
	assert_int_equal(of.pairs.count[0][1] + of.pairs.count[1][0], 0);
	curve_free(&c);
}

/* Ten minutes of a probe each 15 s: a page has room for buckets of 5 s, of which two in
 * three would be empty. A second voter that is asked more often makes them finer, one
 * that is asked more seldom does not make them wider. */
static void
test_no_bucket_between_probes(void **state)
{
	struct probe_def def = PING;
	struct curve c;
	struct curve_probe of = {.rtt_ns = -1};

	(void)state;
	curve_init(&c, true, 600 * NS_PER_S, "UTC", 0);
	assert_int_equal(c.buckets.width_ns, 5 * NS_PER_S);
	def.every_ns = 60 * NS_PER_S;
	curve_voter(&c, &def);
	assert_int_equal(c.buckets.width_ns, 60 * NS_PER_S);
	def.every_ns = 15 * NS_PER_S;
	curve_voter(&c, &def);
	def.every_ns = 120 * NS_PER_S;
	curve_voter(&c, &def);
	assert_int_equal(c.buckets.width_ns, 30 * NS_PER_S);
	for (int i = 0; i < 40; i++) {
		struct sample s =
		    sample((uint64_t)i + 1, (7 + 15 * i) * NS_PER_S, 20 * NS_PER_MS);
		curve_take(&c, &of, &def, &s);
	}
	curve_close(&c);
	assert_int_equal(c.buckets.n, 20);
	for (size_t i = 0; i < c.buckets.n; i++)
		assert_int_equal(c.buckets.list[i].start_ns, (int64_t)i * 30 * NS_PER_S);
	curve_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_jitter),
	    cmocka_unit_test(test_no_row),
	    cmocka_unit_test(test_gap),
	    cmocka_unit_test(test_no_bucket_between_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
