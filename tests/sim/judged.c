#include "tests/sim/judged.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sample on its way to the live judge: known when it was answered or given up. */
struct arrival {
	int64_t at_ns;
	struct sample sample;
};

struct feed {
	struct journal_reader *reader;
	struct judge *judge;
	struct judge *live; /* fed in order of completion, settling as time goes */
	struct arrival *heap;
	size_t n, room;
	size_t links, probes; /* told so far */
	uint64_t samples;
};

static void
tell_tables(struct feed *f)
{
	size_t n;
	const struct link_def *links = journal_links(f->reader, &n);

	for (; f->links < n; f->links++) {
		judge_link(f->judge, &links[f->links]);
		judge_link(f->live, &links[f->links]);
	}
	const struct probe_def *probes = journal_probes(f->reader, &n);
	for (; f->probes < n; f->probes++) {
		uint32_t link = journal_probe_link(f->reader, (uint32_t)f->probes);
		judge_probe(f->judge, &probes[f->probes], link);
		judge_probe(f->live, &probes[f->probes], link);
	}
}

/* ---- the live judge ---- */

static void
push(struct feed *f, const struct arrival *a)
{
	if (f->n == f->room) {
		f->room = f->room * 2 + 64;
		f->heap = memory_grow(f->heap, f->room, sizeof *f->heap);
	}
	size_t i = f->n++;
	for (; i > 0 && a->at_ns < f->heap[(i - 1) / 2].at_ns; i = (i - 1) / 2)
		f->heap[i] = f->heap[(i - 1) / 2];
	f->heap[i] = *a;
}

static void
arrive_until(struct feed *f, int64_t now_ns)
{
	while (f->n > 0 && f->heap[0].at_ns <= now_ns) {
		struct arrival top = f->heap[0], last = f->heap[--f->n];
		size_t i = 0;
		for (size_t k; (k = 2 * i + 1) < f->n; i = k) {
			if (k + 1 < f->n && f->heap[k + 1].at_ns < f->heap[k].at_ns)
				k++;
			if (f->heap[k].at_ns >= last.at_ns)
				break;
			f->heap[i] = f->heap[k];
		}
		if (f->n > 0)
			f->heap[i] = last;
		judge_arrival(f->live, &top.sample);
		judge_settle(f->live, top.at_ns);
	}
}

static void
give_live(struct feed *f, const struct sample *s)
{
	struct arrival a = {
	    .at_ns = s->time.ns + (s->rtt_ns > 0 ? s->rtt_ns : 0), .sample = *s};

	arrive_until(f, s->time.ns);
	if (s->outcome == OUTCOME_LOST)
		a.at_ns = s->time.ns + 3 * NS_PER_S;
	if (s->flags & FLAG_LATE) { /* first the loss, later what amends it */
		struct arrival lost = a;
		lost.at_ns = s->time.ns + 3 * NS_PER_S;
		lost.sample.outcome = OUTCOME_LOST;
		lost.sample.rtt_ns = -1;
		lost.sample.flags &= ~(uint32_t)FLAG_LATE;
		push(f, &lost);
	}
	push(f, &a);
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct feed *f = ctx;

	if (s->probe >= f->probes)
		tell_tables(f);
	f->samples++;
	judge_sample(f->judge, s);
	give_live(f, s);
	return 0;
}

static int
on_counters(void *ctx, const struct counters *c)
{
	struct feed *f = ctx;

	judge_counters(f->judge, c);
	arrive_until(f, c->time.ns);
	judge_arrival_counters(f->live, c);
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct feed *f = ctx;

	judge_event(f->judge, e);
	arrive_until(f, e->time.ns);
	judge_arrival_event(f->live, e);
	return 0;
}

/* ---- differences ---- */

static int failures;

static void
differ(const struct scenario *s, unsigned line, const char *what)
{
	printf("%s:%u: %s\n", s->path, line, what);
	failures++;
}

static double
since(const struct scenario *s, int64_t t)
{
	return (double)(t - s->start_ns) / 1e9;
}

static void
show(const struct scenario *s, const char *link, const struct outage *o)
{
	printf("  %s: %s %.3f..%.3f s (±%.3f, ±%.3f), %s, %s, %s%s%s, %zu holes\n", link,
	    o->micro ? "micro" : "outage", since(s, o->start_ns), since(s, o->end_ns),
	    (double)o->start_bound_ns / 1e9, (double)o->end_bound_ns / 1e9,
	    attribution_name(o->attribution), extent_name(o->extent),
	    o->counted ? "counted" : "not counted", o->counted ? "" : ": ",
	    o->counted ? "" : o->not_counted_reason, o->n_holes);
}

