#ifndef CMD_DRAWER_H
#define CMD_DRAWER_H

#include "cmd/options.h"
#include "records/records.h"

/* What people entered, while one command runs: all rows there are, oldest first. */
struct drawer {
	struct records *records;
	struct record *rows;
	size_t n_rows;
};

/* Open to be read, or to be added to as well. 0, or the exit status, the reason told. */
int drawer_open(struct drawer *d, const struct options *o, bool write);
/* One more row, in the file and not in rows; its id and author are filled in. 0, or the
 * exit status, the reason told. */
int drawer_add(struct drawer *d, struct record *rec);
void drawer_close(struct drawer *d);

#endif
