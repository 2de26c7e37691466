#include "base/journal_recover.h"

#include "base/journal_segment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
wal_head_put(struct bytes *b, const struct wal_head *h)
{
	size_t start = b->n;
	char boot[40] = {0};

	memcpy(boot, h->boot_id, 36);
	bytes_put(b, WAL_MAGIC, 8);
	bytes_u32(b, h->segment);
	bytes_u32(b, h->block);
	bytes_u32(b, h->session);
	bytes_u32(b, h->clock.synchronised);
	bytes_u64(b, (uint64_t)h->clock.offset_ns);
	bytes_u64(b, (uint64_t)h->clock.bound_ns);
	bytes_put(b, boot, 40);
	while (b->n - start < WAL_BYTES - 4)
		bytes_u8(b, 0);
	bytes_u32(b, crc32c(0, b->p + start, b->n - start));
}

bool
wal_head_get(struct wal_head *h, const uint8_t *p, size_t n)
{
	struct cursor c;

	if (n < WAL_BYTES || memcmp(p, WAL_MAGIC, 8) != 0)
		return false;
	memset(h, 0, sizeof *h);
	cursor_init(&c, p + 8, WAL_BYTES - 8);
	h->segment = cursor_u32(&c);
	h->block = cursor_u32(&c);
	h->session = cursor_u32(&c);
	h->clock.synchronised = cursor_u32(&c) != 0;
	h->clock.offset_ns = (int64_t)cursor_u64(&c);
	h->clock.bound_ns = (int64_t)cursor_u64(&c);
	memcpy(h->boot_id, cursor_take(&c, 40), 36);
	cursor_init(&c, p + WAL_BYTES - 4, 4);
	return cursor_u32(&c) == crc32c(0, p, WAL_BYTES - 4) && clock_sane(&h->clock);
}

void
wal_chunk_put(struct bytes *b, const void *payload, size_t n)
{
	bytes_u32(b, (uint32_t)n);
	bytes_u32(b, crc32c(0, payload, n));
	bytes_put(b, payload, n);
}

size_t
wal_chunk_get(const uint8_t *p, size_t n, struct rows *rows, struct dialect *d)
{
	struct cursor c;

	cursor_init(&c, p, n);
	uint32_t len = cursor_u32(&c), crc = cursor_u32(&c);
	const uint8_t *payload = cursor_take(&c, len);
	if (payload == NULL || len == 0 || crc32c(0, payload, len) != crc)
		return 0;
	if (rows_decode(rows, payload, len, d) < 0)
		return 0;
	return 8u + len;
}

void
flights_free(struct flights *f)
{
	free(f->probes);
	*f = (struct flights){0};
}

static struct flight *
flight_at(struct flights *f, uint32_t probe)
{
	if (probe >= f->n) {
		size_t n = probe + 16u;
		f->probes = memory_grow(f->probes, n, sizeof *f->probes);
		memset(f->probes + f->n, 0, (n - f->n) * sizeof *f->probes);
		f->n = n;
	}
	return &f->probes[probe];
}

static void
advance(struct flight *f, uint64_t seq)
{
	uint64_t from = f->any ? f->last_seq + 1 : seq;

	if (f->any && seq - f->last_seq >= FLIGHT_WINDOW)
		from = seq - FLIGHT_WINDOW + 1;
	for (uint64_t s = from; s <= seq && s >= from; s++)
		f->settled[s % FLIGHT_WINDOW / 64] &= ~(1ull << (s % 64));
	if (!f->any) /* what came before is not ours to tell */
		memset(f->settled, 0xff, sizeof f->settled),
		    f->settled[seq % FLIGHT_WINDOW / 64] &= ~(1ull << (seq % 64));
	f->any = true;
	f->last_seq = seq;
}

void
flights_every(struct flights *f, uint32_t probe, int64_t every_ns)
{
	flight_at(f, probe)->every_ns = every_ns;
}

void
flights_sent(struct flights *f, uint32_t probe, uint64_t seq, mono_t sent)
{
	struct flight *p = flight_at(f, probe);

	if (!p->any || seq > p->last_seq)
		advance(p, seq);
	if (seq == p->last_seq)
		p->last_sent = sent;
}

void
flights_settled(struct flights *f, uint32_t probe, uint64_t seq)
{
	struct flight *p = flight_at(f, probe);

	if (!p->any || seq > p->last_seq)
		advance(p, seq);
	if (p->last_seq - seq < FLIGHT_WINDOW)
		p->settled[seq % FLIGHT_WINDOW / 64] |= 1ull << (seq % 64);
}

void
flights_unsettled(const struct flights *f, uint32_t session, struct rows *rows)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct flight *p = &f->probes[i];
		for (uint64_t back = FLIGHT_WINDOW; p->any && back-- > 0;) {
			uint64_t seq = p->last_seq - back;
			if (back >= p->last_seq ||
			    p->settled[seq % FLIGHT_WINDOW / 64] >> (seq % 64) & 1)
				continue;
			int64_t ago;
			if (__builtin_mul_overflow((int64_t)back, p->every_ns, &ago) ||
			    __builtin_sub_overflow(p->last_sent.ns, ago, &ago) ||
			    !instant_sane(ago))
				continue;
			struct sample s = {.probe = (uint32_t)i,
			    .session = session,
			    .seq = seq,
			    .sent = {ago},
			    .rtt_ns = -1,
			    .outcome = OUTCOME_UNSETTLED};
			rows_add_sample(rows, &s);
		}
	}
}

