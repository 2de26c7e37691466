#ifndef COLLECTOR_STAMP_H
#define COLLECTOR_STAMP_H

#include "base/clock.h"

#include <sys/socket.h>

/*
 * Kernel time stamps are of CLOCK_REALTIME; durations are not. stamp_mono turns one into
 * CLOCK_BOOTTIME by the offset of this instant, which holds as long as nobody set the
 * clock between the stamp and its reading: stamps that lie outside [after, now] are
 * dropped.
 */

/* Ask for software stamps: on receipt, and on sending through the error queue. 0 or
 * -errno. */
int stamp_enable(int fd, bool sending);

/* The stamp in a received message's control data; false where there is none. */
bool stamp_get(struct msghdr *m, struct timespec *out);

/* Result: false if the stamp cannot be; *out untouched. */
bool stamp_mono(const struct timespec *stamp, mono_t after, mono_t now, mono_t *out);

/* The count of datagrams the socket dropped, if the message tells. */
bool stamp_drops(struct msghdr *m, uint32_t *out);

#endif
