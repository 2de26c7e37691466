#ifndef COLLECTOR_PACKET_FILE_H
#define COLLECTOR_PACKET_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Files of evidence beside the journal: DATA/packets/. Written whole or not at all, their
 * SHA-256 goes into the journal.
 */
#define PACKET_FILE_DIR   "packets"
#define PACKET_FILES_MOST (256ll << 20) /* of the directory: then the oldest go */

/*
 * packet_file_write(data, name, p, n, sha256):
 * Write DATA/packets/NAME through a temporary file and to the disk.
 *
 * Result  0 with the hash of what was written in hex; or -errno, and nothing is left.
 */
int packet_file_write(
    const char *data, const char *name, const void *p, size_t n, char sha256[65]);

/* Remove the oldest files, by their names, until all are at most ${most} bytes. */
void packet_file_trim(const char *data, int64_t most);

#endif
