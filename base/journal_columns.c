/*
 * The samples of a block in columns. They are grouped by probe and put in order of their
 * numbers: so number and slot follow from those before, and what is left of an instant is
 * how far it was from the seeded schedule, of a round trip how much it was above the
 * least of its run. These differences are kept byte by byte, the low bytes of all first:
 * decoding has no branches, and sealing finds like beside like.
 */
#include "base/journal_columns.h"

#include "base/schedule.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 1024 /* samples: a busier sync than the last needs no more room */
#define ROUND_TRIP 0x80 /* beside outcome and stamp: there is one */

/* The samples of one probe. */
struct run {
	uint32_t probe, n;
	bool seeded;
	uint64_t seq, slot;
	int64_t sent; /* of the first, in units: where unseeded */
};

int64_t
sent_us(int64_t ns)
{
	return ns / NS_PER_US - (ns % NS_PER_US < 0);
}

/* An instant in the units of the block, downwards: as instants are printed. */
static int64_t
sent_unit(const struct dialect *d, int64_t ns)
{
	return d->exact ? ns : sent_us(ns);
}

static int64_t
unit_ns(const struct dialect *d)
{
	return d->exact ? 1 : NS_PER_US;
}

static uint64_t
zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* The sums below may be of hostile numbers: they wrap as unsigned. */
static int64_t
add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t
sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static uint64_t
slots_of(const struct dialect_probe *p)
{
	return p->seeded ? (uint64_t)(INSTANT_MOST / p->every_ns) : 0;
}

/* When sequence number ${seq} of a probe should have left, in units. */
static int64_t
predicted(const struct dialect *d, const struct dialect_probe *p, uint64_t seq)
{
	uint64_t ahead = seq - p->seq;

	if (p->seeded)
		return p->slot + ahead < slots_of(p)
		           ? sent_unit(
		                 d, schedule_at(p->seed, p->every_ns, p->slot + ahead).ns)
		           : p->sent;
	if (p->every_ns > 0)
		return add(
		    p->sent, (int64_t)(ahead * (uint64_t)sent_unit(d, p->every_ns)));
	return p->sent;
}

int64_t
sent_predicted(const struct dialect *d, const struct dialect_probe *p, uint64_t seq)
{
	return sent_us((int64_t)((uint64_t)predicted(d, p, seq) * (uint64_t)unit_ns(d)));
}

static struct run *
room_for_runs(struct dialect *d, size_t n)
{
	if (d->room_runs < n) {
		d->room_runs = n * 2 + 16;
		d->runs = memory_grow(d->runs, d->room_runs, sizeof *d->runs);
	}
	return d->runs;
}

static uint64_t *
room_for_wide(struct dialect *d, size_t n)
{
	if (d->room_wide < n) {
		d->room_wide = n * 2 + ROOM_LEAST;
		d->wide = memory_grow(d->wide, d->room_wide, sizeof *d->wide);
	}
	return d->wide;
}

/* Byte k of every value into section k. */
static void
planes_put(struct bytes *sections, const uint64_t *v, size_t n)
{
	uint64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= v[i];
	for (unsigned k = 0; k < 8 && all >> (8 * k) > 0; k++) {
		uint8_t *to = bytes_more(&sections[k], n);
		for (size_t i = 0; i < n; i++)
			to[i] = (uint8_t)(v[i] >> (8 * k));
	}
}

static bool
planes_get(const struct cursor *part, uint64_t *restrict v, size_t n)
{
	memset(v, 0, n * sizeof *v);
	for (unsigned k = 0; k < 8; k++) {
		const uint8_t *restrict p = part[k].p;
		if (p == part[k].end)
			continue;
		if ((size_t)(part[k].end - p) != n)
			return false;
		for (size_t i = 0; i < n; i++)
			v[i] |= (uint64_t)p[i] << (8 * k);
	}
	return true;
}

/* ---- encoding ---- */

