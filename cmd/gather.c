#include "cmd/gather.h"

#include "base/bytes.h"
#include "base/link.h"
#include "base/version.h"
#include "cmd/closeups.h"
#include "cmd/pass.h"
#include "cmd/timespec.h"
#include "cmd/verdicts.h"
#include "cmd/whose.h"
#include "reports/redact.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A period, and whether it begins with the first sample at the earliest. */
struct period {
	int64_t from_ns, to_ns; /* to: INT64_MAX for as far as there is */
	bool whole;
};

struct chosen {        /* a link that was asked for */
	size_t number; /* the reader's */
	size_t pass;   /* the one that judges its period */
	struct period period;
};

struct gathered {
	struct results r;
	struct journal_reader *reader;
	unsigned what, redact; /* enum redaction */
	char redacted[32];
	struct probe_def *probes; /* own ones, where theirs are not to be told */
	struct link_def *link_defs;
	struct claims *claims;
	struct claim_set *sets;     /* by link */
	struct link_report *months; /* by link: their verdicts by month */
	struct link_def *defs; /* of the links asked for, as the configuration has them */
	struct chosen *chosen; /* as many as r.links */
	struct pass *passes;
	size_t n_passes;
};

/* ---- which links ---- */

static void
choose(struct gathered *g, size_t number)
{
	for (size_t i = 0; i < g->r.n_links; i++)
		if (g->chosen[i].number == number)
			return;
	g->chosen[g->r.n_links++].number = number;
}

static int
choose_links(struct gathered *g, const struct options *o)
{
	char found[1024];
	size_t n, which = 0;

	const struct link_def *defs = journal_links(g->reader, &n);

	g->r.links = memory_grow(NULL, n + 1, sizeof *g->r.links);
	g->chosen = memory_grow(NULL, n + 1, sizeof *g->chosen);
	memset(g->r.links, 0, (n + 1) * sizeof *g->r.links);
	memset(g->chosen, 0, (n + 1) * sizeof *g->chosen);
	for (size_t k = 0; k < o->n_links; k++) {
		size_t matches =
		    whose_named(defs, n, o->links[k], found, sizeof found, &which);
		if (matches > 1)
			return complain(EXIT_USAGE, "--link %s: there are several: %s",
			    o->links[k], found);
		if (matches == 0) {
			whose_named(defs, n, NULL, found, sizeof found, &which);
			return complain(EXIT_USAGE,
			    "--link %s: there is none of that name; there are: %s",
			    o->links[k], found);
		}
		choose(g, which);
	}
	for (size_t i = 0; o->n_links == 0 && i < n; i++)
		choose(g, i);
	return 0;
}

static const struct link_def *
def_of(const struct gathered *g, size_t i)
{
	return &g->defs[i];
}

/* A link is named and timed as the configuration has it today; what was measured keeps
 * what it was measured with. */
static void
name_links(struct gathered *g, const struct options *o)
{
	size_t n;
	const struct link_def *journal = journal_links(g->reader, &n);

	g->defs = memory_grow(NULL, g->r.n_links + 1, sizeof *g->defs);
	for (size_t i = 0; i < g->r.n_links; i++) {
		struct link_def *d = &g->defs[i];
		*d = journal[g->chosen[i].number];
		const struct link_conf *now =
		    settings_link(o->settings, d->centre, d->link);
		if (now != NULL)
			*d = now->def;
	}
}

/* ---- which times ---- */

/* Without times: of a verdict the contract's period that the newest record lies in, of
 * the status today, else all there is. The journal is finer than what is printed; its
 * beginning is taken to the microsecond before. */
