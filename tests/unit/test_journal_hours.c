#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal_format.h"
#include "base/schedule.h"
#include "tests/sim/clock_virtual.h"
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>

/* Hours pass in these tests: the clock is one of numbers. */
#define START_NS (1772323200 * NS_PER_S)
#define HOUR_NS  (3600 * NS_PER_S)

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	virtual_clock = (struct virtual_clock){.boot_ns = 1000 * NS_PER_S,
	    .offset_ns = START_NS - 1000 * NS_PER_S,
	    .bound_ns = NS_PER_MS,
	    .synchronised = true};
	return scratch_make(dir, sizeof dir, "hours");
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(dir);
}

static struct journal_writer *
begin(void)
{
	struct journal_writer *w;
	char err[256] = "";

	if (journal_open(&w, dir, "test 1", err, sizeof err) < 0)
		fail_msg("%s", err);
	return w;
}

static struct probe_def
probe(void)
{
	struct probe_def p = {.centre = "c",
	    .link = "l",
	    .name = "p",
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S,
	    .seed = 5,
	    .family = 4};

	return p;
}

/* One sample a second for so long, the clock going with them. */
static void
measure(struct journal_writer *w, int seconds, uint64_t *seq)
{
	struct probe_def p = probe();
	uint32_t n = (uint32_t)journal_probe(w, &p);

	for (int i = 0; i < seconds; i++) {
		struct clock_state clock;
		uint64_t slot = (uint64_t)(virtual_clock.boot_ns / NS_PER_S);
		struct sample s = {.probe = n,
		    .seq = ++*seq,
		    .sent = schedule_at(5, NS_PER_S, slot),
		    .rtt_ns = 20 * NS_PER_MS,
		    .stamp = STAMP_KERNEL};
		virtual_clock.boot_ns = (int64_t)(slot + 1) * NS_PER_S;
		journal_sent(w, n, s.seq, s.sent);
		journal_sample(w, &s);
		clock_state_read(&clock);
		journal_clock(w, &clock);
		assert_int_equal(journal_sync(w, clock_mono()), 0);
	}
}

struct seen {
	uint64_t n, steps, last_seq;
	bool in_order;
	int64_t first_ns, last_ns;
};

static int
see(void *ctx, const struct sample *s)
{
	struct seen *t = ctx;

	if (t->n++ == 0)
		t->first_ns = s->time.ns;
	t->in_order &= s->seq == t->last_seq + 1;
	t->last_seq = s->seq;
	t->last_ns = s->time.ns;
	return 0;
}

static int
see_event(void *ctx, const struct event *e)
{
	((struct seen *)ctx)->steps += e->kind == EVENT_CLOCK_STEP;
	return 0;
}

