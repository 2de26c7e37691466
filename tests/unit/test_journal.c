#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal_format.h"
#include "base/schedule.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	return scratch_make(dir, sizeof dir, "journal");
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(dir);
}

static struct probe_def
probe(const char *name)
{
	struct probe_def p = {.kind = KIND_PING,
	    .role = ROLE_INTERNET,
	    .family = 4,
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S,
	    .centre = "victoria",
	    .link = "fibre",
	    .network = "192.0.2.0/24",
	    .target = "192.0.2.1"};

	snprintf(p.name, sizeof p.name, "%s", name);
	p.seed = schedule_seed(p.name);
	return p;
}

static struct journal_writer *
open_writer(void)
{
	struct journal_writer *w;
	char err[256] = "";

	if (journal_open(&w, dir, "test 1", err, sizeof err) < 0)
		fail_msg("%s", err);
	return w;
}

/* Write seconds [from, to) of one probe, every tenth lost; leave the writer open. */
static void
write_seconds(struct journal_writer *w, int64_t base, int from, int to)
{
	struct probe_def p = probe("a");
	uint32_t n = (uint32_t)journal_probe(w, &p);

	for (int i = from; i < to; i++) {
		struct sample s = {
		    .probe = n, .seq = (uint64_t)i + 1, .rtt_ns = 10000000 + i};
		s.sent = schedule_at(p.seed, p.every_ns, (uint64_t)(base + i));
		s.stamp = STAMP_KERNEL;
		if (i % 10 == 9) {
			s.outcome = OUTCOME_LOST;
			s.code = CODE_TIMEOUT;
			s.rtt_ns = -1;
		}
		journal_sent(w, n, s.seq, s.sent);
		journal_sample(w, &s);
		assert_int_equal(journal_sync(w, (mono_t){(base + i) * NS_PER_S}), 0);
	}
}

struct seen {
	uint64_t n, lost, unsettled, moved, events, last_seq;
	int64_t last_ns;
	bool ordered;
};

static int
see(void *ctx, const struct sample *s)
{
	struct seen *t = ctx;

	t->n++;
	t->lost += s->outcome == OUTCOME_LOST;
	t->unsettled += s->outcome == OUTCOME_UNSETTLED;
	t->ordered &= s->time.ns >= t->last_ns;
	t->last_ns = s->time.ns;
	t->last_seq = s->seq;
	struct probe_def p = probe("a");
	int64_t due =
	    schedule_at(p.seed, p.every_ns, (uint64_t)(1000 + (int64_t)s->seq - 1)).ns;
	t->moved +=
	    s->outcome != OUTCOME_UNSETTLED && s->sent.ns != due - due % NS_PER_US;
	return 0;
}

static int
see_event(void *ctx, const struct event *e)
{
	(void)e;
	((struct seen *)ctx)->events++;
	return 0;
}

static struct seen
scan(void)
{
	struct seen t = {.ordered = true, .last_ns = INT64_MIN};
	struct journal_visitor v = {.ctx = &t, .sample = see, .event = see_event};
	struct journal_reader *r;
	char err[256];

	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	assert_int_equal(
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	return t;
}

static void
what_is_written_is_read_back(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256] = "";

	(void)state;
	write_seconds(w, 1000, 0, 1000);
	assert_int_equal(journal_close(w, true), 0);
	struct seen t = scan();
	assert_int_equal(t.n, 1000);
	assert_int_equal(t.moved, 0);
	assert_int_equal(t.lost, 100);
	assert_int_equal(t.unsettled, 0);
	assert_true(t.ordered);
	assert_int_equal(t.events, 2);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
}

