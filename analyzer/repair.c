#include "analyzer/repair.h"

#include "analyzer/finding.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A day for which something is owed. */
struct owed_day {
	int64_t day;    /* its number */
	int64_t number; /* by the rule: the first after the report is 1, or as it says */
	bool whole;
};

struct repair {
	const struct prescreen_input *in;
	const char *zone;
	struct owed_day *days; /* of every report, several of one day possible */
	size_t n_days;
	size_t unreported; /* outages that last long enough, and no report meets them */
	size_t excluded;   /* days that an exclusion covers or touches */
	int64_t *ends;     /* by report: of the last outage it met; INT64_MIN: none yet */
};

/* ---- days ---- */

static bool
is_holiday(const struct contract_conf *c, int64_t day)
{
	for (size_t i = 0; c != NULL && i < c->n_holidays; i++)
		if (zone_days(c->holidays[i].year, c->holidays[i].month,
		        c->holidays[i].day) == day)
			return true;
	return false;
}

/* The first day for which something is owed: number ${*number} by the rule. */
static int64_t
first_owed(const struct repair *r, int64_t opened_ns, int64_t *number)
{
	const struct prescreen_input *in = r->in;
	int64_t day = finding_day(opened_ns, r->zone);

	if (in->regime->id == REGIME_DE_TKG58) {
		int64_t report = (int64_t)regime_figure(in->regime, "report-day")->number;
		*number = (int64_t)regime_figure(in->regime, "free-days")->number + 1;
		return day + *number - report;
	}
	int64_t left = (int64_t)regime_figure(in->regime, "working-days")->number;
	for (; left > 0; left--) {
		int year, month, d;
		do {
			zone_date(++day, &year, &month, &d);
		} while (
		    zone_weekday(year, month, d) >= 5 || is_holiday(in->contract, day));
	}
	*number = 1;
	return day + 1;
}

static bool
has_hole(const struct outage *o, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < o->n_holes; i++)
		if (o->holes[i].start_ns < to_ns && o->holes[i].end_ns > from_ns)
			return true;
	return false;
}

enum exclusion {
	EXCLUDED_NOT,
	EXCLUDED_PART,
	EXCLUDED_WHOLE
};

/* What hand-made exclusions take of [from, to). */
static enum exclusion
exclusion_of(const struct prescreen_input *in, int64_t from_ns, int64_t to_ns)
{
	enum exclusion found = EXCLUDED_NOT;

	for (size_t i = 0; i < in->n_excluded; i++) {
		const struct span *e = &in->excluded[i];
		if (e->start_ns <= from_ns && e->end_ns >= to_ns)
			return EXCLUDED_WHOLE;
		if (e->start_ns < to_ns && e->end_ns > from_ns)
			found = EXCLUDED_PART;
	}
	return found;
}

enum claim {
	CLAIM_NONE, /* what it would be: counted, not kept */
	CLAIM_PART, /* arguable as a whole */
	CLAIM_FULL
};

/* One day of an outage, from ${from} on: false where it is excluded, and counts not. What
 * day->whole allows is whole where the outage and its measurement are. */
static bool
add_day(struct repair *r, const struct outage *o, const struct owed_day *day,
    struct span span, int64_t from_ns, bool keep)
{
	int64_t start = from_ns > span.start_ns ? from_ns : span.start_ns;
	int64_t end = o->end_ns < span.end_ns ? o->end_ns : span.end_ns;
	enum exclusion excluded = exclusion_of(r->in, start, end);

	r->excluded += keep && excluded != EXCLUDED_NOT;
	if (excluded == EXCLUDED_WHOLE)
		return false;
	if (!keep)
		return true;
	r->days = memory_grow(r->days, r->n_days + 1, sizeof *r->days);
	struct owed_day *d = &r->days[r->n_days++];
	*d = *day;
	d->whole &= start == span.start_ns && end == span.end_ns &&
	            excluded == EXCLUDED_NOT && !has_hole(o, start, end);
	return true;
}

/* The days of one outage that a report at ${opened} makes payable; those of the period,
 * so that months sum to a year. */
static size_t
add_days(struct repair *r, const struct outage *o, int64_t opened_ns, enum claim claim)
{
	int64_t from = o->start_ns > opened_ns ? o->start_ns : opened_ns;
	int64_t number, day = first_owed(r, opened_ns, &number);
	int64_t begins = finding_day_start(day, r->zone);
	size_t n = 0;

	for (; begins < o->end_ns; day++, number++) {
		int64_t ends = finding_day_start(day + 1, r->zone);
		if (ends > from && begins >= r->in->period.start_ns &&
		    begins < r->in->period.end_ns)
			n += add_day(r, o,
			    &(struct owed_day){day, number, claim == CLAIM_FULL},
			    (struct span){begins, ends}, from, claim != CLAIM_NONE);
		begins = ends;
	}
	return n;
}

