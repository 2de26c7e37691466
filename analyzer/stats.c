#include "analyzer/stats.h"

#include "base/bytes.h"
#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BISECTIONS 200 /* a double has no more bits to find */
#define FRACTIONS  200000
#define TINY       1e-300
#define CLAIMED    0.95

/* ---- the beta distribution ---- */

/* Lentz's way through the continued fraction: from the front, never dividing by 0. */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1);

	d = 1 / (fabs(d) < TINY ? TINY : d);
	double h = d;
	for (int m = 1; m <= FRACTIONS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < TINY ? TINY : d);
		c = fabs(c) < TINY ? TINY : c;
		h *= d * c;
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < TINY ? TINY : d);
		c = fabs(c) < TINY ? TINY : c;
		h *= d * c;
		if (fabs(d * c - 1) < 1e-15)
			break;
	}
	return h;
}

double
stats_beta(double a, double b, double x)
{
	int sign;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) -
	                   lgamma_r(b, &sign) + a * log(x) + b * log1p(-x));
	/* The fraction converges fast on this side of the mean only. */
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

static double
beta_quantile(double a, double b, double p)
{
	double low = 0, high = 1;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (middle <= low || middle >= high)
			break;
		if (stats_beta(a, b, middle) < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

double
stats_normal(double confidence)
{
	double low = 0, high = 40;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (erfc(middle / M_SQRT2) > 1 - confidence)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* ---- intervals ---- */

static bool
tellable(double hits, double n, double confidence)
{
	/* Written so that what is not a number is refused too. */
	return n > 0 && hits >= 0 && hits <= n && confidence > 0 && confidence < 1;
}

int
stats_wilson(double hits, double n, double confidence, struct stats_bounds *out)
{
	if (!tellable(hits, n, confidence))
		return -EDOM;
	double p = hits / n, z = stats_normal(confidence), z2 = z * z / n;
	double middle = (p + z2 / 2) / (1 + z2);
	double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2);

	out->point = p;
	out->lower = hits <= 0 ? 0 : fmax(0, middle - half);
	out->upper = hits >= n ? 1 : fmin(1, middle + half);
	return 0;
}

int
stats_clopper_pearson(double hits, double n, double confidence, struct stats_bounds *out)
{
	if (!tellable(hits, n, confidence))
		return -EDOM;
	double tail = (1 - confidence) / 2;

	out->point = hits / n;
	if (hits <= 0)
		out->lower = 0;
	else if (hits >= n)
		out->lower = pow(tail, 1 / n);
	else
		out->lower = beta_quantile(hits, n - hits + 1, tail);
	if (hits >= n)
		out->upper = 1;
	else if (hits <= 0)
		out->upper = -expm1(log(tail) / n);
	else
		out->upper = beta_quantile(hits + 1, n - hits, 1 - tail);
	return 0;
}

/* ---- effective size ---- */

void
stats_pairs_add(struct stats_pairs *p, bool lost)
{
	if (p->started)
		p->count[p->last][lost]++;
	p->started = true;
	p->last = lost;
}

void
stats_pairs_gap(struct stats_pairs *p)
{
	p->started = false;
}

void
stats_pairs_merge(struct stats_pairs *to, const struct stats_pairs *from)
{
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 2; k++)
			to->count[i][k] += from->count[i][k];
	}
}

double
stats_autocorrelation(const struct stats_pairs *p)
{
	double aa = (double)p->count[0][0], al = (double)p->count[0][1];
	double la = (double)p->count[1][0], ll = (double)p->count[1][1];
	double spread = (aa + al) * (la + ll) * (aa + la) * (al + ll);

	return spread > 0 ? (ll * aa - la * al) / sqrt(spread) : 0;
}

double
stats_effective(double n, double r1)
{
	double e = r1 > 0 ? n * (1 - r1) / (1 + r1) : n;

	return e >= 1 || n < 1 ? e : 1;
}

int
stats_loss(uint64_t lost, uint64_t sent, const struct stats_pairs *pairs, bool claim,
    struct stats_bounds *out, double *effective)
{
	double n = (double)sent;

	if (sent == 0 || lost > sent)
		return -EDOM;
	*effective = pairs != NULL ? stats_effective(n, stats_autocorrelation(pairs)) : n;
	double hits = (double)lost / n * *effective;
	if (lost == sent || hits > *effective)
		hits = *effective;
	return claim ? stats_clopper_pearson(hits, *effective, CLAIMED, out)
	             : stats_wilson(hits, *effective, CLAIMED, out);
}

static bool
inside(double x)
{
	return x > 0 && x < 1;
}

uint64_t
stats_needed_free(double ratio, double confidence)
{
	if (!inside(ratio) || !inside(confidence))
		return 0;
	double n = ceil(log1p(-confidence) / log1p(-ratio));
	return n < 1e18 ? (uint64_t)n : UINT64_MAX;
}

/* ---- quantiles ---- */

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
stats_sort(int64_t *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof values[0], by_value);
}

/* The rank from 1 of a quantile among n answered and so many lost; 0: among the lost. */
static size_t
rank_of(size_t n, uint64_t lost, double q)
{
	double all = (double)n + (double)lost;
	/* 7 % of 100 is 7, though the product is a little more: as base/hist.c has it. */
	double rank = ceil(q * all * (1 - 1e-12));

	if (rank < 1)
		rank = 1;
	return rank <= (double)n ? (size_t)rank : 0;
}

int64_t
stats_quantile(const int64_t *sorted, size_t n, uint64_t lost, double q)
{
	size_t rank = rank_of(n, lost, q);

	return rank > 0 ? sorted[rank - 1] : -1;
}

