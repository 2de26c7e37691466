#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/chronic.h"
#include "base/clock.h"
#include "base/zone.h"
#include "tests/unit/chance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S       NS_PER_S
#define MIN     (60 * S)
#define H       (3600 * S)
#define DAY     (24 * H)
#define N(list) (sizeof(list) / sizeof((list)[0]))

/* Outages of a history that begins on 2026-04-01 in UTC: when, and how long. */
struct told {
	int64_t at, ns;
};

#define MOST 256

struct history {
	struct downtime down[MOST];
	size_t n;
	struct span period;
};

static int64_t
april(void)
{
	int64_t ns = 0;

	assert_true(zone_day_start("UTC", 2026, 4, 1, &ns));
	return ns;
}

/* ${from} and ${to}: of the period, after the history's beginning. */
static struct history
history(const struct told *list, size_t n, int64_t from, int64_t to)
{
	struct history h = {.n = n};

	h.period = (struct span){april() + from, april() + to};
	for (size_t i = 0; i < n; i++) {
		struct downtime *d = &h.down[i];
		snprintf(d->outage_id, sizeof d->outage_id, "%016zx", i + 1);
		d->start_ns = april() + list[i].at;
		d->end_ns = d->start_ns + list[i].ns;
		d->counted_ns = d->whole_ns = list[i].ns;
		d->begins_here = true;
	}
	return h;
}

static struct chronic_conf *
clause(struct contract_conf *c, const char *name)
{
	struct chronic_conf *k = &c->chronic[c->n_chronic++];

	snprintf(k->name, sizeof k->name, "%s", name);
	snprintf(k->right, sizeof k->right, "terminate");
	return k;
}

/* What is found; 0 or 1 of it. */
static bool
find(const struct contract_conf *c, const struct history *h, struct chronic *out)
{
	struct chronic *list;
	size_t n;

	assert_int_equal(chronic_find(&list, &n, c, h->down, h->n, h->period, "UTC"), 0);
	assert_true(n <= 1);
	if (n == 1) {
		*out = list[0];
		free(list); /* its outages now are ${out}'s */
	}
	return n == 1;
}

/* Whether ${list} gives the right in 60 days; when, after the history's beginning. */
static bool
gives(const struct contract_conf *c, const struct told *list, size_t n, int64_t *at)
{
	struct history h = history(list, n, 0, 60 * DAY);
	struct chronic r;

	if (!find(c, &h, &r))
		return false;
	*at = r.arose_ns - april();
	free(r.outages);
	return true;
}

/* Three outages over 30 min in 30 days, or over 24 h together; notice in 30 days. */
static void
packetfabric(struct contract_conf *c)
{
	memset(c, 0, sizeof *c);
	struct chronic_conf *k = clause(c, "chronic");
	k->outages = 3;
	k->longer_than_ns = 30 * MIN;
	k->within_ns = 30 * DAY;
	k->total_ns = 24 * H;
	k->notice_ns = 30 * DAY;
}

static void
test_packetfabric(void **state)
{
	struct contract_conf c;
	struct chronic r;

	(void)state;
	packetfabric(&c);
	const struct told three[] = {
	    {1 * DAY, H}, {5 * DAY, 20 * MIN}, {9 * DAY, 31 * MIN}, {20 * DAY, 2 * H}};
	struct history h = history(three, 4, 0, 30 * DAY);
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.why, CHRONIC_COUNT);
	assert_ptr_equal(r.conf, &c.chronic[0]);
	/* It arises when the third is 30 min old. */
	assert_int_equal(r.arose_ns, april() + 20 * DAY + 30 * MIN);
	assert_true(r.has_notice);
	assert_int_equal(r.declare_by_ns, april() + 51 * DAY - 1);
	assert_int_equal(r.times, 1);
	assert_int_equal(r.again_ns, r.arose_ns);
	assert_int_equal(r.again_by_ns, r.declare_by_ns);
	assert_int_equal(r.n_outages, 3); /* without the short one */
	assert_string_equal(r.outages[0], "0000000000000001");
	assert_string_equal(r.outages[1], "0000000000000003");
	assert_string_equal(r.outages[2], "0000000000000004");
	free(r.outages);
}