static void
usual_period(const struct gathered *g, const struct options *o,
    const struct journal_stats *stats, const struct link_def *def, struct period *p)
{
	int64_t now = g->r.generated.ns;
	int64_t newest = stats->last.ns < now ? stats->last.ns : now;
	int year, month, day;

	instant_civil(newest, link_zone(def), &year, &month, &day);
	const struct contract_conf *c = verdicts_contract(
	    o, def, (struct civil_date){(int16_t)year, (uint8_t)month, (uint8_t)day});

	*p = (struct period){
	    stats->first.ns - stats->first.ns % NS_PER_US, INT64_MAX, o->from == NULL};
	if (g->what & GATHER_STATUS) {
		instant_civil(now, link_zone(def), &year, &month, &day);
		instant_of_local(link_zone(def), year, month, day, 0, 0, 0, &p->from_ns);
		p->whole = stats->first.ns > p->from_ns;
	} else if ((g->what & GATHER_VERDICTS) && c != NULL && o->from == NULL &&
	           o->to == NULL) {
		timespec_period(
		    c->period, link_zone(def), newest, &p->from_ns, &p->to_ns);
		p->whole = false;
	}
}

static int
set_period(struct gathered *g, const struct options *o, const struct journal_stats *stats,
    size_t i)
{
	const struct link_def *def = def_of(g, i);
	struct period *p = &g->chosen[i].period;
	char err[256];

	usual_period(g, o, stats, def, p);
	if (timespec_range(o->from, o->to, link_zone(def), g->r.generated.ns, &p->from_ns,
	        &p->to_ns, err, sizeof err) < 0)
		return complain(EXIT_USAGE, "%s", err);
	return 0;
}

/* ---- reading ---- */

static int
run_pass(struct gathered *g, const struct options *o, const struct journal_stats *stats,
    const struct period *p, const char *zone)
{
	g->passes = memory_grow(g->passes, g->n_passes + 1, sizeof *g->passes);
	struct pass *pass = &g->passes[g->n_passes++];
	*pass = (struct pass){.reader = g->reader,
	    .from_ns = p->from_ns,
	    .to_ns = p->to_ns,
	    .whole = p->whole,
	    .first_ns = stats->first.ns,
	    .last_ns = stats->last.ns,
	    .now_ns = g->r.generated.ns,
	    .cut_ns = o->as_of_ns > 0 ? o->as_of_ns + NS_PER_US : 0,
	    .zone = zone,
	    .settings = o->settings,
	    .live = (g->what & GATHER_STATUS) != 0,
	    .fine = (g->what & GATHER_CURVES) != 0,
	    .evidence = (g->what & (GATHER_CURVES | GATHER_EVIDENCE)) != 0,
	    .show = isatty(STDERR_FILENO) == 1};
	judge_rule_default(&pass->rule);
	if (g->what & (GATHER_VERDICTS | GATHER_CURVES)) {
		verdicts_bins(o, &pass->rule);
		pass->rights_back_ns = verdicts_back_ns(o);
		pass->windows = verdicts_windows(o);
	}
	pass->rule.clock_bound_ns = stats->clock_bound_ns;
	pass->rule.clock_unknown = !stats->synchronised;
	pass->rule.since_first = p->whole;
	pass->rule.until_last = p->to_ns == INT64_MAX;
	memcpy(pass->rule.agent, stats->agent, sizeof pass->rule.agent);
	if (pass_run(pass) < 0)
		return complain(1, "journal: %s; what lies behind it is not judged",
		    journal_error(g->reader));
	return 0;
}

static bool
same_period(const struct period *a, const struct period *b)
{
	return a->from_ns == b->from_ns && a->to_ns == b->to_ns && a->whole == b->whole;
}

/* One pass for all links whose period is the same: mostly one in all. */
static int
run_passes(struct gathered *g, const struct options *o, const struct journal_stats *stats)
{
	for (size_t i = 0; i < g->r.n_links; i++) {
		struct chosen *c = &g->chosen[i];
		size_t k = 0;
		while (k < i && !same_period(&g->chosen[k].period, &c->period))
			k++;
		c->pass = k < i ? g->chosen[k].pass : g->n_passes;
		if (k == i) {
			int status =
			    run_pass(g, o, stats, &c->period, link_zone(def_of(g, i)));
			if (status != 0)
				return status;
		}
	}
	return 0;
}

