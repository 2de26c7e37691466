#include "collector/trace.h"

#include "base/bytes.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define APART_NS     (20 * NS_PER_MS)
#define PATIENCE_NS  NS_PER_S
#define ROUNDS       3
#define NUMBERS      (ROUNDS * PATH_HOPS)
#define PACKET_ROOM  2048
#define PACKETS_MOST 64 /* read in a row */

struct trace {
	struct loop *loop;
	trace_fn *done;
	void *ctx;
	struct egress *egress;
	int fd; /* -1: it does not run */
	struct hop_key key;
	struct loop_timer timer;
	unsigned round, next; /* the hop that comes next, from 0 */
	unsigned hops;        /* so many are asked */
	uint16_t sent;        /* packets */
	uint8_t hop_of[NUMBERS];
	mono_t sent_at[NUMBERS];
	struct path path;
};

/* ---- its end ---- */

static void
shut(struct trace *t)
{
	loop_timer_cancel(t->loop, &t->timer);
	if (t->fd >= 0) {
		loop_unwatch(t->loop, t->fd);
		close(t->fd);
	}
	t->fd = -1;
}

static bool
all_answered(const struct trace *t)
{
	for (unsigned i = 0; i < t->hops; i++)
		if (t->path.hops[i].kind == HOP_SILENT)
			return false;
	return true;
}

/* Silence at the end is no hop: how far it goes nobody knows. */
static void
finish(struct trace *t)
{
	struct path *p = &t->path;
	const struct health_link *h = health_of(t->egress->health, t->egress->link);

	shut(t);
	p->n_hops = (uint8_t)t->hops;
	while (p->n_hops > 0 && p->hops[p->n_hops - 1].kind == HOP_SILENT)
		p->n_hops--;
	/* A router that answered for itself and then said that there is no way on. */
	if (p->n_hops > 1 && p->hops[p->n_hops - 1].kind == HOP_UNREACHABLE &&
	    memcmp(p->hops[p->n_hops - 1].from, p->hops[p->n_hops - 2].from, 16) == 0)
		p->hops[--p->n_hops - 1].kind = HOP_UNREACHABLE;
	p->until = clock_mono();
	p->isp_hop = hop_isp(p, p->family == 4 ? &h->gateway : &h->gateway6);
	t->done(t->ctx, p);
}

/* ---- answers ---- */

static void
take(struct trace *t, const struct hop_seen *seen, mono_t now)
{
	unsigned at = t->hop_of[seen->number];
	struct path_hop *hop = &t->path.hops[at];

	if (seen->own || hop->kind != HOP_SILENT)
		return;
	hop->kind = seen->kind;
	memcpy(hop->from, seen->from, sizeof hop->from);
	hop->rtt_ns = now.ns - t->sent_at[seen->number].ns;
	/* The target, or whoever says that it cannot be reached, ends the path. */
	if (seen->kind != HOP_ROUTER && at + 1 < t->hops)
		t->hops = at + 1;
}

static void
on_packets(void *ctx, uint32_t events)
{
	struct trace *t = ctx;
	uint8_t packet[PACKET_ROOM];
	struct sockaddr_in6 from;
	struct hop_seen seen;

	(void)events;
	for (int i = 0; i < PACKETS_MOST; i++) {
		socklen_t len = sizeof from;
		memset(&from, 0, sizeof from);
		ssize_t n = recvfrom(t->fd, packet, sizeof packet, MSG_DONTWAIT,
		    (struct sockaddr *)&from, &len);
		if (n < 0)
			break;
		hop_parse(
		    &seen, &t->key, t->sent, from.sin6_addr.s6_addr, packet, (size_t)n);
		if (seen.kind != HOP_SILENT)
			take(t, &seen, clock_mono());
	}
	if (t->hops < PATH_HOPS && all_answered(t))
		finish(t);
}

/* ---- questions ---- */

