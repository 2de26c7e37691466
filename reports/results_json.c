/* The one results file: every number a document prints; see INTERFACES.md. */
#include "reports/annex.h"
#include "reports/evidence.h"
#include "reports/tally.h"
#include "reports/value.h"

#include <string.h>

/* ---- curves: rows of numbers, so that a year of hours stays small ---- */

static json_t *
rtt_or_null(int64_t ns)
{
	return ns >= 0 ? seconds_json(ns) : json_null();
}

static json_t *
bucket_json(const struct bucket *b)
{
	json_t *row = json_array();

	json_array_append_new(row, value_instant(b->start_ns));
	json_array_append_new(row, value_instant(b->end_ns));
	json_array_append_new(row, json_integer((json_int_t)b->sent));
	json_array_append_new(row, json_integer((json_int_t)b->lost));
	json_array_append_new(row, rtt_or_null(b->p5_ns));
	json_array_append_new(row, rtt_or_null(b->p50_ns));
	json_array_append_new(row, rtt_or_null(b->p95_ns));
	return row;
}

static json_t *
buckets_json(const struct bucket *b, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, bucket_json(&b[i]));
	return list;
}

static json_t *
closeup_records_json(const struct results *r, const struct closeup *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_records; i++) {
		const struct closeup_record *at = &c->records[i];
		json_t *o = json_object();
		if (at->probe >= r->n_probes)
			continue;
		value_set(o, "probe", value_text(r->probes[at->probe].name));
		value_set(o, "session", json_integer(at->session));
		value_set(o, "first", json_integer((json_int_t)at->first));
		value_set(o, "last", json_integer((json_int_t)at->last));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
closeups_json(const struct results *r, const struct link_report *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_closeups; i++) {
		json_t *o = json_object();
		value_set(o, "outage",
		    json_string(l->result->outages[l->closeups[i].outage].id));
		const struct closeup *c = &l->closeups[i];
		bool cut = c->cut_to_ns > c->cut_from_ns;
		value_set(o, "from", value_instant(c->from_ns));
		value_set(o, "to", value_instant(c->to_ns));
		value_set(
		    o, "cut_from", cut ? value_instant(c->cut_from_ns) : json_null());
		value_set(o, "cut_to", cut ? value_instant(c->cut_to_ns) : json_null());
		value_set(o, "samples", json_integer((json_int_t)c->n_marks));
		value_set(o, "records", closeup_records_json(r, c));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
curve_json(const struct results *r, const struct link_report *l)
{
	static const char *const COLUMNS[] = {
	    "start", "end", "sent", "lost", "p5_s", "p50_s", "p95_s"};
	json_t *o = json_object(), *columns = json_array();

	for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
		json_array_append_new(columns, json_string(COLUMNS[i]));
	value_set(o, "centre", value_text(l->def->centre));
	value_set(o, "link", value_text(l->def->link));
	value_set(o, "samples", json_integer((json_int_t)l->samples));
	value_set(o, "rtt_p50_s", rtt_or_null(l->rtt_p50_ns));
	value_set(o, "rtt_p95_s", rtt_or_null(l->rtt_p95_ns));
	value_set(o, "rtt_p99_s", rtt_or_null(l->rtt_p99_ns));
	value_set(o, "columns", columns);
	value_set(o, "hours", buckets_json(l->hours, l->n_hours));
	value_set_s(o, "bucket_s", l->bucket_ns);
	value_set(o, "buckets", buckets_json(l->buckets, l->n_buckets));
	value_set(o, "closeups", closeups_json(r, l));
	return o;
}

/* ---- what it is about ---- */

static json_t *
def_json(const struct link_report *l)
{
	const struct link_def *d = l->def;
	const struct link_result *r = l->result;
	json_t *o = json_object();

	value_set(o, "centre", value_text(d->centre));
	value_set(o, "link", value_text(d->link));
	value_set(o, "centre_name", value_text(d->centre_name));
	value_set(o, "isp", value_text(d->isp));
	value_set(o, "timezone", value_text(d->timezone));
	value_set(o, "interface", value_text(d->interface));
	value_set(o, "medium", value_text(d->medium));
	value_set(o, "cpe_owner", value_text(d->cpe_owner));
	value_set(o, "capacity_down_bps", json_integer((json_int_t)d->capacity_down_bps));
	value_set(o, "capacity_up_bps", json_integer((json_int_t)d->capacity_up_bps));
	value_set(o, "contract", value_text_or_null(l->contract.terms.contract));
	value_set(o, "reference", value_text_or_null(l->contract.reference));
	value_set(o, "from", value_instant(r->period.start_ns));
	value_set(o, "to", value_instant(r->period.end_ns));
	value_set_s(o, "scheduled_s", r->scheduled_ns);
	value_set(o, "ordinary_loss", json_real(r->ordinary_loss));
	return o;
}

static json_t *
probes_json(const struct results *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_probes; i++) {
		const struct probe_def *p = &r->probes[i];
		json_t *o = json_object();
		value_set(o, "centre", value_text(p->centre));
		value_set(o, "link", value_text(p->link));
		value_set(o, "probe", value_text(p->name));
		value_set(o, "kind", json_string(kind_name(p->kind)));
		value_set(o, "role", json_string(role_name(p->role)));
		value_set_s(o, "every_s", p->every_ns);
		value_set(o, "target", value_text(p->target));
		value_set(o, "network", value_text(p->network));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
request_json(const struct annex_request *q)
{
	const struct {
		const char *key, *value;
	} ROWS[] = {{"document", q->document}, {"from", q->from}, {"to", q->to},
	    {"profile", q->profile}, {"from_link", q->from_link}, {"to_link", q->to_link},
	    {"cut_over", q->cut_over}, {"growth", q->growth}, {"paper", q->paper},
	    {"language", q->language}, {"redacted", q->redacted}};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
		value_set(o, ROWS[i].key, value_text_or_null(ROWS[i].value));
	return o;
}

static json_t *
redacted_json(const char *words)
{
	json_t *list = json_array();

	while (words != NULL && *words != '\0') {
		size_t n = strcspn(words, ",");
		json_array_append_new(list, json_stringn(words, n));
		words += n + (words[n] == ',');
	}
	return list;
}

/* Each part had an envelope of its own; one is enough. */
static json_t *
bare(json_t *part)
{
	static const char *const ENVELOPE[] = {
	    "generated", "as_of", "agent", "software", "journal", "rule"};

	for (size_t i = 0; i < sizeof ENVELOPE / sizeof *ENVELOPE; i++)
		json_object_del(part, ENVELOPE[i]);
	return part;
}

json_t *
results_json(const struct results *r, const struct annex *a, const struct annex_parts *p)
{
	json_t *o = value_envelope(r, "linkwitness/results/1");
	json_t *links = json_array(), *curves = json_array(), *evidence = json_array();

	for (size_t i = 0; i < r->n_links; i++) {
		json_array_append_new(links, def_json(&r->links[i]));
		json_array_append_new(curves, curve_json(r, &r->links[i]));
		if (r->links[i].evidence != NULL)
			json_array_append_new(evidence, evidence_json(r, &r->links[i]));
	}
	json_object_del(o, "generated"); /* when it was drawn is no result */
	value_set(o, "request", request_json(&a->request));
	value_set(o, "redacted", redacted_json(a->request.redacted));
	value_set(o, "config_sha256", value_text_or_null(a->config));
	value_set(o, "data_root", json_string(a->data_root));
	value_set(o, "from", value_instant(r->from.ns));
	value_set(o, "to", value_instant(r->to.ns));
	value_set(o, "links", links);
	value_set(o, "probes", probes_json(r));
	value_set(o, "curves", curves);
	value_set(o, "outages", bare(results_outages_json(r)));
	value_set(o, "sla", bare(results_sla_json(r)));
	value_set(o, "evidence", evidence);
	value_set(o, "tally", tally_links_json(r));
	if (p->more != NULL)
		value_set(o, p->more_name, bare(json_deep_copy(p->more)));
	return o;
}