static int
by_day(const void *a, const void *b)
{
	const struct owed_day *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->whole != y->whole)
		return x->whole ? -1 : 1;
	return (x->number < y->number) - (x->number > y->number);
}

/* Each day once: whole rather than part, and by the earliest report. */
static void
merge_days(struct repair *r)
{
	size_t kept = 0;

	if (r->n_days == 0)
		return;
	qsort(r->days, r->n_days, sizeof *r->days, by_day);
	for (size_t i = 0; i < r->n_days; i++)
		if (kept == 0 || r->days[kept - 1].day != r->days[i].day)
			r->days[kept++] = r->days[i];
	r->n_days = kept;
}

/* ---- outages and reports ---- */

static bool
is_complete(const struct outage *o)
{
	return o->extent == EXTENT_TOTAL && o->counted;
}

static void
say_reported(struct repair *r, struct prescreen *out, const struct outage *o,
    int64_t opened_ns, enum claim claim)
{
	char begin[FINDING_TIME_ROOM], report[FINDING_TIME_ROOM],
	    first[FINDING_TIME_ROOM];
	char length[FINDING_TIME_ROOM];
	int64_t number;

	finding_say(out,
	    "The complete outage of %s, %s%s, was reported %s%s; payable days are those from %s on.",
	    finding_time(o->start_ns, r->zone, begin),
	    finding_length(o->end_ns - o->start_ns, length), o->open ? " so far" : "",
	    finding_time(opened_ns, r->zone, report),
	    claim == CLAIM_PART
	        ? " with one before it, without a whole day of service between them, which makes them arguable"
	        : "",
	    finding_date(first_owed(r, opened_ns, &number), first));
}

static void
say_unreported(
    struct repair *r, struct prescreen *out, const struct outage *o, size_t days)
{
	char begin[FINDING_TIME_ROOM], length[FINDING_TIME_ROOM];

	finding_lack(out,
	    "the complete outage of %s, %s, meets no report to the ISP: reported as it began it would reach %zu payable days",
	    finding_time(o->start_ns, r->zone, begin),
	    finding_length(o->end_ns - o->start_ns, length), days);
}

/* A report is of the outage that it finds, or of the next while it is open. Later ones
 * are the same fault as long as no whole day of service lies between them: that fault is
 * not cleared, if one reads it so. */
static enum claim
claim_of(struct repair *r, size_t report, const struct outage *o)
{
	const struct prescreen_report *p = &r->in->reports[report];
	int64_t *end = &r->ends[report];
	enum claim claim = *end == INT64_MIN ? CLAIM_FULL : CLAIM_PART;

	if (p->opened_ns >= o->end_ns || p->closed_ns <= o->start_ns)
		return CLAIM_NONE;
	if (claim == CLAIM_PART &&
	    finding_day(o->start_ns, r->zone) - finding_day(*end, r->zone) > 1)
		return CLAIM_NONE;
	*end = o->end_ns > *end ? o->end_ns : *end;
	return claim;
}

static void
judge_outage(struct repair *r, struct prescreen *out, const struct outage *o)
{
	bool is_told = false;

	for (size_t i = 0; i < r->in->n_reports; i++) {
		int64_t opened = r->in->reports[i].opened_ns;
		enum claim claim = claim_of(r, i, o);
		if (claim == CLAIM_NONE)
			continue;
		(void)add_days(r, o, opened, claim);
		if (!is_told)
			say_reported(r, out, o, opened, claim);
		is_told = true;
	}
	size_t days = is_told ? 0 : add_days(r, o, o->start_ns, CLAIM_NONE);
	if (days > 0) {
		r->unreported++;
		say_unreported(r, out, o, days);
	}
}

static void
judge_outages(struct repair *r, struct prescreen *out)
{
	size_t complete = 0, partial = 0, own = 0;

	r->ends = memory_grow(NULL, r->in->n_reports + 1, sizeof *r->ends);
	for (size_t i = 0; i < r->in->n_reports; i++)
		r->ends[i] = INT64_MIN;
	for (size_t i = 0; i < r->in->n_outages; i++) {
		const struct outage *o = &r->in->outages[i];
		partial += o->counted && o->extent == EXTENT_PARTIAL;
		own += !o->counted;
		if (!is_complete(o))
			continue;
		complete++;
		judge_outage(r, out, o);
	}
	finding_number(out, "outages", (double)complete, "complete_outages");
	if (complete == 0)
		finding_say(out, "There was no complete outage.");
	if (partial > 0)
		finding_say(out,
		    "%zu partial outages are left out: the rule is for a complete one.",
		    partial);
	if (r->excluded > 0)
		finding_say(out,
		    "Exclusions entered by hand cover or touch %zu of the days: those are not owed, or arguable.",
		    r->excluded);
	if (own > 0)
		finding_say(out,
		    "%zu outages that do not count against the ISP are left out.", own);
	free(r->ends);
	merge_days(r);
}

