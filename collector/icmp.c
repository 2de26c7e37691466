/*
 * A probe finds its socket by its egress and family; the socket is opened at the first
 * sending and again when the interface was made anew. Answers are matched by the mark in
 * their payload alone, so there is no table of what is outstanding but the engine's.
 *
 * What is due at once leaves in one call, once the kernel is known to stamp each packet
 * itself: until then one by one, for the time read before the call is all there is. Where
 * packets come so fast that each would wake us, the sockets leave the loop and are read
 * at each tick instead; nothing is less exact by it, for the kernel has stamped them. A
 * socket that is read so, of an interface that is captured, is spared replies: they lie
 * in the capture's ring already. Of what came before the ears were changed a second
 * answer is the first, heard once more.
 */
#include "collector/icmp.h"

#include "base/bytes.h"
#include "collector/echo.h"
#include "collector/echo_socket.h"
#include "collector/mail.h"
#include "collector/stamp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define OUT_BATCH   64 /* of probes that leave in one call */
#define ROUNDS_MOST 64 /* of reading, before others have their turn */
#define TICK_NS     (750 * NS_PER_US)
#define BUSY        8 /* packets within a tick */
#define QUIET_TICKS 16
#define ASK_NS      NS_PER_MS      /* for drops, at most so often */
#define SEEN_NS     (5 * NS_PER_S) /* who was seen leaving so lately will be again */
#define RETURNS_NS  NS_PER_S
#define RING_NS     (100 * NS_PER_MS) /* a capture that sees now hears, too */
#define TURN_NS     (100 * NS_PER_US) /* what two clocks can be apart */

struct outbox { /* what waits for the end of its batch */
	struct mmsghdr heads[OUT_BATCH];
	struct iovec iovs[OUT_BATCH];
	uint8_t packets[OUT_BATCH][ECHO_BYTES];
	uint64_t seqs[OUT_BATCH];
	uint32_t probes[OUT_BATCH];
	unsigned n;
};

struct door { /* a raw socket of one link and family */
	struct icmp *icmp;
	struct egress *egress;
	int family, fd;
	uint32_t generation;
	struct echo_key key;
	struct stamp_ruler ruler;
	bool stamps;     /* the kernel has stamped a sending of ours */
	bool by_socket;  /* it is asked to, beside what captures see */
	mono_t seen;     /* the newest that a capture saw leave; ns 0: none */
	mono_t returns;  /* until then stamps may come that were asked for before */
	bool busy;       /* read at each tick, not in the loop */
	bool stamped;    /* the newest reply was, by the kernel */
	bool by_ring;    /* replies are the capture's to tell */
	mono_t turned;   /* that changed before */
	uint64_t missed; /* of the capture's count, what is counted here */
	unsigned came;   /* packets since the last tick */
	unsigned quiet;  /* ticks without any */
	mono_t tick;
	uint32_t drops;
	mono_t dropped, asked; /* what was sent before may be lost by us; drops were
	                          asked for */
	struct outbox out;
};

struct target {
	bool used;
	struct door *door;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
};

struct icmp {
	struct loop *loop;
	struct engine *engine;
	struct transport transport;
	struct icmp_ear ear;
	struct door **doors;
	size_t n_doors;
	struct target *targets; /* by probe */
	size_t n_targets;
	struct loop_timer tick;
	uint64_t drops;
};

/* ---- the socket ---- */

static void on_ready(void *ctx, uint32_t events);
static void post(struct door *d);
static unsigned drain(struct door *d);
static void hear_alone(struct door *d);

