#include "analyzer/credit_rule.h"

#include "base/bytes.h"
#include "base/clock.h"

#include <math.h>
#include <string.h>

/*
 * Method. An amount is an integer over den * PARTS * days, in mills and in monthly
 * charges. A share of the charge is an integer of PARTS, so that percentages with up to
 * seven decimals and thirds, sevenths, ninths, thirtieths and 365ths are exact; a day of
 * it is charge * months / days, days are stated to 1e-6. So every sum is one of integers,
 * and only its quotient is rounded. den is 1 but where downtime counts in proportion:
 * then it is the unit's nanoseconds, reduced.
 */
#define PARTS_PPB (9 * 7 * 73)
#define PARTS     (PARTS_PPB * CREDIT_PPB)

typedef __int128 wide;

struct value {
	wide money, share;
	int64_t den;
};

static wide
product(struct credit_work *w, wide a, wide b)
{
	wide r = 0;

	if (__builtin_mul_overflow(a, b, &r))
		w->overflow = true;
	return r;
}

static wide
sum(struct credit_work *w, wide a, wide b)
{
	wide r = 0;

	if (__builtin_add_overflow(a, b, &r))
		w->overflow = true;
	return r;
}

static wide
common_divisor(wide a, wide b)
{
	while (b != 0) {
		wide r = a % b;
		a = b;
		b = r;
	}
	return a;
}

/* ---- amounts ---- */

static struct value
value_of(struct credit_work *w, const struct amount *a)
{
	struct value v = {0, 0, 1};
	wide of_charge = 0;

	switch (a->kind) {
	case AMOUNT_NONE:
		return v;
	case AMOUNT_MONEY:
		v.money = (wide)a->mills * PARTS * w->days;
		return v;
	case AMOUNT_SHARE:
		of_charge = (wide)llround(a->share * PARTS) * w->days;
		break;
	case AMOUNT_DAYS:
		of_charge = (wide)llround(a->days * 1e6) * (PARTS / 1000000) * w->months;
		break;
	}
	if (w->c->mrc_mills != 0)
		v.money = product(w, of_charge, w->c->mrc_mills);
	else
		v.share = of_charge;
	return v;
}

/* ${num} / ${den} to whole ${step}s: half up, or down. Nothing here is negative. */
static int64_t
rounded(struct credit_work *w, wide num, wide den, int64_t step, bool up)
{
	den = product(w, den, step);
	if (w->overflow)
		return 0;
	wide q = num / den, rest = num % den;

	if (up && rest >= den - rest)
		q++;
	if (q > CREDIT_MILLS_MAX / step) {
		w->overflow = true;
		return 0;
	}
	return (int64_t)q * step;
}

static struct credit_worth
worth_of(struct credit_work *w, struct value v, bool up)
{
	struct credit_worth r;
	wide den = (wide)v.den * w->days;

	r.share_ppb = rounded(w, v.share, product(w, den, PARTS_PPB), 1, up);
	r.mills = rounded(w, v.money, product(w, den, PARTS), w->step, up);
	return r;
}

/* ${v}, whose den is 1, times ${count} / ${of}; reduced first, so that it fits. */
static struct value
times(struct credit_work *w, struct value v, int64_t count, int64_t of)
{
	int64_t g = (int64_t)common_divisor(of, count);

	count /= g;
	of /= g;
	g = (int64_t)common_divisor(common_divisor(v.money, v.share), of);
	v.money = product(w, v.money / g, count);
	v.share = product(w, v.share / g, count);
	v.den = of / g;
	return v;
}

static void
add(struct credit_work *w, struct value *v, struct value more)
{
	v->money = sum(w, v->money, more.money);
	v->share = sum(w, v->share, more.share);
}

/* ---- downtime ---- */

static void
keep(struct credit *out, const struct downtime *d)
{
	out->outages =
	    memory_grow(out->outages, out->n_outages + 1, sizeof *out->outages);
	memcpy(out->outages[out->n_outages], d->outage_id, sizeof d->outage_id);
	out->outages[out->n_outages++][sizeof d->outage_id - 1] = '\0';
}

