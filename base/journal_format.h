#ifndef BASE_JOURNAL_FORMAT_H
#define BASE_JOURNAL_FORMAT_H

#include "base/bytes.h"
#include "base/journal.h"

/*
 * The bytes of the journal, shared by its writer and its readers. INTERFACES.md,
 * "Journal format", tells each field; all numbers are little-endian.
 *
 * A segment is a header and a run of blocks. A block is a header and a payload; the hash
 * of a block covers header and payload, and stands in the next block, the first of the
 * next segment included. Sealing packs the blocks of a segment into frames
 * (journal_segment.h) that give the same bytes back, so no hash changes.
 */
#define SEGMENT_MAGIC  "LWJSEG2\n"
#define SEGMENT_BYTES  100
#define BLOCK_MAGIC    0x32424a4cu /* "LJB2" */
#define BLOCK_BYTES    152
#define BLOCK_MAX      (16u << 20)
#define BLOCK_SAMPLES  512   /* closes at so many */
#define BLOCK_ROWS     65536 /* and never holds more samples */
#define BLOCK_AGE_NS   (10 * NS_PER_S)
#define SEGMENT_AGE_NS (3600 * NS_PER_S)
#define HASH_BYTES     32
#define NUMBER_MAX     1000000u /* of probes and links */
#define DEFS_MOST      131072   /* of either, in a block */
#define BLOCK_HAS_DEFS 2u

/*
 * What a clock can say, in nanoseconds: from three years before its zero to 2103. The
 * sums and differences of such hold; anything else in a journal is damage or a lie.
 */
#define INSTANT_LEAST (-100000000000000000)
#define INSTANT_MOST  4200000000000000000
#define DURATION_MOST 100000000000000000

struct segment_head {
	char agent[37];
	uint32_t number;
	int64_t started_ns; /* UTC */
	bool sealed;
	uint8_t
	    previous[HASH_BYTES]; /* hash of the last block before; zero in the first */
};

struct block_head {
	uint32_t bytes, flags, number, session; /* bytes: of the payload */
	struct clock_state clock;
	int64_t first_ns, last_ns; /* CLOCK_BOOTTIME of the earliest and latest sending */
	char boot_id[37];
	uint8_t previous[HASH_BYTES];
};

void segment_head_put(struct bytes *b, const struct segment_head *h);
/* Result: 0; -EBADMSG no good header; -EPROTONOSUPPORT one of another version. */
int segment_head_get(struct segment_head *h, const uint8_t *p, size_t n);
/* What is wrong with a segment whose header gave ${rc}, in words. */
const char *segment_wrong(int rc);

/* Of its names, by which a probe is found again; others may have the same. */
uint64_t journal_probe_hash(const struct probe_def *p);

bool instant_sane(int64_t ns);
bool clock_sane(const struct clock_state *clock);

/* Append a whole block, its CRC computed. */
void block_put(struct bytes *b, const struct block_head *h, const void *payload);
/* The header at p[BLOCK_BYTES], and whether the payload is the one its CRC is of. */
int block_head_get(struct block_head *h, const uint8_t *p);
bool block_is_whole(const uint8_t *head, const struct block_head *h, const void *payload);
/* Both. Result: 0, or -EBADMSG; -ENODATA where the bytes end before the block does. */
int block_get(struct block_head *h, const uint8_t *p, size_t n);
void block_hash(uint8_t out[HASH_BYTES], const struct block_head *h, const void *payload);
void hash_hex(char out[65], const uint8_t hash[HASH_BYTES]);

/* Sends of a probe, as counts. */
struct sent_row {
	uint32_t probe;
	uint64_t seq;
	mono_t sent;
};

struct link_row {
	uint32_t number;
	struct link_def def;
};

struct probe_row {
	uint32_t number;
	struct probe_def def;
};

/* The contents of a block, with the writer's numbers. Arrays grow and are reused. */
struct rows {
	struct link_row *links;
	struct probe_row *probes;
	struct sample *samples;
	struct counters *counters;
	struct event *events;
	struct sent_row *sent;
	struct throughput *throughputs;
	struct path *paths;
	uint32_t *sent_of; /* by probe: a guess at its place in sent */
	size_t n_sent_of;
	size_t behind; /* so many samples stand before those: not of this block */
	bool facts;    /* what was in flight is not asked for: decoding leaves it out */
	size_t n_links, n_probes, n_samples, n_counters, n_events, n_sent;
	size_t room_links, room_probes, room_samples, room_counters, room_events,
	    room_sent;
	size_t n_throughputs, room_throughputs, n_paths, room_paths;
};

void rows_free(struct rows *r);
void rows_clear(struct rows *r);
void rows_add_link(struct rows *r, uint32_t number, const struct link_def *def);
void rows_add_probe(struct rows *r, uint32_t number, const struct probe_def *def);
void rows_add_sample(struct rows *r, const struct sample *s);
void rows_add_counters(struct rows *r, const struct counters *c);
void rows_add_event(struct rows *r, const struct event *e);
void rows_add_sent(struct rows *r, const struct sent_row *s);
void rows_add_throughput(struct rows *r, const struct throughput *t);
void rows_add_path(struct rows *r, const struct path *p);
bool rows_empty(const struct rows *r);

/* What a probe's number means while decoding or encoding, and its last row in the block;
 * and room to work in. */
struct dialect {
	struct dialect_probe {
		bool known, seeded;
		uint32_t block; /* the block the last row belongs to */
		int64_t every_ns;
		uint64_t seed, seq, slot;
		int64_t sent; /* in units */
	} * probes;
	size_t n, room_order, room_place, room_runs, room_wide;
	uint32_t block;
	bool exact; /* to the nanosecond: what others measured */
	uint32_t *order, *place;
	struct run *runs;
	uint64_t *wide;
	struct bytes sections[32]; /* being encoded */
};

void dialect_free(struct dialect *d);
/* Numbers mean nothing any more: at the beginning of a session, and of a segment. */
void dialect_forget(struct dialect *d);
/* What the number means from here on. */
void dialect_learn(struct dialect *d, uint32_t number, const struct probe_def *def);
/* What is known of a probe; NULL where it was not defined. */
struct dialect_probe *dialect_probe(struct dialect *d, uint32_t number);

/*
 * rows_encode(b, rows, d), rows_decode(rows, p, n, d):
 * The payload of a block: sections, the samples in columns (journal_columns.h). At most
 * BLOCK_ROWS samples. Result of decode: 0 or -EBADMSG; rows is cleared first. Samples
 * come out by probe and number, each probe's in the order they were put in.
 */
void rows_encode(struct bytes *b, const struct rows *rows, struct dialect *d);
int rows_decode(struct rows *rows, const void *p, size_t n, struct dialect *d);

/* The same of the bodies of the two sections that define, alone: added to rows. */
int rows_links(struct rows *rows, const void *p, size_t n);
int rows_probes(struct rows *rows, const void *p, size_t n);

/* ---- names of files ---- */
void segment_path(char *out, size_t room, const char *dir, uint32_t number);
/* Numbers of the segments in dir, sorted; free the array. Result: count or -errno. */
int segment_list(const char *dir, uint32_t **numbers);
/* A whole file, at most 64 MiB; -errno. */
int file_load(struct bytes *b, const char *path);

/*
 * root_load(out, dir):
 * What the root file of the journal in ${dir} says was its newest block.
 * Result: 0; -ENOENT it says nothing yet; -EBADMSG it is not in its form; -errno.
 */
struct root_line {
	bool there;
	uint32_t segment, block;
	char hash[65]; /* hex */
};
int root_load(struct root_line *out, const char *dir);

#endif
