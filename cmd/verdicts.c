#include "cmd/verdicts.h"

#include "analyzer/profile.h"
#include "analyzer/service.h"
#include "base/bytes.h"
#include "base/link.h"
#include "base/zone.h"
#include "cmd/terms.h"
#include "cmd/timespec.h"

#include <stdlib.h>
#include <string.h>

/* What the configuration says of a link today goes before what it said when the link was
 * measured: a corrected contract judges an old month. */
const struct contract_conf *
verdicts_contract(
    const struct options *o, const struct link_def *def, struct civil_date day)
{
	const struct link_conf *now = settings_link(o->settings, def->centre, def->link);

	if (now != NULL)
		def = &now->def;
	return o->settings != NULL ? settings_contract_at(o->settings, def, day) : NULL;
}

/* ---- profiles ---- */

static bool
wants_all(const struct options *o)
{
	return o->profile != NULL && strcmp(o->profile, "all") == 0;
}

int
verdicts_check(const struct options *o)
{
	struct profile_conf p;

	if (o->profile == NULL || wants_all(o) || profile_default(&p, o->profile))
		return 0;
	return complain(EXIT_USAGE,
	    "--profile %s: not known; one of: event, ses-10-10, mef, y1540, rfc2678, ticket, all",
	    o->profile);
}

static void
add_bins(struct judge_rule *rule, const struct profile_conf *p)
{
	struct link_result none = {.n_bins = rule->n_bins};
	struct binning b;

	if (!profile_binning(p, &b))
		return;
	for (size_t i = 0; i < rule->n_bins; i++)
		none.bins[i].rule = rule->bins[i];
	if (profile_bins(&none, &b) == NULL && rule->n_bins < BINS_MOST)
		rule->bins[rule->n_bins++] = b;
}

void
verdicts_bins(const struct options *o, struct judge_rule *rule)
{
	struct profile_conf p;

	for (size_t i = 0; o->settings != NULL && i < o->settings->n_contracts; i++)
		add_bins(rule, &o->settings->contracts[i].params);
	for (const char *const *name = PROFILE_NAMES; *name != NULL; name++)
		if (wants_all(o) ||
		    (o->profile != NULL && strcmp(o->profile, *name) == 0))
			if (profile_default(&p, *name))
				add_bins(rule, &p);
}

int64_t
verdicts_back_ns(const struct options *o)
{
	int64_t most = 0;

	for (size_t i = 0; o->settings != NULL && i < o->settings->n_contracts; i++) {
		const struct contract_conf *c = &o->settings->contracts[i];
		for (size_t k = 0; k < c->n_chronic; k++)
			if (c->chronic[k].within_ns > most)
				most = c->chronic[k].within_ns;
	}
	return most;
}

/* ---- one verdict ---- */

/* Means over the period, of what voters measured. */
static void
measure(struct settling *in, const struct link_report *l, struct span period)
{
	uint64_t sent = 0, lost = 0, pairs = 0;
	double sum = 0, jitter = 0;

	for (size_t i = 0; i < l->n_hours; i++) {
		const struct bucket *b = &l->hours[i];
		if (b->start_ns < period.start_ns || b->end_ns > period.end_ns)
			continue;
		sent += b->sent;
		lost += b->lost;
		sum += (double)b->rtt_sum_ns;
		jitter += (double)b->jitter_sum_ns;
		pairs += b->jitter_n;
	}
	if (sent == 0)
		return;
	in->metric[METRIC_LOSS] = (double)lost / (double)sent;
	in->has_metric[METRIC_LOSS] = true;
	if (lost == sent)
		return;
	in->metric[METRIC_RTT] = sum / (double)(sent - lost);
	in->has_metric[METRIC_RTT] = true;
	if (pairs == 0)
		return;
	in->metric[METRIC_JITTER] = jitter / (double)pairs;
	in->has_metric[METRIC_JITTER] = true;
}

bool
verdicts_windows(const struct options *o)
{
	for (size_t i = 0; o->settings != NULL && i < o->settings->n_contracts; i++) {
		const struct contract_conf *c = &o->settings->contracts[i];
		for (size_t k = 0; k < c->n_commitments; k++)
			if (c->commitments[k].over_ns > 0 &&
			    c->commitments[k].at_most > 0)
				return true;
	}
	return false;
}