/* The probes of the block and how often each is there, in order of their numbers. */
static size_t
find_runs(struct dialect *d, const struct sample *s, size_t n)
{
	uint32_t least = UINT32_MAX, most = 0;
	size_t n_runs = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t probe = s[i].probe;
		if (probe >= d->room_place) {
			size_t want = (size_t)probe * 2 + 64;
			d->place = memory_grow(d->place, want, sizeof *d->place);
			memset(d->place + d->room_place, 0,
			    (want - d->room_place) * sizeof *d->place);
			d->room_place = want;
		}
		d->place[probe]++;
		least = probe < least ? probe : least;
		most = probe > most ? probe : most;
	}
	for (uint32_t probe = least; probe <= most; probe++) {
		if (d->place[probe] == 0)
			continue;
		room_for_runs(d, n_runs + 1);
		d->runs[n_runs++] = (struct run){.probe = probe, .n = d->place[probe]};
	}
	return n_runs;
}

/* The rows in the order they are stored in. */
static const uint32_t *
put_in_order(struct dialect *d, const struct sample *s, size_t n, size_t n_runs)
{
	size_t at = 0;

	if (d->room_order < n) {
		d->room_order = n * 2 + ROOM_LEAST;
		d->order = memory_grow(d->order, d->room_order, sizeof *d->order);
	}
	for (size_t r = 0; r < n_runs; r++) {
		d->place[d->runs[r].probe] = (uint32_t)at;
		at += d->runs[r].n;
	}
	for (size_t i = 0; i < n; i++)
		d->order[d->place[s[i].probe]++] = (uint32_t)i;
	for (size_t r = 0; r < n_runs; r++)
		d->place[d->runs[r].probe] = 0;
	at = 0;
	for (size_t r = 0; r < n_runs; at += d->runs[r++].n)
		for (size_t i = at + 1; i < at + d->runs[r].n; i++) {
			uint32_t row = d->order[i];
			size_t k = i;
			for (; k > at && s[d->order[k - 1]].seq > s[row].seq; k--)
				d->order[k] = d->order[k - 1];
			d->order[k] = row;
		}
	return d->order;
}

static void
put_facts(struct dialect *d, const struct sample *s, const uint32_t *order, size_t n)
{
	struct bytes *b = &d->sections[SECTION_FACTS];
	bool carried = false;

	for (size_t i = 0, k; i < n; i = k) {
		const struct sample *x = &s[order[i]];
		for (k = i; k < n; k++) {
			const struct sample *y = &s[order[k]];
			if (y->outcome != x->outcome || y->stamp != x->stamp ||
			    y->code != x->code || y->flags != x->flags ||
			    (y->rtt_ns < 0) != (x->rtt_ns < 0))
				break;
			carried |= y->bytes > 0;
		}
		bytes_varint(b, k - i);
		bytes_u8(b, (uint8_t)(x->outcome | x->stamp << 4 |
		                      (x->rtt_ns >= 0 ? ROUND_TRIP : 0)));
		bytes_varint(b, x->code);
		bytes_varint(b, x->flags);
	}
	for (size_t i = 0; carried && i < n; i++)
		bytes_varint(&d->sections[SECTION_CARRIED], s[order[i]].bytes);
}

/* True if every row of a run can be told by a slot of the schedule. */
static bool
is_seeded(const struct dialect_probe *p, const struct sample *s, const uint32_t *order,
    size_t n)
{
	bool all = p != NULL && p->seed != 0 && p->every_ns > 0;

	for (size_t i = 0; all && i < n; i++)
		all = s[order[i]].sent.ns >= 0 &&
		      s[order[i]].sent.ns < INSTANT_MOST - 2 * p->every_ns;
	return all;
}

/* The slot that is due, but the one it was sent in where that was less far from it. */
static uint64_t
nearest_slot(const struct dialect_probe *p, int64_t sent_ns, uint64_t due)
{
	uint64_t is = (uint64_t)(sent_ns / p->every_ns);

	if (is == due)
		return due;
	if (is != due + 1)
		return is;
	int64_t late = sent_ns - schedule_at(p->seed, p->every_ns, due).ns;
	return llabs(sent_ns - schedule_at(p->seed, p->every_ns, is).ns) < late ? is
	                                                                        : due;
}

