#ifndef ANALYZER_JUDGE_H
#define ANALYZER_JUDGE_H

#include "base/journal.h"

/*
 * Judging: facts in, in the order of sending; intervals out. Pure: no I/O, no clock.
 * The rules are DESIGN.md "Judging". All links are judged together, because one link's
 * fault is evidence about another's.
 */

enum extent { EXTENT_TOTAL, EXTENT_PARTIAL };

enum attribution {
	ATTR_UNDETERMINED = 0,
	ATTR_LOCAL,
	ATTR_CPE,
	ATTR_ACCESS,
	ATTR_ISP_CORE,
	ATTR_UPSTREAM,
	ATTR_ISP_DNS,
	ATTR_TARGET,
	ATTR_SATURATION
};

enum confidence { CONF_LOW, CONF_MEDIUM, CONF_HIGH };

enum degradation_kind {
	DEG_LOSS,
	DEG_LATENCY,
	DEG_JITTER,
	DEG_DNS,
	DEG_SERVICE,
	DEG_STALL,
	DEG_ICMP,
	DEG_IPV4,
	DEG_IPV6,
	DEG_THROUGHPUT,
	DEG_SATURATION,
	DEG_TARGET
};

enum unknown_reason {
	UNKNOWN_COLLECTOR_STOPPED,
	UNKNOWN_NO_SAMPLES,
	UNKNOWN_NO_TARGET,
	UNKNOWN_CLOCK,
	UNKNOWN_LOCAL_FAULT,
	UNKNOWN_DISK_FULL,
	UNKNOWN_STATED /* import states said unknown */
};

struct span {
	int64_t start_ns, end_ns; /* UTC */
};

struct outage {
	char id[17];
	int64_t start_ns, end_ns; /* midpoints; end is as_of where open */
	int64_t start_bound_ns, end_bound_ns; /* true edge within ± this */
	int64_t down_ns, unknown_ns;	       /* parts of [start, end) */
	bool open, micro, counted;
	const char *not_counted_reason; /* NULL where counted */
	enum extent extent;
	unsigned networks_failed, networks_total;
	uint64_t probes_lost, replies_during, rx_bytes;
	enum attribution attribution;
	enum confidence confidence;
	char incident[17];     /* shared by outages split by a long hole; own id else */
	char common_cause[17]; /* shared by links that fell together; empty else */
	const char *deepest_answering; /* none, gateway, isp, internet */
	uint64_t links_up, links_down; /* bit i: link i of the judge, at the time */
	struct span *holes;
	size_t n_holes;
};

struct degradation {
	int64_t start_ns, end_ns;
	bool open;
	enum degradation_kind kind;
	enum attribution attribution;
	uint64_t sent, lost; /* of the probes concerned */
	uint32_t *probes;    /* numbers in the judge's probe table */
	size_t n_probes;
};

struct unknown {
	int64_t start_ns, end_ns;
	enum unknown_reason reason;
};

/* What was found of one link in [from, to); everything sorted by start. */
struct link_result {
	struct span period; /* clipped to what was asked for */
	struct outage *outages;
	size_t n_outages;
	struct outage *micro;
	size_t n_micro;
	struct degradation *degradations;
	size_t n_degradations;
	struct unknown *unknown; /* do not overlap */
	size_t n_unknown;
	int64_t scheduled_ns, unknown_ns, down_ns, micro_ns;
	uint64_t voters_sent, voters_lost;
	double ordinary_loss;	    /* ratio, worst used in the outage rule */
	int64_t shortest_certain_ns; /* shortest outage certain to be found */
	bool live_dark;		    /* at the end: dark and not over */
};

/* The parameters of the rules; judge_rule_default fills in DESIGN.md's. Printed with results. */
struct judge_rule {
	double quorum;		  /* 0.8 of networks */
	int64_t hold_ns;	  /* answers within 10 s */
	int64_t max_hole_ns;	  /* 15 min */
	int64_t stall_ns;	  /* 2 s */
	double max_gap_factor;	  /* 2.5 */
	int64_t quiet_bytes;	  /* 64 KiB */
	int64_t quiet_bytes_per_s; /* 1 KiB/s */
	int64_t clock_bound_ns;	  /* added to each edge */
	bool clock_unknown;	  /* a boot never synchronised: outages listed, not counted */
};

void judge_rule_default(struct judge_rule *rule);

struct judge;

/*
 * judge_new(rule): a judge with no links. judge_link and judge_probe declare what will be
 * fed, in the order of the reader's tables (numbers count up from 0); both may come later
 * than the first sample, as tables grow. definitions are copied.
 */
struct judge *judge_new(const struct judge_rule *rule);
void judge_free(struct judge *j);
void judge_link(struct judge *j, const struct link_def *def);
void judge_probe(struct judge *j, const struct probe_def *def, uint32_t link);

/* Feed facts in the order of sending (s->time labels are what is judged). */
void judge_sample(struct judge *j, const struct sample *s);
void judge_counters(struct judge *j, const struct counters *c);
void judge_event(struct judge *j, const struct event *e);

/*
 * judge_finish(j, from, to, as_of, results):
 * Close the books at ${as_of} and report what lies in [from, to). results points to an
 * array with one link_result a link, owned by the judge. Outages and degradations that
 * touch the period are listed whole (unclipped); sums are clipped.
 * down + up + unknown = scheduled, exactly; the outages' counted down seconds sum to down.
 */
size_t judge_finish(struct judge *j, int64_t from_ns, int64_t to_ns, int64_t as_of_ns,
    const struct link_result **results);

const char *extent_name(enum extent e);
const char *attribution_name(enum attribution a);
const char *confidence_name(enum confidence c);
const char *degradation_name(enum degradation_kind k);
const char *unknown_name(enum unknown_reason r);

#endif
