#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "analyzer/judge.h"

/*
 * A scenario of the simulation: lines of words, '#' begins a comment, the first line is
 * the claim. Times are offsets from the start (4d10h30m, 90s, 1500ms).
 */
#define SIM_LINKS_MAX   8
#define SIM_FAULTS_MAX  128
#define SIM_EXPECTS_MAX 64

/* Where on the way a fault sits; a probe deeper than it is cut off. */
enum layer {
	LAYER_CPE,
	LAYER_ACCESS,
	LAYER_CORE,
	LAYER_UPSTREAM,
	LAYER_TARGETS,
	LAYER_DNS
};

enum fault_kind {
	FAULT_DOWN,    /* layer of link */
	FAULT_CARRIER, /* of link: nothing can be sent */
	FAULT_LOSS,    /* value: ratio, on link */
	FAULT_DELAY,   /* value: ns more, on link */
	FAULT_STALL,   /* on link: held back, released at the end */
	FAULT_ICMP,    /* on link: pings to the Internet vanish */
	FAULT_TARGET,  /* one target, number in value, dead on every link */
	FAULT_KILL,    /* the daemon dies and is started again at the end */
	FAULT_STOP,    /* the daemon is stopped cleanly and started again */
	FAULT_REBOOT,  /* as kill, and the machine boots at the end */
	FAULT_SUSPEND, /* the machine sleeps */
	FAULT_STEP,    /* the clock is set by value ns at once */
	FAULT_UNSYNC   /* the kernel calls its clock unsynchronised */
};

struct fault {
	enum fault_kind kind;
	int link; /* -1: all */
	enum layer layer;
	int64_t from_ns, to_ns; /* since the start */
	double value;
};

enum expect_kind {
	EXPECT_OUTAGE,
	EXPECT_MICRO,
	EXPECT_DEGRADATION,
	EXPECT_UNKNOWN, /* reason for so long, within slack */
	EXPECT_COVERAGE,
	EXPECT_QUIET /* nothing at all on this link */
};

struct expect {
	enum expect_kind kind;
	int link;
	int64_t from_ns, length_ns, slack_ns;
	char word[32]; /* attribution, kind, or reason */
	char mark[16]; /* open, hole, not-counted; empty */
	double value;
	unsigned line;
	bool met;
};

struct scenario {
	char path[1024];
	int64_t start_ns, length_ns, every_ns, tick_ns;
	int64_t rtt_ns, jitter_ns;
	double loss;
	uint64_t seed;
	char medium[16], cpe_owner[16];
	char links[SIM_LINKS_MAX][NAME_ROOM];
	int n_links;
	bool gateway_silent; /* the CPE ignores ping */
	bool allow_micro;    /* of ordinary loss */
	struct fault faults[SIM_FAULTS_MAX];
	int n_faults;
	struct expect expects[SIM_EXPECTS_MAX];
	int n_expects;
};

/* Read a scenario; ends the program with a line on stderr at a mistake in it. */
void scenario_read(struct scenario *s, const char *path);

/* True if a fault of this kind (and for FAULT_DOWN of a layer up to ${layer}) acts at
 * ${t}. */
const struct fault *scenario_fault(
    const struct scenario *s, enum fault_kind kind, int link, int64_t t);
bool scenario_cut(const struct scenario *s, int link, enum layer depth, int64_t t);

#endif
