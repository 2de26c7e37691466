#ifndef BASE_PCAPNG_H
#define BASE_PCAPNG_H

#include "base/bytes.h"
#include "base/clock.h"

/*
 * Packets as a pcapng section, as the IETF's draft-ietf-opsawg-pcapng has it, so that
 * Wireshark and tcpdump read it: blocks appended to a buffer. Times to the nanosecond.
 */
#define PCAPNG_RAW 101 /* LINKTYPE_RAW: packets begin with their IP header */

struct pcapng_packet {
	uint32_t interface; /* in the order of pcapng_interface, from 0 */
	wall_t time;
	const uint8_t *p;
	uint32_t n, length; /* captured, and on the wire */
	bool leaves;
};

/* The section header: who wrote it, and a word on what it is. First, and once. */
void pcapng_begin(struct bytes *b, const char *software, const char *comment);

/* An interface of packets of that link type. */
void pcapng_interface(
    struct bytes *b, const char *name, uint16_t linktype, uint32_t snap);

void pcapng_packet(struct bytes *b, const struct pcapng_packet *packet);

#endif
