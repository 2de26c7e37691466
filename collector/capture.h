#ifndef COLLECTOR_CAPTURE_H
#define COLLECTOR_CAPTURE_H

#include "base/clock.h"
#include "config/settings.h"

#include <time.h>

/*
 * A capture of one interface: a packet socket whose filter was set and locked by the
 * broker, read through a ring in memory shared with the kernel. Packets lie in it the
 * moment they leave or arrive, so nobody need be woken by them.
 */
struct capture;

struct captured {
	const uint8_t *p; /* from the IP header on; until the next call */
	size_t n;         /* bytes captured, of length */
	uint32_t length;
	struct timespec stamp; /* UTC, of the kernel */
	bool leaves;           /* else it arrived */
	bool to_us;            /* arrived for this host, as far as the medium knows */
};

/*
 * capture_socket(link, settings, want):
 * For the broker: a packet socket of the link's interface (or of the one that has its
 * source address) with its filter, locked. Result: the descriptor or -errno.
 */
int capture_socket(const struct link_conf *link, const struct settings *settings,
    enum capture_want want);

/* Take over such a socket; ${frames} packets find room, a power of two. 0 or -errno (the
 * descriptor is closed then). */
int capture_new(struct capture **out, int fd, unsigned frames);
void capture_free(struct capture *c);

/* The next packet. Result: false where none waits. */
bool capture_next(struct capture *c, struct captured *out);

/* Packets the kernel had no room for, since the last call. */
uint32_t capture_drops(struct capture *c);

/* How many frames were found filled by the last round of reading, against the ring. */
unsigned capture_frames(const struct capture *c);

#endif
