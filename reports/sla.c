/*
 * The report of a month: what was agreed and found on one page, what it rests on and what
 * is owed on the next. Its parts are the dossier's, cut to fit.
 */
#include "reports/sla.h"

#include "reports/comparison.h"
#include "reports/dossier.h"
#include "reports/sla_record.h"
#include "reports/value.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define PERIODS_SHOWN 13
#define HEADER_H      18.0 /* what the parts of a table take, rounded up */
#define ROW_H         14.0
#define NOTE_H        14.0

/* ---- periods ---- */

struct period_row {
	const struct judged *j;
	char label[16];
};

static void
label_of(const struct terms *t, const struct zone *z, char out[16])
{
	/* noon of its first day: the zone may not be known so far back to the hour */
	bool range = strcmp(t->period_kind, "range") == 0;
	struct civil c =
	    chart_zone_civil(z, t->period.start_ns + (range ? 0 : 43200 * NS_PER_S));

	if (strcmp(t->period_kind, "month") == 0)
		snprintf(out, 16, "%s %04d", say_word(civil_months[c.month - 1]),
		    c.year % 10000);
	else if (strcmp(t->period_kind, "quarter") == 0)
		snprintf(out, 16, "Q%d %04d", (c.month + 2) / 3 % 10, c.year % 10000);
	else if (strcmp(t->period_kind, "year") == 0)
		snprintf(out, 16, "%04d", c.year % 10000);
	else
		snprintf(out, 16, "%d %s %02d", c.day % 100,
		    say_word(civil_months[c.month - 1]), c.year % 100);
}

/* The link's verdicts by period, of its first profile; those before the record began say
 * nothing. Result: how many, the last ones where there are too many. */
static size_t
periods_of(const struct dossier *ds, size_t link, struct period_row out[PERIODS_SHOWN])
{
	/* A link without periods of the calendar has none that led up to this one. */
	bool alone = strcmp(ds->r->links[link].contract.terms.period_kind, "range") == 0;
	const struct results *trend = alone ? ds->r : ds->more;
	const struct link_report *l = &trend->links[link];
	size_t n = 0;

	for (size_t i = 0; i < l->n_listed; i++) {
		const struct terms *t = &l->verdicts[i].contract.terms;
		if (strcmp(t->profile.name, l->verdicts[0].contract.terms.profile.name) !=
		        0 ||
		    t->period.end_ns <= trend->journal_first.ns)
			continue;
		if (n == PERIODS_SHOWN) {
			memmove(out, out + 1, (PERIODS_SHOWN - 1) * sizeof *out);
			n--;
		}
		out[n].j = &l->verdicts[i];
		label_of(t, &ds->zones[link], out[n].label);
		n++;
	}
	return n;
}

static void
headline(const struct link_report *l, const struct period_row *rows, size_t n_rows,
    char *out, size_t room)
{
	size_t missed = 0, refused = 0, listed = 0;
	char goal[32], n[32], of[32], open[32];

	/* Of a trend that only leads up to the period, the period is what counts. */
	for (size_t i = 0; i < n_rows; i++) {
		const struct verdict *v = &rows[i].j->verdict;
		const struct span *p = &rows[i].j->contract.terms.period;
		if (p->start_ns < l->result->period.start_ns ||
		    p->end_ns > l->contract.terms.period.end_ns)
			continue;
		listed++;
		missed += v->verdict == VERDICT_BREACHED;
		refused += v->verdict != VERDICT_BREACHED && v->verdict != VERDICT_MET;
	}
	if (listed < 2 || l->contract.terms.target <= 0) {
		words_headline(l, out, room);
		return;
	}
	words_target(l->contract.terms.target, goal);
	words_count(missed, n);
	words_count(listed, of);
	words_count(refused, open);
	if (missed == 0 && refused == 0)
		say(out, room, "Availability met the {1} agreed in all {2} periods", goal,
		    of);
	else if (refused == 0)
		say(out, room, "Availability missed the {1} agreed in {2} of {3} periods",
		    goal, n, of);
	else
		say(out, room,
		    "Availability missed the {1} agreed in {2} of {3} periods; {4} "
		    "{4|has|have} no certain answer",
		    goal, n, of, open);
}

