/*
 * The pass over a journal: stretches are read side by side as their time comes, each
 * holding its rows back until their order of sending is certain, and the earliest of all
 * is given out. On the way the hash of each block is compared with what the next one says
 * of it.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_NS (60 * NS_PER_S) /* rows are written so long after at the latest */

struct scan {
	struct journal_reader *r;
	int64_t from_ns, to_ns;
	uint32_t *order; /* of the stretches, by their first label */
	size_t n, next;
	struct reading **active;
	size_t n_active, room_active;
};

/* ---- reading on ---- */

/* The segment the reading is at, open at its next block. */
static int
open_at(struct journal_reader *r, struct reading *g, struct segment **out)
{
	struct open_segment *o = NULL;

	for (size_t i = 0; i < OPEN_SEGMENTS && o == NULL; i++)
		if (r->open[i].by == g)
			o = &r->open[i];
	for (size_t i = 0; i < OPEN_SEGMENTS && (o == NULL || o->by != g); i++)
		if (o == NULL || r->open[i].used < o->used)
			o = &r->open[i];
	o->used = ++r->uses;
	*out = &o->segment;
	if (o->by == g && o->number == g->segment)
		return 0;
	o->by = NULL;
	int rc = segment_open(&o->segment, r->dir, g->segment);
	if (rc < 0)
		return rc;
	if (g->block > 0)
		rc = segment_seek(&o->segment, g->block, 0);
	if (g->chained && g->block == 0 &&
	    memcmp(o->segment.head.previous, g->hash, HASH_BYTES) != 0)
		return -EILSEQ;
	o->by = g;
	o->number = g->segment;
	return rc;
}

/* The write-ahead file of a running (or dead) daemon, after the last block. */
static void
read_wal(struct journal_reader *r, struct reading *g)
{
	struct wal_head h;
	size_t at = WAL_BYTES, n;

	if (g->of != &r->stretches[r->n_stretches - 1] || reader_wal(r, &h) < 0 ||
	    h.segment != r->seen_segment || h.block != r->seen_block)
		return;
	reading_session(g, reader_boot(r, h.boot_id, &h.clock), h.session, h.block);
	while ((n = wal_chunk_get(r->wal.p + at, r->wal.n - at, &r->rows, &g->dialect)) >
	       0) {
		reader_learn(r, g);
		reading_hold(r, g);
		at += n;
	}
}

static void
release(struct journal_reader *r, const struct reading *g)
{
	for (size_t i = 0; i < OPEN_SEGMENTS; i++)
		if (r->open[i].by == g) {
			r->open[i].by = NULL;
			segment_close(&r->open[i].segment);
		}
}

static bool
at_end(const struct reading *g)
{
	return !g->of->any || g->segment > g->of->end_segment ||
	       (g->segment == g->of->end_segment && g->block >= g->of->n_blocks);
}

/* One block more into the hold, or the next segment. */
static int
read_block(struct scan *s, struct reading *g)
{
	struct journal_reader *r = s->r;
	struct block_head h;
	struct segment *file;
	const uint8_t *p;
	int64_t anchor = r->boots[g->of->boot].anchor_ns;
	int rc = open_at(r, g, &file);

	if (rc == 0)
		rc = segment_next(file, &h, NULL);
	if (rc == -ENODATA || rc == -ENOENT) { /* its end, or retention took it since */
		g->chained &= rc == -ENODATA;
		g->segment++;
		g->block = 0;
		return 0;
	}
	if (rc < 0)
		return reading_spoilt(r, g->segment, g->block,
		    rc == -EILSEQ ? "hash chain broken" : "damaged");
	bool outside = h.last_ns + anchor < s->from_ns - MARGIN_NS ||
	               h.first_ns + anchor > s->to_ns + MARGIN_NS;
	g->block = h.number + 1;
	if (outside && !(h.flags & BLOCK_HAS_DEFS)) {
		g->chained = false;
		return 0;
	}
	if (segment_payload(file, &h, &p) < 0)
		return reading_spoilt(r, g->segment, h.number, "damaged");
	return reading_block(r, g, &h, p, !outside);
}

/* Until something may go out, or nothing is left. */
static int
fill(struct scan *s, struct reading *g)
{
	size_t held = 0;
	int rc = 0;

	while (!g->ended && g->hold.at == g->hold.ready) {
		hold_clear(&g->hold);
		while (rc == 0 && !at_end(g) && !hold_is_full(&g->hold))
			rc = read_block(s, g);
		if (rc < 0)
			return rc;
		g->ended = at_end(g);
		if (g->ended) {
			read_wal(s->r, g);
			release(s->r, g);
		}
		hold_order(&g->hold, g->ended);
	}
	for (size_t i = 0; i < s->n_active; i++)
		held += hold_bytes(&s->active[i]->hold);
	return held <= HELD_MOST ? 0
	                         : reading_spoilt(s->r, g->segment, g->block,
	                               "too many histories side by side");
}

/* ---- side by side ---- */

static int64_t
label_of(const struct journal_reader *r, uint32_t i)
{
	const struct stretch *s = &r->stretches[i];

	return s->any ? s->first_ns + r->boots[s->boot].anchor_ns : INT64_MIN;
}

/* A heap would do; there are few, and they stand in order already. */
static void
sort_stretches(struct scan *s)
{
	const struct journal_reader *r = s->r;
	uint32_t *spare = memory_grow(NULL, s->n + 1, sizeof *spare), *from = s->order;

	for (size_t width = 1; width < s->n; width *= 2) {
		for (size_t at = 0; at < s->n; at += 2 * width) {
			size_t mid = at + width < s->n ? at + width : s->n;
			size_t end = mid + width < s->n ? mid + width : s->n;
			for (size_t a = at, b = mid, to = at; to < end; to++) {
				bool left =
				    a < mid && (b == end || label_of(r, from[a]) <=
				                                label_of(r, from[b]));
				spare[to] = left ? from[a++] : from[b++];
			}
		}
		uint32_t *sorted = spare;
		spare = from;
		from = sorted;
	}
	s->order = from;
	free(spare);
}