static void
a_daemon_killed_leaves_its_flights_unsettled(void **state)
{
	char err[256] = "", path[128], copy[400];
	struct journal_writer *w = open_writer();
	struct probe_def p = probe("a");

	(void)state;
	write_seconds(w, 1000, 0, 25);
	journal_sent(w, (uint32_t)journal_probe(w, &p), 26, (mono_t){1025 * NS_PER_S});
	assert_int_equal(journal_sync(w, (mono_t){1025 * NS_PER_S}), 0);
	/* What a kill leaves is the directory as it is now. */
	snprintf(path, sizeof path, "%s.killed", dir);
	snprintf(copy, sizeof copy, "cp -r %s %s", dir, path);
	assert_int_equal(system(copy), 0);
	journal_close(w, false);
	snprintf(copy, sizeof copy, "rm -r %s && mv %s %s", dir, path, dir);
	assert_int_equal(system(copy), 0);

	w = open_writer();
	assert_int_equal(journal_session(w), 2);
	assert_int_equal(journal_close(w, true), 0);
	struct seen t = scan();
	assert_int_equal(t.n, 26);
	assert_int_equal(t.unsettled, 1);
	assert_int_equal(t.moved, 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
}

static void
a_torn_tail_is_cut_and_recorded(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256] = "", path[128];

	(void)state;
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	segment_path(path, sizeof path, dir, 1);
	FILE *f = fopen(path, "ab");
	assert_int_equal(fwrite("LJB1 torn", 1, 9, f), 9);
	fclose(f);
	assert_int_equal(journal_verify(dir, err, sizeof err), 1);
	w = open_writer();
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
	assert_int_equal(scan().n, 100);
	assert_int_equal(scan().events, 5);
}

/* The file without what follows its first ${blocks} blocks. */
static void
cut_behind(int blocks)
{
	struct bytes file = {0};
	struct block_head h;
	char path[128];
	size_t at = SEGMENT_BYTES;

	segment_path(path, sizeof path, dir, 1);
	assert_int_equal(file_load(&file, path), 0);
	for (int i = 0; i < blocks; i++) {
		assert_int_equal(block_get(&h, file.p + at, file.n - at), 0);
		at += (size_t)BLOCK_BYTES + h.bytes;
	}
	assert_true(at < file.n);
	assert_int_equal(truncate(path, (off_t)at), 0);
	bytes_free(&file);
}

static int
keep_loss(void *ctx, const struct event *e)
{
	if (e->kind == EVENT_TORN_TAIL)
		memcpy(ctx, e->text, sizeof e->text);
	return 0;
}

/* What a reader says: its error, and the text of a recorded loss. */
static int
read_loss(char error[256], char text[TEXT_ROOM])
{
	struct journal_visitor v = {.ctx = text, .event = keep_loss};
	struct journal_reader *r;

	text[0] = '\0';
	assert_int_equal(journal_read(&r, dir, error, 256), 0);
	int rc = journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v);
	snprintf(error, 256, "%s", journal_error(r));
	journal_reader_free(r);
	return rc;
}

/* A tail that goes at the edge of a block leaves a good chain: only the root file knows,
 * and it is written anew with the next block. */
static void
a_lost_tail_is_told_and_then_recorded(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256] = "", text[TEXT_ROOM];
	struct root_line root;

	(void)state;
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(root_load(&root, dir), 0);
	cut_behind(3);
	assert_int_equal(journal_verify(dir, err, sizeof err), 1);
	assert_non_null(strstr(err, "the tail was lost"));
	assert_int_equal(journal_close(open_writer(), true), 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
	assert_int_equal(read_loss(err, text), 0);
	assert_non_null(strstr(text, "lost"));
	assert_non_null(strstr(text, root.hash));
}

static void
an_import_records_a_lost_tail_as_well(void **state)
{
	struct link_def link = {.centre = "victoria", .link = "fibre"};
	struct journal_writer *w = open_writer();
	char err[256] = "", text[TEXT_ROOM], path[128];
	struct root_line root;

	(void)state;
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(root_load(&root, dir), 0);
	segment_path(path, sizeof path, dir, 1);
	assert_int_equal(truncate(path, 0), 0);
	w = open_writer();
	journal_import(w);
	struct event e = {.kind = EVENT_HISTORY_END, .at = {1000 * NS_PER_S}};
	e.until = e.at;
	e.link = journal_link(w, &link);
	journal_event(w, &e);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
	assert_int_equal(read_loss(err, text), 0);
	assert_non_null(strstr(text, root.hash));
}

