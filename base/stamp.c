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

/* Status, version, the hash, and what the query asked. */
static int
check_content(
    TS_RESP *r, const void *data, size_t n, TS_REQ *query, char *err, size_t room)
{
	TS_VERIFY_CTX *c =
	    query != NULL ? TS_REQ_to_TS_VERIFY_CTX(query, NULL) : TS_VERIFY_CTX_new();

	if (c == NULL)
		return fail(err, room, "the time stamp");
	TS_VERIFY_CTX_set_data(c, BIO_new_mem_buf(data, (int)n));
	TS_VERIFY_CTX_set_flags(
	    c, TS_VFY_VERSION | TS_VFY_DATA | (query != NULL ? TS_VFY_NONCE : 0));
	int ok = TS_RESP_verify_response(c, r);
	TS_VERIFY_CTX_free(c);
	return ok == 1 ? 0 : fail(err, room, "it does not stamp this manifest");
}

static int
check_signature(struct stamped *out, TS_RESP *r, char *err, size_t room)
{
	PKCS7 *token = TS_RESP_get_token(r);
	BIO *sink = BIO_new(BIO_s_mem());
	STACK_OF(X509) *signers = NULL;
	unsigned char *der = NULL;
	int rc = 0;

	if (PKCS7_verify(token, NULL, NULL, NULL, sink, PKCS7_NOVERIFY) != 1)
		rc = fail(err, room, "its signature does not hold");
	if (rc == 0)
		signers = PKCS7_get0_signers(token, NULL, 0);
	X509 *who = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
	if (rc == 0 &&
	    (who == NULL || X509_check_purpose(who, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1))
		rc = fail(err, room, "its signer may not sign time stamps");
	if (rc == 0) {
		int n = i2d_X509(who, &der);
		X509_NAME_get_text_by_NID(X509_get_subject_name(who), NID_commonName,
		    out->authority, sizeof out->authority);
		digest_bytes(der, n > 0 ? (size_t)n : 0, out->fingerprint);
		OPENSSL_free(der);
	}
	sk_X509_free(signers);
	BIO_free(sink);
	return rc;
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
	if (rc == 0)
		rc = check_content(r, data, n, asked, err, room);
	if (rc == 0)
		rc = check_signature(out, r, err, room);
	if (rc == 0)
		rc = take_time(out, r, err, room);
	TS_REQ_free(asked);
	TS_RESP_free(r);
	return rc;
}