/* What has come is read before: nobody will hear of it by the next socket. */
static void
shut(struct door *d)
{
	if (d->fd < 0)
		return;
	post(d);
	hear_alone(d);
	drain(d);
	if (!d->busy)
		loop_unwatch(d->icmp->loop, d->fd);
	d->busy = false;
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
	echo_socket(fd, d->family, &d->key, MAIL_BYTES);
	d->by_socket = stamp_enable(fd, true) == 0;
	d->seen.ns = 0;
	d->stamped = false;
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
	/* A probe may have sent by another before: its answers are nobody's here. */
	*d = (struct door){
	    .icmp = i, .egress = e, .family = family, .fd = -1, .dropped = clock_mono()};
	for (unsigned k = 0; k < OUT_BATCH; k++) {
		d->out.iovs[k] = (struct iovec){d->out.packets[k], ECHO_BYTES};
		d->out.heads[k].msg_hdr.msg_iov = &d->out.iovs[k];
		d->out.heads[k].msg_hdr.msg_iovlen = 1;
		d->out.heads[k].msg_hdr.msg_namelen = family == AF_INET
		                                          ? sizeof(struct sockaddr_in)
		                                          : sizeof(struct sockaddr_in6);
	}
	if (getrandom(&d->key, sizeof d->key, 0) != (ssize_t)sizeof d->key)
		d->key.k[0] = (uint64_t)clock_mono().ns;
	i->doors = memory_grow(i->doors, i->n_doors + 1, sizeof *i->doors);
	i->doors[i->n_doors++] = d;
	return d;
}

/* ---- receiving ---- */

static struct mail answers, returned; /* from the network, from the error queue */

/*
 * What an error says depends on who sent it. The target's own port unreachable is an
 * answer (its firewall's). One from our own address is the kernel's, who found no
 * neighbour: the packet never left. All others are routers' and no answer.
 */
static void
read_error(const struct target *t, const struct echo_seen *seen, struct answer *a)
{
	bool four = t->address.any.sa_family == AF_INET;
	size_t size = four ? 4 : 16;
	const void *target = four ? (const void *)&t->address.v4.sin_addr
	                          : (const void *)&t->address.v6.sin6_addr;

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
	    i->targets[seen.probe].address.any.sa_family != d->family)
		return;
	if (!four)
		memcpy(seen.from, &l->from.sin6_addr, sizeof seen.from);
	d->stamped = stamp_get(&m->msg_hdr, &stamp);
	if (d->stamped &&
	    stamp_mono(&d->ruler, &stamp, (mono_t){now.ns - ENGINE_HOLD_NS}, &a.received))
		a.stamp = STAMP_KERNEL_RX;
	a.again = a.received.ns <= d->turned.ns;
	a.outcome = OUTCOME_REPLY;
	a.flags = egress_flags(d->egress);
	if (seen.kind != ECHO_REPLY)
		read_error(&i->targets[seen.probe], &seen, &a);
	engine_answer(i->engine, seen.probe, seen.seq, &a);
}

/* The kernel dropped answers of ours: what was sent before may be lost by us. */
static void
learn_drops(struct door *d, uint32_t drops, mono_t now)
{
	/* What still waited when the socket was asked tells an older count. */
	if ((int32_t)(drops - d->drops) <= 0)
		return;
	d->icmp->drops += drops - d->drops;
	d->drops = drops;
	d->dropped = now;
}

/* The same of the capture that listened for us. */
static void
learn_missed(struct door *d)
{
	struct icmp *i = d->icmp;
	struct icmp_missed missed = i->ear.missed(i->ear.ctx, d->egress->link);

	if (missed.packets <= d->missed)
		return;
	i->drops += missed.packets - d->missed;
	d->missed = missed.packets;
	d->dropped = missed.at;
}

/* For what nobody answered: drops may have come to our ears, or not yet. Without a door
 * nobody listened any more. */
static uint32_t
icmp_doubt(void *ctx, uint32_t probe, mono_t sent)
{
	struct icmp *i = ctx;
	struct door *d = i->targets[probe].door;
	mono_t now = clock_mono();
	uint32_t drops;

	if (d == NULL)
		return FLAG_OWN_DROP;
	if (d->fd >= 0 && now.ns - d->asked.ns >= ASK_NS) {
		d->asked = now;
		if (stamp_drops_now(d->fd, &drops))
			learn_drops(d, drops, now);
		if (d->by_ring)
			learn_missed(d);
	}
	return d->dropped.ns >= sent.ns ? FLAG_OWN_DROP : 0;
}