/* ---- putting it together ---- */

static int
by_place(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->probe > y->probe) - (x->probe < y->probe);
}

static void
fill_status(
    struct gathered *g, const struct pass *p, size_t number, struct link_report *l)
{
	judge_live(p->judge, (uint32_t)number, g->r.generated.ns, &l->live);
	l->last = memory_grow(NULL, p->n_last + 1, sizeof *l->last);
	for (size_t i = 0; i < p->n_last; i++)
		if (p->last[i].sent_ns != INT64_MIN &&
		    journal_probe_link(g->reader, (uint32_t)i) == number)
			l->last[l->n_last++] = p->last[i];
	qsort(l->last, l->n_last, sizeof *l->last, by_place);
	if (p->latest[number].id[0] != '\0')
		l->latest = &p->latest[number];
	l->looked_from_ns = p->scan_from_ns > p->first_ns ? p->scan_from_ns : p->first_ns;
}

static void
fill_loss(const struct curve *c, struct link_report *l)
{
	struct hist with_lost = c->all;

	with_lost.lost += c->lost;
	stats_delay(&with_lost, &l->delay);
	for (size_t i = 0; i < c->hours.n; i++) {
		l->loss_sent += c->hours.list[i].sent;
		l->loss_lost += c->hours.list[i].lost;
	}
	l->has_loss = stats_loss(l->loss_lost, l->loss_sent, &c->pairs, true, &l->loss,
	                  &l->loss_effective) == 0;
}

/* The pages' evidence: what was taken while reading, and what people entered. */
static void
fill_evidence(struct gathered *g, const struct options *o, size_t i)
{
	const struct chosen *chosen = &g->chosen[i];
	const struct pass *p = &g->passes[chosen->pass];
	struct link_report *l = &g->r.links[i];
	struct evidence *e = &p->takings[chosen->number].evidence;
	struct claim_rows rows;

	verdicts_months(p, o, &g->sets[i], l, &g->months[i]);
	e->months = g->months[i].verdicts;
	e->n_months = g->months[i].n_verdicts;
	claims_rows(&rows, g->claims, l->def);
	e->tickets = rows.tickets;
	e->n_tickets = rows.n_tickets;
	e->exclusions = rows.exclusions;
	e->n_exclusions = rows.n_exclusions;
	e->notes = rows.notes;
	e->n_notes = rows.n_notes;
	taking_tests(&p->takings[chosen->number], &l->throughput);
	evidence_complete(e, l);
	l->evidence = e;
}

static void
fill_report(struct gathered *g, const struct options *o, size_t i)
{
	const struct chosen *chosen = &g->chosen[i];
	const struct pass *p = &g->passes[chosen->pass];
	const struct curve *c = &p->curves[chosen->number];
	struct link_report *l = &g->r.links[i];

	l->def = def_of(g, i);
	l->result = &p->judged[chosen->number];
	l->buckets = c->buckets.list;
	l->n_buckets = c->buckets.n;
	l->bucket_ns = c->buckets.width_ns;
	l->hours = c->hours.list;
	l->n_hours = c->hours.n;
	l->samples = c->samples;
	l->rtt_p50_ns = hist_quantile(&c->all, 0.5);
	l->rtt_p95_ns = hist_quantile(&c->all, 0.95);
	l->rtt_p99_ns = hist_quantile(&c->all, 0.99);
	fill_loss(c, l);
	if (p->trials != NULL)
		trials_report(p->trials, (uint32_t)chosen->number, l->result->speed,
		    l->result->period, &l->throughput);
	if (p->trails != NULL) {
		l->trails = trails_of(p->trails, (uint32_t)chosen->number,
		    l->result->outages, l->result->n_outages);
		l->has_path = trails_newest(
		    p->trails, (uint32_t)chosen->number, p->to_ns, &l->path);
	}
	if (g->what & GATHER_STATUS)
		fill_status(g, p, chosen->number, l);
	if (g->what & (GATHER_VERDICTS | GATHER_CURVES)) {
		claims_of(&g->sets[i], g->claims, l->def);
		verdicts_make(p, o, &g->sets[i], l);
	}
	if (g->what & GATHER_CURVES)
		closeups_fetch(g->reader, g->r.as_of.ns, l);
	if (g->what & (GATHER_CURVES | GATHER_EVIDENCE))
		fill_evidence(g, o, i);
}

