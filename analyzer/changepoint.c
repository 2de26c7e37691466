#include "analyzer/changepoint.h"

#include "analyzer/stats.h"
#include "base/bytes.h"
#include "base/clock.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE  30
#define Z_MOST    6.0
#define MAD_SIGMA 1.4826 /* of a normal distribution */

const struct changepoint_rule changepoint_practical = {.least_ns = 5 * NS_PER_MS,
    .least_ratio = 0.2,
    .lasting_ns = 900 * NS_PER_S,
    .least = 3,
    .least_apart = 0.8};

/* ---- PELT ---- */

struct pelt {
	const double *sums; /* of the first i values */
	const double *logs; /* ln i */
	double *best;       /* least cost of the first i values */
	size_t *last;       /* where the last segment of that begins */
	size_t *candidates; /* where a last segment may still begin */
	size_t *dropped_at; /* per candidate: since when another is better; 0 */
	size_t n_candidates;
};

static double
segment_cost(const struct pelt *p, size_t from, size_t to)
{
	double sum = p->sums[to] - p->sums[from], length = p->logs[to - from];
	double poisson = 0;

	if (sum > 0)
		poisson = 2 * sum * (length - log(sum));
	return poisson + length;
}

/* The best last segment of the first ${t}; candidates that cannot win any more go. */
static void
pelt_step(struct pelt *p, size_t t, size_t least, double penalty, double slack)
{
	size_t kept = 0;

	p->best[t] = INFINITY;
	for (size_t i = 0; i < p->n_candidates; i++) {
		size_t s = p->candidates[i];
		double cost = p->best[s] + segment_cost(p, s, t) + penalty;
		if (cost < p->best[t]) {
			p->best[t] = cost;
			p->last[t] = s;
		}
	}
	for (size_t i = 0; i < p->n_candidates; i++) {
		size_t s = p->candidates[i], since = p->dropped_at[i];
		/* A cut at t beats s, but not before the segment after t is long enough.
		 */
		if (since == 0 && p->best[s] + segment_cost(p, s, t) - slack > p->best[t])
			since = t;
		if (since != 0 && t + 1 >= since + least)
			continue;
		p->candidates[kept] = s;
		p->dropped_at[kept++] = since;
	}
	p->n_candidates = kept;
	if (t + 1 >= 2 * least) {
		p->candidates[kept] = t + 1 - least;
		p->dropped_at[kept] = 0;
		p->n_candidates++;
	}
}

static size_t
cuts_of(const struct pelt *p, size_t n, size_t *cuts)
{
	size_t m = 0;

	for (size_t t = p->last[n]; t != 0; t = p->last[t])
		cuts[m++] = t;
	for (size_t i = 0; i < m / 2; i++) {
		size_t c = cuts[i];
		cuts[i] = cuts[m - 1 - i];
		cuts[m - 1 - i] = c;
	}
	return m;
}

size_t
changepoint_pelt(const double *ms, size_t n, size_t least, size_t *cuts)
{
	if (least < 1)
		least = 1;
	if (n < 2 * least)
		return 0;
	double *sums = memory_grow(NULL, 2 * (n + 1), sizeof *sums);
	double *logs = sums + n + 1;
	struct pelt p = {.sums = sums,
	    .logs = logs,
	    .best = memory_grow(NULL, n + 1, sizeof *p.best),
	    .last = memory_grow(NULL, 3 * (n + 2), sizeof *p.last)};
	p.candidates = p.last + n + 2;
	p.dropped_at = p.candidates + n + 2;
	sums[0] = logs[0] = 0;
	for (size_t i = 1; i <= n; i++) {
		sums[i] = sums[i - 1] + (ms[i - 1] > 0 ? ms[i - 1] : 0);
		logs[i] = log((double)i);
	}
	double penalty = 3 * logs[n];
	p.best[0] = -penalty;
	p.last[0] = 0;
	p.candidates[0] = 0;
	p.dropped_at[0] = 0;
	p.n_candidates = 1;
	for (size_t t = least; t <= n; t++) {
		/* ln of lengths: one segment may cost as much as ln n less than two. */
		pelt_step(&p, t, least, penalty, logs[n]);
	}
	size_t m = cuts_of(&p, n, cuts);
	free(p.last);
	free(p.best);
	free(sums);
	return m;
}

