#ifndef BASE_JOURNAL_MORE_H
#define BASE_JOURNAL_MORE_H

#include "base/bytes.h"
#include "base/path.h"
#include "base/throughput.h"

/*
 * Rows of the journal that are rare and long: how a throughput test went, and a trace of
 * the path. Each has a section of its own; fields in the order of INTERFACES.md. What is
 * read may be hostile: the cursor is bad where a field cannot be.
 */
void more_put_throughput(struct bytes *b, const struct throughput *t);
void more_get_throughput(struct cursor *c, struct throughput *out);
void more_put_path(struct bytes *b, const struct path *p);
void more_get_path(struct cursor *c, struct path *out);

#endif
