#ifndef BASE_JOURNAL_COLUMNS_H
#define BASE_JOURNAL_COLUMNS_H

#include "base/journal_format.h"

/*
 * The sections of a payload: one byte type, a varint length, the body; each type at most
 * once, empty ones left out, unknown ones skipped. A column of samples is a section of
 * its own, so that sealing can pack like with like.
 */
enum section {
	SECTION_LINKS = 1,
	SECTION_PROBES,
	SECTION_RUNS,      /* which probe how often, from which number and slot on */
	SECTION_JUMPS,     /* where number or slot do not follow on */
	SECTION_FACTS,     /* outcome, stamp, code, flags, by run length */
	SECTION_CARRIED,   /* bytes carried, where there are any */
	SECTION_RTT_LEAST, /* the least round trip of each run */
	SECTION_COUNTERS,
	SECTION_EVENTS,
	SECTION_SENDS,
	SECTION_WIRE,       /* of the rows of counters that were watched */
	SECTION_THROUGHPUT, /* journal_more.h: rare and long */
	SECTION_PATH,
	SECTION_SENT = 16, /* to 23: how far from the schedule, byte by byte */
	SECTION_RTT = 24,  /* to 31: how much above the least, byte by byte */
	SECTION_MOST = 32
};

/*
 * What we measured is kept in microseconds (sent) and tenths of one (round trip): the
 * kernel's stamps agree with a capture on the wire to some microseconds, so what is left
 * out is noise. What others measured is kept as they wrote it, to the nanosecond.
 */
#define RTT_UNIT_NS 100

/* Microseconds, downwards: as instants are printed. */
int64_t sent_us(int64_t ns);
/* When sequence number ${seq} of a probe should have left, by its last row of the block;
 * in microseconds. */
int64_t sent_predicted(
    const struct dialect *d, const struct dialect_probe *p, uint64_t seq);

/* Samples into d->sections, and back from them: ${part} has one cursor a section. Rows
 * then has them by probe and number. Result of get: false where they are damaged. */
void columns_put(struct dialect *d, const struct rows *rows);
bool columns_get(struct dialect *d, struct cursor part[SECTION_MOST], struct rows *rows);

#endif
