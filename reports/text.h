#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include "reports/results.h"

/* What the texts of commands are made of: what a person reads at a terminal, in the
 * centre's zone. */

/* "3 d 04 h", "2 h 05 min", "4 min 10 s", "12.3 s", "80 ms", to the nearest. */
void text_length(int64_t ns, char out[32]);
/* How long an outage was; of one that was not seen to end, how long it was seen. */
void text_lasted(const struct outage *o, char out[32]);
/* "measured 99.3 %; down 40.0 s in 1 outage", of a period. */
void text_sums(const struct link_result *l, FILE *out);
/* Text of others, on somebody's terminal: no control character gets there. */
const char *text_tame(const char *text, char out[TEXT_ROOM]);
/* Whose link it is, and the period in its zone: a line each. */
void text_heading(const struct link_report *l, FILE *out);
void text_period(const struct link_report *l, FILE *out);

#endif