static void
fill_envelope(struct gathered *g, const struct journal_stats *stats)
{
	struct results *r = &g->r;

	r->from.ns = r->as_of.ns = stats->first.ns - stats->first.ns % NS_PER_US;
	r->to = r->from;
	for (size_t i = 0; i < g->n_passes; i++) {
		const struct pass *p = &g->passes[i];
		if (i == 0 || p->from_ns < r->from.ns)
			r->from.ns = p->from_ns;
		if (i == 0 || p->to_ns > r->to.ns)
			r->to.ns = p->to_ns;
		if (i == 0 || p->as_of_ns > r->as_of.ns)
			r->as_of.ns = p->as_of_ns;
		r->rule = p->rule;
	}
	memcpy(r->agent, stats->agent, sizeof r->agent);
	snprintf(r->software, sizeof r->software, "linkwitness %s", version_number());
	memcpy(r->root, stats->root, sizeof r->root);
	r->journal_first = stats->first;
	r->journal_last = stats->last;
	r->probes = journal_probes(g->reader, &r->n_probes);
	r->link_defs = journal_links(g->reader, &r->n_link_defs);
	r->synchronised = stats->synchronised;
	r->clock_bound_ns = stats->clock_bound_ns;
}

/* ---- what is left out ---- */

static int
read_redaction(struct gathered *g, const struct options *o)
{
	const char *text = o->redact, *why;

	if (text == NULL && o->settings != NULL && o->settings->sending.redact[0] != '\0')
		text = o->settings->sending.redact;
	if (!(g->what & GATHER_DOCUMENT) || text == NULL)
		return 0;
	if (!redaction_read(text, &g->redact, &why))
		return complain(
		    EXIT_USAGE, "--redact %s: it is not known; write %s", text, why);
	redaction_print(g->redact, g->redacted);
	return 0;
}

static void
redact(struct gathered *g)
{
	struct results *r = &g->r;

	if (g->redact & REDACT_ADDRESSES) {
		g->probes = memory_grow(NULL, r->n_probes + 1, sizeof *g->probes);
		memcpy(g->probes, r->probes, r->n_probes * sizeof *g->probes);
		redact_probes(g->probes, r->n_probes);
		r->probes = g->probes;
	}
	if (g->redact & REDACT_NAMES) {
		g->link_defs =
		    memory_grow(NULL, r->n_link_defs + 1, sizeof *g->link_defs);
		memcpy(g->link_defs, r->link_defs, r->n_link_defs * sizeof *g->link_defs);
		redact_links(g->link_defs, r->n_link_defs);
		redact_links(g->defs, r->n_links);
		r->link_defs = g->link_defs;
		claims_redact(g->claims);
	}
}

/* The path is made of addresses. */
static void
redact_report(const struct gathered *g, struct link_report *l)
{
	if (g->redact & (REDACT_ADDRESSES | REDACT_HOPS)) {
		free(l->trails);
		l->trails = NULL;
		l->has_path = false;
	}
	if (g->redact & REDACT_ADDRESSES)
		redact_notes(l);
}

const char *
gathered_redacted(const struct gathered *g)
{
	return g->redacted[0] != '\0' ? g->redacted : NULL;
}

