#include "reports/dossier.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tickets and what was said of them: who was told when, and how long it took. */

static const struct column ticket_columns[] = {
    {"Ticket", 76, ALIGN_LEFT, true, FACE_TEXT},
    {"Opened", 120, ALIGN_LEFT, true, FACE_TEXT},
    {"Acknowledged", 74, ALIGN_RIGHT, true, FACE_TEXT},
    {"Closed", 80, ALIGN_RIGHT, true, FACE_TEXT},
    {"Waiting\non us", 52, ALIGN_RIGHT, false, FACE_TEXT},
    {"Outages", 97, ALIGN_LEFT, true, FACE_TEXT}};

static const char *
what_word(enum record_kind k)
{
	static const char *const WORDS[] = {[RECORD_TICKET_OPENED] = "opened",
	    [RECORD_TICKET_UPDATED] = "update",
	    [RECORD_TICKET_ACKNOWLEDGED] = "acknowledged by the ISP",
	    [RECORD_TICKET_DETECTED] = "known to the ISP since",
	    [RECORD_TICKET_PAUSED] = "waiting on us",
	    [RECORD_TICKET_RESUMED] = "no longer waiting on us",
	    [RECORD_TICKET_CLOSED] = "closed",
	    [RECORD_TICKET_LINKED] = "linked to an outage",
	    [RECORD_EXCLUSION] = "exclusion",
	    [RECORD_EXCLUSION_REMOVED] = "exclusion removed",
	    [RECORD_NOTE] = "note"};

	return k < RECORD_KINDS ? WORDS[k] : "note";
}

static void
print_outages(
    const struct ticket_row *row, const struct link_report *l, char *out, size_t room)
{
	char n[32], more[32];

	if (!row->has_outage) {
		snprintf(out, room, "%s", say_word("none in the register"));
		return;
	}
	snprintf(n, sizeof n, "%zu", row->outage + 1);
	words_count(row->outages - 1, more);
	if (row->outages > 1)
		say(out, room, "No. {1} and {2} more\n{3}", n, more,
		    l->result->outages[row->outage].id);
	else
		say(out, room, "No. {1}\n{2}", n, l->result->outages[row->outage].id);
}

static void
ticket_row(struct table *t, const struct ticket_row *row, const struct link_report *l,
    const struct zone *z)
{
	const struct ticket *k = row->ticket;
	char opened[160] = "–", at[48], delay[40], ack[96] = "–", closed[128], paused[40];
	char outages[128], ref[RECORDS_REFERENCE_ROOM + 4];

	snprintf(ref, sizeof ref, "%s", k->reference[0] != '\0' ? k->reference : "–");
	if (k->opened_ns != RECORDS_NEVER) {
		chart_zone_print(z, k->opened_ns, 0, at);
		snprintf(opened, sizeof opened, "%s", at);
	}
	if (row->has_delay) {
		size_t used = strlen(opened);
		words_duration(
		    row->delay_ns < 0 ? -row->delay_ns : row->delay_ns, false, delay);
		opened[used++] = '\n';
		say(opened + used, sizeof opened - used,
		    row->delay_ns < 0 ? "{1} before it began" : "{1} after it began",
		    delay);
	}
	if (row->has_acknowledge) {
		words_duration(row->acknowledge_ns, false, at);
		say(ack, sizeof ack, "after {1}", at);
	}
	snprintf(closed, sizeof closed, "%s", say_word("open"));
	if (row->has_repair) {
		words_duration(row->repair_ns, false, at);
		say(closed, sizeof closed, "after {1}", at);
	}
	words_duration(row->paused_ns, false, paused);
	print_outages(row, l, outages, sizeof outages);
	struct cell cells[] = {{.text = ref}, {.text = opened}, {.text = ack},
	    {.text = closed}, {.text = row->paused_ns > 0 ? paused : "–"},
	    {.text = outages}};
	table_row(t, cells);
}

static const struct column log_columns[] = {{"When", 122, ALIGN_LEFT, true, FACE_TEXT},
    {"Ticket", 74, ALIGN_LEFT, true, FACE_TEXT},
    {"What", 92, ALIGN_LEFT, true, FACE_TEXT}, {"Said", 151, ALIGN_LEFT, true, FACE_TEXT},
    {"Entered by", 60, ALIGN_LEFT, true, FACE_TEXT}};

