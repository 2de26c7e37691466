/*
 * The arithmetic of availability, from states that somebody else judged to what `sla`
 * prints. The first five cases are those of another engine's tests, re-derived by hand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal.h"
#include "cmd/gather.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char words[1024];

int
complain(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	return status;
}

struct state {
	int64_t at_s;
	char word; /* up, down, ? */
};

static const struct {
	const char *name;
	struct state states[10]; /* the last is at the end of the period */
	size_t n;
	int64_t from_s, to_s;
	int64_t up_s, down_s, unknown_s;
	double lower, point, upper; /* percent */
} CASES[] = {
    {"several changes",
        {{1000, 'd'}, {1100, 'u'}, {1300, 'd'}, {1400, 'u'}, {1600, 'd'}, {1700, 'u'},
            {1900, 'd'}, {2000, 'u'}},
        8, 1000, 2000, 600, 400, 0, 60, 60, 60},
    {"odd numbers",
        {{1000, 'd'}, {1023, 'u'}, {1100, 'd'}, {1242, 'u'}, {1300, 'd'}, {1307, 'u'},
            {1400, 'd'}, {1666, 'u'}, {2000, 'u'}},
        9, 1000, 2000, 562, 438, 0, 56.2, 56.2, 56.2},
    {"one third", {{1000, 'd'}, {1100, 'u'}, {1300, 'u'}}, 3, 1000, 1300, 200, 100, 0,
        66.6667, 66.6667, 66.6667},
    {"a seventh", {{1000, 'd'}, {1600, 'u'}, {1700, 'u'}}, 3, 1000, 1700, 100, 600, 0,
        14.2857, 14.2857, 14.2857},
    {"down before", {{0, 'd'}, {2000, 'd'}}, 2, 1000, 2000, 0, 1000, 0, 0, 0, 0},
    {"unknown in between",
        {{1000, 'u'}, {1100, 'd'}, {1600, '?'}, {1800, 'd'}, {2000, 'u'}}, 5, 1000, 2000,
        100, 700, 200, 10, 12.5, 30},
    {"unknown before", {{1500, 'u'}, {1600, 'd'}, {1700, 'u'}, {2000, 'u'}}, 4, 1000,
        2000, 400, 100, 500, 40, 80, 90},
};

static void
write_states(const char *data, const struct state *states, size_t n)
{
	struct journal_writer *w;
	struct clock_state clock = {.synchronised = true};
	struct link_def link = {.centre = "shop", .link = "dsl", .timezone = "UTC"};
	struct event e = {.kind = EVENT_STATE};
	char err[256];

	if (journal_open(&w, data, "made", err, sizeof err) < 0)
		fail_msg("%s", err);
	journal_import(w);
	journal_clock(w, &clock);
	e.link = journal_link(w, &link);
	e.session = journal_session(w);
	for (size_t i = 0; i < n; i++) {
		e.at.ns = e.until.ns = states[i].at_s * NS_PER_S;
		strcpy(e.text, states[i].word == 'u'   ? "up"
		               : states[i].word == 'd' ? "down"
		                                       : "unknown");
		journal_event(w, &e);
	}
	e.kind = EVENT_HISTORY_END;
	e.text[0] = '\0';
	journal_event(w, &e);
	assert_int_equal(journal_close(w, true), 0);
}

static void
remove_data(const char *data)
{
	static const char *const FILES[] = {
	    "00000001.lwj", "agent", "lock", "root", "wal"};
	char path[128];

	for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
		snprintf(path, sizeof path, "%s/journal/%s", data, FILES[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/journal", data);
	rmdir(path);
	assert_int_equal(rmdir(data), 0);
}

static void
judge_case(size_t i)
{
	char data[] = "/tmp/lw-states-XXXXXX", from[32], to[32];
	struct options o = {.from = from, .to = to};
	struct gathered *g;

	assert_non_null(mkdtemp(data));
	write_states(data, CASES[i].states, CASES[i].n);
	strcpy(o.data_dir, data);
	instant_utc(CASES[i].from_s * NS_PER_S, from);
	instant_utc(CASES[i].to_s * NS_PER_S, to);
	if (gather(&g, &o, GATHER_VERDICTS) != 0)
		fail_msg("%s: %s", CASES[i].name, words);
	const struct verdict *v = &gathered_results(g)->links[0].verdict;
	if (v->up_ns != CASES[i].up_s * NS_PER_S ||
	    v->down_ns != CASES[i].down_s * NS_PER_S ||
	    v->unknown_ns != CASES[i].unknown_s * NS_PER_S)
		fail_msg("%s: up %.3f, down %.3f, unknown %.3f", CASES[i].name,
		    (double)v->up_ns / 1e9, (double)v->down_ns / 1e9,
		    (double)v->unknown_ns / 1e9);
	if (fabs(100 * v->lower - CASES[i].lower) > 5e-5 ||
	    fabs(100 * v->point - CASES[i].point) > 5e-5 ||
	    fabs(100 * v->upper - CASES[i].upper) > 5e-5)
		fail_msg("%s: %.4f, %.4f, %.4f %%", CASES[i].name, 100 * v->lower,
		    100 * v->point, 100 * v->upper);
	gathered_free(g);
	remove_data(data);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
		judge_case(i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
