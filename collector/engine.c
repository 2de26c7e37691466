/*
 * Every probe keeps a ring with one place for each sending of the last ten seconds, so a
 * sequence number finds its place by arithmetic: 16 bytes each, and no number is ever
 * used twice. One wheel holds what each probe wants next: its next slot, or the next
 * timeout of its ring. An answer costs neither a search nor a move in the wheel.
 */
#include "collector/engine.h"

#include "base/bytes.h"
#include "base/hist.h"
#include "base/schedule.h"
#include "collector/flight.h"
#include "collector/wheel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A slot may be sent so much after its time, however short the slots are. */
#define LATE_START_NS   (50 * NS_PER_MS)
#define ASLEEP_NS       (2 * NS_PER_S) /* so late for what was due: not running */
#define SEEN_BEFORE_NS  NS_PER_MS      /* the socket's stamp, at most */
#define TRANSPORTS_MOST 8
#define DUE_MOST        32 /* taken from the wheel at once */

struct probe {
	uint32_t number;
	bool removed, expects_stamps;
	int64_t every_ns, timeout_ns;
	uint64_t seed;
	const struct transport *transport;
	uint64_t slot; /* next to be sent */
	mono_t due;
	uint64_t next_seq;  /* from 1 */
	uint64_t settled;   /* all up to here are no longer FLYING */
	uint64_t forgotten; /* all up to here are FREE */
	struct flight *ring;
	size_t room; /* a power of two */
};

struct engine {
	struct engine_sink sink;
	struct probe *probes; /* in order of adding; places are stable by index */
	size_t n, room;
	uint32_t *index; /* probe number to probes[] + 1 */
	size_t n_index;
	struct wheel wheel; /* of indexes into probes */
	const struct transport *batching[TRANSPORTS_MOST];
	size_t n_batching;
	int64_t gather_ns;
	mono_t woke; /* came back after a suspend, or a stop of the process */
	struct engine_account account;
	struct hist delay;
	struct engine_proof proof;
};

static const mono_t NEVER = {INT64_MAX};

/* ---- flights ---- */

/* The ring holds the numbers from forgotten + 1 on, each in one place. */
static struct flight *
flight_of(const struct probe *p, uint64_t seq)
{
	struct flight *f = &p->ring[seq & (p->room - 1)];

	return seq > p->forgotten && seq < p->next_seq && f->state != FREE ? f : NULL;
}

/* From when on the probe may send for the slot it is at. */
static int64_t
may_send(const struct engine *e, const struct probe *p)
{
	int64_t begins = (int64_t)p->slot * p->every_ns, from = p->due.ns - e->gather_ns;

	return from > begins ? from : begins;
}

/* What the probe wants next: to send, to time out its oldest flight, or to forget. */
static void
plan(struct engine *e, struct probe *p)
{
	int64_t at = p->removed ? INT64_MAX : may_send(e, p);
	const struct flight *f;

	while (p->settled + 1 < p->next_seq && !flight_open(flight_of(p, p->settled + 1)))
		p->settled++;
	if (!p->transport->settles && p->settled + 1 < p->next_seq &&
	    (f = flight_of(p, p->settled + 1)) != NULL && f->sent.ns + p->timeout_ns < at)
		at = f->sent.ns + p->timeout_ns;
	/* Where nothing is kept for it, forgetting waits until there is something to do.
	 */
	if (p->transport->forget != NULL && p->forgotten < p->settled &&
	    (f = flight_of(p, p->forgotten + 1)) != NULL &&
	    f->sent.ns + ENGINE_HOLD_NS < at)
		at = f->sent.ns + ENGINE_HOLD_NS;
	wheel_set(&e->wheel, (uint32_t)(p - e->probes), (mono_t){at});
}

/* Who saw it leave tells when, too: before that counts. */
static void
look(struct engine *e, const struct flight *f)
{
	if (e->proof.collect != NULL && flight_open(f) && !f->left)
		e->proof.collect(e->proof.ctx);
}

/* By its link and by another (a loop through this host): it did leave by its link. But a
 * test is many packets: one connection astray is one too many. */
static bool
is_proven(const struct probe *p, const struct flight *f)
{
	return f->left && !(p->transport->settles && f->astray);
}

static uint32_t
egress_of(
    struct engine *e, const struct probe *p, const struct flight *f, struct sample *s)
{
	if (e->proof.judge == NULL || s->outcome == OUTCOME_NOT_SENT || is_proven(p, f))
		return 0;
	e->proof.collect(e->proof.ctx);
	if (is_proven(p, f))
		return 0;
	return f->astray ? FLAG_EGRESS_WRONG
	                 : e->proof.judge(e->proof.ctx, s, f->stamped);
}

