#include "cmd/gather.h"

#include "base/bytes.h"
#include "base/hist.h"
#include "base/version.h"
#include "cmd/timespec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Judging looks so far around what was asked for, that an outage over its edge is whole.
 */
#define LOOK_BACK_NS    (25 * 3600 * NS_PER_S)
#define LOOK_AHEAD_NS   (3600 * NS_PER_S)
#define HOUR_NS         (3600 * NS_PER_S)
#define BUCKETS         360
#define CLOSEUPS        3
#define CLOSEUP_PAD_NS  (30 * NS_PER_S)
#define CLOSEUP_MOST_NS (3600 * NS_PER_S)
#define MIN_COVERAGE    0.95

struct series { /* one bucket at a time, samples come in order */
	struct bucket *list;
	size_t n, room;
	int64_t width_ns;
	int64_t open_ns; /* start of the open one; INT64_MIN: none */
	struct hist hist;
};

struct curve { /* of one link */
	struct series buckets, hours;
	struct hist all;
	uint64_t samples;
	struct mark *last;
	size_t n_last;
};

struct gathered {
	struct results r;
	struct journal_reader *reader;
	struct judge *judge;
	unsigned what;
	bool whole; /* no beginning was asked for */
	size_t told_links, told_probes;
	struct curve *curves;
	size_t n_curves;
	int64_t from, to, newest, oldest; /* oldest: the first sample */
	const struct link_result *judged;
	/* while fetching close-ups */
	struct closeup *close;
	const char *close_centre;
	size_t close_room;
};

/* ---- feeding ---- */

static void
tell(struct gathered *g)
{
	size_t n;
	const struct link_def *links = journal_links(g->reader, &n);

	for (; g->told_links < n; g->told_links++) {
		judge_link(g->judge, &links[g->told_links]);
		g->curves = memory_grow(g->curves, g->told_links + 1, sizeof *g->curves);
		memset(&g->curves[g->told_links], 0, sizeof *g->curves);
		g->curves[g->told_links].buckets.open_ns = INT64_MIN;
		g->curves[g->told_links].hours.open_ns = INT64_MIN;
		g->curves[g->told_links].hours.width_ns = HOUR_NS;
		g->n_curves = g->told_links + 1;
	}
	const struct probe_def *probes = journal_probes(g->reader, &n);
	for (; g->told_probes < n; g->told_probes++)
		judge_probe(g->judge, &probes[g->told_probes],
		    journal_probe_link(g->reader, (uint32_t)g->told_probes));
}

static void
close_bucket(struct series *s)
{
	if (s->open_ns == INT64_MIN || s->hist.n + s->hist.lost == 0)
		return;
	if (s->n == s->room) {
		s->room = s->room * 2 + 64;
		s->list = memory_grow(s->list, s->room, sizeof *s->list);
	}
	struct hist answered = s->hist;
	answered.lost = 0;
	s->list[s->n++] = (struct bucket){.start_ns = s->open_ns,
	    .end_ns = s->open_ns + s->width_ns,
	    .sent = s->hist.n + s->hist.lost,
	    .lost = s->hist.lost,
	    .p5_ns = hist_quantile(&answered, 0.05),
	    .p50_ns = hist_quantile(&answered, 0.5),
	    .p95_ns = hist_quantile(&answered, 0.95)};
	memset(&s->hist, 0, sizeof s->hist);
}

static void
into(struct series *s, int64_t at_ns, int64_t rtt_ns)
{
	int64_t start = at_ns - at_ns % s->width_ns;

	if (start != s->open_ns) {
		close_bucket(s);
		s->open_ns = start;
	}
	if (rtt_ns >= 0)
		hist_add(&s->hist, rtt_ns);
	else
		hist_add_lost(&s->hist);
}

static void
draw_curve(
    struct gathered *g, const struct probe_def *p, uint32_t link, const struct sample *s)
{
	struct curve *c = &g->curves[link];
	bool voter =
	    p->role == ROLE_INTERNET && (p->kind == KIND_PING || p->kind == KIND_TCP);

