/*
 * A journal is read session by session: each has its own numbers and its own boot, whose
 * clock labels it: UTC minus CLOCK_BOOTTIME at the boot's first synchronised block, which
 * holds backwards too. A first pass over the block headers finds the boots and the
 * stretches: blocks one after the other whose times go on. A history measured in one
 * place is one stretch; each import is another. A scan then merges the stretches.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first thing wrong is told. */
void
reader_spoilt(
    struct journal_reader *r, uint32_t segment, uint32_t block, const char *what)
{
	if (!r->corrupt)
		snprintf(r->error, sizeof r->error, "segment %u, block %u: %s", segment,
		    block, what);
	r->corrupt = true;
}

/* True if the block goes on where the last one of the stretch ended. */
static bool
goes_on(const struct journal_reader *r, const struct stretch *s, uint32_t boot,
    const struct block_head *h)
{
	if (s->boot != boot)
		return false;
	return !s->any || h->session == r->newest_session || h->first_ns >= s->last_ns;
}

static struct stretch *
add_stretch(struct journal_reader *r, uint32_t boot, uint32_t segment, uint32_t block)
{
	if (r->n_stretches == STRETCHES_MOST)
		return NULL;
	if ((r->n_stretches & (r->n_stretches - 1)) == 0)
		r->stretches = memory_grow(r->stretches,
		    r->n_stretches > 0 ? r->n_stretches * 2 : 1, sizeof *r->stretches);
	struct stretch *s = &r->stretches[r->n_stretches++];
	*s = (struct stretch){.boot = boot,
	    .segment = segment,
	    .block = block,
	    .end_segment = segment,
	    .n_blocks = block,
	    .first_ns = INT64_MAX,
	    .last_ns = INT64_MIN};
	return s;
}

/* Result: false where there are more boots or stretches than are read, or a boot is of no
 * use. */
static bool
take_block(struct journal_reader *r, const struct block_head *h, uint32_t segment)
{
	uint32_t boot = reader_boot(r, h->boot_id, &h->clock);
	struct stretch *s = r->n_stretches > 0 ? &r->stretches[r->n_stretches - 1] : NULL;

	if (s != NULL && s->any && h->session == r->newest_session && s->boot != boot) {
		reader_spoilt(r, segment, h->number, "of another boot than its session");
		return false;
	}
	if (s == NULL || !goes_on(r, s, boot, h))
		s = add_stretch(r, boot, segment, h->number);
	if (s == NULL || r->n_boots == BOOTS_MOST) {
		reader_spoilt(r, segment, h->number,
		    "more boots and histories side by side than are read");
		return false;
	}
	s->any = true;
	s->end_segment = segment;
	s->n_blocks = h->number + 1;
	s->first_ns = h->first_ns < s->first_ns ? h->first_ns : s->first_ns;
	s->last_ns = h->last_ns > s->last_ns ? h->last_ns : s->last_ns;
	r->newest_session = h->session;
	r->blocks++;
	return true;
}

/* What a block defines into the tables, so that callers know the probes before the first
 * scan. Of a sealed segment that is a part of the frame, read once. */
static void
take_definitions(struct journal_reader *r, struct segment *g, const struct block_head *h)
{
	struct dialect scratch = {0};
	const uint8_t *p;

	if (!(h->flags & BLOCK_HAS_DEFS))
		return;
	if (g->head.sealed) {
		int rc = segment_definitions(g, r->told_crc, &r->rows);
		if (rc == 0)
			reader_learn(r, NULL);
		return;
	}
	if (segment_payload(g, h, &p) == 0 &&
	    rows_decode(&r->rows, p, h->bytes, &scratch) == 0)
		reader_learn(r, NULL);
	dialect_free(&scratch);
}

