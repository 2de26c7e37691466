/*
 * The JSON of INTERFACES.md. Inside everything is whole microseconds; outside seconds,
 * which print exactly with fifteen digits as long as they are fewer than 10^9.
 */
#include "reports/results.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 15

json_t *
seconds_json(int64_t ns)
{
	int64_t us = ns / 1000;

	return json_real((double)us / 1e6);
}

int
json_print(const json_t *json, FILE *out)
{
	if (json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS)) < 0 ||
	    fputc('\n', out) == EOF)
		return -EIO;
	return 0;
}

static json_t *
instant_json(int64_t ns)
{
	char text[32];

	instant_utc(ns, text);
	return json_string(text);
}

/* Names come from journals and configurations that others wrote: what is not UTF-8 is
 * still told, its bytes as question marks. */
static json_t *
text_json(const char *text)
{
	json_t *j = json_string(text);
	char ascii[TEXT_ROOM];
	size_t i;

	if (j != NULL)
		return j;
	for (i = 0; text[i] != '\0' && i + 1 < sizeof ascii; i++)
		ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	ascii[i] = '\0';
	return json_string(ascii);
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text_json(text) : json_null();
}

static void
set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void
set_s(json_t *o, const char *key, int64_t ns)
{
	set(o, key, seconds_json(ns));
}

/* ---- the envelope ---- */

static json_t *
rule_json(const struct results *r)
{
	const struct judge_rule *rule = &r->rule;
	json_t *o = json_object();

	set(o, "quorum", json_real(rule->quorum));
	set_s(o, "answer_within_s", rule->hold_ns);
	set_s(o, "max_hole_s", rule->max_hole_ns);
	set_s(o, "stall_s", rule->stall_ns);
	set(o, "max_gap_factor", json_real(rule->max_gap_factor));
	set(o, "quiet_bytes", json_integer(rule->quiet_bytes));
	set(o, "quiet_bytes_per_s", json_integer(rule->quiet_bytes_per_s));
	set_s(o, "clock_bound_s", rule->clock_bound_ns);
	set(o, "clock_synchronised", json_boolean(!rule->clock_unknown));
	return o;
}

static json_t *
envelope(const struct results *r, const char *schema)
{
	json_t *o = json_object(), *journal = json_object();

	set(o, "schema", json_string(schema));
	set(o, "generated", instant_json(r->generated.ns));
	set(o, "as_of", instant_json(r->as_of.ns));
	set(o, "agent", text_json(r->agent));
	set(o, "software", json_string(r->software));
	set(journal, "first", instant_json(r->journal_first.ns));
	set(journal, "last", instant_json(r->journal_last.ns));
	set(journal, "root", text_json(r->root));
	set(o, "journal", journal);
	set(o, "rule", rule_json(r));
	return o;
}

/* ---- outages ---- */

static json_t *
links_json(const struct results *r, uint64_t bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_link_defs && i < 64; i++)
		if (bits & (1ull << i))
			json_array_append_new(list, text_json(r->link_defs[i].link));
	return list;
}