int
gather(struct gathered **out, const struct options *o, unsigned what)
{
	struct gathered *g;
	struct journal_stats stats;
	char err[512];
	size_t known;
	int status;

	status = verdicts_check(o);
	if (status != 0)
		return status;
	g = memory_grow(NULL, 1, sizeof *g);
	memset(g, 0, sizeof *g);
	g->what = what;
	/* Then, everything that was in the air had come down. */
	g->r.generated =
	    o->as_of_ns > 0 ? (wall_t){o->as_of_ns + PASS_AIR_NS} : clock_wall();
	g->r.paper = o->paper;
	g->r.language = o->language;
	if (journal_read(&g->reader, o->data_dir, err, sizeof err) < 0) {
		free(g);
		return complain(1, "%s", err);
	}
	(void)journal_links(g->reader, &known);
	if (known == 0 && journal_error(g->reader)[0] != '\0') {
		status = complain(1, "journal: %s", journal_error(g->reader));
		gathered_free(g);
		return status;
	}
	journal_clock_of(g->reader, &stats);
	if (o->as_of_ns > 0 && stats.last.ns > o->as_of_ns)
		stats.last.ns = o->as_of_ns;
	status = choose_links(g, o);
	if (status == 0)
		status = read_redaction(g, o);
	name_links(g, o);
	for (size_t i = 0; i < g->r.n_links && status == 0; i++)
		status = set_period(g, o, &stats, i);
	if (status == 0 && (g->what & (GATHER_VERDICTS | GATHER_CURVES)))
		status = claims_open(&g->claims, o);
	if (status == 0)
		status = run_passes(g, o, &stats);
	if (status != 0) {
		gathered_free(g);
		return status;
	}
	fill_envelope(g, &stats);
	redact(g);
	g->sets = memory_grow(NULL, g->r.n_links + 1, sizeof *g->sets);
	memset(g->sets, 0, (g->r.n_links + 1) * sizeof *g->sets);
	g->months = memory_grow(NULL, g->r.n_links + 1, sizeof *g->months);
	memset(g->months, 0, (g->r.n_links + 1) * sizeof *g->months);
	for (size_t i = 0; i < g->r.n_links; i++)
		fill_report(g, o, i);
	for (size_t i = 0; i < g->r.n_links; i++)
		redact_report(g, &g->r.links[i]);
	*out = g;
	return 0;
}

const struct results *
gathered_results(const struct gathered *g)
{
	return &g->r;
}

struct results *
gathered_document(struct gathered *g, int64_t *from_ns, int64_t *to_ns)
{
	*from_ns = INT64_MAX;
	*to_ns = g->r.as_of.ns + NS_PER_US;
	for (size_t i = 0; i < g->n_passes; i++)
		if (g->passes[i].scan_from_ns < *from_ns)
			*from_ns = g->passes[i].scan_from_ns;
	g->r.generated = g->r.as_of;
	return &g->r;
}

struct journal_reader *
gathered_reader(const struct gathered *g)
{
	return g->reader;
}

bool
gathered_link(const struct gathered *g, uint32_t number, size_t *link)
{
	for (size_t i = 0; i < g->r.n_links; i++)
		if (g->chosen[i].number == number) {
			*link = i;
			return true;
		}
	return false;
}

size_t
gathered_records(const struct gathered *g, struct record **out)
{
	return claims_entries(g->claims, g->defs, g->r.n_links, out);
}

void
gathered_free(struct gathered *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->r.n_links; i++) {
		struct link_report *l = &g->r.links[i];
		verdicts_free(l);
		if (g->months != NULL)
			verdicts_free(&g->months[i]);
		if (g->sets != NULL)
			claims_done(&g->sets[i]);
		for (size_t k = 0; k < l->n_closeups; k++) {
			free(l->closeups[k].marks);
			free(l->closeups[k].records);
		}
		free(l->closeups);
		free(l->trails);
		free(l->last);
	}
	for (size_t i = 0; i < g->n_passes; i++)
		pass_done(&g->passes[i]);
	free(g->passes);
	free(g->chosen);
	free(g->defs);
	free(g->sets);
	free(g->months);
	free(g->probes);
	free(g->link_defs);
	claims_free(g->claims);
	free(g->r.links);
	journal_reader_free(g->reader);
	free(g);
}
