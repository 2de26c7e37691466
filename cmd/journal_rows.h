#ifndef CMD_JOURNAL_ROWS_H
#define CMD_JOURNAL_ROWS_H

#include "base/journal.h"

/* `journal dump --json`: what the journal holds beside samples, one object a line:
 * throughput tests second by second, paths, and events. An exit status. */
int journal_rows_dump(struct journal_reader *r);

#endif
