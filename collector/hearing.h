#ifndef COLLECTOR_HEARING_H
#define COLLECTOR_HEARING_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * By which ear a door hears replies: by its socket, or by the capture of its link's
 * interface. A capture shows the wire, a socket what this host makes of it, and these
 * need not be the same: a VRF's own device shows arrivals as departures, a header may
 * stand before a reply that no filter looks behind. So a capture is tried first: its
 * replies are counted beside those of the socket, and one that had each of them is
 * listened to. Then both are for a moment, for what the capture has shown and was not
 * asked for may be on its way to the socket still; then the capture alone, until it
 * brings nothing for a while.
 */
enum hearing_by {
	BY_SOCKET, /* maybe while a capture is tried */
	BY_BOTH,
	BY_CAPTURE
};

struct hearing { /* all zero at first */
	enum hearing_by by;
	uint32_t interface; /* whose capture is tried or listened to, or was */
	mono_t since;       /* that it is so, or tried; ns 0: none is */
	mono_t turned;      /* what came before may be brought by each ear */
	mono_t heard;       /* the capture's newest reply */
	uint64_t by_socket, by_capture; /* replies of the trial */
};

enum hearing_step {
	HEARING_STAYS,
	HEARING_SOCKET,  /* it alone from now on */
	HEARING_TRIES,   /* a capture, from its beginning: read both before */
	HEARING_BOTH,    /* the capture too */
	HEARING_CAPTURE, /* it alone */
};

/* What is to be done next. ${interface}: whose capture could be listened to, 0 where
 * there is none. While one is tried, read the socket before and the capture after that.
 */
enum hearing_step hearing_next(const struct hearing *h, uint32_t interface, mono_t now);

/* It has been done. */
void hearing_turn(
    struct hearing *h, enum hearing_step step, uint32_t interface, mono_t now);

/* The socket brought a reply. */
void hearing_socket(struct hearing *h);

/* So did the capture of an interface; ${at}: see hearing_again. Result: whether it counts
 * as heard. */
bool hearing_capture(struct hearing *h, uint32_t interface, mono_t at, bool stamped);

/* May the other ear have brought this reply before? ${received}: by the kernel's stamp,
 * or when it was read. */
bool hearing_again(const struct hearing *h, mono_t received, bool stamped);

#endif
