#include "collector/hearing.h"

#define TRIAL_NS  (200 * NS_PER_MS)
#define LEAST     8               /* replies by which a capture is judged */
#define BOTH_NS   (2 * NS_PER_MS) /* from the wire to a socket, at most */
#define SILENT_NS (100 * NS_PER_MS)
#define TURN_NS   (100 * NS_PER_US) /* what two clocks can be apart */
#define UNREAD_NS NS_PER_S          /* so long may lie unread what has no stamp */

enum hearing_step
hearing_next(const struct hearing *h, uint32_t interface, mono_t now)
{
	int64_t lasts = now.ns - h->since.ns;

	if (interface == 0 || (h->by != BY_SOCKET && interface != h->interface))
		return HEARING_SOCKET;
	switch (h->by) {
	case BY_SOCKET:
		if (h->since.ns == 0 || interface != h->interface)
			return HEARING_TRIES;
		if (lasts < TRIAL_NS)
			return HEARING_STAYS;
		return h->by_socket >= LEAST && h->by_capture >= h->by_socket
		           ? HEARING_BOTH
		           : HEARING_TRIES;
	case BY_BOTH:
		return lasts < BOTH_NS ? HEARING_STAYS : HEARING_CAPTURE;
	default:
		return now.ns - h->heard.ns <= SILENT_NS ? HEARING_STAYS : HEARING_SOCKET;
	}
}

void
hearing_turn(struct hearing *h, enum hearing_step step, uint32_t interface, mono_t now)
{
	switch (step) {
	case HEARING_STAYS:
		return;
	case HEARING_SOCKET:
		if (h->by != BY_SOCKET)
			h->turned.ns = now.ns + TURN_NS;
		h->by = BY_SOCKET;
		h->since.ns = 0;
		return;
	case HEARING_TRIES:
		h->interface = interface;
		h->by_socket = h->by_capture = 0;
		break;
	case HEARING_BOTH:
		h->by = BY_BOTH;
		h->turned.ns = INT64_MAX;
		break;
	case HEARING_CAPTURE:
		h->by = BY_CAPTURE;
		h->turned.ns = now.ns + TURN_NS;
		h->heard = now;
		break;
	}
	h->since = now;
}

void
hearing_socket(struct hearing *h)
{
	h->by_socket += h->by == BY_SOCKET;
}

/* What came before the socket heard again may have come to the capture alone, and lie in
 * it behind what another processor has not written to its end. */
bool
hearing_capture(struct hearing *h, uint32_t interface, mono_t at, bool stamped)
{
	if (interface != h->interface)
		return false;
	h->by_capture++;
	h->heard = at;
	return h->by != BY_SOCKET || (stamped && at.ns <= h->turned.ns);
}

bool
hearing_again(const struct hearing *h, mono_t received, bool stamped)
{
	return received.ns - (stamped ? 0 : UNREAD_NS) <= h->turned.ns;
}
