#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/schedule.h"
#include "collector/engine.h"

#include <errno.h>
#include <string.h>

#define SEC NS_PER_S
#define MS  NS_PER_MS

static struct {
	struct sample samples[256];
	size_t n_samples, n_sent, n_forgotten;
	mono_t sent_at[256];
	uint64_t last_seq;
	int result;
	enum code code;
} seen;

static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	(void)ctx;
	(void)probe;
	seen.last_seq = seq;
	seen.sent_at[seen.n_sent++ % 256] = at;
}

static void
on_sample(void *ctx, const struct sample *s)
{
	(void)ctx;
	seen.samples[seen.n_samples++ % 256] = *s;
}

static int
send_it(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	(void)ctx;
	(void)probe;
	(void)seq;
	out->sent = (mono_t){now.ns + 1000};
	out->code = seen.code;
	return seen.result;
}

static void
forget_it(void *ctx, uint32_t probe, uint64_t seq)
{
	(void)ctx;
	(void)probe;
	(void)seq;
	seen.n_forgotten++;
}

static const struct engine_sink SINK = {NULL, on_sent, on_sample};
static const struct transport WIRE = {.send = send_it, .forget = forget_it};
static const struct probe_def DEF = {
    .every_ns = 1 * SEC, .timeout_ns = 3 * SEC, .seed = 42};

/* Run over every wake-up until ${to}. */
static void
run_to(struct engine *e, mono_t to)
{
	while (engine_next(e).ns <= to.ns)
		engine_run(e, engine_next(e));
}

static struct engine *
fresh(const struct transport *t, const struct probe_def *def)
{
	struct engine *e = engine_new(&SINK);

	memset(&seen, 0, sizeof seen);
	assert_int_equal(engine_add(e, 7, def, t, (mono_t){1000 * SEC}), 0);
	return e;
}

static void
sends_once_a_slot_at_the_seeded_time(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);

	(void)state;
	run_to(e, (mono_t){1060 * SEC});
	assert_in_range(seen.n_sent, 59, 60);
	for (size_t i = 1; i < seen.n_sent; i++) {
		uint64_t slot = (uint64_t)(seen.sent_at[i].ns / SEC);
		assert_int_equal(slot, seen.sent_at[i - 1].ns / SEC + 1);
		assert_int_equal(
		    seen.sent_at[i].ns, schedule_at(DEF.seed, DEF.every_ns, slot).ns);
	}
	assert_int_equal(engine_add(e, 7, &DEF, &WIRE, (mono_t){0}), -EEXIST);
	engine_free(e);
}

static void
an_unanswered_sending_is_lost_at_its_timeout_and_late_after(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	run_to(e, (mono_t){first.ns + 3 * SEC + 1000});
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].outcome, OUTCOME_LOST);
	assert_int_equal(seen.samples[0].code, CODE_TIMEOUT);
	assert_int_equal(seen.samples[0].seq, 1);

	struct answer a = {.outcome = OUTCOME_REPLY, .stamp = STAMP_USER};
	a.received.ns = first.ns + 1000 + 7 * SEC;
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 2);
	assert_int_equal(seen.samples[1].flags, FLAG_LATE);
	assert_int_equal(seen.samples[1].rtt_ns, 7 * SEC);
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.samples[2].flags, FLAG_DUP);
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 3);
	run_to(e, (mono_t){first.ns + 12 * SEC});
	assert_true(seen.n_forgotten >= 1);
	assert_false(engine_known(e, 7, 1));
	size_t n = seen.n_samples;
	engine_answer(e, 7, 1, &a);
	engine_answer(e, 99, 1, &a);
	engine_answer(e, 7, UINT64_MAX, &a);
	assert_int_equal(seen.n_samples, n);
	engine_free(e);
}

