/*
 * Every probe keeps a ring with one place for each sending of the last ten seconds, so a
 * sequence number finds its place by arithmetic. One heap holds what each probe wants
 * next: its next slot, or the next timeout of its ring.
 */
#include "collector/engine.h"

#include "base/bytes.h"
#include "base/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A slot may be sent so much after its time, however short the slots are. */
#define LATE_START_NS (50 * NS_PER_MS)

enum state {
	FREE = 0,
	FLYING,
	LOST,
	ANSWERED
};

struct flight {
	uint64_t seq;
	mono_t sent;           /* best stamp there is */
	uint32_t flags, taint; /* taint: only if it is lost */
	enum code code;        /* why it will be lost, if it is */
	uint8_t state;
	bool stamped; /* by the kernel */
	bool dup;     /* one is enough to tell */
};

struct probe {
	uint32_t number;
	bool used, removed, expects_stamps;
	struct probe_def def;
	const struct transport *transport;
	uint64_t slot; /* next to be sent */
	mono_t due;
	uint64_t next_seq;  /* from 1 */
	uint64_t settled;   /* all up to here are no longer FLYING */
	uint64_t forgotten; /* all up to here are FREE */
	struct flight *ring;
	size_t room;
	mono_t wants; /* key in the heap */
	size_t place; /* in the heap, from 1 */
};

struct engine {
	struct engine_sink sink;
	struct probe *probes; /* in order of adding; places are stable by index */
	size_t n, room;
	uint32_t *index; /* probe number to probes[] + 1 */
	size_t n_index;
	uint32_t *heap; /* from 1, of indexes into probes */
	size_t heap_n;
};

static const mono_t NEVER = {INT64_MAX};

/* ---- the heap ---- */

static void
put_at(struct engine *e, size_t place, uint32_t probe)
{
	e->heap[place] = probe;
	e->probes[probe].place = place;
}

static int64_t
key_at(const struct engine *e, size_t place)
{
	return e->probes[e->heap[place]].wants.ns;
}

static void
restore(struct engine *e, size_t i)
{
	uint32_t p = e->heap[i];
	int64_t key = e->probes[p].wants.ns;

	for (; i > 1 && key < key_at(e, i / 2); i /= 2)
		put_at(e, i, e->heap[i / 2]);
	for (size_t k; (k = 2 * i) <= e->heap_n; i = k) {
		if (k < e->heap_n && key_at(e, k + 1) < key_at(e, k))
			k++;
		if (key <= key_at(e, k))
			break;
		put_at(e, i, e->heap[k]);
	}
	put_at(e, i, p);
}

/* ---- flights ---- */

static struct flight *
flight_of(const struct probe *p, uint64_t seq)
{
	struct flight *f = &p->ring[seq % p->room];

	return f->state != FREE && f->seq == seq ? f : NULL;
}

/* What the probe wants next: to send, to time out its oldest flight, or to forget. */
static void
plan(struct engine *e, struct probe *p)
{
	int64_t at = p->removed ? INT64_MAX : p->due.ns;
	const struct flight *f;

	if (!p->transport->settles && p->settled + 1 < p->next_seq &&
	    (f = flight_of(p, p->settled + 1)) != NULL &&
	    f->sent.ns + p->def.timeout_ns < at)
		at = f->sent.ns + p->def.timeout_ns;
	if (p->forgotten < p->settled && (f = flight_of(p, p->forgotten + 1)) != NULL &&
	    f->sent.ns + ENGINE_HOLD_NS < at)
		at = f->sent.ns + ENGINE_HOLD_NS;
	p->wants.ns = at;
	restore(e, p->place);
}

static void
emit(struct engine *e, const struct probe *p, const struct flight *f, struct sample *s)
{
	s->probe = p->number;
	s->seq = f->seq;
	s->sent = f->sent;
	s->flags |= f->flags;
	e->sink.sample(e->sink.ctx, s);
}

static void
time_out(struct engine *e, struct probe *p, struct flight *f)
{
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST, .code = CODE_TIMEOUT};

	if (f->code != CODE_NONE)
		s.code = f->code;
	else if (p->expects_stamps && !f->stamped)
		s.code = CODE_NEIGHBOUR;
	f->state = LOST;
	s.flags |= f->taint;
	emit(e, p, f, &s);
}

static void
forget(struct probe *p, struct flight *f)
{
	if (p->transport->forget != NULL)
		p->transport->forget(p->transport->ctx, p->number, f->seq);
	f->state = FREE;
}

