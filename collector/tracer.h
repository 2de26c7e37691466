#ifndef COLLECTOR_TRACER_H
#define COLLECTOR_TRACER_H

#include "collector/trace.h"

/*
 * When the path of each link is traced. Not a judgement, but a reason to look: nothing
 * was answered for so long that eight answers at least should have come, and two seconds.
 *
 * routine    every path-every, 10 % earlier or later; first once the link has answered
 * suspected  at once when silence is noticed, at most every 30 s
 * dark       while it lasts: 15 s later, then after twice as long each, up to 10 min
 * restored   a second after an answer came again
 * One target a link: the first ping of role internet (of IPv4 where there is one), else
 * the first tcp. A link that cannot carry is not traced, nor one whose throughput test
 * runs, but out of suspicion.
 */
struct tracer;

typedef void tracer_fn(void *ctx, const struct path *p);

struct tracer *tracer_new(struct loop *loop, tracer_fn *told, void *ctx);
void tracer_free(struct tracer *t);

/* Link ${link} of the settings, number ${number} in the journal, from now on by ${conf}.
 * The egress is borrowed. */
void tracer_link(struct tracer *t, size_t link, uint32_t number, struct egress *e,
    const struct link_conf *conf);

/* Links from that number on are not traced any more. */
void tracer_links(struct tracer *t, size_t n);

/* A voter of the link was answered at ${at}. */
void tracer_answer(struct tracer *t, size_t link, mono_t at);

/* Once a second. */
void tracer_beat(struct tracer *t, mono_t now);

#endif
