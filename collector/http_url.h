#ifndef COLLECTOR_HTTP_URL_H
#define COLLECTOR_HTTP_URL_H

#include <stdbool.h>
#include <stdint.h>

#define HTTP_HOST_ROOM 256

/*
 * The parts of a URL that decide where a test connects. A host is a name, an IPv4
 * address, or an IPv6 address (here without its brackets).
 */
struct http_url {
	bool tls;
	char host[HTTP_HOST_ROOM];
	uint16_t port;
	int family; /* of an address: AF_INET, AF_INET6; AF_UNSPEC: a name */
};

/*
 * http_url_parse(out, text):
 * http:// or https://, a host, an optional port, then nothing or a path or query.
 * Stricter than RFC 3986: no user, only printable ASCII, names of letters, digits, - _
 * and dots.
 *
 * Result  0, or -EINVAL.
 */
int http_url_parse(struct http_url *out, const char *text);

#endif