static void
ask(struct trace *t, unsigned hop)
{
	uint8_t packet[HOP_BYTES];
	bool four = t->key.family == 4;
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {packet, sizeof packet};
	struct msghdr m = {.msg_name = four ? (void *)&v4 : (void *)&v6,
	    .msg_namelen = four ? sizeof v4 : sizeof v6,
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control.room};
	int ttl = (int)hop + 1;

	memcpy(&v4.sin_addr, t->key.target, 4);
	memcpy(&v6.sin6_addr, t->key.target, 16);
	memset(&control, 0, sizeof control);
	control.head.cmsg_level = four ? IPPROTO_IP : IPPROTO_IPV6;
	control.head.cmsg_type = four ? IP_TTL : IPV6_HOPLIMIT;
	control.head.cmsg_len = CMSG_LEN(sizeof ttl);
	memcpy(CMSG_DATA(&control.head), &ttl, sizeof ttl);
	hop_build(packet, &t->key, t->sent);
	t->hop_of[t->sent] = (uint8_t)hop;
	t->sent_at[t->sent] = clock_mono();
	t->path.hops[hop].sent++;
	t->sent++;
	/* What does not leave is not answered: a silent hop. */
	(void)!sendmsg(t->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_time(void *ctx, mono_t now)
{
	struct trace *t = ctx;

	while (t->next < t->hops && t->path.hops[t->next].kind != HOP_SILENT)
		t->next++;
	if (t->next < t->hops) {
		ask(t, t->next++);
		loop_timer_set(t->loop, &t->timer, (mono_t){now.ns + APART_NS});
		return;
	}
	/* Whoever is slow, or answers but once a second, has that time in each round. */
	int64_t patient = t->sent_at[t->sent - 1].ns + PATIENCE_NS;
	if (now.ns < patient && !all_answered(t)) {
		loop_timer_set(t->loop, &t->timer, (mono_t){patient});
		return;
	}
	if (++t->round == ROUNDS || all_answered(t)) {
		finish(t);
		return;
	}
	t->next = 0;
	loop_timer_set(t->loop, &t->timer, now);
}

int
trace_start(struct trace *t, struct egress *e, uint8_t family, const uint8_t target[16],
    uint8_t hops)
{
	bool four = family == 4;
	int none = 0;
	enum code why;

	if (t->fd >= 0)
		return -EBUSY;
	int fd = egress_open(
	    e, four ? BROKER_ICMP4 : BROKER_ICMP6, four ? AF_INET : AF_INET6, &why);
	if (fd < 0)
		return fd;
	if (getrandom(&t->key, sizeof t->key, 0) != (ssize_t)sizeof t->key)
		t->key.cookie = (uint64_t)clock_mono().ns;
	t->key.family = family;
	memcpy(t->key.target, target, 16);
	if (t->key.sum == 0 || t->key.sum == 0xffff)
		t->key.sum = 1;
	hop_filter(fd, &t->key);
	if (!four)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, &none, sizeof none);
	int rc = loop_watch(t->loop, fd, EPOLLIN, on_packets, t);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	t->fd = fd;
	t->egress = e;
	t->round = t->next = t->sent = 0;
	t->hops = hops == 0 || hops > PATH_HOPS ? PATH_HOPS : hops;
	t->path = (struct path){.at = clock_mono(), .family = family};
	memcpy(t->path.target, target, four ? 4 : 16);
	for (unsigned i = 0; i < PATH_HOPS; i++)
		t->path.hops[i].rtt_ns = -1;
	loop_timer_set(t->loop, &t->timer, t->path.at);
	return 0;
}

/* ---- outside ---- */

struct trace *
trace_new(struct loop *loop, trace_fn *done, void *ctx)
{
	struct trace *t = memory_grow(NULL, 1, sizeof *t);

	memset(t, 0, sizeof *t);
	t->loop = loop;
	t->done = done;
	t->ctx = ctx;
	t->fd = -1;
	t->timer = (struct loop_timer){.fn = on_time, .ctx = t};
	return t;
}

void
trace_free(struct trace *t)
{
	if (t == NULL)
		return;
	shut(t);
	free(t);
}

bool
trace_runs(const struct trace *t)
{
	return t->fd >= 0;
}

void
trace_stop(struct trace *t)
{
	shut(t);
}
