#include "reports/promise.h"

#include "reports/dossier.h"
#include "reports/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct unit {
	double each;
	const char *name;
};

static struct unit
unit_of(const struct commitment *c)
{
	if (c->conf->metric == METRIC_LOSS)
		return (struct unit){0.01, "%"};
	if (c->conf->metric == METRIC_RTT || c->conf->metric == METRIC_JITTER)
		return (struct unit){1e6, "ms"};
	return (struct unit){1e6, "Mbit/s"};
}

static void
name(const struct commitment *c, char *out, size_t room)
{
	static const char *const METRICS[] = {
	    "Packet loss", "Round-trip time", "Jitter", "Download", "Upload"};
	static const char *const VALUES[] = {
	    "mean", "", "minimum", "normally available", "maximum"};
	int64_t all = c->conf->over_ns / NS_PER_S;
	static const char *const RULES[] = {
	    [COMMITMENT_MINIMUM] = "in every test; two in a row miss it",
	    [COMMITMENT_NORMAL] = "in 90 % of tests",
	    [COMMITMENT_MAXIMUM] = "90 % of it at least once"};
	const char *whose = c->conf->metric >= METRIC_SPEED_DOWN ? RULES[c->value]
	                    : c->conf->where == WHERE_SITE       ? "between site and ISP"
	                                                   : "of the ISP's own samples";
	const char *metric = say_word(METRICS[c->conf->metric]);
	char over[32];

	if (c->value != COMMITMENT_WORST) {
		snprintf(out, room, "%s, %s\n%s", metric, say_word(VALUES[c->value]),
		    say_word(whose));
		return;
	}
	if (all % 60 == 0)
		snprintf(over, sizeof over, "%" PRId64 " min", all / 60);
	else
		snprintf(over, sizeof over, "%" PRId64 " s", all);
	say(out, room, "{1} in any {2}\n{3}", metric, over, say_word(whose));
}

static void
measured(const struct commitment *c, struct unit u, bool speed, char *out, size_t room)
{
	char at[48], lower[32], upper[48], of[32], share[32];

	say_number(at, sizeof at, "%.3g %s", c->measured / u.each, u.name);
	say_number(lower, sizeof lower, "%.3g", c->lower / u.each);
	say_number(upper, sizeof upper, "%.3g %s", c->upper / u.each, u.name);
	words_count(c->n, of);
	say_number(share, sizeof share, "%.3g %%", 100 * c->share);
	if (!speed && c->has_bounds)
		say(out, room, "{1} to the Internet\n({2} to {3})", at, lower, upper);
	else if (!speed)
		say(out, room, "{1}\nto the Internet", at);
	else if (c->value == COMMITMENT_MAXIMUM)
		say(out, room, "{1}\nthe fastest of {2}", at, of);
	else if (c->value == COMMITMENT_MINIMUM)
		say(out, room, "{1} the slowest;\nreached by {2} of {3}", at, share, of);
	else
		say(out, room, "{1} median;\nreached by {2} of {3}", at, share, of);
}

/* Some speeds are promised of so many of the tests: the margin is one of shares. */
static bool
is_of_shares(const struct commitment *c)
{
	return c->value == COMMITMENT_MINIMUM || c->value == COMMITMENT_NORMAL;
}

double
promise_margin(const struct commitment *c)
{
	if (is_of_shares(c))
		return c->share - (c->value == COMMITMENT_MINIMUM ? 1 : 0.9);
	return c->value == COMMITMENT_MAXIMUM ? c->measured - 0.9 * c->promised
	                                      : c->promised - c->measured;
}

uint32_t
promise_colour(const struct commitment *c)
{
	if (c->word == COMMITMENT_MISSED)
		return INK_BAD;
	return c->word == COMMITMENT_KEPT ? INK_GOOD : INK_MUTED;
}

