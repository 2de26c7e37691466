#include "analyzer/panel.h"

#include "analyzer/finding.h"

#include <math.h>

#define DAY_NS (86400 * NS_PER_S)
#define MIN_NS (60 * NS_PER_S)

/* ---- consistent speed and latency ---- */

struct evening {
	const struct prescreen_input *in;
	double from, to; /* minutes after midnight */
	size_t days;     /* that have to be measured */
};

static bool
is_evening(const struct evening *e, int64_t ns)
{
	return finding_within(finding_minute(ns, e->in->zone), e->from, e->to);
}

static enum prescreen_outcome
screen_speed(struct prescreen *out, const struct evening *e, bool up)
{
	const struct prescreen_input *in = e->in;
	double share = regime_figure(in->regime, "speed-share")->number;
	double enough = regime_figure(in->regime, "tests-share")->number;
	double hourly = regime_figure(in->regime, "tests-an-hour")->number;
	size_t needed = (size_t)ceil((double)e->days * (e->to - e->from) / 60 * hourly);
	struct finding_speeds s = finding_agreed(in->contract, up);
	double rate = s.maximum > 0 ? s.maximum : s.normal;
	size_t tests = 0, reached = 0, days = 0;
	const char *way = finding_direction(up);
	int64_t day = INT64_MIN;

	if (rate <= 0) {
		finding_lack(out, "the contract states no maximum of the %s", way);
		return PRESCREEN_NOT_ENOUGH;
	}
	for (size_t i = 0; i < in->n_tests; i++) {
		const struct prescreen_test *t = &in->tests[i];
		if (t->up != up || !is_evening(e, t->at_ns))
			continue;
		int64_t now = finding_day(t->at_ns, in->zone);
		days += now != day;
		day = now;
		tests++;
		reached += finding_reaches((double)t->bps, share, rate);
	}
	if (tests > 0) {
		finding_say(out,
		    "%s: %zu of %zu tests in the hours (%.4g %%) reached %.6g %% of %.6g Mbit/s; %.6g %% are asked for.",
		    up ? "Upload" : "Download", reached, tests,
		    100.0 * (double)reached / (double)tests, share * 100, rate / 1e6,
		    enough * 100);
		finding_number(
		    out, "ratio", (double)reached / (double)tests, "%s_tests_share", way);
	}
	finding_number(out, "tests", (double)tests, "%s_tests", way);
	if (tests < needed || days < e->days) {
		finding_lack(out,
		    "%zu %s tests in the hours of %zu days; %zu of %zu days are asked for",
		    tests, way, days, needed, e->days);
		return PRESCREEN_NOT_ENOUGH;
	}
	return finding_reaches((double)reached, enough, (double)tests)
	           ? PRESCREEN_WOULD_PASS
	           : PRESCREEN_WOULD_FAIL;
}

static enum prescreen_outcome
screen_latency(struct prescreen *out, const struct evening *e)
{
	const struct prescreen_input *in = e->in;
	int64_t most = regime_figure(in->regime, "latency-most")->ns;
	int64_t every = regime_figure(in->regime, "latency-every")->ns;
	double enough = regime_figure(in->regime, "latency-share")->number;
	double expected = (double)e->days * (e->to - e->from) * MIN_NS / (double)every;
	size_t slots = 0, good = 0;

	for (size_t i = 0; i < in->n_slots; i++) {
		if (!is_evening(e, in->slots[i].at_ns))
			continue;
		slots++;
		good += in->slots[i].rtt_ns <= most;
	}
	finding_number(
	    out, "minutes", (double)slots * (double)every / MIN_NS, "latency_minutes");
	if (slots > 0) {
		finding_say(out,
		    "Latency: in %zu of %zu measured slots of %.6g s (%.4g %%) the median round trip was at most %.6g ms; %.6g %% are asked for.",
		    good, slots, (double)every / NS_PER_S,
		    100.0 * (double)good / (double)slots, (double)most / NS_PER_MS,
		    enough * 100);
		finding_number(
		    out, "ratio", (double)good / (double)slots, "latency_share");
	}
	if (!finding_reaches((double)slots, PRESCREEN_COVERAGE, expected)) {
		finding_lack(out,
		    "round trips of %zu slots in the hours; %.0f %% of the %.0f of %zu days are asked for",
		    slots, PRESCREEN_COVERAGE * 100, expected, e->days);
		return PRESCREEN_NOT_ENOUGH;
	}
	return finding_reaches((double)good, enough, (double)slots)
	           ? PRESCREEN_WOULD_PASS
	           : PRESCREEN_WOULD_FAIL;
}

