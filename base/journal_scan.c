/*
 * The pass over a journal: sessions are read side by side, each holding its rows back
 * until their order of sending is certain, and the earliest of all is given out.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
mapped(const uint32_t *map, size_t n, uint32_t number, uint32_t *out)
{
	if (number >= n || map[number] == 0)
		return false;
	*out = map[number] - 1;
	return true;
}

/* ---- the hold ---- */

static bool
before(const struct item *a, const struct item *b)
{
	return a->key_ns != b->key_ns ? a->key_ns < b->key_ns : a->order < b->order;
}

static void
heap_push(struct reading *g, const struct item *item)
{
	if (g->n == g->room) {
		g->room = g->room * 2 + 256;
		g->heap = memory_grow(g->heap, g->room, sizeof *g->heap);
	}
	size_t i = g->n++;
	for (; i > 0 && before(item, &g->heap[(i - 1) / 2]); i = (i - 1) / 2)
		g->heap[i] = g->heap[(i - 1) / 2];
	g->heap[i] = *item;
}

static struct item
heap_pop(struct reading *g)
{
	struct item top = g->heap[0], last = g->heap[--g->n];
	size_t i = 0;

	for (;;) {
		size_t k = 2 * i + 1;
		if (k >= g->n)
			break;
		if (k + 1 < g->n && before(&g->heap[k + 1], &g->heap[k]))
			k++;
		if (!before(&g->heap[k], &last))
			break;
		g->heap[i] = g->heap[k];
		i = k;
	}
	if (g->n > 0)
		g->heap[i] = last;
	return top;
}

/*
 * The second record of a sending amends the first: a late reply takes the place of the
 * loss written at its timeout, a duplicate only leaves its flag. Result: true if ${s} is
 * done with.
 */
static bool
amend(struct reading *g, const struct sample *s)
{
	if (!(s->flags & (FLAG_LATE | FLAG_DUP)))
		return false;
	for (size_t i = 0; i < g->n; i++) {
		struct item *it = &g->heap[i];
		if (it->type != ITEM_SAMPLE || it->sample.probe != s->probe ||
		    it->sample.seq != s->seq)
			continue;
		if (s->flags & FLAG_DUP) {
			it->sample.flags |= FLAG_DUP;
			return true;
		}
		struct sample merged = *s;
		merged.time = it->sample.time;
		merged.sent = it->sample.sent;
		it->sample = merged;
		return true;
	}
	return (s->flags & FLAG_DUP) != 0;
}

static void
saw(struct reading *g, int64_t t)
{
	if (t > g->now_ns)
		g->now_ns = t;
}

static void
hold_sample(struct journal_reader *r, struct reading *g, const struct sample *in)
{
	struct item it = {.order = r->order++, .type = ITEM_SAMPLE, .sample = *in};
	struct sample *s = &it.sample;

	if (!mapped(g->s->probe_map, g->s->n_probe_map, in->probe, &s->probe))
		return;
	s->session = g->s->id;
	s->time.ns = s->sent.ns + g->s->anchor_ns;
	it.key_ns = s->time.ns;
	saw(g, it.key_ns + (s->rtt_ns > 0 ? s->rtt_ns : 0));
	if (!amend(g, s))
		heap_push(g, &it);
}

void
scan_hold(struct journal_reader *r, struct reading *g, const struct rows *rows)
{
	for (size_t i = 0; i < rows->n_samples; i++)
		hold_sample(r, g, &rows->samples[i]);
	for (size_t i = 0; i < rows->n_counters; i++) {
		struct item it = {.order = r->order++, .type = ITEM_COUNTERS};
		it.counters = rows->counters[i];
		if (!mapped(g->s->link_map, g->s->n_link_map, it.counters.link,
		        &it.counters.link))
			continue;
		it.counters.time.ns = it.counters.at.ns + g->s->anchor_ns;
		it.key_ns = it.counters.time.ns;
		saw(g, it.key_ns);
		heap_push(g, &it);
	}
	for (size_t i = 0; i < rows->n_events; i++) {
		struct item it = {.order = r->order++, .type = ITEM_EVENT};
		uint32_t link;
		it.event = memory_grow(NULL, 1, sizeof *it.event);
		*it.event = rows->events[i];
		reader_plain(it.event->text);
		it.event->session = g->s->id;
		if (it.event->link >= 0)
			it.event->link = mapped(g->s->link_map, g->s->n_link_map,
			                     (uint32_t)it.event->link, &link)
			                     ? (int32_t)link
			                     : -1;
		it.event->time.ns = it.event->at.ns + g->s->anchor_ns;
		it.event->time_until.ns = it.event->until.ns + g->s->anchor_ns;
		it.key_ns = it.event->time.ns;
		saw(g, it.key_ns);
		heap_push(g, &it);
	}
}

