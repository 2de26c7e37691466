#ifndef CMD_SPOOL_H
#define CMD_SPOOL_H

#include "cmd/notify.h"

/*
 * DATA/spool: notices not yet told, one JSON file each (linkwitness/notice/1), written
 * whole and synced before they count. What lies there survives a restart.
 */

/* Put one in; one that is there under its name already is left alone. 0 or -errno. */
int spool_put(const char *data_dir, const struct notice *n);

/* Write attempts and next anew. Told: remove it. 0 or -errno. */
int spool_later(const char *data_dir, const struct notice *n);
int spool_told(const char *data_dir, const struct notice *n);

/*
 * spool_each(data_dir, fn, ctx):
 * Every notice, oldest name first; fn may take it out. Files that are no notice are
 * passed over. Result: notices seen, or -errno. The first non-zero of fn ends it.
 */
typedef int spool_fn(void *ctx, struct notice *n);
int spool_each(const char *data_dir, spool_fn *fn, void *ctx);

/*
 * courier_run(data_dir, s, is_dark, ctx):
 * Tell what is due, by the first route that works; what could not be told waits longer
 * each time. Takes as long as it takes: run it in a child. Result: notices still waiting.
 */
int courier_run(
    const char *data_dir, const struct settings *s, notify_dark *is_dark, void *ctx);

/* When something is due next, in Unix seconds; INT64_MAX for nothing. */
int64_t spool_due(const char *data_dir);

#endif
