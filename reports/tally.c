#include "reports/tally.h"

#include "reports/promise.h"
#include "reports/value.h"

#include <glib.h>
#include <string.h>

bool
tally_longest(const struct link_report *l, size_t *at)
{
	const struct link_result *r = l->result;

	for (size_t i = 0; i < r->n_outages && l->has_verdict; i++) {
		const struct outage *o = &r->outages[i];
		/* by the contract's clock it may be of another length than measured */
		if (o->counted && (o->end_ns - o->start_ns == l->verdict.longest_ns ||
		                      o->down_ns == l->verdict.longest_ns)) {
			*at = i;
			return true;
		}
	}
	return false;
}

/* What the contract counts of each, by id: several times of one add up. */
static GHashTable *
weights_of(const struct link_report *l)
{
	GHashTable *by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	for (size_t i = 0; l->has_verdict && l->conf != NULL && i < l->verdict.n_times;
	     i++) {
		const struct outage_time *w = &l->verdict.times[i];
		if (w->counted_ns <= 0 || w->outage_id[0] == '\0')
			continue;
		int64_t *sum = g_hash_table_lookup(by_id, w->outage_id);
		if (sum == NULL) {
			sum = g_new0(int64_t, 1);
			g_hash_table_insert(by_id, (gpointer)w->outage_id, sum);
		}
		*sum += w->counted_ns;
	}
	return by_id;
}

void
tally_worst(struct worst *w, const struct link_report *l)
{
	const struct link_result *r = l->result;
	GHashTable *by_id = weights_of(l);
	int64_t ns[TALLY_WORST + 1] = {0};
	size_t most = r->n_outages / 10;

	*w = (struct worst){.weighed = g_hash_table_size(by_id) > 0};
	most = most < 3 ? 3 : most > TALLY_WORST ? TALLY_WORST : most;
	for (size_t i = 0; r->n_outages > most && i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		const int64_t *sum = g_hash_table_lookup(by_id, o->id);
		int64_t one = !w->weighed   ? o->end_ns - o->start_ns
		              : sum != NULL ? *sum
		                            : 0;
		size_t at = w->n;
		if (one <= 0 || (w->n == most && one <= ns[most - 1]))
			continue;
		w->n += w->n < most;
		for (at = at < most ? at : most - 1; at > 0 && ns[at - 1] < one; at--) {
			ns[at] = ns[at - 1];
			w->outages[at] = w->outages[at - 1];
		}
		ns[at] = one;
		w->outages[at] = i;
	}
	for (size_t i = 0; i < w->n; i++)
		w->sum_ns += ns[i];
	g_hash_table_destroy(by_id);
}

/* Two of a kind may overlap, of other probes: what they share counts once. */
void
tally_degraded(struct degraded out[TALLY_DEGRADATIONS], const struct link_report *l)
{
	const struct link_result *r = l->result;
	int64_t last[TALLY_DEGRADATIONS];

	for (int i = 0; i < TALLY_DEGRADATIONS; i++) {
		out[i] = (struct degraded){0};
		last[i] = r->period.start_ns;
	}
	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *g = &r->degradations[i];
		int64_t from = g->start_ns > last[g->kind] ? g->start_ns : last[g->kind];
		int64_t to = g->end_ns < r->period.end_ns ? g->end_ns : r->period.end_ns;
		out[g->kind].n++;
		if (to <= from)
			continue;
		out[g->kind].ns += to - from;
		last[g->kind] = to;
	}
}

static void
take_outages(struct tally *t, const struct link_report *l)
{
	const struct link_result *r = l->result;

	t->outages = r->n_outages;
	for (size_t i = 0; i < r->n_outages; i++)
		t->not_counted += !r->outages[i].counted;
	t->has_longest = tally_longest(l, &t->longest);
	tally_worst(&t->worst, l);
	for (size_t i = 0; l->has_verdict && i < l->verdict.n_times; i++)
		t->weightless += l->verdict.times[i].counted_ns <= 0 &&
		                 l->verdict.times[i].reason != NULL;
	if (r->scheduled_ns > 0 && r->unknown_ns < r->scheduled_ns)
		t->measured = 1 - (double)r->unknown_ns / (double)r->scheduled_ns;
}

static void
take_evidence(struct tally *t, const struct evidence *e)
{
	for (size_t i = 0; i < e->n_months; i++) {
		enum verdict_kind v = e->months[i].verdict.verdict;
		t->months_missed += v == VERDICT_BREACHED;
		t->months_judged += v != VERDICT_NONE;
		t->months_refused += v == VERDICT_REFUSED;
	}
	t->tickets = e->n_tickets;
	for (size_t i = 0; i < e->n_tickets; i++)
		t->tickets_with_outage += e->ticket_rows[i].has_outage;
	for (size_t i = 0; i < e->n_servers; i++) {
		const struct name_server *s = &e->servers[i];
		t->asked[s->isp] += s->asked;
		t->failed[s->isp] += s->asked - s->good;
	}
	for (int i = 0; i < 2; i++)
		if (t->asked[i] > 0)
			t->failure[i] = (double)t->failed[i] / (double)t->asked[i];
}

static void
take_excluded(struct tally *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		size_t k = 0;
		if (in->class != CLASS_EXCLUDED)
			continue;
		const char *why = in->reason != NULL ? in->reason : "other";
		while (k < t->n_excluded && strcmp(t->excluded[k].reason, why) != 0)
			k++;
		if (k == TALLY_REASONS)
			t->excluded[--k].reason = "other";
		if (k == t->n_excluded)
			t->excluded[t->n_excluded++].reason = why;
		t->excluded[k].ns += in->end_ns - in->start_ns;
	}
}

