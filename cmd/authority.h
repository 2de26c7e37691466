#ifndef CMD_AUTHORITY_H
#define CMD_AUTHORITY_H

#include "base/bytes.h"

/*
 * authority_ask(url, query, n, out, err, room):
 * Send a query to a time stamp authority over HTTP (RFC 3161, 3.4) and append what it
 * answers to ${out}. Result: 0, or -EIO with a line in err.
 */
int authority_ask(const char *url, const void *query, size_t n, struct bytes *out,
    char *err, size_t room);

#endif
