#include "cmd/verdicts.h"

#include "analyzer/profile.h"
#include "base/bytes.h"
#include "cmd/timespec.h"

#include <stdlib.h>
#include <string.h>

#define MIN_COVERAGE 0.95

/* What the configuration says of a link today goes before what it said when the link was
 * measured: a corrected contract judges an old month. */
const struct contract_conf *
verdicts_contract(const struct options *o, const struct link_def *def)
{
	for (size_t i = 0; o->settings != NULL && i < o->settings->n_links; i++) {
		const struct link_def *now = &o->settings->links[i].def;
		if (strcmp(now->centre, def->centre) == 0 &&
		    strcmp(now->link, def->link) == 0)
			return settings_contract(o->settings, now);
	}
	return o->settings != NULL ? settings_contract(o->settings, def) : NULL;
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

/* A profile by name, with the contract's parameters where it is the contract's own. */
static bool
profile_of(struct profile_conf *out, const struct contract_conf *c, const char *name)
{
	if (c != NULL && strcmp(c->params.name, name) == 0) {
		*out = c->params;
		return true;
	}
	return profile_default(out, name);
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

/* ---- terms ---- */

static const char *
zone_of(const struct link_def *def)
{
	return def->timezone[0] != '\0' ? def->timezone : "UTC";
}

static void
clock_of(struct terms *t, const struct contract_conf *c, bool own)
{
	bool ticket = strcmp(t->profile.name, "ticket") == 0;

	t->clock_start = CLOCK_MEASURED;
	if (c != NULL && (own || ticket)) {
		t->clock_start = c->clock_start;
		t->clock_pick = c->clock_pick;
		t->clock_stop = c->clock_stop;
		t->no_pauses = !c->pauses;
	}
	/* The ISP's clock of a contract that does not say what it is. */
	if (ticket && t->clock_start == CLOCK_MEASURED) {
		t->clock_start = CLOCK_OPENED;
		t->clock_stop = STOP_EARLIER;
	}
}

static void
terms_of(struct terms *t, const struct contract_conf *c, const struct profile_conf *p)
{
	bool own = c != NULL && strcmp(c->params.name, p->name) == 0;

	memset(t, 0, sizeof *t);
	t->profile = *p;
	t->min_coverage = MIN_COVERAGE;
	strcpy(t->period_kind, "range");
	clock_of(t, c, own);
	if (c == NULL)
		return;
	memcpy(t->contract, c->name, sizeof t->contract);
	t->target = c->availability;
	t->min_outage_ns = c->min_outage_ns;
	t->min_exclusive = !c->min_inclusive;
	t->grace_ns = c->grace_ns;
	t->counts_stated = c->counts_stated;
	t->counts = c->counts;
}

static void
judge_one(const struct pass *p, const struct contract_conf *c,
    const struct profile_conf *profile, struct span period, const char *kind,
    struct link_report *l)
{
	l->verdicts = memory_grow(l->verdicts, l->n_verdicts + 1, sizeof *l->verdicts);
	struct judged *j = &l->verdicts[l->n_verdicts];
	struct terms *t = &j->contract.terms;

	memset(j, 0, sizeof *j);
	terms_of(t, c, profile);
	if (c != NULL)
		memcpy(j->contract.reference, c->reference, sizeof j->contract.reference);
	t->period = period;
	snprintf(t->period_kind, sizeof t->period_kind, "%s", kind);
	t->as_of_ns = p->as_of_ns;
	t->complete = p->as_of_ns >= period.end_ns;
	if (verdict_of(&j->verdict, l->result, t) == 0)
		l->n_verdicts++;
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

static void
judge_profile(const struct pass *p, const struct contract_conf *c,
    const struct profile_conf *profile, size_t periods, struct link_report *l)
{
	const char *zone = zone_of(l->def);
	int64_t at = p->from_ns;

	if (periods == 0) {
		judge_one(p, c, profile, whole_range(p, l), "range", l);
		return;
	}
	for (size_t i = 0; i < periods; i++) {
		struct span s = {p->from_ns, p->to_ns};
		if (periods > 1)
			timespec_period(c->period, zone, at, &s.start_ns, &s.end_ns);
		judge_one(p, c, profile, s, c->period, l);
		at = s.end_ns;
	}
}

void
verdicts_make(const struct pass *p, const struct options *o, struct link_report *l)
{
	const struct contract_conf *c = verdicts_contract(o, l->def);
	size_t periods = periods_in(p, c, zone_of(l->def));
	struct profile_conf profile;

	if (wants_all(o)) {
		for (const char *const *name = PROFILE_NAMES; *name != NULL; name++)
			if (profile_of(&profile, c, *name))
				judge_profile(p, c, &profile, periods, l);
	} else {
		const char *own = c != NULL ? c->params.name : "event";
		if (profile_of(&profile, c, o->profile != NULL ? o->profile : own))
			judge_profile(p, c, &profile, periods, l);
	}
	l->has_verdict = l->n_verdicts > 0;
	if (!l->has_verdict)
		return;
	l->n_listed = l->n_verdicts;
	if (periods > 1) /* and one of it all, for who prints one only */
		judge_one(p, c, &l->verdicts[0].contract.terms.profile, whole_range(p, l),
		    "range", l);
	l->contract = l->verdicts[periods > 1 ? l->n_verdicts - 1 : 0].contract;
	l->verdict = l->verdicts[periods > 1 ? l->n_verdicts - 1 : 0].verdict;
}

void
verdicts_free(struct link_report *l)
{
	for (size_t i = 0; i < l->n_verdicts; i++)
		verdict_done(&l->verdicts[i].verdict);
	free(l->verdicts);
	l->verdicts = NULL;
	l->n_verdicts = l->n_listed = 0;
}
