#ifndef ANALYZER_SHIFT_LINE_H
#define ANALYZER_SHIFT_LINE_H

#include "analyzer/interval.h"
#include "analyzer/shift.h"
#include "analyzer/track.h"
#include "base/table.h"

/*
 * What shift keeps of the targets of a link while samples pass (shift.c), and what the
 * levels that are found in it (shift_found.c) are made of: inside of the analyzer only.
 */
#define LASTING_NS (15 * 60 * NS_PER_S) /* the shortest that a level is */
#define MINUTES    128

enum {
	LATENCY,
	JITTER,
	SERIES
};

/* Intervals of one probe, one after the other. */
struct gather {
	struct interval now;
	struct {
		bool set;
		int64_t start_ns, value_ns;
	} waiting; /* closed, but whether it was saturated is known a minute later */
	struct track *track;
};

struct probe {
	uint32_t number;
	enum role role;
	char network[64];
	size_t lead, next; /* the first of its network among those that report; 0: last */
	struct span *present; /* when it was measured, but for less than a level's time */
	size_t n_present, room_present;
	/* An answer sent in it belongs to the last of these and to both intervals. */
	struct {
		int64_t from_ns;
		uint64_t width_ns;
	} lane;
	struct gather series[SERIES]; /* without a track where it says nothing */
};

struct shift {
	struct probe *probes;
	size_t n_probes, room_probes;
	struct table leading; /* of its probes, by network */
	uint32_t *slots;      /* by number: 1 + index of the probe; 0: says nothing */
	size_t n_slots;
	int64_t minute;
	struct {
		int64_t minute, busy_ns;
	} busy[MINUTES];
	size_t n_busy;
};

/* The first of its network among those that report. */
static inline bool
shift_leads(const struct shift *s, size_t i)
{
	return s->probes[i].role == ROLE_INTERNET && s->probes[i].lead == i;
}

/* Was it measured in [from, to), or less than a level's time before? */
bool shift_present(const struct probe *p, int64_t from_ns, int64_t to_ns);

/* The levels that one series of a probe shows as of then, those going on too; to be
 * freed. Result: how many. */
size_t shift_episodes(const struct shift *s, const struct gather *g, int kind,
    int64_t as_of_ns, struct track_episode **out);

#endif
