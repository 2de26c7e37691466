#include "reports/objections.h"

#include <string.h>

#define LATE_NS (10 * NS_PER_S)

const char *
objection_word_name(enum objection_word w)
{
	static const char *const NAMES[] = {
	    "answered", "in-part", "conceded", "does-not-arise"};

	return NAMES[w];
}

const char *
objection_name(enum objection_kind k)
{
	static const char *const NAMES[] = {"router", "lan", "line-full", "maintenance",
	    "target", "icmp", "clock", "gaps", "ticket", "other-accesses"};

	return NAMES[k];
}

static bool
is_of(const struct probe_def *p, const struct link_report *l)
{
	return strcmp(p->centre, l->def->centre) == 0 &&
	       strcmp(p->link, l->def->link) == 0;
}

static bool
is_voter(const struct probe_def *p)
{
	return p->role == ROLE_INTERNET && (p->kind == KIND_PING || p->kind == KIND_TCP);
}

static void
count_probes(struct objections *o, const struct results *r, const struct link_report *l)
{
	for (size_t i = 0; i < r->n_probes; i++) {
		const struct probe_def *p = &r->probes[i];
		bool seen = false;
		if (!is_of(p, l))
			continue;
		o->gateway_probes += p->role == ROLE_GATEWAY;
		if (!is_voter(p))
			continue;
		o->voters++;
		o->pings += p->kind == KIND_PING;
		o->others += p->kind == KIND_TCP;
		for (size_t k = 0; k < i && !seen; k++)
			seen = is_of(&r->probes[k], l) && is_voter(&r->probes[k]) &&
			       strcmp(r->probes[k].network, p->network) == 0;
		o->networks += !seen;
	}
	for (size_t i = 0; i < l->result->n_targets; i++)
		o->flaky += l->result->targets[i].flaky;
}

static bool
overlaps(const struct outage *o, int64_t start, int64_t end)
{
	return o->start_ns < end && o->end_ns > start;
}

/* Was a saturation under way that began before the outage? One that begins with it is
 * what an outage looks like. */
static bool
was_full(const struct link_result *r, const struct outage *o)
{
	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *d = &r->degradations[i];
		if (d->kind == DEG_SATURATION && d->start_ns < o->start_ns &&
		    d->end_ns >= o->start_ns)
			return true;
	}
	return false;
}

/* Was the line counted when the outage began, or a few seconds before? */
static bool
is_load_known(const struct evidence *e, int64_t at_ns)
{
	for (size_t i = 0; i < e->n_loads; i++)
		if (e->loads[i].start_ns <= at_ns &&
		    at_ns <= e->loads[i].end_ns + LATE_NS)
			return true;
	return false;
}

static void
take_outage(struct objections *out, const struct link_report *l, const struct outage *o)
{
	const struct evidence *e = l->evidence;
	const char *deepest =
	    o->deepest_answering != NULL ? o->deepest_answering : "none";
	bool touched = false;

	out->attributed_cpe += o->attribution == ATTR_CPE;
	out->attributed_local += o->attribution == ATTR_LOCAL;
	if (!o->counted)
		return;
	if (out->counted++ == 0 || o->networks_failed < out->fewest_failed) {
		out->fewest_failed = o->networks_failed;
		out->of_networks = o->networks_total;
	}
	out->gateway_answered += strcmp(deepest, "none") != 0;
	out->beyond += strcmp(deepest, "isp") == 0 || strcmp(deepest, "internet") == 0;
	bool full = was_full(l->result, o);
	out->during_saturation += full;
	out->load_known += full || (e != NULL && is_load_known(e, o->start_ns));
	out->edges_ns += o->start_bound_ns + (o->open ? 0 : o->end_bound_ns);
	out->other_up += o->links_up != 0;
	out->other_down += o->links_down != 0;
	for (size_t i = 0; e != NULL && i < e->n_exclusion_rows; i++)
		touched |= overlaps(
		    o, e->exclusion_rows[i].start_ns, e->exclusion_rows[i].end_ns);
	out->touched += touched;
	out->without_ticket += evidence_ticket(l, o) == NULL;
}

