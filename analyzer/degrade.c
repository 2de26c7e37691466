/*
 * What was bad without being an outage.
 *
 * Loss is found by a sequential test (Page's CUSUM on the log likelihood ratio) of 1 %
 * against 5 %: each lost probe adds ln(5), each answered one takes ln(0.99/0.95); at 12
 * the loss began where the sum last was zero, and it ends likewise in reverse. Two per
 * cent and a bit is where it stays undecided. More than three losses in a row of one
 * network say something of that network and are left out.
 *
 * A stall is 2 s or more in which nothing arrived, though what was sent was answered.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <math.h>
#include <string.h>

#define LLR_LOST     1.6094379124341003 /* ln(0.05/0.01) */
#define LLR_ANSWERED 0.0412464          /* ln(0.99/0.95) */
#define LLR_ENOUGH   12.0
#define CLASS_LEAST  5
#define CLASS_NS     (3 * NS_PER_S)

void
degrade_add(struct line *l, enum degradation_kind kind, enum attribution a,
    int64_t from_ns, int64_t to_ns, uint64_t sent, uint64_t lost, uint32_t probe)
{
	struct degradation d = {.start_ns = whole_us(from_ns),
	    .end_ns = whole_us(to_ns),
	    .kind = kind,
	    .attribution = a,
	    .sent = sent,
	    .lost = lost};

	if (d.end_ns <= d.start_ns)
		return;
	if (probe != UINT32_MAX) {
		d.probes = memory_grow(NULL, 1, sizeof *d.probes);
		d.probes[0] = probe;
		d.n_probes = 1;
	}
	if (l->n_degradations == l->room_degradations) {
		l->room_degradations = l->room_degradations * 2 + 8;
		l->degradations = memory_grow(
		    l->degradations, l->room_degradations, sizeof *l->degradations);
	}
	l->degradations[l->n_degradations++] = d;
}

/* ---- loss ---- */

static enum attribution
whose_loss(const struct loss_line *s)
{
	double own = s->sent > 0 ? (double)s->lost / (double)s->sent : 0;
	double gw = s->gw_sent > 0 ? (double)s->gw_lost / (double)s->gw_sent : -1;
	double isp = s->isp_sent > 0 ? (double)s->isp_lost / (double)s->isp_sent : -1;

	if (gw >= own / 2 && gw > 0 && gw < 0.98)
		return ATTR_CPE;
	if (isp >= own / 2 && isp > 0 && isp < 0.98)
		return ATTR_ACCESS;
	if (isp >= 0 && isp < own / 4)
		return ATTR_UPSTREAM;
	return ATTR_UNDETERMINED;
}

static void
loss_step(struct line *l, int64_t at_ns, bool lost)
{
	struct loss_line *s = &l->loss;

	if (!s->active) {
		if (lost && s->rise <= 0) {
			*s = (struct loss_line){.start_ns = at_ns};
		}
		s->rise += lost ? LLR_LOST : -LLR_ANSWERED;
		s->sent++;
		s->lost += lost;
		if (lost)
			s->last_lost_ns = at_ns;
		if (s->rise <= 0) {
			*s = (struct loss_line){0};
		} else if (s->rise >= LLR_ENOUGH) {
			s->active = true;
			s->fall = 0;
		}
		return;
	}
	s->sent++;
	s->lost += lost;
	if (lost)
		s->last_lost_ns = at_ns;
	s->fall += lost ? -LLR_LOST : LLR_ANSWERED;
	if (s->fall < 0)
		s->fall = 0;
	if (s->fall >= LLR_ENOUGH) {
		degrade_add(l, DEG_LOSS, whose_loss(s), s->start_ns, s->last_lost_ns,
		    s->sent, s->lost, UINT32_MAX);
		*s = (struct loss_line){0};
	}
}

/* A run too short to be one was loss after all. */
void
degrade_run_was_loss(struct line *l, const struct run *r)
{
	uint64_t fresh = r->lost > r->lost_before ? r->lost - r->lost_before : 0;

	/* What was taken out when it seemed an outage comes back. */
	vote_count(l, r->seen_ns, fresh + r->lost_before, fresh + r->lost_before);
	for (uint64_t i = 0; i < fresh && i < 3ull * r->total; i++)
		loss_step(l, r->last_lost_ns, true);
}

