/*
 * The judge against feeds whose truth is known: what is found, where its edges are, and
 * what must not be found.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define S        NS_PER_S
#define MS       NS_PER_MS
#define MIN      (60 * S)
#define HOUR     (3600 * S)
#define ALL      (~0ull)
#define BEYOND   0xdfull /* of feed_usual: all but the gateway */
#define INTERNET 0x1full /* its five pings */

struct trial {
	struct feed f;
	struct judge *j;
	const struct link_result *r;
};

static void
trial_init(struct trial *t, uint64_t seed)
{
	feed_init(&t->f, seed);
	t->j = NULL;
}

static void
trial_start(struct trial *t)
{
	struct judge_rule rule;

	judge_rule_default(&rule);
	t->j = judge_new(&rule);
	feed_declare(&t->f, t->j);
}

static void
trial_judge(struct trial *t, int64_t to)
{
	trial_start(t);
	feed_judge(&t->f, t->j, 0, to);
	judge_finish(t->j, t->f.wall_ns, t->f.wall_ns + to, t->f.wall_ns + to, &t->r);
}

static void
trial_done(struct trial *t)
{
	judge_free(t->j);
	feed_done(&t->f);
}

static size_t
count_kind(const struct link_result *r, enum degradation_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_degradations; i++)
		n += r->degradations[i].kind == kind;
	return n;
}

static void
assert_edges(const struct outage *o, int64_t from, int64_t to)
{
	int64_t a = o->start_ns - from, b = o->end_ns - to;

	if (llabs(a) > o->start_bound_ns || llabs(b) > o->end_bound_ns)
		print_error("start off %.3f s of %.3f, end off %.3f s of %.3f\n",
		    (double)a / 1e9, (double)o->start_bound_ns / 1e9, (double)b / 1e9,
		    (double)o->end_bound_ns / 1e9);
	assert_true(llabs(a) <= o->start_bound_ns);
	assert_true(llabs(b) <= o->end_bound_ns);
}

/* ---- edges ---- */

struct tally {
	size_t faults, once, edges, outside, invented, micro;
	double widest;
};

static void
tally_up(struct tally *n, const struct trial *t)
{
	size_t used = 0;

	for (size_t i = 0; i < t->f.n_faults; i++) {
		int64_t from = t->f.wall_ns + t->f.faults[i].from_ns;
		int64_t to = t->f.wall_ns + t->f.faults[i].to_ns;
		size_t seen = 0;
		for (size_t k = 0; k < t->r->n_outages; k++) {
			const struct outage *o = &t->r->outages[k];
			if (o->start_ns >= to || o->end_ns <= from)
				continue;
			seen++;
			n->edges += 2;
			n->outside += llabs(o->start_ns - from) > o->start_bound_ns;
			n->outside += llabs(o->end_ns - to) > o->end_bound_ns;
			assert_string_equal(attribution_name(o->attribution), "access");
			if ((double)o->start_bound_ns / 1e9 > n->widest)
				n->widest = (double)o->start_bound_ns / 1e9;
		}
		used += seen;
		n->faults++;
		n->once += seen == 1;
	}
	n->invented += t->r->n_outages - used;
	n->micro += t->r->n_micro;
}

static void
edges_of(struct tally *n, int rtt_ms, double loss, uint64_t seed)
{
	struct trial t;
	int64_t at = 15 * MIN, end = 12 * HOUR;

	trial_init(&t, seed);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), (rtt_ms > 0 ? rtt_ms : 10) * MS);
	for (int i = 0; rtt_ms < 0 && i < 5; i++) {
		t.f.probes[i].rtt_ns = (10 + 147 * i) * MS;
		t.f.probes[i].jitter_ns = t.f.probes[i].rtt_ns / 10;
	}
	t.f.place = (double)(seed % 3) * 0.2;
	feed_loss(&t.f, loss);
	for (; at < end - 5 * MIN; at += 4 * MIN) {
		int64_t from = at + (int64_t)(feed_uniform(&seed) * 60e9);
		feed_fault(&t.f, from,
		    from + (int64_t)((10 + 50 * feed_uniform(&seed)) * 1e9), BEYOND);
	}
	trial_judge(&t, end);
	tally_up(n, &t);
	trial_done(&t);
}

static void
test_edges(void **state)
{
	static const double LOSSES[] = {0, 0.0005, 0.005, 0.02, 0.05, 0.1, 0.2, 0.3};
	static const int RTTS[] = {10, 60, 200, 600, -1};
	struct tally n = {0}, clean = {0};

	(void)state;
	for (size_t r = 0; r < 5; r++)
		for (size_t i = 0; i < 8; i++)
			edges_of(
			    i == 0 ? &clean : &n, RTTS[r], LOSSES[i], 100 * r + i + 1);
	print_message("%zu outages, %zu found once, %zu invented, %zu micro; %zu of %zu "
	              "edges outside; widest bound %.3f s (without loss %.3f s)\n",
	    n.faults + clean.faults, n.once + clean.once, n.invented + clean.invented,
	    n.micro + clean.micro, n.outside + clean.outside, n.edges + clean.edges,
	    n.widest, clean.widest);
	assert_int_equal(n.once + clean.once, n.faults + clean.faults);
	assert_int_equal(n.invented + clean.invented, 0);
	assert_int_equal(clean.outside, 0);
	assert_true(n.outside * 1000 <= n.edges);
	assert_true(clean.widest < 1.3);
}

/* ---- nothing invented ---- */

