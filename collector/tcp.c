#include "collector/tcp.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct connection {
	struct tcp *tcp;
	int fd; /* -1: free */
	uint32_t probe;
	uint64_t seq;
	mono_t sent;
	struct connection *next; /* of the free ones, or of its probe's */
};

struct target {
	bool used;
	struct egress *egress;
	int family;
	struct sockaddr_storage address;
	socklen_t length;
	struct connection *open; /* newest first; as many as ten seconds hold */
};

struct tcp {
	struct loop *loop;
	struct engine *engine;
	struct transport transport;
	struct target *targets;
	size_t n_targets;
	struct connection *spare;
};

/* A reset, not a farewell: nothing of ours lingers at the target or here. */
static void
shut(struct connection *c)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (c->fd < 0)
		return;
	loop_unwatch(c->tcp->loop, c->fd);
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(c->fd);
	c->fd = -1;
}

static void
release(struct tcp *t, struct connection *c)
{
	struct connection **at = &t->targets[c->probe].open;

	shut(c);
	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at == c)
		*at = c->next;
	c->next = t->spare;
	t->spare = c;
}

/* ---- what became of a connect ---- */

static void
connected(struct connection *c, struct answer *a, mono_t now)
{
	struct tcp_info info;
	socklen_t n = sizeof info;

	a->outcome = OUTCOME_REPLY;
	a->stamp = STAMP_USER;
	a->sent = c->sent;
	a->received = now;
	memset(&info, 0, sizeof info);
	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n) < 0)
		return;
	if (info.tcpi_total_retrans > 0) {
		a->flags |= FLAG_RETRANSMITTED;
	} else if (info.tcpi_rtt > 0 &&
	           (int64_t)info.tcpi_rtt * 1000 <= now.ns - c->sent.ns + NS_PER_MS) {
		a->received.ns = c->sent.ns + (int64_t)info.tcpi_rtt * 1000;
		a->stamp = STAMP_KERNEL;
	}
}

/* The ICMP error that ended the connect, if one did. */
static bool
read_error(int fd, struct sock_extended_err *out, struct sockaddr_storage *from)
{
	union {
		struct cmsghdr align;
		char room[256];
	} control;
	struct msghdr m = {.msg_control = &control, .msg_controllen = sizeof control};

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
		bool four = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
		bool six = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
		size_t room =
		    four ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		if ((!four && !six) || c->cmsg_len < CMSG_LEN(sizeof *out + room))
			continue;
		memcpy(out, CMSG_DATA(c), sizeof *out);
		memset(from, 0, sizeof *from);
		memcpy(from, CMSG_DATA(c) + sizeof *out, room);
		return out->ee_origin == SO_EE_ORIGIN_ICMP ||
		       out->ee_origin == SO_EE_ORIGIN_ICMP6;
	}
	return false;
}

static bool
same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return memcmp(&((const struct sockaddr_in *)a)->sin_addr,
		           &((const struct sockaddr_in *)b)->sin_addr, 4) == 0;
	return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
	           &((const struct sockaddr_in6 *)b)->sin6_addr, 16) == 0;
}

/*
 * A connect that failed. The error number does not tell who spoke: port unreachable is
 * ECONNREFUSED like a reset, be it the target's or that of a firewall on the way. A reset
 * after the handshake is the target's too.
 */
static void
failed(struct connection *c, struct answer *a, int error)
{
	const struct target *g = &c->tcp->targets[c->probe];
	struct sock_extended_err e;
	struct sockaddr_storage from, own;
	socklen_t n = sizeof own;

	a->outcome = OUTCOME_LOST;
	a->code = CODE_TIMEOUT;
	if (!read_error(c->fd, &e, &from)) {
		if (error == ECONNREFUSED || error == ECONNRESET) {
			a->outcome = OUTCOME_REFUSED;
			a->code = CODE_RESET;
		} else if (error == EHOSTUNREACH || error == ENETUNREACH) {
			a->code = CODE_UNREACHABLE;
		}
		return;
	}
	bool port =
	    e.ee_origin == SO_EE_ORIGIN_ICMP6
	        ? e.ee_type == ICMP6_DST_UNREACH && e.ee_code == ICMP6_DST_UNREACH_NOPORT
	        : e.ee_type == ICMP_DEST_UNREACH && e.ee_code == ICMP_PORT_UNREACH;
	a->code = CODE_UNREACHABLE;
	if (port && same_host(&from, &g->address)) {
		a->outcome = OUTCOME_REFUSED;
		a->code = CODE_PORT;
	} else if (getsockname(c->fd, (struct sockaddr *)&own, &n) == 0 &&
	           same_host(&from, &own)) {
		a->code = CODE_NEIGHBOUR;
	}
}

