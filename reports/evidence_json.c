/* The JSON of what the later pages of a dossier rest on; see INTERFACES.md. */
#include "reports/evidence.h"
#include "reports/objections.h"
#include "reports/tally.h"
#include "reports/value.h"

static void
set_n(json_t *o, const char *key, uint64_t n)
{
	value_set(o, key, json_integer((json_int_t)n));
}

static json_t *
bps_json(double bps)
{
	return bps > 0 ? json_real(bps) : json_integer(0);
}

/* ---- round trips ---- */

static json_t *
quantile_json(const struct quantile *q)
{
	json_t *o = json_object();

	value_set(o, "q", json_real(q->q));
	value_set(o, "value_s", q->has ? seconds_json(q->ns) : json_null());
	value_set(o, "lower_s", q->has_lower ? seconds_json(q->lower_ns) : json_null());
	value_set(o, "upper_s", q->has_upper ? seconds_json(q->upper_ns) : json_null());
	return o;
}

static json_t *
crowds_json(const struct evidence *e)
{
	static const char *const NAMES[CROWDS] = {
	    "all", "busy", "quiet", "idle", "loaded"};
	json_t *o = json_object();

	for (int c = 0; c < CROWDS; c++) {
		json_t *one = json_object(), *list = json_array();
		set_n(one, "answered", e->crowds[c].n);
		set_n(one, "lost", e->crowds[c].lost);
		set_n(one, "sent", e->crowds[c].n + e->crowds[c].lost);
		for (size_t i = 0; e->has_quantiles[c] && i < EVIDENCE_QUANTILES; i++)
			json_array_append_new(list, quantile_json(&e->quantiles[c][i]));
		value_set(one, "quantiles", list);
		value_set(o, NAMES[c], one);
	}
	return o;
}

/* ---- throughput ---- */

static json_t *
hour_json(const struct speed_hour *h, int hour)
{
	json_t *o = json_object();

	set_n(o, "hour", (uint64_t)hour);
	set_n(o, "tests", h->n);
	value_set(o, "least_bps", bps_json(h->least));
	value_set(o, "p25_bps", bps_json(h->p25));
	value_set(o, "median_bps", bps_json(h->p50));
	value_set(o, "p75_bps", bps_json(h->p75));
	value_set(o, "most_bps", bps_json(h->most));
	return o;
}

static json_t *
side_json(const struct speed_side *s)
{
	json_t *o = json_object(), *hours = json_array(), *bands = json_array();

	set_n(o, "tests", s->tests);
	set_n(o, "failed", s->failed);
	set_n(o, "unsaid", s->unsaid);
	value_set(o, "minimum_bps", bps_json(s->minimum));
	value_set(o, "normal_bps", bps_json(s->normal));
	value_set(o, "maximum_bps", bps_json(s->maximum));
	value_set(o, "least_bps", bps_json(s->least));
	value_set(o, "median_bps", bps_json(s->p50));
	value_set(o, "most_bps", bps_json(s->most));
	set_n(o, "reached_normal", s->reached_normal);
	set_n(o, "reached_90_of_maximum", s->reached_maximum);
	set_n(o, "below_minimum", s->below_minimum);
	for (int i = 0; s->has_bands && i < 3; i++)
		json_array_append_new(bands, json_integer((json_int_t)s->bands[i]));
	value_set(o, "bands", bands);
	for (int i = 0; i < 24; i++)
		if (s->hours[i].n > 0)
			json_array_append_new(hours, hour_json(&s->hours[i], i));
	value_set(o, "hours", hours);
	return o;
}

/* ---- names ---- */

static json_t *
server_json(const struct results *r, const struct name_server *s)
{
	json_t *o = json_object();

	value_set(o, "probe",
	    s->probe < r->n_probes ? value_text(r->probes[s->probe].name) : json_null());
	value_set(o, "whose", json_string(s->isp ? "isp" : "public"));
	set_n(o, "asked", s->asked);
	set_n(o, "good", s->good);
	set_n(o, "rcode", s->rcode);
	set_n(o, "malformed", s->malformed);
	set_n(o, "timeout", s->timeout);
	set_n(o, "unreachable", s->unreachable);
	value_set(o, "p50_s", s->p50_ns >= 0 ? seconds_json(s->p50_ns) : json_null());
	value_set(o, "p95_s", s->p95_ns >= 0 ? seconds_json(s->p95_ns) : json_null());
	if (s->has_failure) {
		value_set(o, "failure", json_real(s->failure.point));
		value_set(o, "failure_lower", json_real(s->failure.lower));
		value_set(o, "failure_upper", json_real(s->failure.upper));
	}
	return o;
}

