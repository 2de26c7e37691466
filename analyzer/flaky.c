#include "analyzer/flaky.h"

#include "base/bytes.h"

#include <stdlib.h>

#define TIMES_PEERS 4.0
#define LEAST_LOSS  0.03
#define LEAST_SENT  100
#define LEAST_PEERS 2

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
flaky_mark(struct flaky_target *targets, size_t n)
{
	double *all = memory_grow(NULL, n + 1, sizeof *all);
	size_t n_all = 0;

	for (size_t i = 0; i < n; i++) {
		struct flaky_target *t = &targets[i];
		t->loss = t->sent > 0 ? (double)t->lost / (double)t->sent : 0;
		if (t->sent >= LEAST_SENT)
			all[n_all++] = t->loss;
	}
	qsort(all, n_all, sizeof *all, by_size);
	for (size_t i = 0; i < n; i++) {
		struct flaky_target *t = &targets[i];
		bool among = t->sent >= LEAST_SENT;
		size_t peers = n_all - among;
		t->judged = among && peers >= LEAST_PEERS;
		t->flaky = false;
		t->peers = 0;
		if (peers == 0)
			continue;
		/* The middle of the others: its own place is passed over. */
		t->peers = all[peers / 2 + (among && all[peers / 2] >= t->loss)];
		t->flaky = t->judged && t->loss >= LEAST_LOSS &&
		           t->loss >= TIMES_PEERS * t->peers;
	}
	free(all);
}
