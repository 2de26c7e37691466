#ifndef REPORTS_RESULTS_H
#define REPORTS_RESULTS_H

#include "analyzer/commitment.h"
#include "analyzer/judge.h"
#include "analyzer/settlement.h"
#include "analyzer/site.h"
#include "analyzer/stats.h"
#include "analyzer/verdict.h"
#include "analyzer/working.h"
#include "reports/trail.h"

#include <jansson.h>
#include <stdio.h>

/*
 * One model of results feeds every renderer; no renderer computes a statistic.
 */
struct contract_terms {
	char reference[TEXT_ROOM];
	struct terms terms;
};

struct judged {
	struct contract_terms contract;
	struct verdict verdict;
	const struct contract_conf *conf; /* NULL: no contract; borrowed */
	bool has_settlement;
	struct settlement settlement;
	struct exemption *exempt;       /* what the terms point to */
	struct commitment *commitments; /* what the contract promises beside */
	size_t n_commitments;
};

/* One bucket of a series of a link: an hour for the heat map, or finer for a curve. */
struct bucket {
	int64_t start_ns, end_ns;
	uint64_t sent, lost;           /* voters */
	int64_t p5_ns, p50_ns, p95_ns; /* RTT; -1 where nothing answered */
	int64_t rtt_sum_ns;            /* of those that answered */
	/* |RTT - RTT before| of answers in a row of one probe (IPDV, RFC 3393). */
	int64_t jitter_sum_ns;
	uint64_t jitter_n;
};

/* One sample of a close-up, of any probe of any link at the time of an outage. */
struct mark {
	int64_t sent_ns;
	uint32_t probe;
	enum outcome outcome;
	int64_t rtt_ns;
};

struct closeup {
	size_t outage; /* index in the link's outages */
	int64_t from_ns, to_ns;
	/* What is left out of it, in the middle of a long one; from = to: nothing. */
	int64_t cut_from_ns, cut_to_ns;
	struct mark *marks;
	size_t n_marks;
	/* Where in the journal its samples are: of each of the link's own probes the
	 * first and the last sending of each session, whatever is left out. */
	struct closeup_record {
		uint32_t probe, session;
		uint64_t first, last;
	} * records;
	size_t n_records;
};

/* One throughput test. What is detailed of it (base/throughput.h) holds where detailed.
 */
struct throughput_test {
	int64_t at_ns;
	uint32_t probe, session;
	uint64_t seq;
	enum outcome outcome;
	enum code code;
	int64_t bps; /* payload; 0: failed for want of the network; -1: says nothing */
	bool upload, detailed;
	struct throughput detail;
	struct working_latency working;
};

/* All throughput tests of a link in the period. */
struct throughput_report {
	const struct throughput_test *tests; /* by time */
	size_t n_tests;
	struct throughput_way {
		uint64_t tests, failed, unsaid;
		double slowest_bps, median_bps, fastest_bps; /* -1 without tests */
		double median_ip_bps; /* with headers; -1: not known of any */
		bool has_increase;
		int64_t increase_ns; /* of latency under load: the median of the tests */
		/* of the tests that told it: how many, medians of idle and loaded */
		uint64_t working;
		int64_t idle_ns, loaded_ns;
		/* of the detailed ones: how many, most streams, median of the measure */
		uint64_t detailed;
		unsigned streams;
		int64_t measured_ns;
	} ways[2]; /* down, up */
	bool has_grade;
	int64_t increase_ns; /* mean of the ways that have one */
	const char *grade;   /* stats_bloat of it */
};

struct annex;
struct evidence;

