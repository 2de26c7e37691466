/*
 * Throughput tests against a server of this program on loopback that behaves or
 * misbehaves by path, each on a link of its own, all at once; then the parts that are
 * pure. Called with --child this program is the process that runs a test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/schedule.h"
#include "collector/http.h"
#include "collector/http_child.h"
#include "collector/http_meter.h"
#include "collector/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_BYTES 300000
#define CAP_BYTES  2000000
#define EVERY_NS   (2 * NS_PER_S)
#define RUN_NS     (12 * NS_PER_S)

/* ---- the HTTP server: one thread a connection ---- */

static uint16_t http_port, http_port6;
static unsigned strangers; /* connections to an address that no name led to */

static void
say(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));

	(void)n;
}

static void
say_filler(int fd, size_t n)
{
	static const char filler[4096];

	while (n > 0) {
		ssize_t did = write(fd, filler, n < sizeof filler ? n : sizeof filler);
		if (did <= 0)
			return;
		n -= (size_t)did;
	}
}

static void
say_body(int fd, size_t promised, size_t given)
{
	char head[128];

	snprintf(head, sizeof head,
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
	    promised);
	say(fd, head);
	say_filler(fd, given);
}

static void
say_redirect(int fd, const char *to)
{
	char head[256];

	snprintf(head, sizeof head,
	    "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 5000\r\n"
	    "Connection: close\r\n\r\n",
	    to);
	say(fd, head);
	say_filler(fd, 5000); /* counts for nothing */
}

/* What never ends and is no part of what a test measures. */
static void
say_endlessly(int fd, const char *head, const char *line)
{
	char lines[4096];
	size_t n = strlen(line);

	for (size_t at = 0; at + n <= sizeof lines; at += n)
		memcpy(lines + at, line, n);
	say(fd, head);
	while (write(fd, lines, sizeof lines / n * n) > 0)
		;
}

static void
swallow(int fd, size_t n)
{
	static char sink[65536];

	while (n > 0) {
		ssize_t got = read(fd, sink, n < sizeof sink ? n : sizeof sink);
		if (got <= 0)
			return;
		n -= (size_t)got;
	}
}

static void
serve_path(int fd, const char *path)
{
	char to[128];

	if (strcmp(path, "/ok") == 0 || strcmp(path, "/sub/ok") == 0) {
		say_body(fd, BODY_BYTES, BODY_BYTES);
	} else if (strcmp(path, "/endless") == 0) {
		say_body(fd, (size_t)1 << 40, (size_t)1 << 40);
	} else if (strcmp(path, "/short") == 0) {
		say_body(fd, BODY_BYTES, BODY_BYTES / 2);
	} else if (strcmp(path, "/stall") == 0) {
		say_body(fd, BODY_BYTES, BODY_BYTES / 2);
		sleep(5);
	} else if (strcmp(path, "/silent") == 0) {
		sleep(5);
	} else if (strcmp(path, "/empty") == 0) {
		say_body(fd, 0, 0);
	} else if (strcmp(path, "/garbage") == 0) {
		say(fd, "\x01\x02 what is \xff this\r\n\r\n\r\n");
	} else if (strcmp(path, "/there") == 0) {
		say_redirect(fd, "/sub/ok");
	} else if (strcmp(path, "/loop") == 0) {
		say_redirect(fd, "/loop");
	} else if (strcmp(path, "/name") == 0) {
		say_redirect(fd, "http://elsewhere.invalid/ok");
	} else if (strcmp(path, "/address") == 0) {
		snprintf(to, sizeof to, "http://127.0.0.2:%u/ok", http_port);
		say_redirect(fd, to);
	} else if (strcmp(path, "/swamp") == 0) {
		say_endlessly(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\n\r\n", "mud");
	} else if (strcmp(path, "/heads") == 0) {
		say_endlessly(fd, "HTTP/1.1 200 OK\r\n", "X: y\r\n");
	} else if (strcmp(path, "/wait") == 0) {
		say_endlessly(fd, "", "HTTP/1.1 103 Early Hints\r\n\r\n");
	} else if (strcmp(path, "/file") == 0) {
		say_redirect(fd, "file:///etc/passwd");
	} else {
		say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found");
	}
}

static void *
serve_one(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char head[2048] = "", path[256] = "", method[8] = "";
	size_t n = 0;
	struct sockaddr_in local;
	socklen_t len = sizeof local;

	if (getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
	    local.sin_family == AF_INET &&
	    local.sin_addr.s_addr != htonl(INADDR_LOOPBACK))
		__atomic_add_fetch(&strangers, 1, __ATOMIC_RELAXED);
	while (n < sizeof head - 1 && strstr(head, "\r\n\r\n") == NULL &&
	       read(fd, head + n, 1) == 1)
		n++;
	sscanf(head, "%7s %255s", method, path);
	if (strcmp(path, "/up-echo") == 0) {
		swallow(fd, 1000);
		say_endlessly(fd, "HTTP/1.1 200 OK\r\n\r\n", "echo");
	} else if (strcmp(path, "/up") == 0) {
		const char *length = strcasestr(head, "Content-Length:");
		swallow(fd, length != NULL ? strtoul(length + 15, NULL, 10) : 0);
		say(fd, "HTTP/1.1 204 No Content\r\n\r\n");
	} else if (strcmp(method, "POST") == 0) {
		say(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
		swallow(fd, 1 << 20);
	} else {
		serve_path(fd, path);
	}
	shutdown(fd, SHUT_WR);
	swallow(fd, 1 << 16);
	close(fd);
	return NULL;
}

static void *
serve(void *arg)
{
	int listener = (int)(intptr_t)arg, fd;
	pthread_t thread;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
		else
			close(fd);
	}
	return NULL;
}

static uint16_t
listen_on(int family)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {
	    .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	struct sockaddr *at =
	    family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	socklen_t len = family == AF_INET ? sizeof four : sizeof six;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_t thread;

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, at, len), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, at, &len), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd), 0);
	pthread_detach(thread);
	return ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
}

