/*
 * Reading on as it is written: blocks as they appear, the write-ahead file in between,
 * over the end of a segment and through its sealing.
 */
#include "base/journal_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the write-ahead file has shown already ---- */

static int
by_number(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	if (x->probe != y->probe)
		return x->probe < y->probe ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void
note_shown(struct journal_reader *r)
{
	const struct rows *rows = &r->rows;

	if (r->room_shown < r->n_shown + rows->n_samples) {
		r->room_shown = (r->n_shown + rows->n_samples) * 2;
		r->shown = memory_grow(r->shown, r->room_shown, sizeof *r->shown);
	}
	for (size_t i = 0; i < rows->n_samples; i++)
		r->shown[r->n_shown++] =
		    (struct shown){rows->samples[i].probe, rows->samples[i].seq};
	r->seen_counters += rows->n_counters;
	r->seen_events += rows->n_events;
	r->seen_throughputs += rows->n_throughputs;
	r->seen_paths += rows->n_paths;
}

/* A block has its samples by probe and number, records of one sending in the order they
 * were written; so it is enough to know how many of a sending were shown. */
static void
drop_samples(struct journal_reader *r)
{
	struct sample *s = r->rows.samples;
	size_t kept = 0, at = 0;

	if (r->n_shown > 1)
		qsort(r->shown, r->n_shown, sizeof *r->shown, by_number);
	for (size_t i = 0; i < r->rows.n_samples; i++) {
		struct shown is = {s[i].probe, s[i].seq};
		while (at < r->n_shown && by_number(&r->shown[at], &is) < 0)
			at++;
		if (at < r->n_shown && by_number(&r->shown[at], &is) == 0)
			at++;
		else
			s[kept++] = s[i];
	}
	r->rows.n_samples = kept;
	r->n_shown = 0;
}

/* Rows of the other kinds stand in a block as they were written. */
#define DROP(r, what)                                                                    \
	do {                                                                             \
		size_t n_##what = (r)->seen_##what < (r)->rows.n_##what                  \
		                      ? (r)->seen_##what                                 \
		                      : (r)->rows.n_##what;                              \
		(r)->rows.n_##what -= n_##what;                                          \
		if (n_##what > 0)                                                        \
			memmove((r)->rows.what, (r)->rows.what + n_##what,               \
			    (r)->rows.n_##what * sizeof *(r)->rows.what);                \
		(r)->seen_##what = 0;                                                    \
	} while (0)

static void
drop_seen(struct journal_reader *r)
{
	drop_samples(r);
	DROP(r, counters);
	DROP(r, events);
	DROP(r, throughputs);
	DROP(r, paths);
	r->seen_chunks = 0;
}

/* ---- blocks ---- */

static int
give_all(struct reading *g, const struct journal_visitor *v)
{
	hold_order(&g->hold, true);
	int rc = hold_give(&g->hold, INT64_MAX, INT64_MIN, INT64_MAX, v);
	g->hold.at = g->hold.n_keys; /* also what a visitor did not want any more */
	hold_clear(&g->hold);
	return rc;
}

/* What the numbers mean, from the blocks that were there before. */
static void
learn_before(struct journal_reader *r, struct segment *file)
{
	struct block_head h;
	const uint8_t *p;

	while (file->next + file->read_on < r->seen_block &&
	       segment_next(file, &h, NULL) == 0)
		if ((h.flags & BLOCK_HAS_DEFS) && segment_payload(file, &h, &p) == 0)
			(void)reading_block(r, &r->live, &h, p, false);
	r->live.chained = false;
	r->living = true;
}

/* Load the segment followed if it changed since. Result: true if there may be more in it.
 */
static bool
follow_load(struct journal_reader *r, struct segment *file)
{
	struct stat st;
	char path[1100];

	segment_path(path, sizeof path, r->dir, r->seen_segment);
	if (stat(path, &st) < 0)
		return false;
	if (st.st_size == r->seen_size && st.st_ino == r->seen_inode)
		return false;
	r->open[0].by = NULL;
	if (segment_open(file, r->dir, r->seen_segment) < 0)
		return false;
	if (!r->living)
		learn_before(r, file);
	bool same = st.st_ino == r->seen_inode && !file->head.sealed;
	/* Sealed under us: the same blocks, elsewhere. */
	if (segment_seek(file, r->seen_block, same ? r->seen_at : 0) < 0)
		return false;
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
follow_segment(
    struct journal_reader *r, struct segment *file, const struct journal_visitor *v)
{
	struct block_head h;
	const uint8_t *p;

	while (segment_next(file, &h, NULL) == 0 && segment_payload(file, &h, &p) == 0) {
		r->live.segment = r->seen_segment;
		int rc = reading_block(r, &r->live, &h, p, false);
		if (rc < 0)
			return rc;
		drop_seen(r);
		reading_hold(r, &r->live);
		r->seen_at += (uint64_t)BLOCK_BYTES + h.bytes;
		r->seen_block++;
		if (h.session > r->newest_session)
			r->newest_session = h.session;
		rc = give_all(&r->live, v);
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
	struct segment *file = &r->open[0].segment;
	struct stat st;
	char path[1100];
	bool more;
	int rc = 0;

	do {
		segment_path(path, sizeof path, r->dir, r->seen_segment + 1);
		more = stat(path, &st) == 0;
		if (follow_load(r, file))
			rc = follow_segment(r, file, v);
	} while (rc == 0 && more && follow_next(r));
	segment_close(file);
	return rc;
}

int
journal_follow(struct journal_reader *r, const struct journal_visitor *v)
{
	struct wal_head h;
	size_t at = WAL_BYTES, n, chunk = 0;
	int rc = follow_blocks(r, v);

	if (rc != 0 || reader_wal(r, &h) < 0 || h.segment != r->seen_segment ||
	    h.block != r->seen_block)
		return rc;
	struct reading *g = &r->live;
	reading_session(g, reader_boot(r, h.boot_id, &h.clock), h.session, h.block);
	while ((n = wal_chunk_get(r->wal.p + at, r->wal.n - at, &r->rows, &g->dialect)) >
	       0) {
		at += n;
		reader_learn(r, g);
		if (chunk++ < r->seen_chunks)
			continue;
		r->seen_chunks = chunk;
		note_shown(r);
		reading_hold(r, g);
	}
	return give_all(g, v);
}
