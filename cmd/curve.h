#ifndef CMD_CURVE_H
#define CMD_CURVE_H

#include "analyzer/commitment.h"
#include "analyzer/stats.h"
#include "base/hist.h"
#include "reports/results.h"

/*
 * What the charts of one link are drawn from: its voters' round trips and losses by the
 * hour and by finer buckets, and over all. Samples come in the order of sending.
 */
struct series {
	struct bucket *list;
	size_t n, room;
	int64_t width_ns, phase_ns; /* buckets begin at phase + n * width */
	int64_t open_ns;            /* start of the one being filled */
	struct hist hist;           /* of that one */
	int64_t rtt_sum_ns, jitter_sum_ns;
	uint64_t jitter_n;
};

/* What of one probe went before. */
struct curve_probe {
	struct stats_pairs pairs;
	int64_t at_ns;  /* of the sending before */
	int64_t rtt_ns; /* of it, if it was answered; else -1 */
	uint64_t seq;
	uint32_t session;
};

struct curve {
	struct series buckets, hours;
	struct hist all;          /* answered ones */
	uint64_t lost;            /* … and these beside them */
	struct stats_pairs pairs; /* of all its probes, once closed */
	uint64_t samples;
	bool fine;                              /* buckets are wanted, not hours alone */
	int64_t span_ns, midnight_ns, every_ns; /* every: of the most frequent voter */
	bool by_minute;
	struct commitment_minute *minutes;
	size_t n_minutes, room_minutes;
};

/* Buckets for ${span}, from one second to one day wide, and hours, as the clock of
 * ${zone} has them at ${at}. */
void curve_init(
    struct curve *c, bool fine, int64_t span_ns, const char *zone, int64_t at_ns);
/* One of its probes, told before its first sample: no bucket is narrower than the time
 * from one probe to the next. */
void curve_voter(struct curve *c, const struct probe_def *probe);
/* Is this one of the voters that curves are drawn of? */
bool curve_is_of(const struct probe_def *probe);
/* Jitter is of answers to one probe's sendings in a row, in one session; an import does
 * not tell their order for sure, and has none. */
void curve_take(struct curve *c, struct curve_probe *of, const struct probe_def *probe,
    const struct sample *s);
/* The last bucket is complete. */
void curve_close(struct curve *c);
void curve_free(struct curve *c);

#endif
