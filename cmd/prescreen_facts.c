#include "cmd/prescreen_facts.h"

#include "analyzer/speed.h"
#include "analyzer/stats.h"
#include "base/bytes.h"
#include "cmd/claims.h"
#include "cmd/speeds.h"

#include <stdlib.h>
#include <string.h>

struct collecting {
	const struct options *o;
	const struct results *r;
	struct journal_reader *reader;
	struct prescreen_facts *facts; /* by the results' number of the link */
	int64_t slot_ns;
	/* By the reader's number of the probe: whose it is (SIZE_MAX: nobody's here). */
	struct owner {
		size_t link;
		bool up;
	} * owners;
	size_t n_owners;
};

/* ---- whose a sample is ---- */

static const struct owner *
owner_of(struct collecting *c, uint32_t probe)
{
	size_t n;
	const struct probe_def *probes = journal_probes(c->reader, &n);

	for (; c->n_owners < n; c->n_owners++) {
		const struct probe_def *p = &probes[c->n_owners];
		size_t link = 0;
		while (link < c->r->n_links &&
		       (strcmp(c->r->links[link].def->centre, p->centre) != 0 ||
		           strcmp(c->r->links[link].def->link, p->link) != 0))
			link++;
		c->owners = memory_grow(c->owners, c->n_owners + 1, sizeof *c->owners);
		c->owners[c->n_owners] = (struct owner){
		    link < c->r->n_links ? link : SIZE_MAX, speeds_up(c->o->settings, p)};
	}
	return &c->owners[probe];
}

/* ---- samples ---- */

/* What one test reached, by the rules of all speeds; -1 where it says nothing. */
static int64_t
rate_of(const struct sample *s)
{
	static const struct speed_rule NONE;
	struct speed *one = speed_new();
	struct speed_result r;
	int64_t bps;

	speed_sample(one, s);
	speed_finish(one, &NONE, s->time.ns, s->time.ns + 1, s->time.ns, &r);
	bps = r.tests > 0 ? (int64_t)r.slowest_bps : -1;
	speed_result_free(&r);
	speed_free(one);
	return bps;
}

static void
add_test(struct prescreen_facts *f, const struct sample *s, bool up)
{
	int64_t bps = rate_of(s);

	if (bps < 0) {
		f->n_unsaid++;
		return;
	}
	if (f->n_tests == f->room_tests) {
		f->room_tests = f->room_tests * 2 + 64;
		f->tests = memory_grow(f->tests, f->room_tests, sizeof *f->tests);
	}
	f->tests[f->n_tests++] = (struct prescreen_test){s->time.ns, bps, up};
}

static void
close_slot(struct prescreen_facts *f)
{
	if (f->n_rtts == 0)
		return;
	if (f->n_slots == f->room_slots) {
		f->room_slots = f->room_slots * 2 + 256;
		f->slots = memory_grow(f->slots, f->room_slots, sizeof *f->slots);
	}
	stats_sort(f->rtts, f->n_rtts);
	f->slots[f->n_slots++] =
	    (struct prescreen_slot){f->slot_ns, f->rtts[(f->n_rtts - 1) / 2]};
	f->n_rtts = 0;
}

static void
add_rtt(struct prescreen_facts *f, const struct sample *s, int64_t width_ns)
{
	int64_t slot = s->time.ns - s->time.ns % width_ns;

	if (slot != f->slot_ns)
		close_slot(f);
	f->slot_ns = slot;
	if (f->n_rtts == f->room_rtts) {
		f->room_rtts = f->room_rtts * 2 + 64;
		f->rtts = memory_grow(f->rtts, f->room_rtts, sizeof *f->rtts);
	}
	f->rtts[f->n_rtts++] = sample_is_answer(s) ? s->rtt_ns : INT64_MAX;
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct collecting *c = ctx;
	const struct owner *own = owner_of(c, s->probe);
	size_t n;
	const struct probe_def *p = &journal_probes(c->reader, &n)[s->probe];

	if (own->link == SIZE_MAX)
		return 0;
	const struct span *period = &c->r->links[own->link].result->period;
	if (s->time.ns < period->start_ns || s->time.ns >= period->end_ns)
		return 0;
	if (probe_is_test(p))
		add_test(&c->facts[own->link], s, own->up);
	else if (c->slot_ns > 0 && p->role == ROLE_INTERNET &&
	         (p->kind == KIND_PING || p->kind == KIND_TCP) && sample_may_vote(s))
		add_rtt(&c->facts[own->link], s, c->slot_ns);
	return 0;
}

