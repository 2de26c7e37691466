#include "reports/promise.h"

#include <inttypes.h>
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
	static const char *const RULES[] = {[COMMITMENT_MINIMUM] = "in every test",
	    [COMMITMENT_NORMAL] = "in 90 % of tests",
	    [COMMITMENT_MAXIMUM] = "90 % of it at least once"};
	const char *whose = c->conf->metric >= METRIC_SPEED_DOWN ? RULES[c->value]
	                    : c->conf->where == WHERE_SITE       ? "between site and ISP"
	                                                   : "of the ISP's own samples";

	if (c->value != COMMITMENT_WORST)
		snprintf(out, room, "%s, %s\n%s", METRICS[c->conf->metric],
		    VALUES[c->value], whose);
	else if (all % 60 == 0)
		snprintf(out, room, "%s in any %" PRId64 " min\n%s",
		    METRICS[c->conf->metric], all / 60, whose);
	else
		snprintf(out, room, "%s in any %" PRId64 " s\n%s",
		    METRICS[c->conf->metric], all, whose);
}

static void
measured(const struct commitment *c, struct unit u, bool speed, char *out, size_t room)
{
	double v = c->measured / u.each;

	if (!speed && c->has_bounds)
		snprintf(out, room, "%.3g %s to the Internet\n(%.3g to %.3g %s)", v,
		    u.name, c->lower / u.each, c->upper / u.each, u.name);
	else if (!speed)
		snprintf(out, room, "%.3g %s\nto the Internet", v, u.name);
	else if (c->value == COMMITMENT_MAXIMUM)
		snprintf(out, room, "%.3g %s\nthe fastest of %" PRIu64, v, u.name, c->n);
	else
		snprintf(out, room, "%.3g %s %s;\nreached by %.3g %% of %" PRIu64, v,
		    u.name, c->value == COMMITMENT_MINIMUM ? "the slowest" : "median",
		    100 * c->share, c->n);
}

void
promise_words(const struct commitment *c, struct promise *out)
{
	bool speed = c->conf->metric >= METRIC_SPEED_DOWN;
	bool ours = c->conf->where == WHERE_SITE;
	struct unit u = unit_of(c);
	double line = c->value == COMMITMENT_MAXIMUM ? 0.9 * c->promised : c->promised;
	double over = speed ? line - c->measured : c->measured - line;

	memset(out, 0, sizeof *out);
	name(c, out->what, sizeof out->what);
	snprintf(out->promised, sizeof out->promised, "%s %.6g %s", speed ? "≥" : "≤",
	    c->promised / u.each, u.name);
	if (c->word == COMMITMENT_NOT_MEASURED) {
		snprintf(out->measured, sizeof out->measured, "not measured");
		snprintf(out->margin, sizeof out->margin, "–");
		out->verdict = "–";
		return;
	}
	measured(c, u, speed, out->measured, sizeof out->measured);
	snprintf(out->margin, sizeof out->margin, "%s%.3g %s", over > 0 ? "−" : "+",
	    (over > 0 ? over : -over) / u.each, u.name);
	out->bad = c->word == COMMITMENT_MISSED || c->word == COMMITMENT_NOT_PROVEN;
	out->verdict = c->word == COMMITMENT_KEPT         ? "within it"
	               : c->word == COMMITMENT_NOT_PROVEN ? "not proven"
	               : ours                             ? "missed"
	                                                  : "corroborates a miss";
}
