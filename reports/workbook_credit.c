/*
 * The credit as formulas. Each account is a block of the sheet Credit: what goes in, then
 * the clauses with their steps, then the total. Clauses that take each outage by itself
 * have columns in the sheet Working, row for row as in Incidents. The rules are those of
 * analyzer/credit.h; a sum of durations is rounded to the microsecond before it is
 * compared with anything.
 */
#include "reports/workbook_formula.h"

#include "analyzer/credit.h"
#include "base/bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Money and shares of a charge that nobody stated cannot be added up in cells. */
static bool
is_mixed(const struct contract_conf *c)
{
	bool money = c->cap.kind == AMOUNT_MONEY;

	for (size_t i = 0; i < c->n_credits; i++) {
		const struct credit_conf *k = &c->credits[i];
		money |= k->amount.kind == AMOUNT_MONEY || k->cap.kind == AMOUNT_MONEY;
		for (size_t t = 0; t < k->n_tiers; t++)
			money |= k->tiers[t].amount.kind == AMOUNT_MONEY;
	}
	return c->mrc_mills == 0 && money;
}

/* ---- what goes in ---- */

static void
line(struct sheet *s, const char *label, enum look look, double v, uint32_t *row)
{
	if (row != NULL)
		*row = s->row + 1;
	sheet_text(s, LOOK_TEXT, label);
	sheet_number(s, look, v);
	sheet_next(s);
}

static void
line_formula(struct sheet *s, const char *label, enum look look, const char *formula,
    double v, uint32_t *row)
{
	if (row != NULL)
		*row = s->row + 1;
	sheet_text(s, LOOK_TEXT, label);
	sheet_formula(s, look, formula, v);
	sheet_next(s);
}

static void
say_sum(struct formula *f, const struct block *k, char column)
{
	if (k->a->n_rows == 0)
		formula_say(f, "0");
	else
		formula_say(f, "SUMIFS(Incidents!%c%u:%c%u,Incidents!%c%u:%c%u,\"yes\")",
		    column, k->first, column, k->last, COUNTS, k->first, COUNTS, k->last);
}

static double
allowed_s(const struct block *k)
{
	const struct verdict *v = &k->a->d->verdict;
	double target = k->c->availability;

	return target > 0 ? (1 - target) * (double)(v->up_ns + v->down_ns) / 1e9 : 0;
}

static void
inputs(struct sheet *s, struct block *k)
{
	const struct verdict *v = &k->a->d->verdict;
	double target = k->c->availability;
	int64_t of_outages = 0, base = v->up_ns + v->down_ns;
	struct formula f = {.n = 0};
	uint32_t other;

	for (size_t i = 0; i < v->n_times; i++)
		of_outages += v->times[i].counted_ns;
	line(s, "Up and down in the period, s", LOOK_SECONDS, (double)base / 1e9,
	    &k->scheduled);
	line(s, "Down, of no outage by itself, s", LOOK_SECONDS,
	    (double)(v->down_ns - of_outages) / 1e9, &other);
	formula_say(&f, "=ROUND(B%u+", other);
	say_sum(&f, k, PERIOD);
	formula_say(&f, ",6)");
	line_formula(s, "Downtime that counts, s", LOOK_SECONDS, f.text,
	    (double)v->down_ns / 1e9, &k->down);
	f.n = 0;
	formula_say(&f, "=IF(B%u>0,1-B%u/B%u,\"\")", k->scheduled, k->down, k->scheduled);
	line_formula(s, "Availability", LOOK_PERCENT, f.text,
	    base > 0 ? 1 - (double)v->down_ns / (double)base : NAN, NULL);
	line(s, "Agreed", LOOK_PERCENT, target > 0 ? target : NAN, NULL);
	f.n = 0;
	formula_say(&f, "=%.9f*B%u", target > 0 ? 1 - target : 0, k->scheduled);
	line_formula(s, "Allowed by the target, s", LOOK_SECONDS, f.text, allowed_s(k),
	    &k->allowed);
	k->charge = s->row + 1;
	sheet_text(s, LOOK_TEXT,
	    k->shares ? "Monthly charge (not stated: credits are shares of it)"
	              : "Monthly charge");
	sheet_number(s, LOOK_INPUT, formula_charge(k));
	sheet_text(s, LOOK_TEXT, k->shares ? "" : k->c->currency);
	sheet_next(s);
}

/* A day of the charge; see credit.h. */
static void
day_of_charge(struct sheet *s, struct block *k)
{
	struct formula f = {.n = 0};

	credit_charge_days(k->c, &k->a->d->contract.terms.period, link_zone(k->a->l->def),
	    &k->days, &k->months);
	formula_say(&f, "=B%u*%d/%d", k->charge, k->months, k->days);
	line_formula(s, "A day of it", LOOK_MONEY, f.text,
	    formula_charge(k) * k->months / k->days, &k->day);
}

/* ---- clauses ---- */

