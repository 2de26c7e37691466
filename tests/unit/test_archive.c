#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/exactness.h"
#include "rrd/archive.h"
#include "tests/unit/rrd_text.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <math.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START_S 1790000000LL

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	return scratch_make(dir, sizeof dir, "archive");
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(dir);
}

static void
declare(struct archive *a)
{
	struct link_def l = {.centre = "victoria", .link = "fibre"};
	struct probe_def p = {.centre = "victoria",
	    .link = "fibre",
	    .name = "fast",
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S};

	archive_link(a, 0, &l);
	archive_probe(a, 0, &p);
	strcpy(p.name, "slow");
	p.every_ns = 60 * NS_PER_S;
	archive_probe(a, 1, &p);
	strcpy(p.name, "speed");
	p.kind = KIND_HTTP;
	p.timeout_ns = 30 * NS_PER_S;
	archive_probe(a, 2, &p);
	strcpy(p.name, "../../../escape");
	archive_probe(a, 3, &p);
}

/* What the collector says of itself each ten seconds. */
static void
account(struct archive *a, int64_t at_s, const struct exactness *x)
{
	struct event e = {.kind = EVENT_NOTE, .link = -1, .time = {at_s * NS_PER_S}};

	assert_true(exactness_print(x, e.text, sizeof e.text));
	archive_event(a, &e);
}

/* The facts of one second, the same for the same second. */
static void
feed_second(struct archive *a, int64_t second)
{
	int64_t t = (START_S + second) * NS_PER_S;
	struct counters c = {
	    .time = {t + 900 * NS_PER_MS}, .ifindex = 2, .carrier = true};

	if (second % 3000 >= 1500 && second % 3000 < 1600)
		return; /* a hole */
	struct sample s = {.time = {t + (second * 7919 % 1000) * NS_PER_MS},
	    .rtt_ns = 10 * NS_PER_MS + second % 100};
	if (second % 17 == 0) {
		s.outcome = OUTCOME_LOST;
		s.rtt_ns = -1;
	}
	if (second % 29 == 0)
		s.flags = FLAG_LATE;
	if (second % 31 == 0)
		s.flags = FLAG_MASKED;
	if (second % 37 == 0)
		s.outcome = OUTCOME_UNSETTLED;
	archive_sample(a, &s);
	if (second % 60 == 30) {
		s = (struct sample){.probe = 1, .time = {t}, .rtt_ns = 20 * NS_PER_MS};
		archive_sample(a, &s);
	}
	if (second % 600 == 100) {
		s = (struct sample){
		    .probe = 2, .time = {t}, .rtt_ns = 2 * NS_PER_S, .bytes = 25000000};
		archive_sample(a, &s);
		s.probe = 3;
		archive_sample(a, &s);
	}
	if (second % 10 == 3) {
		struct exactness x = {.sent = 10,
		    .dropped = second % 7 == 0,
		    .kernel = (uint64_t)second % 11,
		    .user = (uint64_t)second % 3,
		    .delay_p99 = 100 + (uint64_t)second % 50,
		    .clock_bound = 900};
		account(a, START_S + second, &x);
	}
	c.rx_bytes = (uint64_t)(second % 1000) * 125000; /* set to zero now and then */
	c.tx_bytes = (uint64_t)second * 1250;
	archive_counters(a, &c);
}

/* Bring the files up to ${end}, fed from where the archive asks, flushed every ${step}.
 */
static void
fill(int64_t end, int step)
{
	struct archive *a = archive_new(dir);

	declare(a);
	int64_t from = archive_since(a).ns / NS_PER_S - START_S;
	for (int64_t second = from > 0 ? from : 0; second < end; second++) {
		feed_second(a, second);
		if (second % step == 0)
			assert_int_equal(
			    archive_flush(a, (wall_t){(START_S + second) * NS_PER_S}, 0),
			    0);
	}
	assert_int_equal(archive_flush(a, (wall_t){(START_S + end) * NS_PER_S}, 0), 0);
	archive_free(a);
}

static const char *const FILES[] = {"victoria/fibre/fast", "victoria/fibre/slow",
    "victoria/fibre/speed", "victoria/fibre/_link", "_collector"};
#define N_FILES (sizeof FILES / sizeof FILES[0])

static void
remove_files(void)
{
	struct archive *a = archive_new(dir);

	assert_int_equal(archive_remove(a), 0);
	archive_free(a);
}

