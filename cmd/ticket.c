#include "cmd/drawer.h"
#include "cmd/whose.h"

#include "base/bytes.h"
#include "records/tickets.h"
#include "reports/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tickets with the ISP: what happened when, by the ISP's reference. */

static const struct action {
	const char *word;
	enum record_kind kind;
} ACTIONS[] = {
    {"open", RECORD_TICKET_OPENED},
    {"update", RECORD_TICKET_UPDATED},
    {"ack", RECORD_TICKET_ACKNOWLEDGED},
    {"detected", RECORD_TICKET_DETECTED},
    {"pause", RECORD_TICKET_PAUSED},
    {"resume", RECORD_TICKET_RESUMED},
    {"close", RECORD_TICKET_CLOSED},
    {"link", RECORD_TICKET_LINKED},
};
#define N_ACTIONS (sizeof ACTIONS / sizeof ACTIONS[0])

struct desk { /* while one command runs */
	const struct options *o;
	struct drawer drawer;
	struct ticket *tickets;
	size_t n_tickets;
};

static void
desk_close(struct desk *d)
{
	tickets_free(d->tickets, d->n_tickets);
	drawer_close(&d->drawer);
	*d = (struct desk){.o = d->o};
}

static int
desk_open(struct desk *d, const struct options *o, bool write)
{
	*d = (struct desk){.o = o};
	int status = drawer_open(&d->drawer, o, write);

	if (status == 0)
		d->n_tickets = tickets_of(&d->tickets, d->drawer.rows, d->drawer.n_rows);
	return status;
}

/* ---- output ---- */

static json_t *
instant_or_null(int64_t ns)
{
	return ns == RECORDS_NEVER ? json_null() : value_instant(ns);
}

static json_t *
ticket_json(const struct ticket *t)
{
	json_t *o = json_object(), *pauses = json_array(), *outages = json_array(),
	       *history = json_array();

	value_set(o, "reference", value_text(t->reference));
	value_set(o, "centre", value_text(t->centre));
	value_set(o, "link", value_text(t->link));
	value_set(o, "opened", instant_or_null(t->opened_ns));
	value_set(o, "acknowledged", instant_or_null(t->acknowledged_ns));
	value_set(o, "provider_detected", instant_or_null(t->detected_ns));
	value_set(o, "closed", instant_or_null(t->closed_ns));
	for (size_t i = 0; i < t->n_pauses; i++) {
		json_t *p = json_object();
		value_set(p, "start", value_instant(t->pauses[i].start_ns));
		value_set(p, "end", instant_or_null(t->pauses[i].end_ns));
		json_array_append_new(pauses, p);
	}
	value_set(o, "pauses", pauses);
	for (size_t i = 0; i < t->n_outages; i++)
		json_array_append_new(outages, value_text(t->outages[i]));
	value_set(o, "outages", outages);
	for (size_t i = 0; i < t->n_history; i++) {
		const struct record *r = t->history[i];
		json_t *h = json_object();
		value_set(h, "id", json_integer(r->id));
		value_set(h, "entered", value_instant(r->entered_ns));
		value_set(h, "by", value_text(r->author));
		value_set(h, "what", json_string(record_kind_name(r->kind) + 7));
		value_set(h, "at", instant_or_null(r->at_ns));
		value_set(h, "outage", value_text_or_null(r->outage));
		value_set(h, "said", value_text_or_null(r->said));
		json_array_append_new(history, h);
	}
	value_set(o, "history", history);
	return o;
}

static void
ticket_text(const struct options *o, const struct ticket *t)
{
	const char *zone = whose_zone(o, t->centre);
	char at[40];

	printf("%s  %s/%s  %s\n", t->reference, t->centre, t->link,
	    t->closed_ns != RECORDS_NEVER ? "closed" : "open");
	for (size_t i = 0; i < t->n_history; i++) {
		const struct record *r = t->history[i];
		instant_local(r->at_ns, zone, at);
		printf("  %s  %-13s%s%s%s%s\n", at, record_kind_name(r->kind) + 7,
		    r->outage[0] != '\0' ? " " : "", r->outage,
		    r->said[0] != '\0' ? " " : "", r->said);
	}
}

