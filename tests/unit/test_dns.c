/*
 * DNS probes against servers of this program on loopback, each with one way to behave or
 * misbehave, all at the same time in one loop; then the codec on single messages.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/dns.h"
#include "collector/dns_channel.h"
#include "collector/dns_message.h"
#include "base/schedule.h"
#include "collector/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVERY_NS (250 * NS_PER_MS)
#define RUN_NS   (7 * NS_PER_S)
#define LATE_NS  (4 * NS_PER_S)
#define BIG      60000
#define HELD     64

/* Another process has its turn between two readings of clocks, now and then. */
#define GAP_NS (2 * NS_PER_MS)
wall_t __real_clock_wall(void);
wall_t __wrap_clock_wall(void);

wall_t
__wrap_clock_wall(void)
{
	static unsigned calls;

	if (++calls % 5 == 0)
		for (mono_t from = clock_mono(); clock_mono().ns - from.ns < GAP_NS;)
			;
	return __real_clock_wall();
}

struct stage;

struct actor {
	struct stage *stage;
	const char *name;
	/* What the server does with a query; NULL: there is none behind the port. */
	void (*play)(struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from,
	    socklen_t from_len);
	int family;
	int fd;
	uint16_t port;
	int fail; /* errno of the outlet */
	enum code fail_code;
	uint32_t generation, opened;

	unsigned asked;
	unsigned outcomes[OUTCOME_COUNT], codes[CODE_COUNT], stamps[STAMP_COUNT];
	unsigned late, dup, early_outcome, instant;
	int64_t worst_ns, least_ns;

	struct {
		struct loop_timer timer;
		struct actor *actor;
		uint8_t msg[600];
		size_t len;
		struct sockaddr_storage from;
		socklen_t from_len;
	} held[HELD];
};

struct stage {
	struct loop *loop;
	struct engine *engine;
	struct dns *dns;
	struct loop_timer step, end, mid;
	struct actor *actors;
	size_t n;
	uint64_t grown_at_mid;
};

/* ---- servers ---- */

static void
reply(struct actor *a, const uint8_t *msg, size_t len, const struct sockaddr *to,
    socklen_t to_len)
{
	assert_int_equal(sendto(a->fd, msg, len, 0, to, to_len), (ssize_t)len);
}

/* Make the query a response with one address record; its new length. */
static size_t
answer(uint8_t *msg, size_t len)
{
	static const uint8_t record[] = {
	    0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7};

	msg[2] |= 0x80;
	msg[7] = 1;
	memcpy(msg + len, record, sizeof record);
	return len + sizeof record;
}

static void
play_good(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	reply(a, msg, answer(msg, len), from, from_len);
}

static void
play_nxdomain(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	msg[2] |= 0x80;
	msg[3] = 3;
	reply(a, msg, len, from, from_len);
}

static void
play_servfail(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	msg[2] |= 0x80;
	msg[3] = 2;
	reply(a, msg, len, from, from_len);
}

static void
play_bad_id(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	msg[0] ^= 0x55;
	reply(a, msg, answer(msg, len), from, from_len);
}

static void
play_other_question(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	msg[13] = 'z';
	reply(a, msg, answer(msg, len), from, from_len);
}

/* TC, and cut inside the record. */
static void
play_truncated(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	len = answer(msg, len);
	msg[2] |= 0x02;
	reply(a, msg, len - 5, from, from_len);
}

static void
play_cut(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	len = answer(msg, len);
	reply(a, msg, len - 5, from, from_len);
}

static void
play_big(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	uint8_t *big = calloc(1, BIG);

	assert_non_null(big);
	len = answer(msg, len);
	memcpy(big, msg, len);
	big[6] = 0x10; /* 4097 records, of which 4096 are zeros */
	reply(a, big, BIG, from, from_len);
	free(big);
}

static void
send_held(void *ctx, mono_t now)
{
	struct actor *a = ctx;

	for (size_t i = 0; i < HELD; i++)
		if (a->held[i].len > 0 && a->held[i].timer.place == 0 &&
		    a->held[i].timer.at.ns <= now.ns) {
			reply(a, a->held[i].msg, a->held[i].len,
			    (struct sockaddr *)&a->held[i].from, a->held[i].from_len);
			a->held[i].len = 0;
		}
}

