/*
 * When paths are traced and what a trace makes of the network before it: the tracer and
 * the trace as they are, in virtual time, with the socket's two calls in the test's
 * hands.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/tracer.h"
#include "tests/sim/clock_virtual.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define START      (1000 * NS_PER_S)
#define HOP_RTT_NS (10 * NS_PER_MS)
#define SLOW_NS    (800 * NS_PER_MS)
#define WAITING    256
#define PATHS      64

/* ---- the network ---- */

struct router {
	uint8_t address[4];
	bool silent;
	int64_t apart_ns; /* answers no sooner after the one before */
	int64_t answered_ns;
	bool no_way; /* says unreachable to all that goes further */
};

static struct net {
	struct router routers[PATH_HOPS];
	unsigned n;  /* the target is behind so many routers */
	bool target; /* it answers */
	bool loops;  /* the last two routers send it to each other for ever */
	unsigned asked, twice;
	unsigned slow; /* number of the hop; 0: none */
	/* from ${change} packets on, router ${changed} is another */
	unsigned change, changed;
	uint8_t instead[4];
	uint8_t last[64]; /* the last request, as it left */
	unsigned most_ttl;
} net;

static struct waiting {
	int64_t at;
	size_t n;
	uint8_t p[128];
} waiting[WAITING];
static unsigned n_waiting;

static struct path paths[PATHS];
static unsigned n_paths;
static struct health_link health;
static enum code ready;
static uint32_t flags;
static bool refuses; /* the broker gives no socket */

static const uint8_t TARGET[4] = {192, 0, 2, 1}, SELF[4] = {192, 168, 1, 2};

static uint16_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put_sum(uint8_t *at, const uint8_t *p, size_t n)
{
	at[0] = at[1] = 0;
	uint16_t sum = sum_of(p, n);
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

static void
ip(uint8_t *p, const uint8_t from[4], const uint8_t to[4], size_t n)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	p[3] = (uint8_t)n;
	p[8] = 60;
	p[9] = IPPROTO_ICMP;
	memcpy(p + 12, from, 4);
	memcpy(p + 16, to, 4);
}

static void
arrive(const uint8_t from[4], uint8_t type, uint8_t code, const uint8_t *request,
    int64_t after_ns)
{
	struct waiting *w = &waiting[n_waiting];
	uint8_t *icmp = w->p + 20;

	assert_true(n_waiting < WAITING);
	w->at = virtual_clock.boot_ns + after_ns;
	memset(icmp, 0, sizeof w->p - 20);
	if (type == 0) {
		w->n = 20 + HOP_BYTES;
		memcpy(icmp, request, HOP_BYTES);
	} else {
		w->n = 20 + 8 + 20 + HOP_BYTES;
		ip(icmp + 8, SELF, TARGET, 20 + HOP_BYTES);
		memcpy(icmp + 28, request, HOP_BYTES);
	}
	ip(w->p, from, SELF, w->n);
	icmp[0] = type;
	icmp[1] = code;
	put_sum(icmp + 2, icmp, w->n - 20);
	n_waiting++;
}

static void
router_says(struct router *r, unsigned hop, uint8_t type, uint8_t code)
{
	int64_t now = virtual_clock.boot_ns;

	if (r->silent || (r->answered_ns != 0 && now - r->answered_ns < r->apart_ns))
		return;
	r->answered_ns = now;
	arrive(r->address, type, code, net.last,
	    hop == net.slow ? SLOW_NS : (int64_t)hop * HOP_RTT_NS);
	if (net.twice)
		arrive(r->address, type, code, net.last,
		    (int64_t)hop * HOP_RTT_NS + HOP_RTT_NS);
}

static void
request(unsigned ttl)
{
	net.asked++;
	if (ttl > net.most_ttl)
		net.most_ttl = ttl;
	if (net.change != 0 && net.asked == net.change)
		memcpy(net.routers[net.changed].address, net.instead, 4);
	for (unsigned i = 0; i + 1 < ttl && i < net.n; i++)
		if (net.routers[i].no_way) {
			router_says(&net.routers[i], i + 1, 3, 1);
			return;
		}
	if (ttl <= net.n)
		router_says(&net.routers[ttl - 1], ttl, 11, 0);
	else if (net.loops)
		router_says(&net.routers[net.n - 1 - (ttl - net.n) % 2], ttl, 11, 0);
	else if (net.target)
		arrive(TARGET, 0, 0, net.last, (int64_t)(net.n + 1) * HOP_RTT_NS);
}

