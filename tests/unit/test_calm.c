/*
 * The calm lane against the rules: the same histories, made at random, are judged by two
 * judges, one of which is never calm. What they find and all they remember must be equal,
 * at every stop on the way. LW_SEED and LW_ROUNDS repeat a run or lengthen it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/line.h"
#include "tests/unit/feed.h"

#include <stdlib.h>
#include <string.h>

#define S   NS_PER_S
#define MIN (60 * S)

static uint64_t seed = 20261123;
static unsigned rounds = 100;

struct pair {
	struct judge *calm, *plain;
	uint64_t random, taken, spared;
	int64_t step_ns; /* of the clock: added to every label from now on */
	int64_t last_ns;
	uint32_t as[64]; /* what a probe of the feed is declared as */
};

static bool
once_in(struct pair *p, uint64_t many)
{
	return feed_random(&p->random) % many == 0;
}

/* What a real history has now and then, and a feed has not. */
static void
disturb(struct pair *p, struct sample *s)
{
	static const uint32_t FLAGS[] = {FLAG_LATE, FLAG_CLOCK, FLAG_OWN_DROP,
	    FLAG_EGRESS_WRONG, FLAG_EGRESS_UNPROVEN, FLAG_MASKED, FLAG_DUP,
	    FLAG_RETRANSMITTED, FLAG_LOAD};

	if (once_in(p, 1500))
		s->flags |= FLAGS[feed_random(&p->random) % 9];
	if (once_in(p, 3000) && s->outcome == OUTCOME_REPLY)
		s->rtt_ns = (int64_t)(feed_random(&p->random) % (5 * S));
	if (once_in(p, 5000)) {
		s->outcome = OUTCOME_REFUSED;
		s->code = CODE_RESET;
	}
	if (once_in(p, 5000)) {
		s->outcome = once_in(p, 2) ? OUTCOME_NOT_SENT : OUTCOME_UNSETTLED;
		s->rtt_ns = -1;
	}
	if (once_in(p, 20000))
		p->step_ns += (int64_t)(feed_random(&p->random) % (40 * S)) - 20 * S;
	s->time.ns += p->step_ns;
}

/* A probe goes on under its name, at another pace or to another network. */
static void
reload(struct pair *p, uint32_t of_feed)
{
	struct probe_def def = p->calm->probes[p->as[of_feed]].def;
	uint32_t link = p->calm->probes[p->as[of_feed]].link;

	if (once_in(p, 2))
		def.every_ns = once_in(p, 2) ? def.every_ns * 2 : def.every_ns / 2;
	else
		def.target[0] ^= 1;
	p->as[of_feed] = (uint32_t)p->calm->n_probes;
	judge_probe(p->calm, &def, link);
	judge_probe(p->plain, &def, link);
}

static void
give(void *ctx, const struct sample *given)
{
	struct pair *p = ctx;
	struct sample s = *given;

	if (once_in(p, 9000))
		reload(p, s.probe);
	s.probe = p->as[s.probe];
	disturb(p, &s);
	struct line *l = &p->calm->lines[p->calm->probes[s.probe].link];
	uint64_t sent = l->sent;
	bool calm = l->calm;
	judge_sample(p->calm, &s);
	judge_sample(p->plain, &s);
	p->taken++;
	p->spared += calm && l->calm && l->sent > sent;
	p->last_ns = s.time.ns;
	if (once_in(p, 40000)) {
		struct event e = {.kind = once_in(p, 2) ? EVENT_GAP : EVENT_SESSION_START,
		    .link = -1,
		    .time = {s.time.ns + S},
		    .time_until = {s.time.ns + 3 * S}};
		judge_event(p->calm, &e);
		judge_event(p->plain, &e);
	}
}

/* Two histories of the same faults: links of two families of targets, a probe by TCP, one
 * of DNS, one that goes silent and one that begins late. */
