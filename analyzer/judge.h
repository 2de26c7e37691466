#ifndef ANALYZER_JUDGE_H
#define ANALYZER_JUDGE_H

#include "base/journal.h"

/*
 * Judging: facts in, in the order of sending; intervals out. Pure: no I/O, no clock.
 * The rules are DESIGN.md "Judging". All links are judged together, because one link's
 * fault is evidence about another's.
 */

enum extent {
	EXTENT_TOTAL,
	EXTENT_PARTIAL
};

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

enum confidence {
	CONF_LOW,
	CONF_MEDIUM,
	CONF_HIGH
};

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

/* What the rules took in for one outage: printed with it. */
struct outage_inputs {
	double loss_ratio; /* p: of the ten non-dark minutes before, at least 5 % */
	double loss_around_ratio; /* as it was measured, without that floor */
	double probes_30d;        /* n30: what the voters send in 30 days */
	unsigned lost_in_a_row, outage_needs, micro_needs;
	unsigned k;         /* losses in a row that fix an edge */
	int64_t rtt_p99_ns; /* R */
};

/* What customers tried meanwhile, of which a capture saw how it ended. */
struct connections {
	bool watched; /* else nobody looked */
	uint64_t attempted, answered, refused, failed;
};

struct outage {
	char id[17];
	int64_t start_ns, end_ns;             /* midpoints; end is as_of where open */
	int64_t start_bound_ns, end_bound_ns; /* true edge within ± this */
	int64_t down_ns, unknown_ns; /* parts of [start, end), which they sum to */
	int64_t clipped_ns;          /* of [start, end), outside the period */
	int64_t down_in_ns;          /* of down_ns, inside the period */
	bool open, micro, counted;
	const char
	    *not_counted_reason; /* local, cpe, carrier, clock; NULL where counted */
	enum extent extent;
	unsigned networks_failed, networks_total;
	uint64_t probes_lost, replies_during, rx_bytes;
	struct outage_inputs inputs;
	struct connections connections;
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
	/* latency, jitter: ordinary, and now; the edges are within ± bound */
	int64_t before_ns, during_ns, bound_ns;
	bool single;  /* one network alone was measured */
	bool settled; /* it became the ordinary level */
	double peak;  /* saturation: highest share of the capacity in a second */
	double slowest_bps, minimum_bps; /* throughput: of its tests, and promised */
	uint32_t *probes;                /* numbers in the judge's probe table */
	size_t n_probes;
};

struct unknown {
	int64_t start_ns, end_ns;
	enum unknown_reason reason;
};

/* How a profile cuts time into equal intervals, and which of them it calls bad. */
#define BINS_MOST 8
struct binning {
	int64_t width_ns;
	int64_t part_ns; /* what is sent in this first part counts */
	double over;     /* share of its votes lost, above which it is bad; 1: all lost */
	unsigned need;   /* votes in an interval; with fewer than half it says nothing */
	bool late_answers; /* else late is lost */
};

/* Everything that was counted, the period's edges put aside: what a profile makes of the
 * period's first and last intervals depends on those beyond. */
struct binned {
	struct binning rule;
	int64_t until_ns; /* counted up to here */
	struct span *bad; /* runs of intervals, sorted */
	size_t n_bad;
	struct span *thin; /* with too few votes to say */
	size_t n_thin;
};

struct speed;

/* What was found of one link in [from, to); everything sorted by start. */
struct link_result {
	struct span period; /* clipped to what was asked for */
	struct outage *outages;
	size_t n_outages;
	struct outage *beside; /* all others, outside of the period; without holes */
	size_t n_beside;
	struct outage *micro;
	size_t n_micro;
	struct degradation *degradations;
	size_t n_degradations;
	struct unknown *unknown; /* do not overlap */
	size_t n_unknown;
	int64_t scheduled_ns, unknown_ns, down_ns, micro_ns;
	struct binned bins[BINS_MOST]; /* as the rule asked for */
	size_t n_bins;
	double votes_per_s;     /* of the voters, by their cadence */
	int64_t clock_bound_ns; /* of the rule */
	uint64_t voters_sent, voters_lost;
	struct target_loss {
		uint32_t probe;
		uint64_t sent,
		    lost;     /* while the link was not dark, of all that was read */
		double peers; /* the median loss of the others, ratio */
		bool flaky;   /* loses so much more that it speaks for itself alone */
	} * targets;
	size_t n_targets;
	double ordinary_loss;         /* ratio, worst used in the outage rule */
	int64_t shortest_certain_ns;  /* shortest outage certain to be found */
	bool live_dark;               /* at the end: dark and not over */
	const struct speed *speed[2]; /* tests of throughput, down and up; the judge's */
};

/* The parameters of the rules; judge_rule_default fills in DESIGN.md's. Printed with
 * results. */
