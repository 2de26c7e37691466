#ifndef ANALYZER_PANEL_H
#define ANALYZER_PANEL_H

#include "analyzer/prescreen.h"

/* Yardsticks of measuring panels, which many lines take part in, for the one line here.
 */

/* us-caf-80-80: evening tests that reach so much of the advertised rate (the contract's
 * maximum, else what is normal), and slots whose round trip is short enough. */
void panel_consistent(struct prescreen *out, const struct prescreen_input *in);

/* au-30s: complete outages longer than so much that begin outside the night, a day. */
void panel_outages(struct prescreen *out, const struct prescreen_input *in);

#endif