static void
show(const struct options *o, const struct ticket *const *list, size_t n)
{
	json_t *all = json_array(), *doc = json_object();

	for (size_t i = 0; i < n; i++) {
		if (o->json)
			json_array_append_new(all, ticket_json(list[i]));
		else
			ticket_text(o, list[i]);
	}
	if (!o->json && n == 0)
		puts("No ticket.");
	value_set(doc, "schema", json_string("linkwitness/tickets/1"));
	value_set(doc, "generated", value_instant(clock_wall().ns));
	value_set(doc, "tickets", all);
	if (o->json)
		(void)json_print(doc, stdout);
	json_decref(doc);
}

static int
list(const struct options *o)
{
	struct desk d;
	struct whose whose;
	size_t n = 0;
	int status = o->n_links > 0 ? whose_link(&whose, o) : 0;

	if (status != 0)
		return status;
	status = desk_open(&d, o, false);

	if (status != 0)
		return status;
	const struct ticket **shown =
	    memory_grow(NULL, d.n_tickets + 1, sizeof(struct ticket *));
	for (size_t i = 0; i < d.n_tickets; i++)
		if (whose_is_asked(o, d.tickets[i].centre, d.tickets[i].link))
			shown[n++] = &d.tickets[i];
	show(o, shown, n);
	free(shown);
	desk_close(&d);
	return 0;
}

/* ---- entering ---- */

/* The ticket of that reference; with --link, of that link. 0 or the exit status. */
static int
find(const struct desk *d, const char *reference, const struct ticket **out)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_tickets; i++) {
		const struct ticket *t = &d->tickets[i];
		if (strcmp(t->reference, reference) != 0 ||
		    !whose_is_asked(d->o, t->centre, t->link))
			continue;
		*out = t;
		n++;
	}
	if (n == 1)
		return 0;
	if (n > 1)
		return complain(EXIT_USAGE,
		    "ticket %s: there are several; say --link CENTRE/LINK", reference);
	return complain(EXIT_USAGE,
	    "ticket %s: there is none; open it with ticket open --link L --reference %s",
	    reference, reference);
}

static bool
is_waiting(const struct ticket *t)
{
	return t->n_pauses > 0 && t->pauses[t->n_pauses - 1].end_ns == RECORDS_NEVER;
}

/* What would contradict what is there. */
static int
check(const struct ticket *t, enum record_kind kind, int64_t at_ns)
{
	const char *r = t->reference;

	if (kind != RECORD_TICKET_DETECTED && kind != RECORD_TICKET_LINKED &&
	    at_ns < t->opened_ns)
		return complain(
		    EXIT_USAGE, "ticket %s: that is before it was opened; see --at", r);
	if (kind == RECORD_TICKET_PAUSED && is_waiting(t))
		return complain(EXIT_USAGE, "ticket %s: it is paused already", r);
	if (kind == RECORD_TICKET_RESUMED && !is_waiting(t))
		return complain(EXIT_USAGE, "ticket %s: it is not paused", r);
	if (kind == RECORD_TICKET_RESUMED && at_ns <= t->pauses[t->n_pauses - 1].start_ns)
		return complain(
		    EXIT_USAGE, "ticket %s: that is before it was paused; see --at", r);
	return 0;
}

static int
take_words(struct record *rec, const struct options *o, const char *reference)
{
	int status = whose_text("the reference", reference, RECORDS_REFERENCE_ROOM - 1);

	if (status == 0 && o->said != NULL)
		status = whose_text("--said", o->said, RECORDS_SAID_ROOM - 1);
	if (status != 0)
		return status;
	snprintf(rec->reference, sizeof rec->reference, "%s", reference);
	snprintf(rec->said, sizeof rec->said, "%s", o->said != NULL ? o->said : "");
	return 0;
}

