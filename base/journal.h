#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include "base/clock.h"
#include "base/path.h"
#include "base/sample.h"
#include "base/throughput.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The journal: DATA/journal/, append-only and hash-chained. The format is in
 * INTERFACES.md, field by field. Readers need no configuration.
 */

#define NAME_ROOM 33  /* a-z 0-9 -, at most 32, and a NUL */
#define TEXT_ROOM 256 /* any UTF-8, and a NUL */

/* A link as the journal describes it. Keyed by centre and link. */
struct link_def {
	char centre[NAME_ROOM], link[NAME_ROOM];
	char centre_name[TEXT_ROOM], isp[TEXT_ROOM], timezone[64], contract[NAME_ROOM];
	char interface[32];
	char medium[16];                             /* ethernet, ppp, wwan */
	char cpe_owner[16];                          /* isp, customer, unknown */
	uint64_t capacity_down_bps, capacity_up_bps; /* 0: not known */
};

/* A probe as the journal describes it. Keyed by centre, link and name. */
struct probe_def {
	char centre[NAME_ROOM], link[NAME_ROOM], name[NAME_ROOM];
	enum kind kind;
	enum role role;
	uint8_t family; /* 4, 6, or 0 where unknown */
	int64_t every_ns, timeout_ns;
	int64_t max_gap_ns;     /* 0: 2.5 times every (imports may override) */
	uint64_t seed;          /* of the slots' offsets; 0: no schedule */
	char target[TEXT_ROOM]; /* address, address and port, or URL */
	char network[64];       /* targets of one network share one vote */
};

/* A test of throughput: not every transfer by HTTP is one, an import has pages that were
 * fetched to see whether they come. */
static inline bool
probe_is_test(const struct probe_def *p)
{
	return p->kind == KIND_HTTP && p->role == ROLE_THROUGHPUT;
}

/*
 * What a capture saw on an interface, counted since the daemon began: our own packets, by
 * the lengths of IP; and of others' TCP handshakes that began on this side how many left,
 * were answered, refused by a reset, or neither within 10 s, which is when that is
 * counted; or were too many to follow. rtt_us is the sum over those timed.
 */
struct wire_counts {
	uint64_t own_rx_bytes, own_tx_bytes, own_rx_packets, own_tx_packets;
	uint64_t attempted, answered, refused, unanswered, unfollowed, timed, rtt_us;
	uint64_t dropped; /* packets the capture had no room for */
};
#define WIRE_FIELDS (sizeof(struct wire_counts) / sizeof(uint64_t))

/* What an interface counted, once a second. */
struct counters {
	uint32_t link; /* index in the reader's link table, or the writer's number */
	mono_t at;
	wall_t time;
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
	uint32_t ifindex; /* 0: not there */
	bool carrier, admin_up;
	bool watched; /* a capture was there, and wire holds */
	struct wire_counts wire;
};

enum event_kind {
	EVENT_SESSION_START = 1, /* text: software and version */
	EVENT_SESSION_STOP,      /* clean stop */
	EVENT_GAP,        /* nothing could be written between at and until; text: why */
	EVENT_RELOAD,     /* configuration taken; text: its SHA-256 */
	EVENT_TORN_TAIL,  /* bytes cut at recovery; text: how many, where */
	EVENT_CLOCK_STEP, /* text: by how much, signed seconds */
	EVENT_INTERFACE,  /* link's interface gone, back, renumbered; text says */
	EVENT_NOTE,       /* anything else worth reading */
	EVENT_STATE,      /* import states: text is up, down or unknown, from at on */
	EVENT_HISTORY_END /* import: the history of this link ends at at */
};

struct event {
	enum event_kind kind;
	int32_t link; /* index of the link, or -1 for all */
	uint32_t session;
	mono_t at, until;
	wall_t time, time_until;
	char text[TEXT_ROOM];
};

/* ---- writing ---- */

struct journal_writer;

/*
 * journal_open(out, dir, software, err, room):
 * Open the journal in ${dir} (made if absent) for writing under a new session id, after
 * repairing what a crash left: the write-ahead file is replayed, a torn tail is cut and
 * the cut recorded, probes in flight become unsettled samples. Takes a lock.
 *
 * Result  0, or -errno with one line in err: -EBUSY another writer, -EBADMSG a corrupt
 *         chain (nothing is changed then), others from the system.
 */
int journal_open(struct journal_writer **out, const char *dir, const char *software,
    char *err, size_t room);

uint32_t journal_session(const struct journal_writer *w);

/* Right after journal_open: what follows is a history made elsewhere, its CLOCK_BOOTTIME
 * is UTC, and its session has no start and stop of its own. */
void journal_import(struct journal_writer *w);

/* Declare a link or a probe; the number returned is the one to write with. Redeclaring
 * the same key with other values gives a new number; identical values the same one. */
