#ifndef REPORTS_TALLY_H
#define REPORTS_TALLY_H

#include "reports/evidence.h"
#include "reports/objections.h"

/*
 * What the pages of a dossier say in sums and counts over their lists: worked out here,
 * printed by the pages, written into the results; no page adds up anything itself.
 */
#define TALLY_REASONS      8
#define TALLY_WORST        10
#define TALLY_DEGRADATIONS (DEG_TARGET + 1)

struct tally {
	size_t outages, not_counted; /* of the register */
	size_t weightless; /* parts of outages that weigh nothing, with a reason */
	bool has_longest;  /* of those that count: its place in the register */
	size_t longest;
	struct worst {
		size_t outages[TALLY_WORST]; /* places in the register, the worst first */
		size_t n;
		bool weighed;   /* by what the contract counts of them; else by length */
		int64_t sum_ns; /* of that */
	} worst;
	double measured; /* share of the period that was measured; 0 of none */
	/* of the months: with a target, of these missed, and without a verdict */
	size_t months_judged, months_missed, months_refused;
	size_t tickets, tickets_with_outage;
	/* queries to name servers, public ones and the ISP's, and what failed of them */
	uint64_t asked[2], failed[2];
	double failure[2];
	/* time left out of the verdict, by reason; the last one sums up the rest */
	struct {
		const char *reason;
		int64_t ns;
	} excluded[TALLY_REASONS];
	size_t n_excluded;
	size_t objections[OBJECTION_IDLE + 1]; /* by word */
};

/* Time of the period in which the link was degraded in one way. */
struct degraded {
	size_t n; /* degradations */
	int64_t ns;
};
void tally_degraded(struct degraded out[TALLY_DEGRADATIONS], const struct link_report *l);

/* Of all links of a document. */
struct tally_links {
	size_t agreed, missed; /* links with a target, of these breached */
	size_t outages;
};

/* Of the outages that count the longest, its place in the register; false: none. */
bool tally_longest(const struct link_report *l, size_t *at);
/* The tenth of the register that is worst, three to ten of it; none of three or fewer. */
void tally_worst(struct worst *w, const struct link_report *l);
void tally_find(struct tally *t, const struct results *r, const struct link_report *l);
void tally_links(struct tally_links *t, const struct results *r);
json_t *tally_json(const struct results *r, const struct link_report *l);
json_t *tally_links_json(const struct results *r);

#endif
