#ifndef BASE_SIGNING_H
#define BASE_SIGNING_H

#include "base/bytes.h"
#include "base/digest.h"

/*
 * Detached signatures: CMS (RFC 5652) with signed attributes as of CAdES (ETSI EN 319
 * 122-1, signing-certificate-v2), DER, over SHA-256, with a key on the curve P-256. What
 * "openssl cms -verify -binary -inform DER" takes.
 */
#define SIGNING_NAME_ROOM 65 /* a common name: at most 64 characters (RFC 5280) */

/*
 * signing_keygen(key_path, certificate_path, name, now_s, err, room):
 * A new key (PEM, readable by its owner alone) and a certificate for it that it signed
 * itself (PEM), valid for ten years from ${now_s}. Files that are there stay: -EEXIST.
 */
int signing_keygen(const char *key_path, const char *certificate_path, const char *name,
    int64_t now_s, char *err, size_t room);

struct signer;

/* Load both. A key that others may read is none: -EPERM. One line in err. */
int signer_load(struct signer **out, const char *key_path, const char *certificate_path,
    char *err, size_t room);
void signer_free(struct signer *s);
/* The common name of the certificate, and the SHA-256 of its DER. */
const char *signer_name(const struct signer *s);
const char *signer_fingerprint(const struct signer *s);
/* Sign data[n]; the signature is appended to ${out}. */
int signer_sign(const struct signer *s, const void *data, size_t n, struct bytes *out,
    char *err, size_t room);

struct signed_by {
	char name[SIGNING_NAME_ROOM], fingerprint[DIGEST_ROOM];
	bool known; /* it is the certificate asked for, or that one issued it */
};

/*
 * signing_check(out, data, n, der, der_n, certificate_path, err, room):
 * Does the signature der[der_n] belong to data[n], and whose is it? Who that is, the
 * signature alone cannot say: ${certificate_path} names a certificate (PEM or DER) that
 * was had from the signer some other way, or is NULL.
 *
 * Result  0; -EBADMSG it does not hold, with a line in err; -errno of the certificate.
 */
int signing_check(struct signed_by *out, const void *data, size_t n, const void *der,
    size_t der_n, const char *certificate_path, char *err, size_t room);

#endif
