#include "cmd/claims.h"

#include "base/bytes.h"
#include "cmd/drawer.h"
#include "records/tickets.h"
#include "reports/redact.h"

#include <stdlib.h>
#include <string.h>

struct claims {
	struct record *rows;
	size_t n_rows;
	struct ticket *tickets;
	size_t n_tickets;
	const struct record **exclusions;
	size_t n_exclusions;
};

static int
read_rows(struct claims *c, const struct options *o)
{
	struct drawer d;

	if (o->records != NULL) {
		c->rows = memory_grow(NULL, o->n_records + 1, sizeof *c->rows);
		memcpy(c->rows, o->records, o->n_records * sizeof *c->rows);
		c->n_rows = o->n_records;
		return 0;
	}
	int status = drawer_open(&d, o, false);
	if (status != 0)
		return status;
	c->rows = d.rows;
	c->n_rows = d.n_rows;
	d.rows = NULL; /* taken */
	drawer_close(&d);
	return 0;
}

int
claims_open(struct claims **out, const struct options *o)
{
	struct claims *c = memory_grow(NULL, 1, sizeof *c);

	memset(c, 0, sizeof *c);
	int status = read_rows(c, o);
	if (status != 0) {
		claims_free(c);
		return status;
	}
	c->n_tickets = tickets_of(&c->tickets, c->rows, c->n_rows);
	c->n_exclusions = tickets_exclusions(&c->exclusions, c->rows, c->n_rows);
	*out = c;
	return 0;
}

void
claims_free(struct claims *c)
{
	if (c == NULL)
		return;
	tickets_free(c->tickets, c->n_tickets);
	free(c->exclusions);
	free(c->rows);
	free(c);
}

static bool
is_of(const struct link_def *def, const char *centre, const char *link)
{
	return strcmp(def->centre, centre) == 0 && strcmp(def->link, link) == 0;
}

static void
take_ticket(struct claim_set *s, const struct ticket *t, size_t *n_pauses)
{
	struct span *pauses = &s->pauses[*n_pauses];

	for (size_t i = 0; i < t->n_pauses; i++)
		s->pauses[(*n_pauses)++] = (struct span){t->pauses[i].start_ns,
		    t->pauses[i].end_ns == RECORDS_NEVER ? INT64_MAX
		                                         : t->pauses[i].end_ns};
	s->tickets[s->n_tickets++] = (struct ticket_clock){.opened_ns = t->opened_ns,
	    .acknowledged_ns = t->acknowledged_ns,
	    .detected_ns = t->detected_ns,
	    .closed_ns = t->closed_ns,
	    .pauses = pauses,
	    .n_pauses = t->n_pauses,
	    .reference = t->reference,
	    .outages = (const char(*)[17])t->outages,
	    .n_outages = t->n_outages};
}

void
claims_of(struct claim_set *out, const struct claims *c, const struct link_def *def)
{
	size_t pauses = 0;

	memset(out, 0, sizeof *out);
	out->exclusions = memory_grow(NULL, c->n_exclusions + 1, sizeof *out->exclusions);
	for (size_t i = 0; i < c->n_exclusions; i++) {
		const struct record *r = c->exclusions[i];
		if (is_of(def, r->centre, r->link))
			out->exclusions[out->n_exclusions++] =
			    (struct exclusion_span){.start_ns = r->from_ns,
			        .end_ns = r->to_ns,
			        .maintenance = r->maintenance,
			        .announced_ns = r->announced_ns,
			        .reason = r->said};
	}
	for (size_t i = 0; i < c->n_tickets; i++)
		pauses += c->tickets[i].n_pauses;
	out->pauses = memory_grow(NULL, pauses + 1, sizeof *out->pauses);
	out->tickets = memory_grow(NULL, c->n_tickets + 1, sizeof *out->tickets);
	pauses = 0;
	for (size_t i = 0; i < c->n_tickets; i++)
		if (is_of(def, c->tickets[i].centre, c->tickets[i].link))
			take_ticket(out, &c->tickets[i], &pauses);
}

void
claims_rows(struct claim_rows *out, const struct claims *c, const struct link_def *def)
{
	memset(out, 0, sizeof *out);
	out->tickets = memory_grow(NULL, c->n_tickets + 1, sizeof *out->tickets);
	out->exclusions = memory_grow(NULL, c->n_exclusions + 1, sizeof *out->exclusions);
	out->notes = memory_grow(NULL, c->n_rows + 1, sizeof *out->notes);
	for (size_t i = 0; i < c->n_tickets; i++)
		if (is_of(def, c->tickets[i].centre, c->tickets[i].link))
			out->tickets[out->n_tickets++] = &c->tickets[i];
	for (size_t i = 0; i < c->n_exclusions; i++)
		if (is_of(def, c->exclusions[i]->centre, c->exclusions[i]->link))
			out->exclusions[out->n_exclusions++] = c->exclusions[i];
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].kind == RECORD_NOTE &&
		    is_of(def, c->rows[i].centre, c->rows[i].link))
			out->notes[out->n_notes++] = &c->rows[i];
}

void
claims_done(struct claim_set *s)
{
	free(s->exclusions);
	free(s->tickets);
	free(s->pauses);
	memset(s, 0, sizeof *s);
}

size_t
claims_entries(
    const struct claims *c, const struct link_def *defs, size_t n, struct record **out)
{
	size_t rows = c != NULL ? c->n_rows : 0, kept = 0;

	*out = memory_grow(NULL, rows + 1, sizeof **out);
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < n; k++)
			if (is_of(&defs[k], c->rows[i].centre, c->rows[i].link)) {
				(*out)[kept++] = c->rows[i];
				break;
			}
	return kept;
}

void
claims_redact(struct claims *c)
{
	if (c != NULL)
		redact_records(c->rows, c->n_rows);
}
