#ifndef CMD_IMPORT_FACTS_H
#define CMD_IMPORT_FACTS_H

#include "cmd/history.h"
#include "cmd/import.h"

/*
 * What all formats that give samples share: everything but reading. Their ctx is a struct
 * history.
 */
void *facts_begin(void);
void facts_settle(void *ctx, struct import *im);
bool facts_span(const void *ctx, wall_t *first, wall_t *last);
int facts_known(void *ctx, const struct probe_def *probe, const struct sample *s);
size_t facts_left(void *ctx, struct import *im);
int facts_write(void *ctx, struct import *im, struct journal_writer *w);
void facts_end(void *ctx);

/* The table row of such a format. */
#define FACTS_FORMAT(name, read)                                                         \
	{                                                                                \
		name, facts_begin, read, facts_settle, facts_span, facts_known, NULL,    \
		    facts_left, facts_write, facts_end                                   \
	}

/*
 * facts_put(ctx, im, d, s):
 * Take one sample of the probe d->name (s->probe is filled in). False where the probe was
 * another one before, or the time is none between 1970 and 2100; said.
 */
bool facts_put(void *ctx, struct import *im, const struct probe_def *d, struct sample *s);

/*
 * facts_name(out, text), facts_name_nth(out, text, nth):
 * A probe's name from what others call it: small letters, digits and - for all else;
 * what is longer than a name ends with a checksum of the whole. The nth packet (from 1)
 * of a burst is a probe of its own, "name-2", so that the time from burst to burst is its
 * spacing.
 */
void facts_name(char out[NAME_ROOM], const char *text);
void facts_name_nth(char out[NAME_ROOM], const char *text, unsigned nth);

/* Gateway for an address that is not of the Internet (RFC 1918, 3927, 4193, 6598), else
 * internet. */
enum role facts_role(const char *address);

/* True where the name is fit for a probe, a centre or a link: a-z 0-9 -, at most 32. */
bool facts_is_name(const char *text);

/* "23.418" milliseconds as nanoseconds, digit by digit: exact, and the same in every
 * locale. At most a day. */
bool facts_ms(const char *text, int64_t *out);
/* "31.36": digits with or without decimals, nothing else. */
bool facts_number(const char *text, double *out);

#endif