static void
test_month_of_loss(void **state)
{
	static const double LOSSES[] = {0, 0.01, 0.05};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct trial t;
		trial_init(&t, 40 + i);
		feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
		feed_loss(&t.f, LOSSES[i]);
		trial_judge(&t, 30 * 24 * HOUR);
		print_message("%g %% loss, 30 days: %zu outages, %zu micro, %zu loss\n",
		    LOSSES[i] * 100, t.r->n_outages, t.r->n_micro,
		    count_kind(t.r, DEG_LOSS));
		assert_int_equal(t.r->n_outages, 0);
		/* the rule for a micro-outage allows one a month by chance */
		assert_true(t.r->n_micro <= (LOSSES[i] > 0.02 ? 2u : 0u));
		assert_int_equal(t.r->down_ns, 0);
		if (i == 0)
			assert_true(t.r->unknown_ns < 10 * S);
		trial_done(&t);
	}
}

static void
test_hours_of_30_percent(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 50);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_loss(&t.f, 0.3);
	trial_judge(&t, 48 * HOUR);
	assert_int_equal(t.r->n_outages, 0);
	assert_int_equal(t.r->n_micro, 0);
	assert_int_equal(count_kind(t.r, DEG_LOSS), 1);
	trial_done(&t);
}

/* Loss far above 30 %, with answers in between: one degradation, however many runs. */
static void
test_heavy_loss_folds(void **state)
{
	static const double LOSSES[] = {0.5, 0.7, 0.85, 0.95};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct trial t;
		trial_init(&t, 60 + i);
		feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
		for (int k = 0; k < 5; k++)
			t.f.probes[k].loss = LOSSES[i];
		trial_judge(&t, 6 * HOUR);
		print_message("%g %% loss, 6 h: %zu outages, %zu micro, %zu loss\n",
		    LOSSES[i] * 100, t.r->n_outages, t.r->n_micro,
		    count_kind(t.r, DEG_LOSS));
		assert_true(t.r->n_outages <= 1);
		assert_true(t.r->n_micro <= 1);
		assert_in_range(count_kind(t.r, DEG_LOSS), 1, 3);
		trial_done(&t);
	}
}

/* ---- blips: what the formula says ---- */

static void
blips(double seconds, size_t voters, size_t *outages, size_t *micro)
{
	struct trial t;
	int64_t every = 2 * MIN, length = (int64_t)(seconds * 1e9);

	trial_init(&t, 70 + (uint64_t)seconds + 10 * voters);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	for (size_t i = voters; i < 5; i++)
		t.f.probes[i].dead = true;
	for (int64_t at = 30 * MIN; at < 230 * MIN; at += every)
		feed_fault(&t.f, at + 137 * MS, at + 137 * MS + length, ALL);
	trial_judge(&t, 4 * HOUR);
	*outages = t.r->n_outages;
	*micro = t.r->n_micro;
	for (size_t i = 0; i < t.r->n_outages; i++)
		assert_true(t.r->outages[i].inputs.lost_in_a_row >=
		            t.r->outages[i].inputs.outage_needs);
	for (size_t i = 0; i < t.r->n_micro; i++) {
		const struct outage_inputs *in = &t.r->micro[i].inputs;
		assert_in_range(in->lost_in_a_row, in->micro_needs, in->outage_needs - 1);
	}
	trial_done(&t);
}

static void
test_blips(void **state)
{
	size_t outages, micro;

	(void)state;
	blips(1, 5, &outages, &micro); /* 5 lost or so of the 6 a micro-outage needs */
	assert_int_equal(outages, 0);
	assert_true(micro < 50);
	blips(1.5, 5, &outages, &micro); /* 5 to 10 of the 10 an outage needs */
	assert_true(outages < 20);
	assert_true(micro > 50);
	blips(3, 5, &outages, &micro); /* the shortest certain one */
	assert_int_equal(outages, 100);
	assert_int_equal(micro, 0);
	blips(5, 5, &outages, &micro);
	assert_int_equal(outages, 100);
	blips(3, 3, &outages, &micro); /* about 9 of the 10 an outage needs */
	assert_int_equal(outages + micro, 100);
	assert_true(micro > 50);
}

/* ---- targets that are wrong on purpose ---- */

static void
test_bad_targets(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 80);
	uint32_t l = feed_link(&t.f, "fibre");
	feed_usual(&t.f, l, 20 * MS);
	/* never existed; and one mistyped, of which a router says unreachable */
	t.f.probes[feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 9, S, 20 * MS)].dead =
	    true;
	uint32_t wrong = feed_probe(&t.f, l, KIND_TCP, ROLE_INTERNET, 10, S, 20 * MS);
	feed_fault(&t.f, 0, 3 * HOUR, 1ull << wrong)->code = CODE_UNREACHABLE;
	/* one that dies later, for good: a target, after a minute no member any more */
	feed_fault(&t.f, HOUR, 3 * HOUR, 1);
	feed_fault(&t.f, 2 * HOUR, 2 * HOUR + 30 * S, BEYOND | 1ull << wrong);
	trial_judge(&t, 3 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_edges(
	    &t.r->outages[0], t.f.wall_ns + 2 * HOUR, t.f.wall_ns + 2 * HOUR + 30 * S);
	assert_int_equal(t.r->outages[0].networks_total, 4);
	assert_int_equal(t.r->outages[0].extent, EXTENT_TOTAL);
	assert_int_equal(t.r->n_micro, 0);
	assert_int_equal(count_kind(t.r, DEG_TARGET), 1);
	trial_done(&t);
}

static const struct degradation *
first_of(const struct link_result *r, enum degradation_kind kind)
{
	for (size_t i = 0; i < r->n_degradations; i++)
		if (r->degradations[i].kind == kind)
			return &r->degradations[i];
	return NULL;
}

