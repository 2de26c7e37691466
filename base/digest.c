/*
 * EVP allocates at every beginning, and brings libcrypto's providers and configuration
 * into memory: 2 MB that a small box's measuring process has no use for. These functions
 * do neither, and libcrypto keeps them. (Its SHA256 in one call goes through EVP.)
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 65536

static void
print(const uint8_t hash[DIGEST_BYTES], char out[DIGEST_ROOM])
{
	for (int i = 0; i < DIGEST_BYTES; i++) {
		out[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	out[2 * DIGEST_BYTES] = '\0';
}

void
digest_of(uint8_t out[DIGEST_BYTES], const void *a, size_t n_a, const void *b, size_t n_b)
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, a, n_a);
	if (n_b > 0)
		SHA256_Update(&c, b, n_b);
	SHA256_Final(out, &c);
}

void
digest_hex(char out[DIGEST_ROOM], const void *a, size_t n_a, const void *b, size_t n_b)
{
	uint8_t hash[DIGEST_BYTES];

	digest_of(hash, a, n_a, b, n_b);
	print(hash, out);
}

void
digest_bytes(const void *p, size_t n, char out[DIGEST_ROOM])
{
	digest_hex(out, p, n, NULL, 0);
}

/* Piece by piece: evidence may be longer than memory is wide. */
static int
take(int fd, SHA256_CTX *c, uint64_t *bytes)
{
	uint8_t piece[ROOM];
	ssize_t n;

	*bytes = 0;
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		SHA256_Update(c, piece, (size_t)n);
		*bytes += (uint64_t)n;
	}
	return 0;
}

int
digest_file(const char *path, char out[DIGEST_ROOM], uint64_t *bytes)
{
	uint8_t hash[DIGEST_BYTES];
	SHA256_CTX c;
	struct stat st;
	uint64_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	int rc = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	SHA256_Init(&c);
	if (rc == 0)
		rc = take(fd, &c, &n);
	if (rc == 0) {
		SHA256_Final(hash, &c);
		print(hash, out);
		*bytes = n;
	}
	close(fd);
	return rc;
}
