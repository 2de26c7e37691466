#ifndef COLLECTOR_DOOR_H
#define COLLECTOR_DOOR_H

#include "collector/echo.h"
#include "collector/egress.h"
#include "collector/engine.h"
#include "collector/packet.h"

/*
 * A door: a raw ICMP socket of one link and family, opened at the first sending and again
 * when the interface was made anew. What is due at once leaves in one call; what comes is
 * told to the engine, with the best stamps there are.
 */
struct door;

/*
 * Who captures the links' interfaces hears replies as the sockets do. A busy socket is
 * spared its copies then: it hears errors alone, and replies are the capture's to tell.
 * See hearing.h.
 *
 * collect  read what was captured
 * listens  the index of the link's interface if that is captured, with room for many
 *          packets; else 0
 * missed   what the capture of this interface had no room for, of all packets since it
 *          began; untold: of those beyond ${since} what nobody was told of yet
 */
struct ear_missed {
	uint64_t packets, untold;
	mono_t at; /* found out; ns 0: none */
};

struct ear {
	void *ctx;
	void (*collect)(void *ctx);
	uint32_t (*listens)(void *ctx, size_t link);
	struct ear_missed (*missed)(void *ctx, uint32_t interface, uint64_t since);
};

/* Where packets come fast, doors are read so often. */
#define DOOR_TICK_NS (750 * NS_PER_US)

/*
 * What all doors share; borrowed, and may change.
 *
 * drops    packets the kernel had no room for where replies were to come
 * target   the address that ${probe} asks, or NULL
 * much     packets come so fast that each would wake us: door_read wants to be called at
 *          each tick from now on, until door_rest says no more
 */
struct doors {
	struct loop *loop;
	struct engine *engine;
	struct ear ear; /* all NULL: nobody captures */
	uint64_t drops;
	void *ctx;
	const struct sockaddr *(*target)(void *ctx, uint32_t probe);
	void (*much)(void *ctx, mono_t now);
};

struct door *door_new(struct doors *all, struct egress *e, int family);
void door_free(struct door *d);

/* It closes until it is needed again. What has come is read before: nobody will hear of
 * it by the next socket. */
void door_shut(struct door *d);

bool door_is(const struct door *d, const struct egress *e, int family);

/* Is a captured packet of this door's sendings? See icmp_own. */
bool door_owns(struct door *d, const struct packet *p, uint32_t *probe, uint64_t *seq);

/* As a transport's send and flush; ${to} may be given a scope (egress_aim). */
int door_send(struct door *d, struct sockaddr *to, uint32_t probe, uint64_t seq,
    mono_t now, struct departure *out);
void door_flush(struct door *d);

/* Does the socket stamp what is queued, so that a sending without never left? */
bool door_stamps(const struct door *d);

/* As a transport's doubt. */
uint32_t door_doubt(struct door *d, mono_t sent);

/*
 * door_busy  it is read at each tick, not in the loop
 * door_rings replies are the capture's to tell, too or alone
 * door_read  of a busy door: all that has come; then it chooses how to listen
 * door_rest  of a busy door, after the tick's reading: true where it stays busy
 */
bool door_busy(const struct door *d);
bool door_rings(const struct door *d);
void door_read(struct door *d);
bool door_rest(struct door *d);

/* Of a sending that a capture saw leave, and of a reply that one has; see icmp.h. */
void door_seen(struct door *d, mono_t at);
void door_heard(
    struct door *d, uint32_t interface, uint32_t probe, uint64_t seq, mono_t at);

/* The capture will end: the socket hears all again. */
void door_listen_alone(struct door *d);

/* Learn what the capture that listens for it had no room for. */
void door_count(struct door *d);

#endif