/* What of the downtime the clause takes; result: its value. */
static double
say_taken(struct formula *f, const struct block *k, const struct credit_conf *c)
{
	const struct verdict *v = &k->a->d->verdict;
	double step = (double)c->round_ns / 1e9, taken = (double)v->down_ns / 1e9;
	char rounded[64];

	snprintf(rounded, sizeof rounded, "B%u", k->down);
	if (c->round_ns > 0) {
		snprintf(rounded, sizeof rounded, "CEILING(B%u,%.9g)", k->down, step);
		taken = ceil(taken / step) * step;
	}
	if (!c->beyond_target) {
		formula_say(f, "=%s", rounded);
		return taken;
	}
	formula_say(f, "=ROUND(MAX(0,%s-B%u),6)", rounded, k->allowed);
	taken -= allowed_s(k);
	return taken > 0 ? round(taken * 1e6) / 1e6 : 0;
}

static void
tiers(struct sheet *s, const struct block *k, const struct credit_conf *c)
{
	static const char *const OF[] = {[CREDIT_CUMULATIVE] = "downtime, s",
	    [CREDIT_SINGLE] = "an outage, s",
	    [CREDIT_AVAILABILITY] = "availability",
	    [CREDIT_METRIC] = "mean"};

	for (size_t i = 0; i < c->n_tiers; i++) {
		struct formula f = {.n = 0};
		char label[96];
		snprintf(label, sizeof label, "   step: %s %s", OF[c->rule],
		    c->rule == CREDIT_AVAILABILITY ? c->inclusive ? "at most" : "below"
		    : c->inclusive                 ? "at least"
		                                   : "over");
		formula_say(&f, "=");
		formula_amount(&f, k, &c->tiers[i].amount);
		sheet_text(s, LOOK_NOTE, label);
		sheet_number(s, LOOK_NUMBER, c->tiers[i].threshold / formula_scale(c));
		sheet_formula(
		    s, LOOK_MONEY, f.text, formula_amount_value(k, &c->tiers[i].amount));
		sheet_next(s);
	}
}

/* What the rule gives, as a formula of the cell that holds what it takes. */
static void
say_gives(struct formula *f, const struct block *k, size_t i, uint32_t basis)
{
	const struct credit_conf *c = &k->c->credits[i];
	const struct placed *p = &k->clauses[i];
	char cell[24], scheduled[24];

	snprintf(cell, sizeof cell, "$B$%u", basis);
	snprintf(scheduled, sizeof scheduled, "$B$%u", k->scheduled);
	formula_say(f, "=ROUND(");
	if (p->by_outage && k->a->n_rows > 0)
		formula_say(f, "SUM(Working!%s%u:%s%u)", formula_column(i, 1).name,
		    k->first, formula_column(i, 1).name, k->last);
	else if (p->by_outage)
		formula_say(f, "0");
	else if (c->rule == CREDIT_PER_TIME)
		formula_units(f, k, c, cell);
	else
		formula_steps(f, c, p->tiers, cell, scheduled);
	formula_say(f, ",%d)", k->decimals);
}

static void
basis(struct sheet *s, const struct block *k, size_t i)
{
	const struct credit_conf *c = &k->c->credits[i];
	struct formula f = {.n = 0};

	if (c->rule == CREDIT_METRIC) {
		bool has = k->s->has_metric[c->metric];
		line(s, "   mean of the period (ratio, ms, bit/s)", LOOK_NUMBER,
		    has ? k->s->metric[c->metric] / formula_scale(c) : 0, NULL);
	} else if (k->clauses[i].by_outage) {
		line(
		    s, "   each outage by itself: sheet Working", LOOK_NUMBER, NAN, NULL);
	} else {
		double taken = say_taken(&f, k, c);
		line_formula(
		    s, "   downtime taken, s", LOOK_SECONDS, f.text, taken, NULL);
	}
}

