/*
 * rrd_fetch chooses the archive itself, and takes a coarser one without a word where the
 * finer one does not reach back far enough. So each archive is asked for exactly the
 * stretch it holds, and what comes back is checked to have its step.
 */
#include "rrd/smokeping.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARCHIVES_MAX 64
#define STEP_MAX     (366 * 86400)
#define ROWS_MAX     10000000
#define LATEST_S     4102444800LL /* 2100 */

struct smoke_archive {
	bool average;
	int64_t rows, rounds;
	int64_t from_s, to_s;
};

struct smoke {
	int64_t step_s, last_s;
	unsigned pings;
	struct smoke_archive archives[ARCHIVES_MAX];
	size_t n;
	char *err;
	size_t room;
};

static int
refuse(struct smoke *s, const char *why)
{
	snprintf(s->err, s->room, "%s", why);
	return -EINVAL;
}

/* ---- what the file is ---- */

/* The head of a file in this machine's layout: librrd maps a file before it looks close.
 */
static int
check_head(struct smoke *s, const char *path)
{
	static const double COOKIE = 8.642135E130;
	struct {
		char cookie[4], version[5];
		double number;
		unsigned long sources, archives, step;
	} head;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0) {
		int rc = -errno;
		snprintf(s->err, s->room, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return rc;
	}
	ssize_t n = S_ISREG(st.st_mode) ? read(fd, &head, sizeof head) : 0;
	close(fd);
	if (n != (ssize_t)sizeof head || memcmp(head.cookie, "RRD", 4) != 0)
		return refuse(s, "not an RRD file");
	if (head.number != COOKIE)
		return refuse(s,
		    "an RRD file of another kind of machine: rrdtool dump there, "
		    "rrdtool restore here");
	if (head.sources < 1 || head.sources > SMOKEPING_PINGS + 3 || head.archives < 1 ||
	    head.archives > ARCHIVES_MAX || head.step < 1 || head.step > STEP_MAX)
		return refuse(s, "an RRD file, but its head is broken");
	return 0;
}

/* The number, of up to four digits, after ${head} in ${text}. Result: what follows it, or
 * NULL. */
static const char *
number_after(const char *text, const char *head, unsigned *out)
{
	size_t n = strlen(head), digits;

	if (strncmp(text, head, n) != 0)
		return NULL;
	text += n;
	digits = strspn(text, "0123456789");
	if (digits < 1 || digits > 4)
		return NULL;
	*out = (unsigned)strtoul(text, NULL, 10);
	return text + digits;
}

static void
take_source(struct smoke *s, const char *name, bool *loss)
{
	const char *rest;
	unsigned nth;

	if (strcmp(name, "loss") == 0)
		*loss = true;
	else if ((rest = number_after(name, "ping", &nth)) != NULL && *rest == '\0' &&
	         nth > s->pings)
		s->pings = nth;
}

/* A source is there where its index is: "ds[ping1].index". */
static void
take_index(struct smoke *s, const char *key, bool *loss)
{
	const char *name = key + strlen("ds["), *end = strchr(name, ']');
	char text[32];

	if (end == NULL || strcmp(end, "].index") != 0 || end - name >= (int)sizeof text)
		return;
	memcpy(text, name, (size_t)(end - name));
	text[end - name] = '\0';
	take_source(s, text, loss);
}

/* "rra[0].rows" and its like. */
static void
take_archive(struct smoke *s, const rrd_info_t *info)
{
	unsigned i;
	const char *key = number_after(info->key, "rra[", &i);

	if (key == NULL || i >= ARCHIVES_MAX)
		return;
	struct smoke_archive *a = &s->archives[i];
	if (i >= s->n)
		s->n = i + 1;
	if (strcmp(key, "].cf") == 0)
		a->average = strcmp(info->value.u_str, "AVERAGE") == 0;
	else if (strcmp(key, "].rows") == 0)
		a->rows = (int64_t)info->value.u_cnt;
	else if (strcmp(key, "].pdp_per_row") == 0)
		a->rounds = (int64_t)info->value.u_cnt;
}

static void
take_info(struct smoke *s, const rrd_info_t *info, bool *loss)
{
	if (strcmp(info->key, "step") == 0)
		s->step_s = (int64_t)info->value.u_cnt;
	else if (strcmp(info->key, "last_update") == 0)
		s->last_s = (int64_t)info->value.u_cnt;
	else if (strncmp(info->key, "ds[", 3) == 0)
		take_index(s, info->key, loss);
	else
		take_archive(s, info);
}

static int
find_shape(struct smoke *s, const char *path)
{
	bool loss = false;

	rrd_clear_error();
	rrd_info_t *all = rrd_info_r(path);
	if (all == NULL)
		return refuse(s, rrd_get_error());
	for (const rrd_info_t *info = all; info != NULL; info = info->next)
		take_info(s, info, &loss);
	rrd_info_free(all);
	if (!loss || s->pings == 0)
		return refuse(s,
		    "an RRD file, but not SmokePing's: no data sources loss and "
		    "ping1, ping2, …");
	if (s->pings > SMOKEPING_PINGS || s->step_s < 1 || s->step_s > STEP_MAX ||
	    s->last_s < 1 || s->last_s >= LATEST_S)
		return refuse(s, "its step, last update or number of pings is broken");
	for (size_t i = 0; i < s->n; i++) {
		struct smoke_archive *a = &s->archives[i];
		if (a->rows < 1 || a->rows > ROWS_MAX || a->rounds < 1 ||
		    a->rounds > STEP_MAX / s->step_s)
			return refuse(s, "one of its archives is broken");
		int64_t row_s = s->step_s * a->rounds;
		a->to_s = s->last_s - s->last_s % row_s;
		a->from_s = a->to_s - a->rows * row_s;
		if (a->from_s < 0)
			a->from_s = 0;
	}
	return 0;
}