/* Targets leave the vote after a minute and return after ten answers; neither says when
 * the silence began, or when it was over. */
static void
test_silence_outlasts_the_vote(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 82);
	uint32_t l = feed_link(&t.f, "fibre");
	feed_usual(&t.f, l, 20 * MS);
	uint32_t a = feed_probe(&t.f, l, KIND_TCP, ROLE_INTERNET, 9, S, 20 * MS);
	uint32_t b = feed_probe(&t.f, l, KIND_TCP, ROLE_INTERNET, 10, S, 20 * MS);
	feed_fault(&t.f, HOUR, 2 * HOUR, 1ull << a | 1ull << b);
	feed_fault(&t.f, 3 * HOUR, 3 * HOUR + 10 * MIN, 1);
	feed_fault(&t.f, 4 * HOUR, 9 * HOUR, 1ull << a);
	trial_judge(&t, 5 * HOUR);
	assert_int_equal(t.r->n_outages, 0);
	assert_int_equal(count_kind(t.r, DEG_SERVICE), 1);
	const struct degradation *d = first_of(t.r, DEG_SERVICE);
	assert_true(d->start_ns < t.f.wall_ns + HOUR + 2 * S);
	assert_true(d->end_ns >= t.f.wall_ns + 2 * HOUR - 2 * S);
	assert_true(d->end_ns <= t.f.wall_ns + 2 * HOUR + 3 * S);
	assert_int_equal(d->n_probes, 2);
	assert_int_equal(d->probes[0] + d->probes[1], a + b);
	assert_int_equal(count_kind(t.r, DEG_TARGET), 2);
	d = first_of(t.r, DEG_TARGET);
	assert_true(d->end_ns >= t.f.wall_ns + 3 * HOUR + 10 * MIN - 2 * S);
	assert_true(d->end_ns <= t.f.wall_ns + 3 * HOUR + 10 * MIN + 3 * S);
	d = &t.r->degradations[t.r->n_degradations - 1];
	assert_true(d->open);
	assert_int_equal(d->kind, DEG_TARGET);
	assert_int_equal(d->n_probes, 1);
	assert_int_equal(d->probes[0], a);
	trial_done(&t);
}

static void
test_one_network_is_one_vote(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 81);
	uint32_t l = feed_link(&t.f, "fibre");
	for (int i = 0; i < 5; i++) /* five targets of one network, and three others */
		feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 0, S, 20 * MS);
	for (int i = 1; i < 4; i++)
		feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, i, S, 20 * MS);
	feed_fault(&t.f, HOUR, 2 * HOUR, 0x0f);     /* 4 of 5 in one network */
	feed_fault(&t.f, 2 * HOUR, 3 * HOUR, 0x1f); /* all 5 of it */
	feed_fault(&t.f, 4 * HOUR, 4 * HOUR + MIN, 0xff);
	trial_judge(&t, 5 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_int_equal(t.r->n_micro, 0);
	assert_edges(
	    &t.r->outages[0], t.f.wall_ns + 4 * HOUR, t.f.wall_ns + 4 * HOUR + MIN);
	assert_int_equal(t.r->outages[0].networks_total, 4);
	trial_done(&t);
}

/* A dead target beside the outage must not move its edges. */
static void
test_target_dies_just_before(void **state)
{
	size_t outside = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct trial t;
		trial_init(&t, 900 + seed);
		feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
		feed_fault(&t.f, HOUR, HOUR + 20 * MIN, 1);
		feed_fault(&t.f, HOUR + 30 * S, HOUR + 60 * S, BEYOND);
		trial_judge(&t, 2 * HOUR);
		assert_int_equal(t.r->n_outages, 1);
		const struct outage *o = &t.r->outages[0];
		outside +=
		    llabs(o->start_ns - t.f.wall_ns - HOUR - 30 * S) > o->start_bound_ns;
		outside +=
		    llabs(o->end_ns - t.f.wall_ns - HOUR - 60 * S) > o->end_bound_ns;
		trial_done(&t);
	}
	print_message("a dead target beside it: %zu of 80 edges outside\n", outside);
	assert_int_equal(outside, 0);
}

/* ---- partial ---- */

static void
test_partial(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 90);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 5 * MIN, 0x0f);        /* four networks of five */
	feed_fault(&t.f, 2 * HOUR, 2 * HOUR + 50 * S, 0x07); /* three: no quorum */
	/* four, and the fifth too for the last half */
	feed_fault(&t.f, 3 * HOUR, 3 * HOUR + 4 * MIN, 0x1e);
	feed_fault(&t.f, 3 * HOUR + 2 * MIN, 3 * HOUR + 4 * MIN, 0x01);
	trial_judge(&t, 4 * HOUR);
	assert_int_equal(t.r->n_outages, 2);
	const struct outage *o = t.r->outages;
	assert_edges(&o[0], t.f.wall_ns + HOUR, t.f.wall_ns + HOUR + 5 * MIN);
	assert_int_equal(o[0].extent, EXTENT_PARTIAL);
	assert_int_equal(o[0].networks_failed, 4);
	assert_in_range(o[0].replies_during, 290, 302);
	assert_string_equal(o[0].deepest_answering, "internet");
	assert_int_equal(o[0].attribution, ATTR_UPSTREAM);
	assert_edges(&o[1], t.f.wall_ns + 3 * HOUR, t.f.wall_ns + 3 * HOUR + 4 * MIN);
	assert_int_equal(o[1].extent, EXTENT_PARTIAL);
	trial_done(&t);
}

