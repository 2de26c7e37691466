/* "report migration": from one link to another, planned from what both were measured. */
#include "analyzer/profile.h"
#include "base/bytes.h"
#include "base/zone.h"
#include "cmd/comparing.h"
#include "cmd/delivery.h"
#include "cmd/report.h"
#include "cmd/timespec.h"
#include "reports/evidence.h"
#include "reports/migration.h"

#include <stdlib.h>
#include <string.h>

#define DAY_NS    ((int64_t)86400 * NS_PER_S)
#define SIDE_NS   (30 * DAY_NS)
#define LEAD_DAYS 42 /* of the runbook: a move is proposed no earlier */
#define HOURS     4  /* of the window: two of work, half as much again, one to go back */
#define CLAIMED   0.95

struct plan {
	struct comparing pair;
	struct migration_view view;
	struct migration migration;
	struct demand *demand;
	const struct link_def *old;
	uint32_t old_number;
	struct journal_reader *reader;
};

/* ---- the old link's demand ---- */

static int
on_counters(void *ctx, const struct counters *c)
{
	struct plan *p = ctx;
	size_t n;
	const struct link_def *links = journal_links(p->reader, &n);

	if (c->link < n && strcmp(links[c->link].centre, p->old->centre) == 0 &&
	    strcmp(links[c->link].link, p->old->link) == 0)
		demand_counters(p->demand, c);
	return 0;
}

static int
read_demand(struct plan *p, const struct options *o, const struct results *r)
{
	struct journal_visitor v = {.ctx = p, .counters = on_counters};
	char err[512];
	int64_t until = p->view.cut_over_ns != 0 && p->view.cut_over_ns < r->to.ns
	                    ? p->view.cut_over_ns
	                    : r->to.ns;

	p->demand = demand_new();
	if (journal_read(&p->reader, o->data_dir, err, sizeof err) < 0)
		return complain(1, "%s", err);
	int status = 0;
	if (journal_scan(p->reader, r->from, (wall_t){until}, &v) < 0)
		status = complain(1, "journal: %s", journal_error(p->reader));
	journal_reader_free(p->reader);
	return status;
}

static void
add_tickets(struct migration_view *v, const struct link_report *l, struct span within,
    const char *zone)
{
	const struct evidence *e = l->evidence;

	for (size_t i = 0; e != NULL && i < e->n_tickets; i++) {
		int64_t at = e->tickets[i]->opened_ns;
		if (at == RECORDS_NEVER || at < within.start_ns || at >= within.end_ns)
			continue;
		window_ticket(&v->week, at, zone);
		v->tickets++;
	}
}

/* All that the line measured until the move, whatever the other one did. */
static void
weigh_probes(struct plan *p, const struct link_report *l)
{
	struct compare_hour *hours = memory_grow(NULL, l->n_hours + 1, sizeof *hours);

	for (size_t i = 0; i < l->n_hours; i++)
		hours[i] = (struct compare_hour){.start_ns = l->hours[i].start_ns,
		    .sent = l->hours[i].sent,
		    .lost = l->hours[i].lost};
	window_probes(
	    &p->view.week, hours, l->n_hours, p->pair.period, p->pair.view.zone);
	free(hours);
}

static void
weigh_week(struct plan *p, const struct results *r)
{
	struct migration_view *v = &p->view;
	const char *zone = p->pair.view.zone;
	struct demand_use use;

	demand_use(p->demand, DEMAND_DOWN, &use);
	v->has_week = use.minutes > 0;
	window_use(&v->week, p->demand, zone);
	for (size_t i = 0; i < r->n_links; i++) {
		window_ledger(&v->week, &p->pair.ledgers[i], zone);
		weigh_probes(p, &r->links[i]);
		add_tickets(v, &r->links[i], p->pair.period, zone);
	}
	window_score(&v->week);
	v->slot_hours = HOURS;
	v->has_slot =
	    window_least(&v->week, HOURS, &v->slot_day, &v->slot_hour, &v->slot_score);
}

/* ---- when ---- */

/* The first quiet window that leaves time for all that comes before; without one, a
 * Sunday at 02:00. */