/* Slot and number of each row of a run follow those of the row before, or jump. */
static void
put_run(struct dialect *d, const struct run *run, const struct sample *s,
    const uint32_t *order, size_t at, size_t *last_jump, uint64_t *wide)
{
	struct dialect_probe none = {0}, *p = dialect_probe(d, run->probe);
	struct bytes *jumps = &d->sections[SECTION_JUMPS];

	p = p != NULL ? p : &none;
	p->block = d->block;
	p->seeded = run->seeded;
	p->seq = run->seq;
	p->slot = run->slot;
	p->sent = run->sent;
	for (size_t i = 0; i < run->n; i++) {
		const struct sample *x = &s[order[i]];
		uint64_t ahead = i == 0 ? 0 : x->seq - p->seq, slot = p->slot + ahead;
		int64_t sent = sent_unit(d, x->sent.ns);
		if (p->seeded)
			slot = nearest_slot(p, x->sent.ns, slot);
		if (i > 0 && (ahead != 1 || slot != p->slot + ahead)) {
			bytes_varint(jumps, at + i - *last_jump);
			bytes_svarint(jumps, (int64_t)(ahead - 1));
			bytes_svarint(jumps, (int64_t)(slot - p->slot - ahead));
			*last_jump = at + i;
		}
		p->slot = slot - ahead; /* as of the row before, for the prediction */
		wide[at + i] = zigzag(sub(sent, predicted(d, p, p->seq + ahead)));
		p->slot = slot;
		p->seq = x->seq;
		p->sent = sent;
	}
}

/* Round trips above the least of their run. Result: how many there are. */
static size_t
put_round_trips(struct dialect *d, size_t n_runs, const struct sample *s,
    const uint32_t *order, uint64_t *wide)
{
	size_t n = 0, at = 0;
	int64_t before = 0;

	for (size_t r = 0; r < n_runs; at += d->runs[r++].n) {
		int64_t least = INT64_MAX;
		size_t first = n;
		for (size_t i = at; i < at + d->runs[r].n; i++) {
			int64_t rtt = s[order[i]].rtt_ns;
			if (rtt < 0)
				continue;
			if (!d->exact)
				rtt = (rtt + RTT_UNIT_NS / 2) / RTT_UNIT_NS;
			least = rtt < least ? rtt : least;
			wide[n++] = (uint64_t)rtt;
		}
		if (n == first)
			continue;
		for (size_t i = first; i < n; i++)
			wide[i] -= (uint64_t)least;
		bytes_svarint(&d->sections[SECTION_RTT_LEAST], least - before);
		before = least;
	}
	return n;
}

void
columns_put(struct dialect *d, const struct rows *rows)
{
	const struct sample *s = rows->samples;
	struct bytes *b = &d->sections[SECTION_RUNS];
	size_t n = rows->n_samples, at = 0, jump = 0;
	uint32_t next = 0;
	uint64_t seq = 0;

	if (n == 0)
		return;
	size_t n_runs = find_runs(d, s, n);
	const uint32_t *order = put_in_order(d, s, n, n_runs);
	uint64_t *wide = room_for_wide(d, n);
	int64_t base = s[order[0]].sent.ns;

	bytes_u8(b, d->exact);
	bytes_svarint(b, sent_unit(d, base));
	for (size_t r = 0; r < n_runs; at += d->runs[r++].n) {
		struct run *run = &d->runs[r];
		const struct dialect_probe *p = dialect_probe(d, run->probe);
		const struct sample *x = &s[order[at]];
		run->seeded = is_seeded(p, s, order + at, run->n);
		run->seq = x->seq;
		run->sent = sent_unit(d, x->sent.ns);
		bytes_varint(b, run->probe - next);
		bytes_varint(b, (uint64_t)run->n << 1 | run->seeded);
		bytes_svarint(b, (int64_t)(run->seq - seq));
		if (run->seeded) {
			run->slot = (uint64_t)(x->sent.ns / p->every_ns);
			bytes_svarint(b, (int64_t)run->slot - base / p->every_ns);
		} else {
			bytes_svarint(b, sub(run->sent, sent_unit(d, base)));
		}
		put_run(d, run, s, order + at, at, &jump, wide);
		next = run->probe + 1;
		seq = run->seq;
	}
	planes_put(&d->sections[SECTION_SENT], wide, n);
	put_facts(d, s, order, n);
	n = put_round_trips(d, n_runs, s, order, wide);
	planes_put(&d->sections[SECTION_RTT], wide, n);
}

/* ---- decoding ---- */