static void
paint_months(struct draw *d, struct box box, const void *ctx)
{
	months_draw(d, box, ctx);
}

static void
chart(struct pages *p, const struct link_report *l, const struct period_row *rows,
    size_t n, size_t link)
{
	struct month list[PERIODS_SHOWN];
	struct months m = {.list = list, .n = n, .target = l->contract.terms.target};
	char name[32], alt[600], text[512], count[32];

	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = &rows[i].j->verdict;
		list[i] = (struct month){.has = v->has_availability,
		    .lower = v->lower,
		    .point = v->point,
		    .upper = v->upper,
		    .colour = words_verdict_colour(v->verdict)};
		memcpy(list[i].label, rows[i].label, sizeof list[i].label);
	}
	headline(l, rows, n, text, sizeof text);
	words_count(n, count);
	say(alt, sizeof alt,
	    "Availability of {1} periods, each a dot within its interval. {2}.", count,
	    text);
	snprintf(name, sizeof name, "months-%zu", link + 1);
	page_figure(
	    p, name, say_word("Availability by period"), alt, MONTHS_H, paint_months, &m);
}

static const struct column period_columns[] = {
    {"Period", 48, ALIGN_LEFT, false, FACE_TEXT},
    {"Available", 51, ALIGN_RIGHT, false, FACE_TEXT},
    {"at least", 47, ALIGN_RIGHT, false, FACE_TEXT},
    {"Down", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"Left out", 56, ALIGN_RIGHT, false, FACE_TEXT},
    {"Unknown", 58, ALIGN_RIGHT, false, FACE_TEXT},
    {"Outages", 37, ALIGN_RIGHT, false, FACE_TEXT},
    {"Budget left", 52, ALIGN_RIGHT, false, FACE_TEXT},
    {"Credit", 53, ALIGN_RIGHT, false, FACE_TEXT},
    {"Verdict", 47, ALIGN_LEFT, false, FACE_TEXT}};

/* Of days no minutes: columns are narrow. */
static void
print_brief(int64_t ns, char out[40])
{
	words_duration(ns, false, out);
	char *hours = strstr(out, " h ");
	if (ns >= 86400 * NS_PER_S && hours != NULL)
		hours[2] = '\0';
}

/* How much downtime the target leaves; true where it is overdrawn. */
static bool
print_budget(const struct judged *j, char out[48])
{
	const struct verdict *v = &j->verdict;
	double target = j->contract.terms.target;
	char text[40];

	if (target <= 0) {
		snprintf(out, 48, "–");
		return false;
	}
	int64_t budget =
	    (int64_t)((1 - target) * (double)(v->scheduled_ns - v->excluded_ns));
	int64_t left = budget - v->down_ns;
	print_brief(left < 0 ? -left : left, text);
	snprintf(out, 48, "%s%s", left < 0 ? "−" : "", text);
	return left < 0;
}

