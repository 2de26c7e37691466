#ifndef REPORTS_THROUGHPUT_H
#define REPORTS_THROUGHPUT_H

#include "reports/results.h"

/* The throughput tests of a link: as JSON (a new reference; see INTERFACES.md) and as
 * text. */
json_t *throughput_json(const struct results *r, const struct throughput_report *t);
void throughput_text(const struct throughput_report *t, FILE *out);

#endif