/* The first label of a segment; INT64_MIN where it cannot be told. */
static int64_t
begins_at(struct scan *s, const struct stretch *of, uint32_t number)
{
	struct block_head h;
	struct segment *g = &s->r->open[0].segment;
	int64_t label = INT64_MIN;

	s->r->open[0].by = NULL;
	if (segment_open(g, s->r->dir, number) == 0 && segment_next(g, &h, NULL) == 0)
		label = h.first_ns + s->r->boots[of->boot].anchor_ns;
	segment_close(g);
	return label;
}

/* Where to begin: the last segment of the stretch that begins before what is asked for.
 * Each defines what is in it. */
static void
begin_late(struct scan *s, struct reading *g)
{
	uint32_t low = g->of->segment, high = g->of->end_segment;

	if (label_of(s->r, (uint32_t)(g->of - s->r->stretches)) >= s->from_ns)
		return;
	while (low < high) {
		uint32_t mid = low + (high - low + 1) / 2;
		if (begins_at(s, g->of, mid) < s->from_ns - MARGIN_NS)
			low = mid;
		else
			high = mid - 1;
	}
	if (low > g->of->segment) {
		g->segment = low;
		g->block = 0;
	}
}

static void
activate(struct scan *s, const struct stretch *of)
{
	struct reading *g = memory_grow(NULL, 1, sizeof *g);

	*g = (struct reading){.of = of, .segment = of->segment, .block = of->block};
	hold_init(&g->hold);
	if (of->any)
		begin_late(s, g);
	if (s->n_active == s->room_active) {
		s->room_active = s->room_active * 2 + 4;
		s->active = memory_grow(s->active, s->room_active, sizeof *s->active);
	}
	s->active[s->n_active++] = g;
}

static void
retire(struct scan *s, size_t i)
{
	release(s->r, s->active[i]);
	reading_done(s->active[i]);
	free(s->active[i]);
	s->n_active--;
	memmove(s->active + i, s->active + i + 1, (s->n_active - i) * sizeof *s->active);
}

static int64_t
head_of(const struct reading *g)
{
	return g->hold.at < g->hold.ready ? g->hold.keys[g->hold.at].at_ns : INT64_MAX;
}

/* Fill what is empty, retire what is at its end. */
static int
fill_all(struct scan *s)
{
	for (size_t i = 0; i < s->n_active;) {
		struct reading *g = s->active[i];
		int rc = head_of(g) == INT64_MAX ? fill(s, g) : 0;
		if (rc < 0)
			return rc;
		if (head_of(g) == INT64_MAX)
			retire(s, i);
		else
			i++;
	}
	return 0;
}

/* Give out of the earliest until another one has earlier rows, or a new one begins. */
static int
step(struct scan *s, const struct journal_visitor *v)
{
	int64_t limit = INT64_MAX;
	size_t first = 0;

	for (size_t i = 1; i < s->n_active; i++)
		if (head_of(s->active[i]) < head_of(s->active[first]))
			first = i;
	for (size_t i = 0; i < s->n_active; i++)
		if (i != first && head_of(s->active[i]) < limit)
			limit = head_of(s->active[i]);
	if (s->next < s->n && label_of(s->r, s->order[s->next]) < limit)
		limit = label_of(s->r, s->order[s->next]);
	return hold_give(&s->active[first]->hold, limit, s->from_ns, s->to_ns, v);
}

static bool
is_wanted(const struct scan *s, const struct stretch *of)
{
	int64_t anchor = s->r->boots[of->boot].anchor_ns;

	if (of == &s->r->stretches[s->r->n_stretches - 1] || !of->any)
		return true;
	return of->last_ns + anchor >= s->from_ns - MARGIN_NS &&
	       of->first_ns + anchor <= s->to_ns + MARGIN_NS;
}

static int
scan_on(struct scan *s, const struct journal_visitor *v)
{
	int rc = 0;

	while (rc == 0) {
		int64_t head = INT64_MAX;
		rc = fill_all(s);
		for (size_t i = 0; i < s->n_active; i++)
			head =
			    head_of(s->active[i]) < head ? head_of(s->active[i]) : head;
		if (rc == 0 && s->next < s->n &&
		    (s->n_active == 0 || label_of(s->r, s->order[s->next]) <= head)) {
			activate(s, &s->r->stretches[s->order[s->next++]]);
			continue;
		}
		if (rc != 0 || s->n_active == 0)
			break;
		rc = step(s, v);
	}
	return rc;
}

int
journal_scan(
    struct journal_reader *r, wall_t from, wall_t to, const struct journal_visitor *v)
{
	struct scan s = {.r = r, .from_ns = from.ns, .to_ns = to.ns};

	s.order = memory_grow(NULL, r->n_stretches + 1, sizeof *s.order);
	for (size_t i = 0; i < r->n_stretches; i++)
		if (is_wanted(&s, &r->stretches[i]))
			s.order[s.n++] = (uint32_t)i;
	sort_stretches(&s);
	int rc = scan_on(&s, v);
	while (s.n_active > 0)
		retire(&s, s.n_active - 1);
	free(s.active);
	free(s.order);
	return rc != 0 ? rc : (r->corrupt ? -EBADMSG : 0);
}