/* ---- CUSUM ---- */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
middle_of(double *v, size_t n)
{
	qsort(v, n, sizeof v[0], by_size);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

struct baseline {
	double median, sigma;
};

static struct baseline
baseline_of(const double *values, size_t n)
{
	double v[BASELINE];
	struct baseline b;

	memcpy(v, values, n * sizeof v[0]);
	b.median = middle_of(v, n);
	for (size_t i = 0; i < n; i++)
		v[i] = fabs(v[i] - b.median);
	b.sigma = MAD_SIGMA * middle_of(v, n);
	/* All alike: any other value is far away. */
	if (b.sigma < 1e-9 + 1e-9 * fabs(b.median))
		b.sigma = 1e-9 + 1e-9 * fabs(b.median);
	return b;
}

size_t
changepoint_cusum(
    const double *values, size_t n, double slack, double limit, size_t *cuts)
{
	size_t m = 0, from = 0;

	while (from + BASELINE < n) {
		struct baseline b = baseline_of(values + from, BASELINE);
		double up = 0, down = 0;
		size_t up_from = from + 1, down_from = up_from, i, found = 0;
		for (i = from + BASELINE; i < n && found == 0; i++) {
			double z = (values[i] - b.median) / b.sigma;
			z = z > Z_MOST ? Z_MOST : z < -Z_MOST ? -Z_MOST : z;
			if (up <= 0)
				up_from = i;
			if (down <= 0)
				down_from = i;
			up = fmax(0, up + z - slack);
			down = fmax(0, down - z - slack);
			if (up > limit)
				found = up_from;
			else if (down > limit)
				found = down_from;
		}
		if (found == 0)
			break;
		cuts[m++] = found;
		from = found;
	}
	return m;
}

/* ---- what is worth reporting ---- */

struct series {
	const int64_t *rtt_ns, *at_ns;
	size_t n;
	int64_t step_ns;
	const struct changepoint_rule *rule;
	int64_t *room;
};

static int64_t
median_of(const struct series *s, size_t from, size_t to)
{
	memcpy(s->room, s->rtt_ns + from, (to - from) * sizeof s->room[0]);
	stats_sort(s->room, to - from);
	return stats_quantile(s->room, to - from, 0, 0.5);
}

static bool
lasts(const struct series *s, const struct changepoint_level *l)
{
	int64_t sum = 0;

	for (size_t i = l->from; i < l->to && sum < s->rule->lasting_ns; i++) {
		int64_t to_next =
		    i + 1 < s->n ? s->at_ns[i + 1] - s->at_ns[i] : s->step_ns;
		sum += to_next < s->step_ns ? to_next : s->step_ns;
	}
	return sum >= s->rule->lasting_ns;
}

/* How far apart two levels are, in units of what the rule asks for. */
static double
difference(const struct changepoint_rule *rule, int64_t a_ns, int64_t b_ns)
{
	int64_t lower = a_ns < b_ns ? a_ns : b_ns, apart = llabs(a_ns - b_ns);
	double need = rule->least_ratio * (double)lower;

	if (need < (double)rule->least_ns)
		need = (double)rule->least_ns;
	return (double)apart / need;
}

/* The share of a level's values on the side of ${border_ns} that its median is on. */
static double
share_beyond(const struct series *s, const struct changepoint_level *l, int64_t border_ns,
    bool above)
{
	size_t n = 0;

	for (size_t i = l->from; i < l->to; i++)
		n += (s->rtt_ns[i] > border_ns) == above;
	return (double)n / (double)(l->to - l->from);
}

/* Two levels, or one that is restless? Most values of each lie on its own side. */
static bool
distinct(const struct series *s, const struct changepoint_level *a,
    const struct changepoint_level *b)
{
	int64_t middle = a->median_ns + (b->median_ns - a->median_ns) / 2;
	bool up = b->median_ns > a->median_ns;

	return share_beyond(s, a, middle, !up) >= s->rule->least_apart &&
	       share_beyond(s, b, middle, up) >= s->rule->least_apart;
}

/* Level i takes in the one after it. */
static size_t
join(const struct series *s, struct changepoint_level *levels, size_t n, size_t i)
{
	levels[i].to = levels[i + 1].to;
	levels[i].median_ns = median_of(s, levels[i].from, levels[i].to);
	memmove(levels + i + 1, levels + i + 2, (n - i - 2) * sizeof levels[0]);
	return n - 1;
}

static size_t
join_short(const struct series *s, struct changepoint_level *levels, size_t n)
{
	for (size_t i = 0; n > 1 && i < n;) {
		if (lasts(s, &levels[i])) {
			i++;
			continue;
		}
		int64_t own = levels[i].median_ns;
		bool back =
		    i + 1 == n || (i > 0 && llabs(own - levels[i - 1].median_ns) <
		                                llabs(own - levels[i + 1].median_ns));
		i -= back;
		n = join(s, levels, n, i);
	}
	return n;
}

static size_t
join_alike(const struct series *s, struct changepoint_level *levels, size_t n)
{
	while (n > 1) {
		size_t least = 0;
		double apart = INFINITY;
		for (size_t i = 0; i + 1 < n; i++) {
			double d = difference(
			    s->rule, levels[i].median_ns, levels[i + 1].median_ns);
			if (d >= 1 && !distinct(s, &levels[i], &levels[i + 1]))
				d = 1 - 1 / d;
			if (d < apart) {
				apart = d;
				least = i;
			}
		}
		if (apart >= 1)
			break;
		n = join(s, levels, n, least);
	}
	return n;
}

size_t
changepoint_levels(const int64_t *rtt_ns, const int64_t *at_ns, size_t n, int64_t step_ns,
    const struct changepoint_rule *rule, struct changepoint_level *levels)
{
	struct series s = {rtt_ns, at_ns, n, step_ns, rule, NULL};
	int64_t base = INT64_MAX;
	size_t from = 0;

	if (n == 0)
		return 0;
	double *ms = memory_grow(NULL, n, sizeof *ms);
	size_t *cuts = memory_grow(NULL, n, sizeof *cuts);
	s.room = memory_grow(NULL, n, sizeof *s.room);
	for (size_t i = 0; i < n; i++)
		base = rtt_ns[i] < base ? rtt_ns[i] : base;
	for (size_t i = 0; i < n; i++)
		ms[i] = (double)(rtt_ns[i] - base) / 1e6;
	size_t m = changepoint_pelt(ms, n, rule->least, cuts);
	for (size_t i = 0; i <= m; i++) {
		size_t to = i < m ? cuts[i] : n;
		levels[i] = (struct changepoint_level){from, to, median_of(&s, from, to)};
		from = to;
	}
	m = join_short(&s, levels, m + 1);
	m = join_alike(&s, levels, m);
	free(s.room);
	free(cuts);
	free(ms);
	return m;
}
