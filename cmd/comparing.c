#include "cmd/comparing.h"

#include "base/bytes.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define YEAR_NS ((int64_t)365 * 86400 * NS_PER_S)

/* ---- what is compared ---- */

/* All links by one definition, whatever their contracts agree: as it was measured. */
static int
judge(struct comparing *w, const struct results *r)
{
	w->ledgers = memory_grow(NULL, r->n_links, sizeof *w->ledgers);
	for (size_t i = 0; i < r->n_links; i++) {
		struct terms t = {.profile = w->profile,
		    .no_pauses = true,
		    .period = w->period,
		    .period_kind = "range",
		    .complete = true,
		    .as_of_ns = r->as_of.ns};
		if (verdict_of(&w->ledgers[i], r->links[i].result, &t) < 0)
			return complain(EXIT_USAGE, "report: --profile %s: %s",
			    w->profile.name, "its intervals were not counted");
		w->n_ledgers++;
	}
	return 0;
}

/* ---- what they measured in common time ---- */

static struct compare_with
take_curve(struct comparing *w, const struct curve *c)
{
	struct compare_hour *list = memory_grow(NULL, c->hours.n + 1, sizeof *list);

	for (size_t i = 0; i < c->hours.n; i++) {
		const struct bucket *b = &c->hours.list[i];
		list[i] = (struct compare_hour){
		    b->start_ns, b->sent, b->lost, b->p50_ns, b->p95_ns};
	}
	w->hours[w->n_hours++] = list;
	return (struct compare_with){list, c->hours.n};
}

/* Of bursty losses fewer probes tell as much as independent ones would. */
static double
independent(const struct curve *c)
{
	struct stats_bounds loss;
	uint64_t sent = c->all.n + c->lost;
	double effective;

	if (sent == 0 ||
	    stats_loss(c->lost, sent, &c->pairs, true, &loss, &effective) < 0)
		return 1;
	return effective / (double)sent;
}

static void
take_sides(struct comparing *w, size_t n)
{
	w->sides = memory_grow(NULL, n, sizeof *w->sides);
	w->hours = memory_grow(NULL, n * n, sizeof *w->hours);
	w->with = memory_grow(NULL, n * n, sizeof *w->with);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			w->with[i * n + k] =
			    take_curve(w, common_samples_curve(&w->common, i, k));
		w->sides[i] = (struct compare_side){.ledger = &w->ledgers[i],
		    .hours = w->with[i * n + i].hours,
		    .n_hours = w->with[i * n + i].n,
		    .with = &w->with[i * n],
		    .independent = independent(common_samples_curve(&w->common, i, i))};
	}
}

/* The civil days of the zone that the range touches. */
static void
make_days(struct comparing *w)
{
	struct zone_time t;
	int64_t at = w->period.start_ns, next;
	size_t room = 0;

	zone_civil(at, w->view.zone, &t);
	while (at < w->period.end_ns) {
		t.day++;
		if (!zone_day_start(w->view.zone, t.year, t.month, t.day, &next) ||
		    next > w->period.end_ns)
			next = w->period.end_ns;
		if (w->n_days == room) {
			room = room * 2 + 64;
			w->days = memory_grow(w->days, room, sizeof *w->days);
		}
		if (next > at)
			w->days[w->n_days++] = (struct span){at, next};
		at = next > at ? next : at;
	}
}

/* ---- what it costs ---- */

static int64_t
in_a_year(double share)
{
	return (int64_t)(share * (double)YEAR_NS) / 1000 * 1000;
}

static void
make_costs(struct comparing *w, const struct results *r)
{
	w->costs = memory_grow(NULL, r->n_links, sizeof *w->costs);
	memset(w->costs, 0, r->n_links * sizeof *w->costs);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		struct comparison_cost *c = &w->costs[i];
		if (l->conf == NULL || l->conf->mrc_mills <= 0)
			continue;
		c->has = true;
		c->year_mills = 12 * l->conf->mrc_mills;
		snprintf(c->currency, sizeof c->currency, "%.7s", l->conf->currency);
		c->has_downtime = l->verdict.has_availability;
		if (!c->has_downtime)
			continue;
		c->year_down_ns = in_a_year(1 - l->verdict.point);
		c->year_least_ns = in_a_year(1 - l->verdict.upper);
		c->year_most_ns = in_a_year(1 - l->verdict.lower);
	}
}

