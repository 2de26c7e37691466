#ifndef COLLECTOR_BROKER_H
#define COLLECTOR_BROKER_H

#include "config/settings.h"

/*
 * The broker: a process that keeps CAP_NET_RAW (and CAP_NET_ADMIN where a link has a
 * mark), opens sockets, binds them to a link of the configuration, and hands them over.
 * It reads requests of its parent and nothing else, never a network, and ends with its
 * parent.
 */
struct broker;

enum broker_kind {
	BROKER_ICMP4 = 1,
	BROKER_ICMP6,
	BROKER_UDP,
	BROKER_TCP,
	BROKER_CAPTURE /* a packet socket of the link's interface; see capture.h */
};

/*
 * broker_start(out, settings, path, err, room):
 * Fork it, and wait until it has its capabilities. It serves the links of ${settings},
 * and after broker_reload those of the file at ${path}.
 *
 * Result  0, or -errno with one line in err.
 */
int broker_start(struct broker **out, const struct settings *settings, const char *path,
    char *err, size_t room);
void broker_stop(struct broker *b);

/* True once it has ended without being told to: no socket can be opened any more. */
bool broker_ended(struct broker *b);

/*
 * broker_open(b, link, kind, family): a socket bound to the link of that index in the
 * settings, non-blocking, close-on-exec. Result: the descriptor, or -errno.
 */
int broker_open(struct broker *b, size_t link, enum broker_kind kind, int family);

/*
 * broker_reload(b, sha256):
 * Have it read the file again.
 *
 * Result  0; -ESTALE if the file is not the one of that SHA-256, -EINVAL if it cannot be
 *         read, -EPERM if a link in it sets a mark and none did when the broker was
 *         started: it gave CAP_NET_ADMIN up then. It goes on with what it had.
 */
int broker_reload(struct broker *b, const char *sha256);

/* Bind a socket to a link: device, source, mark. What broker and unprivileged use share.
 */
int broker_bind(int fd, const struct link_conf *link, int family);

#endif
