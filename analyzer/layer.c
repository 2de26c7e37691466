#include "analyzer/layer.h"

#include "base/bytes.h"

#include <stdlib.h>

static int
by_start(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

void
layer_put(struct layer *l, struct span period, struct piece p)
{
	if (p.start_ns < period.start_ns)
		p.start_ns = period.start_ns;
	if (p.end_ns > period.end_ns)
		p.end_ns = period.end_ns;
	if (p.end_ns <= p.start_ns)
		return;
	if (l->n == l->room) {
		l->room = l->room * 2 + 16;
		l->v = memory_grow(l->v, l->room, sizeof *l->v);
	}
	l->v[l->n++] = p;
}

void
layer_settle(struct layer *l)
{
	int64_t until = INT64_MIN;
	size_t n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, by_start);
	for (size_t i = 0; i < l->n; i++) {
		struct piece p = l->v[i];
		if (p.start_ns < until)
			p.start_ns = until;
		if (p.end_ns <= p.start_ns)
			continue;
		until = p.end_ns;
		l->v[n++] = p;
	}
	l->n = n;
}

const struct piece *
layer_at(const struct layer *l, size_t *i, int64_t at, int64_t *next)
{
	while (*i < l->n && l->v[*i].end_ns <= at)
		(*i)++;
	if (*i == l->n)
		return NULL;
	const struct piece *p = &l->v[*i];
	int64_t edge = p->start_ns <= at ? p->end_ns : p->start_ns;
	if (edge < *next)
		*next = edge;
	return p->start_ns <= at ? p : NULL;
}

int64_t
layer_sum(const struct layer *l)
{
	int64_t sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += l->v[i].end_ns - l->v[i].start_ns;
	return sum;
}

void
layer_done(struct layer *l)
{
	free(l->v);
	*l = (struct layer){0};
}