static void
make(struct feed *f, uint64_t *random, int64_t length)
{
	feed_init(f, *random);
	for (int i = 0; i < 2; i++) {
		uint32_t link = feed_link(f, i == 0 ? "a" : "b");
		feed_usual(f, link, (5 + 20 * i) * NS_PER_MS);
		feed_probe(f, link, KIND_TCP, ROLE_INTERNET, 1, S, 20 * NS_PER_MS);
		feed_probe(f, link, KIND_DNS, ROLE_ISP, 6, 2 * S, 9 * NS_PER_MS);
		uint32_t six =
		    feed_probe(f, link, KIND_PING, ROLE_INTERNET, 7, S, 18 * NS_PER_MS);
		f->probes[six].def.family = 6;
		uint32_t slow = feed_probe(
		    f, link, KIND_PING, ROLE_INTERNET, 8, 4 * S, 30 * NS_PER_MS);
		f->probes[slow].dead = feed_random(random) % 3 == 0;
	}
	static const double LOSS[] = {0, 0, 0, 0.0005, 0.03};
	feed_loss(f, LOSS[feed_random(random) % 5]);
	for (unsigned i = feed_random(random) % 6; i > 0; i--) {
		int64_t from = (int64_t)(feed_uniform(random) * (double)length);
		int64_t lasts = (int64_t)(feed_uniform(random) * (double)MIN);
		struct feed_fault *w =
		    feed_fault(f, from, from + lasts, feed_random(random));
		w->held = feed_random(random) % 5 == 0;
		if (feed_random(random) % 4 == 0)
			w->code = CODE_NEIGHBOUR;
	}
	for (unsigned i = feed_random(random) % 3; i > 0; i--) {
		int64_t from = (int64_t)(feed_uniform(random) * (double)length);
		f->gaps[f->n_gaps++] =
		    (struct span){from, from + (int64_t)(feed_random(random) % (90 * S))};
	}
}

static void
same_outages(const struct link_result *a, const struct link_result *b)
{
	assert_int_equal(a->n_outages, b->n_outages);
	for (size_t i = 0; i < a->n_outages; i++) {
		struct outage x = a->outages[i], y = b->outages[i];
		assert_int_equal(x.n_holes, y.n_holes);
		for (size_t k = 0; k < x.n_holes; k++)
			assert_memory_equal(&x.holes[k], &y.holes[k], sizeof x.holes[k]);
		assert_string_equal(x.id, y.id);
		assert_int_equal(x.start_ns, y.start_ns);
		assert_int_equal(x.end_ns, y.end_ns);
		assert_int_equal(x.start_bound_ns, y.start_bound_ns);
		assert_int_equal(x.end_bound_ns, y.end_bound_ns);
		assert_int_equal(x.attribution, y.attribution);
		assert_int_equal(x.confidence, y.confidence);
		assert_int_equal(x.extent, y.extent);
		assert_int_equal(x.micro, y.micro);
		assert_int_equal(x.probes_lost, y.probes_lost);
		assert_int_equal(x.replies_during, y.replies_during);
		assert_true(x.inputs.loss_around_ratio == y.inputs.loss_around_ratio);
		assert_true(x.inputs.probes_30d == y.inputs.probes_30d);
		assert_int_equal(x.inputs.lost_in_a_row, y.inputs.lost_in_a_row);
		assert_int_equal(x.inputs.outage_needs, y.inputs.outage_needs);
		assert_int_equal(x.inputs.k, y.inputs.k);
		assert_int_equal(x.inputs.rtt_p99_ns, y.inputs.rtt_p99_ns);
	}
}

static void
same_results(const struct pair *p, int64_t from, int64_t to)
{
	const struct link_result *r[2];
	size_t n = judge_finish(p->calm, from, to, to, &r[0]);

	assert_int_equal(judge_finish(p->plain, from, to, to, &r[1]), n);
	for (size_t i = 0; i < n; i++) {
		const struct link_result *a = &r[0][i], *b = &r[1][i];
		same_outages(a, b);
		assert_int_equal(a->down_ns, b->down_ns);
		assert_int_equal(a->unknown_ns, b->unknown_ns);
		assert_int_equal(a->voters_sent, b->voters_sent);
		assert_int_equal(a->voters_lost, b->voters_lost);
		assert_int_equal(a->n_degradations, b->n_degradations);
		for (size_t k = 0; k < a->n_degradations; k++) {
			const struct degradation *x = &a->degradations[k],
			                         *y = &b->degradations[k];
			assert_int_equal(x->kind, y->kind);
			assert_int_equal(x->start_ns, y->start_ns);
			assert_int_equal(x->end_ns, y->end_ns);
			assert_int_equal(x->sent, y->sent);
			assert_int_equal(x->lost, y->lost);
			assert_int_equal(x->attribution, y->attribution);
			assert_int_equal(x->before_ns, y->before_ns);
			assert_int_equal(x->during_ns, y->during_ns);
		}
		assert_int_equal(a->n_unknown, b->n_unknown);
		for (size_t k = 0; k < a->n_unknown; k++) {
			assert_int_equal(a->unknown[k].start_ns, b->unknown[k].start_ns);
			assert_int_equal(a->unknown[k].end_ns, b->unknown[k].end_ns);
			assert_int_equal(a->unknown[k].reason, b->unknown[k].reason);
		}
		assert_int_equal(a->n_targets, b->n_targets);
		for (size_t k = 0; k < a->n_targets; k++)
			assert_int_equal(a->targets[k].sent, b->targets[k].sent);
	}
}

