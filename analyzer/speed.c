#include "analyzer/speed.h"

#include "analyzer/stats.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define KNOWN_NS  (86400 * NS_PER_S)
#define LEAST_ROW 2
#define CLAIMED   0.95

struct test {
	int64_t at_ns;
	int64_t bps; /* 0: failed; -1: says nothing */
	uint32_t probe;
};

struct speed {
	struct test *tests;
	size_t n, room;
};

struct speed *
speed_new(void)
{
	struct speed *s = memory_grow(NULL, 1, sizeof *s);

	*s = (struct speed){0};
	return s;
}

void
speed_free(struct speed *s)
{
	if (s == NULL)
		return;
	free(s->tests);
	free(s);
}

int64_t
speed_of(const struct sample *sample)
{
	if (sample->outcome == OUTCOME_REPLY && sample->rtt_ns > 0) {
		double bps = (double)sample->bytes * 8e9 / (double)sample->rtt_ns;
		return bps < 1e18 ? (int64_t)bps : (int64_t)1e18;
	}
	if (sample->outcome == OUTCOME_NOT_SENT || sample->outcome == OUTCOME_UNSETTLED ||
	    sample->code == CODE_RESOLVE || sample->code == CODE_HTTP)
		return -1;
	return sample->outcome == OUTCOME_LOST ? 0 : -1;
}

static void
put_test(struct speed *s, const struct test *t)
{
	if (s->n == s->room) {
		s->room = s->room * 2 + 64;
		s->tests = memory_grow(s->tests, s->room, sizeof *s->tests);
	}
	s->tests[s->n++] = *t;
}

void
speed_sample(struct speed *s, const struct sample *sample)
{
	struct test t = {sample->time.ns, speed_of(sample), sample->probe};

	put_test(s, &t);
}

static int
by_time(const void *a, const void *b)
{
	const struct test *x = a, *y = b;

	return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

void
speed_move(struct speed *from, struct speed *to, uint32_t probe)
{
	size_t kept = 0;

	for (size_t i = 0; i < from->n; i++) {
		struct test t = from->tests[i];
		if (t.probe == probe)
			put_test(to, &t);
		else
			from->tests[kept++] = t;
	}
	if (kept < from->n && to->n > 1)
		qsort(to->tests, to->n, sizeof *to->tests, by_time);
	from->n = kept;
}

/* ---- shares ---- */

static void
weigh(struct speed_level *level, double stated, const int64_t *sorted, size_t n)
{
	struct stats_bounds b;

	*level = (struct speed_level){.stated = stated > 0, .share = -1};
	for (size_t i = 0; i < n; i++)
		level->reached += (double)sorted[i] >= stated;
	if (!level->stated ||
	    stats_clopper_pearson((double)level->reached, (double)n, CLAIMED, &b) != 0)
		return;
	level->share = b.point;
	level->lower = b.lower;
	level->upper = b.upper;
}

/* ---- stretches ---- */

struct stretch {
	int64_t start_ns, last_ns;
	uint64_t tests;
	int64_t slowest_bps;
	uint32_t probe;
};

static void
put_stretch(struct speed_result *out, const struct stretch *r, double minimum,
    int64_t end_ns, bool open, const struct span *period)
{
	if (r->tests < LEAST_ROW || r->start_ns >= period->end_ns ||
	    end_ns <= period->start_ns)
		return;
	out->below = memory_grow(out->below, out->n_below + 1, sizeof *out->below);
	struct degradation *d = &out->below[out->n_below++];
	*d = (struct degradation){.start_ns = r->start_ns,
	    .end_ns = end_ns,
	    .open = open,
	    .kind = DEG_THROUGHPUT,
	    .attribution = ATTR_UNDETERMINED,
	    .sent = r->tests,
	    .slowest_bps = (double)r->slowest_bps,
	    .minimum_bps = minimum,
	    .probes = memory_grow(NULL, 1, sizeof *d->probes),
	    .n_probes = 1};
	d->probes[0] = r->probe;
}

static void
find_below(const struct speed *s, double minimum, const struct span *period,
    int64_t as_of_ns, struct speed_result *out)
{
	struct stretch r = {0};

	for (size_t i = 0; i < s->n && minimum > 0; i++) {
		const struct test *t = &s->tests[i];
		if (t->bps < 0 || t->at_ns > as_of_ns)
			continue;
		if (r.tests > 0 && t->at_ns - r.last_ns > KNOWN_NS) {
			put_stretch(
			    out, &r, minimum, r.last_ns + KNOWN_NS, false, period);
			r.tests = 0;
		}
		if ((double)t->bps >= minimum) {
			put_stretch(out, &r, minimum, t->at_ns, false, period);
			r.tests = 0;
			continue;
		}
		if (r.tests++ == 0)
			r.start_ns = t->at_ns;
		if (r.tests == 1 || t->bps < r.slowest_bps)
			r.slowest_bps = t->bps;
		r.last_ns = t->at_ns;
		r.probe = t->probe;
	}
	if (r.tests > 0 && as_of_ns - r.last_ns > KNOWN_NS)
		put_stretch(out, &r, minimum, r.last_ns + KNOWN_NS, false, period);
	else if (r.tests > 0)
		put_stretch(out, &r, minimum, as_of_ns, true, period);
}

void
speed_finish(const struct speed *s, const struct speed_rule *rule, int64_t from_ns,
    int64_t to_ns, int64_t as_of_ns, struct speed_result *out)
{
	int64_t *rates = memory_grow(NULL, s->n + 1, sizeof *rates);
	struct span period = {from_ns, to_ns};
	size_t n = 0;

	*out =
	    (struct speed_result){.slowest_bps = -1, .median_bps = -1, .fastest_bps = -1};
	for (size_t i = 0; i < s->n; i++) {
		const struct test *t = &s->tests[i];
		if (t->at_ns < from_ns || t->at_ns >= to_ns || t->at_ns > as_of_ns)
			continue;
		out->unsaid += t->bps < 0;
		out->failed += t->bps == 0;
		if (t->bps >= 0)
			rates[n++] = t->bps;
	}
	out->tests = n;
	stats_sort(rates, n);
	weigh(&out->minimum, rule->minimum, rates, n);
	weigh(&out->normal, rule->normal, rates, n);
	weigh(&out->maximum, rule->maximum, rates, n);
	if (n > 0) {
		out->slowest_bps = (double)rates[0];
		out->median_bps = (double)stats_quantile(rates, n, 0, 0.5);
		out->fastest_bps = (double)rates[n - 1];
	}
	free(rates);
	find_below(s, rule->minimum, &period, as_of_ns, out);
}

void
speed_result_free(struct speed_result *r)
{
	for (size_t i = 0; i < r->n_below; i++)
		free(r->below[i].probes);
	free(r->below);
	r->below = NULL;
	r->n_below = 0;
}
