#ifndef BASE_JOURNAL_READING_H
#define BASE_JOURNAL_READING_H

#include "base/journal_recover.h"

#include <sys/stat.h>

/* A journal being read: what its reader, its scan and its follower share. */
#define HOLD_NS (11 * NS_PER_S)

struct block_ref {
	uint32_t segment, number, flags;
	size_t at;
	int64_t first_ns, last_ns;
};

struct session {
	uint32_t id;
	char boot_id[37];
	int64_t anchor_ns, bound_ns;
	bool synchronised;
	struct block_ref *blocks;
	size_t n_blocks, room_blocks;
	struct dialect dialect;
	uint32_t *probe_map, *link_map; /* writer's number to table index, plus one */
	size_t n_probe_map, n_link_map;
};

struct item {
	int64_t key_ns; /* label */
	uint64_t order;
	enum {
		ITEM_SAMPLE,
		ITEM_COUNTERS,
		ITEM_EVENT
	} type;
	union {
		struct sample sample;
		struct counters counters;
		struct event *event;
	};
};

/* One session being read. */
struct reading {
	struct session *s;
	size_t next_block;
	int64_t now_ns, first_key_ns;
	struct item *heap;
	size_t n, room;
};

struct journal_reader {
	char dir[1024], error[256];
	struct session *sessions;
	size_t n_sessions;
	struct probe_def *probes;
	uint32_t *probe_links;
	struct link_def *links;
	size_t n_probes, n_links;
	struct bytes file, plain, wal;
	uint32_t loaded; /* segment in file; 0: none */
	struct rows rows;
	uint64_t order;
	char agent[37];
	uint32_t *segments;
	int n_segments;
	uint64_t bytes;
	uint8_t root[HASH_BYTES];
	bool corrupt;
	/* following */
	uint32_t seen_segment, seen_block;
	size_t seen_at;
	off_t seen_size;
	ino_t seen_inode;
	size_t seen_samples, seen_counters, seen_events, seen_chunks;
};

/* ---- journal_reader.c ---- */
/* What others wrote is shown on terminals and in tables: question marks for what is no
 * plain text. */
void reader_plain(char *text);
void reader_learn(struct journal_reader *r, struct session *s);
struct session *reader_session(
    struct journal_reader *r, uint32_t id, const char *boot_id);
/* The first synchronised block of a boot anchors it; until then its first block does. */
void reader_anchor(
    struct journal_reader *r, struct session *s, const struct clock_state *clock);
int reader_segment(struct journal_reader *r, uint32_t number);
int reader_wal(struct journal_reader *r, struct wal_head *h);

/* ---- journal_scan.c ---- */
/* Where block ${number} of the loaded segment begins; 0: nowhere. */
size_t scan_place(const struct journal_reader *r, uint32_t number);
/* Decode a block into r->rows. */
int scan_block(struct journal_reader *r, struct session *s, const struct block_ref *ref);
/* Put r->rows (or others) into the hold; take the earliest out; give it to the visitor.
 */
void scan_hold(struct journal_reader *r, struct reading *g, const struct rows *rows);
int scan_drain(struct reading *g, const struct journal_visitor *v);

#endif
