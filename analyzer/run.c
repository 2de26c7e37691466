/*
 * Dark runs. A run begins with the sample by which a quorum of the networks fails and
 * ends with the answer by which it no longer does; where its edges lie is looked up then
 * (edge.c). It was an outage if so many were lost in a row that ordinary loss makes one
 * such run in a hundred months.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
family_dark(const struct judge *j, const struct line *l, int family)
{
	unsigned n = l->members[family];

	return n > 0 && l->failing[family] >= vote_quorum(j->rule.quorum, n);
}

static bool
is_dark(const struct judge *j, const struct line *l, const struct run *r)
{
	if (!r->need_link)
		return family_dark(j, l, r->family);
	if (l->members[V4] + l->members[V6] == 0)
		return false;
	for (int f = 0; f < FAMILIES; f++)
		if (l->members[f] > 0 && !family_dark(j, l, f))
			return false;
	return true;
}

/* ---- parameters ---- */

unsigned
run_needed(const struct judge *j, const struct line *l, double loss, bool micro)
{
	const struct judge_rule *r = &j->rule;
	double p = loss < r->least_loss ? r->least_loss : loss > 0.99 ? 0.99 : loss;
	double month = vote_rate(j, l) * 86400 * 30;
	double n =
	    ceil(log((micro ? 1 : r->false_alarms) / (month > 1 ? month : 1)) / log(p));
	unsigned least = micro                         ? r->micro_least
	                 : l->fastest_ns >= r->slow_ns ? r->slow_least
	                                               : r->outage_least;

	return n > least ? (unsigned)n : least;
}

/* ---- how it begins ---- */

/* Which of the failing networks fell with this run: those with no answer since it began.
 */
static void
gather_networks(struct line *l, struct run *r)
{
	int64_t slack = r->rtt_p99_ns + 2 * l->fastest_ns;

	r->failed = r->total = 0;
	for (size_t i = 0; i < l->n_networks; i++) {
		struct network_line *n = &l->networks[i];
		if (!n->joined || n->left || n->absent || !run_concerns(l, r, (int)i))
			continue;
		r->total++;
		if (r->need_link)
			n->in_row = n->in_run =
			    n->failing && n->last_answer_ns <= r->seen_ns + slack;
		r->failed += n->failing;
	}
}

static void
begin(struct judge *j, struct line *l, struct run *r, const struct voted *v)
{
	bool link = r->need_link;
	int family = r->family;
	int64_t gap_to = r->gap_to_ns;
	char incident[17];
	struct cause_hint earlier = r->earlier;

	memcpy(incident, r->incident, sizeof incident);
	*r = (struct run){.active = true, .need_link = link, .family = family};
	r->seen_ns = v->sent_ns;
	r->k = edge_losses(vote_loss(l, v->sent_ns));
	r->rtt_p99_ns = edge_rtt_p99(l);
	gather_networks(l, r);
	edge_start(l, r);
	r->lost_before = r->lost - 1; /* what was counted as loss before it was seen */
	if (link)
		vote_uncount(l, v->sent_ns, r->lost_before);
	r->loss_ratio = vote_loss(l, v->sent_ns);
	if (edge_losses(r->loss_ratio) != r->k) { /* by its own onset it seemed lossier */
		r->k = edge_losses(r->loss_ratio);
		edge_start(l, r);
	}
	if (gap_to > r->start_lo_ns && gap_to != 0) { /* dark since some time in a gap */
		r->from_gap = true;
		memcpy(r->incident, incident, sizeof incident);
		r->earlier = earlier;
	}
	if (link)
		cause_reset(j, l, r);
}

/* ---- what it was ---- */

