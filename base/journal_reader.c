/*
 * A journal is read session by session: each has its own numbers, its own boot, and a
 * clock that only it knows. A first pass over the block headers finds the sessions, their
 * spans and the anchor of each boot: UTC minus CLOCK_BOOTTIME at the boot's first
 * synchronised block, which labels the whole boot, backwards too. A scan then merges the
 * sessions by label. Within a session rows stand in order of completion; a heap holds
 * each back for 10 s and gives them out in order of sending, a late reply in place of the
 * loss it supersedes.
 */
#include "base/journal_recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HOLD_NS (11 * NS_PER_S)

struct block_ref {
	uint32_t segment, number, flags;
	size_t at;
	int64_t first_ns, last_ns;
};

struct session {
	uint32_t id;
	char boot_id[37];
	int64_t anchor_ns, bound_ns;
	bool synchronised;
	struct block_ref *blocks;
	size_t n_blocks, room_blocks;
	struct dialect dialect;
	uint32_t *probe_map, *link_map; /* writer's number to table index, plus one */
	size_t n_probe_map, n_link_map;
};

struct item {
	int64_t key_ns; /* label */
	uint64_t order;
	enum {
		ITEM_SAMPLE,
		ITEM_COUNTERS,
		ITEM_EVENT
	} type;
	union {
		struct sample sample;
		struct counters counters;
		struct event *event;
	};
};

/* One session being read. */
struct reading {
	struct session *s;
	size_t next_block;
	int64_t now_ns, first_key_ns;
	struct item *heap;
	size_t n, room;
};

struct journal_reader {
	char dir[1024], error[256];
	struct session *sessions;
	size_t n_sessions;
	struct probe_def *probes;
	uint32_t *probe_links;
	struct link_def *links;
	size_t n_probes, n_links;
	struct bytes file, plain, wal;
	uint32_t loaded; /* segment in file; 0: none */
	struct rows rows;
	uint64_t order;
	char agent[37];
	uint32_t *segments;
	int n_segments;
	uint64_t bytes;
	uint8_t root[HASH_BYTES];
	bool corrupt;
	/* following */
	uint32_t seen_segment, seen_block;
	size_t seen_at;
	off_t seen_size;
	ino_t seen_inode;
	size_t seen_samples, seen_counters, seen_events, seen_chunks;
};

/* ---- tables ---- */

static uint32_t
table_link(struct journal_reader *r, const struct link_def *def)
{
	for (size_t i = 0; i < r->n_links; i++) {
		if (strcmp(r->links[i].centre, def->centre) == 0 &&
		    strcmp(r->links[i].link, def->link) == 0) {
			r->links[i] = *def;
			return (uint32_t)i;
		}
	}
	r->links = memory_grow(r->links, r->n_links + 1, sizeof *r->links);
	r->links[r->n_links] = *def;
	return (uint32_t)r->n_links++;
}

static uint32_t
link_of(struct journal_reader *r, const struct probe_def *def)
{
	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->links[i].centre, def->centre) == 0 &&
		    strcmp(r->links[i].link, def->link) == 0)
			return (uint32_t)i;
	struct link_def l = {0};
	memcpy(l.centre, def->centre, sizeof l.centre);
	memcpy(l.link, def->link, sizeof l.link);
	return table_link(r, &l);
}

static uint32_t
table_probe(struct journal_reader *r, const struct probe_def *def)
{
	for (size_t i = 0; i < r->n_probes; i++)
		if (memcmp(&r->probes[i], def, sizeof *def) == 0)
			return (uint32_t)i;
	uint32_t link = link_of(r, def);
	r->probes = memory_grow(r->probes, r->n_probes + 1, sizeof *r->probes);
	r->probe_links =
	    memory_grow(r->probe_links, r->n_probes + 1, sizeof *r->probe_links);
	r->probes[r->n_probes] = *def;
	r->probe_links[r->n_probes] = link;
	return (uint32_t)r->n_probes++;
}

static void
map_set(uint32_t **map, size_t *n, uint32_t number, uint32_t value)
{
	if (number >= *n) {
		size_t want = number + 32u;
		*map = memory_grow(*map, want, sizeof **map);
		memset(*map + *n, 0, (want - *n) * sizeof **map);
		*n = want;
	}
	(*map)[number] = value + 1;
}

static void
learn(struct journal_reader *r, struct session *s)
{
	for (size_t i = 0; i < r->rows.n_links; i++)
		map_set(&s->link_map, &s->n_link_map, r->rows.links[i].number,
		    table_link(r, &r->rows.links[i].def));
	for (size_t i = 0; i < r->rows.n_probes; i++)
		map_set(&s->probe_map, &s->n_probe_map, r->rows.probes[i].number,
		    table_probe(r, &r->rows.probes[i].def));
}

