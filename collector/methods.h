#ifndef COLLECTOR_METHODS_H
#define COLLECTOR_METHODS_H

#include "collector/dns.h"
#include "collector/egress.h"
#include "collector/http.h"
#include "collector/icmp.h"
#include "collector/tcp.h"

/* The ways to measure, one a kind of probe. All are there from the start. */
struct methods {
	struct icmp *icmp;
	struct tcp *tcp;
	struct dns *dns;
	struct http *http;
};

/* Where a probe of a link leaves by. */
struct leaving {
	const struct link_conf *link;
	uint32_t number; /* the link's in the journal */
	struct egress *egress;
	const struct outlet *outlet;
};

const struct transport *methods_transport(const struct methods *m, enum kind kind);
/* Result 0 or -errno, as the kind's own add says. */
int methods_add(struct methods *m, uint32_t number, const struct probe_conf *p,
    const struct leaving *by);
void methods_remove(struct methods *m, enum kind kind, uint32_t number);
void methods_free(struct methods *m);

#endif
