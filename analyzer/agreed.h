#ifndef ANALYZER_AGREED_H
#define ANALYZER_AGREED_H

#include "analyzer/prescreen.h"

/* Throughput tests beside the speeds that were agreed. */

/* uk-codes: below the minimum from a report of it on, and still so when the days to mend
 * it are over. A measured day is bad where a test of it is below; a good one in between
 * makes it arguable. */
void agreed_minimum(struct prescreen *out, const struct prescreen_input *in);

/* eu-2015-2120: shares of the tests that reached each stated speed, days and hours on
 * which they did not; no verdict. */
void agreed_shares(struct prescreen *out, const struct prescreen_input *in);

#endif