	if (s->time.ns < g->from || s->time.ns >= g->to)
		return;
	c->samples++;
	if (!voter || !sample_may_vote(s) || s->outcome == OUTCOME_UNSETTLED ||
	    s->outcome == OUTCOME_NOT_SENT || (s->flags & FLAG_MASKED))
		return;
	/* An answer to the kernel's second SYN says nothing of the round trip. */
	int64_t rtt =
	    sample_is_answer(s) && !(s->flags & FLAG_RETRANSMITTED) ? s->rtt_ns : -1;
	into(&c->hours, s->time.ns, rtt);
	if (rtt >= 0)
		hist_add(&c->all, rtt);
	if (g->what & GATHER_CURVES)
		into(&c->buckets, s->time.ns, rtt);
}

static void
note_last(struct gathered *g, uint32_t link, const struct sample *s)
{
	struct curve *c = &g->curves[link];
	struct mark m = {s->time.ns, s->probe, s->outcome, s->rtt_ns};

	for (size_t i = 0; i < c->n_last; i++) {
		if (c->last[i].probe == s->probe) {
			c->last[i] = m;
			return;
		}
	}
	c->last = memory_grow(c->last, c->n_last + 1, sizeof *c->last);
	c->last[c->n_last++] = m;
}

static void
see(struct gathered *g, int64_t t)
{
	if (t > g->newest)
		g->newest = t;
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct gathered *g = ctx;
	size_t n;

	if (s->probe >= g->told_probes)
		tell(g);
	see(g, s->time.ns);
	if (g->oldest == 0)
		g->oldest = s->time.ns - s->time.ns % 1000;
	uint32_t link = journal_probe_link(g->reader, s->probe);
	draw_curve(g, &journal_probes(g->reader, &n)[s->probe], link, s);
	if (g->what & GATHER_STATUS) {
		note_last(g, link, s);
		judge_arrival(g->judge, s);
		judge_settle(g->judge, s->time.ns);
	} else {
		judge_sample(g->judge, s);
	}
	return 0;
}

static int
on_counters(void *ctx, const struct counters *c)
{
	struct gathered *g = ctx;

	see(g, c->time.ns);
	if (c->link >= g->told_links)
		tell(g);
	if (g->what & GATHER_STATUS)
		judge_arrival_counters(g->judge, c);
	else
		judge_counters(g->judge, c);
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct gathered *g = ctx;

	see(g, e->time.ns);
	tell(g);
	if (g->what & GATHER_STATUS)
		judge_arrival_event(g->judge, e);
	else
		judge_event(g->judge, e);
	return 0;
}

/* ---- which links, which times ---- */

static bool
is_named(const struct link_def *def, const char *name)
{
	char full[2 * NAME_ROOM + 2];

	snprintf(full, sizeof full, "%s/%s", def->centre, def->link);
	return strcmp(full, name) == 0 || strcmp(def->link, name) == 0;
}

/* A bare LINK must be one: else exit 2 with the candidates. */
static int
select_links(struct gathered *g, const struct options *o)
{
	size_t n;
	const struct link_def *defs = journal_links(g->reader, &n);

	g->r.links = memory_grow(NULL, n + 1, sizeof *g->r.links);
	memset(g->r.links, 0, (n + 1) * sizeof *g->r.links);
	for (size_t k = 0; k < o->n_links; k++) {
		char found[512] = "";
		size_t matches = 0, which = 0;
		for (size_t i = 0; i < n; i++) {
			if (!is_named(&defs[i], o->links[k]))
				continue;
			which = i;
			snprintf(found + strlen(found), sizeof found - strlen(found),
			    "%s%s/%s", matches > 0 ? ", " : "", defs[i].centre,
			    defs[i].link);
			matches++;
		}
		if (matches > 1)
			return complain(EXIT_USAGE, "--link %s: there are several: %s",
			    o->links[k], found);
		if (matches == 0) {
			for (size_t i = 0; i < n; i++)
				snprintf(found + strlen(found),
				    sizeof found - strlen(found), "%s%s/%s",
				    i > 0 ? ", " : "", defs[i].centre, defs[i].link);
			return complain(EXIT_USAGE,
			    "--link %s: there is none; there are: %s", o->links[k],
			    found);
		}
		g->r.links[g->r.n_links++].def = (const void *)(uintptr_t)(which + 1);
	}
	for (size_t i = 0; o->n_links == 0 && i < n; i++)
		g->r.links[g->r.n_links++].def = (const void *)(uintptr_t)(i + 1);
	return 0;
}