static void
emit(struct engine *e, const struct probe *p, uint64_t seq, const struct flight *f,
    struct sample *s)
{
	s->probe = p->number;
	s->seq = seq;
	s->sent = f->sent;
	s->flags |= f->flags;
	s->flags |= egress_of(e, p, f, s);
	e->sink.sample(e->sink.ctx, s);
	if (e->proof.told != NULL)
		e->proof.told(e->proof.ctx, s);
}

/* Whose answer our own sockets may have dropped, that no router is blamed for, and no
 * neighbour: the stamp went the same way. Nor who may have answered while we slept. */
static void
time_out(struct engine *e, struct probe *p, uint64_t seq, struct flight *f)
{
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST, .code = CODE_TIMEOUT};
	const struct transport *t = p->transport;
	uint32_t doubts = t->doubt != NULL ? t->doubt(t->ctx, p->number, f->sent) : 0;

	if (f->sent.ns < e->woke.ns)
		doubts |= FLAG_OWN_DROP;
	if (f->code != CODE_NONE)
		s.code = (enum code)f->code;
	else if (p->expects_stamps && !f->stamped && !(doubts & FLAG_OWN_DROP))
		s.code = CODE_NEIGHBOUR;
	f->state = LOST;
	s.flags |= doubts;
	e->account.doubted += (doubts & FLAG_OWN_DROP) != 0;
	emit(e, p, seq, f, &s);
}

static void
forget(struct probe *p, uint64_t seq, struct flight *f)
{
	p->transport->forget(p->transport->ctx, p->number, seq);
	f->state = FREE;
}

/* Flights were sent in order, so both marks move over a prefix. */
static void
settle(struct engine *e, struct probe *p, mono_t now)
{
	while (p->settled + 1 < p->next_seq) {
		struct flight *f = flight_of(p, p->settled + 1);
		if (flight_open(f)) {
			if (p->transport->settles || f->state == QUEUED ||
			    f->sent.ns + p->timeout_ns > now.ns)
				break;
			time_out(e, p, p->settled + 1, f);
		}
		p->settled++;
	}
	while (p->transport->forget != NULL && p->forgotten < p->settled) {
		struct flight *f = flight_of(p, p->forgotten + 1);
		if (f != NULL && f->sent.ns + ENGINE_HOLD_NS > now.ns)
			break;
		if (f != NULL)
			forget(p, p->forgotten + 1, f);
		p->forgotten++;
	}
}

/* ---- sending ---- */

/* The first slot whose time lies at or after ${now}. */
static void
next_slot(struct probe *p, mono_t now)
{
	uint64_t current = (uint64_t)(now.ns / p->every_ns);

	if (p->slot < current)
		p->slot = current;
	while ((p->due = schedule_at(p->seed, p->every_ns, p->slot)).ns < now.ns)
		p->slot++;
}

/* Whom nothing is kept for is forgotten when its place is wanted, a look at memory less
 * each time. Result: false, and this slot is passed over, where the transport settles and
 * has not. */
static bool
make_place(struct probe *p)
{
	if (p->next_seq - p->forgotten <= p->room)
		return true;
	if (p->transport->forget != NULL || p->forgotten == p->settled)
		return false;
	p->forgotten++;
	return true;
}

/* What became of handing a packet to the kernel: now, or at the end of the batch. */
static void
depart(struct engine *e, struct probe *p, uint64_t seq, struct flight *f, int rc,
    const struct departure *d)
{
	int64_t late = llabs(f->late_us * NS_PER_US + d->sent.ns - f->sent.ns);

	if (f->state == QUEUED)
		f->state = FLYING;
	if (rc == 0) {
		e->account.sendings++;
		if (late > e->account.delay_most_ns)
			e->account.delay_most_ns = late;
		hist_add(&e->delay, late);
	} else {
		e->account.unsent++;
	}
	if (f->state == FLYING && !f->stamped)
		f->sent = d->sent;
	f->flags |= (uint16_t)d->flags;
	if (rc == 0 || f->state != FLYING) /* answered all the same */
		return;
	struct sample s = {.rtt_ns = -1,
	    .outcome = OUTCOME_NOT_SENT,
	    .code = d->code != CODE_NONE ? d->code : CODE_SEND_FAILED};
	f->flags = (uint16_t)d->flags;
	emit(e, p, seq, f, &s);
	f->state = FREE;
}