/* It was an outage: what was counted as loss before it was seen belongs to it. */
void
degrade_run_was_outage(struct line *l, const struct run *r)
{
	struct loss_line *s = &l->loss;
	uint64_t lost = r->lost_before < s->lost ? r->lost_before : s->lost;

	if (s->start_ns >= r->start_lo_ns) {
		*s = (struct loss_line){0};
	} else if (!s->active && s->start_ns != 0) {
		s->lost -= lost;
		s->rise -= (double)lost * LLR_LOST;
		if (s->rise <= 0)
			*s = (struct loss_line){0};
	}
}

/* ---- stall ---- */

static void
stall_step(const struct judge *j, struct line *l, const struct sample *s, bool answered)
{
	struct stall_line *t = &l->stall;
	int64_t sent = s->time.ns, arrival = sent + s->rtt_ns;

	if (t->open && sent >= t->until_ns) {
		if (t->until_ns - t->from_ns >= j->rule.stall_ns &&
		    t->lost * 5 <= t->sent)
			degrade_add(l, DEG_STALL, ATTR_UNDETERMINED, t->from_ns,
			    t->until_ns, t->sent, t->lost, UINT32_MAX);
		t->open = false;
	}
	if (!answered) {
		if (t->open) {
			t->sent++;
			t->lost++;
		}
		return;
	}
	if (t->open) {
		t->sent++;
		if (arrival > t->from_ns && arrival < t->until_ns)
			t->until_ns = arrival;
		if (t->until_ns - t->from_ns < j->rule.stall_ns)
			t->open = false;
	}
	int64_t from = t->last_arrival_ns > sent ? t->last_arrival_ns : sent;
	if (!t->open && arrival - from >= j->rule.stall_ns) {
		*t = (struct stall_line){.open = true,
		    .last_arrival_ns = t->last_arrival_ns,
		    .from_ns = from,
		    .until_ns = arrival,
		    .sent = 1};
	}
	if (arrival > t->last_arrival_ns)
		t->last_arrival_ns = arrival;
}

void
degrade_voter(struct judge *j, struct line *l, const struct sample *s, enum say say,
    bool fresh_loss)
{
	/* An answer to a second SYN came as late as the first would have: for a stall it
	 * counts. */
	stall_step(j, l, s, sample_is_answer(s));
	if (l->runs[0].active)
		return;
	if (say == SAY_ANSWER || fresh_loss)
		loss_step(l, s->time.ns, say != SAY_ANSWER);
}

/* ---- classes of probes ---- */

static struct class_line *
class_of(struct line *l, const struct probe_line *p)
{
	if (p->def.kind == KIND_DNS && p->def.role == ROLE_ISP)
		return &l->dns;
	if (p->def.role != ROLE_INTERNET)
		return NULL;
	if (p->def.kind == KIND_PING)
		return &l->ping;
	return p->def.kind == KIND_HTTP ? NULL : &l->service;
}

/* That it counts in: a service of a network that is not asked says nothing, but for those
 * that left the vote because all services are dead. */
static struct class_line *
class_in(struct line *l, const struct probe_line *p)
{
	struct class_line *c = class_of(l, p);
	const struct network_line *n = p->network >= 0 ? &l->networks[p->network] : NULL;

	if (n == NULL || c == &l->ping)
		return c;
	return n->absent || (n->left && !l->service_down.active) ? NULL : c;
}

void
degrade_state(struct line *l, struct probe_line *p, bool known, bool failing)
{
	struct class_line *c = class_in(l, p);

	if (c != NULL) {
		c->n += known;
		c->n -= p->known;
		c->failing += failing;
		c->failing -= p->failing;
	}
	p->known = known;
	p->failing = failing;
}

static void
class_step(struct line *l, struct class_line *c, struct probe_line *p, int64_t at_ns,
    bool answered, bool voter)
{
	/* A voter's state is kept by its vote; others keep theirs here. */
	if (!voter && (answered || p->known))
		degrade_state(l, p, true, !answered);
	if (answered) {
		c->last_answer_ns = at_ns;
		c->lost = 0;
		c->first_lost_ns = 0;
		return;
	}
	if (c->first_lost_ns == 0)
		c->first_lost_ns = at_ns;
	c->last_lost_ns = at_ns;
	c->lost++;
}

static void
class_count(const struct judge *j, struct line *l)
{
	if (!l->recount_classes)
		return;
	l->recount_classes = false;
	l->ping.n = l->ping.failing = l->service.n = l->service.failing = 0;
	l->dns.n = l->dns.failing = 0;
	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		struct class_line *c = class_in(l, p);
		if (c == NULL || !p->known)
			continue;
		c->n++;
		c->failing += p->failing;
	}
}

