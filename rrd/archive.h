#ifndef RRD_ARCHIVE_H
#define RRD_ARCHIVE_H

#include "base/journal.h"

/*
 * The RRD files of a data directory: DATA/rrd/CENTRE/LINK/PROBE.rrd with sent and lost
 * (probes a second) and rtt (s), for http also throughput (bit/s), and
 * DATA/rrd/CENTRE/LINK/_link.rrd with rx and tx (bit/s), and DATA/rrd/_collector.rrd
 * with the collector's own error: delay (s, the 99th percentile of how far sendings were
 * from their slots' times), dropped (packets a second that our sockets had no room for),
 * skipped (slots a second that we came too late for), clock (s, bound of UTC labels),
 * kernel and user (share of the answers whose sending and receipt the kernel stamped;
 * whose receipt it did not). Step 10 s, MIN, AVERAGE, MAX: 4 days at 10 s, 31 days at 1
 * min, 5 years at 1 h. Written once a slot is closed, in order. Derived from the journal:
 * can be deleted and rebuilt. Not thread safe.
 */
struct archive;

struct archive *archive_new(const char *data_dir);
void archive_free(struct archive *a);

/* From now on write through the rrdcached at this unix socket (a whole path). It has what
 * is written for an hour at most, which archive_since therefore goes back further. */
void archive_cached(struct archive *a, const char *socket);

/* Keep other writers of these files out until archive_free; waits for one that is at it.
 * Without, each flush does so for itself. Result 0 or -errno. */
int archive_lock(struct archive *a);

/* Tables as in the reader; call for every new number before its samples. */
void archive_link(struct archive *a, uint32_t number, const struct link_def *def);
void archive_probe(struct archive *a, uint32_t number, const struct probe_def *def);

/* How many of the probes told so far have no file, for a name of theirs (or of their link
 * or centre) is not of a-z 0-9 -, which are all that a path is made of; the first as
 * CENTRE/LINK/PROBE, what cannot be shown as "?". Borrowed. */
size_t archive_left_out(const struct archive *a, const char **first);

/*
 * Feed in any order, each sending once; slots a file already has are left out, so feeding
 * twice over changes nothing. A late reply counts as lost, as it did at its timeout:
 * the files must not depend on when they were written. What never left, what was masked
 * and what is unsettled is neither sent nor lost.
 */
void archive_sample(struct archive *a, const struct sample *s);
void archive_counters(struct archive *a, const struct counters *c);
/* In order of time, but again what was fed before changes nothing; those that tell of the
 * collector's own error are what is taken. */
void archive_event(struct archive *a, const struct event *e);

/*
 * archive_flush(a, settled, hold_ns):
 * Write every slot that ended before ${settled} less ${hold_ns} less the timeout of its
 * probe: then no fact about it can be missing.
 *
 * Result  0; -EBUSY another writer is at it (nothing is lost, flush again); -errno of the
 *         first file that failed, told by archive_error. Its slots stay for the next
 * time.
 */
int archive_flush(struct archive *a, wall_t settled, int64_t hold_ns);
const char *archive_error(const struct archive *a);

/* From when on facts must be fed, so that nothing is left out; call once the tables are
 * told. INT64_MIN / 2 for from the beginning. */
wall_t archive_since(const struct archive *a);

/* Remove DATA/rrd; what rrdcached still holds for the files of the tables told so far is
 * forgotten. 0 or -errno, told by archive_error. */
int archive_remove(struct archive *a);

/* Facts older than the last ones came in: the next archive_since is the beginning. */
void archive_forget(const char *data_dir);

#endif