static const struct link_def *
def_of(struct gathered *g, size_t i)
{
	size_t n;

	return &journal_links(g->reader, &n)[(uintptr_t)g->r.links[i].def - 1];
}

static const struct contract_conf *
contract_of(const struct options *o, const struct link_def *def)
{
	return o->settings != NULL ? settings_contract(o->settings, def) : NULL;
}

static int
set_times(struct gathered *g, const struct options *o, const struct journal_stats *stats)
{
	const struct link_def *first = g->r.n_links > 0 ? def_of(g, 0) : NULL;
	const char *zone = first != NULL ? first->timezone : "UTC", *why;
	int64_t now = clock_wall().ns;

	/* To the microsecond, outwards: the journal is finer than what is printed. */
	g->from = stats->first.ns - stats->first.ns % 1000;
	g->to = INT64_MAX;
	g->whole = o->from == NULL && !(g->what & (GATHER_VERDICTS | GATHER_STATUS));
	if ((g->what & GATHER_VERDICTS) && first != NULL && o->from == NULL &&
	    o->to == NULL) {
		const struct contract_conf *c = contract_of(o, first);
		if (c != NULL)
			timespec_period(c->period, zone,
			    stats->last.ns < now ? stats->last.ns : now, &g->from,
			    &g->to);
		else
			g->whole = true;
	}
	if (g->what & GATHER_STATUS) {
		int year, month, day;
		instant_civil(now, zone, &year, &month, &day);
		instant_of_local(zone, year, month, day, 0, 0, 0, &g->from);
		if (g->from < stats->first.ns)
			g->from = stats->first.ns - stats->first.ns % 1000;
	}
	if (o->from != NULL && !timespec_parse(o->from, zone, now, false, &g->from, &why))
		return complain(EXIT_USAGE, "--from %s: write %s", o->from, why);
	if (o->to != NULL && !timespec_parse(o->to, zone, now, true, &g->to, &why))
		return complain(EXIT_USAGE, "--to %s: write %s", o->to, why);
	if (g->to <= g->from)
		return complain(
		    EXIT_USAGE, "--to %s: it is not after --from", o->to ? o->to : "");
	return 0;
}

static int64_t
bucket_width(int64_t span_ns)
{
	static const int64_t WIDTHS[] = {
	    1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400};

	for (size_t i = 0; i < sizeof WIDTHS / sizeof WIDTHS[0]; i++)
		if (span_ns / (WIDTHS[i] * NS_PER_S) <= BUCKETS)
			return WIDTHS[i] * NS_PER_S;
	return 86400 * NS_PER_S;
}

/* ---- verdicts ---- */

static void
judge_contract(struct gathered *g, const struct options *o, struct link_report *l)
{
	const struct contract_conf *c = contract_of(o, l->def);
	struct terms *t = &l->contract.terms;

	memset(&l->contract, 0, sizeof l->contract);
	strcpy(t->profile, "event");
	strcpy(t->period_kind, "range");
	t->min_coverage = MIN_COVERAGE;
	if (c != NULL) {
		memcpy(l->contract.reference, c->reference, sizeof l->contract.reference);
		memcpy(t->contract, c->name, sizeof t->contract);
		memcpy(t->profile, c->profile, sizeof t->profile);
		if (o->from == NULL && o->to == NULL)
			memcpy(t->period_kind, c->period, sizeof t->period_kind);
		t->target = c->availability;
		t->min_outage_ns = c->min_outage_ns;
	}
	if (o->profile != NULL)
		snprintf(t->profile, sizeof t->profile, "%s", o->profile);
	t->period = l->result->period;
	t->complete = g->r.as_of.ns >= t->period.end_ns;
	l->has_verdict = verdict_of(&l->verdict, l->result, t) == 0;
}

/* ---- close-ups ---- */