/* The private way out, then the ISP's: 192.168.1.1, 10.20.0.2, 203.0.113.3, .4, … */
static void
network(unsigned n)
{
	memset(&net, 0, sizeof net);
	net.n = n;
	net.target = true;
	for (unsigned i = 0; i < n; i++) {
		uint8_t a[4] = {203, 0, 113, (uint8_t)(i + 1)};
		if (i == 0)
			memcpy(a, (const uint8_t[]){192, 168, 1, 1}, 4);
		if (i == 1)
			memcpy(a, (const uint8_t[]){10, 20, 0, 2}, 4);
		memcpy(net.routers[i].address, a, 4);
	}
}

/* ---- in place of the socket ---- */

ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int how);
ssize_t __wrap_recvfrom(
    int fd, void *p, size_t n, int how, struct sockaddr *from, socklen_t *len);

ssize_t
__wrap_sendmsg(int fd, const struct msghdr *m, int how)
{
	struct msghdr copy = *m;
	int ttl;

	(void)fd, (void)how;
	memcpy(&ttl, CMSG_DATA(CMSG_FIRSTHDR(&copy)), sizeof ttl);
	assert_int_equal(m->msg_iov[0].iov_len, HOP_BYTES);
	memcpy(net.last, m->msg_iov[0].iov_base, HOP_BYTES);
	request((unsigned)ttl);
	return HOP_BYTES;
}

ssize_t
__wrap_recvfrom(int fd, void *p, size_t n, int how, struct sockaddr *from, socklen_t *len)
{
	(void)fd, (void)how, (void)from, (void)len;
	for (unsigned i = 0; i < n_waiting; i++) {
		if (waiting[i].at > virtual_clock.boot_ns)
			continue;
		size_t size = waiting[i].n < n ? waiting[i].n : n;
		memcpy(p, waiting[i].p, size);
		waiting[i] = waiting[--n_waiting];
		return (ssize_t)size;
	}
	errno = EAGAIN;
	return -1;
}

/* ---- in place of the loop ---- */

static struct {
	loop_fd_fn *fn;
	void *ctx;
	int fd;
} watched = {.fd = -1};
static struct loop_timer *timers[4];

int
loop_watch(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, void *ctx)
{
	(void)l, (void)events;
	assert_int_equal(watched.fd, -1);
	watched.fd = fd;
	watched.fn = fn;
	watched.ctx = ctx;
	return 0;
}

void
loop_unwatch(struct loop *l, int fd)
{
	(void)l;
	assert_int_equal(watched.fd, fd);
	watched.fd = -1;
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, mono_t at)
{
	size_t i = 0;

	(void)l;
	while (timers[i] != NULL && timers[i] != t)
		assert_true(++i < 4);
	timers[i] = t;
	t->at = at;
	t->place = i + 1;
}

void
loop_timer_cancel(struct loop *l, struct loop_timer *t)
{
	(void)l;
	t->place = 0;
}

static struct loop_timer *
first_timer(void)
{
	struct loop_timer *first = NULL;

	for (size_t i = 0; i < 4; i++)
		if (timers[i] != NULL && timers[i]->place != 0 &&
		    (first == NULL || timers[i]->at.ns < first->at.ns))
			first = timers[i];
	return first;
}

/* ---- in place of the link ---- */

const struct health_link *
health_of(const struct health *h, size_t link)
{
	(void)h, (void)link;
	return &health;
}

enum code
egress_ready(const struct egress *e, int family)
{
	(void)e, (void)family;
	return ready;
}

uint32_t
egress_flags(const struct egress *e)
{
	(void)e;
	return flags;
}

