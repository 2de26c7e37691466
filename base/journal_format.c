#include "base/journal_format.h"

#include "base/digest.h"
#include "base/schedule.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CRC_AT   140
#define FILE_MAX (64 << 20)

uint64_t
journal_probe_hash(const struct probe_def *p)
{
	return (schedule_seed(p->name) * 31 + schedule_seed(p->link)) * 31 +
	       schedule_seed(p->centre);
}

bool
instant_sane(int64_t ns)
{
	return ns >= INSTANT_LEAST && ns <= INSTANT_MOST;
}

bool
clock_sane(const struct clock_state *clock)
{
	return instant_sane(clock->offset_ns) && clock->bound_ns >= 0 &&
	       clock->bound_ns <= DURATION_MOST;
}

void
segment_head_put(struct bytes *b, const struct segment_head *h)
{
	size_t start = b->n;
	char agent[40] = {0};

	memcpy(agent, h->agent, 36);
	bytes_put(b, SEGMENT_MAGIC, 8);
	bytes_put(b, agent, 40);
	bytes_u32(b, h->number);
	bytes_u64(b, (uint64_t)h->started_ns);
	bytes_u32(b, h->sealed ? 1 : 0);
	bytes_put(b, h->previous, HASH_BYTES);
	bytes_u32(b, crc32c(0, b->p + start, b->n - start));
}

int
segment_head_get(struct segment_head *h, const uint8_t *p, size_t n)
{
	struct cursor c;

	if (n >= 8 && memcmp(p, SEGMENT_MAGIC, 6) == 0 &&
	    memcmp(p, SEGMENT_MAGIC, 8) != 0 && p[6] >= '1' && p[6] <= '9')
		return -EPROTONOSUPPORT;
	if (n < SEGMENT_BYTES || memcmp(p, SEGMENT_MAGIC, 8) != 0)
		return -EBADMSG;
	cursor_init(&c, p + 8, SEGMENT_BYTES - 8);
	memset(h, 0, sizeof *h);
	memcpy(h->agent, cursor_take(&c, 40), 36);
	h->number = cursor_u32(&c);
	h->started_ns = (int64_t)cursor_u64(&c);
	h->sealed = cursor_u32(&c) != 0;
	memcpy(h->previous, cursor_take(&c, HASH_BYTES), HASH_BYTES);
	return cursor_u32(&c) == crc32c(0, p, SEGMENT_BYTES - 4) ? 0 : -EBADMSG;
}

const char *
segment_wrong(int rc)
{
	return rc == -EPROTONOSUPPORT
	           ? "written by another version, in a format this one does not read"
	       : rc == -EBADMSG ? "damaged header"
	       : rc == -EINVAL  ? "no regular file"
	                        : strerror(-rc);
}

/* The part of the header that the hash covers. */
static void
canonical_put(struct bytes *b, const struct block_head *h)
{
	char boot[40] = {0};

	memcpy(boot, h->boot_id, 36);
	bytes_u32(b, h->flags);
	bytes_u32(b, h->bytes);
	bytes_u32(b, h->number);
	bytes_u32(b, h->session);
	bytes_u32(b, h->clock.synchronised ? 1 : 0);
	bytes_u64(b, (uint64_t)h->clock.offset_ns);
	bytes_u64(b, (uint64_t)h->clock.bound_ns);
	bytes_u64(b, (uint64_t)h->first_ns);
	bytes_u64(b, (uint64_t)h->last_ns);
	bytes_put(b, boot, 40);
	bytes_put(b, h->previous, HASH_BYTES);
}

void
block_put(struct bytes *b, const struct block_head *h, const void *payload)
{
	size_t start = b->n;

	bytes_u32(b, BLOCK_MAGIC);
	canonical_put(b, h);
	bytes_u32(b, 0); /* reserved */
	bytes_u32(b, 0);
	bytes_u32(b, 0);
	uint32_t crc = crc32c(0, b->p + start, b->n - start);
	crc = crc32c(crc, payload, h->bytes);
	bytes_u32(b, crc);
	bytes_u32(b, ~crc);
	while (b->n - start < BLOCK_BYTES)
		bytes_u8(b, 0);
	bytes_put(b, payload, h->bytes);
}

