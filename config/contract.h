#ifndef CONFIG_CONTRACT_H
#define CONFIG_CONTRACT_H

#include "base/journal.h"

/*
 * A contract as data: what was agreed, clause by clause. Everything the verdict and the
 * credits need is here, and nothing is measured here. Shape of the options:
 * INTERFACES.md, "Contracts". Source of the vocabulary: Y.1540, MEF 10, and contracts as
 * they are signed.
 *
 * Units: nanoseconds for durations, ratios 0..1 for percentages, thousandths of the
 * currency's unit (mills) for money. Civil times are of the centre's zone.
 */
#define CONTRACT_TIERS_MOST       16
#define CONTRACT_CREDITS_MOST     16
#define CONTRACT_DEADLINES_MOST   8
#define CONTRACT_CHRONIC_MOST     4
#define CONTRACT_COMMITMENTS_MOST 12
#define CONTRACT_HOURS_MOST       32
#define CONTRACT_HOLIDAYS_MOST    64

/* A profile's name with its parameters; those of other profiles are not used. */
struct profile_conf {
	char name[16];    /* event, ses-10-10, mef, y1540, rfc2678, ticket */
	int64_t delta_ns; /* mef: Δt; y1540: Tav; rfc2678: dT */
	unsigned n, p;    /* mef: consecutive Δt; those of a CHLI */
	double threshold; /* mef: C; y1540: c1 */
	int64_t wait_ns;  /* rfc2678: W */
	unsigned probes;  /* rfc2678: N */
};

enum period_kind {
	PERIOD_MONTH,
	PERIOD_QUARTER,
	PERIOD_YEAR,
	PERIOD_ROLLING_30D
};

/* Hours of one weekday that are service time: minutes after midnight, [from, to). */
struct service_hours {
	uint8_t weekday; /* 0 Monday to 6 Sunday */
	uint16_t from_min, to_min;
};

struct civil_date {
	int16_t year;
	uint8_t month, day;
};

enum maintenance_kind {
	MAINTENANCE_EXCLUDED, /* out of the denominator */
	MAINTENANCE_AVAILABLE /* in it, and counted as up */
};

/* The instants an ISP's clock can begin with. */
enum clock_event {
	CLOCK_MEASURED = 1,
	CLOCK_OPENED = 2,       /* a ticket */
	CLOCK_ACKNOWLEDGED = 4, /* by the ISP */
	CLOCK_DETECTED = 8      /* the ISP's own monitoring */
};

enum clock_pick {
	CLOCK_EARLIEST,
	CLOCK_LATEST
};

enum clock_stop {
	STOP_RESTORED,
	STOP_CLOSED,
	STOP_EARLIER
};

/* An amount of money, in one of the ways contracts put it. */
enum amount_kind {
	AMOUNT_NONE,
	AMOUNT_SHARE, /* ratio of the monthly recurring charge (MRC) */
	AMOUNT_DAYS,  /* days of the MRC: of 30, or of the calendar month's */
	AMOUNT_MONEY  /* mills */
};

struct amount {
	enum amount_kind kind;
	double share;  /* SHARE; may exceed 1 */
	double days;   /* DAYS */
	int64_t mills; /* MONEY */
};

enum credit_rule {
	CREDIT_PER_TIME,     /* amount for each unit of the cumulated downtime */
	CREDIT_CUMULATIVE,   /* tiers by the cumulated downtime */
	CREDIT_SINGLE,       /* tiers by each outage; amounts add up over outages */
	CREDIT_AVAILABILITY, /* tiers by the ratio reached: below so much */
	CREDIT_METRIC        /* tiers by a metric's mean over the period */
};

enum part_rule {
	PART_UP,      /* a part counts as a whole */
	PART_DOWN,    /* whole units only */
	PART_NEAREST, /* half a unit rounds up */
	PART_EXACT    /* in proportion */
};

enum metric {
	METRIC_LOSS,       /* ratio */
	METRIC_RTT,        /* ns, mean */
	METRIC_JITTER,     /* ns, mean */
	METRIC_SPEED_DOWN, /* bit/s */
	METRIC_SPEED_UP
};

/*
 * One step of a tier table. The threshold is a duration (ns), an availability or a loss
 * (ratio) or a time (ns) as the rule has it. Of CUMULATIVE, SINGLE and METRIC the highest
 * step reached counts (value >= threshold, or > where exclusive); of AVAILABILITY the
 * lowest (value < threshold, or <= where inclusive).
 */
struct credit_tier {
	double threshold;
	struct amount amount;
};

struct credit_conf {
	char name[NAME_ROOM];
	char clause[TEXT_ROOM]; /* as the contract numbers it */
	enum credit_rule rule;
	enum metric metric;   /* METRIC */
	int64_t unit_ns;      /* PER_TIME */
	enum part_rule part;  /* PER_TIME */
	int64_t round_ns;     /* downtime is rounded up to it first; 0: exact */
	struct amount amount; /* PER_TIME: for each unit */
	struct credit_tier tiers[CONTRACT_TIERS_MOST]; /* ascending by threshold */
	size_t n_tiers;
	bool inclusive;  /* a value at the threshold is in the customer's favour; default
	                    for times, not for availability and metrics */
	bool per_outage; /* PER_TIME: units are counted for each outage by itself */
	bool beyond_target; /* only downtime beyond what the target allows */
	unsigned
	    consecutive; /* only where as many periods in a row fail; 0 and 1: at once */
	struct amount cap; /* of this credit, a period; NONE: none of its own */
	unsigned line;
};

