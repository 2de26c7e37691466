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

/* The newest trace of a link that was begun before ${to} and reached its target, else the
 * newest of all before it; false: there is none. */
bool trails_newest(
    const struct trails *r, uint32_t link, int64_t to_ns, struct path *out);

/* The path around each outage of a link, an array as long as n; NULL where there was no
 * trace at all. To be freed by the caller. */
struct trail *trails_of(
    const struct trails *r, uint32_t link, const struct outage *outages, size_t n);

#endif
