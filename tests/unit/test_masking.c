/* Our own throughput tests and the judge: they are nobody's outage, loss or latency. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include <stdlib.h>
#include <string.h>

#define S    NS_PER_S
#define MS   NS_PER_MS
#define MIN  (60 * S)
#define HOUR (3600 * S)

struct trial {
	struct feed f;
	struct judge *j;
	const struct link_result *r;
	int64_t every_ns, length_ns; /* of the tests */
	double loss;                 /* of what is sent meanwhile */
	uint64_t random;
};

static void
feed_masked(void *ctx, const struct sample *s)
{
	struct trial *t = ctx;
	struct sample out = *s;

	if (s->sent.ns % t->every_ns < t->length_ns) {
		out.flags |= FLAG_MASKED | FLAG_LOAD;
		if (out.outcome == OUTCOME_REPLY)
			out.rtt_ns += 300 * MS;
		if (feed_uniform(&t->random) < t->loss) {
			out.outcome = OUTCOME_LOST;
			out.code = CODE_TIMEOUT;
			out.rtt_ns = -1;
		}
	}
	judge_sample(t->j, &out);
}

static void
begin(struct trial *t, uint64_t seed)
{
	struct judge_rule rule;

	*t = (struct trial){.every_ns = 5 * MIN, .length_ns = 16 * S, .random = seed};
	feed_init(&t->f, seed);
	feed_usual(&t->f, feed_link(&t->f, "fibre"), 20 * MS);
	judge_rule_default(&rule);
	t->j = judge_new(&rule);
	feed_declare(&t->f, t->j);
}

static void
judge(struct trial *t, int64_t to)
{
	feed_walk(&t->f, 0, to, feed_masked, t);
	/* From a minute on: nothing is known before the first sample. */
	judge_finish(
	    t->j, t->f.wall_ns + MIN, t->f.wall_ns + to, t->f.wall_ns + to, &t->r);
}

static void
done(struct trial *t)
{
	judge_free(t->j);
	feed_done(&t->f);
}

static void
a_test_leaves_nothing_behind(void **state)
{
	static const double LOSSES[] = {0, 0.3, 0.7};

	(void)state;
	for (size_t i = 0; i < sizeof LOSSES / sizeof LOSSES[0]; i++) {
		struct trial t;
		begin(&t, 400 + i);
		t.loss = LOSSES[i];
		judge(&t, 3 * HOUR);
		assert_int_equal(t.r->n_outages, 0);
		assert_int_equal(t.r->n_micro, 0);
		assert_int_equal(t.r->n_degradations, 0);
		/* What was answered meanwhile shows that the link carried, up to 2.5
		 * periods from one answer to the next of the same target. */
		assert_in_range(t.r->unknown_ns, 0, LOSSES[i] < 0.5 ? 0 : 280 * S);
		done(&t);
	}
}

/* Where nothing was answered during it, nobody knows: it may have filled the link. */
static void
silence_during_a_test_is_unknown(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 410);
	t.loss = 1;
	judge(&t, 3 * HOUR);
	assert_int_equal(t.r->n_outages, 0);
	assert_int_equal(t.r->n_micro, 0);
	assert_int_equal(t.r->n_degradations, 0);
	/* 35 tests within, 16 s each */
	assert_in_range(t.r->unknown_ns, 34 * 14 * S, 36 * 18 * S);
	done(&t);
}

static void
an_outage_that_begins_during_a_test_is_found(void **state)
{
	struct trial t;
	int64_t from = HOUR + 6 * S, to = HOUR + 90 * S;

	(void)state;
	begin(&t, 420);
	feed_fault(&t.f, from, to, 0xdf);
	judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	const struct outage *o = &t.r->outages[0];
	int64_t a = o->start_ns - t.f.wall_ns - from, b = o->end_ns - t.f.wall_ns - to;
	assert_true(llabs(a) <= o->start_bound_ns);
	assert_true(llabs(b) <= o->end_bound_ns);
	done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_test_leaves_nothing_behind),
	    cmocka_unit_test(silence_during_a_test_is_unknown),
	    cmocka_unit_test(an_outage_that_begins_during_a_test_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