static void
test_limits_are_passed_not_reached(void **state)
{
	struct contract_conf c;
	int64_t at;

	(void)state;
	packetfabric(&c);
	/* The third: 30 min to the nanosecond, and one more. */
	for (int64_t more = -1; more <= 1; more++) {
		const struct told list[] = {{0, H}, {DAY, H}, {2 * DAY, 30 * MIN + more}};
		assert_int_equal(gives(&c, list, 3, &at), more > 0);
		if (more > 0)
			assert_int_equal(at, 2 * DAY + 30 * MIN);
	}
	/* The window: 30 days less a nanosecond, 30 days, and more. */
	for (int64_t more = -1; more <= 1; more++) {
		const struct told list[] = {{DAY, H}, {2 * DAY, H}, {31 * DAY + more, H}};
		assert_int_equal(gives(&c, list, 3, &at), more < 0);
	}
	/* 24 h together, by one outage or by two in one window. */
	for (int64_t more = -1; more <= 1; more++) {
		const struct told one[] = {{DAY, 24 * H + more}};
		assert_int_equal(gives(&c, one, 1, &at), more > 0);
		if (more > 0)
			assert_int_equal(at, DAY + 24 * H);
		const struct told two[] = {{DAY, 12 * H}, {9 * DAY, 12 * H + more}};
		assert_int_equal(gives(&c, two, 2, &at), more > 0);
		if (more > 0)
			assert_int_equal(at, 9 * DAY + 12 * H);
	}
	/* The window leaves the first behind as fast as the second goes on: together they
	 * are never more in it than when the first is 30 days old. */
	for (int64_t more = -1; more <= 1; more++) {
		const struct told list[] = {
		    {0, 12 * H}, {30 * DAY - 12 * H + more, 12 * H + 5}};
		assert_int_equal(gives(&c, list, 2, &at), more < 0);
		if (more < 0)
			assert_int_equal(at, 30 * DAY - 1);
	}
}

/* More than three failures, or more than 24 h, in any 30 days. */
static void
test_masergy(void **state)
{
	struct contract_conf c = {0};
	struct told list[] = {{0, S}, {DAY, S}, {2 * DAY, S}, {30 * DAY - 1, S}};
	int64_t at;

	(void)state;
	struct chronic_conf *k = clause(&c, "chronic");
	k->outages = 4;
	k->total_ns = 24 * H;
	k->within_ns = 30 * DAY;
	assert_false(gives(&c, list, 3, &at));
	assert_true(gives(&c, list, 4, &at));
	assert_int_equal(at, 30 * DAY - 1);
	list[3].at = 30 * DAY;
	assert_false(gives(&c, list, 4, &at));
	/* What counts for nothing is no failure. */
	list[3].at = 3 * DAY;
	struct history h = history(list, 4, 0, 60 * DAY);
	struct chronic r;
	h.down[1].whole_ns = h.down[1].counted_ns = 0;
	assert_false(find(&c, &h, &r));
	h.down[1].whole_ns = 1;
	assert_true(find(&c, &h, &r));
	free(r.outages);
}

static void
test_single(void **state)
{
	struct contract_conf c = {0};
	struct chronic r;

	(void)state;
	struct chronic_conf *k = clause(&c, "long");
	k->single_ns = 8 * H;
	k->notice_ns = 36 * H;
	for (int64_t more = -1; more <= 1; more++) {
		const struct told list[] = {{DAY, H}, {2 * DAY, 8 * H + more}};
		int64_t at;
		assert_int_equal(gives(&c, list, 2, &at), more > 0);
	}
	/* Grace comes first: of ten hours nine count, from the eleventh on. */
	const struct told list[] = {{DAY, H}, {2 * DAY, 10 * H}};
	struct history h = history(list, 2, 0, 30 * DAY);
	h.down[1].whole_ns = 9 * H;
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.why, CHRONIC_SINGLE);
	assert_int_equal(r.arose_ns, april() + 2 * DAY + 9 * H);
	assert_int_equal(r.declare_by_ns, r.arose_ns + 36 * H); /* hours: exactly */
	assert_int_equal(r.n_outages, 1);
	assert_string_equal(r.outages[0], "0000000000000002");
	free(r.outages);
}

/* The period's, not the history's; but the window may reach back before it. */
static void
test_rights_belong_to_a_period(void **state)
{
	struct contract_conf c;
	const struct told list[] = {
	    {20 * DAY, H}, {25 * DAY, H}, {32 * DAY, H}, {70 * DAY, H}};
	struct chronic r;

	(void)state;
	packetfabric(&c);
	struct history h = history(list, 4, 0, 30 * DAY); /* April */
	assert_false(find(&c, &h, &r));
	h = history(list, 4, 30 * DAY, 61 * DAY); /* May */
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.n_outages, 3);
	assert_string_equal(r.outages[0], "0000000000000001");
	free(r.outages);
	h = history(list, 4, 61 * DAY, 91 * DAY); /* June */
	assert_false(find(&c, &h, &r));
	/* Without a window only what lies in the period counts. */
	c.chronic[0].within_ns = 0;
	h = history(list, 4, 30 * DAY, 61 * DAY);
	assert_false(find(&c, &h, &r));
	h = history(list, 4, 20 * DAY, 33 * DAY);
	assert_true(find(&c, &h, &r));
	free(r.outages);
	/* The period's edge in the middle of an outage. */
	const struct told edge[] = {{29 * DAY, 2 * DAY}};
	c.chronic[0].outages = 0;
	h = history(edge, 1, 0, 30 * DAY + 1);
	assert_true(find(&c, &h, &r)); /* at the 24th hour, its last nanosecond */
	assert_int_equal(r.arose_ns, april() + 30 * DAY);
	free(r.outages);
	h = history(edge, 1, 0, 30 * DAY);
	assert_false(find(&c, &h, &r));
	h = history(edge, 1, 30 * DAY, 60 * DAY); /* 24 h of it lie here */
	assert_false(find(&c, &h, &r));
	h = history(edge, 1, 30 * DAY - 1, 60 * DAY);
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.arose_ns, april() + 31 * DAY - 1);
	free(r.outages);
}

