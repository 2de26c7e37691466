#ifndef REPORTS_REDACT_H
#define REPORTS_REDACT_H

#include "config/redaction.h"
#include "records/records.h"
#include "reports/results.h"

/*
 * What is left out of a document (config/redaction.h), taken out of the results before
 * anything is drawn or written. What is the same stays the same: two probes of one target
 * have one "target 3".
 */

/* Addresses out of probes: targets, networks, names that were made of an address. */
void redact_probes(struct probe_def *list, size_t n);

/* Names of centres, which are then called by their sections. */
void redact_links(struct link_def *list, size_t n);

/* Who entered it, and what they wrote; the reason of an exclusion stays, for it is what
 * the other side is told. */
void redact_records(struct record *rows, size_t n);

/* Of a link's report: what the collector said of interfaces and addresses. */
void redact_notes(struct link_report *l);

#endif
