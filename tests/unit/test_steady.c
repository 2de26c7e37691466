/*
 * The steady state allocates nothing: a whole station measures over the loopback of a
 * namespace of the test's own, by ping, connect and DNS, answered, refused and lost, and
 * once everything has reached its height every call of malloc and its kin is counted.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/station.h"
#include "tests/unit/network.h"
#include "tests/unit/scratch.h"

#include <execinfo.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WARM_NS     (6 * NS_PER_S)
#define COUNTING_NS (5 * NS_PER_S)
#define HOUR_NS     (3600 * NS_PER_S)

/* ---- the counter: our malloc is found before the library's ---- */

#if !defined(__SANITIZE_ADDRESS__) && defined(__GLIBC__)
#define COUNTS 1

static bool counting;
static unsigned long counted;
static size_t sizes[16]; /* of the first: to say what it was */
static void *asked[24];  /* who asked for the very first */
static int first_depth;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static void
count(size_t n)
{
	if (!counting)
		return;
	if (counted < sizeof sizes / sizeof sizes[0])
		sizes[counted] = n;
	counting = false;
	if (counted++ == 0)
		first_depth = backtrace(asked, sizeof asked / sizeof asked[0]);
	counting = true;
}

void *
malloc(size_t n)
{
	count(n);
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	count(n * size);
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	count(n);
	return __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	count(n * size);
	return __libc_realloc(p, n * size);
}

static char directory[64], path[96];
static const char *user;
static struct loop *loop;

static struct sockaddr_in
local(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* One port that accepts connects (nobody takes them up), and the others refuse them. */
static int
listener(uint16_t port)
{
	struct sockaddr_in at = local(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 4096), 0);
	return fd;
}

/* A name server that answers every question with an empty answer. */
static void
on_question(void *ctx, uint32_t events)
{
	int fd = *(int *)ctx;
	uint8_t p[512];
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	ssize_t n;

	(void)events;
	while ((n = recvfrom(fd, p, sizeof p, MSG_DONTWAIT, (struct sockaddr *)&from,
	            &len)) >= 12) {
		p[2] |= 0x80;
		(void)!sendto(fd, p, (size_t)n, 0, (struct sockaddr *)&from, len);
		len = sizeof from;
	}
}

static struct settings *
load(void)
{
	struct settings *s = NULL;
	char err[400] = "";
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f,
	    "data-dir = \"%s\"\nclock = trusted\nuser = \"%s\"\n"
	    "centre c { link l { interface = lo gateway = none\n"
	    "ping a { address = 127.0.0.1 every = 10ms role = reflector }\n"
	    "ping b { address = 127.0.0.2 every = 10ms role = reflector }\n"
	    "ping six { address = \"::1\" every = 20ms role = reflector }\n"
	    "ping unknown { address = 192.0.2.1 every = 20ms role = reflector "
	    "timeout = 100ms }\n"
	    "tcp open { address = 127.0.0.1 port = 8080 every = 100ms timeout = 500ms }\n"
	    "tcp closed { address = 127.0.0.1 port = 81 every = 100ms }\n"
	    "dns asked { server = 127.0.0.1 port = 5353 name = x.test every = 100ms }\n"
	    "dns closed-dns { server = 127.0.0.1 port = 54 name = x.test every = 100ms }\n"
	    "} }\n",
	    directory, user);
	assert_int_equal(fclose(f), 0);
	if (settings_load(&s, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	return s;
}

static void
begin(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
#if COUNTS
	(void)backtrace(asked, 1); /* its own first call allocates */
#endif
	counting = true;
}

static void
end(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
	counting = false;
	loop_stop(loop);
}

static int
count_outcome(void *ctx, const struct sample *s)
{
	unsigned long *by = ctx;

	by[s->outcome]++;
	return 0;
}

/* What was counted over was work of every sort. */
static void
check_work(void)
{
	unsigned long by[OUTCOME_COUNT] = {0};
	struct journal_visitor v = {.ctx = by, .sample = count_outcome};
	struct journal_reader *r = NULL;
	char err[200] = "";

	if (journal_read(&r, directory, err, sizeof err) < 0)
		fail_msg("%s", err);
	assert_int_equal(journal_scan(r, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	printf("%lu replies, %lu refused, %lu lost, %lu not sent\n", by[OUTCOME_REPLY],
	    by[OUTCOME_REFUSED], by[OUTCOME_LOST], by[OUTCOME_NOT_SENT]);
	assert_true(by[OUTCOME_REPLY] > 2000);
	assert_true(by[OUTCOME_REFUSED] > 100);
	assert_true(by[OUTCOME_NOT_SENT] + by[OUTCOME_LOST] > 200);
}

static void
to_end_of_hour(void)
{
	int64_t left = HOUR_NS - clock_wall().ns % HOUR_NS;

	/* Sealing a segment is no steady state: begin after it. */
	if (left < WARM_NS + COUNTING_NS + 2 * NS_PER_S)
		usleep((useconds_t)(left / 1000 + 500000));
}

static void
nothing_is_allocated_once_it_runs(void **state)
{
	static const char *const NO_CHILD[] = {"/nonexistent", NULL};
	struct loop_timer first = {.fn = begin}, last = {.fn = end};
	struct station_parts parts = {.http_child = NO_CHILD};
	struct sockaddr_in at = local(5353);
	char err[400] = "";

	(void)state;
	to_end_of_hour();
	struct settings *settings = load();
	int tcp = listener(8080), names = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(names, (struct sockaddr *)&at, sizeof at), 0);
	loop = loop_new();
	assert_non_null(loop);
	assert_int_equal(
	    loop_watch(loop, names, 1 /* EPOLLIN */, on_question, &names), 0);
	parts.loop = loop;
	if (broker_start(&parts.broker, settings, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	struct station *s;
	if (station_new(&s, &parts, settings, err, sizeof err) < 0)
		fail_msg("%s", err);
	mono_t now = clock_mono();
	loop_timer_set(loop, &first, (mono_t){now.ns + WARM_NS});
	loop_timer_set(loop, &last, (mono_t){now.ns + WARM_NS + COUNTING_NS});
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(station_free(s), 0);
	loop_unwatch(loop, names);
	loop_free(loop);
	broker_stop(parts.broker);
	close(names);
	close(tcp);
	check_work();
	for (unsigned long i = 0; i < counted && i < sizeof sizes / sizeof sizes[0]; i++)
		printf("allocation %lu: %zu bytes\n", i + 1, sizes[i]);
	fflush(stdout);
	backtrace_symbols_fd(asked, first_depth, STDOUT_FILENO);
	assert_int_equal(counted, 0);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_allocated_once_it_runs),
	};

	user = "root";
	if (scratch_make(directory, sizeof directory, "steady") != 0)
		return 1;
	snprintf(path, sizeof path, "%s/conf", directory);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	return rc != 0 ? rc : scratch_remove(directory);
}
#else
#define COUNTS 0
#endif

int
main(void)
{
#if COUNTS
	if (network_own())
		return run();
	puts("skipped: no network namespace for this user; run it as root");
#else
	puts("skipped: the sanitizer's malloc cannot be counted");
#endif
	return 77;
}
