#ifndef BASE_WHOLE_H
#define BASE_WHOLE_H

#include "base/bytes.h"

#include <sys/types.h>

/*
 * Files whole or not at all: written beside their place, synced, renamed. Nothing half
 * written is left.
 *
 * Result  0 or -errno.
 */
int whole_write(const char *path, const void *p, size_t n, mode_t mode);

/* The same of a file that must not be there yet: -EEXIST. */
int whole_make(const char *path, const void *p, size_t n, mode_t mode);

/* A regular file of at most ${most} bytes, with a NUL behind that is not counted; ${b} is
 * zero before. -EFBIG where it is longer, -EINVAL where it is no regular file. */
int whole_read(struct bytes *b, const char *path, size_t most);

#endif