static void
period_row(struct table *t, const struct period_row *row)
{
	const struct verdict *v = &row->j->verdict;
	char at[32] = "–", low[32] = "–", down[40], excluded[40], unknown[40], count[32],
	     budget[48], credit[96] = "–";

	if (v->has_availability) {
		unsigned decimals = words_decimals(v->lower, v->upper, v->point);
		words_percent(v->point, decimals, at);
		words_percent(v->lower, decimals, low);
	}
	print_brief(v->down_ns, down);
	print_brief(v->excluded_ns, excluded);
	print_brief(v->unknown_ns, unknown);
	words_count(v->outage_count, count);
	bool overdrawn = print_budget(row->j, budget);
	if (row->j->has_settlement && row->j->conf != NULL && row->j->conf->n_credits > 0)
		dossier_worth(
		    row->j->settlement.sheets[READING_POINT].total, row->j->conf, credit);
	if (strcmp(credit, say_word("nothing")) == 0)
		snprintf(credit, sizeof credit, "%s", say_word("none"));
	struct cell cells[] = {{.text = row->label}, {.text = at, .bold = true},
	    {.text = low}, {.text = down}, {.text = v->excluded_ns > 0 ? excluded : "–"},
	    {.text = v->unknown_ns > 0 ? unknown : "–"}, {.text = count},
	    {.text = budget, .colour = overdrawn ? INK_BAD : 0}, {.text = credit},
	    {.text = say_word(words_verdict(v->verdict)),
	        .bold = true,
	        .colour = words_verdict_colour(v->verdict)}};
	table_row(t, cells);
}

static void
periods(struct pages *p, const struct dossier *ds, size_t link,
    const struct period_row *rows, size_t n)
{
	struct table t;

	if (n == 0)
		return;
	page_heading(p, HEADER_H + 2 * ROW_H, NULL, say_word("Availability by period"));
	double room = page_bottom(p) - p->y - HEADER_H - NOTE_H;
	bool charted = n > 1 && room > MONTHS_H + 4 + 3 * ROW_H;
	if (charted) {
		chart(p, &ds->r->links[link], rows, n, link);
		room -= MONTHS_H + 4;
	}
	if ((double)n * ROW_H <= room + NOTE_H) /* all fit, no note is needed */
		room += NOTE_H;
	size_t fit = room > ROW_H ? (size_t)(room / ROW_H) : 1;
	size_t first = n > fit ? n - fit : 0;
	table_begin(&t, p, period_columns, 10, 7.0);
	for (size_t i = first; i < n; i++)
		period_row(&t, &rows[i]);
	table_end(&t);
	if (first > 0)
		page_text(p, &style_note,
		    say_word(charted ? "Earlier periods are in the chart alone."
		                     : "Earlier periods have no room here."));
}

static void
link_pages(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	struct period_row rows[PERIODS_SHOWN];
	size_t n = periods_of(ds, link, rows);
	char text[512], place[PLACE_ROOM], outline[160];

	dossier_name(p, ds, l);
	page_begin(p, say_word("SLA report"));
	headline(l, rows, n, text, sizeof text);
	dossier_place(place, "summary", link);
	snprintf(outline, sizeof outline, "%s/%s", l->def->centre, l->def->link);
	page_title(p, place, outline, text);
	page_gap(p, 4);
	dossier_who(p, ds->r, l, &ds->zones[link]);
	page_gap(p, 8);
	dossier_figures(p, ds, link);
	dossier_clauses(p, l, link);
	periods(p, ds, link, rows, n);
	sla_record(p, ds, link);
}

/* ---- the page that sums up ---- */

static void
site(struct pages *p, const struct dossier *ds, size_t first)
{
	const struct results *r = ds->r;
	size_t links[DOTS_MOST * 4], n;
	struct site s;
	char text[1500], measured[32], independent[32], down[40], degraded[40],
	    names[400], count[32];
	size_t used = 0;

	if (!results_site(r, first, links, sizeof links / sizeof *links, &n, &s))
		return;
	const struct link_def *def = r->links[first].def;
	names[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof names; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
		    i > 0 ? ", " : "", r->links[links[i]].def->link);
	say(text, sizeof text, "{1} by any of its links",
	    def->centre_name[0] != '\0' ? def->centre_name : def->centre);
	page_heading(p, 60, NULL, text);
	if (!s.has_availability) {
		page_text(p, &style_body,
		    say_word(
		        "There is no time in which all of its links were measured."));
		return;
	}
	unsigned decimals = words_decimals(s.measured, s.independent, 1);
	words_percent(s.measured, decimals, measured);
	words_percent(s.independent, decimals, independent);
	words_duration(s.down_ns, true, down);
	words_duration(s.degraded_ns, true, degraded);
	words_count(s.down_count, count);
	say(text, sizeof text,
	    "By at least one of {1} the site was available {2} of the time in which all were "
	    "measured; links that fail independently would give {3}.",
	    names, measured, independent);
	if (s.down_count > 0)
		say_more(text, sizeof text,
		    "All were down at once {1} {1|time|times}, for {2}; some but not all for {3}.",
		    count, down, degraded);
	else
		say_more(text, sizeof text,
		    "They were never all down at once; some but not all for {1}.",
		    degraded);
	comparison_overlaps(&s, text, sizeof text);
	page_text(p, &style_body, text);
}