/* ---- the DNS server: "good.test" is 127.0.0.1, "six.test" ::1, "both.test" either, the
 * rest is not ---- */

static void
on_query(void *ctx, uint32_t events)
{
	static const uint8_t four[] = {
	    0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
	static const uint8_t six[] = {0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	int fd = *(int *)ctx;
	uint8_t msg[600];
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	ssize_t n = recvfrom(fd, msg, 512, MSG_DONTWAIT, (struct sockaddr *)&from, &len);

	(void)events;
	if (n < 20)
		return;
	bool asks_six = msg[n - 3] == 28;
	msg[2] |= 0x80;
	bool both = memcmp(msg + 12, "\4both\4test", 11) == 0;
	if ((both || memcmp(msg + 12, "\4good\4test", 11) == 0) && !asks_six) {
		msg[7] = 1;
		memcpy(msg + n, four, sizeof four);
		n += sizeof four;
	} else if ((both || memcmp(msg + 12, "\3six\4test", 10) == 0) && asks_six) {
		msg[7] = 1;
		memcpy(msg + n, six, sizeof six);
		n += sizeof six;
	} else if (memcmp(msg + 12, "\3six\4test", 10) != 0) {
		msg[3] = 3;
	}
	sendto(fd, msg, (size_t)n, 0, (struct sockaddr *)&from, len);
}

/* ---- the links ---- */

static char broken, without_four; /* what is wrong with a link */

static int
outlet_open(void *ctx, int family, int type, enum code *why)
{
	int fd = -1;

	if (ctx == &broken) {
		*why = CODE_NO_INTERFACE;
		return -ENODEV;
	}
	if (ctx == &without_four && family == AF_INET && type == SOCK_STREAM) {
		*why = CODE_NO_ADDRESS;
		return -EADDRNOTAVAIL;
	}
	fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd >= 0 ? fd : -errno;
}

static uint32_t
outlet_generation(void *ctx)
{
	(void)ctx;
	return 1;
}

static enum code
outlet_ready(void *ctx)
{
	(void)ctx;
	return CODE_NONE;
}

static uint32_t
outlet_flags(void *ctx)
{
	(void)ctx;
	return 0;
}

/* ---- the cases ---- */

enum how {
	PLAIN,
	UPLOAD = 1,
	NO_DNS = 2,      /* the link has no dns probe */
	NO_DEVICE = 4,   /* its sockets cannot be opened */
	BUSY = 8,        /* its interface carries traffic */
	FOUR = 32,       /* streams */
	NO_FOUR = 64,    /* it has no IPv4 address */
	WRONG_CHILD = 16 /* the child's program ends at once */
};

struct probe_case {
	const char *url; /* %4 and %6: host and port of the server */
	unsigned how;
	enum outcome outcome;
	enum code code;
	uint32_t flags;
	const char *why; /* a part of it */
	struct sample got;
	char got_why[128];
	unsigned samples;
	bool ran, ran_after;
	struct http_carried carried;
	unsigned begun;
};

static struct probe_case cases[] = {
    {"http://%4/ok", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%6/ok", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://good.test:%p/ok", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://six.test:%q/ok", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://both.test:%p/ok", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://both.test:%q/ok", NO_FOUR, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://good.test:%p/ok", NO_FOUR, OUTCOME_NOT_SENT, CODE_NO_ADDRESS, 0,
        "no address", .samples = 0},
    {"http://bad.test:%p/ok", NO_FOUR, OUTCOME_LOST, CODE_RESOLVE, 0, "", .samples = 0},
    {"http://%4/endless", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/ok", FOUR, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/endless", FOUR, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://good.test:%p/there", FOUR, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/up", FOUR | UPLOAD, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/nothing", FOUR, OUTCOME_LOST, CODE_HTTP, 0, "HTTP", .samples = 0},
    {"http://%4/nothing", FOUR | UPLOAD, OUTCOME_LOST, CODE_HTTP, 0, "", .samples = 0},
    {"http://%4/there", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://good.test:%p/there", PLAIN, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/up", UPLOAD, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%6/up", UPLOAD, OUTCOME_REPLY, CODE_NONE, 0, "", .samples = 0},
    {"http://%4/loop", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "redirects", .samples = 0},
    {"http://%4/name", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "not resolved", .samples = 0},
    {"http://%4/address", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "not resolved",
        .samples = 0},
    {"http://%4/file", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "not resolved", .samples = 0},
    {"http://%4/nothing", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "HTTP", .samples = 0},
    {"http://%4/nothing", UPLOAD, OUTCOME_LOST, CODE_HTTP, 0, "", .samples = 0},
    {"http://%4/short", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "", .samples = 0},
    {"http://%4/stall", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "silence", .samples = 0},
    {"http://%4/silent", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "silence", .samples = 0},
    {"http://%4/empty", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "empty", .samples = 0},
    {"http://%4/garbage", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "", .samples = 0},
    {"http://%4/swamp", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "more than", .samples = 0},
    {"http://%4/swamp", FOUR, OUTCOME_LOST, CODE_HTTP, 0, "more than", .samples = 0},
    {"http://%4/heads", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "more than", .samples = 0},
    {"http://%4/wait", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "more than", .samples = 0},
    {"http://%4/up-echo", UPLOAD, OUTCOME_LOST, CODE_HTTP, 0, "more than", .samples = 0},
    {"https://%4/ok", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "silence", .samples = 0},
    {"http://127.0.0.1:1/ok", PLAIN, OUTCOME_LOST, CODE_HTTP, 0, "connect", .samples = 0},
    {"http://bad.test/ok", PLAIN, OUTCOME_LOST, CODE_RESOLVE, 0, "", .samples = 0},
    {"http://good.test/ok", NO_DNS, OUTCOME_NOT_SENT, CODE_RESOLVE, 0, "", .samples = 0},
    {"http://%4/ok", NO_DEVICE, OUTCOME_NOT_SENT, CODE_NO_INTERFACE, 0, "", .samples = 0},
    {"http://%4/ok", BUSY, OUTCOME_NOT_SENT, CODE_NONE, FLAG_LOAD, "in use",
        .samples = 0},
    {"http://%4/ok", WRONG_CHILD, OUTCOME_LOST, CODE_HTTP, 0, "died", .samples = 0},
};
#define CASES (sizeof cases / sizeof cases[0])

struct stage {
	struct loop *loop;
	struct engine *engine;
	struct http *http, *wrong;
	struct loop_timer step, end, tick;
	uint16_t dns_port;
};

static struct http *
http_of(struct stage *s, size_t i)
{
	return cases[i].how & WRONG_CHILD ? s->wrong : s->http;
}

/* One test of each is enough. */
static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	struct stage *s = ctx;

	(void)seq;
	(void)at;
	engine_remove(s->engine, probe);
}

static void
on_sample(void *ctx, const struct sample *sample)
{
	struct stage *s = ctx;
	struct probe_case *c = &cases[sample->probe];

	c->samples++;
	c->got = *sample;
	snprintf(c->got_why, sizeof c->got_why, "%s",
	    http_why(http_of(s, sample->probe), sample->probe));
	c->ran_after = http_running(http_of(s, sample->probe), sample->probe);
}

static void
on_step(void *ctx, mono_t now)
{
	struct stage *s = ctx;

	engine_run(s->engine, now);
	loop_timer_set(s->loop, &s->step, engine_next(s->engine));
}

/* The daemon's second: counters. */
static void
on_tick(void *ctx, mono_t now)
{
	struct stage *s = ctx;
	size_t done = 0;

	for (uint32_t i = 0; i < CASES; i++) {
		bool busy = (cases[i].how & BUSY) != 0;
		http_link_rate(http_of(s, i), i, busy ? 2000000 : 20000, 1000, now);
		cases[i].ran |= http_running(http_of(s, i), i);
		done += cases[i].samples > 0;
	}
	if (done == CASES)
		loop_stop(s->loop);
	loop_timer_set(s->loop, &s->tick, (mono_t){now.ns + 20 * NS_PER_MS});
}

static void
on_end(void *ctx, mono_t now)
{
	(void)now;
	loop_stop(((struct stage *)ctx)->loop);
}

static void
url_fill(char *out, size_t room, const char *form)
{
	size_t n = 0;

	for (; *form != '\0' && n + 32 < room; form++) {
		if (*form != '%') {
			out[n++] = *form;
			continue;
		}
		switch (*++form) {
		case '4':
			n += (size_t)sprintf(out + n, "127.0.0.1:%u", http_port);
			break;
		case '6':
			n += (size_t)sprintf(out + n, "[::1]:%u", http_port6);
			break;
		case 'p':
			n += (size_t)sprintf(out + n, "%u", http_port);
			break;
		default:
			n += (size_t)sprintf(out + n, "%u", http_port6);
		}
	}
	out[n] = '\0';
}

/* Each connection is announced with a port of its own, before it is made. */
static void
on_begun(
    void *ctx, int fd, const struct sockaddr_storage *peer, uint32_t probe, uint64_t seq)
{
	struct sockaddr_storage own;
	socklen_t n = sizeof own;

	(void)ctx;
	assert_true(seq > 0 && probe < CASES);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &n), 0);
	assert_int_equal(own.ss_family, peer->ss_family);
	in_port_t port = own.ss_family == AF_INET
	                     ? ((struct sockaddr_in *)&own)->sin_port
	                     : ((struct sockaddr_in6 *)&own)->sin6_port;
	assert_int_not_equal(port, 0);
	cases[probe].begun++;
}

static void
case_add(struct stage *s, uint32_t i)
{
	unsigned how = cases[i].how;
	struct outlet outlet = {how & NO_DEVICE ? &broken
	                        : how & NO_FOUR ? &without_four
	                                        : NULL,
	    outlet_open, outlet_generation, outlet_ready, outlet_flags};
	struct probe_conf *probes = calloc(2, sizeof *probes);
	struct link_conf link = {.probes = probes, .n_probes = 2};

	assert_non_null(probes);
	probes[0].def.kind = KIND_HTTP;
	probes[0].def.every_ns = EVERY_NS;
	probes[0].def.timeout_ns = NS_PER_S;
	probes[0].def.seed = i;
	probes[0].upload = (cases[i].how & UPLOAD) != 0;
	probes[0].max_bytes = CAP_BYTES;
	probes[0].streams = cases[i].how & FOUR ? 4 : 1;
	url_fill(probes[0].url, sizeof probes[0].url, cases[i].url);
	probes[1].def.kind = KIND_DNS;
	probes[1].port = s->dns_port;
	strcpy(probes[1].address, "127.0.0.1");
	link.n_probes = cases[i].how & NO_DNS ? 1 : 2;
	assert_int_equal(http_add(http_of(s, i), i, i, &link, &probes[0], &outlet), 0);
	assert_int_equal(
	    http_add(http_of(s, i), i, i, &link, &probes[0], &outlet), -EEXIST);
	assert_int_equal(engine_add(s->engine, i, &probes[0].def,
	                     http_transport(http_of(s, i)), clock_mono()),
	    0);
	http_link_rate(http_of(s, i), i, cases[i].how & BUSY ? 2000000 : 0, 0,
	    (mono_t){clock_mono().ns - 4 * NS_PER_S});
	free(probes);
}

static void
dns_open(struct stage *s, int *fd)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
	s->dns_port = ntohs(at.sin_port);
	assert_int_equal(loop_watch(s->loop, *fd, EPOLLIN, on_query, fd), 0);
}

