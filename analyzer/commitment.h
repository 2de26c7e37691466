#ifndef ANALYZER_COMMITMENT_H
#define ANALYZER_COMMITMENT_H

#include "analyzer/judge.h"
#include "analyzer/speed.h"
#include "config/contract.h"

/*
 * What a contract promises of loss, round trips, jitter and speed, held against what was
 * measured in a period. Nothing is called missed unless the measurement proves it.
 *
 * Means are of the voters' samples. One over a window is the worst of all windows of as
 * many whole minutes (rounded up) that begin with a minute; minutes that an outage
 * touches are left out, being judged as unavailable, and a window of which less than half
 * was measured says nothing. Loss is missed where the lower end of its 95 % interval is
 * above what was promised.
 *
 * Of a speed the minimum is to be reached by every test: two in a row below it miss it,
 * single ones prove nothing. The normally available speed is to be reached in 90 % of the
 * tests, and 90 % of the maximum at least once (the readings of BNetzA 486/2017); missed
 * where the interval of the share lies below 90 %, and after ten tests.
 */
struct commitment_minute {
	int64_t start_ns;
	uint32_t sent, lost, pairs;
	int64_t rtt_sum_ns, jitter_sum_ns; /* of those that answered; of pairs in a row */
};

struct commitment_facts {
	struct span period;
	double loss, rtt_ns, jitter_ns; /* means; negative: not measured */
	uint64_t sent, lost;
	double effective; /* share of the samples that tell something by themselves */
	const struct commitment_minute *minutes; /* sorted */
	size_t n_minutes;
	const struct outage *outages; /* sorted */
	size_t n_outages;
	const struct speed_result *speed[2]; /* down, up; NULL: not measured */
};

enum commitment_word {
	COMMITMENT_NOT_MEASURED,
	COMMITMENT_KEPT,
	COMMITMENT_NOT_PROVEN,
	COMMITMENT_MISSED
};

enum commitment_value {
	COMMITMENT_MEAN,
	COMMITMENT_WORST, /* mean of the worst window */
	COMMITMENT_MINIMUM,
	COMMITMENT_NORMAL,
	COMMITMENT_MAXIMUM
};

/* One promised value: a commitment of a speed makes up to three of them. */
struct commitment {
	const struct commitment_conf *conf;
	enum commitment_value value;
	enum commitment_word word;
	double promised; /* ratio, ns or bit/s */
	double measured; /* likewise; of speeds the slowest, the median, the fastest */
	bool has_bounds; /* of a loss, or of the share of tests that reached it */
	double lower, upper;
	double share;   /* of tests that reached it; -1 */
	uint64_t n;     /* samples, or tests */
	struct span at; /* the worst window, or the period */
};

#define COMMITMENT_VALUES_MOST (3 * CONTRACT_COMMITMENTS_MOST)

/* commitment_of(c, f, out): every promised value in the contract's order; how many. */
size_t commitment_of(const struct contract_conf *c, const struct commitment_facts *f,
    struct commitment out[COMMITMENT_VALUES_MOST]);

/* "not-measured", "kept", "not-proven", "missed"; "mean", "worst-window", "minimum", … */
const char *commitment_word_name(enum commitment_word w);
const char *commitment_value_name(enum commitment_value v);

#endif