/* ---- what is agreed ---- */

/* A mean over a window, or of the ISP's own samples, is not what is compared here. */
static void
make_required(struct comparing *w, const struct results *r)
{
	w->required = memory_grow(NULL, r->n_links, sizeof *w->required);
	memset(w->required, 0, r->n_links * sizeof *w->required);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct contract_conf *c = r->links[i].conf;
		if (c == NULL)
			continue;
		w->required[i].availability = c->availability;
		for (size_t k = 0; k < c->n_commitments; k++) {
			const struct commitment_conf *m = &c->commitments[k];
			if (m->over_ns > 0 || m->where != WHERE_SITE)
				continue;
			if (m->metric == METRIC_LOSS)
				w->required[i].loss = m->at_most;
			else if (m->metric == METRIC_RTT)
				w->required[i].rtt_ns = m->at_most;
		}
	}
}

/* ---- all round trips, and names ---- */

static void
make_tails(struct comparing *w, size_t n)
{
	w->tails = memory_grow(NULL, n, sizeof *w->tails);
	w->names = memory_grow(NULL, n, sizeof *w->names);
	for (size_t i = 0; i < n; i++) {
		const struct curve *c = common_samples_curve(&w->common, i, i);
		struct hist with_lost = c->all;
		with_lost.lost += c->lost;
		tail_of(&w->tails[i], &with_lost);
		for (int isp = 0; isp < 2; isp++) {
			const struct common_names *names = &w->common.names[i][isp];
			w->names[i][isp] = (struct comparison_names){names->asked,
			    names->answers.n, hist_quantile(&names->answers, 0.5)};
		}
	}
}

/* ---- all of it ---- */

int
comparing_make(struct comparing *w, const struct gathered *g)
{
	const struct results *r = gathered_results(g);
	const char *zone = r->links[0].def->timezone;
	int status;

	w->view = (struct comparison_view){.r = r,
	    .c = &w->comparison,
	    .profile = &w->profile,
	    .zone = zone[0] != '\0' ? zone : "UTC"};
	status = judge(w, r);
	if (status == 0)
		status = common_samples_read(
		    &w->common, g, w->ledgers, w->period, w->view.zone);
	if (status != 0)
		return status;
	take_sides(w, r->n_links);
	make_days(w);
	make_costs(w, r);
	make_required(w, r);
	make_tails(w, r->n_links);
	struct compare_rule rule = {.days = w->days,
	    .n_days = w->n_days,
	    .rounds = COMPARE_ROUNDS,
	    .seed = COMPARE_SEED,
	    .confidence = COMPARE_CONFIDENCE,
	    .least_days = COMPARE_LEAST_DAYS};
	if (compare_of(&w->comparison, w->sides, r->n_links, &rule) < 0)
		return complain(1, "report: there is no time to compare the links in");
	w->view.ledgers = w->ledgers;
	w->view.costs = w->costs;
	w->view.required = w->required;
	w->view.tails = w->tails;
	w->view.names = (const struct comparison_names(*)[2])w->names;
	return 0;
}

void
comparing_done(struct comparing *w)
{
	compare_done(&w->comparison);
	for (size_t i = 0; i < w->n_ledgers; i++)
		verdict_done(&w->ledgers[i]);
	for (size_t i = 0; i < w->n_hours; i++)
		free(w->hours[i]);
	common_samples_done(&w->common);
	free(w->ledgers);
	free(w->hours);
	free(w->with);
	free(w->sides);
	free(w->costs);
	free(w->required);
	free(w->tails);
	free(w->names);
	free(w->days);
}