static json_t *
names_json(const struct results *r, const struct evidence *e)
{
	json_t *o = json_object(), *servers = json_array(), *runs = json_array();

	for (size_t i = 0; i < e->n_servers; i++)
		json_array_append_new(servers, server_json(r, &e->servers[i]));
	for (size_t i = 0; i < e->minutes.n_runs; i++) {
		json_t *run = json_object();
		value_set(run, "start", value_instant(e->minutes.runs[i].start_ns));
		value_set(run, "end", value_instant(e->minutes.runs[i].end_ns));
		json_array_append_new(runs, run);
	}
	value_set(o, "servers", servers);
	set_n(o, "minutes", e->minutes.told);
	set_n(o, "dead_minutes", e->minutes.dead);
	value_set(o, "dead", runs);
	return o;
}

/* ---- months, tickets, exclusions ---- */

static json_t *
month_json(const struct month_row *m)
{
	const struct judged *j = m->judged;
	const struct verdict *v = &j->verdict;
	json_t *o = json_object(), *reasons = json_object();

	value_set(o, "from", value_instant(j->contract.terms.period.start_ns));
	value_set(o, "to", value_instant(j->contract.terms.period.end_ns));
	value_set_s(o, "scheduled_s", v->scheduled_ns);
	value_set(o, "minutes", json_real((double)v->scheduled_ns / 60e9));
	value_set_s(o, "measured_s", v->up_ns + v->down_ns);
	value_set_s(o, "excluded_s", v->excluded_ns);
	for (size_t i = 0; i < m->n_excluded; i++)
		value_set_s(reasons, m->excluded[i].reason, m->excluded[i].ns);
	value_set(o, "excluded", reasons);
	value_set_s(o, "unknown_s", v->unknown_ns);
	value_set_s(o, "up_s", v->up_ns);
	value_set_s(o, "down_s", v->down_ns);
	value_set(o, "verdict", json_string(verdict_name(v->verdict)));
	if (v->has_availability) {
		value_set(o, "lower", json_real(v->lower));
		value_set(o, "availability", json_real(v->point));
		value_set(o, "upper", json_real(v->upper));
	}
	if (m->has_budget) {
		value_set_s(o, "budget_s", m->budget_ns);
		value_set_s(o, "left_s", m->left_ns);
	}
	if (m->credit != NULL)
		value_set(o, "credit", value_text(m->credit->rule));
	return o;
}

static json_t *
instant_or_null(int64_t ns)
{
	return ns != RECORDS_NEVER ? value_instant(ns) : json_null();
}

static json_t *
ticket_json(const struct ticket_row *t)
{
	json_t *o = json_object();

	value_set(o, "reference", value_text(t->ticket->reference));
	value_set(o, "opened", instant_or_null(t->ticket->opened_ns));
	value_set(o, "acknowledged", instant_or_null(t->ticket->acknowledged_ns));
	value_set(o, "closed", instant_or_null(t->ticket->closed_ns));
	set_n(o, "outages", t->outages);
	if (t->has_delay)
		value_set_s(o, "delay_s", t->delay_ns);
	if (t->has_acknowledge)
		value_set_s(o, "acknowledge_s", t->acknowledge_ns);
	if (t->has_repair)
		value_set_s(o, "repair_s", t->repair_ns);
	value_set_s(o, "paused_s", t->paused_ns);
	return o;
}

/* When what was entered, and by what number; who, and the words, are in records.json. */
static json_t *
entry_json(const struct record *r)
{
	json_t *o = json_object();

	set_n(o, "id", (uint64_t)r->id);
	value_set(o, "kind", json_string(record_kind_name(r->kind)));
	value_set(o, "at", instant_or_null(r->at_ns));
	value_set(o, "entered", value_instant(r->entered_ns));
	value_set(o, "ticket", value_text_or_null(r->reference));
	return o;
}

static json_t *
packets_json(const struct evidence *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_packets; i++) {
		const struct packet_note *n = &e->packets[i];
		json_t *o = json_object();
		value_set(o, "file", value_text(n->name));
		value_set(o, "from", value_instant(n->from_ns));
		value_set(o, "to", value_instant(n->to_ns));
		set_n(o, "packets", n->packets);
		set_n(o, "bytes", n->bytes);
		value_set(o, "sha256", json_string(n->sha256));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
entries_json(const struct evidence *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_tickets; i++)
		for (size_t k = 0; k < e->tickets[i]->n_history; k++)
			json_array_append_new(
			    list, entry_json(e->tickets[i]->history[k]));
	for (size_t i = 0; i < e->n_notes; i++)
		json_array_append_new(list, entry_json(e->notes[i]));
	for (size_t i = 0; i < e->n_exclusions; i++)
		json_array_append_new(list, entry_json(e->exclusions[i]));
	return list;
}

