#include "base/journal_frame.h"

#include <errno.h>
#include <string.h>

#define SEAL_LEVEL 3

int
frame_get(struct frame *f, const uint8_t *p)
{
	struct cursor c;
	uint64_t plain = 0;
	uint32_t before = 0;

	cursor_init(&c, p, FRAME_HEAD);
	if (crc32c(0, p, FRAME_HEAD - 4) !=
	    (p[FRAME_HEAD - 4] | (uint32_t)p[FRAME_HEAD - 3] << 8 |
	        (uint32_t)p[FRAME_HEAD - 2] << 16 | (uint32_t)p[FRAME_HEAD - 1] << 24))
		return -EBADMSG;
	if (cursor_u32(&c) != FRAME_MAGIC)
		return -EBADMSG;
	f->first = cursor_u32(&c);
	f->n_blocks = cursor_u32(&c);
	f->n_parts = cursor_u32(&c);
	if (f->n_blocks == 0 || f->n_blocks > FRAME_BLOCKS || f->n_parts == 0 ||
	    f->n_parts > FRAME_PARTS)
		return -EBADMSG;
	for (uint32_t i = 0; i < f->n_parts; i++) {
		struct frame_part *x = &f->parts[i];
		x->type = cursor_u32(&c);
		x->stored = cursor_u32(&c);
		x->plain = cursor_u32(&c);
		x->crc = cursor_u32(&c);
		plain += x->plain;
		if (x->type >= PART_COUNT || (i > 0 && x->type <= before) ||
		    x->stored > x->plain || plain > FRAME_MOST)
			return -EBADMSG;
		before = x->type;
	}
	return f->parts[0].type == PART_HEADS &&
	               f->parts[0].plain == f->n_blocks * BLOCK_BYTES
	           ? 0
	           : -EBADMSG;
}

int
frame_expand(struct frame_reader *f, struct bytes *out)
{
	struct cursor *shape = &f->parts[PART_SHAPE];
	struct block_head h;

	out->n = 0;
	for (uint32_t i = 0; i < f->n_blocks; i++) {
		size_t start = out->n;
		if (block_head_get(&h, f->heads->p + (size_t)i * BLOCK_BYTES) < 0)
			return -EBADMSG;
		uint64_t n = cursor_varint(shape);
		if (n == 0) {
			const uint8_t *p = cursor_take(&f->parts[PART_WHOLE], h.bytes);
			if (p == NULL && h.bytes > 0)
				return -EBADMSG;
			bytes_put(out, p, h.bytes);
		}
		for (; n > 0; n--) {
			uint8_t type = cursor_u8(shape);
			uint64_t len = cursor_varint(shape);
			if (shape->bad || type >= 32 || len > h.bytes ||
			    out->n - start > h.bytes)
				return -EBADMSG;
			const uint8_t *p = cursor_take(&f->parts[PART_OF + type], len);
			if (p == NULL && len > 0)
				return -EBADMSG;
			bytes_u8(out, type);
			bytes_varint(out, len);
			bytes_put(out, p, len);
		}
		if (out->n - start != h.bytes)
			return -EBADMSG;
	}
	return 0;
}

/* ---- sealing ---- */

struct sealer {
	uint32_t first, n_blocks;
	struct bytes parts[PART_COUNT], packed, again;
	ZSTD_CCtx *zstd;
	ZSTD_DCtx *unpack;
};

/* Sections in the shape that reading gives back byte by byte; false: it has another. */
static bool
take_sections(struct sealer *s, const uint8_t *p, size_t n)
{
	struct cursor c;
	struct bytes again = {0};
	uint64_t sections = 0;

	cursor_init(&c, p, n);
	while (!c.bad && c.p < c.end) {
		uint8_t type = cursor_u8(&c);
		uint64_t len = cursor_varint(&c);
		const uint8_t *body = len <= n ? cursor_take(&c, len) : NULL;
		if (body == NULL || type >= 32)
			break;
		sections++;
		bytes_u8(&again, type);
		bytes_varint(&again, len);
		bytes_put(&again, body, len);
	}
	bool same = sections > 0 && again.n == n && memcmp(again.p, p, n) == 0;
	bytes_free(&again);
	if (!same)
		return false;
	bytes_varint(&s->parts[PART_SHAPE], sections);
	cursor_init(&c, p, n);
	while (c.p < c.end) {
		uint8_t type = cursor_u8(&c);
		uint64_t len = cursor_varint(&c);
		bytes_u8(&s->parts[PART_SHAPE], type);
		bytes_varint(&s->parts[PART_SHAPE], len);
		bytes_put(&s->parts[PART_OF + type], cursor_take(&c, len), len);
	}
	return true;
}

static void
pack_part(struct sealer *s, const struct bytes *part, struct frame_part *x)
{
	size_t bound = ZSTD_compressBound(part->n), at = s->packed.n;
	uint8_t *to = bytes_more(&s->packed, bound);
	size_t n = ZSTD_compressCCtx(s->zstd, to, bound, part->p, part->n, SEAL_LEVEL);

	if (ZSTD_isError(n) || n >= part->n) {
		memcpy(to, part->p, part->n);
		n = part->n;
	}
	s->packed.n = at + n;
	x->stored = (uint32_t)n;
	x->plain = (uint32_t)part->n;
	x->crc = crc32c(0, to, n);
}

