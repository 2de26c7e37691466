#ifndef CMD_IMPORT_CSV_H
#define CMD_IMPORT_CSV_H

#include "cmd/import_line.h"

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
 * One layout of a file: a header that names every required column is its own. Where
 * files of this kind also come without a header, ${bare} is how many fields a line has
 * then, in the order of ${columns}.
 */
struct csv_dialect {
	const struct csv_column *columns;
	size_t n;
	csv_row *row;
	size_t bare;
};

/*
 * csv_choose(im, f, dialects, n, ctx):
 * RFC 4180 within a line, with comma, semicolon or tab (the first line tells), with or
 * without byte order mark and carriage returns. NUL bytes before a row (a power cut
 * leaves them) are dropped and counted; anywhere else they make it a bad row. Blank lines
 * and those that begin with # are passed over. The first dialect whose required columns
 * stand in the header is taken, else one that needs no header.
 *
 * Result  0; -EINVAL without a header that will do (said on standard error); -errno.
 */
int csv_choose(
    struct import *im, FILE *f, const struct csv_dialect *dialects, size_t n, void *ctx);

/* The same with one dialect. */
int csv_read(struct import *im, FILE *f, const struct csv_column *columns, size_t n,
    csv_row *row, void *ctx);

/* For a file whose first line was read by other means already; NULL where there is none.
 */
int csv_choose_from(struct import *im, struct lines *l, char *first,
    const struct csv_dialect *dialects, size_t n, void *ctx);

#endif