struct link_report {
	const struct link_def *def;
	const struct link_result *result;
	bool has_verdict;
	struct contract_terms contract;      /* of the one verdict, where one is shown: */
	struct verdict verdict;              /* a view of one of these */
	struct judged *verdicts;             /* by period and profile */
	size_t n_verdicts, n_listed;         /* the first so many are listed */
	const struct settlement *settlement; /* of the one verdict, or NULL */
	const struct contract_conf *conf;    /* likewise */
	const struct commitment *commitments; /* likewise */
	size_t n_commitments;
	struct bucket *buckets; /* sorted */
	size_t n_buckets;
	int64_t bucket_ns;
	struct bucket *hours; /* for the heat map */
	size_t n_hours;
	struct closeup *closeups;
	size_t n_closeups;
	int64_t rtt_p50_ns, rtt_p95_ns, rtt_p99_ns; /* of those that answered; -1: none */
	struct stats_delay delay;                   /* lost ones at infinity */
	/* Loss of the voters in the period, outages and all: 95 % by Clopper and Pearson,
	 * with the effective size of a bursty sample. */
	bool has_loss;
	uint64_t loss_sent, loss_lost;
	struct stats_bounds loss;
	double loss_effective;
	struct throughput_report throughput;
	bool has_path; /* the newest trace that reached its target, else the newest */
	struct path path;
	struct trail *trails; /* around each of the result's outages; NULL: no trace */
	struct live live;     /* how it is at as_of */
	struct mark *last;    /* the newest sample of each of its probes */
	size_t n_last;
	uint64_t samples;
	struct evidence *evidence; /* reports/evidence.h; NULL: none was gathered */
	/* Of the status: the newest outage, of before today as well, or NULL where there
	 * was none since looked_from_ns. */
	const struct outage *latest;
	int64_t looked_from_ns;
};

struct results {
	wall_t generated, as_of, from, to;
	char agent[37], software[64], root[65];
	wall_t journal_first, journal_last;
	struct judge_rule rule;
	const struct probe_def *probes;
	size_t n_probes;
	const struct link_def *link_defs; /* every link the judge knows */
	size_t n_link_defs;
	struct link_report *links; /* those asked for */
	size_t n_links;
	bool synchronised;
	int64_t clock_bound_ns;
	const char *paper;         /* a4 or letter; NULL: A4 */
	const char *language;      /* en, de or fr; NULL: English */
	const struct annex *annex; /* what goes along (reports/annex.h); NULL: nothing */
};

/* A centre's links by their one verdict each, where several have the same profile: their
 * numbers in r->links, at most ${room}. false: it is no site, or ${first} is not the
 * first of its links. */
bool results_site(const struct results *r, size_t first, size_t *links, size_t room,
    size_t *n, struct site *out);

/* A definition with its parameters, as it is printed wherever its numbers are: "mef (dt
 * 10 s, n 10, C 50 %, p 5)". */
void results_definition(const struct profile_conf *p, char out[96]);
/* The same into a JSON object, a member each parameter. */
void results_put_definition(json_t *o, const struct profile_conf *p);

/* JSON of INTERFACES.md; a new reference. */
json_t *results_outages_json(const struct results *r);
json_t *results_sla_json(const struct results *r);
/* Both, and what the dossier's later pages rest on. */
json_t *results_dossier_json(const struct results *r);
json_t *results_status_json(const struct results *r);
void results_status_text(const struct results *r, FILE *out);

/* Text and CSV of the outages, to stdout-like streams; zone of the centre. */
void results_outages_text(const struct results *r, FILE *out);
void results_outages_csv(const struct results *r, FILE *out);
void results_sla_text(const struct results *r, FILE *out);

/* "2026-11-23T05:27:16.123456Z" into out[32]; with a zone, "2026-11-23 06:27:16 +01:00".
 */
void instant_utc(int64_t ns, char out[32]);
void instant_local(int64_t ns, const char *zone, char out[40]);
/* The instant of a civil time in a zone; months and days may run over. false: there is
 * none. */
bool instant_of_local(const char *zone, int year, int month, int day, int hour,
    int minute, int second, int64_t *ns);
void instant_civil(int64_t ns, const char *zone, int *year, int *month, int *day);

/* Seconds with six decimals, as a JSON real; json_print writes them so. */
json_t *seconds_json(int64_t ns);
/* Write JSON for people and programs alike: indented, reals with at most six decimals and
 * no more digits than they need. 0, or -EIO. */
int json_print(const json_t *json, FILE *out);

/* Is there paper of this name, for any report? */
bool dossier_has_paper(const char *name);

/*
 * dossier_pdf(r, pdf_path, png_dir, err, room):
 * Draw the dossier of r->links; png_dir NULL for none (PNGs of each chart and page).
 * Result 0 or -errno with one line in err; no half-written file is left.
 */
int dossier_pdf(const struct results *r, const char *pdf_path, const char *png_dir,
    char *err, size_t room);

#endif
