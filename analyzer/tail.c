#include "analyzer/tail.h"

#include <math.h>
#include <string.h>

#define LONG 5

void
tail_of(struct tail *out, const struct hist *h)
{
	uint64_t all = h->n + h->lost;

	memset(out, 0, sizeof *out);
	out->answered = h->n;
	out->lost = h->lost;
	out->p50_ns = hist_quantile(h, 0.5);
	out->p95_ns = hist_quantile(h, 0.95);
	out->p99_ns = hist_quantile(h, 0.99);
	if (all == 0)
		return;
	out->lost_share = (double)h->lost / (double)all;
	for (int i = 0; i < TAIL_POINTS; i++) {
		double above = pow(10, -(double)i / TAIL_DECADE);
		int64_t ns = hist_quantile(h, 1 - above);
		if (ns < 0 || above * (double)all < 1 - 1e-9)
			break;
		out->points[out->n++] = (struct tail_point){above, ns};
	}
}

bool
tail_is_long(const struct tail *t)
{
	if (t->n == 0 || t->p50_ns <= 0)
		return false;
	int64_t p99 = t->p99_ns >= 0 ? t->p99_ns : t->points[t->n - 1].ns;
	return p99 > LONG * t->p50_ns;
}
