#ifndef COLLECTOR_TCP_H
#define COLLECTOR_TCP_H

#include "base/loop.h"
#include "collector/egress.h"
#include "collector/engine.h"

/*
 * The transport of tcp probes: one connect a sending, closed by a reset once it is
 * settled.
 *
 * reply    connected; the time is the kernel's own of the handshake (TCP_INFO), or ours
 *          from the first SYN where that had to be sent again (flag retransmitted)
 * refused  a reset, or port unreachable from the target's own address
 * lost     nothing by the timeout; code unreachable where a router said so, neighbour
 *          where our own kernel found none
 */
struct tcp;

struct tcp *tcp_new(struct loop *loop, struct engine *engine);
void tcp_free(struct tcp *t);
const struct transport *tcp_transport(const struct tcp *t);

/* Before engine_add. The egress is borrowed until tcp_remove. 0, -EEXIST, -EINVAL. */
int tcp_add(
    struct tcp *t, uint32_t probe, const struct probe_conf *conf, struct egress *e);
void tcp_remove(struct tcp *t, uint32_t probe);

#endif