int
egress_open(struct egress *e, enum broker_kind kind, int family, enum code *why)
{
	(void)e, (void)family, (void)why;
	assert_int_equal(kind, BROKER_ICMP4);
	return refuses ? -EPERM : open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* ---- a tracer at work ---- */

static struct tracer *tracer;
static struct egress out;
static struct probe_conf probe;
static struct link_conf conf;
static bool answers; /* the voter is answered, once a second */

static void
on_path(void *ctx, const struct path *p)
{
	(void)ctx;
	assert_true(n_paths < PATHS);
	paths[n_paths++] = *p;
}

static int
setup(void **state)
{
	(void)state;
	virtual_clock.boot_ns = START;
	n_waiting = n_paths = 0;
	ready = CODE_NONE;
	flags = 0;
	refuses = false;
	answers = true;
	health =
	    (struct health_link){.gateway = {.family = 4, .address = {192, 168, 1, 1}}};
	memset(timers, 0, sizeof timers);
	memset(&probe, 0, sizeof probe);
	probe.def.role = ROLE_INTERNET;
	probe.def.kind = KIND_PING;
	probe.def.every_ns = NS_PER_S;
	snprintf(probe.address, sizeof probe.address, "192.0.2.1");
	memset(&conf, 0, sizeof conf);
	conf.probes = &probe;
	conf.n_probes = 1;
	conf.path_every_ns = 600 * NS_PER_S;
	network(4);
	tracer = tracer_new(NULL, on_path, NULL);
	tracer_link(tracer, 0, 7, &out, &conf);
	tracer_links(tracer, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	tracer_free(tracer);
	return 0;
}

/* Until ${s} seconds since the start; the voter is asked and the tracer beaten each. */
static void
run_to(int64_t s)
{
	int64_t end = START + s * NS_PER_S;
	int64_t beat = (virtual_clock.boot_ns / NS_PER_S + 1) * NS_PER_S;

	for (;;) {
		struct loop_timer *t = first_timer();
		int64_t next = beat;
		for (unsigned i = 0; i < n_waiting; i++)
			if (waiting[i].at < next)
				next = waiting[i].at;
		if (t != NULL && t->at.ns < next)
			next = t->at.ns;
		if (next > end)
			break;
		if (next > virtual_clock.boot_ns)
			virtual_clock.boot_ns = next;
		mono_t now = {virtual_clock.boot_ns};
		if (t != NULL && t->at.ns <= next) {
			t->place = 0;
			t->fn(t->ctx, now);
		} else if (next == beat) {
			if (answers)
				tracer_answer(tracer, 0, now);
			tracer_beat(tracer, now);
			beat += NS_PER_S;
		} else if (watched.fd >= 0) {
			watched.fn(watched.ctx, EPOLLIN);
		} else { /* nobody listens */
			for (unsigned i = 0; i < n_waiting;)
				if (waiting[i].at <= next)
					waiting[i] = waiting[--n_waiting];
				else
					i++;
		}
	}
	virtual_clock.boot_ns = end;
}

static double
began(unsigned i)
{
	return (double)(paths[i].at.ns - START) / 1e9;
}

static void
assert_hop(const struct path *p, unsigned number, enum hop_kind kind, const uint8_t *from)
{
	const struct path_hop *h = &p->hops[number - 1];

	assert_true(number <= p->n_hops);
	assert_int_equal(h->kind, kind);
	if (kind == HOP_SILENT)
		assert_int_equal(h->rtt_ns, -1);
	else
		assert_memory_equal(h->from, from, 4);
}

/* ---- one path ---- */

static void
the_first_is_soon_after_the_first_answer(void **state)
{
	(void)state;
	answers = false;
	run_to(20);
	assert_int_equal(net.asked, 0); /* it never answered: nothing to compare with */
	answers = true;
	run_to(40);
	assert_int_equal(n_paths, 1);
	assert_int_equal(paths[0].reason, PATH_ROUTINE);
	assert_int_equal(paths[0].link, 7);
	assert_true(began(0) >= 23 && began(0) <= 25);
	assert_int_equal(paths[0].n_hops, 5);
	for (unsigned i = 1; i <= 4; i++) {
		assert_hop(&paths[0], i, HOP_ROUTER, net.routers[i - 1].address);
		assert_int_equal(paths[0].hops[i - 1].rtt_ns, i * HOP_RTT_NS);
		assert_int_equal(paths[0].hops[i - 1].sent, 1);
	}
	assert_hop(&paths[0], 5, HOP_TARGET, TARGET);
	assert_int_equal(watched.fd, -1);
}

/* It is asked in each round, stays a hop, and what is behind it is found all the same. */
static void
a_silent_hop_is_no_loss(void **state)
{
	(void)state;
	net.routers[2].silent = true;
	run_to(20);
	assert_int_equal(n_paths, 1);
	assert_int_equal(paths[0].n_hops, 5);
	assert_hop(&paths[0], 3, HOP_SILENT, NULL);
	assert_int_equal(paths[0].hops[2].sent, 3);
	assert_hop(&paths[0], 4, HOP_ROUTER, net.routers[3].address);
	assert_int_equal(paths[0].hops[3].sent, 1);
	assert_hop(&paths[0], 5, HOP_TARGET, TARGET);
	/* And no reason to look again before it is time. */
	run_to(400);
	assert_int_equal(n_paths, 1);
}

/* It answers once in half a second, and did just now: the second round finds it. */
static void
a_rate_limited_hop_is_found_in_a_later_round(void **state)
{
	(void)state;
	net.routers[2].apart_ns = NS_PER_S / 2;
	net.routers[2].answered_ns = START + 4 * NS_PER_S;
	run_to(20);
	assert_int_equal(n_paths, 1);
	assert_hop(&paths[0], 3, HOP_ROUTER, net.routers[2].address);
	assert_int_equal(paths[0].hops[2].sent, 2);
	assert_hop(&paths[0], 4, HOP_ROUTER, net.routers[3].address);
	assert_hop(&paths[0], 5, HOP_TARGET, TARGET);
}

/* Its processor is busy: the answer takes longer than the whole way to the target. */
static void
a_slow_hop_is_waited_for(void **state)
{
	(void)state;
	net.slow = 3;
	run_to(20);
	assert_int_equal(n_paths, 1);
	assert_hop(&paths[0], 3, HOP_ROUTER, net.routers[2].address);
	assert_int_equal(paths[0].hops[2].rtt_ns, SLOW_NS);
	assert_int_equal(paths[0].hops[2].sent, 1);
}

/* The third hop becomes another while it runs: what answered first stays, nothing is
 * mixed within a hop, and the next trace has the new one. */
static void
a_route_that_changes_meanwhile(void **state)
{
	static const uint8_t NEW[4] = {198, 51, 100, 3};
	uint8_t old[4];

	(void)state;
	memcpy(old, net.routers[2].address, 4);
	net.routers[1].silent = true; /* more rounds than one */
	net.change = 8;               /* the first of the second round */
	net.changed = 2;
	memcpy(net.instead, NEW, 4);
	conf.path_every_ns = 60 * NS_PER_S;
	tracer_link(tracer, 0, 7, &out, &conf);
	run_to(120);
	assert_true(n_paths >= 2);
	assert_hop(&paths[0], 3, HOP_ROUTER, old);
	assert_int_equal(paths[0].hops[2].rtt_ns, 3 * HOP_RTT_NS);
	assert_hop(&paths[0], 5, HOP_TARGET, TARGET);
	assert_hop(&paths[1], 3, HOP_ROUTER, NEW);
	assert_int_equal(paths[1].n_hops, 5);
}

/* Packets go to and fro between two routers: all hops are asked, none is the target, and
 * it ends. */
static void
a_loop_ends(void **state)
{
	(void)state;
	net.loops = true;
	run_to(30);
	assert_int_equal(n_paths, 1);
	assert_int_equal(paths[0].n_hops, PATH_HOPS);
	assert_int_equal(net.asked, PATH_HOPS);
	for (unsigned i = 4; i < PATH_HOPS; i++)
		assert_int_equal(paths[0].hops[i].kind, HOP_ROUTER);
	assert_memory_equal(paths[0].hops[10].from, paths[0].hops[12].from, 4);
	assert_memory_not_equal(paths[0].hops[10].from, paths[0].hops[11].from, 4);
}

static void
nothing_answers_at_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < net.n; i++)
		net.routers[i].silent = true;
	net.target = false;
	run_to(30);
	assert_int_equal(n_paths, 1);
	assert_int_equal(paths[0].n_hops, 0);
	assert_int_equal(paths[0].isp_hop, 0);
	assert_int_equal(net.asked, 3 * PATH_HOPS);
	assert_true(paths[0].until.ns - paths[0].at.ns < 6 * NS_PER_S);
}