int
block_head_get(struct block_head *h, const uint8_t *p)
{
	struct cursor c;

	cursor_init(&c, p, BLOCK_BYTES);
	if (cursor_u32(&c) != BLOCK_MAGIC)
		return -EBADMSG;
	memset(h, 0, sizeof *h);
	h->flags = cursor_u32(&c);
	h->bytes = cursor_u32(&c);
	h->number = cursor_u32(&c);
	h->session = cursor_u32(&c);
	h->clock.synchronised = cursor_u32(&c) != 0;
	h->clock.offset_ns = (int64_t)cursor_u64(&c);
	h->clock.bound_ns = (int64_t)cursor_u64(&c);
	h->first_ns = (int64_t)cursor_u64(&c);
	h->last_ns = (int64_t)cursor_u64(&c);
	memcpy(h->boot_id, cursor_take(&c, 40), 36);
	memcpy(h->previous, cursor_take(&c, HASH_BYTES), HASH_BYTES);
	return h->bytes <= BLOCK_MAX && clock_sane(&h->clock) &&
	               instant_sane(h->first_ns) && instant_sane(h->last_ns)
	           ? 0
	           : -EBADMSG;
}

bool
block_is_whole(const uint8_t *head, const struct block_head *h, const void *payload)
{
	struct cursor c;

	cursor_init(&c, head + CRC_AT, BLOCK_BYTES - CRC_AT);
	uint32_t crc = cursor_u32(&c), inverse = cursor_u32(&c), rest = cursor_u32(&c);
	uint32_t is = crc32c(crc32c(0, head, CRC_AT), payload, h->bytes);
	return crc == is && inverse == ~is && rest == 0;
}

int
block_get(struct block_head *h, const uint8_t *p, size_t n)
{
	if (n < BLOCK_BYTES)
		return -ENODATA;
	int rc = block_head_get(h, p);
	if (rc < 0)
		return rc;
	if (n - BLOCK_BYTES < h->bytes)
		return -ENODATA;
	return block_is_whole(p, h, p + BLOCK_BYTES) ? 0 : -EBADMSG;
}

void
block_hash(uint8_t out[HASH_BYTES], const struct block_head *h, const void *payload)
{
	static struct bytes head; /* kept: a steady writer does not allocate */

	head.n = 0;
	canonical_put(&head, h);
	digest_of(out, head.p, head.n, payload, h->bytes);
}

void
hash_hex(char out[65], const uint8_t hash[HASH_BYTES])
{
	for (int i = 0; i < HASH_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

void
segment_path(char *out, size_t room, const char *dir, uint32_t number)
{
	snprintf(out, room, "%s/journal/%08u.lwj", dir, number);
}

static int
number_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int
segment_list(const char *dir, uint32_t **numbers)
{
	char path[1100];
	size_t n = 0, room = 0;

	*numbers = NULL;
	snprintf(path, sizeof path, "%s/journal", dir);
	DIR *d = opendir(path);
	if (d == NULL)
		return -errno;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char *end;
		unsigned long v = strtoul(e->d_name, &end, 10);
		if (strlen(e->d_name) != 12 || strcmp(end, ".lwj") != 0 || v > UINT32_MAX)
			continue;
		if (n == room) {
			room = room * 2 + 16;
			*numbers = memory_grow(*numbers, room, sizeof **numbers);
		}
		(*numbers)[n++] = (uint32_t)v;
	}
	closedir(d);
	if (n > 0)
		qsort(*numbers, n, sizeof **numbers, number_order);
	return (int)n;
}

int
file_load(struct bytes *b, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;

	b->n = 0;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		close(fd);
		return -EINVAL;
	}
	size_t want = (size_t)st.st_size;
	if (b->room < want + 1) {
		b->room = want + 1;
		b->p = memory_grow(b->p, b->room, 1);
	}
	while (b->n < want) {
		ssize_t got = read(fd, b->p + b->n, want - b->n);
		if (got < 0)
			rc = -errno;
		if (got <= 0)
			break;
		b->n += (size_t)got;
	}
	close(fd);
	return rc;
}

#define ROOT_BYTES 83 /* "SSSSSSSS BBBBBBBB HASH\n" */

static bool
root_get(struct root_line *out, const char *p)
{
	for (int i = 0; i < 16; i++) {
		char c = p[i + i / 8];
		uint32_t *v = i < 8 ? &out->segment : &out->block;
		if (c < '0' || c > '9')
			return false;
		*v = *v * 10 + (uint32_t)(c - '0');
	}
	memcpy(out->hash, p + 18, 64);
	out->there = p[8] == ' ' && p[17] == ' ' && p[82] == '\n' &&
	             strspn(out->hash, "0123456789abcdef") == 64;
	return out->there;
}

int
root_load(struct root_line *out, const char *dir)
{
	struct root_line line = {0};
	struct bytes b = {0};
	char path[1100];

	snprintf(path, sizeof path, "%s/journal/root", dir);
	int rc = file_load(&b, path);
	if (rc == 0 && b.n == 0)
		rc = -ENOENT;
	else if (rc == 0 && (b.n != ROOT_BYTES || !root_get(&line, (char *)b.p)))
		rc = -EBADMSG;
	if (rc == 0)
		*out = line;
	bytes_free(&b);
	return rc;
}
