/*
 * What the contract owes: each clause in the reading best for the ISP, by what was
 * measured, and in the one best for the customer; by when it must be claimed; rights.
 */
#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

static const struct column credit_columns[] = {
    {"Clause", 78, ALIGN_LEFT, true, FACE_TEXT},
    {"How it comes about", 191, ALIGN_LEFT, true, FACE_TEXT},
    {"ISP's reading", 76, ALIGN_RIGHT, true, FACE_TEXT},
    {"As measured", 78, ALIGN_RIGHT, true, FACE_TEXT},
    {"Customer's", 76, ALIGN_RIGHT, true, FACE_TEXT}};

static bool
is_nothing(struct credit_worth w)
{
	return w.mills == 0 && w.share_ppb == 0;
}

void
dossier_worth(struct credit_worth w, const struct contract_conf *c, char out[96])
{
	if (is_nothing(w))
		say(out, 96, "nothing");
	else {
		char worth[96];
		credit_print(w, c->currency, worth, sizeof worth);
		words_found(worth, out, 96);
	}
}

void
dossier_total(const struct link_report *l, enum reading reading, char out[96])
{
	bool several = l->evidence != NULL && l->evidence->periods > 1;

	dossier_worth(
	    several ? l->evidence->owed[reading] : l->settlement->sheets[reading].total,
	    l->conf, out);
}

static const char *
clause_of(const struct credit_conf *c)
{
	return c->clause[0] != '\0' ? c->clause : c->name;
}

static void
readings(struct pages *p, const struct settlement *s, const struct contract_conf *c)
{
	const struct credit_sheet *sheet = &s->sheets[READING_POINT];
	char worth[READINGS][96], how[sizeof sheet->credits->rule + 128];
	struct table t;

	table_begin(&t, p, credit_columns, 5, 8.0);
	for (size_t i = 0; i < sheet->n; i++) {
		for (int r = 0; r < READINGS; r++)
			dossier_worth(s->sheets[r].credits[i].paid, c, worth[r]);
		words_found(sheet->credits[i].rule, how, sizeof how);
		struct cell cells[] = {{.text = clause_of(sheet->credits[i].conf)},
		    {.text = how}, {.text = worth[READING_ISP]},
		    {.text = worth[READING_POINT], .bold = true},
		    {.text = worth[READING_CUSTOMER]}};
		table_row(&t, cells);
	}
	for (int r = 0; r < READINGS; r++)
		dossier_worth(s->sheets[r].total, c, worth[r]);
	struct cell total[] = {{.text = say_word("In all"), .bold = true},
	    {.text = sheet->capped ? say_word("up to the contract's cap")
	             : !c->stack && sheet->n > 1
	                 ? say_word("the highest alone: credits do not add up")
	                 : ""},
	    {.text = worth[READING_ISP], .bold = true},
	    {.text = worth[READING_POINT], .bold = true},
	    {.text = worth[READING_CUSTOMER], .bold = true}};
	table_row(&t, total);
	table_end(&t);
	words_found(sheet->note, how, sizeof how);
	if (how[0] != '\0')
		page_text(p, &style_note, how);
}

/* Why the readings differ, in a sentence. */
static const char *
difference_words(enum difference d)
{
	static const char *const WORDS[] = {"All three readings come to the same.",
	    "The readings differ by the edges of the outages: each is known only within its bound.",
	    "The readings differ by partial outages: something still got through.",
	    "The readings differ by outages whose cause is disputed.",
	    "The readings differ by time that was not measured.",
	    "The readings differ by outages about as long as the least that counts."};
	return WORDS[d];
}

static bool
differs(const struct settlement *s)
{
	const struct credit_worth *isp = &s->sheets[READING_ISP].total,
	                          *customer = &s->sheets[READING_CUSTOMER].total;

	return isp->mills != customer->mills || isp->share_ppb != customer->share_ppb;
}

static void
clocks(struct pages *p, const struct settlement *s, const struct contract_conf *c)
{
	char measured[40], ticket[40], owed[96], text[400];

	if (!s->by_ticket)
		return;
	words_duration(s->measured_down_ns, true, measured);
	words_duration(s->readings[READING_POINT].down_ns, true, ticket);
	dossier_worth(s->measured_owed, c, owed);
	say(text, sizeof text,
	    "The contract's clock follows tickets: it counts {1}. Measured, the link was down for {2}; "
	    "by that clock {3} would be owed.",
	    ticket, measured, owed);
	page_text(p, &style_body, text);
}

