/* The JSON of verdicts; see INTERFACES.md. */
#include "reports/value.h"

#include <string.h>

static json_t *
intervals_json(const struct verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		json_t *o = json_object();
		value_set(o, "start", value_instant(in->start_ns));
		value_set(o, "end", value_instant(in->end_ns));
		value_set(o, "class", json_string(interval_class_name(in->class)));
		value_set(o, "reason", value_text_or_null(in->reason));
		value_set(o, "outage_id", value_text_or_null(in->outage_id));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
period_json(const struct terms *t)
{
	json_t *o = json_object();

	value_set(o, "from", value_instant(t->period.start_ns));
	value_set(o, "to", value_instant(t->period.end_ns));
	value_set(o, "kind", json_string(t->period_kind));
	value_set(o, "complete", json_boolean(t->complete));
	return o;
}

/* What the contract's clock begins with, as the configuration puts it. */
static json_t *
clock_json(const struct terms *t)
{
	static const char *const NAMES[] = {
	    "measured", "ticket-opened", "acknowledged", "provider-detected"};
	json_t *list = json_array();

	for (unsigned i = 0; i < 4; i++)
		if (t->clock_start >> i & 1)
			json_array_append_new(list, json_string(NAMES[i]));
	return list;
}

static void
set_definition(json_t *o, const struct profile_conf *p)
{
	if (strcmp(p->name, "ses-10-10") == 0) {
		value_set_s(o, "interval_s", p->delta_ns);
		value_set(o, "errored_ratio", json_real(p->threshold));
		value_set(o, "intervals", json_integer(p->n));
	} else if (strcmp(p->name, "mef") == 0) {
		value_set_s(o, "delta_t_s", p->delta_ns);
		value_set(o, "flr_threshold", json_real(p->threshold));
		value_set(o, "intervals", json_integer(p->n));
		value_set(o, "chli_intervals", json_integer(p->p));
	} else if (strcmp(p->name, "y1540") == 0) {
		value_set_s(o, "tav_s", p->delta_ns);
		value_set(o, "c1", json_real(p->threshold));
	} else if (strcmp(p->name, "rfc2678") == 0) {
		value_set_s(o, "dt_s", p->delta_ns);
		value_set_s(o, "w_s", p->wait_ns);
		value_set(o, "n", json_integer(p->probes));
	}
}

static json_t *
params_json(const struct terms *t)
{
	static const char *const STOPS[] = {"restored", "closed", "earlier"};
	json_t *o = json_object();

	set_definition(o, &t->profile);
	value_set_s(o, "min_outage_s", t->min_outage_ns);
	value_set(o, "min_outage_boundary",
	    json_string(t->min_exclusive ? "exclusive" : "inclusive"));
	value_set_s(o, "grace_s", t->grace_ns);
	value_set(o, "clock_start", clock_json(t));
	value_set(o, "clock_pick",
	    json_string(t->clock_pick == CLOCK_LATEST ? "latest" : "earliest"));
	value_set(o, "clock_stop", json_string(STOPS[t->clock_stop]));
	value_set(o, "min_coverage", json_real(t->min_coverage));
	return o;
}

static json_t *
availability_json(const struct verdict *v)
{
	json_t *o;

	if (!v->has_availability)
		return json_null();
	o = json_object();
	value_set(o, "lower", json_real(v->lower));
	value_set(o, "point", json_real(v->point));
	value_set(o, "upper", json_real(v->upper));
	return o;
}

static json_t *
verdict_json(const struct link_report *l, const struct judged *d)
{
	const struct verdict *v = &d->verdict;
	const struct terms *t = &d->contract.terms;
	json_t *o = json_object(), *reasons = json_array();

	value_set(o, "centre", value_text(l->def->centre));
	value_set(o, "link", value_text(l->def->link));
	value_set(o, "contract", value_text_or_null(t->contract));
	value_set(o, "profile", json_string(t->profile.name));
	value_set(o, "profile_params", params_json(t));
	value_set(o, "period", period_json(t));
	value_set_s(o, "scheduled_s", v->scheduled_ns);
	value_set_s(o, "excluded_s", v->excluded_ns);
	value_set_s(o, "unknown_s", v->unknown_ns);
	value_set_s(o, "down_s", v->down_ns);
	value_set_s(o, "up_s", v->up_ns);
	value_set(o, "coverage",
	    v->scheduled_ns > v->excluded_ns ? json_real(v->coverage) : json_null());
	value_set(o, "intervals", intervals_json(v));
	value_set(o, "availability", availability_json(v));
	value_set(o, "target", t->target > 0 ? json_real(t->target) : json_null());
	value_set(o, "verdict", json_string(verdict_name(v->verdict)));
	for (size_t i = 0; i < v->n_reasons; i++)
		json_array_append_new(reasons, value_text(v->reasons[i]));
	value_set(o, "reasons", reasons);
	value_set(o, "outage_count", json_integer((json_int_t)v->outage_count));
	value_set_s(o, "longest_outage_s", v->longest_ns);
	value_set(
	    o, "mttr_s", v->outage_count > 0 ? seconds_json(v->mttr_ns) : json_null());
	value_set(
	    o, "mtbf_s", v->outage_count > 0 ? seconds_json(v->mtbf_ns) : json_null());
	value_set(o, "credits", json_array());
	value_set(o, "deadlines", json_array());
	value_set(o, "claim_by", json_null());
	value_set(o, "readings", json_null()); /* no clause is read in two ways */
	return o;
}

json_t *
results_sla_json(const struct results *r)
{
	json_t *o = value_envelope(r, "linkwitness/sla/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		for (size_t k = 0; k < r->links[i].n_listed; k++)
			json_array_append_new(
			    list, verdict_json(&r->links[i], &r->links[i].verdicts[k]));
	value_set(o, "verdicts", list);
	return o;
}