/* Those of [low, high) below ${pivot}, or not above it, come first; the result is where
 * the others begin. No branch depends on a value: on what is no order at all to the
 * processor it would guess wrong each second time. */
static size_t
part(int64_t *values, size_t low, size_t high, int64_t pivot, bool equal)
{
	size_t first = low;

	for (size_t i = low; i < high; i++) {
		int64_t v = values[i];
		values[i] = values[first];
		values[first] = v;
		first += equal ? v <= pivot : v < pivot;
	}
	return first;
}

static int64_t
middle_of_three(int64_t a, int64_t b, int64_t c)
{
	int64_t low = a < b ? a : b, high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

int64_t
stats_select(int64_t *values, size_t n, uint64_t lost, double q)
{
	size_t rank = rank_of(n, lost, q), low = 0, high = n;

	if (rank == 0)
		return -1;
	while (low < high) {
		int64_t pivot = middle_of_three(
		    values[low], values[low + (high - low) / 2], values[high - 1]);
		size_t at = part(values, low, high, pivot, false);
		if (rank <= at) {
			high = at;
			continue;
		}
		if (at > low) {
			low = at;
			continue;
		}
		low = part(values, at, high, pivot, true);
		if (rank <= low)
			return pivot;
	}
	return values[rank - 1];
}

void
stats_delay(const struct hist *h, struct stats_delay *out)
{
	*out = (struct stats_delay){.answered = h->n,
	    .lost = h->lost,
	    .p50_ns = hist_quantile(h, 0.5),
	    .p95_ns = hist_quantile(h, 0.95),
	    .p99_ns = hist_quantile(h, 0.99),
	    .p999_ns = hist_quantile(h, 0.999),
	    .pdv_p99_ns = -1};
	if (out->p99_ns >= 0)
		out->pdv_p99_ns = out->p99_ns - hist_quantile(h, 0);
}

/* ---- latency under load ---- */

double
stats_buffer_delay(int64_t during_ns, int64_t baseline_ns)
{
	if (baseline_ns <= 0)
		return -1;
	/* A mean below the baseline says that nothing was queued. */
	return during_ns > baseline_ns
	           ? 100 * (double)(during_ns - baseline_ns) / (double)baseline_ns
	           : 0;
}

const char *
stats_bloat(int64_t increase_ns)
{
	static const struct {
		int64_t below_ms;
		const char *grade;
	} GRADES[] = {{5, "A+"}, {30, "A"}, {60, "B"}, {200, "C"}, {400, "D"}};

	for (size_t i = 0; i < sizeof GRADES / sizeof GRADES[0]; i++) {
		if (increase_ns < GRADES[i].below_ms * NS_PER_MS)
			return GRADES[i].grade;
	}
	return "F";
}

/* ---- bootstrap ---- */

static uint64_t
next_number(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Below ${n}, each as likely: the high half of the product, those too many thrown away.
 */
static size_t
number_below(uint64_t *state, uint64_t n)
{
	for (;;) {
		unsigned __int128 product = (unsigned __int128)next_number(state) * n;
		if ((uint64_t)product >= -n % n)
			return (size_t)(product >> 64);
	}
}

static int
by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A ratio of sums; less that of b where there is one. NAN where nothing was measured. */
static double
ratio_of(const struct stats_block a, const struct stats_block b, bool pairs)
{
	if (a.n <= 0 || (pairs && b.n <= 0))
		return NAN;
	return a.hits / a.n - (pairs ? b.hits / b.n : 0);
}

static void
block_add(struct stats_block *to, const struct stats_block *from)
{
	to->hits += from->hits;
	to->n += from->n;
}

int
stats_bootstrap_difference(const struct stats_block *a, const struct stats_block *b,
    size_t n, unsigned rounds, uint64_t seed, double confidence, struct stats_bounds *out)
{
	struct stats_block sum_a = {0}, sum_b = {0};

	if (n < 2 || rounds < 100 || !inside(confidence))
		return -EDOM;
	for (size_t i = 0; i < n; i++) {
		block_add(&sum_a, &a[i]);
		if (b != NULL)
			block_add(&sum_b, &b[i]);
	}
	out->point = ratio_of(sum_a, sum_b, b != NULL);
	if (isnan(out->point))
		return -EDOM;
	double *seen = memory_grow(NULL, rounds, sizeof *seen);
	size_t m = 0;
	for (unsigned r = 0; r < rounds; r++) {
		sum_a = sum_b = (struct stats_block){0};
		for (size_t i = 0; i < n; i++) {
			size_t k = number_below(&seed, n);
			block_add(&sum_a, &a[k]);
			if (b != NULL)
				block_add(&sum_b, &b[k]);
		}
		double ratio = ratio_of(sum_a, sum_b, b != NULL);
		if (!isnan(ratio)) /* else only empty blocks were drawn */
			seen[m++] = ratio;
	}
	if (m < 100) {
		free(seen);
		return -EDOM;
	}
	qsort(seen, m, sizeof seen[0], by_double);
	double tail = (1 - confidence) / 2;
	size_t low = (size_t)(tail * (double)m), high = m - 1 - low;
	out->lower = seen[low];
	out->upper = seen[high];
	free(seen);
	return 0;
}

int
stats_bootstrap(const struct stats_block *a, size_t n, unsigned rounds, uint64_t seed,
    double confidence, struct stats_bounds *out)
{
	return stats_bootstrap_difference(a, NULL, n, rounds, seed, confidence, out);
}
