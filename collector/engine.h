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
 * How probes of one kind get out.
 *
 * send    put sending ${seq} of ${probe} on its way now; 0, or -errno with the code
 *         (recorded as not-sent). It may call engine_answer before it returns. Or
 *         ENGINE_QUEUED: it waits for others that are due now; engine_departed says what
 *         became of it, before flush returns.
 * flush   (may be NULL) nothing more is due now: send what waits.
 * collect (may be NULL) something may be timed out now: read what has come.
 * forget  (may be NULL) nothing more is wanted of ${seq}: it was answered and its 10 s
 * are over, or lost and they are over; free what was kept for it. doubt   (may be NULL)
 * asked of what was not answered: FLAG_OWN_DROP if answers to what was sent at ${sent}
 * may since have been dropped by our own sockets; else 0.
 */
#define ENGINE_QUEUED 1
struct transport {
	void *ctx;
	int (*send)(
	    void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out);
	void (*flush)(void *ctx);
	void (*collect)(void *ctx);
	void (*forget)(void *ctx, uint32_t probe, uint64_t seq);
	uint32_t (*doubt)(void *ctx, uint32_t probe, mono_t sent);
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
	bool again; /* maybe: if the sending has its answer, this is that one */
	uint32_t flags;
	uint64_t bytes;
};

/*
 * Who can tell whether a sending left by its link.
 *
 * collect  read what was seen leaving
 * judge    of a sample whose sending nobody saw leave (stamped: the kernel says that it
 *          left by something): FLAG_EGRESS_WRONG, FLAG_EGRESS_UNPROVEN, or 0 where it is
 *          a loss all the same; it may change the sample's code
 * told     of each sample, flags and all
 */
struct engine_proof {
	void *ctx;
	void (*collect)(void *ctx);
	uint32_t (*judge)(void *ctx, struct sample *s, bool stamped);
	void (*told)(void *ctx, const struct sample *s);
};

struct engine;

struct engine *engine_new(const struct engine_sink *sink);
void engine_free(struct engine *e);

/*
 * engine_add(e, number, def, t, now):
 * Take up a probe under the journal's ${number}; its first slot is the first that begins
 * after ${now}. Transports are borrowed. -EEXIST: the number is in use;
 * -ENOSPC: too many transports that gather.
 * engine_remove: no more sendings; what is in flight is settled as usual.
 */
int engine_add(struct engine *e, uint32_t number, const struct probe_def *def,
    const struct transport *t, mono_t now);
void engine_remove(struct engine *e, uint32_t number);

/*
 * What is due within ${ns} after engine_run's instant leaves with what is due then (but
 * not before its slot begins), so that who comes less often than each sending is due
 * sends some before their time and some after it, and few far from it. 0 at first.
 * engine_next then tells so much before the first is due: a probe that is due alone
 * waits.
 */
void engine_gather(struct engine *e, int64_t ns);

/* When engine_run wants to be called next; INT64_MAX ns: never. */
mono_t engine_next(const struct engine *e);

/* Send what is due, settle what has timed out. Slots missed by more than one ${every}
 * (a suspend, a stopped process) are skipped, not sent in a burst; what was in flight
 * then and was not answered is own-drop. */
void engine_run(struct engine *e, mono_t now);

/* Unknown or long forgotten numbers are ignored: the network is hostile. */
void engine_answer(
    struct engine *e, uint32_t probe, uint64_t seq, const struct answer *a);

/* The kernel's stamp of a sending (ns 0: it left, but when is not known better); probes
 * without one by the timeout are code neighbour. */
void engine_stamped(struct engine *e, uint32_t probe, uint64_t seq, mono_t sent);

/* With a proof each sample says whether its sending left by its link. */
void engine_prove(struct engine *e, const struct engine_proof *proof);

/*
 * engine_left(e, probe, seq, by_its_link, at):
 * A sending was seen leaving: by its link, or by another. ${at}: when, by the kernel; ns
 * 0 where that is not known. It goes before a socket's stamp, which is made a little
 * later, and is what any capture shows.
 *
 * Result  whether that is now the instant of the sending.
 */
bool engine_left(
    struct engine *e, uint32_t probe, uint64_t seq, bool by_its_link, mono_t at);

/* From now on ${probe} expects kernel TX stamps, or no longer: set by the transport once
 * its socket has given one. */
void engine_expect_stamps(struct engine *e, uint32_t probe, bool expect);

/* What became of a sending that send said was queued: as send's result. */
void engine_departed(
    struct engine *e, uint32_t probe, uint64_t seq, int rc, const struct departure *d);

/* How exact the engine was: how far from its slot's time a sending left, slots that
 * were passed over, where the stamps of the answers came from. */
struct engine_account {
	uint64_t sendings, unsent, skipped;
	uint64_t doubted;             /* lost, maybe by us: own-drop */
	uint64_t stamps[STAMP_COUNT]; /* of the answers */
	int64_t delay_p50_ns, delay_p99_ns, delay_most_ns; /* -1: nothing was sent */
};

/* The account since the last call, which begins a new one. */
void engine_take_account(struct engine *e, struct engine_account *out);

/* True while ${seq} is known: sent, and not forgotten since. */
bool engine_known(const struct engine *e, uint32_t probe, uint64_t seq);

/* At the end: what is in flight is left to the journal, which calls it unsettled. */
uint64_t engine_in_flight(const struct engine *e);

#endif
