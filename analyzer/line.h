#ifndef ANALYZER_LINE_H
#define ANALYZER_LINE_H

#include "analyzer/judge.h"
#include "analyzer/customers.h"
#include "analyzer/saturation.h"
#include "analyzer/shift.h"
#include "analyzer/speed.h"
#include "base/hist.h"
#include "base/table.h"

#include <string.h>

/*
 * What the judge keeps of each link while samples pass: inside of the analyzer only.
 * Memory is bounded by the probes, rings of fixed size, and what was found.
 */
#define RING_SAMPLES 512 /* voters' samples kept to look back from a run to its edges */
#define ROLE_RING    32
#define COUNTER_RING 32
#define LOSS_MINUTES 10
#define VOTES_FEW    100
#define FAMILIES     2
#define NETWORKS_MAX 256
#define SPEAKS_NS                                                                        \
	(600 * NS_PER_S) /* a gateway or first hop speaks if it answered since */

enum {
	V4 = 0,
	V6 = 1
};

/* What a sample says for judging. */
enum say {
	SAY_NOTHING,
	SAY_ANSWER,
	SAY_LOST,
	SAY_CUT /* could not be sent: no carrier, no interface */
};

struct heard {
	int64_t sent_ns;
	bool answered;
};

struct probe_line {
	bool votes, known, failing, present;
	bool current; /* sent lately, and under its name the last that was */
	bool upload;
	int network;         /* of a voter; -1 */
	uint32_t link, same; /* the next of this name on the link, around; or itself */
	int64_t heard_ns;
	int64_t last_sent_ns, last_answer_ns, max_gap_ns;
	uint64_t sent, lost; /* votes while the link was not dark */
	struct probe_def def;
	struct heard ring[ROLE_RING]; /* of gateway and isp probes */
	unsigned ring_n;
	uint64_t in_answered, in_lost; /* since the run was seen */
	bool now_known, now_answered;  /* as they arrive, for judge_live */
	int64_t now_answer_ns;
};

struct network_line {
	char name[64];
	int family;
	bool joined, left, absent;
	bool voting; /* a probe to it votes */
	bool failing, in_run;
	bool in_row;  /* in the run and silent throughout: its losses make the row */
	bool fell;    /* answered until shortly before the run: tells of its edges */
	unsigned up;  /* probes that answered and have not failed since */
	unsigned row; /* answers in a row */
	int64_t last_sent_ns, last_answer_ns, every_ns;
	int64_t fail_since_ns, dark_at_fail_ns;
	int64_t up_sent_ns, up_received_ns; /* first answer since it failed */
	uint64_t up_answers;                /* since then */
	uint64_t sent, answered;            /* while the link was not dark */
	uint64_t lost_row;
	struct {
		uint64_t sent, answered;
	} * others; /* of each network when this one began to fail */
	size_t n_others;
};

struct voted {
	int64_t sent_ns, received_ns;
	uint32_t session, probe;
	uint64_t seq;
	int network;
	enum say say;
};

/* A dark run while it lasts, and the edges known so far. */
struct run {
	bool active;
	bool need_link; /* all families; else one */
	int family;
	int64_t seen_ns; /* sending that made it dark */
	int64_t start_lo_ns, start_hi_ns;
	int64_t gap_from_ns, gap_to_ns; /* an unknown gap since the last lost sample */
	bool from_gap;                  /* it was dark when measuring began again */
	int64_t closing_ns;             /* sending of the answer that ended it */
	struct voted first;
	uint64_t lost, lost_before, cut, streak, best_streak, replies;
	int64_t last_lost_ns;
	bool tcp_answered, other_carrier, only_ping;
	unsigned failed, total;
	uint64_t neighbour; /* left with carrier up, and nobody there to take them */
	unsigned evidence;  /* losses that fix the start, at most k */
	uint64_t rx_start, rx_now;
	int64_t rx_start_ns, rx_now_ns;
	bool has_rx;
	double loss_ratio; /* ordinary, when it began */
	int64_t rtt_p99_ns;
	unsigned k;
	struct span *holes;
	size_t n_holes;
	char incident[17];
	struct cause_hint {
		bool set;
		enum attribution attribution;
	} earlier; /* what the part before a long hole was found to be */
};

struct spans {
	struct span *v;
	size_t n, room;
};

/* A condition on a class of probes: holds from the first lost to the first answer. */
struct condition {
	bool active;
	int64_t start_ns, last_ns;
	uint64_t lost, needed;
};

struct class_line { /* ping voters, or services (tcp, dns, http) */
	unsigned n, failing;
	int64_t last_answer_ns, first_lost_ns, last_lost_ns;
	int64_t holds_ns; /* its latest sample speaks up to here */
	uint64_t lost;
};