/* Our own packets, returned with the time they left. */
static unsigned
take_stamps(struct door *d)
{
	unsigned came = 0;
	int n;

	if (!d->by_socket && d->ruler.read.ns > d->returns.ns)
		return 0;
	while ((n = mail_fetch(&returned, d->fd, MSG_ERRQUEUE)) > 0) {
		came += (unsigned)n;
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
		if (n < MAIL_MOST)
			break;
	}
	return came;
}

/*
 * An answer settles its sending for good, so the stamp of the sending must be there
 * before; the kernel made it before, so it is in the queue once the answer is. An error
 * of the socket itself (its interface went down) is cleared by the reading, and told by
 * rtnetlink in its time. Result: how many packets were there.
 */
static unsigned
drain(struct door *d)
{
	uint32_t drops;
	unsigned came = 0;
	int n, rounds = 0;

	do {
		n = mail_fetch(&answers, d->fd, 0);
		stamp_ruler_read(&d->ruler); /* once: a jump spoils both queues */
		came += take_stamps(d) + (n > 0 ? (unsigned)n : 0);
		for (int i = 0; i < n; i++) {
			if (stamp_drops(&answers.heads[i].msg_hdr, &drops))
				learn_drops(d, drops, d->ruler.read);
			deliver(d, &answers.letters[i], &answers.heads[i], d->ruler.read);
		}
	} while (n == MAIL_MOST && ++rounds < ROUNDS_MOST);
	return came;
}

/* ---- the other ear ---- */

/* From here on each ear may bring what the other brought before. */
static void
turn(struct door *d, bool by_ring)
{
	d->by_ring = by_ring;
	d->turned.ns = clock_mono().ns + TURN_NS;
}

/* First the socket hears again, then the ring is read: nothing comes to neither. */
static void
hear_alone(struct door *d)
{
	if (!d->by_ring)
		return;
	(void)echo_socket_replies(d->fd, d->family, true);
	d->icmp->ear.collect(d->icmp->ear.ctx);
	learn_missed(d);
	turn(d, false);
}

static bool
wants_ring(const struct door *d, mono_t now)
{
	const struct icmp_ear *ear = &d->icmp->ear;

	return d->busy && d->stamped && d->seen.ns != 0 &&
	       now.ns - d->seen.ns <= RING_NS && egress_by_interface(d->egress) &&
	       ear->listens != NULL && ear->listens(ear->ctx, d->egress->link);
}

static void
choose_ear(struct door *d, mono_t now)
{
	const struct icmp_ear *ear = &d->icmp->ear;

	if (!wants_ring(d, now)) {
		hear_alone(d);
	} else if (!d->by_ring && echo_socket_replies(d->fd, d->family, false) == 0) {
		d->came += drain(d);
		d->missed = ear->missed(ear->ctx, d->egress->link).packets;
		turn(d, true);
	}
}

void
icmp_heard(struct icmp *i, uint32_t probe, uint64_t seq, mono_t at)
{
	struct door *d = probe < i->n_targets ? i->targets[probe].door : NULL;
	struct answer a = {
	    .outcome = OUTCOME_REPLY, .stamp = STAMP_KERNEL_RX, .received = at};

	if (d == NULL || !d->by_ring)
		return;
	if (at.ns == 0) {
		a.stamp = STAMP_USER;
		a.received = clock_mono();
	}
	a.again = a.received.ns <= d->turned.ns;
	a.flags = egress_flags(d->egress);
	d->came++;
	engine_answer(i->engine, probe, seq, &a);
}

/* All that has come to busy doors. Result: whether any is busy. */
static bool
read_busy(struct icmp *i)
{
	bool busy = false, rung = false;

	for (size_t k = 0; k < i->n_doors; k++)
		rung = rung || i->doors[k]->by_ring;
	if (rung)
		i->ear.collect(i->ear.ctx);
	for (size_t k = 0; k < i->n_doors; k++) {
		struct door *d = i->doors[k];
		if (!d->busy)
			continue;
		d->came += drain(d);
		choose_ear(d, d->ruler.read);
		busy = true;
	}
	return busy;
}

