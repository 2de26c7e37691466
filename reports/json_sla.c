/* The JSON of verdicts; see INTERFACES.md. */
#include "reports/promise.h"
#include "reports/value.h"

#include <stdio.h>
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

void
results_put_definition(json_t *o, const struct profile_conf *p)
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

	results_put_definition(o, &t->profile);
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

/* What people entered that bears on these numbers. */
static json_t *
entered_json(const struct terms *t)
{
	json_t *o = json_object(), *tickets = json_array(), *exclusions = json_array();

	for (size_t i = 0; i < t->n_tickets; i++) {
		const struct ticket_clock *c = &t->tickets[i];
		if (c->opened_ns < t->period.end_ns &&
		    (c->closed_ns == INT64_MIN || c->closed_ns > t->period.start_ns))
			json_array_append_new(tickets, value_text(c->reference));
	}
	for (size_t i = 0; i < t->n_exempt; i++) {
		const struct exemption *e = &t->exempt[i];
		if (!e->entered)
			continue;
		json_t *x = json_object();
		value_set(x, "from", value_instant(e->start_ns));
		value_set(x, "to", value_instant(e->end_ns));
		value_set(x, "reason", value_text(e->reason));
		value_set(x, "granted", json_boolean(e->granted));
		json_array_append_new(exclusions, x);
	}
	value_set(o, "tickets", tickets);
	value_set(o, "exclusions", exclusions);
	return o;
}

/* What each outage weighs, and why some weigh nothing. */
static json_t *
times_json(const struct verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_times; i++) {
		const struct outage_time *w = &v->times[i];
		json_t *o = json_object();
		value_set(o, "id", value_text_or_null(w->outage_id));
		value_set(o, "clock_start", value_instant(w->start_ns));
		value_set(o, "clock_stop", value_instant(w->end_ns));
		value_set_s(o, "down_s", w->counted_ns);
		value_set_s(o, "down_min_s", w->shortest_ns);
		value_set_s(o, "down_max_s", w->longest_ns);
		value_set(
		    o, "attribution", json_string(attribution_name(w->attribution)));
		value_set(o, "confidence", json_string(confidence_name(w->confidence)));
		value_set(o, "reason", value_text_or_null(w->reason));
		json_array_append_new(list, o);
	}
	return list;
}

/* ---- what it comes to ---- */

/* Money as decimal text: exact, and nobody takes it for a measurement. */
static json_t *
amount_json(int64_t mills, const char *currency)
{
	int64_t step = credit_step(currency);
	int decimals = step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
	char text[40];

	snprintf(text, sizeof text, "%lld.%03lld", (long long)(mills / 1000),
	    (long long)(mills % 1000));
	text[strlen(text) - (size_t)(decimals > 0 ? 3 - decimals : 4)] = '\0';
	return json_string(text);
}

static void
set_worth(json_t *o, struct credit_worth w, const struct contract_conf *c)
{
	bool money = c->mrc_mills > 0 || w.mills > 0;

	value_set(o, "amount", money ? amount_json(w.mills, c->currency) : json_null());
	value_set(o, "currency", value_text_or_null(c->currency));
	value_set(o, "share",
	    w.share_ppb > 0 ? json_real((double)w.share_ppb / 1e9) : json_null());
}

static void
add_credits(json_t *list, const struct credit_sheet *s, enum reading reading,
    const struct contract_conf *c)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct credit *k = &s->credits[i];
		if (k->due.mills == 0 && k->due.share_ppb == 0)
			continue;
		json_t *o = json_object(), *outages = json_array();
		value_set(o, "clause",
		    value_text(
		        k->conf->clause[0] != '\0' ? k->conf->clause : k->conf->name));
		value_set(o, "rule", value_text(k->rule));
		set_worth(o, k->paid, c);
		value_set(o, "reading", json_string(reading_name(reading)));
		for (size_t n = 0; n < k->n_outages; n++)
			if (k->outages[n][0] != '\0')
				json_array_append_new(
				    outages, json_string(k->outages[n]));
		value_set(o, "outages", outages);
		json_array_append_new(list, o);
	}
}

