#ifndef BASE_JOURNAL_WRITING_H
#define BASE_JOURNAL_WRITING_H

#include "base/journal_recover.h"
#include "base/table.h"

#include <zstd.h>

/* A journal being written: what its writer and its opening share. */
struct journal_writer {
	char dir[1024], software[64], agent[37], boot_id[37];
	int lock_fd, wal_fd, segment_fd, root_fd;
	uint32_t session, segment, blocks;
	uint64_t segment_bytes, wal_bytes;
	int64_t segment_hour;
	uint8_t hash[HASH_BYTES];
	struct clock_state clock;
	struct rows rows;    /* of the open block */
	struct rows pending; /* since the last sync; moved into rows by it */
	struct event loss;   /* what was found to be lost at opening; kind 0: nothing */
	mono_t block_since, last_ok;
	bool block_open, stalled, redefine, import;
	struct dialect dialect, wal_dialect;
	struct link_def *links;
	struct probe_def *probes;
	size_t n_links, n_probes, probe_room;
	struct table probe_table;
	struct flights flights;
	struct bytes payload, out;
	ZSTD_CCtx *zstd;
};

/* ---- journal_writer.c ---- */
/* Write bytes into DIR/journal/NAME, all or nothing. */
int writer_replace_file(const char *dir, const char *name, const void *p, size_t n);
int writer_begin_wal(struct journal_writer *w);
int writer_begin_segment(struct journal_writer *w);
/* Write the open block. On failure the file is as before and the rows stay. */
int writer_close_block(struct journal_writer *w);
void writer_move_rows(struct rows *to, const struct rows *from);

/* ---- journal_open.c ---- */
void writer_free(struct journal_writer *w);

#endif
