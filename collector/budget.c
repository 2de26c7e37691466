/*
 * The file: a first line that names its form, then one line a link, "2026-11 centre/link
 * 123456". It is written anew beside itself and renamed, so it is never half.
 */
#include "collector/budget.h"

#include "base/bytes.h"
#include "base/journal.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORM       "linkwitness/throughput-budget/1"
#define LINE_ROOM  256
#define LINKS_MOST 100000

struct spent {
	char link[2 * NAME_ROOM];
	int year, month;
	uint64_t bytes;
};

struct budget {
	char path[1100], fresh[1110];
	bool damaged;
	struct spent *links;
	size_t n;
};

/* Digits alone, and what ends them. */
static bool
number(char **at, char end, uint64_t *out)
{
	char *p = *at;

	if (*p < '0' || *p > '9')
		return false;
	errno = 0;
	*out = strtoull(p, at, 10);
	return errno == 0 && *(*at)++ == end;
}

static bool
parse(struct spent *out, char *line)
{
	uint64_t year, month;
	char *at = line, *link;

	if (!number(&at, '-', &year) || !number(&at, ' ', &month))
		return false;
	link = at;
	at = strchr(link, ' ');
	if (at == NULL || at - link >= (ptrdiff_t)sizeof out->link)
		return false;
	*at++ = '\0';
	if (strchr(link, '/') == NULL || !number(&at, '\n', &out->bytes) || *at != '\0' ||
	    year < 1970 || year > 9999 || month < 1 || month > 12)
		return false;
	strcpy(out->link, link);
	out->year = (int)year;
	out->month = (int)month;
	return true;
}

static bool
read_lines(struct budget *b, FILE *f)
{
	char line[LINE_ROOM];

	if (fgets(line, sizeof line, f) == NULL || strcmp(line, FORM "\n") != 0)
		return false;
	while (fgets(line, sizeof line, f) != NULL) {
		struct spent s;
		if (b->n >= LINKS_MOST || !parse(&s, line))
			return false;
		b->links = memory_grow(b->links, b->n + 1, sizeof *b->links);
		b->links[b->n++] = s;
	}
	return feof(f) != 0;
}

int
budget_open(struct budget **out, const char *dir, char *err, size_t room)
{
	struct budget *b = memory_grow(NULL, 1, sizeof *b);
	FILE *f;

	memset(b, 0, sizeof *b);
	snprintf(b->path, sizeof b->path, "%s/throughput-budget", dir);
	snprintf(b->fresh, sizeof b->fresh, "%s.new", b->path);
	*out = b;
	f = fopen(b->path, "re");
	if (f == NULL && errno == ENOENT)
		return 0;
	b->damaged = f == NULL || !read_lines(b, f);
	if (f != NULL)
		(void)fclose(f);
	if (!b->damaged)
		return 0;
	snprintf(err, room,
	    "%s: damaged: links with a throughput-budget are not tested; remove it to begin the month anew",
	    b->path);
	return -EBADMSG;
}

void
budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	free(b->links);
	free(b);
}

static int
save(const struct budget *b)
{
	FILE *f = fopen(b->fresh, "we");
	int rc = 0;

	if (f == NULL)
		return -errno;
	fputs(FORM "\n", f);
	for (size_t i = 0; i < b->n; i++)
		fprintf(f, "%04d-%02d %s %llu\n", b->links[i].year, b->links[i].month,
		    b->links[i].link, (unsigned long long)b->links[i].bytes);
	if (fflush(f) != 0 || fdatasync(fileno(f)) < 0)
		rc = -errno;
	if (fclose(f) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(b->fresh, b->path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(b->fresh);
	return rc;
}

static struct spent *
find(const struct budget *b, const char *link)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->links[i].link, link) == 0)
			return &b->links[i];
	return NULL;
}

/* The entry of a link, of this month. A clock set back to an earlier one changes nothing:
 * what was spent later is spent. */
static struct spent *
entry(struct budget *b, const char *link, const char *zone, wall_t now)
{
	struct spent *s = find(b, link);
	struct zone_time t;

	zone_civil(now.ns, zone, &t);
	if (s == NULL) {
		b->links = memory_grow(b->links, b->n + 1, sizeof *b->links);
		s = &b->links[b->n++];
		*s = (struct spent){.year = t.year, .month = t.month};
		snprintf(s->link, sizeof s->link, "%s", link);
	}
	if (t.year * 12 + t.month > s->year * 12 + s->month) {
		s->year = t.year;
		s->month = t.month;
		s->bytes = 0;
	}
	return s;
}

int
budget_take(struct budget *b, const char *link, const char *zone, uint64_t cap,
    uint64_t bytes, wall_t now)
{
	if (b->damaged)
		return cap > 0 ? -EDQUOT : 0;
	struct spent *s = entry(b, link, zone, now);
	if (cap > 0 && (bytes > cap || s->bytes > cap - bytes))
		return -EDQUOT;
	s->bytes += bytes;
	int rc = save(b);
	if (rc < 0)
		s->bytes -= bytes;
	return rc < 0 && cap == 0 ? 0 : rc;
}

void
budget_settle(struct budget *b, const char *link, uint64_t taken, uint64_t used)
{
	struct spent *s = find(b, link);

	if (b->damaged || s == NULL || used >= taken)
		return;
	uint64_t back = taken - used;
	s->bytes -= back < s->bytes ? back : s->bytes;
	/* Not written: then the full charge stands, which errs to the safe side. */
	(void)save(b);
}

uint64_t
budget_spent(const struct budget *b, const char *link, const char *zone, wall_t now)
{
	const struct spent *s = find(b, link);
	struct zone_time t;

	zone_civil(now.ns, zone, &t);
	return s != NULL && s->year * 12 + s->month >= t.year * 12 + t.month ? s->bytes
	                                                                     : 0;
}
