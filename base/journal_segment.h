#ifndef BASE_JOURNAL_SEGMENT_H
#define BASE_JOURNAL_SEGMENT_H

#include "base/journal_format.h"

#include <zstd.h>

/*
 * A segment, block by block. While it is written its blocks stand one after the other.
 * Sealed, they are packed in frames of some hundred thousand bytes: the headers of all
 * blocks of a frame together, and each section (journal_columns.h) of all of them
 * together, each part one zstd frame. A frame gives back the same bytes. Never more than
 * one frame is held, so that headers alone can be read without what they head.
 */
#define FRAME_MAGIC  0x3146574cu  /* "LWF1" */
#define FRAME_BYTES  (256u << 10) /* of payloads, before it is closed */
#define FRAME_BLOCKS 4096
#define FRAME_PARTS  40
#define SEGMENT_ROOM (16u << 20) /* the next segment begins at so many bytes */

struct frame_part {
	uint32_t type, stored, plain, crc;
};

struct segment {
	int fd;
	struct segment_head head;
	uint32_t next; /* number of the next block */
	bool read_on;  /* its header was given out */
	uint64_t at;   /* of the next block, or of the frame after this one */
	/* the bytes of the file last read, and where they stand in it */
	struct bytes window;
	uint64_t window_at;
	/* of the frame at hand */
	uint32_t first, n_blocks, n_parts;
	struct frame_part parts[FRAME_PARTS];
	uint64_t parts_at;
	bool expanded;
	size_t body_at; /* of the next block in bodies */
	struct bytes heads, bodies, plain;
	ZSTD_DCtx *zstd;
};

/*
 * segment_open(g, dir, number):
 * Open for reading; ${g} is zero or was open before. Result: 0, -errno, or as
 * segment_head_get says.
 */
int segment_open(struct segment *g, const char *dir, uint32_t number);
/* Close the file; keep the memory. */
void segment_close(struct segment *g);
void segment_free(struct segment *g);

/*
 * segment_next(g, h, head):
 * The header of the next block (and its bytes, where head is not NULL; they stay as long
 * as those of segment_payload). Result: 0; -ENODATA at the end, or where an open
 * segment ends within a block; -EBADMSG. A payload not asked for is passed over.
 */
int segment_next(struct segment *g, struct block_head *h, const uint8_t **head);
/* The payload of the block segment_next gave, until the next call. Result: 0; -ENODATA an
 * open segment ends within; -EBADMSG. */
int segment_payload(struct segment *g, const struct block_head *h, const uint8_t **p);
/* Make block ${number} the next one. In an open segment, ${at} is where it stands if that
 * is known, else 0. Result: 0; -ENODATA there are fewer; -EBADMSG. */
int segment_seek(struct segment *g, uint32_t number, uint64_t at);
/* True if bytes stand behind the last whole block of an open segment. */
bool segment_is_torn(const struct segment *g);

/*
 * segment_definitions(g, told, rows):
 * Of a sealed segment: the links and probes defined in the frame of the block at hand
 * into ${rows}. Result: 0; -EALREADY where they are those that told[2] names, which is
 * then as before; -EBADMSG.
 */
int segment_definitions(struct segment *g, uint32_t told[2], struct rows *rows);

/*
 * segment_seal(out, file, n, zstd):
 * The sealed form of the open segment in file[n]. Result: 0; -EBADMSG where it is not
 * whole.
 */
int segment_seal(struct bytes *out, const uint8_t *file, size_t n, ZSTD_CCtx *zstd);

#endif
