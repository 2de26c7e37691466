#ifndef BASE_JOURNAL_READING_H
#define BASE_JOURNAL_READING_H

#include "base/journal_hold.h"
#include "base/journal_recover.h"
#include "base/journal_segment.h"
#include "base/table.h"

#include <sys/stat.h>

/*
 * A journal being read: what its reader, its scan and its follower share. What is kept of
 * the history does not grow with its length: boots with their clocks, and stretches, of
 * which there is one as long as time goes on.
 */
#define BOOTS_MOST     (1u << 18)
#define STRETCHES_MOST (1u << 18)
#define PROBES_MOST    (1u << 18)
#define LINKS_MOST     (1u << 16)
#define HELD_MOST      (512u << 20) /* bytes */
#define OPEN_SEGMENTS  8            /* of readings side by side */

struct boot {
	char id[37];
	int64_t anchor_ns, bound_ns;
	bool synchronised;
};

/* Blocks one after the other, of one boot, whose times go on. */
struct stretch {
	uint32_t boot;
	uint32_t segment, block;        /* the first */
	uint32_t end_segment, n_blocks; /* the last, and how many there are of it */
	int64_t first_ns, last_ns;      /* CLOCK_BOOTTIME */
	bool any;
};

/* One stretch being read: what the numbers of its session mean, and its rows. */
struct reading {
	const struct stretch *of;
	uint32_t boot, session;
	bool in_session, chained, ended;
	uint32_t segment, block; /* the next one */
	uint8_t hash[HASH_BYTES];
	struct dialect dialect;
	uint32_t *probe_map, *link_map; /* writer's number to table index, plus one */
	size_t n_probe_map, n_link_map;
	struct hold hold;
};

struct shown {
	uint32_t probe;
	uint64_t seq;
};

struct open_segment {
	struct segment segment;
	const struct reading *by;
	uint32_t number;
	uint64_t used;
};

struct journal_reader {
	char dir[1024], error[256];
	struct boot *boots;
	struct stretch *stretches;
	struct table boot_table, probe_table;
	size_t n_boots, n_stretches;
	struct probe_def *probes;
	uint32_t *probe_links;
	struct link_def *links;
	size_t n_probes, n_links;
	struct open_segment open[OPEN_SEGMENTS];
	uint64_t uses;
	struct bytes wal;
	struct rows rows;
	char agent[37];
	uint32_t first_segment, last_segment, n_segments, newest_session;
	uint64_t bytes, blocks;
	uint32_t told_crc[2]; /* of the definitions last learned from a frame */
	bool corrupt;
	/* following */
	struct reading live;
	bool living;
	uint32_t seen_segment, seen_block;
	uint64_t seen_at;
	off_t seen_size;
	ino_t seen_inode;
	size_t seen_counters, seen_events, seen_throughputs, seen_paths, seen_chunks;
	struct shown *shown; /* samples of the block to come, from the write-ahead file */
	size_t n_shown, room_shown;
};

/* ---- journal_tables.c ---- */
/* What others wrote is shown on terminals and in tables: question marks for what is no
 * plain text. */
void reader_plain(char *text);
/* The definitions of r->rows into the tables, and what their numbers mean to ${g} (may be
 * NULL). */
void reader_learn(struct journal_reader *r, struct reading *g);
/* The boot of that name, made if need be; its first synchronised block anchors it, until
 * then its first block does. */
uint32_t reader_boot(
    struct journal_reader *r, const char *id, const struct clock_state *clock);

/* ---- journal_reader.c ---- */
/* Load the write-ahead file. 0, or -ENOENT where it has nothing to say. */
int reader_wal(struct journal_reader *r, struct wal_head *h);
void reader_spoilt(
    struct journal_reader *r, uint32_t segment, uint32_t block, const char *what);

/* ---- journal_reading.c ---- */
void reading_done(struct reading *g);
/* Rows of another session, and of another segment, have other numbers: of the block
 * ${block} of its segment. */
void reading_session(struct reading *g, uint32_t boot, uint32_t session, uint32_t block);
/* Decode a payload, learn from it, check that the chain goes on, and hold its rows if
 * asked to. 0 or -EBADMSG. */
int reading_block(struct journal_reader *r, struct reading *g, const struct block_head *h,
    const uint8_t *payload, bool hold);
/* What is wrong with a block, into r->error; -EBADMSG. */
int reading_spoilt(
    struct journal_reader *r, uint32_t segment, uint32_t block, const char *what);
/* r->rows into the hold. */
void reading_hold(struct journal_reader *r, struct reading *g);

#endif
