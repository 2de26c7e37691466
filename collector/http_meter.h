#ifndef COLLECTOR_HTTP_METER_H
#define COLLECTOR_HTTP_METER_H

#include "base/throughput.h"

/*
 * What a transfer carried, and in which time: from the first byte to the last, less a
 * warm-up. That holds TCP's slow start, the overshoot at its end, and the bursts that
 * shapers allow: 2 s where the whole lasted at least 6 s, 1 s where it lasted at least
 * 2 s, else none. Both ends of the measure are arrivals, so it is bytes between two
 * instants, not bytes over a time that began earlier.
 *
 * Source  RFC 6349 section 4 (TCP throughput once in equilibrium); RFC 5681 section 3.1
 *         (slow start).
 */
#define HTTP_WARMUPS 2

struct http_meter {
	mono_t begun; /* when the request went out */
	mono_t first, last;
	uint64_t first_bytes, last_bytes; /* counted so far, at each */
	struct http_mark {
		mono_t at;
		uint64_t bytes;
	} warm[HTTP_WARMUPS]; /* first arrival after 1 s and after 2 s */
	uint32_t n_seconds;
	uint64_t second[THROUGHPUT_SECONDS]; /* carried in each since the first byte */
};

struct http_measure {
	mono_t start;
	int64_t warmup_ns;   /* left out, from the first byte on; 0: none */
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
