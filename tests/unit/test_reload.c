/*
 * Another configuration while sendings are in flight, in a namespace of the test's own
 * whose kernel answers nothing: the test does, after a while. What goes on is heard of as
 * if nothing had happened; what we stopped listening for is our own doing, and no loss.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/privilege.h"
#include "collector/station.h"
#include "tests/unit/network.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOW_NS   (200 * NS_PER_MS) /* until an answer */
#define RELOAD_NS (2 * NS_PER_S)
#define RUN_NS    (4 * NS_PER_S)
#define TEST_NS   (9 * NS_PER_S) /* a link must be idle for three before a test */
#define HELD      256
#define DNS_PORT  5353

static struct {
	char directory[64], path[96];
	struct loop *loop;
	struct broker *broker;
	struct station *station;
	int raw, dns;
} lab;

static struct answer {
	struct loop_timer timer;
	int fd;
	uint8_t p[600];
	size_t n;
	struct sockaddr_in to;
} held[HELD];
static unsigned n_held;

static struct {
	unsigned answered, lost, own_drops, masked;
	mono_t reloaded;
} found;

/* ---- a slow network ---- */

static void
answer_now(void *ctx, mono_t now)
{
	struct answer *a = ctx;

	(void)now;
	(void)!sendto(a->fd, a->p, a->n, 0, (struct sockaddr *)&a->to, sizeof a->to);
}

static struct answer *
hold(int fd, const uint8_t *p, size_t n)
{
	struct answer *a = &held[n_held++ % HELD];

	assert_int_equal(a->timer.place, 0);
	*a = (struct answer){.timer = {.fn = answer_now, .ctx = a}, .fd = fd, .n = n};
	memcpy(a->p, p, n);
	loop_timer_set(lab.loop, &a->timer, (mono_t){clock_mono().ns + SLOW_NS});
	return a;
}

static void
on_echo(void *ctx, uint32_t events)
{
	uint8_t p[256];
	ssize_t n;

	(void)ctx;
	(void)events;
	while ((n = recv(lab.raw, p, sizeof p, MSG_DONTWAIT)) > 28) {
		if (p[20] != ICMP_ECHO)
			continue;
		struct answer *a = hold(lab.raw, p + 20, (size_t)n - 20);
		a->p[0] = ICMP_ECHOREPLY; /* eight less in the first word */
		uint32_t sum = ((uint32_t)a->p[2] << 8 | a->p[3]) + (ICMP_ECHO << 8);
		sum = (sum & 0xffff) + (sum >> 16);
		a->p[2] = (uint8_t)(sum >> 8);
		a->p[3] = (uint8_t)sum;
		a->to.sin_family = AF_INET;
		memcpy(&a->to.sin_addr, p + 12, 4);
	}
}

static void
on_question(void *ctx, uint32_t events)
{
	uint8_t p[600];
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	ssize_t n;

	(void)ctx;
	(void)events;
	while ((n = recvfrom(lab.dns, p, sizeof p, MSG_DONTWAIT, (struct sockaddr *)&from,
	            &len)) >= 12) {
		struct answer *a = hold(lab.dns, p, (size_t)n);
		a->p[2] |= 0x80;
		a->to = from;
	}
}

/* ---- one run ---- */

#define PING                                                                             \
	"ping p { address = 127.0.0.1 every = 20ms timeout = 500ms role = reflector }\n"
#define DNS                                                                              \
	"dns d { server = 127.0.0.1 port = 5353 name = x.test every = 20ms "             \
	"timeout = 500ms }\n"

#define HTTP "http h { url = \"http://127.0.0.1:1/\" every = 60s }\n"

static struct settings *
load(const char *link)
{
	struct settings *s = NULL;
	char err[400] = "";
	FILE *f = fopen(lab.path, "w");

	assert_non_null(f);
	fprintf(f,
	    "data-dir = \"%s/data\"\nclock = trusted\nuser = root\n"
	    "centre c { link l { interface = lo gateway = none path-every = none\n"
	    "ping own { address = 127.0.0.1 every = 1h }\n%s} }\n",
	    lab.directory, link);
	assert_int_equal(fclose(f), 0);
	if (settings_load(&s, lab.path, err, sizeof err) < 0)
		fail_msg("%s", err);
	for (size_t i = 0; i < s->links[0].n_probes; i++)
		if (s->links[0].probes[i].def.kind == KIND_HTTP)
			s->links[0].probes[i].def.every_ns = NS_PER_S;
	return s;
}

static void
reload(void *ctx, mono_t now)
{
	struct settings *s = load(ctx);

	assert_int_equal(broker_reload(lab.broker, s->sha256), 0);
	found.reloaded = now;
	station_reload(lab.station, s);
}

static void
stop(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
	loop_stop(lab.loop);
}

static int
count_sample(void *ctx, const struct sample *s)
{
	(void)ctx;
	found.answered += sample_is_answer(s);
	if (s->outcome == OUTCOME_LOST)
		++*(s->flags & FLAG_OWN_DROP ? &found.own_drops : &found.lost);
	found.masked += s->bytes == 0 && (s->flags & FLAG_LOAD) != 0 &&
	                s->sent.ns > found.reloaded.ns;
	return 0;
}

