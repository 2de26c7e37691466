/* The plan of a move: its steps, its headline and its JSON. */
#include "reports/migration.h"

#include "base/zone.h"
#include "reports/dossier.h"
#include "reports/value.h"

#include <math.h>

const double migration_level[MIGRATION_LEVELS] = {0.5, 0.7, 0.8, 0.9};

const struct migration_step migration_steps[] = {
    {-42, 0, "Order the new line; agree these acceptance criteria with its ISP",
        "consultant", "order confirmation, criteria signed"},
    {-28, 0, "New line handed over; measured beside the old one from now on", "ISP, site",
        "first samples in the journal"},
    {-14, 0, "No other changes to the network until a week after the move",
        "service desk", "change calendar"},
    {-7, 0, "Two weekends measured side by side; criteria looked at", "consultant",
        "this plan, made again"},
    {-2, 0, "Time to live of public names down to 300 s", "network",
        "answer of the zone's servers"},
    {-1, 0, "Go or no go; router configuration saved, and restored on a spare",
        "change owner", "all criteria pass; the saved file's hash"},
    {0, 0, "Move: routes, then addresses, then names; both lines measured", "network",
        "time written down, note in linkwitness"},
    {0, 15, "Rollback triggers are watched from here on", "service desk",
        "linkwitness status, each 5 min"},
    {1, 0, "First day: outages, loss, round trips, tests of throughput", "service desk",
        "linkwitness outages, sla"},
    {2, 0, "Time to live of public names as it was", "network",
        "answer of the zone's servers"},
    {14, 0, "Old line ends, if nothing was taken back", "consultant",
        "notice of termination"},
    {30, 0, "Before and after; what is left to do", "consultant",
        "this plan, made again"},
};
const size_t migration_n_steps = sizeof migration_steps / sizeof migration_steps[0];

int64_t
migration_step_at(const struct migration_view *v, const struct migration_step *s)
{
	struct zone_time t;
	int64_t at = v->cut_over_ns;

	zone_civil(v->cut_over_ns, v->pair->zone, &t);
	if (!zone_instant(v->pair->zone, t.year, t.month, t.day + s->days, t.hour,
	        t.minute + s->minutes, t.second, &at))
		return v->cut_over_ns;
	return at;
}

/* Once it was made, what it came to; before, whether it may be made. */
static void
say_moved(const struct migration_view *v, const char *to, const char *passed,
    const char *all, char *out, size_t room)
{
	const struct verdict *a = &v->before.ledger, *b = &v->after.ledger;
	char before[32], after[32];

	if (!a->has_availability || !b->has_availability) {
		say(out, room, "Moved to {1}, with {2} of {3} criteria passed before", to,
		    passed, all);
		return;
	}
	unsigned decimals = words_decimals(a->point, b->point, 1);
	words_percent(a->point, decimals, before);
	words_percent(b->point, decimals, after);
	say(out, room,
	    "Moved to {1}, with {2} of {3} criteria passed before: available {4} before, {5} "
	    "since",
	    to, passed, all, before, after);
}

int64_t
migration_last_back(const struct migration_view *v)
{
	return v->cut_over_ns + (int64_t)(v->slot_hours - 1) * 3600 * NS_PER_S;
}

void
migration_headline(const struct migration_view *v, char *out, size_t room)
{
	const struct migration *m = v->m;
	const char *to = v->pair->r->links[1].def->link;
	char passed[32], failed[32], open[32], all[32];

	words_count(m->passed, passed);
	words_count(m->failed, failed);
	words_count(m->open, open);
	words_count(MIGRATION_MEASURES, all);
	if (v->after.has)
		say_moved(v, to, passed, all, out, room);
	else if (m->failed > 0)
		say(out, room, "Not to {1} as it is: {2} of {3} criteria {2|fails|fail}",
		    to, failed, all);
	else if (m->open > 0)
		say(out, room,
		    "Not yet: {1} of {2} criteria {1|passes|pass}, {3} {3|needs|need} more "
		    "measurement",
		    passed, all, open);
	else
		say(out, room, "{1} is ready: all {2} criteria pass", to, all);
}

/* ---- JSON ---- */

/* Round trips are nanoseconds inside, seconds outside. */
static json_t *
number(enum migration_measure m, double v)
{
	return json_real(m == MIGRATION_MEDIAN || m == MIGRATION_P95 ? v / 1e9 : v);
}

