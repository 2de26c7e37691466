#ifndef ANALYZER_LAYER_H
#define ANALYZER_LAYER_H

#include "analyzer/judge.h"

/* Spans of one class inside a period, in any order until they are settled. */
struct piece {
	int64_t start_ns, end_ns;
	const char *reason, *id; /* borrowed; may be NULL */
};

struct layer {
	struct piece *v;
	size_t n, room;
};

/* Clipped to the period; nothing is added where nothing is left. */
void layer_put(struct layer *l, struct span period, struct piece p);
/* Sort, and let the earlier of two that overlap keep what both claim. */
void layer_settle(struct layer *l);
/* The piece at ${at} or NULL, *next brought down to where that changes. *i is the
 * caller's place, 0 to begin with; ${at} may only grow. */
const struct piece *layer_at(const struct layer *l, size_t *i, int64_t at, int64_t *next);
int64_t layer_sum(const struct layer *l);
void layer_done(struct layer *l);

#endif
