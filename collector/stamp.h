#ifndef COLLECTOR_STAMP_H
#define COLLECTOR_STAMP_H

#include "base/clock.h"

#include <sys/socket.h>

/*
 * Kernel time stamps are of CLOCK_REALTIME; durations are not. A ruler turns them into
 * CLOCK_BOOTTIME by the offset between both, read once for a batch of messages. That
 * holds as long as nobody set the clock between a stamp and its reading: a ruler that
 * sees the offset jump says so, and turns nothing until it is read again.
 */
struct stamp_ruler {
	int64_t offset_ns; /* CLOCK_REALTIME minus CLOCK_BOOTTIME */
	mono_t read;       /* when; 0: never */
	bool jumped;       /* since it was read before: stamps are of either side */
};

/* Read both clocks, after the messages were received: about 100 ns. */
void stamp_ruler_read(struct stamp_ruler *r);

/* Ask for software stamps: on receipt, and on sending through the error queue. 0 or
 * -errno. */
int stamp_enable(int fd, bool sending);

/* The stamp in a received message's control data; false where there is none. */
bool stamp_get(struct msghdr *m, struct timespec *out);

/* A stamp of ${after} or later, and not of the future. Result: false if it cannot be;
 * *out untouched. */
bool stamp_mono(
    const struct stamp_ruler *r, const struct timespec *stamp, mono_t after, mono_t *out);

/* When something happened that was found since ${after}: by its stamp, and where that
 * cannot be true, for the clock was set meanwhile, now. Reads the ruler anew where it
 * must.
 */
mono_t stamp_since(struct stamp_ruler *r, const struct timespec *stamp, mono_t after);

/* The count of datagrams the socket dropped, if the message tells. */
bool stamp_drops(struct msghdr *m, uint32_t *out);

/* The same count, asked of the socket itself: no message need have come since. */
bool stamp_drops_now(int fd, uint32_t *out);

#endif
