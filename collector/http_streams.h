#ifndef COLLECTOR_HTTP_STREAMS_H
#define COLLECTOR_HTTP_STREAMS_H

#include "collector/http_child.h"
#include "collector/http_meter.h"

/*
 * The streams of one throughput test: as many connections at a time as the request says,
 * each to the same URL, counted together. Download counts what curl hands over; upload
 * counts what the other end has acknowledged (TCP_INFO), for what curl has read from us
 * may still lie in the socket's buffer. With several streams the measure ends when the
 * first of them does: all of them run through all of it.
 */
struct http_streams;

/* NULL where libcurl does not start. The request is borrowed. */
struct http_streams *http_streams_new(
    const struct http_request *request, const struct http_url *url);
void http_streams_free(struct http_streams *s);

/* Run the test to its end. Result: whether it went well; why it did not is in words in
 * out->why, and out is filled but for the measure. */
bool http_streams_run(struct http_streams *s, struct http_result *out);

const struct http_meter *http_streams_meter(const struct http_streams *s);

/* Bytes of headers of TCP and IP that went with so much payload, by the size of segments
 * the kernel told; 0 where it told none. */
uint64_t http_streams_headers(const struct http_streams *s, uint64_t payload);

#endif
