#ifndef ANALYZER_TRACK_H
#define ANALYZER_TRACK_H

#include "analyzer/changepoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One series followed as it grows, one value an interval (the median of a minute's round
 * trips, say), for the stretches in which it stood above its ordinary level.
 *
 * The ordinary level is the value that a quarter of the twelve hours before the current
 * hour lay at or below, so what lasts longer than about nine hours becomes ordinary.
 * Page's CUSUM proposes: each interval adds how far it is from half the size that
 * matters, in units of that size, at most 1, times its minutes; at 5 the level rose where
 * the sum last was 0, and it ends likewise. PELT over the hour before and the stretch
 * then places the edges, and the size and duration of ${rule} decide (changepoint.h). A
 * quarter of an hour without values ends a stretch with the last of them.
 *
 * What is found depends on the values of the last 13 hours and the stretch alone, never
 * on how they were handed over. Memory: a ring of 13 hours of values, and what was found.
 */
struct track;

struct track_episode {
	int64_t start_ns, end_ns; /* UTC, whole intervals */
	int64_t before_ns;        /* the ordinary level when it began */
	int64_t during_ns;        /* the median of it */
	bool open;                /* goes on; end is the as_of asked for */
	bool settled; /* did not come back: the level was ordinary from end on */
};

struct track *track_new(int64_t width_ns, const struct changepoint_rule *rule);
void track_free(struct track *t);
struct track *track_copy(const struct track *t);

/* The value of the interval that begins at ${at}; ascending, others are ignored. */
void track_value(struct track *t, int64_t at_ns, int64_t value_ns);

/* The clock was set back: what comes now may be earlier. What goes on ends here. */
void track_restart(struct track *t);

/*
 * track_finish(t, as_of, out):
 * All episodes so far, in order, those still going on as well; nothing is closed by it.
 * Result: how many; *out is the caller's to free.
 */
size_t track_finish(const struct track *t, int64_t as_of_ns, struct track_episode **out);

#endif
