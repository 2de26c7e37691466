#include "base/pcapng.h"

#include <string.h>

enum {
	SECTION_HEADER = 0x0a0d0d0a,
	INTERFACE = 1,
	ENHANCED_PACKET = 6,
	MAGIC = 0x1a2b3c4d, /* tells the order of bytes */
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_TSRESOL = 9,
	EPB_FLAGS = 2,
	INBOUND = 1,
	OUTBOUND = 2,
	NANOSECONDS = 9
};

static void
put(struct bytes *b, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		bytes_u8(b, (uint8_t)(v >> (8 * i)));
}

static void
pad(struct bytes *b, size_t n)
{
	for (; n % 4 != 0; n++)
		bytes_u8(b, 0);
}

static void
option(struct bytes *b, uint16_t code, const void *p, size_t n)
{
	put(b, code, 2);
	put(b, n, 2);
	bytes_put(b, p, n);
	pad(b, n);
}

/* A block is its type, its length, the body, and its length again. */
static size_t
block_begin(struct bytes *b, uint32_t type)
{
	size_t at = b->n;

	put(b, type, 4);
	put(b, 0, 4);
	return at;
}

static void
block_end(struct bytes *b, size_t at)
{
	uint32_t length = (uint32_t)(b->n - at) + 4;

	put(b, length, 4);
	for (unsigned i = 0; i < 4; i++)
		b->p[at + 4 + i] = (uint8_t)(length >> (8 * i));
}

void
pcapng_begin(struct bytes *b, const char *software, const char *comment)
{
	size_t at = block_begin(b, SECTION_HEADER);

	put(b, MAGIC, 4);
	put(b, 1, 2); /* version 1.0 */
	put(b, 0, 2);
	put(b, UINT64_MAX, 8); /* its length is not told */
	option(b, OPT_COMMENT, comment, strlen(comment));
	option(b, SHB_USERAPPL, software, strlen(software));
	option(b, OPT_END, NULL, 0);
	block_end(b, at);
}

void
pcapng_interface(struct bytes *b, const char *name, uint16_t linktype, uint32_t snap)
{
	const uint8_t resolution = NANOSECONDS;
	size_t at = block_begin(b, INTERFACE);

	put(b, linktype, 2);
	put(b, 0, 2);
	put(b, snap, 4);
	option(b, IF_NAME, name, strlen(name));
	option(b, IF_TSRESOL, &resolution, 1);
	option(b, OPT_END, NULL, 0);
	block_end(b, at);
}

void
pcapng_packet(struct bytes *b, const struct pcapng_packet *p)
{
	uint64_t ns = (uint64_t)p->time.ns;
	const uint8_t flags[4] = {p->leaves ? OUTBOUND : INBOUND};
	size_t at = block_begin(b, ENHANCED_PACKET);

	put(b, p->interface, 4);
	put(b, ns >> 32, 4);
	put(b, ns, 4);
	put(b, p->n, 4);
	put(b, p->length, 4);
	bytes_put(b, p->p, p->n);
	pad(b, p->n);
	option(b, EPB_FLAGS, flags, sizeof flags);
	option(b, OPT_END, NULL, 0);
	block_end(b, at);
}
