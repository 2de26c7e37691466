#include "records/tickets.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

static struct ticket *
find(struct ticket *list, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].reference, r->reference) == 0 &&
		    strcmp(list[i].centre, r->centre) == 0 &&
		    strcmp(list[i].link, r->link) == 0)
			return &list[i];
	return NULL;
}

static int
by_start(const void *a, const void *b)
{
	const struct ticket_pause *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* A pause lasts to the first resumption after it; one entered for the same instant again
 * is the same pause. */
static void
find_pauses(struct ticket *t)
{
	t->pauses = memory_grow(NULL, t->n_history + 1, sizeof *t->pauses);
	for (size_t i = 0; i < t->n_history; i++) {
		const struct record *r = t->history[i];
		bool same = false;
		for (size_t k = 0; k < t->n_pauses; k++)
			same |= t->pauses[k].start_ns == r->at_ns;
		if (r->kind == RECORD_TICKET_PAUSED && !same)
			t->pauses[t->n_pauses++] =
			    (struct ticket_pause){r->at_ns, RECORDS_NEVER, r->id};
	}
	if (t->n_pauses > 0)
		qsort(t->pauses, t->n_pauses, sizeof *t->pauses, by_start);
	for (size_t i = 0; i < t->n_history; i++) {
		const struct record *r = t->history[i];
		if (r->kind != RECORD_TICKET_RESUMED)
			continue;
		for (size_t k = t->n_pauses; k > 0; k--) {
			struct ticket_pause *p = &t->pauses[k - 1];
			if (p->start_ns > r->at_ns)
				continue;
			if (p->end_ns == RECORDS_NEVER || r->at_ns < p->end_ns)
				p->end_ns = r->at_ns;
			break;
		}
	}
}

static void
take(struct ticket *t, const struct record *r)
{
	t->history = memory_grow(t->history, t->n_history + 1, sizeof *t->history);
	t->history[t->n_history++] = r;
	if (r->kind == RECORD_TICKET_OPENED)
		t->opened_ns = r->at_ns;
	else if (r->kind == RECORD_TICKET_ACKNOWLEDGED)
		t->acknowledged_ns = r->at_ns;
	else if (r->kind == RECORD_TICKET_DETECTED)
		t->detected_ns = r->at_ns;
	else if (r->kind == RECORD_TICKET_CLOSED)
		t->closed_ns = r->at_ns;
	if (r->kind != RECORD_TICKET_LINKED)
		return;
	for (size_t i = 0; i < t->n_outages; i++)
		if (strcmp(t->outages[i], r->outage) == 0)
			return;
	t->outages = memory_grow(t->outages, t->n_outages + 1, sizeof *t->outages);
	memcpy(t->outages[t->n_outages++], r->outage, sizeof *t->outages);
}

size_t
tickets_of(struct ticket **out, const struct record *rows, size_t n)
{
	struct ticket *list = NULL;
	size_t n_list = 0;

	for (size_t i = 0; i < n; i++) {
		const struct record *r = &rows[i];
		if (r->kind > RECORD_TICKET_LINKED)
			continue;
		struct ticket *t = find(list, n_list, r);
		if (t == NULL && r->kind != RECORD_TICKET_OPENED)
			continue;
		if (t == NULL) {
			list = memory_grow(list, n_list + 1, sizeof *list);
			t = &list[n_list++];
			*t = (struct ticket){.opened_ns = RECORDS_NEVER,
			    .acknowledged_ns = RECORDS_NEVER,
			    .detected_ns = RECORDS_NEVER,
			    .closed_ns = RECORDS_NEVER};
			memcpy(t->centre, r->centre, sizeof t->centre);
			memcpy(t->link, r->link, sizeof t->link);
			memcpy(t->reference, r->reference, sizeof t->reference);
		}
		take(t, r);
	}
	for (size_t i = 0; i < n_list; i++)
		find_pauses(&list[i]);
	*out = list;
	return n_list;
}

void
tickets_free(struct ticket *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].pauses);
		free(list[i].outages);
		free(list[i].history);
	}
	free(list);
}

size_t
tickets_exclusions(const struct record ***out, const struct record *rows, size_t n)
{
	const struct record **list = memory_grow(NULL, n + 1, sizeof *list);
	size_t n_list = 0;

	for (size_t i = 0; i < n; i++) {
		bool removed = false;
		if (rows[i].kind != RECORD_EXCLUSION)
			continue;
		for (size_t k = i + 1; k < n; k++)
			removed |= rows[k].kind == RECORD_EXCLUSION_REMOVED &&
			           rows[k].refers == rows[i].id;
		if (!removed)
			list[n_list++] = &rows[i];
	}
	*out = list;
	return n_list;
}
