#ifndef REPORTS_EVIDENCE_H
#define REPORTS_EVIDENCE_H

#include "analyzer/quantile.h"
#include "base/exactness.h"
#include "records/tickets.h"
#include "reports/results.h"

/*
 * What a complaint rests on beside the verdict: of one link, within its period. Facts are
 * put in while the journal is read (evidence_*); evidence_complete works out from them
 * whatever the pages print, so that no page computes a figure of its own.
 *
 * Units: UTC nanoseconds, bit/s, ratios from 0 to 1.
 */

/* Which round trips: voters' samples by the hour, and by how full the line was. */
enum crowd {
	CROWD_ALL,
	CROWD_BUSY,   /* Monday to Friday, 08:00 to 18:00 of the centre's zone */
	CROWD_QUIET,  /* all other hours */
	CROWD_IDLE,   /* the interface carried at most 10 % of the capacity … */
	CROWD_LOADED, /* … or at least 50 % of it, within 2 s of the sending */
	CROWDS
};

#define EVIDENCE_QUANTILES 5 /* 50, 90, 95, 99 and 99.9 % */
/* With fewer probes nothing is said of how 19 in 20 of them fare. */
#define evidence_probes_least 20

/* A test of throughput; one that failed reached nothing. */
struct speed_test {
	int64_t at_ns;
	double bps;
	bool up, failed;
};

/* The tests of one direction that were sent in one civil hour of the day. */
struct speed_hour {
	size_t n;
	double least, p25, p50, p75, most; /* smallest with at least so many below */
};

/* One direction against the contract. */
struct speed_side {
	size_t tests, failed, unsaid; /* unsaid: not sent, or no address found */
	double least, p50, most;
	struct speed_hour hours[24];
	/* What the contract states, 0 where it does not, and how many tests lie where:
	 * below the minimum, from there to the normal speed, at or above that. */
	double minimum, normal, maximum;
	bool has_bands;
	size_t bands[3];
	/* Tests at or above 90 % of the maximum, the normal speed; below the minimum. */
	size_t reached_maximum, reached_normal, below_minimum;
};

/* What became of the queries of one name server's probe. */
struct name_server {
	uint32_t probe; /* number in the results' probes */
	bool isp;       /* the ISP's resolver; else a public one */
	uint64_t asked, good, rcode, malformed, timeout, unreachable;
	struct hist answers; /* time to an answer, of any kind */
	int64_t p50_ns, p95_ns;
	struct stats_bounds failure; /* of asked: 95 % Clopper-Pearson, independent */
	bool has_failure;
};

/* A minute says something of the ISP's resolver where two of its queries were sent. */
struct name_minutes {
	uint64_t told, dead; /* dead: none answered, while the Internet did */
	struct span *runs;   /* of dead minutes */
	size_t n_runs, room;
};

/* What the journal says of itself. */
struct instrument_note {
	int64_t at_ns, until_ns;
	enum event_kind kind;
	char text[96];
};

/* One civil day of the centre. */
struct quality_day {
	int64_t start_ns, end_ns; /* clipped to the period */
	int64_t measured_ns;
	bool has_exactness;
	struct exactness exactness;
};

struct month_row {
	const struct judged *judged;
	/* Excluded time by reason, the largest first; the last one sums up the rest. */
	struct {
		const char *reason;
		int64_t ns;
	} excluded[4];
	size_t n_excluded;
	bool has_budget;
	int64_t budget_ns;           /* downtime the target allows in what counts … */
	int64_t left_ns;             /* … and what of it is left; negative: overdrawn */
	const struct credit *credit; /* the largest that is owed, or NULL */
};

/* All months as one, for the last row of their table. */
struct month_total {
	int64_t scheduled_ns, measured_ns, excluded_ns, unknown_ns, down_ns;
	bool has_credit; /* money in all, of the months' credits; all in the currency */
	struct credit_worth credit;
};

/* Unknown time of one cause. */
struct gap_row {
	size_t n;
	int64_t sum_ns, longest_ns;
};

/* A ticket's times against what the outages it is of say. */
struct ticket_row {
	const struct ticket *ticket;
	bool has_outage; /* one is linked by hand, or lies under it */
	size_t outage;   /* the first of them, in the link's list */
	size_t outages;  /* how many */
	bool has_acknowledge, has_repair, has_delay;
	int64_t delay_ns;       /* outage began to ticket opened; negative: before */
	int64_t acknowledge_ns; /* opened to acknowledged */
	int64_t repair_ns;      /* opened to closed, without pauses */
	int64_t paused_ns;
};

struct exclusion_row {
	const struct record *record; /* NULL: of the contract's hours */
	const char *reason;
	int64_t start_ns, end_ns;
	int64_t in_ns;   /* within the period */
	int64_t took_ns; /* of it, what the verdict left out */
	size_t outages;  /* outages it touches, those listed in the register … */
	size_t first;    /* … the first of them */
};