static void
take_link(struct objections *o, const struct results *r, const struct link_report *l)
{
	const struct terms *t = &l->contract.terms;

	for (size_t i = 0; i < l->result->n_degradations; i++) {
		o->saturations += l->result->degradations[i].kind == DEG_SATURATION;
		o->icmp += l->result->degradations[i].kind == DEG_ICMP;
	}
	o->exclusions = l->evidence != NULL ? l->evidence->n_exclusion_rows : 0;
	o->ordinary_loss = l->result->ordinary_loss;
	o->synchronised = r->synchronised;
	o->clock_bound_ns = evidence_clock_bound(r, l);
	o->unknown_ns = l->result->unknown_ns;
	o->scheduled_ns = l->result->scheduled_ns;
	if (o->scheduled_ns > 0)
		o->unknown_share = (double)o->unknown_ns / (double)o->scheduled_ns;
	if (l->has_verdict) {
		o->has_contract = t->contract[0] != '\0';
		o->little_unknown = l->verdict.coverage >= t->min_coverage;
		o->excluded_ns = l->verdict.excluded_ns;
		o->has_target = t->target > 0 && l->verdict.has_availability;
		o->breached = o->has_target && l->verdict.upper < t->target;
		o->by_ticket = (t->clock_start & ~(unsigned)CLOCK_MEASURED) != 0 ||
		               t->clock_stop != STOP_RESTORED;
		o->contract_down_ns = l->verdict.down_ns;
		o->measured_down_ns = l->settlement != NULL && l->settlement->by_ticket
		                          ? l->settlement->measured_down_ns
		                          : l->verdict.down_ns;
	}
	for (size_t i = 0; i < r->n_link_defs; i++)
		o->other_links += strcmp(r->link_defs[i].centre, l->def->centre) == 0 &&
		                  strcmp(r->link_defs[i].link, l->def->link) != 0;
}

/* All of them, some of them, or none. */
static enum objection_word
by_share(size_t n, size_t of)
{
	return n == of ? OBJECTION_ANSWERED
	       : n > 0 ? OBJECTION_PARTLY
	               : OBJECTION_CONCEDED;
}

static void
weigh(struct objections *o)
{
	enum objection_word *w = o->word;
	/* of an imported history the clock is not known, whatever its times say */
	bool fine = o->synchronised && o->clock_bound_ns > 0;

	if (o->counted == 0) {
		for (int i = 0; i < OBJECTIONS; i++)
			w[i] = OBJECTION_IDLE;
		return;
	}
	/* That the router answers on its LAN side does not clear it of its WAN side. */
	w[OBJECTION_ROUTER] = o->gateway_probes == 0    ? OBJECTION_CONCEDED
	                      : o->beyond == o->counted ? OBJECTION_ANSWERED
	                      : o->gateway_answered > 0 ? OBJECTION_PARTLY
	                                                : OBJECTION_CONCEDED;
	w[OBJECTION_LAN] = o->gateway_probes == 0
	                       ? OBJECTION_CONCEDED
	                       : by_share(o->gateway_answered, o->counted);
	w[OBJECTION_FULL] = by_share(o->load_known - o->during_saturation, o->counted);
	/* That none was entered is no proof: the notice is the ISP's to show. */
	w[OBJECTION_MAINTENANCE] = o->exclusions == 0
	                               ? OBJECTION_PARTLY
	                               : by_share(o->counted - o->touched, o->counted);
	w[OBJECTION_TARGET] = o->fewest_failed >= 2 ? OBJECTION_ANSWERED
	                      : o->networks >= 2    ? OBJECTION_PARTLY
	                                            : OBJECTION_CONCEDED;
	w[OBJECTION_ICMP] = o->others == 0 && o->ordinary_loss > OBJECTIONS_LITTLE_LOSS
	                        ? OBJECTION_CONCEDED
	                    : o->others == 0 ? OBJECTION_PARTLY
	                    : o->pings == 0  ? OBJECTION_IDLE
	                                     : OBJECTION_ANSWERED;
	w[OBJECTION_CLOCK] = fine ? OBJECTION_ANSWERED : OBJECTION_CONCEDED;
	w[OBJECTION_GAPS] = o->unknown_ns == 0 || o->breached     ? OBJECTION_ANSWERED
	                    : !o->has_target && o->little_unknown ? OBJECTION_PARTLY
	                                                          : OBJECTION_CONCEDED;
	w[OBJECTION_TICKET] = !o->by_ticket
	                          ? OBJECTION_IDLE
	                          : by_share(o->counted - o->without_ticket, o->counted);
	w[OBJECTION_OTHERS] =
	    o->other_links == 0 ? OBJECTION_CONCEDED : by_share(o->other_up, o->counted);
}

void
objections_find(
    struct objections *out, const struct results *r, const struct link_report *l)
{
	memset(out, 0, sizeof *out);
	count_probes(out, r, l);
	for (size_t i = 0; i < l->result->n_outages; i++)
		take_outage(out, l, &l->result->outages[i]);
	take_link(out, r, l);
	weigh(out);
}
