#include "analyzer/campaign.h"

#include "analyzer/finding.h"
#include "base/bytes.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS        3 /* the arithmetic's: regime.c holds measuring-days to it */
#define MORNING_MIN (10 * 60)
#define EVENING_MIN (19 * 60)
#define MIN_NS      (60 * NS_PER_S)

/* The rule's figures. */
struct plan {
	const char *zone;
	size_t a_day, all, pause_after;
	int64_t spacing_ns, pause_ns;
	int64_t between, window; /* days */
};

/* A civil day with its measurements, and those of them that are taken. */
struct measuring_day {
	int64_t day;
	size_t n;
	const struct prescreen_test **chosen;
	size_t n_chosen;
};

struct campaign {
	struct plan plan;
	bool up;
	struct measuring_day *days;
	size_t n_days;
	size_t picked[DAYS];
	size_t n_picked;
};

static struct plan
plan_of(const struct regime *r)
{
	return (struct plan){.zone = regime_figure(r, "zone")->value,
	    .a_day = (size_t)regime_figure(r, "measurements-a-day")->number,
	    .all = (size_t)regime_figure(r, "measurements")->number,
	    .pause_after = (size_t)regime_figure(r, "pause-after")->number,
	    .spacing_ns = regime_figure(r, "spacing")->ns,
	    .pause_ns = regime_figure(r, "pause")->ns,
	    .between = (int64_t)regime_figure(r, "days-between")->number,
	    .window = (int64_t)regime_figure(r, "window-days")->number};
}

/* The time that has to lie between the one of this number (from 0) and the one before. */
static int64_t
gap_before(const struct plan *p, size_t number)
{
	if (number == p->pause_after && p->pause_ns > p->spacing_ns)
		return p->pause_ns;
	return p->spacing_ns;
}

/* ---- which measurements ---- */

/* The first of a day that keep their distance: no other choice finds more. */
static void
choose(struct measuring_day *d, const struct plan *p, const struct prescreen_test **tests,
    size_t n)
{
	d->n_chosen = 0;
	for (size_t i = 0; i < n && d->n_chosen < p->a_day; i++) {
		size_t k = d->n_chosen;
		if (k > 0 && tests[i]->at_ns - d->chosen[k - 1]->at_ns < gap_before(p, k))
			continue;
		d->chosen[d->n_chosen++] = tests[i];
	}
}

/* All of it, then without the pause, then without distances: what there is. */
static void
choose_best(struct measuring_day *d, const struct plan *plan,
    const struct prescreen_test **tests, size_t n)
{
	struct plan p = *plan;

	d->n = n;
	d->chosen = memory_grow(NULL, p.a_day + 1, sizeof(struct prescreen_test *));
	choose(d, &p, tests, n);
	p.pause_ns = 0;
	if (d->n_chosen < p.a_day)
		choose(d, &p, tests, n);
	p.spacing_ns = 0;
	if (d->n_chosen < p.a_day)
		choose(d, &p, tests, n);
}

static void
split_days(struct campaign *c, const struct prescreen_input *in)
{
	const struct prescreen_test **day =
	    memory_grow(NULL, in->n_tests + 1, sizeof(struct prescreen_test *));
	size_t n = 0;
	int64_t number = 0;

	for (size_t i = 0; i <= in->n_tests; i++) {
		const struct prescreen_test *t = &in->tests[i];
		if (i < in->n_tests && t->up != c->up)
			continue;
		int64_t now = i < in->n_tests ? finding_day(t->at_ns, c->plan.zone) : 0;
		if (n > 0 && (i == in->n_tests || now != number)) {
			c->days = memory_grow(c->days, c->n_days + 1, sizeof *c->days);
			struct measuring_day *d = &c->days[c->n_days++];
			*d = (struct measuring_day){.day = number};
			choose_best(d, &c->plan, day, n);
			n = 0;
		}
		number = now;
		if (i < in->n_tests)
			day[n++] = t;
	}
	free(day);
}

/* ---- which days ---- */

static bool
keeps_distance(const struct plan *p, const struct measuring_day *d)
{
	for (size_t k = 1; k < d->n_chosen; k++)
		if (d->chosen[k]->at_ns - d->chosen[k - 1]->at_ns < p->spacing_ns)
			return false;
	return true;
}

static bool
keeps_pause(const struct plan *p, const struct measuring_day *d)
{
	return d->n_chosen <= p->pause_after ||
	       d->chosen[p->pause_after]->at_ns - d->chosen[p->pause_after - 1]->at_ns >=
	           p->pause_ns;
}