static void
send_one(struct engine *e, struct probe *p, mono_t now)
{
	uint64_t seq = p->next_seq;
	struct departure d = {.sent = now};
	struct flight *f = &p->ring[seq & (p->room - 1)];

	if (!make_place(p)) {
		e->account.skipped++;
		return;
	}
	p->next_seq++;
	int64_t late = (now.ns - p->due.ns) / NS_PER_US;
	*f = (struct flight){.sent = now,
	    .state = QUEUED,
	    .late_us = late > INT32_MAX ? INT32_MAX : (int32_t)late};
	e->sink.sent(e->sink.ctx, p->number, seq, now);
	int rc = p->transport->send(p->transport->ctx, p->number, seq, now, &d);
	if (rc != ENGINE_QUEUED)
		depart(e, p, seq, f, rc, &d);
}

/* One due slot; those missed by more than a slot (suspend, stop) are skipped for good. */
static void
send_due(struct engine *e, struct probe *p, mono_t now)
{
	int64_t tolerance = p->every_ns > LATE_START_NS ? p->every_ns : LATE_START_NS;
	uint64_t from = p->slot;

	if (p->removed || may_send(e, p) > now.ns)
		return;
	bool sends = now.ns - p->due.ns <= tolerance;
	if (sends)
		send_one(e, p, now);
	p->slot++;
	p->due = schedule_at(p->seed, p->every_ns, p->slot);
	if (now.ns - p->due.ns > tolerance)
		next_slot(p, now);
	e->account.skipped += p->slot - from - sends;
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
	wheel_free(&e->wheel);
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
		wheel_grow(&e->wheel, e->room);
	}
	if (number >= e->n_index) {
		size_t n = (size_t)number * 2 + 16;
		e->index = memory_grow(e->index, n, sizeof *e->index);
		memset(e->index + e->n_index, 0, (n - e->n_index) * sizeof *e->index);
		e->n_index = n;
	}
}