/* So many lost in a row, of a class that sends so many a second, are no chance. */
static uint64_t
class_needed(
    const struct judge *j, struct line *l, const struct class_line *c, int64_t at_ns)
{
	double p = vote_loss(l, at_ns), month = 0;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *q = &j->probes[l->probes[i]];
		if (q->known && class_in(l, q) == c)
			month += 86400 * 30 * 1e9 / (double)q->def.every_ns;
	}
	p = p < 0.05 ? 0.05 : p > 0.95 ? 0.95 : p;
	double n = ceil(log(0.01 / (month > 1 ? month : 1)) / log(p));
	return n > CLASS_LEAST ? (uint64_t)n : CLASS_LEAST;
}

/* It is of all that are asked of the class: one alone makes none. */
static void
name_class(const struct judge *j, struct line *l, const struct class_line *c,
    struct degradation *d)
{
	d->probes = memory_grow(NULL, l->n_probes + 1, sizeof *d->probes);
	d->n_probes = 0;
	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->known && class_in(l, p) == c)
			d->probes[d->n_probes++] = l->probes[i];
	}
}

static void
end_condition(const struct judge *j, struct condition *d, int64_t at_ns, struct line *l,
    enum degradation_kind kind, enum attribution a, const struct class_line *c)
{
	size_t before = l->n_degradations;

	if (d->active && d->lost >= d->needed && at_ns - d->start_ns >= CLASS_NS)
		degrade_add(l, kind, a, d->start_ns, at_ns, d->lost, d->lost, UINT32_MAX);
	if (l->n_degradations > before)
		name_class(j, l, c, &l->degradations[before]);
	*d = (struct condition){0};
}

/* Nothing was measured for longer than a gap may be: what was bad before it has ended
 * with its last loss, and what is bad after it begins there. */
static void
class_hole(const struct judge *j, struct line *l, struct class_line *c,
    struct condition *d, int64_t at_ns, enum degradation_kind kind, enum attribution a)
{
	if (c->holds_ns == 0 || at_ns <= c->holds_ns)
		return;
	l->recount_classes |= d->active;
	end_condition(j, d, c->last_lost_ns, l, kind, a, c);
	c->lost = 0;
	c->first_lost_ns = 0;
	c->holds_ns = 0;
}

/* It begins where ${begins}, and lasts while ${stays}. */
static void
hold_condition(const struct judge *j, struct line *l, struct condition *d, bool begins,
    bool stays, const struct class_line *c, int64_t at_ns, enum degradation_kind kind,
    enum attribution a)
{
	if (begins && !d->active) {
		d->active = true;
		d->start_ns = c->first_lost_ns != 0 ? c->first_lost_ns : at_ns;
		d->lost = 0;
		d->needed = class_needed(j, l, c, at_ns);
	}
	if (d->active && stays) {
		d->last_ns = at_ns;
		if (c->lost > d->lost)
			d->lost = c->lost;
	}
	if (d->active && !stays)
		end_condition(j, d, at_ns, l, kind, a, c);
}

void
degrade_sample(struct judge *j, struct line *l, struct probe_line *p,
    const struct sample *s, enum say say)
{
	struct class_line *c = class_of(l, p);
	bool answered = say == SAY_ANSWER;

	if (p->def.role == ROLE_GATEWAY && say == SAY_LOST)
		l->loss.gw_lost++;
	if (p->def.role == ROLE_GATEWAY)
		l->loss.gw_sent++;
	if (p->def.role == ROLE_ISP && p->def.kind != KIND_DNS) {
		l->loss.isp_sent++;
		l->loss.isp_lost += say == SAY_LOST;
	}
	if (c == NULL || say == SAY_NOTHING)
		return;
	/* A resolver that answers with an error does not resolve. */
	if (p->def.kind == KIND_DNS &&
	    (s->code == CODE_RCODE || s->code == CODE_MALFORMED))
		answered = false;
	bool changes = answered == p->failing || !p->known;
	int64_t at = s->time.ns;
	class_hole(j, l, &l->dns, &l->dns_down, at, DEG_DNS, ATTR_ISP_DNS);
	class_hole(j, l, &l->ping, &l->icmp_down, at, DEG_ICMP, ATTR_UNDETERMINED);
	class_hole(
	    j, l, &l->service, &l->service_down, at, DEG_SERVICE, ATTR_UNDETERMINED);
	if (at + p->max_gap_ns > c->holds_ns)
		c->holds_ns = at + p->max_gap_ns;
	class_step(l, c, p, s->time.ns, answered, p->votes);
	if (changes || c->lost > 0 || l->icmp_down.active || l->service_down.active ||
	    l->dns_down.active)
		class_count(j, l);
	else
		return;
	bool dark = l->runs[0].active;
	bool dns = l->dns.n > 0 && l->dns.failing == l->dns.n && !dark;
	bool icmp = l->ping.n >= 2 && l->ping.failing == l->ping.n && l->service.n > 0 &&
	            l->service.failing * 2 < l->service.n && !dark;
	/* One lost ping does not end it: only an answer, or the dark, does. */
	bool service =
	    l->service.n >= 2 && l->service.failing * 5 >= l->service.n * 4 && !dark;
	bool pings = l->ping.n > 0 && l->ping.failing * 2 < l->ping.n;
	bool before = l->service_down.active;
	hold_condition(j, l, &l->dns_down, dns, dns, &l->dns, at, DEG_DNS, ATTR_ISP_DNS);
	hold_condition(
	    j, l, &l->icmp_down, icmp, icmp, &l->ping, at, DEG_ICMP, ATTR_UNDETERMINED);
	hold_condition(j, l, &l->service_down, service && pings, service, &l->service, at,
	    DEG_SERVICE, ATTR_UNDETERMINED);
	l->recount_classes |= l->service_down.active != before;
}