static void
an_answer_settles_with_the_best_stamps(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	engine_stamped(e, 7, 1, (mono_t){first.ns + 5000});
	struct answer a = {.outcome = OUTCOME_REPLY, .stamp = STAMP_KERNEL};
	a.received.ns = first.ns + 5000 + 20 * MS;
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].rtt_ns, 20 * MS);
	assert_int_equal(seen.samples[0].sent.ns, first.ns + 5000);
	assert_int_equal(engine_in_flight(e), 0);
	engine_free(e);
}

/* ---- seen leaving ---- */

static struct engine *watched; /* by a capture, which is read when it is asked */
static mono_t left_at;
static bool taken;

static void
look(void *ctx)
{
	(void)ctx;
	if (left_at.ns != 0)
		taken = engine_left(watched, 7, seen.n_sent, true, left_at);
	left_at.ns = 0;
}

static uint32_t
nobody_saw_it(void *ctx, struct sample *s, bool stamped)
{
	(void)ctx;
	(void)s;
	(void)stamped;
	return FLAG_EGRESS_UNPROVEN;
}

/* One sending, stamped by its socket so long after the call, 0 for not at all; a capture
 * saw it so long after, and the answer came 20 ms after the call. */
static const struct sample *
send_one(struct engine *e, int64_t socket_ns, int64_t capture_ns)
{
	mono_t at = engine_next(e);
	struct answer a = {.outcome = OUTCOME_REPLY,
	    .stamp = STAMP_KERNEL_RX,
	    .received = {at.ns + 20 * MS}};

	engine_run(e, at);
	if (socket_ns != 0)
		engine_stamped(e, 7, seen.n_sent, (mono_t){at.ns + socket_ns});
	left_at.ns = at.ns + capture_ns;
	engine_answer(e, 7, seen.n_sent, &a);
	assert_int_equal(seen.n_samples, seen.n_sent);
	return &seen.samples[seen.n_samples - 1];
}

static void
what_a_capture_saw_is_the_instant_of_the_sending(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	const struct engine_proof proof = {NULL, look, nobody_saw_it, NULL};

	(void)state;
	watched = e;
	engine_prove(e, &proof);
	const struct sample *s = send_one(e, 0, 3000);
	assert_true(taken);
	assert_int_equal(s->rtt_ns, 20 * MS - 3000);
	assert_int_equal(s->stamp, STAMP_KERNEL);
	assert_int_equal(s->flags, 0);
	s = send_one(e, 9000, 3000); /* the socket's is made later */
	assert_true(taken);
	assert_int_equal(s->rtt_ns, 20 * MS - 3000);
	/* Before it was sent, or long before its socket says so: the clock was set. */
	s = send_one(e, 0, -3000);
	assert_false(taken);
	assert_int_equal(s->rtt_ns, 20 * MS - 1000); /* send_it takes so long */
	assert_int_equal(s->stamp, STAMP_KERNEL_RX);
	assert_int_equal(s->flags, 0); /* it did leave */
	s = send_one(e, 5 * MS, 3 * MS);
	assert_false(taken);
	assert_int_equal(s->rtt_ns, 15 * MS);
	assert_int_equal(s->stamp, STAMP_KERNEL);
	engine_free(e);
}

static void
an_answer_read_late_but_on_time_is_not_lost(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	/* Read after its timeout, before the engine ran: it arrived in time by its stamp.
	 */
	struct answer a = {.outcome = OUTCOME_REPLY, .received = {first.ns + 2 * SEC}};
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.samples[0].flags, 0);
	engine_run(e, (mono_t){first.ns + 1100 * MS});
	a.received.ns = seen.sent_at[1].ns + 5 * SEC;
	engine_answer(e, 7, 2, &a);
	assert_int_equal(seen.samples[1].outcome, OUTCOME_LOST);
	assert_int_equal(seen.samples[2].flags, FLAG_LATE);
	engine_free(e);
}

/* Nothing is kept for its sendings, so they lie in their places until those are wanted:
 * none is passed over for it, and who is older than the hold is no more answered. */
