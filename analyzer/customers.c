#include "analyzer/customers.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define GAP_NS  (5 * NS_PER_S)
#define WAIT_NS (10 * NS_PER_S) /* the collector's: unanswered is counted after it */

void
customers_free(struct customers *c)
{
	free(c->rows);
	*c = (struct customers){0};
}

static void
forget(struct customers *c, int64_t keep_ns)
{
	size_t old = 0;

	/* One before it stays, to count from. */
	while (old + 1 < c->n && c->rows[old + 1].at_ns <= keep_ns)
		old++;
	if (old < 64)
		return;
	memmove(c->rows, c->rows + old, (c->n - old) * sizeof *c->rows);
	c->n -= old;
}

/* Nothing changed since the two rows before: the last one moves on. */
static void
append(struct customers *c, const struct customers_row *row)
{
	for (size_t back = 1; back <= 2 && c->n >= 2; back++) {
		const struct customers_row *r = &c->rows[c->n - back];
		if (r->attempted != row->attempted || r->answered != row->answered ||
		    r->refused != row->refused || r->unanswered != row->unanswered)
			break;
		if (back == 2)
			c->n--;
	}
	if (c->n == c->room) {
		c->room = c->room * 2 + 128;
		c->rows = memory_grow(c->rows, c->room, sizeof *c->rows);
	}
	c->rows[c->n++] = *row;
}

void
customers_counters(struct customers *c, const struct counters *r, int64_t keep_ns)
{
	const struct wire_counts *now = &r->wire, *was = &c->last.wire;
	int64_t passed = r->time.ns - c->last.time.ns;
	bool follows = c->started && c->last.watched && passed > 0 && passed <= GAP_NS &&
	               now->attempted >= was->attempted &&
	               now->answered >= was->answered && now->refused >= was->refused &&
	               now->unanswered >= was->unanswered;
	struct customers_row row = {.at_ns = r->time.ns};

	if (r->watched && follows) {
		row = c->rows[c->n - 1];
		row.at_ns = r->time.ns;
		row.attempted += now->attempted - was->attempted;
		row.answered += now->answered - was->answered;
		row.refused += now->refused - was->refused;
		row.unanswered += now->unanswered - was->unanswered;
	} else if (r->watched) {
		c->n = 0;
		c->since_ns = r->time.ns;
	}
	if (r->watched) {
		append(c, &row);
		forget(c, keep_ns);
	}
	c->last = *r;
	c->started = true;
}

/* The first reading at or after ${at}, or the last one at or before it. NULL: none. */
static const struct customers_row *
reading(const struct customers *c, int64_t at_ns, bool after)
{
	const struct customers_row *found = NULL;

	for (size_t i = 0; i < c->n; i++) {
		if (after && c->rows[i].at_ns >= at_ns)
			return &c->rows[i];
		if (!after && c->rows[i].at_ns <= at_ns)
			found = &c->rows[i];
	}
	return after ? NULL : found;
}

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

bool
customers_between(
    const struct customers *c, int64_t start_ns, int64_t end_ns, struct connections *out)
{
	const struct customers_row *from = reading(c, start_ns, true),
	                           *to = reading(c, end_ns, false);
	int64_t newest = c->n > 0 ? c->rows[c->n - 1].at_ns : INT64_MIN;

	*out = (struct connections){0};
	if (from == NULL || to == NULL || to->at_ns < from->at_ns ||
	    c->since_ns > start_ns)
		return newest >= end_ns;
	out->watched = true;
	out->attempted = to->attempted - from->attempted;
	out->answered = to->answered - from->answered;
	out->refused = to->refused - from->refused;
	from = reading(c, start_ns + WAIT_NS, true);
	to = reading(c, end_ns + WAIT_NS, false);
	if (from != NULL && to != NULL)
		out->failed = less(to->unanswered, from->unanswered);
	/* Their seconds are not the same to the millisecond: never more than began. */
	if (out->failed > out->attempted)
		out->failed = out->attempted;
	return newest >= end_ns + WAIT_NS;
}