static bool
mapped(const uint32_t *map, size_t n, uint32_t number, uint32_t *out)
{
	if (number >= n || map[number] == 0)
		return false;
	*out = map[number] - 1;
	return true;
}

/* ---- the first pass ---- */

static struct session *
session_at(struct journal_reader *r, uint32_t id, const char *boot_id)
{
	for (size_t i = r->n_sessions; i-- > 0;)
		if (r->sessions[i].id == id)
			return &r->sessions[i];
	r->sessions = memory_grow(r->sessions, r->n_sessions + 1, sizeof *r->sessions);
	struct session *s = &r->sessions[r->n_sessions++];
	memset(s, 0, sizeof *s);
	s->id = id;
	memcpy(s->boot_id, boot_id, sizeof s->boot_id);
	for (size_t i = 0; i + 1 < r->n_sessions; i++) {
		if (strcmp(r->sessions[i].boot_id, boot_id) == 0) {
			s->anchor_ns = r->sessions[i].anchor_ns;
			s->bound_ns = r->sessions[i].bound_ns;
			s->synchronised = r->sessions[i].synchronised;
		}
	}
	return s;
}

/* The first synchronised block of a boot anchors it; until then its first block does. */
static void
anchor(struct journal_reader *r, struct session *s, const struct clock_state *clock)
{
	if (s->synchronised || (s->n_blocks > 0 && !clock->synchronised))
		return;
	for (size_t i = 0; i < r->n_sessions; i++) {
		struct session *o = &r->sessions[i];
		if (strcmp(o->boot_id, s->boot_id) != 0)
			continue;
		if (!clock->synchronised && o->anchor_ns != 0)
			continue;
		o->anchor_ns = clock->offset_ns;
		o->bound_ns = clock->bound_ns;
		o->synchronised = clock->synchronised;
	}
}

static void
take_block(
    struct journal_reader *r, const struct block_head *h, uint32_t segment, size_t at)
{
	struct session *s = session_at(r, h->session, h->boot_id);

	anchor(r, s, &h->clock);
	if (s->n_blocks == s->room_blocks) {
		s->room_blocks = s->room_blocks * 2 + 64;
		s->blocks = memory_grow(s->blocks, s->room_blocks, sizeof *s->blocks);
	}
	s->blocks[s->n_blocks++] =
	    (struct block_ref){segment, h->number, h->flags, at, h->first_ns, h->last_ns};
}

static int
load_segment(struct journal_reader *r, uint32_t number)
{
	char path[1100];

	if (r->loaded == number)
		return 0;
	r->loaded = 0;
	segment_path(path, sizeof path, r->dir, number);
	int rc = file_load(&r->file, path);
	if (rc == 0)
		r->loaded = number;
	return rc;
}

/* Index the blocks of a segment from ${at} on. */
static void
index_segment(struct journal_reader *r, uint32_t number, size_t at, uint32_t block)
{
	struct segment_head head;
	struct block_head h;

	if (load_segment(r, number) < 0 ||
	    !segment_head_get(&head, r->file.p, r->file.n)) {
		if (number != r->segments[r->n_segments - 1]) {
			r->corrupt = true;
			snprintf(r->error, sizeof r->error, "segment %u: damaged header",
			    number);
		}
		return;
	}
	memcpy(r->agent, head.agent, sizeof r->agent);
	while (at < r->file.n) {
		int rc = block_get(&h, r->file.p + at, r->file.n - at);
		if (rc != 0) {
			if (head.sealed || rc != -ENODATA) {
				r->corrupt = true;
				snprintf(r->error, sizeof r->error,
				    "segment %u, block %u: damaged", number, block);
			}
			break;
		}
		take_block(r, &h, number, at);
		at += BLOCK_BYTES + h.stored_bytes;
		block++;
	}
	r->seen_segment = number;
	r->seen_at = at;
	r->seen_block = block;
}

static int
load_wal(struct journal_reader *r, struct wal_head *h)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/journal/wal", r->dir);
	if (file_load(&r->wal, path) < 0 || !wal_head_get(h, r->wal.p, r->wal.n))
		return -ENOENT;
	return 0;
}

