/*
 * A probe finds its socket by its egress and family; the socket is opened at the first
 * sending and again when the interface was made anew. Answers are matched by the mark in
 * their payload alone, so there is no table of what is outstanding but the engine's.
 */
#include "collector/icmp.h"

#include "base/bytes.h"
#include "collector/echo.h"
#include "collector/stamp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define BATCH        32
#define PACKET_BYTES 512

struct door { /* a raw socket of one link and family */
	struct icmp *icmp;
	struct egress *egress;
	int family, fd;
	uint32_t generation;
	struct echo_key key;
	bool stamps; /* the kernel has stamped a sending of ours */
	uint32_t drops;
};

struct target {
	bool used;
	struct egress *egress;
	int family;
	struct sockaddr_storage address;
	socklen_t length;
};

struct icmp {
	struct loop *loop;
	struct engine *engine;
	struct transport transport;
	struct door **doors;
	size_t n_doors;
	struct target *targets; /* by probe */
	size_t n_targets;
	uint64_t drops;
};

/* ---- the socket ---- */

/* Only what carries our identifier wakes us: echo replies, and errors that quote it. */
static void
filter_v4(int fd, uint16_t ident)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),  /* echo reply */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 3, 0),  /* unreachable */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 11, 2, 5), /* time exceeded */
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 2, 3),
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 20 + 4), /* quoted without options */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void
filter_v6(int fd, uint16_t ident)
{
	struct icmp6_filter types;
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 129, 0, 2),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 2, 3),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 8 + 40 + 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	ICMP6_FILTER_SETBLOCKALL(&types);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &types);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &types);
	(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types);
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void on_ready(void *ctx, uint32_t events);

static void
shut(struct door *d)
{
	if (d->fd < 0)
		return;
	loop_unwatch(d->icmp->loop, d->fd);
	close(d->fd);
	d->fd = -1;
}

static int
unlock(struct door *d, enum code *why)
{
	bool four = d->family == AF_INET;

	if (d->fd >= 0 && d->generation == egress_generation(d->egress)) {
		*why = egress_ready(d->egress, d->family);
		return *why == CODE_NONE ? 0 : -ENETDOWN;
	}
	shut(d);
	int fd =
	    egress_open(d->egress, four ? BROKER_ICMP4 : BROKER_ICMP6, d->family, why);
	if (fd < 0)
		return fd;
	four ? filter_v4(fd, d->key.ident) : filter_v6(fd, d->key.ident);
	(void)stamp_enable(fd, true);
	d->fd = fd;
	d->generation = egress_generation(d->egress);
	d->drops = 0;
	d->stamps = false;
	int rc = loop_watch(d->icmp->loop, fd, EPOLLIN, on_ready, d);
	if (rc < 0)
		shut(d);
	return rc;
}

static struct door *
door_of(struct icmp *i, struct egress *e, int family)
{
	for (size_t k = 0; k < i->n_doors; k++)
		if (i->doors[k]->egress == e && i->doors[k]->family == family)
			return i->doors[k];
	struct door *d = memory_grow(NULL, 1, sizeof *d);
	*d = (struct door){.icmp = i, .egress = e, .family = family, .fd = -1};
	if (getrandom(&d->key, sizeof d->key, 0) != (ssize_t)sizeof d->key)
		d->key.k[0] = (uint64_t)clock_mono().ns;
	i->doors = memory_grow(i->doors, i->n_doors + 1, sizeof *i->doors);
	i->doors[i->n_doors++] = d;
	return d;
}

/* ---- receiving ---- */

struct letter {
	struct iovec iov;
	uint8_t packet[PACKET_BYTES];
	union {
		struct cmsghdr align;
		char room[256];
	} control;
};

static struct letter letters[BATCH];
static struct mmsghdr heads[BATCH];

static int
fetch(int fd, int flags)
{
	for (int i = 0; i < BATCH; i++) {
		letters[i].iov = (struct iovec){letters[i].packet, PACKET_BYTES};
		heads[i].msg_hdr = (struct msghdr){.msg_iov = &letters[i].iov,
		    .msg_iovlen = 1,
		    .msg_control = letters[i].control.room,
		    .msg_controllen = sizeof letters[i].control.room};
	}
	return recvmmsg(fd, heads, BATCH, MSG_DONTWAIT | flags, NULL);
}

/* An error of a router is no answer; port unreachable cannot be one to an echo. */
static void
deliver(struct door *d, struct mmsghdr *m, const uint8_t *packet, mono_t now)
{
	struct echo_seen seen;
	struct timespec stamp;
	struct answer a = {.stamp = STAMP_USER, .received = now};

	echo_parse(&seen, d->family == AF_INET ? 4 : 6, &d->key, packet, m->msg_len);
	if (seen.kind == ECHO_NOT_OURS)
		return;
	if (stamp_get(&m->msg_hdr, &stamp) &&
	    stamp_mono(&stamp, (mono_t){now.ns - ENGINE_HOLD_NS}, now, &a.received))
		a.stamp = d->stamps ? STAMP_KERNEL : STAMP_KERNEL_RX;
	a.outcome = seen.kind == ECHO_REPLY ? OUTCOME_REPLY : OUTCOME_LOST;
	a.code = seen.kind == ECHO_REPLY ? CODE_NONE : CODE_UNREACHABLE;
	a.flags = egress_flags(d->egress);
	engine_answer(d->icmp->engine, seen.probe, seen.seq, &a);
}

