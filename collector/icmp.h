#ifndef COLLECTOR_ICMP_H
#define COLLECTOR_ICMP_H

#include "base/loop.h"
#include "collector/door.h"
#include "collector/packet.h"

/*
 * The transport of ping probes: ICMP and ICMPv6 echo over one raw socket a link and
 * family, with kernel stamps of sending and receipt.
 *
 * reply    the echo reply, from anywhere that knows the keyed mark we sent
 * refused  port unreachable from the target's own address: a firewall there that answers
 * lost     nothing by the timeout; code unreachable where a router said so, neighbour
 *          where the packet never left: not stamped as sent by the kernel, or returned by
 *          it for want of a neighbour
 */
struct icmp;

struct icmp *icmp_new(struct loop *loop, struct engine *engine);
void icmp_free(struct icmp *i);
const struct transport *icmp_transport(const struct icmp *i);

/* Before engine_add. The egress is borrowed until icmp_remove. 0, -EEXIST, -EINVAL. */
int icmp_add(
    struct icmp *i, uint32_t probe, const struct probe_conf *conf, struct egress *e);
void icmp_remove(struct icmp *i, uint32_t probe);

/* No socket of this egress is used any more: it goes away, and what has left by it and
 * was not answered yet is own-drop. */
void icmp_forget(struct icmp *i, const struct egress *e);

/*
 * icmp_own(i, p, probe, seq):
 * Is a captured packet a request of ours, its reply, or an error that quotes it?
 */
bool icmp_own(
    const struct icmp *i, const struct packet *p, uint32_t *probe, uint64_t *seq);

/* A sending of ${probe} was seen leaving by its link, and ${at} was taken as its instant:
 * its socket need not stamp those that follow. */
void icmp_seen(struct icmp *i, uint32_t probe, mono_t at);

/* Replies to busy sockets are heard by the captures from now on; see door.h. */
void icmp_listen(struct icmp *i, const struct ear *ear);

/* A capture will end: sockets hear all again. Call before it is read for the last time.
 */
void icmp_listen_alone(struct icmp *i);

/*
 * icmp_heard(i, interface, probe, seq, at):
 * The capture of this interface has a reply to this sending, whole and meant for this
 * host; ${at} is its stamp as an instant, ns 0 where the clock was set meanwhile. It is
 * told where the probe's socket leaves replies to that very capture.
 */
void icmp_heard(
    struct icmp *i, uint32_t interface, uint32_t probe, uint64_t seq, mono_t at);

/* Packets the kernel dropped for want of room where replies were to come to: in our
 * sockets, or in the captures that heard for them. */
uint64_t icmp_drops(struct icmp *i);

#endif
