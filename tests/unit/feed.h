#ifndef UNIT_FEED_H
#define UNIT_FEED_H

#include "analyzer/judge.h"

/*
 * Synthetic feeds with known truth, for tests of the judge: probes on the collector's
 * schedule, round trips, ordinary loss, and faults whose times are exact. A sending is
 * lost if the faulty place is crossed, going or coming, while it is broken.
 */
#define FEED_PROBES 32
#define FEED_FAULTS 4096
#define FEED_GAPS   64

struct feed_probe {
	struct probe_def def;
	uint32_t link;
	int64_t rtt_ns, jitter_ns;
	double loss;
	bool dead; /* never answers */
};

/* What is broken, from when to when: the probes of the mask. */
struct feed_fault {
	int64_t from_ns, to_ns;
	uint64_t probes; /* bit i: probe i */
	bool held;       /* not lost: held back until the end */
	enum outcome outcome;
	enum code code; /* of what is lost */
};

struct feed {
	uint64_t seed;
	int64_t wall_ns; /* label of CLOCK_BOOTTIME zero */
	double place;    /* of the fault on the way: 0 at our end, 0.5 at the target */
	struct link_def links[4];
	size_t n_links;
	struct feed_probe probes[FEED_PROBES];
	size_t n_probes;
	struct feed_fault *faults;
	size_t n_faults;
	struct span gaps[FEED_GAPS]; /* nothing is sent; a new session after each */
	size_t n_gaps;
	uint64_t sent;
};

/* What a walk gives out, in order of sending. */
typedef void feed_fn(void *ctx, const struct sample *s);

void feed_init(struct feed *f, uint64_t seed);
void feed_done(struct feed *f);
uint32_t feed_link(struct feed *f, const char *name);
/* A probe, its network "net-N"; returns its number. */
uint32_t feed_probe(struct feed *f, uint32_t link, enum kind kind, enum role role,
    int network, int64_t every_ns, int64_t rtt_ns);
/* Five pings in five networks, one a second, and a gateway, a first hop and a core host
 * of the ISP. Returns the number of the first ping; the others follow. */
uint32_t feed_usual(struct feed *f, uint32_t link, int64_t rtt_ns);
struct feed_fault *feed_fault(
    struct feed *f, int64_t from_ns, int64_t to_ns, uint64_t probes);
void feed_loss(struct feed *f, double loss);

/* Declare links and probes to a judge. */
void feed_declare(const struct feed *f, struct judge *j);
/* Every sample sent in [from, to), CLOCK_BOOTTIME. */
void feed_walk(struct feed *f, int64_t from_ns, int64_t to_ns, feed_fn *fn, void *ctx);
/* Straight into a judge, with the events of sessions. */
void feed_judge(struct feed *f, struct judge *j, int64_t from_ns, int64_t to_ns);

uint64_t feed_random(uint64_t *state);
double feed_uniform(uint64_t *state);

#endif