/* What is promised beside availability. */
static void
hold_to(struct judged *j, const struct pass *p, const struct link_report *l,
    const struct settling *in)
{
	const struct curve *curve = &p->curves[l->result - p->judged];
	struct span period = j->contract.terms.period;
	struct speed_result speed[2];
	struct commitment_facts f = {.period = period,
	    .loss = in->has_metric[METRIC_LOSS] ? in->metric[METRIC_LOSS] : -1,
	    .rtt_ns = in->has_metric[METRIC_RTT] ? in->metric[METRIC_RTT] : -1,
	    .jitter_ns = in->has_metric[METRIC_JITTER] ? in->metric[METRIC_JITTER] : -1,
	    .effective = l->loss_sent > 0 && l->loss_effective > 0
	                     ? l->loss_effective / (double)l->loss_sent
	                     : 1,
	    .minutes = curve->minutes,
	    .n_minutes = curve->n_minutes,
	    .outages = l->result->outages,
	    .n_outages = l->result->n_outages};

	for (size_t i = 0; i < l->n_hours; i++) {
		if (l->hours[i].start_ns < period.start_ns ||
		    l->hours[i].end_ns > period.end_ns)
			continue;
		f.sent += l->hours[i].sent;
		f.lost += l->hours[i].lost;
	}
	for (int up = 0; up < 2; up++) {
		struct speed_rule rule = {0};
		for (size_t i = 0; i < j->conf->n_commitments; i++) {
			const struct commitment_conf *m = &j->conf->commitments[i];
			if (m->metric == (up ? METRIC_SPEED_UP : METRIC_SPEED_DOWN))
				rule = (struct speed_rule){
				    m->minimum, m->normal, m->maximum};
		}
		speed_finish(l->result->speed[up], &rule, period.start_ns, period.end_ns,
		    p->as_of_ns, &speed[up]);
		f.speed[up] = &speed[up];
	}
	j->commitments =
	    memory_grow(NULL, COMMITMENT_VALUES_MOST, sizeof *j->commitments);
	j->n_commitments = commitment_of(j->conf, &f, j->commitments);
	speed_result_free(&speed[0]);
	speed_result_free(&speed[1]);
}

/* Periods in a row that failed, by clause, while periods are gone through. */
struct row {
	const struct contract_conf *contract;
	unsigned failed[CONTRACT_CREDITS_MOST];
};

/* The outages that windows of rights reach back to, under the same clauses. */
static bool
judge_before(struct verdict *out, const struct pass *p, const struct link_report *l,
    const struct terms *t)
{
	size_t link = (size_t)(l->result - p->judged), n = 0;
	const struct link_result *r = l->result;
	struct terms before = *t;

	if (p->rights_back_ns == 0 || link >= p->n_earlier)
		return false;
	const struct earlier *e = &p->earlier[link];
	struct link_result all = {
	    .period = {t->period.start_ns - p->rights_back_ns, t->period.start_ns},
	    .votes_per_s = r->votes_per_s};
	all.outages = memory_grow(NULL, e->n + r->n_outages + 1, sizeof *all.outages);
	for (size_t i = 0; i < e->n; i++)
		all.outages[n++] = e->v[i];
	for (size_t i = 0; i < r->n_outages; i++)
		if (r->outages[i].start_ns >= p->from_ns &&
		    r->outages[i].end_ns <= t->period.start_ns)
			all.outages[n++] = r->outages[i];
	all.n_outages = n;
	before.period = all.period;
	before.n_exempt = 0;
	(void)profile_default(&before.profile, "event");
	bool ok = verdict_of(out, &all, &before) == 0;
	free(all.outages);
	return ok;
}

static void
settle(const struct pass *p, struct judged *j, struct link_report *l, struct row *row)
{
	const struct terms *t = &j->contract.terms;
	struct settling in = {.contract = j->conf,
	    .verdict = &j->verdict,
	    .terms = t,
	    .zone = link_zone(l->def)};
	struct terms as_measured = *t;
	struct verdict measured, before;

	if (row->contract != j->conf)
		*row = (struct row){.contract = j->conf};
	in.failed_before = row->failed;
	measure(&in, l, t->period);
	hold_to(j, p, l, &in);
	bool ticket = (t->clock_start & ~(unsigned)CLOCK_MEASURED) != 0 ||
	              t->clock_stop != STOP_RESTORED;
	as_measured.clock_start = CLOCK_MEASURED;
	as_measured.clock_stop = STOP_RESTORED;
	as_measured.no_pauses = true;
	if (ticket && verdict_of(&measured, l->result, &as_measured) == 0)
		in.measured = &measured;
	if (judge_before(&before, p, l, t))
		in.before = &before;
	j->has_settlement = settlement_of(&j->settlement, &in) == 0;
	if (in.before != NULL)
		verdict_done(&before);
	if (in.measured != NULL)
		verdict_done(&measured);
	const struct credit_sheet *s = &j->settlement.sheets[READING_POINT];
	for (size_t i = 0; j->has_settlement && i < s->n; i++)
		row->failed[i] = s->credits[i].failed ? row->failed[i] + 1 : 0;
}

