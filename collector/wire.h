#ifndef COLLECTOR_WIRE_H
#define COLLECTOR_WIRE_H

#include "base/loop.h"
#include "collector/broker.h"
#include "collector/engine.h"
#include "collector/flows.h"
#include "collector/health.h"

struct icmp;
struct scribe;

/*
 * The wire: what is seen leaving and arriving on the interfaces of the links. Each has
 * one capture, whatever links share it. Our own probes are found among its packets, and
 * the engine is told by which link they left; see engine_prove.
 *
 * A sending that was seen on its link's interface is proven. Seen on another's, answered
 * without having been seen, or without a route by its link: egress-wrong. Not seen where
 * there was a route all the time, and not answered: its neighbour is dead, and it is
 * lost. Where there is no capture, or it has dropped packets since: egress-unproven.
 */
struct wire;

struct wire_parts {
	struct loop *loop;
	struct engine *engine;
	struct icmp *icmp;
	struct broker *broker;
	const struct health *health;
	struct scribe *scribe;
	uint32_t session;
	health_fn *say; /* what happens to a capture */
	void *ctx;
};

struct wire *wire_new(const struct wire_parts *parts);
void wire_free(struct wire *w);

/* The links from now on, in the order of health's; borrowed. All captures begin anew:
 * no socket may leave its replies to them (icmp_listen_alone). */
void wire_links(struct wire *w, const struct settings *s);

/* A probe of a link begins. */
void wire_probe(
    struct wire *w, uint32_t number, size_t link, const struct probe_conf *conf);

/* A sending of ours that is no ICMP: its packet will look like this. */
void wire_expect(struct wire *w, const struct flow *flow);

/* Call about once a second: captures are opened and closed as interfaces come and go. */
void wire_refresh(struct wire *w, mono_t now);

/* Read what was captured. */
void wire_collect(struct wire *w);

/* Put into the counters of a link what was seen of it: call once a second, after
 * wire_refresh. Links of one interface share its customers. */
void wire_count(struct wire *w, size_t link, struct counters *c);

#endif
