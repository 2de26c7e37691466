#ifndef ANALYZER_PRESCREEN_H
#define ANALYZER_PRESCREEN_H

#include "analyzer/judge.h"
#include "config/regime.h"

/*
 * Regulators' rules applied to what was measured, to see beforehand what a certified
 * procedure would come to. Always indicative: it proves nothing to a regulator. Pure
 * arithmetic; amounts, shares, counts and dates are the regime's.
 */
#define PRESCREEN_ROOM     320
#define PRESCREEN_COVERAGE 0.95 /* with less of the period measured, nothing passes */
#define PRESCREEN_LABEL    "indicative, not the certified procedure"

enum prescreen_outcome {
	PRESCREEN_WOULD_PASS, /* the ISP keeps the rule, or owes nothing by it */
	PRESCREEN_WOULD_FAIL,
	PRESCREEN_ARGUABLE,   /* it depends on how the rule is read */
	PRESCREEN_NOT_ENOUGH, /* what is missing is in lacks */
	PRESCREEN_NO_VERDICT  /* the rule has no threshold: facts alone */
};

/* One throughput test; 0 bit/s: it reached nothing. */
struct prescreen_test {
	int64_t at_ns; /* UTC */
	int64_t bps;
	bool up;
};

/* Round trips of a short slot of time: their median, INT64_MAX where more than half were
 * lost. */
struct prescreen_slot {
	int64_t at_ns;
	int64_t rtt_ns;
};

/* A report of a fault to the ISP; closed INT64_MAX where it is open. */
struct prescreen_report {
	int64_t opened_ns, closed_ns;
};

struct prescreen_input {
	const struct regime *regime;
	const char *zone;   /* the centre's, where the regime has none of its own */
	struct span period; /* what the facts are of */
	int64_t scheduled_ns, unknown_ns;
	const struct contract_conf *contract; /* at the period's end; NULL: none */
	bool contract_changed;                /* another was in force as it began */
	const struct outage *outages;         /* by start; micro-outages apart */
	size_t n_outages;
	const struct prescreen_test *tests; /* by time, of the period */
	size_t n_tests;
	size_t n_unsaid;                    /* tests that say nothing of speed */
	const struct prescreen_slot *slots; /* by time, of the period */
	size_t n_slots;
	const struct prescreen_report *reports; /* by opening, of any time */
	size_t n_reports;
	const struct span *excluded; /* entered by hand: maintenance, force majeure */
	size_t n_excluded;
};

struct prescreen_number {
	char name[48];
	double value;
	const char *unit; /* static: bit/s, s, ratio, tests, days, EUR, … */
};

/* Something the procedure asks of the measurements. */
struct prescreen_condition {
	char name[48], text[PRESCREEN_ROOM];
	bool holds;
};

struct prescreen {
	enum prescreen_outcome outcome;
	char (*findings)[PRESCREEN_ROOM]; /* sentences */
	size_t n_findings;
	struct prescreen_number *numbers;
	size_t n_numbers;
	struct prescreen_condition *conditions;
	size_t n_conditions;
	/* Data this screening did not have; what the certified procedure asks for beyond
	 * it is the regime's. */
	char (*lacks)[PRESCREEN_ROOM];
	size_t n_lacks;
};

/*
 * prescreen_of(out, in):
 * What the regime's rule comes to. To be freed by prescreen_done.
 *
 * Units   UTC nanoseconds; days are civil days of the regime's zone, or the centre's.
 * Source  the regime's own, figure by figure; which measured days and tests are taken
 *         where there are more than needed: the first that keep the conditions, whatever
 *         they reached.
 */
void prescreen_of(struct prescreen *out, const struct prescreen_input *in);
void prescreen_done(struct prescreen *p);

/* "would-pass", … */
const char *prescreen_outcome_name(enum prescreen_outcome o);

#endif