int journal_link(struct journal_writer *w, const struct link_def *def);
int journal_probe(struct journal_writer *w, const struct probe_def *def);

/* Append. These only encode into memory and cannot fail; journal_sync reports. */
void journal_sample(struct journal_writer *w, const struct sample *s);
void journal_counters(struct journal_writer *w, const struct counters *c);
void journal_event(struct journal_writer *w, const struct event *e);
void journal_throughput(struct journal_writer *w, const struct throughput *t);
void journal_path(struct journal_writer *w, const struct path *p);

/* Note that probe ${probe} sent its ${seq} at ${sent}; journalled as counts at each sync.
 */
void journal_sent(struct journal_writer *w, uint32_t probe, uint64_t seq, mono_t sent);

/* Give the clock state that labels what is written from here on (closes the block on a
 * step or a change of synchronisation). For imports: offset 0, bound 0, synchronised. */
void journal_clock(struct journal_writer *w, const struct clock_state *state);

/*
 * journal_sync(w, now):
 * Call about once a second: writes the write-ahead file, closes the block at 512 samples
 * or 10 s, seals the segment at the hour.
 *
 * Result  0 or -errno. On ENOSPC writing stops: what was pending is dropped and counted;
 *         later calls try again and, once it works, write an EVENT_GAP over the hole.
 */
int journal_sync(struct journal_writer *w, mono_t now);

/* Flush, seal nothing, write SESSION_STOP when ${clean}, release the lock, free. */
int journal_close(struct journal_writer *w, bool clean);

/*
 * journal_retain(dir, oldest, max_bytes, claim):
 * Delete sealed segments that end before ${oldest}, then oldest first while the journal
 * is larger than ${max_bytes} (0: no limit), never one that ends after ${claim}.
 * Result  segments deleted, or -errno.
 */
int journal_retain(const char *dir, wall_t oldest, uint64_t max_bytes, wall_t claim);

/* ---- reading ---- */

/*
 * A reader calls these in the order of sending (a hold of 10 s restores it), one
 * sample a sending: a late reply supersedes its lost, a duplicate leaves its flag), times
 * labelled in UTC. Tables grow: probe and link numbers index journal_probes and
 * journal_links. NULL members are skipped. A callback that returns non-zero stops the
 * scan, which returns that number.
 */
struct journal_visitor {
	void *ctx;
	int (*sample)(void *ctx, const struct sample *s);
	int (*counters)(void *ctx, const struct counters *c);
	int (*event)(void *ctx, const struct event *e);
	int (*throughput)(void *ctx, const struct throughput *t);
	int (*path)(void *ctx, const struct path *p);
};

struct journal_reader;

/* Open DATA for reading (no lock). -ENOENT where there is no journal. */
int journal_read(struct journal_reader **out, const char *dir, char *err, size_t room);
void journal_reader_free(struct journal_reader *r);

const struct probe_def *journal_probes(const struct journal_reader *r, size_t *n);
const struct link_def *journal_links(const struct journal_reader *r, size_t *n);
/* The number of the link a probe belongs to. */
uint32_t journal_probe_link(const struct journal_reader *r, uint32_t probe);

/*
 * journal_scan(r, from, to, v):
 * Visit everything sent in [from, to). With raw (below) in order of completion.
 * Result  0, the callback's number, or -EBADMSG at a corrupt block (what came before it
 *         was visited; journal_error says where).
 */
int journal_scan(
    struct journal_reader *r, wall_t from, wall_t to, const struct journal_visitor *v);
const char *journal_error(const struct journal_reader *r);

/*
 * journal_follow(r, v):
 * Visit, in order of completion and without a hold, what was written since the last call
 * (the first call: from the end of what is there when ${r} was opened), the write-ahead
 * file included. A second record of a sending (flags late or dup) that comes after the
 * first was given out is given out too, as it stands; its number and seq say which it
 * amends. For live judgement.
 */
int journal_follow(struct journal_reader *r, const struct journal_visitor *v);

struct journal_stats {
	uint64_t samples, blocks, segments, bytes;
	uint64_t by_outcome[OUTCOME_COUNT];
	wall_t first, last;
	char agent[37];
	char root[65];          /* newest hash of the chain, hex */
	bool synchronised;      /* every boot was synchronised at some time */
	int64_t clock_bound_ns; /* worst bound of a synchronised block */
};

int journal_stats(struct journal_reader *r, struct journal_stats *out);

/* The same without reading the samples: what block headers tell. samples and by_outcome
 * stay 0; first and last are those of all rows in blocks, not of samples alone. */
void journal_clock_of(const struct journal_reader *r, struct journal_stats *out);

/*
 * journal_verify(dir, err, room):
 * Check every CRC, hash, session order, seal and the root file.
 * Result  0; 1 broken, with segment and block named in err; -errno.
 */
int journal_verify(const char *dir, char *err, size_t room);

#endif