static int
stage_run(void **state)
{
	static const char *const child[] = {"/proc/self/exe", "--child", NULL};
	static const char *const wrong[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
	struct stage s = {0};
	struct engine_sink sink = {&s, on_sent, on_sample};
	int dns;

	(void)state;
	http_port = listen_on(AF_INET);
	http_port6 = listen_on(AF_INET6);
	s.loop = loop_new();
	s.engine = engine_new(&sink);
	s.http = http_new(s.loop, s.engine, child);
	s.wrong = http_new(s.loop, s.engine, wrong);
	http_on_begun(s.http, on_begun);
	http_on_begun(s.wrong, on_begun);
	dns_open(&s, &dns);
	for (uint32_t i = 0; i < CASES; i++)
		case_add(&s, i);
	s.step = (struct loop_timer){.fn = on_step, .ctx = &s};
	s.tick = (struct loop_timer){.fn = on_tick, .ctx = &s};
	s.end = (struct loop_timer){.fn = on_end, .ctx = &s};
	mono_t now = clock_mono();
	loop_timer_set(s.loop, &s.step, now);
	loop_timer_set(s.loop, &s.tick, now);
	loop_timer_set(s.loop, &s.end, (mono_t){now.ns + RUN_NS});
	assert_int_equal(loop_run(s.loop), 0);
	loop_unwatch(s.loop, dns);
	close(dns);
	for (uint32_t i = 0; i < CASES; i++)
		cases[i].carried = http_carried(http_of(&s, i), i);
	http_free(s.http);
	http_free(s.wrong);
	engine_free(s.engine);
	loop_free(s.loop);
	assert_int_equal(pool_in_use(), 0);
	pool_done();
	return 0;
}

static void
test_cases(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct probe_case *c = &cases[i];
		if (c->samples == 1 && c->got.outcome == c->outcome &&
		    c->got.code == c->code && c->got.flags == c->flags &&
		    strstr(c->got_why, c->why) != NULL)
			continue;
		bad++;
		print_error("%s (%u): %u samples, %s, %s, flags %x: %s\n", c->url, c->how,
		    c->samples, outcome_name(c->got.outcome), code_name(c->got.code),
		    c->got.flags, c->got_why);
	}
	assert_int_equal(bad, 0);
	assert_int_equal(strangers, 0);
}

