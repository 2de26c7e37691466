#include "cmd/import_csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 65536

struct csv {
	const struct csv_column *columns;
	size_t n;
	int place[CSV_COLUMNS]; /* in the file, of each column we know; -1: not there */
	size_t width;           /* columns of the file */
	char separator;
};

static char *
trim(char *p)
{
	size_t n;

	while (*p == ' ' || *p == '\t')
		p++;
	n = strlen(p);
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		p[--n] = '\0';
	return p;
}

/* Cut ${line} into fields, in place. Result: how many, -1 at an open quote. */
static int
cut(char *line, char separator, char **field, int max)
{
	char *p = line;

	for (int n = 0;; n++) {
		char *begin = p, *out = p;
		bool quoted = *p == '"';
		if (quoted) {
			for (p++; *p != '\0' && (*p != '"' || p[1] == '"'); p++) {
				if (*p == '"')
					p++;
				*out++ = *p;
			}
			if (*p++ != '"')
				return -1;
		}
		while (*p != '\0' && *p != separator)
			*out++ = *p++;
		bool more = *p == separator;
		p++;
		*out = '\0';
		if (n < max)
			field[n] = trim(begin);
		if (!more)
			return n + 1;
	}
}

static int
refuse(const struct import *im, const char *what, const char *name, const struct csv *c)
{
	fprintf(
	    stderr, "%s:%lu: %s%s; the header must name", im->file, im->line, what, name);
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].required)
			fprintf(stderr, " %s", c->columns[i].name);
	fputc('\n', stderr);
	return -EINVAL;
}

static int
take_header(const struct import *im, struct csv *c, char *line)
{
	char *field[CSV_COLUMNS];
	static const char SEPARATORS[] = ",;\t";

	c->separator = ',';
	for (const char *s = SEPARATORS; *s != '\0'; s++) {
		if (strchr(line, *s) != NULL) {
			c->separator = *s;
			break;
		}
	}
	int n = cut(line, c->separator, field, CSV_COLUMNS);
	if (n < 0 || n > CSV_COLUMNS)
		return refuse(im, "no header", "", c);
	c->width = (size_t)n;
	for (size_t i = 0; i < c->n; i++) {
		c->place[i] = -1;
		for (int k = 0; k < n; k++) {
			if (strcasecmp(field[k], c->columns[i].name) != 0)
				continue;
			if (c->place[i] >= 0)
				return refuse(im, "two columns ", c->columns[i].name, c);
			c->place[i] = k;
		}
		if (c->place[i] < 0 && c->columns[i].required)
			return refuse(im, "no column ", c->columns[i].name, c);
	}
	return 0;
}

static void
take_row(struct import *im, const struct csv *c, char *line, csv_row *row, void *ctx)
{
	char *field[CSV_COLUMNS], *mine[CSV_COLUMNS];

	int n = cut(line, c->separator, field, CSV_COLUMNS);
	if (n < 0) {
		import_bad(im, "a quote is not closed");
	} else if ((size_t)n != c->width) {
		import_bad(im, "%d fields, the header has %zu", n, c->width);
	} else {
		for (size_t i = 0; i < c->n; i++)
			mine[i] = c->place[i] >= 0 ? field[c->place[i]] : NULL;
		row(ctx, im, mine);
	}
}

/* The text of a line: without its end, a byte order mark, NUL bytes ahead of it. Result:
 * NULL where it is no text (said), or nothing is in it (*line is advanced past nothing).
 */
static char *
text_of(struct import *im, char *line, size_t n, bool *bad)
{
	*bad = false;
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	for (; n > 0 && *line == '\0'; line++, n--)
		im->nul_bytes++;
	if (im->line == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		n -= 3;
	}
	if (n == 0 || *line == '#' || strspn(line, " \t") == n)
		return NULL;
	*bad = true;
	if (memchr(line, '\0', n) != NULL)
		import_bad(im, "a NUL byte in it");
	else if (n > LINE_MAX_BYTES)
		import_bad(im, "longer than %d bytes", LINE_MAX_BYTES);
	else
		*bad = false;
	return *bad ? NULL : line;
}

int
csv_read(struct import *im, FILE *f, const struct csv_column *columns, size_t n,
    csv_row *row, void *ctx)
{
	struct csv c = {.columns = columns, .n = n};
	char *line = NULL;
	size_t room = 0;
	ssize_t got;
	bool header = false, bad;
	int rc = 0;

	im->line = 0;
	im->zone.last_ns = 0;
	while (rc == 0 && (got = getline(&line, &room, f)) > 0) {
		im->line++;
		char *text = text_of(im, line, (size_t)got, &bad);
		if (text == NULL && bad && !header)
			rc = -EINVAL;
		if (text == NULL)
			continue;
		if (header) {
			take_row(im, &c, text, row, ctx);
		} else {
			rc = take_header(im, &c, text);
			header = true;
		}
		if (im->show && im->line % 65536 == 0)
			fprintf(stderr, "\r%s: %lu lines ", im->file, im->line);
	}
	if (im->show && im->line >= 65536)
		fprintf(stderr, "\r%*s\r", (int)strlen(im->file) + 30, "");
	if (rc == 0 && ferror(f))
		rc = errno != 0 ? -errno : -EIO;
	free(line);
	if (rc == 0 && !header) {
		im->line = 1;
		rc = refuse(im, "an empty file", "", &c);
	}
	return rc;
}
