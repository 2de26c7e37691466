#include "reports/recount.h"

#include "reports/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define US_MOST 9e15

/* One part of it being counted; the first that is wrong is kept. */
struct count {
	bool failed;
	char wrong[400];
};

__attribute__((format(printf, 3, 4))) static bool
must(struct count *c, bool ok, const char *format, ...)
{
	va_list ap;

	if (ok || c->failed)
		return ok;
	c->failed = true;
	va_start(ap, format);
	vsnprintf(c->wrong, sizeof c->wrong, format, ap);
	va_end(ap);
	return false;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

/* Seconds in whole microseconds; what is no number is wrong. */
static int64_t
us_of(struct count *c, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	double us = json_number_value(v) * 1e6;

	if (!must(c, json_is_number(v) && us >= 0 && us < US_MOST, "%s: no seconds", key))
		return 0;
	return llround(us);
}

static int64_t
at_of(struct count *c, const json_t *o, const char *key)
{
	int64_t ns = 0;

	must(c, value_read_instant(json_string_value(json_object_get(o, key)), &ns),
	    "%s: no instant", key);
	return ns / 1000;
}

static json_int_t
count_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static bool
is_null(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return v == NULL || json_is_null(v);
}

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

/* ---- outages ---- */

static void
count_edges(struct count *c, const json_t *o, int64_t start)
{
	const char *id = text_of(o, "id");
	int64_t length = us_of(c, o, "duration_s");
	int64_t slack = us_of(c, o, "start_bound_s") + us_of(c, o, "end_bound_s");

	if (!is_null(o, "end")) {
		int64_t end = at_of(c, o, "end");
		must(c, start < end, "outage %s ends before it starts", id);
		must(c, length == end - start,
		    "outage %s: duration_s is not its end less its start", id);
		must(c, us_of(c, o, "duration_max_s") == length + slack,
		    "outage %s: duration_max_s is not its duration and its bounds", id);
	}
	must(c, us_of(c, o, "duration_min_s") == (length > slack ? length - slack : 0),
	    "outage %s: duration_min_s is not its duration less its bounds", id);
	must(c,
	    us_of(c, o, "down_s") + us_of(c, o, "unknown_s") + us_of(c, o, "clipped_s") ==
	        length,
	    "outage %s: down, unknown and clipped time are not its duration", id);
}

static void
count_outage(struct count *c, const json_t *link, const json_t *o, int64_t *before)
{
	const char *id = text_of(o, "id");
	int64_t start = at_of(c, o, "start");

	must(c, start >= *before, "outage %s starts before the one it follows", id);
	*before = start;
	must(c, start < at_of(c, link, "to"), "outage %s starts after the period", id);
	must(c, is_null(o, "end") || at_of(c, o, "end") > at_of(c, link, "from"),
	    "outage %s ends before the period", id);
	must(c, json_is_true(json_object_get(o, "open")) == is_null(o, "end"),
	    "outage %s: open with an end, or closed without", id);
	must(c,
	    json_is_true(json_object_get(o, "counted")) ==
	        is_null(o, "not_counted_reason"),
	    "outage %s: counted for a reason not to, or not counted for none", id);
	must(c, count_of(o, "networks_failed") <= count_of(o, "networks_total"),
	    "outage %s: more networks failed than there are", id);
	count_edges(c, o, start);
}

/* Sum of what is down; in order, each once. */
static int64_t
count_list(struct count *c, const json_t *link, const char *key, bool all, size_t *n)
{
	const json_t *list = json_object_get(link, key), *o;
	int64_t sum = 0, before = INT64_MIN;
	size_t i;

	must(c, json_is_array(list), "%s: no list", key);
	json_array_foreach(list, i, o)
	{
		count_outage(c, link, o, &before);
		if (all || json_is_true(json_object_get(o, "counted")))
			sum += us_of(c, o, "down_s");
	}
	*n = json_array_size(list);
	return sum;
}

static void
count_ids(struct count *c, const json_t *link)
{
	static const char *const LISTS[] = {"outages", "micro_outages"};
	json_t *seen = json_object();

	for (size_t k = 0; k < 2; k++) {
		const json_t *o;
		size_t i;
		json_array_foreach(json_object_get(link, LISTS[k]), i, o)
		{
			const char *id = text_of(o, "id");
			must(c, json_object_get(seen, id) == NULL,
			    "the id %s stands twice", id);
			json_object_set_new(seen, id, json_true());
		}
	}
	json_decref(seen);
}

static void
count_unknown(struct count *c, const json_t *link)
{
	int64_t sum = 0, from = at_of(c, link, "from"), to = at_of(c, link, "to");
	const json_t *u;
	size_t i;

	json_array_foreach(json_object_get(link, "unknown"), i, u)
	{
		int64_t start = at_of(c, u, "start"), end = at_of(c, u, "end");
		must(c, from <= start && start < end && end <= to,
		    "unknown time %zu ends before it starts, overlaps, or lies outside",
		    i + 1);
		from = end;
		sum += end - start;
	}
	must(c, sum == us_of(c, link, "unknown_s"),
	    "unknown_s is not the sum of its list");
}

static void
count_loss(struct count *c, const json_t *link)
{
	const json_t *loss = json_object_get(link, "loss");
	double sent = (double)count_of(loss, "sent"),
	       lost = (double)count_of(loss, "lost");

	if (!json_is_object(loss) || sent <= 0)
		return;
	must(c, lost <= sent, "more was lost than sent");
	must(c, near(json_number_value(json_object_get(loss, "ratio")), lost / sent),
	    "the loss is not lost / sent");
}

static void
count_link(const json_t *link, struct findings *f)
{
	struct count c = {false};
	char name[64];
	size_t n, micro;

	snprintf(name, sizeof name, "%.30s/%.30s", text_of(link, "centre"),
	    text_of(link, "link"));
	int64_t period = at_of(&c, link, "to") - at_of(&c, link, "from");
	must(&c, period >= 0, "the period ends before it begins");
	int64_t down = count_list(&c, link, "outages", false, &n);
	must(&c, down == us_of(&c, link, "down_s"),
	    "down_s is not the sum of its outages that count");
	must(&c,
	    count_list(&c, link, "micro_outages", true, &micro) ==
	        us_of(&c, link, "micro_s"),
	    "micro_s is not the sum of its list");
	count_ids(&c, link);
	count_unknown(&c, link);
	count_loss(&c, link);
	if (period > 0 && !is_null(link, "coverage"))
		must(&c,
		    near(json_number_value(json_object_get(link, "coverage")),
		        1 - (double)us_of(&c, link, "unknown_s") / (double)period),
		    "coverage is not measured / scheduled");
	if (c.failed)
		findings_add(f, FINDING_FAILS, name, "%s", c.wrong);
	else
		findings_add(f, FINDING_HOLDS, name,
		    "%zu outage%s and %zu micro-outage%s, in order; %.6f s down is their "
		    "sum; unknown time, coverage and loss are those of their lists",
		    n, n == 1 ? "" : "s", micro, micro == 1 ? "" : "s",
		    (double)down / 1e6);
}

/* ---- verdicts ---- */

static void
count_intervals(struct count *c, const json_t *v)
{
	static const char *const CLASSES[] = {"excluded", "unknown", "down", "up"};
	static const char *const TOTALS[] = {"excluded_s", "unknown_s", "down_s", "up_s"};
	const json_t *period = json_object_get(v, "period"), *in;
	int64_t sums[4] = {0}, at = at_of(c, period, "from"), all = 0;
	size_t i;

	json_array_foreach(json_object_get(v, "intervals"), i, in)
	{
		int64_t start = at_of(c, in, "start"), end = at_of(c, in, "end");
		must(c, start < end, "interval %zu ends before it starts", i + 1);
		must(
		    c, start == at, "interval %zu does not follow the one before", i + 1);
		at = end;
		for (size_t k = 0; k < 4; k++)
			if (strcmp(text_of(in, "class"), CLASSES[k]) == 0)
				sums[k] += end - start;
	}
	for (size_t k = 0; k < 4; k++) {
		must(c, sums[k] == us_of(c, v, TOTALS[k]),
		    "%s is not the sum of its intervals", TOTALS[k]);
		all += sums[k];
	}
	must(c, all == us_of(c, v, "scheduled_s"),
	    "scheduled_s is not excluded, unknown, down and up time");
	must(c,
	    all == 0 || !json_is_true(json_object_get(period, "complete")) ||
	        at == at_of(c, period, "to"),
	    "the intervals do not end with the period");
}

static void
count_ratios(struct count *c, const json_t *v)
{
	const json_t *a = json_object_get(v, "availability");
	double up = (double)us_of(c, v, "up_s"), down = (double)us_of(c, v, "down_s");
	double service = (double)(us_of(c, v, "scheduled_s") - us_of(c, v, "excluded_s"));
	double lower = json_number_value(json_object_get(a, "lower"));
	double point = json_number_value(json_object_get(a, "point"));
	double upper = json_number_value(json_object_get(a, "upper"));

	must(c, json_is_object(a) == (up + down > 0),
	    "availability of nothing, or none of something");
	if (!json_is_object(a))
		return;
	must(c, near(point, up / (up + down)), "availability is not up / (up + down)");
	must(c, lower <= point && point <= upper, "the bounds of availability cross");
	must(c,
	    service <= 0 || near(json_number_value(json_object_get(v, "coverage")),
	                        (up + down) / service),
	    "coverage is not (up + down) / (scheduled - excluded)");
}

static void
count_word(struct count *c, const json_t *v)
{
	const json_t *a = json_object_get(v, "availability"),
	             *t = json_object_get(v, "target");
	const char *word = text_of(v, "verdict");
	double lower = json_number_value(json_object_get(a, "lower"));
	double point = json_number_value(json_object_get(a, "point"));
	double upper = json_number_value(json_object_get(a, "upper"));
	double target = json_number_value(t);

	if (!json_is_true(json_object_get(json_object_get(v, "period"), "complete")) ||
	    !json_is_object(a) || !json_is_number(t))
		return;
	if (strcmp(word, "breached") == 0)
		must(c, upper < target,
		    "breached, but the upper bound reaches the target");
	if (strcmp(word, "met") == 0)
		must(c, lower >= target, "met, but the lower bound misses the target");
	if (strcmp(word, "arguable") == 0)
		must(c, point < target && target <= upper,
		    "arguable, but not by its bounds");
	if (strcmp(word, "not-proven") == 0)
		must(c, lower < target && target <= point,
		    "not proven, but not by its bounds");
}

/* How often, how long: by the intervals that are down, or by the outages that begin here
 * and count. */
static void
count_outages(struct count *c, const json_t *v)
{
	json_int_t n = count_of(v, "outage_count");
	int64_t longest = us_of(c, v, "longest_outage_s"), down = us_of(c, v, "down_s");
	const json_t *o;
	size_t i, least = 0;

	must(c, longest <= down, "longest_outage_s is more than all of the downtime");
	must(c, (n == 0) == is_null(v, "mttr_s"), "mttr_s of no outage, or none of some");
	if (n > 0)
		must(c, us_of(c, v, "mtbf_s") == us_of(c, v, "up_s") / n,
		    "mtbf_s is not up time / outage_count");
	if (strcmp(text_of(v, "profile"), "event") != 0)
		return;
	json_array_foreach(json_object_get(v, "outages"), i, o)
	{
		least += us_of(c, o, "down_s") > 0;
		must(c,
		    us_of(c, o, "down_min_s") <= us_of(c, o, "down_s") &&
		        us_of(c, o, "down_s") <= us_of(c, o, "down_max_s"),
		    "outage %s: the bounds of its downtime cross", text_of(o, "id"));
	}
	must(c, n <= (json_int_t)least,
	    "outage_count is more than the outages that weigh");
}

static void
count_verdict(const json_t *v, struct findings *f)
{
	struct count c = {false};
	char name[64];
	size_t n = json_array_size(json_object_get(v, "intervals"));

	snprintf(
	    name, sizeof name, "%.30s/%.30s", text_of(v, "centre"), text_of(v, "link"));
	count_intervals(&c, v);
	count_ratios(&c, v);
	count_word(&c, v);
	count_outages(&c, v);
	if (c.failed)
		findings_add(f, FINDING_FAILS, name, "%s: %s",
		    text_of(json_object_get(v, "period"), "from"), c.wrong);
	else
		findings_add(f, FINDING_HOLDS, name,
		    "%.10s to %.10s: %zu interval%s without a gap; scheduled, excluded, "
		    "unknown, down and up time, availability and verdict follow from %s",
		    text_of(json_object_get(v, "period"), "from"),
		    text_of(json_object_get(v, "period"), "to"), n, n == 1 ? "" : "s",
		    n == 1 ? "it" : "them");
}

/* ---- what stands in several places ---- */

static void
count_curve(const json_t *curve, const json_t *link, struct findings *f)
{
	const json_t *loss = json_object_get(link, "loss"), *row;
	json_int_t sent = 0, lost = 0;
	char name[64];
	size_t i;

	json_array_foreach(json_object_get(curve, "hours"), i, row)
	{
		sent += json_integer_value(json_array_get(row, 2));
		lost += json_integer_value(json_array_get(row, 3));
	}
	snprintf(name, sizeof name, "%.30s/%.30s", text_of(link, "centre"),
	    text_of(link, "link"));
	if (!json_is_object(loss) ||
	    json_array_size(json_object_get(curve, "hours")) == 0)
		return;
	if (sent == count_of(loss, "sent") && lost == count_of(loss, "lost"))
		findings_add(f, FINDING_HOLDS, name,
		    "%lld packet%s sent and %lld lost are the sums of the hours",
		    (long long)sent, sent == 1 ? "" : "s", (long long)lost);
	else
		findings_add(f, FINDING_FAILS, name,
		    "what was sent and lost is not the sum of the hours");
}

void
recount(const json_t *results, struct findings *f)
{
	const json_t *links =
	    json_object_get(json_object_get(results, "outages"), "links");
	const json_t *verdicts =
	    json_object_get(json_object_get(results, "sla"), "verdicts");
	const json_t *curves = json_object_get(results, "curves"), *o;
	size_t i;

	if (!json_is_array(links) || !json_is_array(verdicts)) {
		findings_add(f, FINDING_FAILS, "results.json",
		    "it has no lists of outages and verdicts");
		return;
	}
	json_array_foreach(links, i, o) count_link(o, f);
	json_array_foreach(verdicts, i, o) count_verdict(o, f);
	json_array_foreach(links, i, o) count_curve(json_array_get(curves, i), o, f);
}
