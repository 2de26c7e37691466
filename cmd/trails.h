#ifndef CMD_TRAILS_H
#define CMD_TRAILS_H

#include "analyzer/judge.h"
#include "reports/trail.h"

/*
 * The traces of all links of a pass, kept packed while a journal is read: some hundred
 * bytes each.
 */
struct trails;

struct trails *trails_new(void);
void trails_free(struct trails *r);

/* Feed in order of time; p->link is the reader's number. */
void trails_row(struct trails *r, const struct path *p);

/* The path around each outage of a link, an array as long as n; NULL where there was no
 * trace at all. To be freed by the caller. */
struct trail *trails_of(
    const struct trails *r, uint32_t link, const struct outage *outages, size_t n);

#endif
