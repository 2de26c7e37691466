#ifndef CMD_PASSING_H
#define CMD_PASSING_H

#include "base/journal.h"

#include <jansson.h>

/* What captures saw pass in a history, all links together: from reading to reading, so
 * that a daemon's new beginning is none of a count. */
struct passing {
	struct counters *last; /* by link */
	size_t n;
	bool watched;
	struct wire_counts sum;
	uint64_t rx_bytes, tx_bytes; /* of the interfaces, while they were watched */
};

void passing_add(struct passing *p, const struct counters *c);
void passing_free(struct passing *p);

/* An object, or null where nothing was watched. */
json_t *passing_json(const struct passing *p);
void passing_print(const struct passing *p);

#endif
