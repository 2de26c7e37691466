#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH 32
#define ROOM 65536

static void
print(const uint8_t hash[HASH], char out[DIGEST_ROOM])
{
	for (int i = 0; i < HASH; i++) {
		out[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	out[2 * HASH] = '\0';
}

void
digest_bytes(const void *p, size_t n, char out[DIGEST_ROOM])
{
	uint8_t hash[HASH];

	EVP_Digest(p, n, hash, NULL, EVP_sha256(), NULL);
	print(hash, out);
}

/* Piece by piece: evidence may be longer than memory is wide. */
static int
take(int fd, EVP_MD_CTX *c, uint64_t *bytes)
{
	uint8_t piece[ROOM];
	ssize_t n;

	*bytes = 0;
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		EVP_DigestUpdate(c, piece, (size_t)n);
		*bytes += (uint64_t)n;
	}
	return 0;
}

int
digest_file(const char *path, char out[DIGEST_ROOM], uint64_t *bytes)
{
	uint8_t hash[HASH];
	struct stat st;
	uint64_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	int rc = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
		rc = -ENOMEM;
	if (rc == 0)
		rc = take(fd, c, &n);
	if (rc == 0) {
		EVP_DigestFinal_ex(c, hash, NULL);
		print(hash, out);
		*bytes = n;
	}
	EVP_MD_CTX_free(c);
	close(fd);
	return rc;
}
