#ifndef BASE_JOURNAL_RECOVER_H
#define BASE_JOURNAL_RECOVER_H

#include "base/journal_format.h"

/* What the end of a journal looks like when it is opened for writing. */
struct journal_tail {
	uint32_t segment;           /* number of the last one; 0: none */
	uint32_t blocks;            /* good ones in it */
	uint64_t good_bytes, bytes; /* of the last segment; the rest is a torn tail */
	uint32_t session;           /* highest seen */
	uint32_t newest;            /* of the last block */
	char boot_id[37];           /* of that */
	bool any;                   /* there was one */
	bool sealed;
	uint8_t hash[HASH_BYTES]; /* of the last good block */
	char agent[37];
	struct root_line root;
	bool root_found; /* the block it names is there, as it says */
};

/*
 * journal_tail_find(dir, tail, dialect, err, room):
 * Read the last segment (and the one before for its hash). A bad block at the very end is
 * a torn tail; one with a good block after it is corruption: -EBADMSG, named in err.
 * dialect learns the probes of the last segment, so that its write-ahead file decodes.
 */
int journal_tail_find(const char *dir, struct journal_tail *tail, struct dialect *dialect,
    char *err, size_t room);

/* Which sends of each probe were settled: to tell what was in flight when a daemon died.
 */
#define FLIGHT_WINDOW 1024
struct flights {
	struct flight {
		uint64_t last_seq;
		mono_t last_sent;
		int64_t every_ns;
		bool any;
		uint64_t settled[FLIGHT_WINDOW / 64];
	} * probes;
	size_t n;
};

void flights_free(struct flights *f);
void flights_every(struct flights *f, uint32_t probe, int64_t every_ns);
void flights_sent(struct flights *f, uint32_t probe, uint64_t seq, mono_t sent);
void flights_settled(struct flights *f, uint32_t probe, uint64_t seq);
/* Add an unsettled sample to rows for each send that never settled; the time is the last
 * known send less so many periods. */
void flights_unsettled(const struct flights *f, uint32_t session, struct rows *rows);

/* The write-ahead file. */
#define WAL_MAGIC "LWJWAL2\n"
#define WAL_BYTES 96
struct wal_head {
	uint32_t segment, block, session;
	struct clock_state clock;
	char boot_id[37];
};
void wal_head_put(struct bytes *b, const struct wal_head *h);
bool wal_head_get(struct wal_head *h, const uint8_t *p, size_t n);
void wal_chunk_put(struct bytes *b, const void *payload, size_t n);
/* Decode the chunk at p into rows; bytes consumed, 0 at a torn or absent one. */
size_t wal_chunk_get(const uint8_t *p, size_t n, struct rows *rows, struct dialect *d);

#endif
