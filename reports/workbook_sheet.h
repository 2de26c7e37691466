#ifndef REPORTS_WORKBOOK_SHEET_H
#define REPORTS_WORKBOOK_SHEET_H

#include "base/link.h"
#include "reports/results.h"

#include <xlsxwriter.h>

/* Inside of workbook*.c alone. */
enum look {
	LOOK_TEXT,
	LOOK_HEAD,
	LOOK_TITLE,
	LOOK_NOTE,
	LOOK_TIME,
	LOOK_SECONDS,
	LOOK_COUNT,
	LOOK_PERCENT, /* seven decimals */
	LOOK_MONEY,
	LOOK_NUMBER,
	LOOK_INPUT,  /* a cell to change */
	LOOK_RESULT, /* what it comes to */
	LOOK_BOLD,
	LOOK_COUNT_OF /* keep last */
};

struct book {
	lxw_workbook *wb;
	lxw_format *look[LOOK_COUNT_OF];
	const struct results *r;
};

/* One verdict of one link: what is counted together. Numbered from 1. */
struct account_of {
	const struct link_report *l;
	const struct judged *d;
	uint32_t first_row, n_rows; /* of its outages in the sheet Incidents, from 0 */
	uint32_t owed_row; /* in the sheet Credit, from 1; 0: nothing is owed there */
};

struct accounts {
	struct account_of *v;
	size_t n;
};

/* A sheet written row by row: every put goes to the next column. */
struct sheet {
	const struct book *b;
	lxw_worksheet *ws;
	uint32_t row;
	uint16_t column;
};

/* A sheet of that name, the one that is there or a new one at the end. widths: of its
 * columns, ended by 0. */
void sheet_open(
    struct sheet *s, const struct book *b, const char *name, const double *widths);
/* A row of headings, from then on frozen. */
void sheet_head(struct sheet *s, const char *const *names);
void sheet_text(struct sheet *s, enum look look, const char *text);
void sheet_number(struct sheet *s, enum look look, double v);
void sheet_time(struct sheet *s, int64_t ns);
/* The same as clocks in ${zone} show it. */
void sheet_local(struct sheet *s, int64_t ns, const char *zone);
void sheet_seconds(struct sheet *s, int64_t ns);
/* A formula and the value it has; NAN: an empty text. */
void sheet_formula(struct sheet *s, enum look look, const char *formula, double value);
void sheet_skip(struct sheet *s);
void sheet_next(struct sheet *s);
/* Filters on the headings, down to the row before this one. */
void sheet_filter(struct sheet *s, uint16_t columns);

void workbook_incidents(const struct book *b, struct accounts *a);
void workbook_credit(const struct book *b, struct accounts *a);
void workbook_summary(const struct book *b, const struct accounts *a);
void workbook_months(const struct book *b, const struct accounts *a);
void workbook_clauses(const struct book *b, const struct accounts *a);
void workbook_exclusions(const struct book *b, const struct accounts *a);
void workbook_contacts(const struct book *b, const struct accounts *a);
void workbook_throughput(const struct book *b);
void workbook_hours(const struct book *b);
void workbook_degradations(const struct book *b);
void workbook_coverage(const struct book *b);
void workbook_config(const struct book *b);
void workbook_hashes(const struct book *b);

#endif
