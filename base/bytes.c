#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
memory_grow(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n > 0 ? n : 1, size);

	if (q == NULL) {
		fputs("linkwitness: out of memory\n", stderr);
		abort();
	}
	return q;
}

void
bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){0};
}

uint8_t *
bytes_more(struct bytes *b, size_t n)
{
	if (b->p == NULL || b->room - b->n < n) {
		b->room = (b->n + n) * 2 + 64;
		b->p = memory_grow(b->p, b->room, 1);
	}
	b->n += n;
	return b->p + b->n - n;
}

void
bytes_put(struct bytes *b, const void *p, size_t n)
{
	uint8_t *to = bytes_more(b, n);

	if (n > 0)
		memcpy(to, p, n);
}

void
bytes_u8(struct bytes *b, uint8_t v)
{
	bytes_put(b, &v, 1);
}

void
bytes_u32(struct bytes *b, uint32_t v)
{
	uint8_t out[4] = {
	    (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

	bytes_put(b, out, 4);
}

void
bytes_u64(struct bytes *b, uint64_t v)
{
	bytes_u32(b, (uint32_t)v);
	bytes_u32(b, (uint32_t)(v >> 32));
}

void
bytes_varint(struct bytes *b, uint64_t v)
{
	uint8_t out[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		out[n++] = (uint8_t)(v | 0x80);
	out[n++] = (uint8_t)v;
	bytes_put(b, out, n);
}

void
bytes_svarint(struct bytes *b, int64_t v)
{
	bytes_varint(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

void
bytes_text(struct bytes *b, const char *text)
{
	size_t n = strlen(text);

	bytes_varint(b, n);
	bytes_put(b, text, n);
}

size_t
bytes_utf8(const uint8_t *p, const uint8_t *end)
{
	static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80             ? 1
	           : (*p & 0xe0) == 0xc0 ? 2
	           : (*p & 0xf0) == 0xe0 ? 3
	           : (*p & 0xf8) == 0xf0 ? 4
	                                 : 0;

	if (n < 2)
		return n;
	if ((size_t)(end - p) < n)
		return 0;
	uint32_t point = *p & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	bool surrogate = point >= 0xd800 && point <= 0xdfff;
	return point >= LEAST[n] && point <= 0x10ffff && !surrogate ? n : 0;
}

void
cursor_init(struct cursor *c, const void *p, size_t n)
{
	c->p = p;
	c->end = c->p + n;
	c->bad = false;
}

const uint8_t *
cursor_take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (c->bad || (size_t)(c->end - c->p) < n) {
		c->bad = true;
		return NULL;
	}
	if (n > 0)
		c->p += n;
	return p;
}

uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);

	return p != NULL ? *p : 0;
}

uint32_t
cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	if (p == NULL)
		return 0;
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t
cursor_u64(struct cursor *c)
{
	uint64_t low = cursor_u32(c);

	return low | (uint64_t)cursor_u32(c) << 32;
}

uint64_t
cursor_varint(struct cursor *c)
{
	uint64_t v = 0;

	if (c->p < c->end && *c->p < 0x80 && !c->bad)
		return *c->p++;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(c);
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return c->bad ? 0 : v;
	}
	c->bad = true;
	return 0;
}

int64_t
cursor_svarint(struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

void
cursor_text(struct cursor *c, char *out, size_t room)
{
	uint64_t n = cursor_varint(c);
	const uint8_t *p = NULL;

	if (n < room)
		p = cursor_take(c, n);
	if (p == NULL || memchr(p, '\0', n) != NULL) {
		c->bad = true;
		return;
	}
	memcpy(out, p, n);
	memset(out + n, 0, room - n);
}

static uint32_t
crc32c_by_table(uint32_t crc, const uint8_t *b, size_t n)
{
	static uint32_t table[256];

	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;
			for (int k = 0; k < 8; k++)
				v = (v >> 1) ^ (0x82f63b78u & (0u - (v & 1)));
			table[i] = v;
		}
	}
	for (size_t i = 0; i < n; i++)
		crc = table[(crc ^ b[i]) & 0xff] ^ (crc >> 8);
	return crc;
}

#ifdef __x86_64__
/* The processor's own instruction (SSE 4.2): eight bytes at a time. */
__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_instruction(uint32_t crc, const uint8_t *b, size_t n)
{
	uint64_t wide = crc;

	for (; n >= 8; n -= 8, b += 8) {
		uint64_t v;
		memcpy(&v, b, sizeof v);
		wide = __builtin_ia32_crc32di(wide, v);
	}
	crc = (uint32_t)wide;
	for (; n > 0; n--, b++)
		crc = __builtin_ia32_crc32qi(crc, *b);
	return crc;
}
#endif

uint32_t
crc32c(uint32_t crc, const void *p, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc32c_by_instruction(~crc, p, n);
#endif
	return ~crc32c_by_table(~crc, p, n);
}
