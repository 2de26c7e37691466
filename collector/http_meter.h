#ifndef COLLECTOR_HTTP_METER_H
#define COLLECTOR_HTTP_METER_H

#include "base/clock.h"

/*
 * What a transfer carried, and in which time: from the first byte to the last, less the
 * first second where the whole lasted at least two. That second holds TCP's slow start
 * and the bursts that shapers allow. Both ends of the measure are arrivals, so it is
 * bytes between two instants, not bytes over a time that began earlier.
 *
 * Source  RFC 6349 section 4 (TCP throughput once in equilibrium).
 */
#define HTTP_WARMUP_NS NS_PER_S

struct http_meter {
	mono_t begun; /* when the request went out */
	mono_t first, warm, last;
	uint64_t first_bytes, warm_bytes, last_bytes; /* counted so far, at each */
};

struct http_measure {
	mono_t start;
	int64_t duration_ns; /* at least 1 */
	uint64_t bytes;
};

/* Begin: nothing carried yet. */
void http_meter_begin(struct http_meter *m, mono_t now);

/* ${bytes} have been carried by ${now}, in all. Calls that tell nothing new are free. */
void http_meter_feed(struct http_meter *m, mono_t now, uint64_t bytes);

/* The time was up at ${now}: silence after the last byte belongs to the measure. */
void http_meter_stop(struct http_meter *m, mono_t now);

/* False where nothing was carried. */
bool http_meter_read(const struct http_meter *m, struct http_measure *out);

#endif