/* Good for days that must be full; strict: keep their distances too. */
static bool
is_fit(const struct plan *p, const struct measuring_day *d, bool strict)
{
	return d->n_chosen == p->a_day &&
	       (!strict || (keeps_distance(p, d) && keeps_pause(p, d)));
}

static bool
days_apart(
    const struct plan *p, const struct measuring_day *a, const struct measuring_day *b)
{
	return b->day - a->day > p->between;
}

static bool
is_inside(
    const struct plan *p, const struct measuring_day *a, const struct measuring_day *b)
{
	return b->day - a->day < p->window;
}

/* The first three days that are fit and, where ${placed}, lie as they should. */
static bool
pick_days(struct campaign *c, bool strict, bool placed)
{
	const struct measuring_day *d = c->days;
	const struct plan *p = &c->plan;

	for (size_t i = 0; i < c->n_days; i++) {
		for (size_t j = i + 1; is_fit(p, &d[i], strict) && j < c->n_days; j++) {
			if (placed && !is_inside(p, &d[i], &d[j]))
				break;
			if (!is_fit(p, &d[j], strict) ||
			    (placed && !days_apart(p, &d[i], &d[j])))
				continue;
			for (size_t k = j + 1; k < c->n_days; k++) {
				if (placed && !is_inside(p, &d[i], &d[k]))
					break;
				if (!is_fit(p, &d[k], strict) ||
				    (placed && !days_apart(p, &d[j], &d[k])))
					continue;
				c->picked[0] = i;
				c->picked[1] = j;
				c->picked[2] = k;
				c->n_picked = DAYS;
				return true;
			}
		}
	}
	return false;
}

/* Whatever there is where no three days are full. */
static void
pick_any(struct campaign *c)
{
	for (size_t i = 0; i < c->n_days && c->n_picked < DAYS; i++)
		c->picked[c->n_picked++] = i;
}

static const struct measuring_day *
picked(const struct campaign *c, size_t i)
{
	return &c->days[c->picked[i]];
}

/* ---- which conditions hold ---- */

static bool
say_condition(struct prescreen *out, const struct campaign *c, const char *name,
    bool holds, const char *text)
{
	finding_condition(out, name, holds, "%s: %s", finding_direction(c->up), text);
	return holds;
}

static bool
check_counts(struct prescreen *out, const struct campaign *c)
{
	const struct plan *p = &c->plan;
	size_t full = 0, all = 0;
	char text[PRESCREEN_ROOM / 2];
	bool good;

	for (size_t i = 0; i < c->n_picked; i++) {
		full += picked(c, i)->n_chosen == p->a_day;
		all += picked(c, i)->n_chosen;
	}
	snprintf(text, sizeof text, "%zu of %zu measurements", all, p->all);
	good = say_condition(out, c, "measurements", all == p->all, text);
	snprintf(text, sizeof text, "%zu of %d measuring days have %zu measurements",
	    full, DAYS, p->a_day);
	return say_condition(out, c, "measurements-a-day", full == DAYS, text) && good;
}

static bool
check_days(struct prescreen *out, const struct campaign *c)
{
	const struct plan *p = &c->plan;
	char text[PRESCREEN_ROOM / 2];
	int64_t least = INT64_MAX, all = 0;
	bool good;

	for (size_t i = 1; i < c->n_picked; i++) {
		int64_t between = picked(c, i)->day - picked(c, i - 1)->day - 1;
		least = between < least ? between : least;
		all = picked(c, i)->day - picked(c, 0)->day + 1;
	}
	if (c->n_picked < DAYS)
		snprintf(text, sizeof text, "there are %zu of %d measuring days",
		    c->n_picked, DAYS);
	else
		snprintf(text, sizeof text,
		    "at least %lld calendar days lie between measuring days; %lld are asked for",
		    (long long)least, (long long)p->between);
	good = say_condition(
	    out, c, "days-between", c->n_picked == DAYS && least >= p->between, text);
	if (c->n_picked == DAYS)
		snprintf(text, sizeof text,
		    "all within %lld days; at most %lld are asked for", (long long)all,
		    (long long)p->window);
	return say_condition(out, c, "window-days",
	           c->n_picked == DAYS && all <= p->window, text) &&
	       good;
}

