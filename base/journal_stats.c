#include "base/journal_reading.h"

#include <stdio.h>
#include <string.h>

struct tally {
	struct journal_stats *stats;
	bool any;
};

static int
tally_sample(void *ctx, const struct sample *s)
{
	struct tally *t = ctx;

	t->stats->samples++;
	t->stats->by_outcome[s->outcome]++;
	if (!t->any)
		t->stats->first = s->time;
	t->any = true;
	t->stats->last = s->time;
	return 0;
}

void
journal_clock_of(const struct journal_reader *r, struct journal_stats *out)
{
	struct bytes root = {0};
	char path[1100];

	memset(out, 0, sizeof *out);
	out->segments = r->n_segments;
	out->bytes = r->bytes;
	out->blocks = r->blocks;
	out->synchronised = r->n_boots > 0;
	for (size_t i = 0; i < r->n_boots; i++) {
		out->synchronised &= r->boots[i].synchronised;
		if (r->boots[i].bound_ns > out->clock_bound_ns)
			out->clock_bound_ns = r->boots[i].bound_ns;
	}
	for (size_t i = 0; i < r->n_stretches; i++) {
		const struct stretch *s = &r->stretches[i];
		int64_t anchor = r->boots[s->boot].anchor_ns;
		if (!s->any)
			continue;
		if (out->first.ns == 0 || s->first_ns + anchor < out->first.ns)
			out->first.ns = s->first_ns + anchor;
		if (s->last_ns + anchor > out->last.ns)
			out->last.ns = s->last_ns + anchor;
	}
	memcpy(out->agent, r->agent, sizeof out->agent);
	snprintf(path, sizeof path, "%s/journal/root", r->dir);
	unsigned at = 0;
	if (file_load(&root, path) == 0)
		for (size_t i = 0, spaces = 0; i < root.n && at < 64; i++) {
			if (root.p[i] == ' ')
				spaces++;
			else if (spaces == 2 && root.p[i] != '\n')
				out->root[at++] = (char)root.p[i];
		}
	bytes_free(&root);
}

int
journal_stats(struct journal_reader *r, struct journal_stats *out)
{
	struct tally t = {out, false};
	struct journal_visitor v = {.ctx = &t, .sample = tally_sample};

	journal_clock_of(r, out);
	return journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v);
}