/* Result: how many samples there are, 0 where the runs are damaged. */
static size_t
get_runs(struct dialect *d, struct cursor *c, size_t *n_runs)
{
	uint8_t exact = cursor_u8(c);
	int64_t base = cursor_svarint(c), base_ns = 0;
	uint64_t next = 0, seq = 0, total = 0;
	size_t n = 0;

	d->exact = exact;
	if (c->bad || exact > 1 || __builtin_mul_overflow(base, unit_ns(d), &base_ns) ||
	    !instant_sane(base_ns))
		return 0;
	while (c->p < c->end) {
		struct run run = {0};
		uint64_t probe = cursor_varint(c), count = cursor_varint(c);
		run.seq = seq + (uint64_t)cursor_svarint(c);
		int64_t place = cursor_svarint(c);
		if (c->bad || probe > UINT32_MAX || count >> 1 > BLOCK_ROWS)
			return 0;
		probe += next;
		total += run.n = (uint32_t)(count >> 1);
		if (probe >= NUMBER_MAX || run.n == 0 || total > BLOCK_ROWS)
			return 0;
		run.probe = (uint32_t)probe;
		run.seeded = count & 1;
		const struct dialect_probe *p = dialect_probe(d, run.probe);
		if (run.seeded && (p == NULL || p->seed == 0 || p->every_ns <= 0))
			return 0;
		if (run.seeded)
			run.slot = (uint64_t)add(base_ns / p->every_ns, place);
		run.sent = add(base, place);
		room_for_runs(d, n + 1);
		d->runs[n++] = run;
		next = probe + 1;
		seq = run.seq;
	}
	*n_runs = n;
	return total;
}

static bool
get_facts(struct cursor part[SECTION_MOST], struct sample *s, size_t n, size_t *n_rtt)
{
	struct cursor *c = &part[SECTION_FACTS], *carried = &part[SECTION_CARRIED];
	size_t at = 0;

	*n_rtt = 0;
	while (!c->bad && c->p < c->end) {
		struct sample x = {0};
		uint64_t count = cursor_varint(c);
		uint8_t v = cursor_u8(c);
		uint64_t code = cursor_varint(c);
		x.flags = (uint32_t)cursor_varint(c);
		if (c->bad || count == 0 || count > n - at || (v & 15) >= OUTCOME_COUNT ||
		    (v >> 4 & 7) >= STAMP_COUNT || code >= CODE_COUNT)
			return false;
		x.outcome = (enum outcome)(v & 15);
		x.stamp = (enum stamp)(v >> 4 & 7);
		x.code = (enum code)code;
		x.rtt_ns = v & ROUND_TRIP ? 0 : -1;
		*n_rtt += v & ROUND_TRIP ? count : 0;
		for (uint64_t i = 0; i < count; i++)
			s[at++] = x;
	}
	if (c->bad || at != n)
		return false;
	for (size_t i = 0; i < n && carried->p < carried->end; i++)
		s[i].bytes = cursor_varint(carried);
	return !carried->bad && carried->p == carried->end;
}

/* The rows of a run until the next jump. Result: false where an instant is none. */
static bool
get_stretch(const struct dialect *d, struct dialect_probe *p, struct sample *s,
    const uint64_t *wide, size_t n, bool first)
{
	uint64_t limit = slots_of(p), bad = 0, step = first ? 0 : 1;
	int64_t unit = unit_ns(d),
	        period = p->every_ns > 0 ? sent_unit(d, p->every_ns) : 0;

	if (p->seeded && (p->slot >= limit || n > limit - p->slot))
		return false;
	for (size_t i = 0; i < n; i++, step = 1) {
		p->seq += step;
		p->slot += step;
		int64_t due =
		    p->seeded
		        ? sent_unit(d, schedule_at(p->seed, p->every_ns, p->slot).ns)
		        : add(p->sent, step > 0 ? period : 0);
		int64_t ns;
		p->sent = add(due, unzigzag(wide[i]));
		bad |= __builtin_mul_overflow(p->sent, unit, &ns);
		bad |= (uint64_t)ns - (uint64_t)INSTANT_LEAST >
		       (uint64_t)INSTANT_MOST - (uint64_t)INSTANT_LEAST;
		s[i].seq = p->seq;
		s[i].sent.ns = ns;
	}
	return bad == 0;
}

