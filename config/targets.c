/*
 * A file of targets: one a line, an address and perhaps its name. Such files are made by
 * programs and are long: they are read once, kept small, and become probes one by one.
 */
#include "config/reading.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "config/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_BYTES_MOST (32u << 20)
#define EVERY_LEAST     (10 * NS_PER_MS)
#define EVERY_MOST      (86400 * NS_PER_S)
#define TIMEOUT_LEAST   (100 * NS_PER_MS)
#define TIMEOUT_MOST    (10 * NS_PER_S)

struct lines {
	struct reading *r;
	const char *path;
	unsigned line;
};

static int __attribute__((format(printf, 2, 3)))
wrong(struct lines *l, const char *format, ...)
{
	char what[300];
	va_list ap;

	if (l->r->failed)
		return -EINVAL;
	l->r->failed = true;
	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	snprintf(l->r->err, l->r->room, "%s:%u: %s", l->path, l->line, what);
	return -EINVAL;
}

/* ---- one line ---- */

/* 192.0.2.1 is called 192-0-2-1: names have neither points nor colons. */
static void
name_after(const char *address, char out[NAME_ROOM])
{
	size_t n = 0;

	for (; *address != '\0' && n < NAME_ROOM - 1; address++)
		out[n++] = *address == '.' || *address == ':' ? '-' : *address;
	out[n] = '\0';
}

/* ADDRESS [NAME], its blanks and comment gone. */
static int
take_line(struct lines *l, char *text, struct listed *t)
{
	uint8_t bytes[16], family;
	const char *why, *blanks = " \t";
	char *rest = NULL, *address = strtok_r(text, blanks, &rest),
	     *name = strtok_r(NULL, blanks, &rest);

	if (strtok_r(NULL, blanks, &rest) != NULL)
		return wrong(
		    l, "more than an address and a name; write ADDRESS NAME on a line");
	if (!units_address(address, &family, bytes, &why))
		return wrong(l, "\"%.60s\" is no address; write %s", address, why);
	inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes, t->address, sizeof t->address);
	if (name == NULL && strlen(t->address) >= NAME_ROOM)
		return wrong(
		    l, "%s is too long to be a name too; write ADDRESS NAME", t->address);
	if (name != NULL && !units_name(name))
		return wrong(
		    l, "name \"%.40s\": a name is a-z, 0-9 and -, at most 32", name);
	if (name != NULL)
		snprintf(t->name, sizeof t->name, "%s", name);
	else
		name_after(t->address, t->name);
	t->line = l->line;
	return 0;
}

static size_t
listed_so_far(const struct settings *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_links; i++)
		for (size_t k = 0; k < s->links[i].n_lists; k++)
			n += s->links[i].lists[k].n;
	return n;
}

static int
take_lines(struct lines *l, struct target_list *list, char *text, size_t len)
{
	size_t room = 0, before = listed_so_far(l->r->settings);
	char *end = text + len;

	for (char *next; text < end; text = next) {
		char *stop = memchr(text, '\n', (size_t)(end - text));
		next = stop != NULL ? stop + 1 : end;
		stop = stop != NULL ? stop : end;
		l->line++;
		if (memchr(text, '\0', (size_t)(stop - text)) != NULL)
			return wrong(l, "a NUL byte; this is no text");
		*stop = '\0'; /* there is room for one more at the end */
		text[strcspn(text, "#\r")] = '\0';
		text += strspn(text, " \t");
		if (*text == '\0')
			continue;
		if (before + list->n == TARGETS_MOST)
			return wrong(l,
			    "there are at most %d targets; divide them over "
			    "several agents",
			    TARGETS_MOST);
		if (list->n == room) {
			room = room * 2 + 64;
			list->targets =
			    memory_grow(list->targets, room, sizeof *list->targets);
		}
		memset(&list->targets[list->n], 0, sizeof *list->targets);
		if (take_line(l, text, &list->targets[list->n]) < 0)
			return -EINVAL;
		list->n++;
	}
	return 0;
}

/* ---- the file ---- */

/* What is measured is told by the configuration's SHA-256: its lists are part of it. */
static void
fold(struct settings *s, const char *text, size_t len)
{
	char so_far[64];

	memcpy(so_far, s->sha256, sizeof so_far);
	digest_hex(s->sha256, so_far, sizeof so_far, text, len);
}

