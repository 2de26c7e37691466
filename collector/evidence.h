#ifndef COLLECTOR_EVIDENCE_H
#define COLLECTOR_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Files of evidence beside the journal: DATA/packets/. Written whole or not at all, their
 * SHA-256 goes into the journal.
 */
#define EVIDENCE_DIR  "packets"
#define EVIDENCE_MOST (256ll << 20) /* of the directory: then the oldest go */

/*
 * evidence_write(data, name, p, n, sha256):
 * Write DATA/packets/NAME through a temporary file and to the disk.
 *
 * Result  0 with the hash of what was written in hex; or -errno, and nothing is left.
 */
int evidence_write(
    const char *data, const char *name, const void *p, size_t n, char sha256[65]);

/* Remove the oldest files, by their names, until all are at most ${most} bytes. */
void evidence_trim(const char *data, int64_t most);

#endif