static bool
within(int64_t a, int64_t b, int64_t slack)
{
	return a - b <= slack && b - a <= slack;
}

static bool
is_outage(const struct scenario *s, const struct expect *e, const struct outage *o)
{
	int64_t from = s->start_ns + e->from_ns, to = from + e->length_ns;
	bool open = strcmp(e->mark, "open") == 0;
	int64_t slack = e->slack_ns < 0 ? 0 : e->slack_ns;

	return within(o->start_ns, from, o->start_bound_ns + slack) && o->open == open &&
	       (open || within(o->end_ns, to, o->end_bound_ns + slack)) &&
	       strcmp(attribution_name(o->attribution), e->word) == 0 &&
	       o->counted == (strcmp(e->mark, "not-counted") != 0) &&
	       (strcmp(e->mark, "hole") != 0 || o->n_holes > 0);
}

/* Every expected outage is there once, and no other. */
static void
hold_outages(struct scenario *s, int link, const char *name, const struct outage *list,
    size_t n, enum expect_kind kind, bool others_allowed)
{
	for (size_t i = 0; i < n; i++) {
		struct expect *mine = NULL;
		for (int k = 0; k < s->n_expects; k++) {
			struct expect *e = &s->expects[k];
			if (e->kind == kind && (e->link == link || e->link < 0) &&
			    is_outage(s, e, &list[i]) && (e->link < 0 || !e->met))
				mine = e;
		}
		if (mine != NULL)
			mine->met = true;
		if (mine == NULL && !others_allowed)
			differ(s, 1, "found what is not expected, or not so");
		if (mine == NULL || !mine->met)
			show(s, name, &list[i]);
	}
}

static void
hold_degradations(
    struct scenario *s, int link, const char *name, const struct link_result *r)
{
	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *d = &r->degradations[i];
		bool known = false;
		for (int k = 0; k < s->n_expects; k++) {
			struct expect *e = &s->expects[k];
			int64_t from = s->start_ns + e->from_ns;
			int64_t slack = e->slack_ns < 0 ? 15 * NS_PER_S : e->slack_ns;
			if (e->kind != EXPECT_DEGRADATION ||
			    (e->link != link && e->link >= 0) ||
			    strcmp(e->word, degradation_name(d->kind)) != 0 ||
			    !within(d->start_ns, from, slack) ||
			    !within(d->end_ns, from + e->length_ns, slack))
				continue;
			e->met = known = true;
		}
		if (!known) {
			differ(s, 1, "a degradation is not expected, or not so");
			printf("  %s: %s %.3f..%.3f s, %" PRIu64 " of %" PRIu64 " lost\n",
			    name, degradation_name(d->kind), since(s, d->start_ns),
			    since(s, d->end_ns), d->lost, d->sent);
		}
	}
}

static void
hold_unknown(
    struct scenario *s, struct expect *e, const char *name, const struct link_result *r)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->n_unknown; i++)
		if (strcmp(unknown_name(r->unknown[i].reason), e->word) == 0)
			sum += r->unknown[i].end_ns - r->unknown[i].start_ns;
	e->met |= within(sum, e->length_ns,
	    e->slack_ns < 0 ? 2 * s->every_ns + 2 * NS_PER_S : e->slack_ns);
	if (!e->met)
		printf(
		    "  %s: unknown for %s: %.3f s\n", name, e->word, (double)sum / 1e9);
}

/* What holds of any result: sums are exact and intervals lie in order. */
static void
hold_identities(const struct scenario *s, const char *name, const struct link_result *r)
{
	int64_t unknown = 0, last = INT64_MIN;

	for (size_t i = 0; i < r->n_unknown; i++) {
		unknown += r->unknown[i].end_ns - r->unknown[i].start_ns;
		if (r->unknown[i].start_ns < last)
			differ(s, 1, "unknown intervals overlap");
		last = r->unknown[i].end_ns;
	}
	if (unknown != r->unknown_ns)
		differ(s, 1, "unknown intervals do not sum to unknown time");
	if (r->period.end_ns - r->period.start_ns != r->scheduled_ns)
		differ(s, 1, "scheduled is not the period");
	if (failures > 0)
		printf("  %s: scheduled %.6f, unknown %.6f, down %.6f, micro %.6f\n",
		    name, (double)r->scheduled_ns / 1e9, (double)r->unknown_ns / 1e9,
		    (double)r->down_ns / 1e9, (double)r->micro_ns / 1e9);
}

