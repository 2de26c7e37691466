#ifndef CMD_IMPORT_STAGE_H
#define CMD_IMPORT_STAGE_H

#include "base/journal.h"

/*
 * A journal to write an import into, which takes the place of the data directory's in one
 * step, or never. It begins as that one's twin (sealed segments are the same files), with
 * its lock held; whatever ends the import before stage_commit leaves the data directory
 * as it was.
 */
struct stage;

/* Result 0; -EBUSY another process writes the journal; -errno; one line in err. */
int stage_open(struct stage **out, const char *data_dir, char *err, size_t room);
/* Where to journal_open. */
const char *stage_dir(const struct stage *s);
/* The journal there is closed: put it in place. Result 0 or -errno with one line in err.
 */
int stage_commit(struct stage *s, char *err, size_t room);
/* Removes what was not committed. */
void stage_free(struct stage *s);

#endif
