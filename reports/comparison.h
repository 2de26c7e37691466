#ifndef REPORTS_COMPARISON_H
#define REPORTS_COMPARISON_H

#include "analyzer/compare.h"
#include "analyzer/tail.h"
#include "reports/results.h"

/* Links compared: what compare_of found, and what it is to be read with. */
struct comparison_cost {
	bool has; /* the contract states a monthly charge */
	int64_t year_mills;
	char currency[8];
	bool
	    has_downtime; /* counted by its own contract, as in a year like this period */
	int64_t year_down_ns, year_least_ns, year_most_ns;
};

/* What a link's contract agrees on, of what is compared; 0: nothing. */
struct comparison_required {
	double availability, loss; /* ratios */
	double rtt_ns;             /* a mean */
};

/* What became of queries. */
struct comparison_names {
	uint64_t asked, answers;
	int64_t p50_ns; /* to an answer; -1: none */
};

struct comparison_view {
	const struct results *r; /* links in the order of the comparison */
	const struct comparison *c;
	const struct verdict *ledgers; /* by one profile, contracts put aside */
	const struct profile_conf *profile;
	const struct comparison_cost *costs;
	const struct comparison_required *required;
	/* By link, in the time all have in common: round trips, and what resolvers took
	 * to answer, public ones and the ISP's. */
	const struct tail *tails;
	const struct comparison_names (*names)[2];
	const char *zone; /* whose days were resampled */
};

/* Targets of voters: of all links, and of some only. */
struct comparison_targets {
	size_t common;
	char others[512]; /* "fibre: 1.1.1.1; lte: none" */
	bool same_pace;   /* votes a second are alike, within 5 % */
};
void comparison_targets(const struct comparison_view *v, struct comparison_targets *out);

/* What else is known of a link, in its whole period; of names in common time. */
struct comparison_facts {
	size_t targets, networks;           /* of its voters */
	size_t ipv6_targets, ipv6_answered; /* of these; answered: once at least */
	unsigned hops, isp_hop; /* of the newest trace, one that reached its target if
	                           there is any; 0: not known */
	bool reached;
	struct comparison_names names[2]; /* of public resolvers, of the ISP's */
};
void comparison_facts(
    const struct comparison_view *v, size_t link, struct comparison_facts *out);
json_t *comparison_facts_json(const struct comparison_view *v, size_t link);

/* Two links of one centre by the ledgers; false where they are not of one, or have no
 * common time. */
bool comparison_site(
    const struct comparison_view *v, const struct compare_pair *pair, struct site *out);

/* How a link is called: "fibre", or "berlin/fibre" where they are of several centres; a
 * metric, in the language in use. */
#define COMPARISON_NAME 140
void comparison_name(
    const struct comparison_view *v, size_t link, char out[COMPARISON_NAME]);
const char *comparison_title(enum compare_metric m);
const char *comparison_word(enum compare_metric m); /* within a sentence */

/* Parts of its pages: the chart, and the table of each pair. */
struct pages;
void comparison_chart(struct pages *p, const struct comparison_view *v, const char *said);
/* What its marks and bars are, or why there are none. */
void comparison_chart_notes(struct pages *p, const struct comparison_view *v);
/* Where a link keeps what is agreed (false: nothing is, of this), and that in words. */
bool comparison_agreed(
    const struct comparison_view *v, size_t link, enum compare_metric m, double *at);
void comparison_agreed_note(struct pages *p, const struct comparison_view *v);
/* Who is first in how many measures, and whether weights could change that. */
void comparison_firsts(struct pages *p, const struct comparison_view *v);
/* All of their round trips, one over the other. */
void comparison_tails(struct pages *p, const struct comparison_view *v);
void comparison_facts_table(struct pages *p, const struct comparison_view *v);
void comparison_pairs(struct pages *p, const struct comparison_view *v);
/* The worst day of each link beside the others; loss by day and hour, on one scale. */
struct zone;
void comparison_days(
    struct pages *p, const struct comparison_view *v, const struct zone *z);
void comparison_hours(
    struct pages *p, const struct comparison_view *v, const struct zone *z);

/* What is to be said of a site's outages that overlap, behind what is there already. */
void comparison_overlaps(const struct site *s, char *out, size_t room);

/* linkwitness/comparison/1 of INTERFACES.md, a new reference; what is in it beside the
 * period, for documents that hold a comparison; the PDF as dossier_pdf. */
void comparison_put(json_t *o, const struct comparison_view *v);
json_t *comparison_json(const struct comparison_view *v);
int comparison_pdf(const struct comparison_view *v, const char *pdf_path,
    const char *png_dir, char *err, size_t room);

#endif