/* Beside a ratio points, not percent: so is told how far apart two of them are. */
static void
margin(const struct commitment *c, struct unit u, char *out, size_t room)
{
	double by = promise_margin(c);
	bool points = is_of_shares(c) || c->conf->metric == METRIC_LOSS;
	char size[48];

	say_number(size, sizeof size, "%s%.3g%s%s", by < 0 ? "−" : "+",
	    fabs(by) / (points ? 0.01 : u.each), points ? "" : " ", points ? "" : u.name);
	say(out, room, points ? "{1}\npoints" : "{1}", size);
}

void
promise_words(const struct commitment *c, struct promise *out)
{
	bool speed = c->conf->metric >= METRIC_SPEED_DOWN;
	bool ours = c->conf->where == WHERE_SITE;
	struct unit u = unit_of(c);

	memset(out, 0, sizeof *out);
	name(c, out->what, sizeof out->what);
	say_number(out->promised, sizeof out->promised, "%s %.6g %s", speed ? "≥" : "≤",
	    c->promised / u.each, u.name);
	if (c->word == COMMITMENT_NOT_MEASURED) {
		say(out->measured, sizeof out->measured, "not measured");
		snprintf(out->margin, sizeof out->margin, "–");
		out->verdict = "–";
		return;
	}
	measured(c, u, speed, out->measured, sizeof out->measured);
	margin(c, u, out->margin, sizeof out->margin);
	out->verdict = c->word == COMMITMENT_KEPT         ? say_word("within it")
	               : c->word == COMMITMENT_NOT_PROVEN ? say_word("not proven")
	               : ours                             ? say_word("missed")
	                      : say_word("corroborates a miss");
}

/* ---- JSON ---- */

/* A promised value in its unit: a ratio, seconds or bit/s. */
static json_t *
measure_json(const struct commitment *c, double v)
{
	bool time = c->conf->metric == METRIC_RTT || c->conf->metric == METRIC_JITTER;

	return time ? seconds_json((int64_t)llround(v)) : json_real(v);
}

json_t *
promise_json(const struct commitment *v, size_t n)
{
	static const char *const METRICS[] = {
	    "loss", "rtt", "jitter", "speed-down", "speed-up"};
	static const char *const UNITS[] = {"ratio", "s", "s", "bit/s", "bit/s"};
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct commitment *c = &v[i];
		bool told = c->word != COMMITMENT_NOT_MEASURED;
		json_t *o = json_object();
		value_set(o, "name", json_string(c->conf->name));
		value_set(o, "clause",
		    value_text(
		        c->conf->clause[0] != '\0' ? c->conf->clause : c->conf->name));
		value_set(o, "metric", json_string(METRICS[c->conf->metric]));
		value_set(o, "where",
		    json_string(c->conf->where == WHERE_SITE ? "site" : "backbone"));
		value_set(o, "value", json_string(commitment_value_name(c->value)));
		value_set(o, "unit", json_string(UNITS[c->conf->metric]));
		value_set(o, "promised", measure_json(c, c->promised));
		value_set(
		    o, "measured", told ? measure_json(c, c->measured) : json_null());
		value_set(o, "margin",
		    told && !is_of_shares(c) ? measure_json(c, promise_margin(c))
		                             : json_null());
		value_set(o, "share_margin",
		    told && is_of_shares(c) ? json_real(promise_margin(c)) : json_null());
		value_set(o, "from", told ? value_instant(c->at.start_ns) : json_null());
		value_set(o, "to", told ? value_instant(c->at.end_ns) : json_null());
		value_set(o, "n", json_integer((json_int_t)c->n));
		value_set(o, "share", c->share >= 0 ? json_real(c->share) : json_null());
		value_set(o, "lower", c->has_bounds ? json_real(c->lower) : json_null());
		value_set(o, "upper", c->has_bounds ? json_real(c->upper) : json_null());
		value_set(o, "verdict", json_string(commitment_word_name(c->word)));
		json_array_append_new(list, o);
	}
	return list;
}
