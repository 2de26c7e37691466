/*
 * The network at its worst, in a namespace of the test's own: answers nobody asked for,
 * answers twice and in the wrong order, and our own sockets overrun on purpose. Nothing
 * is invented, nothing is lost silently, and what we dropped ourselves says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/station.h"
#include "tests/unit/network.h"
#include "tests/unit/scratch.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TARGETS 60
#define RUN_NS  (4 * NS_PER_S)
#define PACKET  84 /* an IPv4 header and our echo */

static struct {
	char directory[64];
	struct loop *loop;
	int raw; /* of the adversary */
} lab;

static struct {
	unsigned long replies, lost, own_drops, silent, dups, others;
	uint64_t drops_told;
} found;

/* ---- adversaries ---- */

static void
give(const uint8_t *icmp, size_t n, uint32_t to)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = to};

	(void)!sendto(lab.raw, icmp, n, 0, (struct sockaddr *)&at, sizeof at);
}

static void
sum_up(uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	p[2] = p[3] = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	p[2] = (uint8_t)(~sum >> 8);
	p[3] = (uint8_t)~sum;
}

/* Echo replies with every identifier there is, ours too, and payloads like ours. */
static void
flood(void *ctx, mono_t now)
{
	static struct loop_timer again;
	static uint32_t count;
	uint8_t p[64];

	(void)ctx;
	for (int i = 0; i < 2000; i++, count++) {
		memset(p, (int)count, sizeof p);
		p[0] = count % 3 == 0 ? ICMP_DEST_UNREACH : ICMP_ECHOREPLY;
		p[1] = 0;
		p[4] = (uint8_t)(count >> 8);
		p[5] = (uint8_t)count;
		sum_up(p, sizeof p);
		give(p, sizeof p, htonl(INADDR_LOOPBACK));
	}
	again.fn = flood;
	loop_timer_set(lab.loop, &again, (mono_t){now.ns + 10 * NS_PER_MS});
}

/* Each request is answered once more by us, some at a time and the last first. */
static void
answer_again(void *ctx, uint32_t events)
{
	static uint8_t kept[16][PACKET];
	static size_t n;
	uint8_t p[256];
	ssize_t got;

	(void)ctx;
	(void)events;
	while ((got = recv(lab.raw, p, sizeof p, MSG_DONTWAIT)) > 0) {
		if (got != PACKET || p[20] != ICMP_ECHO)
			continue;
		memcpy(kept[n++], p, PACKET);
		while (n == 16) {
			for (; n > 0; n--) {
				uint8_t *icmp = kept[n - 1] + 20;
				uint32_t to;
				memcpy(&to, kept[n - 1] + 12, 4);
				icmp[0] = ICMP_ECHOREPLY;
				sum_up(icmp, 64);
				give(icmp, 64, to);
			}
		}
	}
}

/* Our own sockets get no room, and we do not look at them for a while. */
static void
overrun(void *ctx, mono_t now)
{
	static struct loop_timer again;
	int least = 1;

	(void)ctx;
	for (int fd = 3; fd < 256; fd++) {
		int type = 0, ours = fd == lab.raw;
		socklen_t n = sizeof type;
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
		    type == SOCK_RAW && !ours)
			(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
	}
	usleep(40000);
	again.fn = overrun;
	loop_timer_set(lab.loop, &again, (mono_t){now.ns + 200 * NS_PER_MS});
}

static void
nobody(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
}

/* ---- one run ---- */