static void
play_late(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	size_t i = a->asked % HELD;

	a->held[i].len = answer(msg, len);
	memcpy(a->held[i].msg, msg, a->held[i].len);
	memcpy(&a->held[i].from, from, from_len);
	a->held[i].from_len = from_len;
	a->held[i].timer.fn = send_held;
	a->held[i].timer.ctx = a;
	loop_timer_set(
	    a->stage->loop, &a->held[i].timer, (mono_t){clock_mono().ns + LATE_NS});
}

/* Junk of every length first; the answer that follows must still count. */
static void
play_noise(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	uint8_t noise[600];

	for (size_t n = 0; n < 40; n++) {
		for (size_t i = 0; i < n; i++)
			noise[i] = (uint8_t)(i * 37 + n);
		if (n > 2)
			memcpy(noise, msg, 2);
		reply(a, noise, n, from, from_len);
	}
	reply(a, msg, answer(msg, len), from, from_len);
}

/* From another port: the connected socket must not take it. */
static void
play_stranger(
    struct actor *a, uint8_t *msg, size_t len, struct sockaddr *from, socklen_t from_len)
{
	int fd = socket(from->sa_family, SOCK_DGRAM, 0);

	len = answer(msg, len);
	(void)a;
	assert_true(fd >= 0);
	sendto(fd, msg, len, 0, from, from_len); /* may be refused, all the better */
	close(fd);
}

static void
on_query(void *ctx, uint32_t events)
{
	struct actor *a = ctx;
	uint8_t msg[600];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof from;
	ssize_t n = recvfrom(
	    a->fd, msg, sizeof msg, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);

	(void)events;
	if (n < 12)
		return;
	a->asked++;
	a->play(a, msg, (size_t)n, (struct sockaddr *)&from, from_len);
}

/* ---- the link ---- */

static int
outlet_open(void *ctx, int family, int type, enum code *why)
{
	struct actor *a = ctx;

	a->opened++;
	if (a->fail != 0) {
		*why = a->fail_code;
		return -a->fail;
	}
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd >= 0 ? fd : -errno;
}

static uint32_t
outlet_generation(void *ctx)
{
	return ((struct actor *)ctx)->generation;
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

/* ---- the stage ---- */

static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	(void)ctx;
	(void)probe;
	(void)seq;
	(void)at;
}

static void
on_sample(void *ctx, const struct sample *s)
{
	struct stage *stage = ctx;
	struct actor *a = &stage->actors[s->probe];

	if (s->flags & FLAG_LATE) {
		a->late++;
		if (a->least_ns == 0 || s->rtt_ns < a->least_ns)
			a->least_ns = s->rtt_ns;
		return;
	}
	if (s->flags & FLAG_DUP) {
		a->dup++;
		return;
	}
	a->outcomes[s->outcome]++;
	a->codes[s->code]++;
	a->stamps[s->stamp]++;
	a->instant += s->outcome == OUTCOME_REPLY && s->rtt_ns == 0;
	if (s->rtt_ns > a->worst_ns)
		a->worst_ns = s->rtt_ns;
}

static void
on_step(void *ctx, mono_t now)
{
	struct stage *s = ctx;

	engine_run(s->engine, now);
	loop_timer_set(s->loop, &s->step, engine_next(s->engine));
}

static void
on_end(void *ctx, mono_t now)
{
	(void)now;
	loop_stop(((struct stage *)ctx)->loop);
}

static void
on_mid(void *ctx, mono_t now)
{
	struct stage *s = ctx;

	(void)now;
	s->grown_at_mid = pool_grown();
	for (size_t i = 0; i < s->n; i++)
		s->actors[i].generation += strcmp(s->actors[i].name, "remade") == 0;
}