static json_t *
exclusion_json(const struct exclusion_row *x)
{
	json_t *o = json_object();

	set_n(o, "id", (uint64_t)x->record->id);
	value_set(o, "from", value_instant(x->start_ns));
	value_set(o, "to", value_instant(x->end_ns));
	value_set(o, "maintenance", json_boolean(x->record->maintenance));
	value_set(o, "announced", instant_or_null(x->record->announced_ns));
	value_set(o, "reason", value_text(x->reason));
	value_set_s(o, "in_s", x->in_ns);
	value_set_s(o, "excluded_s", x->took_ns);
	set_n(o, "outages", x->outages);
	return o;
}

/* ---- the instrument ---- */

static json_t *
exactness_json(const struct exactness *x)
{
	json_t *o = json_object();

	set_n(o, "sent", x->sent);
	set_n(o, "unsent", x->unsent);
	set_n(o, "skipped", x->skipped);
	set_n(o, "dropped", x->dropped);
	set_n(o, "doubted", x->doubted);
	set_n(o, "answers", x->kernel + x->kernel_rx + x->user);
	set_n(o, "kernel_stamps", x->kernel);
	set_n(o, "delay_p50_us", x->delay_p50);
	set_n(o, "delay_p99_us", x->delay_p99);
	set_n(o, "delay_most_us", x->delay_most);
	set_n(o, "clock_bound_us", x->clock_bound);
	return o;
}

static json_t *
quality_json(const struct evidence *e)
{
	json_t *o = json_object(), *days = json_array(), *notes = json_array(),
	       *gaps = json_array();
	static const char *const KINDS[] = {"", "session-start", "session-stop", "gap",
	    "configuration", "torn-tail", "clock-step"};

	for (size_t i = 0; i < e->n_days; i++) {
		json_t *d = json_object();
		value_set(d, "start", value_instant(e->days[i].start_ns));
		value_set(d, "end", value_instant(e->days[i].end_ns));
		value_set_s(d, "measured_s", e->days[i].measured_ns);
		if (e->days[i].has_exactness)
			value_set(d, "exactness", exactness_json(&e->days[i].exactness));
		json_array_append_new(days, d);
	}
	for (size_t i = 0; i < e->n_instrument; i++) {
		json_t *n = json_object();
		value_set(n, "at", value_instant(e->instrument[i].at_ns));
		if (e->instrument[i].kind == EVENT_GAP)
			value_set(n, "until", value_instant(e->instrument[i].until_ns));
		value_set(n, "what", json_string(KINDS[e->instrument[i].kind]));
		value_set(n, "text", value_text(e->instrument[i].text));
		json_array_append_new(notes, n);
	}
	for (int i = 0; i <= UNKNOWN_STATED; i++) {
		if (e->gaps[i].n == 0)
			continue;
		json_t *g = json_object();
		value_set(g, "reason", json_string(unknown_name((enum unknown_reason)i)));
		set_n(g, "gaps", e->gaps[i].n);
		value_set_s(g, "sum_s", e->gaps[i].sum_ns);
		value_set_s(g, "longest_s", e->gaps[i].longest_ns);
		json_array_append_new(gaps, g);
	}
	value_set(o, "gaps", gaps);
	value_set(o, "days", days);
	value_set(o, "instrument", notes);
	value_set(o, "exactness",
	    e->has_exactness ? exactness_json(&e->exactness) : json_null());
	return o;
}

/* ---- objections ---- */

