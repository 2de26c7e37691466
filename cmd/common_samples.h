#ifndef CMD_COMMON_SAMPLES_H
#define CMD_COMMON_SAMPLES_H

#include "cmd/curve.h"
#include "cmd/gather.h"
#include "reports/comparison.h"

/*
 * What the probes of several links measured in the time in which each of them was up or
 * down: which time that is is known only when all are judged, so the journal is read a
 * second time. Whatever the length of that time a link has one curve for all of them and
 * one for each other link: hours, and histograms.
 */
struct common_set { /* of links: all, or two */
	bool member[COMPARE_LINKS];
	struct span *spans; /* of common time */
	size_t n_spans, at; /* at: the one that the newest sample was looked for in */
	struct curve curves[COMPARE_LINKS]; /* of members */
	struct curve_probe *before;         /* by the reader's number of the probe */
	size_t n_before;
};

struct common_samples {
	size_t n_links;
	struct common_set *sets[1 + COMPARE_LINKS * (COMPARE_LINKS - 1) / 2];
	size_t n_sets; /* all of them first; by pairs only of three links and more */
	struct common_names {
		uint64_t asked;
		struct hist answers;
	} (*names)[2]; /* by link: public resolvers, the ISP's; over all's time */
};

/*
 * common_samples_read(t, g, ledgers, within, zone):
 * Of the links that were gathered, by their ledgers and within ${within}; hours are those
 * of ${zone}.
 *
 * Result  0, or the exit status, the reason told. Free with common_samples_done, whatever
 * it was.
 */
int common_samples_read(struct common_samples *t, const struct gathered *g,
    const struct verdict *ledgers, struct span within, const char *zone);
void common_samples_done(struct common_samples *t);

/* The curve of ${link} in the time it has in common with ${other}; with all, where the
 * two are one. */
const struct curve *common_samples_curve(
    const struct common_samples *t, size_t link, size_t other);

#endif
