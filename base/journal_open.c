/*
 * Opening a journal for writing: the lock, the last segment's tail, what the write-ahead
 * file of a dead session still holds, and what was in flight when it died.
 */
#include "base/journal_segment.h"
#include "base/journal_writing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its file; without that the one that the last segment was written by, for what is known
 * by it must not change its name. */
static int
load_agent(struct journal_writer *w, const struct journal_tail *tail)
{
	struct bytes b = {0};
	char path[1100];
	uint8_t r[16];

	snprintf(path, sizeof path, "%s/journal/agent", w->dir);
	int rc = file_load(&b, path);
	if (rc == 0 && b.n >= 36) {
		memcpy(w->agent, b.p, 36);
		bytes_free(&b);
		return 0;
	}
	bytes_free(&b);
	if (tail->agent[0] != '\0') {
		memcpy(w->agent, tail->agent, sizeof w->agent);
		return writer_replace_file(w->dir, "agent", w->agent, 36);
	}
	if (getrandom(r, sizeof r, 0) != sizeof r)
		return -EIO;
	r[6] = (uint8_t)((r[6] & 15) | 0x40);
	r[8] = (uint8_t)((r[8] & 63) | 0x80);
	for (int i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			w->agent[at++] = '-';
		at += snprintf(w->agent + at, sizeof w->agent - (size_t)at, "%02x", r[i]);
	}
	return writer_replace_file(w->dir, "agent", w->agent, 36);
}

/*
 * The chunks of a write-ahead file, up to the first that does not decode: that one may
 * have taught definitions before it failed, which no reader of the block will know.
 */
static void
replay_chunks(struct journal_writer *w, const struct bytes *wal)
{
	struct dialect *d = &w->wal_dialect;
	size_t at = WAL_BYTES, n, known = d->n;
	struct dialect_probe *before = memory_grow(NULL, known, sizeof *before);
	struct rows chunk = {0};

	if (known > 0)
		memcpy(before, d->probes, known * sizeof *before);
	while ((n = wal_chunk_get(wal->p + at, wal->n - at, &chunk, d)) > 0) {
		writer_move_rows(&w->rows, &chunk);
		at += n;
	}
	rows_free(&chunk);
	dialect_forget(d);
	if (known > 0)
		memcpy(d->probes, before, known * sizeof *before);
	for (size_t i = 0; i < w->rows.n_probes; i++)
		dialect_learn(d, w->rows.probes[i].number, &w->rows.probes[i].def);
	free(before);
}

/* Replay the write-ahead file of a session that died, then what was in flight. */
static int
replay_wal(
    struct journal_writer *w, const struct bytes *wal, const struct journal_tail *tail)
{
	struct wal_head h;

	if (!wal_head_get(&h, wal->p, wal->n) || h.segment != w->segment ||
	    h.block != w->blocks || h.session < w->session || h.session == UINT32_MAX)
		return 0;
	if (tail->any && h.session == tail->newest &&
	    strcmp(h.boot_id, tail->boot_id) != 0) /* a session is of one boot */
		return 0;
	if (h.block == 0 || h.session != w->session)
		dialect_forget(&w->wal_dialect);
	if (h.session != w->session) /* it has numbers of its own */
		flights_free(&w->flights);
	w->session = h.session;
	w->clock = h.clock;
	memcpy(w->boot_id, h.boot_id, sizeof w->boot_id);
	replay_chunks(w, wal);
	for (size_t i = 0; i < w->rows.n_samples; i++)
		flights_settled(
		    &w->flights, w->rows.samples[i].probe, w->rows.samples[i].seq);
	for (size_t i = 0; i < w->rows.n_sent; i++)
		flights_sent(&w->flights, w->rows.sent[i].probe, w->rows.sent[i].seq,
		    w->rows.sent[i].sent);
	for (size_t i = 0; i < w->wal_dialect.n; i++)
		if (w->wal_dialect.probes[i].known)
			flights_every(
			    &w->flights, (uint32_t)i, w->wal_dialect.probes[i].every_ns);
	flights_unsettled(&w->flights, h.session, &w->rows);
	if (rows_empty(&w->rows))
		return 0;
	/* The block is of the session that died: packed against its probes, as readers
	 * will unpack it. */
	struct dialect own = w->dialect;
	w->dialect = w->wal_dialect;
	int rc = writer_close_block(w);
	w->wal_dialect = w->dialect;
	w->dialect = own;
	return rc;
}

