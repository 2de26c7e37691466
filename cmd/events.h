#ifndef CMD_EVENTS_H
#define CMD_EVENTS_H

#include "analyzer/judge.h"

#include <jansson.h>

/*
 * Events of the watch (linkwitness/event/1): a line each on standard output and, synced,
 * in DATA/events.jsonl. The file is also the memory of what was told: what stands there
 * is not told again after a restart.
 */
struct events;

/* Result 0, or -errno with one line in err. Lines that are no events are passed over. */
int events_open(struct events **out, const char *data_dir, char *err, size_t room);
void events_free(struct events *e);

/* True if ${phase} (confirmed, over) of the outage or incident ${id} was written. */
bool events_told(const struct events *e, const char *phase, const char *id);

/* The earliest start of an outage confirmed and never over, UTC ns; INT64_MAX: none. */
int64_t events_open_since(const struct events *e);

/* Write one; takes the reference. 0 or -errno. */
int events_write(struct events *e, json_t *event);

/*
 * The event of a link: phase suspected, cleared, confirmed, over. With an outage
 * (confirmed and over) its facts are in "outage", in the words of linkwitness/outages/1;
 * links is the judge's table. A new reference.
 */
json_t *event_json(const char *phase, const struct link_def *link, int64_t now_ns,
    const struct live *live, const struct outage *outage, const struct link_def *links,
    size_t n_links);

#endif
