#ifndef BASE_JOURNAL_FRAME_H
#define BASE_JOURNAL_FRAME_H

#include "base/journal_segment.h"

/*
 * A frame of a sealed segment: a header with a list of parts, then the parts. The first
 * part is the headers of the blocks, the second their shape (how many sections, of which
 * types and lengths), then one for each type of section. A payload that is no run of
 * sections stands whole in a part of its own.
 */
#define FRAME_HEAD (20 + 16 * FRAME_PARTS)
#define FRAME_MOST (48u << 20) /* plain bytes of all parts */
#define PART_HEADS 0
#define PART_SHAPE 1
#define PART_WHOLE 2
#define PART_OF    3 /* plus the section's type */
#define PART_COUNT (PART_OF + 32)

struct frame {
	uint32_t first, n_blocks, n_parts;
	struct frame_part parts[FRAME_PARTS];
};

/* A header at p[FRAME_HEAD]. 0 or -EBADMSG. */
int frame_get(struct frame *f, const uint8_t *p);

/* The parts of a frame, plain, by type. */
struct frame_reader {
	const struct bytes *heads;
	uint32_t n_blocks;
	struct cursor parts[PART_COUNT];
};
/* The payloads, one after the other. 0 or -EBADMSG. */
int frame_expand(struct frame_reader *f, struct bytes *out);

#endif
