#ifndef ANALYZER_MIGRATION_H
#define ANALYZER_MIGRATION_H

#include "analyzer/compare.h"
#include "analyzer/demand.h"
#include "analyzer/speed.h"

/*
 * Moving from one link to another, in numbers: what the new one must carry, whether it
 * has shown enough in the time both were measured, and by what the move is to be taken
 * back. Pure. In the comparison link 0 is the one that is left, link 1 the one that
 * comes.
 */
struct migration_rule {
	double growth;    /* of the demand, as a ratio: 0.5 is half as much again */
	double busy;      /* a link is full at this share of its speed */
	double loss;      /* the new one is to lose less, ratio */
	double rtt_share; /* and its round trips to be longer by less than this share … */
	int64_t rtt_ns;   /* … or by less than this, whichever is more */
	size_t days;      /* in common, two weekends among them */
	unsigned tests;   /* of throughput */
};

void migration_rule_default(struct migration_rule *rule);

struct migration_facts {
	const struct comparison *c;
	double target; /* availability that the new contract promises; 0: none */
	const struct demand *demand;  /* of the old link; NULL: not counted */
	const struct speed *speed[2]; /* tests of the new link, down and up */
	double promised_bps[2];       /* its contract's minimum; 0: none */

	struct span period; /* of the parallel run */
	int64_t
	    certain_ns; /* the shortest outage of the new link that is sure to be seen */
};

/* What the demand asks of a direction. */
struct migration_size {
	struct demand_use use;
	bool has;
	double required_bps; /* p99 of the minutes, grown, at the busy share */
};

enum migration_measure {
	MIGRATION_DAYS,         /* days in common */
	MIGRATION_AVAILABILITY, /* ratio */
	MIGRATION_LOSS,         /* ratio */
	MIGRATION_MEDIAN,       /* ns */
	MIGRATION_P95,          /* ns */
	MIGRATION_SPEED_DOWN,   /* bit/s, to be reached in 90 % of the tests */
	MIGRATION_SPEED_UP,
	MIGRATION_MEASURES
};

enum migration_word {
	MIGRATION_NOT_MEASURED,
	MIGRATION_PASS,
	MIGRATION_MORE, /* neither is sure yet: measure on */
	MIGRATION_FAIL
};

/* A condition of acceptance. Passed or failed only where the interval lies on one side.
 */
struct migration_criterion {
	enum migration_measure measure;
	enum migration_word word;
	bool has_threshold, has, has_interval;
	double threshold, value, lower, upper;
	uint64_t have, need; /* days, probes (as independent ones), tests */
};

/* What takes the move back, watched from the move on. */
struct migration_trigger {
	enum migration_measure measure; /* AVAILABILITY: dark for so long, ns */
	double threshold;
	int64_t for_ns; /* of loss and round trips: so long; of speeds: two tests */
};

struct migration {
	struct migration_rule rule;
	struct migration_size size[2];
	struct migration_criterion criteria[MIGRATION_MEASURES];
	size_t passed, failed, open;
	struct migration_trigger triggers[MIGRATION_MEASURES];
	size_t n_triggers;
};

void migration_of(struct migration *out, const struct migration_facts *f,
    const struct migration_rule *rule);

/* "days", "availability", "loss", "rtt-median", …; "pass", "fail", "more", … */
const char *migration_measure_name(enum migration_measure m);
const char *migration_word_name(enum migration_word w);

#endif