/* ---- the end ---- */

static size_t
put_open(struct degradation *out, enum degradation_kind kind, enum attribution a,
    int64_t from_ns, int64_t to_ns, uint64_t sent, uint64_t lost)
{
	if (to_ns <= from_ns)
		return 0;
	*out = (struct degradation){.start_ns = whole_us(from_ns),
	    .end_ns = whole_us(to_ns),
	    .open = true,
	    .kind = kind,
	    .attribution = a,
	    .sent = sent,
	    .lost = lost};
	return 1;
}

static size_t
put_condition(const struct judge *j, struct line *l, struct degradation *out,
    const struct condition *d, const struct class_line *c, enum degradation_kind kind,
    enum attribution a, int64_t as_of_ns)
{
	if (!d->active || d->lost < d->needed || d->last_ns - d->start_ns < CLASS_NS ||
	    put_open(out, kind, a, d->start_ns, as_of_ns, d->lost, d->lost) == 0)
		return 0;
	name_class(j, l, c, out);
	return 1;
}

/* The first that votes of a network stands for it. */
static void
name_network(
    const struct judge *j, const struct line *l, int network, struct degradation *d)
{
	for (size_t i = 0; i < l->n_probes && d->n_probes == 0; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (!p->votes || p->network != network)
			continue;
		d->probes = memory_grow(NULL, 1, sizeof *d->probes);
		d->probes[d->n_probes++] = l->probes[i];
	}
}

size_t
degrade_open(
    const struct judge *j, struct line *l, int64_t as_of_ns, struct degradation out[8])
{
	size_t n = 0;

	if (l->loss.active) {
		n += put_open(&out[n], DEG_LOSS, whose_loss(&l->loss), l->loss.start_ns,
		    as_of_ns, l->loss.sent, l->loss.lost);
		/* Quiet for a while already: it has ended, though not yet for certain. */
		if (n > 0 && l->loss.fall > LLR_ENOUGH / 2) {
			out[n - 1].open = false;
			out[n - 1].end_ns = whole_us(l->loss.last_lost_ns);
		}
	}
	n += put_condition(
	    j, l, &out[n], &l->dns_down, &l->dns, DEG_DNS, ATTR_ISP_DNS, as_of_ns);
	n += put_condition(j, l, &out[n], &l->icmp_down, &l->ping, DEG_ICMP,
	    ATTR_UNDETERMINED, as_of_ns);
	n += put_condition(j, l, &out[n], &l->service_down, &l->service, DEG_SERVICE,
	    ATTR_UNDETERMINED, as_of_ns);
	for (size_t i = 0; i < l->n_networks && n < 8; i++) {
		const struct network_line *w = &l->networks[i];
		if (!w->left || w->absent ||
		    put_open(&out[n], DEG_TARGET, ATTR_TARGET, w->fail_since_ns, as_of_ns,
		        w->lost_row, w->lost_row) == 0)
			continue;
		name_network(j, l, (int)i, &out[n++]);
	}
	if (l->stall.open && n < 8 &&
	    l->stall.until_ns - l->stall.from_ns >= j->rule.stall_ns &&
	    as_of_ns >= l->stall.until_ns && l->stall.lost * 5 <= l->stall.sent) {
		n += put_open(&out[n], DEG_STALL, ATTR_UNDETERMINED, l->stall.from_ns,
		    l->stall.until_ns, l->stall.sent, l->stall.lost);
		out[n - 1].open = false;
	}
	return n;
}