static json_t *
objections_json(const struct results *r, const struct link_report *l)
{
	struct objections b;
	json_t *o = json_object(), *words = json_object();

	objections_find(&b, r, l);
	for (int i = 0; i < OBJECTIONS; i++)
		value_set(words, objection_name(i),
		    json_string(objection_word_name(b.word[i])));
	value_set(o, "words", words);
	set_n(o, "counted", b.counted);
	set_n(o, "gateway_probes", b.gateway_probes);
	set_n(o, "gateway_answered", b.gateway_answered);
	set_n(o, "beyond_router", b.beyond);
	set_n(o, "attributed_cpe", b.attributed_cpe);
	set_n(o, "attributed_local", b.attributed_local);
	set_n(o, "saturations", b.saturations);
	set_n(o, "load_known", b.load_known);
	set_n(o, "during_saturation", b.during_saturation);
	set_n(o, "exclusions", b.exclusions);
	set_n(o, "touched", b.touched);
	value_set_s(o, "excluded_s", b.excluded_ns);
	set_n(o, "voters", b.voters);
	set_n(o, "networks", b.networks);
	set_n(o, "fewest_failed", b.fewest_failed);
	set_n(o, "of_networks", b.of_networks);
	set_n(o, "flaky", b.flaky);
	set_n(o, "pings", b.pings);
	set_n(o, "others", b.others);
	set_n(o, "icmp", b.icmp);
	value_set(o, "ordinary_loss", json_real(b.ordinary_loss));
	value_set_s(o, "clock_bound_s", b.clock_bound_ns);
	value_set_s(o, "edges_s", b.edges_ns);
	value_set_s(o, "unknown_s", b.unknown_ns);
	value_set(o, "unknown_share", json_real(b.unknown_share));
	value_set_s(o, "contract_down_s", b.contract_down_ns);
	value_set_s(o, "measured_down_s", b.measured_down_ns);
	set_n(o, "without_ticket", b.without_ticket);
	set_n(o, "other_links", b.other_links);
	set_n(o, "other_up", b.other_up);
	set_n(o, "other_down", b.other_down);
	return o;
}

json_t *
results_dossier_json(const struct results *r)
{
	json_t *o = value_envelope(r, "linkwitness/dossier/1"), *list = json_array();

	for (size_t i = 0; i < r->n_links; i++)
		json_array_append_new(list, evidence_json(r, &r->links[i]));
	value_set(o, "tally", tally_links_json(r));
	value_set(o, "sla", results_sla_json(r));
	value_set(o, "outages", results_outages_json(r));
	value_set(o, "evidence", list);
	return o;
}

static json_t *
total_json(const struct evidence *e)
{
	const struct month_total *t = &e->total;
	json_t *o = json_object();

	value_set_s(o, "scheduled_s", t->scheduled_ns);
	value_set_s(o, "measured_s", t->measured_ns);
	value_set_s(o, "excluded_s", t->excluded_ns);
	value_set_s(o, "unknown_s", t->unknown_ns);
	value_set_s(o, "down_s", t->down_ns);
	value_set(o, "credit",
	    t->has_credit ? json_real((double)t->credit.mills / 1e3) : json_null());
	return o;
}

json_t *
evidence_json(const struct results *r, const struct link_report *l)
{
	const struct evidence *e = l->evidence;
	json_t *o = json_object(), *months = json_array(), *tickets = json_array(),
	       *exclusions = json_array(), *speed = json_object(), *owed = json_object();

	value_set(o, "centre", value_text(l->def->centre));
	value_set(o, "link", value_text(l->def->link));
	value_set(o, "tally", tally_json(r, l));
	value_set(o, "objections", objections_json(r, l));
	if (e == NULL)
		return o;
	for (size_t i = 0; i < e->n_months; i++)
		json_array_append_new(months, month_json(&e->rows[i]));
	for (size_t i = 0; i < e->n_tickets; i++)
		json_array_append_new(tickets, ticket_json(&e->ticket_rows[i]));
	for (size_t i = 0; i < e->n_exclusion_rows; i++)
		json_array_append_new(exclusions, exclusion_json(&e->exclusion_rows[i]));
	value_set(speed, "down", side_json(&e->sides[0]));
	value_set(speed, "up", side_json(&e->sides[1]));
	set_n(o, "periods", e->periods);
	for (int i = 0; i < READINGS; i++) {
		json_t *worth = json_object();
		value_set(worth, "money", json_real((double)e->owed[i].mills / 1e3));
		value_set(worth, "share_of_charge",
		    json_real((double)e->owed[i].share_ppb / 1e9));
		value_set(owed, reading_name((enum reading)i), worth);
	}
	value_set(o, "owed", owed);
	value_set(o, "months", months);
	value_set(o, "months_total", total_json(e));
	value_set(o, "round_trips", crowds_json(e));
	value_set(o, "use", evidence_use_json(e));
	value_set(o, "throughput", speed);
	value_set(o, "names", names_json(r, e));
	value_set(o, "tickets", tickets);
	value_set(o, "entries", entries_json(e));
	value_set(o, "packets", packets_json(e));
	value_set(o, "exclusions", exclusions);
	value_set(o, "quality", quality_json(e));
	return o;
}
