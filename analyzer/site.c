#include "analyzer/site.h"

#include "base/bytes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct place { /* in the ledger of one link */
	const struct verdict *v;
	size_t at;
	int64_t down_ns; /* in known time */
};

static struct span
common_period(const struct verdict *const *v, size_t n)
{
	struct span s = {INT64_MIN, INT64_MAX};

	for (size_t i = 0; i < n; i++) {
		if (v[i]->n_intervals == 0)
			return (struct span){0, 0};
		int64_t from = v[i]->intervals[0].start_ns;
		int64_t to = v[i]->intervals[v[i]->n_intervals - 1].end_ns;
		s.start_ns = from > s.start_ns ? from : s.start_ns;
		s.end_ns = to < s.end_ns ? to : s.end_ns;
	}
	return s;
}

/* The class of each link at ${at}, and where the first of them changes. */
static bool
look(struct place *p, size_t n, int64_t at, int64_t *next, size_t *down)
{
	bool known = true;

	*down = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = p[i].v;
		while (v->intervals[p[i].at].end_ns <= at)
			p[i].at++;
		const struct interval *in = &v->intervals[p[i].at];
		known &= in->class == CLASS_UP || in->class == CLASS_DOWN;
		*down += in->class == CLASS_DOWN;
		if (in->end_ns < *next)
			*next = in->end_ns;
	}
	return known;
}

static void
walk(struct site *s, struct place *p)
{
	bool dark = false;
	size_t down;

	for (int64_t at = s->period.start_ns; at < s->period.end_ns;) {
		int64_t next = s->period.end_ns;
		bool known = look(p, s->n_links, at, &next, &down);
		if (!known) {
			at = next;
			continue;
		}
		s->known_ns += next - at;
		for (size_t i = 0; i < s->n_links; i++)
			if (p[i].v->intervals[p[i].at].class == CLASS_DOWN)
				p[i].down_ns += next - at;
		if (down == s->n_links)
			s->down_ns += next - at;
		else if (down > 0)
			s->degraded_ns += next - at;
		s->down_count += down == s->n_links && !dark;
		dark = down == s->n_links;
		at = next;
	}
}

/* Outages of a link in the common time: how many and how long in all. */
static size_t
count_down(const struct verdict *v, struct span s, int64_t *sum)
{
	size_t n = 0;

	*sum = 0;
	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		if (in->class != CLASS_DOWN || in->end_ns <= s.start_ns ||
		    in->start_ns >= s.end_ns)
			continue;
		*sum += in->end_ns - in->start_ns;
		n++;
	}
	return n;
}

static size_t
overlaps(const struct verdict *a, const struct verdict *b)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < a->n_intervals; i++) {
		const struct interval *x = &a->intervals[i];
		if (x->class != CLASS_DOWN)
			continue;
		while (k < b->n_intervals && b->intervals[k].end_ns <= x->start_ns)
			k++;
		for (size_t m = k;
		     m < b->n_intervals && b->intervals[m].start_ns < x->end_ns; m++)
			n += b->intervals[m].class == CLASS_DOWN;
	}
	return n;
}

/* P(N >= k) of a Poisson count. */
static double
at_least(size_t k, double mean)
{
	double term = exp(-mean), below = 0;

	for (size_t i = 0; i < k; i++) {
		below += term;
		term *= mean / (double)(i + 1);
	}
	return below < 1 ? 1 - below : 0;
}

static void
compare(struct site *s, const struct verdict *const *v)
{
	for (size_t i = 0; i < s->n_links; i++) {
		for (size_t k = i + 1; k < s->n_links; k++) {
			int64_t a, b;
			size_t na = count_down(v[i], s->period, &a),
			       nb = count_down(v[k], s->period, &b);
			s->overlaps += overlaps(v[i], v[k]);
			if (na > 0 && nb > 0)
				s->expected +=
				    ((double)a * (double)nb + (double)b * (double)na) /
				    (double)s->known_ns;
		}
	}
	s->chance = at_least(s->overlaps, s->expected);
}

int
site_of(struct site *out, const struct verdict *const *v, size_t n)
{
	struct site s = {.n_links = n};

	if (n < 2)
		return -EINVAL;
	s.period = common_period(v, n);
	if (s.period.end_ns <= s.period.start_ns)
		return -EINVAL;
	struct place *p = memory_grow(NULL, n, sizeof *p);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct place){.v = v[i]};
	walk(&s, p);
	s.has_availability = s.known_ns > 0;
	if (s.has_availability) {
		double product = 1;
		s.measured = 1 - (double)s.down_ns / (double)s.known_ns;
		for (size_t i = 0; i < n; i++)
			product *= (double)p[i].down_ns / (double)s.known_ns;
		s.independent = 1 - product;
		compare(&s, v);
	}
	free(p);
	*out = s;
	return 0;
}