static void
test_measures(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct probe_case *c = &cases[i];
		if (c->outcome != OUTCOME_REPLY) {
			assert_int_equal(c->got.bytes, 0);
			assert_int_equal(c->got.rtt_ns, -1);
			continue;
		}
		bool capped = strstr(c->url, "endless") != NULL || c->how & UPLOAD;
		assert_true(c->got.rtt_ns > 0 && c->got.rtt_ns < NS_PER_S);
		assert_true(c->got.bytes > 0);
		assert_true(
		    c->got.bytes <= (capped ? CAP_BYTES + 262144 : 4 * BODY_BYTES));
		assert_int_equal(c->got.stamp, STAMP_USER);
	}
}

/* What a test carried is known by the kernel's count of its segments, whatever its
 * process says: at least the payload, and little more; and nothing where nothing was
 * connected. */
static void
test_carried(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct probe_case *c = &cases[i];
		uint64_t main_way =
		    c->how & UPLOAD ? c->carried.tx_bytes : c->carried.rx_bytes;
		bool started = c->outcome != OUTCOME_NOT_SENT &&
		               c->code != CODE_RESOLVE && !(c->how & WRONG_CHILD);
		if (c->outcome == OUTCOME_REPLY) {
			unsigned streams = c->how & FOUR ? 4 : 1;
			assert_true(main_way >= c->got.bytes);
			assert_true(c->carried.rx_bytes + c->carried.tx_bytes <
			            (uint64_t)streams * 40000000);
			/* two ports, four sockets a stream, one address or two */
			assert_true(c->begun >= 2 * 4 * streams);
		} else if (!started) {
			assert_int_equal(main_way, 0);
		}
	}
}