static void
without_its_root_file_no_chain_holds(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256] = "", path[128];
	struct bytes file = {0};

	(void)state;
	assert_int_equal(journal_verify(dir, err, sizeof err), 0); /* no block yet */
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	snprintf(path, sizeof path, "%s/journal/root", dir);
	assert_int_equal(file_load(&file, path), 0);
	for (size_t i = 0; i < file.n; i++) {
		FILE *f = fopen(path, "wb");
		file.p[i] ^= 1;
		assert_int_equal(fwrite(file.p, 1, file.n, f), file.n);
		file.p[i] ^= 1;
		fclose(f);
		if (journal_verify(dir, err, sizeof err) != 1)
			fail_msg("byte %zu of the root file went unseen", i);
	}
	bytes_free(&file);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 1);
	assert_non_null(strstr(err, "root file is missing"));
}

static void
a_segment_that_cannot_be_read_is_told(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256] = "", text[TEXT_ROOM], path[128];

	(void)state;
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	segment_path(path, sizeof path, dir, 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(read_loss(err, text), -EBADMSG);
	assert_non_null(strstr(err, "segment 1, block 0: no regular file"));
}

static void
who_wrote_it_stays_who_wrote_it(void **state)
{
	struct journal_writer *w = open_writer();
	struct bytes before = {0}, after = {0};
	char path[128];

	(void)state;
	write_seconds(w, 1000, 0, 100);
	assert_int_equal(journal_close(w, true), 0);
	snprintf(path, sizeof path, "%s/journal/agent", dir);
	assert_int_equal(file_load(&before, path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(journal_close(open_writer(), true), 0);
	assert_int_equal(file_load(&after, path), 0);
	assert_int_equal(before.n, after.n);
	assert_memory_equal(before.p, after.p, before.n);
	bytes_free(&before);
	bytes_free(&after);
}

static void
any_flipped_byte_is_named(void **state)
{
	struct journal_writer *w = open_writer();
	char err[256], path[128];
	struct bytes file = {0};

	(void)state;
	write_seconds(w, 1000, 0, 600);
	assert_int_equal(journal_close(w, true), 0);
	segment_path(path, sizeof path, dir, 1);
	assert_int_equal(file_load(&file, path), 0);
	srand(20261123);
	for (int i = 0; i < 200; i++) {
		size_t at = (size_t)rand() % file.n;
		uint8_t bit = (uint8_t)(1u << (rand() % 8));
		file.p[at] ^= bit;
		FILE *f = fopen(path, "wb");
		assert_int_equal(fwrite(file.p, 1, file.n, f), file.n);
		fclose(f);
		file.p[at] ^= bit;
		err[0] = '\0';
		if (journal_verify(dir, err, sizeof err) != 1)
			fail_msg("byte %zu of %zu went unseen", at, file.n);
		assert_non_null(strstr(err, "segment 1, block "));
	}
	bytes_free(&file);
}

static void
two_writers_do_not_share_a_journal(void **state)
{
	struct journal_writer *w = open_writer(), *other;
	char err[256];

	(void)state;
	assert_int_equal(journal_open(&other, dir, "test", err, sizeof err), -16);
	assert_int_equal(journal_close(w, true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        what_is_written_is_read_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        a_daemon_killed_leaves_its_flights_unsettled, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        a_torn_tail_is_cut_and_recorded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        a_lost_tail_is_told_and_then_recorded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        an_import_records_a_lost_tail_as_well, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        without_its_root_file_no_chain_holds, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        a_segment_that_cannot_be_read_is_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        who_wrote_it_stays_who_wrote_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(any_flipped_byte_is_named, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        two_writers_do_not_share_a_journal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
