#ifndef CMD_IMPORT_CSV_H
#define CMD_IMPORT_CSV_H

#include "cmd/import.h"

#define CSV_COLUMNS 64

/* A column we know, found by its name in any order and in any case; others are passed
 * over. */
struct csv_column {
	const char *name;
	bool required;
};

/* A row: field[i] is the text under columns[i], trimmed; NULL where there is no such
 * column. It says what is wrong by import_bad, or counts im->good. */
typedef void csv_row(void *ctx, struct import *im, char *const *field);

/*
 * csv_read(im, f, columns, n, row, ctx):
 * RFC 4180 within a line, with comma, semicolon or tab (the header tells), with or
 * without byte order mark and carriage returns. NUL bytes before a row (a power cut
 * leaves them) are dropped and counted; anywhere else they make it a bad row. Blank lines
 * and those that begin with # are passed over.
 *
 * Result  0; -EINVAL without a header that will do (said on standard error); -errno.
 */
int csv_read(struct import *im, FILE *f, const struct csv_column *columns, size_t n,
    csv_row *row, void *ctx);

#endif