static void
rebuild_equals_increments(void **state)
{
	static const int STEPS[] = {1, 7, 61};
	char *want[N_FILES];

	(void)state;
	fill(4000, 997);
	for (size_t i = 0; i < N_FILES; i++)
		want[i] = rrd_text(dir, FILES[i]);
	for (int k = 0; k < 3; k++) {
		remove_files();
		for (int64_t end = 311; end <= 4000; end += 527) /* ends at 4000 */
			fill(end, STEPS[k]);
		for (size_t i = 0; i < N_FILES; i++) {
			char *got = rrd_text(dir, FILES[i]);
			assert_string_equal(got, want[i]);
			free(got);
		}
	}
	for (size_t i = 0; i < N_FILES; i++)
		free(want[i]);
}

static void
names_do_not_escape(void **state)
{
	char path[256];

	(void)state;
	fill(1000, 10);
	snprintf(path, sizeof path, "%s/escape.rrd", dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access("/tmp/escape.rrd", F_OK), -1);
}

/* The values of one slot of a file. */
static void
fetch(const char *name, int64_t slot_end_s, double *out, size_t n)
{
	char path[256];
	time_t from = slot_end_s - 10, to = slot_end_s - 10;
	unsigned long step = 10, count;
	char **names;
	rrd_value_t *data;

	snprintf(path, sizeof path, "%s/rrd/%s.rrd", dir, name);
	rrd_clear_error();
	if (rrd_fetch_r(path, "AVERAGE", &from, &to, &step, &count, &names, &data) != 0)
		fail_msg("%s: %s", path, rrd_get_error());
	assert_int_equal(step, 10);
	assert_true(count >= n);
	for (size_t i = 0; i < n; i++)
		out[i] = data[i];
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	free(data);
}

static void
values_mean_what_they_say(void **state)
{
	struct archive *a = archive_new(dir);
	struct sample s = {0};
	double v[4];

	(void)state;
	declare(a);
	for (int i = 0; i < 10; i++) {
		s.time.ns = (START_S + i) * NS_PER_S;
		s.outcome = i < 2 ? OUTCOME_LOST : OUTCOME_REPLY;
		s.rtt_ns = i < 2 ? -1 : (10 + i) * NS_PER_MS;
		archive_sample(a, &s);
	}
	s = (struct sample){.probe = 2,
	    .time = {START_S * NS_PER_S},
	    .rtt_ns = 2 * NS_PER_S,
	    .bytes = 25000000};
	archive_sample(a, &s);
	for (int i = -1; i <= 21; i++) {
		struct counters c = {.time = {(START_S + i) * NS_PER_S},
		    .ifindex = i < 14 ? 2 : 3,
		    .rx_bytes = (uint64_t)(i < 14 ? i + 2 : i - 13) * 125000,
		    .tx_bytes = 77};
		archive_counters(a, &c);
	}
	/* Not yet: a loss may still come in at its timeout. */
	assert_int_equal(archive_flush(a, (wall_t){(START_S + 12) * NS_PER_S}, 0), 0);
	assert_true(archive_since(a).ns < 0);
	assert_int_equal(archive_flush(a, (wall_t){(START_S + 60) * NS_PER_S}, 0), 0);
	fetch("victoria/fibre/fast", START_S + 10, v, 3);
	assert_true(fabs(v[0] - 1.0) < 1e-9);
	assert_true(fabs(v[1] - 0.2) < 1e-9);
	assert_true(fabs(v[2] - 0.0155) < 1e-9);
	fetch("victoria/fibre/speed", START_S + 10, v, 4);
	assert_true(fabs(v[3] - 100e6) < 1);
	fetch("victoria/fibre/_link", START_S + 10, v, 2);
	assert_true(fabs(v[0] - 1e6) < 1);
	assert_true(v[1] == 0);
	fetch("victoria/fibre/_link", START_S + 20, v,
	    2); /* the interface was made anew: no negative rate */
	assert_true(fabs(v[0] - 1e6) < 1);
	archive_free(a);
}

static void
own_error_is_a_series(void **state)
{
	struct archive *a = archive_new(dir);
	struct exactness x = {.sent = 100,
	    .dropped = 20,
	    .skipped = 5,
	    .kernel = 60,
	    .kernel_rx = 30,
	    .user = 10,
	    .delay_p99 = 730,
	    .clock_bound = 12000};
	struct event other = {
	    .kind = EVENT_NOTE, .time = {(START_S + 16) * NS_PER_S}, .text = "exactness"};
	double v[6];

	(void)state;
	account(a, START_S + 12, &x);
	account(a, START_S + 12, &x); /* read twice */
	archive_event(a, &other);
	assert_int_equal(archive_flush(a, (wall_t){(START_S + 60) * NS_PER_S}, 0), 0);
	fetch("_collector", START_S + 10, v, 6);
	assert_true(fabs(v[0] - 0.00073) < 1e-9);
	assert_true(fabs(v[1] - 2) < 1e-9);
	assert_true(fabs(v[2] - 0.5) < 1e-9);
	assert_true(fabs(v[3] - 0.012) < 1e-9);
	assert_true(fabs(v[4] - 0.6) < 1e-9);
	assert_true(fabs(v[5] - 0.1) < 1e-9);
	archive_free(a);
}

