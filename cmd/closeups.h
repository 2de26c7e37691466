#ifndef CMD_CLOSEUPS_H
#define CMD_CLOSEUPS_H

#include "base/journal.h"
#include "reports/results.h"

/*
 * closeups_fetch(reader, as_of_ns, l):
 * The samples of all probes of the centre around the worst outages of a link: the longest
 * that count, three at most, with enough of before and after to see that all was well
 * then, an hour of each at most, and nothing later than ${as_of_ns}.
 *
 * Shape   l->def and l->result are set; l->closeups becomes the caller's, with its marks.
 */
void closeups_fetch(
    struct journal_reader *reader, int64_t as_of_ns, struct link_report *l);

#endif
