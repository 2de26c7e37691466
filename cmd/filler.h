#ifndef CMD_FILLER_H
#define CMD_FILLER_H

#include "base/journal.h"
#include "cmd/seen.h"
#include "config/settings.h"
#include "rrd/archive.h"

#include <signal.h>

/* What carries facts from a journal's reader to the RRD files, for `archive` and `watch`.
 */
struct filler {
	struct journal_reader *reader; /* borrowed */
	struct archive *archive;
	struct seen seen;
	size_t links, probes; /* told so far */
	int64_t seen_ns;      /* label of the latest fact settled */
	int64_t anchor_ns;    /* label less CLOCK_BOOTTIME, of the latest sample */
};

/* settings (NULL: none) tell whether the files are written through rrdcached. */
void filler_init(struct filler *f, struct journal_reader *reader, const char *data_dir,
    const struct settings *settings);
void filler_done(struct filler *f);

/* Tell the archive of links and probes that are new in the reader's tables. */
void filler_tables(struct filler *f);
/* Sendings that have passed by already are passed over. */
void filler_sample(struct filler *f, const struct sample *s);
void filler_counters(struct filler *f, const struct counters *c);
void filler_event(struct filler *f, const struct event *e);

/*
 * filler_catch_up(f, progress, stop, of_journal):
 * Scan what the files lack and write it, all but the slots that may still grow. progress:
 * show the day on standard error. stop: end early once it is not 0; NULL for never.
 * Result 0 or -errno, one line in archive_error or journal_error (*of_journal tells).
 */
int filler_catch_up(
    struct filler *f, bool progress, const volatile sig_atomic_t *stop, bool *of_journal);

#endif