static bool
check_distances(struct prescreen *out, const struct campaign *c)
{
	const struct plan *p = &c->plan;
	int64_t least = INT64_MAX, pause = INT64_MAX;
	char text[PRESCREEN_ROOM / 2];
	bool good;

	for (size_t i = 0; i < c->n_picked; i++) {
		const struct measuring_day *d = picked(c, i);
		for (size_t k = 1; k < d->n_chosen; k++) {
			int64_t gap = d->chosen[k]->at_ns - d->chosen[k - 1]->at_ns;
			least = gap < least ? gap : least;
			if (k == p->pause_after && gap < pause)
				pause = gap;
		}
	}
	bool is_known = least < INT64_MAX;
	snprintf(text, sizeof text,
	    "%.1f min between measurements at least; %.1f min are asked for",
	    is_known ? (double)least / MIN_NS : 0, (double)p->spacing_ns / MIN_NS);
	good = say_condition(out, c, "spacing", is_known && least >= p->spacing_ns, text);
	is_known = pause < INT64_MAX;
	snprintf(text, sizeof text,
	    "a pause of %.1f min after measurement %zu; %.1f min are asked for",
	    is_known ? (double)pause / MIN_NS : 0, p->pause_after,
	    (double)p->pause_ns / MIN_NS);
	return say_condition(out, c, "pause", is_known && pause >= p->pause_ns, text) &&
	       good;
}

/* ---- the rule ---- */

struct reached {
	unsigned maximum_days, minimum_days; /* days that once reached it; undershot it */
	size_t normal, all;
};

static struct reached
count_reached(
    const struct campaign *c, const struct finding_speeds *agreed, double maximum_share)
{
	struct reached r = {0};

	for (size_t i = 0; i < c->n_picked; i++) {
		const struct measuring_day *d = picked(c, i);
		bool once = false, under = false;
		for (size_t k = 0; k < d->n_chosen; k++) {
			double v = (double)d->chosen[k]->bps;
			once |= finding_reaches(v, maximum_share, agreed->maximum);
			under |= v < agreed->minimum;
			r.normal += v >= agreed->normal;
			r.all++;
		}
		r.maximum_days += once;
		r.minimum_days += under;
	}
	return r;
}

/* true: one of the three parts is failed. */
static bool
apply_rule(struct prescreen *out, const struct prescreen_input *in,
    const struct campaign *c, const struct finding_speeds *agreed)
{
	const struct regime *g = in->regime;
	double share = regime_figure(g, "maximum-share")->number;
	double normal_share = regime_figure(g, "normal-share")->number;
	unsigned enough = (unsigned)regime_figure(g, "maximum-days")->number;
	unsigned many = (unsigned)regime_figure(g, "minimum-days")->number;
	struct reached r = count_reached(c, agreed, share);
	const char *way = finding_direction(c->up);
	bool fails = false;

	if (agreed->maximum > 0) {
		finding_say(out,
		    "Maximum, %s: %.6g %% of %.6g Mbit/s was reached at least once on %u of %zu measuring days; fewer than %u is non-conforming.",
		    way, share * 100, agreed->maximum / 1e6, r.maximum_days, c->n_picked,
		    enough);
		finding_number(out, "days", r.maximum_days, "%s_maximum_days", way);
		fails |= r.maximum_days < enough;
	}
	if (agreed->normal > 0) {
		finding_say(out,
		    "Normal, %s: %zu of %zu measurements (%.4g %%) reached %.6g Mbit/s; below %.6g %% is non-conforming.",
		    way, r.normal, r.all, 100.0 * (double)r.normal / (double)r.all,
		    agreed->normal / 1e6, normal_share * 100);
		finding_number(out, "ratio", (double)r.normal / (double)r.all,
		    "%s_normal_share", way);
		fails |= !finding_reaches((double)r.normal, normal_share, (double)r.all);
	}
	if (agreed->minimum > 0) {
		finding_say(out,
		    "Minimum, %s: %.6g Mbit/s was undershot on %u of %zu measuring days; %u or more is non-conforming.",
		    way, agreed->minimum / 1e6, r.minimum_days, c->n_picked, many);
		finding_number(out, "days", r.minimum_days, "%s_minimum_days", way);
		fails |= r.minimum_days >= many;
	}
	return fails;
}

