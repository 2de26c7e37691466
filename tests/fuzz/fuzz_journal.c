/*
 * Journals as an enemy would write them, through all that reads them: reader, scan,
 * follower, verification, and a writer that recovers a torn copy. The first byte of the
 * input says how the rest becomes files:
 *
 *   0  files as they are: which one, a length of two bytes, bytes
 *   1  the same, then every CRC and hash of the segments is put right
 *   2  rows: each record is the payload of a block or of a chunk of the write-ahead file,
 *      and gets headers, CRC and hashes that are right. So it is known what verification
 *      must find, and what a scan must give.
 *
 * The second byte says how much of the last segment is torn off for the recovery.
 *
 * Links: base/ -lcrypto -lzstd
 */
#include "base/journal_frame.h"
#include "base/journal_recover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define SEGMENTS    3
#define RECORD_HEAD 28
#define CLOCK_MOST                                                                       \
	2000000000000000000 /* of either summand: labels that a scan reaches             \
	                     */

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum file {
	FILE_WAL = SEGMENTS,
	FILE_ROOT,
	FILE_AGENT,
	FILES
};

enum record_flag {
	RECORD_SEGMENT = 1 << 0, /* a new segment begins with it */
	RECORD_SEALED = 1 << 1,  /* its segment, once the next begins */
	RECORD_SYNCHRONISED = 1 << 2,
	RECORD_DEFS = 1 << 3,
	RECORD_CHUNK = 1 << 4, /* of the write-ahead file */
	RECORD_UNCHAINED = 1 << 5,
	RECORD_BACK = 1 << 6 /* under a session id that was over */
};

static struct bytes file[FILES];
static char dir[64];

/* Of a journal made of rows: what is in it. */
struct truth {
	bool known, sealed, tame; /* tame: every instant within reach of a scan */
	uint32_t segment, blocks, session;
	uint32_t newest; /* session of the last block */
	bool broken;     /* what verification finds first: where */
	bool back; /* it is a session id that went back, which a writer does not mind */
	uint32_t broken_segment, broken_block;
	size_t samples, counters, events, rare;
	uint8_t hash[HASH_BYTES];
};

struct seen {
	const struct journal_reader *reader;
	size_t samples, counters, events, rare;
	wall_t from, to;
};

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* ---- a folder in memory ---- */

static void
clear(void)
{
	char path[400];
	struct dirent *e;

	snprintf(path, sizeof path, "%s/journal", dir);
	DIR *d = opendir(path);
	must(d != NULL);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			snprintf(path, sizeof path, "%s/journal/%s", dir, e->d_name);
			must(unlink(path) == 0);
		}
	closedir(d);
}

static void
leave(void)
{
	char path[100];

	clear();
	snprintf(path, sizeof path, "%s/journal", dir);
	rmdir(path);
	rmdir(dir);
}

static void
make_folder(void)
{
	char path[100];

	strcpy(dir, "/dev/shm/linkwitness-fuzz.XXXXXX");
	if (mkdtemp(dir) == NULL) {
		strcpy(dir, "/tmp/linkwitness-fuzz.XXXXXX");
		must(mkdtemp(dir) != NULL);
	}
	snprintf(path, sizeof path, "%s/journal", dir);
	must(mkdir(path, 0755) == 0 && atexit(leave) == 0);
}

static void
path_of(char path[100], enum file which)
{
	static const char *const name[] = {
	    [FILE_WAL] = "wal", [FILE_ROOT] = "root", [FILE_AGENT] = "agent"};

	if (which < SEGMENTS)
		segment_path(path, 100, dir, (uint32_t)which + 1);
	else
		snprintf(path, 100, "%s/journal/%s", dir, name[which]);
}

/* The first ${n} bytes of a file; a file without bytes is not there. */
static void
write_file(enum file which, size_t n)
{
	char path[100];

	path_of(path, which);
	if (file[which].n == 0)
		return;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	must(fd >= 0 && write(fd, file[which].p, n) == (ssize_t)n);
	close(fd);
}

static void
write_files(void)
{
	for (unsigned i = 0; i < FILES; i++)
		write_file(i, file[i].n);
}

