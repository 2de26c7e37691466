#ifndef CMD_TAKING_H
#define CMD_TAKING_H

#include "config/settings.h"
#include "reports/evidence.h"

/*
 * Facts for the pages of a dossier, taken of one link while the journal is read: round
 * trips by the hour and by how full the line was, tests, names. Samples come in the order
 * of sending, counters among them.
 */
struct taking {
	struct evidence evidence;
	uint64_t capacity_down_bps, capacity_up_bps;
	char zone[64];
	/* the quarter of an hour that was looked at last */
	int64_t quarter_ns;
	bool busy;
	/* the last interval of the counters */
	bool has_counters, has_use;
	struct counters counters;
	int64_t use_ns;
	double use; /* of the capacity, the fuller direction */
	/* the minute under way */
	int64_t minute_ns;
	unsigned asked, answered;
	bool internet;
};

/* Is it a sample whose outcome says something of the link? */
bool taking_counts(const struct sample *s);
void taking_init(struct taking *t, const struct link_def *def);
void taking_sample(struct taking *t, const struct probe_def *p, const struct sample *s);
/* Once the tests of throughput are complete, with what their rows tell. */
void taking_tests(struct taking *t, const struct throughput_report *r);
void taking_counters(struct taking *t, const struct counters *c);
void taking_event(struct taking *t, const struct event *e);
/* The last minute is over. */
void taking_close(struct taking *t);
void taking_done(struct taking *t);

#endif