static int64_t
propose(const struct migration_view *v, int64_t now_ns, const char *zone)
{
	int weekday = v->has_slot ? (int)v->slot_day : 6;
	int hour = v->has_slot ? (int)v->slot_hour : 2;
	struct zone_time t;
	int64_t at = now_ns;

	zone_civil(now_ns, zone, &t);
	int days = LEAD_DAYS + (weekday - (t.weekday + LEAD_DAYS) % 7 + 7) % 7;
	if (!zone_instant(zone, t.year, t.month, t.day + days, hour, 0, 0, &at))
		return now_ns;
	return at;
}

/* ---- before and after ---- */

static void
measure_side(struct migration_side *s, const struct comparing *c,
    const struct link_report *l, struct span period, int64_t as_of_ns)
{
	struct terms t = {.profile = c->profile,
	    .no_pauses = true,
	    .period = period,
	    .period_kind = "range",
	    .complete = true,
	    .as_of_ns = as_of_ns};
	int64_t p50 = 0, p95 = 0, hours = 0;

	*s = (struct migration_side){.period = period, .p50_ns = -1, .p95_ns = -1};
	if (period.end_ns - period.start_ns < DAY_NS ||
	    verdict_of(&s->ledger, l->result, &t) < 0)
		return;
	s->has = true;
	for (size_t i = 0; i < l->n_hours; i++) {
		const struct bucket *b = &l->hours[i];
		if (b->start_ns < period.start_ns || b->end_ns > period.end_ns)
			continue;
		s->sent += b->sent;
		s->lost += b->lost;
		if (b->p50_ns < 0)
			continue;
		p50 += b->p50_ns;
		p95 += b->p95_ns;
		hours++;
	}
	if (hours > 0) {
		s->p50_ns = p50 / hours;
		s->p95_ns = p95 / hours;
	}
	double share = l->has_loss && l->loss_sent > 0
	                   ? l->loss_effective / (double)l->loss_sent
	                   : 1;
	s->has_loss = stats_clopper_pearson((double)s->lost * share,
	                  (double)s->sent * share, CLAIMED, &s->loss) == 0;
}

static void
measure_sides(struct plan *p, const struct results *r)
{
	struct migration_view *v = &p->view;
	int64_t at = v->cut_over_ns, from = at - SIDE_NS, to = at + SIDE_NS;

	if (v->proposed || at >= r->as_of.ns)
		return;
	from = from > r->from.ns ? from : r->from.ns;
	to = to < r->as_of.ns ? to : r->as_of.ns;
	to = to < r->to.ns ? to : r->to.ns;
	measure_side(
	    &v->before, &p->pair, &r->links[0], (struct span){from, at}, r->as_of.ns);
	measure_side(
	    &v->after, &p->pair, &r->links[1], (struct span){at, to}, r->as_of.ns);
}

/* ---- speeds ---- */

static void
add_load(struct plan *p, const char *name, double down_bps, double up_bps)
{
	struct migration_load *l = &p->view.loads[p->view.n_loads++];

	snprintf(l->name, sizeof l->name, "%s", name);
	l->bps[0] = down_bps;
	l->bps[1] = up_bps;
	for (int way = 0; way < 2; way++)
		for (size_t k = 0; k < MIGRATION_LEVELS; k++)
			l->above[way][k] =
			    l->bps[way] > 0
			        ? demand_above(p->demand, (enum demand_way)way,
			              l->bps[way] * migration_level[k])
			        : -1;
}

static void
weigh_loads(struct plan *p, const struct results *r)
{
	static const char *const NAMES[] = {"as it is", "as ordered"};
	char name[96];

	for (size_t i = 0; i < 2; i++) {
		const struct link_def *d = r->links[i].def;
		snprintf(name, sizeof name, "%s, %s", d->link, NAMES[i]);
		add_load(
		    p, name, (double)d->capacity_down_bps, (double)d->capacity_up_bps);
	}
	if (p->migration.size[0].has)
		add_load(p, "what the demand needs", p->migration.size[0].required_bps,
		    p->migration.size[1].required_bps);
}

/* ---- all of it ---- */

static int
growth_wanted(const struct options *o, struct migration_rule *rule)
{
	char *end;

	if (o->growth == NULL)
		return 0;
	double v = strtod(o->growth, &end);
	if (end == o->growth || strcmp(end, "%") != 0 || !(v >= 0 && v <= 1000))
		return complain(EXIT_USAGE,
		    "--growth: \"%.40s\" is none; write 0%% to 1000%%, say 50%%",
		    o->growth);
	rule->growth = v / 100;
	return 0;
}