/* The fifth network comes back half way: the outage goes on to its end. */
static void
test_partial_later(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 92);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 2 * MIN, 0xd0 | 0x10);
	feed_fault(&t.f, HOUR, HOUR + 4 * MIN, 0x0f);
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_edges(&t.r->outages[0], t.f.wall_ns + HOUR, t.f.wall_ns + HOUR + 4 * MIN);
	assert_int_equal(t.r->outages[0].extent, EXTENT_PARTIAL);
	assert_in_range(t.r->outages[0].replies_during, 110, 125);
	trial_done(&t);
}

/* A stray answer in the middle of a long outage does not part it. */
static void
test_stray_answer(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 91);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 10 * MIN, 0xde);
	feed_fault(&t.f, HOUR, HOUR + 5 * MIN, 0x01);
	feed_fault(&t.f, HOUR + 5 * MIN + 2500 * MS, HOUR + 10 * MIN, 0x01);
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_edges(&t.r->outages[0], t.f.wall_ns + HOUR, t.f.wall_ns + HOUR + 10 * MIN);
	assert_in_range(t.r->outages[0].replies_during, 1, 4);
	assert_int_equal(t.r->outages[0].extent, EXTENT_PARTIAL);
	trial_done(&t);
}

/* ---- families ---- */

static void
test_families(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 100);
	uint32_t l = feed_link(&t.f, "fibre");
	feed_usual(&t.f, l, 20 * MS);
	for (int i = 0; i < 3; i++) {
		uint32_t p =
		    feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 20 + i, S, 20 * MS);
		t.f.probes[p].def.family = 6;
	}
	feed_fault(&t.f, HOUR, HOUR + 3 * MIN, 0x700);            /* IPv6 alone */
	feed_fault(&t.f, 2 * HOUR, 2 * HOUR + 3 * MIN, INTERNET); /* IPv4 alone */
	feed_fault(&t.f, 3 * HOUR, 3 * HOUR + 3 * MIN, 0x7df);    /* both */
	feed_fault(&t.f, 4 * HOUR, 4 * HOUR + 6 * MIN, 0x700);    /* IPv6, then both */
	feed_fault(&t.f, 4 * HOUR + 3 * MIN, 4 * HOUR + 6 * MIN, 0xdf);
	trial_judge(&t, 5 * HOUR);
	assert_int_equal(t.r->n_outages, 2);
	assert_edges(
	    &t.r->outages[0], t.f.wall_ns + 3 * HOUR, t.f.wall_ns + 3 * HOUR + 3 * MIN);
	assert_int_equal(t.r->outages[0].networks_total, 8);
	assert_int_equal(t.r->outages[0].extent, EXTENT_TOTAL);
	assert_edges(&t.r->outages[1], t.f.wall_ns + 4 * HOUR + 3 * MIN,
	    t.f.wall_ns + 4 * HOUR + 6 * MIN);
	assert_int_equal(count_kind(t.r, DEG_IPV4), 1);
	assert_in_range(count_kind(t.r, DEG_IPV6), 1, 2);
	trial_done(&t);
}

/* A second in which nothing gets through, and no IPv6 probe happened to be sent: nobody
 * may say that IPv4 alone was down. */
static void
test_family_not_asked(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct trial t;
		trial_init(&t, seed);
		uint32_t l = feed_link(&t.f, "fibre");
		feed_usual(&t.f, l, 20 * MS);
		uint32_t p =
		    feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 20, S, 20 * MS);
		t.f.probes[p].def.family = 6;
		for (int i = 1; i <= 10; i++)
			feed_fault(&t.f, i * MIN + S / 2, i * MIN + 3 * S / 2, ALL);
		trial_judge(&t, 11 * MIN);
		assert_int_equal(count_kind(t.r, DEG_IPV4), 0);
		trial_done(&t);
	}
}

/* ---- slow probes ---- */

static void
test_slow_probes(void **state)
{
	struct trial t;
	const struct outage *o;

	(void)state;
	trial_init(&t, 110);
	uint32_t l = feed_link(&t.f, "import");
	feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 0, MIN, 20 * MS);
	feed_fault(&t.f, 10 * HOUR, 10 * HOUR + 20 * MIN, 1);
	feed_fault(&t.f, 20 * HOUR, 20 * HOUR + 3 * MIN + 30 * S, 1); /* 3 or 4 lost */
	trial_judge(&t, 30 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	o = &t.r->outages[0];
	assert_edges(o, t.f.wall_ns + 10 * HOUR, t.f.wall_ns + 10 * HOUR + 20 * MIN);
	assert_true(o->start_bound_ns < 2 * MIN && o->end_bound_ns < 2 * MIN);
	assert_true(o->inputs.outage_needs >= 6);
	assert_true(t.r->n_micro <= 1);
	trial_done(&t);
}

/* A probe a minute through 30 % loss: six in a row come by chance there. */
static void
test_slow_and_lossy(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 112);
	uint32_t l = feed_link(&t.f, "import");
	feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 0, MIN, 20 * MS);
	feed_loss(&t.f, 0.3);
	trial_judge(&t, 30 * 24 * HOUR);
	print_message("30 %% loss, a probe a minute, 30 days: %zu outages, %zu micro\n",
	    t.r->n_outages, t.r->n_micro);
	assert_true(t.r->n_outages <= 1);
	trial_done(&t);
}

/* Down for a minute, up for twenty seconds, again and again: each is an outage. */
static void
test_flapping(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 113);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	for (int64_t at = HOUR; at < HOUR + 30 * 80 * S; at += 80 * S)
		feed_fault(&t.f, at, at + MIN, BEYOND);
	trial_judge(&t, 3 * HOUR);
	assert_int_equal(t.r->n_outages, 30);
	for (size_t i = 0; i < 30; i++)
		assert_edges(&t.r->outages[i], t.f.wall_ns + t.f.faults[i].from_ns,
		    t.f.wall_ns + t.f.faults[i].to_ns);
	trial_done(&t);
}