/* Sequential test of loss: DESIGN.md "Judging". */
struct loss_line {
	double rise, fall;
	bool active;
	int64_t start_ns, last_lost_ns;
	uint64_t sent, lost; /* since the start */
	uint64_t gw_sent, gw_lost, isp_sent, isp_lost;
};

struct stall_line {
	bool open;
	int64_t last_arrival_ns, from_ns, until_ns;
	uint64_t sent, lost;
};

struct found { /* an outage, with what later judgement needs */
	struct outage o;
	bool from_gap; /* it was dark when measuring began again: not later than that */
	bool customers_known; /* its connections are final */
	bool gateway_dead, gateway_alive, first_hop_dead, first_hop_alive, carrier;
};

struct line {
	struct link_def def;
	uint32_t number;
	bool states; /* an imported history of states, not of samples */
	bool calm;   /* no rule waits for anything: see calm.c */
	struct lane {
		int64_t from_ns;
		uint64_t width_ns;
		struct loss_minute *minute;
	} lane;
	int64_t first_ns, last_ns, end_ns; /* of the history; end 0: goes on */
	uint32_t *probes;
	size_t n_probes, room_probes;
	unsigned n_current; /* of them */
	struct network_line *networks;
	size_t n_networks;
	int64_t fastest_ns;
	unsigned members[FAMILIES], failing[FAMILIES];
	unsigned stale_next, heard_next;
	int64_t heard_until_ns; /* until then nobody can be missed; past: look anew */
	int64_t stale_from_ns;  /* before then no probe can be stale */
	bool recount_classes;   /* a network left, or came back */
	bool ever_joined;
	int64_t joined_ns;
	struct voted ring[RING_SAMPLES];
	unsigned ring_n;
	struct run runs[1 + FAMILIES]; /* of the link; of each family */
	int64_t dark_ns;               /* time in runs, for membership */
	struct loss_minute {
		int64_t minute;
		uint64_t sent, lost;
	} minutes[LOSS_MINUTES];
	double long_loss; /* of about the last hundred votes that were not dark */
	unsigned counted;
	struct hist rtt[2];
	int64_t rtt_hour;
	struct class_line ping, service, dns;
	struct condition icmp_down, service_down, dns_down;
	struct loss_line loss;
	struct stall_line stall;
	struct {
		int64_t at_ns;
		uint64_t rx;
	} counters[COUNTER_RING];
	unsigned counters_n;
	bool carrier, has_carrier;
	int64_t carrier_ns;
	uint64_t now_lost; /* voters' in a row, as they arrive */
	int64_t now_ns, now_since_ns;
	struct spans covered; /* by voters */
	struct bin_line {
		struct spans bad, thin;
		int64_t at_ns;                /* label of the interval being counted */
		int64_t second_ns, offset_ns; /* its schedule's second; label less that */
		unsigned sent, lost;
	} bins[BINS_MOST];
	struct unknown *reasons; /* why it was not covered, where an event says so */
	size_t n_reasons, room_reasons;
	struct found *found;
	size_t n_found, room_found;
	struct degradation *degradations;
	size_t n_degradations, room_degradations;
	int64_t state_ns;
	int state; /* of imported states: 'u', 'd', '?' */
	double worst_loss;
	uint64_t sent, lost;
	struct shift *shift;
	struct saturation saturation;
	struct customers customers;
	struct speed *speed[2]; /* down, up */
	double minimum_bps[2];
	struct link_result result;
};

struct judge {
	struct judge_rule rule;
	bool never_calm; /* for tests: every sample goes through all the rules */
	struct line *lines;
	size_t n_lines;
	struct probe_line *probes;
	size_t n_probes, room_probes;
	struct table names; /* of the probes of each link */
	struct link_result *results;
	size_t n_results;  /* lines there were at the last finish */
	int64_t as_of_ns;  /* of the finish under way */
	struct held *held; /* live: what waits for its turn, a heap */
	size_t n_held, room_held;
	uint64_t hold_order;
	int64_t settled_ns; /* judged up to here */
};

/* ---- judge.c ---- */
/* Take a sample by all the rules. */
void judge_by_rules(
    struct judge *j, struct line *l, struct probe_line *p, const struct sample *s);

/* ---- calm.c ---- */
/* After a sample that went through the rules: may those that follow be spared them? */
void calm_look(const struct judge *j, struct line *l);
/* Take a sample: an ordinary answer of a calm line in short, else by the rules. */
void calm_take(
    struct judge *j, struct line *l, struct probe_line *p, const struct sample *s);

