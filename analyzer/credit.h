#ifndef ANALYZER_CREDIT_H
#define ANALYZER_CREDIT_H

#include "analyzer/downtime.h"
#include "analyzer/judge.h"
#include "config/contract.h"

/*
 * What a contract owes for a period. Money is exact: amounts are integers over one
 * denominator, durations are integers of nanoseconds, ratios to compare with are taken as
 * parts in 1e9 (percentages with up to seven decimals are exact), and each clause is
 * rounded once, half up, to the smallest unit of the currency (a cent; see credit_step).
 * Caps are rounded down to it, so that they hold to the cent.
 */

#define CREDIT_METRICS   (METRIC_SPEED_UP + 1)
#define CREDIT_RULE_ROOM 640

/* A period as one reading of it has it (the customer's, the ISP's, the point's). */
struct account {
	struct span period;
	const char *zone;            /* of the centre */
	const struct downtime *down; /* sorted by start; borrowed */
	size_t n_down;
	/* Up and down time of the period, and the down time: what the availability is the
	 * quotient of. Excluded and unknown time are in neither. */
	int64_t scheduled_ns, down_ns;
	bool has_availability;         /* the coverage and the clock carry one */
	double metric[CREDIT_METRICS]; /* means over the period: ratio, ns, bit/s */
	bool has_metric[CREDIT_METRICS];
	/* By clause: how many periods right before this one failed it in a row. */
	unsigned failed_before[CONTRACT_CREDITS_MOST];
};

/* Money; or, where the contract states no monthly charge, parts in 1e9 of it. */
struct credit_worth {
	int64_t mills, share_ppb;
};

/* What became of one clause. */
struct credit {
	const struct credit_conf *conf; /* borrowed from the contract */
	bool failed;                    /* its condition holds in this period */
	bool in_row;                    /* … in as many periods in a row as it takes */
	bool capped;                    /* by its own cap */
	struct credit_worth before;     /* what the rule gives in a period that counts */
	struct credit_worth due;        /* in this one: failed often enough, own cap */
	struct credit_worth paid;       /* what remains by stacking and contract's cap */
	char rule[CREDIT_RULE_ROOM];    /* how it came about, a line of text */
	char (*outages)[17];            /* those that it rests on */
	size_t n_outages;
};

struct credit_sheet {
	struct credit credits[CONTRACT_CREDITS_MOST]; /* in the contract's order */
	size_t n;
	int highest; /* where credits do not stack: the one that is paid; -1: none */
	struct credit_worth
	    before; /* of all: stacked, or the highest; no contract's cap */
	struct credit_worth total; /* what is owed: the sum of what is paid */
	bool capped;               /* by the contract's cap */
	char note[192];            /* what could not be settled and why; or empty */
};

/*
 * credit_work_out(out, c, a):
 * What ${c} owes for ${a}, clause by clause and in all.
 *
 * Rules   PER_TIME takes the cumulated downtime, per_outage each outage by itself;
 *         CUMULATIVE the cumulated, SINGLE each outage. Outages by themselves count
 *         whole, in the period in which they begin. round_ns rounds up first (the sum,
 *         or each outage); beyond_target then takes off what the target allows of
 *         scheduled_ns, rounded down to the nanosecond, the earliest outages first.
 *         AVAILABILITY compares (scheduled - down) * 1e9 with threshold * scheduled as
 *         integers. METRIC: loss, RTT and jitter fail by being high; speeds by being low
 *         (the lowest step counts then). Without downtime nothing is owed by time, nor by
 *         a metric of 0.
 *         A day of the charge is a 30th of it; with day_of_month it is the charges of the
 *         calendar months over their days (of the month, the quarter or the year that
 *         the period begins in).
 *         The contract's cap leaves the first clauses whole and cuts the last ones.
 * Result  0; -EINVAL outages out of order, negative or contradictory durations, or a
 *         contract that could not have been read (more tiers than there is room for, a
 *         negative amount); -ERANGE where an amount exceeds what int64_t mills hold. out
 *         is untouched then. Free with credit_done.
 */
int credit_work_out(
    struct credit_sheet *out, const struct contract_conf *c, const struct account *a);
void credit_done(struct credit_sheet *s);

/* A day of the charge is ${months}/${days} of the monthly one: a 30th of it, or by the
 * calendar months that the period begins in, as the contract says. */
void credit_charge_days(const struct contract_conf *c, const struct span *period,
    const char *zone, int *days, int *months);

/* The smallest unit of a currency (ISO 4217) in mills: 10, of yen and its like 1000, of
 * dinars 1. */
int64_t credit_step(const char *currency);

/* "1234.50 EUR", with as many decimals as the currency has; where only a share is known
 * "7.5 % of the monthly charge"; both with " and ". */
void credit_print(struct credit_worth w, const char *currency, char *out, size_t room);

#endif