static int
on_close(void *ctx, const struct sample *s)
{
	struct gathered *g = ctx;
	struct closeup *c = g->close;
	size_t n;
	const struct probe_def *p = &journal_probes(g->reader, &n)[s->probe];

	if (strcmp(p->centre, g->close_centre) != 0 || p->kind == KIND_HTTP)
		return 0;
	if (c->n_marks == g->close_room) {
		g->close_room = g->close_room * 2 + 256;
		c->marks = memory_grow(c->marks, g->close_room, sizeof *c->marks);
	}
	c->marks[c->n_marks++] =
	    (struct mark){s->time.ns, s->probe, s->outcome, s->rtt_ns};
	return 0;
}

static int64_t
weight(const struct outage *o)
{
	return (o->counted ? 1 : 0) * (INT64_MAX / 4) + (o->end_ns - o->start_ns) / 4;
}

static void
fetch_closeups(struct gathered *g, struct link_report *l)
{
	const struct link_result *r = l->result;
	struct journal_visitor v = {.ctx = g, .sample = on_close};
	bool *taken = memory_grow(NULL, r->n_outages + 1, sizeof *taken);

	memset(taken, 0, r->n_outages + 1);
	l->closeups = memory_grow(NULL, CLOSEUPS, sizeof *l->closeups);
	for (size_t k = 0; k < CLOSEUPS && k < r->n_outages; k++) {
		size_t best = SIZE_MAX;
		for (size_t i = 0; i < r->n_outages; i++)
			if (!taken[i] &&
			    (best == SIZE_MAX ||
			        weight(&r->outages[i]) > weight(&r->outages[best])))
				best = i;
		taken[best] = true;
		const struct outage *o = &r->outages[best];
		struct closeup *c = &l->closeups[l->n_closeups++];
		*c = (struct closeup){.outage = best,
		    .from_ns = o->start_ns - CLOSEUP_PAD_NS,
		    .to_ns = o->end_ns + CLOSEUP_PAD_NS};
		if (c->to_ns - c->from_ns > CLOSEUP_MOST_NS)
			c->to_ns = c->from_ns + CLOSEUP_MOST_NS;
		g->close = c;
		g->close_room = 0;
		g->close_centre = l->def->centre;
		(void)journal_scan(
		    g->reader, (wall_t){c->from_ns}, (wall_t){c->to_ns}, &v);
	}
	free(taken);
}

/* ---- putting it together ---- */

static void
fill_report(struct gathered *g, const struct options *o, size_t i)
{
	struct link_report *l = &g->r.links[i];
	size_t link = (uintptr_t)l->def - 1;
	struct curve *c = &g->curves[link];

	l->def = &g->r.link_defs[link];
	l->result = &g->judged[link];
	close_bucket(&c->buckets);
	close_bucket(&c->hours);
	l->buckets = c->buckets.list;
	l->n_buckets = c->buckets.n;
	l->bucket_ns = c->buckets.width_ns;
	l->hours = c->hours.list;
	l->n_hours = c->hours.n;
	l->samples = c->samples;
	l->rtt_p50_ns = hist_quantile(&c->all, 0.5);
	l->rtt_p95_ns = hist_quantile(&c->all, 0.95);
	l->rtt_p99_ns = hist_quantile(&c->all, 0.99);
	l->last = c->last;
	l->n_last = c->n_last;
	if (g->what & GATHER_STATUS)
		judge_live(g->judge, (uint32_t)link, clock_wall().ns, &l->live);
	if (g->what & (GATHER_VERDICTS | GATHER_CURVES))
		judge_contract(g, o, l);
	if (g->what & GATHER_CURVES)
		fetch_closeups(g, l);
}

static void
fill_envelope(
    struct gathered *g, const struct journal_stats *stats, const struct judge_rule *rule)
{
	struct results *r = &g->r;