static json_t *
deadlines_json(const struct settlement *s)
{
	static const char *const WHAT[] = {"ticket", "claim", "terminate"};
	static const char *const ANCHORS[] = {
	    "outage-start", "outage-end", "ticket-closed", "period-end"};
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_deadlines; i++) {
		const struct deadline *d = &s->deadlines[i];
		json_t *o = json_object();
		value_set(o, "what", json_string(WHAT[d->what]));
		value_set(o, "by", value_instant(d->by_ns));
		value_set(o, "anchor", json_string(ANCHORS[d->anchor]));
		value_set(o, "anchor_at", value_instant(d->anchor_ns));
		value_set(o, "of", value_text_or_null(d->of));
		value_set(
		    o, "clause", value_text(d->clause[0] != '\0' ? d->clause : d->name));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
rights_json(const struct settlement *s)
{
	static const char *const WHY[] = {"outages", "total", "single"};
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_rights; i++) {
		const struct chronic *c = &s->rights[i];
		json_t *o = json_object(), *outages = json_array();
		value_set(o, "clause",
		    value_text(
		        c->conf->clause[0] != '\0' ? c->conf->clause : c->conf->name));
		value_set(o, "right", value_text(c->conf->right));
		value_set(o, "why", json_string(WHY[c->why]));
		value_set(o, "arose", value_instant(c->arose_ns));
		value_set(o, "declare_by",
		    c->has_notice ? value_instant(c->declare_by_ns) : json_null());
		value_set(o, "times", json_integer(c->times));
		for (size_t n = 0; n < c->n_outages; n++)
			json_array_append_new(outages, value_text(c->outages[n]));
		value_set(o, "outages", outages);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
reading_json(const struct settlement *s, enum reading r, const struct contract_conf *c)
{
	json_t *o = json_object();

	value_set(o, "availability",
	    s->readings[r].has_availability ? json_real(s->readings[r].availability)
	                                    : json_null());
	value_set_s(o, "down_s", s->readings[r].down_ns);
	set_worth(o, s->sheets[r].total, c);
	return o;
}

static json_t *
readings_json(const struct settlement *s, const struct contract_conf *c)
{
	const char *difference = difference_name(s->difference);
	json_t *o = json_object();

	for (int r = 0; r < READINGS; r++)
		value_set(o, reading_name((enum reading)r),
		    reading_json(s, (enum reading)r, c));
	value_set(
	    o, "difference", difference != NULL ? json_string(difference) : json_null());
	return o;
}

/* The ISP's clock beside the measured one. */
static json_t *
ticket_json(const struct settlement *s, const struct contract_conf *c)
{
	json_t *o = json_object();
	struct credit_worth lost = {s->measured_owed.mills, s->measured_owed.share_ppb};
	const struct credit_worth *owed = &s->sheets[READING_POINT].total;

	lost.mills = lost.mills > owed->mills ? lost.mills - owed->mills : 0;
	lost.share_ppb =
	    lost.share_ppb > owed->share_ppb ? lost.share_ppb - owed->share_ppb : 0;
	value_set_s(o, "ticket_down_s", s->readings[READING_POINT].down_ns);
	value_set_s(o, "measured_down_s", s->measured_down_ns);
	json_t *money = json_object();
	set_worth(money, lost, c);
	value_set(o, "lost", money);
	return o;
}

static void
set_settlement(json_t *o, const struct judged *d)
{
	const struct settlement *s = &d->settlement;
	json_t *credits = json_array();

	for (int r = 0; d->has_settlement && r < READINGS; r++)
		add_credits(credits, &s->sheets[r], (enum reading)r, d->conf);
	value_set(o, "credits", credits);
	value_set(o, "deadlines", d->has_settlement ? deadlines_json(s) : json_array());
	value_set(o, "claim_by",
	    d->has_settlement && s->has_claim_by ? value_instant(s->claim_by_ns)
	                                         : json_null());
	value_set(o, "rights", d->has_settlement ? rights_json(s) : json_array());
	value_set(
	    o, "readings", d->has_settlement ? readings_json(s, d->conf) : json_null());
	value_set(o, "clocks",
	    d->has_settlement && s->by_ticket ? ticket_json(s, d->conf) : json_null());
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
	if (strcmp(t->profile.name, "mef") == 0) {
		value_set(o, "high_loss_intervals", json_integer(v->hli));
		value_set(o, "consecutive_high_loss_intervals", json_integer(v->chli));
	}
	value_set_s(o, "measured_down_s", v->measured_ns);
	value_set(o, "entered", entered_json(t));
	value_set(o, "outages", times_json(v));
	set_settlement(o, d);
	value_set(o, "commitments", promise_json(d->commitments, d->n_commitments));
	return o;
}

#define SITE_LINKS 16

/* Centres with several links. */
static json_t *
sites_json(const struct results *r)
{
	json_t *list = json_array();
	size_t links[SITE_LINKS], n;
	struct site s;

	for (size_t i = 0; i < r->n_links; i++) {
		if (!results_site(r, i, links, SITE_LINKS, &n, &s))
			continue;
		json_t *o = json_object(), *names = json_array();
		value_set(o, "centre", value_text(r->links[i].def->centre));
		for (size_t k = 0; k < n; k++)
			json_array_append_new(
			    names, value_text(r->links[links[k]].def->link));
		value_set(o, "links", names);
		value_set(
		    o, "profile", json_string(r->links[i].contract.terms.profile.name));
		value_set(o, "from", value_instant(s.period.start_ns));
		value_set(o, "to", value_instant(s.period.end_ns));
		value_set_s(o, "known_s", s.known_ns);
		value_set_s(o, "down_s", s.down_ns);
		value_set_s(o, "partly_down_s", s.degraded_ns);
		value_set(o, "down_count", json_integer((json_int_t)s.down_count));
		value_set(o, "availability",
		    s.has_availability ? json_real(s.measured) : json_null());
		value_set(o, "availability_if_independent",
		    s.has_availability ? json_real(s.independent) : json_null());
		value_set(o, "overlaps", json_integer((json_int_t)s.overlaps));
		value_set(o, "overlaps_expected", json_real(s.expected));
		value_set(o, "chance", json_real(s.chance));
		json_array_append_new(list, o);
	}
	return list;
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
	value_set(o, "sites", sites_json(r));
	return o;
}