/* Until the move both links are measured side by side; after it nothing is common. */
static int
set_times(struct plan *p, const struct options *o, const struct results *r)
{
	const char *zone = r->links[0].def->timezone;
	int64_t at;

	if (strcmp(r->links[0].def->centre, r->links[1].def->centre) != 0)
		return complain(EXIT_USAGE,
		    "report migration: %s and %s are not of one centre",
		    r->links[0].def->centre, r->links[1].def->centre);
	p->pair.period = (struct span){r->from.ns, r->to.ns};
	if (o->cut_over == NULL) {
		p->view.proposed = true;
		return 0;
	}
	if (!timespec_parse(
	        o->cut_over, zone[0] != '\0' ? zone : "UTC", r->generated.ns, &at))
		return complain(EXIT_USAGE,
		    "--cut-over: \"%.60s\" is no time; write 2026-10-03T02:00",
		    o->cut_over);
	if (at <= r->from.ns)
		return complain(EXIT_USAGE,
		    "--cut-over: it lies before what was measured; give --from");
	p->view.cut_over_ns = at;
	if (at < r->to.ns)
		p->pair.period.end_ns = at;
	return 0;
}

static void
work_out(struct plan *p, const struct results *r, const struct migration_rule *rule)
{
	struct migration_facts f = {.c = &p->pair.comparison,
	    .demand = p->demand,
	    .period = p->pair.period,
	    .certain_ns = r->links[1].result->shortest_certain_ns};
	const struct contract_conf *c = r->links[1].conf;

	f.target = c != NULL ? c->availability : 0;
	for (int way = 0; way < 2; way++)
		f.speed[way] = r->links[1].result->speed[way];
	for (size_t i = 0; c != NULL && i < c->n_commitments; i++)
		if (c->commitments[i].metric >= METRIC_SPEED_DOWN)
			f.promised_bps[c->commitments[i].metric == METRIC_SPEED_UP] =
			    c->commitments[i].minimum;
	migration_of(&p->migration, &f, rule);
}

static int
make(struct plan *p, const struct options *o, const struct gathered *g)
{
	const struct results *r = gathered_results(g);
	struct migration_rule rule;
	struct migration_view *v = &p->view;

	migration_rule_default(&rule);
	int status = growth_wanted(o, &rule);
	if (status == 0)
		status = set_times(p, o, r);
	if (status == 0)
		status = comparing_make(&p->pair, g);
	if (status != 0)
		return status;
	p->old = r->links[0].def;
	status = read_demand(p, o, r);
	if (status != 0)
		return status;
	weigh_week(p, r);
	growth_of(&v->growth, p->demand, p->pair.view.zone);
	if (v->proposed)
		v->cut_over_ns = propose(v, r->as_of.ns, p->pair.view.zone);
	work_out(p, r, &rule);
	weigh_loads(p, r);
	measure_sides(p, r);
	v->pair = &p->pair.view;
	v->m = &p->migration;
	v->parallel = p->pair.period;
	return 0;
}

static json_t *
view_json(const void *view)
{
	return migration_json(view);
}

static int
draw(const void *view, const char *pdf_path, const char *png_dir, char *err, size_t room)
{
	return migration_pdf(view, pdf_path, png_dir, err, room);
}

static void
done(struct plan *p)
{
	if (p->view.before.has)
		verdict_done(&p->view.before.ledger);
	if (p->view.after.has)
		verdict_done(&p->view.after.ledger);
	growth_done(&p->view.growth);
	demand_free(p->demand);
	comparing_done(&p->pair);
}

int
report_migration(const struct options *given)
{
	struct options o = *given;
	struct plan p = {0};
	struct gathered *g;

	if (o.from_link == NULL || o.to_link == NULL)
		return complain(
		    EXIT_USAGE, "report migration: say which: --from-link A --to-link B");
	int status = delivery_place(&o, "migration");
	if (status != 0)
		return status;
	o.links[0] = o.from_link;
	o.links[1] = o.to_link;
	o.n_links = 2;
	(void)profile_default(&p.pair.profile, "event");
	status = gather(&g, &o, GATHER_DOCUMENT | GATHER_CURVES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	status =
	    r->n_links == 2
	        ? make(&p, &o, g)
	        : complain(EXIT_USAGE,
	              "report migration: both are %s: two links are needed", o.from_link);
	if (status == 0)
		status = delivery_make(
		    &(struct deliverable){"migration", &p.view, view_json, draw}, g, &o);
	done(&p);
	gathered_free(g);
	return status;
}
