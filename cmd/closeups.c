#include "cmd/closeups.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define CLOSEUPS            3
#define CLOSEUP_PAD_NS      (30 * NS_PER_S)
#define CLOSEUP_PAD_MOST_NS (300 * NS_PER_S)
#define CLOSEUP_MOST_NS     (3600 * NS_PER_S) /* half of it at each end */

struct fetching { /* one close-up */
	struct journal_reader *reader;
	const char *centre;
	const char *link;
	struct closeup *close;
	size_t room, room_records;
};

/* Sendings are numbered within a session; they come in order. */
static void
note_record(struct fetching *f, const struct sample *s)
{
	struct closeup *c = f->close;

	for (size_t i = 0; i < c->n_records; i++) {
		struct closeup_record *r = &c->records[i];
		if (r->probe != s->probe || r->session != s->session)
			continue;
		r->first = s->seq < r->first ? s->seq : r->first;
		r->last = s->seq > r->last ? s->seq : r->last;
		return;
	}
	if (c->n_records == f->room_records) {
		f->room_records = f->room_records * 2 + 16;
		c->records = memory_grow(c->records, f->room_records, sizeof *c->records);
	}
	c->records[c->n_records++] =
	    (struct closeup_record){s->probe, s->session, s->seq, s->seq};
}

static int
on_close(void *ctx, const struct sample *s)
{
	struct fetching *f = ctx;
	struct closeup *c = f->close;
	size_t n;
	const struct probe_def *p = &journal_probes(f->reader, &n)[s->probe];

	if (strcmp(p->centre, f->centre) != 0 || p->kind == KIND_HTTP)
		return 0;
	if (strcmp(p->link, f->link) == 0)
		note_record(f, s);
	if (c->n_marks == f->room) {
		f->room = f->room * 2 + 256;
		c->marks = memory_grow(c->marks, f->room, sizeof *c->marks);
	}
	c->marks[c->n_marks++] =
	    (struct mark){s->time.ns, s->probe, s->outcome, s->rtt_ns};
	return 0;
}

static int
by_session(const void *a, const void *b)
{
	const struct closeup_record *x = a, *y = b;

	if (x->session != y->session)
		return x->session < y->session ? -1 : 1;
	return (x->probe > y->probe) - (x->probe < y->probe);
}

/* The longest that counts is the worst. */
static bool
is_worse(const struct outage *a, const struct outage *b)
{
	if (a->counted != b->counted)
		return a->counted;
	return a->end_ns - a->start_ns > b->end_ns - b->start_ns;
}

/* Enough of what was before and after to see that all was well then. */
static int64_t
closeup_pad(const struct outage *o)
{
	int64_t pad = (o->end_ns - o->start_ns) / 8;
	int64_t bound =
	    o->start_bound_ns > o->end_bound_ns ? o->start_bound_ns : o->end_bound_ns;

	pad = pad > 4 * bound ? pad : 4 * bound;
	return pad < CLOSEUP_PAD_NS        ? CLOSEUP_PAD_NS
	       : pad > CLOSEUP_PAD_MOST_NS ? CLOSEUP_PAD_MOST_NS
	                                   : pad;
}

static void
fetch(struct fetching *f, int64_t from_ns, int64_t to_ns, int64_t as_of_ns)
{
	struct journal_visitor v = {.ctx = f, .sample = on_close};
	int64_t until = to_ns < as_of_ns ? to_ns : as_of_ns + 1;

	/* What is damaged was told when it was judged. */
	if (from_ns < until)
		(void)journal_scan(f->reader, (wall_t){from_ns}, (wall_t){until}, &v);
}

void
closeups_fetch(struct journal_reader *reader, int64_t as_of_ns, struct link_report *l)
{
	const struct link_result *r = l->result;
	struct fetching f = {
	    .reader = reader, .centre = l->def->centre, .link = l->def->link};
	bool *taken = memory_grow(NULL, r->n_outages + 1, sizeof *taken);

	memset(taken, 0, r->n_outages + 1);
	l->closeups = memory_grow(NULL, CLOSEUPS, sizeof *l->closeups);
	for (size_t k = 0; k < CLOSEUPS && k < r->n_outages; k++) {
		size_t worst = SIZE_MAX;
		for (size_t i = 0; i < r->n_outages; i++)
			if (!taken[i] && (worst == SIZE_MAX || is_worse(&r->outages[i],
			                                           &r->outages[worst])))
				worst = i;
		taken[worst] = true;
		const struct outage *o = &r->outages[worst];
		struct closeup *c = &l->closeups[l->n_closeups++];
		int64_t pad = closeup_pad(o);
		*c = (struct closeup){.outage = worst,
		    .from_ns = o->start_ns - pad,
		    .to_ns = o->end_ns + pad};
		c->to_ns = c->to_ns < as_of_ns || !o->open ? c->to_ns : as_of_ns + 1;
		c->cut_from_ns = c->cut_to_ns = c->to_ns;
		if (c->to_ns - c->from_ns > CLOSEUP_MOST_NS) {
			c->cut_from_ns = c->from_ns + CLOSEUP_MOST_NS / 2;
			c->cut_to_ns = c->to_ns - CLOSEUP_MOST_NS / 2;
		}
		f.close = c;
		f.room = f.room_records = 0;
		fetch(&f, c->from_ns, c->cut_from_ns, as_of_ns);
		fetch(&f, c->cut_to_ns, c->to_ns, as_of_ns);
		if (c->n_records > 0)
			qsort(c->records, c->n_records, sizeof *c->records, by_session);
	}
	free(taken);
}