static json_t *
criteria_json(const struct migration *m)
{
	json_t *list = json_array();

	for (int i = 0; i < MIGRATION_MEASURES; i++) {
		const struct migration_criterion *c = &m->criteria[i];
		json_t *o = json_object();
		value_set(o, "measure", json_string(migration_measure_name(c->measure)));
		value_set(o, "threshold",
		    c->has_threshold ? number(c->measure, c->threshold) : json_null());
		value_set(
		    o, "value", c->has ? number(c->measure, c->value) : json_null());
		value_set(o, "lower",
		    c->has_interval ? number(c->measure, c->lower) : json_null());
		value_set(o, "upper",
		    c->has_interval ? number(c->measure, c->upper) : json_null());
		value_set(o, "have", json_integer((json_int_t)c->have));
		value_set(o, "need", json_integer((json_int_t)c->need));
		value_set(o, "verdict", json_string(migration_word_name(c->word)));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
demand_json(const struct migration *m)
{
	static const char *const WAYS[] = {"down", "up"};
	json_t *o = json_object();

	for (int way = 0; way < 2; way++) {
		const struct migration_size *s = &m->size[way];
		json_t *w = json_object();
		value_set(w, "minutes", json_integer((json_int_t)s->use.minutes));
		value_set(w, "mean_bps", json_real(s->use.mean_bps));
		value_set(w, "p50_bps", json_real(s->use.p50_bps));
		value_set(w, "p95_bps", json_real(s->use.p95_bps));
		value_set(w, "p99_bps", json_real(s->use.p99_bps));
		value_set(w, "most_bps", json_real(s->use.most_bps));
		value_set(
		    w, "required_bps", s->has ? json_real(s->required_bps) : json_null());
		value_set(o, WAYS[way], s->has ? w : json_null());
		if (!s->has)
			json_decref(w);
	}
	return o;
}

static json_t *
month_json(const struct growth_month *m)
{
	static const char *const WAYS[] = {"down", "up"};
	json_t *o = json_object();

	value_set(o, "from", value_instant(m->start_ns));
	value_set(o, "to", value_instant(m->end_ns));
	value_set(o, "minutes", json_integer((json_int_t)m->use[0].minutes));
	for (int way = 0; way < DEMAND_WAYS; way++) {
		json_t *w = json_object();
		value_set(w, "mean_bps", json_real(m->use[way].mean_bps));
		value_set(w, "p95_bps", json_real(m->use[way].p95_bps));
		value_set(w, "p99_bps", json_real(m->use[way].p99_bps));
		value_set(w, "most_bps", json_real(m->use[way].most_bps));
		value_set(o, WAYS[way], w);
	}
	return o;
}

static json_t *
trend_json(const struct growth_trend *t)
{
	json_t *o;

	if (!t->has)
		return json_null();
	o = json_object();
	value_set(o, "lower", json_real(t->lower));
	value_set(o, "per_month", json_real(t->per_month));
	value_set(o, "upper", json_real(t->upper));
	return o;
}

static json_t *
baseline_json(const struct growth *g)
{
	static const char *const WAYS[] = {"down", "up"};
	json_t *o = json_object(), *months = json_array(), *worst = json_object(),
	       *trend = json_object();

	for (size_t i = 0; i < g->n_months; i++)
		json_array_append_new(months, month_json(&g->months[i]));
	for (int way = 0; way < DEMAND_WAYS; way++) {
		value_set(worst, WAYS[way],
		    g->has_worst[way] ? month_json(&g->months[g->worst[way]])
		                      : json_null());
		value_set(trend, WAYS[way], trend_json(&g->trends[way]));
	}
	value_set(o, "months", months);
	value_set(o, "worst", worst);
	value_set(o, "weeks", json_integer((json_int_t)g->weeks));
	value_set(o, "weeks_needed", json_integer(GROWTH_WEEKS));
	value_set(o, "trend", trend);
	return o;
}

static json_t *
triggers_json(const struct migration *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_triggers; i++) {
		const struct migration_trigger *t = &m->triggers[i];
		bool dark = t->measure == MIGRATION_AVAILABILITY;
		json_t *o = json_object();
		value_set(o, "measure",
		    json_string(dark ? "dark" : migration_measure_name(t->measure)));
		value_set(o, "threshold",
		    dark ? json_real(t->threshold / 1e9)
		         : number(t->measure, t->threshold));
		value_set_s(o, "for_s", t->for_ns);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
side_json(const struct migration_side *s)
{
	json_t *o;

	if (!s->has)
		return json_null();
	o = json_object();
	value_set(o, "from", value_instant(s->period.start_ns));
	value_set(o, "to", value_instant(s->period.end_ns));
	value_set(o, "availability",
	    s->ledger.has_availability ? json_real(s->ledger.point) : json_null());
	value_set(o, "availability_lower",
	    s->ledger.has_availability ? json_real(s->ledger.lower) : json_null());
	value_set(o, "availability_upper",
	    s->ledger.has_availability ? json_real(s->ledger.upper) : json_null());
	value_set_s(o, "down_s", s->ledger.down_ns);
	value_set(o, "outages", json_integer((json_int_t)s->ledger.outage_count));
	value_set(o, "coverage", json_real(s->ledger.coverage));
	value_set(o, "loss", s->has_loss ? json_real(s->loss.point) : json_null());
	value_set(o, "loss_lower", s->has_loss ? json_real(s->loss.lower) : json_null());
	value_set(o, "loss_upper", s->has_loss ? json_real(s->loss.upper) : json_null());
	value_set(o, "rtt_median",
	    s->p50_ns >= 0 ? json_real((double)s->p50_ns / 1e9) : json_null());
	value_set(o, "rtt_p95",
	    s->p95_ns >= 0 ? json_real((double)s->p95_ns / 1e9) : json_null());
	return o;
}

static const char *const DAYS[DEMAND_DAYS] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/* The chart's squares: an hour in which nothing was counted has no mean. */
static json_t *
week_json(const struct migration_view *v)
{
	json_t *list = json_array();

	for (int day = 0; v->has_week && day < DEMAND_DAYS; day++)
		for (int hour = 0; hour < DEMAND_HOURS; hour++) {
			const struct window_hour *h = &v->week.hours[day][hour];
			json_t *o = json_object();
			value_set(o, "weekday", json_string(DAYS[day]));
			value_set(o, "hour", json_integer(hour));
			value_set(o, "minutes", json_integer((json_int_t)h->minutes));
			value_set(o, "mean_bps",
			    h->minutes > 0 ? json_real(h->use_bps) : json_null());
			value_set(o, "sent", json_integer((json_int_t)h->sent));
			value_set(o, "lost", json_integer((json_int_t)h->lost));
			value_set_s(o, "known_s", h->known_ns);
			value_set_s(o, "down_s", h->down_ns);
			value_set(o, "tickets", json_integer(h->tickets));
			value_set(o, "busy", json_real(h->busy));
			value_set(o, "trouble", json_real(h->trouble));
			value_set(o, "called", json_real(h->called));
			value_set(o, "score",
			    h->minutes > 0 ? json_real(h->score) : json_null());
			json_array_append_new(list, o);
		}
	return list;
}

static json_t *
load_json(const struct migration_load *l, int way)
{
	static const char *const WAYS[] = {"down", "up"};
	static const char *const LEVELS[MIGRATION_LEVELS] = {
	    "above_50", "above_70", "above_80", "above_90"};
	json_t *o = json_object();

	value_set(o, "speed", value_text(l->name));
	value_set(o, "direction", json_string(WAYS[way]));
	value_set(o, "bps", l->bps[way] > 0 ? json_real(l->bps[way]) : json_null());
	for (int k = 0; k < MIGRATION_LEVELS; k++)
		value_set(o, LEVELS[k],
		    l->above[way][k] >= 0 ? json_real(l->above[way][k]) : json_null());
	return o;
}

static json_t *
loads_json(const struct migration_view *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_loads; i++)
		for (int way = 0; way < 2; way++)
			json_array_append_new(list, load_json(&v->loads[i], way));
	return list;
}

static json_t *
window_json(const struct migration_view *v)
{
	json_t *o;

	if (!v->has_slot)
		return json_null();
	o = json_object();
	value_set(o, "weekday", json_string(DAYS[v->slot_day]));
	value_set(o, "hour", json_integer(v->slot_hour));
	value_set(o, "hours", json_integer(v->slot_hours));
	value_set(o, "score", json_real(v->slot_score));
	value_set(o, "tickets", json_integer((json_int_t)v->tickets));
	return o;
}

json_t *
migration_json(const struct migration_view *v)
{
	const struct results *r = v->pair->r;
	json_t *o = value_envelope(r, "linkwitness/migration/1"), *steps = json_array();
	json_t *parallel = json_object(), *side_by_side = json_object();
	char headline[512];

	migration_headline(v, headline, sizeof headline);
	value_set(o, "centre", value_text(r->links[0].def->centre));
	value_set(o, "from_link", value_text(r->links[0].def->link));
	value_set(o, "to_link", value_text(r->links[1].def->link));
	value_set(o, "said", json_string(headline));
	value_set(parallel, "from", value_instant(v->parallel.start_ns));
	value_set(parallel, "to", value_instant(v->parallel.end_ns));
	value_set(o, "parallel", parallel);
	comparison_put(side_by_side, v->pair);
	value_set(o, "side_by_side", side_by_side);
	value_set(o, "cut_over", value_instant(v->cut_over_ns));
	value_set(o, "proposed", json_boolean(v->proposed));
	value_set(o, "window", window_json(v));
	value_set(o, "growth", json_real(v->m->rule.growth));
	value_set(o, "busy_share", json_real(v->m->rule.busy));
	value_set(o, "demand", demand_json(v->m));
	value_set(o, "baseline", baseline_json(&v->growth));
	value_set(o, "loads", loads_json(v));
	value_set(o, "week", week_json(v));
	value_set(o, "criteria", criteria_json(v->m));
	value_set(o, "last_back", value_instant(migration_last_back(v)));
	value_set(o, "triggers", triggers_json(v->m));
	for (size_t i = 0; i < migration_n_steps; i++) {
		json_t *s = json_object();
		value_set(
		    s, "at", value_instant(migration_step_at(v, &migration_steps[i])));
		value_set(s, "what", json_string(migration_steps[i].what));
		value_set(s, "who", json_string(migration_steps[i].who));
		value_set(s, "evidence", json_string(migration_steps[i].evidence));
		json_array_append_new(steps, s);
	}
	value_set(o, "steps", steps);
	value_set(o, "before", side_json(&v->before));
	value_set(o, "after", side_json(&v->after));
	return o;
}
