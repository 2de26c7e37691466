#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include "base/bytes.h"
#include "base/digest.h"
#include "base/signing.h"

/*
 * Time stamps (RFC 3161): an authority signs that it saw a SHA-256 at a time. A query in,
 * a response out, both DER; the response is what "openssl ts -verify" takes.
 */
#define STAMP_MOST (1u << 20) /* bytes of a response */

/* A query for data[n] that wants the authority's certificate, appended to ${out}. The
 * nonce is random and has to come back: keep the query for stamp_check. */
int stamp_query(const void *data, size_t n, struct bytes *out, char *err, size_t room);

struct stamped {
	int64_t time_s; /* UTC */
	char authority[SIGNING_NAME_ROOM], fingerprint[DIGEST_ROOM];
};

/*
 * stamp_check(out, data, n, der, der_n, query, query_n, err, room):
 * Is der[der_n] a granted time stamp of data[n], signed by the certificate inside of it,
 * which may sign time stamps? With a ${query} (NULL: none) also the answer to that. Who
 * the authority is, and whether it is to be believed, is for the reader to judge.
 *
 * Result  0; -EBADMSG with a line in err.
 */
int stamp_check(struct stamped *out, const void *data, size_t n, const void *der,
    size_t der_n, const void *query, size_t query_n, char *err, size_t room);

#endif