/* One much slower than the fastest does not vote, nor sets the pace. */
static void
test_slow_beside_fast(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 111);
	uint32_t l = feed_link(&t.f, "fibre");
	feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, 0, MIN, 20 * MS);
	feed_usual(&t.f, l, 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 30 * S, 0x1bf); /* all but the gateway, bit 6 */
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_edges(&t.r->outages[0], t.f.wall_ns + HOUR, t.f.wall_ns + HOUR + 30 * S);
	assert_int_equal(t.r->outages[0].networks_total, 5);
	trial_done(&t);
}

/* ---- unknown time ---- */

static void
test_hole(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 120);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 20 * MIN, BEYOND);
	t.f.gaps[t.f.n_gaps++] = (struct span){HOUR + 5 * MIN, HOUR + 8 * MIN};
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	const struct outage *o = &t.r->outages[0];
	assert_edges(o, t.f.wall_ns + HOUR, t.f.wall_ns + HOUR + 20 * MIN);
	assert_int_equal(o->n_holes, 1);
	assert_int_equal(o->unknown_ns, o->holes[0].end_ns - o->holes[0].start_ns);
	assert_in_range(o->unknown_ns, 3 * MIN, 3 * MIN + 2 * S);
	assert_int_equal(t.r->n_unknown, 2); /* the first second, and the hole */
	assert_int_equal(t.r->unknown[1].reason, UNKNOWN_COLLECTOR_STOPPED);
	trial_done(&t);
}

static void
test_long_hole(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 121);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, 2 * HOUR, BEYOND);
	t.f.gaps[t.f.n_gaps++] = (struct span){HOUR + 10 * MIN, HOUR + 40 * MIN};
	trial_judge(&t, 3 * HOUR);
	assert_int_equal(t.r->n_outages, 2);
	const struct outage *o = t.r->outages;
	assert_string_equal(o[0].incident, o[1].incident);
	assert_string_not_equal(o[0].id, o[1].id);
	assert_true(llabs(o[0].end_ns - t.f.wall_ns - HOUR - 10 * MIN) < 2 * S);
	assert_true(llabs(o[1].start_ns - t.f.wall_ns - HOUR - 40 * MIN) < 2 * S);
	assert_int_equal(o[0].unknown_ns + o[1].unknown_ns, 0);
	trial_done(&t);
}

/* It began, or ended, while nobody measured: the bound reaches over the gap. */
static void
test_edge_in_gap(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 122);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR + MIN, HOUR + 5 * MIN, BEYOND);
	t.f.gaps[t.f.n_gaps++] = (struct span){HOUR, HOUR + 2 * MIN};
	feed_fault(&t.f, 2 * HOUR, 2 * HOUR + 5 * MIN, BEYOND);
	t.f.gaps[t.f.n_gaps++] = (struct span){2 * HOUR + 4 * MIN, 2 * HOUR + 6 * MIN};
	trial_judge(&t, 3 * HOUR);
	assert_int_equal(t.r->n_outages, 2);
	assert_edges(
	    &t.r->outages[0], t.f.wall_ns + HOUR + MIN, t.f.wall_ns + HOUR + 5 * MIN);
	assert_int_equal(t.r->outages[0].unknown_ns, 0);
	assert_edges(
	    &t.r->outages[1], t.f.wall_ns + 2 * HOUR, t.f.wall_ns + 2 * HOUR + 5 * MIN);
	assert_int_equal(t.r->outages[1].unknown_ns, 0);
	trial_done(&t);
}

/* ---- stall ---- */

static void
test_stall(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 130);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	feed_fault(&t.f, HOUR, HOUR + 8 * S, BEYOND)->held = true;
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages + t.r->n_micro, 0);
	assert_int_equal(count_kind(t.r, DEG_STALL), 1);
	assert_int_equal(t.r->n_degradations, 1);
	const struct degradation *d = &t.r->degradations[0];
	assert_true(llabs(d->start_ns - t.f.wall_ns - HOUR) < S);
	assert_true(llabs(d->end_ns - t.f.wall_ns - HOUR - 8 * S) < S);
	trial_done(&t);
}

/* ---- live and later ---- */

static uint64_t
digest(const struct link_result *r, int64_t before)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < r->n_outages + r->n_micro; i++) {
		const struct outage *o =
		    i < r->n_outages ? &r->outages[i] : &r->micro[i - r->n_outages];
		if (o->end_ns >= before)
			continue;
		const int64_t v[] = {o->start_ns, o->end_ns, o->start_bound_ns,
		    o->end_bound_ns, o->down_ns, o->unknown_ns, o->extent, o->attribution,
		    o->counted, (int64_t)o->probes_lost, (int64_t)o->replies_during,
		    (int64_t)strtoull(o->id, NULL, 16)};
		for (size_t k = 0; k < sizeof v / sizeof v[0]; k++)
			h = (h ^ (uint64_t)v[k]) * 1099511628211ull;
	}
	for (size_t i = 0; i < r->n_unknown; i++)
		if (r->unknown[i].end_ns < before)
			h = (h ^ (uint64_t)r->unknown[i].start_ns) * 1099511628211ull;
	return h;
}

static void
busy_feed(struct feed *f, uint64_t seed, int64_t end)
{
	feed_usual(f, feed_link(f, "fibre"), 40 * MS);
	feed_loss(f, 0.01);
	for (int64_t at = 5 * MIN; at < end - 5 * MIN; at += 6 * MIN) {
		double seconds =
		    feed_uniform(&seed) * (feed_uniform(&seed) < 0.5 ? 4 : 90);
		feed_fault(f, at, at + (int64_t)(seconds * 1e9),
		    feed_uniform(&seed) < 0.3 ? 0x0f : BEYOND);
	}
	f->gaps[f->n_gaps++] = (struct span){30 * MIN, 33 * MIN};
}