/* Those that a right rests on: of the window that ends where it arose. */
static void
test_outages_are_named(void **state)
{
	struct contract_conf c;
	const struct told count[] = {
	    {DAY, H}, {2 * DAY, H}, {3 * DAY, 10 * MIN}, {4 * DAY, H}, {31 * DAY, H}};
	const struct told sum[] = {{0, 10 * H}, {2 * DAY, 2 * H}, {20 * DAY, H},
	    {30 * DAY, 10 * H}, {31 * DAY, 12 * H}};
	struct chronic r;

	(void)state;
	packetfabric(&c);
	/* The first is exactly 30 days older than the last: in May three are left. */
	struct history h = history(count, 5, 30 * DAY, 61 * DAY);
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.n_outages, 3);
	assert_string_equal(r.outages[0], "0000000000000002");
	assert_string_equal(r.outages[1], "0000000000000004");
	assert_string_equal(r.outages[2], "0000000000000005");
	free(r.outages);
	/* 24 h together on the 32nd, when the first is no longer in the window. */
	c.chronic[0].outages = 0;
	h = history(sum, 5, 0, 60 * DAY);
	assert_true(find(&c, &h, &r));
	assert_int_equal(r.why, CHRONIC_TOTAL);
	assert_int_equal(r.arose_ns, april() + 31 * DAY + 11 * H);
	assert_int_equal(r.n_outages, 4);
	assert_string_equal(r.outages[0], "0000000000000002");
	assert_string_equal(r.outages[3], "0000000000000005");
	free(r.outages);
}

/* First and last time; each clause by itself. */
static void
test_it_arises_anew(void **state)
{
	struct contract_conf c;
	const struct told list[] = {{1 * DAY, H}, {2 * DAY, H}, {3 * DAY, H},
	    {10 * DAY, 20 * MIN}, {20 * DAY, H}};
	struct chronic *two;
	size_t n;

	(void)state;
	packetfabric(&c);
	struct chronic_conf *k = clause(&c, "single");
	k->single_ns = 40 * MIN;
	struct history h = history(list, 5, 0, 30 * DAY);
	assert_int_equal(
	    chronic_find(&two, &n, &c, h.down, h.n, h.period, "Europe/Rome"), 0);
	assert_int_equal(n, 2);
	assert_int_equal(two[0].times, 2);
	assert_int_equal(two[0].arose_ns, april() + 3 * DAY + 30 * MIN);
	assert_int_equal(two[0].again_ns, april() + 20 * DAY + 30 * MIN);
	/* To the end of the 30th day in Rome. */
	assert_int_equal(two[0].declare_by_ns, april() + 34 * DAY - 2 * H - 1);
	assert_int_equal(two[0].again_by_ns, april() + 51 * DAY - 2 * H - 1);
	assert_int_equal(two[1].times, 4);
	assert_false(two[1].has_notice);
	assert_int_equal(two[1].arose_ns, april() + 1 * DAY + 40 * MIN);
	chronic_free(two, n);
}

