#ifndef ANALYZER_SETTLEMENT_H
#define ANALYZER_SETTLEMENT_H

#include "analyzer/chronic.h"
#include "analyzer/credit.h"
#include "analyzer/deadline.h"
#include "analyzer/verdict.h"

/*
 * What a verdict comes to under its contract: money, dates and rights, in the reading
 * best for the customer, in the one best for the ISP, and by the point between them.
 *
 * customer  unknown and disputed time is down, outages are as long as their edges allow
 * point     what was measured
 * isp       unknown time is up, outages are as short as their edges allow, and only
 *           those count in which nothing got through
 */
enum reading {
	READING_CUSTOMER,
	READING_POINT,
	READING_ISP,
	READINGS
};

/* What sets the readings apart most. */
enum difference {
	DIFFERENCE_NONE,
	DIFFERENCE_EDGES,   /* outage-edges: their bounds */
	DIFFERENCE_EXTENT,  /* partial outages */
	DIFFERENCE_COUNTS,  /* attributions that are disputed */
	DIFFERENCE_UNKNOWN, /* what was not measured */
	DIFFERENCE_MINIMUM  /* outages about as long as the least that counts */
};

struct settlement {
	struct credit_sheet sheets[READINGS];
	struct {
		bool has_availability;
		double availability;
		int64_t down_ns;
	} readings[READINGS];
	enum difference difference;
	double metric[CREDIT_METRICS]; /* means over the period, as they were put in */
	bool has_metric[CREDIT_METRICS];
	struct deadline *deadlines; /* earliest first; names borrowed from the contract */
	size_t n_deadlines;
	struct downtime *down; /* what they are of, they borrow its ids */
	bool has_claim_by;
	int64_t claim_by_ns;
	struct chronic *rights;
	size_t n_rights;
	/* Where tickets set the clock: what the measured clock would have owed (point).
	 */
	bool by_ticket;
	int64_t measured_down_ns;
	struct credit_worth measured_owed;
	char note[192]; /* what could not be settled, and why; or empty */
};

/* What is needed beside verdict and contract. */
struct settling {
	const struct contract_conf *contract;
	const struct verdict *verdict;
	const struct verdict *measured; /* with the clock as measured; NULL where it is */
	const struct terms *terms;
	const char *zone;
	double metric[CREDIT_METRICS];
	bool has_metric[CREDIT_METRICS];
	const struct verdict *before; /* of the time that windows of rights reach back */
	/* By clause: periods right before this one that failed it in a row. */
	const unsigned *failed_before;
};

/* Result 0, or -errno: nothing is settled then. Free with settlement_done. */
int settlement_of(struct settlement *out, const struct settling *in);
void settlement_done(struct settlement *s);

const char *reading_name(enum reading r);
/* "outage-edges", …; NULL for none. */
const char *difference_name(enum difference d);

#endif