/* A seal that would not give back the same bytes is not put in place. */
static int
check_frame(
    struct sealer *s, const struct frame_part *parts, uint32_t n, const uint8_t *file)
{
	struct frame_reader f = {.heads = &s->parts[PART_HEADS], .n_blocks = s->n_blocks};
	const uint8_t *packed = s->packed.p;
	size_t at = 0;

	for (uint32_t i = 0; i < n; packed += parts[i++].stored) {
		const struct bytes *part = &s->parts[parts[i].type];
		s->again.n = 0;
		uint8_t *to = bytes_more(&s->again, part->n);
		if (parts[i].stored < part->n &&
		    (ZSTD_decompressDCtx(
		         s->unpack, to, part->n, packed, parts[i].stored) != part->n ||
		        memcmp(to, part->p, part->n) != 0))
			return -EBADMSG;
		cursor_init(&f.parts[parts[i].type], part->p, part->n);
	}
	if (frame_expand(&f, &s->again) < 0)
		return -EBADMSG;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		struct block_head h;
		const uint8_t *head = s->parts[PART_HEADS].p + (size_t)i * BLOCK_BYTES;
		if (block_head_get(&h, head) < 0 ||
		    memcmp(head, file, BLOCK_BYTES) != 0 ||
		    memcmp(s->again.p + at, file + BLOCK_BYTES, h.bytes) != 0)
			return -EBADMSG;
		file += (size_t)BLOCK_BYTES + h.bytes;
		at += h.bytes;
	}
	return 0;
}

/* ${file} is where the blocks of the frame begin. */
static int
close_frame(struct sealer *s, struct bytes *out, const uint8_t *file)
{
	struct frame_part parts[FRAME_PARTS] = {{0}};
	uint32_t n = 0;
	size_t start = out->n;

	if (s->n_blocks == 0)
		return 0;
	s->packed.n = 0;
	for (uint32_t i = 0; i < PART_COUNT; i++) {
		if (s->parts[i].n == 0)
			continue;
		parts[n].type = i;
		pack_part(s, &s->parts[i], &parts[n++]);
	}
	if (check_frame(s, parts, n, file) < 0)
		return -EBADMSG;
	for (uint32_t i = 0; i < PART_COUNT; i++)
		s->parts[i].n = 0;
	bytes_u32(out, FRAME_MAGIC);
	bytes_u32(out, s->first);
	bytes_u32(out, s->n_blocks);
	bytes_u32(out, n);
	for (uint32_t i = 0; i < FRAME_PARTS; i++) {
		bytes_u32(out, parts[i].type);
		bytes_u32(out, parts[i].stored);
		bytes_u32(out, parts[i].plain);
		bytes_u32(out, parts[i].crc);
	}
	bytes_u32(out, crc32c(0, out->p + start, out->n - start));
	bytes_put(out, s->packed.p, s->packed.n);
	s->first += s->n_blocks;
	s->n_blocks = 0;
	return 0;
}

int
segment_seal(struct bytes *out, const uint8_t *file, size_t n, ZSTD_CCtx *zstd)
{
	struct sealer s = {.zstd = zstd};
	struct segment_head head;
	size_t payloads = 0, frame = SEGMENT_BYTES;
	int rc = segment_head_get(&head, file, n);

	if (rc < 0 || head.sealed)
		return -EBADMSG;
	s.unpack = ZSTD_createDCtx();
	head.sealed = true;
	segment_head_put(out, &head);
	for (size_t at = SEGMENT_BYTES; at < n && rc == 0;) {
		struct block_head h;
		rc = block_get(&h, file + at, n - at);
		if (rc < 0)
			break;
		if (s.n_blocks == FRAME_BLOCKS || payloads >= FRAME_BYTES) {
			rc = close_frame(&s, out, file + frame);
			payloads = 0;
			frame = at;
		}
		const uint8_t *payload = file + at + BLOCK_BYTES;
		bytes_put(&s.parts[PART_HEADS], file + at, BLOCK_BYTES);
		if (!take_sections(&s, payload, h.bytes)) {
			bytes_varint(&s.parts[PART_SHAPE], 0);
			bytes_put(&s.parts[PART_WHOLE], payload, h.bytes);
		}
		payloads += h.bytes;
		s.n_blocks++;
		at += (size_t)BLOCK_BYTES + h.bytes;
	}
	if (rc == 0)
		rc = close_frame(&s, out, file + frame);
	ZSTD_freeDCtx(s.unpack);
	bytes_free(&s.again);
	for (size_t i = 0; i < PART_COUNT; i++)
		bytes_free(&s.parts[i]);
	bytes_free(&s.packed);
	return rc < 0 ? -EBADMSG : 0;
}
