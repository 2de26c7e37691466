#include "analyzer/agreed.h"

#include "analyzer/finding.h"

/* ---- shortfalls ---- */

/* What the tests of one direction say of one agreed speed. */
struct shortfall {
	size_t tests, reached;
	size_t days, bad_days; /* measured; with a test below it */
	size_t longest_run;    /* measured days in a row that were bad */
	size_t hours[24], bad_hours[24];
};

static struct shortfall
count_shortfall(const struct prescreen_input *in, bool up, double speed, const char *zone)
{
	struct shortfall s = {0};
	int64_t day = INT64_MIN;
	bool is_bad = false;
	size_t run = 0;

	for (size_t i = 0; i < in->n_tests; i++) {
		const struct prescreen_test *t = &in->tests[i];
		if (t->up != up)
			continue;
		bool below = (double)t->bps < speed;
		int64_t now = finding_day(t->at_ns, zone);
		int hour = finding_minute(t->at_ns, zone) / 60;
		if (now != day) {
			run = is_bad ? run : 0; /* the day before was a good one */
			is_bad = false;
			day = now;
			s.days++;
		}
		if (below && !is_bad) {
			is_bad = true;
			s.bad_days++;
			run++;
		}
		s.longest_run = run > s.longest_run ? run : s.longest_run;
		s.tests++;
		s.reached += !below;
		s.hours[hour]++;
		s.bad_hours[hour] += below;
	}
	return s;
}

/* The hour of the day with the highest share below; -1 where there is none. */
static int
worst_hour(const struct shortfall *s)
{
	int worst = -1;

	for (int h = 0; h < 24; h++)
		if (s->bad_hours[h] > 0 &&
		    (worst < 0 || s->bad_hours[h] * s->hours[worst] >
		                      s->bad_hours[worst] * s->hours[h]))
			worst = h;
	return worst;
}

static void
say_shortfall(struct prescreen *out, const struct prescreen_input *in, bool up,
    const char *name, double speed)
{
	struct shortfall s = count_shortfall(in, up, speed, in->zone);
	const char *way = finding_direction(up);
	int hour = worst_hour(&s);

	if (speed <= 0 || s.tests == 0)
		return;
	finding_say(out, "%s, %s: %zu of %zu tests (%.4g %%) reached %.6g Mbit/s.", name,
	    way, s.reached, s.tests, 100.0 * (double)s.reached / (double)s.tests,
	    speed / 1e6);
	finding_number(
	    out, "ratio", (double)s.reached / (double)s.tests, "%s_%s_share", way, name);
	finding_number(out, "days", (double)s.bad_days, "%s_%s_days_below", way, name);
	finding_number(out, "days", (double)s.days, "%s_%s_days_measured", way, name);
	finding_number(
	    out, "days", (double)s.longest_run, "%s_%s_days_below_in_a_row", way, name);
	if (s.bad_days == 0)
		return;
	finding_say(out,
	    "%s, %s: a test was below it on %zu of %zu measured days, on up to %zu of them in a row.",
	    name, way, s.bad_days, s.days, s.longest_run);
	finding_say(out,
	    "%s, %s: most often between %02d:00 and %02d:00, %zu of %zu tests there.",
	    name, way, hour, hour + 1, s.bad_hours[hour], s.hours[hour]);
}

/* Tests of a direction. */
static size_t
count_tests(const struct prescreen_input *in, bool up)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n_tests; i++)
		n += in->tests[i].up == up;
	return n;
}

void
agreed_shares(struct prescreen *out, const struct prescreen_input *in)
{
	size_t stated = 0;

	for (int up = 0; up < 2; up++) {
		struct finding_speeds s = finding_agreed(in->contract, up);
		if (!finding_stated(&s))
			continue;
		stated++;
		if (count_tests(in, up) == 0) {
			finding_lack(out, "no %s test was made in the period",
			    finding_direction(up));
			continue;
		}
		say_shortfall(out, in, up, "minimum", s.minimum);
		say_shortfall(out, in, up, "normal", s.normal);
		say_shortfall(out, in, up, "maximum", s.maximum);
		out->outcome = PRESCREEN_NO_VERDICT;
	}
	if (stated == 0)
		finding_lack(out,
		    "the contract states no speed; add commitment NAME { metric = speed-down minimum = … normal = … maximum = … }");
}

/* ---- below the minimum until the days are over ---- */