/* A router that has no way on says so to all that goes further: it is a hop once. */
static void
who_says_that_there_is_no_way_ends_the_path(void **state)
{
	(void)state;
	net.routers[2].no_way = true;
	run_to(30);
	assert_int_equal(n_paths, 1);
	assert_int_equal(paths[0].n_hops, 3);
	assert_hop(&paths[0], 2, HOP_ROUTER, net.routers[1].address);
	assert_hop(&paths[0], 3, HOP_UNREACHABLE, net.routers[2].address);
}

static void
answers_that_come_twice_or_late_change_nothing(void **state)
{
	uint8_t old[64];

	(void)state;
	net.twice = true;
	run_to(5);
	assert_int_equal(n_paths, 1);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(paths[0].hops[i - 1].rtt_ns, i * HOP_RTT_NS);
	/* An answer to a packet of this trace arrives in the middle of the next. */
	memcpy(old, net.last, sizeof old);
	answers = false;
	network(4);
	net.routers[0].silent = true;
	run_to(14);
	assert_int_equal(n_paths, 1);
	assert_true(watched.fd >= 0);
	arrive((const uint8_t[]){203, 0, 113, 99}, 11, 0, old, NS_PER_MS);
	arrive(TARGET, 0, 0, old, NS_PER_MS);
	run_to(25);
	assert_int_equal(n_paths, 2);
	assert_hop(&paths[1], 1, HOP_SILENT, NULL);
	assert_int_equal(paths[1].n_hops, 5);
}