static void
log_row(struct table *t, const struct record *r, const struct zone *z)
{
	char at[48];

	chart_zone_print(z, r->at_ns != RECORDS_NEVER ? r->at_ns : r->entered_ns, 0, at);
	struct cell cells[] = {{.text = at},
	    {.text = r->reference[0] != '\0' ? r->reference : "–"},
	    {.text = say_word(what_word(r->kind))},
	    {.text = r->kind == RECORD_TICKET_LINKED ? r->outage
	             : r->said[0] != '\0'            ? r->said
	                                             : "–"},
	    {.text = r->author[0] != '\0' ? r->author : "–"}};
	table_row(t, cells);
}

/* Of a contract's date to report a fault by. */
static void
contract_words(struct pages *p, const struct link_report *l)
{
	char text[400], within[40];

	for (size_t i = 0; l->conf != NULL && i < l->conf->n_deadlines; i++) {
		const struct deadline_conf *d = &l->conf->deadlines[i];
		if (d->what != DEADLINE_TICKET || d->within_ns <= 0)
			continue;
		words_duration(d->within_ns, false, within);
		say(text, sizeof text,
		    "The contract wants a fault reported within {1} ({2}).", within,
		    d->clause[0] != '\0' ? d->clause : d->name);
		page_text(p, &style_body, text);
		return;
	}
	page_text(p, &style_body,
	    say_word(
	        "The contract as it was entered states no time to acknowledge a ticket and none to "
	        "repair: the times are told without a verdict."));
}

static int
by_time(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a,
	                    *y = *(const struct record *const *)b;
	int64_t at = x->at_ns != RECORDS_NEVER ? x->at_ns : x->entered_ns;
	int64_t bt = y->at_ns != RECORDS_NEVER ? y->at_ns : y->entered_ns;

	if (at != bt)
		return at < bt ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* What happened, in its order, whatever the order of entry. */
static void
entries(struct pages *p, const struct evidence *e, const struct zone *z)
{
	size_t n = e->n_notes, at = 0;
	struct table t;

	page_heading(p, 60, NULL, say_word("Entries"));
	table_begin(&t, p, log_columns, sizeof log_columns / sizeof *log_columns, 7.2);
	for (size_t i = 0; i < e->n_tickets; i++)
		n += e->tickets[i]->n_history;
	const struct record **list = g_new(const struct record *, n + 1);
	for (size_t i = 0; i < e->n_tickets; i++)
		for (size_t k = 0; k < e->tickets[i]->n_history; k++)
			list[at++] = e->tickets[i]->history[k];
	for (size_t i = 0; i < e->n_notes; i++)
		list[at++] = e->notes[i];
	qsort(list, n, sizeof *list, by_time);
	for (size_t i = 0; i < n; i++)
		log_row(&t, list[i], z);
	g_free(list);
	table_end(&t);
}

void
dossier_contacts(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	const struct zone *z = &ds->zones[link];
	char title[256], n[32], of[32], place[PLACE_ROOM];
	struct tally all;
	struct table t;

	if (e == NULL)
		return;
	dossier_place(place, "contacts", link);
	if (e->n_tickets + e->n_notes == 0) {
		page_section(p, say_word("Contact log"), 20);
		page_title_quiet(p, place, say_word("Contact log"),
		    say_word("No ticket and no note was entered for this link"));
		return;
	}
	page_section(p, say_word("Contact log"), 100);
	tally_find(&all, ds->r, l);
	words_count(all.tickets, n);
	words_count(all.tickets_with_outage, of);
	if (all.tickets == 0)
		say(title, sizeof title, "No ticket was entered, but notes were");
	else if (all.tickets == 1)
		say(title, sizeof title,
		    all.tickets_with_outage == 1
		        ? "One ticket, about an outage of the register"
		        : "One ticket, about no outage of the register");
	else
		say(title, sizeof title,
		    "{1} tickets, {2} of them about outages of the register", n, of);
	page_title(p, place, say_word("Contact log"), title);
	if (e->n_tickets > 0) {
		contract_words(p, l);
		table_begin(&t, p, ticket_columns,
		    sizeof ticket_columns / sizeof *ticket_columns, 7.4);
		for (size_t i = 0; i < e->n_tickets; i++)
			ticket_row(&t, &e->ticket_rows[i], l, z);
		table_end(&t);
	}
	entries(p, e, z);
}