/* Flights were sent in order, so both marks move over a prefix. */
static void
settle(struct engine *e, struct probe *p, mono_t now)
{
	while (p->settled + 1 < p->next_seq) {
		struct flight *f = flight_of(p, p->settled + 1);
		if (f != NULL && f->state == FLYING) {
			if (p->transport->settles ||
			    f->sent.ns + p->def.timeout_ns > now.ns)
				break;
			time_out(e, p, f);
		}
		p->settled++;
	}
	while (p->forgotten < p->settled) {
		struct flight *f = flight_of(p, p->forgotten + 1);
		if (f != NULL && f->sent.ns + ENGINE_HOLD_NS > now.ns)
			break;
		if (f != NULL)
			forget(p, f);
		p->forgotten++;
	}
}

/* ---- sending ---- */

/* The first slot whose time lies at or after ${now}. */
static void
next_slot(struct probe *p, mono_t now)
{
	uint64_t current = (uint64_t)(now.ns / p->def.every_ns);

	if (p->slot < current)
		p->slot = current;
	while ((p->due = schedule_at(p->def.seed, p->def.every_ns, p->slot)).ns < now.ns)
		p->slot++;
}

/* A full ring means the transport settles and has not: this slot is passed over. */
static bool
ring_full(const struct probe *p)
{
	return p->next_seq - p->forgotten > p->room;
}

static void
send_one(struct engine *e, struct probe *p, mono_t now)
{
	uint64_t seq = p->next_seq;
	struct departure d = {.sent = now};
	struct flight *f = &p->ring[seq % p->room];
	uint32_t number = p->number;

	if (ring_full(p))
		return;
	p->next_seq++;
	*f = (struct flight){.seq = seq, .sent = now, .state = FLYING};
	e->sink.sent(e->sink.ctx, number, seq, now);
	int rc = p->transport->send(p->transport->ctx, number, seq, now, &d);
	if (rc == 0) {
		if (f->state == FLYING && !f->stamped)
			f->sent = d.sent;
		f->flags |= d.flags;
		return;
	}
	if (f->state != FLYING) /* answered all the same */
		return;
	struct sample s = {.rtt_ns = -1,
	    .outcome = OUTCOME_NOT_SENT,
	    .code = d.code != CODE_NONE ? d.code : CODE_SEND_FAILED};
	f->flags = d.flags;
	emit(e, p, f, &s);
	f->state = FREE;
}

/* One due slot; those missed by more than a slot (suspend, stop) are skipped for good. */
static void
send_due(struct engine *e, struct probe *p, mono_t now)
{
	int64_t tolerance =
	    p->def.every_ns > LATE_START_NS ? p->def.every_ns : LATE_START_NS;

	if (p->removed || p->due.ns > now.ns)
		return;
	if (now.ns - p->due.ns <= tolerance)
		send_one(e, p, now);
	p->slot++;
	p->due = schedule_at(p->def.seed, p->def.every_ns, p->slot);
	if (now.ns - p->due.ns > tolerance)
		next_slot(p, now);
}

/* ---- outside ---- */

struct engine *
engine_new(const struct engine_sink *sink)
{
	struct engine *e = memory_grow(NULL, 1, sizeof *e);

	memset(e, 0, sizeof *e);
	e->sink = *sink;
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		free(e->probes[i].ring);
	free(e->probes);
	free(e->index);
	free(e->heap);
	free(e);
}

static struct probe *
probe_of(const struct engine *e, uint32_t number)
{
	if (number >= e->n_index || e->index[number] == 0)
		return NULL;
	return &e->probes[e->index[number] - 1];
}

static void
make_room(struct engine *e, uint32_t number)
{
	if (e->n == e->room) {
		e->room = e->room * 2 + 16;
		e->probes = memory_grow(e->probes, e->room, sizeof *e->probes);
		e->heap = memory_grow(e->heap, e->room + 1, sizeof *e->heap);
	}
	if (number >= e->n_index) {
		size_t n = (size_t)number * 2 + 16;
		e->index = memory_grow(e->index, n, sizeof *e->index);
		memset(e->index + e->n_index, 0, (n - e->n_index) * sizeof *e->index);
		e->n_index = n;
	}
}

