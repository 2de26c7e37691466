/* The archive through a real rrdcached on a unix socket. Skipped where there is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rrd/archive.h"
#include "tests/unit/rrd_text.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <rrd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_S 1790000000LL
#define SECONDS 900

static char dir[64], socket_path[128];
static pid_t daemon_pid = -1;

/* ---- the daemon ---- */

static void
start_daemon(void)
{
	char address[160], pid_file[96];
	struct stat st;

	snprintf(address, sizeof address, "unix:%s", socket_path);
	snprintf(pid_file, sizeof pid_file, "%s/pid", dir);
	unlink(socket_path);
	unlink(pid_file);
	daemon_pid = fork();
	assert_true(daemon_pid >= 0);
	if (daemon_pid == 0) {
		freopen("/dev/null", "w", stderr);
		execlp("rrdcached", "rrdcached", "-g", "-F", "-w", "600", "-l", address,
		    "-p", pid_file, "-b", dir, NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && stat(socket_path, &st) < 0; i++)
		usleep(10000);
	assert_int_equal(stat(socket_path, &st), 0);
}

/* With -F it writes everything before it ends. */
static void
stop_daemon(void)
{
	if (daemon_pid <= 0)
		return;
	kill(daemon_pid, SIGTERM);
	waitpid(daemon_pid, NULL, 0);
	daemon_pid = -1;
}

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(dir, sizeof dir, "rrdcached") != 0)
		return -1;
	snprintf(socket_path, sizeof socket_path, "%s/socket", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stop_daemon();
	return scratch_remove(dir);
}

/* ---- facts ---- */

static struct archive *
opened(bool cached)
{
	struct link_def l = {.centre = "victoria", .link = "fibre"};
	struct probe_def p = {.centre = "victoria",
	    .link = "fibre",
	    .name = "one",
	    .every_ns = NS_PER_S,
	    .timeout_ns = 2 * NS_PER_S};
	struct archive *a = archive_new(dir);

	if (cached)
		archive_cached(a, socket_path);
	archive_link(a, 0, &l);
	archive_probe(a, 0, &p);
	return a;
}

static void
feed(struct archive *a, int64_t from, int64_t to)
{
	for (int64_t second = from; second < to; second++) {
		struct sample s = {.time = {(START_S + second) * NS_PER_S},
		    .rtt_ns = (10 + second % 7) * NS_PER_MS};
		if (second % 13 == 0) {
			s.outcome = OUTCOME_LOST;
			s.rtt_ns = -1;
		}
		archive_sample(a, &s);
	}
}

static int
flush(struct archive *a, int64_t until)
{
	return archive_flush(a, (wall_t){(START_S + until) * NS_PER_S}, 0);
}

/* What the files hold when they are written directly. */
static char *
direct(void)
{
	struct archive *a = opened(false);

	feed(a, 0, SECONDS);
	assert_int_equal(flush(a, SECONDS), 0);
	char *text = rrd_text(dir, "victoria/fibre/one");
	assert_int_equal(archive_remove(a), 0);
	archive_free(a);
	return text;
}

static void
expect(const char *want)
{
	char *got = rrd_text(dir, "victoria/fibre/one");

	assert_string_equal(got, want);
	free(got);
}

/* ---- tests ---- */

static void
gathers_and_equals_direct(void **state)
{
	char *want = direct(), *before;

	(void)state;
	start_daemon();
	struct archive *a = opened(true);
	feed(a, 0, 30);
	assert_int_equal(flush(a, 30), 0);
	before = rrd_text(dir, "victoria/fibre/one");
	for (int64_t t = 30; t < SECONDS; t += 30) {
		feed(a, t, t + 30);
		assert_int_equal(flush(a, t + 30), 0);
	}
	expect(before); /* held back: else it was not the daemon that took them */
	archive_free(a);
	stop_daemon();
	expect(want);
	free(before);
	free(want);
}

static void
waits_while_it_is_away(void **state)
{
	char *want = direct();

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	struct archive *a = opened(true);
	feed(a, 0, 300);
	assert_int_equal(flush(a, 300), -ENOTCONN);
	assert_non_null(strstr(archive_error(a), socket_path));
	start_daemon();
	assert_int_equal(flush(a, 300), 0);
	stop_daemon();
	feed(a, 300, 600);
	assert_int_equal(flush(a, 600), -ENOTCONN);
	start_daemon();
	feed(a, 600, SECONDS);
	assert_int_equal(flush(a, SECONDS), 0);
	archive_free(a);
	stop_daemon();
	expect(want);
	free(want);
}

/* Another archive begins where the daemon, not the file, ends; what is removed is not
 * written after all. */
static void
begins_anew(void **state)
{
	char *want = direct();

	(void)state;
	start_daemon();
	struct archive *a = opened(true);
	feed(a, 0, 500);
	assert_int_equal(flush(a, 500), 0);
	archive_free(a);
	a = opened(true);
	feed(a, 100, 600); /* again, and more */
	assert_int_equal(flush(a, 600), 0);
	assert_true(archive_since(a).ns < (START_S + 600 - 3600) * NS_PER_S);
	assert_int_equal(archive_remove(a), 0);
	archive_free(a);
	a = opened(true);
	feed(a, 0, SECONDS);
	assert_int_equal(flush(a, SECONDS), 0);
	archive_free(a);
	stop_daemon();
	expect(want);
	free(want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(gathers_and_equals_direct, setup, teardown),
	    cmocka_unit_test_setup_teardown(waits_while_it_is_away, setup, teardown),
	    cmocka_unit_test_setup_teardown(begins_anew, setup, teardown),
	};

	if (system("command -v rrdcached >/dev/null") != 0) {
		printf("skipped: there is no rrdcached\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
