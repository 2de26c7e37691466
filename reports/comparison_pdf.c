/* The comparison on paper: the answer and its chart first, then pairs, joint failures and
 * cost. Cost and downtime stand side by side; they are never made one number. */
#include "reports/comparison.h"

#include "reports/dossier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const METRIC_TITLES[] = {
    "Availability", "Outages", "Packet loss", "Round trip, median", "Round trip, p95"};
static const char *const METRIC_NOTES[] = {"of the common minutes", "begun in 30 days",
    "of the voting probes", "mean of the hours' medians",
    "mean of the hours' 95th percentiles"};
static const char *const METRIC_WORDS[] = {"availability", "outages", "loss",
    "median round trip", "95th percentile of round trips"};

const char *
comparison_title(enum compare_metric m)
{
	return say_word(METRIC_TITLES[m]);
}

const char *
comparison_word(enum compare_metric m)
{
	return say_word(METRIC_WORDS[m]);
}

static bool
is_one_centre(const struct comparison_view *v)
{
	for (size_t i = 1; i < v->r->n_links; i++)
		if (strcmp(v->r->links[i].def->centre, v->r->links[0].def->centre) != 0)
			return false;
	return true;
}

/* "fibre", or "berlin/fibre" where they are of several centres. */
void
comparison_name(const struct comparison_view *v, size_t link, char out[COMPARISON_NAME])
{
	const struct link_def *def = v->r->links[link].def;

	if (is_one_centre(v))
		snprintf(out, COMPARISON_NAME, "%s", def->link);
	else
		snprintf(out, COMPARISON_NAME, "%s/%s", def->centre, def->link);
}

static void
print_value(enum compare_metric m, double value, unsigned decimals, char out[40])
{
	char text[32];

	switch (m) {
	case COMPARE_AVAILABILITY:
		words_percent(value, decimals, text);
		break;
	case COMPARE_LOSS:
		words_percent(value, 3, text);
		break;
	case COMPARE_OUTAGES:
		say_number(text, sizeof text, "%.2f", value);
		break;
	default:
		words_ms((int64_t)value, text);
	}
	snprintf(out, 40, "%s", text);
}

/* ---- the headline ---- */

static size_t
firsts_of(const struct comparison_view *v, size_t link, char *out, size_t room)
{
	size_t used = 0, n = 0;

	for (int m = 0; m < COMPARE_METRICS; m++) {
		if (v->c->links[link].values[m].worst != 1 ||
		    v->c->links[link].values[m].best != 1 || used >= room)
			continue;
		used += (size_t)snprintf(out + used, room - used, "%s%s",
		    n > 0 ? ", " : "", say_word(METRIC_WORDS[m]));
		n++;
	}
	return n;
}

static bool
any_apart(const struct comparison_view *v)
{
	for (size_t i = 0; i < v->c->n_pairs; i++)
		for (int m = 0; m < COMPARE_METRICS; m++)
			if (v->c->pairs[i].metrics[m].apart)
				return true;
	return false;
}

/* "fibre is first in loss, outages; lte is first in availability": how many are told. */
static size_t
say_firsts(const struct comparison_view *v, char *out, size_t room)
{
	char name[COMPARISON_NAME], firsts[200];
	size_t used = 0, all = 0;

	for (size_t i = 0; i < v->c->n_links && used + 3 < room; i++) {
		size_t n = firsts_of(v, i, firsts, sizeof firsts);
		if (n == 0)
			continue;
		if (n == COMPARE_METRICS)
			say(firsts, sizeof firsts, "everything measured");
		comparison_name(v, i, name);
		name[48] = '\0';
		if (used > 0)
			used += (size_t)snprintf(out + used, room - used, "; ");
		say(out + used, room - used, "{1} is first in {2}", name, firsts);
		used += strlen(out + used);
		all += n;
	}
	return all;
}

static void
headline(const struct comparison_view *v, char *out, size_t room)
{
	char said[400], days[32], least[32], links[32];

	words_count(v->c->days, days);
	words_count(v->c->rule.least_days, least);
	words_count(v->c->n_links, links);
	if (v->c->days < v->c->rule.least_days) {
		say(out, room,
		    "Too little to tell the links apart: {1} {1|day|days} in common, {2} are "
		    "needed",
		    days, least);
		return;
	}
	size_t n = say_firsts(v, said, sizeof said);
	if (n == 0 && any_apart(v))
		say(out, room, "No link is first alone in anything measured");
	else if (n == 0)
		say(out, room, "Nothing measured tells the {1} links apart", links);
	else if (n < COMPARE_METRICS)
		say(out, room, "{1}; nothing else tells the first apart", said);
	else
		snprintf(out, room, "%s", said);
}