/* ---- scanning ---- */

/* Where block ${number} of the loaded segment begins; 0: nowhere. */
size_t
scan_place(const struct journal_reader *r, uint32_t number)
{
	struct block_head h;
	size_t at = SEGMENT_BYTES;

	while (at < r->file.n && block_get(&h, r->file.p + at, r->file.n - at) == 0) {
		if (h.number == number)
			return at;
		at += BLOCK_BYTES + h.stored_bytes;
	}
	return 0;
}

/* The header of a block; sealing since it was indexed has moved it. */
static int
find_block(struct journal_reader *r, const struct block_ref *ref, struct block_head *h,
    size_t *at)
{
	int rc = reader_segment(r, ref->segment);

	if (rc < 0)
		return rc;
	*at = ref->at;
	if (*at < r->file.n && block_get(h, r->file.p + *at, r->file.n - *at) == 0 &&
	    h->number == ref->number)
		return 0;
	*at = scan_place(r, ref->number);
	return *at != 0 ? block_get(h, r->file.p + *at, r->file.n - *at) : -EBADMSG;
}

int
scan_block(struct journal_reader *r, struct session *s, const struct block_ref *ref)
{
	struct block_head h;
	size_t at;
	int rc = find_block(r, ref, &h, &at);

	rows_clear(&r->rows);
	if (rc == -ENOENT)
		return 0; /* retention took it since it was indexed */
	const uint8_t *body = NULL;
	if (rc == 0)
		body = block_plain(&h, r->file.p + at + BLOCK_BYTES, &r->plain);
	if (body == NULL || rows_decode(&r->rows, body, h.plain_bytes, &s->dialect) < 0) {
		snprintf(r->error, sizeof r->error, "segment %u, block %u: damaged",
		    ref->segment, ref->number);
		return -EBADMSG;
	}
	reader_learn(r, s);
	return 0;
}

/* Read on until the earliest item held is settled, or the session is at its end. */
static int
fill(struct journal_reader *r, struct reading *g, int64_t from_ns, int64_t to_ns)
{
	while (g->next_block < g->s->n_blocks &&
	       (g->n == 0 || g->now_ns - g->heap[0].key_ns <= HOLD_NS)) {
		const struct block_ref *ref = &g->s->blocks[g->next_block++];
		int64_t first = ref->first_ns + g->s->anchor_ns;
		int64_t last = ref->last_ns + g->s->anchor_ns;
		bool outside =
		    last < from_ns - 60 * NS_PER_S || first > to_ns + 60 * NS_PER_S;
		if (outside && !(ref->flags & BLOCK_HAS_DEFS))
			continue;
		int rc = scan_block(r, g->s, ref);
		if (rc < 0)
			return rc;
		if (!outside)
			scan_hold(r, g, &r->rows);
	}
	return 0;
}

static int
give(const struct item *it, int64_t from_ns, int64_t to_ns,
    const struct journal_visitor *v)
{
	int rc = 0;
	bool inside = it->key_ns >= from_ns && it->key_ns < to_ns;

	if (it->type == ITEM_SAMPLE && inside && v->sample != NULL)
		rc = v->sample(v->ctx, &it->sample);
	if (it->type == ITEM_COUNTERS && inside && v->counters != NULL)
		rc = v->counters(v->ctx, &it->counters);
	if (it->type == ITEM_EVENT) {
		if (inside && v->event != NULL)
			rc = v->event(v->ctx, it->event);
		free(it->event);
	}
	return rc;
}