/* The kernel dropped answers of ours: what is in flight here may be lost by us. */
static void
count_drops(struct door *d, struct msghdr *m)
{
	uint32_t drops;

	if (!stamp_drops(m, &drops) || drops == d->drops)
		return;
	d->icmp->drops += drops - d->drops;
	d->drops = drops;
	for (size_t k = 0; k < d->icmp->n_targets; k++)
		if (d->icmp->targets[k].used && d->icmp->targets[k].egress == d->egress)
			engine_taint(d->icmp->engine, (uint32_t)k, FLAG_OWN_DROP);
}

static void
take_stamps(struct door *d, mono_t now)
{
	int n;

	while ((n = fetch(d->fd, MSG_ERRQUEUE)) > 0) {
		for (int i = 0; i < n; i++) {
			struct timespec stamp;
			mono_t sent;
			uint32_t probe;
			uint64_t seq;
			if (!stamp_get(&heads[i].msg_hdr, &stamp) ||
			    !echo_recognise(&d->key, letters[i].packet, heads[i].msg_len,
			        &probe, &seq) ||
			    !stamp_mono(
			        &stamp, (mono_t){now.ns - ENGINE_HOLD_NS}, now, &sent))
				continue;
			d->stamps = true;
			engine_expect_stamps(d->icmp->engine, probe);
			engine_stamped(d->icmp->engine, probe, seq, sent);
		}
		if (n < BATCH)
			break;
	}
}

static void
on_ready(void *ctx, uint32_t events)
{
	struct door *d = ctx;
	int n;

	(void)events;
	/* Stamps of sendings first: an answer settles its sending for good. */
	take_stamps(d, clock_mono());
	while ((n = fetch(d->fd, 0)) > 0) {
		mono_t now = clock_mono();
		for (int i = 0; i < n; i++) {
			count_drops(d, &heads[i].msg_hdr);
			deliver(d, &heads[i], letters[i].packet, now);
		}
		if (n < BATCH)
			break;
	}
	if (n < 0 && (errno == ENETDOWN || errno == ENODEV))
		(void)egress_ready(
		    d->egress, d->family); /* told by rtnetlink in its time */
}

/* ---- sending ---- */

static int
icmp_send(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct icmp *i = ctx;
	struct target *t = &i->targets[probe];
	uint8_t packet[ECHO_BYTES];

	(void)now;
	out->flags = egress_flags(t->egress);
	struct door *d = door_of(i, t->egress, t->family);
	int rc = unlock(d, &out->code);
	if (rc < 0)
		return rc;
	echo_build(packet, t->family == AF_INET ? 4 : 6, &d->key, probe, seq);
	out->sent = clock_mono();
	if (sendto(d->fd, packet, sizeof packet, MSG_DONTWAIT,
	        (struct sockaddr *)&t->address, t->length) < 0) {
		rc = -errno;
		out->code = egress_code(errno);
		return rc;
	}
	return 0;
}

/* ---- life ---- */

struct icmp *
icmp_new(struct loop *loop, struct engine *engine)
{
	struct icmp *i = memory_grow(NULL, 1, sizeof *i);

	*i = (struct icmp){.loop = loop, .engine = engine};
	i->transport = (struct transport){.ctx = i, .send = icmp_send};
	return i;
}

void
icmp_free(struct icmp *i)
{
	if (i == NULL)
		return;
	for (size_t k = 0; k < i->n_doors; k++) {
		shut(i->doors[k]);
		free(i->doors[k]);
	}
	free(i->doors);
	free(i->targets);
	free(i);
}

const struct transport *
icmp_transport(const struct icmp *i)
{
	return &i->transport;
}

int
icmp_add(struct icmp *i, uint32_t probe, const struct probe_conf *conf, struct egress *e)
{
	struct target t = {.used = true, .egress = e};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&t.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&t.address;

	if (inet_pton(AF_INET, conf->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		t.family = AF_INET;
		t.length = sizeof *v4;
	} else if (inet_pton(AF_INET6, conf->address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		t.family = AF_INET6;
		t.length = sizeof *v6;
	} else {
		return -EINVAL;
	}
	if (probe >= i->n_targets) {
		size_t n = (size_t)probe * 2 + 16;
		i->targets = memory_grow(i->targets, n, sizeof *i->targets);
		memset(i->targets + i->n_targets, 0,
		    (n - i->n_targets) * sizeof *i->targets);
		i->n_targets = n;
	}
	if (i->targets[probe].used)
		return -EEXIST;
	i->targets[probe] = t;
	door_of(i, e, t.family);
	return 0;
}

void
icmp_remove(struct icmp *i, uint32_t probe)
{
	if (probe < i->n_targets)
		i->targets[probe].used = false;
}

void
icmp_forget(struct icmp *i, const struct egress *e)
{
	for (size_t k = 0; k < i->n_doors;) {
		if (i->doors[k]->egress != e) {
			k++;
			continue;
		}
		shut(i->doors[k]);
		free(i->doors[k]);
		i->doors[k] = i->doors[--i->n_doors];
	}
}

uint64_t
icmp_drops(const struct icmp *i)
{
	return i->drops;
}