/* What of ${ns} the clause takes: rounded up, less what is left of the allowance. */
static int64_t
taken(struct credit_work *w, int64_t ns)
{
	int64_t unit = w->k->round_ns, rest;

	if (unit > 0 && (rest = ns % unit) != 0)
		ns += unit - rest;
	int64_t off = ns < w->allowed_ns ? ns : w->allowed_ns;
	w->allowed_ns -= off;
	return ns - off;
}

static void
say_taken(struct credit_work *w, int64_t before, int64_t after)
{
	credit_words_duration(&w->said, before);
	credit_words_add(&w->said, " down");
	if (after == before)
		return;
	credit_words_add(&w->said, ", ");
	credit_words_duration(&w->said, after);
	if (w->k->round_ns > 0) {
		credit_words_add(&w->said, " by steps of ");
		credit_words_duration(&w->said, w->k->round_ns);
	}
	if (w->k->beyond_target)
		credit_words_add(&w->said, " beyond what the target allows");
}

/* The clause's downtime in the period; those that it rests on are kept. */
static int64_t
cumulated(struct credit_work *w)
{
	int64_t ns = taken(w, w->a->down_ns);

	for (size_t i = 0; i < w->a->n_down; i++)
		if (w->a->down[i].counted_ns > 0)
			keep(w->out, &w->a->down[i]);
	say_taken(w, w->a->down_ns, ns);
	return ns;
}

/* ---- by time ---- */

static int64_t
units_in(const struct credit_conf *k, int64_t ns)
{
	int64_t whole = ns / k->unit_ns, rest = ns % k->unit_ns;

	switch (k->part) {
	case PART_UP:
		return whole + (rest > 0);
	case PART_NEAREST:
		return whole + (rest >= k->unit_ns - rest);
	case PART_DOWN:
	case PART_EXACT:
		break;
	}
	return whole;
}

static void
say_units(struct credit_work *w, int64_t units)
{
	static const char *const ENDS[] = {[PART_UP] = " or part",
	    [PART_DOWN] = " in full",
	    [PART_NEAREST] = " (nearest)"};
	struct value each = value_of(w, &w->k->amount);

	credit_words_add(&w->said, ": ");
	if (w->k->part == PART_EXACT) {
		credit_words_add(&w->said, "in proportion, each ");
		credit_words_duration(&w->said, w->k->unit_ns);
	} else {
		credit_words_add(&w->said, "%lld × ", (long long)units);
		credit_words_duration(&w->said, w->k->unit_ns);
		credit_words_add(&w->said, "%s", ENDS[w->k->part]);
	}
	credit_words_add(&w->said, " at ");
	credit_words_amount(&w->said, w->c, &w->k->amount, worth_of(w, each, true));
}

static struct value
per_time(struct credit_work *w)
{
	const struct account *a = w->a;
	int64_t ns = 0, units = 0, whole = 0;

	if (!w->k->per_outage) {
		ns = cumulated(w);
		units = units_in(w->k, ns);
	} else {
		for (size_t i = 0; i < a->n_down; i++) {
			const struct downtime *d = &a->down[i];
			if (!d->begins_here || d->whole_ns == 0)
				continue;
			int64_t t = taken(w, d->whole_ns), u = units_in(w->k, t);
			whole += d->whole_ns;
			ns += t;
			units += u;
			if (t > 0)
				keep(w->out, d);
		}
		say_taken(w, whole, ns);
		credit_words_add(&w->said, " in %zu outage%s, each by itself",
		    w->out->n_outages, w->out->n_outages == 1 ? "" : "s");
	}
	say_units(w, units);
	w->out->failed = w->k->part == PART_EXACT ? ns > 0 : units > 0;
	if (w->k->part == PART_EXACT)
		return times(w, value_of(w, &w->k->amount), ns, w->k->unit_ns);
	return times(w, value_of(w, &w->k->amount), units, 1);
}

/* ---- by steps ---- */

/* A threshold in time; and whether ${ns} reaches it. */
static bool
reaches(const struct credit_conf *k, const struct credit_tier *t, int64_t ns)
{
	int64_t at = llround(t->threshold);

	return ns > 0 && (k->inclusive ? ns >= at : ns > at);
}