static int
take_outage(struct record *rec, const struct options *o, int args)
{
	const char *id = o->n_args > args ? o->args[args] : "";

	if (strlen(id) != 16 || id[strspn(id, "0123456789abcdef")] != '\0')
		return complain(EXIT_USAGE,
		    "ticket link: say which outage: its id, 16 hex digits as outages prints it");
	memcpy(rec->outage, id, sizeof rec->outage);
	return 0;
}

static int
enter(struct desk *d, enum record_kind kind, const char *reference, int args)
{
	const struct ticket *t = NULL;
	struct record rec = {.kind = kind,
	    .from_ns = RECORDS_NEVER,
	    .to_ns = RECORDS_NEVER,
	    .announced_ns = RECORDS_NEVER};
	struct whose whose = {.zone = "UTC"};
	int status = take_words(&rec, d->o, reference);

	if (status == 0 && kind == RECORD_TICKET_OPENED)
		status = whose_link(&whose, d->o);
	else if (status == 0)
		status = find(d, reference, &t);
	if (t != NULL) {
		memcpy(whose.centre, t->centre, sizeof whose.centre);
		memcpy(whose.link, t->link, sizeof whose.link);
		snprintf(
		    whose.zone, sizeof whose.zone, "%s", whose_zone(d->o, t->centre));
	}
	if (status == 0)
		status = whose_time(&rec.at_ns, &whose, "--at", d->o->at, false);
	if (status == 0 && t != NULL)
		status = check(t, kind, rec.at_ns);
	if (status == 0 && kind == RECORD_TICKET_LINKED)
		status = take_outage(&rec, d->o, args++);
	if (status == 0 && kind == RECORD_TICKET_UPDATED && d->o->said == NULL)
		status = complain(EXIT_USAGE, "ticket update: --said TEXT is missing");
	if (status == 0 && d->o->n_args > args)
		status = complain(EXIT_USAGE, "ticket: %s is too much", d->o->args[args]);
	if (status != 0)
		return status;
	memcpy(rec.centre, whose.centre, sizeof rec.centre);
	memcpy(rec.link, whose.link, sizeof rec.link);
	return drawer_add(&d->drawer, &rec);
}

/* As it stands after the entry. */
static int
show_one(const struct options *o, const char *reference)
{
	struct desk d;
	const struct ticket *t = NULL;
	int status = desk_open(&d, o, false);

	if (status != 0)
		return status;
	for (size_t i = 0; i < d.n_tickets; i++)
		if (strcmp(d.tickets[i].reference, reference) == 0 &&
		    whose_is_asked(o, d.tickets[i].centre, d.tickets[i].link))
			t = &d.tickets[i];
	if (t != NULL)
		show(o, &t, 1);
	desk_close(&d);
	return 0;
}

int
cmd_ticket(struct options *o)
{
	static const char ALL[] =
	    "open, update, ack, detected, pause, resume, close, link, list";
	const char *word = o->n_args > 0 ? o->args[0] : "", *reference = o->reference;
	const struct action *action = NULL;
	struct desk d;
	int args = 1;

	for (size_t i = 0; i < N_ACTIONS; i++)
		if (strcmp(ACTIONS[i].word, word) == 0)
			action = &ACTIONS[i];
	if (strcmp(word, "list") == 0 && o->n_args == 1)
		return list(o);
	if (action == NULL)
		return complain(EXIT_USAGE, "ticket%s%s: say what: one of %s",
		    word[0] != '\0' ? " " : "", word, ALL);
	if (reference == NULL && o->n_args > 1)
		reference = o->args[args++];
	if (reference == NULL)
		return complain(
		    EXIT_USAGE, "ticket %s: the ISP's reference is missing", word);
	int status = desk_open(&d, o, true);
	if (status != 0)
		return status;
	status = enter(&d, action->kind, reference, args);
	desk_close(&d);
	return status == 0 ? show_one(o, reference) : status;
}