enum deadline_what {
	DEADLINE_TICKET, /* to report the fault */
	DEADLINE_CLAIM,
	DEADLINE_TERMINATE
};

enum deadline_anchor {
	ANCHOR_OUTAGE_START,
	ANCHOR_OUTAGE_END,
	ANCHOR_TICKET_CLOSED,
	ANCHOR_PERIOD_END
};

struct deadline_conf {
	char name[NAME_ROOM];
	char clause[TEXT_ROOM];
	enum deadline_what what;
	enum deadline_anchor anchor;
	int64_t within_ns;  /* hours count exactly; days are calendar days */
	unsigned days;      /* instead of within_ns: to the end of that day, civil */
	bool business_days; /* days are Monday to Friday without holidays */
	unsigned line;
};

/* A right that repeated or long failure gives: either condition suffices. */
struct chronic_conf {
	char name[NAME_ROOM];
	char clause[TEXT_ROOM];
	unsigned outages;       /* at least so many … 0: no such condition */
	int64_t longer_than_ns; /* … longer than this … */
	int64_t within_ns;      /* … in any window so long; 0: in the period */
	int64_t total_ns;       /* downtime cumulated in the window over this; 0: none */
	int64_t single_ns;      /* one outage over this; 0: none */
	int64_t notice_ns;      /* to be declared within this after it arose; 0: open */
	char right[TEXT_ROOM];  /* what it gives, as text: "terminate without penalty" */
	unsigned line;
};

enum commitment_where {
	WHERE_SITE,    /* between the site and the ISP's edge: ours to verify */
	WHERE_BACKBONE /* the ISP's own samples: ours only corroborate */
};

struct commitment_conf {
	char name[NAME_ROOM];
	char clause[TEXT_ROOM];
	enum metric metric;
	enum commitment_where where;
	double at_most;                  /* loss, rtt, jitter: ratio or ns; 0: none */
	double minimum, normal, maximum; /* speeds: bit/s; 0: not stated */
	int64_t over_ns; /* in any continuous window; 0: mean of the period */
	unsigned line;
};

struct contract_conf {
	char name[NAME_ROOM];
	char reference[TEXT_ROOM];
	char follows[NAME_ROOM]; /* the version before this one; empty: none */
	struct civil_date valid_from,
	    valid_to; /* year 0: open; valid_to is the last day */

	double availability; /* ratio; 0: no target */
	char period[16];     /* month, quarter, year, 30d */
	enum period_kind period_kind;
	char profile[16]; /* of params; here for printing */
	struct profile_conf params;

	struct service_hours hours[CONTRACT_HOURS_MOST]; /* none: always */
	size_t n_hours;
	struct civil_date holidays[CONTRACT_HOLIDAYS_MOST]; /* no service time */
	size_t n_holidays;
	enum maintenance_kind maintenance;
	int64_t maintenance_most_ns; /* in a period; what exceeds it counts; 0: any */
	int64_t
	    maintenance_notice_ns; /* announced at least so long before; 0: not needed */

	int64_t min_outage_ns; /* shorter outages do not count */
	bool min_inclusive;    /* one exactly as long counts; default true */
	int64_t grace_ns;      /* the first so much of each outage does not count */
	unsigned clock_start;  /* of enum clock_event, or-ed */
	enum clock_pick clock_pick;
	enum clock_stop clock_stop;
	bool pauses_stated;
	bool pauses;     /* waiting on the customer is taken off; default true */
	uint32_t counts; /* attributions that count: bit 1 << number in CONTRACT_COUNTS */
	bool counts_stated; /* by the contract; else as the judge says: not local, not the
	                       customer's CPE */

	char currency[8];  /* ISO 4217; empty: none */
	int64_t mrc_mills; /* monthly recurring charge; 0: not stated */
	bool day_of_month; /* a day of MRC is of the calendar month; else of 30 days */
	bool stack;        /* credits add up; else the highest alone */
	struct amount cap; /* of all credits of a period */
	struct credit_conf credits[CONTRACT_CREDITS_MOST];
	size_t n_credits;
	struct deadline_conf deadlines[CONTRACT_DEADLINES_MOST];
	size_t n_deadlines;
	struct chronic_conf chronic[CONTRACT_CHRONIC_MOST];
	size_t n_chronic;
	struct commitment_conf commitments[CONTRACT_COMMITMENTS_MOST];
	size_t n_commitments;
	int64_t
	    claim_window_ns; /* short for a deadline: claim, from the end of the outage */
	unsigned line;
};

/* What a contract says that says nothing: month, event, what the judge counts. */
void contract_default(struct contract_conf *c);

/* How long after an outage's end a claim can still be due under ${c}, at most: what must
 * be kept of it. 0: nothing is said of it. */
int64_t contract_claim_ns(const struct contract_conf *c);

/* Profiles by name with the field's defaults (MEF: Δt 10 s, n 10, p 5, C 50 %; Y.1540:
 * Tav 1 min, c1 0.20; RFC 2678: dT 60 s, W 10 s, N 20). false: there is none. */
bool profile_default(struct profile_conf *p, const char *name);
extern const char *const PROFILE_NAMES[]; /* NULL at the end */

/* Names of attributions a contract may count, in the order of the bits; NULL at the end:
 * undetermined, local, cpe, access, isp-core, upstream, isp-dns, target, saturation. */
extern const char *const CONTRACT_COUNTS[];

#endif
