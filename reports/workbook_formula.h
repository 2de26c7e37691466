#ifndef REPORTS_WORKBOOK_FORMULA_H
#define REPORTS_WORKBOOK_FORMULA_H

#include "reports/workbook_sheet.h"

/*
 * Formulas of the credit, inside of workbook*.c alone. Each account is a block of the
 * sheet Credit; rows are as people count them, from 1. Whatever has a formula has its
 * value beside it, worked out the same way: a program that shows a workbook need not
 * calculate.
 */
#define FORMULA 4096
#define COUNTS  'N' /* columns of Incidents */
#define PERIOD  'O'
#define WHOLE   'P'
#define BEGINS  'Q'
#define WORKING 2 /* columns a clause in Working: taken, worth */

/* Where things of a clause stand. */
struct placed {
	uint32_t row, tiers, cap;
	bool by_outage; /* each outage by itself: in Working, row for row as in Incidents
	                 */
};

struct block {
	const struct account_of *a;
	const struct contract_conf *c;
	const struct settlement *s;
	uint32_t first, last; /* of its incidents */
	uint32_t down, scheduled, allowed, charge, day, total;
	int days, months; /* a day of the charge is months/days of it */
	int decimals;
	bool shares; /* no charge is stated: all is in shares of it */
	struct placed clauses[CONTRACT_CREDITS_MOST];
};

struct formula {
	char text[FORMULA];
	size_t n;
};

struct column {
	char name[8];
};

__attribute__((format(printf, 2, 3))) void formula_say(
    struct formula *f, const char *format, ...);

double formula_worth(const struct block *k, struct credit_worth w);
double formula_charge(const struct block *k);
void formula_amount(struct formula *f, const struct block *k, const struct amount *a);
double formula_amount_value(const struct block *k, const struct amount *a);
/* How many units ${taken}, a cell, comes to, times the clause's amount. */
void formula_units(struct formula *f, const struct block *k, const struct credit_conf *c,
    const char *taken);
double formula_units_value(
    const struct block *k, const struct credit_conf *c, double taken_s);
/* The step that ${value}, a cell, reaches: thresholds stand in column B from row
 * ${tiers}, the lowest first, amounts in C. What falls is worst at the lowest, what rises
 * at the highest. ${scheduled}: the cell an availability is of. */
void formula_steps(struct formula *f, const struct credit_conf *c, uint32_t tiers,
    const char *value, const char *scheduled);
/* Not of an availability. */
double formula_steps_value(
    const struct block *k, const struct credit_conf *c, double value);
/* What thresholds are stored in, by what they are shown in. */
double formula_scale(const struct credit_conf *c);
struct column formula_column(size_t clause, unsigned which);

void workbook_working(const struct book *b, const struct block *blocks, size_t n);

#endif
