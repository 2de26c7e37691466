/*
 * Time is cut into stretches that are bad, unclear or good, and the machine is stepped a
 * stretch at a time: a change of state needs ten seconds of the other kind in a row, and
 * then counts from the first of them.
 */
#include "analyzer/ses.h"

#include "base/bytes.h"

#include <stdlib.h>

#define TEN_NS    (SES_SECONDS * NS_PER_S)
#define SLACK_NS  (10 * NS_PER_MS) /* labels of seconds may drift by so much in ten */
#define BRIDGE_NS (2 * NS_PER_S)

enum quality {
	QUALITY_GOOD,
	QUALITY_BAD,
	QUALITY_UNCLEAR
};

struct machine {
	bool down;
	int64_t down_since_ns;
	int64_t onset_ns, counted_ns, unclear_ns; /* of the other kind, in a row */
	struct span *out;
	size_t n, room;
};

static void
put(struct machine *m, int64_t start, int64_t end)
{
	if (end <= start)
		return;
	if (m->n == m->room) {
		m->room = m->room * 2 + 8;
		m->out = memory_grow(m->out, m->room, sizeof *m->out);
	}
	m->out[m->n++] = (struct span){start, end};
}

static void
step(struct machine *m, int64_t start, int64_t end, enum quality quality)
{
	if (end <= start)
		return;
	if (quality == QUALITY_UNCLEAR) {
		m->unclear_ns += end - start;
		if (m->unclear_ns > BRIDGE_NS)
			m->counted_ns = 0;
		return;
	}
	m->unclear_ns = 0;
	if ((quality == QUALITY_BAD) == m->down) {
		m->counted_ns = 0;
		return;
	}
	if (m->counted_ns == 0)
		m->onset_ns = start;
	m->counted_ns += end - start;
	if (m->counted_ns < TEN_NS - SLACK_NS)
		return;
	if (m->down)
		put(m, m->down_since_ns, m->onset_ns);
	else
		m->down_since_ns = m->onset_ns;
	m->down = !m->down;
	m->counted_ns = 0;
}

/* The earliest end or start after ${at} among sorted spans, and whether ${at} is in one.
 */
static bool
inside(const struct span *v, size_t n, size_t *i, int64_t at, int64_t *next)
{
	while (*i < n && v[*i].end_ns <= at)
		(*i)++;
	if (*i == n)
		return false;
	bool in = v[*i].start_ns <= at;
	int64_t edge = in ? v[*i].end_ns : v[*i].start_ns;
	if (edge < *next)
		*next = edge;
	return in;
}

size_t
ses_unavailable(const struct link_result *r, struct span **out)
{
	struct machine m = {0};
	struct span *unknown = memory_grow(NULL, r->n_unknown + 1, sizeof *unknown);
	size_t bad = 0, thin = 0, dark = 0;
	int64_t at = r->period.start_ns, end = r->period.end_ns;

	for (size_t i = 0; i < r->n_unknown; i++)
		unknown[i] = (struct span){r->unknown[i].start_ns, r->unknown[i].end_ns};
	if (r->n_bad_seconds > 0 && r->bad_seconds[0].start_ns < at)
		at = r->bad_seconds[0].start_ns;
	if (r->n_bad_seconds > 0 && r->bad_seconds[r->n_bad_seconds - 1].end_ns > end)
		end = r->bad_seconds[r->n_bad_seconds - 1].end_ns;
	while (at < end) {
		int64_t next = end;
		bool is_bad = inside(r->bad_seconds, r->n_bad_seconds, &bad, at, &next);
		bool unclear =
		    inside(r->thin_seconds, r->n_thin_seconds, &thin, at, &next);
		unclear |= inside(unknown, r->n_unknown, &dark, at, &next);
		step(&m, at, next,
		    is_bad    ? QUALITY_BAD
		    : unclear ? QUALITY_UNCLEAR
		              : QUALITY_GOOD);
		at = next;
	}
	if (m.down)
		put(&m, m.down_since_ns, end);
	free(unknown);
	*out = m.out;
	return m.n;
}
