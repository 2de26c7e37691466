/*
 * A block's header names the hash of the block before, a segment's header that of the
 * segment before: only the newest block of all has to be hashed.
 */
#include "base/journal_roots.h"

#include "base/digest.h"
#include "base/journal_segment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
take_times(struct journal_root *r, const struct block_head *h)
{
	int64_t first = h->first_ns + h->clock.offset_ns,
	        last = h->last_ns + h->clock.offset_ns;

	if (r->blocks == 0 || first < r->first_ns)
		r->first_ns = first;
	if (r->blocks == 0 || last > r->last_ns)
		r->last_ns = last;
	r->dated = (r->blocks == 0 || r->dated) && h->clock.synchronised;
}

static int
hash_of_last(struct segment *g, uint32_t blocks, char out[65])
{
	struct block_head h;
	const uint8_t *body;
	uint8_t hash[HASH_BYTES];
	int rc = segment_seek(g, blocks - 1, 0);

	if (rc == 0)
		rc = segment_next(g, &h, NULL);
	if (rc == 0)
		rc = segment_payload(g, &h, &body);
	if (rc < 0)
		return rc;
	block_hash(hash, &h, body);
	hash_hex(out, hash);
	return 0;
}

struct limit {
	uint32_t most;    /* blocks of a segment */
	int64_t until_ns; /* and none whose rows all lie at or after this */
	bool told;        /* the next segment names the root of the whole */
};

static bool
is_beyond(const struct limit *l, const struct journal_root *r, const struct block_head *h)
{
	return r->blocks == l->most ||
	       (h->clock.synchronised && h->first_ns + h->clock.offset_ns >= l->until_ns);
}

/* Its blocks within the limit; the root is of the last that was counted, or left empty
 * where the next segment tells it. -ENODATA where there is none. */
static int
walk(struct segment *g, const char *dir, uint32_t number, const struct limit *l,
    struct journal_root *r)
{
	struct block_head h;
	const uint8_t *body;
	int rc = segment_open(g, dir, number);

	if (rc < 0)
		return rc;
	*r = (struct journal_root){.segment = number, .begun_ns = g->head.started_ns};
	for (;;) {
		rc = segment_next(g, &h, NULL);
		/* Of an open one, the end may be half a block. */
		if (rc == 0 && !g->head.sealed)
			rc = segment_payload(g, &h, &body);
		if (rc == 0 && is_beyond(l, r, &h)) {
			hash_hex(r->root, h.previous);
			return r->blocks > 0 ? 0 : -ENODATA;
		}
		if (rc < 0)
			break;
		take_times(r, &h);
		r->blocks++;
	}
	if (rc == -EBADMSG || r->blocks == 0)
		return rc;
	return l->told ? 0 : hash_of_last(g, r->blocks, r->root);
}

int
journal_roots(
    struct journal_roots *out, const char *dir, int64_t until_ns, char *err, size_t room)
{
	struct segment g = {0};
	struct limit l = {.most = UINT32_MAX, .until_ns = until_ns};
	uint32_t *numbers;
	int n = segment_list(dir, &numbers), rc = n < 0 ? n : n == 0 ? -ENOENT : 0;

	memset(out, 0, sizeof *out);
	out->v = memory_grow(NULL, (size_t)(n > 0 ? n : 0) + 1, sizeof *out->v);
	if (rc < 0)
		snprintf(err, room, "%s/journal: %s", dir,
		    rc == -ENOENT ? "no journal there" : strerror(-rc));
	for (int i = 0; i < n && rc == 0; i++) {
		l.told = i + 1 < n && numbers[i + 1] == numbers[i] + 1;
		rc = walk(&g, dir, numbers[i], &l, &out->v[out->n]);
		if ((rc == 0 || rc == -ENODATA) && out->n > 0 &&
		    out->v[out->n - 1].root[0] == '\0')
			hash_hex(out->v[out->n - 1].root, g.head.previous);
		if (rc == 0) {
			memcpy(out->agent, g.head.agent, sizeof out->agent);
			out->n++;
		} else if (rc == -ENODATA) {
			rc = 0;
		} else {
			snprintf(err, room, "segment %u: %s", numbers[i],
			    rc == -EBADMSG || rc == -EPROTONOSUPPORT ? segment_wrong(rc)
			                                             : strerror(-rc));
		}
	}
	if (rc < 0)
		journal_roots_done(out);
	segment_free(&g);
	free(numbers);
	return rc;
}

void
journal_roots_done(struct journal_roots *r)
{
	free(r->v);
	memset(r, 0, sizeof *r);
}

void
journal_roots_keep(struct journal_roots *r, int64_t from_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (!r->v[i].dated || r->v[i].last_ns >= from_ns)
			r->v[kept++] = r->v[i];
	r->n = kept;
}

int
journal_root_then(const char *dir, uint32_t segment, uint32_t blocks, char out[65])
{
	struct segment g = {0};
	struct limit l = {.most = blocks, .until_ns = INT64_MAX};
	struct journal_root r;
	int rc = blocks > 0 ? walk(&g, dir, segment, &l, &r) : -ENODATA;

	if (rc == 0 && r.blocks < blocks)
		rc = -ENODATA;
	if (rc == 0)
		memcpy(out, r.root, sizeof r.root);
	segment_free(&g);
	return rc;
}

char *
journal_roots_text(const struct journal_roots *r, size_t *n)
{
	struct bytes b = {0};
	char line[160];

	for (size_t i = 0; i < r->n; i++) {
		int length = snprintf(line, sizeof line, "%s %08u %u %s\n", r->agent,
		    r->v[i].segment, r->v[i].blocks, r->v[i].root);
		bytes_put(&b, line, (size_t)length);
	}
	*n = b.n;
	bytes_u8(&b, 0);
	return (char *)b.p;
}

void
journal_roots_hash(const struct journal_roots *r, char out[65])
{
	size_t n;
	char *text = journal_roots_text(r, &n);

	digest_bytes(text, n, out);
	free(text);
}