/* The highest step of time that ${ns} reaches, or NULL. */
static const struct credit_tier *
step_by_time(const struct credit_conf *k, int64_t ns)
{
	const struct credit_tier *best = NULL;

	for (size_t i = 0; i < k->n_tiers; i++)
		if (reaches(k, &k->tiers[i], ns) &&
		    (best == NULL || k->tiers[i].threshold >= best->threshold))
			best = &k->tiers[i];
	return best;
}

/* The amount of ${t}; none is nothing. Steps may stand for nothing, too. */
static struct value
value_of_step(struct credit_work *w, const struct credit_tier *t)
{
	if (t == NULL)
		return (struct value){0, 0, 1};
	if (t->amount.kind != AMOUNT_NONE)
		w->out->failed = true;
	return value_of(w, &t->amount);
}

static void
say_step(struct credit_work *w, const struct credit_tier *t)
{
	if (t == NULL) {
		credit_words_add(&w->said, ": no step reached");
		return;
	}
	credit_words_add(&w->said, w->k->inclusive ? ", at least " : ", over ");
	credit_words_duration(&w->said, llround(t->threshold));
	credit_words_add(&w->said, ": ");
	credit_words_amount(
	    &w->said, w->c, &t->amount, worth_of(w, value_of(w, &t->amount), true));
}

static struct value
by_cumulative(struct credit_work *w)
{
	const struct credit_tier *t = step_by_time(w->k, cumulated(w));

	say_step(w, t);
	return value_of_step(w, t);
}

/* Steps by each outage: they add up. The first three are said. */
static struct value
by_single(struct credit_work *w)
{
	struct value v = {0, 0, 1};
	size_t said = 0, reached = 0;

	for (size_t i = 0; i < w->a->n_down; i++) {
		const struct downtime *d = &w->a->down[i];
		if (!d->begins_here || d->whole_ns == 0)
			continue;
		int64_t ns = taken(w, d->whole_ns);
		const struct credit_tier *t = step_by_time(w->k, ns);
		if (t == NULL || t->amount.kind == AMOUNT_NONE)
			continue;
		add(w, &v, value_of_step(w, t));
		keep(w->out, d);
		if (++reached > 3)
			continue;
		credit_words_add(&w->said, said++ == 0 ? "" : "; ");
		say_taken(w, d->whole_ns, ns);
		say_step(w, t);
	}
	if (reached == 0)
		credit_words_add(&w->said, "no outage reached a step");
	else if (reached > 3)
		credit_words_add(
		    &w->said, "; and %zu outages more, likewise", reached - 3);
	return v;
}

/* (scheduled - down) / scheduled below ${ppb}, all of them integers. */
static bool
is_below(const struct credit_conf *k, int64_t up_ns, int64_t scheduled_ns, int64_t ppb)
{
	wide have = (wide)up_ns * CREDIT_PPB, asked = (wide)scheduled_ns * ppb;

	return k->inclusive ? have <= asked : have < asked;
}

static struct value
by_availability(struct credit_work *w)
{
	const struct account *a = w->a;
	const struct credit_tier *best = NULL;

	if (!a->has_availability || a->scheduled_ns == 0) {
		credit_words_add(&w->said, "no availability can be stated");
		return (struct value){0, 0, 1};
	}
	int64_t down = taken(w, a->down_ns);
	if (down > a->scheduled_ns)
		down = a->scheduled_ns;
	int64_t up = a->scheduled_ns - down;
	for (size_t i = 0; down > 0 && i < w->k->n_tiers; i++) {
		const struct credit_tier *t = &w->k->tiers[i];
		if (is_below(
		        w->k, up, a->scheduled_ns, llround(t->threshold * CREDIT_PPB)) &&
		    (best == NULL || t->threshold < best->threshold))
			best = t;
	}
	/* Cut, not rounded: what is below a threshold must not read like it. */
	credit_words_percent(
	    &w->said, (int64_t)((wide)up * CREDIT_PPB / a->scheduled_ns));
	credit_words_add(&w->said, " available (");
	say_taken(w, a->down_ns, down);
	credit_words_add(&w->said, " of ");
	credit_words_duration(&w->said, a->scheduled_ns);
	credit_words_add(&w->said, ")");
	if (best == NULL) {
		credit_words_add(&w->said, ": no step reached");
		return (struct value){0, 0, 1};
	}
	credit_words_add(&w->said, w->k->inclusive ? ", at most " : ", below ");
	credit_words_percent(&w->said, llround(best->threshold * CREDIT_PPB));
	credit_words_add(&w->said, ": ");
	credit_words_amount(
	    &w->said, w->c, &best->amount, worth_of(w, value_of(w, &best->amount), true));
	for (size_t i = 0; i < a->n_down; i++)
		if (a->down[i].counted_ns > 0)
			keep(w->out, &a->down[i]);
	return value_of_step(w, best);
}

