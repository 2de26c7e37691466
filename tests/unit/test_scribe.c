/*
 * The scribe: what is handed to it stands in the journal, in order and whole; what found
 * no room is counted and its hole is told.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/scribe.h"
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <string.h>

static char directory[64];

struct found {
	uint64_t samples, last_seq, gaps;
	bool in_order;
	char gap[TEXT_ROOM];
};

static int
on_sample(void *ctx, const struct sample *s)
{
	struct found *f = ctx;

	/* What a hole took at the very end reads as unsettled, sent by its cadence. */
	if (s->outcome != OUTCOME_REPLY)
		return 0;
	f->in_order = f->in_order && s->seq > f->last_seq;
	f->last_seq = s->seq;
	f->samples++;
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct found *f = ctx;

	if (e->kind != EVENT_GAP)
		return 0;
	f->gaps++;
	snprintf(f->gap, sizeof f->gap, "%s", e->text);
	return 0;
}

static struct found
read_back(void)
{
	struct found f = {.in_order = true};
	struct journal_visitor v = {.ctx = &f, .sample = on_sample, .event = on_event};
	struct journal_reader *r;
	char err[300];

	assert_int_equal(journal_verify(directory, err, sizeof err), 0);
	assert_int_equal(journal_read(&r, directory, err, sizeof err), 0);
	assert_int_equal(journal_scan(r, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	return f;
}

static struct scribe *
begin(void)
{
	struct journal_writer *w;
	struct scribe *s;
	char err[300];

	assert_int_equal(scratch_make(directory, sizeof directory, "scribe"), 0);
	assert_int_equal(journal_open(&w, directory, "test", err, sizeof err), 0);
	struct clock_state clock = {.synchronised = true};
	assert_int_equal(scribe_new(&s, w), 0);
	clock.offset_ns = clock_wall().ns - clock_mono().ns;
	scribe_clock(s, &clock);
	return s;
}

static uint32_t
one_probe(struct scribe *s)
{
	struct probe_def def = {.centre = "c",
	    .link = "l",
	    .name = "p",
	    .every_ns = NS_PER_MS,
	    .timeout_ns = NS_PER_S};
	struct link_def link = {.centre = "c", .link = "l", .timezone = "UTC"};

	assert_int_equal(scribe_link(s, &link), 0);
	return (uint32_t)scribe_probe(s, &def);
}

static void
all_of_it_stands_in_the_journal(void **state)
{
	struct scribe *s = begin();
	uint32_t probe = one_probe(s);
	mono_t now = clock_mono();
	uint64_t n = 120000;

	(void)state;
	scribe_reserve(s, 200000);
	for (uint64_t seq = 1; seq <= n; seq++) {
		struct sample sample = {.probe = probe,
		    .seq = seq,
		    .sent = {now.ns + (int64_t)seq * 1000},
		    .rtt_ns = 1000000 + (int64_t)seq,
		    .stamp = STAMP_KERNEL};
		scribe_sent(s, probe, seq, sample.sent);
		scribe_sample(s, &sample);
	}
	scribe_sync(s, clock_mono());
	struct scribe_word word;
	scribe_ask(s, &word);
	assert_int_equal(word.unwritten, 0);
	assert_int_equal(journal_close(scribe_free(s), true), 0);
	struct found f = read_back();
	assert_int_equal(f.samples, n);
	assert_true(f.in_order);
	assert_int_equal(f.gaps, 0);
	assert_int_equal(scratch_remove(directory), 0);
}

/* The writer is held (a definition that takes long), and more comes than was reserved. */
static void
what_finds_no_room_is_told_as_a_gap(void **state)
{
	struct scribe *s = begin();
	uint32_t probe = one_probe(s);
	mono_t now = clock_mono();
	uint64_t n = 200000, written;
	struct scribe_word word;

	(void)state;
	for (uint64_t seq = 1; seq <= n; seq++) {
		struct sample sample = {.probe = probe,
		    .seq = seq,
		    .sent = {now.ns + (int64_t)seq * 1000},
		    .rtt_ns = 1,
		    .stamp = STAMP_KERNEL};
		scribe_sample(s, &sample);
	}
	scribe_ask(s, &word);
	/* 256 KiB hold some 3,600 of these; no disk takes 200,000 in their making. */
	assert_true(word.unwritten > 0 && word.unwritten < n);
	uint64_t lost = word.unwritten;
	assert_int_equal(journal_close(scribe_free(s), true), 0);
	struct found f = read_back();
	written = f.samples;
	assert_true(written > 0);
	assert_true(f.in_order);
	assert_true(f.gaps >= 1);
	assert_true(written + lost >= n);
	assert_non_null(strstr(f.gap, "writing was too slow: "));
	assert_int_equal(scratch_remove(directory), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_of_it_stands_in_the_journal),
	    cmocka_unit_test(what_finds_no_room_is_told_as_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
