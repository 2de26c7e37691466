#ifndef RECORDS_TICKETS_H
#define RECORDS_TICKETS_H

#include "records/records.h"

/*
 * Tickets and exclusions as they stand: what the rows come to. Of what was entered twice
 * the later entry holds.
 */
struct ticket {
	char centre[NAME_ROOM], link[NAME_ROOM];
	char reference[RECORDS_REFERENCE_ROOM];
	int64_t opened_ns, acknowledged_ns, detected_ns, closed_ns; /* RECORDS_NEVER */
	struct ticket_pause {
		int64_t start_ns, end_ns; /* end RECORDS_NEVER: still waiting */
		int64_t id;               /* of its row */
	} * pauses;                       /* sorted */
	size_t n_pauses;
	char (*outages)[17]; /* linked by hand */
	size_t n_outages;
	const struct record **history; /* its rows in the order of entry; borrowed */
	size_t n_history;
};

/* The tickets of ${rows}, in the order in which they were opened first. Result: how many;
 * free with tickets_free. */
size_t tickets_of(struct ticket **out, const struct record *rows, size_t n);
void tickets_free(struct ticket *list, size_t n);

/* The exclusions of ${rows} that stand: the rows themselves, borrowed. Result: how many;
 * *out is the caller's to free. */
size_t tickets_exclusions(
    const struct record ***out, const struct record *rows, size_t n);

#endif