/* ---- the chart ---- */

static double
highest(const struct comparison_view *v, enum compare_metric m)
{
	double most = 0;

	for (size_t i = 0; i < v->c->n_links; i++)
		if (v->c->links[i].values[m].has)
			most = fmax(most, v->c->links[i].values[m].upper);
	return most;
}

static double
lowest(const struct comparison_view *v, enum compare_metric m)
{
	double least = 1;

	for (size_t i = 0; i < v->c->n_links; i++)
		if (v->c->links[i].values[m].has)
			least = fmin(least, v->c->links[i].values[m].lower);
	return least;
}

static void
scale(const struct comparison_view *v, enum compare_metric m, struct dots_row *row)
{
	char text[40];

	if (m == COMPARE_AVAILABILITY) {
		double span = fmax((1 - lowest(v, m)) * 100, 0.001);
		double step = axis_nice(span * 1.1, 4);
		row->to = 1;
		row->from = fmax(0, 1 - ceil(span * 1.1 / step) * step / 100);
		say_number(row->low, sizeof row->low, "%.6g %%", row->from * 100);
		snprintf(row->high, sizeof row->high, "100 %%");
		return;
	}
	double unit = m == COMPARE_LOSS ? 0.01 : m == COMPARE_OUTAGES ? 1 : 1e6;
	double most = fmax(highest(v, m) / unit, m == COMPARE_LOSS ? 0.001 : 0.1);
	double step = axis_nice(most * 1.05, 4);
	row->from = 0;
	row->to = ceil(most * 1.05 / step) * step;
	if (m == COMPARE_LOSS && row->to > 100)
		row->to = 100;
	say_number(text, sizeof text, "%.6g%s", row->to,
	    m == COMPARE_LOSS      ? " %"
	    : m == COMPARE_OUTAGES ? ""
	                           : " ms");
	row->to *= unit;
	snprintf(row->low, sizeof row->low, "0");
	snprintf(row->high, sizeof row->high, "%.31s", text);
}

static void
fill_row(const struct comparison_view *v, enum compare_metric m, struct dots_row *row)
{
	unsigned decimals = 3;

	memset(row, 0, sizeof *row);
	row->title = comparison_title(m);
	row->note = say_word(METRIC_NOTES[m]);
	row->more = m == COMPARE_AVAILABILITY;
	scale(v, m, row);
	if (m == COMPARE_AVAILABILITY)
		decimals = words_decimals(lowest(v, m), highest(v, m), 1);
	for (size_t i = 0; i < v->c->n_links; i++) {
		const struct compare_value *value = &v->c->links[i].values[m];
		row->dots[i].has = value->has;
		row->dots[i].has_interval = value->has_interval;
		row->dots[i].lower = value->lower;
		row->dots[i].point = value->point;
		row->dots[i].upper = value->upper;
		row->dots[i].has_limit = comparison_agreed(v, i, m, &row->dots[i].limit);
		print_value(m, value->point, decimals, row->dots[i].value);
		if (!value->has)
			snprintf(row->dots[i].rank, sizeof row->dots[i].rank, "–");
		else if (value->best == value->worst)
			snprintf(row->dots[i].rank, sizeof row->dots[i].rank, "%zu",
			    value->best);
		else
			snprintf(row->dots[i].rank, sizeof row->dots[i].rank, "%zu–%zu",
			    value->best, value->worst);
	}
}

static void
paint_dots(struct draw *d, struct box box, const void *ctx)
{
	dots_draw(d, box, ctx);
}

void
comparison_chart(struct pages *p, const struct comparison_view *v, const char *said)
{
	struct dots_row rows[COMPARE_METRICS];
	char names[DOTS_MOST][COMPARISON_NAME], alt[700];
	struct dots dots = {.n = v->c->n_links, .rows = rows};

	for (int m = 0; m < COMPARE_METRICS; m++)
		if (compare_is_measured(v->c, (enum compare_metric)m))
			fill_row(v, (enum compare_metric)m, &rows[dots.n_rows++]);
	for (size_t i = 0; i < dots.n; i++) {
		comparison_name(v, i, names[i]);
		dots.names[i] = names[i];
	}
	if (dots.n_rows == 0) {
		page_text(p, &style_body,
		    say_word(
		        "Nothing was measured in a time that all links have in common."));
		return;
	}
	say(alt, sizeof alt,
	    "A row a measure, each link a mark within its interval, its rank at the right. "
	    "{1}.",
	    said);
	page_figure(p, "comparison", say_word("Links compared over the same time"), alt,
	    dots_height(&dots), paint_dots, &dots);
}