/* Our own probes' packets around a silence, kept in a file beside the journal. */
struct packet_note {
	int64_t from_ns, to_ns; /* of the packets */
	char name[128], sha256[65];
	uint64_t bytes, packets;
};

/* What the link itself carried, shares of its capacity down and up: in the mean, and in
 * the fullest minute. */
struct use_bucket {
	int64_t start_ns, end_ns, counted_ns;
	double mean[2], most[2];
};

struct use {
	int64_t width_ns, phase_ns; /* of the buckets: those of the curve; 0: none */
	struct use_bucket *list;
	size_t n, room;
	struct use_bucket minute; /* under way */
	struct use_bucket all;    /* the period's as one */
};

struct evidence {
	/* round trips */
	struct hist crowds[CROWDS];
	struct quantile quantiles[CROWDS][EVIDENCE_QUANTILES];
	bool has_quantiles[CROWDS];
	struct span *loads; /* in which what the line carried is known */
	size_t n_loads, room_loads;
	struct use use;
	/* throughput */
	struct speed_test *tests;
	size_t n_tests, room_tests;
	size_t unsaid[2];
	struct speed_side sides[2]; /* down, up */
	/* names */
	struct name_server *servers;
	size_t n_servers;
	struct name_minutes minutes;
	/* months */
	const struct judged *months; /* borrowed */
	size_t n_months;
	struct month_row *rows;
	struct month_total total;
	struct gap_row gaps[UNKNOWN_STATED + 1]; /* by reason */
	/* What is owed in all periods of the contract that were judged, not of the range
	 * as one; and the first date by which it must be claimed. */
	size_t periods;
	struct credit_worth owed[READINGS];
	bool has_claim_by;
	int64_t claim_by_ns;
	/* people; borrowed */
	const struct ticket **tickets;
	size_t n_tickets;
	const struct record **notes, **exclusions;
	size_t n_notes, n_exclusions;
	struct ticket_row *ticket_rows;
	struct exclusion_row *exclusion_rows;
	size_t n_exclusion_rows;
	/* the instrument */
	struct instrument_note *instrument;
	size_t n_instrument, room_instrument;
	struct packet_note *packets; /* in the order of the record */
	size_t n_packets, room_packets;
	struct quality_day *days;
	size_t n_days;
	bool has_exactness;
	struct exactness exactness; /* all of the period's days as one */
};

/* Storage the caller owns; all zero is empty. */
void evidence_done(struct evidence *e);

/* What the line carried is known between two readings of its counters. */
void evidence_load(struct evidence *e, int64_t from_ns, int64_t to_ns);
/* So much of the capacity, down and up, was used between them; in the order of time. */
void evidence_use(
    struct evidence *e, int64_t from_ns, int64_t to_ns, const double share[2]);
/* Its part of evidence_complete and of the JSON; null where nothing is known. */
void evidence_use_complete(struct evidence *e, struct span period);
json_t *evidence_use_json(const struct evidence *e);
void evidence_test(struct evidence *e, const struct speed_test *t);
/* The row of a probe, made if there is none. */
struct name_server *evidence_server(struct evidence *e, uint32_t probe, bool isp);
/* A minute in which the ISP's resolver was asked ${asked} times. */
void evidence_minute(struct evidence *e, int64_t start_ns, unsigned asked,
    unsigned answered, bool internet);
void evidence_event(struct evidence *e, const struct event *event);
/* The next file from ${at} on with packets between the two, or NULL; *at is behind it. */
const struct packet_note *evidence_packets(
    const struct evidence *e, int64_t from_ns, int64_t to_ns, size_t *at);
/* The ticket of one of the link's outages: linked by hand, or open during it; or NULL. */
const struct ticket *evidence_ticket(const struct link_report *l, const struct outage *o);
/* The collector's own account, of the civil day it lies in. */
void evidence_exactness(struct evidence *e, const char *zone, const struct event *event);

/* Days, quantiles, hours, rows: once all facts are in and ${l} is judged. */
void evidence_complete(struct evidence *e, const struct link_report *l);

/* Is this one of the periods that what is owed is summed over? */
bool evidence_counts(const struct link_report *l, const struct judged *j);
/* Its part of that: months, tickets, exclusions. */
void evidence_rows(struct evidence *e, const struct link_report *l);

/* How far the clock was from UTC at worst: as the journal's account has it, or a day's.
 */
int64_t evidence_clock_bound(const struct results *r, const struct link_report *l);

/* Its part of the results' JSON; a new reference. */
json_t *evidence_json(const struct results *r, const struct link_report *l);

#endif
