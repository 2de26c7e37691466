/* The second page of a link: outages give way to what people entered and what is owed. */
#include "reports/sla_record.h"

#include <glib.h>
#include <stdio.h>

#define OUTAGES_SHOWN 10 /* what the page has room for, and at least: */
#define OUTAGES_LEAST 3
#define DATES_SHOWN   3
#define ENTRIES_SHOWN 3 /* of exclusions, of tickets */

/* ---- outages ---- */

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

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Open within the period: those of other months are in their reports. */
static bool
is_of_period(const struct link_report *l, const struct ticket *t)
{
	const struct span *p = &l->result->period;

	return t->opened_ns != RECORDS_NEVER && t->opened_ns < p->end_ns &&
	       (t->closed_ns == RECORDS_NEVER || t->closed_ns > p->start_ns);
}

static size_t
count_tickets(const struct link_report *l)
{
	size_t n = 0;

	for (size_t i = 0; l->evidence != NULL && i < l->evidence->n_tickets; i++)
		n += is_of_period(l, l->evidence->ticket_rows[i].ticket);
	return n;
}

static bool
has_several(const struct link_report *l)
{
	return l->evidence != NULL && l->evidence->periods > 1;
}

/* Heights are what most contracts' clauses take. */
static size_t
outages_fit(const struct pages *p, const struct link_report *l)
{
	const struct settlement *s = l->settlement;
	const struct evidence *e = l->evidence;
	double room = page_bottom(p) - p->y - 67 - 60;

	if (s != NULL && l->conf != NULL) {
		size_t dates = least(s->n_deadlines, DATES_SHOWN);
		if (has_several(l))
			room -= 70;
		else if (l->conf->n_credits > 0)
			room -= 75 + 38 * (double)l->conf->n_credits;
		room -= s->n_rights > 0 ? 30 + 24 * (double)s->n_rights : 0;
		room -= dates > 0 ? 62 + 22 * (double)dates : 0;
	}
	size_t tickets = count_tickets(l);
	if (e != NULL && e->n_exclusion_rows + tickets > 0)
		room -= 62 + 22 * (double)(least(e->n_exclusion_rows, ENTRIES_SHOWN) +
		                           least(tickets, ENTRIES_SHOWN));
	if (room < 22 * OUTAGES_LEAST)
		return OUTAGES_LEAST;
	return room > 22 * OUTAGES_SHOWN ? OUTAGES_SHOWN : (size_t)(room / 22);
}

static void
outages(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *r = ds->r->links[link].result;
	bool *chosen = g_new0(bool, r->n_outages + 1);
	char text[240], listed[32], shown[32], place[PLACE_ROOM];
	size_t n = choose(r, outages_fit(p, &ds->r->links[link]), chosen);

	words_count(r->n_outages, listed);
	words_count(n, shown);
	if (r->n_outages == 0)
		say(text, sizeof text, "Outage register: no outages");
	else
		say(text, sizeof text, "Outage register: {1} {1|outage|outages}", listed);
	dossier_place(place, "register", link);
	page_heading(p, 30, place, text);
	if (n == 0)
		page_text(p, &style_body,
		    say_word("None was found in the time that was measured."));
	else
		dossier_register_rows(p, ds, link, chosen);
	if (n < r->n_outages) {
		say(text, sizeof text,
		    "The {1} longest, those that count first; the dossier of the same time "
		    "lists all {2}.",
		    shown, listed);
		page_text(p, &style_note, text);
	}
	g_free(chosen);
}

/* ---- what people entered ---- */

static const struct column entry_columns[] = {
    {"From, to", 132, ALIGN_LEFT, true, FACE_TEXT},
    {"What", 100, ALIGN_LEFT, true, FACE_TEXT},
    {"Reference or reason", 157, ALIGN_LEFT, true, FACE_TEXT},
    {"Minutes", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"Left out", 60, ALIGN_RIGHT, false, FACE_TEXT}};

static void
print_when(int64_t start, int64_t end, bool open, const struct zone *z, char out[128])
{
	char from[48], to[48];

	chart_zone_print(z, start, 0, from);
	snprintf(to, sizeof to, "%s", say_word("open"));
	if (!open)
		chart_zone_print(z, end, 0, to);
	snprintf(out, 128, "%s\n%s", from, to);
}

static void
exclusion(struct table *t, const struct exclusion_row *x, const struct zone *z)
{
	char when[128], in[32], took[32];

	print_when(x->start_ns, x->end_ns, false, z, when);
	words_minutes(x->in_ns, in);
	words_minutes(x->took_ns, took);
	struct cell cells[] = {{.text = when},
	    {.text = say_word(
	         x->record->maintenance ? "maintenance" : "exclusion, entered")},
	    {.text = x->reason}, {.text = in}, {.text = took}};
	table_row(t, cells);
}