/* A test costs no more than it may, whatever a server says beside the body. */
static void
test_endless(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct probe_case *c = &cases[i];
		if (strstr(c->why, "more than") == NULL)
			continue;
		seen++;
		if (c->carried.rx_bytes > 16000000)
			fail_msg("%s (%u): %ju bytes", c->url, c->how,
			    (uintmax_t)c->carried.rx_bytes);
	}
	assert_int_equal(seen, 5);
}

/* A link is loaded while its test runs and a little longer, and only then. */
static void
test_masking(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct probe_case *c = &cases[i];
		bool started = c->outcome != OUTCOME_NOT_SENT && c->code != CODE_RESOLVE;
		assert_int_equal(c->ran_after, started);
		if (strstr(c->why, "silence") != NULL)
			assert_true(c->ran);
		if (!started)
			assert_false(c->ran);
	}
}

static void
test_url(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
		bool tls;
		int family;
	} good[] = {
	    {"http://a.example/x?y#z", "a.example", 80, false, AF_UNSPEC},
	    {"HTTPS://A.example", "A.example", 443, true, AF_UNSPEC},
	    {"http://192.0.2.1:8080/", "192.0.2.1", 8080, false, AF_INET},
	    {"https://[2001:db8::1]:8443/", "2001:db8::1", 8443, true, AF_INET6},
	    {"http://a?b", "a", 80, false, AF_UNSPEC},
	};
	static const char *const bad[] = {"", "http:/a", "ftp://a/", "http://",
	    "http:///x", "http://a:0/", "http://a:65536/", "http://a:x/", "http://u@a/",
	    "http://u:p@a/", "http://a b/", "http://a\n/", "http://a\\b/", "http://.a/",
	    "http://a..b/", "http://[::1/", "http://[a.b]/", "http://[::1]x/",
	    "http://a:/", "http://a:99999999999/", "file:///etc/passwd",
	    "http://\xc3\xa4/",
	    "http://xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/"};
	struct http_url u;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(http_url_parse(&u, good[i].text), 0);
		assert_string_equal(u.host, good[i].host);
		assert_int_equal(u.port, good[i].port);
		assert_int_equal(u.tls, good[i].tls);
		assert_int_equal(u.family, good[i].family);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_url_parse(&u, bad[i]) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
}