int
journal_read(struct journal_reader **out, const char *dir, char *err, size_t room)
{
	struct journal_reader *r = memory_grow(NULL, 1, sizeof *r);
	struct stat st;
	char path[1100];

	memset(r, 0, sizeof *r);
	snprintf(r->dir, sizeof r->dir, "%s", dir);
	r->n_segments = segment_list(dir, &r->segments);
	if (r->n_segments <= 0) {
		int rc = r->n_segments == 0 ? -ENOENT : r->n_segments;
		snprintf(err, room, "%s/journal: %s", dir,
		    rc == -ENOENT ? "no journal there" : strerror(-rc));
		journal_reader_free(r);
		return rc;
	}
	for (int i = 0; i < r->n_segments; i++) {
		segment_path(path, sizeof path, dir, r->segments[i]);
		if (stat(path, &st) == 0)
			r->bytes += (uint64_t)st.st_size;
		r->seen_inode = st.st_ino;
		index_segment(r, r->segments[i], SEGMENT_BYTES, 0);
	}
	struct wal_head h;
	if (load_wal(r, &h) == 0 && h.segment == r->seen_segment &&
	    h.block == r->seen_block)
		anchor(r, session_at(r, h.session, h.boot_id), &h.clock);
	/* Learn the tables now, so that callers know the probes before the first scan. */
	for (size_t i = 0; i < r->n_sessions; i++) {
		struct session *s = &r->sessions[i];
		for (size_t k = 0; k < s->n_blocks; k++) {
			if (!(s->blocks[k].flags & BLOCK_HAS_DEFS) ||
			    load_segment(r, s->blocks[k].segment) < 0)
				continue;
			struct block_head bh;
			const uint8_t *p = r->file.p + s->blocks[k].at;
			if (block_get(&bh, p, r->file.n - s->blocks[k].at) != 0)
				continue;
			const uint8_t *body =
			    block_plain(&bh, p + BLOCK_BYTES, &r->plain);
			if (body != NULL &&
			    rows_decode(&r->rows, body, bh.plain_bytes, &s->dialect) == 0)
				learn(r, s);
		}
	}
	*out = r;
	return 0;
}

void
journal_reader_free(struct journal_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n_sessions; i++) {
		free(r->sessions[i].blocks);
		free(r->sessions[i].probe_map);
		free(r->sessions[i].link_map);
		dialect_free(&r->sessions[i].dialect);
	}
	free(r->sessions);
	free(r->probes);
	free(r->probe_links);
	free(r->links);
	free(r->segments);
	bytes_free(&r->file);
	bytes_free(&r->plain);
	bytes_free(&r->wal);
	rows_free(&r->rows);
	free(r);
}

const struct probe_def *
journal_probes(const struct journal_reader *r, size_t *n)
{
	*n = r->n_probes;
	return r->probes;
}

const struct link_def *
journal_links(const struct journal_reader *r, size_t *n)
{
	*n = r->n_links;
	return r->links;
}

uint32_t
journal_probe_link(const struct journal_reader *r, uint32_t probe)
{
	return r->probe_links[probe];
}

const char *
journal_error(const struct journal_reader *r)
{
	return r->error;
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

static void
hold_rows(struct journal_reader *r, struct reading *g, const struct rows *rows)
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
static size_t
block_place(const struct journal_reader *r, uint32_t number)
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
	int rc = load_segment(r, ref->segment);

	if (rc < 0)
		return rc;
	*at = ref->at;
	if (*at < r->file.n && block_get(h, r->file.p + *at, r->file.n - *at) == 0 &&
	    h->number == ref->number)
		return 0;
	*at = block_place(r, ref->number);
	return *at != 0 ? block_get(h, r->file.p + *at, r->file.n - *at) : -EBADMSG;
}