static int
read_file(struct reading *r, int at, struct target_list *list)
{
	struct lines l = {.r = r, .path = list->file};
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	ssize_t got = 1;
	int rc = 0, fd = open(list->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0)
		rc = mistake(r, at, "file", "%.200s: %s", list->file, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = mistake(r, at, "file", "%.200s is not a regular file", list->file);
	else if (st.st_size > LIST_BYTES_MOST)
		rc = mistake(r, at, "file",
		    "%.200s is larger than 32 MiB; that is no list", list->file);
	if (rc == 0) {
		text = memory_grow(NULL, (size_t)st.st_size + 1, 1);
		while (n < (size_t)st.st_size &&
		       (got = read(fd, text + n, (size_t)st.st_size - n)) > 0)
			n += (size_t)got;
		if (got < 0)
			rc = mistake(
			    r, at, "file", "%.200s: %s", list->file, strerror(errno));
	}
	if (rc == 0) {
		fold(r->settings, text, n);
		rc = take_lines(&l, list, text, n);
	}
	if (rc == 0 && list->n == 0)
		rc = mistake(r, at, "file",
		    "%.200s has no target; write one ADDRESS or ADDRESS NAME a line",
		    list->file);
	free(text);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
read_targets(struct reading *r, int link_at, struct link_conf *link, cfg_t *cfg)
{
	int at = outline_find(&r->outline, link_at, "targets", cfg_title(cfg));

	if (check_name(r, at, "targets", cfg_title(cfg)) < 0)
		return -EINVAL;
	link->lists = memory_grow(link->lists, link->n_lists + 1, sizeof *link->lists);
	struct target_list *list = &link->lists[link->n_lists++];
	memset(list, 0, sizeof *list);
	snprintf(list->name, sizeof list->name, "%s", cfg_title(cfg));
	list->line = outline_line(&r->outline, at, NULL);
	list->every_ns = NS_PER_S;
	list->timeout_ns = 3 * NS_PER_S;
	if (take_text(r, at, cfg, "file", list->file, sizeof list->file) < 0 ||
	    take_duration(r, at, cfg, "every", EVERY_LEAST, EVERY_MOST, &list->every_ns) <
	        0 ||
	    take_duration(r, at, cfg, "timeout", TIMEOUT_LEAST, TIMEOUT_MOST,
	        &list->timeout_ns) < 0)
		return -EINVAL;
	if (list->file[0] == '\0')
		return mistake(
		    r, at, NULL, "file is missing; write file = \"/etc/linkwitness/…\"");
	if (list->file[0] != '/')
		return mistake(r, at, "file",
		    "\"%.60s\" is not a whole path; begin it with /", list->file);
	return read_file(r, at, list);
}

/* ---- names once ---- */

struct named {
	const char *name;
	const struct target_list *list; /* NULL: a probe of the configuration itself */
	unsigned line;
};

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int rc = strcmp(x->name, y->name);

	if (rc != 0)
		return rc;
	if (x->list != y->list) /* lists lie in one array */
		return x->list < y->list ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

int
check_targets(struct reading *r, struct link_conf *link)
{
	size_t n = 0, room = link->n_probes;
	int rc = 0;

	if (link->n_lists == 0)
		return 0;
	for (size_t i = 0; i < link->n_lists; i++)
		room += link->lists[i].n;
	struct named *all = memory_grow(NULL, room, sizeof *all);
	for (size_t i = 0; i < link->n_probes; i++)
		all[n++] =
		    (struct named){link->probes[i].def.name, NULL, link->probes[i].line};
	for (size_t i = 0; i < link->n_lists; i++)
		for (size_t k = 0; k < link->lists[i].n; k++) {
			const struct listed *t = &link->lists[i].targets[k];
			all[n++] = (struct named){t->name, &link->lists[i], t->line};
		}
	qsort(all, n, sizeof *all, by_name);
	for (size_t i = 1; i < n && rc == 0; i++) {
		const struct named *first = &all[i - 1], *again = &all[i];
		if (strcmp(first->name, again->name) != 0)
			continue;
		struct lines l = {r, again->list->file, again->line};
		rc = wrong(&l, "the name %s is taken by line %u of %s; give it another",
		    again->name, first->line,
		    first->list != NULL ? first->list->file : r->name);
	}
	free(all);
	return rc;
}

void
settings_target(const struct link_conf *link, const struct target_list *list, size_t i,
    struct probe_conf *out)
{
	const struct listed *t = &list->targets[i];

	probe_init(link, out, KIND_PING, t->name);
	out->def.role = ROLE_REFLECTOR;
	out->def.every_ns = list->every_ns;
	out->def.timeout_ns = list->timeout_ns;
	snprintf(out->address, sizeof out->address, "%s", t->address);
	out->line = list->line;
	probe_finish(link, out);
}
