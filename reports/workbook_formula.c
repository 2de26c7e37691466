#include "reports/workbook_formula.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void
formula_say(struct formula *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(f->text + f->n, FORMULA - f->n, format, ap);
	va_end(ap);
	if (n > 0)
		f->n = f->n + (size_t)n < FORMULA ? f->n + (size_t)n : FORMULA - 1;
}

/* ---- amounts ---- */

double
formula_worth(const struct block *k, struct credit_worth w)
{
	return k->shares ? (double)w.share_ppb / 1e9 : (double)w.mills / 1e3;
}

double
formula_charge(const struct block *k)
{
	return k->shares ? 1 : (double)k->c->mrc_mills / 1e3;
}

void
formula_amount(struct formula *f, const struct block *k, const struct amount *a)
{
	switch (a->kind) {
	case AMOUNT_NONE:
		formula_say(f, "0");
		break;
	case AMOUNT_MONEY:
		formula_say(f, "%.10g", (double)a->mills / 1e3);
		break;
	case AMOUNT_SHARE:
		formula_say(f, "%.15g*$B$%u", a->share, k->charge);
		break;
	case AMOUNT_DAYS:
		formula_say(f, "%.15g*$B$%u", a->days, k->day);
		break;
	}
}

double
formula_amount_value(const struct block *k, const struct amount *a)
{
	double charge = formula_charge(k);

	switch (a->kind) {
	case AMOUNT_NONE:
		break;
	case AMOUNT_MONEY:
		return (double)a->mills / 1e3;
	case AMOUNT_SHARE:
		return a->share * charge;
	case AMOUNT_DAYS:
		return a->days * charge * k->months / k->days;
	}
	return 0;
}

/* ---- rules ---- */

void
formula_units(struct formula *f, const struct block *k, const struct credit_conf *c,
    const char *taken)
{
	double unit = (double)c->unit_ns / 1e9;

	switch (c->part) {
	case PART_UP:
		formula_say(f, "ROUNDUP(%s/%.9g,0)", taken, unit);
		break;
	case PART_DOWN:
		formula_say(f, "ROUNDDOWN(%s/%.9g,0)", taken, unit);
		break;
	case PART_NEAREST:
		formula_say(f, "ROUND(%s/%.9g,0)", taken, unit);
		break;
	case PART_EXACT:
		formula_say(f, "%s/%.9g", taken, unit);
		break;
	}
	formula_say(f, "*(");
	formula_amount(f, k, &c->amount);
	formula_say(f, ")");
}

double
formula_units_value(const struct block *k, const struct credit_conf *c, double taken_s)
{
	double n = taken_s / ((double)c->unit_ns / 1e9);

	n = c->part == PART_UP        ? ceil(n)
	    : c->part == PART_DOWN    ? floor(n)
	    : c->part == PART_NEAREST ? round(n)
	                              : n;
	return n * formula_amount_value(k, &c->amount);
}

static bool
is_falling(const struct credit_conf *c)
{
	return c->rule == CREDIT_AVAILABILITY ||
	       (c->rule == CREDIT_METRIC && c->metric >= METRIC_SPEED_DOWN);
}

void
formula_steps(struct formula *f, const struct credit_conf *c, uint32_t tiers,
    const char *value, const char *scheduled)
{
	bool falling = is_falling(c);

	formula_say(f, "IF(%s<=0,0,", value);
	for (size_t i = 0; i < c->n_tiers; i++) {
		uint32_t row = tiers + (uint32_t)(falling ? i : c->n_tiers - 1 - i);
		if (c->rule == CREDIT_AVAILABILITY)
			formula_say(f, "IF(ROUND(%s-MIN(%s,%s)-$B$%u*%s,6)%s0,$C$%u,",
			    scheduled, value, scheduled, row, scheduled,
			    c->inclusive ? "<=" : "<", row);
		else
			formula_say(f, "IF(%s%s%s$B$%u,$C$%u,", value,
			    falling ? "<" : ">", c->inclusive ? "=" : "", row, row);
	}
	formula_say(f, "0");
	for (size_t i = 0; i <= c->n_tiers; i++)
		formula_say(f, ")");
}

double
formula_steps_value(const struct block *k, const struct credit_conf *c, double value)
{
	bool falling = is_falling(c);

	for (size_t i = 0; value > 0 && i < c->n_tiers; i++) {
		size_t tier = falling ? i : c->n_tiers - 1 - i;
		double limit = c->tiers[tier].threshold / formula_scale(c);
		if (falling ? value < limit : value > limit)
			return formula_amount_value(k, &c->tiers[tier].amount);
		if (c->inclusive && value == limit)
			return formula_amount_value(k, &c->tiers[tier].amount);
	}
	return 0;
}

double
formula_scale(const struct credit_conf *c)
{
	bool time = c->metric == METRIC_RTT || c->metric == METRIC_JITTER;

	return c->rule == CREDIT_METRIC         ? time ? 1e6 : 1
	       : c->rule == CREDIT_AVAILABILITY ? 1
	                                        : 1e9;
}

struct column
formula_column(size_t clause, unsigned which)
{
	struct column c;

	lxw_col_to_name(c.name, (lxw_col_t)(WORKING * clause + which), LXW_FALSE);
	return c;
}
