/*
 * Degradations that are found while samples pass: loss by windows, DNS servers, stalls,
 * targets. Those that are dark time of a family or a panel come from outage.c.
 */
#include "analyzer/book.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_NS     (60 * NS_PER_S)
#define WINDOW_VOTES  20   /* a window lasts until it has so many */
#define BAD_RATIO     0.02 /* a window is bad from here on, with so many lost */
#define BAD_LOST      5
#define ALONE_RATIO   0.1 /* a single bad window is listed from here on */
#define STALL_SENT    3

struct degradation *
degrade_add(struct book *b, enum degradation_kind kind, enum attribution attribution,
    int64_t start, int64_t end)
{
	ROOM_FOR_ONE(b->found, b->n_found, b->room_found);
	struct degradation *d = &b->found[b->n_found++];
	memset(d, 0, sizeof *d);
	d->kind = kind;
	d->attribution = attribution;
	d->start_ns = whole_us(start);
	d->end_ns = whole_us(end);
	return d;
}

void
degrade_probe(struct degradation *d, uint32_t probe)
{
	for (size_t i = 0; i < d->n_probes; i++)
		if (d->probes[i] == probe)
			return;
	d->probes = memory_grow(d->probes, d->n_probes + 1, sizeof *d->probes);
	d->probes[d->n_probes++] = probe;
}

/* ---- loss ---- */

static void
loss_over(struct book *b)
{
	double ratio = b->bad_sent > 0 ? (double)b->bad_lost / (double)b->bad_sent : 0;

	if (b->bad_windows >= 2 || ratio >= ALONE_RATIO) {
		struct degradation *d = degrade_add(
		    b, DEG_LOSS, ATTR_UNDETERMINED, b->bad_start_ns, b->bad_end_ns);
		d->sent = b->bad_sent;
		d->lost = b->bad_lost;
	}
	b->bad_windows = 0;
	b->bad_sent = b->bad_lost = 0;
}

static void
window_over(struct book *b, int64_t t)
{
	bool bad = b->window_lost >= BAD_LOST &&
	    (double)b->window_lost >= BAD_RATIO * (double)b->window_sent;

	if (bad && b->bad_windows == 0)
		b->bad_start_ns = b->window_first_ns;
	if (bad) {
		b->bad_windows++;
		b->bad_end_ns = b->window_last_ns;
		b->bad_sent += b->window_sent;
		b->bad_lost += b->window_lost;
	} else if (b->bad_windows > 0 && b->window_ns - b->bad_end_ns > 2 * WINDOW_NS) {
		loss_over(b);
	}
	b->window_ns = t;
	b->window_sent = b->window_lost = 0;
}

void
degrade_loss(struct book *b, int64_t t, uint64_t sent, uint64_t lost)
{
	if (t - b->window_ns >= WINDOW_NS && b->window_sent >= WINDOW_VOTES)
		window_over(b, t);
	if (b->window_sent == 0)
		b->window_ns = t;
	if (lost > 0 && b->window_lost == 0)
		b->window_first_ns = t;
	if (lost > 0)
		b->window_last_ns = t;
	b->window_sent += sent;
	b->window_lost += lost;
}

/* A run too short for a micro-outage: loss, and listed as such. */
void
book_blip(struct book *b, struct panel *p, const struct run *r)
{
	if (p != b->family[0] && p != b->family[1])
		return;
	struct degradation *d =
	    degrade_add(b, DEG_LOSS, ATTR_UNDETERMINED, r->start_ns, r->end_ns);
	d->sent = r->lost + r->replies;
	d->lost = r->lost;
}

/* ---- targets ---- */

void
book_target(struct book *b, struct panel *p, struct network *n, int64_t failing)
{
	if (p != b->family[0] && p != b->family[1])
		return;
	n->target_since_ns = p->last_ns - failing;
	n->target_lost = n->lost_in_a_row;
}

static void
target_probes(struct degradation *d, const struct panel *p, const struct network *n)
{
	for (size_t i = 0; i < p->n_voters; i++)
		if (&p->networks[p->voters[i].network] == n && p->voters[i].joined)
			degrade_probe(d, p->voters[i].probe);
}

void
book_target_over(struct book *b, struct panel *p, struct network *n, int64_t t)
{
	struct degradation *d =
	    degrade_add(b, DEG_TARGET, ATTR_TARGET, n->target_since_ns, t);

	d->sent = d->lost = n->target_lost;
	target_probes(d, p, n);
	n->target_since_ns = 0;
}

/* ---- DNS ---- */

