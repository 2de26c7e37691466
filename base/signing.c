#include "base/signing.h"

#include "base/whole.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define YEARS_S     (3652ll * 86400)
#define FILE_MOST   (1u << 20)
#define SERIAL_BITS 127

struct signer {
	EVP_PKEY *key;
	X509 *certificate;
	char name[SIGNING_NAME_ROOM], fingerprint[DIGEST_ROOM];
};

/* What libcrypto says of its last failure, in its words. */
static const char *
reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return text != NULL ? text : "it does not say why";
}

static void
print_name(const X509 *c, char out[SIGNING_NAME_ROOM])
{
	const X509_NAME *subject = X509_get_subject_name(c);
	int at = X509_NAME_get_index_by_NID(
	    (X509_NAME *)(uintptr_t)subject, NID_commonName, -1);
	unsigned char *text = NULL;
	int n = -1;

	out[0] = '\0';
	if (at >= 0)
		n = ASN1_STRING_to_UTF8(
		    &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (n >= 0)
		snprintf(out, SIGNING_NAME_ROOM, "%.*s", n, (const char *)text);
	OPENSSL_free(text);
}

static void
print_fingerprint(const X509 *c, char out[DIGEST_ROOM])
{
	unsigned char *der = NULL;
	int n = i2d_X509(c, &der);

	digest_bytes(der, n > 0 ? (size_t)n : 0, out);
	OPENSSL_free(der);
}

/* ---- a new key ---- */

static bool
set_extension(X509 *c, int nid, const char *value)
{
	X509V3_CTX x;

	X509V3_set_ctx_nodb(&x);
	X509V3_set_ctx(&x, c, c, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &x, nid, value);
	bool ok = e != NULL && X509_add_ext(c, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static bool
set_serial(X509 *c)
{
	BIGNUM *b = BN_new();
	bool ok = b != NULL &&
	          BN_rand(b, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	          BN_to_ASN1_INTEGER(b, X509_get_serialNumber(c)) != NULL;

	BN_free(b);
	return ok;
}

static X509 *
certificate_of(EVP_PKEY *key, const char *name, int64_t now_s)
{
	X509 *c = X509_new();

	if (c == NULL)
		return NULL;
	X509_NAME *subject = X509_get_subject_name(c);
	bool ok =
	    X509_set_version(c, 2) == 1 && set_serial(c) &&
	    ASN1_TIME_set(X509_getm_notBefore(c), (time_t)now_s) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(c), (time_t)(now_s + YEARS_S)) != NULL &&
	    X509_set_pubkey(c, key) == 1 &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	        (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(c, subject) == 1 &&
	    set_extension(c, NID_basic_constraints, "critical,CA:FALSE") &&
	    set_extension(c, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
	    set_extension(c, NID_ext_key_usage, "emailProtection") &&
	    set_extension(c, NID_subject_key_identifier, "hash") &&
	    X509_sign(c, key, EVP_sha256()) > 0;
	if (!ok) {
		X509_free(c);
		return NULL;
	}
	return c;
}

static int
make_file(const char *path, BIO *pem, mode_t mode, char *err, size_t room)
{
	char *text;
	long n = BIO_get_mem_data(pem, &text);
	int rc = whole_make(path, text, (size_t)n, mode);

	if (rc < 0)
		snprintf(err, room, "%s: %s", path,
		    rc == -EEXIST ? "it is there already, and stays" : strerror(-rc));
	return rc;
}

int
signing_keygen(const char *key_path, const char *certificate_path, const char *name,
    int64_t now_s, char *err, size_t room)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *c = key != NULL ? certificate_of(key, name, now_s) : NULL;
	BIO *secret = BIO_new(BIO_s_secmem()), *open = BIO_new(BIO_s_mem());
	struct stat st;
	int rc = -EIO;

	if (c == NULL || secret == NULL || open == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_bio_X509(open, c) != 1) {
		snprintf(err, room, "making a key: %s", reason());
	} else if (lstat(certificate_path, &st) == 0) {
		rc = -EEXIST;
		snprintf(
		    err, room, "%s: it is there already, and stays", certificate_path);
	} else {
		rc = make_file(key_path, secret, 0600, err, room);
		if (rc == 0)
			rc = make_file(certificate_path, open, 0644, err, room);
	}
	BIO_free(secret);
	BIO_free(open);
	X509_free(c);
	EVP_PKEY_free(key);
	return rc;
}

/* ---- keys that are there ---- */

/* PEM or DER. */
static int
load_certificate(X509 **out, const char *path, char *err, size_t room)
{
	struct bytes b = {0};
	int rc = whole_read(&b, path, FILE_MOST);

	if (rc < 0) {
		snprintf(err, room, "%s: %s", path, strerror(-rc));
		return rc;
	}
	BIO *in = BIO_new_mem_buf(b.p, (int)b.n);
	*out = PEM_read_bio_X509(in, NULL, NULL, NULL);
	if (*out == NULL) {
		const unsigned char *p = b.p;
		*out = d2i_X509(NULL, &p, (long)b.n);
	}
	ERR_clear_error();
	BIO_free(in);
	bytes_free(&b);
	if (*out != NULL)
		return 0;
	snprintf(err, room, "%s: it is no certificate; PEM or DER is wanted", path);
	return -EINVAL;
}

/* Never ask for a passphrase: there may be nobody to ask. */
static int
no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static int
load_key(EVP_PKEY **out, const char *path, char *err, size_t room)
{
	struct bytes b = {0};
	struct stat st;
	int rc = whole_read(&b, path, FILE_MOST);

	if (rc < 0) {
		snprintf(err, room, "%s: %s", path, strerror(-rc));
		return rc;
	}
	if (stat(path, &st) < 0 || (st.st_mode & 077) != 0) {
		snprintf(err, room,
		    "%s: others may read it: a key is its owner's alone; chmod 600",
		    path);
		rc = -EPERM;
	} else {
		BIO *in = BIO_new_mem_buf(b.p, (int)b.n);
		*out = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL);
		BIO_free(in);
		if (*out == NULL) {
			snprintf(err, room,
			    "%s: it is no private key in PEM without a passphrase", path);
			rc = -EINVAL;
		}
	}
	ERR_clear_error();
	OPENSSL_cleanse(b.p, b.n);
	bytes_free(&b);
	return rc;
}

int
signer_load(struct signer **out, const char *key_path, const char *certificate_path,
    char *err, size_t room)
{
	struct signer *s = memory_grow(NULL, 1, sizeof *s);
	int rc;

	memset(s, 0, sizeof *s);
	rc = load_key(&s->key, key_path, err, room);
	if (rc == 0)
		rc = load_certificate(&s->certificate, certificate_path, err, room);
	if (rc == 0 && X509_check_private_key(s->certificate, s->key) != 1) {
		snprintf(err, room, "%s: it is not the certificate of %s",
		    certificate_path, key_path);
		ERR_clear_error();
		rc = -EINVAL;
	}
	if (rc < 0) {
		signer_free(s);
		return rc;
	}
	print_name(s->certificate, s->name);
	print_fingerprint(s->certificate, s->fingerprint);
	*out = s;
	return 0;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->key);
	X509_free(s->certificate);
	free(s);
}

const char *
signer_name(const struct signer *s)
{
	return s->name;
}

const char *
signer_fingerprint(const struct signer *s)
{
	return s->fingerprint;
}

int
signer_sign(const struct signer *s, const void *data, size_t n, struct bytes *out,
    char *err, size_t room)
{
	BIO *in = BIO_new_mem_buf(data, (int)n);
	CMS_ContentInfo *cms = CMS_sign(s->certificate, s->key, NULL, in,
	    CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES);
	unsigned char *der = NULL;
	int length = cms != NULL ? i2d_CMS_ContentInfo(cms, &der) : -1;

	if (length > 0)
		bytes_put(out, der, (size_t)length);
	else
		snprintf(err, room, "signing: %s", reason());
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return length > 0 ? 0 : -EIO;
}

/* ---- signatures of others ---- */

/* The very certificate, or one that it issued. */
static bool
is_vouched_for(X509 *signer, X509 *wanted)
{
	if (X509_cmp(signer, wanted) == 0)
		return true;
	EVP_PKEY *key = X509_get0_pubkey(wanted);
	bool ok = X509_check_issued(wanted, signer) == X509_V_OK && key != NULL &&
	          X509_check_ca(wanted) > 0 && X509_verify(signer, key) == 1;
	ERR_clear_error();
	return ok;
}

static int
check(CMS_ContentInfo *cms, BIO *content, X509 **signer, char *err, size_t room)
{
	BIO *sink = BIO_new(BIO_s_null());
	int ok = CMS_verify(
	    cms, NULL, NULL, content, sink, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY);
	STACK_OF(X509) *signers = ok == 1 ? CMS_get0_signers(cms) : NULL;

	BIO_free(sink);
	if (ok != 1) {
		snprintf(err, room, "the signature does not hold: %s", reason());
	} else if (sk_X509_num(signers) != 1) {
		snprintf(
		    err, room, "it has %d signers; one is wanted", sk_X509_num(signers));
	} else {
		*signer = sk_X509_value(signers, 0);
		X509_up_ref(*signer);
	}
	sk_X509_free(signers);
	return *signer != NULL ? 0 : -EBADMSG;
}

int
signing_check(struct signed_by *out, const void *data, size_t n, const void *der,
    size_t der_n, const char *certificate_path, char *err, size_t room)
{
	const unsigned char *p = der;
	X509 *wanted = NULL, *signer = NULL;
	BIO *content = NULL;
	int rc = 0;

	memset(out, 0, sizeof *out);
	if (certificate_path != NULL)
		rc = load_certificate(&wanted, certificate_path, err, room);
	if (rc < 0)
		return rc;
	CMS_ContentInfo *cms =
	    der_n <= FILE_MOST ? d2i_CMS_ContentInfo(NULL, &p, (long)der_n) : NULL;
	if (cms == NULL || p != (const unsigned char *)der + der_n) {
		snprintf(err, room, "it is no CMS signature in DER");
		rc = -EBADMSG;
	} else {
		content = BIO_new_mem_buf(data, (int)n);
		rc = check(cms, content, &signer, err, room);
	}
	if (rc == 0) {
		print_name(signer, out->name);
		print_fingerprint(signer, out->fingerprint);
		out->known = wanted != NULL && is_vouched_for(signer, wanted);
	}
	ERR_clear_error();
	BIO_free(content);
	CMS_ContentInfo_free(cms);
	X509_free(signer);
	X509_free(wanted);
	return rc;
}
