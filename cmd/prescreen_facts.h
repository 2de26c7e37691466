#ifndef CMD_PRESCREEN_FACTS_H
#define CMD_PRESCREEN_FACTS_H

#include "analyzer/prescreen.h"
#include "cmd/options.h"
#include "reports/results.h"

/* What regulators' rules are applied to, of each link of the results. */
struct prescreen_facts {
	struct prescreen_test *tests;
	size_t n_tests, n_unsaid;
	struct prescreen_slot *slots;
	size_t n_slots;
	struct prescreen_report *reports;
	size_t n_reports;
	struct span *excluded;
	size_t n_excluded;
	/* Of the slot that is being read. */
	int64_t slot_ns;
	int64_t *rtts;
	size_t n_rtts, room_rtts, room_tests, room_slots;
};

/*
 * Where ${samples}, one reading of the journal over the links' periods: throughput tests,
 * and the median round trip of each slot of ${slot_ns} (0: none are wanted). An upload is
 * what the configuration says is one, or a probe named upload; any other test is a
 * download.
 *
 * Result  0, or the exit status, the reason told; *out (one a link) is owed to
 *         prescreen_facts_free either way.
 */
int prescreen_facts_read(struct prescreen_facts **out, const struct options *o,
    const struct results *r, bool samples, int64_t slot_ns);

/* What people entered of each link: tickets, by their opening, and exclusions. As above.
 */
int prescreen_facts_records(
    struct prescreen_facts *facts, const struct options *o, const struct results *r);
void prescreen_facts_free(struct prescreen_facts *facts, size_t n);

#endif
