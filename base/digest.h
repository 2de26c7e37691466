#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4) as people and sha256sum write it: 64 hex digits and a NUL. */
#define DIGEST_ROOM 65

void digest_bytes(const void *p, size_t n, char out[DIGEST_ROOM]);

/* Of a regular file; *bytes: how long it is. Result: 0 or -errno. */
int digest_file(const char *path, char out[DIGEST_ROOM], uint64_t *bytes);

#endif
