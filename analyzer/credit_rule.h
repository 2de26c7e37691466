#ifndef ANALYZER_CREDIT_RULE_H
#define ANALYZER_CREDIT_RULE_H

#include "analyzer/credit_words.h"

/* What one clause gives by itself; caps and other clauses are not its business. */

#define CREDIT_PPB       1000000000LL
#define CREDIT_MILLS_MAX (INT64_MAX / 4)

struct credit_work {
	const struct contract_conf *c;
	const struct account *a;
	int64_t days, months; /* of the charge: a day is months/days of it */
	int64_t step;         /* smallest unit of money, mills */
	bool overflow;        /* an amount did not fit: nothing that was said holds */
	/* of the clause being worked out */
	const struct credit_conf *k;
	struct credit *out;
	struct phrase said;
	int64_t allowed_ns; /* by the target, not used up yet */
};

/* Work out ${k}: sets failed, rule and the outages of ${out}. w->said remains open for
 * what is to be added. Result: rounded half up. */
struct credit_worth credit_rule_apply(
    struct credit_work *w, const struct credit_conf *k, struct credit *out);

/* What ${a} comes to, rounded half up or down. */
struct credit_worth credit_rule_amount(
    struct credit_work *w, const struct amount *a, bool up);

#endif
