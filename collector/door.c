/*
 * What is due at once leaves in one call, once the kernel is known to stamp each packet
 * itself: until then one by one, for the time read before the call is all there is. Where
 * packets come so fast that each would wake us, the socket leaves the loop and is read at
 * each tick instead; nothing is less exact by it, for the kernel has stamped them. A
 * socket that is read so, of an interface that is captured, is spared replies: they lie
 * in the capture's ring already. Of what came before the ears were changed a second
 * answer is the first, heard once more.
 */
#include "collector/door.h"

#include "base/bytes.h"
#include "collector/echo_socket.h"
#include "collector/hearing.h"
#include "collector/mail.h"
#include "collector/stamp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define OUT_BATCH   64 /* of probes that leave in one call */
#define ROUNDS_MOST 64 /* of reading, before others have their turn */
#define BUSY        8  /* packets within a tick */
#define QUIET_TICKS 16
#define ASK_NS      NS_PER_MS      /* for drops, at most so often */
#define SEEN_NS     (5 * NS_PER_S) /* who was seen leaving so lately will be again */
#define RETURNS_NS  NS_PER_S
#define RING_NS     (100 * NS_PER_MS) /* a capture that saw so lately may hear, too */

struct outbox { /* what waits for the end of its batch */
	struct mmsghdr heads[OUT_BATCH];
	struct iovec iovs[OUT_BATCH];
	uint8_t packets[OUT_BATCH][ECHO_BYTES];
	uint64_t seqs[OUT_BATCH];
	uint32_t probes[OUT_BATCH];
	unsigned n;
};

struct door {
	struct doors *all;
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
	bool translated; /* requests have left with another identifier */
	struct hearing hearing;
	uint64_t missed; /* of the capture's count, what is counted here */
	unsigned came;   /* packets since the last tick */
	unsigned quiet;  /* ticks without any */
	mono_t tick;
	uint32_t drops;
	mono_t dropped, asked; /* what was sent before may be lost by us; drops were
	                          asked for */
	struct outbox out;
};

/* ---- receiving ---- */

static struct mail answers, returned; /* from the network, from the error queue */

/*
 * What an error says depends on who sent it. The target's own port unreachable is an
 * answer (its firewall's). One from our own address is the kernel's, who found no
 * neighbour: the packet never left. All others are routers' and no answer.
 */
static void
read_error(const struct sockaddr *to, const struct echo_seen *seen, struct answer *a)
{
	bool four = to->sa_family == AF_INET;
	size_t size = four ? 4 : 16;
	const void *target =
	    four ? (const void *)&((const struct sockaddr_in *)(const void *)to)->sin_addr
	         : (const void *)&((const struct sockaddr_in6 *)(const void *)to)
	               ->sin6_addr;

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
	bool four = d->family == AF_INET;
	struct echo_seen seen;
	struct timespec stamp;
	struct answer a = {.stamp = STAMP_USER, .received = now};

	echo_parse(&seen, four ? 4 : 6, &d->key, l->packet, m->msg_len);
	if (seen.kind == ECHO_NOT_OURS)
		return;
	const struct sockaddr *to = d->all->target(d->all->ctx, seen.probe);
	if (to == NULL || to->sa_family != d->family)
		return;
	if (!four)
		memcpy(seen.from, &l->from.sin6_addr, sizeof seen.from);
	d->stamped = stamp_get(&m->msg_hdr, &stamp);
	if (d->stamped &&
	    stamp_mono(&d->ruler, &stamp, (mono_t){now.ns - ENGINE_HOLD_NS}, &a.received))
		a.stamp = STAMP_KERNEL_RX;
	a.again = hearing_again(&d->hearing, a.received, a.stamp == STAMP_KERNEL_RX);
	a.outcome = OUTCOME_REPLY;
	a.flags = egress_flags(d->egress);
	if (seen.kind != ECHO_REPLY)
		read_error(to, &seen, &a);
	else
		hearing_socket(&d->hearing);
	engine_answer(d->all->engine, seen.probe, seen.seq, &a);
}

/* The kernel dropped answers of ours: what was sent before may be lost by us. */
static void
learn_drops(struct door *d, uint32_t drops, mono_t now)
{
	/* What still waited when the socket was asked tells an older count. */
	if ((int32_t)(drops - d->drops) <= 0)
		return;
	d->all->drops += drops - d->drops;
	d->drops = drops;
	d->dropped = now;
}

