#ifndef COLLECTOR_ENGINE_H
#define COLLECTOR_ENGINE_H

#include "base/journal.h"

/*
 * The engine: what is due, what is in flight, what became of it. It knows neither sockets
 * nor clocks: time is an argument, packets go through a transport, facts to a sink. The
 * daemon gives it sockets and the journal; the simulation a modelled network and the same
 * journal. It allocates when probes are added, never after.
 *
 * A sending is settled once: by an answer (reply, refused), by its timeout (lost), or
 * because it never left (not-sent). After a lost, an answer within 10 s of sending writes
 * a second record flagged late; after an answer, another one within 10 s writes one
 * record flagged dup. Both amend the first record of the same session and seq.
 */
#define ENGINE_HOLD_NS (10 * NS_PER_S)

struct engine_sink {
	void *ctx;
	void (*sent)(void *ctx, uint32_t probe, uint64_t seq, mono_t at);
	void (*sample)(void *ctx, const struct sample *s);
};

/* What a transport says of a sending that went out, or could not. */
struct departure {
	mono_t sent;    /* read just before the call */
	enum code code; /* with a negative result: why it never left */
	uint32_t flags;
};

/*
 * How probes of one kind get out. send: put sending ${seq} of ${probe} on its way now;
 * 0, or -errno with the code (recorded as not-sent). It may call engine_answer before it
 * returns. forget (may be NULL): nothing more is wanted of ${seq}: it was answered and
 * its 10 s are over, or lost and they are over; free what was kept for it.
 */
struct transport {
	void *ctx;
	int (*send)(
	    void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out);
	void (*forget)(void *ctx, uint32_t probe, uint64_t seq);
	bool settles; /* http: no timeout by the engine, the transport always answers */
};

/* An answer as the transport saw it. rtt is received - sent, each from the best stamp. */
struct answer {
	enum outcome
	    outcome; /* reply, refused; lost: certain before the timeout (unreachable) */
	enum code code;
	enum stamp stamp;
	mono_t sent; /* better stamp of the sending than the departure's; ns 0: none */
	mono_t received;
	uint32_t flags;
	uint64_t bytes;
};

struct engine;

struct engine *engine_new(const struct engine_sink *sink);
void engine_free(struct engine *e);

/*
 * engine_add(e, number, def, t, now):
 * Take up a probe under the journal's ${number}; its first slot is the first that begins
 * after ${now}. Transports are borrowed. -EEXIST: the number is in use.
 * engine_remove: no more sendings; what is in flight is settled as usual.
 */
int engine_add(struct engine *e, uint32_t number, const struct probe_def *def,
    const struct transport *t, mono_t now);
void engine_remove(struct engine *e, uint32_t number);

/* When engine_run wants to be called next; INT64_MAX ns: never. */
mono_t engine_next(const struct engine *e);

/* Send what is due, settle what has timed out. Slots missed by more than one ${every}
 * (a suspend, a stopped process) are skipped, not sent in a burst. */
void engine_run(struct engine *e, mono_t now);

/* Unknown or long forgotten numbers are ignored: the network is hostile. */
void engine_answer(
    struct engine *e, uint32_t probe, uint64_t seq, const struct answer *a);

/* The kernel's stamp of a sending (ns 0: it left, but when is not known better); probes
 * without one by the timeout are code neighbour. */
void engine_stamped(struct engine *e, uint32_t probe, uint64_t seq, mono_t sent);

/* From now on ${probe} expects kernel TX stamps: set by the transport once its socket has
 * given one. */
void engine_expect_stamps(struct engine *e, uint32_t probe);

/* Flag what is in flight of ${probe}: it may be lost by our own doing. */
void engine_taint(struct engine *e, uint32_t probe, uint32_t flags);

/* True while ${seq} is known: sent less than 10 s ago and not from a removed probe. */
bool engine_known(const struct engine *e, uint32_t probe, uint64_t seq);

/* At the end: what is in flight is left to the journal, which calls it unsettled. */
uint64_t engine_in_flight(const struct engine *e);

#endif
