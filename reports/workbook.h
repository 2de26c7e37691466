#ifndef REPORTS_WORKBOOK_H
#define REPORTS_WORKBOOK_H

#include "reports/results.h"

/*
 * workbook_write(r, path, err, room):
 * The results as a spreadsheet (Office Open XML), for whoever wants to recompute: every
 * outage with a cell that says whether it counts, and the credit as formulas over them,
 * so that a change of one cell changes what is owed. The values that formulas carry are
 * the analyzer's own. Times are real dates, in UTC and in the centre's zone; durations
 * are seconds. The bytes depend on the results alone.
 *
 * Result  0, or -errno with a line in err; the file is there whole or not at all.
 */
int workbook_write(const struct results *r, const char *path, char *err, size_t room);

#endif
