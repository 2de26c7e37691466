#ifndef ANALYZER_SHIFT_H
#define ANALYZER_SHIFT_H

#include "analyzer/judge.h"

/*
 * Latency shifts and jitter of one link, found while its samples pass. Units:
 * nanoseconds.
 *
 * Latency is the median round trip of each interval of a probe: a minute, or the probe's
 * cadence rounded up to minutes where that is longer (probes slower than 5 min say
 * nothing). Lost probes count as infinity, so an interval of which half was lost has
 * none. Jitter is the packet delay variation of RFC 5481: the 95th percentile of the
 * round trips answered in 5 min less the least of them; asked of probes that send 15 or
 * more in that time. (RFC 5481 would rather have the 99.9th; that needs a thousand
 * probes.)
 *
 * Each series is followed by analyzer/track.h; what it finds is at least 5 ms and 20 %
 * more than ordinary, for jitter 5 ms and twice as much, and lasts 15 min. A shift is
 * reported while the targets of at least two networks show it, or where the link measures
 * one network alone that one does (single). Intervals in which the customer's own traffic
 * filled the link for 5 % of the time, and samples under our own throughput tests, are
 * left out: what happens in them is nobody's fault.
 *
 * The gateway's and first hop's probes never report; they tell whose it was: cpe where
 * the gateway shows the same, else access where the ISP's first hop does, upstream where
 * that was measured and does not, else undetermined.
 */
struct shift;

struct shift_found {
	enum degradation_kind kind; /* DEG_LATENCY or DEG_JITTER */
	enum attribution attribution;
	int64_t start_ns, end_ns; /* UTC, whole intervals; end is as_of where open */
	int64_t bound_ns;         /* the edges are within ± this: an interval */
	bool open;
	bool settled; /* the level did not come back: it is the ordinary one since end */
	bool single;  /* nothing to compare with: one network was measured */
	uint64_t networks;
	int64_t before_ns, during_ns; /* of the probe that rose least */
	uint32_t *probes;             /* as numbered by shift_probe */
	size_t n_probes;
};

struct shift *shift_new(void);
void shift_free(struct shift *s);

/*
 * shift_probe(s, number, def): declare a probe of the link, in any order, before its
 * first sample. Kinds and roles that say nothing of latency are ignored, samples of them
 * too.
 */
void shift_probe(struct shift *s, uint32_t number, const struct probe_def *def);

/* Feed in the order of sending (sample->time); saturation in the order of time beside it.
 */
void shift_sample(struct shift *s, const struct sample *sample);

/* The same for many of one minute: that it is, then each that is an ordinary answer sent
 * in it, not masked, late, nor retransmitted. */
void shift_minute(struct shift *s, int64_t at_ns);
void shift_answer(struct shift *s, const struct sample *sample);

/* Own traffic filled the link in [from, to). */
void shift_saturated(struct shift *s, int64_t from_ns, int64_t to_ns);

/*
 * shift_finish(s, from, to, as_of, out):
 * What touches [from, to), whole, sorted by start, as it stands at ${as_of}. Nothing is
 * closed by it; feeding may go on. What was found of a time depends on what was fed of
 * the day before it and the hour after it, and on nothing else. Result: how many; to be
 * freed by shift_found_free.
 */
size_t shift_finish(const struct shift *s, int64_t from_ns, int64_t to_ns,
    int64_t as_of_ns, struct shift_found **out);
void shift_found_free(struct shift_found *found, size_t n);

#endif
