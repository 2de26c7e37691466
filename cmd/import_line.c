#include "cmd/import_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHOW_EVERY 65536

char *
line_trim(char *text)
{
	size_t n;

	while (*text == ' ' || *text == '\t')
		text++;
	n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		text[--n] = '\0';
	return text;
}

static char *
text_of(struct import *im, char *line, size_t n)
{
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	for (; n > 0 && *line == '\0'; line++, n--)
		im->nul_bytes++;
	while (im->line == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		n -= 3;
	}
	if (memchr(line, '\0', n) != NULL)
		import_bad(im, "a NUL byte in it");
	else if (n > LINE_MAX_BYTES)
		import_bad(im, "longer than %d bytes", LINE_MAX_BYTES);
	else
		return line;
	return NULL;
}

int
line_next(struct import *im, struct lines *l, char **text)
{
	if (!l->begun) {
		im->line = 0;
		im->zone.last_ns = 0;
		l->begun = true;
	}
	errno = 0;
	ssize_t got = getline(&l->line, &l->room, l->file);
	if (got <= 0)
		return ferror(l->file) ? (errno != 0 ? -errno : -EIO) : 0;
	im->line++;
	*text = text_of(im, l->line, (size_t)got);
	if (im->show && im->line % SHOW_EVERY == 0)
		fprintf(stderr, "\r%s: %lu lines ", im->file, im->line);
	return 1;
}

void
line_done(struct import *im, struct lines *l)
{
	if (im->show && im->line >= SHOW_EVERY)
		fprintf(stderr, "\r%*s\r", (int)strlen(im->file) + 30, "");
	free(l->line);
	*l = (struct lines){0};
}
