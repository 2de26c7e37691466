#ifndef CMD_IMPORT_TIME_H
#define CMD_IMPORT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Instants as others write them. A time without an offset is in the zone; one in the hour
 * that comes twice is taken in the order of the file: the earlier one, unless that would
 * go back behind the row before.
 */
struct zone {
	char name[64];   /* empty: none was given */
	int64_t last_ns; /* of the row before, in this file */
	uint64_t twice;  /* so many times were in an hour that comes twice */
};

/* Use ${name} (of the tz database). 0, or -EINVAL: no such zone. Sets TZ of the process.
 */
int import_time_zone(struct zone *z, const char *name);

/*
 * import_time_instant(z, text, out, why):
 * RFC 3339 (a blank for the T, no offset, no seconds are fine too) or Unix seconds with
 * decimals, between 1970 and 2100.
 * Result  true and UTC nanoseconds in *out; or false, and why it is none.
 */
bool import_time_instant(
    struct zone *z, const char *text, int64_t *out, const char **why);

/* A span: 90, 90s, 500ms, 5m, 2h; nanoseconds, above 0. */
bool import_time_span(const char *text, int64_t *out);

#endif
