#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/history.h"
#include "cmd/import_time.h"
#include "cmd/options.h"
#include "tests/unit/imports.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char dir[64], data[80];

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(dir, sizeof dir, "import") != 0)
		return 1;
	snprintf(data, sizeof data, "%s/data", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unsetenv("TZ");
	return scratch_remove(dir);
}

static const char *
put(const char *name, const char *text, size_t n)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	scratch_put(path, text, n);
	return path;
}

/* Import one text; what is said lands in words. */
static int
import(const char *format, const char *text, size_t n, struct options o)
{
	return import_run(format, put("in.csv", text, n), dir, data, o);
}

#define HEAD "time,probe,kind,role,outcome,rtt_ms\n"
#define SAMPLES(text, ...)                                                               \
	import("samples", text, sizeof text - 1, (struct options){__VA_ARGS__})
#define STATES(text, ...)                                                                \
	import("states", text, sizeof text - 1, (struct options){__VA_ARGS__})

/* ---- what stands in the journal then ---- */

struct found {
	struct journal_reader *reader;
	struct sample samples[64];
	struct event events[64];
	size_t n, n_events;
};

static int
on_sample(void *ctx, const struct sample *s)
{
	struct found *f = ctx;

	if (f->n < 64)
		f->samples[f->n] = *s;
	f->n++;
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct found *f = ctx;

	if (f->n_events < 64)
		f->events[f->n_events++] = *e;
	return 0;
}