void
degrade_dns(struct book *b, int index, int64_t t, bool good)
{
	struct dns_watch *d = &b->dns[index];

	if (!good) {
		if (!d->joined)
			return;
		if (d->bad++ == 0)
			d->first_bad_ns = t;
		d->last_bad_ns = t;
		return;
	}
	d->joined = true;
	if (d->bad >= d->needs) {
		struct degradation *g = degrade_add(b, DEG_DNS,
		    d->role == ROLE_ISP ? ATTR_ISP_DNS : ATTR_TARGET, d->first_bad_ns, t);
		g->sent = g->lost = d->bad;
		degrade_probe(g, d->probe);
	}
	d->bad = 0;
}

/* ---- stalls ---- */

/*
 * Nothing arrived from the start until the first late arrival, and what was sent in
 * between came back: a buffer held it. Opened by an answer that took as long as a stall.
 */
static void
stall_close(struct book *b)
{
	struct stall *s = &b->stall;
	int64_t start = s->start_ns;

	s->open = false;
	if (s->first_arrival_ns - start < b->judge->rule.stall_ns ||
	    s->answered < STALL_SENT || s->lost * 2 > s->answered)
		return;
	struct degradation *d =
	    degrade_add(b, DEG_STALL, ATTR_UNDETERMINED, start, s->first_arrival_ns);
	d->sent = s->answered + s->lost;
	d->lost = s->lost;
}

void
degrade_stall(struct book *b, int64_t t, int64_t rtt, bool answered)
{
	struct stall *s = &b->stall;
	int64_t arrival = answered && rtt >= 0 ? t + rtt : INT64_MIN;

	if (s->open && t >= s->first_arrival_ns)
		stall_close(b);
	if (!s->open && arrival != INT64_MIN && rtt >= b->judge->rule.stall_ns) {
		s->open = true;
		s->first_sent_ns = t;
		s->start_ns = s->last_arrival_ns > t ? s->last_arrival_ns : t;
		s->first_arrival_ns = arrival;
		s->answered = 1;
		s->lost = 0;
	} else if (s->open) {
		s->answered += arrival != INT64_MIN;
		s->lost += !answered;
		if (arrival != INT64_MIN && arrival < s->first_arrival_ns)
			s->first_arrival_ns = arrival;
	}
	if (arrival > s->last_arrival_ns)
		s->last_arrival_ns = arrival;
}

/* ---- into a result ---- */

struct degradation *
result_degradation(struct link_result *r, enum degradation_kind kind,
    enum attribution attribution, int64_t start, int64_t end)
{
	r->degradations =
	    memory_grow(r->degradations, r->n_degradations + 1, sizeof *r->degradations);
	struct degradation *d = &r->degradations[r->n_degradations++];
	memset(d, 0, sizeof *d);
	d->kind = kind;
	d->attribution = attribution;
	d->start_ns = whole_us(start);
	d->end_ns = whole_us(end);
	return d;
}

static void
collect_open(struct book *b, struct link_result *r, int64_t as_of)
{
	struct degradation *d;

	for (size_t i = 0; i < b->n_dns; i++) {
		const struct dns_watch *w = &b->dns[i];
		if (w->bad < w->needs)
			continue;
		d = result_degradation(r, DEG_DNS,
		    w->role == ROLE_ISP ? ATTR_ISP_DNS : ATTR_TARGET, w->first_bad_ns,
		    as_of);
		d->open = true;
		d->sent = d->lost = w->bad;
		degrade_probe(d, w->probe);
	}
	for (size_t f = 0; f < 2; f++) {
		const struct panel *p = b->family[f];
		for (size_t i = 0; i < p->n_networks; i++) {
			const struct network *n = &p->networks[i];
			if (n->target_since_ns == 0)
				continue;
			d = result_degradation(
			    r, DEG_TARGET, ATTR_TARGET, n->target_since_ns, as_of);
			d->open = true;
			d->sent = d->lost = n->target_lost;
			target_probes(d, p, n);
		}
	}
	if (b->bad_windows >= 2) {
		d = result_degradation(
		    r, DEG_LOSS, ATTR_UNDETERMINED, b->bad_start_ns, as_of);
		d->open = true;
		d->sent = b->bad_sent;
		d->lost = b->bad_lost;
	}
}

void
degrade_collect(struct book *b, struct link_result *r, int64_t as_of)
{
	for (size_t i = 0; i < b->n_found; i++) {
		const struct degradation *f = &b->found[i];
		struct degradation *d = result_degradation(
		    r, f->kind, f->attribution, f->start_ns, f->end_ns);
		d->sent = f->sent;
		d->lost = f->lost;
		d->n_probes = f->n_probes;
		d->probes = memory_copy(f->probes, f->n_probes, sizeof *f->probes);
	}
	collect_open(b, r, as_of);
}
