#ifndef ANALYZER_SERVICE_H
#define ANALYZER_SERVICE_H

#include "analyzer/verdict.h"

/* What a contract takes out of its period: hours that are no service time, holidays,
 * maintenance as agreed. */

/* Work on the link that was announced, or another exclusion. */
struct exclusion_span {
	int64_t start_ns, end_ns;
	bool maintenance;     /* else it is excluded as it stands */
	int64_t announced_ns; /* INT64_MIN: not said; then no notice was given */
	const char *reason;   /* borrowed; printed where it is no maintenance */
};

/*
 * service_exempt(out, contract, zone, period, exclusions, n):
 * Everything in ${period} that does not count as measured. Maintenance without the notice
 * that the contract asks for does not exempt; of what exceeds its most in the period the
 * last is not exempt.
 *
 * Shape   *out to be freed, reasons static or the exclusions'. contract may be NULL:
 *         exclusions alone then.
 * Result  how many.
 */
size_t service_exempt(struct exemption **out, const struct contract_conf *contract,
    const char *zone, struct span period, const struct exclusion_span *exclusions,
    size_t n);

#endif
