#include "reports/evidence.h"

#include "base/bytes.h"
#include "base/link.h"
#include "base/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From facts to figures: quantiles, hours of the day, name servers, days. */
static const double QUANTILES[EVIDENCE_QUANTILES] = {0.5, 0.9, 0.95, 0.99, 0.999};

static void
complete_quantiles(struct evidence *e)
{
	for (int c = 0; c < CROWDS; c++) {
		e->has_quantiles[c] = e->crowds[c].n + e->crowds[c].lost > 0;
		for (size_t i = 0; e->has_quantiles[c] && i < EVIDENCE_QUANTILES; i++)
			(void)quantile_of(
			    &e->crowds[c], QUANTILES[i], 0.95, &e->quantiles[c][i]);
	}
}

/* ---- throughput ---- */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The smallest with at least q of all at or below it. */
static double
at_share(const double *sorted, size_t n, double q)
{
	size_t rank = (size_t)ceil(q * (double)n * (1 - 1e-12));

	return sorted[rank > 0 ? rank - 1 : 0];
}

static void
side_hour(struct evidence *e, bool up, int hour, const char *zone, double *values)
{
	struct speed_hour *h = &e->sides[up].hours[hour];
	struct zone_time t;

	for (size_t i = 0; i < e->n_tests; i++) {
		if (e->tests[i].up != up)
			continue;
		zone_civil(e->tests[i].at_ns, zone, &t);
		if (t.hour == hour)
			values[h->n++] = e->tests[i].bps;
	}
	if (h->n == 0)
		return;
	qsort(values, h->n, sizeof *values, by_value);
	h->least = values[0];
	h->p25 = at_share(values, h->n, 0.25);
	h->p50 = at_share(values, h->n, 0.5);
	h->p75 = at_share(values, h->n, 0.75);
	h->most = values[h->n - 1];
}

static void
side_rule(struct speed_side *s, const struct contract_conf *c, bool up)
{
	for (size_t i = 0; c != NULL && i < c->n_commitments; i++) {
		const struct commitment_conf *m = &c->commitments[i];
		if (m->metric != (up ? METRIC_SPEED_UP : METRIC_SPEED_DOWN))
			continue;
		s->minimum = m->minimum;
		s->normal = m->normal;
		s->maximum = m->maximum;
	}
	s->has_bands = s->minimum > 0 && s->normal > 0;
}

static void
complete_side(struct evidence *e, const struct link_report *l, bool up)
{
	struct speed_side *s = &e->sides[up];
	double *values = memory_grow(NULL, e->n_tests + 1, sizeof *values);

	memset(s, 0, sizeof *s);
	s->unsaid = e->unsaid[up];
	side_rule(s, l->conf, up);
	for (size_t i = 0; i < e->n_tests; i++) {
		const struct speed_test *t = &e->tests[i];
		if (t->up != up)
			continue;
		values[s->tests++] = t->bps;
		s->failed += t->failed;
		s->below_minimum += t->bps < s->minimum;
		s->reached_normal += s->normal > 0 && t->bps >= s->normal;
		s->reached_maximum += s->maximum > 0 && t->bps >= 0.9 * s->maximum;
		s->bands[t->bps < s->minimum ? 0 : t->bps < s->normal ? 1 : 2]++;
	}
	if (s->tests > 0) {
		qsort(values, s->tests, sizeof *values, by_value);
		s->least = values[0];
		s->p50 = at_share(values, s->tests, 0.5);
		s->most = values[s->tests - 1];
		for (int hour = 0; hour < 24; hour++)
			side_hour(e, up, hour, link_zone(l->def), values);
	}
	free(values);
}

/* ---- names ---- */

static int
by_owner(const void *a, const void *b)
{
	const struct name_server *x = a, *y = b;

	if (x->isp != y->isp)
		return x->isp ? -1 : 1;
	return (x->probe > y->probe) - (x->probe < y->probe);
}

static void
complete_servers(struct evidence *e)
{
	if (e->n_servers > 0)
		qsort(e->servers, e->n_servers, sizeof *e->servers, by_owner);
	for (size_t i = 0; i < e->n_servers; i++) {
		struct name_server *s = &e->servers[i];
		s->p50_ns = hist_quantile(&s->answers, 0.5);
		s->p95_ns = hist_quantile(&s->answers, 0.95);
		s->has_failure = stats_clopper_pearson((double)(s->asked - s->good),
		                     (double)s->asked, 0.95, &s->failure) == 0;
	}
}

/* ---- days ---- */

static const struct quality_day *
exact_day(const struct quality_day *days, size_t n, int64_t start_ns)
{
	for (size_t i = 0; i < n; i++)
		if (days[i].start_ns == start_ns)
			return &days[i];
	return NULL;
}

/* Unknown time of [start, end); *at is the first that may still matter. */
static int64_t
unknown_within(const struct link_result *r, size_t *at, int64_t start, int64_t end)
{
	int64_t sum = 0;

	while (*at < r->n_unknown && r->unknown[*at].end_ns <= start)
		++*at;
	for (size_t i = *at; i < r->n_unknown && r->unknown[i].start_ns < end; i++) {
		int64_t from = r->unknown[i].start_ns, to = r->unknown[i].end_ns;
		from = from > start ? from : start;
		to = to < end ? to : end;
		sum += to > from ? to - from : 0;
	}
	return sum;
}

/* Every civil day of the period, with what the collector said of itself on it. */
static void
complete_days(struct evidence *e, const struct link_report *l)
{
	const struct link_result *r = l->result;
	struct quality_day *told = e->days;
	size_t n_told = e->n_days, room = 0, at = 0;
	int64_t start = r->period.start_ns;
	struct zone_time t;

	e->days = NULL;
	e->n_days = 0;
	zone_civil(start, link_zone(l->def), &t);
	while (start < r->period.end_ns) {
		int64_t midnight = start, end = r->period.end_ns;
		(void)zone_day_start(
		    link_zone(l->def), t.year, t.month, t.day++, &midnight);
		if (!zone_day_start(link_zone(l->def), t.year, t.month, t.day, &end) ||
		    end > r->period.end_ns)
			end = r->period.end_ns;
		if (end <= start) /* a day left out altogether */
			continue;
		if (e->n_days == room) {
			room = room * 2 + 32;
			e->days = memory_grow(e->days, room, sizeof *e->days);
		}
		struct quality_day *d = &e->days[e->n_days++];
		*d = (struct quality_day){.start_ns = start, .end_ns = end};
		const struct quality_day *x = exact_day(told, n_told, midnight);
		if (x != NULL) {
			d->has_exactness = true;
			d->exactness = x->exactness;
		}
		d->measured_ns = end - start - unknown_within(r, &at, start, end);
		start = end;
	}
	free(told);
}

void
evidence_complete(struct evidence *e, const struct link_report *l)
{
	complete_quantiles(e);
	evidence_use_complete(e, l->result->period);
	complete_side(e, l, false);
	complete_side(e, l, true);
	complete_servers(e);
	complete_days(e, l);
	evidence_rows(e, l);
}