static bool
same_file(enum file which, size_t n)
{
	struct bytes is = {0};
	char path[100];

	path_of(path, which);
	bool same = file_load(&is, path) == 0 && is.n == n &&
	            (n == 0 || memcmp(is.p, file[which].p, n) == 0);
	bytes_free(&is);
	return same;
}

static unsigned
last_segment(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SEGMENTS; i++)
		if (file[i].n > 0)
			n = i + 1;
	return n;
}

/* ---- from the input to files ---- */

static void
take_files(struct cursor *c)
{
	while (!c->bad && c->end - c->p > 3) {
		uint8_t which = cursor_u8(c) % FILES;
		size_t n = cursor_u8(c);
		n |= (size_t)cursor_u8(c) << 8;
		if (n > (size_t)(c->end - c->p))
			n = (size_t)(c->end - c->p);
		bytes_put(&file[which], cursor_take(c, n), n);
	}
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Put right what guards the frames of a sealed segment. */
static void
repair_frames(struct bytes *b)
{
	for (size_t at = SEGMENT_BYTES; b->n - at >= FRAME_HEAD;) {
		uint8_t *head = b->p + at;
		size_t body = at + FRAME_HEAD;
		for (uint32_t i = 0; i < get_u32(head + 12) && i < FRAME_PARTS; i++) {
			uint8_t *part = head + 16 + 16 * (size_t)i;
			uint32_t stored = get_u32(part + 4);
			if (stored > b->n - body)
				stored = (uint32_t)(b->n - body);
			put_u32(part + 4, stored);
			put_u32(part + 12, crc32c(0, b->p + body, stored));
			body += stored;
		}
		put_u32(head + FRAME_HEAD - 4, crc32c(0, head, FRAME_HEAD - 4));
		at = body;
	}
}

/* Put right what guards the bytes of a segment, as far as its blocks can be told. */
static void
repair(struct bytes *b, uint8_t hash[HASH_BYTES])
{
	size_t at = SEGMENT_BYTES;

	if (b->n < SEGMENT_BYTES)
		return;
	memcpy(b->p + 64, hash, HASH_BYTES);
	put_u32(b->p + 96, crc32c(0, b->p, 96));
	if (get_u32(b->p + 60) != 0) {
		repair_frames(b);
		return;
	}
	while (b->n - at >= BLOCK_BYTES) {
		uint8_t *p = b->p + at;
		struct block_head h;
		uint32_t n = p[8] | (uint32_t)p[9] << 8;
		if (n > b->n - at - BLOCK_BYTES)
			n = (uint32_t)(b->n - at - BLOCK_BYTES);
		put_u32(p + 8, n);
		memcpy(p + 96, hash, HASH_BYTES);
		uint32_t crc = crc32c(crc32c(0, p, 140), p + BLOCK_BYTES, n);
		put_u32(p + 140, crc);
		put_u32(p + 144, ~crc);
		at += BLOCK_BYTES + n;
		if (block_get(&h, p, b->n) == 0)
			block_hash(hash, &h, p + BLOCK_BYTES);
	}
}

/* The same of the write-ahead file and its chunks. */
static void
repair_wal(struct bytes *b)
{
	if (b->n < WAL_BYTES)
		return;
	put_u32(b->p + WAL_BYTES - 4, crc32c(0, b->p, WAL_BYTES - 4));
	for (size_t at = WAL_BYTES; b->n - at > 8;) {
		uint8_t *p = b->p + at;
		uint32_t n = p[0] | (uint32_t)p[1] << 8;
		if (n > b->n - at - 8)
			n = (uint32_t)(b->n - at - 8);
		put_u32(p, n);
		put_u32(p + 4, crc32c(0, p + 8, n));
		at += 8 + n;
	}
}

static void
begin_segment(struct truth *t)
{
	struct segment_head h = {
	    .agent = "01234567-89ab-4cde-8f01-23456789abcd", .number = ++t->segment};

	if (t->sealed) {
		struct bytes out = {0}, *open = &file[t->segment - 2];
		ZSTD_CCtx *zstd = ZSTD_createCCtx();
		must(segment_seal(&out, open->p, open->n, zstd) == 0);
		ZSTD_freeCCtx(zstd);
		bytes_free(open);
		*open = out;
	}
	memcpy(h.previous, t->hash, HASH_BYTES);
	segment_head_put(&file[t->segment - 1], &h);
	t->blocks = 0;
	t->sealed = false;
}

/* A block around the rows, which ends up as verification must find it. */
static void
put_block(struct truth *t, unsigned flags, struct block_head *h, const uint8_t *rows)
{
	if (t->segment == 0 || ((flags & RECORD_SEGMENT) && t->segment < SEGMENTS))
		begin_segment(t);
	h->number = t->blocks++;
	t->sealed |= (flags & RECORD_SEALED) != 0;
	memcpy(h->previous, t->hash, HASH_BYTES);
	if (flags & RECORD_UNCHAINED)
		h->previous[0] ^= 1;
	block_put(&file[t->segment - 1], h, rows);
	block_hash(t->hash, h, rows);
}

static void
count_rows(struct truth *t, const struct rows *rows)
{
	t->samples += rows->n_samples;
	t->counters += rows->n_counters;
	t->events += rows->n_events;
	t->rare += rows->n_throughputs + rows->n_paths;
	for (size_t i = 0; i < rows->n_events; i++)
		t->tame &= llabs(rows->events[i].at.ns) <= CLOCK_MOST;
}

static void
put_root(const struct truth *t)
{
	char hex[65], line[128];

	hash_hex(hex, t->hash);
	int n =
	    snprintf(line, sizeof line, "%08u %08u %s\n", t->segment, t->blocks - 1, hex);
	bytes_put(&file[FILE_ROOT], line, (size_t)n);
}

/* A head before the chunks, for the block after the last; void if its session was over.
 */
static void
put_wal(struct truth *t, uint32_t session, const struct clock_state *clock,
    const struct bytes *chunks, struct dialect *d)
{
	static struct rows rows;
	struct wal_head h = {t->segment, t->blocks, session, *clock, "boot"};
	size_t at = 0, n;

	if (session != t->newest)
		dialect_forget(d);
	wal_head_put(&file[FILE_WAL], &h);
	bytes_put(&file[FILE_WAL], chunks->p, chunks->n);
	while (session >= t->session && at < chunks->n &&
	       (n = wal_chunk_get(chunks->p + at, chunks->n - at, &rows, d)) > 0) {
		count_rows(t, &rows);
		at += n;
	}
}

static void
take_rows(struct cursor *c, struct truth *t)
{
	static struct rows rows;
	struct bytes chunks = {0};
	struct clock_state clock = {0};
	struct dialect d = {0};
	uint32_t wal_session = 0;

	t->known = t->tame = true;
	while (c->end - c->p >= RECORD_HEAD) {
		struct block_head h = {.boot_id = "boot"};
		uint8_t flags = cursor_u8(c), session = cursor_u8(c);
		size_t n = cursor_u8(c);
		n |= (size_t)cursor_u8(c) << 8;
		clock.offset_ns = (int64_t)(cursor_u64(c) % CLOCK_MOST);
		clock.synchronised = flags & RECORD_SYNCHRONISED;
		h.first_ns = (int64_t)(cursor_u64(c) % CLOCK_MOST);
		h.last_ns = (int64_t)(cursor_u64(c) % CLOCK_MOST);
		if (n > (size_t)(c->end - c->p))
			n = (size_t)(c->end - c->p);
		const uint8_t *payload = cursor_take(c, n);
		if (flags & RECORD_CHUNK) {
			wal_session = session;
			wal_chunk_put(&chunks, payload, n);
			continue;
		}
		bool back = (flags & RECORD_BACK) && t->session > 0;
		if (session > t->session && !back)
			t->session = session;
		h.clock = clock;
		h.session = t->session - back;
		h.bytes = (uint32_t)n;
		h.flags = flags & RECORD_DEFS ? BLOCK_HAS_DEFS : 0;
		put_block(t, flags, &h, payload);
		if (h.number == 0 || h.session != t->newest)
			dialect_forget(&d);
		t->newest = h.session;
		bool decodes = rows_decode(&rows, payload, n, &d) == 0;
		if (decodes) /* a scan does not ask for the chain */
			count_rows(t, &rows);
		if ((!decodes || back || (flags & RECORD_UNCHAINED)) && !t->broken) {
			t->broken = true;
			t->back = decodes && !(flags & RECORD_UNCHAINED);
			t->broken_segment = t->segment;
			t->broken_block = h.number;
		}
	}
	if (t->segment > 0) {
		put_root(t);
		put_wal(t, wal_session, &clock, &chunks, &d);
	}
	dialect_free(&d);
	bytes_free(&chunks);
}

/* ---- what must hold ---- */

/* Result: true if the text is "segment N, block N: …" or "segment N: …". */
static bool
names_place(const char *text, unsigned *segment, unsigned *block)
{
	char rest[2] = "";

	return sscanf(text, "segment %u, block %u: %1s", segment, block, rest) == 3 ||
	       sscanf(text, "segment %u: %1s", segment, rest) == 2;
}

/* UTF-8 that ends, and no control characters. */
static bool
is_plain(const char *text, size_t room)
{
	const uint8_t *p = (const uint8_t *)text, *end = memchr(text, '\0', room);

	for (size_t n; end != NULL && p < end; p += n) {
		n = bytes_utf8(p, end);
		if (n == 0 || *p < ' ' || *p == 127)
			return false;
	}
	return end != NULL;
}

static void
check_tables(const struct journal_reader *r)
{
	size_t n_probes, n_links;
	const struct probe_def *p = journal_probes(r, &n_probes);
	const struct link_def *l = journal_links(r, &n_links);

	for (size_t i = 0; i < n_probes; i++)
		must(is_plain(p[i].name, sizeof p[i].name) &&
		     !strpbrk(p[i].name, "/.,\"") &&
		     is_plain(p[i].target, sizeof p[i].target) &&
		     is_plain(p[i].network, sizeof p[i].network));
	for (size_t i = 0; i < n_links; i++)
		must(is_plain(l[i].centre, sizeof l[i].centre) &&
		     !strpbrk(l[i].centre, "/.,\"") && !strpbrk(l[i].link, "/.,\"") &&
		     is_plain(l[i].link, sizeof l[i].link) &&
		     is_plain(l[i].isp, sizeof l[i].isp) &&
		     is_plain(l[i].centre_name, sizeof l[i].centre_name));
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct seen *seen = ctx;
	size_t n, n_links;

	(void)journal_probes(seen->reader, &n);
	(void)journal_links(seen->reader, &n_links);
	must(s->probe < n && journal_probe_link(seen->reader, s->probe) < n_links);
	must(
	    s->outcome < OUTCOME_COUNT && s->stamp < STAMP_COUNT && s->code < CODE_COUNT);
	must(s->rtt_ns >= -1);
	must(s->time.ns >= seen->from.ns && s->time.ns < seen->to.ns);
	seen->samples++;
	return 0;
}

static int
on_counters(void *ctx, const struct counters *c)
{
	struct seen *seen = ctx;
	size_t n;

	(void)journal_links(seen->reader, &n);
	must(c->link < n);
	must(c->time.ns >= seen->from.ns && c->time.ns < seen->to.ns);
	seen->counters++;
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;
	size_t n;

	(void)journal_links(seen->reader, &n);
	must(e->link >= -1 && (e->link < 0 || (size_t)e->link < n));
	must(is_plain(e->text, sizeof e->text));
	must(e->time.ns >= seen->from.ns && e->time.ns < seen->to.ns);
	seen->events++;
	return 0;
}

static int
on_throughput(void *ctx, const struct throughput *t)
{
	struct seen *seen = ctx;
	size_t n;

	(void)journal_probes(seen->reader, &n);
	must(t->probe < n && t->n_seconds <= THROUGHPUT_SECONDS);
	must(t->duration_ns >= 0 && t->total_ns >= 0 && t->warmup_ns >= 0);
	must(t->time.ns + t->total_ns >= seen->from.ns &&
	     t->time.ns + t->total_ns < seen->to.ns);
	seen->rare++;
	return 0;
}

static int
on_path(void *ctx, const struct path *p)
{
	struct seen *seen = ctx;
	size_t n;

	(void)journal_links(seen->reader, &n);
	must(p->link < n && p->n_hops <= PATH_HOPS && p->isp_hop <= p->n_hops);
	must(p->reason < PATH_REASONS && (p->family == 4 || p->family == 6));
	for (unsigned i = 0; i < p->n_hops; i++)
		must(p->hops[i].kind < HOP_KINDS && p->hops[i].rtt_ns >= -1);
	must(p->time.ns >= seen->from.ns && p->time.ns < seen->to.ns);
	seen->rare++;
	return 0;
}

static int
scan(struct journal_reader *r, struct seen *seen, int64_t from, int64_t to)
{
	const struct journal_visitor v = {.ctx = seen,
	    .sample = on_sample,
	    .counters = on_counters,
	    .event = on_event,
	    .throughput = on_throughput,
	    .path = on_path};

	*seen = (struct seen){.reader = r, .from = {from}, .to = {to}};
	return journal_scan(r, seen->from, seen->to, &v);
}

static int
scan_all(struct journal_reader *r, struct seen *seen)
{
	return scan(r, seen, INT64_MIN / 2, INT64_MAX / 2);
}

static int
check_verify(const struct truth *t)
{
	unsigned segment = UINT_MAX, block = UINT_MAX;
	char err[300];

	memset(err, 'x', sizeof err);
	int rc = journal_verify(dir, err, sizeof err);
	must(rc <= 1);
	must(rc == 0 || memchr(err, '\0', sizeof err) != NULL);
	if (rc == 1)
		must(names_place(err, &segment, &block) && block != UINT_MAX);
	must((rc == -ENOENT) == (last_segment() == 0));
	if (!t->known || last_segment() == 0)
		return rc;
	must(rc == t->broken);
	if (t->broken)
		must(segment == t->broken_segment && block == t->broken_block);
	return rc;
}

static void
check_stats(struct journal_reader *r, const struct seen *all)
{
	struct journal_stats stats, clock;
	uint64_t sum = 0;

	must(journal_stats(r, &stats) == 0);
	journal_clock_of(r, &clock);
	for (int i = 0; i < OUTCOME_COUNT; i++)
		sum += stats.by_outcome[i];
	must(stats.samples == all->samples && sum == stats.samples);
	must(clock.samples == 0 && clock.blocks == stats.blocks);
	must(stats.samples == 0 || stats.segments > 0);
}

static void
check_reader(const struct truth *t, int verified)
{
	struct seen all, again, before, after;
	struct journal_reader *r = NULL;
	unsigned segment, block;
	char err[300];
	int rc;

	memset(err, 'x', sizeof err);
	rc = journal_read(&r, dir, err, sizeof err);
	must((rc == 0) == (last_segment() > 0));
	if (rc != 0) {
		must(memchr(err, '\0', sizeof err) != NULL);
		return;
	}
	rc = scan_all(r, &all);
	check_tables(r);
	must(rc == 0 ||
	     (rc == -EBADMSG && names_place(journal_error(r), &segment, &block)));
	/* What verification passes can be read to its end. */
	must(verified != 0 || rc == 0);
	if (t->known) {
		must(all.samples <= t->samples && all.counters <= t->counters);
		must(t->broken || all.events <= t->events);
		must(t->broken || all.rare <= t->rare);
		must(t->broken || !t->tame || all.events == t->events);
	}
	must(scan_all(r, &again) == rc);
	must(rc != 0 || (again.events == all.events && again.counters == all.counters));
	must(rc != 0 || again.rare == all.rare);
	if (rc == 0) {
		check_stats(r, &again);
		/* Two halves are the whole, but for what a half's reading left out. */
		must(scan(r, &before, INT64_MIN / 2, 1000000000000000000) == 0);
		must(scan(r, &after, 1000000000000000000, INT64_MAX / 2) == 0);
		must(before.events + after.events <= all.events);
	}
	journal_reader_free(r);
}

/* A journal that grows under a reader: the last segment first by a half. */
static void
check_follow(const struct truth *t)
{
	struct journal_reader *r = NULL;
	struct seen seen;
	struct journal_visitor v = {.ctx = &seen,
	    .sample = on_sample,
	    .counters = on_counters,
	    .event = on_event,
	    .throughput = on_throughput,
	    .path = on_path};
	unsigned last = last_segment();
	char err[300];

	if (last == 0)
		return;
	write_file(last - 1, file[last - 1].n / 2);
	must(journal_read(&r, dir, err, sizeof err) == 0);
	seen = (struct seen){.reader = r, .from = {INT64_MIN}, .to = {INT64_MAX}};
	int rc = journal_follow(r, &v);
	must(rc == 0 || rc == -EBADMSG);
	write_file(last - 1, file[last - 1].n);
	rc = journal_follow(r, &v);
	must(rc == 0 || rc == -EBADMSG);
	if (t->known && !t->broken)
		must(rc == 0 && seen.samples <= t->samples && seen.events <= t->events &&
		     seen.counters <= t->counters);
	size_t told = seen.samples + seen.counters + seen.events;
	if (rc == 0) /* nothing is told twice */
		must(journal_follow(r, &v) == 0 &&
		     told == seen.samples + seen.counters + seen.events);
	journal_reader_free(r);
}

static void
count_dir(struct seen *seen)
{
	struct journal_reader *r = NULL;
	char err[300];

	must(journal_read(&r, dir, err, sizeof err) == 0);
	must(scan_all(r, seen) == 0);
	journal_reader_free(r);
}

/* Write a little under a new session, and end. */
static void
live(struct journal_writer *w)
{
	struct link_def link = {.centre = "c", .link = "l"};
	struct probe_def probe = {
	    .centre = "c", .link = "l", .name = "p", .every_ns = NS_PER_S};
	struct sample s = {.seq = 1, .sent = clock_mono(), .rtt_ns = 1};

	must(journal_link(w, &link) >= 0);
	s.probe = (uint32_t)journal_probe(w, &probe);
	journal_sent(w, s.probe, s.seq, s.sent);
	journal_sample(w, &s);
	must(journal_sync(w, clock_mono()) == 0);
	must(journal_close(w, true) == 0);
}

/* A writer takes over what a crash left: a torn end is cut, the rest kept, or all refused
 * and nothing changed. */
static void
check_recovery(const struct truth *t, uint8_t torn, int verified)
{
	unsigned last = last_segment();
	size_t left = last > 0 ? file[last - 1].n * (255u - torn) / 255u : 0;
	struct journal_writer *w = NULL;
	struct seen before = {0}, after;
	char err[300];
	bool whole = verified == 0 && (t->known || torn == 0);

	if (last > 0)
		write_file(last - 1, left);
	memset(err, 'x', sizeof err);
	if (whole && left >= SEGMENT_BYTES)
		count_dir(&before);
	int rc = journal_open(&w, dir, "fuzz", err, sizeof err);
	/* A writer goes through the last two segments. */
	if (t->broken && !t->back && torn == 0 && t->broken_segment + 1 >= last)
		must(rc == -EBADMSG);
	if (rc < 0) {
		must((!whole || rc == -EOVERFLOW) &&
		     memchr(err, '\0', sizeof err) != NULL);
		for (unsigned i = 0; (rc == -EBADMSG || rc == -EOVERFLOW) && i < last;
		     i++)
			must(file[i].n == 0 ||
			     same_file(i, i + 1 == last ? left : file[i].n));
		return;
	}
	must(journal_session(w) > 0 &&
	     (!whole || torn > 0 || journal_session(w) > t->session));
	live(w);
	if (!whole)
		return;
	must(journal_verify(dir, err, sizeof err) == 0);
	count_dir(&after);
	/* Nothing that was there is lost. (Of files a liar may say that they are sealed.)
	 */
	must(!t->known || after.samples > before.samples);
	if (t->known && t->tame)
		must(after.events >= before.events + 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t hash[HASH_BYTES] = {0};
	struct truth t = {0};
	struct cursor c;

	if (n < 2)
		return 0;
	if (dir[0] == '\0')
		make_folder();
	for (int i = 0; i < FILES; i++)
		file[i].n = 0;
	cursor_init(&c, p + 2, n - 2);
	if (p[0] % 3 == 2)
		take_rows(&c, &t);
	else
		take_files(&c);
	for (int i = 0; p[0] % 3 == 1 && i < SEGMENTS; i++)
		repair(&file[i], hash);
	if (p[0] % 3 == 1)
		repair_wal(&file[FILE_WAL]);
	write_files();
	int verified = check_verify(&t);
	check_reader(&t, verified);
	check_follow(&t);
	check_recovery(&t, p[1], verified);
	clear();
	return 0;
}