/* ---- the ISP's first hop ---- */

static void
the_isp_begins_behind_the_gateway(void **state)
{
	(void)state;
	run_to(20);
	assert_int_equal(paths[0].isp_hop, 2); /* private, but behind the gateway */
}

static void
or_at_the_first_public_address(void **state)
{
	(void)state;
	health.gateway.family = 0;
	run_to(20);
	assert_int_equal(paths[0].isp_hop, 3);
}

/* What does not answer cannot be called the ISP's first: the next that does is. */
static void
or_the_next_that_answers(void **state)
{
	(void)state;
	net.routers[1].silent = true;
	run_to(20);
	assert_int_equal(paths[0].isp_hop, 3);
}

/* ---- when ---- */

static void
silence_is_looked_into_at_once_and_ever_more_seldom(void **state)
{
	(void)state;
	run_to(60);
	assert_int_equal(n_paths, 1);
	answers = false;
	net.target = false;
	run_to(400);
	assert_true(n_paths >= 6);
	assert_int_equal(paths[1].reason, PATH_SUSPECTED);
	assert_true(began(1) >= 68 && began(1) <= 70); /* eight answers are missing */
	int64_t wait = 15;
	for (unsigned i = 2; i < n_paths; i++, wait *= 2) {
		assert_int_equal(paths[i].reason, PATH_DARK);
		assert_true(began(i) - began(i - 1) >= (double)wait &&
		            began(i) - began(i - 1) <= (double)wait + 2);
	}
	answers = true;
	net.target = true;
	unsigned before = n_paths;
	run_to(420);
	assert_int_equal(n_paths, before + 1);
	assert_int_equal(paths[before].reason, PATH_RESTORED);
	assert_true(began(before) >= 401 && began(before) <= 403);
	run_to(800);
	assert_int_equal(n_paths, before + 1); /* all is well again */
}

/* In the dark no more hops are asked than the last good path had, and two: it says how
 * far the way reaches, soon. A path without the target in the dark does not replace it.
 */
static void
the_last_good_path_is_kept(void **state)
{
	(void)state;
	run_to(60);
	assert_int_equal(paths[0].n_hops, 5);
	answers = false;
	net.target = false;
	net.routers[3].silent = true;
	run_to(200);
	assert_true(n_paths >= 4);
	net.most_ttl = 0;
	run_to(400);
	assert_int_equal(net.most_ttl, 5 + 2);
	for (unsigned i = 1; i < n_paths; i++) {
		assert_int_equal(paths[i].n_hops, 3);
		assert_true(paths[i].until.ns - paths[i].at.ns < 5 * NS_PER_S);
	}
}

