/* "report compare": the same minutes of several links, side by side. */
#include "base/bytes.h"
#include "base/zone.h"
#include "analyzer/profile.h"
#include "cmd/gather.h"
#include "cmd/report.h"
#include "reports/comparison.h"

#include <stdlib.h>
#include <string.h>

#define YEAR_NS ((int64_t)365 * 86400 * NS_PER_S)

struct work {
	struct comparison_view view;
	struct comparison comparison;
	struct profile_conf profile;
	struct compare_side *sides;
	struct compare_hour **hours; /* by link */
	struct verdict *ledgers;
	size_t n_ledgers;
	struct comparison_cost *costs;
	struct span *days;
	size_t n_days;
};

/* ---- what is compared ---- */

/* All links by one definition, whatever their contracts agree: as it was measured. */
static int
judge(struct work *w, const struct results *r)
{
	w->ledgers = memory_grow(NULL, r->n_links, sizeof *w->ledgers);
	for (size_t i = 0; i < r->n_links; i++) {
		struct terms t = {.profile = w->profile,
		    .no_pauses = true,
		    .period = {r->from.ns, r->to.ns},
		    .period_kind = "range",
		    .complete = true,
		    .as_of_ns = r->as_of.ns};
		if (verdict_of(&w->ledgers[i], r->links[i].result, &t) < 0)
			return complain(EXIT_USAGE, "report compare: --profile %s: %s",
			    w->profile.name, "its intervals were not counted");
		w->n_ledgers++;
	}
	return 0;
}

static void
take_hours(struct work *w, const struct results *r)
{
	w->sides = memory_grow(NULL, r->n_links, sizeof *w->sides);
	w->hours = memory_grow(NULL, r->n_links, sizeof *w->hours);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		w->hours[i] = memory_grow(NULL, l->n_hours + 1, sizeof *w->hours[i]);
		for (size_t k = 0; k < l->n_hours; k++)
			w->hours[i][k] =
			    (struct compare_hour){.start_ns = l->hours[k].start_ns,
			        .sent = l->hours[k].sent,
			        .lost = l->hours[k].lost,
			        .p50_ns = l->hours[k].p50_ns,
			        .p95_ns = l->hours[k].p95_ns};
		w->sides[i] = (struct compare_side){.ledger = &w->ledgers[i],
		    .hours = w->hours[i],
		    .n_hours = l->n_hours,
		    .independent = l->has_loss && l->loss_sent > 0
		                       ? l->loss_effective / (double)l->loss_sent
		                       : 1};
	}
}

/* The civil days of the zone that the range touches. */
static void
make_days(struct work *w, const struct results *r)
{
	struct zone_time t;
	int64_t at = r->from.ns, next;
	size_t room = 0;

	zone_civil(at, w->view.zone, &t);
	while (at < r->to.ns) {
		t.day++;
		if (!zone_day_start(w->view.zone, t.year, t.month, t.day, &next) ||
		    next > r->to.ns)
			next = r->to.ns;
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
make_costs(struct work *w, const struct results *r)
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

/* ---- all of it ---- */

static int
compare(struct work *w, const struct results *r)
{
	const char *zone = r->links[0].def->timezone;
	int status;

	w->view = (struct comparison_view){.r = r,
	    .c = &w->comparison,
	    .profile = &w->profile,
	    .zone = zone[0] != '\0' ? zone : "UTC"};
	status = judge(w, r);
	if (status != 0)
		return status;
	take_hours(w, r);
	make_days(w, r);
	make_costs(w, r);
	struct compare_rule rule = {.days = w->days,
	    .n_days = w->n_days,
	    .rounds = COMPARE_ROUNDS,
	    .seed = COMPARE_SEED,
	    .confidence = COMPARE_CONFIDENCE,
	    .least_days = COMPARE_LEAST_DAYS};
	if (compare_of(&w->comparison, w->sides, r->n_links, &rule) < 0)
		return complain(1, "report compare: there is no time to compare in");
	w->view.ledgers = w->ledgers;
	w->view.costs = w->costs;
	return 0;
}

static void
done(struct work *w, const struct results *r)
{
	compare_done(&w->comparison);
	for (size_t i = 0; i < w->n_ledgers; i++)
		verdict_done(&w->ledgers[i]);
	for (size_t i = 0; w->hours != NULL && i < r->n_links; i++)
		free(w->hours[i]);
	free(w->ledgers);
	free(w->hours);
	free(w->sides);
	free(w->costs);
	free(w->days);
}

static int
print(const struct work *w, const struct options *o)
{
	char err[512];

	if (o->json) {
		json_t *j = comparison_json(&w->view);
		(void)json_print(j, stdout); /* main says whether stdout took it */
		json_decref(j);
	}
	if (o->output != NULL &&
	    comparison_pdf(&w->view, o->output, o->png, err, sizeof err) < 0)
		return complain(1, "%s", err);
	return 0;
}

int
report_compare(const struct options *o)
{
	struct work w = {0};
	struct gathered *g;
	const char *profile = o->profile != NULL ? o->profile : "event";

	if (o->output == NULL && !o->json)
		return complain(
		    EXIT_USAGE, "report compare: say where to: -o FILE.pdf, or --json");
	if (o->png != NULL && o->output == NULL)
		return complain(
		    EXIT_USAGE, "report compare: --png goes with -o FILE.pdf");
	if (strcmp(profile, "ticket") == 0 || !profile_default(&w.profile, profile))
		return complain(EXIT_USAGE,
		    "report compare: --profile %s: one definition for all links is needed: "
		    "event, ses-10-10, mef, y1540 or rfc2678",
		    profile);
	int status = gather(&g, o, GATHER_CURVES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	if (r->n_links < 2 || r->n_links > COMPARE_LINKS)
		status = complain(EXIT_USAGE,
		    "report compare: %zu link%s: two to %d are compared: --link A --link B",
		    r->n_links, r->n_links == 1 ? "" : "s", COMPARE_LINKS);
	else
		status = compare(&w, r);
	if (status == 0)
		status = print(&w, o);
	done(&w, r);
	gathered_free(g);
	return status;
}
