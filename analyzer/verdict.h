#ifndef ANALYZER_VERDICT_H
#define ANALYZER_VERDICT_H

#include "analyzer/judge.h"
#include "config/contract.h"

/* What follows under a contract. */

enum verdict_kind {
	VERDICT_MET,
	VERDICT_BREACHED,
	VERDICT_ARGUABLE,
	VERDICT_NOT_PROVEN,
	VERDICT_REFUSED,
	VERDICT_PENDING,
	VERDICT_NONE
};

enum interval_class {
	CLASS_EXCLUDED,
	CLASS_UNKNOWN,
	CLASS_DOWN,
	CLASS_UP
};

struct interval {
	int64_t start_ns, end_ns;
	enum interval_class class;
	const char *reason; /* of excluded, unknown and granted up; NULL else */
	char outage_id[17]; /* of down; empty else */
};

/* Time that does not count as it was measured. */
struct exemption {
	int64_t start_ns, end_ns;
	bool granted;       /* up whatever was measured; else excluded */
	bool entered;       /* by people, not by the contract's hours */
	const char *reason; /* maintenance, service-hours, holiday, … ; borrowed */
};

/* A ticket's clock. Times are INT64_MIN where nothing is known. */
struct ticket_clock {
	int64_t opened_ns, acknowledged_ns, detected_ns, closed_ns;
	const struct span *pauses; /* waiting on the customer; borrowed */
	size_t n_pauses;
	const char *reference;
	const char (*outages)[17]; /* linked by hand; else found by overlap */
	size_t n_outages;
};

struct terms {
	char contract[NAME_ROOM];
	struct profile_conf profile;
	double target;         /* ratio; 0: none */
	int64_t min_outage_ns; /* shorter ones do not count as down */
	bool min_exclusive;    /* nor does one exactly as long */
	int64_t grace_ns;      /* the first so much of each does not count */
	unsigned clock_start;  /* of enum clock_event, or-ed; 0: measured */
	enum clock_pick clock_pick;
	enum clock_stop clock_stop;
	bool no_pauses; /* waiting on the customer is not taken off */
	bool counts_stated;
	uint32_t counts;     /* bit 1 << attribution */
	double min_coverage; /* 0.95: below, the verdict is refused */
	struct span period;
	char period_kind[16];           /* month, quarter, year, 30d, range */
	bool complete;                  /* the period is over at as_of */
	int64_t as_of_ns;               /* a ticket that is not closed runs until then */
	const struct exemption *exempt; /* in any order; borrowed */
	size_t n_exempt;
	const struct ticket_clock *tickets; /* borrowed */
	size_t n_tickets;
};

/* What one outage weighs in the period, by three readings. */
struct outage_time {
	char outage_id[17];
	int64_t start_ns, end_ns;        /* the contract's clock: first and last */
	int64_t counted_ns;              /* in the period */
	int64_t longest_ns, shortest_ns; /* likewise: best for the customer, the ISP */
	int64_t whole_ns;                /* the period's edges put aside */
	int64_t whole_longest_ns, whole_shortest_ns;
	bool open;
	bool disputed;    /* in the lower bound alone */
	bool partial;     /* something got through: not in the upper bound */
	bool begins_here; /* it counts as one of this period */
	enum attribution attribution;
	enum confidence confidence;
	const char *reason; /* why it weighs nothing; NULL */
};

struct verdict {
	int64_t scheduled_ns, excluded_ns, unknown_ns, down_ns, up_ns; /* sum exactly */
	struct interval *intervals;
	size_t n_intervals; /* they cover the period without gap or overlap */
	bool has_availability;
	double lower, point, upper, coverage;
	enum verdict_kind verdict;
	char reasons[6][128];
	size_t n_reasons;
	size_t outage_count;
	int64_t longest_ns, mttr_ns, mtbf_ns; /* 0 without an outage */
	struct outage_time *times; /* sorted by start; those that weigh nothing too */
	size_t n_times;
	int64_t measured_ns; /* dark in the period before the contract's clocks */
	int64_t longest_down_ns, shortest_down_ns;
	unsigned hli, chli; /* mef: high loss intervals, runs of them */
};

/*
 * verdict_of(out, result, terms):
 * Judge one link's result under one contract: what both periods cover.
 *
 * Units   UTC nanoseconds, whole microseconds where the result's are.
 * Result  0; -ENOTSUP a profile that is unknown, or whose intervals were not counted
 *         when ${result} was judged; out is untouched then. Free with verdict_done.
 * Source  DESIGN.md "Verdicts"; analyzer/profile.h.
 */
int verdict_of(
    struct verdict *out, const struct link_result *result, const struct terms *terms);
void verdict_done(struct verdict *v);
const char *verdict_name(enum verdict_kind v);
const char *interval_class_name(enum interval_class c);

#endif
