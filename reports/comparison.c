/* What a comparison is to be read with, and its JSON. */
#include "reports/comparison.h"

#include "reports/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- targets ---- */

static bool
is_voter_of(const struct probe_def *p, const struct link_def *l)
{
	return p->role == ROLE_INTERNET &&
	       (p->kind == KIND_PING || p->kind == KIND_TCP) &&
	       strcmp(p->centre, l->centre) == 0 && strcmp(p->link, l->link) == 0;
}

/* Imported histories may not say where they measured: names do then. */
static const char *
target_of(const struct probe_def *p)
{
	return p->target[0] != '\0' ? p->target : p->name;
}

static bool
measures(const struct comparison_view *v, size_t link, const struct probe_def *like)
{
	for (size_t i = 0; i < v->r->n_probes; i++) {
		const struct probe_def *p = &v->r->probes[i];
		if (is_voter_of(p, v->r->links[link].def) && p->kind == like->kind &&
		    strcmp(target_of(p), target_of(like)) == 0)
			return true;
	}
	return false;
}

static void
note_other(char others[512], size_t *used, const char *link, const char *target)
{
	if (*used + strlen(link) + strlen(target) + 8 >= 512)
		return;
	*used += (size_t)snprintf(
	    others + *used, 512 - *used, "%s%s: %s", *used > 0 ? "; " : "", link, target);
}

void
comparison_targets(const struct comparison_view *v, struct comparison_targets *out)
{
	size_t used = 0;
	double least = INFINITY, most = 0;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < v->r->n_links; i++) {
		const struct link_report *l = &v->r->links[i];
		least = fmin(least, l->result->votes_per_s);
		most = fmax(most, l->result->votes_per_s);
		for (size_t k = 0; k < v->r->n_probes; k++) {
			const struct probe_def *p = &v->r->probes[k];
			bool all = true;
			if (!is_voter_of(p, l->def))
				continue;
			for (size_t m = 0; m < v->r->n_links; m++)
				all &= measures(v, m, p);
			if (!all)
				note_other(
				    out->others, &used, l->def->link, target_of(p));
			else
				out->common += i == 0;
		}
	}
	out->same_pace = most <= least * 1.05;
}

bool
comparison_site(
    const struct comparison_view *v, const struct compare_pair *pair, struct site *out)
{
	const struct verdict *both[2] = {&v->ledgers[pair->a], &v->ledgers[pair->b]};

	return strcmp(v->r->links[pair->a].def->centre,
	           v->r->links[pair->b].def->centre) == 0 &&
	       site_of(out, both, 2) == 0 && out->has_availability;
}

/* ---- JSON ---- */

/* Round trips are nanoseconds inside, seconds outside. */
static json_t *
number_json(enum compare_metric m, double value)
{
	if (m == COMPARE_MEDIAN || m == COMPARE_P95)
		return json_real(value / 1e9);
	return json_real(value);
}

static json_t *
value_json(enum compare_metric m, const struct compare_value *v)
{
	json_t *o;

	if (!v->has)
		return json_null();
	o = json_object();
	value_set(o, "lower", v->has_interval ? number_json(m, v->lower) : json_null());
	value_set(o, "point", number_json(m, v->point));
	value_set(o, "upper", v->has_interval ? number_json(m, v->upper) : json_null());
	value_set(o, "rank_best", json_integer((json_int_t)v->best));
	value_set(o, "rank_worst", json_integer((json_int_t)v->worst));
	value_set(o, "first", json_boolean(v->first));
	return o;
}

static json_t *
cost_json(const struct comparison_view *v, size_t link)
{
	const struct comparison_cost *c = &v->costs[link];
	const struct terms *terms = &v->r->links[link].contract.terms;
	json_t *o = json_object();
	char text[40];

	snprintf(text, sizeof text, "%lld.%03lld", (long long)(c->year_mills / 1000),
	    (long long)(c->year_mills % 1000));
	text[strlen(text) - 1] = '\0';
	value_set(o, "year_charge", c->has ? json_string(text) : json_null());
	value_set(o, "currency", c->has ? value_text_or_null(c->currency) : json_null());
	if (c->has_downtime) {
		value_set_s(o, "year_down_s", c->year_down_ns);
		value_set_s(o, "year_down_min_s", c->year_least_ns);
		value_set_s(o, "year_down_max_s", c->year_most_ns);
		value_set(o, "from", value_instant(terms->period.start_ns));
		value_set(o, "to", value_instant(terms->period.end_ns));
	} else {
		value_set(o, "year_down_s", json_null());
		value_set(o, "year_down_min_s", json_null());
		value_set(o, "year_down_max_s", json_null());
		value_set(o, "from", json_null());
		value_set(o, "to", json_null());
	}
	return o;
}