static void
places_are_used_again_without_a_look_at_what_lay_there(void **state)
{
	const struct transport t = {.send = send_it};
	struct engine *e = fresh(&t, &DEF);
	mono_t first = engine_next(e);
	struct answer a = {.outcome = OUTCOME_REPLY};
	struct engine_account account;

	(void)state;
	run_to(e, (mono_t){first.ns + 60 * SEC});
	engine_take_account(e, &account);
	assert_int_equal(account.skipped, 0);
	assert_in_range(seen.n_sent, 60, 62);
	size_t n = seen.n_samples;
	assert_in_range(n, seen.n_sent - 4, seen.n_sent); /* lost, but for the newest */
	for (size_t i = 0; i < seen.n_sent - 11; i++) {
		a.received.ns = seen.sent_at[seen.n_sent - 1].ns + SEC;
		engine_answer(e, 7, i + 1, &a);
	}
	assert_int_equal(seen.n_samples, n);
	a.received.ns = seen.sent_at[seen.n_sent - 8].ns + 9 * SEC;
	engine_answer(e, 7, seen.n_sent - 7, &a);
	assert_int_equal(seen.n_samples, n + 1);
	assert_int_equal(seen.samples[n].flags & FLAG_LATE, FLAG_LATE);
	engine_free(e);
}

/* An answer that another ear may have heard before: of a sending that has its answer it
 * is nothing new, be that the one a look at the capture brings; else it is the answer. */
static bool brings;

static void
hear(void *ctx)
{
	struct answer a = {.outcome = OUTCOME_REPLY, .again = true};

	(void)ctx;
	a.received.ns = seen.sent_at[seen.n_sent - 1].ns + 20 * MS;
	if (!brings)
		return;
	brings = false; /* who is being read is not read again */
	engine_answer(watched, 7, seen.n_sent, &a);
}

static void
an_answer_heard_by_two_is_one(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	const struct engine_proof proof = {NULL, hear, nobody_saw_it, NULL};
	mono_t first = engine_next(e);
	struct answer a = {.outcome = OUTCOME_REPLY, .again = true};

	(void)state;
	watched = e;
	engine_prove(e, &proof);
	engine_run(e, first);
	a.received.ns = first.ns + 30 * MS;
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 1);
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 1);
	a.again = false; /* surely another */
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 2);
	assert_int_equal(seen.samples[1].flags & FLAG_DUP, FLAG_DUP);
	engine_run(e, engine_next(e));
	assert_int_equal(seen.n_sent, 2);
	brings = a.again = true;
	a.received.ns = seen.sent_at[1].ns + 20 * MS;
	engine_answer(e, 7, 2, &a);
	assert_false(brings);
	assert_int_equal(seen.n_samples, 3);
	assert_int_equal(seen.samples[2].seq, 2);
	assert_int_equal(seen.samples[2].flags & FLAG_DUP, 0);
	engine_free(e);
}

static void
what_never_left_is_not_sent(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	seen.result = -ENETDOWN;
	seen.code = CODE_NO_CARRIER;
	run_to(e, (mono_t){first.ns + 20 * SEC});
	assert_true(seen.n_samples >= 20);
	for (size_t i = 0; i < seen.n_samples; i++) {
		assert_int_equal(seen.samples[i].outcome, OUTCOME_NOT_SENT);
		assert_int_equal(seen.samples[i].code, CODE_NO_CARRIER);
	}
	assert_int_equal(engine_in_flight(e), 0);
	engine_free(e);
}

static void
a_routers_word_is_kept_for_the_timeout_and_a_neighbour_is_told(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_expect_stamps(e, 7, true);
	engine_run(e, first);
	struct answer a = {.outcome = OUTCOME_LOST, .code = CODE_UNREACHABLE};
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 0);
	run_to(e, (mono_t){first.ns + 6 * SEC});
	assert_int_equal(seen.samples[0].code, CODE_UNREACHABLE);
	assert_int_equal(seen.samples[0].flags, 0);
	assert_int_equal(seen.samples[1].code, CODE_NEIGHBOUR);
	engine_free(e);
}

