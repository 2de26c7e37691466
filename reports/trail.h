#ifndef REPORTS_TRAIL_H
#define REPORTS_TRAIL_H

#include "base/path.h"

#include <jansson.h>
#include <stdio.h>

/*
 * The path of a link around an outage, as traces of the time tell it.
 *
 * before  the last one before the outage that reached its target (or the last of all,
 *         where the target never answers)
 * during  the first one that was begun while it lasted and did not reach the target
 * after   the first one after it that reached the target
 */
enum trail_when {
	TRAIL_BEFORE,
	TRAIL_DURING,
	TRAIL_AFTER,
	TRAIL_TIMES
};

struct trail {
	bool has[TRAIL_TIMES];
	struct path at[TRAIL_TIMES];
};

/* Was there any trace? */
bool trail_is_known(const struct trail *r);
/* Does the trace end with an answer of its target? */
bool trail_reached(const struct path *p);
/* Did the same routers answer at the same places? What was silent in either is no
 * difference. */
bool trail_same(const struct path *a, const struct path *b);
/* The number of the last router that answered during the outage; -1 where no trace was
 * made then. */
int trail_last(const struct trail *r);
/* The number and address of the hop behind it, by the path before: where the break is
 * looked for. False where it is not known. */
bool trail_next(const struct trail *r, struct path_hop *out, unsigned *number);

/* One trace of the path as an object; a new reference. See INTERFACES.md, "Path". */
json_t *trail_trace_json(const struct path *p);
/* All of it. */
json_t *trail_json(const struct trail *r);

/* "192.0.2.1", of a hop or a target. */
const char *trail_address(uint8_t family, const uint8_t address[16], char out[46]);
/* One trace in one line of text: "1 192.168.1.1  2 *  3 203.0.113.1 (ISP)  …". */
void trail_trace_text(const struct path *p, char *out, size_t room);
/* Lines below an outage, for a terminal; nothing where there is nothing. */
void trail_text(const struct trail *r, FILE *out);

#endif