/* Whoever gathers a batch is told when it is complete. */
static int
know_batching(struct engine *e, const struct transport *t)
{
	if (t->flush == NULL || t->collect == NULL)
		return 0;
	for (size_t i = 0; i < e->n_batching; i++)
		if (e->batching[i] == t)
			return 0;
	if (e->n_batching == TRANSPORTS_MOST)
		return -ENOSPC;
	e->batching[e->n_batching++] = t;
	return 0;
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
	if (know_batching(e, t) < 0)
		return -ENOSPC;
	wheel_advance(&e->wheel, now);
	if (p != NULL) { /* back after a reload: its numbers go on */
		p->removed = false;
		p->transport = t;
		next_slot(p, now);
		plan(e, p);
		return 0;
	}
	make_room(e, number);
	p = &e->probes[e->n];
	*p = (struct probe){.number = number,
	    .every_ns = def->every_ns,
	    .timeout_ns = def->timeout_ns,
	    .seed = def->seed,
	    .transport = t,
	    .next_seq = 1};
	/* Offsets are random in their slots: two more than the slots of the hold. */
	p->room = 4;
	while (p->room < (size_t)(longest / def->every_ns) + 4)
		p->room *= 2;
	p->ring = memory_grow(NULL, p->room, sizeof *p->ring);
	memset(p->ring, 0, p->room * sizeof *p->ring);
	next_slot(p, now);
	e->index[number] = (uint32_t)++e->n;
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

void
engine_gather(struct engine *e, int64_t ns)
{
	e->gather_ns = ns;
	for (size_t i = 0; i < e->n; i++)
		plan(e, &e->probes[i]);
}

mono_t
engine_next(const struct engine *e)
{
	uint32_t i;
	mono_t at;

	return wheel_first(&e->wheel, &i, &at) ? at : NEVER;
}

static void
prefetch_ring(const struct probe *p)
{
	__builtin_prefetch(&p->ring[p->next_seq & (p->room - 1)], 1);
	__builtin_prefetch(&p->ring[(p->settled + 1) & (p->room - 1)], 1);
	if (p->transport->forget != NULL)
		__builtin_prefetch(&p->ring[(p->forgotten + 1) & (p->room - 1)], 1);
}

void
engine_run(struct engine *e, mono_t now)
{
	uint32_t due[DUE_MOST];
	size_t n;

	if (now.ns - engine_next(e).ns > ASLEEP_NS)
		e->woke = now;
	for (size_t k = 0; k < e->n_batching; k++)
		e->batching[k]->collect(e->batching[k]->ctx);
	for (;;) {
		wheel_advance(&e->wheel, now);
		n = wheel_due(&e->wheel, now, due, DUE_MOST);
		if (n == 0)
			break;
		/* Each lies somewhere else in memory: fetch them together. */
		for (size_t k = 0; k < n; k++) {
			__builtin_prefetch(&e->probes[due[k]].every_ns);
			__builtin_prefetch(&e->probes[due[k]].room, 1);
		}
		for (size_t k = 0; k < n; k++)
			prefetch_ring(&e->probes[due[k]]);
		for (size_t k = 0; k < n; k++) {
			struct probe *p = &e->probes[due[k]];
			settle(e, p, now);
			send_due(e, p, now);
			plan(e, p);
		}
	}
	for (size_t k = 0; k < e->n_batching; k++)
		e->batching[k]->flush(e->batching[k]->ctx);
}

void
engine_departed(
    struct engine *e, uint32_t number, uint64_t seq, int rc, const struct departure *d)
{
	struct probe *p = probe_of(e, number);
	struct flight *f = p != NULL ? flight_of(p, seq) : NULL;

	if (f != NULL && f->state == QUEUED)
		depart(e, p, seq, f, rc, d);
}

/* The second record of a sending; the first stands in the journal already. */
static void
amend(struct engine *e, struct probe *p, uint64_t seq, struct flight *f, struct sample *s)
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
	emit(e, p, seq, f, s);
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
	look(e, f); /* and maybe hears it there */
	if (a->again && f->state == ANSWERED)
		return;
	if (a->outcome == OUTCOME_LOST && !p->transport->settles) {
		f->code = (uint8_t)a->code; /* no answer; a true one may still come */
		f->flags |= (uint16_t)a->flags;
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
	if (a->stamp == STAMP_KERNEL_RX && f->stamped && a->sent.ns == 0)
		s.stamp = STAMP_KERNEL;
	if (answer && s.stamp < STAMP_COUNT)
		e->account.stamps[s.stamp]++;
	if (flight_open(f)) {
		f->sent = sent;
		/* Found in the queue only after its timeout, for us or the machine were
		 * slow: late is what arrived late, not what was read late. */
		if (answer && !p->transport->settles && s.rtt_ns > p->timeout_ns) {
			time_out(e, p, seq, f);
			amend(e, p, seq, f, &s);
		} else {
			f->state = ANSWERED;
			emit(e, p, seq, f, &s);
		}
		if (p->transport->forget != NULL)
			plan(e, p);
	} else if (answer) {
		amend(e, p, seq, f, &s);
	}
}

void
engine_stamped(struct engine *e, uint32_t number, uint64_t seq, mono_t sent)
{
	struct probe *p = probe_of(e, number);
	struct flight *f = p != NULL ? flight_of(p, seq) : NULL;

	if (!flight_open(f))
		return;
	f->stamped = true;
	if (sent.ns != 0 && !f->seen)
		f->sent = sent;
}

void
engine_prove(struct engine *e, const struct engine_proof *proof)
{
	e->proof = *proof;
}

/* No packet is seen before the call that sends it: such a stamp is of a clock that was
 * set meanwhile. One of a socket is made after it was seen. */
static bool
can_be(const struct flight *f, mono_t at)
{
	return f->state == FLYING && !f->seen &&
	       at.ns >= f->sent.ns - (f->stamped ? SEEN_BEFORE_NS : 0);
}

bool
engine_left(struct engine *e, uint32_t number, uint64_t seq, bool by_its_link, mono_t at)
{
	struct probe *p = probe_of(e, number);
	struct flight *f = p != NULL ? flight_of(p, seq) : NULL;

	if (f == NULL)
		return false;
	f->left |= by_its_link;
	f->astray |= !by_its_link;
	if (!by_its_link || at.ns == 0 || !can_be(f, at))
		return false;
	f->sent = at;
	f->stamped = f->seen = true;
	return true;
}

void
engine_expect_stamps(struct engine *e, uint32_t number, bool expect)
{
	struct probe *p = probe_of(e, number);

	if (p != NULL)
		p->expects_stamps = expect;
}

void
engine_take_account(struct engine *e, struct engine_account *out)
{
	*out = e->account;
	out->delay_p50_ns = hist_quantile(&e->delay, 0.5);
	out->delay_p99_ns = hist_quantile(&e->delay, 0.99);
	memset(&e->account, 0, sizeof e->account);
	memset(&e->delay, 0, sizeof e->delay);
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
			n += flight_open(&e->probes[i].ring[k]);
	return n;
}
