#ifndef COLLECTOR_BUDGET_H
#define COLLECTOR_BUDGET_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What throughput tests have cost each link in the current month of its centre's zone,
 * kept in DATA/throughput-budget over restarts. A test is charged in full before it
 * begins and given back what it did not use when it has ended: what a crash interrupts
 * stays charged, so the cap is never passed.
 */
struct budget;

/*
 * budget_open(out, dir, err, room):
 * Read DATA/throughput-budget; none there is none spent.
 *
 * Result  0; -EBADMSG with one line in err where it is damaged: then nothing is granted
 *         to links with a cap until it is mended or removed (*out is set all the same).
 */
int budget_open(struct budget **out, const char *dir, char *err, size_t room);
void budget_free(struct budget *b);

/*
 * budget_take(b, link, zone, cap, bytes, now):
 * Charge ${bytes} to ${link} ("CENTRE/LINK") if its month has room for them under ${cap}
 * (0: no cap, but counted).
 *
 * Result  0; -EDQUOT where it has not; -errno where it could not be written down.
 */
int budget_take(struct budget *b, const char *link, const char *zone, uint64_t cap,
    uint64_t bytes, wall_t now);

/* Of ${taken} only ${used} were used after all. */
void budget_settle(struct budget *b, const char *link, uint64_t taken, uint64_t used);

/* Charged to a link in the month of ${now}. */
uint64_t budget_spent(
    const struct budget *b, const char *link, const char *zone, wall_t now);

#endif