/* ---- what it rests on ---- */

static void
fair_test(struct pages *p, const struct comparison_view *v)
{
	struct comparison_targets t;
	const struct compare_rule *rule = &v->c->rule;
	char common[160], days[160], targets[160], rounds[160], definition[192], n[32];
	char from[48], to[48], period[128], text[40], others[640], hours[32], seed[32],
	    where[96];
	struct zone zone;

	comparison_targets(v, &t);
	bool probed = t.common > 0 || t.others[0] != '\0';
	chart_zone_open(&zone, v->zone, v->r->from.ns, v->r->to.ns);
	chart_zone_print(&zone, v->r->from.ns, 0, from);
	chart_zone_print(&zone, v->r->to.ns, 0, to);
	say(period, sizeof period, "{1} to {2}", from, to);
	words_duration(v->c->common_ns, false, text);
	say(common, sizeof common, "{1} in which every link was up or down", text);
	words_count(v->c->days, n);
	words_count(v->c->hours, hours);
	say(days, sizeof days,
	    "{1} {1|day|days} of which half or more are common, {2} {2|hour|hours} with probes "
	    "of all links",
	    n, hours);
	words_count(t.common, n);
	if (!probed)
		say(targets, sizeof targets, "none: states are known, no probes");
	else if (t.others[0] != '\0')
		say(targets, sizeof targets, "{1} the same for all; the others are below",
		    n);
	else
		say(targets, sizeof targets, "{1} the same for all, no others", n);
	snprintf(text, sizeof text, "%u", rule->rounds);
	snprintf(seed, sizeof seed, "%llu", (unsigned long long)rule->seed);
	words_count(v->c->n_tests, n);
	say(rounds, sizeof rounds,
	    "whole days, {1} rounds, seed {2}, {3} {3|comparison|comparisons}", text,
	    seed, n);
	words_definition(v->profile, definition);
	say(where, sizeof where, is_one_centre(v) ? "one centre" : "several centres");
	struct fact facts[] = {{"Period", period}, {"Place", where},
	    {"Same time", common}, {"Days", days}, {"Instrument", v->r->software},
	    {"Targets", targets},
	    {"Pace", say_word(!probed       ? "–"
	                      : t.same_pace ? "alike, within 5 %"
	                                    : "different: see the probes sent")},
	    {"Availability", definition}, {"Resampling", rounds}};
	page_heading(p, 112, NULL, say_word("Is it a fair test?"));
	page_facts(p, facts, sizeof facts / sizeof *facts, 1);
	if (t.others[0] != '\0') {
		say(others, sizeof others, "Targets of some links only: {1}.", t.others);
		page_text(p, &style_note, others);
	}
}

static const struct column measured_columns[] = {
    {"Link", 118, ALIGN_LEFT, true, FACE_TEXT}, {"ISP", 110, ALIGN_LEFT, true, FACE_TEXT},
    {"Coverage", 60, ALIGN_RIGHT, false, FACE_TEXT},
    {"Down", 74, ALIGN_RIGHT, false, FACE_TEXT},
    {"Outages", 45, ALIGN_RIGHT, false, FACE_TEXT},
    {"Probes lost", 92, ALIGN_RIGHT, true, FACE_TEXT}};

static void
measured(struct pages *p, const struct comparison_view *v)
{
	struct table t;

	page_heading(p, 60, NULL, say_word("What was measured"));
	table_begin(&t, p, measured_columns, 6, 8.0);
	for (size_t i = 0; i < v->c->n_links; i++) {
		const struct compare_link *l = &v->c->links[i];
		char name[COMPARISON_NAME], coverage[32], down[40], count[32], lost[32],
		    sent[32], probes[96];
		comparison_name(v, i, name);
		words_percent(v->ledgers[i].coverage, 2, coverage);
		words_duration(l->down_ns, true, down);
		words_count(l->outages, count);
		words_count(l->lost, lost);
		words_count(l->sent, sent);
		say(probes, sizeof probes, "{1}\nof {2}", lost, sent);
		const char *isp = v->r->links[i].def->isp;
		struct cell cells[] = {{.text = name, .bold = true},
		    {.text = isp[0] != '\0' ? isp : say_word("not stated")},
		    {.text = coverage}, {.text = down}, {.text = count},
		    {.text = l->sent > 0 ? probes : say_word("no probes")}};
		table_row(&t, cells);
	}
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Coverage is of each link's whole period; downtime, outages and probes are of the time "
	        "all links have in common. Contracts and exclusions are put aside: this is what "
	        "was measured."));
}