static struct settings *
load(char path[96])
{
	struct settings *s = NULL;
	char err[400] = "", list[96];

	snprintf(path, 96, "%s/conf", lab.directory);
	snprintf(list, sizeof list, "%s/list", lab.directory);
	FILE *f = fopen(list, "w");
	assert_non_null(f);
	fputs("# made by a test\n\n", f);
	for (int i = 0; i < TARGETS; i++)
		fprintf(f,
		    i % 2 ? "127.0.1.%d\n" : "127.0.1.%d target-%d # with a name\n",
		    i + 1, i);
	assert_int_equal(fclose(f), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
	    "data-dir = \"%s/data\"\nclock = trusted\nuser = root\n"
	    "centre c { link l { interface = lo gateway = none\n"
	    "ping own { address = 127.0.0.1 every = 1h }\n"
	    "targets many { file = \"%s\" every = 10ms timeout = 300ms } } }\n",
	    lab.directory, list);
	assert_int_equal(fclose(f), 0);
	if (settings_load(&s, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	return s;
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
	if (s->flags & FLAG_DUP)
		found.dups++;
	if (s->outcome == OUTCOME_REPLY)
		found.replies++;
	else if (s->outcome == OUTCOME_LOST && s->flags & FLAG_OWN_DROP)
		found.own_drops++;
	else if (s->outcome == OUTCOME_LOST)
		found.silent++;
	else if (s->outcome != OUTCOME_UNSETTLED)
		found.others++;
	return 0;
}

static int
count_event(void *ctx, const struct event *e)
{
	const char *drops = strstr(e->text, " drops=");

	(void)ctx;
	if (e->kind == EVENT_NOTE && drops != NULL)
		found.drops_told += strtoull(drops + 7, NULL, 10);
	return 0;
}

static void
read_back(void)
{
	struct journal_visitor v = {.sample = count_sample, .event = count_event};
	struct journal_reader *r;
	char err[300], data[96];

	snprintf(data, sizeof data, "%s/data", lab.directory);
	memset(&found, 0, sizeof found);
	assert_int_equal(journal_verify(data, err, sizeof err), 0);
	assert_int_equal(journal_read(&r, data, err, sizeof err), 0);
	assert_int_equal(journal_scan(r, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(r);
	printf("%lu replies (%lu twice), %lu own drops, %lu lost; %llu drops told\n",
	    found.replies, found.dups, found.own_drops, found.silent,
	    (unsigned long long)found.drops_told);
}

static void
run_against(loop_timer_fn *adversary, bool listens)
{
	static const char *const NO_CHILD[] = {"/nonexistent", NULL};
	struct loop_timer start = {.fn = adversary}, end = {.fn = stop};
	struct station_parts parts = {.http_child = NO_CHILD};
	struct station *s;
	char err[400] = "", path[96];

	assert_int_equal(scratch_make(lab.directory, sizeof lab.directory, "flood"), 0);
	struct settings *settings = load(path);
	lab.loop = parts.loop = loop_new();
	assert_non_null(lab.loop);
	lab.raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_true(lab.raw >= 0);
	if (listens)
		assert_int_equal(
		    loop_watch(lab.loop, lab.raw, EPOLLIN, answer_again, NULL), 0);
	if (broker_start(&parts.broker, settings, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	if (station_new(&s, &parts, settings, err, sizeof err) < 0)
		fail_msg("%s", err);
	mono_t now = clock_mono();
	loop_timer_set(lab.loop, &start, (mono_t){now.ns + NS_PER_S});
	loop_timer_set(lab.loop, &end, (mono_t){now.ns + RUN_NS});
	assert_int_equal(loop_run(lab.loop), 0);
	assert_int_equal(station_free(s), 0);
	loop_unwatch(lab.loop, lab.raw);
	close(lab.raw);
	loop_free(lab.loop);
	broker_stop(parts.broker);
	read_back();
	assert_int_equal(scratch_remove(lab.directory), 0);
}

static void
answers_nobody_asked_for_are_nobodys(void **state)
{
	(void)state;
	run_against(flood, false);
	assert_true(found.replies > 15000);
	assert_int_equal(found.silent + found.own_drops + found.others, 0);
	assert_int_equal(found.dups, 0);
	assert_int_equal(found.drops_told, 0);
}

static void
answers_that_come_twice_and_in_disorder_are_one_each(void **state)
{
	(void)state;
	run_against(nobody, true);
	assert_true(found.replies > 15000);
	assert_true(found.dups > found.replies / 2);
	assert_int_equal(found.silent + found.own_drops + found.others, 0);
}

static void
what_our_sockets_drop_is_never_the_networks_loss(void **state)
{
	(void)state;
	run_against(overrun, false);
	assert_true(found.replies > 1000);
	assert_true(found.own_drops > 100);
	assert_true(found.drops_told > 0);
	assert_int_equal(found.silent + found.others, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_nobody_asked_for_are_nobodys),
	    cmocka_unit_test(answers_that_come_twice_and_in_disorder_are_one_each),
	    cmocka_unit_test(what_our_sockets_drop_is_never_the_networks_loss),
	};

	if (network_own())
		return cmocka_run_group_tests(tests, NULL, NULL);
	puts("skipped: no network namespace for this user; run it as root");
	return 77;
}