static json_t *
required_json(const struct comparison_required *r)
{
	json_t *o = json_object();

	value_set(o, "availability",
	    r->availability > 0 ? json_real(r->availability) : json_null());
	value_set(o, "loss", r->loss > 0 ? json_real(r->loss) : json_null());
	value_set(
	    o, "rtt_mean", r->rtt_ns > 0 ? json_real(r->rtt_ns / 1e9) : json_null());
	return o;
}

static json_t *
rtt_or_null(int64_t ns)
{
	return ns >= 0 ? seconds_json(ns) : json_null();
}

static json_t *
tail_json(const struct tail *t)
{
	json_t *o = json_object(), *points = json_array();

	value_set(o, "over", json_string("common"));
	value_set(o, "sent", json_integer((json_int_t)(t->answered + t->lost)));
	value_set(o, "lost", json_integer((json_int_t)t->lost));
	value_set(o, "lost_share", json_real(t->lost_share));
	value_set(o, "p50_s", rtt_or_null(t->p50_ns));
	value_set(o, "p95_s", rtt_or_null(t->p95_ns));
	value_set(o, "p99_s", rtt_or_null(t->p99_ns));
	for (size_t i = 0; i < t->n; i++) {
		json_t *point = json_object();
		value_set(point, "above", json_real(t->points[i].above));
		value_set_s(point, "rtt_s", t->points[i].ns);
		json_array_append_new(points, point);
	}
	value_set(o, "points", points);
	return o;
}

static json_t *
day_json(const struct compare_day *d)
{
	json_t *o;

	if (!d->has)
		return json_null();
	o = json_object();
	value_set(o, "from", value_instant(d->day.start_ns));
	value_set(o, "to", value_instant(d->day.end_ns));
	value_set_s(o, "down_s", d->down_ns);
	value_set(o, "sent", json_integer((json_int_t)d->sent));
	value_set(o, "lost", json_integer((json_int_t)d->lost));
	return o;
}

static json_t *
link_json(const struct comparison_view *v, size_t i)
{
	const struct compare_link *l = &v->c->links[i];
	const struct link_def *def = v->r->links[i].def;
	const struct verdict *ledger = &v->ledgers[i];
	json_t *o = json_object(), *metrics = json_object();

	value_set(o, "centre", value_text(def->centre));
	value_set(o, "link", value_text(def->link));
	value_set(o, "isp", value_text_or_null(def->isp));
	value_set(o, "coverage", json_real(ledger->coverage));
	value_set_s(o, "known_s", l->known_ns);
	value_set_s(o, "down_s", l->down_ns);
	value_set(o, "outages", json_integer((json_int_t)l->outages));
	value_set(o, "sent", json_integer((json_int_t)l->sent));
	value_set(o, "lost", json_integer((json_int_t)l->lost));
	for (int m = 0; m < COMPARE_METRICS; m++)
		value_set(metrics, compare_name((enum compare_metric)m),
		    value_json((enum compare_metric)m, &l->values[m]));
	value_set(o, "metrics", metrics);
	value_set(o, "firsts", json_integer((json_int_t)l->firsts));
	value_set(o, "worst_day", day_json(&l->worst));
	value_set(o, "facts", comparison_facts_json(v, i));
	value_set(o, "round_trips", tail_json(&v->tails[i]));
	value_set(o, "required", required_json(&v->required[i]));
	value_set(o, "cost", cost_json(v, i));
	return o;
}

static json_t *
difference_json(enum compare_metric m, const struct compare_difference *d)
{
	json_t *o;

	if (!d->has)
		return json_null();
	o = json_object();
	value_set(o, "lower", number_json(m, d->lower));
	value_set(o, "point", number_json(m, d->point));
	value_set(o, "upper", number_json(m, d->upper));
	value_set(o, "p", json_real(d->p));
	value_set(o, "p_holm", json_real(d->adjusted));
	value_set(o, "apart", json_boolean(d->apart));
	return o;
}

