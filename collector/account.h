#ifndef COLLECTOR_ACCOUNT_H
#define COLLECTOR_ACCOUNT_H

#include "base/journal.h"
#include "collector/engine.h"

/*
 * The collector's own error as an event of the journal: what the engine saw since it was
 * asked last, with the packets that sockets dropped meanwhile and the bound of the clock.
 * Result: false where it does not fit an event's text.
 */
bool account_event(struct engine *e, uint64_t drops, int64_t bound_ns, struct event *out);

#endif