static void
identify(const struct judge *j, const struct line *l, const struct voted *v, char id[17])
{
	char text[256];
	uint64_t h = 1469598103934665603ull;

	snprintf(text, sizeof text, "%s/%s/%s/%u/%s/%llu", j->rule.agent, l->def.centre,
	    l->def.link, v->session,
	    v->probe < j->n_probes ? j->probes[v->probe].def.name : "",
	    (unsigned long long)v->seq);
	for (const char *c = text; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ull;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	h ^= h >> 32;
	snprintf(id, 17, "%016llx", (unsigned long long)h);
}

void
found_free(struct found *f)
{
	free(f->o.holes);
	f->o.holes = NULL;
}

static int64_t
longest_ns(const struct outage *o)
{
	return o->end_ns - o->start_ns;
}

/* An outage that somebody else stated: from the state's instant to ${end_ns}. */
void
state_outage(struct judge *j, struct line *l, const struct run *r, int64_t end_ns,
    struct found *out)
{
	memset(out, 0, sizeof *out);
	out->o.start_ns = r->start_lo_ns;
	out->o.end_ns = end_ns;
	out->o.counted = true;
	out->o.extent = EXTENT_TOTAL;
	out->o.confidence = CONF_LOW;
	out->o.deepest_answering = "none";
	identify(j, l, &r->first, out->o.id);
	memcpy(out->o.incident, out->o.id, sizeof out->o.incident);
}

static bool
classify(const struct judge *j, struct line *l, const struct run *r, struct outage *o)
{
	unsigned outage = run_needed(j, l, r->loss_ratio, false);
	unsigned micro = run_needed(j, l, r->loss_ratio, true);
	bool slow = l->fastest_ns >= j->rule.slow_ns;

	o->inputs = (struct outage_inputs){
	    .loss_ratio =
	        r->loss_ratio > j->rule.least_loss ? r->loss_ratio : j->rule.least_loss,
	    .loss_around_ratio = r->loss_ratio,
	    .probes_30d = vote_rate(j, l) * 86400 * 30,
	    .lost_in_a_row = (unsigned)r->best_streak,
	    .outage_needs = outage,
	    .micro_needs = micro,
	    .k = r->k,
	    .rtt_p99_ns = r->rtt_p99_ns};
	if (r->loss_ratio > l->worst_loss)
		l->worst_loss = r->loss_ratio;
	o->micro =
	    r->best_streak < outage || (slow && longest_ns(o) < j->rule.slow_least_ns);
	if (!o->micro)
		return true;
	return r->best_streak >= micro && r->loss_ratio <= j->rule.fold_loss;
}

bool
run_outage(struct judge *j, struct line *l, const struct run *r, bool open,
    int64_t end_lo_ns, int64_t end_hi_ns, struct found *out)
{
	struct outage *o = &out->o;
	int64_t clock = j->rule.clock_bound_ns;

	memset(out, 0, sizeof *out);
	out->from_gap = r->from_gap;
	if (r->from_gap)
		edge_in_gap(r->first.sent_ns, r->start_lo_ns, clock, &o->start_ns,
		    &o->start_bound_ns);
	else
		edge_between(r->start_lo_ns, r->start_hi_ns, clock, &o->start_ns,
		    &o->start_bound_ns);
	if (open)
		o->end_ns = whole_us(end_hi_ns);
	else if (r->gap_from_ns >= r->start_hi_ns && r->gap_to_ns > end_lo_ns)
		edge_in_gap(
		    r->gap_from_ns, end_hi_ns, clock, &o->end_ns, &o->end_bound_ns);
	else
		edge_between(end_lo_ns, end_hi_ns, clock, &o->end_ns, &o->end_bound_ns);
	if (o->end_ns < o->start_ns)
		o->end_ns = o->start_ns;
	o->n_holes = r->n_holes;
	/* too little was lost after the last hole to say that it was still dark then */
	while (!open && o->n_holes > 0 && r->holes[o->n_holes - 1].end_ns > o->end_ns) {
		int64_t dark = r->holes[--o->n_holes].start_ns;
		edge_in_gap(dark,
		    dark - end_lo_ns > end_hi_ns - dark ? end_lo_ns : end_hi_ns, clock,
		    &o->end_ns, &o->end_bound_ns);
	}
	o->open = open;
	if (!classify(j, l, r, o))
		return false;
	identify(j, l, &r->first, o->id);
	memcpy(o->incident, r->incident[0] != '\0' ? r->incident : o->id,
	    sizeof o->incident);
	o->probes_lost = r->lost;
	o->networks_failed = r->failed;
	o->networks_total = r->total;
	o->replies_during = r->replies;
	if (o->n_holes > 0) {
		o->holes = memory_grow(NULL, o->n_holes, sizeof *o->holes);
		memcpy(o->holes, r->holes, o->n_holes * sizeof *o->holes);
	}
	return true;
}

/* ICMP alone was silent: none of the failing networks was asked by TCP, and bytes flowed
 * or TCP to others completed. */
static bool
only_icmp(const struct judge *j, const struct line *l, const struct run *r,
    const struct found *f)
{
	double seconds = (double)(f->o.end_ns - f->o.start_ns) / 1e9;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->votes && p->known && p->def.kind == KIND_TCP &&
		    l->networks[p->network].in_run)
			return false;
	}
	bool flows = f->o.rx_bytes >= (uint64_t)j->rule.quiet_bytes &&
	             (double)f->o.rx_bytes > (double)j->rule.quiet_bytes_per_s * seconds;
	return r->cut == 0 && (flows || r->tcp_answered);
}

