#ifndef COLLECTOR_TRACE_H
#define COLLECTOR_TRACE_H

#include "base/loop.h"
#include "collector/egress.h"
#include "collector/hop.h"

/*
 * One trace of the path of a link: echo requests of growing time to live, 20 ms apart, in
 * up to three rounds of which each asks those that were silent again, a second after the
 * last packet of the one before. It is over a second after the last packet, or once every
 * hop up to the target has answered. Its socket is open while it runs.
 */
struct trace;

/* The path, borrowed; without link and reason, which the caller knows. */
typedef void trace_fn(void *ctx, const struct path *p);

struct trace *trace_new(struct loop *loop, trace_fn *done, void *ctx);
void trace_free(struct trace *t);

/*
 * trace_start(t, egress, family, target, hops):
 * To ${target} (family 4 or 6), with at most ${hops} hops. The egress is borrowed until
 * the end.
 *
 * Result  0; -EBUSY while it runs; -errno where the link gives no socket.
 */
int trace_start(struct trace *t, struct egress *e, uint8_t family,
    const uint8_t target[16], uint8_t hops);
bool trace_runs(const struct trace *t);
/* It ends without a word. */
void trace_stop(struct trace *t);

#endif
