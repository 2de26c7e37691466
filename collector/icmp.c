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
	struct stamp_ruler ruler;
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
	struct sockaddr_in6 from; /* of IPv6; IPv4 packets tell it themselves */
	uint8_t packet[PACKET_BYTES];
	union {
		struct cmsghdr align;
		char room[256];
	} control;
};

struct post { /* one call's worth */
	struct letter letters[BATCH];
	struct mmsghdr heads[BATCH];
};

static struct post answers, returned; /* from the network, from the error queue */

static int
fetch(struct post *post, int fd, int flags)
{
	for (int i = 0; i < BATCH; i++) {
		struct letter *l = &post->letters[i];
		l->iov = (struct iovec){l->packet, PACKET_BYTES};
		post->heads[i].msg_hdr = (struct msghdr){.msg_name = &l->from,
		    .msg_namelen = sizeof l->from,
		    .msg_iov = &l->iov,
		    .msg_iovlen = 1,
		    .msg_control = l->control.room,
		    .msg_controllen = sizeof l->control.room};
	}
	return recvmmsg(fd, post->heads, BATCH, MSG_DONTWAIT | flags, NULL);
}

/*
 * What an error says depends on who sent it. The target's own port unreachable is an
 * answer (its firewall's). One from our own address is the kernel's, who found no
 * neighbour: the packet never left. All others are routers' and no answer.
 */
static void
read_error(const struct target *t, const struct echo_seen *seen, struct answer *a)
{
	bool four = t->family == AF_INET;
	size_t size = four ? 4 : 16;
	const void *target =
	    four ? (const void *)&((const struct sockaddr_in *)&t->address)->sin_addr
	         : (const void *)&((const struct sockaddr_in6 *)&t->address)->sin6_addr;

	a->outcome = OUTCOME_LOST;
	a->code = CODE_UNREACHABLE;
	if (memcmp(seen->from, seen->sender, size) == 0) {
		a->code = CODE_NEIGHBOUR;
	} else if (seen->kind == ECHO_REJECTED && memcmp(seen->from, target, size) == 0) {
		a->outcome = OUTCOME_REFUSED;
		a->code = CODE_PORT;
	}
}

static void
deliver(struct door *d, struct letter *l, struct mmsghdr *m, mono_t now)
{
	struct icmp *i = d->icmp;
	bool four = d->family == AF_INET;
	struct echo_seen seen;
	struct timespec stamp;
	struct answer a = {.stamp = STAMP_USER, .received = now};

	echo_parse(&seen, four ? 4 : 6, &d->key, l->packet, m->msg_len);
	if (seen.kind == ECHO_NOT_OURS || seen.probe >= i->n_targets ||
	    i->targets[seen.probe].family != d->family)
		return;
	if (!four)
		memcpy(seen.from, &l->from.sin6_addr, sizeof seen.from);
	if (stamp_get(&m->msg_hdr, &stamp) &&
	    stamp_mono(&d->ruler, &stamp, (mono_t){now.ns - ENGINE_HOLD_NS}, &a.received))
		a.stamp = d->stamps ? STAMP_KERNEL : STAMP_KERNEL_RX;
	a.outcome = OUTCOME_REPLY;
	a.flags = egress_flags(d->egress);
	if (seen.kind != ECHO_REPLY)
		read_error(&i->targets[seen.probe], &seen, &a);
	engine_answer(i->engine, seen.probe, seen.seq, &a);
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
}

/* Our own packets, returned with the time they left. */
static void
take_stamps(struct door *d)
{
	int n;

	while ((n = fetch(&returned, d->fd, MSG_ERRQUEUE)) > 0) {
		for (int i = 0; i < n; i++) {
			struct timespec stamp;
			mono_t sent = {0};
			uint32_t probe;
			uint64_t seq;
			if (!stamp_get(&returned.heads[i].msg_hdr, &stamp) ||
			    !echo_recognise(&d->key, returned.letters[i].packet,
			        returned.heads[i].msg_len, &probe, &seq))
				continue;
			(void)stamp_mono(&d->ruler, &stamp,
			    (mono_t){d->ruler.read.ns - ENGINE_HOLD_NS}, &sent);
			d->stamps = true;
			engine_stamped(d->icmp->engine, probe, seq, sent);
		}
		if (n < BATCH)
			break;
	}
}

/*
 * An answer settles its sending for good, so the stamp of the sending must be there
 * before; the kernel made it before, so it is in the queue once the answer is. An error
 * of the socket itself (its interface went down) is cleared by the reading, and told by
 * rtnetlink in its time.
 */
static void
on_ready(void *ctx, uint32_t events)
{
	struct door *d = ctx;
	int n;

	(void)events;
	do {
		n = fetch(&answers, d->fd, 0);
		stamp_ruler_read(&d->ruler); /* once: a jump spoils both queues */
		take_stamps(d);
		for (int i = 0; i < n; i++) {
			count_drops(d, &answers.heads[i].msg_hdr);
			deliver(d, &answers.letters[i], &answers.heads[i], d->ruler.read);
		}
	} while (n == BATCH);
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
	if (d->stamps)
		engine_expect_stamps(i->engine, probe);
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
