/*
 * Reading on as it is written: blocks as they appear, the write-ahead file in between,
 * over the end of a segment and through its sealing.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Leave out what the write-ahead file has shown already. */
static void
drop_seen(struct journal_reader *r)
{
	struct rows *w = &r->rows;
	size_t s = r->seen_samples, c = r->seen_counters, e = r->seen_events;

	s = s < w->n_samples ? s : w->n_samples;
	c = c < w->n_counters ? c : w->n_counters;
	e = e < w->n_events ? e : w->n_events;
	if (s > 0)
		memmove(
		    w->samples, w->samples + s, (w->n_samples - s) * sizeof *w->samples);
	if (c > 0)
		memmove(w->counters, w->counters + c,
		    (w->n_counters - c) * sizeof *w->counters);
	if (e > 0)
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
	if (reader_segment(r, r->seen_segment) < 0 ||
	    !segment_head_get(&head, r->file.p, r->file.n))
		return false;
	if (st.st_ino != r->seen_inode && r->seen_inode != 0 && r->seen_block > 0) {
		/* Sealed under us: the same blocks, elsewhere. */
		struct block_head h;
		size_t last = scan_place(r, r->seen_block - 1);
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
		struct session *s = reader_session(r, h.session, h.boot_id);
		reader_anchor(r, s, &h.clock);
		int rc = scan_block(r, s, &ref);
		if (rc < 0)
			return rc;
		drop_seen(r);
		struct reading g = {.s = s};
		scan_hold(r, &g, &r->rows);
		r->seen_at += BLOCK_BYTES + h.stored_bytes;
		r->seen_block++;
		rc = scan_drain(&g, v);
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

	if (rc != 0 || reader_wal(r, &h) < 0 || h.segment != r->seen_segment ||
	    h.block != r->seen_block)
		return rc;
	struct session *s = reader_session(r, h.session, h.boot_id);
	reader_anchor(r, s, &h.clock);
	struct reading g = {.s = s};
	while ((n = wal_chunk_get(r->wal.p + at, r->wal.n - at, &r->rows, &s->dialect)) >
	       0) {
		at += n;
		reader_learn(r, s);
		if (chunk++ < r->seen_chunks)
			continue;
		r->seen_chunks = chunk;
		r->seen_samples += r->rows.n_samples;
		r->seen_counters += r->rows.n_counters;
		r->seen_events += r->rows.n_events;
		scan_hold(r, &g, &r->rows);
	}
	return scan_drain(&g, v);
}
