#ifndef REPORTS_OBJECTIONS_H
#define REPORTS_OBJECTIONS_H

#include "reports/evidence.h"

/*
 * What an ISP is likely to answer to a complaint, and what was measured that bears on it.
 * Counts alone; the words are the page's. Of the outages that count ("counted") in the
 * link's register.
 */
enum objection_kind {
	OBJECTION_ROUTER,      /* your router */
	OBJECTION_LAN,         /* your LAN, your power */
	OBJECTION_FULL,        /* you filled the line */
	OBJECTION_MAINTENANCE, /* announced work */
	OBJECTION_TARGET,      /* the target was down */
	OBJECTION_ICMP,        /* ICMP is rate limited */
	OBJECTION_CLOCK,       /* your clock */
	OBJECTION_GAPS,        /* you did not measure all the time */
	OBJECTION_TICKET,      /* the ticket came late */
	OBJECTION_OTHERS,      /* other accesses were fine */
	OBJECTIONS
};

enum objection_word {
	OBJECTION_ANSWERED, /* what was measured speaks against it */
	OBJECTION_PARTLY,   /* against it in part */
	OBJECTION_CONCEDED, /* nothing measured speaks against it */
	OBJECTION_IDLE      /* there is nothing it could be raised against */
};

/* With no more loss than this outside of outages nothing is held back. */
#define OBJECTIONS_LITTLE_LOSS 0.01

struct objections {
	enum objection_word word[OBJECTIONS];
	size_t counted; /* outages */
	/* router, LAN */
	size_t gateway_probes, gateway_answered, attributed_cpe, attributed_local;
	size_t beyond; /* something beyond the router, of the ISP, answered */
	/* full */
	size_t saturations, load_known, during_saturation; /* known: of the outages */
	/* maintenance */
	size_t exclusions, touched;
	int64_t excluded_ns;
	/* target, ICMP */
	size_t voters, networks, pings, others; /* others: TCP */
	unsigned fewest_failed, of_networks;    /* of the counted outage with fewest */
	size_t flaky, icmp;                     /* icmp: degradations of ICMP alone */
	double ordinary_loss;
	/* clock */
	bool synchronised;
	int64_t clock_bound_ns, edges_ns; /* edges: all bounds of counted outages */
	/* gaps */
	int64_t unknown_ns, scheduled_ns;
	double unknown_share;      /* of the period */
	bool has_target, breached; /* below the target though all unknown time be up */
	bool little_unknown;       /* no more than a verdict may do without */
	/* ticket */
	bool has_contract, by_ticket;
	size_t without_ticket;
	int64_t measured_down_ns, contract_down_ns;
	/* others */
	size_t other_links, other_up, other_down;
};

void objections_find(
    struct objections *out, const struct results *r, const struct link_report *l);
const char *objection_word_name(enum objection_word w);
const char *objection_name(enum objection_kind k);

#endif
