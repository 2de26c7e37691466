#ifndef CMD_IMPORT_STREAM_H
#define CMD_IMPORT_STREAM_H

#include "cmd/import_facts.h"
#include "cmd/import_line.h"

/*
 * The clock of a log of pings. A line may be stamped: what stands before the words of the
 * program is a time ("[1772323200.123456]" as -D writes it, or what ts or a shell put
 * there). Or a line that is a time alone, with "every 200ms" after it where the packets
 * are not 1 s apart, says when what follows began.
 */
struct stream_clock {
	bool set;
	int64_t began_ns, every_ns;
	unsigned long line; /* of the time alone; tells one from the next */
};

/* The time in the ${n} bytes before a line's words. 1, and *out; 0 where nothing is
 * there; -EINVAL where it is no time (said). */
int stream_stamp(struct import *im, const char *line, size_t n, int64_t *out);

/* True where the line is a time alone, which is taken. */
bool stream_time(struct import *im, struct stream_clock *c, const char *line);

/* ${n} times ${each} after ${at} (n may be negative); -1 where that is no time before
 * 2100. */
int64_t stream_after(int64_t at_ns, int64_t n, int64_t each_ns);

/* The number that begins at ${text}; *end after it. -1: none, or above 2^53. */
int64_t stream_number(const char *text, const char **end);

/* "12.3 ms" or "0.5ms" at ${text} as nanoseconds; -1 where there is none. */
int64_t stream_ms(const char *text);

#endif