/* ---- vote.c ---- */
enum say say_of(const struct sample *s);
void vote_probe(struct judge *j, struct line *l, struct probe_line *p);
/* Take a voter's sample; false if it changes nothing (a stranger, a masked loss). */
void vote_heard(struct judge *j, struct line *l, struct probe_line *p, int64_t now_ns);
/* Find until when, by what was heard so far, no probe is stale and no network absent. */
void vote_all_heard(const struct judge *j, struct line *l);
void vote_take(struct judge *j, struct line *l, struct probe_line *p,
    const struct sample *s, enum say say);
/* The time from..to was unknown on this link: nobody is absent for it. */
void vote_gap(struct judge *j, struct line *l, int64_t to_ns);
unsigned vote_quorum(double quorum, unsigned members);
double vote_loss(const struct line *l, int64_t now_ns);
void vote_uncount(struct line *l, int64_t at_ns, uint64_t lost);
void vote_count(struct line *l, int64_t at_ns, uint64_t sent, uint64_t lost);
/* The part of it that is not of the minute. */
void vote_learn_loss(struct line *l, uint64_t sent, uint64_t lost);
double vote_rate(
    const struct judge *j, const struct line *l); /* voters' probes a second */

/* ---- edge.c ---- */
/* How many losses in a row fix an edge: so many that ordinary loss alone makes as many
 * there once in five thousand edges. */
unsigned edge_losses(double loss);
/* The longest that an answer takes: the 99th percentile of the hour. */
int64_t edge_rtt_p99(const struct line *l);
/* Look back: the last answer of the networks that failed, and what was lost since. */
void edge_start(struct line *l, struct run *r);
/* The first answer that lasted, and the k-th last loss before it. */
void edge_end(const struct line *l, const struct run *r, int64_t *lo, int64_t *hi);
/* An edge between two instants: the middle, and its bound. */
void edge_between(int64_t lo, int64_t hi, int64_t clock_ns, int64_t *at, int64_t *bound);
/* An edge within a gap: the last (or first) instant known to be dark, the gap its bound.
 */
void edge_in_gap(
    int64_t dark, int64_t other, int64_t clock_ns, int64_t *at, int64_t *bound);

/* The voters' samples that are kept; 0: the newest. */
static inline const struct voted *
ring_back(const struct line *l, unsigned i)
{
	return &l->ring[(l->ring_n - 1 - i) % RING_SAMPLES];
}

static inline unsigned
ring_kept(const struct line *l)
{
	return l->ring_n < RING_SAMPLES ? l->ring_n : RING_SAMPLES;
}

/* ---- run.c ---- */
/* Is the network one of those whose silence makes this run? */
static inline bool
run_concerns(const struct line *l, const struct run *r, int network)
{
	return network >= 0 && (r->need_link || l->networks[network].family == r->family);
}

void run_update(struct judge *j, struct line *l, const struct voted *v);
void run_gap(struct judge *j, struct line *l, int64_t from_ns, int64_t to_ns);
/* The lost in a row that make an outage, a micro-outage, in this loss. */
unsigned run_needed(const struct judge *j, const struct line *l, double loss, bool micro);
/* The outage as it stands, were it to end (or not) now; false below micro. */
bool run_outage(struct judge *j, struct line *l, const struct run *r, bool open,
    int64_t end_lo_ns, int64_t end_hi_ns, struct found *out);
void state_outage(struct judge *j, struct line *l, const struct run *r, int64_t end_ns,
    struct found *out);
void found_after(const struct line *l, struct found *f);
void found_free(struct found *f);

/* ---- cause.c ---- */
void cause_reset(struct judge *j, struct line *l, const struct run *r);
void cause_role_sample(
    struct line *l, struct probe_line *p, const struct sample *s, enum say say);
void cause_find(struct judge *j, struct line *l, const struct run *r, int64_t end_lo_ns,
    struct found *f);
void cause_common(struct found **list, size_t n);

/* ---- degrade.c ---- */
/* Set a probe's state, and with it what its class counts. */
void degrade_state(struct line *l, struct probe_line *p, bool known, bool failing);
void degrade_sample(struct judge *j, struct line *l, struct probe_line *p,
    const struct sample *s, enum say say);
void degrade_voter(struct judge *j, struct line *l, const struct sample *s, enum say say,
    bool fresh_loss);
void degrade_run_was_loss(struct line *l, const struct run *r);
void degrade_run_was_outage(struct line *l, const struct run *r);
void degrade_add(struct line *l, enum degradation_kind kind, enum attribution a,
    int64_t from_ns, int64_t to_ns, uint64_t sent, uint64_t lost, uint32_t probe);
/* Those still going on at ${as_of}, as open ones; their lists of probes are the caller's.
 */