static void
find(struct found *f)
{
	struct journal_visitor v = {.ctx = f, .sample = on_sample, .event = on_event};
	char err[512] = "";

	memset(f, 0, sizeof *f);
	if (journal_verify(data, err, sizeof err) != 0)
		fail_msg("%s", err);
	assert_int_equal(journal_read(&f->reader, data, err, sizeof err), 0);
	assert_int_equal(
	    journal_scan(f->reader, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
}

static const struct probe_def *
probe_of(const struct found *f, size_t i)
{
	size_t n;

	return &journal_probes(f->reader, &n)[f->samples[i].probe];
}

static void
rows_of_every_shape(void **state)
{
	static const char TEXT[] =
	    "\xef\xbb\xbfrtt_ms;Probe;kind;role;outcome;time;flags;target;other\r\n"
	    "12.3456789;b;tcp;isp;reply;2026-03-01T01:00:02.5+01:00;late;192.0.2.7:443;x\r\n"
	    "\r\n# a word\r\n"
	    "\0\0\0\0;a;ping;internet;lost;1772323201;;;\r\n"
	    " 0.5 ;\"a\";ping;internet;reply;2026-03-01 00:00:00Z;;;\"x;\"\"y\"\r\n"
	    ";a;ping;internet;lost;1772323201.000;;;";
	struct found f;

	(void)state;
	assert_int_equal(SAMPLES(TEXT), 0);
	assert_non_null(strstr(words, "4 NUL bytes"));
	find(&f);
	assert_int_equal(f.n, 3); /* one row stood twice */
	assert_int_equal(f.samples[0].time.ns, 1772323200 * NS_PER_S);
	assert_int_equal(f.samples[0].rtt_ns, 500000);
	assert_int_equal(f.samples[0].stamp, STAMP_IMPORT);
	assert_int_equal(f.samples[1].outcome, OUTCOME_LOST);
	assert_int_equal(f.samples[1].rtt_ns, -1);
	assert_int_equal(f.samples[2].time.ns, 1772323202 * NS_PER_S + NS_PER_S / 2);
	assert_int_equal(f.samples[2].rtt_ns, 12345678);
	assert_int_equal(f.samples[2].flags, FLAG_LATE);
	assert_string_equal(probe_of(&f, 2)->network, "192.0.2.0/24");
	assert_int_equal(probe_of(&f, 2)->role, ROLE_ISP);
	assert_int_equal(probe_of(&f, 2)->family, 4);
	assert_int_equal(f.n_events, 1);
	assert_int_equal(f.events[0].kind, EVENT_HISTORY_END);
	journal_reader_free(f.reader);
}

static const struct {
	const char *row, *why;
} BAD[] = {
    {"yesterday,a,ping,internet,lost,", ":2: time: not RFC 3339"},
    {"2026-02-29T00:00:00Z,a,ping,internet,lost,", ":2: time: not RFC 3339"},
    {"2026-02-28T00:00:00,a,ping,internet,lost,", ":2: time: without an offset"},
    {"2026-02-28T00:00:00+1x,a,ping,internet,lost,", ":2: time: its offset"},
    {"1772323201000,a,ping,internet,lost,", ":2: time: not between 1970 and 2100"},
    {"1772323201,A,ping,internet,lost,", ":2: probe: A: a name is"},
    {"1772323201,,ping,internet,lost,", ":2: probe: : a name is"},
    {"1772323201,../x,ping,internet,lost,", ":2: probe: ../x: a name is"},
    {"1772323201,a,icmp,internet,lost,", ":2: kind: icmp"},
    {"1772323201,a,ping,world,lost,", ":2: role: world"},
    {"1772323201,a,ping,internet,timeout,", ":2: outcome: timeout"},
    {"1772323201,a,ping,internet,reply,", ":2: rtt_ms: a reply has one"},
    {"1772323201,a,ping,internet,lost,3", ":2: rtt_ms: only an answer"},
    {"1772323201,a,ping,internet,reply,-1", ":2: rtt_ms: -1: not"},
    {"1772323201,a,ping,internet,reply,nan", ":2: rtt_ms: nan: not"},
    {"1772323201,a,ping,internet,reply,1e3", ":2: rtt_ms: 1e3: not"},
    {"1772323201,a,ping,internet,reply,86400001", ":2: rtt_ms: 86400001: not"},
    {"1772323201,a,ping,internet,lost", ":2: 5 fields, the header has 6"},
    {"1772323201,a,ping,internet,lost,,", ":2: 7 fields, the header has 6"},
    {"1772323201,\"a,ping,internet,lost,", ":2: a quote is not closed"},
    {"1772323201,\033[31m,ping,internet,lost,", ":2: probe: ?[31m: a name is"},
    {"1772323201,\303\244\377,ping,internet,lost,", ":2: probe: ???: a name is"},
};

/* The good row stays, or with --strict goes; the bad one is named with its line. */
static void
bad_rows_are_named(void **state)
{
	char text[512];
	struct found f;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		int n = snprintf(text, sizeof text,
		    HEAD "%s\n1772323200.%zu,good,ping,internet,lost,\n", BAD[i].row,
		    i + 10);
		assert_int_equal(
		    import("samples", text, (size_t)n, (struct options){.strict = true}),
		    1);
		if (strstr(words, BAD[i].why) == NULL)
			fail_msg("%s: said: %s", BAD[i].row, words);
		assert_non_null(strstr(words, "in.csv:2: "));
		assert_non_null(strstr(words, "nothing was imported"));
		if (i == 0)
			assert_int_equal(access(data, F_OK), -1); /* not even a folder */
		assert_int_equal(
		    import("samples", text, (size_t)n, (struct options){0}), 0);
		assert_non_null(strstr(words, BAD[i].why));
		assert_non_null(strstr(words, "1 bad row was left out"));
	}
	find(&f);
	assert_int_equal(f.n, sizeof BAD / sizeof BAD[0]);
	journal_reader_free(f.reader);
	assert_int_equal(SAMPLES(HEAD "1,a,ping,internet,lost,\n1,a,tcp,internet,lost,\n",
	                     .strict = true),
	    1);
	assert_non_null(strstr(words, ":3: kind: probe a had another one before"));
}

static void
headers_and_options(void **state)
{
	struct options o = {.centre = "victoria"};
	char *args[] = {"samples", "/nonexistent", NULL};

	(void)state;
	assert_int_equal(
	    SAMPLES("time,probe,kind,role,outcome\n1,a,ping,internet,lost\n"), 1);
	assert_non_null(strstr(words, "in.csv:1: no column rtt_ms"));
	assert_int_equal(SAMPLES("time,time,probe,kind,role,outcome,rtt_ms\n"), 1);
	assert_non_null(strstr(words, "two columns time"));
	assert_int_equal(SAMPLES(""), 1);
	assert_non_null(strstr(words, "an empty file"));
	assert_int_equal(SAMPLES(HEAD), 1);
	assert_non_null(strstr(words, "no rows"));
	assert_int_equal(
	    SAMPLES(HEAD "1,a,ping,internet,lost,\n", .timezone = "Mars/Base"), 2);
	assert_int_equal(SAMPLES(HEAD "1,a,ping,internet,lost,\n", .max_gap = "soon"), 2);
	assert_int_equal(import("smoke", HEAD, sizeof HEAD - 1, (struct options){0}), 2);
	o.args = args;
	o.n_args = 2;
	snprintf(o.data_dir, sizeof o.data_dir, "%s", data);
	assert_int_equal(cmd_import(&o), 2); /* no --link */
	o.links[o.n_links++] = "fibre";
	assert_int_equal(cmd_import(&o), 1); /* no such file */
	o.links[0] = "../fibre";
	assert_int_equal(cmd_import(&o), 2);
	assert_int_equal(access(data, F_OK), -1);
}

/* The same again adds nothing; more of it adds what is new, to other links too. */
static void
again_and_more(void **state)
{
	static const char ONE[] = HEAD "1772323200.123456789,a,ping,internet,reply,1.5\n"
	                               "1772323201,a,ping,internet,refused,0.000001\n"
	                               "1772323202,a,ping,internet,lost,\n";
	static const char TWO[] = HEAD "1772323202,a,ping,internet,lost,\n"
	                               "1772323203,a,ping,internet,lost,\n"
	                               "1772323100,a,ping,internet,lost,\n";
	struct found f;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(SAMPLES(ONE), 0);
	find(&f);
	assert_int_equal(f.n, 3);
	journal_reader_free(f.reader);
	assert_int_equal(SAMPLES(TWO), 0);
	assert_int_equal(SAMPLES(ONE), 0);
	find(&f);
	assert_int_equal(f.n, 5);
	assert_int_equal(f.samples[0].time.ns, 1772323100 * NS_PER_S);
	assert_int_equal(f.samples[4].time.ns, 1772323203 * NS_PER_S);
	journal_reader_free(f.reader);
}

static uint64_t
sum_of_data(void)
{
	char command[256];
	unsigned long long sum = 0;

	snprintf(command, sizeof command,
	    "cd %s && find . -type f ! -name lock -exec cksum {} + | sort | cksum", data);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%llu", &sum), 1);
	pclose(p);
	return sum;
}

/* Whatever stops it midway, the data directory is as it was. */
static void
all_or_nothing(void **state)
{
	struct rlimit was, small = {3000, RLIM_INFINITY};
	struct journal_writer *w;
	char *text = malloc(4 << 20), err[256];
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	n += (size_t)sprintf(text, HEAD);
	for (int i = 0; i < 20000; i++)
		n += (size_t)sprintf(text + n, "%d.%03d,a,ping,internet,reply,%d.5\n",
		    1772400000 + i, i * 7 % 1000, i % 50);
	getrlimit(RLIMIT_FSIZE, &was);
	small.rlim_max = was.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(import("samples", text, 2000, (struct options){0}), 0);
	uint64_t before = sum_of_data();
	setrlimit(RLIMIT_FSIZE, &was);
	put("in.csv", text, n);
	setrlimit(RLIMIT_FSIZE, &small); /* a disk that is full after some blocks */
	char path[128], *args[] = {"samples", path, NULL};
	struct options o = {.centre = "victoria", .links = {"fibre"}, .n_links = 1};
	snprintf(path, sizeof path, "%s/in.csv", dir);
	snprintf(o.data_dir, sizeof o.data_dir, "%s", data);
	o.args = args;
	o.n_args = 2;
	assert_int_equal(cmd_import(&o), 1);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(sum_of_data(), before);
	assert_int_equal(journal_verify(data, err, sizeof err), 0);
	/* and while somebody else writes the journal */
	assert_int_equal(journal_open(&w, data, "test", err, sizeof err), 0);
	assert_int_equal(import("samples", text, n, (struct options){0}), 1);
	assert_non_null(strstr(words, "another process writes"));
	journal_close(w, true);
	assert_int_equal(import("samples", text, n, (struct options){0}), 0);
	assert_int_equal(journal_verify(data, err, sizeof err), 0);
	free(text);
}

static void
hour_that_comes_twice(void **state)
{
	struct found f;

	(void)state;
	assert_int_equal(SAMPLES(HEAD "2025-10-26 00:59:59,a,ping,internet,lost,\n"
	                              "2025-10-26 01:30:00,a,ping,internet,lost,\n"
	                              "2025-10-26 01:59:59,a,ping,internet,lost,\n"
	                              "2025-10-26 01:00:00,a,ping,internet,lost,\n"
	                              "2025-10-26 01:30:00,a,ping,internet,lost,\n"
	                              "2025-10-26 02:00:00,a,ping,internet,lost,\n",
	                     .timezone = "Europe/London"),
	    0);
	assert_non_null(strstr(words, "4 times are in an hour"));
	find(&f);
	assert_int_equal(f.n, 6);
	assert_int_equal(f.samples[1].time.ns, 1761438600 * NS_PER_S);
	assert_int_equal(f.samples[3].time.ns, 1761440400 * NS_PER_S);
	assert_int_equal(f.samples[4].time.ns, 1761442200 * NS_PER_S);
	assert_int_equal(f.samples[5].time.ns, 1761444000 * NS_PER_S);
	journal_reader_free(f.reader);
	assert_int_equal(SAMPLES(HEAD "2025-03-30T01:30:00,a,ping,internet,lost,\n",
	                     .timezone = "Europe/London"),
	    1);
	assert_non_null(strstr(words, ":2: time: does not exist"));
}

static void
spacing_is_local(void **state)
{
	struct history *h = history_new();
	struct probe_def d = {.name = "a"};
	const char *what;
	int64_t t = 0;

	(void)state;
	uint32_t p = (uint32_t)history_probe(h, &d, &what);
	for (int i = 0; i < 1000; i++)
		history_add(h, p, t += 60 * NS_PER_S, -1, OUTCOME_LOST, 0);
	int64_t change = t;
	for (int i = 0; i < 5000; i++) {
		t += NS_PER_S + (i % 100 == 50 ? 3000 * NS_PER_S : 0); /* and holes */
		history_add(h, p, t, -1, OUTCOME_LOST, 0);
	}
	assert_int_equal(history_settle(h), 0);
	assert_int_equal(history_spacing(h, "a", change - NS_PER_S), 60 * NS_PER_S);
	assert_int_equal(history_spacing(h, "a", change + NS_PER_S), NS_PER_S);
	assert_int_equal(history_spacing(h, "a", t), NS_PER_S);
	history_free(h);
	/* --max-gap wins over it */
	struct found f;
	assert_int_equal(
	    SAMPLES(HEAD "100,a,ping,internet,lost,\n102,a,ping,internet,lost,\n"
	                 "104,a,ping,internet,lost,\n",
	        .max_gap = "90s"),
	    0);
	find(&f);
	assert_int_equal(probe_of(&f, 0)->every_ns, 2 * NS_PER_S);
	assert_int_equal(probe_of(&f, 0)->max_gap_ns, 90 * NS_PER_S);
	assert_int_equal(f.events[0].time.ns, 106 * NS_PER_S);
	journal_reader_free(f.reader);
}

static void
states_others_judged(void **state)
{
	struct found f;

	(void)state;
	assert_int_equal(
	    STATES("state,time\nup,2026-03-01T00:00:00Z\n"
	           "down,2026-03-02T00:00:00Z\nunknown,2026-03-01T12:00:00Z\n"
	           "down,2026-03-02T00:00:00Z\nup,2026-03-02T00:00:00Z\n"
	           "dead,2026-03-03T00:00:00Z\nup,2026-03-04T00:00:00Z\n"),
	    0);
	assert_non_null(strstr(words, ":7: state: dead"));
	assert_non_null(strstr(words, ":6: state: up, but"));
	find(&f);
	assert_int_equal(f.n_events, 5);
	assert_string_equal(f.events[1].text, "unknown");
	assert_string_equal(f.events[2].text, "down");
	assert_int_equal(f.events[4].kind, EVENT_HISTORY_END);
	assert_int_equal(f.events[4].time.ns, f.events[3].time.ns);
	journal_reader_free(f.reader);
	assert_int_equal(STATES("time,state\n2026-03-01T00:00:00Z,up\n"), 0);
	find(&f);
	assert_int_equal(f.n_events, 5);
	journal_reader_free(f.reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rows_of_every_shape, setup, teardown),
	    cmocka_unit_test_setup_teardown(bad_rows_are_named, setup, teardown),
	    cmocka_unit_test_setup_teardown(headers_and_options, setup, teardown),
	    cmocka_unit_test_setup_teardown(again_and_more, setup, teardown),
	    cmocka_unit_test_setup_teardown(all_or_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(hour_that_comes_twice, setup, teardown),
	    cmocka_unit_test_setup_teardown(spacing_is_local, setup, teardown),
	    cmocka_unit_test_setup_teardown(states_others_judged, setup, teardown),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