static void
test_meter(void **state)
{
	struct http_meter m;
	struct http_measure r;

	(void)state;
	http_meter_begin(&m, (mono_t){1000});
	assert_false(http_meter_read(&m, &r));
	/* All at once: from the request on. */
	http_meter_feed(&m, (mono_t){5000}, 100);
	assert_true(http_meter_read(&m, &r));
	assert_int_equal(r.bytes, 100);
	assert_int_equal(r.duration_ns, 4000);
	/* Two arrivals: what came between them. */
	http_meter_feed(&m, (mono_t){7000}, 150);
	assert_true(http_meter_read(&m, &r));
	assert_int_equal(r.bytes, 50);
	assert_int_equal(r.duration_ns, 2000);
	assert_int_equal(r.start.ns, 5000);
	/* A burst, then 1000 bytes a second: the first two seconds are left out. */
	http_meter_begin(&m, (mono_t){0});
	http_meter_feed(&m, (mono_t){1}, 90000);
	for (int64_t i = 1; i <= 10; i++)
		http_meter_feed(
		    &m, (mono_t){1 + i * NS_PER_S}, 90000 + (uint64_t)i * 1000);
	http_meter_feed(&m, (mono_t){20 * NS_PER_S}, 100000); /* nothing new */
	assert_true(http_meter_read(&m, &r));
	assert_int_equal(r.bytes, 8000);
	assert_int_equal(r.duration_ns, 8 * NS_PER_S);
	assert_int_equal(r.warmup_ns, 2 * NS_PER_S);
	assert_int_equal(m.n_seconds, 11);
	assert_int_equal(m.second[0], 90000);
	assert_int_equal(m.second[10], 1000);
	/* The time was up after ten seconds of silence. */
	http_meter_stop(&m, (mono_t){1 + 20 * NS_PER_S});
	assert_true(http_meter_read(&m, &r));
	assert_int_equal(r.duration_ns, 18 * NS_PER_S);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest stage[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_measures),
	    cmocka_unit_test(test_carried),
	    cmocka_unit_test(test_endless),
	    cmocka_unit_test(test_masking),
	};
	const struct CMUnitTest pure[] = {
	    cmocka_unit_test(test_url),
	    cmocka_unit_test(test_meter),
	};

	if (argc == 2 && strcmp(argv[1], "--child") == 0)
		return http_child_main();
	signal(SIGPIPE, SIG_IGN); /* the server's clients hang up when they have enough */
	int rc = cmocka_run_group_tests(pure, NULL, NULL);
	return rc + cmocka_run_group_tests(stage, stage_run, NULL);
}