/* Answers at its very end are of the time after it. */
static void
forget_last_replies(const struct line *l, struct run *r, const struct voted *v)
{
	uint64_t after = 0;

	for (size_t i = 0; i < l->n_networks; i++) {
		const struct network_line *n = &l->networks[i];
		if (n->in_run && !n->failing && n->up_sent_ns >= r->seen_ns &&
		    n->up_sent_ns >= r->closing_ns - 3 * n->every_ns - r->rtt_p99_ns)
			after += n->up_answers;
	}
	if (after > 0 && v->say == SAY_ANSWER)
		after--; /* the one that ended it was not counted */
	r->replies -= after < r->replies ? after : r->replies;
}

/* Edges are midpoints, and two runs close together may have theirs cross: the later
 * gives way, and its bound grows by as much. */
void
found_after(const struct line *l, struct found *f)
{
	struct outage *o = &f->o;

	if (l->n_found == 0)
		return;
	int64_t before = l->found[l->n_found - 1].o.end_ns;
	if (o->start_ns >= before)
		return;
	o->start_bound_ns += before - o->start_ns;
	o->start_ns = before;
	if (o->end_ns < before) {
		o->end_bound_ns += before - o->end_ns;
		o->end_ns = before;
	}
}

static void
keep(struct line *l, struct found *f)
{
	found_after(l, f);
	if (l->n_found == l->room_found) {
		l->room_found = l->room_found * 2 + 8;
		l->found = memory_grow(l->found, l->room_found, sizeof *l->found);
	}
	l->found[l->n_found++] = *f;
}

/* Did the other family answer what was sent between two losses of this one? Only that
 * shows that it was not the link. */
static bool
other_answered(const struct line *l, const struct run *r)
{
	for (unsigned i = 0; i < ring_kept(l); i++) {
		const struct voted *v = ring_back(l, i);
		if (v->say == SAY_ANSWER && v->sent_ns > r->first.sent_ns &&
		    v->sent_ns < r->last_lost_ns &&
		    l->networks[v->network].family != r->family)
			return true;
	}
	return false;
}

static void
finish(struct judge *j, struct line *l, struct run *r, const struct voted *v)
{
	struct found f;
	int64_t lo, hi, now_ns = v->sent_ns;

	r->closing_ns = now_ns;
	forget_last_replies(l, r, v);
	edge_end(l, r, &lo, &hi);
	l->dark_ns += r->need_link ? now_ns - r->seen_ns : 0;
	if (!run_outage(j, l, r, false, lo, hi, &f)) {
		if (r->need_link)
			degrade_run_was_loss(l, r);
	} else if (!r->need_link) {
		/* One family alone; the link's own run would tell if it was both. */
		if (!l->runs[0].active && l->members[V4] > 0 && l->members[V6] > 0 &&
		    other_answered(l, r))
			degrade_add(l, r->family == V4 ? DEG_IPV4 : DEG_IPV6,
			    ATTR_UNDETERMINED, f.o.start_ns, f.o.end_ns, r->lost, r->lost,
			    r->first.probe);
		found_free(&f);
	} else {
		cause_find(j, l, r, lo, &f);
		if (only_icmp(j, l, r, &f)) {
			degrade_add(l, DEG_ICMP, ATTR_UNDETERMINED, f.o.start_ns,
			    f.o.end_ns, r->lost, r->lost, r->first.probe);
			found_free(&f);
		} else {
			keep(l, &f);
			degrade_run_was_outage(l, r);
		}
	}
	for (size_t i = 0; i < l->n_networks; i++) {
		struct network_line *n = &l->networks[i];
		if (!run_concerns(l, r, (int)i))
			continue;
		if (n->failing && (n->in_run || !r->need_link)) {
			n->fail_since_ns = now_ns; /* since then on its own */
			n->dark_at_fail_ns = l->dark_ns;
		}
		if (r->need_link)
			n->in_run = n->in_row = false;
	}
	free(r->holes);
	*r = (struct run){.need_link = r->need_link, .family = r->family};
}

/* ---- unknown time ---- */

/* A gap in the middle of a run is a hole if it is dark on both sides; a long one parts
 * two. */
