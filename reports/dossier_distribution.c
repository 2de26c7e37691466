#include "reports/chart_more.h"
#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* How round trips are spread, and whether it matters when, or how full the line is. */
#define TABLE_H 165.0 /* with its note */

static const char *const names[CROWDS] = {
    "All", "Busy hours", "Other hours", "Line idle", "Line loaded"};
static const uint32_t colours[CROWDS] = {
    0x08306B, 0xD55E00, 0x0072B2, 0x0072B2, 0xD55E00};

static void
paint_spread(struct draw *d, struct box box, const void *ctx)
{
	spread_draw(d, box, ctx);
}

/* The mean that is agreed says nothing of a quantile: it is drawn as what it is. */
static void
find_limit(struct spread *s, const struct link_report *l, char name[96])
{
	char at[32];

	for (size_t i = 0; i < l->n_commitments; i++) {
		const struct commitment *c = &l->commitments[i];
		if (c->conf->metric != METRIC_RTT || c->conf->at_most <= 0)
			continue;
		words_ms((int64_t)c->conf->at_most, at);
		say(name, 96, "agreed, as a mean: {1}", at);
		s->limit_ns = c->conf->at_most;
		s->limit_name = name;
		return;
	}
}

static void
chart(struct pages *p, const struct link_report *l, size_t link, enum crowd a,
    enum crowd b, const char *which, const char *title)
{
	const struct evidence *e = l->evidence;
	struct spread s = {.n = 0};
	char name[40], alt[400], agreed[96];

	for (int c = 0; c < CROWDS; c++)
		if ((c == (int)a || c == (int)b) && e->has_quantiles[c])
			s.lines[s.n++] = (struct spread_line){
			    say_word(names[c]), &e->crowds[c], colours[c]};
	if (s.n == 0)
		return;
	find_limit(&s, l, agreed);
	snprintf(name, sizeof name, "%s-%zu", which, link + 1);
	say(alt, sizeof alt,
	    "Two charts of round trips: the share answered within so many milliseconds, and the "
	    "share that takes longer or is lost. {1}.",
	    title);
	page_figure(p, name, title, alt, SPREAD_H, paint_spread, &s);
}

static void
headline(const struct evidence *e, char *out, size_t room)
{
	const struct quantile *busy = &e->quantiles[CROWD_BUSY][2],
	                      *quiet = &e->quantiles[CROWD_QUIET][2];
	const struct hist *all = &e->crowds[CROWD_ALL];
	char a[32], b[32];

	words_count(all->n + all->lost, a);
	if (all->n + all->lost < evidence_probes_least)
		say(out, room,
		    "{1} {1|probe|probes}: too few to tell how round trips are spread",
		    a);
	else if (e->has_quantiles[CROWD_BUSY] && e->has_quantiles[CROWD_QUIET] &&
	         busy->has && quiet->has) {
		words_ms(busy->ns, a);
		words_ms(quiet->ns, b);
		say(out, room,
		    "19 of 20 probes answer within {1} in busy hours, {2} at other times",
		    a, b);
	} else if (e->quantiles[CROWD_ALL][2].has) {
		words_ms(e->quantiles[CROWD_ALL][2].ns, a);
		say(out, room, "19 of 20 probes answer within {1}", a);
	} else {
		say(out, room, "More than one probe in 20 was not answered at all");
	}
}

static const struct column columns[] = {{"Round trips", 82, ALIGN_LEFT, false, FACE_TEXT},
    {"Probes", 67, ALIGN_RIGHT, false, FACE_TEXT},
    {"Median", 70, ALIGN_RIGHT, false, FACE_TEXT},
    {"90 %", 70, ALIGN_RIGHT, false, FACE_TEXT},
    {"95 %", 70, ALIGN_RIGHT, false, FACE_TEXT},
    {"99 %", 70, ALIGN_RIGHT, false, FACE_TEXT},
    {"99.9 %", 70, ALIGN_RIGHT, false, FACE_TEXT}};

static void
print_quantile(const struct quantile *q, char *out, size_t room)
{
	char at[32], low[32], high[32];

	if (q->has)
		words_ms(q->ns, at);
	else
		snprintf(at, sizeof at, "%s", say_word("lost"));
	words_ms(q->lower_ns, low);
	words_ms(q->upper_ns, high);
	if (!q->has_lower && !q->has_upper)
		snprintf(out, room, "%s", at);
	else if (!q->has_lower)
		snprintf(out, room, "%s\n≤ %s", at, high);
	else if (!q->has_upper)
		snprintf(out, room, "%s\n≥ %s", at, low);
	else {
		low[strcspn(low, " ")] = '\0';
		high[strcspn(high, " ")] = '\0';
		snprintf(out, room, "%s\n%s – %s", at, low, high);
	}
}

static void
percentiles(struct pages *p, const struct evidence *e)
{
	struct table t;

	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7.6);
	for (int c = 0; c < CROWDS; c++) {
		char n[32], lost[32], probes[96], q[EVIDENCE_QUANTILES][112];
		if (!e->has_quantiles[c] ||
		    (c == CROWD_QUIET && !e->has_quantiles[CROWD_BUSY]))
			continue;
		words_count(e->crowds[c].n + e->crowds[c].lost, n);
		words_count(e->crowds[c].lost, lost);
		say(probes, sizeof probes, "{1}\n{2} lost", n, lost);
		for (size_t i = 0; i < EVIDENCE_QUANTILES; i++)
			print_quantile(&e->quantiles[c][i], q[i], sizeof q[i]);
		struct cell cells[] = {{.text = say_word(names[c])}, {.text = probes},
		    {.text = q[0]}, {.text = q[1]}, {.text = q[2]}, {.text = q[3]},
		    {.text = q[4]}};
		table_row(&t, cells);
	}
	table_end(&t);
}

void
dossier_distribution(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	char title[512], place[PLACE_ROOM];

	if (e == NULL || !e->has_quantiles[CROWD_ALL])
		return;
	bool both = e->has_quantiles[CROWD_BUSY] && e->has_quantiles[CROWD_QUIET];
	/* its charts and its table stand on one page */
	bool loads = e->has_quantiles[CROWD_LOADED] && e->has_quantiles[CROWD_IDLE];
	page_section(p, say_word("Distribution of round trips"),
	    (loads ? 2 : 1) * SPREAD_H + TABLE_H);
	headline(e, title, sizeof title);
	dossier_place(place, "distribution", link);
	page_title(p, place, say_word("Distribution of round trips"), title);
	chart(p, l, link, both ? CROWD_BUSY : CROWD_ALL, both ? CROWD_QUIET : CROWD_ALL,
	    "hours", say_word("Round trips in busy and other hours"));
	if (loads)
		chart(p, l, link, CROWD_IDLE, CROWD_LOADED, "load",
		    say_word("Round trips by how full the line was"));
	else
		page_text(p, &style_note,
		    say_word(
		        "What the line carried is not known well enough to tell round trips of an idle "
		        "from those of a loaded line."));
	percentiles(p, e);
	page_text(p, &style_note,
	    say_word(
	        "Busy hours: Monday to Friday, 08:00 to 18:00. Below each quantile an interval that "
	        "holds it with at least 95 % whatever the distribution is, from order statistics of "
	        "samples taken as independent; lost probes count as infinitely late. Idle: at most "
	        "10 % of the capacity in use; loaded: at least half of it."));
}