static void
reading_done(struct reading *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->heap[i].type == ITEM_EVENT)
			free(g->heap[i].event);
	free(g->heap);
}

/* The write-ahead file of a running (or dead) daemon, after the last block of its
 * session. */
static void
hold_wal(struct journal_reader *r, struct reading *g)
{
	struct wal_head h;
	size_t at = WAL_BYTES, n;

	if (reader_wal(r, &h) < 0 || h.session != g->s->id ||
	    h.segment != r->seen_segment || h.block != r->seen_block)
		return;
	while ((n = wal_chunk_get(
	            r->wal.p + at, r->wal.n - at, &r->rows, &g->s->dialect)) > 0) {
		reader_learn(r, g->s);
		scan_hold(r, g, &r->rows);
		at += n;
	}
}

int
journal_scan(
    struct journal_reader *r, wall_t from, wall_t to, const struct journal_visitor *v)
{
	struct reading *g = memory_grow(NULL, r->n_sessions + 1, sizeof *g);
	size_t n = r->n_sessions;
	int rc = 0;

	memset(g, 0, (n + 1) * sizeof *g);
	for (size_t i = 0; i < n; i++) {
		g[i].s = &r->sessions[i];
		g[i].now_ns = INT64_MIN / 2;
	}
	for (;;) {
		struct reading *first = NULL;
		for (size_t i = 0; i < n && rc == 0; i++) {
			bool more = g[i].next_block < g[i].s->n_blocks;
			if (g[i].n == 0 && !more && i == n - 1 &&
			    g[i].first_key_ns == 0) {
				g[i].first_key_ns = 1;
				hold_wal(r, &g[i]);
			}
			rc = fill(r, &g[i], from.ns, to.ns);
			if (rc == 0 && i == n - 1 &&
			    g[i].next_block == g[i].s->n_blocks &&
			    g[i].first_key_ns == 0) {
				g[i].first_key_ns = 1;
				hold_wal(r, &g[i]);
			}
			if (g[i].n > 0 &&
			    (first == NULL || before(&g[i].heap[0], &first->heap[0])))
				first = &g[i];
		}
		if (rc != 0 || first == NULL)
			break;
		struct item it = heap_pop(first);
		rc = give(&it, from.ns, to.ns, v);
		if (rc != 0)
			break;
	}
	for (size_t i = 0; i < n; i++)
		reading_done(&g[i]);
	free(g);
	return rc != 0 ? rc : (r->corrupt ? -EBADMSG : 0);
}

int
scan_drain(struct reading *g, const struct journal_visitor *v)
{
	int rc = 0;

	while (g->n > 0) {
		struct item it = heap_pop(g);
		int now = give(&it, INT64_MIN, INT64_MAX, v);
		if (rc == 0)
			rc = now;
	}
	reading_done(g);
	*g = (struct reading){0};
	return rc;
}

/* ---- figures ---- */

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

static void
span_of(const struct session *s, struct journal_stats *out)
{
	for (size_t i = 0; i < s->n_blocks; i++) {
		int64_t first = s->blocks[i].first_ns + s->anchor_ns;
		int64_t last = s->blocks[i].last_ns + s->anchor_ns;
		if (out->first.ns == 0 || first < out->first.ns)
			out->first.ns = first;
		if (last > out->last.ns)
			out->last.ns = last;
	}
}

void
journal_clock_of(const struct journal_reader *r, struct journal_stats *out)
{
	struct bytes root = {0};
	char path[1100];

	memset(out, 0, sizeof *out);
	out->segments = (uint64_t)r->n_segments;
	out->bytes = r->bytes;
	out->synchronised = r->n_sessions > 0;
	for (size_t i = 0; i < r->n_sessions; i++) {
		out->blocks += r->sessions[i].n_blocks;
		out->synchronised &= r->sessions[i].synchronised;
		if (r->sessions[i].bound_ns > out->clock_bound_ns)
			out->clock_bound_ns = r->sessions[i].bound_ns;
		span_of(&r->sessions[i], out);
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
