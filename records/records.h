#ifndef RECORDS_RECORDS_H
#define RECORDS_RECORDS_H

#include "base/journal.h"

/*
 * What people know of a link beside what was measured: tickets, exclusions, notes. One
 * table that only grows: a correction is a new row, and nothing is ever changed or
 * removed (the database refuses it). Kept in DATA/records.sqlite; SQLite is included by
 * this folder alone.
 *
 * Units: UTC nanoseconds in whole microseconds; RECORDS_NEVER where nothing is known.
 */
#define RECORDS_NEVER          INT64_MIN
#define RECORDS_REFERENCE_ROOM 65
#define RECORDS_SAID_ROOM      1001

enum record_kind {
	RECORD_TICKET_OPENED,
	RECORD_TICKET_UPDATED,
	RECORD_TICKET_ACKNOWLEDGED, /* by the ISP */
	RECORD_TICKET_DETECTED,     /* the ISP says since when it knew */
	RECORD_TICKET_PAUSED,       /* waiting on the customer */
	RECORD_TICKET_RESUMED,
	RECORD_TICKET_CLOSED,
	RECORD_TICKET_LINKED, /* to an outage */
	RECORD_EXCLUSION,
	RECORD_EXCLUSION_REMOVED,
	RECORD_NOTE,
	RECORD_KINDS
};

struct record {
	int64_t id;         /* ascending with the order of entry */
	int64_t entered_ns; /* when it was entered */
	char author[33];    /* by whom */
	enum record_kind kind;
	char centre[NAME_ROOM], link[NAME_ROOM];
	char reference[RECORDS_REFERENCE_ROOM]; /* of a ticket: the ISP's */
	int64_t at_ns;                          /* when it happened */
	int64_t from_ns, to_ns;                 /* of an exclusion */
	int64_t announced_ns;                   /* of maintenance */
	bool maintenance;
	int64_t refers; /* the exclusion that is removed */
	char outage[17];
	char said[RECORDS_SAID_ROOM];
};

struct records;

/*
 * records_open(out, data_dir, write, err, room):
 * The records of a data directory. For reading, a database that is not there is an empty
 * one.
 *
 * Result  0, or -errno with one line in err: it cannot be opened, or is none of ours.
 */
int records_open(
    struct records **out, const char *data_dir, bool write, char *err, size_t room);
void records_close(struct records *r);

/* Add one; its id, time of entry and author are filled in. 0, or -errno with err. */
int records_add(struct records *r, struct record *rec, char *err, size_t room);

/* All of them in the order of entry, at most those entered by ${until} (INT64_MAX: all).
 * Result: how many, or -errno with err; *out is the caller's to free. */
int records_list(
    struct records *r, int64_t until_ns, struct record **out, char *err, size_t room);

const char *record_kind_name(enum record_kind k);

#endif
