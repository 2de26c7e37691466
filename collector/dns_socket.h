#ifndef COLLECTOR_DNS_SOCKET_H
#define COLLECTOR_DNS_SOCKET_H

#include "base/sample.h"

#include <sys/socket.h>

/*
 * A connected datagram socket with what the kernel says beside the datagrams: when each
 * arrived and left, and which one an ICMP error is about. Errors of single datagrams come
 * out of the error queue and never as the result of a call that has nothing to do with
 * them.
 */
struct dns_socket_error {
	const uint8_t *datagram; /* ours that caused it, as far as it was quoted */
	size_t len;
	bool port_unreachable; /* else any other ICMP error */
	struct sockaddr_storage offender;
	mono_t at;
	enum stamp stamp;
};

struct dns_socket_watcher {
	void *ctx;
	void (*error)(void *ctx, const struct dns_socket_error *e);
	/* ${packet} ends with a datagram of ours, which left at ${at}. */
	void (*left)(void *ctx, const uint8_t *packet, size_t n, mono_t at);
};

/* Ask for stamps and errors. What the kernel does not give is done without: samples then
 * have poorer stamps, or read lost instead of refused. */
void dns_socket_prepare(int fd, int family);

/* Tell the watcher all that waits in the error queue; how many there were. */
unsigned dns_socket_drain(int fd, const struct dns_socket_watcher *w);

/*
 * dns_socket_receive(fd, p, room, from, from_len, w, at, stamp):
 * The next datagram, and then dns_socket_drain: when it is there, so is the stamp of the
 * query that it answers.
 *
 * Result  its length, with at and stamp (kernel-rx, or user where there is none); or -1
 *         with errno EAGAIN, for an empty one too, or the error of a broken socket.
 */
ssize_t dns_socket_receive(int fd, void *p, size_t room, struct sockaddr *from,
    socklen_t *from_len, const struct dns_socket_watcher *w, mono_t *at,
    enum stamp *stamp);

#endif