static void
slots_missed_in_a_suspend_are_not_sent_in_a_burst(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	engine_run(e, (mono_t){first.ns + 3600 * SEC});
	assert_in_range(seen.n_sent, 1, 2);
	run_to(e, (mono_t){first.ns + 3610 * SEC});
	assert_in_range(seen.n_sent, 10, 12);
	engine_free(e);
}

/* Who was not there to listen does not know what was answered. */
static void
what_was_in_flight_while_we_slept_is_own_drop(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	engine_run(e, (mono_t){first.ns + 600 * SEC});
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].outcome, OUTCOME_LOST);
	assert_int_equal(seen.samples[0].flags, FLAG_OWN_DROP);
	/* What leaves after it is heard of, or lost. */
	run_to(e, (mono_t){first.ns + 610 * SEC});
	assert_true(seen.n_samples >= 6);
	for (size_t i = 1; i < seen.n_samples; i++) {
		assert_int_equal(seen.samples[i].outcome, OUTCOME_LOST);
		assert_int_equal(seen.samples[i].flags, 0);
	}
	engine_free(e);
}

/* Only a little late, as on a busy machine: the sockets kept what came. */
static void
what_was_in_flight_while_we_were_slow_is_lost(void **state)
{
	struct probe_def rare = DEF;
	struct engine *e;
	mono_t first;

	(void)state;
	rare.every_ns = 60 * SEC; /* long without anything to do is no sleep */
	e = fresh(&WIRE, &rare);
	first = engine_next(e);
	engine_run(e, first);
	engine_run(e, (mono_t){first.ns + 4 * SEC});
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].flags, 0);
	run_to(e, (mono_t){first.ns + 300 * SEC});
	assert_true(seen.n_samples >= 4);
	for (size_t i = 1; i < seen.n_samples; i++)
		assert_int_equal(seen.samples[i].flags, 0);
	engine_free(e);
}

static void
a_removed_probe_sends_no_more_but_settles(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	engine_remove(e, 7);
	run_to(e, (mono_t){first.ns + 30 * SEC});
	assert_int_equal(seen.n_sent, 1);
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].outcome, OUTCOME_LOST);
	assert_int_equal(seen.n_forgotten, 1);
	assert_int_equal(engine_next(e).ns, INT64_MAX);
	assert_int_equal(engine_add(e, 7, &DEF, &WIRE, (mono_t){first.ns + 60 * SEC}), 0);
	run_to(e, (mono_t){first.ns + 62 * SEC});
	assert_true(seen.last_seq >= 2);
	engine_free(e);
}

static void
a_transport_that_settles_has_no_timeout(void **state)
{
	struct transport t = {.send = send_it, .settles = true};
	struct engine *e = fresh(&t, &DEF);
	mono_t first = engine_next(e);

	(void)state;
	engine_run(e, first);
	engine_remove(e, 7);
	run_to(e, (mono_t){first.ns + 100 * SEC});
	assert_int_equal(seen.n_samples, 0);
	struct answer a = {.outcome = OUTCOME_LOST, .code = CODE_HTTP, .bytes = 12};
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].code, CODE_HTTP);
	assert_int_equal(seen.samples[0].bytes, 12);
	engine_free(e);
}

/* ---- a transport that gathers ---- */

static struct {
	struct engine *engine;
	uint64_t seqs[64];
	size_t n, flushes, collects;
	int result;
	bool drops;
} batch;

static int
gather_it(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	(void)ctx;
	(void)probe;
	(void)now;
	(void)out;
	batch.seqs[batch.n++] = seq;
	return ENGINE_QUEUED;
}

static void
flush_it(void *ctx)
{
	struct departure d = {.sent = {*(const int64_t *)ctx}, .flags = FLAG_MASKED};

	for (size_t i = 0; i < batch.n; i++)
		engine_departed(batch.engine, 7, batch.seqs[i], batch.result, &d);
	batch.flushes += batch.n > 0;
	batch.n = 0;
}

