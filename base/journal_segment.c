#include "base/journal_segment.h"

#include "base/journal_columns.h"
#include "base/journal_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW_BYTES (64u << 10)

void
segment_close(struct segment *g)
{
	if (g->zstd != NULL)
		close(g->fd);
	g->fd = -1;
	g->window.n = g->heads.n = g->bodies.n = 0;
	g->n_blocks = 0;
	g->expanded = g->read_on = false;
}

void
segment_free(struct segment *g)
{
	if (g->zstd != NULL && g->fd >= 0)
		close(g->fd);
	ZSTD_freeDCtx(g->zstd);
	bytes_free(&g->window);
	bytes_free(&g->heads);
	bytes_free(&g->bodies);
	bytes_free(&g->plain);
	*g = (struct segment){0};
}

/* ${n} bytes at ${at} of the file; NULL where it ends before. */
static const uint8_t *
bytes_at(struct segment *g, uint64_t at, size_t n)
{
	uint64_t have = g->window_at + g->window.n;

	if (at >= g->window_at && at <= have && have - at >= n)
		return g->window.p + (at - g->window_at);
	size_t want = n > WINDOW_BYTES ? n : WINDOW_BYTES;
	if (g->window.room < want) {
		bytes_free(&g->window);
		bytes_more(&g->window, want);
	}
	g->window.n = 0;
	g->window_at = at;
	while (g->window.n < want) {
		ssize_t got = pread(g->fd, g->window.p + g->window.n, want - g->window.n,
		    (off_t)(at + g->window.n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		g->window.n += (size_t)got;
	}
	return g->window.n >= n ? g->window.p : NULL;
}

int
segment_open(struct segment *g, const char *dir, uint32_t number)
{
	char path[1100];
	struct stat st;

	if (g->zstd == NULL) {
		memset(g, 0, sizeof *g);
		g->fd = -1;
		g->zstd = ZSTD_createDCtx();
	}
	if (g->fd >= 0)
		segment_close(g);
	segment_path(path, sizeof path, dir, number);
	g->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (g->fd < 0)
		return -errno;
	if (fstat(g->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	g->window.n = 0;
	g->next = 0;
	g->at = SEGMENT_BYTES;
	g->first = 0;
	const uint8_t *p = bytes_at(g, 0, SEGMENT_BYTES);
	if (p == NULL)
		p = bytes_at(g, 0, 8);
	return p == NULL ? -EBADMSG : segment_head_get(&g->head, p, g->window.n);
}

bool
segment_is_torn(const struct segment *g)
{
	struct stat st;

	return fstat(g->fd, &st) == 0 && (uint64_t)st.st_size > g->at;
}

/* ---- open ---- */

static int
open_next(struct segment *g, struct block_head *h, const uint8_t **head)
{
	const uint8_t *p = bytes_at(g, g->at, BLOCK_BYTES);

	if (p == NULL)
		return -ENODATA;
	if (head != NULL)
		*head = p;
	return block_head_get(h, p);
}

static int
open_payload(struct segment *g, const struct block_head *h, const uint8_t **out)
{
	const uint8_t *p = bytes_at(g, g->at, (size_t)BLOCK_BYTES + h->bytes);

	if (p == NULL)
		return -ENODATA;
	if (!block_is_whole(p, h, p + BLOCK_BYTES))
		return -EBADMSG;
	*out = p + BLOCK_BYTES;
	return 0;
}

/* ---- sealed ---- */

/* A part of the frame at hand into ${to}; ${at} is where it is stored. */
static int
load_part(struct segment *g, const struct frame_part *part, uint64_t at, struct bytes *to)
{
	const uint8_t *p = bytes_at(g, at, part->stored);

	to->n = 0;
	if (p == NULL || crc32c(0, p, part->stored) != part->crc)
		return -EBADMSG;
	uint8_t *out = bytes_more(to, part->plain);
	if (part->stored == part->plain) {
		memcpy(out, p, part->plain);
		return 0;
	}
	size_t n = ZSTD_decompressDCtx(g->zstd, out, part->plain, p, part->stored);
	return !ZSTD_isError(n) && n == part->plain ? 0 : -EBADMSG;
}

/* Result: 0; -ENODATA where the file ends at ${g->at}; -EBADMSG. */
static int
load_frame(struct segment *g)
{
	const uint8_t *p = bytes_at(g, g->at, FRAME_HEAD);
	struct frame f;
	uint64_t stored = 0;

	g->n_blocks = 0;
	g->expanded = false;
	g->body_at = 0;
	if (p == NULL)
		return segment_is_torn(g) ? -EBADMSG : -ENODATA;
	if (frame_get(&f, p) < 0 || f.first != g->next)
		return -EBADMSG;
	memcpy(g->parts, f.parts, sizeof g->parts);
	g->n_parts = f.n_parts;
	g->parts_at = g->at + FRAME_HEAD;
	for (uint32_t i = 0; i < f.n_parts; i++)
		stored += f.parts[i].stored;
	if (load_part(g, &g->parts[0], g->parts_at, &g->heads) < 0)
		return -EBADMSG;
	g->first = f.first;
	g->n_blocks = f.n_blocks;
	g->at = g->parts_at + stored;
	return 0;
}

static int
sealed_next(struct segment *g, struct block_head *h, const uint8_t **head)
{
	if (g->next >= g->first + g->n_blocks || g->n_blocks == 0) {
		int rc = load_frame(g);
		if (rc < 0)
			return rc;
	}
	const uint8_t *p = g->heads.p + (size_t)(g->next - g->first) * BLOCK_BYTES;
	if (head != NULL)
		*head = p;
	return block_head_get(h, p);
}

static int
sealed_payload(struct segment *g, const struct block_head *h, const uint8_t **out)
{
	if (!g->expanded) {
		size_t total = 0;
		uint64_t at = g->parts_at + g->parts[0].stored;
		struct frame_reader f = {.heads = &g->heads, .n_blocks = g->n_blocks};
		g->plain.n = 0;
		for (uint32_t i = 1; i < g->n_parts; i++)
			total += g->parts[i].plain;
		if (g->plain.room < total)
			bytes_more(&g->plain, total);
		g->plain.n = 0;
		for (uint32_t i = 1; i < g->n_parts; i++) {
			struct bytes part = {.p = g->plain.p + g->plain.n,
			    .room = g->plain.room - g->plain.n};
			if (load_part(g, &g->parts[i], at, &part) < 0)
				return -EBADMSG;
			cursor_init(&f.parts[g->parts[i].type], part.p, part.n);
			g->plain.n += part.n;
			at += g->parts[i].stored;
		}
		if (frame_expand(&f, &g->bodies) < 0)
			return -EBADMSG;
		g->expanded = true;
	}
	const uint8_t *head = g->heads.p + (size_t)(g->next - g->first) * BLOCK_BYTES;
	if (g->bodies.n - g->body_at < h->bytes)
		return -EBADMSG;
	*out = g->bodies.p + g->body_at;
	return block_is_whole(head, h, *out) ? 0 : -EBADMSG;
}

int
segment_definitions(struct segment *g, uint32_t told[2], struct rows *rows)
{
	uint64_t at = g->parts_at;
	uint32_t crc[2] = {0};
	int rc = 0;

	rows_clear(rows);
	for (uint32_t i = 0; i < g->n_parts; i++) {
		if (g->parts[i].type == PART_OF + SECTION_LINKS)
			crc[0] = g->parts[i].crc ^ g->parts[i].plain;
		if (g->parts[i].type == PART_OF + SECTION_PROBES)
			crc[1] = g->parts[i].crc ^ g->parts[i].plain;
	}
	if (memcmp(crc, told, sizeof crc) == 0)
		return -EALREADY;
	for (uint32_t i = 0; i < g->n_parts && rc == 0; i++) {
		uint32_t section = g->parts[i].type - PART_OF;
		if (section == SECTION_LINKS || section == SECTION_PROBES)
			rc = load_part(g, &g->parts[i], at, &g->plain);
		if (rc == 0 && section == SECTION_LINKS)
			rc = rows_links(rows, g->plain.p, g->plain.n);
		if (rc == 0 && section == SECTION_PROBES)
			rc = rows_probes(rows, g->plain.p, g->plain.n);
		at += g->parts[i].stored;
	}
	if (rc == 0)
		memcpy(told, crc, sizeof crc);
	g->expanded = false;
	return rc;
}

/* ---- either ---- */

static int
pass_over(struct segment *g)
{
	struct block_head h;

	if (!g->read_on)
		return 0;
	g->read_on = false;
	int rc = g->head.sealed ? sealed_next(g, &h, NULL) : open_next(g, &h, NULL);
	if (rc < 0)
		return rc;
	g->next++;
	if (g->head.sealed)
		g->body_at += h.bytes;
	else
		g->at += (uint64_t)BLOCK_BYTES + h.bytes;
	return 0;
}

int
segment_next(struct segment *g, struct block_head *h, const uint8_t **head)
{
	int rc = pass_over(g);

	if (rc == 0)
		rc = g->head.sealed ? sealed_next(g, h, head) : open_next(g, h, head);
	if (rc == 0 && h->number != g->next)
		rc = -EBADMSG;
	g->read_on = rc == 0;
	return rc;
}

int
segment_payload(struct segment *g, const struct block_head *h, const uint8_t **p)
{
	int rc = g->head.sealed ? sealed_payload(g, h, p) : open_payload(g, h, p);

	if (rc < 0)
		g->read_on = false;
	return rc;
}

int
segment_seek(struct segment *g, uint32_t number, uint64_t at)
{
	struct block_head h;
	int rc = 0;

	g->read_on = false;
	g->next = 0;
	g->at = SEGMENT_BYTES;
	g->n_blocks = 0;
	if (!g->head.sealed && at > 0) {
		g->next = number;
		g->at = at;
		return 0;
	}
	while (rc == 0 && g->next + g->read_on < number)
		rc = segment_next(g, &h, NULL);
	if (rc == 0)
		rc = pass_over(g);
	return rc;
}
