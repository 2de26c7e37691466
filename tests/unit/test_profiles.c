/*
 * One outage, several verdicts: a link dead for 70 s, then 40 s at 30 % loss, a probe a
 * second to each of ten targets. What each definition makes of it is known (measurement:
 * "One outage, several verdicts"), for each way the minute may lie.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/profile.h"
#include "analyzer/verdict.h"

#include <stdio.h>
#include <string.h>

#define S       NS_PER_S
#define BEGIN   (1767225600 * S) /* 2026-01-01, a whole hour */
#define HOUR    (3600 * S)
#define TARGETS 10

struct link {
	int64_t clock_bound_ns;
	unsigned poor; /* of ten are lost while it is poor; 0: three */
	struct judge *j;
	const struct link_result *r;
};

static void
declare(struct judge *j)
{
	struct link_def link = {.centre = "c", .link = "l", .timezone = "UTC"};

	judge_link(j, &link);
	for (int i = 0; i < TARGETS; i++) {
		struct probe_def probe = {.centre = "c",
		    .link = "l",
		    .kind = KIND_PING,
		    .role = ROLE_INTERNET,
		    .every_ns = S,
		    .family = 4};
		snprintf(probe.name, sizeof probe.name, "p%d", i);
		snprintf(probe.network, sizeof probe.network, "n%d", i);
		judge_probe(j, &probe, 0);
	}
}

/* An hour; dead from second ${at}; late: what is lost of the 30 % came late instead. */
static void
measure(struct link *l, const struct profile_conf *profiles, size_t n, int at, bool late)
{
	struct judge_rule rule;

	judge_rule_default(&rule);
	rule.clock_bound_ns = l->clock_bound_ns;
	for (size_t i = 0; i < n; i++)
		if (strcmp(profiles[i].name, "ses-10-10") != 0 &&
		    profile_binning(&profiles[i], &rule.bins[rule.n_bins]))
			rule.n_bins++;
	l->j = judge_new(&rule);
	declare(l->j);
	for (int i = 0; i < 3600 * TARGETS; i++) {
		int second = i / TARGETS, k = i % TARGETS;
		bool dead = second >= at && second < at + 70;
		bool poor = second >= at + 70 && second < at + 110 &&
		            (k + 3 * second) % TARGETS < (l->poor > 0 ? (int)l->poor : 3);
		bool lost = dead || (poor && !late);
		int64_t ns = second * S + (k + 1) * (S / (TARGETS + 1));
		struct sample s = {.probe = (uint32_t)k,
		    .seq = (uint64_t)second + 1,
		    .session = 1,
		    .sent = {ns},
		    .time = {BEGIN + ns},
		    .outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY,
		    .flags = poor && late ? FLAG_LATE : 0,
		    .rtt_ns = lost ? -1 : 20 * NS_PER_MS};
		judge_sample(l->j, &s);
	}
	judge_finish(l->j, BEGIN, BEGIN + HOUR, BEGIN + HOUR, &l->r);
}

static void
judge_by(struct verdict *v, const struct link *l, const struct profile_conf *p)
{
	struct terms t = {.profile = *p,
	    .target = 0.5,
	    .complete = true,
	    .period = {BEGIN, BEGIN + HOUR},
	    .as_of_ns = BEGIN + HOUR};

	if (strcmp(p->name, "ticket") == 0)
		t.clock_start = CLOCK_OPENED;
	assert_int_equal(verdict_of(v, l->r, &t), 0);
}

static int64_t
down(const struct link *l, const struct profile_conf *p)
{
	struct verdict v;

	judge_by(&v, l, p);
	int64_t ns = v.down_ns;
	verdict_done(&v);
	return ns;
}

static struct profile_conf
profile(const char *name)
{
	struct profile_conf p;

	assert_true(profile_default(&p, name));
	return p;
}

static struct profile_conf
y1540(int64_t tav_s, double c1)
{
	struct profile_conf p = profile("y1540");

	p.delta_ns = tav_s * S;
	p.threshold = c1;
	return p;
}