/* What the blocks of the last segment say of the last session's sends. */
static int
load_flights(struct journal_writer *w, uint32_t session)
{
	struct segment g = {0};
	struct rows rows = {0};
	struct dialect d = {0};
	struct block_head h;
	const uint8_t *body;
	int rc = segment_open(&g, w->dir, w->segment);

	for (uint32_t i = 0, last = 0; rc == 0 && i < w->blocks; i++) {
		rc = segment_next(&g, &h, NULL);
		if (rc == 0)
			rc = segment_payload(&g, &h, &body);
		if (rc == 0 && h.session != last)
			dialect_forget(&d);
		last = h.session;
		if (rc < 0 || rows_decode(&rows, body, h.bytes, &d) < 0)
			break;
		for (size_t k = 0; h.session == session && k < rows.n_samples; k++)
			flights_settled(
			    &w->flights, rows.samples[k].probe, rows.samples[k].seq);
		for (size_t k = 0; h.session == session && k < rows.n_sent; k++)
			flights_sent(&w->flights, rows.sent[k].probe, rows.sent[k].seq,
			    rows.sent[k].sent);
	}
	segment_free(&g);
	dialect_free(&d);
	rows_free(&rows);
	return rc;
}

static int
open_last(struct journal_writer *w, const struct journal_tail *tail)
{
	char path[1100];

	w->segment = tail->segment;
	memcpy(w->hash, tail->hash, HASH_BYTES);
	if (tail->segment == 0 || tail->sealed)
		return writer_begin_segment(w);
	segment_path(path, sizeof path, w->dir, tail->segment);
	if (tail->good_bytes < SEGMENT_BYTES) { /* not even a header was written */
		w->segment--;
		return writer_begin_segment(w);
	}
	w->segment_fd = open(path, O_RDWR | O_CLOEXEC);
	if (w->segment_fd < 0)
		return -errno;
	w->segment_bytes = tail->good_bytes;
	w->blocks = tail->blocks;
	w->segment_hour = clock_wall().ns / SEGMENT_AGE_NS;
	if (tail->good_bytes < tail->bytes &&
	    ftruncate(w->segment_fd, (off_t)tail->good_bytes) < 0)
		return -errno;
	return 0;
}

/*
 * What is not there any more, in the words of the journal itself: bytes that were no
 * whole block, and blocks that the root file knows of. From the next block on nothing
 * else would tell.
 */
static void
record_loss(struct journal_writer *w, const struct journal_tail *tail)
{
	struct event *e = &w->loss;
	size_t n = 0;

	if (tail->good_bytes >= SEGMENT_BYTES && tail->good_bytes < tail->bytes)
		n += (size_t)snprintf(e->text, sizeof e->text,
		    "%llu bytes cut from segment %u after block %u",
		    (unsigned long long)(tail->bytes - tail->good_bytes), tail->segment,
		    tail->blocks);
	if (tail->root.there && !tail->root_found &&
	    tail->root.segment + 1 >= tail->segment)
		n += (size_t)snprintf(e->text + n, sizeof e->text - n,
		    "%slost, though the root file names it: segment %u, block %u, %s",
		    n > 0 ? "; " : "", tail->root.segment, tail->root.block,
		    tail->root.hash);
	if (n == 0)
		return;
	e->kind = EVENT_TORN_TAIL;
	e->link = -1;
	e->at = e->until = clock_mono();
	rows_add_event(&w->pending, e);
}