/* ---- its rows ---- */

struct columns {
	int loss, median, ping[SMOKEPING_PINGS];
};

static int
find_columns(struct smoke *s, char **names, unsigned long n, struct columns *c)
{
	c->loss = c->median = -1;
	for (unsigned i = 0; i < s->pings; i++)
		c->ping[i] = -1;
	for (unsigned long i = 0; i < n; i++) {
		unsigned nth;
		if (strcmp(names[i], "loss") == 0)
			c->loss = (int)i;
		else if (strcmp(names[i], "median") == 0)
			c->median = (int)i;
		else if (number_after(names[i], "ping", &nth) != NULL && nth >= 1 &&
		         nth <= s->pings)
			c->ping[nth - 1] = (int)i;
	}
	for (unsigned i = 0; i < s->pings; i++)
		if (c->ping[i] < 0)
			return refuse(
			    s, "one of the data sources ping1, ping2, … is missing");
	return 0;
}

static int
give_rows(struct smoke *s, const struct smoke_archive *a, int64_t until_s,
    const double *data, unsigned long width, const struct columns *c, int64_t first_s,
    int64_t n, smokeping_row_fn *row, void *ctx)
{
	double *ping = memory_grow(NULL, s->pings, sizeof *ping);
	int64_t row_s = s->step_s * a->rounds;
	int rc = 0;

	for (int64_t i = 0; i < n && rc == 0; i++, data += width) {
		struct smokeping_row r = {.from_s = first_s + i * row_s,
		    .to_s = first_s + (i + 1) * row_s,
		    .step_s = s->step_s,
		    .pings = s->pings,
		    .loss = data[c->loss],
		    .median = c->median >= 0 ? data[c->median] : __builtin_nan(""),
		    .ping = ping};
		if (r.from_s >= until_s)
			break;
		if (r.to_s > until_s)
			r.to_s = until_s;
		for (unsigned k = 0; k < s->pings; k++)
			ping[k] = data[c->ping[k]];
		rc = row(ctx, &r);
	}
	free(ping);
	return rc;
}

/* The rows of one archive that begin before ${until_s}. */
static int
read_archive(struct smoke *s, const struct smoke_archive *a, const char *path,
    int64_t until_s, smokeping_row_fn *row, void *ctx)
{
	unsigned long row_s = (unsigned long)(s->step_s * a->rounds), step = row_s,
	              width = 0;
	time_t start = (time_t)a->from_s, end = (time_t)a->to_s;
	struct columns *c = memory_grow(NULL, 1, sizeof *c);
	char **names = NULL;
	rrd_value_t *data = NULL;
	int rc;

	rrd_clear_error();
	if (rrd_fetch_r(path, "AVERAGE", &start, &end, &step, &width, &names, &data) <
	    0) {
		free(c);
		return refuse(s, rrd_get_error());
	}
	if (step != row_s || start != (time_t)a->from_s || end < (time_t)a->to_s)
		rc = refuse(s, "librrd read another archive than the one asked for");
	else
		rc = find_columns(s, names, width, c);
	if (rc == 0)
		rc = give_rows(s, a, until_s, data, width, c, a->from_s,
		    (a->to_s - a->from_s) / (int64_t)row_s, row, ctx);
	for (unsigned long i = 0; i < width; i++)
		rrd_freemem(names[i]);
	rrd_freemem(names);
	rrd_freemem(data);
	free(c);
	return rc;
}

/* The archive that is the finest at ${at_s} - 1: the one to read below what is read. */
static const struct smoke_archive *
finest_before(const struct smoke *s, int64_t at_s)
{
	const struct smoke_archive *best = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct smoke_archive *a = &s->archives[i];
		if (a->average && a->from_s < at_s &&
		    (best == NULL || a->rounds < best->rounds))
			best = a;
	}
	return best;
}

int
smokeping_read(const char *path, smokeping_row_fn *row, void *ctx, char *err, size_t room)
{
	struct smoke s = {.err = err, .room = room};
	const struct smoke_archive *order[ARCHIVES_MAX];
	int64_t until[ARCHIVES_MAX], at = INT64_MAX;
	size_t n = 0;

	int rc = check_head(&s, path);
	if (rc == 0)
		rc = find_shape(&s, path);
	if (rc < 0)
		return rc;
	for (const struct smoke_archive *a;
	     n < s.n && (a = finest_before(&s, at)) != NULL;) {
		order[n] = a;
		until[n++] = at;
		at = a->from_s;
	}
	if (n == 0)
		return refuse(&s, "no archive consolidated by AVERAGE");
	while (n-- > 0 && rc == 0)
		rc = read_archive(&s, order[n], path, until[n], row, ctx);
	return rc;
}
