#ifndef REPORTS_TABLES_H
#define REPORTS_TABLES_H

#include "reports/annex.h"

/*
 * The results as CSV (RFC 4180, UTF-8, lines end with CR LF, a header each), a file a
 * table, for whoever reads them by program: INTERFACES.md, "Tables". Cells are those of
 * the attached results.json and records.json sign for sign; only samples and the buckets
 * of round trips, which charts are drawn from and results.json sums up, come from the
 * results themselves. The bytes depend on the results alone.
 */
struct tables {
	char **paths; /* of what was written; owned */
	size_t n;
};

/*
 * tables_write(t, r, a, dir, err, room):
 * Every table of the document ${a} is of into ${dir}, made where it is missing. A table
 * without rows is its header alone.
 *
 * Result  0, or -errno with a line in err; tables_done either way.
 */
int tables_write(struct tables *t, const struct results *r, const struct annex *a,
    const char *dir, char *err, size_t room);
void tables_done(struct tables *t);

#endif