size_t degrade_open(
    const struct judge *j, struct line *l, int64_t as_of_ns, struct degradation out[8]);

/* ---- quality.c ---- */
void quality_open(struct line *l);
void quality_free(struct line *l);
void quality_sample(
    struct line *l, struct probe_line *p, const struct sample *s, enum say say);
void quality_counters(struct line *l, const struct counters *c);
/* What customers tried in an outage whose end may be too recent for all to be known. */
void quality_customers(const struct line *l, struct found *f);
/* What touches ${period}; each with probes of its own, and the list, to be freed. */
size_t quality_list(
    const struct line *l, struct span period, int64_t as_of_ns, struct degradation **out);
void quality_targets(const struct judge *j, const struct line *l, struct link_result *r);

/* ---- bins.c ---- */
/* Close the interval that was counted where ${s} is of another, and begin that. */
void bins_enter(struct bin_line *b, const struct binning *rule, const struct sample *s);
void bins_close(const struct judge *j, const struct line *l, struct link_result *out);
void bins_free(struct line *l);

/* ---- books.c ---- */
void books_free(struct link_result *r);

/* ---- coverage.c ---- */
void spans_add(struct spans *s, int64_t from_ns, int64_t to_ns);
void coverage_sample(
    struct judge *j, struct line *l, struct probe_line *p, int64_t at_ns);
void coverage_reason(
    struct line *l, int64_t from_ns, int64_t to_ns, enum unknown_reason reason);
/* Unknown time in [from, to): gaps between what was covered, each with its reason. */
size_t coverage_unknown(const struct judge *j, const struct line *l, int64_t from_ns,
    int64_t to_ns, struct unknown **out);

/* Most are in the same as the one before: that is seen without a division. */
static inline bool
bins_are_in(const struct bin_line *b, int64_t width_ns, const struct sample *s)
{
	if (b->at_ns <= 0)
		return false;
	if (width_ns == NS_PER_S)
		return s->time.ns - s->sent.ns == b->offset_ns &&
		       (uint64_t)(s->sent.ns - b->second_ns) < (uint64_t)NS_PER_S;
	return (uint64_t)(s->time.ns - b->at_ns) < (uint64_t)width_ns;
}

/* A vote, into the intervals that the rule asks for. */
static inline void
bins_take(const struct judge *j, struct line *l, const struct sample *s, bool lost)
{
	for (size_t i = 0; i < j->rule.n_bins; i++) {
		const struct binning *rule = &j->rule.bins[i];
		struct bin_line *b = &l->bins[i];

		if (!bins_are_in(b, rule->width_ns, s))
			bins_enter(b, rule, s);
		if (s->time.ns - b->at_ns >= rule->part_ns)
			continue;
		b->sent++;
		b->lost += lost || (!rule->late_answers && (s->flags & FLAG_LATE));
	}
}

/* The next probe, or network, to be looked at in passing. */
static inline unsigned
vote_next_heard(struct line *l)
{
	unsigned i = l->heard_next < l->n_probes ? l->heard_next : 0;

	l->heard_next = i + 1;
	return i;
}

static inline unsigned
vote_next_network(struct line *l)
{
	unsigned i = l->stale_next < l->n_networks ? l->stale_next : 0;

	l->stale_next = i + 1;
	return i;
}

static inline size_t
vote_minute_place(int64_t minute)
{
	return (size_t)((uint64_t)minute % LOSS_MINUTES);
}

/* Where the votes of a minute are counted: in the place of those of ten before. */
static inline struct loss_minute *
vote_minute(struct line *l, int64_t at_ns)
{
	int64_t minute = at_ns / (60 * NS_PER_S);
	struct loss_minute *m = &l->minutes[vote_minute_place(minute)];

	if (m->minute != minute)
		*m = (struct loss_minute){.minute = minute};
	return m;
}

static inline void
vote_count_in(struct line *l, struct loss_minute *m, uint64_t sent, uint64_t lost)
{
	m->sent += sent;
	m->lost += lost;
	l->counted += l->counted < VOTES_FEW ? 1 : 0;
}

/* Edges are whole microseconds, so that printed sums are exact. */
static inline int64_t
whole_us(int64_t ns)
{
	return ns / 1000 * 1000;
}

/* The round trips of this hour and of the one before. */
static inline struct hist *
line_rtt(struct line *l, int64_t at_ns)
{
	int64_t hour = at_ns / (3600 * NS_PER_S);

	if (hour != l->rtt_hour) {
		l->rtt[1] = l->rtt[0];
		memset(&l->rtt[0], 0, sizeof l->rtt[0]);
		l->rtt_hour = hour;
	}
	return &l->rtt[0];
}

#endif