static void
clause(struct sheet *s, struct block *k, size_t i)
{
	const struct credit *got = &k->s->sheets[READING_POINT].credits[i];
	const struct credit_conf *c = &k->c->credits[i];
	struct placed *p = &k->clauses[i];
	struct formula f = {.n = 0};
	char title[400];

	p->by_outage =
	    c->rule == CREDIT_SINGLE || (c->rule == CREDIT_PER_TIME && c->per_outage);
	snprintf(title, sizeof title, "Clause %zu: %s", i + 1,
	    c->clause[0] != '\0' ? c->clause : c->name);
	sheet_text(s, LOOK_BOLD, title);
	sheet_text(s, LOOK_NOTE, got->rule);
	sheet_next(s);
	uint32_t at = s->row + 1;
	basis(s, k, i);
	p->tiers = s->row + 1;
	tiers(s, k, c);
	say_gives(&f, k, i, at);
	uint32_t gives = 0;
	line_formula(
	    s, "   gives", LOOK_MONEY, f.text, formula_worth(k, got->before), &gives);
	f.n = 0;
	if (c->cap.kind != AMOUNT_NONE) {
		formula_say(&f, "=ROUNDDOWN(");
		formula_amount(&f, k, &c->cap);
		formula_say(&f, ",%d)", k->decimals);
		double unit = pow(10, k->decimals);
		line_formula(s, "   at most", LOOK_MONEY, f.text,
		    floor(formula_amount_value(k, &c->cap) * unit + 1e-6) / unit,
		    &p->cap);
	}
	bool enough = c->consecutive <= 1 || got->in_row;
	if (c->consecutive > 1) {
		sheet_text(s, LOOK_TEXT, "   failed often enough in a row");
		sheet_text(s, LOOK_INPUT, enough ? "yes" : "no");
		sheet_next(s);
	}
	uint32_t row = s->row; /* of "enough", as people count */
	f.n = 0;
	formula_say(&f, "=");
	if (c->consecutive > 1)
		formula_say(&f, "IF(B%u=\"yes\",", row);
	if (p->cap != 0)
		formula_say(&f, "MIN(B%u,B%u)", gives, p->cap);
	else
		formula_say(&f, "B%u", gives);
	if (c->consecutive > 1)
		formula_say(&f, ",0)");
	line_formula(
	    s, "   due", LOOK_MONEY, f.text, formula_worth(k, got->due), &p->row);
}

static void
total(struct sheet *s, struct block *k)
{
	const struct credit_sheet *got = &k->s->sheets[READING_POINT];
	struct formula f = {.n = 0};

	formula_say(&f, "=");
	if (k->c->cap.kind != AMOUNT_NONE)
		formula_say(&f, "MIN(ROUNDDOWN(");
	if (k->c->cap.kind != AMOUNT_NONE) {
		formula_amount(&f, k, &k->c->cap);
		formula_say(&f, ",%d),", k->decimals);
	}
	formula_say(&f, k->c->stack ? "SUM(" : "MAX(");
	for (size_t i = 0; i < k->c->n_credits; i++)
		formula_say(&f, "%sB%u", i > 0 ? "," : "", k->clauses[i].row);
	formula_say(&f, "%s)", k->c->cap.kind != AMOUNT_NONE ? ")" : "");
	k->total = s->row + 1;
	sheet_text(s, LOOK_BOLD, k->shares ? "Owed in monthly charges" : "Owed");
	sheet_formula(s, LOOK_RESULT, f.text, formula_worth(k, got->total));
	sheet_text(s, LOOK_TEXT, k->shares ? "" : k->c->currency);
	sheet_next(s);
}

static void
heading(struct sheet *s, const struct account_of *a, size_t number)
{
	const struct terms *t = &a->d->contract.terms;
	char text[512], from[40], to[40];

	instant_local(t->period.start_ns, a->l->def->timezone, from);
	instant_local(t->period.end_ns, a->l->def->timezone, to);
	snprintf(text, sizeof text, "Account %zu: %s/%s, %s to %s, contract %s", number,
	    a->l->def->centre, a->l->def->link, from, to,
	    t->contract[0] != '\0' ? t->contract : "none");
	sheet_text(s, LOOK_BOLD, text);
	sheet_next(s);
}

static void
block(struct sheet *s, struct block *k, size_t number)
{
	const struct judged *d = k->a->d;

	heading(s, k->a, number);
	if (!d->has_settlement || k->c == NULL || k->c->n_credits == 0) {
		sheet_text(s, LOOK_NOTE, "no credit is agreed");
		sheet_next(s);
	} else if (is_mixed(k->c)) {
		sheet_text(s, LOOK_NOTE,
		    "credits in money and in shares of a charge that is not stated: see Summary");
		sheet_next(s);
	} else {
		inputs(s, k);
		day_of_charge(s, k);
		for (size_t i = 0; i < k->c->n_credits; i++)
			clause(s, k, i);
		total(s, k);
	}
	sheet_next(s);
}

void
workbook_credit(const struct book *b, struct accounts *a)
{
	static const double WIDTHS[] = {52, 22, 16, 0};
	struct block *blocks = memory_grow(NULL, a->n + 1, sizeof *blocks);
	struct sheet s;

	sheet_open(&s, b, "Credit", WIDTHS);
	for (size_t i = 0; i < a->n; i++) {
		struct block *k = &blocks[i];
		*k = (struct block){.a = &a->v[i],
		    .c = a->v[i].d->conf,
		    .s = &a->v[i].d->settlement,
		    .first = a->v[i].first_row + 1,
		    .last = a->v[i].first_row + a->v[i].n_rows};
		k->shares = k->c != NULL && k->c->mrc_mills == 0;
		int64_t step = k->c != NULL ? credit_step(k->c->currency) : 10;
		k->decimals = k->shares ? 9 : step >= 1000 ? 0 : step >= 10 ? 2 : 3;
		block(&s, k, i + 1);
		a->v[i].owed_row = k->total;
	}
	workbook_working(b, blocks, a->n);
	free(blocks);
}
