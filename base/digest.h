#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4); in text as people and sha256sum write it: 64 hexadecimal digits
 * and a NUL. */
#define DIGEST_BYTES 32
#define DIGEST_ROOM  65

/* Of ${a} and what follows it, ${b}; no bytes where its length is 0. */
void digest_of(
    uint8_t out[DIGEST_BYTES], const void *a, size_t n_a, const void *b, size_t n_b);
void digest_hex(
    char out[DIGEST_ROOM], const void *a, size_t n_a, const void *b, size_t n_b);

void digest_bytes(const void *p, size_t n, char out[DIGEST_ROOM]);

/* Of a regular file; *bytes: how long it is. Result: 0 or -errno. */
int digest_file(const char *path, char out[DIGEST_ROOM], uint64_t *bytes);

#endif