struct jump {
	uint64_t at; /* the next one; SIZE_MAX: none */
	int64_t ahead, slots;
};

static void
next_jump(struct cursor *c, struct jump *j, uint64_t from)
{
	uint64_t gap;

	*j = (struct jump){.at = SIZE_MAX};
	if (c->p == c->end)
		return;
	gap = cursor_varint(c);
	j->ahead = cursor_svarint(c);
	j->slots = cursor_svarint(c);
	if (gap == 0 || gap > BLOCK_ROWS)
		c->bad = true;
	else
		j->at = from + gap;
}

static bool
get_run(struct dialect *d, const struct run *run, struct sample *s, size_t at,
    struct cursor *jumps, struct jump *j, const uint64_t *wide)
{
	struct dialect_probe none = {0}, *p = dialect_probe(d, run->probe);
	size_t end = at + run->n;
	bool first = true, good = true;

	p = p != NULL ? p : &none;
	p->block = d->block;
	p->seeded = run->seeded;
	p->seq = run->seq;
	p->slot = run->slot;
	p->sent = run->sent;
	for (size_t i = at; i < end; i++)
		s[i].probe = run->probe;
	while (good && at < end) {
		size_t to = j->at < end ? j->at : end;
		if (to > at)
			good = get_stretch(d, p, s + at, wide + at, to - at, first);
		first = false;
		at = to;
		if (at < end && good) {
			/* The stretch after a jump begins one step further. */
			int64_t extra = add(j->ahead, j->slots);
			p->seq += (uint64_t)j->ahead;
			p->slot += (uint64_t)extra;
			if (!p->seeded && p->every_ns > 0)
				p->sent = add(p->sent,
				    (int64_t)((uint64_t)j->ahead *
				              (uint64_t)sent_unit(d, p->every_ns)));
			next_jump(jumps, j, at);
		}
	}
	return good && !jumps->bad;
}

static bool
get_round_trips(struct dialect *d, size_t n_runs, struct cursor *c, struct sample *s,
    const uint64_t *wide)
{
	int64_t least = 0;
	uint64_t unit = d->exact ? 1 : RTT_UNIT_NS, most = DURATION_MOST / unit, bad = 0;

	for (size_t r = 0; r < n_runs; r++) {
		struct sample *end = s + d->runs[r].n;
		bool any = false;
		for (; s < end; s++) {
			if (s->rtt_ns < 0)
				continue;
			if (!any)
				least = add(least, cursor_svarint(c));
			any = true;
			uint64_t rtt = (uint64_t)least + *wide++;
			bad |= rtt > most;
			s->rtt_ns = (int64_t)(rtt * unit);
		}
	}
	return bad == 0 && !c->bad && c->p == c->end;
}

bool
columns_get(struct dialect *d, struct cursor part[SECTION_MOST], struct rows *rows)
{
	struct cursor *jumps = &part[SECTION_JUMPS];
	struct jump jump;
	size_t n_runs, n, n_rtt, at = 0;

	if (part[SECTION_RUNS].p == part[SECTION_RUNS].end)
		return true;
	n = get_runs(d, &part[SECTION_RUNS], &n_runs);
	if (n == 0)
		return false;
	if (rows->room_samples < rows->behind + n) {
		rows->room_samples = rows->behind + n + rows->room_samples / 2;
		rows->samples =
		    memory_grow(rows->samples, rows->room_samples, sizeof *rows->samples);
	}
	struct sample *s = rows->samples + rows->behind;
	uint64_t *wide = room_for_wide(d, n);
	if (!get_facts(part, s, n, &n_rtt) || !planes_get(part + SECTION_SENT, wide, n))
		return false;
	next_jump(jumps, &jump, 0);
	for (size_t r = 0; r < n_runs; at += d->runs[r++].n)
		if (!get_run(d, &d->runs[r], s, at, jumps, &jump, wide))
			return false;
	if (jump.at != SIZE_MAX || !planes_get(part + SECTION_RTT, wide, n_rtt) ||
	    !get_round_trips(d, n_runs, &part[SECTION_RTT_LEAST], s, wide))
		return false;
	rows->n_samples = n;
	return true;
}