/* Cut anywhere: finishing in between changes nothing, and what was settled stays. */
static void
test_cuts_agree(void **state)
{
	struct trial whole, cut;
	const struct link_result *r;
	int64_t end = 3 * HOUR;
	size_t checked = 0;

	(void)state;
	trial_init(&whole, 140);
	busy_feed(&whole.f, 5, end);
	trial_judge(&whole, end);
	for (int64_t at = 7 * MIN; at < end; at += 11 * MIN) {
		trial_init(&cut, 140);
		busy_feed(&cut.f, 5, end);
		trial_judge(&cut, at);
		int64_t w = whole.f.wall_ns, settled = w + at - MIN;
		judge_finish(whole.j, w, w + at, w + end, &r);
		assert_int_equal(digest(cut.r, settled), digest(r, settled));
		checked += cut.r->n_outages;
		trial_done(&cut);
	}
	assert_true(checked > 50);
	judge_finish(
	    whole.j, whole.f.wall_ns, whole.f.wall_ns + end, whole.f.wall_ns + end, &r);
	uint64_t first = digest(r, INT64_MAX);
	judge_finish(
	    whole.j, whole.f.wall_ns, whole.f.wall_ns + end, whole.f.wall_ns + end, &r);
	assert_int_equal(first, digest(r, INT64_MAX));
	trial_done(&whole);
}

#define WAITING 4096
struct arrivals {
	struct feed *f;
	struct judge *j;
	struct sample wait[WAITING];
	int64_t due[WAITING];
	size_t n;
	uint32_t session;
	int64_t onset_ns, over_ns; /* of the fault looked at */
	int64_t suspected_ns, dark_ns, up_ns;
};

static void
look(struct arrivals *a, int64_t now)
{
	struct live live;

	judge_live(a->j, 0, now, &live);
	if (now >= a->onset_ns && now < a->over_ns) {
		if (live.state == LIVE_SUSPECTED && a->suspected_ns == 0)
			a->suspected_ns = now;
		if (live.state == LIVE_DARK && a->dark_ns == 0)
			a->dark_ns = now;
	} else if (now < a->onset_ns) {
		assert_int_not_equal(live.state, LIVE_DARK);
	} else if (live.state == LIVE_UP && a->up_ns == 0) {
		a->up_ns = now;
	}
}

static void
deliver(struct arrivals *a, int64_t until)
{
	for (;;) {
		size_t best = a->n;
		for (size_t i = 0; i < a->n; i++)
			if (a->due[i] <= until &&
			    (best == a->n || a->due[i] < a->due[best]))
				best = i;
		if (best == a->n)
			return;
		judge_arrival(a->j, &a->wait[best]);
		look(a, a->due[best]);
		judge_settle(a->j, a->due[best]);
		a->wait[best] = a->wait[--a->n];
		a->due[best] = a->due[a->n];
	}
}

static void
arrive(struct arrivals *a, const struct sample *s, int64_t due)
{
	assert_true(a->n < WAITING);
	a->wait[a->n] = *s;
	a->due[a->n++] = due;
}

static void
on_sending(void *ctx, const struct sample *s)
{
	struct arrivals *a = ctx;
	int64_t t = s->time.ns, timeout = 3 * S;

	deliver(a, t);
	if (s->session != a->session) {
		struct event e = {
		    .kind = EVENT_SESSION_START, .link = -1, .time = s->time};
		judge_arrival_event(a->j, &e);
		a->session = s->session;
	}
	if (s->flags & FLAG_LATE) { /* first the loss, then what supersedes it */
		struct sample lost = *s;
		lost.outcome = OUTCOME_LOST;
		lost.flags = 0;
		lost.rtt_ns = -1;
		arrive(a, &lost, t + timeout);
	}
	arrive(a, s, t + (s->outcome == OUTCOME_LOST ? timeout : s->rtt_ns));
}

static void
test_live_agrees(void **state)
{
	static struct arrivals a;
	struct trial later, now;
	int64_t end = 2 * HOUR;

	(void)state;
	trial_init(&later, 150);
	busy_feed(&later.f, 6, end);
	feed_fault(&later.f, end - 4 * MIN, end - 4 * MIN + 8 * S, BEYOND)->held = true;
	trial_judge(&later, end);
	trial_init(&now, 150);
	busy_feed(&now.f, 6, end);
	feed_fault(&now.f, end - 4 * MIN, end - 4 * MIN + 8 * S, BEYOND)->held = true;
	trial_start(&now);
	memset(&a, 0, sizeof a);
	a.f = &now.f;
	a.j = now.j;
	a.onset_ns = a.over_ns = INT64_MIN;
	feed_walk(&now.f, 0, end, on_sending, &a);
	deliver(&a, INT64_MAX);
	int64_t w = now.f.wall_ns;
	judge_settle(now.j, w + end + MIN);
	judge_finish(now.j, w, w + end, w + end, &now.r);
	assert_true(later.r->n_outages > 5);
	assert_int_equal(now.r->n_outages, later.r->n_outages);
	assert_int_equal(now.r->n_degradations, later.r->n_degradations);
	assert_int_equal(digest(now.r, INT64_MAX), digest(later.r, INT64_MAX));
	trial_done(&later);
	trial_done(&now);
}

