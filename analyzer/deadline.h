#ifndef ANALYZER_DEADLINE_H
#define ANALYZER_DEADLINE_H

#include "analyzer/downtime.h"
#include "config/contract.h"

#include <stddef.h>

/*
 * By when something must be done. Two ways to count, and both are stated:
 *
 * hours   exactly, from the anchor on: 72 h are 72 h, across changes of clocks too. The
 *         last instant in time is the anchor plus so much.
 * days    civil days in the centre's zone. The day of the anchor is not counted; the
 *         deadline is the end of the last day (ISO 8601's 24:00), so that its last
 *         instant in time is one nanosecond before the next day, and its date reads
 *         right. Business days are Monday to Friday without the contract's holidays. The
 *         end of a period is the end of its last day: the first day after is day one.
 */

struct deadline {
	enum deadline_what what;
	enum deadline_anchor anchor;
	int64_t anchor_ns;
	int64_t by_ns;      /* the last instant in time, UTC */
	const char *name;   /* the deadline's in the contract; borrowed from it */
	const char *clause; /* likewise; "" where it is not numbered */
	const char *of;     /* outage or ticket; "" of the period; borrowed */
};

struct ticket_end {
	const char *reference;
	int64_t closed_ns;
};

/* What deadlines run from. Outages that count for nothing set none off. */
struct deadline_anchors {
	const char *zone;
	const struct downtime *down; /* borrowed */
	size_t n_down;
	const struct ticket_end *tickets; /* closed ones; borrowed */
	size_t n_tickets;
	bool has_period_end;
	int64_t period_end_ns; /* exclusive */
};

/*
 * deadline_list(out, n, c, a):
 * Every deadline of ${c} for every anchor of its kind, earliest first; the contract's
 * claim-window as a claim from the end of the outage. An open outage has no end yet.
 *
 * Result  0; -EINVAL a contract that could not have been read; -ERANGE beyond the year
 *         2262. *out is to be freed; NULL where there is none, and on error.
 */
int deadline_list(struct deadline **out, size_t *n, const struct contract_conf *c,
    const struct deadline_anchors *a);

/*
 * deadline_claim_by(d, n, as_of_ns, by_ns):
 * The earliest claim deadline that has not passed at ${as_of_ns}; where all have, the
 * last of them.
 *
 * Result  1 there is one, 0 all have passed, -ENOENT there is none at all (by_ns is
 *         untouched).
 */
int deadline_claim_by(
    const struct deadline *d, size_t n, int64_t as_of_ns, int64_t *by_ns);

/* The last instant of the ${days}th civil day after that of ${from_ns}; with ${c}, of
 * the business days by its holidays. 0, or -ERANGE. */
int deadline_days(const char *zone, int64_t from_ns, unsigned days,
    const struct contract_conf *c, int64_t *by_ns);
/* Whole days count as civil days, anything else exactly. 0, or -ERANGE. */
int deadline_after(const char *zone, int64_t from_ns, int64_t within_ns, int64_t *by_ns);

#endif
