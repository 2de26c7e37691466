/*
 * Votes counted by equal intervals of time, for the profiles that see time so. Only runs
 * of intervals that are bad, or say nothing, are kept.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

static void
close_interval(struct bin_line *b, const struct binning *rule)
{
	int64_t from = b->at_ns;
	bool all = b->sent > 0 && b->lost == b->sent;

	if (b->sent == 0 || 2 * b->sent < rule->need)
		spans_add(&b->thin, from, from + rule->width_ns);
	else if (rule->over < 1 ? (double)b->lost > rule->over * (double)b->sent : all)
		spans_add(&b->bad, from, from + rule->width_ns);
	b->sent = b->lost = 0;
}

/* Seconds are those of the schedule, so that a probe a second has one vote in each; what
 * is wider is cut in UTC, as anybody else would cut it. */
static int64_t
interval_of(const struct sample *s, int64_t width_ns)
{
	if (width_ns == NS_PER_S)
		return whole_us(s->time.ns - s->sent.ns % NS_PER_S);
	return s->time.ns - s->time.ns % width_ns;
}

void
bins_enter(struct bin_line *b, const struct binning *rule, const struct sample *s)
{
	int64_t at = interval_of(s, rule->width_ns), over = b->at_ns + rule->width_ns;

	b->second_ns = s->sent.ns - s->sent.ns % NS_PER_S;
	b->offset_ns = s->time.ns - s->sent.ns;
	if (at == b->at_ns)
		return;
	if (b->at_ns != 0)
		close_interval(b, rule);
	if (b->at_ns != 0 && at > over)
		spans_add(&b->thin, over, at);
	b->at_ns = at;
}

static void
copy_spans(const struct spans *from, struct span **to, size_t *n)
{
	*n = from->n;
	*to = memory_grow(NULL, from->n + 1, sizeof **to);
	if (from->n > 0)
		memcpy(*to, from->v, from->n * sizeof **to);
}

void
bins_close(const struct judge *j, const struct line *l, struct link_result *r)
{
	r->n_bins = j->rule.n_bins;
	for (size_t i = 0; i < r->n_bins; i++) {
		struct binned *b = &r->bins[i];
		b->rule = j->rule.bins[i];
		b->until_ns = l->bins[i].at_ns;
		copy_spans(&l->bins[i].bad, &b->bad, &b->n_bad);
		copy_spans(&l->bins[i].thin, &b->thin, &b->n_thin);
	}
}

void
bins_free(struct line *l)
{
	for (size_t i = 0; i < BINS_MOST; i++) {
		free(l->bins[i].bad.v);
		free(l->bins[i].thin.v);
	}
}