void
dossier_credits(
    struct pages *p, const struct settlement *s, const struct contract_conf *c)
{
	if (c->n_credits == 0)
		return;
	readings(p, s, c);
	page_text(p, &style_body,
	    say_word(difference_words(differs(s) ? s->difference : DIFFERENCE_NONE)));
	clocks(p, s, c);
}

/* ---- dates ---- */

static const struct column date_columns[] = {{"By", 140, ALIGN_LEFT, false, FACE_TEXT},
    {"What must be done", 130, ALIGN_LEFT, true, FACE_TEXT},
    {"Counted from", 150, ALIGN_LEFT, true, FACE_TEXT},
    {"Clause", 79, ALIGN_LEFT, true, FACE_TEXT}};

#define DATES_SHOWN 12

void
dossier_dates(
    struct pages *p, const struct settlement *s, const struct zone *z, size_t most)
{
	static const char *const WHAT[] = {
	    "report the fault", "claim the credit", "declare termination"};
	static const char *const FROM[] = {"start of the outage", "end of the outage",
	    "closing of the ticket", "end of the period"};
	struct table t;
	char text[96], more[32];

	if (s->n_deadlines == 0)
		return;
	page_heading(p, 50, NULL, say_word("Dates"));
	table_begin(&t, p, date_columns, 4, 8.0);
	for (size_t i = 0; i < s->n_deadlines && i < most; i++) {
		const struct deadline *d = &s->deadlines[i];
		char by[48], anchor[48], from[112];
		chart_zone_print(z, d->by_ns - NS_PER_S / 2, 0, by); /* its last second */
		chart_zone_print(z, d->anchor_ns, 0, anchor);
		snprintf(from, sizeof from, "%s\n%s", say_word(FROM[d->anchor]), anchor);
		struct cell cells[] = {{.text = by, .bold = true},
		    {.text = say_word(WHAT[d->what])}, {.text = from},
		    {.text = d->clause[0] != '\0' ? d->clause : d->name}};
		table_row(&t, cells);
	}
	table_end(&t);
	if (s->n_deadlines > most) {
		words_count(s->n_deadlines, more);
		say(text, sizeof text, "The first ones of {1}.", more);
		page_text(p, &style_note, text);
	}
}

void
dossier_rights(struct pages *p, const struct settlement *s, const struct zone *z)
{
	static const char *const WHY[] = {"so many outages came together",
	    "the downtime added up to it", "one outage was long enough"};

	for (size_t i = 0; i < s->n_rights; i++) {
		const struct chronic *c = &s->rights[i];
		char arose[48], by[48], text[700];
		chart_zone_print(z, c->arose_ns, 0, arose);
		say(by, sizeof by, "no date is set");
		if (c->has_notice)
			chart_zone_print(z, c->declare_by_ns, 0, by);
		if (i == 0)
			page_heading(p, 40, NULL, say_word("Rights"));
		say(text, sizeof text,
		    "{1}: since {2}, because {3}. To be declared by: {4}.",
		    c->conf->right[0] != '\0' ? c->conf->right : c->conf->name, arose,
		    say_word(WHY[c->why]), by);
		page_text(p, &style_body, text);
	}
}

/* ---- what does not count ---- */

#define WEIGHTLESS_MOST 8

static const struct column weightless_columns[] = {
    {"Outage from", 160, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 90, ALIGN_RIGHT, false, FACE_TEXT},
    {"Why the contract does not count it", 249, ALIGN_LEFT, true, FACE_TEXT}};

static void
weightless(struct pages *p, const struct verdict *v, const struct zone *z)
{
	char text[160], more[32];
	struct table t;
	size_t n = 0;

	for (size_t i = 0; i < v->n_times; i++) {
		const struct outage_time *w = &v->times[i];
		char from[48], lasted[40], why[200];
		if (w->counted_ns > 0 || w->reason == NULL || n++ >= WEIGHTLESS_MOST)
			continue;
		if (n == 1) {
			page_heading(p, 50, NULL, say_word("Outages that do not count"));
			table_begin(&t, p, weightless_columns, 3, 8.0);
		}
		chart_zone_print(z, w->start_ns, 0, from);
		words_duration(w->end_ns - w->start_ns, false, lasted);
		struct cell cells[] = {{.text = from}, {.text = lasted},
		    {.text = words_reason(w->reason, why)}};
		table_row(&t, cells);
	}
	if (n > 0)
		table_end(&t);
	if (n <= WEIGHTLESS_MOST)
		return;
	words_count(n, more);
	say(text, sizeof text,
	    "The first ones of {1}; the register has all of them, with the reason.",
	    more);
	page_text(p, &style_note, text);
}