int
engine_add(struct engine *e, uint32_t number, const struct probe_def *def,
    const struct transport *t, mono_t now)
{
	int64_t longest =
	    def->timeout_ns > ENGINE_HOLD_NS ? def->timeout_ns : ENGINE_HOLD_NS;
	struct probe *p = probe_of(e, number);

	if (p != NULL && !p->removed)
		return -EEXIST;
	if (p != NULL) { /* back after a reload: its numbers go on */
		p->removed = false;
		p->transport = t;
		next_slot(p, now);
		plan(e, p);
		return 0;
	}
	make_room(e, number);
	p = &e->probes[e->n];
	*p = (struct probe){
	    .number = number, .used = true, .def = *def, .transport = t, .next_seq = 1};
	/* Offsets are random in their slots: two more than the slots of the hold. */
	p->room = (size_t)(longest / def->every_ns) + 4;
	p->ring = memory_grow(NULL, p->room, sizeof *p->ring);
	memset(p->ring, 0, p->room * sizeof *p->ring);
	next_slot(p, now);
	e->index[number] = (uint32_t)++e->n;
	put_at(e, ++e->heap_n, (uint32_t)(e->n - 1));
	plan(e, p);
	return 0;
}

void
engine_remove(struct engine *e, uint32_t number)
{
	struct probe *p = probe_of(e, number);

	if (p == NULL)
		return;
	p->removed = true;
	plan(e, p);
}

mono_t
engine_next(const struct engine *e)
{
	return e->heap_n > 0 ? (mono_t){key_at(e, 1)} : NEVER;
}

void
engine_run(struct engine *e, mono_t now)
{
	while (e->heap_n > 0 && key_at(e, 1) <= now.ns) {
		uint32_t i = e->heap[1];
		settle(e, &e->probes[i], now);
		send_due(e, &e->probes[i], now);
		plan(e, &e->probes[i]);
	}
}

/* The second record of a sending; the first stands in the journal already. */
static void
amend(struct engine *e, struct probe *p, struct flight *f, struct sample *s)
{
	if (f->state == LOST) {
		s->flags |= FLAG_LATE;
		f->state = ANSWERED;
	} else if (!f->dup) {
		s->flags |= FLAG_DUP;
		f->dup = true;
	} else {
		return;
	}
	emit(e, p, f, s);
}

void
engine_answer(struct engine *e, uint32_t number, uint64_t seq, const struct answer *a)
{
	struct probe *p = probe_of(e, number);
	struct flight *f = p != NULL ? flight_of(p, seq) : NULL;
	struct sample s = {.rtt_ns = -1,
	    .outcome = a->outcome,
	    .stamp = a->stamp,
	    .code = a->code,
	    .flags = a->flags,
	    .bytes = a->bytes};

	if (f == NULL)
		return;
	if (a->outcome == OUTCOME_LOST && !p->transport->settles) {
		f->code = a->code; /* no answer; a true one may still come */
		f->flags |= a->flags;
		return;
	}
	bool answer = sample_is_answer(&s);
	mono_t sent = a->sent.ns != 0 ? a->sent : f->sent;
	if (answer) {
		s.rtt_ns = a->received.ns - sent.ns;
		if (s.rtt_ns < 0)
			s.rtt_ns = 0;
		if (s.rtt_ns > ENGINE_HOLD_NS && !p->transport->settles)
			return;
	}
	if (f->state == FLYING) {
		f->sent = sent;
		/* Found in the queue only after its timeout, for us or the machine were
		 * slow: late is what arrived late, not what was read late. */
		if (answer && !p->transport->settles && s.rtt_ns > p->def.timeout_ns) {
			time_out(e, p, f);
			amend(e, p, f, &s);
		} else {
			f->state = ANSWERED;
			emit(e, p, f, &s);
		}
		plan(e, p);
	} else if (answer) {
		amend(e, p, f, &s);
	}
}

void
engine_stamped(struct engine *e, uint32_t number, uint64_t seq, mono_t sent)
{
	struct probe *p = probe_of(e, number);
	struct flight *f = p != NULL ? flight_of(p, seq) : NULL;

	if (f == NULL || f->state != FLYING)
		return;
	f->stamped = true;
	if (sent.ns != 0)
		f->sent = sent;
}

void
engine_expect_stamps(struct engine *e, uint32_t number)
{
	struct probe *p = probe_of(e, number);

	if (p != NULL)
		p->expects_stamps = true;
}

void
engine_taint(struct engine *e, uint32_t number, uint32_t flags)
{
	struct probe *p = probe_of(e, number);

	for (size_t i = 0; p != NULL && i < p->room; i++)
		if (p->ring[i].state == FLYING)
			p->ring[i].taint |= flags;
}

bool
engine_known(const struct engine *e, uint32_t number, uint64_t seq)
{
	const struct probe *p = probe_of(e, number);

	return p != NULL && flight_of(p, seq) != NULL;
}

uint64_t
engine_in_flight(const struct engine *e)
{
	uint64_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		for (size_t k = 0; k < e->probes[i].room; k++)
			n += e->probes[i].ring[k].state == FLYING;
	return n;
}
