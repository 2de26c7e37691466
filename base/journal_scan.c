/*
 * The pass over a journal: stretches are read side by side as their time comes, each
 * holding its rows back until their order of sending is certain, and the earliest of all
 * is given out. On the way the hash of each block is compared with what the next one says
 * of it.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
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

/* ---- a reading ---- */

void
reading_done(struct reading *g)
{
	dialect_free(&g->dialect);
	free(g->probe_map);
	free(g->link_map);
	hold_free(&g->hold);
	*g = (struct reading){0};
}

void
reading_session(struct reading *g, uint32_t boot, uint32_t session, uint32_t block)
{
	g->boot = boot;
	if (g->in_session && g->session == session && block > 0)
		return;
	g->in_session = true;
	g->session = session;
	dialect_forget(&g->dialect);
	if (g->n_probe_map > 0)
		memset(g->probe_map, 0, g->n_probe_map * sizeof *g->probe_map);
	if (g->n_link_map > 0)
		memset(g->link_map, 0, g->n_link_map * sizeof *g->link_map);
}

static bool
mapped(const uint32_t *map, size_t n, uint32_t number, uint32_t *out)
{
	if (number >= n || map[number] == 0)
		return false;
	*out = map[number] - 1;
	return true;
}

/* Samples in the hold, behind those it counts, become those of the reader's tables. */
static void
take_samples(struct reading *g, size_t n, int64_t anchor_ns)
{
	struct hold *h = &g->hold;

	if (n == 0)
		return;
	struct sample *s = h->samples + h->n_samples, *to = s, *end = s + n;
	int64_t least = h->least_ns, newest = h->newest_ns;
	uint32_t flags = 0, probe = UINT32_MAX, index = 0;
	bool known = false;

	for (; s < end; s++) {
		if (s->probe != probe) {
			probe = s->probe;
			known = mapped(g->probe_map, g->n_probe_map, probe, &index);
		}
		if (!known)
			continue;
		if (to != s)
			*to = *s;
		to->probe = index;
		to->session = g->session;
		to->time.ns = to->sent.ns + anchor_ns;
		int64_t until = to->time.ns + (to->rtt_ns > 0 ? to->rtt_ns : 0);
		least = to->time.ns < least ? to->time.ns : least;
		newest = until > newest ? until : newest;
		flags |= to->flags;
		to++;
	}
	h->n_samples = (size_t)(to - h->samples);
	h->least_ns = least;
	h->newest_ns = newest;
	h->amends |= (flags & (FLAG_LATE | FLAG_DUP)) != 0;
}

static void
take_rare(struct journal_reader *r, struct reading *g, int64_t anchor)
{
	const struct rows *rows = &r->rows;

	for (size_t i = 0; i < rows->n_throughputs; i++) {
		struct throughput t = rows->throughputs[i];
		if (!mapped(g->probe_map, g->n_probe_map, t.probe, &t.probe))
			continue;
		t.session = g->session;
		t.time.ns = t.at.ns + anchor;
		hold_throughput(&g->hold, &t);
	}
	for (size_t i = 0; i < rows->n_paths; i++) {
		struct path p = rows->paths[i];
		if (!mapped(g->link_map, g->n_link_map, p.link, &p.link))
			continue;
		p.time.ns = p.at.ns + anchor;
		hold_path(&g->hold, &p);
	}
}

static void
take_others(struct journal_reader *r, struct reading *g, int64_t anchor)
{
	const struct rows *rows = &r->rows;

	for (size_t i = 0; i < rows->n_counters; i++) {
		struct counters c = rows->counters[i];
		if (!mapped(g->link_map, g->n_link_map, c.link, &c.link))
			continue;
		c.time.ns = c.at.ns + anchor;
		hold_counters(&g->hold, &c);
	}
	for (size_t i = 0; i < rows->n_events; i++) {
		struct event e = rows->events[i];
		uint32_t link;
		reader_plain(e.text);
		e.session = g->session;
		if (e.link >= 0)
			e.link =
			    mapped(g->link_map, g->n_link_map, (uint32_t)e.link, &link)
			        ? (int32_t)link
			        : -1;
		e.time.ns = e.at.ns + anchor;
		e.time_until.ns = e.until.ns + anchor;
		hold_event(&g->hold, &e);
	}
	take_rare(r, g, anchor);
}

void
reading_hold(struct journal_reader *r, struct reading *g)
{
	struct hold *h = &g->hold;
	size_t n = r->rows.n_samples, want = h->n_samples + n;

	if (h->room_samples < want) {
		h->room_samples = want * 2;
		h->samples = memory_grow(h->samples, h->room_samples, sizeof *h->samples);
	}
	if (n > 0)
		memcpy(
		    h->samples + h->n_samples, r->rows.samples, n * sizeof *h->samples);
	take_samples(g, n, r->boots[g->boot].anchor_ns);
	take_others(r, g, r->boots[g->boot].anchor_ns);
}

/* The samples of a block straight into the hold. */
static int
decode_held(struct journal_reader *r, struct reading *g, const struct block_head *h,
    const uint8_t *payload)
{
	struct hold *hold = &g->hold;
	struct sample *own = r->rows.samples;
	size_t room = r->rows.room_samples, n;

	r->rows.samples = hold->samples;
	r->rows.room_samples = hold->room_samples;
	r->rows.behind = hold->n_samples;
	r->rows.facts = true;
	int rc = rows_decode(&r->rows, payload, h->bytes, &g->dialect);
	hold->samples = r->rows.samples;
	hold->room_samples = r->rows.room_samples;
	n = r->rows.n_samples;
	r->rows.samples = own;
	r->rows.room_samples = room;
	r->rows.behind = r->rows.n_samples = 0;
	r->rows.facts = false;
	if (rc < 0)
		return rc;
	reader_learn(r, g);
	take_samples(g, n, r->boots[g->boot].anchor_ns);
	take_others(r, g, r->boots[g->boot].anchor_ns);
	return 0;
}

static int
spoilt(struct journal_reader *r, uint32_t segment, uint32_t block, const char *what)
{
	snprintf(
	    r->error, sizeof r->error, "segment %u, block %u: %s", segment, block, what);
	return -EBADMSG;
}

int
reading_block(struct journal_reader *r, struct reading *g, const struct block_head *h,
    const uint8_t *payload, bool hold)
{
	uint32_t boot = reader_boot(r, h->boot_id, &h->clock);

	if (g->chained && memcmp(g->hash, h->previous, HASH_BYTES) != 0)
		return spoilt(r, g->segment, h->number, "hash chain broken");
	block_hash(g->hash, h, payload);
	g->chained = true;
	reading_session(g, boot, h->session, h->number);
	int rc = hold ? decode_held(r, g, h, payload)
	              : rows_decode(&r->rows, payload, h->bytes, &g->dialect);
	if (rc < 0)
		return spoilt(r, g->segment, h->number, "damaged");
	if (!hold)
		reader_learn(r, g);
	return 0;
}

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
		return spoilt(r, g->segment, g->block,
		    rc == -EILSEQ ? "hash chain broken" : "damaged");
	bool outside = h.last_ns + anchor < s->from_ns - MARGIN_NS ||
	               h.first_ns + anchor > s->to_ns + MARGIN_NS;
	g->block = h.number + 1;
	if (outside && !(h.flags & BLOCK_HAS_DEFS)) {
		g->chained = false;
		return 0;
	}
	if (segment_payload(file, &h, &p) < 0)
		return spoilt(r, g->segment, h.number, "damaged");
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
	                         : spoilt(s->r, g->segment, g->block,
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