static void
judge_one(const struct pass *p, const struct claim_set *claims,
    const struct contract_conf *c, const struct profile_conf *profile, struct span period,
    const char *kind, struct link_report *l, struct row *row)
{
	l->verdicts = memory_grow(l->verdicts, l->n_verdicts + 1, sizeof *l->verdicts);
	struct judged *j = &l->verdicts[l->n_verdicts];
	struct terms *t = &j->contract.terms;

	memset(j, 0, sizeof *j);
	j->conf = c;
	terms_of(t, c, profile);
	if (c != NULL)
		memcpy(j->contract.reference, c->reference, sizeof j->contract.reference);
	t->period = period;
	snprintf(t->period_kind, sizeof t->period_kind, "%s", kind);
	t->as_of_ns = p->as_of_ns;
	t->complete = p->as_of_ns >= period.end_ns;
	t->n_exempt = service_exempt(&j->exempt, c, link_zone(l->def), period,
	    claims->exclusions, claims->n_exclusions);
	t->tickets = claims->tickets;
	t->n_tickets = claims->n_tickets;
	t->exempt = j->exempt;
	if (verdict_of(&j->verdict, l->result, t) < 0) {
		free(j->exempt);
		return;
	}
	l->n_verdicts++;
	if (c != NULL)
		settle(p, j, l, row);
}

/* ---- periods ---- */

/* The range as a whole. "--to now": what is still in the air is not yet to come. */
static struct span
whole_range(const struct pass *p, const struct link_report *l)
{
	struct span range =
	    p->whole ? l->result->period : (struct span){p->from_ns, p->to_ns};

	if (p->to_ns <= p->now_ns && p->to_ns > p->as_of_ns)
		range.end_ns = l->result->period.end_ns;
	return range;
}

/* How many periods of the contract the range is made of, exactly; 0: of none. */
static size_t
periods_in(const struct pass *p, const struct contract_conf *c, const char *zone)
{
	int64_t from, to;
	size_t n = 0;

	if (c == NULL || p->whole)
		return 0;
	if (strcmp(c->period, "30d") == 0) {
		timespec_period(c->period, zone, p->to_ns - 1, &from, &to);
		return from == p->from_ns && to == p->to_ns;
	}
	for (int64_t at = p->from_ns; at < p->to_ns; at = to, n++) {
		timespec_period(c->period, zone, at, &from, &to);
		if (from != at || to > p->to_ns)
			return 0;
	}
	return n;
}

static struct civil_date
date_at(int64_t ns, const char *zone)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	return (struct civil_date){(int16_t)t.year, (uint8_t)t.month, (uint8_t)t.day};
}

/* Where another version of the contract comes into force, or the period ends. */
static int64_t
version_end(const struct options *o, const struct link_report *l, struct span s)
{
	const char *zone = link_zone(l->def);
	const struct contract_conf *now =
	    verdicts_contract(o, l->def, date_at(s.start_ns, zone));
	struct zone_time t;

	zone_civil(s.start_ns, zone, &t);
	for (int64_t at = s.start_ns;;) {
		t.day++;
		if (!zone_day_start(zone, t.year, t.month, t.day, &at) || at >= s.end_ns)
			return s.end_ns;
		if (verdicts_contract(o, l->def, date_at(at, zone)) != now)
			return at;
	}
}