static void
ticket(struct table *t, const struct ticket_row *row, const struct zone *z)
{
	const struct ticket *k = row->ticket;
	bool open = k->closed_ns == RECORDS_NEVER;
	char when[128] = "–", text[128], delay[40], n[32], took[32] = "–";

	if (k->opened_ns != RECORDS_NEVER)
		print_when(k->opened_ns, k->closed_ns, open, z, when);
	words_count(row->outages, n);
	say(text, sizeof text, "ticket\nof {1} {1|outage|outages}", n);
	if (row->has_delay && row->delay_ns >= 0) {
		words_duration(row->delay_ns, false, delay);
		say(text, sizeof text, "ticket\n{1} after it began", delay);
	}
	if (row->has_repair)
		words_minutes(row->repair_ns, took);
	struct cell cells[] = {{.text = when}, {.text = text},
	    {.text = k->reference[0] != '\0' ? k->reference : "–"}, {.text = took},
	    {.text = "–"}};
	table_row(t, cells);
}

static void
entries(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	const struct zone *z = &ds->zones[link];
	char text[240], left_out[32], tickets[32];
	size_t n = count_tickets(l), shown = 0;
	struct table t;

	if (e == NULL || e->n_exclusion_rows + n == 0)
		return;
	page_heading(p, 60, NULL, say_word("Exclusions and tickets"));
	table_begin(&t, p, entry_columns, 5, 7.0);
	for (size_t i = 0; i < least(e->n_exclusion_rows, ENTRIES_SHOWN); i++)
		exclusion(&t, &e->exclusion_rows[i], z);
	for (size_t i = 0; i < e->n_tickets && shown < ENTRIES_SHOWN; i++)
		if (is_of_period(l, e->ticket_rows[i].ticket)) {
			ticket(&t, &e->ticket_rows[i], z);
			shown++;
		}
	table_end(&t);
	if (e->n_exclusion_rows <= ENTRIES_SHOWN && n <= ENTRIES_SHOWN)
		return;
	words_count(e->n_exclusion_rows, left_out);
	words_count(n, tickets);
	say(text, sizeof text,
	    "The first of each; the dossier of the same time lists all: {1} "
	    "{1|exclusion|exclusions}, {2} {2|ticket|tickets}.",
	    left_out, tickets);
	page_text(p, &style_note, text);
}

/* ---- what is owed ---- */

/* Of several periods: each period's credit is in their table, here is their sum. */
static void
sum(struct pages *p, const struct link_report *l)
{
	char text[400], n[32], point[96], isp[96], customer[96];

	words_count(l->evidence->periods, n);
	dossier_total(l, READING_POINT, point);
	dossier_total(l, READING_ISP, isp);
	dossier_total(l, READING_CUSTOMER, customer);
	say(text, sizeof text,
	    "The contract is judged period by period; the page before has the credit of each. In "
	    "all {1} periods {2} is owed by what was measured: {3} in the reading best for the "
	    "ISP, {4} in the one best for the customer.",
	    n, point, isp, customer);
	page_text(p, &style_body, text);
}

static void
owed(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct settlement *s = l->settlement;
	char place[PLACE_ROOM];

	dossier_place(place, "owed", link);
	page_heading(p, 40, place, say_word("What is owed"));
	if (s == NULL || l->conf == NULL || l->conf->n_credits == 0) {
		page_text(p, &style_body,
		    say_word(l->has_verdict && l->conf != NULL
		                 ? "The contract, as it is configured, states no credit."
		                 : "No contract was given, so nothing is owed by one."));
		if (s == NULL || l->conf == NULL)
			return;
	} else if (has_several(l)) {
		sum(p, l);
	} else {
		dossier_credits(p, s, l->conf);
	}
	dossier_rights(p, s, &ds->zones[link]);
	dossier_dates(p, s, &ds->zones[link], DATES_SHOWN);
	page_text(p, &style_note,
	    say_word(
	        "Worked out from the contract's clauses as they are configured; the signed contract "
	        "prevails."));
}

void
sla_record(struct pages *p, const struct dossier *ds, size_t link)
{
	page_begin(p, say_word("SLA report: record and credits"));
	dossier_heat(p, &ds->r->links[link], &ds->zones[link], link);
	outages(p, ds, link);
	entries(p, ds, link);
	owed(p, ds, link);
}
