#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

static int
put(const char *path, const void *p, size_t n, mode_t mode, bool fresh)
{
	size_t length = strlen(path);
	char *part = memory_grow(NULL, length + sizeof ".part", 1);
	int fd, rc;

	memcpy(part, path, length);
	memcpy(part + length, ".part", sizeof ".part");
	/* A stale one may have other rights than those asked for. */
	unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	rc = fd < 0 ? -errno : write_all(fd, p, n);
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && fresh && link(part, path) < 0)
		rc = -errno;
	if (rc == 0 && !fresh && rename(part, path) < 0)
		rc = -errno;
	if (fd >= 0 && (rc != 0 || fresh))
		unlink(part);
	free(part);
	return rc;
}

int
whole_write(const char *path, const void *p, size_t n, mode_t mode)
{
	return put(path, p, n, mode, false);
}

int
whole_make(const char *path, const void *p, size_t n, mode_t mode)
{
	return put(path, p, n, mode, true);
}

static int
read_all(int fd, struct bytes *b, size_t most)
{
	for (;;) {
		uint8_t piece[16384];
		ssize_t n = read(fd, piece, sizeof piece);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if ((size_t)n > most - b->n)
			return -EFBIG;
		bytes_put(b, piece, (size_t)n);
	}
}

int
whole_read(struct bytes *b, const char *path, size_t most)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	int rc = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (rc == 0)
		rc = read_all(fd, b, most);
	close(fd);
	if (rc == 0) {
		bytes_u8(b, 0);
		b->n--;
	} else {
		bytes_free(b);
	}
	return rc;
}