static void
overview_words(const struct results *r, char *out, size_t room)
{
	size_t breached = 0, met = 0, judged = 0;
	char all[32], n[32], good[32], open[32];

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		bool has = l->has_verdict && l->contract.terms.target > 0;
		judged += has;
		breached += has && l->verdict.verdict == VERDICT_BREACHED;
		met += has && l->verdict.verdict == VERDICT_MET;
	}
	words_count(breached, n);
	words_count(judged > 0 ? judged : r->n_links, all);
	words_count(met, good);
	words_count(judged - breached - met, open);
	if (r->n_links == 0)
		say(out, room, "No link to report on");
	else if (judged == 0)
		say(out, room, "{1} links, none with a target to be judged by", all);
	else if (met == judged)
		say(out, room, "Every link with a target met it");
	else if (breached == judged)
		say(out, room, "Every link with a target missed it");
	else if (breached + met == 0)
		say(out, room, "No link with a target has a certain answer");
	else if (breached + met < judged)
		say(out, room,
		    "{1} of {2} links with a target missed it, {3} met it; {4} {4|has|have} no "
		    "certain answer",
		    n, all, good, open);
	else
		say(out, room, "{1} of {2} links with a target missed it, {3} met it", n,
		    all, good);
}

static void
overview(struct pages *p, const struct dossier *ds)
{
	const struct results *r = ds->r;
	char text[200];

	dossier_name(p, ds, NULL);
	page_begin(p, say_word("SLA report: summary"));
	overview_words(r, text, sizeof text);
	page_title(p, "overview", say_word("Summary"), text);
	if (r->n_links == 0)
		return;
	page_gap(p, 6);
	dossier_overview_rows(p, ds);
	for (size_t i = 0; i < r->n_links; i++)
		site(p, ds, i);
	page_gap(p, 4);
	page_text(p, &style_note,
	    say_word(
	        "Each link has two pages: what was agreed and found, and what it rests on and what "
	        "is owed. Time that was not measured is neither up nor down."));
}

static void
run(struct pages *p, const struct dossier *ds)
{
	if (ds->r->n_links != 1)
		overview(p, ds);
	for (size_t i = 0; i < ds->r->n_links; i++)
		link_pages(p, ds, i);
}

int
sla_pdf(const struct results *r, const struct results *trend, const char *pdf_path,
    const char *png_dir, char *err, size_t room)
{
	static const struct dossier_kind kind = {"SLA report",
	    "Availability of an Internet link against what its contract agrees", run};

	return dossier_print(
	    r, &kind, trend != NULL ? trend : r, pdf_path, png_dir, err, room);
}

json_t *
sla_json(const struct results *r, const struct results *trend)
{
	json_t *o = value_envelope(r, "linkwitness/sla-report/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		json_array_append_new(list, evidence_json(r, &r->links[i]));
	value_set(o, "evidence", list);
	value_set(o, "sla", results_sla_json(r));
	value_set(o, "outages", results_outages_json(r));
	value_set(o, "trend", trend != NULL ? results_sla_json(trend) : json_null());
	return o;
}