/* One period, or as many parts of it as there are versions of its contract. */
static void
judge_versions(const struct pass *p, const struct options *o,
    const struct claim_set *claims, const char *profile, struct span period,
    const char *kind, struct link_report *l, struct row *row)
{
	struct profile_conf params;

	for (struct span s = period; s.start_ns < period.end_ns; s.start_ns = s.end_ns) {
		s.end_ns = version_end(o, l, (struct span){s.start_ns, period.end_ns});
		const struct contract_conf *c =
		    verdicts_contract(o, l->def, date_at(s.start_ns, link_zone(l->def)));
		const char *own = c != NULL ? c->params.name : "event";
		bool whole = s.start_ns == period.start_ns && s.end_ns == period.end_ns;
		if (terms_profile(&params, c, profile != NULL ? profile : own))
			judge_one(
			    p, claims, c, &params, s, whole ? kind : "range", l, row);
	}
	if (period.start_ns >= period.end_ns &&
	    terms_profile(&params, NULL, profile != NULL ? profile : "event"))
		judge_one(p, claims, NULL, &params, period, kind, l, row);
}

static void
judge_profile(const struct pass *p, const struct options *o,
    const struct claim_set *claims, const char *profile, const struct contract_conf *c,
    size_t periods, struct link_report *l)
{
	struct row row = {0};
	int64_t at = p->from_ns;

	if (periods == 0) {
		judge_versions(
		    p, o, claims, profile, whole_range(p, l), "range", l, &row);
		return;
	}
	for (size_t i = 0; i < periods; i++) {
		struct span s = {p->from_ns, p->to_ns};
		if (periods > 1)
			timespec_period(
			    c->period, link_zone(l->def), at, &s.start_ns, &s.end_ns);
		judge_versions(p, o, claims, profile, s, c->period, l, &row);
		at = s.end_ns;
	}
}

void
verdicts_make(const struct pass *p, const struct options *o,
    const struct claim_set *claims, struct link_report *l)
{
	const char *zone = link_zone(l->def);
	const struct contract_conf *c =
	    verdicts_contract(o, l->def, date_at(p->from_ns, zone));
	size_t periods = periods_in(p, c, zone);
	struct row row = {0};

	if (wants_all(o))
		for (const char *const *name = PROFILE_NAMES; *name != NULL; name++)
			judge_profile(p, o, claims, *name, c, periods, l);
	else
		judge_profile(p, o, claims, o->profile, c, periods, l);
	l->has_verdict = l->n_verdicts > 0;
	if (!l->has_verdict)
		return;
	l->n_listed = l->n_verdicts;
	size_t shown = 0;
	if (periods > 1 || (l->n_listed > 1 && !wants_all(o))) {
		/* and one of it all, for who prints one only */
		struct profile_conf profile = l->verdicts[0].contract.terms.profile;
		judge_one(p, claims, c, &profile, whole_range(p, l), "range", l, &row);
		shown = l->n_verdicts - 1;
	}
	l->contract = l->verdicts[shown].contract;
	l->verdict = l->verdicts[shown].verdict;
	l->conf = l->verdicts[shown].conf;
	l->commitments = l->verdicts[shown].commitments;
	l->n_commitments = l->verdicts[shown].n_commitments;
	l->settlement =
	    l->verdicts[shown].has_settlement ? &l->verdicts[shown].settlement : NULL;
}

void
verdicts_months(const struct pass *p, const struct options *o,
    const struct claim_set *claims, const struct link_report *l, struct link_report *out)
{
	const char *zone = link_zone(l->def);
	struct row row = {0};

	*out = *l;
	out->verdicts = NULL;
	out->n_verdicts = out->n_listed = 0;
	if (!l->has_verdict)
		return;
	struct span range = l->contract.terms.period;
	for (int64_t at = range.start_ns; at < range.end_ns;) {
		struct span s;
		timespec_period("month", zone, at, &s.start_ns, &s.end_ns);
		bool whole = s.start_ns >= range.start_ns && s.end_ns <= range.end_ns;
		at = s.end_ns;
		if (s.start_ns < range.start_ns)
			s.start_ns = range.start_ns;
		if (s.end_ns > range.end_ns)
			s.end_ns = range.end_ns;
		judge_versions(p, o, claims, l->contract.terms.profile.name, s,
		    whole ? "month" : "range", out, &row);
	}
}

void
verdicts_free(struct link_report *l)
{
	for (size_t i = 0; i < l->n_verdicts; i++) {
		verdict_done(&l->verdicts[i].verdict);
		if (l->verdicts[i].has_settlement)
			settlement_done(&l->verdicts[i].settlement);
		free(l->verdicts[i].exempt);
		free(l->verdicts[i].commitments);
	}
	free(l->verdicts);
	l->verdicts = NULL;
	l->n_verdicts = l->n_listed = 0;
}