/* Another target has another path. */
static void
but_not_for_another_target(void **state)
{
	(void)state;
	run_to(60);
	snprintf(probe.address, sizeof probe.address, "192.0.2.2");
	tracer_link(tracer, 0, 7, &out, &conf);
	answers = false;
	net.target = false;
	run_to(100);
	assert_int_equal(net.most_ttl, PATH_HOPS);
}

/* Silence that comes and goes: suspicion has its time. */
static void
suspicion_is_at_most_twice_a_minute(void **state)
{
	unsigned suspected = 0;

	(void)state;
	run_to(60);
	for (int i = 0; i < 10; i++) {
		answers = false;
		run_to(60 + i * 13 + 11);
		answers = true;
		run_to(60 + i * 13 + 13);
	}
	for (unsigned i = 0; i < n_paths; i++)
		suspected += paths[i].reason == PATH_SUSPECTED;
	assert_in_range(suspected, 3, 5);
}

static void
a_routine_makes_way_for_suspicion(void **state)
{
	(void)state;
	for (unsigned i = 0; i < net.n; i++)
		net.routers[i].silent = true;
	net.target = false; /* so that the routine takes its five seconds */
	probe.def.every_ns = NS_PER_S / 10;
	tracer_link(tracer, 0, 7, &out, &conf);
	run_to(4);
	assert_true(watched.fd >= 0);
	answers = false;
	run_to(30);
	assert_true(n_paths >= 1);
	assert_int_equal(paths[0].reason, PATH_SUSPECTED); /* the routine said nothing */
}

static void
a_link_that_cannot_carry_is_not_traced(void **state)
{
	(void)state;
	run_to(60);
	assert_int_equal(n_paths, 1);
	unsigned asked = net.asked;
	ready = CODE_NO_CARRIER;
	answers = false;
	run_to(100);
	assert_int_equal(net.asked, asked);
	ready = CODE_NONE;
	run_to(115); /* tried again within ten seconds */
	assert_int_equal(n_paths, 2);
	assert_int_equal(paths[1].reason, PATH_SUSPECTED);
}

static void
nor_one_without_a_socket(void **state)
{
	(void)state;
	refuses = true;
	run_to(60);
	assert_int_equal(n_paths, 0);
	refuses = false;
	run_to(75);
	assert_int_equal(n_paths, 1);
}

static void
a_throughput_test_keeps_the_routine_waiting_but_not_suspicion(void **state)
{
	(void)state;
	flags = FLAG_MASKED;
	run_to(60);
	assert_int_equal(n_paths, 0);
	answers = false;
	run_to(90);
	assert_true(n_paths >= 1);
	assert_int_equal(paths[0].reason, PATH_SUSPECTED);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(the_first_is_soon_after_the_first_answer),
	    TEST(a_silent_hop_is_no_loss),
	    TEST(a_rate_limited_hop_is_found_in_a_later_round),
	    TEST(a_slow_hop_is_waited_for),
	    TEST(a_route_that_changes_meanwhile),
	    TEST(a_loop_ends),
	    TEST(nothing_answers_at_all),
	    TEST(who_says_that_there_is_no_way_ends_the_path),
	    TEST(answers_that_come_twice_or_late_change_nothing),
	    TEST(the_isp_begins_behind_the_gateway),
	    TEST(or_at_the_first_public_address),
	    TEST(or_the_next_that_answers),
	    TEST(silence_is_looked_into_at_once_and_ever_more_seldom),
	    TEST(the_last_good_path_is_kept),
	    TEST(but_not_for_another_target),
	    TEST(suspicion_is_at_most_twice_a_minute),
	    TEST(a_routine_makes_way_for_suspicion),
	    TEST(a_link_that_cannot_carry_is_not_traced),
	    TEST(nor_one_without_a_socket),
	    TEST(a_throughput_test_keeps_the_routine_waiting_but_not_suspicion),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