/* Periods of the contract one by one: what each of them owes, and all of them. */
static const struct column period_columns[] = {
    {"Period", 230, ALIGN_LEFT, false, FACE_TEXT},
    {"ISP's reading", 90, ALIGN_RIGHT, true, FACE_TEXT},
    {"As measured", 90, ALIGN_RIGHT, true, FACE_TEXT},
    {"Customer's", 89, ALIGN_RIGHT, true, FACE_TEXT}};

static void
period_row(struct table *t, const struct credit_worth worths[READINGS], const char *label,
    const struct contract_conf *c, bool bold)
{
	char worth[READINGS][96];

	for (int r = 0; r < READINGS; r++)
		dossier_worth(worths[r], c, worth[r]);
	struct cell cells[] = {{.text = label, .bold = bold},
	    {.text = worth[READING_ISP], .bold = bold},
	    {.text = worth[READING_POINT], .bold = true},
	    {.text = worth[READING_CUSTOMER], .bold = bold}};
	table_row(t, cells);
}

static void
periods(struct pages *p, const struct link_report *l, const struct zone *z)
{
	struct table t;

	table_begin(&t, p, period_columns, 4, 8.0);
	for (size_t i = 0; i < l->n_listed; i++) {
		const struct judged *j = &l->verdicts[i];
		struct credit_worth worths[READINGS];
		char label[112], from[48], to[48];
		if (!evidence_counts(l, j))
			continue;
		for (int r = 0; r < READINGS; r++)
			worths[r] = j->settlement.sheets[r].total;
		chart_zone_print(z, j->contract.terms.period.start_ns, 0, from);
		chart_zone_print(z, j->contract.terms.period.end_ns, 0, to);
		snprintf(label, sizeof label, "%.16s – %.16s", from, to);
		period_row(&t, worths, label, j->conf, false);
	}
	period_row(&t, l->evidence->owed, say_word("In all"), l->conf, true);
	table_end(&t);
	page_text(p, &style_body,
	    say_word(
	        "The contract is judged period by period. How a period's credit comes about is told "
	        "by a dossier of that period alone."));
}

static void
headline(const struct link_report *l, char *out, size_t room)
{
	char owed[96], isp[96], customer[96];

	if (l->conf->n_credits == 0) {
		say(out, room, "The contract as it was entered states no credit");
		return;
	}
	dossier_total(l, READING_POINT, owed);
	dossier_total(l, READING_ISP, isp);
	dossier_total(l, READING_CUSTOMER, customer);
	if (strcmp(isp, customer) == 0 && strcmp(owed, say_word("nothing")) == 0)
		say(out, room, "Under the contract no credit is owed");
	else if (strcmp(isp, customer) == 0)
		say(out, room, "Under the contract {1} is owed, in every reading", owed);
	else
		say(out, room,
		    "Under the contract {1} is owed, between {2} and {3} by reading",
		    owed, isp, customer);
}

void
dossier_owed(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct settlement *s = l->settlement;
	const struct zone *z = &ds->zones[link];
	char place[PLACE_ROOM], title[400];

	if (s == NULL || l->conf == NULL ||
	    (l->conf->n_credits == 0 && s->n_deadlines == 0 && s->n_rights == 0))
		return;
	page_section(p, say_word("What is owed"), 120);
	dossier_place(place, "owed", link);
	headline(l, title, sizeof title);
	page_title(p, place, say_word("What is owed"), title);
	if (l->evidence != NULL && l->evidence->periods > 1 && l->conf->n_credits > 0)
		periods(p, l, z);
	else
		dossier_credits(p, s, l->conf);
	dossier_rights(p, s, z);
	dossier_dates(p, s, z, DATES_SHOWN);
	weightless(p, &l->verdict, z);
	page_text(p, &style_note,
	    say_word(
	        "Worked out from the contract's clauses as they are configured; the signed contract "
	        "prevails."));
}