static json_t *
joint_json(const struct comparison_view *v, const struct compare_pair *p)
{
	struct site s;
	json_t *o;

	if (!comparison_site(v, p, &s))
		return json_null();
	o = json_object();
	value_set_s(o, "known_s", s.known_ns);
	value_set_s(o, "both_down_s", s.down_ns);
	value_set_s(o, "one_down_s", s.degraded_ns);
	value_set(o, "measured", json_real(s.measured));
	value_set(o, "independent", json_real(s.independent));
	value_set(o, "overlaps", json_integer((json_int_t)s.overlaps));
	value_set(o, "expected", json_real(s.expected));
	value_set(o, "chance", json_real(s.chance));
	return o;
}

static json_t *
pair_json(const struct comparison_view *v, const struct compare_pair *p)
{
	json_t *o = json_object(), *metrics = json_object();

	value_set(o, "a", json_integer((json_int_t)p->a));
	value_set(o, "b", json_integer((json_int_t)p->b));
	value_set(o, "a_link", value_text(v->r->links[p->a].def->link));
	value_set(o, "b_link", value_text(v->r->links[p->b].def->link));
	value_set_s(o, "common_s", p->common_ns);
	value_set(o, "days", json_integer((json_int_t)p->days));
	value_set(o, "hours", json_integer((json_int_t)p->hours));
	for (int m = 0; m < COMPARE_METRICS; m++)
		value_set(metrics, compare_name((enum compare_metric)m),
		    difference_json((enum compare_metric)m, &p->metrics[m]));
	value_set(o, "differences", metrics);
	value_set(o, "joint", joint_json(v, p));
	return o;
}

static json_t *
test_json(const struct comparison_view *v)
{
	json_t *o = json_object(), *params = json_object();
	struct comparison_targets t;
	const struct compare_rule *rule = &v->c->rule;

	comparison_targets(v, &t);
	value_set(o, "method", json_string("bootstrap of whole days, paired; Holm"));
	value_set(o, "profile", json_string(v->profile->name));
	results_put_definition(params, v->profile);
	value_set(o, "profile_params", params);
	value_set(o, "zone", value_text(v->zone));
	value_set_s(o, "common_s", v->c->common_ns);
	value_set(o, "days", json_integer((json_int_t)v->c->days));
	value_set(o, "hours", json_integer((json_int_t)v->c->hours));
	value_set(o, "least_days", json_integer((json_int_t)rule->least_days));
	value_set(o, "rounds", json_integer(rule->rounds));
	value_set(o, "seed", json_integer((json_int_t)rule->seed));
	value_set(o, "confidence", json_real(rule->confidence));
	value_set(o, "comparisons", json_integer((json_int_t)v->c->n_tests));
	value_set(o, "common_targets", json_integer((json_int_t)t.common));
	value_set(o, "other_targets", value_text_or_null(t.others));
	value_set(o, "same_pace", json_boolean(t.same_pace));
	return o;
}

static json_t *
unweighted_json(const struct comparison_view *v)
{
	const struct comparison *c = v->c;
	json_t *o = json_object();

	value_set(o, "measures", json_integer((json_int_t)c->measured));
	value_set(o, "always_first",
	    c->always < c->n_links ? value_text(v->r->links[c->always].def->link)
	                           : json_null());
	return o;
}

void
comparison_put(json_t *o, const struct comparison_view *v)
{
	json_t *links = json_array(), *pairs = json_array();

	value_set(o, "test", test_json(v));
	value_set(o, "unweighted", unweighted_json(v));
	for (size_t i = 0; i < v->c->n_links; i++)
		json_array_append_new(links, link_json(v, i));
	for (size_t i = 0; i < v->c->n_pairs; i++)
		json_array_append_new(pairs, pair_json(v, &v->c->pairs[i]));
	value_set(o, "links", links);
	value_set(o, "pairs", pairs);
}

json_t *
comparison_json(const struct comparison_view *v)
{
	json_t *o = value_envelope(v->r, "linkwitness/comparison/1");
	json_t *period = json_object();

	value_set(period, "from", value_instant(v->r->from.ns));
	value_set(period, "to", value_instant(v->r->to.ns));
	value_set(o, "period", period);
	comparison_put(o, v);
	return o;
}