static int
scan(struct collecting *c)
{
	struct journal_visitor v = {.ctx = c, .sample = on_sample};
	int64_t from = INT64_MAX, to = INT64_MIN;
	int status = 0;

	for (size_t i = 0; i < c->r->n_links; i++) {
		const struct span *p = &c->r->links[i].result->period;
		from = p->start_ns < from ? p->start_ns : from;
		to = p->end_ns > to ? p->end_ns : to;
	}
	if (from < to && journal_scan(c->reader, (wall_t){from}, (wall_t){to}, &v) < 0)
		status = complain(1, "journal: %s; what lies behind it is not screened",
		    journal_error(c->reader));
	for (size_t i = 0; i < c->r->n_links; i++)
		close_slot(&c->facts[i]);
	return status;
}

int
prescreen_facts_read(struct prescreen_facts **out, const struct options *o,
    const struct results *r, bool samples, int64_t slot_ns)
{
	struct collecting c = {.o = o, .r = r, .slot_ns = slot_ns};
	char err[512];
	int status;

	*out = memory_grow(NULL, r->n_links + 1, sizeof **out);
	memset(*out, 0, (r->n_links + 1) * sizeof **out);
	c.facts = *out;
	if (!samples)
		return 0;
	if (journal_read(&c.reader, o->data_dir, err, sizeof err) < 0)
		return complain(1, "%s", err);
	status = scan(&c);
	journal_reader_free(c.reader);
	free(c.owners);
	return status;
}

/* ---- records ---- */

static int
by_opening(const void *a, const void *b)
{
	const struct prescreen_report *x = a, *y = b;

	return (x->opened_ns > y->opened_ns) - (x->opened_ns < y->opened_ns);
}

int
prescreen_facts_records(
    struct prescreen_facts *facts, const struct options *o, const struct results *r)
{
	struct claims *claims;
	int status = claims_open(&claims, o);

	if (status != 0)
		return status;
	for (size_t i = 0; i < r->n_links; i++) {
		struct prescreen_facts *f = &facts[i];
		struct claim_set set;
		claims_of(&set, claims, r->links[i].def);
		f->reports = memory_grow(NULL, set.n_tickets + 1, sizeof *f->reports);
		for (size_t k = 0; k < set.n_tickets; k++) {
			const struct ticket_clock *t = &set.tickets[k];
			if (t->opened_ns == INT64_MIN)
				continue;
			f->reports[f->n_reports++] =
			    (struct prescreen_report){t->opened_ns,
			        t->closed_ns == INT64_MIN ? INT64_MAX : t->closed_ns};
		}
		qsort(f->reports, f->n_reports, sizeof *f->reports, by_opening);
		f->excluded =
		    memory_grow(NULL, set.n_exclusions + 1, sizeof *f->excluded);
		for (size_t k = 0; k < set.n_exclusions; k++)
			f->excluded[f->n_excluded++] = (struct span){
			    set.exclusions[k].start_ns, set.exclusions[k].end_ns};
		claims_done(&set);
	}
	claims_free(claims);
	return 0;
}

void
prescreen_facts_free(struct prescreen_facts *facts, size_t n)
{
	for (size_t i = 0; facts != NULL && i < n; i++) {
		free(facts[i].tests);
		free(facts[i].slots);
		free(facts[i].reports);
		free(facts[i].excluded);
		free(facts[i].rtts);
	}
	free(facts);
}