static int
read_block(struct journal_reader *r, struct session *s, const struct block_ref *ref)
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
	learn(r, s);
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
		int rc = read_block(r, g->s, ref);
		if (rc < 0)
			return rc;
		if (!outside)
			hold_rows(r, g, &r->rows);
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

	if (load_wal(r, &h) < 0 || h.session != g->s->id ||
	    h.segment != r->seen_segment || h.block != r->seen_block)
		return;
	while ((n = wal_chunk_get(
	            r->wal.p + at, r->wal.n - at, &r->rows, &g->s->dialect)) > 0) {
		learn(r, g->s);
		hold_rows(r, g, &r->rows);
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

/* ---- following ---- */

static int
drain(struct reading *g, const struct journal_visitor *v)
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

/* Leave out what the write-ahead file has shown already. */
static void
drop_seen(struct journal_reader *r)
{
	struct rows *w = &r->rows;
	size_t s = r->seen_samples, c = r->seen_counters, e = r->seen_events;

	s = s < w->n_samples ? s : w->n_samples;
	c = c < w->n_counters ? c : w->n_counters;
	e = e < w->n_events ? e : w->n_events;
	memmove(w->samples, w->samples + s, (w->n_samples - s) * sizeof *w->samples);
	memmove(w->counters, w->counters + c, (w->n_counters - c) * sizeof *w->counters);
	memmove(w->events, w->events + e, (w->n_events - e) * sizeof *w->events);
	w->n_samples -= s;
	w->n_counters -= c;
	w->n_events -= e;
	r->seen_samples = r->seen_counters = r->seen_events = r->seen_chunks = 0;
}

/* Load the segment followed if it changed since. Result: true if there may be more in it.
 */
static bool
follow_load(struct journal_reader *r)
{
	struct segment_head head;
	struct stat st;
	char path[1100];

	segment_path(path, sizeof path, r->dir, r->seen_segment);
	if (stat(path, &st) < 0)
		return false;
	if (st.st_size == r->seen_size && st.st_ino == r->seen_inode)
		return false;
	r->loaded = 0;
	if (load_segment(r, r->seen_segment) < 0 ||
	    !segment_head_get(&head, r->file.p, r->file.n))
		return false;
	if (st.st_ino != r->seen_inode && r->seen_inode != 0 && r->seen_block > 0) {
		/* Sealed under us: the same blocks, elsewhere. */
		struct block_head h;
		size_t last = block_place(r, r->seen_block - 1);
		if (last == 0 || block_get(&h, r->file.p + last, r->file.n - last) != 0)
			return false;
		r->seen_at = last + BLOCK_BYTES + h.stored_bytes;
	}
	r->seen_size = st.st_size;
	r->seen_inode = st.st_ino;
	return true;
}

/* Go on to the next segment; it begins only once this one is complete. */
static bool
follow_next(struct journal_reader *r)
{
	struct stat st;
	char path[1100];

	segment_path(path, sizeof path, r->dir, r->seen_segment + 1);
	if (stat(path, &st) < 0)
		return false;
	r->seen_segment++;
	r->seen_block = 0;
	r->seen_at = SEGMENT_BYTES;
	r->seen_size = 0;
	r->seen_inode = 0;
	return true;
}

static int
follow_segment(struct journal_reader *r, const struct journal_visitor *v)
{
	struct block_head h;

	while (r->seen_at < r->file.n &&
	       block_get(&h, r->file.p + r->seen_at, r->file.n - r->seen_at) == 0) {
		struct block_ref ref = {.segment = r->seen_segment,
		    .number = h.number,
		    .flags = h.flags,
		    .at = r->seen_at};
		struct session *s = session_at(r, h.session, h.boot_id);
		anchor(r, s, &h.clock);
		int rc = read_block(r, s, &ref);
		if (rc < 0)
			return rc;
		drop_seen(r);
		struct reading g = {.s = s};
		hold_rows(r, &g, &r->rows);
		r->seen_at += BLOCK_BYTES + h.stored_bytes;
		r->seen_block++;
		rc = drain(&g, v);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/*
 * Whether the next segment exists is asked before this one is read: what is found then
 * to be its end is its end.
 */
static int
follow_blocks(struct journal_reader *r, const struct journal_visitor *v)
{
	struct stat st;
	char path[1100];
	bool more;
	int rc = 0;

	do {
		segment_path(path, sizeof path, r->dir, r->seen_segment + 1);
		more = stat(path, &st) == 0;
		if (follow_load(r))
			rc = follow_segment(r, v);
	} while (rc == 0 && more && follow_next(r));
	return rc;
}

int
journal_follow(struct journal_reader *r, const struct journal_visitor *v)
{
	struct wal_head h;
	size_t at = WAL_BYTES, n, chunk = 0;
	int rc = follow_blocks(r, v);

	if (rc != 0 || load_wal(r, &h) < 0 || h.segment != r->seen_segment ||
	    h.block != r->seen_block)
		return rc;
	struct session *s = session_at(r, h.session, h.boot_id);
	anchor(r, s, &h.clock);
	struct reading g = {.s = s};
	while ((n = wal_chunk_get(r->wal.p + at, r->wal.n - at, &r->rows, &s->dialect)) >
	       0) {
		at += n;
		learn(r, s);
		if (chunk++ < r->seen_chunks)
			continue;
		r->seen_chunks = chunk;
		r->seen_samples += r->rows.n_samples;
		r->seen_counters += r->rows.n_counters;
		r->seen_events += r->rows.n_events;
		hold_rows(r, &g, &r->rows);
	}
	return drain(&g, v);
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
