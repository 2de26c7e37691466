#ifndef RRD_ARCHIVE_H
#define RRD_ARCHIVE_H

#include "base/journal.h"

/*
 * The RRD files of a data directory: DATA/rrd/CENTRE/LINK/PROBE.rrd with sent, lost and rtt
 * (s), and DATA/rrd/CENTRE/LINK/_link.rrd with rx and tx (bit/s). Step 10 s, MIN, AVERAGE, MAX:
 * 4 days at 10 s, 31 days at 1 min, 5 years at 1 h. Written once a slot is closed, in order.
 * Derived from the journal: can be deleted and rebuilt. Not thread safe.
 */
struct archive;

struct archive *archive_new(const char *data_dir);
void archive_free(struct archive *a);

/* Tables as in the reader; call for every new number before its samples. */
void archive_link(struct archive *a, uint32_t number, const struct link_def *def);
void archive_probe(struct archive *a, uint32_t number, const struct probe_def *def);

/* Feed in any order within 15 s. Slots older than what a file has are skipped: idempotent. */
void archive_sample(struct archive *a, const struct sample *s);
void archive_counters(struct archive *a, const struct counters *c);

/* Write every slot that ended before ${now} less ${hold_ns}. Result 0 or -errno; archive_error says. */
int archive_flush(struct archive *a, wall_t now, int64_t hold_ns);
const char *archive_error(const struct archive *a);

/* Remove DATA/rrd. */
int archive_remove(const char *data_dir);

#endif