	r->generated = clock_wall();
	r->as_of.ns = g->newest;
	r->from.ns = g->from;
	r->to.ns = g->to;
	memcpy(r->agent, stats->agent, sizeof r->agent);
	snprintf(r->software, sizeof r->software, "linkwitness %s", version_number());
	memcpy(r->root, stats->root, sizeof r->root);
	r->journal_first = stats->first;
	r->journal_last.ns = g->newest > stats->last.ns ? g->newest : stats->last.ns;
	r->rule = *rule;
	r->probes = journal_probes(g->reader, &r->n_probes);
	r->link_defs = journal_links(g->reader, &r->n_link_defs);
	r->synchronised = stats->synchronised;
	r->clock_bound_ns = stats->clock_bound_ns;
}

static int
judge_all(struct gathered *g, const struct options *o, const struct journal_stats *stats)
{
	struct journal_visitor v = {g, on_sample, on_counters, on_event};
	struct judge_rule rule;
	int64_t to;

	judge_rule_default(&rule);
	rule.clock_bound_ns = stats->clock_bound_ns;
	rule.clock_unknown = !stats->synchronised;
	rule.since_first = g->whole;
	memcpy(rule.agent, stats->agent, sizeof rule.agent);
	g->judge = judge_new(&rule);
	tell(g);
	to = g->to < INT64_MAX - LOOK_AHEAD_NS ? g->to + LOOK_AHEAD_NS : INT64_MAX / 2;
	int64_t span = (g->to < stats->last.ns ? g->to : stats->last.ns) - g->from;
	for (size_t i = 0; i < g->n_curves; i++)
		g->curves[i].buckets.width_ns = bucket_width(span);
	int rc =
	    journal_scan(g->reader, (wall_t){g->from - LOOK_BACK_NS}, (wall_t){to}, &v);
	if (rc < 0)
		return complain(1, "journal: %s; what lies behind it is not judged",
		    journal_error(g->reader));
	if (g->what & GATHER_STATUS)
		judge_settle(g->judge, INT64_MAX / 2);
	if (g->newest == 0)
		g->newest = stats->last.ns;
	g->newest -= g->newest % 1000;
	/* Open ends: from the first sample on, before which nothing was to be measured,
	 * up to where something is known. A contract's period stays whole. */
	if (g->whole && g->oldest > g->from)
		g->from = g->oldest;
	if (g->to == INT64_MAX)
		g->to = g->newest > g->from ? g->newest : g->from;
	judge_finish(g->judge, g->from, g->to, g->newest, &g->judged);
	fill_envelope(g, stats, &rule);
	for (size_t i = 0; i < g->r.n_links; i++)
		fill_report(g, o, i);
	return 0;
}

int
gather(struct gathered **out, const struct options *o, unsigned what)
{
	struct gathered *g = memory_grow(NULL, 1, sizeof *g);
	struct journal_stats stats;
	char err[512];

	memset(g, 0, sizeof *g);
	g->what = what;
	if (o->profile != NULL && strcmp(o->profile, "event") != 0 &&
	    strcmp(o->profile, "ses-10-10") != 0) {
		free(g);
		return complain(EXIT_USAGE,
		    "--profile %s: not known; one of: event, ses-10-10", o->profile);
	}
	if (journal_read(&g->reader, o->data_dir, err, sizeof err) < 0) {
		free(g);
		return complain(1, "%s", err);
	}
	journal_clock_of(g->reader, &stats);
	int status = select_links(g, o);
	if (status == 0)
		status = set_times(g, o, &stats);
	if (status == 0)
		status = judge_all(g, o, &stats);
	if (status != 0) {
		gathered_free(g);
		return status;
	}
	*out = g;
	return 0;
}

const struct results *
gathered_results(const struct gathered *g)
{
	return &g->r;
}

void
gathered_free(struct gathered *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->r.n_links; i++) {
		struct link_report *l = &g->r.links[i];
		if (l->has_verdict)
			verdict_done(&l->verdict);
		for (size_t k = 0; k < l->n_closeups; k++)
			free(l->closeups[k].marks);
		free(l->closeups);
	}
	for (size_t i = 0; i < g->n_curves; i++) {
		free(g->curves[i].buckets.list);
		free(g->curves[i].hours.list);
		free(g->curves[i].last);
	}
	free(g->curves);
	free(g->r.links);
	judge_free(g->judge);
	journal_reader_free(g->reader);
	free(g);
}