static void
server_open(struct actor *a)
{
	struct sockaddr_storage at = {.ss_family = (sa_family_t)a->family};
	struct sockaddr_in *four = (struct sockaddr_in *)&at;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&at;
	socklen_t len = a->family == AF_INET ? sizeof *four : sizeof *six;

	if (a->family == AF_INET)
		four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		six->sin6_addr = in6addr_loopback;
	a->fd = socket(a->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(a->fd >= 0);
	assert_int_equal(bind(a->fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(a->fd, (struct sockaddr *)&at, &len), 0);
	a->port = ntohs(a->family == AF_INET ? four->sin_port : six->sin6_port);
	if (a->play == NULL) {
		close(a->fd);
		a->fd = -1;
		return;
	}
	assert_int_equal(loop_watch(a->stage->loop, a->fd, EPOLLIN, on_query, a), 0);
}

static void
actor_add(struct stage *s, uint32_t number)
{
	struct actor *a = &s->actors[number];
	struct outlet outlet = {
	    a, outlet_open, outlet_generation, outlet_ready, outlet_flags};
	struct probe_conf *conf = calloc(1, sizeof *conf);

	a->stage = s;
	server_open(a);
	assert_non_null(conf);
	conf->def.kind = KIND_DNS;
	conf->def.every_ns = EVERY_NS;
	conf->def.timeout_ns = 3 * NS_PER_S;
	conf->def.seed = schedule_seed(a->name);
	conf->port = a->port;
	strcpy(conf->address, a->family == AF_INET ? "127.0.0.1" : "::1");
	strcpy(conf->query_name, "Example.com");
	strcpy(conf->query_type, "A");
	assert_int_equal(dns_add(s->dns, number, conf, &outlet), 0);
	assert_int_equal(dns_add(s->dns, number, conf, &outlet), -EEXIST);
	assert_int_equal(engine_add(s->engine, number, &conf->def, dns_transport(s->dns),
	                     clock_mono()),
	    0);
	free(conf);
}

enum {
	GOOD,
	NXDOMAIN,
	SERVFAIL,
	BAD_ID,
	OTHER_QUESTION,
	TRUNCATED,
	CUT,
	BIG_ONE,
	LATE,
	CLOSED,
	NOISE,
	STRANGER,
	NO_INTERFACE,
	SIX,
	REMADE,
	CLOSED6,
	ACTORS
};

static struct actor cast[ACTORS] = {
    [GOOD] = {.name = "good", .play = play_good, .family = AF_INET},
    [NXDOMAIN] = {.name = "nxdomain", .play = play_nxdomain, .family = AF_INET},
    [SERVFAIL] = {.name = "servfail", .play = play_servfail, .family = AF_INET},
    [BAD_ID] = {.name = "bad id", .play = play_bad_id, .family = AF_INET},
    [OTHER_QUESTION] = {.name = "other", .play = play_other_question, .family = AF_INET},
    [TRUNCATED] = {.name = "truncated", .play = play_truncated, .family = AF_INET},
    [CUT] = {.name = "cut", .play = play_cut, .family = AF_INET},
    [BIG_ONE] = {.name = "big", .play = play_big, .family = AF_INET},
    [LATE] = {.name = "late", .play = play_late, .family = AF_INET},
    [CLOSED] = {.name = "closed", .family = AF_INET},
    [NOISE] = {.name = "noise", .play = play_noise, .family = AF_INET},
    [STRANGER] = {.name = "stranger", .play = play_stranger, .family = AF_INET},
    [NO_INTERFACE] = {.name = "no interface",
        .play = play_good,
        .family = AF_INET,
        .fail = ENODEV,
        .fail_code = CODE_NO_INTERFACE},
    [SIX] = {.name = "six", .play = play_good, .family = AF_INET6},
    [REMADE] = {.name = "remade", .play = play_good, .family = AF_INET},
    [CLOSED6] = {.name = "closed six", .family = AF_INET6},
};

static int
stage_run(void **state)
{
	struct stage s = {.actors = cast, .n = ACTORS};
	struct engine_sink sink = {&s, on_sent, on_sample};

	(void)state;
	s.loop = loop_new();
	s.engine = engine_new(&sink);
	s.dns = dns_new(s.loop, s.engine);
	s.step = (struct loop_timer){.fn = on_step, .ctx = &s};
	s.end = (struct loop_timer){.fn = on_end, .ctx = &s};
	s.mid = (struct loop_timer){.fn = on_mid, .ctx = &s};
	for (uint32_t i = 0; i < ACTORS; i++)
		actor_add(&s, i);
	mono_t now = clock_mono();
	loop_timer_set(s.loop, &s.step, now);
	loop_timer_set(s.loop, &s.mid, (mono_t){now.ns + RUN_NS * 3 / 4});
	loop_timer_set(s.loop, &s.end, (mono_t){now.ns + RUN_NS});
	assert_int_equal(loop_run(s.loop), 0);
	uint64_t grown = pool_grown();
	for (size_t i = 0; i < ACTORS; i++) {
		for (size_t k = 0; k < HELD; k++)
			loop_timer_cancel(s.loop, &cast[i].held[k].timer);
		if (cast[i].fd >= 0) {
			loop_unwatch(s.loop, cast[i].fd);
			close(cast[i].fd);
		}
	}
	dns_free(s.dns);
	engine_free(s.engine);
	loop_free(s.loop);
	assert_int_equal(pool_in_use(), 0);
	pool_done();
	if (grown != s.grown_at_mid)
		fprintf(stderr, "the pool grew %ju times after %g s\n",
		    (uintmax_t)(grown - s.grown_at_mid), RUN_NS * 0.75 / 1e9);
	return grown == s.grown_at_mid ? 0 : -1;
}

/* All settled samples, and no others: so many at least in seven seconds. */
#define LEAST 22

static unsigned
settled(const struct actor *a)
{
	unsigned n = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		n += a->outcomes[i];
	return n;
}

static void
all_are(const struct actor *a, enum outcome outcome, enum code code, unsigned least)
{
	unsigned n = settled(a);

	if (n < least || a->outcomes[outcome] != n || a->codes[code] != n)
		fail_msg("%s: %u samples, %u of them %s, %u with code %s", a->name, n,
		    a->outcomes[outcome], outcome_name(outcome), a->codes[code],
		    code_name(code));
	assert_int_equal(a->dup, 0);
}

static void
test_answers(void **state)
{
	(void)state;
	all_are(&cast[GOOD], OUTCOME_REPLY, CODE_NONE, LEAST);
	all_are(&cast[NXDOMAIN], OUTCOME_REPLY, CODE_NONE, LEAST);
	all_are(&cast[SERVFAIL], OUTCOME_REPLY, CODE_RCODE, LEAST);
	all_are(&cast[TRUNCATED], OUTCOME_REPLY, CODE_NONE, LEAST);
	all_are(&cast[SIX], OUTCOME_REPLY, CODE_NONE, LEAST);
	/* Both stamps are the kernel's; on a busy machine the one of the sending can come
	 * after the answer, now and then. */
	assert_in_range(cast[GOOD].stamps[STAMP_KERNEL], settled(&cast[GOOD]) * 7 / 8,
	    settled(&cast[GOOD]));
	assert_in_range(cast[SIX].stamps[STAMP_KERNEL], settled(&cast[SIX]) * 7 / 8,
	    settled(&cast[SIX]));
	assert_true(cast[GOOD].worst_ns > 0 && cast[GOOD].worst_ns < NS_PER_S);
	/* Nor is one turned with clocks that were read apart. */
	assert_int_equal(cast[GOOD].instant + cast[SIX].instant, 0);
}

static void
test_liars(void **state)
{
	(void)state;
	all_are(&cast[BAD_ID], OUTCOME_LOST, CODE_TIMEOUT, 8);
	all_are(&cast[STRANGER], OUTCOME_LOST, CODE_TIMEOUT, 8);
	all_are(&cast[OTHER_QUESTION], OUTCOME_LOST, CODE_MALFORMED, 8);
	all_are(&cast[CUT], OUTCOME_REPLY, CODE_MALFORMED, LEAST);
	all_are(&cast[BIG_ONE], OUTCOME_REPLY, CODE_MALFORMED, LEAST);
	all_are(&cast[NOISE], OUTCOME_REPLY, CODE_NONE, LEAST);
}

/* Lost at three seconds, answered at four; and the answer amends. */
static void
test_late(void **state)
{
	const struct actor *a = &cast[LATE];

	(void)state;
	all_are(a, OUTCOME_LOST, CODE_TIMEOUT, 8);
	assert_true(a->late >= 4);
	assert_true(a->least_ns >= LATE_NS && a->least_ns < LATE_NS + NS_PER_S);
}

/* The error of one query is neither that of the others in flight nor of the next. */
static void
test_refused(void **state)
{
	(void)state;
	all_are(&cast[CLOSED], OUTCOME_REFUSED, CODE_PORT, LEAST);
	all_are(&cast[CLOSED6], OUTCOME_REFUSED, CODE_PORT, LEAST);
}

static void
test_link(void **state)
{
	(void)state;
	all_are(&cast[NO_INTERFACE], OUTCOME_NOT_SENT, CODE_NO_INTERFACE, LEAST);
	all_are(&cast[REMADE], OUTCOME_REPLY, CODE_NONE, LEAST);
	assert_int_equal(cast[REMADE].opened, 2);
	assert_int_equal(cast[GOOD].opened, 1);
}

static void
count_news(void *ctx, uint64_t token, const struct dns_news *news)
{
	unsigned *refused = ctx;

	assert_true(token >= 1 && token <= 3);
	refused[token] += news->outcome == OUTCOME_REFUSED;
}

/* The error of the first query waits in the socket when the second is sent: it must
 * neither keep the second from leaving nor count for it. */
static void
test_pending_error(void **state)
{
	struct actor closed = {.name = "closed", .family = AF_INET};
	struct stage s = {.loop = loop_new()};
	struct outlet outlet = {
	    &closed, outlet_open, outlet_generation, outlet_ready, outlet_flags};
	unsigned refused[4] = {0};
	struct dns_listener listener = {refused, count_news, NULL};
	struct dns_server server;
	struct dns_channel *ch;
	struct departure d = {0};

	(void)state;
	closed.stage = &s;
	server_open(&closed);
	assert_int_equal(dns_server_parse(&server, "127.0.0.1", closed.port), 0);
	assert_int_equal(
	    dns_channel_new(s.loop, &outlet, &server, "a.bc", "A", &listener, &ch), 0);
	for (uint64_t token = 1; token <= 3; token++)
		assert_int_equal(dns_channel_send(ch, token, &d), 0);
	s.end = (struct loop_timer){.fn = on_end, .ctx = &s};
	loop_timer_set(s.loop, &s.end, (mono_t){clock_mono().ns + NS_PER_S / 5});
	assert_int_equal(loop_run(s.loop), 0);
	for (uint64_t token = 1; token <= 3; token++)
		assert_int_equal(refused[token], 1);
	dns_channel_free(ch);
	loop_free(s.loop);
	pool_done();
}

static void
test_server(void **state)
{
	struct dns_server s;

	(void)state;
	assert_int_equal(dns_server_parse(&s, "192.0.2.1", 53), 0);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(dns_server_parse(&s, "2001:db8::1", 53), 0);
	assert_int_equal(s.family, AF_INET6);
	assert_int_equal(dns_server_parse(&s, "fe80::1%lo", 53), 0);
	assert_string_equal(s.scope, "lo");
	assert_int_equal(dns_server_parse(&s, "fe80::1%", 53), -EINVAL);
	assert_int_equal(dns_server_parse(&s, "dns.example", 53), -EINVAL);
	assert_int_equal(dns_server_parse(&s, "192.0.2.256", 53), -EINVAL);
	assert_int_equal(dns_server_parse(&s, "192.0.2.1%lo", 53), -EINVAL);
	assert_int_equal(dns_server_parse(&s, "", 53), -EINVAL);
}

static void
test_query(void **state)
{
	static const uint8_t want[] = {
	    0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 2, 'b', 'c', 0, 0, 28, 0, 1};
	uint8_t out[DNS_QUERY_ROOM];
	char name[300];

	(void)state;
	assert_int_equal(
	    dns_message_query(out, "a.bc", dns_message_type("aaaa")), sizeof want);
	assert_memory_equal(out, want, sizeof want);
	assert_int_equal(dns_message_query(out, "a.bc.", 28), sizeof want);
	assert_int_equal(dns_message_query(out, "", 1), -EINVAL);
	assert_int_equal(dns_message_query(out, "a..b", 1), -EINVAL);
	memset(name, 'x', 64);
	name[64] = '\0';
	assert_int_equal(dns_message_query(out, name, 1), -EINVAL);
	for (size_t i = 0; i < 280; i++)
		name[i] = i % 10 == 9 ? '.' : 'x';
	name[280] = '\0';
	assert_int_equal(dns_message_query(out, name, 1), -EINVAL);
	assert_int_equal(dns_message_type("A6"), -EINVAL);
}

/* One message a row: the records behind the question "a.bc IN A". */
static void
test_records(void **state)
{
#define RR(t, n) 0xc0, 12, 0, t, 0, 1, 0, 0, 0, 9, 0, n
	static const struct {
		const char *what;
		enum dns_match match;
		uint8_t n, data[40];
		uint8_t len;
	} rows[] = {
	    {"no records", DNS_ANSWER, 0, {0}, 0},
	    {"an address", DNS_ANSWER, 1, {RR(1, 4), 1, 2, 3, 4}, 16},
	    {"an address of 5", DNS_MALFORMED, 1, {RR(1, 5), 1, 2, 3, 4, 5}, 17},
	    {"an alias", DNS_ANSWER, 1, {RR(5, 2), 0xc0, 12}, 14},
	    {"a name too short", DNS_MALFORMED, 1, {RR(5, 3), 0xc0, 12, 0}, 15},
	    {"a name past its data", DNS_MALFORMED, 1, {RR(5, 1), 3, 'a', 'b', 'c', 0},
	        17},
	    {"a pointer to itself", DNS_MALFORMED, 1,
	        {0xc0, 22, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}, 12},
	    {"a pointer forward", DNS_MALFORMED, 1,
	        {0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}, 12},
	    {"a label of type 1", DNS_MALFORMED, 1,
	        {0x41, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}, 12},
	    {"an empty text", DNS_MALFORMED, 1, {RR(16, 0)}, 12},
	    {"two texts", DNS_ANSWER, 1, {RR(16, 4), 1, 'x', 1, 'y'}, 16},
	    {"a text past its data", DNS_MALFORMED, 1, {RR(16, 2), 9, 'x'}, 14},
	    {"a mail exchange", DNS_ANSWER, 1, {RR(15, 4), 0, 1, 0xc0, 12}, 16},
	    {"another type", DNS_ANSWER, 1, {RR(99, 1), 7}, 13},
	    {"one of two", DNS_MALFORMED, 2, {RR(1, 4), 1, 2, 3, 4}, 16},
	    {"bytes behind", DNS_ANSWER, 0, {1, 2, 3}, 3},
	};
	uint8_t query[DNS_QUERY_ROOM], msg[DNS_QUERY_ROOM];
	size_t len = (size_t)dns_message_query(query, "a.bc", 1);

	(void)state;
	dns_message_set_id(query, 0xbeef);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memcpy(msg, query, len);
		memcpy(msg + len, rows[i].data, sizeof rows[i].data);
		msg[2] |= 0x80;
		msg[7] = rows[i].n;
		if (dns_message_match(msg, len + rows[i].len, query, len) !=
		    rows[i].match)
			fail_msg("%s: not %d", rows[i].what, rows[i].match);
	}
	assert_int_equal(dns_message_match(msg, 1, query, len), DNS_FOREIGN);
	assert_int_equal(dns_message_match(msg, len - 1, query, len), DNS_MISMATCH);
	msg[13] = 'A';
	assert_int_equal(dns_message_match(msg, len, query, len), DNS_ANSWER);
	msg[3] = 5;
	assert_int_equal(dns_message_match(msg, len, query, len), DNS_RCODE);
	msg[2] &= 0x7f;
	assert_int_equal(dns_message_match(msg, len, query, len), DNS_MISMATCH);
}

int
main(void)
{
	const struct CMUnitTest stage[] = {
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_liars),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_link),
	};
	const struct CMUnitTest codec[] = {
	    cmocka_unit_test(test_pending_error),
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_query),
	    cmocka_unit_test(test_records),
	};
	int rc = cmocka_run_group_tests(stage, stage_run, NULL);

	return rc + cmocka_run_group_tests(codec, NULL, NULL);
}
