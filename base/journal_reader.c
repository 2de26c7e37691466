/*
 * A journal is read session by session: each has its own numbers, its own boot, and a
 * clock that only it knows. A first pass over the block headers finds the sessions, their
 * spans and the anchor of each boot: UTC minus CLOCK_BOOTTIME at the boot's first
 * synchronised block, which labels the whole boot, backwards too. A scan then merges the
 * sessions by label. Within a session rows stand in order of completion; a heap holds
 * each back for 10 s and gives them out in order of sending, a late reply in place of the
 * loss it supersedes.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ---- */

void
reader_plain(char *text)
{
	uint8_t *p = (uint8_t *)text;
	const uint8_t *end = p + strlen(text);

	while (p < end) {
		size_t n = bytes_utf8(p, end);
		bool control =
		    *p < ' ' || *p == 127 || (n == 2 && *p == 0xc2 && p[1] < 0xa0);
		if (n > 0 && !control) {
			p += n;
			continue;
		}
		*p++ = '?';
	}
}

/* Names stand in paths and columns too. */
static void
plain_name(char *name)
{
	for (; *name != '\0'; name++) {
		bool plain =
		    (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') || *name == '-' || *name == '_';
		if (!plain)
			*name = '?';
	}
}

static void
plain_link(struct link_def *l)
{
	plain_name(l->centre);
	plain_name(l->link);
	plain_name(l->contract);
	reader_plain(l->centre_name);
	reader_plain(l->isp);
	reader_plain(l->timezone);
	reader_plain(l->interface);
	reader_plain(l->medium);
	reader_plain(l->cpe_owner);
}

static void
plain_probe(struct probe_def *p)
{
	plain_name(p->centre);
	plain_name(p->link);
	plain_name(p->name);
	reader_plain(p->target);
	reader_plain(p->network);
}

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

void
reader_learn(struct journal_reader *r, struct session *s)
{
	for (size_t i = 0; i < r->rows.n_links; i++)
		plain_link(&r->rows.links[i].def);
	for (size_t i = 0; i < r->rows.n_probes; i++)
		plain_probe(&r->rows.probes[i].def);
	for (size_t i = 0; i < r->rows.n_links; i++)
		map_set(&s->link_map, &s->n_link_map, r->rows.links[i].number,
		    table_link(r, &r->rows.links[i].def));
	for (size_t i = 0; i < r->rows.n_probes; i++)
		map_set(&s->probe_map, &s->n_probe_map, r->rows.probes[i].number,
		    table_probe(r, &r->rows.probes[i].def));
}

/* ---- the first pass ---- */

struct session *
reader_session(struct journal_reader *r, uint32_t id, const char *boot_id)
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
void
reader_anchor(
    struct journal_reader *r, struct session *s, const struct clock_state *clock)
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
	struct session *s = reader_session(r, h->session, h->boot_id);

	reader_anchor(r, s, &h->clock);
	if (s->n_blocks == s->room_blocks) {
		s->room_blocks = s->room_blocks * 2 + 64;
		s->blocks = memory_grow(s->blocks, s->room_blocks, sizeof *s->blocks);
	}
	s->blocks[s->n_blocks++] =
	    (struct block_ref){segment, h->number, h->flags, at, h->first_ns, h->last_ns};
}

int
reader_segment(struct journal_reader *r, uint32_t number)
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

	if (reader_segment(r, number) < 0 ||
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

int
reader_wal(struct journal_reader *r, struct wal_head *h)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/journal/wal", r->dir);
	if (file_load(&r->wal, path) < 0 || !wal_head_get(h, r->wal.p, r->wal.n))
		return -ENOENT;
	/* Sessions increase: one before those in blocks has nothing more to say. */
	for (size_t i = 0; i < r->n_sessions; i++)
		if (r->sessions[i].id > h->session)
			return -ENOENT;
	return h->session < UINT32_MAX ? 0 : -ENOENT;
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
	if (reader_wal(r, &h) == 0 && h.segment == r->seen_segment &&
	    h.block == r->seen_block)
		reader_anchor(r, reader_session(r, h.session, h.boot_id), &h.clock);
	/* Learn the tables now, so that callers know the probes before the first scan. */
	for (size_t i = 0; i < r->n_sessions; i++) {
		struct session *s = &r->sessions[i];
		for (size_t k = 0; k < s->n_blocks; k++) {
			if (!(s->blocks[k].flags & BLOCK_HAS_DEFS) ||
			    reader_segment(r, s->blocks[k].segment) < 0)
				continue;
			struct block_head bh;
			const uint8_t *p = r->file.p + s->blocks[k].at;
			if (block_get(&bh, p, r->file.n - s->blocks[k].at) != 0)
				continue;
			const uint8_t *body =
			    block_plain(&bh, p + BLOCK_BYTES, &r->plain);
			if (body != NULL &&
			    rows_decode(&r->rows, body, bh.plain_bytes, &s->dialect) == 0)
				reader_learn(r, s);
		}
	}
	/* In its first seconds a session is defined in the write-ahead file alone. */
	if (reader_wal(r, &h) == 0 && h.segment == r->seen_segment &&
	    h.block == r->seen_block) {
		struct session *s = reader_session(r, h.session, h.boot_id);
		struct dialect scratch = {0};
		size_t at = WAL_BYTES, n;
		while ((n = wal_chunk_get(
		            r->wal.p + at, r->wal.n - at, &r->rows, &scratch)) > 0) {
			reader_learn(r, s);
			at += n;
		}
		dialect_free(&scratch);
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
