#include "analyzer/common_time.h"

#include "base/bytes.h"

#include <stdlib.h>

bool
common_time_at(struct common_time_place *places, size_t n, int64_t at, int64_t *next)
{
	bool known = true;

	for (size_t i = 0; i < n; i++) {
		struct common_time_place *p = &places[i];
		const struct verdict *v = p->ledger;
		while (p->at < v->n_intervals && v->intervals[p->at].end_ns <= at)
			p->at++;
		if (p->at == v->n_intervals) {
			known = false;
			continue;
		}
		const struct interval *in = &v->intervals[p->at];
		int64_t turn = in->start_ns > at ? in->start_ns : in->end_ns;
		known &= in->start_ns <= at &&
		         (in->class == CLASS_UP || in->class == CLASS_DOWN);
		*next = turn < *next ? turn : *next;
	}
	return known;
}

size_t
common_time_spans(
    const struct verdict *const *ledgers, size_t n, struct span within, struct span **out)
{
	struct common_time_place *p = memory_grow(NULL, n + 1, sizeof *p);
	struct span *list = NULL;
	size_t found = 0, room = 0;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct common_time_place){.ledger = ledgers[i]};
	for (int64_t at = within.start_ns; at < within.end_ns;) {
		int64_t next = within.end_ns;
		bool known = common_time_at(p, n, at, &next);
		if (known && found > 0 && list[found - 1].end_ns == at) {
			list[found - 1].end_ns = next;
		} else if (known) {
			if (found == room) {
				room = room * 2 + 64;
				list = memory_grow(list, room, sizeof *list);
			}
			list[found++] = (struct span){at, next};
		}
		at = next;
	}
	free(p);
	*out = list;
	return found;
}