void
panel_consistent(struct prescreen *out, const struct prescreen_input *in)
{
	struct evening e = {.in = in,
	    .from = regime_figure(in->regime, "from-hour")->number,
	    .to = regime_figure(in->regime, "to-hour")->number,
	    .days = (size_t)regime_figure(in->regime, "days")->number};

	out->outcome = screen_speed(out, &e, false);
	out->outcome = finding_worse(out->outcome, screen_speed(out, &e, true));
	out->outcome = finding_worse(out->outcome, screen_latency(out, &e));
}

/* ---- outages a day ---- */

struct counted {
	size_t all, busy, night, own, partial;
	int64_t longest_ns;
};

static void
count_outage(struct counted *c, const struct prescreen_input *in, const struct outage *o)
{
	const struct regime *g = in->regime;
	int64_t length = o->end_ns - o->start_ns;
	int minute = finding_minute(o->start_ns, in->zone);

	if (length <= regime_figure(g, "longer-than")->ns ||
	    o->start_ns < in->period.start_ns || o->start_ns >= in->period.end_ns)
		return;
	if (!o->counted || o->extent == EXTENT_PARTIAL) {
		c->own += !o->counted;
		c->partial += o->counted;
		return;
	}
	if (finding_within(minute, regime_figure(g, "night-from")->number,
	        regime_figure(g, "night-to")->number)) {
		c->night++;
		return;
	}
	c->all++;
	c->busy += finding_within(minute, regime_figure(g, "busy-from")->number,
	    regime_figure(g, "busy-to")->number);
	c->longest_ns = length > c->longest_ns ? length : c->longest_ns;
}

void
panel_outages(struct prescreen *out, const struct prescreen_input *in)
{
	const struct regime_figure *least = regime_figure(in->regime, "longer-than");
	double days = (double)(in->scheduled_ns - in->unknown_ns) / DAY_NS;
	char longest[FINDING_TIME_ROOM];
	struct counted c = {0};

	for (size_t i = 0; i < in->n_outages; i++)
		count_outage(&c, in, &in->outages[i]);
	finding_number(out, "days", days, "measured_days");
	finding_number(out, "outages", (double)c.all, "outages");
	finding_number(out, "outages", (double)c.busy, "outages_in_busy_hours");
	finding_number(out, "outages", (double)c.night, "outages_at_night");
	if (days < 1) {
		finding_lack(
		    out, "%.2f days were measured; an average needs one at least", days);
		return;
	}
	finding_number(out, "outages/day", (double)c.all / days, "daily_outages");
	finding_say(out,
	    "%zu complete outages longer than %.6g s in %.2f measured days: %.3f a day; %zu of them in the busy hours, the longest %s.",
	    c.all, (double)least->ns / NS_PER_S, days, (double)c.all / days, c.busy,
	    finding_length(c.longest_ns, longest));
	if (c.night > 0)
		finding_say(
		    out, "%zu more that began in the night are left out.", c.night);
	if (c.own + c.partial > 0)
		finding_say(out,
		    "%zu partial ones and %zu that do not count against the ISP are left out.",
		    c.partial, c.own);
	out->outcome = PRESCREEN_NO_VERDICT;
}
