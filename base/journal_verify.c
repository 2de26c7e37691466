#include "base/journal_recover.h"
#include "base/journal_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct check {
	const char *dir;
	char *err;
	size_t room;
	struct segment segment;
	struct rows rows;
	struct dialect dialect;
	uint8_t hash[HASH_BYTES];
	uint32_t session, expect;
	char boot_id[37]; /* of that session */
	bool first, began, root_found;
	struct root_line root;
	uint32_t last_segment, last_block;
};

static int
broken(struct check *c, uint32_t segment, uint32_t block, const char *what)
{
	snprintf(c->err, c->room, "segment %u, block %u: %s", segment, block, what);
	return 1;
}

/* Result: 0; -ENODATA where there is no further block; 1. */
static int
check_block(struct check *c, uint32_t segment, uint32_t number)
{
	struct block_head h;
	const uint8_t *body;
	int rc = segment_next(&c->segment, &h, NULL);

	if (rc == -ENODATA && !segment_is_torn(&c->segment))
		return rc;
	if (rc == 0)
		rc = segment_payload(&c->segment, &h, &body);
	if (rc == -ENODATA)
		return broken(c, segment, number, "cut short");
	if (rc < 0)
		return broken(c, segment, number, "damaged, or out of sequence");
	if (memcmp(h.previous, c->hash, HASH_BYTES) != 0)
		return broken(c, segment, number, "hash chain broken");
	if (h.session < c->session)
		return broken(c, segment, number, "session id went back");
	if (c->began && h.session == c->session && strcmp(h.boot_id, c->boot_id) != 0)
		return broken(c, segment, number, "of another boot than its session");
	c->began = true;
	memcpy(c->boot_id, h.boot_id, sizeof c->boot_id);
	if (number == 0 || h.session != c->session)
		dialect_forget(&c->dialect);
	if (rows_decode(&c->rows, body, h.bytes, &c->dialect) < 0)
		return broken(c, segment, number, "contents do not decode");
	c->session = h.session;
	block_hash(c->hash, &h, body);
	c->last_segment = segment;
	c->last_block = number;
	if (c->root.there && segment == c->root.segment && number == c->root.block) {
		char hex[65];
		hash_hex(hex, c->hash);
		if (strcmp(hex, c->root.hash) != 0)
			return broken(
			    c, segment, number, "is not what the root file says");
		c->root_found = true;
	}
	return 0;
}

static int
check_segment(struct check *c, uint32_t number)
{
	char path[1100];
	int rc = segment_open(&c->segment, c->dir, number);

	if (rc < 0 && rc != -EBADMSG && rc != -EPROTONOSUPPORT) {
		segment_path(path, sizeof path, c->dir, number);
		snprintf(c->err, c->room, "%s: %s", path, strerror(-rc));
		return rc;
	}
	if (rc < 0)
		return broken(c, number, 0, segment_wrong(rc));
	const struct segment_head *head = &c->segment.head;
	if (head->number != number)
		return broken(c, number, 0, "header of another segment");
	if (c->first) /* what retention deleted before it cannot be checked */
		memcpy(c->hash, head->previous, HASH_BYTES);
	else if (number != c->expect)
		return broken(c, c->expect, 0, "segment missing");
	else if (memcmp(head->previous, c->hash, HASH_BYTES) != 0)
		return broken(c, number, 0, "hash chain broken at the segment's start");
	c->first = false;
	c->expect = number + 1;
	for (uint32_t block = 0; rc == 0; block++)
		rc = check_block(c, number, block);
	return rc == -ENODATA ? 0 : rc;
}

/* That nothing was lost behind the last block only the root file can tell. */
static int
check_root(struct check *c, int load, uint32_t oldest)
{
	if (load == 0 && !c->root_found && c->began && c->root.segment < oldest)
		return broken(c, c->last_segment, c->last_block,
		    "the root file names an older one: a lost tail would not be seen");
	if (load == 0 && !c->root_found && c->root.segment >= oldest)
		return broken(c, c->root.segment, c->root.block,
		    "named by the root file, is gone: the tail was lost");
	/* the first block may have been written meanwhile */
	if (load == -ENOENT && c->began && root_load(&c->root, c->dir) == 0)
		return 0;
	if (load < 0 && c->began)
		return broken(c, c->last_segment, c->last_block,
		    load == -ENOENT
		        ? "the root file is missing: a lost tail would not be seen"
		        : "the root file is damaged: a lost tail would not be seen");
	return 0;
}

int
journal_verify(const char *dir, char *err, size_t room)
{
	struct check c = {.dir = dir, .err = err, .room = room, .first = true};
	uint32_t *numbers;
	int n = segment_list(dir, &numbers), rc = 0;

	if (n <= 0) {
		snprintf(err, room, "%s/journal: no journal there", dir);
		free(numbers);
		return n < 0 ? n : -ENOENT;
	}
	int load = root_load(&c.root, dir);
	for (int i = 0; i < n && rc == 0; i++)
		rc = check_segment(&c, numbers[i]);
	if (rc == 0)
		rc = check_root(&c, load, numbers[0]);
	rows_free(&c.rows);
	dialect_free(&c.dialect);
	segment_free(&c.segment);
	free(numbers);
	return rc;
}

/* When a segment was begun, by its header; INT64_MAX where that cannot be read. */
static int64_t
begun_ns(const char *dir, uint32_t number)
{
	uint8_t bytes[SEGMENT_BYTES];
	struct segment_head head;
	char path[1100];
	ssize_t n = -1;

	segment_path(path, sizeof path, dir, number);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, bytes, sizeof bytes);
		close(fd);
	}
	return n == sizeof bytes && segment_head_get(&head, bytes, sizeof bytes) == 0
	           ? head.started_ns
	           : INT64_MAX;
}

int
journal_retain(const char *dir, wall_t oldest, uint64_t max_bytes, wall_t claim)
{
	uint32_t *numbers;
	int n = segment_list(dir, &numbers), deleted = 0;
	uint64_t total = 0;
	int64_t end = INT64_MIN;
	struct stat st;
	char path[1100];

	for (int i = 0; i < n; i++) {
		segment_path(path, sizeof path, dir, numbers[i]);
		if (stat(path, &st) == 0)
			total += (uint64_t)st.st_size;
	}
	/*
	 * A segment ended when the next was begun; the newest is never deleted. Should a
	 * clock have been wrong and early, no segment counts as older than one before it.
	 */
	for (int i = 0; i + 1 < n; i++) {
		int64_t next = begun_ns(dir, numbers[i + 1]);
		end = next > end ? next : end;
		bool old = end < oldest.ns;
		bool big = max_bytes > 0 && total > max_bytes;
		segment_path(path, sizeof path, dir, numbers[i]);
		if (end >= claim.ns || !(old || big) || stat(path, &st) < 0 ||
		    unlink(path) < 0)
			break;
		total -= (uint64_t)st.st_size;
		deleted++;
	}
	free(numbers);
	return n < 0 ? n : deleted;
}
