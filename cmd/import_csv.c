#include "cmd/import_csv.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct csv {
	const struct csv_dialect *dialect;
	int place[CSV_COLUMNS]; /* in the file, of each column we know; -1: not there */
	size_t width;           /* columns of the file */
	char separator;
};

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
			field[n] = line_trim(begin);
		if (!more)
			return n + 1;
	}
}

static int
refuse(const struct import *im, const char *what, const char *name,
    const struct csv_dialect *dialects, size_t n)
{
	fprintf(
	    stderr, "%s:%lu: %s%s; the header must name", im->file, im->line, what, name);
	for (size_t k = 0; k < n; k++) {
		fputs(k > 0 ? ", or" : "", stderr);
		for (size_t i = 0; i < dialects[k].n; i++)
			if (dialects[k].columns[i].required)
				fprintf(stderr, " %s", dialects[k].columns[i].name);
	}
	fputc('\n', stderr);
	return -EINVAL;
}

/* Where the columns of ${d} stand. Result: NULL, or the column that does not stand there
 * once; *what says which of both. */
static const char *
find_columns(
    struct csv *c, const struct csv_dialect *d, char *const *field, const char **what)
{
	c->dialect = d;
	for (size_t i = 0; i < d->n; i++) {
		c->place[i] = -1;
		for (size_t k = 0; k < c->width; k++) {
			if (strcasecmp(field[k], d->columns[i].name) != 0)
				continue;
			*what = "two columns ";
			if (c->place[i] >= 0)
				return d->columns[i].name;
			c->place[i] = (int)k;
		}
		*what = "no column ";
		if (c->place[i] < 0 && d->columns[i].required)
			return d->columns[i].name;
	}
	return NULL;
}

/* Result: 1 a header of one of the dialects, 0 a first row without one, -EINVAL (said).
 */
static int
take_header(const struct import *im, struct csv *c, char *line,
    const struct csv_dialect *dialects, size_t n)
{
	char *field[CSV_COLUMNS];
	static const char SEPARATORS[] = ",;\t";
	const char *what = "no header", *name = "";

	c->separator = ',';
	for (const char *s = SEPARATORS; *s != '\0'; s++) {
		if (strchr(line, *s) != NULL) {
			c->separator = *s;
			break;
		}
	}
	int width = cut(line, c->separator, field, CSV_COLUMNS);
	if (width < 0 || width > CSV_COLUMNS)
		return refuse(im, "no header", "", dialects, n);
	c->width = (size_t)width;
	for (size_t i = 0; i < n; i++) {
		name = find_columns(c, &dialects[i], field, &what);
		if (name == NULL)
			return 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (dialects[i].bare != c->width)
			continue;
		c->dialect = &dialects[i];
		for (size_t k = 0; k < dialects[i].n; k++)
			c->place[k] = k < c->width ? (int)k : -1;
		return 0;
	}
	return n > 1 ? refuse(im, "not a header we know", "", dialects, n)
	             : refuse(im, what, name, dialects, n);
}

static void
take_row(struct import *im, const struct csv *c, char *line, void *ctx)
{
	char *field[CSV_COLUMNS], *mine[CSV_COLUMNS];

	int n = cut(line, c->separator, field, CSV_COLUMNS);
	if (n < 0) {
		import_bad(im, "a quote is not closed");
	} else if ((size_t)n != c->width) {
		import_bad(im, "%d fields, the header has %zu", n, c->width);
	} else {
		for (size_t i = 0; i < c->dialect->n; i++)
			mine[i] = c->place[i] >= 0 ? field[c->place[i]] : NULL;
		c->dialect->row(ctx, im, mine);
	}
}

static bool
is_blank(const char *text)
{
	return *text == '#' || text[strspn(text, " \t")] == '\0';
}

/* The first line that says something: the header, or a row already. */
static int
begin(struct import *im, struct csv *c, char *text, const struct csv_dialect *dialects,
    size_t n, void *ctx)
{
	char *row = memory_grow(NULL, strlen(text) + 1, 1);

	strcpy(row, text); /* the header is cut up in place */
	int rc = take_header(im, c, text, dialects, n);
	if (rc == 0)
		take_row(im, c, row, ctx);
	free(row);
	return rc < 0 ? rc : 0;
}

int
csv_choose_from(struct import *im, struct lines *l, char *first,
    const struct csv_dialect *dialects, size_t n, void *ctx)
{
	struct csv c = {0};
	char *text = first;
	int got = 1, rc = 0;

	if (first == NULL)
		got = line_next(im, l, &text);
	for (; got > 0 && rc == 0; got = line_next(im, l, &text)) {
		if (text == NULL)
			rc = c.dialect == NULL ? -EINVAL : 0;
		else if (is_blank(text))
			continue;
		else if (c.dialect == NULL)
			rc = begin(im, &c, text, dialects, n, ctx);
		else
			take_row(im, &c, text, ctx);
		if (rc < 0)
			return rc;
	}
	if (got == 0 && c.dialect == NULL) {
		im->line = 1;
		return refuse(im, "an empty file", "", dialects, n);
	}
	return got;
}

int
csv_choose(
    struct import *im, FILE *f, const struct csv_dialect *dialects, size_t n, void *ctx)
{
	struct lines l = {.file = f};
	int rc = csv_choose_from(im, &l, NULL, dialects, n, ctx);

	line_done(im, &l);
	return rc;
}

int
csv_read(struct import *im, FILE *f, const struct csv_column *columns, size_t n,
    csv_row *row, void *ctx)
{
	struct csv_dialect only = {columns, n, row, 0};

	return csv_choose(im, f, &only, 1, ctx);
}