static int
start_session(struct journal_writer *w, const struct journal_tail *tail)
{
	struct event e = {.kind = EVENT_SESSION_START, .link = -1};
	struct bytes wal = {0};
	char path[1100];
	int rc;

	snprintf(path, sizeof path, "%s/journal/wal", w->dir);
	(void)file_load(&wal, path);
	w->wal_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	rc = w->wal_fd < 0 ? -errno : 0;
	if (rc == 0) {
		char root[1100];
		snprintf(root, sizeof root, "%s/journal/root", w->dir);
		w->root_fd = open(root, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		rc = w->root_fd < 0 ? -errno : 0;
	}
	w->session = tail->session;
	if (rc == 0 && w->segment_bytes > SEGMENT_BYTES)
		rc = load_flights(w, tail->session);
	if (rc == 0)
		rc = replay_wal(w, &wal, tail);
	bytes_free(&wal);
	flights_free(&w->flights);
	if (rc < 0)
		return rc;
	w->session = (w->session > tail->session ? w->session : tail->session) + 1;
	dialect_free(&w->wal_dialect);
	w->redefine = true;
	clock_boot_id(w->boot_id);
	clock_state_read(&w->clock);
	e.at = e.until = w->last_ok = clock_mono();
	e.session = w->session;
	snprintf(e.text, sizeof e.text, "%s", w->software);
	rows_add_event(&w->pending, &e);
	return writer_begin_wal(w);
}

static int
lock_journal(struct journal_writer *w, char *err, size_t room)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/journal", w->dir);
	if ((mkdir(w->dir, 0755) < 0 && errno != EEXIST) ||
	    (mkdir(path, 0755) < 0 && errno != EEXIST)) {
		int rc = -errno;
		snprintf(err, room, "%s: %s", path, strerror(errno));
		return rc;
	}
	snprintf(path, sizeof path, "%s/journal/lock", w->dir);
	w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (w->lock_fd < 0 || flock(w->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		int rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
		snprintf(err, room, "%s: %s", path,
		    rc == -EBUSY ? "another process writes this journal"
		                 : strerror(errno));
		return rc;
	}
	return 0;
}

void
writer_free(struct journal_writer *w)
{
	if (w == NULL)
		return;
	if (w->segment_fd >= 0)
		close(w->segment_fd);
	if (w->wal_fd >= 0)
		close(w->wal_fd);
	if (w->root_fd >= 0)
		close(w->root_fd);
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	rows_free(&w->rows);
	rows_free(&w->pending);
	dialect_free(&w->dialect);
	dialect_free(&w->wal_dialect);
	flights_free(&w->flights);
	bytes_free(&w->payload);
	bytes_free(&w->out);
	ZSTD_freeCCtx(w->zstd);
	free(w->links);
	free(w->probes);
	free(w->probe_table.slots);
	free(w);
}

int
journal_open(struct journal_writer **out, const char *dir, const char *software,
    char *err, size_t room)
{
	struct journal_writer *w = memory_grow(NULL, 1, sizeof *w);
	struct journal_tail tail;
	int rc;

	memset(w, 0, sizeof *w);
	w->lock_fd = w->wal_fd = w->segment_fd = w->root_fd = -1;
	w->zstd = ZSTD_createCCtx();
	snprintf(w->dir, sizeof w->dir, "%s", dir);
	snprintf(w->software, sizeof w->software, "%s", software);
	rc = lock_journal(w, err, room);
	if (rc < 0)
		goto out;
	rc = journal_tail_find(dir, &tail, &w->wal_dialect, err, room);
	if (rc < 0)
		goto out;
	if (tail.session == UINT32_MAX) {
		snprintf(err, room, "%s/journal: segment %u: there is no session id left",
		    dir, tail.segment);
		rc = -EOVERFLOW;
		goto out;
	}
	rc = load_agent(w, &tail);
	if (rc == 0)
		rc = open_last(w, &tail);
	if (rc == 0)
		record_loss(w, &tail);
	if (rc == 0)
		rc = start_session(w, &tail);
	if (rc < 0) {
		snprintf(err, room, "%s/journal: %s", dir, strerror(-rc));
		goto out;
	}
	*out = w;
	w = NULL;
out:
	writer_free(w);
	return rc;
}
