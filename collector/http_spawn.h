#ifndef COLLECTOR_HTTP_SPAWN_H
#define COLLECTOR_HTTP_SPAWN_H

#include "collector/http_child.h"

#include <sys/types.h>

/* The process of a test, as its parent holds it. */
struct http_spawn {
	pid_t pid;  /* 0: none */
	int exited; /* pidfd: readable once it has ended; or -1 */
	int result; /* read end, non-blocking; or -1 */
};

#define HTTP_SPAWN_NONE ((struct http_spawn){0, -1, -1})

/*
 * http_spawn_start(out, command, request, sockets):
 * Run ${command} with the request and the request's n_sockets sockets; they stay the
 * caller's. Its environment is empty, its error output the parent's.
 *
 * Result  0 or -errno.
 */
int http_spawn_start(struct http_spawn *out, const char *const *command,
    const struct http_request *request, const int *sockets);

#define HTTP_OVERHEAD_BYTES 65536u /* uploads count headers and TLS too */

/* Whether what it says of a good test can be: the child is not trusted. It began at
 * ${started}. */
bool http_spawn_believed(const struct http_result *r, const struct http_request *request,
    mono_t started, mono_t now);

/* Kill it if it runs, wait for its end (which is at hand then), close what is held. */
void http_spawn_end(struct http_spawn *s);

#endif
