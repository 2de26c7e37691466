#ifndef ANALYZER_COMPARE_H
#define ANALYZER_COMPARE_H

#include "analyzer/stats.h"
#include "analyzer/verdict.h"

/*
 * Links compared over the same minutes: what each was in the time in which all of them
 * were measured, and by pairs whether what sets two links apart could be chance. Pure;
 * the order of the links changes nothing but their numbers.
 */
enum compare_metric {
	COMPARE_AVAILABILITY, /* ratio; more is better, of all others less */
	COMPARE_OUTAGES,      /* begun in 30 days of common time */
	COMPARE_LOSS,         /* ratio */
	COMPARE_MEDIAN,       /* ns: mean of the hours' median round trips */
	COMPARE_P95,          /* ns: mean of the hours' 95th percentiles */
	COMPARE_METRICS
};

/* What voters measured in an hour, as far as it is in common time
 * (analyzer/common_time.h); hours of all links begin at the same instants. */
struct compare_hour {
	int64_t start_ns;
	uint64_t sent, lost;
	int64_t p50_ns, p95_ns; /* of those that answered; -1: none did */
};

struct compare_side {
	const struct verdict *ledger; /* by the same profile for all; borrowed */
	const struct compare_hour *hours;
	size_t n_hours; /* sorted; of the time all links have in common */
	const struct compare_with {
		const struct compare_hour *hours;
		size_t n;
	} * with; /* by link: of the time in common with it alone; NULL: the same */
	double independent; /* of the probes, how many tell as much as independent ones */
};

struct compare_rule {
	const struct span *days; /* civil days, sorted, side by side; what is resampled */
	size_t n_days;
	unsigned rounds;
	uint64_t seed;
	double confidence;
	size_t least_days; /* with fewer common days nothing is told apart */
};

#define COMPARE_LINKS      5 /* so many colours are told apart */
#define COMPARE_ROUNDS     4000
#define COMPARE_SEED       20260101
#define COMPARE_CONFIDENCE 0.95
#define COMPARE_LEAST_DAYS 14

struct compare_value {
	bool has, has_interval;
	double point, lower, upper; /* no interval of what was never seen to happen */
	size_t best, worst;         /* ranks it may have, from 1; 0 without a value */
	bool first; /* by its point alone, whatever the interval; a tie has several */
};

struct compare_link {
	struct compare_value values[COMPARE_METRICS];
	int64_t known_ns;     /* up or down, of the period */
	int64_t scheduled_ns; /* the period */
	int64_t down_ns;      /* in common time */
	size_t outages;       /* begun in common time */
	uint64_t sent, lost;  /* likewise, in hours with probes of all */
	size_t firsts;        /* metrics in which it is first */
	struct compare_day {  /* its worst: most downtime, then the largest loss */
		bool has;     /* false: neither, on any day */
		struct span day;
		int64_t down_ns;     /* in common time */
		uint64_t sent, lost; /* likewise, in hours with probes of all */
	} worst;
};

/* Differences are a less b. p: of the hypothesis that there is none, two-sided, by the
 * widest bootstrap interval that leaves 0 out, at least 2 / rounds; adjusted by Holm over
 * all comparisons. */
struct compare_difference {
	bool has;
	double point, lower, upper;
	double p, adjusted;
	bool apart; /* adjusted is at most 1 - confidence, and there are days enough */
};

struct compare_pair {
	size_t a, b; /* numbers of the links, a < b */
	struct span common;
	int64_t common_ns;  /* both up or down */
	size_t days, hours; /* half of the day at least; with probes of both */
	struct compare_difference metrics[COMPARE_METRICS];
};

struct comparison {
	size_t n_links;
	struct compare_link *links;
	struct compare_pair *pairs; /* by a, then b */
	size_t n_pairs, n_tests;
	int64_t common_ns; /* all of them up or down */
	size_t days, hours;
	size_t measured; /* metrics: compare_is_measured */
	size_t always;   /* the link first however they are weighed; or n_links */
	struct compare_rule rule; /* its days are not kept */
};

/*
 * compare_of(out, sides, n, rule):
 * Each pair over the time and the hours in which both were measured; each link's own
 * values and intervals, where all were. Ranks follow from the pairs: a link comes after
 * those that are told apart from it and better.
 *
 * Units   as of enum compare_metric.
 * Result  0; -EINVAL fewer than two links or no days. Free with compare_done.
 * Source  bootstrap of whole days, paired (stats.h); Holm (1979); the interval of loss is
 *         Clopper and Pearson's at the effective size, of outages the same with a second
 * as a trial (Poisson's limit).
 */
int compare_of(struct comparison *out, const struct compare_side *sides, size_t n,
    const struct compare_rule *rule);
void compare_done(struct comparison *c);
const char *compare_name(enum compare_metric m);
/* Does anything have a value? Of less than a day nothing is said of a month's outages. */
bool compare_is_measured(const struct comparison *c, enum compare_metric m);

#endif
