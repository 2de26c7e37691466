#ifndef ANALYZER_REPAIR_H
#define ANALYZER_REPAIR_H

#include "analyzer/prescreen.h"

/*
 * What is owed for each day that a complete outage lasts on after it was reported. A day
 * of which the outage took all counts in any reading; one of which it took a part, or of
 * which a part was not measured, is arguable. Outages that do not count by the judge (the
 * customer's own fault) never do here. What was excluded by hand is not owed: a day whose
 * dark part it covers does not count, one that it touches is arguable.
 */

/* de-tkg58: after so many calendar days from the report; amount or share of the charge.
 */
void repair_calendar(struct prescreen *out, const struct prescreen_input *in);

/* uk-auto-compensation: after so many full working days from it; an amount a day. */
void repair_working(struct prescreen *out, const struct prescreen_input *in);

#endif
