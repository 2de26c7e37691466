#ifndef ANALYZER_WORKING_H
#define ANALYZER_WORKING_H

#include "base/sample.h"

/*
 * Latency under load: the round trips of a link's pings and handshakes while a throughput
 * test fills it, against those of the minute before, target by target.
 *
 * increase   median over the targets of (median loaded - median idle)
 * delay      Buffer Delay of RFC 6349 section 4.3, in per cent, of the means
 * per_minute round trips that fit into a minute under load; after the measure of
 *            draft-ietf-ippm-responsiveness, but of probes beside the load, not in it
 * A target counts with three answers of each at least.
 */
struct working_latency {
	bool known;
	unsigned targets;
	uint64_t idle, loaded, loaded_lost; /* probes */
	int64_t idle_ns, loaded_ns;         /* medians over the targets' medians */
	int64_t increase_ns;                /* never below 0 */
	double delay, per_minute;
};

struct working;

struct working *working_new(void);
void working_free(struct working *w);

/* Feed what the pings and handshakes of the link became, in order of sending; those of
 * its gateway say nothing of it and are left out by the caller. */
void working_sample(struct working *w, const struct sample *s);

/*
 * working_test(w, first, from, to, out):
 * A test whose first byte came at ${first} and whose measure was [from, to), UTC
 * nanoseconds; what was sent until ${to} has been fed.
 */
void working_test(const struct working *w, int64_t first_ns, int64_t from_ns,
    int64_t to_ns, struct working_latency *out);

#endif