static double
coverage_of(const struct prescreen_input *in)
{
	return in->scheduled_ns > 0 ? (double)(in->scheduled_ns - in->unknown_ns) /
	                                  (double)in->scheduled_ns
	                            : 0;
}

static void
decide(struct prescreen *out, const struct repair *r, size_t whole)
{
	double coverage = coverage_of(r->in);

	finding_number(out, "days", (double)whole, "payable_days");
	finding_number(out, "days", (double)r->n_days, "payable_days_at_most");
	finding_number(out, "ratio", coverage, "coverage");
	if (r->n_days > 0)
		finding_say(out,
		    "%zu payable days were dark as a whole, %zu count where a part is enough.",
		    whole, r->n_days);
	if (whole > 0) {
		out->outcome = PRESCREEN_WOULD_FAIL;
	} else if (r->n_days > 0) {
		out->outcome = PRESCREEN_ARGUABLE;
	} else if (r->unreported > 0 || coverage < PRESCREEN_COVERAGE) {
		if (coverage < PRESCREEN_COVERAGE)
			finding_lack(out,
			    "%.1f %% of the period was measured, below %.0f %%",
			    coverage * 100, PRESCREEN_COVERAGE * 100);
	} else {
		finding_say(out, "No payable day was reached.");
		out->outcome = PRESCREEN_WOULD_PASS;
	}
}

static size_t
count_whole(const struct repair *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_days; i++)
		n += r->days[i].whole;
	return n;
}

/* ---- money ---- */

/* The higher of the sum and the share; the sum where the charge is not known in it. */
static int64_t
mills_of(const struct prescreen_input *in, const struct regime_figure *sum,
    const struct regime_figure *share)
{
	const struct contract_conf *c = in->contract;
	int64_t part = 0;

	if (c != NULL && c->mrc_mills > 0 && strcmp(c->currency, sum->currency) == 0)
		part = llround(share->number * (double)c->mrc_mills);
	return part > sum->mills ? part : sum->mills;
}

static void
say_money(
    struct prescreen *out, const struct regime_figure *unit, int64_t sure, int64_t most)
{
	/* The figure's text outlives the results: it is the regime's. */
	finding_number(out, unit->currency, (double)sure / 1000, "amount");
	finding_number(out, unit->currency, (double)most / 1000, "amount_at_most");
	if (most > 0)
		finding_say(out,
		    "Owed: %.2f %s; %.2f %s where a part of a day is enough.",
		    (double)sure / 1000, unit->currency, (double)most / 1000,
		    unit->currency);
}

void
repair_calendar(struct prescreen *out, const struct prescreen_input *in)
{
	const struct regime *g = in->regime;
	const struct regime_figure *first = regime_figure(g, "first-amount");
	const struct regime_figure *second = regime_figure(g, "second-amount");
	int64_t from = (int64_t)regime_figure(g, "second-from")->number;
	struct repair r = {.in = in, .zone = regime_figure(g, "zone")->value};
	int64_t sure = 0, most = 0;

	judge_outages(&r, out);
	for (size_t i = 0; i < r.n_days; i++) {
		int64_t mills =
		    r.days[i].number >= from
		        ? mills_of(in, second, regime_figure(g, "second-share"))
		        : mills_of(in, first, regime_figure(g, "first-share"));
		most += mills;
		sure += r.days[i].whole ? mills : 0;
	}
	decide(out, &r, count_whole(&r));
	say_money(out, first, sure, most);
	if (in->contract == NULL || in->contract->mrc_mills == 0 ||
	    strcmp(in->contract->currency, first->currency) != 0)
		finding_lack(out,
		    "the monthly charge in %s is not in the contract block: amounts are the least, a share of the charge may be higher",
		    first->currency);
	free(r.days);
}

void
repair_working(struct prescreen *out, const struct prescreen_input *in)
{
	const struct regime *g = in->regime;
	const struct regime_figure *amount = regime_figure(g, "daily-amount");
	const struct regime_figure *since = regime_figure(g, "amounts-from");
	int64_t known = zone_days(since->date.year, since->date.month, since->date.day);
	struct repair r = {.in = in, .zone = regime_figure(g, "zone")->value};
	int64_t sure = 0, most = 0;
	size_t before = 0;

	judge_outages(&r, out);
	for (size_t i = 0; i < r.n_days; i++) {
		if (r.days[i].day < known) {
			before++;
			continue;
		}
		most += amount->mills;
		sure += r.days[i].whole ? amount->mills : 0;
	}
	decide(out, &r, count_whole(&r));
	say_money(out, amount, sure, most);
	if (before > 0)
		finding_lack(out,
		    "the amount for %zu days before %s is not in the regime's file: they are not in the sum",
		    before, since->value);
	free(r.days);
}