static void
slow_probe_has_no_holes(void **state)
{
	double v[3];

	(void)state;
	fill(1400, 10);
	for (int i = 200; i < 1200; i += 10) {
		fetch("victoria/fibre/slow", START_S + i, v, 3);
		assert_true(fabs(v[0] - 1.0 / 60) < 1e-9);
		assert_true(fabs(v[2] - 0.020) < 1e-9);
	}
	fill(2000, 10);
	fetch("victoria/fibre/fast", START_S + 1550, v, 3);
	assert_true(isnan(v[0]) && isnan(v[2]));
	fetch("victoria/fibre/fast", START_S + 1650, v, 3);
	assert_false(isnan(v[0]));
}

static void
one_writer_at_a_time(void **state)
{
	struct archive *a = archive_new(dir), *b = archive_new(dir);

	(void)state;
	declare(a);
	declare(b);
	feed_second(b, 1);
	assert_int_equal(archive_lock(a), 0);
	assert_int_equal(
	    archive_flush(b, (wall_t){(START_S + 100) * NS_PER_S}, 0), -EBUSY);
	archive_free(a);
	assert_int_equal(archive_flush(b, (wall_t){(START_S + 100) * NS_PER_S}, 0), 0);
	assert_true(archive_since(b).ns < 0); /* the other probes have no file */
	archive_free(b);
}

/* A name that makes no path is left out, and that is told, in letters that any terminal
 * takes. */
static void
odd_names_are_told(void **state)
{
	struct archive *a = archive_new(dir);
	struct link_def l = {.centre = "victoria", .link = "fibre"};
	struct probe_def p = {.centre = "victoria",
	    .link = "fibre",
	    .name = "fast",
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S};
	const char *first;

	(void)state;
	archive_link(a, 0, &l);
	archive_probe(a, 0, &p);
	assert_int_equal(archive_left_out(a, &first), 0);
	strcpy(p.name, "Caf\xc3\xa9 \x1b[2J");
	archive_probe(a, 1, &p);
	strcpy(p.name, "..");
	archive_probe(a, 2, &p);
	strcpy(p.name, "fine");
	strcpy(p.centre, "");
	archive_probe(a, 3, &p);
	assert_int_equal(archive_left_out(a, &first), 3);
	assert_string_equal(first, "victoria/fibre/Caf????[2J");
	archive_free(a);
}

static void
hostile_labels_and_files(void **state)
{
	struct archive *a = archive_new(dir);
	static const int64_t TIMES[] = {INT64_MIN, -1, 0, INT64_MAX, 1};
	char path[256];

	(void)state;
	declare(a);
	for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
		struct sample s = {
		    .time = {TIMES[i]}, .rtt_ns = INT64_MAX, .bytes = UINT64_MAX};
		struct counters c = {.time = {TIMES[i]}, .ifindex = 1};
		archive_sample(a, &s);
		s.probe = 99;
		archive_sample(a, &s);
		archive_counters(a, &c);
		c.link = 99;
		archive_counters(a, &c);
	}
	assert_int_equal(archive_flush(a, (wall_t){START_S * NS_PER_S}, 0), 0);
	assert_int_equal(archive_remove(a), 0);
	archive_free(a);
	fill(100, 10);
	snprintf(path, sizeof path, "%s/rrd/victoria/fibre/fast.rrd", dir);
	assert_int_equal(truncate(path, 1000), 0);
	a = archive_new(dir);
	declare(a);
	for (int i = 200; i < 230; i++)
		feed_second(a, i);
	assert_true(archive_flush(a, (wall_t){(START_S + 500) * NS_PER_S}, 0) < 0);
	assert_non_null(strstr(archive_error(a), "fast.rrd"));
	archive_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rebuild_equals_increments, setup, teardown),
	    cmocka_unit_test_setup_teardown(names_do_not_escape, setup, teardown),
	    cmocka_unit_test_setup_teardown(values_mean_what_they_say, setup, teardown),
	    cmocka_unit_test_setup_teardown(own_error_is_a_series, setup, teardown),
	    cmocka_unit_test_setup_teardown(slow_probe_has_no_holes, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_writer_at_a_time, setup, teardown),
	    cmocka_unit_test_setup_teardown(odd_names_are_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile_labels_and_files, setup, teardown),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