void
tally_find(struct tally *t, const struct results *r, const struct link_report *l)
{
	struct objections o;

	memset(t, 0, sizeof *t);
	take_outages(t, l);
	if (l->evidence != NULL)
		take_evidence(t, l->evidence);
	if (l->has_verdict)
		take_excluded(t, &l->verdict);
	objections_find(&o, r, l);
	for (int i = 0; i < OBJECTIONS; i++)
		t->objections[o.word[i]]++;
}

void
tally_links(struct tally_links *t, const struct results *r)
{
	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		bool agreed = l->has_verdict && l->contract.terms.target > 0;
		t->agreed += agreed;
		t->missed += agreed && l->verdict.verdict == VERDICT_BREACHED;
		t->outages += l->result->n_outages;
	}
}

/* ---- JSON ---- */

static void
set_n(json_t *o, const char *key, uint64_t n)
{
	value_set(o, key, json_integer((json_int_t)n));
}

static json_t *
names_json(const struct tally *t, int isp)
{
	json_t *o = json_object();

	set_n(o, "asked", t->asked[isp]);
	set_n(o, "failed", t->failed[isp]);
	value_set(
	    o, "failure", t->asked[isp] > 0 ? json_real(t->failure[isp]) : json_null());
	return o;
}

/* The verdict that the summary shows, of all there are. */
static json_t *
shown_json(const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	double target = l->contract.terms.target;
	json_t *o = json_object();

	value_set(o, "profile", value_text(l->contract.terms.profile.name));
	value_set(o, "from", value_instant(l->contract.terms.period.start_ns));
	value_set(o, "to", value_instant(l->contract.terms.period.end_ns));
	value_set(o, "target", target > 0 ? json_real(target) : json_null());
	value_set(o, "min_coverage", json_real(l->contract.terms.min_coverage));
	if (v->has_availability) {
		value_set(o, "lower", json_real(v->lower));
		value_set(o, "availability", json_real(v->point));
		value_set(o, "upper", json_real(v->upper));
	}
	value_set(o, "margin",
	    v->has_availability && target > 0 ? json_real(v->point - target)
	                                      : json_null());
	value_set(o, "coverage", json_real(v->coverage));
	value_set_s(o, "down_s", v->down_ns);
	value_set_s(o, "unknown_s", v->unknown_ns);
	value_set_s(o, "excluded_s", v->excluded_ns);
	value_set(o, "commitments", promise_json(l->commitments, l->n_commitments));
	set_n(o, "outage_count", v->outage_count);
	value_set_s(o, "longest_outage_s", v->longest_ns);
	value_set_s(o, "mttr_s", v->outage_count > 0 ? v->mttr_ns : 0);
	return o;
}

static json_t *
degraded_json(const struct link_report *l)
{
	struct degraded all[TALLY_DEGRADATIONS];
	json_t *list = json_array();

	tally_degraded(all, l);
	for (int i = 0; i < TALLY_DEGRADATIONS; i++) {
		if (all[i].n == 0)
			continue;
		json_t *o = json_object();
		value_set(
		    o, "kind", json_string(degradation_name((enum degradation_kind)i)));
		set_n(o, "degradations", all[i].n);
		value_set_s(o, "degraded_s", all[i].ns);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
worst_json(const struct worst *w, const struct link_report *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->n; i++)
		json_array_append_new(
		    list, json_string(l->result->outages[w->outages[i]].id));
	return list;
}

json_t *
tally_json(const struct results *r, const struct link_report *l)
{
	json_t *o = json_object(), *reasons = json_array(), *words = json_object();
	struct tally t;

	tally_find(&t, r, l);
	value_set(o, "verdict", l->has_verdict ? shown_json(l) : json_null());
	set_n(o, "outages", t.outages);
	set_n(o, "not_counted", t.not_counted);
	set_n(o, "weightless", t.weightless);
	set_n(o, "voters_sent", l->result->voters_sent);
	set_n(o, "voters_lost", l->result->voters_lost);
	value_set(o, "longest",
	    t.has_longest ? json_string(l->result->outages[t.longest].id) : json_null());
	value_set(o, "longest_start",
	    t.has_longest ? value_instant(l->result->outages[t.longest].start_ns)
	                  : json_null());
	value_set(o, "worst", worst_json(&t.worst, l));
	value_set(o, "worst_by", json_string(t.worst.weighed ? "contract" : "length"));
	value_set_s(o, "worst_s", t.worst.sum_ns);
	value_set(o, "measured", json_real(t.measured));
	set_n(o, "months_judged", t.months_judged);
	set_n(o, "months_missed", t.months_missed);
	set_n(o, "months_refused", t.months_refused);
	set_n(o, "tickets", t.tickets);
	set_n(o, "tickets_with_outage", t.tickets_with_outage);
	value_set(o, "isp_names", names_json(&t, 1));
	value_set(o, "public_names", names_json(&t, 0));
	for (size_t i = 0; i < t.n_excluded; i++) {
		json_t *one = json_object();
		value_set(one, "reason", value_text(t.excluded[i].reason));
		value_set_s(one, "excluded_s", t.excluded[i].ns);
		json_array_append_new(reasons, one);
	}
	value_set(o, "excluded", reasons);
	value_set(o, "degraded", degraded_json(l));
	for (int i = 0; i <= OBJECTION_IDLE; i++)
		set_n(
		    words, objection_word_name((enum objection_word)i), t.objections[i]);
	value_set(o, "objections", words);
	return o;
}

json_t *
tally_links_json(const struct results *r)
{
	struct tally_links t;
	json_t *o = json_object();

	tally_links(&t, r);
	set_n(o, "links", r->n_links);
	set_n(o, "with_target", t.agreed);
	set_n(o, "missed", t.missed);
	set_n(o, "outages", t.outages);
	return o;
}
