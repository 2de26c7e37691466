#include "cmd/spool.h"

#include "cmd/options.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NOTICE_BYTES (1 << 20)

static void
path_of(char *out, size_t room, const char *data_dir, const struct notice *n)
{
	snprintf(out, room, "%s/spool/%s.%s.json", data_dir, n->id, n->notify);
}

static int
write_whole(const char *data_dir, const struct notice *n)
{
	char path[1300], temp[1310], folder[1100];
	json_t *j = json_pack("{ss ss ss ss ss ss ss sO sI sI sI}", "schema",
	    "linkwitness/notice/1", "id", n->id, "notify", n->notify, "centre", n->centre,
	    "link", n->link, "subject", n->subject, "text", n->text, "event", n->event,
	    "created", (json_int_t)n->created_s, "next", (json_int_t)n->next_s,
	    "attempts", (json_int_t)n->attempts);
	int rc = j == NULL ? -EINVAL : 0, fd = -1;

	path_of(path, sizeof path, data_dir, n);
	snprintf(temp, sizeof temp, "%s.new", path);
	snprintf(folder, sizeof folder, "%s/spool", data_dir);
	if (rc == 0 && mkdir(folder, 0750) < 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0) {
		fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
		rc = fd < 0 ? -errno : 0;
	}
	if (rc == 0 && json_dumpfd(j, fd, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) < 0)
		rc = errno != 0 ? -errno : -EIO;
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temp, path) < 0)
		rc = -errno;
	if (rc < 0 && fd >= 0)
		unlink(temp);
	fd = rc == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	json_decref(j);
	return rc;
}

int
spool_put(const char *data_dir, const struct notice *n)
{
	char path[1300];

	path_of(path, sizeof path, data_dir, n);
	return access(path, F_OK) == 0 ? 0 : write_whole(data_dir, n);
}

int
spool_later(const char *data_dir, const struct notice *n)
{
	return write_whole(data_dir, n);
}

int
spool_told(const char *data_dir, const struct notice *n)
{
	char path[1300];

	path_of(path, sizeof path, data_dir, n);
	return unlink(path) < 0 ? -errno : 0;
}

/* ---- reading ---- */

static bool
copy(const json_t *j, const char *key, char *out, size_t room)
{
	const json_t *v = json_object_get(j, key);

	if (!json_is_string(v) || json_string_length(v) >= room)
		return false;
	strcpy(out, json_string_value(v));
	return true;
}

/* A name that becomes part of a path again. */
static bool
is_safe(const char *text)
{
	return text[0] != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static bool
take(struct notice *n, json_t *j)
{
	const char *text = json_string_value(json_object_get(j, "text"));
	json_t *event = json_object_get(j, "event");

	*n = (struct notice){0};
	if (text == NULL || !json_is_object(event) ||
	    !copy(j, "id", n->id, sizeof n->id) ||
	    !copy(j, "notify", n->notify, sizeof n->notify) ||
	    !copy(j, "centre", n->centre, sizeof n->centre) ||
	    !copy(j, "link", n->link, sizeof n->link) ||
	    !copy(j, "subject", n->subject, sizeof n->subject) || !is_safe(n->id) ||
	    !is_safe(n->notify))
		return false;
	n->created_s = json_integer_value(json_object_get(j, "created"));
	n->next_s = json_integer_value(json_object_get(j, "next"));
	n->attempts = (unsigned)json_integer_value(json_object_get(j, "attempts"));
	n->text = strdup(text);
	n->event = json_incref(event);
	return n->text != NULL;
}

static bool
load(struct notice *n, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool good = false;
	json_t *j;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= NOTICE_BYTES) {
		j = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
		good = j != NULL && take(n, j);
		if (j != NULL && !good)
			notice_done(n);
		json_decref(j);
	}
	close(fd);
	return good;
}

static int
is_notice_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

int
spool_each(const char *data_dir, spool_fn *fn, void *ctx)
{
	char path[1400];
	struct dirent **names;
	int seen = 0, stop = 0;

	snprintf(path, sizeof path, "%s/spool", data_dir);
	int n = scandir(path, &names, is_notice_file, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct notice notice;
		snprintf(path, sizeof path, "%s/spool/%s", data_dir, names[i]->d_name);
		if (stop == 0 && load(&notice, path)) {
			seen++;
			stop = fn(ctx, &notice);
			notice_done(&notice);
		}
		free(names[i]);
	}
	free(names);
	return seen;
}

static int
earliest(void *ctx, struct notice *n)
{
	int64_t *due = ctx;

	if (n->next_s < *due)
		*due = n->next_s;
	return 0;
}

int64_t
spool_due(const char *data_dir)
{
	int64_t due = INT64_MAX;

	(void)spool_each(data_dir, earliest, &due);
	return due;
}

/* ---- the courier ---- */

struct courier {
	const char *data_dir;
	const struct settings *s;
	notify_dark *is_dark;
	void *ctx;
	int waiting;
};

static const struct notify_conf *
block_of(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_notify; i++)
		if (strcmp(s->notify[i].name, name) == 0)
			return &s->notify[i];
	return NULL;
}

static int
deliver(void *ctx, struct notice *n)
{
	struct courier *c = ctx;
	const struct notify_conf *conf = block_of(c->s, n->notify);
	struct route routes[ROUTES_MAX];
	char err[512] = "";
	int rc = -EIO;

	if (conf == NULL) {
		complain(0, "notify: %s: no longer in the configuration: %s dropped",
		    n->notify, n->id);
		(void)spool_told(c->data_dir, n);
		return 0;
	}
	if (n->next_s > (time_t)(clock_wall().ns / NS_PER_S)) {
		c->waiting++;
		return 0;
	}
	size_t ways = notify_routes(c->s, conf, n, c->is_dark, c->ctx, routes);
	for (size_t i = 0; i < ways && rc < 0; i++)
		rc = notify_send(conf, n, &routes[i], err, sizeof err);
	if (rc == 0) {
		(void)spool_told(c->data_dir, n);
		return 0;
	}
	n->attempts++;
	n->next_s = (time_t)(clock_wall().ns / NS_PER_S) + notify_backoff_s(n->attempts);
	complain(0, "notify: %s: %s: attempt %u: %s", n->notify, n->id, n->attempts, err);
	(void)spool_later(c->data_dir, n);
	c->waiting++;
	return 0;
}

int
courier_run(
    const char *data_dir, const struct settings *s, notify_dark *is_dark, void *ctx)
{
	struct courier c = {data_dir, s, is_dark, ctx, 0};

	(void)spool_each(data_dir, deliver, &c);
	return c.waiting;
}