/* ---- cost ---- */

static const struct column cost_columns[] = {{"Link", 110, ALIGN_LEFT, true, FACE_TEXT},
    {"Contract", 109, ALIGN_LEFT, true, FACE_TEXT},
    {"Charge a year", 90, ALIGN_RIGHT, false, FACE_TEXT},
    {"Downtime that counts, a year", 190, ALIGN_RIGHT, true, FACE_TEXT}};

static void
cost_row(struct table *t, const struct comparison_view *v, size_t i)
{
	const struct comparison_cost *c = &v->costs[i];
	char name[COMPARISON_NAME], charge[48], down[200], at[40], low[40], high[40];
	int64_t mills = c->year_mills;

	comparison_name(v, i, name);
	say_number(charge, sizeof charge, "%lld.%02lld %s", (long long)(mills / 1000),
	    (long long)(mills % 1000 / 10), c->currency);
	say(down, sizeof down, "not known");
	if (c->has_downtime) {
		words_duration(c->year_down_ns, false, at);
		words_duration(c->year_least_ns, false, low);
		words_duration(c->year_most_ns, false, high);
		say(down, sizeof down, "{1}\nbetween {2} and {3}", at, low, high);
	}
	struct cell cells[] = {{.text = name, .bold = true},
	    {.text = c->has ? v->r->links[i].contract.terms.contract
	                    : say_word("none stated")},
	    {.text = c->has ? charge : say_word("not stated")},
	    {.text = c->has ? down : "–"}};
	table_row(t, cells);
}

static bool
has_cost(const struct comparison_view *v)
{
	for (size_t i = 0; i < v->c->n_links; i++)
		if (v->costs[i].has)
			return true;
	return false;
}

static void
costs(struct pages *p, const struct comparison_view *v)
{
	struct table t;

	page_heading(p, 60, "cost", say_word("Cost and downtime"));
	table_begin(&t, p, cost_columns, 4, 8.0);
	for (size_t i = 0; i < v->c->n_links; i++)
		cost_row(&t, v, i);
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Downtime as each contract counts it, were a year like the link's whole period, not "
	        "the common time alone. The two numbers "
	        "stand side by side and are not made one: what an hour without the link "
	        "costs is the reader's to say."));
}

void
comparison_chart_notes(struct pages *p, const struct comparison_view *v)
{
	bool any = false;

	for (int m = 0; m < COMPARE_METRICS; m++)
		any |= compare_is_measured(v->c, (enum compare_metric)m);
	if (!compare_is_measured(v->c, COMPARE_LOSS))
		page_text(p, &style_body,
		    say_word(
		        "There is no hour with probes of all links: nothing is known of loss and "
		        "round trips in common time."));
	if (any)
		page_text(p, &style_note,
		    say_word(
		        "Marks are what was measured in the time all links have in common, bars their 95 % "
		        "intervals: of resampled days, of loss by Clopper and Pearson at the effective "
		        "number of probes, of outages by Poisson. Where nothing happened there is no bar. "
		        "Ranks are ranges where the differences, below by pairs, may be chance."));
}

static void
run(struct pages *p, const struct dossier *ds)
{
	const struct comparison_view *v = ds->more;
	char text[512];

	dossier_name(p, ds, NULL);
	page_begin(p, say_word("Links compared"));
	headline(v, text, sizeof text);
	page_title(p, "comparison", say_word("Links compared"), text);
	page_gap(p, 8);
	comparison_chart(p, v, text);
	comparison_firsts(p, v);
	comparison_agreed_note(p, v);
	comparison_chart_notes(p, v);
	measured(p, v);
	fair_test(p, v);
	if (page_bottom(p) - p->y < page_bottom(p) / 2)
		page_begin(p, say_word("Links compared: in detail"));
	if (has_cost(v))
		costs(p, v);
	comparison_facts_table(p, v);
	comparison_tails(p, v);
	comparison_pairs(p, v);
	comparison_days(p, v, &ds->zones[0]);
	comparison_hours(p, v, &ds->zones[0]);
	if (!has_cost(v))
		page_text(p, &style_note,
		    say_word(
		        "No contract of these links states a monthly charge: there is no cost to set "
		        "beside their downtime."));
}

int
comparison_pdf(const struct comparison_view *v, const char *pdf_path, const char *png_dir,
    char *err, size_t room)
{
	static const struct dossier_kind kind = {"Comparison of Internet links",
	    "Internet links measured in the same minutes and compared", run};

	return dossier_print(v->r, &kind, v, pdf_path, png_dir, err, room);
}
