/* The JSON of outages and of the status; see INTERFACES.md. */
#include "reports/throughput.h"
#include "reports/value.h"

/* ---- outages ---- */

static json_t *
links_json(const struct results *r, uint64_t bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_link_defs && i < 64; i++)
		if (bits & (1ull << i))
			json_array_append_new(list, value_text(r->link_defs[i].link));
	return list;
}

static json_t *
spans_json(const struct span *s, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();
		value_set(o, "start", value_instant(s[i].start_ns));
		value_set(o, "end", value_instant(s[i].end_ns));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
inputs_json(const struct outage_inputs *in)
{
	json_t *o = json_object();

	value_set(o, "loss_ratio", json_real(in->loss_ratio));
	value_set(o, "probes_30d", json_integer((json_int_t)in->probes_30d));
	value_set(o, "lost_in_a_row", json_integer(in->lost_in_a_row));
	value_set(o, "outage_needs", json_integer(in->outage_needs));
	value_set(o, "micro_needs", json_integer(in->micro_needs));
	value_set(o, "k", json_integer(in->k));
	value_set_s(o, "rtt_p99_s", in->rtt_p99_ns);
	return o;
}

static json_t *
connections_json(const struct connections *c)
{
	json_t *o = json_object();

	value_set(o, "attempted", json_integer((json_int_t)c->attempted));
	value_set(o, "answered", json_integer((json_int_t)c->answered));
	value_set(o, "refused", json_integer((json_int_t)c->refused));
	value_set(o, "failed", json_integer((json_int_t)c->failed));
	return o;
}

static json_t *
evidence_json(const struct results *r, const struct outage *o)
{
	json_t *e = json_object();

	value_set(e, "probes_lost", json_integer((json_int_t)o->probes_lost));
	value_set(e, "rx_bytes", json_integer((json_int_t)o->rx_bytes));
	value_set(e, "deepest_answering", value_text_or_null(o->deepest_answering));
	value_set(e, "other_links_up", links_json(r, o->links_up));
	value_set(e, "other_links_down", links_json(r, o->links_down));
	value_set(e, "inputs", inputs_json(&o->inputs));
	if (o->connections.watched)
		value_set(e, "connections", connections_json(&o->connections));
	return e;
}

static json_t *
outage_json(const struct results *r, const struct outage *o, const struct trail *trail)
{
	json_t *j = json_object();
	int64_t length = o->end_ns - o->start_ns;
	int64_t slack = o->start_bound_ns + o->end_bound_ns;

	value_set(j, "id", json_string(o->id));
	value_set(j, "start", value_instant(o->start_ns));
	value_set(j, "end", o->open ? json_null() : value_instant(o->end_ns));
	value_set(j, "open", json_boolean(o->open));
	value_set_s(j, "clipped_s", o->clipped_ns);
	value_set_s(j, "start_bound_s", o->start_bound_ns);
	value_set_s(j, "end_bound_s", o->end_bound_ns);
	value_set_s(j, "duration_s", length);
	value_set_s(j, "duration_min_s", length > slack ? length - slack : 0);
	value_set(
	    j, "duration_max_s", o->open ? json_null() : seconds_json(length + slack));
	value_set_s(j, "down_s", o->down_in_ns);
	value_set_s(j, "unknown_s", length - o->clipped_ns - o->down_in_ns);
	value_set(j, "holes", spans_json(o->holes, o->n_holes));
	value_set(j, "extent", json_string(extent_name(o->extent)));
	value_set(j, "networks_failed", json_integer(o->networks_failed));
	value_set(j, "networks_total", json_integer(o->networks_total));
	value_set(j, "replies_during", json_integer((json_int_t)o->replies_during));
	value_set(j, "attribution", json_string(attribution_name(o->attribution)));
	value_set(j, "confidence", json_string(confidence_name(o->confidence)));
	value_set(j, "counted", json_boolean(o->counted));
	value_set(j, "not_counted_reason", value_text_or_null(o->not_counted_reason));
	value_set(j, "incident", value_text_or_null(o->incident));
	value_set(j, "common_cause", value_text_or_null(o->common_cause));
	value_set(j, "evidence", evidence_json(r, o));
	if (trail != NULL && trail_is_known(trail))
		value_set(j, "path", trail_json(trail));
	return j;
}

static json_t *
degradation_json(const struct results *r, const struct degradation *d)
{
	json_t *j = json_object(), *probes = json_array();

	for (size_t i = 0; i < d->n_probes; i++)
		if (d->probes[i] < r->n_probes)
			json_array_append_new(
			    probes, value_text(r->probes[d->probes[i]].name));
	value_set(j, "start", value_instant(d->start_ns));
	value_set(j, "end", d->open ? json_null() : value_instant(d->end_ns));
	value_set(j, "kind", json_string(degradation_name(d->kind)));
	value_set(j, "attribution", json_string(attribution_name(d->attribution)));
	value_set(j, "probes", probes);
	value_set_s(j, "duration_s", d->end_ns - d->start_ns);
	value_set(j, "sent", json_integer((json_int_t)d->sent));
	value_set(j, "lost", json_integer((json_int_t)d->lost));
	if (d->kind == DEG_LATENCY || d->kind == DEG_JITTER) {
		value_set_s(j, "before_s", d->before_ns);
		value_set_s(j, "during_s", d->during_ns);
		value_set_s(j, "bound_s", d->bound_ns);
		value_set(j, "one_network_only", json_boolean(d->single));
		value_set(j, "became_ordinary", json_boolean(d->settled));
	}
	if (d->kind == DEG_SATURATION)
		value_set(j, "peak", json_real(d->peak));
	if (d->kind == DEG_THROUGHPUT) {
		value_set(j, "slowest_bps", json_real(d->slowest_bps));
		value_set(j, "minimum_bps", json_real(d->minimum_bps));
	}
	return j;
}

static double
coverage(const struct link_result *l)
{
	return l->scheduled_ns > 0 ? 1 - (double)l->unknown_ns / (double)l->scheduled_ns
	                           : 0;
}

/* What each voter lost while the link was not dark. */
static json_t *
targets_json(const struct results *r, const struct link_result *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_targets; i++) {
		const struct target_loss *t = &l->targets[i];
		json_t *o = json_object();
		if (t->probe >= r->n_probes)
			continue;
		value_set(o, "probe", value_text(r->probes[t->probe].name));
		value_set(o, "sent", json_integer((json_int_t)t->sent));
		value_set(o, "lost", json_integer((json_int_t)t->lost));
		value_set(o, "loss_of_peers", json_real(t->peers));
		value_set(o, "flaky", json_boolean(t->flaky));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
loss_json(const struct link_report *l)
{
	json_t *o = json_object();

	if (!l->has_loss) {
		json_decref(o);
		return json_null();
	}
	value_set(o, "sent", json_integer((json_int_t)l->loss_sent));
	value_set(o, "lost", json_integer((json_int_t)l->loss_lost));
	value_set(o, "ratio", json_real(l->loss.point));
	value_set(o, "lower", json_real(l->loss.lower));
	value_set(o, "upper", json_real(l->loss.upper));
	value_set(o, "confidence", json_real(0.95));
	value_set(o, "method", json_string("Clopper-Pearson"));
	value_set(o, "effective_size", json_real(l->loss_effective));
	return o;
}

/* A quantile among the lost is infinite: null. */
static json_t *
quantile_json(int64_t ns)
{
	return ns >= 0 ? seconds_json(ns) : json_null();
}

static json_t *
rtt_json(const struct stats_delay *d)
{
	json_t *o = json_object();

	value_set(o, "answered", json_integer((json_int_t)d->answered));
	value_set(o, "lost", json_integer((json_int_t)d->lost));
	value_set(o, "p50_s", quantile_json(d->p50_ns));
	value_set(o, "p95_s", quantile_json(d->p95_ns));
	value_set(o, "p99_s", quantile_json(d->p99_ns));
	value_set(o, "p999_s", quantile_json(d->p999_ns));
	value_set(o, "pdv_p99_s", quantile_json(d->pdv_p99_ns));
	value_set(o, "definition", json_string(STATS_QUANTILE_WORDS));
	return o;
}

static json_t *
link_json(const struct results *r, const struct link_report *report)
{
	const struct link_result *l = report->result;
	json_t *j = json_object(), *list;

	value_set(j, "centre", value_text(report->def->centre));
	value_set(j, "link", value_text(report->def->link));
	value_set(j, "from", value_instant(l->period.start_ns));
	value_set(j, "to", value_instant(l->period.end_ns));
	value_set(
	    j, "coverage", l->scheduled_ns > 0 ? json_real(coverage(l)) : json_null());
	value_set_s(j, "unknown_s", l->unknown_ns);
	value_set_s(j, "down_s", l->down_ns);
	value_set_s(j, "micro_s", l->micro_ns);
	value_set_s(j, "shortest_certain_s", l->shortest_certain_ns);
	list = json_array();
	for (size_t i = 0; i < l->n_outages; i++)
		json_array_append_new(
		    list, outage_json(r, &l->outages[i],
		              report->trails != NULL ? &report->trails[i] : NULL));
	value_set(j, "outages", list);
	list = json_array();
	for (size_t i = 0; i < l->n_micro; i++)
		json_array_append_new(list, outage_json(r, &l->micro[i], NULL));
	value_set(j, "micro_outages", list);
	list = json_array();
	for (size_t i = 0; i < l->n_degradations; i++)
		json_array_append_new(list, degradation_json(r, &l->degradations[i]));
	value_set(j, "degradations", list);
	list = json_array();
	for (size_t i = 0; i < l->n_unknown; i++) {
		json_t *u = json_object();
		value_set(u, "start", value_instant(l->unknown[i].start_ns));
		value_set(u, "end", value_instant(l->unknown[i].end_ns));
		value_set(u, "reason", json_string(unknown_name(l->unknown[i].reason)));
		json_array_append_new(list, u);
	}
	value_set(j, "unknown", list);
	value_set(j, "targets", targets_json(r, l));
	value_set(j, "loss", loss_json(report));
	value_set(j, "rtt", rtt_json(&report->delay));
	if (report->throughput.n_tests > 0)
		value_set(j, "throughput", throughput_json(r, &report->throughput));
	return j;
}

json_t *
results_outages_json(const struct results *r)
{
	json_t *o = value_envelope(r, "linkwitness/outages/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		json_array_append_new(list, link_json(r, &r->links[i]));
	value_set(o, "links", list);
	return o;
}

/* ---- status ---- */

static json_t *
last_json(const struct results *r, const struct link_report *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_last; i++) {
		const struct mark *m = &l->last[i];
		json_t *o = json_object();
		if (m->probe >= r->n_probes)
			continue;
		value_set(o, "probe", value_text(r->probes[m->probe].name));
		value_set(o, "kind", json_string(kind_name(r->probes[m->probe].kind)));
		value_set(o, "role", json_string(role_name(r->probes[m->probe].role)));
		value_set(o, "time", value_instant(m->sent_ns));
		value_set(o, "outcome", json_string(outcome_name(m->outcome)));
		value_set(
		    o, "rtt_s", m->rtt_ns >= 0 ? seconds_json(m->rtt_ns) : json_null());
		json_array_append_new(list, o);
	}
	return list;
}

json_t *
results_status_json(const struct results *r)
{
	json_t *o = value_envelope(r, "linkwitness/status/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		const struct link_result *res = l->result;
		json_t *j = json_object();
		value_set(j, "centre", value_text(l->def->centre));
		value_set(j, "link", value_text(l->def->link));
		value_set(j, "isp", value_text_or_null(l->def->isp));
		value_set(j, "state", json_string(live_name(l->live.state)));
		value_set(j, "since",
		    l->live.since_ns != 0 ? value_instant(l->live.since_ns)
		                          : json_null());
		bool dark = l->live.state == LIVE_DARK || l->live.state == LIVE_SUSPECTED;
		value_set(j, "attribution",
		    dark ? json_string(attribution_name(l->live.attribution))
		         : json_null());
		value_set(j, "networks_failing", json_integer(l->live.networks_failing));
		value_set(j, "networks_total", json_integer(l->live.networks_total));
		value_set(j, "lost_in_a_row", json_integer(l->live.lost_in_a_row));
		value_set(j, "outage_needs", json_integer(l->live.outage_needs));
		value_set(j, "today_from", value_instant(res->period.start_ns));
		value_set_s(j, "down_today_s", res->down_ns);
		value_set(j, "coverage_today",
		    res->scheduled_ns > 0 ? json_real(coverage(res)) : json_null());
		value_set(j, "outages_today", json_integer((json_int_t)res->n_outages));
		value_set(j, "last_outage",
		    l->latest != NULL ? outage_json(r, l->latest, NULL) : json_null());
		value_set(j, "looked_from", value_instant(l->looked_from_ns));
		value_set(j, "samples", last_json(r, l));
		json_array_append_new(list, j);
	}
	value_set(o, "links", list);
	return o;
}