static void
collect_it(void *ctx)
{
	(void)ctx;
	batch.collects++;
}

static uint32_t
doubt_it(void *ctx, uint32_t probe, mono_t sent)
{
	(void)ctx;
	(void)probe;
	(void)sent;
	return batch.drops ? FLAG_OWN_DROP : 0;
}

/* What leaves together, at *leaves, and what may have been dropped of the answers. */
static struct transport
batching(int64_t *leaves)
{
	memset(&batch, 0, sizeof batch);
	return (struct transport){.ctx = leaves,
	    .send = gather_it,
	    .flush = flush_it,
	    .collect = collect_it,
	    .doubt = doubt_it};
}

static void
a_batch_departs_when_nothing_more_is_due(void **state)
{
	int64_t leaves = 0;
	struct transport t = batching(&leaves);
	struct engine *e = fresh(&t, &DEF);
	mono_t first = engine_next(e);
	struct engine_account account;

	(void)state;
	batch.engine = e;
	leaves = first.ns + 40000;
	engine_run(e, (mono_t){first.ns + 20000});
	assert_int_equal(batch.flushes, 1);
	assert_int_equal(batch.collects, 1);
	struct answer a = {.outcome = OUTCOME_REPLY, .stamp = STAMP_KERNEL};
	a.received.ns = leaves + 5 * MS;
	engine_answer(e, 7, 1, &a);
	assert_int_equal(seen.samples[0].sent.ns, leaves);
	assert_int_equal(seen.samples[0].rtt_ns, 5 * MS);
	assert_int_equal(seen.samples[0].flags, FLAG_MASKED);
	/* Behind its slot: 20 us when it was asked for, 20 more until it left. */
	engine_take_account(e, &account);
	assert_int_equal(account.sendings, 1);
	assert_int_equal(account.delay_most_ns, 40000);
	assert_in_range(account.delay_p99_ns, 39000, 41000);
	assert_int_equal(account.stamps[STAMP_KERNEL], 1);
	/* The kernel takes none: never left, and no loss. */
	batch.result = -ENOBUFS;
	engine_run(e, engine_next(e));
	assert_int_equal(seen.samples[1].outcome, OUTCOME_NOT_SENT);
	assert_int_equal(engine_in_flight(e), 0);
	engine_take_account(e, &account);
	assert_int_equal(account.unsent, 1);
	assert_int_equal(account.sendings, 0);
	engine_free(e);
}

static void
what_we_may_have_dropped_is_own_drop_and_blames_nobody(void **state)
{
	int64_t leaves = 0;
	struct transport t = batching(&leaves);
	struct engine *e = fresh(&t, &DEF);
	mono_t first = engine_next(e);
	struct engine_account account;

	(void)state;
	batch.engine = e;
	engine_expect_stamps(e, 7, true);
	leaves = first.ns;
	engine_run(e, first);
	engine_remove(e, 7);
	batch.drops = true;
	run_to(e, (mono_t){first.ns + 4 * SEC});
	assert_int_equal(seen.n_samples, 1);
	assert_int_equal(seen.samples[0].outcome, OUTCOME_LOST);
	assert_int_equal(seen.samples[0].flags, FLAG_OWN_DROP | FLAG_MASKED);
	assert_int_equal(seen.samples[0].code, CODE_TIMEOUT);
	engine_take_account(e, &account);
	assert_int_equal(account.doubted, 1);
	engine_free(e);
}

static void
slots_passed_over_are_counted(void **state)
{
	struct engine *e = fresh(&WIRE, &DEF);
	mono_t first = engine_next(e);
	struct engine_account account;

	(void)state;
	engine_run(e, first);
	engine_run(e, (mono_t){first.ns + 3600 * SEC});
	run_to(e, (mono_t){first.ns + 3610 * SEC});
	engine_take_account(e, &account);
	uint64_t from = (uint64_t)(first.ns / SEC), to = from + 3610;
	assert_in_range(account.skipped + account.sendings, to - from, to - from + 1);
	assert_in_range(account.skipped, 3597, 3601);
	engine_free(e);
}

