#ifndef COLLECTOR_DNS_H
#define COLLECTOR_DNS_H

#include "base/loop.h"
#include "collector/engine.h"
#include "collector/outlet.h"
#include "config/settings.h"

/*
 * The transport of dns probes: each asks one server one question by its link, through a
 * channel of its own (see dns_channel.h for what counts as an answer).
 *
 * reply      the response; code none for NOERROR (with data or without) and NXDOMAIN,
 *            rcode for another rcode, malformed where its records cannot be parsed. The
 *            server answered in each, so the time holds; whether that was a service is
 *            for the reader to say, by the code.
 * refused    port unreachable from the server, code port
 * lost       nothing by the timeout; code unreachable where a router said so, malformed
 *            where only datagrams with our id but another question came, neighbour where
 *            the query never left the interface
 * not-sent   with the code of the call that failed
 */
struct dns;

/* Borrowed: loop and engine, until dns_free. */
struct dns *dns_new(struct loop *loop, struct engine *engine);
void dns_free(struct dns *d);

/* For engine_add, of probes that dns_add has taken. */
const struct transport *dns_transport(const struct dns *d);

/*
 * dns_add(d, probe, conf, outlet), dns_remove(d, probe):
 * Take up a probe of kind dns under the journal's number, before engine_add. Once removed
 * what is in flight is own-drop at its timeout.
 *
 * Result  0, -EEXIST, or -EINVAL: address, name or type are none.
 */
int dns_add(struct dns *d, uint32_t probe, const struct probe_conf *conf,
    const struct outlet *outlet);
void dns_remove(struct dns *d, uint32_t probe);

/* Call this for each query put on its way by ${fd}, with the context of its outlet: so
 * that it is known when it is seen leaving. */
typedef void dns_sent_fn(void *outlet, int fd, uint16_t id, uint32_t probe, uint64_t seq);
void dns_on_sent(struct dns *d, dns_sent_fn *sent);

#endif