static void
on_ready(void *ctx, uint32_t events)
{
	struct connection *c = ctx;
	struct tcp *t = c->tcp;
	struct answer a = {
	    .stamp = STAMP_USER, .sent = c->sent, .received = clock_mono()};
	int error = 0;
	socklen_t n = sizeof error;

	(void)events;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	a.flags = egress_flags(t->targets[c->probe].egress);
	if (error == 0)
		connected(c, &a, a.received);
	else
		failed(c, &a, error);
	uint32_t probe = c->probe;
	uint64_t seq = c->seq;
	release(t, c);
	engine_answer(t->engine, probe, seq, &a);
}

/* ---- sending ---- */

static struct connection *
take_spare(struct tcp *t)
{
	struct connection *c = t->spare;

	if (c != NULL)
		t->spare = c->next;
	else
		c = memory_grow(NULL, 1, sizeof *c);
	*c = (struct connection){.tcp = t, .fd = -1};
	return c;
}

static int
tcp_send(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct tcp *t = ctx;
	struct target *g = &t->targets[probe];
	/* SYNs after the first: the kernel gives up after 15 s or more, we after 10. */
	int again = 3, on = 1;

	(void)now;
	out->flags = egress_flags(g->egress);
	out->code = egress_aim(g->egress, (struct sockaddr *)&g->address);
	if (out->code != CODE_NONE)
		return -ENETDOWN;
	int fd = egress_open(g->egress, BROKER_TCP, g->family, &out->code);
	if (fd < 0)
		return fd;
	struct connection *c = take_spare(t);
	c->fd = fd;
	c->probe = probe;
	c->seq = seq;
	c->next = g->open;
	g->open = c;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &again, sizeof again);
	if (g->family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	else
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
	c->sent = out->sent = clock_mono();
	int rc = connect(fd, (struct sockaddr *)&g->address, g->length) < 0 ? -errno : 0;
	if (rc < 0 && rc != -EINPROGRESS) {
		out->code = egress_code(-rc);
		release(t, c);
		return rc;
	}
	egress_sent(g->egress, fd, IPPROTO_TCP, &g->address, 0, probe, seq);
	/* Settled already (loopback) is found like any other, in the loop. */
	rc = loop_watch(t->loop, fd, EPOLLOUT, on_ready, c);
	if (rc < 0) {
		out->code = CODE_SEND_FAILED;
		release(t, c);
	}
	return rc;
}

static void
tcp_forget(void *ctx, uint32_t probe, uint64_t seq)
{
	struct tcp *t = ctx;

	for (struct connection *c = t->targets[probe].open; c != NULL; c = c->next) {
		if (c->seq == seq) {
			release(t, c);
			return;
		}
	}
}

/* ---- life ---- */

struct tcp *
tcp_new(struct loop *loop, struct engine *engine)
{
	struct tcp *t = memory_grow(NULL, 1, sizeof *t);

	*t = (struct tcp){.loop = loop, .engine = engine};
	t->transport =
	    (struct transport){.ctx = t, .send = tcp_send, .forget = tcp_forget};
	return t;
}

void
tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_targets; i++)
		while (t->targets[i].open != NULL)
			release(t, t->targets[i].open);
	while (t->spare != NULL) {
		struct connection *c = t->spare;
		t->spare = c->next;
		free(c);
	}
	free(t->targets);
	free(t);
}

const struct transport *
tcp_transport(const struct tcp *t)
{
	return &t->transport;
}

/* As many connections as a probe can have open at once: nothing is allocated later. */
static void
stock(struct tcp *t, int64_t every_ns)
{
	int64_t most = every_ns > 0 ? ENGINE_HOLD_NS / every_ns + 2 : 2;

	for (int64_t i = 0; i < most; i++) {
		struct connection *c = memory_grow(NULL, 1, sizeof *c);
		c->next = t->spare;
		t->spare = c;
	}
}

int
tcp_add(struct tcp *t, uint32_t probe, const struct probe_conf *conf, struct egress *e)
{
	struct target g = {.used = true, .egress = e};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&g.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&g.address;
	uint8_t address[16], family = settings_address(conf, address);

	if (family == 4) {
		memcpy(&v4->sin_addr, address, 4);
		v4->sin_family = AF_INET;
		v4->sin_port = htons(conf->port);
		g.family = AF_INET;
		g.length = sizeof *v4;
	} else if (family == 6) {
		memcpy(&v6->sin6_addr, address, 16);
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(conf->port);
		g.family = AF_INET6;
		g.length = sizeof *v6;
	} else {
		return -EINVAL;
	}
	if (probe >= t->n_targets) {
		size_t n = (size_t)probe * 2 + 16;
		t->targets = memory_grow(t->targets, n, sizeof *t->targets);
		memset(t->targets + t->n_targets, 0,
		    (n - t->n_targets) * sizeof *t->targets);
		t->n_targets = n;
	}
	if (t->targets[probe].used)
		return -EEXIST;
	g.open = t->targets[probe].open;
	t->targets[probe] = g;
	stock(t, conf->def.every_ns);
	return 0;
}

void
tcp_remove(struct tcp *t, uint32_t probe)
{
	if (probe < t->n_targets)
		t->targets[probe].used = false;
}
