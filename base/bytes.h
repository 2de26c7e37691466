#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes out and in. A buffer grows (out of memory ends the program); a cursor never reads
 * past its end: the first short or wrong read sets bad, and all reads after it give 0.
 * Varints are LEB128, signed ones zigzag; fixed numbers are little-endian.
 */
struct bytes {
	uint8_t *p;
	size_t n, room;
};

struct cursor {
	const uint8_t *p, *end;
	bool bad;
};

void bytes_free(struct bytes *b);
/* ${n} more bytes at the end, to be filled. */
uint8_t *bytes_more(struct bytes *b, size_t n);
void bytes_put(struct bytes *b, const void *p, size_t n);
void bytes_u8(struct bytes *b, uint8_t v);
void bytes_u32(struct bytes *b, uint32_t v);
void bytes_u64(struct bytes *b, uint64_t v);
void bytes_varint(struct bytes *b, uint64_t v);
void bytes_svarint(struct bytes *b, int64_t v);
void bytes_text(struct bytes *b, const char *text);

/* Length of the UTF-8 sequence at p (RFC 3629: no overlong forms, no surrogates), 0 where
 * there is none. */
size_t bytes_utf8(const uint8_t *p, const uint8_t *end);

void cursor_init(struct cursor *c, const void *p, size_t n);
/* ${n} bytes, or NULL where there are fewer. */
const uint8_t *cursor_take(struct cursor *c, size_t n);
uint8_t cursor_u8(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
uint64_t cursor_varint(struct cursor *c);
int64_t cursor_svarint(struct cursor *c);
/* A text into out[room], NUL-terminated; longer or holding a NUL: bad. */
void cursor_text(struct cursor *c, char *out, size_t room);

/* CRC-32C (Castagnoli; RFC 3720 appendix B.4), continuing from ${crc} (0 to begin). */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);

/* Memory or the end of the program, said once. */
void *memory_grow(void *p, size_t n, size_t size);

#endif