static mono_t
next_tick(mono_t now)
{
	return (mono_t){(now.ns / TICK_NS + 1) * TICK_NS};
}

/* While they are few. */
static void
on_ready(void *ctx, uint32_t events)
{
	struct door *d = ctx;
	struct icmp *i = d->icmp;

	(void)events;
	unsigned came = drain(d);
	mono_t now = d->ruler.read;
	if (now.ns - d->tick.ns >= TICK_NS) {
		d->tick = now;
		d->came = 0;
	}
	d->came += came;
	if (d->came < BUSY || !d->stamps)
		return;
	loop_unwatch(i->loop, d->fd);
	d->busy = true;
	d->quiet = 0;
	if (i->tick.place == 0)
		loop_timer_set(i->loop, &i->tick, next_tick(now));
}

/* Those that were quiet for a while are given back to the loop. */
static void
on_tick(void *ctx, mono_t now)
{
	struct icmp *i = ctx;
	bool busy = false;

	read_busy(i);
	for (size_t k = 0; k < i->n_doors; k++) {
		struct door *d = i->doors[k];
		if (!d->busy)
			continue;
		d->quiet = d->came > 0 ? 0 : d->quiet + 1;
		d->came = 0;
		if (d->quiet >= QUIET_TICKS &&
		    loop_watch(i->loop, d->fd, EPOLLIN, on_ready, d) == 0)
			d->busy = false;
		if (!d->busy)
			hear_alone(d);
		busy = busy || d->busy;
	}
	if (busy)
		loop_timer_set(i->loop, &i->tick, next_tick(now));
}

/* Nothing is called lost that has come and was not read. While much is sent this happens
 * each tick, and need not again. */
static void
icmp_collect(void *ctx)
{
	struct icmp *i = ctx;

	if (read_busy(i))
		loop_timer_set(
		    i->loop, &i->tick, (mono_t){clock_mono().ns + 2 * TICK_NS});
}

/* ---- sending ---- */

/* Put what waits on its way, in as few calls as it takes. */
static void
post(struct door *d)
{
	struct outbox *o = &d->out;
	unsigned at = 0, n = o->n;

	o->n = 0;
	while (at < n) {
		struct departure out = {
		    .sent = clock_mono(), .flags = egress_flags(d->egress)};
		int done = sendmmsg(d->fd, o->heads + at, n - at, MSG_DONTWAIT);
		int rc = done < 0 ? -errno : 0;
		if (rc == -EINTR)
			continue;
		if (rc < 0) {
			out.code = egress_code(-rc);
			done = 1;
		}
		for (; done-- > 0; at++)
			engine_departed(
			    d->icmp->engine, o->probes[at], o->seqs[at], rc, &out);
	}
}

static void
icmp_flush(void *ctx)
{
	struct icmp *i = ctx;

	for (size_t k = 0; k < i->n_doors; k++)
		if (i->doors[k]->out.n > 0)
			post(i->doors[k]);
}

/* More than a batch is due at once: read between, or answers have no room. */
static void
enqueue(struct door *d, const struct target *t, uint32_t probe, uint64_t seq)
{
	struct outbox *o = &d->out;

	if (o->n == OUT_BATCH) {
		post(d);
		if (d->by_ring)
			d->icmp->ear.collect(d->icmp->ear.ctx);
		else if (d->busy)
			drain(d);
	}
	unsigned at = o->n++;
	echo_build(o->packets[at], d->family == AF_INET ? 4 : 6, &d->key, probe, seq);
	o->heads[at].msg_hdr.msg_name = (void *)&t->address;
	o->probes[at] = probe;
	o->seqs[at] = seq;
}

/* A stamp of the socket costs a packet of its own: what a capture sees leave, with the
 * instant, needs none. */