struct judge_rule {
	double quorum;             /* 0.8 of networks */
	int64_t hold_ns;           /* answers within 10 s */
	int64_t max_hole_ns;       /* 15 min */
	int64_t stall_ns;          /* 2 s */
	double max_gap_factor;     /* 2.5 */
	int64_t quiet_bytes;       /* 64 KiB */
	int64_t quiet_bytes_per_s; /* 1 KiB/s */
	double least_loss;         /* 5 %: p of the outage rule is at least that */
	double false_alarms;       /* 0.01 in 30 days, of outages; 1 of micro-outages */
	unsigned outage_least, micro_least; /* lost in a row: 10 and 3 at least */
	int64_t slow_ns;                    /* voters as slow as 10 s … */
	unsigned slow_least;                /* … need 6 lost … */
	int64_t slow_least_ns;              /* … and 60 s */
	double fold_loss;        /* beyond 30 % runs are one loss degradation */
	int64_t leave_ns;        /* a network leaves after 60 s of failing … */
	unsigned return_answers; /* … and returns after 10 answers in a row */
	int64_t clock_bound_ns;  /* added to each edge */
	bool clock_unknown; /* a boot never synchronised: outages listed, not counted */
	char agent[37];     /* whose journal; part of the ids */
	struct binning bins[BINS_MOST];
	size_t n_bins;    /* by default that of ses-10-10 */
	bool since_first; /* the period of a link begins with its first sample at the
	                     earliest */
	bool until_last;  /* and ends with an imported history; else what was said last
	                     holds, or nothing is known */
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

/* What the contract of a link promises of every throughput test, bit/s, down or up; 0:
 * nothing. judge_direction: the http tests of this probe go up, or down, as they do where
 * nothing is said; those that were fed already as well. */
void judge_speed(struct judge *j, uint32_t link, bool up, double minimum_bps);
void judge_direction(struct judge *j, uint32_t probe, bool up);

/* Feed facts in the order of sending (s->time labels are what is judged). */
void judge_sample(struct judge *j, const struct sample *s);
void judge_counters(struct judge *j, const struct counters *c);
void judge_event(struct judge *j, const struct event *e);

/*
 * judge_finish(j, from, to, as_of, results):
 * Close the books at ${as_of} and report what lies in [from, to). results points to an
 * array with one link_result a link, owned by the judge until the next finish. Nothing is
 * closed for good: feeding may go on after it. Outages and degradations that
 * touch the period are listed whole (unclipped); sums are clipped.
 * down + up + unknown = scheduled, exactly; the outages' counted down seconds sum to
 * down.
 */
size_t judge_finish(struct judge *j, int64_t from_ns, int64_t to_ns, int64_t as_of_ns,
    const struct link_result **results);

/*
 * Live. Facts come in order of completion: judge_arrival and its siblings note them for
 * judge_live at once and hold them back until judge_settle, from which the judgement is
 * fed in order of sending, a late reply in place of its loss. judge_settle(j, now) feeds
 * all that was sent more than the rule's hold and 2 s before ${now} (UTC nanoseconds): so
 * long an answer may take to come, to be written and to be read.
 */
void judge_arrival(struct judge *j, const struct sample *s);
void judge_arrival_counters(struct judge *j, const struct counters *c);
void judge_arrival_event(struct judge *j, const struct event *e);
void judge_settle(struct judge *j, int64_t now_ns);

enum live_state {
	LIVE_UP,
	LIVE_SUSPECTED,
	LIVE_DARK,
	LIVE_UNKNOWN
};

struct live {
	enum live_state
	    state;        /* suspected: unanswered for their timeout; dark: confirmed */
	int64_t since_ns; /* of the state; where dark or suspected the likely onset */
	unsigned networks_failing, networks_total;
	unsigned lost_in_a_row, outage_needs;
	enum attribution attribution; /* likely, so far */
};

/*
 * judge_live(j, link, now, out): how ${link} stands at ${now}, from what has arrived.
 * Cheap, and changes nothing.
 */
void judge_live(const struct judge *j, uint32_t link, int64_t now_ns, struct live *out);

/*
 * judge_certain(j, link, needs, shortest): the rule of an outage for the voters of
 * ${link} as they are declared, with ordinary loss at its floor, for check-config: lost
 * in a row, and the shortest outage certain to be found.
 */
void judge_certain(
    const struct judge *j, uint32_t link, unsigned *needs, int64_t *shortest_ns);

const char *live_name(enum live_state s);
const char *extent_name(enum extent e);
const char *attribution_name(enum attribution a);
const char *confidence_name(enum confidence c);
const char *degradation_name(enum degradation_kind k);
const char *unknown_name(enum unknown_reason r);

#endif