/* Woken each 2 ms, 200 probes of 20 ms leave within 1 ms of their time, before it or
 * after, none before its slot begins, none twice, and none is timed out early. */
static void
gathered_ones_leave_before_and_after_their_time(void **state)
{
	static const int64_t EVERY = 20 * MS, GATHER = 1 * MS;
	struct engine *e = engine_new(&SINK);
	struct probe_def def = {.every_ns = EVERY, .timeout_ns = SEC};
	mono_t from = {1000 * SEC};
	struct engine_account account;
	size_t before = 0;

	(void)state;
	memset(&seen, 0, sizeof seen);
	engine_gather(e, GATHER);
	for (uint32_t i = 0; i < 200; i++) {
		def.seed = i + 1;
		assert_int_equal(engine_add(e, i, &def, &WIRE, from), 0);
	}
	for (int k = 0; k < 500; k++) {
		mono_t now = {from.ns + k * 2 * GATHER};
		size_t n = seen.n_sent;
		engine_run(e, now);
		assert_true(engine_next(e).ns > now.ns);
		for (; n < seen.n_sent && seen.n_sent - n <= 256; n++)
			assert_int_equal(seen.sent_at[n % 256].ns, now.ns);
	}
	engine_take_account(e, &account);
	assert_int_equal(account.skipped, 0);
	assert_in_range(account.sendings, 200 * 49, 200 * 51);
	assert_true(account.delay_most_ns <= GATHER + 2000);
	assert_int_equal(seen.n_samples, 0); /* the first were sent 998 ms ago */
	engine_free(e);

	/* A probe alone: it may leave early from then on, and never before its slot. */
	e = fresh(&WIRE, &DEF);
	engine_gather(e, GATHER);
	for (int i = 0; i < 2000; i++) {
		mono_t next = engine_next(e);
		size_t n = seen.n_sent;
		engine_run(e, next);
		if (seen.n_sent == n)
			continue;
		uint64_t slot = (uint64_t)(next.ns / SEC);
		int64_t due = schedule_at(DEF.seed, SEC, slot).ns;
		assert_true(due - next.ns <= GATHER && due >= next.ns);
		before += due > next.ns;
	}
	assert_true(before > 300);
	engine_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sends_once_a_slot_at_the_seeded_time),
	    cmocka_unit_test(an_unanswered_sending_is_lost_at_its_timeout_and_late_after),
	    cmocka_unit_test(an_answer_settles_with_the_best_stamps),
	    cmocka_unit_test(an_answer_read_late_but_on_time_is_not_lost),
	    cmocka_unit_test(an_answer_heard_by_two_is_one),
	    cmocka_unit_test(places_are_used_again_without_a_look_at_what_lay_there),
	    cmocka_unit_test(what_never_left_is_not_sent),
	    cmocka_unit_test(
	        a_routers_word_is_kept_for_the_timeout_and_a_neighbour_is_told),
	    cmocka_unit_test(slots_missed_in_a_suspend_are_not_sent_in_a_burst),
	    cmocka_unit_test(what_was_in_flight_while_we_slept_is_own_drop),
	    cmocka_unit_test(what_was_in_flight_while_we_were_slow_is_lost),
	    cmocka_unit_test(a_removed_probe_sends_no_more_but_settles),
	    cmocka_unit_test(what_a_capture_saw_is_the_instant_of_the_sending),
	    cmocka_unit_test(a_transport_that_settles_has_no_timeout),
	    cmocka_unit_test(a_batch_departs_when_nothing_more_is_due),
	    cmocka_unit_test(what_we_may_have_dropped_is_own_drop_and_blames_nobody),
	    cmocka_unit_test(slots_passed_over_are_counted),
	    cmocka_unit_test(gathered_ones_leave_before_and_after_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