static void
choose_stamps(struct door *d, mono_t now)
{
	bool by_socket = d->seen.ns == 0 || now.ns - d->seen.ns > SEEN_NS;

	if (by_socket == d->by_socket || stamp_enable(d->fd, by_socket) < 0)
		return;
	d->by_socket = by_socket;
	d->returns.ns = now.ns + RETURNS_NS;
	if (by_socket)
		d->stamps = false;
}

static int
icmp_send(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct icmp *i = ctx;
	struct target *t = &i->targets[probe];
	struct door *d = t->door;
	uint8_t packet[ECHO_BYTES];

	out->flags = egress_flags(d->egress);
	int rc = unlock(d, &out->code);
	if (rc < 0)
		return rc;
	choose_stamps(d, now);
	if (d->stamps) {
		engine_expect_stamps(i->engine, probe, d->by_socket);
		enqueue(d, t, probe, seq);
		return ENGINE_QUEUED;
	}
	echo_build(packet, d->family == AF_INET ? 4 : 6, &d->key, probe, seq);
	out->sent = clock_mono();
	if (sendto(d->fd, packet, sizeof packet, MSG_DONTWAIT, &t->address.any,
	        d->out.heads[0].msg_hdr.msg_namelen) < 0) {
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
	i->transport = (struct transport){.ctx = i,
	    .send = icmp_send,
	    .flush = icmp_flush,
	    .collect = icmp_collect,
	    .doubt = icmp_doubt};
	i->tick = (struct loop_timer){.fn = on_tick, .ctx = i};
	return i;
}

void
icmp_free(struct icmp *i)
{
	if (i == NULL)
		return;
	loop_timer_cancel(i->loop, &i->tick);
	/* All of them may be asked whose a packet is, until the last is shut. */
	for (size_t k = 0; k < i->n_doors; k++)
		shut(i->doors[k]);
	for (size_t k = 0; k < i->n_doors; k++)
		free(i->doors[k]);
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
	struct target t = {.used = true};

	if (inet_pton(AF_INET, conf->address, &t.address.v4.sin_addr) == 1)
		t.address.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, conf->address, &t.address.v6.sin6_addr) == 1)
		t.address.any.sa_family = AF_INET6;
	else
		return -EINVAL;
	if (probe >= i->n_targets) {
		size_t n = (size_t)probe * 2 + 16;
		i->targets = memory_grow(i->targets, n, sizeof *i->targets);
		memset(i->targets + i->n_targets, 0,
		    (n - i->n_targets) * sizeof *i->targets);
		i->n_targets = n;
	}
	if (i->targets[probe].used)
		return -EEXIST;
	t.door = door_of(i, e, t.address.any.sa_family);
	i->targets[probe] = t;
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
		struct door *d = i->doors[k];
		shut(d);
		for (size_t t = 0; t < i->n_targets; t++)
			if (i->targets[t].door == d)
				i->targets[t].door = NULL;
		free(d);
		i->doors[k] = i->doors[--i->n_doors];
	}
}

bool
icmp_own(const struct icmp *i, const struct packet *p, uint32_t *probe, uint64_t *seq)
{
	int family = p->family == 4 ? AF_INET : AF_INET6;

	for (size_t k = 0; k < i->n_doors; k++) {
		const struct door *d = i->doors[k];
		if (d->family == family &&
		    echo_captured(&d->key, p->family, p->body, p->body_n, probe, seq))
			return true;
	}
	return false;
}

void
icmp_seen(struct icmp *i, uint32_t probe, mono_t at)
{
	struct door *d = probe < i->n_targets ? i->targets[probe].door : NULL;

	if (d == NULL)
		return;
	d->seen = at;
	d->stamps = true;
}

void
icmp_listen(struct icmp *i, const struct icmp_ear *ear)
{
	i->ear = *ear;
}

void
icmp_listen_alone(struct icmp *i)
{
	for (size_t k = 0; k < i->n_doors; k++)
		hear_alone(i->doors[k]);
}

uint64_t
icmp_drops(struct icmp *i)
{
	for (size_t k = 0; k < i->n_doors; k++)
		if (i->doors[k]->by_ring)
			learn_missed(i->doors[k]);
	return i->drops;
}