static void
say_days(struct prescreen *out, const struct campaign *c)
{
	char days[DAYS][FINDING_TIME_ROOM] = {"", "", ""};
	size_t all = 0, chosen = 0;

	for (size_t i = 0; i < c->n_picked; i++) {
		finding_date(picked(c, i)->day, days[i]);
		all += picked(c, i)->n;
		chosen += picked(c, i)->n_chosen;
	}
	finding_say(out,
	    "%s: judged by %zu of %zu tests on %s%s%s%s%s, the first that keep the conditions.",
	    c->up ? "Upload" : "Download", chosen, all, days[0],
	    c->n_picked > 1 ? ", " : "", days[1], c->n_picked > 2 ? ", " : "", days[2]);
}

static enum prescreen_outcome
screen_direction(struct prescreen *out, const struct prescreen_input *in, bool up)
{
	struct finding_speeds agreed = finding_agreed(in->contract, up);
	struct campaign c = {.plan = plan_of(in->regime), .up = up};
	enum prescreen_outcome outcome = PRESCREEN_NOT_ENOUGH;
	bool holds;

	split_days(&c, in);
	if (!pick_days(&c, true, true) && !pick_days(&c, false, true) &&
	    !pick_days(&c, true, false) && !pick_days(&c, false, false))
		pick_any(&c);
	holds = check_counts(out, &c);
	holds = check_days(out, &c) && holds;
	holds = check_distances(out, &c) && holds;
	if (c.n_picked > 0) {
		say_days(out, &c);
		bool fails = apply_rule(out, in, &c, &agreed);
		if (holds)
			outcome = fails ? PRESCREEN_WOULD_FAIL : PRESCREEN_WOULD_PASS;
	}
	if (!holds)
		finding_lack(out,
		    "%s: the measurements are no campaign; `prescreen de-tkg57 --schedule` prints one",
		    finding_direction(up));
	for (size_t i = 0; i < c.n_days; i++)
		free(c.days[i].chosen);
	free(c.days);
	return outcome;
}

void
campaign_screen(struct prescreen *out, const struct prescreen_input *in)
{
	enum prescreen_outcome outcome = PRESCREEN_WOULD_PASS;
	size_t stated = 0;

	for (int up = 0; up < 2; up++) {
		struct finding_speeds agreed = finding_agreed(in->contract, up);
		if (!finding_stated(&agreed))
			continue;
		stated++;
		outcome = finding_worse(outcome, screen_direction(out, in, up));
	}
	out->outcome = stated > 0 ? outcome : PRESCREEN_NOT_ENOUGH;
	if (stated == 0)
		finding_lack(out,
		    "the contract states no speed; add commitment NAME { metric = speed-down minimum = … normal = … maximum = … }");
	if (in->n_unsaid > 0)
		finding_say(out, "%zu tests say nothing of speed and are left out.",
		    in->n_unsaid);
}

/* ---- a schedule ---- */

/* The instant of a minute of a civil day; false where a change of clocks moved it. */
static bool
minute_of(const struct plan *p, int64_t day, int minute, int64_t *ns)
{
	int year, month, d;

	zone_date(day, &year, &month, &d);
	return zone_instant(p->zone, year, month, d, 0, minute, 0, ns) &&
	       finding_minute(*ns, p->zone) == minute;
}

static bool
schedule_day(const struct plan *p, int64_t day, int64_t *times)
{
	int64_t step = 2 * p->spacing_ns, evening;

	if (!minute_of(p, day, MORNING_MIN, &times[0]) ||
	    !minute_of(p, day, EVENING_MIN, &evening))
		return false;
	for (size_t k = 1; k < p->a_day; k++) {
		times[k] = times[k - 1] + step;
		if (k == p->pause_after) {
			times[k] = times[k - 1] + p->pause_ns + step;
			times[k] = times[k] < evening ? evening : times[k];
		}
	}
	return finding_day(times[p->a_day - 1], p->zone) == day;
}

int
campaign_schedule(
    const struct regime *regime, int64_t from_ns, int64_t **times, size_t *n)
{
	struct plan p = plan_of(regime);
	int64_t day = finding_day(from_ns, p.zone), first;

	if (DAYS + (DAYS - 1) * p.between > p.window)
		return -ERANGE;
	if (!minute_of(&p, day, MORNING_MIN, &first) || first < from_ns)
		day++;
	*times = memory_grow(NULL, p.all, sizeof **times);
	*n = p.all;
	for (size_t i = 0; i < DAYS; i++, day += p.between + 1) {
		if (!schedule_day(&p, day, *times + i * p.a_day)) {
			free(*times);
			return -ERANGE;
		}
	}
	return 0;
}