/*
 * A threshold as the double nearest to what the contract says: ratios have at most nine
 * decimals. A mean that is the quotient of two counts is then equal to it when, and only
 * when, the fractions are.
 */
static double
threshold_of(enum metric m, double t)
{
	return m == METRIC_LOSS ? (double)llround(t * CREDIT_PPB) / CREDIT_PPB
	                        : (double)llround(t);
}

static struct value
by_metric(struct credit_work *w)
{
	static const char *const NAMES[CREDIT_METRICS] = {[METRIC_LOSS] = "loss",
	    [METRIC_RTT] = "RTT",
	    [METRIC_JITTER] = "jitter",
	    [METRIC_SPEED_DOWN] = "download",
	    [METRIC_SPEED_UP] = "upload"};
	const struct credit_conf *k = w->k;
	const struct credit_tier *best = NULL;
	bool low = k->metric == METRIC_SPEED_DOWN || k->metric == METRIC_SPEED_UP;
	double v = w->a->metric[k->metric];

	credit_words_add(&w->said, "mean %s ", NAMES[k->metric]);
	if (!w->a->has_metric[k->metric]) {
		credit_words_add(&w->said, "not measured");
		return (struct value){0, 0, 1};
	}
	credit_words_metric(&w->said, k->metric, v);
	for (size_t i = 0; (low || v > 0) && i < k->n_tiers; i++) {
		const struct credit_tier *t = &k->tiers[i];
		double at = threshold_of(k->metric, t->threshold);
		bool reached = (k->inclusive && v == at) || (low ? v < at : v > at);
		if (reached && (best == NULL || (low ? t->threshold < best->threshold
		                                     : t->threshold >= best->threshold)))
			best = t;
	}
	if (best == NULL) {
		credit_words_add(&w->said, ": no step reached");
		return (struct value){0, 0, 1};
	}
	credit_words_add(&w->said, low ? k->inclusive ? ", at most " : ", below "
	                           : k->inclusive ? ", at least "
	                                          : ", over ");
	credit_words_metric(&w->said, k->metric, best->threshold);
	credit_words_add(&w->said, ": ");
	credit_words_amount(
	    &w->said, w->c, &best->amount, worth_of(w, value_of(w, &best->amount), true));
	return value_of_step(w, best);
}

/* What the target allows of the period, rounded down. */
static int64_t
allowance(const struct contract_conf *c, const struct account *a)
{
	int64_t ppb = llround(c->availability * CREDIT_PPB);

	if (ppb <= 0 || ppb > CREDIT_PPB)
		return 0;
	return (int64_t)((wide)a->scheduled_ns * (CREDIT_PPB - ppb) / CREDIT_PPB);
}

/* ---- all of them ---- */

struct credit_worth
credit_rule_amount(struct credit_work *w, const struct amount *a, bool up)
{
	return worth_of(w, value_of(w, a), up);
}

struct credit_worth
credit_rule_apply(struct credit_work *w, const struct credit_conf *k, struct credit *out)
{
	static struct value (*const RULES[])(struct credit_work *) = {
	    [CREDIT_PER_TIME] = per_time,
	    [CREDIT_CUMULATIVE] = by_cumulative,
	    [CREDIT_SINGLE] = by_single,
	    [CREDIT_AVAILABILITY] = by_availability,
	    [CREDIT_METRIC] = by_metric};
	bool beyond = k->beyond_target && k->rule != CREDIT_AVAILABILITY;

	w->k = k;
	w->out = out;
	w->said = (struct phrase){out->rule, sizeof out->rule, 0};
	w->allowed_ns = beyond ? allowance(w->c, w->a) : 0;
	return worth_of(w, RULES[k->rule](w), true);
}
