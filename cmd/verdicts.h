#ifndef CMD_VERDICTS_H
#define CMD_VERDICTS_H

#include "cmd/claims.h"
#include "cmd/options.h"
#include "cmd/pass.h"
#include "reports/results.h"

/*
 * Verdicts of a link: the contract's clauses as the configuration has them today, over
 * the periods that were asked for.
 */

/* "--profile P": a name, or all. 0, or the exit status, the reason told. */
int verdicts_check(const struct options *o);

/* Before the pass: the intervals that the profiles of ${o} and its contracts count by. */
void verdicts_bins(const struct options *o, struct judge_rule *rule);

/* Before it too: how far back the windows of the contracts' rights reach. */
int64_t verdicts_back_ns(const struct options *o);

/* And whether any promises something over a window. */
bool verdicts_windows(const struct options *o);

/*
 * After it: l->verdicts, one a period of the contract that the pass covers whole, or one
 * of the pass's range; of each profile asked for. The first is l->verdict, but with
 * several periods that is of the range. l->def and l->result are set.
 */
void verdicts_make(const struct pass *p, const struct options *o,
    const struct claim_set *claims, struct link_report *l);
void verdicts_free(struct link_report *l);

/* After it too: a verdict for each civil month of what l->verdict is of, by its profile,
 * as out->verdicts, in order; free with verdicts_free. A month in which the contract
 * changes has two. */
void verdicts_months(const struct pass *p, const struct options *o,
    const struct claim_set *claims, const struct link_report *l, struct link_report *out);

/* The contract of a link on a day of its zone by today's configuration, or NULL. */
const struct contract_conf *verdicts_contract(
    const struct options *o, const struct link_def *def, struct civil_date day);

#endif
