#include "cmd/closeups.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define CLOSEUPS            3
#define CLOSEUP_PAD_NS      (30 * NS_PER_S)
#define CLOSEUP_PAD_MOST_NS (300 * NS_PER_S)
#define CLOSEUP_MOST_NS     (3600 * NS_PER_S)

struct fetching { /* one close-up */
	struct journal_reader *reader;
	const char *centre;
	struct closeup *close;
	size_t room;
};

static int
on_close(void *ctx, const struct sample *s)
{
	struct fetching *f = ctx;
	struct closeup *c = f->close;
	size_t n;
	const struct probe_def *p = &journal_probes(f->reader, &n)[s->probe];

	if (strcmp(p->centre, f->centre) != 0 || p->kind == KIND_HTTP)
		return 0;
	if (c->n_marks == f->room) {
		f->room = f->room * 2 + 256;
		c->marks = memory_grow(c->marks, f->room, sizeof *c->marks);
	}
	c->marks[c->n_marks++] =
	    (struct mark){s->time.ns, s->probe, s->outcome, s->rtt_ns};
	return 0;
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

void
closeups_fetch(struct journal_reader *reader, int64_t as_of_ns, struct link_report *l)
{
	const struct link_result *r = l->result;
	struct fetching f = {.reader = reader, .centre = l->def->centre};
	struct journal_visitor v = {.ctx = &f, .sample = on_close};
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
		if (c->to_ns - c->from_ns > CLOSEUP_MOST_NS)
			c->to_ns = c->from_ns + CLOSEUP_MOST_NS;
		int64_t until = c->to_ns < as_of_ns ? c->to_ns : as_of_ns + 1;
		f.close = c;
		f.room = 0;
		/* What is damaged was told when it was judged. */
		(void)journal_scan(reader, (wall_t){c->from_ns}, (wall_t){until}, &v);
	}
	free(taken);
}