static struct seen
scan(void)
{
	struct seen t = {.in_order = true};
	struct journal_visitor v = {.ctx = &t, .sample = see, .event = see_event};
	struct journal_reader *r;
	char err[256];

	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	assert_int_equal(
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	return t;
}

static unsigned
segments(unsigned *sealed)
{
	uint32_t *numbers;
	int n = segment_list(dir, &numbers);

	*sealed = 0;
	for (int i = 0; i < n; i++) {
		struct bytes file = {0};
		struct segment_head head;
		char path[128];
		segment_path(path, sizeof path, dir, numbers[i]);
		assert_int_equal(file_load(&file, path), 0);
		assert_int_equal(segment_head_get(&head, file.p, file.n), 0);
		*sealed += head.sealed;
		bytes_free(&file);
	}
	free(numbers);
	return (unsigned)n;
}

static void
a_segment_is_sealed_at_the_hour_and_the_chain_holds(void **state)
{
	struct journal_writer *w = begin();
	char err[256];
	uint64_t seq = 0;
	unsigned sealed;

	(void)state;
	measure(w, 3 * 3600 + 100, &seq);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(segments(&sealed), 4);
	assert_int_equal(sealed, 3);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
	struct seen t = scan();
	assert_int_equal(t.n, seq);
	assert_true(t.in_order);
}

static void
who_follows_sees_each_sample_once_through_sealings(void **state)
{
	struct journal_writer *w = begin();
	struct seen t = {.in_order = true};
	struct journal_visitor v = {.ctx = &t, .sample = see};
	struct journal_reader *r;
	char err[256];
	uint64_t seq = 0;

	(void)state;
	measure(w, 1, &seq);
	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	/* What is in the write-ahead file already is given by the first call or not at
	 * all; from then on nothing may be missed or doubled, however long the follower
	 * sleeps. */
	assert_int_equal(journal_follow(r, &v), 0);
	if (t.n == 0)
		t.last_seq = seq;
	for (int i = 0; i < 200; i++) {
		measure(w, 1 + i % 97, &seq);
		assert_int_equal(journal_follow(r, &v), 0);
		assert_int_equal(t.last_seq, seq);
	}
	for (int i = 0; i < 4; i++) { /* asleep over an hour and its sealing */
		measure(w, 5000, &seq);
		assert_int_equal(journal_follow(r, &v), 0);
		assert_int_equal(t.last_seq, seq);
	}
	assert_true(t.in_order);
	journal_reader_free(r);
	assert_int_equal(journal_close(w, true), 0);
}

static void
a_scan_finds_blocks_that_were_sealed_meanwhile(void **state)
{
	struct journal_writer *w = begin();
	struct seen t = {.in_order = true};
	struct journal_visitor v = {.ctx = &t, .sample = see};
	struct journal_reader *r;
	char err[256];
	uint64_t seq = 0;

	(void)state;
	measure(w, 3000, &seq);
	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	measure(w, 2000, &seq);
	assert_int_equal(
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v), 0);
	assert_true(t.n >= 2980);
	assert_true(t.in_order);
	journal_reader_free(r);
	assert_int_equal(journal_close(w, true), 0);
}

static void
retention_takes_the_old_and_never_what_a_claim_may_need(void **state)
{
	struct journal_writer *w = begin();
	char err[256];
	uint64_t seq = 0;
	unsigned sealed;
	int64_t hour5 = START_NS + 5 * HOUR_NS;

	(void)state;
	measure(w, 10 * 3600 + 100, &seq);
	assert_int_equal(segments(&sealed), 11);
	/* By age: what ended before the fifth hour, four segments or five. */
	assert_in_range(
	    journal_retain(dir, (wall_t){hour5}, 0, (wall_t){INT64_MAX / 2}), 4, 5);
	unsigned left = segments(&sealed);
	/* By bytes: nothing of it is allowed to stay, but the claim window holds all. */
	assert_int_equal(journal_retain(dir, (wall_t){0}, 1, (wall_t){hour5}), 0);
	assert_int_equal(segments(&sealed), left);
	/* Without a claim only the open one stays. */
	assert_int_equal(
	    journal_retain(dir, (wall_t){0}, 1, (wall_t){INT64_MAX / 2}), (int)sealed);
	assert_int_equal(segments(&sealed), 1);
	assert_int_equal(sealed, 0);
	measure(w, 100, &seq);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
	assert_true(scan().n >= 100);
}

static void
a_step_moves_no_label_and_is_recorded(void **state)
{
	struct journal_writer *w = begin();
	uint64_t seq = 0;

	(void)state;
	measure(w, 600, &seq);
	virtual_clock.offset_ns += HOUR_NS;
	measure(w, 600, &seq);
	virtual_clock.offset_ns -= HOUR_NS;
	measure(w, 600, &seq);
	assert_int_equal(journal_close(w, true), 0);
	struct seen t = scan();
	assert_int_equal(t.n, 1800);
	assert_int_equal(t.steps, 2);
	assert_true(t.in_order);
	assert_in_range(t.last_ns - t.first_ns, 1798 * NS_PER_S, 1800 * NS_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	    T(a_segment_is_sealed_at_the_hour_and_the_chain_holds),
	    T(who_follows_sees_each_sample_once_through_sealings),
	    T(a_scan_finds_blocks_that_were_sealed_meanwhile),
	    T(retention_takes_the_old_and_never_what_a_claim_may_need),
	    T(a_step_moves_no_label_and_is_recorded),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
