/*
 * Rows gather in memory. Once a second what is new goes to the write-ahead file; at 512
 * samples or 10 s all of it becomes a block, the root file follows, and the write-ahead
 * file starts anew for the next block. A crash between any two of these steps loses
 * nothing that was synced: the write-ahead file names the block it is for, and is void
 * once that exists.
 */
#include "base/journal_segment.h"
#include "base/journal_writing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

static int
write_all(int fd, const void *p, size_t n, uint64_t at)
{
	const uint8_t *b = p;

	while (n > 0) {
		ssize_t done = pwrite(fd, b, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		b += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

/* Write ${text} into DIR/journal/NAME, all or nothing. */
int
writer_replace_file(const char *dir, const char *name, const void *p, size_t n)
{
	char path[1100], temp[1110];
	int fd, rc;

	snprintf(path, sizeof path, "%s/journal/%s", dir, name);
	snprintf(temp, sizeof temp, "%s.new", path);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, p, n, 0);
	if (rc == 0 && fdatasync(fd) < 0)
		rc = -errno;
	close(fd);
	if (rc == 0 && rename(temp, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(temp);
	return rc;
}

/* The newest hash in a file of its own, of fixed length: one write within one sector. */
static int
writer_write_root(struct journal_writer *w)
{
	char hex[65], line[128];

	hash_hex(hex, w->hash);
	int n =
	    snprintf(line, sizeof line, "%08u %08u %s\n", w->segment, w->blocks - 1, hex);
	int rc = write_all(w->root_fd, line, (size_t)n, 0);
	if (rc == 0 && fdatasync(w->root_fd) < 0)
		rc = -errno;
	return rc;
}

int
writer_begin_wal(struct journal_writer *w)
{
	struct wal_head h = {w->segment, w->blocks, w->session, w->clock, ""};

	memcpy(h.boot_id, w->boot_id, sizeof h.boot_id);
	w->out.n = 0;
	wal_head_put(&w->out, &h);
	if (ftruncate(w->wal_fd, 0) < 0)
		return -errno;
	int rc = write_all(w->wal_fd, w->out.p, w->out.n, 0);
	w->wal_bytes = rc == 0 ? w->out.n : 0;
	return rc;
}

int
writer_begin_segment(struct journal_writer *w)
{
	struct segment_head h = {.number = w->segment + 1, .started_ns = clock_wall().ns};
	char path[1100];
	int fd, rc;

	memcpy(h.agent, w->agent, sizeof h.agent);
	memcpy(h.previous, w->hash, HASH_BYTES);
	segment_path(path, sizeof path, w->dir, h.number);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	w->out.n = 0;
	segment_head_put(&w->out, &h);
	rc = write_all(fd, w->out.p, w->out.n, 0);
	if (rc < 0) {
		close(fd);
		unlink(path);
		return rc;
	}
	if (w->segment_fd >= 0)
		close(w->segment_fd);
	w->segment_fd = fd;
	w->segment = h.number;
	w->segment_bytes = SEGMENT_BYTES;
	w->segment_hour = h.started_ns / SEGMENT_AGE_NS;
	w->blocks = 0;
	w->redefine = true;
	return 0;
}

/* Pack a finished segment. The hashes stay; only the storage changes. */
static int
seal_segment(ZSTD_CCtx *zstd, const char *dir, uint32_t number)
{
	struct bytes file = {0}, out = {0};
	char path[1100], name[16];

	segment_path(path, sizeof path, dir, number);
	snprintf(name, sizeof name, "%08u.lwj", number);
	int rc = file_load(&file, path);
	if (rc == 0)
		rc = segment_seal(&out, file.p, file.n, zstd);
	if (rc == 0)
		rc = writer_replace_file(dir, name, out.p, out.n);
	bytes_free(&out);
	bytes_free(&file);
	return rc;
}

static void
times_of(const struct rows *r, int64_t *first, int64_t *last)
{
	*first = INT64_MAX;
	*last = INT64_MIN;
#define SEE(t)                                                                           \
	do {                                                                             \
		if ((t) < *first)                                                        \
			*first = (t);                                                    \
		if ((t) > *last)                                                         \
			*last = (t);                                                     \
	} while (0)
	for (size_t i = 0; i < r->n_samples; i++)
		SEE(r->samples[i].sent.ns);
	for (size_t i = 0; i < r->n_counters; i++)
		SEE(r->counters[i].at.ns);
	for (size_t i = 0; i < r->n_events; i++)
		SEE(r->events[i].at.ns);
	for (size_t i = 0; i < r->n_throughputs; i++) {
		SEE(r->throughputs[i].at.ns);
		SEE(r->throughputs[i].at.ns + r->throughputs[i].total_ns);
	}
	for (size_t i = 0; i < r->n_paths; i++)
		SEE(r->paths[i].at.ns);
#undef SEE
	if (*first > *last)
		*first = *last = 0;
}

static void
define_all(struct journal_writer *w, struct rows *rows)
{
	for (size_t i = 0; i < w->n_links; i++)
		rows_add_link(rows, (uint32_t)i, &w->links[i]);
	for (size_t i = 0; i < w->n_probes; i++)
		rows_add_probe(rows, (uint32_t)i, &w->probes[i]);
	w->redefine = false;
}

/* Write the open block. On failure the file is as before and the rows stay. */
int
writer_close_block(struct journal_writer *w)
{
	struct block_head h = {
	    .number = w->blocks, .session = w->session, .clock = w->clock};
	int rc;

	if (rows_empty(&w->rows))
		return 0;
	memcpy(h.boot_id, w->boot_id, sizeof h.boot_id);
	memcpy(h.previous, w->hash, HASH_BYTES);
	w->payload.n = w->out.n = 0;
	rows_encode(&w->payload, &w->rows, &w->dialect);
	h.bytes = (uint32_t)w->payload.n;
	h.flags = w->rows.n_links + w->rows.n_probes > 0 ? BLOCK_HAS_DEFS : 0;
	times_of(&w->rows, &h.first_ns, &h.last_ns);
	block_put(&w->out, &h, w->payload.p);
	rc = write_all(w->segment_fd, w->out.p, w->out.n, w->segment_bytes);
	if (rc == 0 && !w->import && fdatasync(w->segment_fd) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)!ftruncate(w->segment_fd, (off_t)w->segment_bytes);
		return rc;
	}
	w->segment_bytes += w->out.n;
	block_hash(w->hash, &h, w->payload.p);
	w->blocks++;
	rows_clear(&w->rows);
	w->block_open = false;
	if (!w->import)
		(void)writer_write_root(w);
	if (clock_wall().ns / SEGMENT_AGE_NS != w->segment_hour ||
	    w->segment_bytes >= SEGMENT_ROOM) {
		uint32_t done = w->segment;
		if (writer_begin_segment(w) == 0)
			(void)seal_segment(w->zstd, w->dir, done);
	}
	return writer_begin_wal(w);
}

void
writer_move_rows(struct rows *to, const struct rows *from)
{
	for (size_t i = 0; i < from->n_links; i++)
		rows_add_link(to, from->links[i].number, &from->links[i].def);
	for (size_t i = 0; i < from->n_probes; i++)
		rows_add_probe(to, from->probes[i].number, &from->probes[i].def);
	for (size_t i = 0; i < from->n_samples; i++)
		rows_add_sample(to, &from->samples[i]);
	for (size_t i = 0; i < from->n_counters; i++)
		rows_add_counters(to, &from->counters[i]);
	for (size_t i = 0; i < from->n_events; i++)
		rows_add_event(to, &from->events[i]);
	for (size_t i = 0; i < from->n_sent; i++)
		rows_add_sent(to, &from->sent[i]);
	for (size_t i = 0; i < from->n_throughputs; i++)
		rows_add_throughput(to, &from->throughputs[i]);
	for (size_t i = 0; i < from->n_paths; i++)
		rows_add_path(to, &from->paths[i]);
}

static int
append_wal(struct journal_writer *w, const struct rows *rows)
{
	w->payload.n = w->out.n = 0;
	rows_encode(&w->payload, rows, &w->wal_dialect);
	wal_chunk_put(&w->out, w->payload.p, w->payload.n);
	int rc = write_all(w->wal_fd, w->out.p, w->out.n, w->wal_bytes);
	if (rc < 0) {
		(void)!ftruncate(w->wal_fd, (off_t)w->wal_bytes);
		return rc;
	}
	w->wal_bytes += w->out.n;
	return 0;
}

/* So many of the samples pending as the block still holds, and whatever else there is. */
static int
sync_part(struct journal_writer *w, struct rows *part, size_t most)
{
	size_t room = BLOCK_ROWS - w->rows.n_samples;

	part->n_samples = most < room ? most : room;
	int rc = w->import ? 0 : append_wal(w, part);
	if (rc == 0)
		writer_move_rows(&w->rows, part);
	return rc;
}

/*
 * Append what is pending to the write-ahead file and take it into the block; more samples
 * than one holds into several, one after the other: the write-ahead file is for one.
 */
static int
writer_sync_pending(struct journal_writer *w)
{
	if (w->redefine) {
		struct rows defs = {0};
		define_all(w, &defs);
		writer_move_rows(&defs, &w->pending);
		rows_free(&w->pending);
		w->pending = defs;
	}
	if (rows_empty(&w->pending))
		return 0;
	struct rows part = w->pending, defs = {0};
	size_t left = w->pending.n_samples;
	int rc = sync_part(w, &part, left);
	while (rc == 0 && (left -= part.n_samples) > 0) {
		rc = writer_close_block(w);
		if (rc < 0)
			break;
		part.samples += part.n_samples;
		part.n_counters = part.n_events = part.n_sent = 0;
		part.n_throughputs = part.n_paths = 0;
		rows_clear(&defs);
		if (w->redefine) /* that block was the last of its segment */
			define_all(w, &defs);
		part.links = defs.links;
		part.probes = defs.probes;
		part.n_links = defs.n_links;
		part.n_probes = defs.n_probes;
		rc = sync_part(w, &part, left);
	}
	rows_free(&defs);
	if (rc == 0)
		rows_clear(&w->pending);
	return rc;
}

static int
stall(struct journal_writer *w, int rc)
{
	if (!w->stalled)
		w->redefine = true;
	w->stalled = true;
	rows_clear(&w->pending);
	return rc;
}

/* After a failure: what is durable becomes a block, then a gap event must fit. */
static int
writer_resume(struct journal_writer *w, mono_t now)
{
	int rc = writer_close_block(w);

	if (rc == 0 && w->wal_bytes == 0)
		rc = writer_begin_wal(w);
	if (rc < 0)
		return rc;
	struct event e = {.kind = EVENT_GAP,
	    .link = -1,
	    .session = w->session,
	    .at = w->last_ok,
	    .until = now,
	    .text = "writing failed"};
	rows_clear(&w->pending);
	rows_add_event(&w->pending, &e);
	w->redefine = true;
	rc = writer_sync_pending(w);
	if (rc < 0) {
		w->redefine = true;
		rows_clear(&w->pending);
		return rc;
	}
	w->stalled = false;
	return 0;
}

int
journal_sync(struct journal_writer *w, mono_t now)
{
	int rc = 0;

	if (w->stalled)
		rc = writer_resume(w, now);
	else
		rc = writer_sync_pending(w);
	if (rc < 0)
		return stall(w, rc);
	if (!w->block_open && !rows_empty(&w->rows)) {
		w->block_open = true;
		w->block_since = now;
	}
	if (w->rows.n_samples >= BLOCK_SAMPLES ||
	    (w->block_open && now.ns - w->block_since.ns >= BLOCK_AGE_NS))
		rc = writer_close_block(w);
	if (rc < 0)
		return stall(w, rc);
	w->last_ok = now;
	return 0;
}

void
journal_clock(struct journal_writer *w, const struct clock_state *state)
{
	int64_t moved = state->offset_ns - w->clock.offset_ns;
	bool step = moved > NS_PER_S / 10 || moved < -NS_PER_S / 10;

	if (step || state->synchronised != w->clock.synchronised) {
		if (!w->stalled && writer_sync_pending(w) == 0)
			(void)writer_close_block(w);
		if (step && w->clock.offset_ns != 0) {
			struct event e = {
			    .kind = EVENT_CLOCK_STEP, .link = -1, .at = clock_mono()};
			e.until = e.at;
			snprintf(e.text, sizeof e.text, "%+.6f s", (double)moved / 1e9);
			rows_add_event(&w->pending, &e);
		}
		w->clock = *state;
		if (rows_empty(&w->rows))
			(void)writer_begin_wal(w);
	}
	w->clock = *state;
}

int
journal_link(struct journal_writer *w, const struct link_def *def)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (memcmp(&w->links[i], def, sizeof *def) == 0)
			return (int)i;
	w->links = memory_grow(w->links, w->n_links + 1, sizeof *w->links);
	w->links[w->n_links] = *def;
	if (!w->redefine)
		rows_add_link(&w->pending, (uint32_t)w->n_links, def);
	return (int)w->n_links++;
}

int
journal_probe(struct journal_writer *w, const struct probe_def *def)
{
	struct table *t = &w->probe_table;
	uint64_t hash = journal_probe_hash(def);

	if (table_grow(t, w->n_probes))
		for (size_t i = 0; i < w->n_probes; i++)
			table_put(t, journal_probe_hash(&w->probes[i]), (uint32_t)i);
	for (size_t at = table_slot(t, hash); t->slots[at] != 0;
	     at = (at + 1) & (t->room - 1))
		if (memcmp(&w->probes[t->slots[at] - 1], def, sizeof *def) == 0)
			return (int)t->slots[at] - 1;
	if (w->n_probes == w->probe_room) {
		w->probe_room = w->probe_room * 2 + 16;
		w->probes = memory_grow(w->probes, w->probe_room, sizeof *w->probes);
	}
	w->probes[w->n_probes] = *def;
	table_put(t, hash, (uint32_t)w->n_probes);
	if (!w->redefine)
		rows_add_probe(&w->pending, (uint32_t)w->n_probes, def);
	flights_every(&w->flights, (uint32_t)w->n_probes, def->every_ns);
	return (int)w->n_probes++;
}

void
journal_sample(struct journal_writer *w, const struct sample *s)
{
	flights_settled(&w->flights, s->probe, s->seq);
	if (!w->stalled)
		rows_add_sample(&w->pending, s);
}

void
journal_counters(struct journal_writer *w, const struct counters *c)
{
	if (!w->stalled)
		rows_add_counters(&w->pending, c);
}

void
journal_event(struct journal_writer *w, const struct event *e)
{
	if (w->stalled)
		return;
	if (w->import && w->loss.kind != 0 && e->kind == EVENT_HISTORY_END) {
		/* told at the end of the history, lest it seem to reach to this day */
		w->loss.at = w->loss.until = e->at;
		rows_add_event(&w->pending, &w->loss);
		w->loss.kind = 0;
	}
	rows_add_event(&w->pending, e);
}

void
journal_throughput(struct journal_writer *w, const struct throughput *t)
{
	if (!w->stalled)
		rows_add_throughput(&w->pending, t);
}

void
journal_path(struct journal_writer *w, const struct path *p)
{
	if (!w->stalled)
		rows_add_path(&w->pending, p);
}

void
journal_sent(struct journal_writer *w, uint32_t probe, uint64_t seq, mono_t sent)
{
	struct sent_row row = {probe, seq, sent};

	flights_sent(&w->flights, probe, seq, sent);
	if (!w->stalled)
		rows_add_sent(&w->pending, &row);
}

void
journal_import(struct journal_writer *w)
{
	w->import = w->dialect.exact = w->wal_dialect.exact = true;
	strcpy(w->boot_id, "import");
	w->clock = (struct clock_state){0, 0, true};
	rows_clear(&w->pending);
	(void)writer_begin_wal(w);
}

uint32_t
journal_session(const struct journal_writer *w)
{
	return w->session;
}

int
journal_close(struct journal_writer *w, bool clean)
{
	int rc;

	if (w == NULL)
		return 0;
	if (clean && !w->import) {
		struct event e = {
		    .kind = EVENT_SESSION_STOP, .link = -1, .session = w->session};
		flights_unsettled(&w->flights, w->session, &w->pending);
		e.at = e.until = clock_mono();
		rows_add_event(&w->pending, &e);
	}
	rc = w->stalled ? writer_resume(w, clock_mono()) : writer_sync_pending(w);
	if (rc == 0)
		rc = writer_close_block(w);
	if (rc == 0 && w->import) { /* an import is all or nothing: durable once, here */
		rc = writer_write_root(w);
		if (fdatasync(w->segment_fd) < 0 && rc == 0)
			rc = -errno;
	}
	writer_free(w);
	return rc;
}