static void
read_back(void)
{
	struct journal_visitor v = {.sample = count_sample};
	struct journal_reader *r;
	char err[300], data[96];

	snprintf(data, sizeof data, "%s/data", lab.directory);
	assert_int_equal(journal_read(&r, data, err, sizeof err), 0);
	assert_int_equal(journal_scan(r, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	printf("%u answered, %u lost, %u own drops\n", found.answered, found.lost,
	    found.own_drops);
}

static int
bound(int type, int protocol, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

	assert_true(fd >= 0);
	if (port != 0)
		assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* A throughput test that lasts a second. */
static void
run(const char *before, const char *after, int64_t run_ns)
{
	static const char *const CHILD[] = {"/bin/sleep", "1", NULL};
	struct loop_timer again = {.fn = reload, .ctx = (void *)(uintptr_t)after};
	struct loop_timer end = {.fn = stop};
	struct station_parts parts = {.http_child = CHILD};
	char err[400] = "", command[128];

	memset(&found, 0, sizeof found);
	snprintf(lab.directory, sizeof lab.directory, "/tmp/lw-reload-XXXXXX");
	assert_non_null(mkdtemp(lab.directory));
	snprintf(lab.path, sizeof lab.path, "%s/conf", lab.directory);
	struct settings *settings = load(before);
	lab.loop = parts.loop = loop_new();
	assert_non_null(lab.loop);
	lab.raw = bound(SOCK_RAW, IPPROTO_ICMP, 0);
	lab.dns = bound(SOCK_DGRAM, 0, DNS_PORT);
	assert_int_equal(loop_watch(lab.loop, lab.raw, EPOLLIN, on_echo, NULL), 0);
	assert_int_equal(loop_watch(lab.loop, lab.dns, EPOLLIN, on_question, NULL), 0);
	if (broker_start(&parts.broker, settings, lab.path, err, sizeof err) < 0)
		fail_msg("%s", err);
	lab.broker = parts.broker;
	if (station_new(&lab.station, &parts, settings, err, sizeof err) < 0)
		fail_msg("%s", err);
	mono_t now = clock_mono();
	loop_timer_set(lab.loop, &again, (mono_t){now.ns + RELOAD_NS});
	loop_timer_set(lab.loop, &end, (mono_t){now.ns + run_ns});
	assert_int_equal(loop_run(lab.loop), 0);
	assert_int_equal(station_free(lab.station), 0);
	for (unsigned i = 0; i < HELD; i++)
		loop_timer_cancel(lab.loop, &held[i].timer);
	loop_unwatch(lab.loop, lab.raw);
	loop_unwatch(lab.loop, lab.dns);
	close(lab.raw);
	close(lab.dns);
	loop_free(lab.loop);
	broker_stop(parts.broker);
	read_back();
	snprintf(command, sizeof command, "rm -rf '%s'", lab.directory);
	assert_int_equal(system(command), 0);
}

static void
what_stays_is_not_disturbed(void **state)
{
	(void)state;
	run(PING DNS,
	    "capacity-down = 1G\n" PING DNS
	    "ping more { address = 127.0.0.2 every = 1s }\n",
	    RUN_NS);
	assert_true(found.answered > 250);
	assert_int_equal(found.lost + found.own_drops, 0);
}

static void
what_is_not_wanted_any_more_is_no_loss(void **state)
{
	(void)state;
	run(PING DNS, PING, RUN_NS);
	assert_true(found.answered > 180);
	assert_true(found.own_drops >= 5 && found.own_drops <= 15);
	assert_int_equal(found.lost, 0);
}

static void
what_begins_anew_by_another_socket_is_no_loss(void **state)
{
	(void)state;
	run(PING DNS, "source = 127.0.0.1\n" PING DNS, RUN_NS);
	assert_true(found.answered > 250);
	assert_true(found.own_drops >= 10 && found.own_drops <= 30);
	assert_int_equal(found.lost, 0);
}

/* The link has another number in the journal then, and its tests mask it by that. */
static void
a_link_of_another_capacity_is_masked_by_its_tests(void **state)
{
	(void)state;
	run(PING HTTP, "capacity-down = 1G\n" PING HTTP, TEST_NS);
	assert_true(found.masked > 20);
	assert_int_equal(found.own_drops, 0);
}

/* ---- a namespace of our own, with its loopback up, whose kernel answers no ping ---- */

static bool
own_namespace(void)
{
	bool ok = network_own();
	FILE *f = ok ? fopen("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w") : NULL;
	ok = f != NULL && fputs("1", f) >= 0;
	return f != NULL && fclose(f) == 0 && ok;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stays_is_not_disturbed),
	    cmocka_unit_test(what_is_not_wanted_any_more_is_no_loss),
	    cmocka_unit_test(what_begins_anew_by_another_socket_is_no_loss),
	    cmocka_unit_test(a_link_of_another_capacity_is_masked_by_its_tests),
	};

	if (own_namespace())
		return cmocka_run_group_tests(tests, NULL, NULL);
	puts("skipped: no network namespace for this user; run it as root");
	return 77;
}