static void
test_table(void **state)
{
	const struct profile_conf all[] = {profile("ses-10-10"), profile("mef"),
	    y1540(60, 0.75), y1540(60, 0.20), y1540(300, 0.75), y1540(300, 0.20),
	    profile("rfc2678")};
	int usual = 0;
	bool seen_0 = false, seen_60 = false, false_0 = false, false_60 = false;

	(void)state;
	for (int at = 600; at < 660; at++) {
		struct link l = {0};
		struct verdict v;
		measure(&l, all, 7, at, false);
		assert_int_equal(down(&l, &all[0]), 70 * S);
		judge_by(&v, &l, &all[1]);
		assert_int_equal(v.down_ns, 0);
		/* Seven whole intervals, or six and two of which one or both lost half.
		 */
		assert_in_range(v.hli, 6, 8);
		assert_int_equal(v.chli, 1);
		verdict_done(&v);
		int64_t strict = down(&l, &all[2]), lenient = down(&l, &all[3]);
		assert_true(strict == 0 || strict == 60 * S);
		/* The ten dead seconds of a minute, or its 30 %, are not over 20 % alone.
		 */
		assert_in_range(lenient, 60 * S, 120 * S);
		usual += lenient == 120 * S;
		seen_0 |= strict == 0;
		seen_60 |= strict == 60 * S;
		assert_int_equal(down(&l, &all[4]), 0);
		assert_true(down(&l, &all[5]) <= 300 * S);
		int64_t minutes = down(&l, &all[6]);
		assert_true(minutes == 0 || minutes == 60 * S);
		false_0 |= minutes == 0;
		false_60 |= minutes == 60 * S;
		assert_int_equal(l.r->n_outages, 1);
		assert_true(l.r->outages[0].end_ns - l.r->outages[0].start_ns > 30 * S);
		const struct profile_conf ticket = profile("ticket");
		assert_int_equal(down(&l, &ticket), 0);
		judge_free(l.j);
	}
	assert_true(usual >= 40);
	assert_true(seen_0 && seen_60 && false_0 && false_60);
	print_message(
	    "y1540 c1 0.75: 0 s and 60 s; rfc2678: 0 and 1 minute, as the minute lies\n");
}

/* Late is lost in the profiles of ITU and MEF, and an answer in RFC 2678's. */
static void
test_late(void **state)
{
	struct profile_conf all[] = {y1540(60, 0.20), profile("rfc2678")};
	struct link l = {0};

	(void)state;
	measure(&l, all, 2, 600, true);
	assert_int_equal(down(&l, &all[0]), 120 * S);
	assert_int_equal(l.r->outages[0].probes_lost, 70 * TARGETS);
	judge_free(l.j);
}

static void
test_parameters(void **state)
{
	struct profile_conf all[] = {profile("mef"), y1540(60, 0.2), profile("rfc2678")};
	struct link l = {0};
	struct verdict v;

	(void)state;
	all[0].n = 7; /* seven intervals are enough now */
	all[1].delta_ns = S / 2;
	measure(&l, all, 3, 600, false);
	assert_int_equal(down(&l, &all[0]), 70 * S);
	judge_by(&v, &l, &all[1]); /* five probes in half a second say nothing */
	assert_int_equal(v.verdict, VERDICT_REFUSED);
	assert_non_null(strstr(v.reasons[0], "20 probes a second"));
	assert_false(v.has_availability);
	verdict_done(&v);
	judge_free(l.j);
}

/* A second that lost half of its votes is not severely errored: more than half is. */
static void
test_half(void **state)
{
	const struct profile_conf ses = profile("ses-10-10");
	struct link l = {.poor = 5};

	(void)state;
	measure(&l, &ses, 1, 600, false);
	assert_int_equal(down(&l, &ses), 70 * S);
	judge_free(l.j);
	l.poor = 6;
	measure(&l, &ses, 1, 600, false);
	assert_int_equal(down(&l, &ses), 110 * S);
	judge_free(l.j);
}

/* It lasts: it is listed, open, up to where was measured. */
static void
test_open(void **state)
{
	struct link l = {0};

	(void)state;
	measure(&l, NULL, 0, 3540, false);
	assert_int_equal(l.r->n_outages, 1);
	assert_true(l.r->outages[0].open);
	assert_true(l.r->down_ns > 58 * S && l.r->down_ns <= 60 * S);
	judge_free(l.j);
}

/* The clock is known to so much: so much wider are the edges. */
static void
test_clock_bound(void **state)
{
	struct link exact = {0}, vague = {.clock_bound_ns = 50 * NS_PER_MS};

	(void)state;
	measure(&exact, NULL, 0, 600, false);
	measure(&vague, NULL, 0, 600, false);
	const struct outage *a = &exact.r->outages[0], *b = &vague.r->outages[0];
	assert_int_equal(b->start_bound_ns - a->start_bound_ns, 50 * NS_PER_MS);
	assert_int_equal(b->end_bound_ns - a->end_bound_ns, 50 * NS_PER_MS);
	assert_int_equal(a->start_ns, b->start_ns);
	judge_free(exact.j);
	judge_free(vague.j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_parameters),
	    cmocka_unit_test(test_half),
	    cmocka_unit_test(test_open),
	    cmocka_unit_test(test_clock_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
