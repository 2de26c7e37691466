/*
 * Time is cut into stretches that are bad, unclear or good, and the machine is stepped a
 * stretch at a time: a change of state needs n intervals of the other kind in a row, and
 * then counts from the first of them.
 */
#include "analyzer/profile.h"

#include "base/bytes.h"

#include <string.h>

#define SLACK_NS       (10 * NS_PER_MS) /* labels of seconds may drift by so much in ten */
#define BRIDGE         2                /* unclear intervals passed over … */
#define BRIDGED_FROM_N 10               /* … where so many in a row are asked for */
#define MEF_PDUS       10               /* votes in an interval, MEF's least */

bool
profile_binning(const struct profile_conf *p, struct binning *out)
{
	struct binning b = {
	    .width_ns = p->delta_ns, .part_ns = p->delta_ns, .over = p->threshold};

	if (strcmp(p->name, "ses-10-10") == 0) {
		b.need = 1;
	} else if (strcmp(p->name, "mef") == 0 || strcmp(p->name, "y1540") == 0) {
		b.need = MEF_PDUS;
	} else if (strcmp(p->name, "rfc2678") == 0) {
		b.need = p->probes;
		b.part_ns = p->delta_ns - p->wait_ns;
		b.over = 1;
		b.late_answers = true;
	} else {
		return false;
	}
	*out = b;
	return true;
}

static bool
same_binning(const struct binning *a, const struct binning *b)
{
	return a->width_ns == b->width_ns && a->part_ns == b->part_ns &&
	       a->over == b->over && a->need == b->need &&
	       a->late_answers == b->late_answers;
}

const struct binned *
profile_bins(const struct link_result *r, const struct binning *rule)
{
	for (size_t i = 0; i < r->n_bins; i++)
		if (same_binning(&r->bins[i].rule, rule))
			return &r->bins[i];
	return NULL;
}

enum quality {
	QUALITY_GOOD,
	QUALITY_BAD,
	QUALITY_UNCLEAR
};

struct machine {
	int64_t needs_ns, bridge_ns; /* of the other kind in a row; passed over */
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
		if (m->unclear_ns > m->bridge_ns)
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
	if (m->counted_ns < m->needs_ns)
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
profile_unavailable(const struct link_result *r, const struct binned *b, unsigned needs,
    struct span **out)
{
	struct machine m = {.needs_ns = (int64_t)needs * b->rule.width_ns - SLACK_NS,
	    .bridge_ns = needs >= BRIDGED_FROM_N ? BRIDGE * b->rule.width_ns : 0};
	size_t bad = 0, thin = 0;
	int64_t at = r->period.start_ns, end = r->period.end_ns;

	if (b->n_bad > 0 && b->bad[0].start_ns < at)
		at = b->bad[0].start_ns;
	if (b->n_bad > 0 && b->bad[b->n_bad - 1].end_ns > end)
		end = b->bad[b->n_bad - 1].end_ns;
	if (b->until_ns > end)
		end = b->until_ns;
	while (at < end) {
		int64_t next = end;
		bool over = b->until_ns > 0 && at >= b->until_ns;
		if (!over && b->until_ns > 0 && b->until_ns < next)
			next = b->until_ns;
		bool is_bad = inside(b->bad, b->n_bad, &bad, at, &next);
		bool unclear = inside(b->thin, b->n_thin, &thin, at, &next) || over;
		step(&m, at, next,
		    is_bad    ? QUALITY_BAD
		    : unclear ? QUALITY_UNCLEAR
		              : QUALITY_GOOD);
		at = next;
	}
	if (m.down)
		put(&m, m.down_since_ns, end);
	*out = m.out;
	return m.n;
}

void
profile_high_loss(const struct binned *b, const struct span *down, size_t n_down,
    unsigned p, struct span period, unsigned *hli, unsigned *chli)
{
	size_t k = 0;
	unsigned row = 0;
	int64_t last_ns = INT64_MIN;

	*hli = *chli = 0;
	for (size_t i = 0; i < b->n_bad; i++) {
		for (int64_t at = b->bad[i].start_ns; at < b->bad[i].end_ns;
		     at += b->rule.width_ns) {
			while (k < n_down && down[k].end_ns <= at)
				k++;
			if (at < period.start_ns || at >= period.end_ns ||
			    (k < n_down && down[k].start_ns <= at))
				continue;
			row = at == last_ns ? row + 1 : 1;
			last_ns = at + b->rule.width_ns;
			(*hli)++;
			*chli += row == p;
		}
	}
}