/* All that a line remembers, but for what only the calm lane has. */
static void
same_memory(const struct line *a, const struct line *b)
{
	assert_int_equal(a->first_ns, b->first_ns);
	assert_int_equal(a->last_ns, b->last_ns);
	assert_int_equal(a->stale_next, b->stale_next);
	assert_int_equal(a->heard_next, b->heard_next);
	assert_int_equal(a->ring_n, b->ring_n);
	assert_memory_equal(a->members, b->members, sizeof a->members);
	assert_memory_equal(a->failing, b->failing, sizeof a->failing);
	for (unsigned i = 0; i < a->ring_n && i < RING_SAMPLES; i++) {
		assert_int_equal(a->ring[i].sent_ns, b->ring[i].sent_ns);
		assert_int_equal(a->ring[i].seq, b->ring[i].seq);
		assert_int_equal(a->ring[i].say, b->ring[i].say);
	}
	assert_memory_equal(a->minutes, b->minutes, sizeof a->minutes);
	assert_true(a->long_loss == b->long_loss);
	assert_int_equal(a->counted, b->counted);
	assert_memory_equal(a->rtt, b->rtt, sizeof a->rtt);
	assert_memory_equal(&a->stall, &b->stall, sizeof a->stall);
	assert_true(a->loss.rise == b->loss.rise);
	assert_int_equal(a->ping.last_answer_ns, b->ping.last_answer_ns);
	assert_int_equal(a->ping.holds_ns, b->ping.holds_ns);
	assert_int_equal(a->service.last_answer_ns, b->service.last_answer_ns);
	assert_int_equal(a->service.holds_ns, b->service.holds_ns);
	assert_int_equal(a->covered.n, b->covered.n);
	assert_memory_equal(
	    a->covered.v, b->covered.v, a->covered.n * sizeof *a->covered.v);
	for (size_t i = 0; i < a->n_networks; i++) {
		struct network_line x = a->networks[i], y = b->networks[i];
		x.others = y.others = NULL;
		assert_memory_equal(&x, &y, sizeof x);
	}
	assert_int_equal(a->bins[0].at_ns, b->bins[0].at_ns);
	assert_int_equal(a->bins[0].sent, b->bins[0].sent);
	assert_int_equal(a->bins[0].bad.n, b->bins[0].bad.n);
	assert_int_equal(a->bins[0].thin.n, b->bins[0].thin.n);
}

static void
same_probes(const struct pair *p)
{
	for (size_t i = 0; i < p->calm->n_probes; i++) {
		const struct probe_line *a = &p->calm->probes[i],
		                        *b = &p->plain->probes[i];
		assert_int_equal(a->heard_ns, b->heard_ns);
		assert_int_equal(a->last_sent_ns, b->last_sent_ns);
		assert_int_equal(a->current, b->current);
		assert_int_equal(a->known, b->known);
		assert_int_equal(a->failing, b->failing);
		assert_int_equal(a->present, b->present);
		assert_int_equal(a->votes, b->votes);
		assert_int_equal(a->sent, b->sent);
		assert_int_equal(a->lost, b->lost);
	}
}

static uint64_t
one_round(uint64_t s, uint64_t *spared)
{
	struct feed f;
	struct judge_rule rule;
	struct pair p = {.random = s};
	int64_t length = 40 * MIN;

	judge_rule_default(&rule);
	make(&f, &p.random, length);
	p.calm = judge_new(&rule);
	p.plain = judge_new(&rule);
	p.plain->never_calm = true;
	feed_declare(&f, p.calm);
	feed_declare(&f, p.plain);
	for (uint32_t i = 0; i < 64; i++)
		p.as[i] = i;
	for (int64_t at = 0; at < length; at += 8 * MIN) {
		feed_walk(&f, at, at + 8 * MIN, give, &p);
		for (size_t i = 0; i < p.calm->n_lines; i++)
			same_memory(&p.calm->lines[i], &p.plain->lines[i]);
		same_probes(&p);
		same_results(&p, f.wall_ns, p.last_ns);
	}
	judge_free(p.calm);
	judge_free(p.plain);
	feed_done(&f);
	*spared += p.spared;
	return p.taken;
}

static void
test_same(void **state)
{
	uint64_t taken = 0, spared = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++)
		taken += one_round(seed + i, &spared);
	print_message("%llu of %llu samples were of a calm line\n",
	    (unsigned long long)spared, (unsigned long long)taken);
	assert_in_range(spared, taken / 8, taken / 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_same)};

	if (getenv("LW_SEED") != NULL)
		seed = strtoull(getenv("LW_SEED"), NULL, 10);
	if (getenv("LW_ROUNDS") != NULL)
		rounds = (unsigned)strtoul(getenv("LW_ROUNDS"), NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
