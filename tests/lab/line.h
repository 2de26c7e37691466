#ifndef LAB_LINE_H
#define LAB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A line of the lab: two ways, up (towards the Internet) and down, and the episodes that
 * befall them. Pure: the caller brings the packets' times and its clock, and is told the
 * fate of each. Instants are nanoseconds of CLOCK_BOOTTIME.
 */
enum way {
	WAY_UP,
	WAY_DOWN
};

enum episode_kind {
	EPISODE_DELAY,    /* value: ns more */
	EPISODE_JITTER,   /* value: ns at most, uniform, order kept */
	EPISODE_LOSS,     /* value: ratio, independent from packet to packet */
	EPISODE_REORDER,  /* value: ratio of packets that fall 10 ms behind */
	EPISODE_BLACKOUT, /* nothing passes */
	EPISODE_HOLD      /* nothing passes until the end, then all of it does */
};

struct episode {
	enum episode_kind kind;
	unsigned line;
	bool ways[2];
	bool timed;      /* else it lasts from the first packet to the last */
	int64_t from_ns; /* timed: since the start, then (line_start) an instant */
	int64_t to_ns;
	double value;
	bool told;                 /* its truth has been written */
	uint64_t touched[2];       /* packets dropped, held or delayed by it, each way */
	int64_t first_ns, last_ns; /* the first and last of them */
};

enum fate {
	FATE_PASS,
	FATE_LOST,
	FATE_BLACKOUT
};

struct way_state {
	uint64_t rng;
	int64_t newest_release_ns; /* order is kept up to here */
	uint64_t seen, passed, lost, blackout, held, reordered, overflow;
};

#define LINES_MAX    16
#define EPISODES_MAX 256

struct line {
	char name[32];
	struct way_state ways[2];
};

struct lines {
	struct line line[LINES_MAX];
	unsigned n;
	struct episode episode[EPISODES_MAX];
	unsigned n_episodes;
	uint64_t seed;
	bool started;
};

/*
 * lines_read(ls, path, err, room):
 * Read a schedule for the lines already named in ${ls}. A line of it is
 *	seed N
 *	LINE [up|down] delay D | jitter D | loss P% | reorder P% | blackout | hold [at T
 *for D] with times such as 80ms, 15s, 2m.
 *
 * Result  0, or -EINVAL or -errno with "FILE:LINE: what is wrong" in err.
 */
int lines_read(struct lines *ls, const char *path, char *err, size_t room);

/* The timed episodes run from ${now_ns} on. */
void lines_start(struct lines *ls, int64_t now_ns);

/*
 * lines_fate(ls, line, way, now_ns, release_ns):
 * What becomes of a packet that arrives now. FATE_PASS sets *release_ns, the instant to
 * let it go. The caller counts passed and overflow.
 */
enum fate lines_fate(
    struct lines *ls, unsigned line, enum way way, int64_t now_ns, int64_t *release_ns);

const char *episode_name(enum episode_kind kind);

#endif
