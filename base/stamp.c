#include "base/stamp.h"

#include "base/zone.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NONCE_BITS 64
#define HASH       32

static int
fail(char *err, size_t room, const char *what)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	snprintf(err, room, "%s%s%s", what, text != NULL ? ": " : "",
	    text != NULL ? text : "");
	ERR_clear_error();
	return -EBADMSG;
}

/* ---- asking ---- */

static bool
set_imprint(TS_REQ *q, const void *data, size_t n)
{
	unsigned char hash[HASH];
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	bool ok =
	    imprint != NULL && algorithm != NULL &&
	    EVP_Digest(data, n, hash, NULL, EVP_sha256(), NULL) == 1 &&
	    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
	    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	    TS_MSG_IMPRINT_set_msg(imprint, hash, HASH) == 1 &&
	    TS_REQ_set_msg_imprint(q, imprint) == 1;

	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return ok;
}

static bool
set_nonce(TS_REQ *q)
{
	BIGNUM *b = BN_new();
	bool made =
	    b != NULL && BN_rand(b, NONCE_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1;
	ASN1_INTEGER *nonce = made ? BN_to_ASN1_INTEGER(b, NULL) : NULL;
	bool ok = nonce != NULL && TS_REQ_set_nonce(q, nonce) == 1;

	ASN1_INTEGER_free(nonce);
	BN_free(b);
	return ok;
}

int
stamp_query(const void *data, size_t n, struct bytes *out, char *err, size_t room)
{
	TS_REQ *q = TS_REQ_new();
	unsigned char *der = NULL;
	int length = -1;

	if (q != NULL && TS_REQ_set_version(q, 1) == 1 && set_imprint(q, data, n) &&
	    set_nonce(q) && TS_REQ_set_cert_req(q, 1) == 1)
		length = i2d_TS_REQ(q, &der);
	if (length > 0)
		bytes_put(out, der, (size_t)length);
	OPENSSL_free(der);
	TS_REQ_free(q);
	return length > 0 ? 0 : fail(err, room, "asking for a time stamp");
}

/* ---- the answer ---- */

/* Its one signer, borrowed from the token. */
static X509 *
signer_of(PKCS7 *token)
{
	STACK_OF(X509) *signers =
	    PKCS7_type_is_signed(token) ? PKCS7_get0_signers(token, NULL, 0) : NULL;
	X509 *who = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;

	sk_X509_free(signers);
	return who;
}

/* The signer is taken at its word, whoever it is: but it must be the very certificate
 * that was signed along, and one that may sign time stamps. */
static X509_STORE *
trusting(X509 *who)
{
	X509_STORE *store = X509_STORE_new();

	if (store != NULL && X509_STORE_add_cert(store, who) == 1 &&
	    X509_STORE_set_flags(
	        store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) == 1)
		return store;
	X509_STORE_free(store);
	return NULL;
}

/* Status, version, the hash, the signature, and what the query asked. */
static int
check(TS_RESP *r, X509 *who, const void *data, size_t n, TS_REQ *query, char *err,
    size_t room)
{
	TS_VERIFY_CTX *c =
	    query != NULL ? TS_REQ_to_TS_VERIFY_CTX(query, NULL) : TS_VERIFY_CTX_new();
	X509_STORE *store = trusting(who);

	if (c == NULL || store == NULL) {
		TS_VERIFY_CTX_free(c);
		X509_STORE_free(store);
		return fail(err, room, "the time stamp");
	}
	TS_VERIFY_CTX_set_store(c, store);
	TS_VERIFY_CTX_set_data(c, BIO_new_mem_buf(data, (int)n));
	TS_VERIFY_CTX_set_flags(c, TS_VFY_VERSION | TS_VFY_DATA | TS_VFY_SIGNATURE |
	                               (query != NULL ? TS_VFY_NONCE : 0));
	int ok = TS_RESP_verify_response(c, r);
	TS_VERIFY_CTX_free(c);
	return ok == 1 ? 0 : fail(err, room, "it does not stamp this manifest");
}

static int
print_signer(struct stamped *out, X509 *who, char *err, size_t room)
{
	unsigned char *der = NULL;
	int n = i2d_X509(who, &der);

	if (n <= 0)
		return fail(err, room, "its certificate");
	X509_NAME_get_text_by_NID(X509_get_subject_name(who), NID_commonName,
	    out->authority, sizeof out->authority);
	digest_bytes(der, (size_t)n, out->fingerprint);
	OPENSSL_free(der);
	return 0;
}

static int
take_time(struct stamped *out, TS_RESP *r, char *err, size_t room)
{
	const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(TS_RESP_get_tst_info(r));
	struct tm tm;
	int64_t ns;

	memset(&tm, 0, sizeof tm);
	if (ASN1_TIME_to_tm(t, &tm) != 1 ||
	    !zone_instant("UTC", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	        tm.tm_min, tm.tm_sec, &ns))
		return fail(err, room, "its time is none");
	out->time_s = ns / 1000000000;
	return 0;
}

int
stamp_check(struct stamped *out, const void *data, size_t n, const void *der,
    size_t der_n, const void *query, size_t query_n, char *err, size_t room)
{
	const unsigned char *p = der, *q = query;
	TS_RESP *r = der_n <= STAMP_MOST ? d2i_TS_RESP(NULL, &p, (long)der_n) : NULL;
	TS_REQ *asked = query != NULL ? d2i_TS_REQ(NULL, &q, (long)query_n) : NULL;
	int rc = 0;

	memset(out, 0, sizeof *out);
	ERR_clear_error();
	if (r == NULL || p != (const unsigned char *)der + der_n)
		rc = fail(err, room, "it is no time stamp response (RFC 3161)");
	PKCS7 *token = rc == 0 ? TS_RESP_get_token(r) : NULL;
	X509 *who = token != NULL ? signer_of(token) : NULL;
	if (rc == 0 && who == NULL)
		rc = fail(err, room, "it holds no stamp, or nobody's");
	if (rc == 0)
		rc = check(r, who, data, n, asked, err, room);
	if (rc == 0)
		rc = print_signer(out, who, err, room);
	if (rc == 0)
		rc = take_time(out, r, err, room);
	TS_REQ_free(asked);
	TS_RESP_free(r);
	return rc;
}
