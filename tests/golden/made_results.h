#ifndef TESTS_GOLDEN_MADE_RESULTS_H
#define TESTS_GOLDEN_MADE_RESULTS_H

#include "reports/results.h"

/*
 * Results made from a seed, without a journal: what a renderer has to cope with. Freed
 * with made_free. The totals of a link equal the sums of its lists.
 */
struct results *made_lab(void);      /* four minutes, two links, three outages */
struct results *made_month(void);    /* a month with a clock change, a bad line */
struct results *made_year(void);     /* a year in hours */
struct results *made_clean(void);    /* a week without a fault */
struct results *made_many(size_t n); /* so many outages in a year */
struct results *made_single(void);   /* one sample */
struct results *made_unknown(void);  /* three days, nothing measured */
struct results *made_names(void);    /* long, Greek and Arabic names; hostile bytes */
/* Evidence of a link of them, for the later pages: all there can be of it, or, ${bare},
 * none at all. evidence of a link's own lists. made_free frees it. */
void made_evidence(struct results *r, size_t link, bool bare);
void made_evidence_free(struct link_report *l);
void made_free(struct results *r);

#endif
