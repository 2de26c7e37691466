/* The journal's rare rows, and the month's budget of throughput tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal.h"
#include "base/journal_more.h"
#include "collector/budget.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOVEMBER (1793534400ll * NS_PER_S) /* 2026-11-01T12:00:00Z */
#define DAY      (86400 * NS_PER_S)

static char dir[64];

static struct path
some_path(int hops)
{
	struct path p = {.at = {1000},
	    .until = {9000},
	    .reason = PATH_SUSPECTED,
	    .family = 4,
	    .target = {192, 0, 2, 1},
	    .isp_hop = 3,
	    .n_hops = (uint8_t)hops};

	for (int i = 0; i < hops; i++)
		p.hops[i] = i == 1 ? (struct path_hop){.rtt_ns = -1, .sent = 2}
		                   : (struct path_hop){
		                         HOP_ROUTER, {10, 0, 0, (uint8_t)i}, 5000 + i, 1};
	p.hops[hops - 1].kind = HOP_TARGET;
	return p;
}

static void
test_bytes(void **state)
{
	struct throughput t = {.probe = 7,
	    .seq = 1234567,
	    .at = {99},
	    .upload = true,
	    .streams = 8,
	    .warmup_ns = 2000000000,
	    .duration_ns = 13000000000,
	    .total_ns = 15000000000,
	    .bytes = 1,
	    .ip_bytes = 2,
	    .total_bytes = 3,
	    .n_seconds = THROUGHPUT_SECONDS};
	struct path p = some_path(PATH_HOPS), p2;
	struct throughput t2;
	struct bytes b = {0};
	struct cursor c;

	(void)state;
	for (int i = 0; i < THROUGHPUT_SECONDS; i++)
		t.second[i] = (uint64_t)i << i;
	more_put_throughput(&b, &t);
	size_t first = b.n;
	more_put_path(&b, &p);
	cursor_init(&c, b.p, b.n);
	more_get_throughput(&c, &t2);
	assert_memory_equal(&t, &t2, sizeof t);
	more_get_path(&c, &p2);
	assert_false(c.bad);
	assert_true(c.p == c.end);
	assert_int_equal(p2.n_hops, PATH_HOPS);
	assert_int_equal(p2.until.ns, 9000);
	for (int i = 0; i < PATH_HOPS; i++) {
		assert_int_equal(p2.hops[i].kind, p.hops[i].kind);
		assert_int_equal(p2.hops[i].rtt_ns, p.hops[i].rtt_ns);
		assert_memory_equal(p2.hops[i].from, p.hops[i].from, 16);
	}
	/* Every cut is noticed; every flipped byte is either noticed or harmless. */
	for (size_t n = 0; n < b.n; n++) {
		cursor_init(&c, b.p, n < first ? n : n - first);
		if (n >= first)
			cursor_init(&c, b.p + first, n - first);
		if (n < first)
			more_get_throughput(&c, &t2);
		else
			more_get_path(&c, &p2);
		assert_true(c.bad);
	}
	for (size_t i = 0; i < b.n * 256; i++) {
		uint8_t was = b.p[i / 256];
		b.p[i / 256] = (uint8_t)i;
		cursor_init(&c, b.p, b.n);
		more_get_throughput(&c, &t2);
		if (!c.bad)
			assert_true(t2.n_seconds <= THROUGHPUT_SECONDS);
		cursor_init(&c, b.p + first, b.n - first);
		more_get_path(&c, &p2);
		if (!c.bad)
			assert_true(p2.n_hops <= PATH_HOPS && p2.isp_hop <= p2.n_hops &&
			            p2.reason < PATH_REASONS);
		b.p[i / 256] = was;
	}
	bytes_free(&b);
}

struct seen {
	unsigned throughputs, paths;
	struct throughput t;
	struct path p;
};

static int
on_throughput(void *ctx, const struct throughput *t)
{
	struct seen *s = ctx;

	s->throughputs++;
	s->t = *t;
	return 0;
}

static int
on_path(void *ctx, const struct path *p)
{
	struct seen *s = ctx;

	s->paths++;
	s->p = *p;
	return 0;
}