/* True if a whole, good block starts anywhere in the bytes. */
static bool
good_block_after(const uint8_t *p, size_t n)
{
	struct block_head h;

	for (size_t i = 1; i + BLOCK_BYTES <= n; i++)
		if (p[i] == (BLOCK_MAGIC & 0xff) && block_get(&h, p + i, n - i) == 0)
			return true;
	return false;
}

/* The hash chain goes on through this block. Result: false where it does not. */
static bool
take_block(struct journal_tail *tail, const struct block_head *h, const uint8_t *body,
    struct rows *rows, struct dialect *dialect)
{
	if (h->number == 0 || h->session != tail->newest)
		dialect_forget(dialect);
	tail->newest = h->session;
	tail->any = true;
	memcpy(tail->boot_id, h->boot_id, sizeof tail->boot_id);
	if (rows_decode(rows, body, h->bytes, dialect) < 0 ||
	    memcmp(h->previous, tail->hash, HASH_BYTES) != 0)
		return false;
	block_hash(tail->hash, h, body);
	if (tail->segment == tail->root.segment && h->number == tail->root.block) {
		char hex[65];
		hash_hex(hex, tail->hash);
		tail->root_found = strcmp(hex, tail->root.hash) == 0;
	}
	if (h->session > tail->session)
		tail->session = h->session;
	tail->blocks++;
	tail->good_bytes += (uint64_t)BLOCK_BYTES + h->bytes;
	return true;
}

/* The segment as bytes; where the journal ends in it there may be a torn tail. */
static int
load_tail(const char *dir, uint32_t number, struct bytes *file, char *err, size_t room)
{
	char path[1100];

	segment_path(path, sizeof path, dir, number);
	int rc = file_load(file, path);
	if (rc < 0)
		snprintf(err, room, "%s: %s", path, strerror(-rc));
	return rc;
}

static int
walk_blocks(struct segment *g, struct journal_tail *tail, struct dialect *dialect,
    const char **what)
{
	struct rows rows = {0};
	struct block_head h;
	const uint8_t *body;
	int rc;

	for (;;) {
		rc = segment_next(g, &h, NULL);
		if (rc == 0)
			rc = segment_payload(g, &h, &body);
		if (rc == 0 && !take_block(tail, &h, body, &rows, dialect)) {
			*what = "chain broken";
			rc = -EILSEQ;
		}
		if (rc < 0)
			break;
	}
	rows_free(&rows);
	return rc;
}

static int
walk_segment(const char *dir, uint32_t number, struct journal_tail *tail,
    struct dialect *dialect, char *err, size_t room)
{
	struct segment g = {0};
	struct bytes file = {0};
	const char *what = "damaged";
	char path[1100];
	int rc = load_tail(dir, number, &file, err, room), opened;

	segment_path(path, sizeof path, dir, number);
	if (rc < 0)
		goto out;
	tail->segment = number;
	tail->bytes = file.n;
	tail->blocks = 0;
	tail->good_bytes = 0;
	tail->sealed = false;
	opened = segment_open(&g, dir, number);
	if (opened < 0) {
		if (opened == -EPROTONOSUPPORT ||
		    (file.n >= SEGMENT_BYTES && good_block_after(file.p, file.n))) {
			snprintf(err, room, "%s: segment %u: %s", path, number,
			    segment_wrong(opened));
			rc = -EBADMSG;
		}
		goto out;
	}
	memcpy(tail->agent, g.head.agent, sizeof tail->agent);
	memcpy(tail->hash, g.head.previous, HASH_BYTES);
	tail->sealed = g.head.sealed;
	tail->good_bytes = SEGMENT_BYTES;
	rc = walk_blocks(&g, tail, dialect, &what);
	bool end = rc == -ENODATA || rc == -EBADMSG;
	if (end && !tail->sealed)
		end = !good_block_after(
		    file.p + tail->good_bytes, file.n - tail->good_bytes);
	else if (end)
		end = rc == -ENODATA;
	rc = end ? 0 : -EBADMSG;
	if (rc < 0)
		snprintf(err, room, "%s: segment %u, block %u: %s", path, number,
		    tail->blocks, what);
out:
	segment_free(&g);
	bytes_free(&file);
	return rc;
}

int
journal_tail_find(const char *dir, struct journal_tail *tail, struct dialect *dialect,
    char *err, size_t room)
{
	uint32_t *numbers;
	int n = segment_list(dir, &numbers), rc = 0;

	memset(tail, 0, sizeof *tail);
	(void)root_load(
	    &tail->root, dir); /* without one there is nothing to hold it to */
	/* The one before the last gives session and hash where the last is still empty.
	 */
	for (int i = n > 2 ? n - 2 : 0; i < n && rc == 0; i++)
		rc = walk_segment(dir, numbers[i], tail, dialect, err, room);
	free(numbers);
	return rc;
}