void
door_count(struct door *d)
{
	const struct ear *ear = &d->all->ear;

	if (d->hearing.by == BY_SOCKET)
		return;
	struct ear_missed missed = ear->missed(ear->ctx, d->hearing.interface, d->missed);
	d->all->drops += missed.untold; /* once, however many doors listen by it */
	if (missed.packets <= d->missed)
		return;
	d->missed = missed.packets;
	if (missed.at.ns > d->dropped.ns)
		d->dropped = missed.at;
}

/* For what nobody answered: drops may have come to our ears, or not yet. */
uint32_t
door_doubt(struct door *d, mono_t sent)
{
	mono_t now = clock_mono();
	uint32_t drops;

	if (d->fd >= 0 && now.ns - d->asked.ns >= ASK_NS) {
		d->asked = now;
		if (stamp_drops_now(d->fd, &drops))
			learn_drops(d, drops, now);
		door_count(d);
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
			engine_stamped(d->all->engine, probe, seq, sent);
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

/* First the socket hears again, then the ring is read: nothing comes to neither. */
void
door_listen_alone(struct door *d)
{
	if (d->hearing.by == BY_CAPTURE)
		(void)echo_socket_replies(d->fd, d->family, true);
	if (d->hearing.by != BY_SOCKET) {
		d->all->ear.collect(d->all->ear.ctx);
		door_count(d);
	}
	hearing_turn(&d->hearing, HEARING_SOCKET, 0, clock_mono());
}

/* The interface whose capture could be listened to: it sees what leaves now. */
static uint32_t
captured(const struct door *d, mono_t now)
{
	const struct ear *ear = &d->all->ear;

	return d->busy && d->stamped && d->seen.ns != 0 &&
	               now.ns - d->seen.ns <= RING_NS && egress_by_interface(d->egress) &&
	               ear->listens != NULL
	           ? ear->listens(ear->ctx, d->egress->link)
	           : 0;
}

/* The socket has been read. What the capture drops from when it is listened to, be it
 * beside the socket, is ours: such a packet may be in a socket's way still. */
static void
choose_ear(struct door *d, mono_t now)
{
	const struct ear *ear = &d->all->ear;
	uint32_t interface = captured(d, now);

	if (interface != 0 && d->hearing.by == BY_SOCKET)
		ear->collect(ear->ctx);
	enum hearing_step step = hearing_next(&d->hearing, interface, now);
	if (step == HEARING_CAPTURE && echo_socket_replies(d->fd, d->family, false) < 0)
		step = HEARING_SOCKET;
	if (step == HEARING_SOCKET) {
		door_listen_alone(d);
		return;
	}
	if (step == HEARING_TRIES)
		d->came += drain(d);
	else if (step == HEARING_BOTH)
		d->missed = ear->missed(ear->ctx, interface, UINT64_MAX).packets;
	hearing_turn(&d->hearing, step, interface, clock_mono());
}

void
door_heard(struct door *d, uint32_t interface, uint32_t probe, uint64_t seq, mono_t at)
{
	struct answer a = {
	    .outcome = OUTCOME_REPLY, .stamp = STAMP_KERNEL_RX, .received = at};
	bool stamped = at.ns != 0;

	if (!stamped) {
		a.stamp = STAMP_USER;
		a.received = clock_mono();
	}
	if (!hearing_capture(&d->hearing, interface, a.received, stamped))
		return;
	a.again = hearing_again(&d->hearing, a.received, stamped);
	a.flags = egress_flags(d->egress);
	d->came++;
	engine_answer(d->all->engine, probe, seq, &a);
}

/* ---- how often ---- */

/* While they are few. */
static void
on_ready(void *ctx, uint32_t events)
{
	struct door *d = ctx;

	(void)events;
	unsigned came = drain(d);
	mono_t now = d->ruler.read;
	if (now.ns - d->tick.ns >= DOOR_TICK_NS) {
		d->tick = now;
		d->came = 0;
	}
	d->came += came;
	if (d->came < BUSY || !d->stamps)
		return;
	loop_unwatch(d->all->loop, d->fd);
	d->busy = true;
	d->quiet = 0;
	d->all->much(d->all->ctx, now);
}

void
door_read(struct door *d)
{
	d->came += drain(d);
	choose_ear(d, d->ruler.read);
}

/* One that was quiet for a while is given back to the loop. */
bool
door_rest(struct door *d)
{
	d->quiet = d->came > 0 ? 0 : d->quiet + 1;
	d->came = 0;
	if (d->quiet < QUIET_TICKS ||
	    loop_watch(d->all->loop, d->fd, EPOLLIN, on_ready, d) < 0)
		return true;
	d->busy = false;
	door_listen_alone(d);
	return false;
}

/* ---- a batch ---- */

/* Put what waits on its way, in as few calls as it takes. */
void
door_flush(struct door *d)
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
			    d->all->engine, o->probes[at], o->seqs[at], rc, &out);
	}
}

