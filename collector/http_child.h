#ifndef COLLECTOR_HTTP_CHILD_H
#define COLLECTOR_HTTP_CHILD_H

#include "base/throughput.h"
#include "collector/http_url.h"

#include <stddef.h>

/*
 * One throughput test in a process of its own: the only user of libcurl in the collector.
 * Descriptor 0 gives a request and its end, 1 takes the result, from HTTP_CHILD_SOCKETS
 * on stand the only sockets it may use: bound to the link, not connected. It connects to
 * the addresses of the request and to no other, asks no resolver, knows no proxy, follows
 * a redirect on the same host only, and gives up every capability before it reads a byte.
 * Headers, and bodies that are no part of the measure, may be HTTP_BESIDE_MOST bytes in
 * all.
 */
#define HTTP_CHILD_SOCKETS   3
#define HTTP_CHILD_REDIRECTS 3
#define HTTP_STREAMS         8 /* at most, at a time */
#define HTTP_SOCKETS         (HTTP_STREAMS * (HTTP_CHILD_REDIRECTS + 1))
#define HTTP_ADDRESSES       8
#define HTTP_CHILD_MAGIC     0x6c774834u
#define HTTP_BESIDE_MOST     (256u << 10) /* headers, and bodies that are not measured */

struct http_request {
	uint32_t magic;
	uint32_t n_sockets, n_addresses, n_streams;
	int32_t family;
	uint8_t address[HTTP_ADDRESSES][16];
	char url[1024];
	bool upload;
	uint64_t max_bytes;  /* of all streams: then the test is over, and good */
	int64_t patience_ns; /* to the first byte, and for silence later */
	int64_t limit_ns;    /* from the first byte: then it is over, and good */
};

/* good: the measure holds. Else why says in words what failed. bytes and duration are
 * those of the measure (http_meter.h), the totals those of the connection. */
struct http_result {
	uint32_t magic;
	bool good;
	int32_t status;      /* of HTTP; 0: none came */
	mono_t first, start; /* first byte; begin of the measure */
	int64_t warmup_ns;   /* between them */
	int64_t duration_ns;
	uint64_t bytes, ip_bytes; /* see base/throughput.h */
	int64_t total_ns;
	uint64_t total_bytes;
	uint64_t beside_bytes; /* not among them: headers, redirects' bodies, … */
	uint32_t n_seconds;
	uint64_t second[THROUGHPUT_SECONDS];
	int64_t ttfb_ns; /* from the request's start; -1: no byte came */
	char why[128];
};

/* The whole program: read, test, write. Result: what to exit with. */
int http_child_main(void);

#endif