static void
see(struct seen *out)
{
	struct journal_visitor v = {
	    .ctx = out, .throughput = on_throughput, .path = on_path};
	struct journal_reader *r;
	char err[256];

	memset(out, 0, sizeof *out);
	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	assert_int_equal(
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
}

/* Rows come back from the write-ahead file, from a block, and to one who follows, once.
 */
static void
test_journal(void **state)
{
	struct link_def link = {.centre = "a", .link = "b"};
	struct probe_def probe = {
	    .centre = "a", .link = "b", .name = "x", .kind = KIND_HTTP};
	struct path p = some_path(4);
	struct throughput t = {.seq = 5, .total_ns = NS_PER_S, .n_seconds = 1};
	struct journal_visitor v = {.throughput = on_throughput, .path = on_path};
	struct journal_writer *w;
	struct journal_reader *r;
	struct seen seen, followed = {0};
	char err[256];

	(void)state;
	assert_int_equal(journal_open(&w, dir, "test", err, sizeof err), 0);
	assert_int_equal(journal_sync(w, clock_mono()), 0);
	assert_int_equal(journal_read(&r, dir, err, sizeof err), 0);
	v.ctx = &followed;
	assert_int_equal(journal_follow(r, &v), 0);
	p.link = (uint32_t)journal_link(w, &link);
	t.probe = (uint32_t)journal_probe(w, &probe);
	p.at = t.at = clock_mono();
	p.until.ns = p.at.ns + 1000;
	journal_path(w, &p);
	journal_throughput(w, &t);
	assert_int_equal(journal_sync(w, clock_mono()), 0);
	see(&seen);
	assert_int_equal(seen.paths, 1);
	assert_int_equal(seen.throughputs, 1);
	assert_int_equal(journal_follow(r, &v), 0);
	assert_int_equal(followed.paths, 1);
	assert_int_equal(journal_close(w, true), 0);
	assert_int_equal(journal_follow(r, &v), 0);
	assert_int_equal(followed.paths, 1);
	assert_int_equal(followed.throughputs, 1);
	journal_reader_free(r);
	see(&seen);
	assert_int_equal(seen.paths, 1);
	assert_int_equal(seen.throughputs, 1);
	assert_int_equal(seen.t.seq, 5);
	assert_int_equal(seen.p.isp_hop, 3);
	assert_int_equal(seen.p.hops[0].rtt_ns, 5000);
	assert_true(seen.p.time.ns > 0);
	assert_int_equal(journal_verify(dir, err, sizeof err), 0);
}

/* ---- the budget ---- */

static struct budget *
reopened(struct budget *old)
{
	struct budget *b;
	char err[1300];

	budget_free(old);
	assert_int_equal(budget_open(&b, dir, err, sizeof err), 0);
	return b;
}

static void
test_budget(void **state)
{
	const char *zone = "Europe/Athens";
	struct budget *b = reopened(NULL);
	wall_t now = {NOVEMBER};

	(void)state;
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 600, now), 0);
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 600, now), -EDQUOT);
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 2000, now), -EDQUOT);
	assert_int_equal(budget_take(b, "a/c", zone, 1000, 600, now), 0);
	/* A restart forgets nothing; what was not used comes back. */
	b = reopened(b);
	assert_int_equal(budget_spent(b, "a/b", zone, now), 600);
	budget_settle(b, "a/b", 600, 100);
	b = reopened(b);
	assert_int_equal(budget_spent(b, "a/b", zone, now), 100);
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 900, now), 0);
	/* A month later by the centre's clocks: 22:00 UTC is midnight there. */
	now.ns = NOVEMBER + 29 * DAY + 9 * 3600 * NS_PER_S;
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 1, now), -EDQUOT);
	now.ns += 3600 * NS_PER_S;
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 600, now), 0);
	assert_int_equal(budget_spent(b, "a/b", zone, now), 600);
	/* A clock set back does not open the month before again. */
	now.ns = NOVEMBER;
	assert_int_equal(budget_take(b, "a/b", zone, 1000, 600, now), -EDQUOT);
	budget_free(b);
}

static void
test_budget_damaged(void **state)
{
	static const char *const TEXTS[] = {"", "x\n",
	    "linkwitness/throughput-budget/1\nx\n",
	    "linkwitness/throughput-budget/1\n2026-13 a/b 1\n",
	    "linkwitness/throughput-budget/1\n2026-11 a/b 1",
	    "linkwitness/throughput-budget/1\n2026-11 a/b -\n",
	    "linkwitness/throughput-budget/1\n2026-11 "
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b 1\n"};
	char name[128], err[1300];
	struct budget *b;

	(void)state;
	snprintf(name, sizeof name, "%s/throughput-budget", dir);
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		FILE *f = fopen(name, "w");
		assert_non_null(f);
		fputs(TEXTS[i], f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(budget_open(&b, dir, err, sizeof err), -EBADMSG);
		assert_non_null(strstr(err, name));
		assert_int_equal(
		    budget_take(b, "a/b", "UTC", 1000, 1, (wall_t){NOVEMBER}), -EDQUOT);
		assert_int_equal(
		    budget_take(b, "a/b", "UTC", 0, 1, (wall_t){NOVEMBER}), 0);
		budget_free(b);
	}
	assert_int_equal(unlink(name), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_journal),
	    cmocka_unit_test(test_budget),
	    cmocka_unit_test(test_budget_damaged),
	};

	if (scratch_make(dir, sizeof dir, "rows") != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	return rc != 0 ? rc : scratch_remove(dir);
}