static void
hold_link(
    struct scenario *s, int link, const struct link_def *def, const struct link_result *r)
{
	bool micro_expected = s->allow_micro;

	hold_outages(s, link, def->link, r->outages, r->n_outages, EXPECT_OUTAGE, false);
	hold_outages(
	    s, link, def->link, r->micro, r->n_micro, EXPECT_MICRO, micro_expected);
	hold_degradations(s, link, def->link, r);
	for (int k = 0; k < s->n_expects; k++) {
		struct expect *e = &s->expects[k];
		if (e->link != link && e->link >= 0)
			continue;
		double covered = 1 - (double)r->unknown_ns / (double)r->scheduled_ns;
		if (e->kind == EXPECT_UNKNOWN)
			hold_unknown(s, e, def->link, r);
		else if (e->kind == EXPECT_COVERAGE)
			e->met = covered >= e->value;
		else if (e->kind == EXPECT_QUIET)
			e->met = r->n_outages == 0 && r->n_micro == 0 &&
			         r->n_degradations == 0;
		if (e->kind == EXPECT_COVERAGE && !e->met)
			printf("  %s: coverage %.6f\n", def->link, covered);
	}
	hold_identities(s, def->link, r);
}

static bool
same_outages(const struct outage *a, const struct outage *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].id, b[i].id) != 0 || a[i].start_ns != b[i].start_ns ||
		    a[i].end_ns != b[i].end_ns || a[i].down_ns != b[i].down_ns ||
		    a[i].attribution != b[i].attribution || a[i].counted != b[i].counted)
			return false;
	return true;
}

/* Judged live and judged later are the same once settled. */
static void
hold_live(const struct scenario *s, const struct link_result *later, size_t n,
    const struct link_result *live, size_t n_live)
{
	for (size_t i = 0; i < n && n == n_live; i++) {
		const struct link_result *a = &later[i], *b = &live[i];
		if (a->n_outages != b->n_outages || a->n_micro != b->n_micro ||
		    a->n_degradations != b->n_degradations || a->down_ns != b->down_ns ||
		    a->unknown_ns != b->unknown_ns || a->micro_ns != b->micro_ns ||
		    !same_outages(a->outages, b->outages, a->n_outages) ||
		    !same_outages(a->micro, b->micro, a->n_micro))
			differ(s, 1, "judged live, it is not what it is later");
	}
	if (n != n_live)
		differ(s, 1, "the live judge knows other links");
}

int
judged(struct scenario *s, const char *dir)
{
	struct feed f = {0};
	struct journal_visitor v = {
	    .ctx = &f, .sample = on_sample, .counters = on_counters, .event = on_event};
	struct journal_stats stats;
	struct judge_rule rule;
	const struct link_result *results, *live;
	char err[512];
	size_t n_defs;

	if (journal_verify(dir, err, sizeof err) != 0 ||
	    journal_read(&f.reader, dir, err, sizeof err) < 0) {
		printf("%s: %s\n", s->path, err);
		return 1;
	}
	judge_rule_default(&rule);
	journal_clock_of(f.reader, &stats);
	rule.clock_bound_ns = stats.clock_bound_ns;
	rule.clock_unknown = !stats.synchronised;
	f.judge = judge_new(&rule);
	f.live = judge_new(&rule);
	tell_tables(&f);
	if (journal_scan(
	        f.reader, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v) != 0)
		differ(s, 1, "the journal cannot be read");
	size_t n = judge_finish(f.judge, s->start_ns, s->start_ns + s->length_ns,
	    s->start_ns + s->length_ns, &results);
	arrive_until(&f, INT64_MAX / 2);
	judge_settle(f.live, INT64_MAX / 2);
	size_t n_live = judge_finish(f.live, s->start_ns, s->start_ns + s->length_ns,
	    s->start_ns + s->length_ns, &live);
	hold_live(s, results, n, live, n_live);
	const struct link_def *defs = journal_links(f.reader, &n_defs);
	for (size_t l = 0; l < n; l++)
		for (int i = 0; i < s->n_links; i++)
			if (strcmp(defs[l].link, s->links[i]) == 0)
				hold_link(s, i, &defs[l], &results[l]);
	for (int k = 0; k < s->n_expects; k++)
		if (!s->expects[k].met)
			differ(s, s->expects[k].line, "what is expected was not found");
	printf("%s: %" PRIu64 " samples\n", s->path, f.samples);
	judge_free(f.judge);
	judge_free(f.live);
	free(f.heap);
	journal_reader_free(f.reader);
	return failures > 0;
}