static void
test_live_states(void **state)
{
	static struct arrivals a;
	struct trial t;

	(void)state;
	trial_init(&t, 151);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 40 * MS);
	feed_fault(&t.f, 20 * MIN, 22 * MIN, BEYOND);
	trial_start(&t);
	memset(&a, 0, sizeof a);
	a.f = &t.f;
	a.j = t.j;
	a.onset_ns = t.f.wall_ns + 20 * MIN;
	a.over_ns = t.f.wall_ns + 22 * MIN;
	feed_walk(&t.f, 0, 30 * MIN, on_sending, &a);
	print_message("suspected after %.1f s, confirmed after %.1f s, up %.1f s after\n",
	    (double)(a.suspected_ns - a.onset_ns) / 1e9,
	    (double)(a.dark_ns - a.onset_ns) / 1e9, (double)(a.up_ns - a.over_ns) / 1e9);
	assert_in_range(a.suspected_ns - a.onset_ns, 3 * S, 6 * S);
	assert_in_range(a.dark_ns - a.onset_ns, 4 * S, 8 * S);
	assert_in_range(a.up_ns - a.over_ns, 0, 3 * S);
	trial_done(&t);
}

/* ---- states that others judged ---- */

static void
state_at(struct judge *j, int64_t t, enum event_kind kind, const char *text)
{
	struct event e = {.kind = kind, .link = 0, .time = {t}};

	snprintf(e.text, sizeof e.text, "%s", text);
	judge_event(j, &e);
}

static void
test_states(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 160);
	feed_link(&t.f, "old");
	trial_start(&t);
	int64_t w = t.f.wall_ns;
	state_at(t.j, w + HOUR, EVENT_STATE, "up");
	state_at(t.j, w + 2 * HOUR, EVENT_STATE, "down");
	state_at(t.j, w + 3 * HOUR, EVENT_STATE, "unknown");
	state_at(t.j, w + 4 * HOUR, EVENT_STATE, "up");
	state_at(t.j, w + 6 * HOUR, EVENT_HISTORY_END, "");
	judge_finish(t.j, w, w + 10 * HOUR, w + 10 * HOUR, &t.r);
	assert_int_equal(t.r->n_outages, 1);
	assert_int_equal(t.r->outages[0].start_ns, w + 2 * HOUR);
	assert_int_equal(t.r->outages[0].end_ns, w + 3 * HOUR);
	assert_int_equal(t.r->outages[0].start_bound_ns, 0);
	assert_true(t.r->outages[0].counted);
	assert_int_equal(t.r->scheduled_ns, 10 * HOUR); /* the last state holds */
	assert_int_equal(t.r->unknown_ns, 2 * HOUR);
	assert_int_equal(t.r->down_ns, HOUR);
	assert_int_equal(t.r->unknown[0].reason, UNKNOWN_STATED);
	state_at(t.j, w + 7 * HOUR, EVENT_STATE, "down");
	state_at(t.j, w + 7 * HOUR, EVENT_HISTORY_END, "");
	judge_finish(t.j, w, w + 10 * HOUR, w + 10 * HOUR, &t.r);
	assert_int_equal(t.r->n_outages, 2);
	assert_true(t.r->outages[1].open);
	assert_int_equal(t.r->down_ns, 4 * HOUR);
	char id[17];
	strcpy(id, t.r->outages[1].id);
	state_at(t.j, w + 8 * HOUR, EVENT_STATE, "unknown");
	judge_finish(t.j, w, w + 10 * HOUR, w + 10 * HOUR, &t.r);
	assert_false(t.r->outages[1].open);
	assert_string_equal(t.r->outages[1].id, id);
	assert_int_equal(t.r->down_ns, 2 * HOUR);
	assert_int_equal(t.r->unknown_ns, 4 * HOUR);
	trial_done(&t);
}

/* Where no end is asked for, the period of a link ends with its history. */
static void
test_until_its_history_ends(void **state)
{
	struct judge_rule rule;
	struct trial t;

	(void)state;
	trial_init(&t, 162);
	feed_link(&t.f, "old");
	judge_rule_default(&rule);
	rule.until_last = true;
	t.j = judge_new(&rule);
	feed_declare(&t.f, t.j);
	int64_t w = t.f.wall_ns;
	state_at(t.j, w, EVENT_STATE, "up");
	state_at(t.j, w + 2 * HOUR, EVENT_STATE, "down");
	state_at(t.j, w + 2 * HOUR, EVENT_HISTORY_END, "");
	judge_finish(t.j, w, w + 10 * HOUR, w + 10 * HOUR, &t.r);
	assert_int_equal(t.r->scheduled_ns, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 0);
	assert_int_equal(t.r->unknown_ns, 0);
	trial_done(&t);
}

/* Two histories in turn: the end of the first ends nothing when the second comes. */
static void
test_two_histories(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 161);
	feed_usual(&t.f, feed_link(&t.f, "old"), 20 * MS);
	trial_start(&t);
	int64_t w = t.f.wall_ns;
	feed_judge(&t.f, t.j, 0, HOUR);
	state_at(t.j, w + HOUR, EVENT_HISTORY_END, "");
	judge_finish(t.j, w, w + 3 * HOUR, w + 3 * HOUR, &t.r);
	assert_int_equal(t.r->scheduled_ns, 3 * HOUR);
	assert_true(llabs(t.r->unknown_ns - 2 * HOUR) < 5 * S);
	feed_judge(&t.f, t.j, 2 * HOUR, 3 * HOUR);
	judge_finish(t.j, w, w + 3 * HOUR, w + 3 * HOUR, &t.r);
	assert_int_equal(t.r->scheduled_ns, 3 * HOUR);
	assert_true(llabs(t.r->unknown_ns - HOUR) < 5 * S);
	trial_done(&t);
}