static json_t *
spans_json(const struct span *s, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();
		set(o, "start", instant_json(s[i].start_ns));
		set(o, "end", instant_json(s[i].end_ns));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
inputs_json(const struct outage_inputs *in)
{
	json_t *o = json_object();

	set(o, "loss_ratio", json_real(in->loss_ratio));
	set(o, "probes_30d", json_integer((json_int_t)in->probes_30d));
	set(o, "lost_in_a_row", json_integer(in->lost_in_a_row));
	set(o, "outage_needs", json_integer(in->outage_needs));
	set(o, "micro_needs", json_integer(in->micro_needs));
	set(o, "k", json_integer(in->k));
	set_s(o, "rtt_p99_s", in->rtt_p99_ns);
	return o;
}

static json_t *
evidence_json(const struct results *r, const struct outage *o)
{
	json_t *e = json_object();

	set(e, "probes_lost", json_integer((json_int_t)o->probes_lost));
	set(e, "rx_bytes", json_integer((json_int_t)o->rx_bytes));
	set(e, "deepest_answering", text_or_null(o->deepest_answering));
	set(e, "other_links_up", links_json(r, o->links_up));
	set(e, "other_links_down", links_json(r, o->links_down));
	set(e, "inputs", inputs_json(&o->inputs));
	return e;
}

static json_t *
outage_json(const struct results *r, const struct outage *o)
{
	json_t *j = json_object();
	int64_t length = o->end_ns - o->start_ns;
	int64_t slack = o->start_bound_ns + o->end_bound_ns;

	set(j, "id", json_string(o->id));
	set(j, "start", instant_json(o->start_ns));
	set(j, "end", o->open ? json_null() : instant_json(o->end_ns));
	set(j, "open", json_boolean(o->open));
	set_s(j, "clipped_s", o->clipped_ns);
	set_s(j, "start_bound_s", o->start_bound_ns);
	set_s(j, "end_bound_s", o->end_bound_ns);
	set_s(j, "duration_s", length);
	set_s(j, "duration_min_s", length > slack ? length - slack : 0);
	set(j, "duration_max_s", o->open ? json_null() : seconds_json(length + slack));
	set_s(j, "down_s", o->down_in_ns);
	set_s(j, "unknown_s", length - o->clipped_ns - o->down_in_ns);
	set(j, "holes", spans_json(o->holes, o->n_holes));
	set(j, "extent", json_string(extent_name(o->extent)));
	set(j, "networks_failed", json_integer(o->networks_failed));
	set(j, "networks_total", json_integer(o->networks_total));
	set(j, "replies_during", json_integer((json_int_t)o->replies_during));
	set(j, "attribution", json_string(attribution_name(o->attribution)));
	set(j, "confidence", json_string(confidence_name(o->confidence)));
	set(j, "counted", json_boolean(o->counted));
	set(j, "not_counted_reason", text_or_null(o->not_counted_reason));
	set(j, "incident", text_or_null(o->incident));
	set(j, "common_cause", text_or_null(o->common_cause));
	set(j, "evidence", evidence_json(r, o));
	return j;
}

static json_t *
degradation_json(const struct results *r, const struct degradation *d)
{
	json_t *j = json_object(), *probes = json_array();

	for (size_t i = 0; i < d->n_probes; i++)
		if (d->probes[i] < r->n_probes)
			json_array_append_new(
			    probes, text_json(r->probes[d->probes[i]].name));
	set(j, "start", instant_json(d->start_ns));
	set(j, "end", d->open ? json_null() : instant_json(d->end_ns));
	set(j, "kind", json_string(degradation_name(d->kind)));
	set(j, "attribution", json_string(attribution_name(d->attribution)));
	set(j, "probes", probes);
	set_s(j, "duration_s", d->end_ns - d->start_ns);
	set(j, "sent", json_integer((json_int_t)d->sent));
	set(j, "lost", json_integer((json_int_t)d->lost));
	return j;
}

static double
coverage(const struct link_result *l)
{
	return l->scheduled_ns > 0 ? 1 - (double)l->unknown_ns / (double)l->scheduled_ns
	                           : 0;
}

static json_t *
link_json(const struct results *r, const struct link_report *report)
{
	const struct link_result *l = report->result;
	json_t *j = json_object(), *list;

	set(j, "centre", text_json(report->def->centre));
	set(j, "link", text_json(report->def->link));
	set(j, "from", instant_json(l->period.start_ns));
	set(j, "to", instant_json(l->period.end_ns));
	set(j, "coverage", l->scheduled_ns > 0 ? json_real(coverage(l)) : json_null());
	set_s(j, "unknown_s", l->unknown_ns);
	set_s(j, "down_s", l->down_ns);
	set_s(j, "micro_s", l->micro_ns);
	set_s(j, "shortest_certain_s", l->shortest_certain_ns);
	list = json_array();
	for (size_t i = 0; i < l->n_outages; i++)
		json_array_append_new(list, outage_json(r, &l->outages[i]));
	set(j, "outages", list);
	list = json_array();
	for (size_t i = 0; i < l->n_micro; i++)
		json_array_append_new(list, outage_json(r, &l->micro[i]));
	set(j, "micro_outages", list);
	list = json_array();
	for (size_t i = 0; i < l->n_degradations; i++)
		json_array_append_new(list, degradation_json(r, &l->degradations[i]));
	set(j, "degradations", list);
	list = json_array();
	for (size_t i = 0; i < l->n_unknown; i++) {
		json_t *u = json_object();
		set(u, "start", instant_json(l->unknown[i].start_ns));
		set(u, "end", instant_json(l->unknown[i].end_ns));
		set(u, "reason", json_string(unknown_name(l->unknown[i].reason)));
		json_array_append_new(list, u);
	}
	set(j, "unknown", list);
	return j;
}

json_t *
results_outages_json(const struct results *r)
{
	json_t *o = envelope(r, "linkwitness/outages/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		json_array_append_new(list, link_json(r, &r->links[i]));
	set(o, "links", list);
	return o;
}

/* ---- verdicts ---- */

static json_t *
intervals_json(const struct verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		json_t *o = json_object();
		set(o, "start", instant_json(in->start_ns));
		set(o, "end", instant_json(in->end_ns));
		set(o, "class", json_string(interval_class_name(in->class)));
		set(o, "reason", text_or_null(in->reason));
		set(o, "outage_id", text_or_null(in->outage_id));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
period_json(const struct terms *t)
{
	json_t *o = json_object();

	set(o, "from", instant_json(t->period.start_ns));
	set(o, "to", instant_json(t->period.end_ns));
	set(o, "kind", json_string(t->period_kind));
	set(o, "complete", json_boolean(t->complete));
	return o;
}

static json_t *
params_json(const struct terms *t)
{
	json_t *o = json_object();

	if (strcmp(t->profile, "ses-10-10") == 0) {
		set(o, "interval_s", json_integer(1));
		set(o, "errored_ratio", json_real(0.5));
		set(o, "intervals", json_integer(10));
	} else {
		set_s(o, "min_outage_s", t->min_outage_ns);
	}
	set(o, "min_coverage", json_real(t->min_coverage));
	return o;
}

static json_t *
availability_json(const struct verdict *v)
{
	json_t *o;

	if (!v->has_availability)
		return json_null();
	o = json_object();
	set(o, "lower", json_real(v->lower));
	set(o, "point", json_real(v->point));
	set(o, "upper", json_real(v->upper));
	return o;
}

static json_t *
verdict_json(const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	const struct terms *t = &l->contract.terms;
	json_t *o = json_object(), *reasons = json_array();

	set(o, "centre", text_json(l->def->centre));
	set(o, "link", text_json(l->def->link));
	set(o, "contract", text_or_null(t->contract));
	set(o, "profile", json_string(t->profile));
	set(o, "profile_params", params_json(t));
	set(o, "period", period_json(t));
	set_s(o, "scheduled_s", v->scheduled_ns);
	set_s(o, "excluded_s", v->excluded_ns);
	set_s(o, "unknown_s", v->unknown_ns);
	set_s(o, "down_s", v->down_ns);
	set_s(o, "up_s", v->up_ns);
	set(o, "coverage",
	    v->scheduled_ns > v->excluded_ns ? json_real(v->coverage) : json_null());
	set(o, "intervals", intervals_json(v));
	set(o, "availability", availability_json(v));
	set(o, "target", t->target > 0 ? json_real(t->target) : json_null());
	set(o, "verdict", json_string(verdict_name(v->verdict)));
	for (size_t i = 0; i < v->n_reasons; i++)
		json_array_append_new(reasons, text_json(v->reasons[i]));
	set(o, "reasons", reasons);
	set(o, "outage_count", json_integer((json_int_t)v->outage_count));
	set_s(o, "longest_outage_s", v->longest_ns);
	set(o, "mttr_s", v->outage_count > 0 ? seconds_json(v->mttr_ns) : json_null());
	set(o, "mtbf_s", v->outage_count > 0 ? seconds_json(v->mtbf_ns) : json_null());
	set(o, "credits", json_array());
	set(o, "deadlines", json_array());
	set(o, "claim_by", json_null());
	set(o, "readings", json_null()); /* no clause is read in two ways */
	return o;
}

json_t *
results_sla_json(const struct results *r)
{
	json_t *o = envelope(r, "linkwitness/sla/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		if (r->links[i].has_verdict)
			json_array_append_new(list, verdict_json(&r->links[i]));
	set(o, "verdicts", list);
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
		set(o, "probe", text_json(r->probes[m->probe].name));
		set(o, "kind", json_string(kind_name(r->probes[m->probe].kind)));
		set(o, "role", json_string(role_name(r->probes[m->probe].role)));
		set(o, "time", instant_json(m->sent_ns));
		set(o, "outcome", json_string(outcome_name(m->outcome)));
		set(o, "rtt_s", m->rtt_ns >= 0 ? seconds_json(m->rtt_ns) : json_null());
		json_array_append_new(list, o);
	}
	return list;
}

json_t *
results_status_json(const struct results *r)
{
	json_t *o = envelope(r, "linkwitness/status/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		const struct link_result *res = l->result;
		json_t *j = json_object();
		set(j, "centre", text_json(l->def->centre));
		set(j, "link", text_json(l->def->link));
		set(j, "isp", text_or_null(l->def->isp));
		set(j, "state", json_string(live_name(l->live.state)));
		set(j, "since",
		    l->live.since_ns != 0 ? instant_json(l->live.since_ns) : json_null());
		bool dark = l->live.state == LIVE_DARK || l->live.state == LIVE_SUSPECTED;
		set(j, "attribution",
		    dark ? json_string(attribution_name(l->live.attribution))
		         : json_null());
		set(j, "networks_failing", json_integer(l->live.networks_failing));
		set(j, "networks_total", json_integer(l->live.networks_total));
		set(j, "lost_in_a_row", json_integer(l->live.lost_in_a_row));
		set(j, "outage_needs", json_integer(l->live.outage_needs));
		set(j, "today_from", instant_json(res->period.start_ns));
		set_s(j, "down_today_s", res->down_ns);
		set(j, "coverage_today",
		    res->scheduled_ns > 0 ? json_real(coverage(res)) : json_null());
		set(j, "outages_today", json_integer((json_int_t)res->n_outages));
		set(j, "last_outage",
		    l->latest != NULL ? outage_json(r, l->latest) : json_null());
		set(j, "looked_from", instant_json(l->looked_from_ns));
		set(j, "samples", last_json(r, l));
		json_array_append_new(list, j);
	}
	set(o, "links", list);
	return o;
}
