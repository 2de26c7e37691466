#include "analyzer/credit.h"

#include "analyzer/credit_rule.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_MAX 1e3 /* of the charge: more is no contract */
#define RATIO_MAX 1e3 /* of an availability or a loss */
#define DAYS_MAX  1e6
#define TIME_MAX  (INT64_MAX / 4)

static int
compare(struct credit_worth a, struct credit_worth b)
{
	if (a.share_ppb != b.share_ppb)
		return a.share_ppb < b.share_ppb ? -1 : 1;
	return a.mills < b.mills ? -1 : a.mills > b.mills;
}

/*
 * What ${cap} leaves of ${v}. Money and shares of a charge that nobody stated cannot be
 * compared: then nothing is cut, and the sheet says so.
 */
static struct credit_worth
cut(struct credit_work *w, struct credit_sheet *s, struct credit_worth v,
    const struct amount *cap, bool *capped)
{
	if (cap->kind == AMOUNT_NONE)
		return v;
	bool shares = cap->kind != AMOUNT_MONEY && w->c->mrc_mills == 0;
	struct credit_worth most = credit_rule_amount(w, cap, false);

	if (shares ? v.mills != 0 : v.share_ppb != 0)
		snprintf(s->note, sizeof s->note,
		    "no monthly charge is stated: a cap in %s cannot limit a credit "
		    "in %s",
		    shares ? "shares of it" : "money", shares ? "money" : "shares of it");
	else if (compare(v, most) > 0) {
		*capped = true;
		return most;
	}
	return v;
}

/* ---- the sheet ---- */

static void
clause(struct credit_work *w, struct credit_sheet *s, size_t i)
{
	struct credit *out = &s->credits[i];
	unsigned row = w->a->failed_before[i];

	out->conf = &w->c->credits[i];
	out->before = credit_rule_apply(w, out->conf, out);
	if (!out->failed)
		return;
	row += row < UINT32_MAX;
	out->in_row = row >= out->conf->consecutive;
	if (!out->in_row) {
		credit_words_add(&w->said, "; not due: period %u of %u in a row", row,
		    out->conf->consecutive);
		return;
	}
	out->due = cut(w, s, out->before, &out->conf->cap, &out->capped);
	if (out->capped) {
		credit_words_add(&w->said, "; at most ");
		credit_words_amount(&w->said, w->c, &out->conf->cap, out->due);
	}
}

/* Stacking and the contract's cap. */
static void
settle(struct credit_work *w, struct credit_sheet *s)
{
	bool shares = false, money = false;

	s->highest = -1;
	for (size_t i = 0; i < s->n; i++) {
		struct credit_worth due = s->credits[i].due;
		shares |= due.share_ppb > 0;
		money |= due.mills > 0;
		if (w->c->stack) {
			s->before.mills += due.mills;
			s->before.share_ppb += due.share_ppb;
			if (s->before.mills > CREDIT_MILLS_MAX ||
			    s->before.share_ppb > CREDIT_MILLS_MAX) {
				w->overflow = true;
				return;
			}
		} else if (compare(due, s->before) > 0) {
			s->before = due;
			s->highest = (int)i;
		}
	}
	if (!w->c->stack && shares && money)
		snprintf(s->note, sizeof s->note,
		    "no monthly charge is stated: a share of it is taken as more than "
		    "any credit in money");
	s->total = cut(w, s, s->before, &w->c->cap, &s->capped);
	struct credit_worth left = s->total;
	for (size_t i = 0; i < s->n; i++) {
		struct credit *k = &s->credits[i];
		struct phrase said = {k->rule, sizeof k->rule, strlen(k->rule)};
		if (compare(k->due, (struct credit_worth){0, 0}) == 0)
			continue;
		if (!w->c->stack && (int)i != s->highest) {
			credit_words_add(&said, "; not paid: \"%s\" is the highest",
			    s->credits[s->highest].conf->name);
			continue;
		}
		k->paid.mills = k->due.mills < left.mills ? k->due.mills : left.mills;
		k->paid.share_ppb =
		    k->due.share_ppb < left.share_ppb ? k->due.share_ppb : left.share_ppb;
		left.mills -= k->paid.mills;
		left.share_ppb -= k->paid.share_ppb;
		if (compare(k->paid, k->due) != 0)
			credit_words_add(&said, "; cut by the contract's cap");
	}
}