static void
resolve_gap(struct judge *j, struct line *l, struct run *r, const struct voted *v)
{
	struct found f;

	if (r->gap_from_ns < r->start_hi_ns || v->sent_ns < r->gap_to_ns)
		return;
	if (r->gap_to_ns - r->gap_from_ns <= j->rule.max_hole_ns) {
		r->holes = memory_grow(r->holes, r->n_holes + 1, sizeof *r->holes);
		r->holes[r->n_holes++] =
		    (struct span){whole_us(r->gap_from_ns), whole_us(r->gap_to_ns)};
		r->gap_from_ns = r->gap_to_ns = 0;
		return;
	}
	if (run_outage(j, l, r, false, r->gap_from_ns, r->gap_from_ns, &f)) {
		edge_in_gap(r->gap_from_ns, r->gap_to_ns, j->rule.clock_bound_ns,
		    &f.o.end_ns, &f.o.end_bound_ns);
		if (r->need_link) {
			cause_find(j, l, r, r->gap_from_ns, &f);
			keep(l, &f);
			degrade_run_was_outage(l, r);
			memcpy(r->incident, f.o.incident, sizeof r->incident);
			r->earlier = (struct cause_hint){true, f.o.attribution};
		} else {
			found_free(&f);
		}
	}
	free(r->holes);
	r->holes = NULL;
	r->n_holes = 0;
	r->start_lo_ns = r->gap_from_ns;
	r->start_hi_ns = r->seen_ns = v->sent_ns;
	r->from_gap = true;
	r->gap_from_ns = r->gap_to_ns = 0;
	r->first = *v;
	r->lost = r->cut = r->streak = r->best_streak = r->replies = 0;
	if (r->need_link)
		cause_reset(j, l, r);
}

void
run_gap(struct judge *j, struct line *l, int64_t from_ns, int64_t to_ns)
{
	(void)j;
	for (int i = 0; i < 1 + FAMILIES; i++) {
		l->runs[i].gap_from_ns = from_ns;
		l->runs[i].gap_to_ns = to_ns;
	}
}

/* ---- one sample ---- */

static void
go_on(struct judge *j, struct line *l, struct run *r, const struct voted *v)
{
	if (v->say == SAY_ANSWER) {
		r->replies++;
		if (!r->need_link || l->networks[v->network].in_row)
			r->streak = 0;
		if (r->need_link)
			l->networks[v->network].in_row = false;
		if (!l->networks[v->network].in_run &&
		    j->probes[v->probe].def.kind == KIND_TCP)
			r->tcp_answered = true;
		return;
	}
	if (!l->networks[v->network].failing)
		return;
	resolve_gap(j, l, r, v);
	/* A network that fell with the others but was asked last: the start is looked up
	 * anew. */
	if (r->need_link && !l->networks[v->network].in_run &&
	    l->networks[v->network].last_answer_ns <=
	        r->seen_ns + r->rtt_p99_ns + 2 * l->fastest_ns &&
	    v->sent_ns <= r->seen_ns + 5 * l->fastest_ns + 5 * NS_PER_S &&
	    r->n_holes == 0) {
		gather_networks(l, r);
		edge_start(l, r);
		cause_reset(j, l, r);
		return;
	}
	if (r->need_link && !l->networks[v->network].in_run)
		return; /* one that answered well into the run */
	r->lost++;
	r->cut += v->say == SAY_CUT;
	r->last_lost_ns = v->sent_ns;
	if (r->evidence < r->k && l->networks[v->network].fell && r->cut == 0 &&
	    r->n_holes == 0) {
		r->evidence++; /* there were not k of them when it began */
		r->start_hi_ns = v->sent_ns + r->rtt_p99_ns;
		if (r->need_link)
			cause_reset(j, l, r);
	}
	if (r->need_link && !l->networks[v->network].in_row)
		return;
	if (++r->streak > r->best_streak)
		r->best_streak = r->streak;
}

void
run_update(struct judge *j, struct line *l, const struct voted *v)
{
	l->ring[l->ring_n++ % RING_SAMPLES] = *v;
	if (l->ring_n >= 2 * RING_SAMPLES)
		l->ring_n -= RING_SAMPLES;
	for (int i = 0; i < 1 + FAMILIES; i++) {
		struct run *r = &l->runs[i];
		bool dark = is_dark(j, l, r);
		if (!run_concerns(l, r, v->network))
			continue;
		if (r->active && dark)
			go_on(j, l, r, v);
		else if (r->active)
			finish(j, l, r, v);
		else if (dark)
			begin(j, l, r, v);
	}
}