static void
test_nothing_and_what_is_refused(void **state)
{
	struct contract_conf c = {0};
	const struct told list[] = {{DAY, H}, {2 * DAY, H}};
	struct history h = history(list, 2, 0, 30 * DAY);
	struct chronic *out = (struct chronic *)&c;
	size_t n = 9;

	(void)state;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), 0);
	assert_null(out);
	assert_int_equal(n, 0);
	chronic_free(NULL, 0);
	struct chronic_conf *k = clause(&c, "c");
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), 0);
	assert_int_equal(n, 0); /* a clause without a condition */
	k->outages = 1;
	assert_int_equal(chronic_find(&out, &n, &c, NULL, 0, h.period, "UTC"), 0);
	assert_int_equal(n, 0);
	int64_t *const LIMITS[] = {&k->longer_than_ns, &k->within_ns, &k->total_ns,
	    &k->single_ns, &k->notice_ns};
	for (size_t i = 0; i < N(LIMITS); i++) {
		*LIMITS[i] = -1;
		assert_int_equal(
		    chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), -EINVAL);
		*LIMITS[i] = 0;
	}
	k->within_ns = INT64_MAX;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), -EINVAL);
	k->within_ns = DAY;
	h.down[1].end_ns = h.down[1].start_ns - 1;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), -EINVAL);
	c.n_chronic = CONTRACT_CHRONIC_MOST + 1;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 1, h.period, "UTC"), -EINVAL);
	c.n_chronic = CONTRACT_CHRONIC_MOST;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 1, h.period, "UTC"), 0);
	assert_int_equal(n, 1);
	chronic_free(out, n);
	c.n_chronic = 1;
	k->within_ns = DAY;
	h.down[1].start_ns = h.down[0].start_ns - 1;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), -EINVAL);
	h.down[1].start_ns = INT64_MIN;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 2, h.period, "UTC"), -EINVAL);
	h.down[0].whole_ns = -1;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 1, h.period, "UTC"), -EINVAL);
	h.down[0].whole_ns = H;
	k->notice_ns = INT64_MAX;
	assert_int_equal(chronic_find(&out, &n, &c, h.down, 1, h.period, "UTC"), -ERANGE);
	assert_null(out);
}

/* ---- against a plainer way ---- */

static uint64_t seed;

static uint64_t
chance(uint64_t below)
{
	return chance_xorshift(&seed) % below;
}

/* The same by looking at every second: whether, and the second in which. Lengths and
 * times are whole seconds here, so that a limit is passed in the second after at. */
static bool
plainly(const struct chronic_conf *k, const struct told *list, size_t n, int64_t *at)
{
	static char down[4000];
	int64_t total = 0, w = k->within_ns / S;

	memset(down, 0, sizeof down);
	for (size_t i = 0; i < n; i++)
		memset(down + list[i].at / S, 1, (size_t)(list[i].ns / S));
	for (int64_t t = 0; t < (int64_t)sizeof down; t++) {
		unsigned count = 0;
		bool one = false;
		total += down[t];
		if (t >= w)
			total -= down[t - w];
		for (size_t i = 0; i < n; i++) {
			int64_t start = list[i].at / S, age = t + 1 - start;
			if (age > list[i].ns / S)
				age = list[i].ns / S;
			bool now = t >= start && t < start + list[i].ns / S;
			one |= k->single_ns > 0 && now && age > k->single_ns / S;
			if (!now || age <= k->longer_than_ns / S)
				continue;
			for (size_t j = 0; j <= i; j++)
				count += list[j].ns > k->longer_than_ns &&
				         start - list[j].at / S < w;
		}
		if ((k->outages > 0 && count >= k->outages) || one ||
		    (k->total_ns > 0 && down[t] && total > k->total_ns / S)) {
			*at = t * S;
			return true;
		}
	}
	return false;
}

static void
test_against_every_second(void **state)
{
	size_t given = 0;

	(void)state;
	const char *asked = getenv("LW_SEED");
	seed = asked != NULL ? strtoull(asked, NULL, 10) : 20261123;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int round = 0; round < 1500; round++) {
		uint64_t began = seed;
		struct contract_conf c = {0};
		struct told list[40];
		size_t n = 0;
		int64_t t = (int64_t)chance(50), at = 0, plain = 0;
		struct chronic_conf *k = clause(&c, "any");

		k->within_ns = (int64_t)(1 + chance(1000)) * S;
		if (chance(2))
			k->outages = (unsigned)(1 + chance(6));
		if (chance(2))
			k->longer_than_ns = (int64_t)chance(40) * S;
		if (chance(2))
			k->total_ns = (int64_t)(1 + chance(300)) * S;
		if (chance(3) == 0)
			k->single_ns = (int64_t)(1 + chance(80)) * S;
		while (n < N(list) && t < 3800) {
			int64_t length = (int64_t)(1 + chance(80));
			list[n++] = (struct told){t * S, length * S};
			t += length + 1 + (int64_t)chance(200);
		}
		bool found = gives(&c, list, n, &at);
		given += found;
		if (found != plainly(k, list, n, &plain) || at != plain)
			fail_msg("%d at %lld, plainly at %lld; seed %llu", found,
			    (long long)(at / S), (long long)(plain / S),
			    (unsigned long long)began);
	}
	assert_in_range(given, 300, 1400); /* both happened often */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_packetfabric),
	    cmocka_unit_test(test_limits_are_passed_not_reached),
	    cmocka_unit_test(test_masergy), cmocka_unit_test(test_single),
	    cmocka_unit_test(test_rights_belong_to_a_period),
	    cmocka_unit_test(test_outages_are_named),
	    cmocka_unit_test(test_it_arises_anew),
	    cmocka_unit_test(test_nothing_and_what_is_refused),
	    cmocka_unit_test(test_against_every_second)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