/* ---- the shortest outage certain to be found is ---- */

static void
test_certain(void **state)
{
	static const struct {
		int voters;
		int64_t every_ns;
	} CASES[] = {{5, S}, {3, S}, {1, S}, {5, 5 * S}, {2, 30 * S}, {1, MIN}};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct trial t;
		unsigned needs;
		int64_t shortest, at = HOUR;
		trial_init(&t, 180 + i);
		uint32_t l = feed_link(&t.f, "fibre");
		for (int k = 0; k < CASES[i].voters; k++)
			feed_probe(&t.f, l, KIND_PING, ROLE_INTERNET, k,
			    CASES[i].every_ns, 20 * MS);
		trial_start(&t);
		judge_certain(t.j, l, &needs, &shortest);
		for (int k = 0; k < 40; k++, at += 2 * shortest + 20 * MIN)
			feed_fault(
			    &t.f, at + k * 77 * MS, at + k * 77 * MS + shortest, ALL);
		feed_judge(&t.f, t.j, 0, at);
		judge_finish(t.j, t.f.wall_ns, t.f.wall_ns + at, t.f.wall_ns + at, &t.r);
		print_message("%d voters every %.0f s: %u in a row, %.0f s certain\n",
		    CASES[i].voters, (double)CASES[i].every_ns / 1e9, needs,
		    (double)shortest / 1e9);
		assert_int_equal(t.r->n_outages, 40);
		trial_done(&t);
	}
}

/* ---- a CPE that never answers pings ---- */

static void
cpe_case(enum code code, enum attribution want)
{
	struct trial t;

	trial_init(&t, 190);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	t.f.probes[5].dead = true; /* its gateway */
	feed_fault(&t.f, HOUR, HOUR + 2 * MIN, ALL)->code = code;
	trial_judge(&t, 2 * HOUR);
	assert_int_equal(t.r->n_outages, 1);
	assert_string_equal(
	    attribution_name(t.r->outages[0].attribution), attribution_name(want));
	trial_done(&t);
}

static void
test_silent_cpe(void **state)
{
	(void)state;
	cpe_case(CODE_TIMEOUT, ATTR_ACCESS);
	cpe_case(CODE_NEIGHBOUR, ATTR_CPE);
}

/* Hours without a route: one reason, however many sendings failed. */
static void
test_no_route(void **state)
{
	struct trial t;

	(void)state;
	trial_init(&t, 191);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	struct feed_fault *a = feed_fault(&t.f, HOUR, 4 * HOUR, ALL);
	a->outcome = OUTCOME_NOT_SENT;
	a->code = CODE_NO_ROUTE;
	trial_judge(&t, 5 * HOUR);
	assert_int_equal(t.r->n_outages + t.r->n_micro, 0);
	assert_int_equal(t.r->n_unknown, 2);
	assert_int_equal(t.r->unknown[1].reason, UNKNOWN_LOCAL_FAULT);
	assert_true(llabs(t.r->unknown_ns - 3 * HOUR) < 5 * S);
	trial_done(&t);
}

/* ---- speed ---- */

static void
test_speed(void **state)
{
	struct trial t;
	struct timespec a, b;
	uint64_t n = 4000000;

	(void)state;
	trial_init(&t, 170);
	feed_usual(&t.f, feed_link(&t.f, "fibre"), 20 * MS);
	trial_start(&t);
	struct sample s = {.session = 1, .outcome = OUTCOME_REPLY, .rtt_ns = 20 * MS};
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (uint64_t i = 0; i < n; i++) {
		s.probe = (uint32_t)(i % 8);
		s.seq = i / 8 + 1;
		s.sent.ns = (int64_t)i * S / 8;
		s.time.ns = t.f.wall_ns + s.sent.ns;
		judge_sample(t.j, &s);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	double spent =
	    (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	print_message("%.1f million samples a second\n", (double)n / spent / 1e6);
	judge_finish(t.j, t.f.wall_ns, s.time.ns, s.time.ns, &t.r);
	assert_int_equal(t.r->n_outages, 0);
	assert_true(spent < 60); /* only a judge gone quadratic takes so long */
	trial_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_month_of_loss),
	    cmocka_unit_test(test_hours_of_30_percent),
	    cmocka_unit_test(test_heavy_loss_folds),
	    cmocka_unit_test(test_blips),
	    cmocka_unit_test(test_bad_targets),
	    cmocka_unit_test(test_silence_outlasts_the_vote),
	    cmocka_unit_test(test_one_network_is_one_vote),
	    cmocka_unit_test(test_target_dies_just_before),
	    cmocka_unit_test(test_partial),
	    cmocka_unit_test(test_partial_later),
	    cmocka_unit_test(test_stray_answer),
	    cmocka_unit_test(test_families),
	    cmocka_unit_test(test_family_not_asked),
	    cmocka_unit_test(test_slow_probes),
	    cmocka_unit_test(test_slow_and_lossy),
	    cmocka_unit_test(test_flapping),
	    cmocka_unit_test(test_slow_beside_fast),
	    cmocka_unit_test(test_hole),
	    cmocka_unit_test(test_long_hole),
	    cmocka_unit_test(test_edge_in_gap),
	    cmocka_unit_test(test_stall),
	    cmocka_unit_test(test_cuts_agree),
	    cmocka_unit_test(test_live_agrees),
	    cmocka_unit_test(test_live_states),
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_until_its_history_ends),
	    cmocka_unit_test(test_two_histories),
	    cmocka_unit_test(test_certain),
	    cmocka_unit_test(test_silent_cpe),
	    cmocka_unit_test(test_no_route),
	    cmocka_unit_test(test_speed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
