#ifndef CMD_IMPORT_LINE_H
#define CMD_IMPORT_LINE_H

#include "cmd/import.h"

#define LINE_MAX_BYTES 65536

/*
 * A file read by lines. What others' disks and editors leave is taken off: carriage
 * returns, byte order marks at the very beginning (some write two), NUL bytes ahead of a
 * line (a power cut leaves them; counted). Begin with {.file = f}; line_done at the end.
 */
struct lines {
	FILE *file;
	char *line;
	size_t room;
	bool begun;
};

/*
 * line_next(im, l, text):
 * The next line, im->line counts; it may be written to until the next call. One with a
 * NUL byte in it, or longer than LINE_MAX_BYTES, is a bad row (said): *text is NULL then.
 * Result  1; 0 at the end; -errno.
 */
int line_next(struct import *im, struct lines *l, char **text);
void line_done(struct import *im, struct lines *l);

/* Without the blanks at both ends, in place. */
char *line_trim(char *text);

#endif
