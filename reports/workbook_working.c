/*
 * Each outage by itself: what a clause takes of it and what that is worth, row for row as
 * in the sheet Incidents.
 */
#include "reports/workbook_formula.h"

#include <math.h>
#include <stdio.h>

static void
outage_cells(struct sheet *s, const struct block *k, size_t i, uint32_t row)
{
	const struct credit_conf *c = &k->c->credits[i];
	const struct outage_time *t = &k->a->d->verdict.times[row - k->first];
	bool counts = (t->counted_ns > 0 || t->whole_ns > 0) && t->begins_here;
	double step = (double)c->round_ns / 1e9;
	double taken = counts ? (double)t->whole_ns / 1e9 : 0;
	struct formula f = {.n = 0}, inner = {.n = 0};
	char cell[16];

	s->column = (uint16_t)(WORKING * i);
	formula_say(&f, "=IF(AND(Incidents!%c%u=\"yes\",Incidents!%c%u=\"yes\"),", COUNTS,
	    row, BEGINS, row);
	if (c->round_ns > 0) {
		formula_say(&f, "CEILING(Incidents!%c%u,%.9g),0)", WHOLE, row, step);
		taken = ceil(taken / step) * step;
	} else
		formula_say(&f, "Incidents!%c%u,0)", WHOLE, row);
	sheet_formula(s, LOOK_SECONDS, f.text, taken);
	snprintf(cell, sizeof cell, "%s%u", formula_column(i, 0).name, row);
	if (c->rule == CREDIT_PER_TIME)
		formula_units(&inner, k, c, cell);
	else
		formula_steps(&inner, c, k->clauses[i].tiers, cell, "");
	/* cells of the block are on the other sheet from here */
	f.n = 0;
	formula_say(&f, "=");
	for (const char *p = inner.text; *p != '\0'; p++)
		formula_say(&f,
		    *p == '$' && (p[1] == 'B' || p[1] == 'C') ? "Credit!%c" : "%c", *p);
	sheet_formula(s, LOOK_NUMBER, f.text,
	    c->rule == CREDIT_PER_TIME ? formula_units_value(k, c, taken)
	                               : formula_steps_value(k, c, taken));
}

void
workbook_working(const struct book *b, const struct block *blocks, size_t n)
{
	static const double WIDTHS[] = {
	    18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 0};
	static const char *const NAMES[WORKING] = {"taken, s", "worth"};
	size_t most = 0;
	struct sheet s;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; blocks[i].total != 0 && k < blocks[i].c->n_credits;
		     k++)
			if (blocks[i].clauses[k].by_outage && k + 1 > most)
				most = k + 1;
	if (most == 0)
		return;
	sheet_open(&s, b, "Working", WIDTHS);
	for (size_t i = 0; i < most; i++)
		for (int k = 0; k < WORKING; k++) {
			char text[64];
			snprintf(text, sizeof text, "Clause %zu: %s", i + 1, NAMES[k]);
			sheet_text(&s, LOOK_HEAD, text);
		}
	for (size_t i = 0; i < n; i++) {
		const struct block *k = &blocks[i];
		for (uint32_t row = k->first; k->total != 0 && row <= k->last; row++) {
			s.row = row - 1;
			for (size_t c = 0; c < k->c->n_credits; c++)
				if (k->clauses[c].by_outage)
					outage_cells(&s, k, c, row);
		}
	}
}