/* ---- opening and closing ---- */

void
door_shut(struct door *d)
{
	if (d->fd < 0)
		return;
	door_flush(d);
	door_listen_alone(d);
	drain(d);
	if (!d->busy)
		loop_unwatch(d->all->loop, d->fd);
	d->busy = false;
	close(d->fd);
	d->fd = -1;
}

static int
unlock(struct door *d, struct sockaddr *to, enum code *why)
{
	bool four = d->family == AF_INET;

	if (d->fd >= 0 && d->generation != egress_generation(d->egress))
		door_shut(d);
	*why = egress_aim(d->egress, to);
	if (*why != CODE_NONE)
		return -ENETDOWN;
	if (d->fd >= 0)
		return 0;
	int fd =
	    egress_open(d->egress, four ? BROKER_ICMP4 : BROKER_ICMP6, d->family, why);
	if (fd < 0)
		return fd;
	echo_socket(fd, d->family, &d->key, MAIL_BYTES);
	d->by_socket = stamp_enable(fd, true) == 0;
	d->seen.ns = 0;
	d->stamped = d->translated = false;
	d->fd = fd;
	d->generation = egress_generation(d->egress);
	d->drops = 0;
	d->stamps = false;
	int rc = loop_watch(d->all->loop, fd, EPOLLIN, on_ready, d);
	if (rc < 0)
		door_shut(d);
	return rc;
}

/* ---- sending ---- */

/* More than a batch is due at once: read between, or answers have no room. */
static void
enqueue(struct door *d, const struct sockaddr *to, uint32_t probe, uint64_t seq)
{
	struct outbox *o = &d->out;

	if (o->n == OUT_BATCH) {
		door_flush(d);
		if (door_rings(d))
			d->all->ear.collect(d->all->ear.ctx);
		else if (d->busy)
			drain(d);
	}
	unsigned at = o->n++;
	echo_build(o->packets[at], d->family == AF_INET ? 4 : 6, &d->key, probe, seq);
	o->heads[at].msg_hdr.msg_name = (void *)to;
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

int
door_send(struct door *d, struct sockaddr *to, uint32_t probe, uint64_t seq, mono_t now,
    struct departure *out)
{
	uint8_t packet[ECHO_BYTES];

	out->flags = egress_flags(d->egress);
	int rc = unlock(d, to, &out->code);
	if (rc < 0)
		return rc;
	choose_stamps(d, now);
	if (d->stamps) {
		enqueue(d, to, probe, seq);
		return ENGINE_QUEUED;
	}
	echo_build(packet, d->family == AF_INET ? 4 : 6, &d->key, probe, seq);
	out->sent = clock_mono();
	if (sendto(d->fd, packet, sizeof packet, MSG_DONTWAIT, to,
	        d->out.heads[0].msg_hdr.msg_namelen) < 0) {
		rc = -errno;
		out->code = egress_code(errno);
		return rc;
	}
	return 0;
}

/* ---- life ---- */

/* A probe may have sent by another before: its answers are nobody's here. */
struct door *
door_new(struct doors *all, struct egress *e, int family)
{
	struct door *d = memory_grow(NULL, 1, sizeof *d);

	*d = (struct door){
	    .all = all, .egress = e, .family = family, .fd = -1, .dropped = clock_mono()};
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
	return d;
}

void
door_free(struct door *d)
{
	if (d == NULL)
		return;
	door_shut(d);
	free(d);
}

bool
door_is(const struct door *d, const struct egress *e, int family)
{
	return d->egress == e && (family == 0 || d->family == family);
}

bool
door_owns(struct door *d, const struct packet *p, uint32_t *probe, uint64_t *seq)
{
	bool four = d->family == AF_INET;

	if (p->family != (four ? 4 : 6) ||
	    !echo_captured(
	        &d->key, p->family, d->translated, p->body, p->body_n, probe, seq))
		return false;
	if (p->body[0] == (four ? 8 : 128))
		d->translated |= (p->body[4] << 8 | p->body[5]) != d->key.ident;
	return true;
}

bool
door_busy(const struct door *d)
{
	return d->busy;
}

bool
door_stamps(const struct door *d)
{
	return d->by_socket;
}

bool
door_rings(const struct door *d)
{
	return d->hearing.by != BY_SOCKET;
}

void
door_seen(struct door *d, mono_t at)
{
	d->seen = at;
	d->stamps = true;
}