static void
index_segment(struct journal_reader *r, uint32_t number, bool last)
{
	struct segment *g = &r->open[0].segment;
	struct block_head h;
	const uint8_t *p;
	struct stat st;
	int rc = segment_open(g, r->dir, number);

	r->seen_segment = number;
	r->seen_block = 0;
	r->seen_at = SEGMENT_BYTES;
	r->seen_size = 0;
	r->seen_inode = 0;
	if (rc < 0) {
		/* the last one may have no header yet, or be gone with its journal */
		if (!last || (rc != -EBADMSG && rc != -ENOENT))
			reader_spoilt(r, number, 0, segment_wrong(rc));
		return;
	}
	if (fstat(g->fd, &st) == 0) {
		r->bytes += (uint64_t)st.st_size;
		r->seen_inode = st.st_ino;
	}
	memcpy(r->agent, g->head.agent, sizeof r->agent);
	for (;;) {
		rc = segment_next(g, &h, NULL);
		if (rc == 0 && !g->head.sealed)
			rc = segment_payload(g, &h, &p);
		if (rc < 0 || !take_block(r, &h, number))
			break;
		take_definitions(r, g, &h);
		r->seen_block = h.number + 1;
		r->seen_at = g->at + BLOCK_BYTES + h.bytes;
	}
	/* A torn tail is no damage: it is being written, or will be cut. */
	if (rc == -EBADMSG)
		reader_spoilt(r, number, r->seen_block, "damaged");
}

int
reader_wal(struct journal_reader *r, struct wal_head *h)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/journal/wal", r->dir);
	if (file_load(&r->wal, path) < 0 || !wal_head_get(h, r->wal.p, r->wal.n))
		return -ENOENT;
	const struct stretch *s =
	    r->n_stretches > 0 ? &r->stretches[r->n_stretches - 1] : NULL;
	if (s != NULL && s->any && h->session == r->newest_session &&
	    strcmp(r->boots[s->boot].id, h->boot_id) != 0)
		return -ENOENT; /* a session is of one boot */
	/* Sessions increase: one before those in blocks has nothing more to say. */
	return h->session >= r->newest_session && h->session < UINT32_MAX ? 0 : -ENOENT;
}

/* In its first seconds a session is defined in the write-ahead file alone. */
static void
index_wal(struct journal_reader *r)
{
	struct dialect scratch = {0};
	struct wal_head h;
	size_t at = WAL_BYTES, n;

	if (reader_wal(r, &h) < 0 || h.segment != r->seen_segment ||
	    h.block != r->seen_block)
		return;
	uint32_t boot = reader_boot(r, h.boot_id, &h.clock);
	if (r->n_stretches == 0 || h.session != r->newest_session)
		(void)add_stretch(r, boot, r->seen_segment, r->seen_block);
	while (
	    (n = wal_chunk_get(r->wal.p + at, r->wal.n - at, &r->rows, &scratch)) > 0) {
		reader_learn(r, NULL);
		at += n;
	}
	dialect_free(&scratch);
}

int
journal_read(struct journal_reader **out, const char *dir, char *err, size_t room)
{
	struct journal_reader *r = memory_grow(NULL, 1, sizeof *r);
	uint32_t *numbers;

	memset(r, 0, sizeof *r);
	snprintf(r->dir, sizeof r->dir, "%s", dir);
	hold_init(&r->live.hold);
	int n = segment_list(dir, &numbers);
	if (n <= 0) {
		int rc = n == 0 ? -ENOENT : n;
		snprintf(err, room, "%s/journal: %s", dir,
		    rc == -ENOENT ? "no journal there" : strerror(-rc));
		free(numbers);
		journal_reader_free(r);
		return rc;
	}
	r->n_segments = (uint32_t)n;
	r->first_segment = numbers[0];
	r->last_segment = numbers[n - 1];
	for (int i = 0; i < n; i++)
		index_segment(r, numbers[i], i + 1 == n);
	free(numbers);
	segment_close(&r->open[0].segment);
	index_wal(r);
	*out = r;
	return 0;
}

void
journal_reader_free(struct journal_reader *r)
{
	if (r == NULL)
		return;
	reading_done(&r->live);
	for (size_t i = 0; i < OPEN_SEGMENTS; i++)
		segment_free(&r->open[i].segment);
	free(r->boots);
	free(r->stretches);
	free(r->boot_table.slots);
	free(r->probe_table.slots);
	free(r->probes);
	free(r->probe_links);
	free(r->links);
	free(r->shown);
	bytes_free(&r->wal);
	rows_free(&r->rows);
	free(r);
}

const char *
journal_error(const struct journal_reader *r)
{
	return r->error;
}
