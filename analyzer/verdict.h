#ifndef ANALYZER_VERDICT_H
#define ANALYZER_VERDICT_H

#include "analyzer/judge.h"

/* What follows under a contract. Profiles: "event" (exact intervals) and "ses-10-10". */

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
	const char *reason; /* of unknown; NULL else */
	char outage_id[17]; /* of down; empty else */
};

struct terms {
	char contract[NAME_ROOM];
	char profile[16];
	double target;         /* ratio; 0: none */
	int64_t min_outage_ns; /* event: shorter ones do not count as down */
	double min_coverage;   /* 0.95: below, the verdict is refused */
	struct span period;
	char period_kind[16];        /* month, quarter, year, 30d, range */
	bool complete;               /* the period is over at as_of */
	const struct span *excluded; /* agreed maintenance, in any order; borrowed */
	size_t n_excluded;
};

struct verdict {
	int64_t scheduled_ns, excluded_ns, unknown_ns, down_ns, up_ns; /* sum exactly */
	struct interval *intervals;
	size_t n_intervals; /* they cover the period without gap or overlap */
	bool has_availability;
	double lower, point, upper, coverage;
	enum verdict_kind verdict;
	char reasons[4][128];
	size_t n_reasons;
	size_t outage_count;
	int64_t longest_ns, mttr_ns, mtbf_ns; /* 0 without an outage */
};

/*
 * verdict_of(out, result, terms):
 * Judge one link's result under one contract: what both periods cover.
 *
 * Units   UTC nanoseconds, whole microseconds where the result's are.
 * Result  0; -ENOTSUP an unknown profile, and out is untouched. Free with verdict_done.
 * Source  DESIGN.md "Verdicts"; ses-10-10: G.826, G.827, Y.1563.
 */
int verdict_of(
    struct verdict *out, const struct link_result *result, const struct terms *terms);
void verdict_done(struct verdict *v);
const char *verdict_name(enum verdict_kind v);
const char *interval_class_name(enum interval_class c);

#endif
