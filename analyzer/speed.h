#ifndef ANALYZER_SPEED_H
#define ANALYZER_SPEED_H

#include "analyzer/judge.h"

/*
 * Throughput tests of one direction of one link against what the contract states, in bits
 * a second of payload. A test that failed for want of the network is a result: it reached
 * nothing. One that was not sent, or whose name was not found, says nothing of speed and
 * is counted apart.
 */
struct speed_rule {
	double minimum, normal, maximum; /* bit/s; 0: not stated */
};

struct speed_level {
	bool stated;
	uint64_t reached; /* tests at or above it */
	double share;     /* of all; -1 where there was none */
	double lower,
	    upper; /* 95 % Clopper-Pearson of the share, tests taken as independent */
};

struct speed_result {
	uint64_t tests, failed, unsaid;
	struct speed_level minimum, normal, maximum;
	double slowest_bps, median_bps,
	    fastest_bps;           /* failed ones are 0; -1 without tests */
	struct degradation *below; /* DEG_THROUGHPUT; by start */
	size_t n_below;
};

/* What one test reached, bit/s; 0: failed for want of the network; -1: says nothing. */
int64_t speed_of(const struct sample *sample);

struct speed;

struct speed *speed_new(void);
void speed_free(struct speed *s);

/* Feed the samples of the direction's http probes in order of sending; others are ignored
 * by the caller. sample->rtt_ns is the transfer's duration, sample->bytes what it
 * carried. */
void speed_sample(struct speed *s, const struct sample *sample);

/* The tests of ${probe} were of another direction after all. */
void speed_move(struct speed *from, struct speed *to, uint32_t probe);

/*
 * speed_finish(s, rule, from, to, as_of, out):
 * What the tests sent in [from, to) say. A stretch below the minimum lasts from the first
 * of at least two tests in a row that did not reach it to the next that did (open where
 * none has yet), and ends a day after its last test at the latest: nobody knows longer.
 * Stretches are listed whole if they touch the period. To be freed by speed_result_free.
 */
void speed_finish(const struct speed *s, const struct speed_rule *rule, int64_t from_ns,
    int64_t to_ns, int64_t as_of_ns, struct speed_result *out);
void speed_result_free(struct speed_result *r);

#endif
