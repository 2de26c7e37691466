/*
 * What a link was like while it carried: latency shifts, jitter, and the customer's own
 * traffic filling it; targets that lose what others do not.
 */
#include "analyzer/line.h"

#include "analyzer/flaky.h"
#include "analyzer/speed.h"
#include "base/bytes.h"

#include <stdlib.h>

#define CUSTOMERS_NS (120 * NS_PER_S) /* an outage is found so long after its start */
#define FOUND_RECENT 8                /* outages that may be incomplete */

void
quality_open(struct line *l)
{
	l->shift = shift_new();
	l->speed[0] = speed_new();
	l->speed[1] = speed_new();
	saturation_init(&l->saturation, l->def.capacity_down_bps, l->def.capacity_up_bps);
}

void
quality_free(struct line *l)
{
	shift_free(l->shift);
	speed_free(l->speed[0]);
	speed_free(l->speed[1]);
	saturation_free(&l->saturation);
	customers_free(&l->customers);
}

void
quality_sample(struct line *l, struct probe_line *p, const struct sample *s, enum say say)
{
	shift_sample(l->shift, s);
	if (probe_is_test(&p->def))
		speed_sample(l->speed[p->upload], s);
	if (probe_is_test(&p->def) && s->rtt_ns > 0)
		saturation_test(&l->saturation, s->time.ns, s->time.ns + s->rtt_ns);
	if (p->votes && say != SAY_NOTHING && !l->runs[0].active) {
		p->sent++;
		p->lost += say != SAY_ANSWER;
	}
}

void
quality_customers(const struct line *l, struct found *f)
{
	if (!f->customers_known)
		f->customers_known = customers_between(
		    &l->customers, f->o.start_ns, f->o.end_ns, &f->o.connections);
}

/* Readings are kept from the beginning of what may yet be found, or was and is not
 * complete. */
static void
take_customers(struct line *l, const struct counters *c)
{
	int64_t keep = c->time.ns - CUSTOMERS_NS;
	size_t first = l->n_found > FOUND_RECENT ? l->n_found - FOUND_RECENT : 0;

	if (l->runs[0].active && l->runs[0].start_lo_ns - CUSTOMERS_NS < keep)
		keep = l->runs[0].start_lo_ns - CUSTOMERS_NS;
	for (size_t i = first; i < l->n_found; i++)
		if (!l->found[i].customers_known && l->found[i].o.start_ns < keep)
			keep = l->found[i].o.start_ns;
	customers_counters(&l->customers, c, keep);
	for (size_t i = first; i < l->n_found; i++)
		quality_customers(l, &l->found[i]);
}

void
quality_counters(struct line *l, const struct counters *c)
{
	struct span busy;

	take_customers(l, c);
	if (saturation_counters(&l->saturation, c, &busy))
		shift_saturated(l->shift, busy.start_ns, busy.end_ns);
}

static void
add(struct degradation **list, size_t *n, struct degradation d)
{
	*list = memory_grow(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = d;
}

/* Tests that did not reach what is promised. Of one that the customer's own traffic
 * hindered nothing is held against the ISP. */
static size_t
list_slow(const struct line *l, struct span period, int64_t as_of_ns,
    const struct saturation_span *busy, size_t n_busy, struct degradation **out, size_t n)
{
	for (int up = 0; up < 2; up++) {
		struct speed_rule rule = {.minimum = l->minimum_bps[up]};
		struct speed_result r;
		speed_finish(
		    l->speed[up], &rule, period.start_ns, period.end_ns, as_of_ns, &r);
		for (size_t i = 0; i < r.n_below; i++) {
			struct degradation d = r.below[i];
			for (size_t k = 0; k < n_busy; k++)
				if (busy[k].start_ns < d.end_ns &&
				    busy[k].end_ns > d.start_ns)
					d.attribution = ATTR_SATURATION;
			add(out, &n, d);
		}
		r.n_below = 0; /* their probes are given on */
		speed_result_free(&r);
	}
	return n;
}

size_t
quality_list(
    const struct line *l, struct span period, int64_t as_of_ns, struct degradation **out)
{
	struct shift_found *shifts;
	struct saturation_span *busy;
	size_t n = 0;

	*out = NULL;
	size_t n_shifts =
	    shift_finish(l->shift, period.start_ns, period.end_ns, as_of_ns, &shifts);
	for (size_t i = 0; i < n_shifts; i++) {
		struct shift_found *f = &shifts[i];
		struct degradation d = {.start_ns = f->start_ns,
		    .end_ns = f->end_ns,
		    .open = f->open,
		    .kind = f->kind,
		    .attribution = f->attribution,
		    .bound_ns = f->bound_ns,
		    .before_ns = f->before_ns,
		    .during_ns = f->during_ns,
		    .single = f->single,
		    .settled = f->settled,
		    .n_probes = f->n_probes};
		d.probes = memory_grow(NULL, f->n_probes + 1, sizeof *d.probes);
		for (size_t k = 0; k < f->n_probes; k++)
			d.probes[k] = f->probes[k];
		add(out, &n, d);
	}
	shift_found_free(shifts, n_shifts);
	size_t n_busy = saturation_finish(
	    &l->saturation, period.start_ns, period.end_ns, as_of_ns, &busy);
	for (size_t i = 0; i < n_busy; i++)
		add(out, &n,
		    (struct degradation){.start_ns = busy[i].start_ns,
		        .end_ns = busy[i].end_ns,
		        .open = busy[i].open,
		        .kind = DEG_SATURATION,
		        .attribution = ATTR_SATURATION,
		        .peak = busy[i].peak});
	n = list_slow(l, period, as_of_ns, busy, n_busy, out, n);
	free(busy);
	return n;
}

void
quality_targets(const struct judge *j, const struct line *l, struct link_result *r)
{
	struct flaky_target *t = memory_grow(NULL, l->n_probes + 1, sizeof *t);
	size_t n = 0;

	r->targets = memory_grow(NULL, l->n_probes + 1, sizeof *r->targets);
	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->sent == 0)
			continue;
		r->targets[n].probe = l->probes[i];
		t[n++] = (struct flaky_target){.sent = p->sent, .lost = p->lost};
	}
	flaky_mark(t, n);
	for (size_t i = 0; i < n; i++) {
		r->targets[i].sent = t[i].sent;
		r->targets[i].lost = t[i].lost;
		r->targets[i].peers = t[i].peers;
		r->targets[i].flaky = t[i].flaky;
	}
	r->n_targets = n;
	free(t);
}
