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
	double *peers = memory_grow(NULL, n + 1, sizeof *peers);

	for (size_t i = 0; i < n; i++) {
		struct flaky_target *t = &targets[i];
		t->loss = t->sent > 0 ? (double)t->lost / (double)t->sent : 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct flaky_target *t = &targets[i];
		size_t m = 0;
		for (size_t k = 0; k < n; k++) {
			if (k != i && targets[k].sent >= LEAST_SENT)
				peers[m++] = targets[k].loss;
		}
		t->judged = t->sent >= LEAST_SENT && m >= LEAST_PEERS;
		t->flaky = false;
		t->peers = 0;
		if (m == 0)
			continue;
		qsort(peers, m, sizeof *peers, by_size);
		t->peers = peers[m / 2];
		t->flaky = t->judged && t->loss >= LEAST_LOSS &&
		           t->loss >= TIMES_PEERS * t->peers;
	}
	free(peers);
}
