#include "cmd/import_stage.h"

#include "base/bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct stage {
	char data[1024], live[1100], dir[1100], twin[1120];
	int lock_fd;
	bool made_data, made_live, made_dir, committed;
};

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
say(char *err, size_t room, const char *path)
{
	int rc = errno != 0 ? -errno : -EIO;

	snprintf(err, room, "%s: %s", path, strerror(-rc));
	return rc;
}

static int
copy_file(const char *from, const char *to)
{
	char buffer[65536];
	ssize_t n = 0;
	int in = open(from, O_RDONLY | O_CLOEXEC), out, rc = 0;

	if (in < 0)
		return -errno;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out < 0)
		rc = -errno;
	while (rc == 0 && (n = read(in, buffer, sizeof buffer)) > 0) {
		ssize_t done = write(out, buffer, (size_t)n);
		if (done != n)
			rc = done < 0 ? -errno : -ENOSPC;
	}
	if (n < 0 && rc == 0)
		rc = -errno;
	if (out >= 0 && rc == 0 && fsync(out) < 0)
		rc = -errno;
	if (out >= 0)
		close(out);
	close(in);
	return rc;
}

static bool
is_segment(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".lwj") == 0;
}

/* The name of the last segment: the only one that is ever written to. */
static void
last_segment(DIR *d, char *out, size_t room)
{
	struct dirent *e;

	out[0] = '\0';
	while ((e = readdir(d)) != NULL)
		if (is_segment(e->d_name) && strcmp(e->d_name, out) > 0)
			snprintf(out, room, "%s", e->d_name);
	rewinddir(d);
}

static int
make_twin(const struct stage *s, char *err, size_t room)
{
	char last[256], from[1400], to[1400];
	struct dirent *e;
	DIR *d = opendir(s->live);
	int rc = 0;

	if (d == NULL)
		return say(err, room, s->live);
	last_segment(d, last, sizeof last);
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "lock") == 0)
			continue;
		snprintf(from, sizeof from, "%s/%s", s->live, e->d_name);
		snprintf(to, sizeof to, "%s/%s", s->twin, e->d_name);
		if (is_segment(e->d_name) && strcmp(e->d_name, last) != 0 &&
		    link(from, to) == 0)
			continue;
		rc = copy_file(from, to);
		if (rc < 0)
			snprintf(err, room, "%s: %s", to, strerror(-rc));
	}
	closedir(d);
	return rc;
}

static int
lock_live(struct stage *s, char *err, size_t room)
{
	char path[1200];

	s->made_data = mkdir(s->data, 0755) == 0;
	if (!s->made_data && errno != EEXIST)
		return say(err, room, s->data);
	s->made_live = mkdir(s->live, 0755) == 0;
	if (!s->made_live && errno != EEXIST)
		return say(err, room, s->live);
	snprintf(path, sizeof path, "%s/lock", s->live);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (s->lock_fd < 0)
		return say(err, room, path);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return say(err, room, path);
	snprintf(
	    err, room, "%s: another process writes this journal; stop it first", path);
	return -EBUSY;
}

int
stage_open(struct stage **out, const char *data_dir, char *err, size_t room)
{
	struct stage *s = memory_grow(NULL, 1, sizeof *s);
	int rc;

	memset(s, 0, sizeof *s);
	s->lock_fd = -1;
	snprintf(s->data, sizeof s->data, "%s", data_dir);
	snprintf(s->live, sizeof s->live, "%s/journal", s->data);
	snprintf(s->dir, sizeof s->dir, "%s/import.new", s->data);
	snprintf(s->twin, sizeof s->twin, "%s/journal", s->dir);
	rc = lock_live(s, err, room);
	if (rc == 0) {
		remove_tree(s->dir); /* of an import that was killed */
		s->made_dir = mkdir(s->dir, 0700) == 0;
		if (!s->made_dir || mkdir(s->twin, 0755) < 0)
			rc = say(err, room, s->dir);
	}
	if (rc == 0)
		rc = make_twin(s, err, room);
	if (rc < 0) {
		stage_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

const char *
stage_dir(const struct stage *s)
{
	return s->dir;
}

/* What root makes belongs to whom the data directory belongs to: the daemon is not root.
 */
static void
give_to_owner(const struct stage *s)
{
	char path[1400];
	struct stat st;
	struct dirent *e;
	DIR *d;

	if (geteuid() != 0 || stat(s->data, &st) < 0 || (d = opendir(s->twin)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", s->twin, e->d_name);
		if (strcmp(e->d_name, "..") != 0)
			(void)!lchown(path, st.st_uid, st.st_gid);
	}
	closedir(d);
}

static int
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* The two journals change places; where the file system cannot, one after the other. */
static int
exchange(const struct stage *s)
{
	char old[1200];

	if (renameat2(AT_FDCWD, s->twin, AT_FDCWD, s->live, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	snprintf(old, sizeof old, "%s/journal.old", s->dir);
	if (rename(s->live, old) < 0)
		return -errno;
	if (rename(s->twin, s->live) == 0)
		return 0;
	int rc = -errno;
	(void)!rename(old, s->live);
	return rc;
}

int
stage_commit(struct stage *s, char *err, size_t room)
{
	give_to_owner(s);
	int rc = sync_folder(s->twin);
	if (rc == 0)
		rc = exchange(s);
	if (rc < 0) {
		snprintf(err, room, "%s: %s", s->live, strerror(-rc));
		return rc;
	}
	s->committed = true;
	(void)sync_folder(s->data);
	return 0;
}

void
stage_free(struct stage *s)
{
	char path[1200];

	if (s == NULL)
		return;
	if (s->made_dir)
		remove_tree(s->dir);
	if (!s->committed && s->made_live) {
		snprintf(path, sizeof path, "%s/lock", s->live);
		(void)unlink(path);
		(void)rmdir(s->live);
	}
	if (!s->committed && s->made_data)
		(void)rmdir(s->data);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}