/* ---- what is no contract ---- */

static bool
is_amount(const struct amount *a)
{
	switch (a->kind) {
	case AMOUNT_NONE:
		return true;
	case AMOUNT_SHARE:
		return a->share >= 0 && a->share <= SHARE_MAX;
	case AMOUNT_DAYS:
		return a->days >= 0 && a->days <= DAYS_MAX;
	case AMOUNT_MONEY:
		return a->mills >= 0 && a->mills <= CREDIT_MILLS_MAX;
	}
	return false;
}

static bool
is_clause(const struct credit_conf *k)
{
	if (k->rule > CREDIT_METRIC || k->metric > METRIC_SPEED_UP ||
	    k->part > PART_EXACT || k->n_tiers > CONTRACT_TIERS_MOST || k->round_ns < 0 ||
	    k->round_ns > TIME_MAX || (k->rule == CREDIT_PER_TIME && k->unit_ns <= 0) ||
	    !is_amount(&k->amount) || !is_amount(&k->cap))
		return false;
	bool ratio = k->rule == CREDIT_AVAILABILITY ||
	             (k->rule == CREDIT_METRIC && k->metric == METRIC_LOSS);
	double most = ratio ? RATIO_MAX : 4e18;
	for (size_t i = 0; i < k->n_tiers; i++)
		if (!(k->tiers[i].threshold >= 0 && k->tiers[i].threshold <= most) ||
		    !is_amount(&k->tiers[i].amount))
			return false;
	return true;
}

static bool
is_sound(const struct contract_conf *c, const struct account *a)
{
	int64_t whole = 0;

	if (c->n_credits > CONTRACT_CREDITS_MOST || c->mrc_mills < 0 ||
	    c->mrc_mills > CREDIT_MILLS_MAX || !is_amount(&c->cap) ||
	    a->scheduled_ns < 0 || a->down_ns < 0 || a->down_ns > a->scheduled_ns ||
	    a->scheduled_ns > TIME_MAX)
		return false;
	for (size_t i = 0; i < c->n_credits; i++)
		if (!is_clause(&c->credits[i]))
			return false;
	for (size_t i = 0; i < a->n_down; i++) {
		const struct downtime *d = &a->down[i];
		if (d->counted_ns < 0 || d->whole_ns < 0 ||
		    (i > 0 && d->start_ns < d[-1].start_ns) ||
		    __builtin_add_overflow(whole, d->whole_ns, &whole) ||
		    whole > TIME_MAX)
			return false;
	}
	for (size_t m = 0; m < CREDIT_METRICS; m++)
		if (a->has_metric[m] && !(a->metric[m] >= 0 && a->metric[m] < 1e15))
			return false;
	return true;
}

void
credit_charge_days(const struct contract_conf *c, const struct span *period,
    const char *zone, int *days, int *months)
{
	static const int MONTHS[] = {[PERIOD_MONTH] = 1,
	    [PERIOD_QUARTER] = 3,
	    [PERIOD_YEAR] = 12,
	    [PERIOD_ROLLING_30D] = 0};
	struct zone_time t;
	int n = MONTHS[c->period_kind];

	*days = 30;
	*months = 1;
	if (!c->day_of_month || n == 0)
		return;
	zone_civil(period->start_ns, zone, &t);
	int first = (t.month - 1) / n * n + 1;
	*days = zone_days(t.year, first + n, 1) - zone_days(t.year, first, 1);
	*months = n;
}

int
credit_work_out(
    struct credit_sheet *out, const struct contract_conf *c, const struct account *a)
{
	struct credit_work w = {.c = c, .a = a, .step = credit_step(c->currency)};
	struct credit_sheet s = {.n = c->n_credits};

	if (!is_sound(c, a))
		return -EINVAL;
	int days, months;
	credit_charge_days(c, &a->period, a->zone, &days, &months);
	w.days = days;
	w.months = months;
	for (size_t i = 0; i < s.n; i++)
		clause(&w, &s, i);
	settle(&w, &s);
	if (w.overflow) {
		credit_done(&s);
		return -ERANGE;
	}
	*out = s;
	return 0;
}

void
credit_done(struct credit_sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->credits[i].outages);
	memset(s, 0, sizeof *s);
}