struct below {
	const char *zone;
	double minimum;
	int64_t last_day;                /* the last of the days to mend it */
	size_t before, since, bad_since; /* tests from the report to it, and after it */
	size_t bad_before;
	size_t days, bad_days; /* measured, from the report to the first day after it */
};

static void
count_below(struct below *b, const struct prescreen_input *in,
    const struct prescreen_report *report)
{
	int64_t day = INT64_MIN, after = INT64_MIN;
	bool is_bad = false;

	for (size_t i = 0; i < in->n_tests; i++) {
		const struct prescreen_test *t = &in->tests[i];
		if (t->up || t->at_ns < report->opened_ns)
			continue;
		bool below = (double)t->bps < b->minimum;
		int64_t now = finding_day(t->at_ns, b->zone);
		if (now > b->last_day) {
			after = after == INT64_MIN ? now : after;
			b->since++;
			b->bad_since += below;
		} else {
			b->before++;
			b->bad_before += below;
		}
		if (after != INT64_MIN && now > after)
			continue;
		if (now != day) {
			day = now;
			is_bad = false;
			b->days++;
		}
		b->bad_days += below && !is_bad;
		is_bad |= below;
	}
}

static enum prescreen_outcome
judge_report(struct prescreen *out, const struct prescreen_input *in,
    const struct prescreen_report *report, double minimum)
{
	const struct regime_figure *fix = regime_figure(in->regime, "fix-days");
	struct below b = {
	    .zone = regime_figure(in->regime, "zone")->value, .minimum = minimum};
	char opened[FINDING_TIME_ROOM], last[FINDING_TIME_ROOM];

	b.last_day = finding_day(report->opened_ns, b.zone) + (int64_t)fix->number;
	count_below(&b, in, report);
	finding_time(report->opened_ns, b.zone, opened);
	finding_date(b.last_day, last);
	finding_say(out,
	    "Reported %s: the ISP has until %s. Below the minimum were %zu of %zu tests until then and %zu of %zu after it.",
	    opened, last, b.bad_before, b.before, b.bad_since, b.since);
	if (b.since == 0) {
		finding_lack(out, "no download test was made after %s", last);
		return PRESCREEN_NOT_ENOUGH;
	}
	if (b.bad_since == 0 || b.before + b.since == 0)
		return PRESCREEN_WOULD_PASS;
	if (b.before == 0) {
		finding_lack(
		    out, "no download test was made between %s and %s", opened, last);
		return PRESCREEN_NOT_ENOUGH;
	}
	finding_say(out,
	    "%zu of %zu measured days from the report to the first one after %s had a test below the minimum.",
	    b.bad_days, b.days, last);
	return b.bad_days == b.days ? PRESCREEN_WOULD_FAIL : PRESCREEN_ARGUABLE;
}

void
agreed_minimum(struct prescreen *out, const struct prescreen_input *in)
{
	struct finding_speeds s = finding_agreed(in->contract, false);
	enum prescreen_outcome outcome = PRESCREEN_WOULD_PASS;
	size_t tests = count_tests(in, false), reports = 0;
	struct shortfall all = count_shortfall(in, false, s.minimum, in->zone);

	if (s.minimum <= 0)
		finding_lack(out,
		    "the contract states no minimum; add commitment NAME { metric = speed-down minimum = … }");
	if (tests == 0)
		finding_lack(out, "no download test was made in the period");
	if (s.minimum <= 0 || tests == 0)
		return;
	finding_say(out,
	    "%zu of %zu download tests were below the minimum of %.6g Mbit/s.",
	    all.tests - all.reached, all.tests, s.minimum / 1e6);
	finding_number(out, "tests", (double)all.tests, "tests");
	finding_number(
	    out, "tests", (double)(all.tests - all.reached), "tests_below_minimum");
	if (all.reached == all.tests) {
		out->outcome = PRESCREEN_WOULD_PASS;
		return;
	}
	for (size_t i = 0; i < in->n_reports; i++) {
		if (in->reports[i].opened_ns >= in->period.end_ns)
			continue;
		reports++;
		outcome = finding_worse(
		    outcome, judge_report(out, in, &in->reports[i], s.minimum));
	}
	if (reports == 0)
		finding_lack(out,
		    "no report to the ISP is recorded: the days to mend it begin with it");
	out->outcome = reports > 0 ? outcome : PRESCREEN_NOT_ENOUGH;
}
