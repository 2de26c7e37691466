#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include "base/journal.h"
#include "cmd/import_time.h"

#include <stdio.h>

/*
 * Histories made elsewhere, all or nothing: every file is read and checked before the
 * journal is touched. A format is one file with a struct import_format, and one row in
 * the table of import.c.
 */
struct import {
	const char *format;
	struct link_def link;
	int64_t max_gap_ns; /* 0: from the spacing found */
	struct zone zone;
	const char *file; /* being read */
	unsigned long line;
	uint64_t good, bad, repeated; /* rows; repeated ones are not among the good */
	uint64_t nul_bytes;
	int64_t
	    source; /* the instrument the rows are of, where files name one; 0: none */
	bool show;  /* progress, on a terminal */
};

struct import_format {
	const char *name;
	void *(*begin)(void);
	/* Read a whole file. Result 0; -EINVAL where it is none of this format (said);
	 * -errno. */
	int (*read)(void *ctx, struct import *im, FILE *f);
	/* All files are read: put the facts in order, once each. */
	void (*settle)(void *ctx, struct import *im);
	/* From when to when; false where there is nothing. */
	bool (*span)(const void *ctx, wall_t *first, wall_t *last);
	/* The journal at hand holds this already: leave it out. NULL where not of
	 * interest. */
	int (*known_sample)(
	    void *ctx, const struct probe_def *probe, const struct sample *s);
	int (*known_event)(void *ctx, const struct event *e);
	/* After the known ones were told: how many facts are left to write. */
	size_t (*left)(void *ctx, struct import *im);
	int (*write)(void *ctx, struct import *im, struct journal_writer *w);
	void (*end)(void *ctx);
};

extern const struct import_format IMPORT_SAMPLES, IMPORT_STATES, IMPORT_SMOKEPING,
    IMPORT_ATLAS, IMPORT_PING, IMPORT_FPING, IMPORT_SPEEDTEST, IMPORT_PINGPLOTTER,
    IMPORT_NETMON, IMPORT_MONITOR;

/* "FILE:LINE: …" on standard error, at most IMPORT_SHOWN times; counts. */
#define IMPORT_SHOWN 1000
void import_bad(struct import *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
