/*
 * The report of a month: what was agreed and found on one page, what it rests on and what
 * is owed on the next. Its parts are the dossier's, cut to fit.
 */
#include "reports/sla.h"

#include "reports/dossier.h"
#include "reports/value.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define PERIODS_SHOWN 13
#define OUTAGES_SHOWN 10 /* what the second page has room for, and at least: */
#define OUTAGES_LEAST 3
#define DATES_SHOWN   3
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
	struct civil c = chart_zone_civil(z, t->period.start_ns + 43200 * NS_PER_S);

	if (strcmp(t->period_kind, "month") == 0)
		snprintf(out, 16, "%.3s %04d", civil_months[c.month - 1], c.year % 10000);
	else if (strcmp(t->period_kind, "quarter") == 0)
		snprintf(out, 16, "Q%d %04d", (c.month + 2) / 3 % 10, c.year % 10000);
	else if (strcmp(t->period_kind, "year") == 0)
		snprintf(out, 16, "%04d", c.year % 10000);
	else
		snprintf(out, 16, "%d %.3s %02d", c.day % 100, civil_months[c.month - 1],
		    c.year % 100);
}

/* The link's verdicts by period, of its first profile; those before the record began say
 * nothing. Result: how many, the last ones where there are too many. */
static size_t
periods_of(const struct dossier *ds, size_t link, struct period_row out[PERIODS_SHOWN])
{
	const struct results *trend = ds->more;
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
headline(const struct link_report *l, const struct period_row *rows, size_t n, char *out,
    size_t room)
{
	size_t missed = 0, refused = 0, listed = 0;
	char goal[32];

	/* Of a trend that only leads up to the period, the period is what counts. */
	for (size_t i = 0; i < n; i++) {
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
	if (missed == 0 && refused == 0)
		snprintf(out, room, "Availability met the %s agreed in all %zu periods",
		    goal, listed);
	else if (refused == 0)
		snprintf(out, room,
		    "Availability missed the %s agreed in %zu of %zu periods", goal,
		    missed, listed);
	else
		snprintf(out, room,
		    "Availability missed the %s agreed in %zu of %zu periods; %zu %s no "
		    "certain answer",
		    goal, missed, listed, refused, refused == 1 ? "has" : "have");
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
	char name[32], alt[600], text[512];

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
	snprintf(alt, sizeof alt,
	    "Availability of %zu periods, each a dot within its interval. %s.", n, text);
	snprintf(name, sizeof name, "months-%zu", link + 1);
	page_figure(p, name, "Availability by period", alt, MONTHS_H, paint_months, &m);
}

static const struct column period_columns[] = {
    {"Period", 43, ALIGN_LEFT, false, FACE_TEXT},
    {"Availability", 51, ALIGN_RIGHT, false, FACE_TEXT},
    {"at least", 47, ALIGN_RIGHT, false, FACE_TEXT},
    {"Down", 55, ALIGN_RIGHT, false, FACE_TEXT},
    {"Excluded", 56, ALIGN_RIGHT, false, FACE_TEXT},
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
	if (strcmp(credit, "nothing") == 0)
		snprintf(credit, sizeof credit, "none");
	struct cell cells[] = {{.text = row->label}, {.text = at, .bold = true},
	    {.text = low}, {.text = down}, {.text = v->excluded_ns > 0 ? excluded : "–"},
	    {.text = v->unknown_ns > 0 ? unknown : "–"}, {.text = count},
	    {.text = budget, .colour = overdrawn ? INK_BAD : 0}, {.text = credit},
	    {.text = words_verdict(v->verdict),
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
	page_heading(p, HEADER_H + 2 * ROW_H, NULL, "Availability by period");
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
		    charted ? "Earlier periods are in the chart alone."
		            : "Earlier periods have no room here.");
}

/* ---- the second page ---- */

/* The longest outages that count come first; the table stays in the order of time. */
static size_t
choose(const struct link_result *r, size_t most, bool *chosen)
{
	size_t n = 0;

	for (; n < most && n < r->n_outages; n++) {
		size_t best = SIZE_MAX;
		for (size_t i = 0; i < r->n_outages; i++) {
			const struct outage *o = &r->outages[i],
			                    *b = best < SIZE_MAX ? &r->outages[best]
			                                         : NULL;
			if (chosen[i])
				continue;
			if (b == NULL || (o->counted && !b->counted) ||
			    (o->counted == b->counted &&
			        o->end_ns - o->start_ns > b->end_ns - b->start_ns))
				best = i;
		}
		chosen[best] = true;
	}
	return n;
}

/* Outages give way to what is owed: two pages a link. Heights are what most contracts'
 * clauses take. */
static size_t
outages_fit(const struct pages *p, const struct link_report *l)
{
	const struct settlement *s = l->settlement;
	double room = page_bottom(p) - p->y - 67 - 60;

	if (s != NULL && l->conf != NULL) {
		size_t dates =
		    s->n_deadlines < DATES_SHOWN ? s->n_deadlines : DATES_SHOWN;
		room -= l->conf->n_credits > 0 ? 75 + 38 * (double)l->conf->n_credits : 0;
		room -= s->n_rights > 0 ? 30 + 24 * (double)s->n_rights : 0;
		room -= dates > 0 ? 62 + 22 * (double)dates : 0;
	}
	if (room < 22 * OUTAGES_LEAST)
		return OUTAGES_LEAST;
	return room > 22 * OUTAGES_SHOWN ? OUTAGES_SHOWN : (size_t)(room / 22);
}

static void
outages(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *r = ds->r->links[link].result;
	bool *chosen = g_new0(bool, r->n_outages + 1);
	char text[200], listed[32], place[PLACE_ROOM];
	size_t n = choose(r, outages_fit(p, &ds->r->links[link]), chosen);

	words_count(r->n_outages, listed);
	snprintf(text, sizeof text, "Outage register: %s outage%s",
	    r->n_outages == 0 ? "no" : listed, r->n_outages == 1 ? "" : "s");
	dossier_place(place, "register", link);
	page_heading(p, 30, place, text);
	dossier_register_rows(p, ds, link, chosen);
	if (n < r->n_outages) {
		snprintf(text, sizeof text,
		    "The %zu longest, those that count first; the dossier of the same time "
		    "lists all %s.",
		    n, listed);
		page_text(p, &style_note, text);
	} else if (n == 0) {
		page_text(
		    p, &style_body, "None was found in the time that was measured.");
	}
	g_free(chosen);
}

static void
owed(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct settlement *s = l->settlement;
	char place[PLACE_ROOM];

	dossier_place(place, "owed", link);
	page_heading(p, 40, place, "What is owed");
	if (s == NULL || l->conf == NULL || l->conf->n_credits == 0) {
		page_text(p, &style_body,
		    l->has_verdict && l->conf != NULL
		        ? "The contract, as it is configured, states no credit."
		        : "No contract was given, so nothing is owed by one.");
		if (s == NULL || l->conf == NULL)
			return;
	}
	dossier_credits(p, s, l->conf);
	dossier_rights(p, s, &ds->zones[link]);
	dossier_dates(p, s, &ds->zones[link], DATES_SHOWN);
	page_text(p, &style_note,
	    "Worked out from the contract's clauses as they are configured; the signed contract "
	    "prevails.");
}

static void
link_pages(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	struct period_row rows[PERIODS_SHOWN];
	size_t n = periods_of(ds, link, rows);
	char text[512], place[PLACE_ROOM], outline[160];

	dossier_name(p, ds, l);
	page_begin(p, "SLA report");
	headline(l, rows, n, text, sizeof text);
	dossier_place(place, "summary", link);
	snprintf(outline, sizeof outline, "%s/%s", l->def->centre, l->def->link);
	page_title(p, place, outline, text);
	page_gap(p, 4);
	dossier_who(p, ds->r, l, &ds->zones[link]);
	page_gap(p, 8);
	dossier_figures(p, l, &ds->zones[link]);
	dossier_clauses(p, l, link);
	periods(p, ds, link, rows, n);
	page_begin(p, "SLA report: record and credits");
	dossier_heat(p, l, &ds->zones[link], link);
	outages(p, ds, link);
	owed(p, ds, link);
}

/* ---- the page that sums up ---- */

static void
site(struct pages *p, const struct dossier *ds, size_t first)
{
	const struct results *r = ds->r;
	size_t links[DOTS_MOST * 4], n;
	struct site s;
	char text[1500], measured[32], independent[32], down[40], degraded[40],
	    names[400], overlaps[400];
	size_t used = 0;

	if (!results_site(r, first, links, sizeof links / sizeof *links, &n, &s))
		return;
	const struct link_def *def = r->links[first].def;
	names[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof names; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
		    i > 0 ? ", " : "", r->links[links[i]].def->link);
	snprintf(text, sizeof text, "%.300s by any of its links",
	    def->centre_name[0] != '\0' ? def->centre_name : def->centre);
	page_heading(p, 60, NULL, text);
	if (!s.has_availability) {
		page_text(p, &style_body,
		    "There is no time in which all of its links were measured.");
		return;
	}
	unsigned decimals = words_decimals(s.measured, s.independent, 1);
	words_percent(s.measured, decimals, measured);
	words_percent(s.independent, decimals, independent);
	words_duration(s.down_ns, true, down);
	words_duration(s.degraded_ns, true, degraded);
	words_overlaps(&s, overlaps, sizeof overlaps);
	snprintf(text, sizeof text,
	    "By at least one of %s the site was available %s of the time in which all were "
	    "measured; links that fail independently would give %s. All were down at once %zu "
	    "time%s, for %s; some but not all for %s. %s",
	    names, measured, independent, s.down_count, s.down_count == 1 ? "" : "s",
	    down, degraded, overlaps);
	page_text(p, &style_body, text);
}

static void
overview(struct pages *p, const struct dossier *ds)
{
	const struct results *r = ds->r;
	size_t breached = 0, met = 0, judged = 0;
	char text[200];

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		bool has = l->has_verdict && l->contract.terms.target > 0;
		judged += has;
		breached += has && l->verdict.verdict == VERDICT_BREACHED;
		met += has && l->verdict.verdict == VERDICT_MET;
	}
	dossier_name(p, ds, NULL);
	page_begin(p, "SLA report: summary");
	if (r->n_links == 0)
		snprintf(text, sizeof text, "No link to report on");
	else if (judged > 0 && (breached == judged || met == judged))
		snprintf(text, sizeof text, "Every link with a target %s it",
		    met == judged ? "met" : "missed");
	else if (judged == 0)
		snprintf(text, sizeof text,
		    "%zu links, none with a target to be judged by", r->n_links);
	else
		snprintf(text, sizeof text,
		    "%zu of %zu links with a target missed it, %zu met it", breached,
		    judged, met);
	page_title(p, "overview", "Summary", text);
	if (r->n_links == 0)
		return;
	page_gap(p, 6);
	dossier_overview_rows(p, ds);
	for (size_t i = 0; i < r->n_links; i++)
		site(p, ds, i);
	page_gap(p, 4);
	page_text(p, &style_note,
	    "Each link has two pages: what was agreed and found, and what it rests on and what "
	    "is owed. Time that was not measured is neither up nor down.");
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
	json_t *o = value_envelope(r, "linkwitness/sla-report/1");

	value_set(o, "sla", results_sla_json(r));
	value_set(o, "outages", results_outages_json(r));
	value_set(o, "trend", trend != NULL ? results_sla_json(trend) : json_null());
	return o;
}
