#include "collector/packet_file.h"

#include "base/digest.h"

#include <dirent.h>
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
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		p += done;
		n -= (size_t)done;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int
packet_file_write(
    const char *data, const char *name, const void *p, size_t n, char sha256[65])
{
	char fresh[1400], path[1400];

	snprintf(path, sizeof path, "%s/" PACKET_FILE_DIR, data);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof path, "%s/" PACKET_FILE_DIR "/%s", data, name);
	snprintf(fresh, sizeof fresh, "%s/" PACKET_FILE_DIR "/.%s", data, name);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	int rc = write_all(fd, p, n);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(fresh, path) < 0)
		rc = -errno;
	if (rc < 0) {
		unlink(fresh);
		return rc;
	}
	digest_hex(sha256, p, n, NULL, 0);
	return 0;
}

static int
is_packet_file(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot != NULL && strcmp(dot, ".pcapng") == 0;
}

void
packet_file_trim(const char *data, int64_t most)
{
	struct dirent **names;
	struct stat st;
	char path[1400];
	int64_t all = 0;

	snprintf(path, sizeof path, "%s/" PACKET_FILE_DIR, data);
	int n = scandir(path, &names, is_packet_file, alphasort);
	/* From the newest on: what is beyond goes. */
	for (int i = n; i-- > 0; free(names[i])) {
		snprintf(path, sizeof path, "%s/" PACKET_FILE_DIR "/%s", data,
		    names[i]->d_name);
		if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		all += st.st_size;
		if (all > most)
			(void)unlink(path);
	}
	if (n >= 0)
		free(names);
}
