#include "base/journal_hold.h"

#include <stdlib.h>
#include <string.h>

#define ROW_SAMPLE     0u
#define ROW_COUNTERS   (1u << 29)
#define ROW_EVENT      (2u << 29)
#define ROW_THROUGHPUT (3u << 29)
#define ROW_PATH       (4u << 29)
#define ROW_TYPE       (7u << 29)
#define DIGIT_MOST     18 /* bits */
#define FEW            64
#define GONE           INT64_MAX /* the label of a record that amended another */

void
hold_init(struct hold *h)
{
	*h = (struct hold){.least_ns = INT64_MAX, .newest_ns = INT64_MIN / 2};
}

void
hold_free(struct hold *h)
{
	free(h->samples);
	free(h->counters);
	free(h->events);
	free(h->throughputs);
	free(h->paths);
	free(h->keys);
	free(h->spare);
	free(h->places);
	free(h->count);
	hold_init(h);
}

size_t
hold_bytes(const struct hold *h)
{
	return h->room_samples * sizeof *h->samples +
	       h->room_counters * sizeof *h->counters +
	       h->room_events * sizeof *h->events +
	       h->room_throughputs * sizeof *h->throughputs +
	       h->room_paths * sizeof *h->paths + h->room_keys * 2 * sizeof *h->keys +
	       h->room_places * sizeof *h->places;
}

static void
saw(struct hold *h, int64_t label_ns)
{
	h->least_ns = label_ns < h->least_ns ? label_ns : h->least_ns;
	h->newest_ns = label_ns > h->newest_ns ? label_ns : h->newest_ns;
}

void
hold_counters(struct hold *h, const struct counters *c)
{
	if (h->n_counters == h->room_counters) {
		h->room_counters = h->room_counters * 2 + 64;
		h->counters =
		    memory_grow(h->counters, h->room_counters, sizeof *h->counters);
	}
	h->counters[h->n_counters++] = *c;
	saw(h, c->time.ns);
}

void
hold_event(struct hold *h, const struct event *e)
{
	if (h->n_events == h->room_events) {
		h->room_events = h->room_events * 2 + 16;
		h->events = memory_grow(h->events, h->room_events, sizeof *h->events);
	}
	h->events[h->n_events++] = *e;
	saw(h, e->time.ns);
}

/* By its end: that is when the row was written, and all it speaks of was sent before. */
static int64_t
end_of_test(const struct throughput *t)
{
	return t->time.ns + t->total_ns;
}

void
hold_throughput(struct hold *h, const struct throughput *t)
{
	if (h->n_throughputs == h->room_throughputs) {
		h->room_throughputs = h->room_throughputs * 2 + 4;
		h->throughputs = memory_grow(
		    h->throughputs, h->room_throughputs, sizeof *h->throughputs);
	}
	h->throughputs[h->n_throughputs++] = *t;
	saw(h, end_of_test(t));
}

void
hold_path(struct hold *h, const struct path *p)
{
	if (h->n_paths == h->room_paths) {
		h->room_paths = h->room_paths * 2 + 4;
		h->paths = memory_grow(h->paths, h->room_paths, sizeof *h->paths);
	}
	h->paths[h->n_paths++] = *p;
	saw(h, p->time.ns);
}

static size_t
count_rows(const struct hold *h)
{
	return h->n_samples + h->n_counters + h->n_events + h->n_throughputs + h->n_paths;
}

bool
hold_is_full(const struct hold *h)
{
	return count_rows(h) >= HOLD_MANY && h->newest_ns - h->least_ns > 2 * HOLD_NS;
}

/* ---- second records ---- */

static size_t
place_of(const struct hold *h, const struct sample *s)
{
	uint64_t x = (s->seq * 0x9e3779b97f4a7c15u) ^
	             ((uint64_t)s->probe << 32 | s->session) * 0xbf58476d1ce4e5b9u;
	size_t at = (x ^ x >> 29) & (h->room_places - 1);

	for (; h->places[at] != 0; at = (at + 1) & (h->room_places - 1)) {
		const struct sample *is = &h->samples[h->places[at] - 1];
		if (is->seq == s->seq && is->probe == s->probe &&
		    is->session == s->session)
			break;
	}
	return at;
}

static void
amend(struct hold *h)
{
	size_t want = 64;

	while (want < h->n_samples * 2)
		want *= 2;
	if (h->room_places < want) {
		h->room_places = want;
		h->places = memory_grow(h->places, want, sizeof *h->places);
	}
	memset(h->places, 0, h->room_places * sizeof *h->places);
	for (size_t i = 0; i < h->n_samples; i++) {
		struct sample *s = &h->samples[i];
		size_t at = place_of(h, s);
		struct sample *first =
		    h->places[at] > 0 ? &h->samples[h->places[at] - 1] : NULL;
		if (first == NULL) {
			if (s->flags & FLAG_DUP)
				s->time.ns = GONE;
			else
				h->places[at] = (uint32_t)i + 1;
			continue;
		}
		if (!(s->flags & (FLAG_LATE | FLAG_DUP)))
			continue;
		if (s->flags & FLAG_DUP) {
			first->flags |= FLAG_DUP;
		} else {
			struct sample merged = *s;
			merged.time = first->time;
			merged.sent = first->sent;
			*first = merged;
		}
		s->time.ns = GONE;
	}
	h->amends = false;
}

/* ---- order ---- */

static void
sort_few(struct hold_key *k, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct hold_key x = k[i];
		size_t j = i;
		for (; j > 0 && k[j - 1].at_ns > x.at_ns; j--)
			k[j] = k[j - 1];
		k[j] = x;
	}
}

static void
swap_keys(struct hold *h)
{
	struct hold_key *sorted = h->spare;

	h->spare = h->keys;
	h->keys = sorted;
}

/* By one digit of ${bits} at ${shift}; what is equal stays in the order it came in. */
static void
sort_digit(struct hold *h, int64_t least, unsigned shift, unsigned bits)
{
	size_t n = h->n_keys, many = (size_t)1 << bits;
	uint64_t mask = many - 1;
	uint32_t *count = h->count;

	memset(count, 0, many * sizeof *count);
	for (size_t i = 0; i < n; i++)
		count[((uint64_t)h->keys[i].at_ns - (uint64_t)least) >> shift & mask]++;
	for (size_t d = 0, at = 0; d < many; d++) {
		size_t here = count[d];
		count[d] = (uint32_t)at;
		at += here;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t t = (uint64_t)h->keys[i].at_ns - (uint64_t)least;
		h->spare[count[t >> shift & mask]++] = h->keys[i];
	}
	swap_keys(h);
}

/* The most that stand in one place after a sort by its highest digit. */
static size_t
crowd(const struct hold *h, unsigned bits)
{
	uint32_t before = 0, most = 0;

	for (size_t d = 0; d < (size_t)1 << bits; d++) {
		most = h->count[d] - before > most ? h->count[d] - before : most;
		before = h->count[d];
	}
	return most;
}

/*
 * Sendings are spread evenly over time: one digit, with as many values as there are keys,
 * puts nearly all of them in their place, and a look at the neighbours does the rest.
 * Where they are not, each digit in turn, the lowest first.
 */
static void
sort_keys(struct hold *h)
{
	int64_t least = INT64_MAX, most = INT64_MIN;
	unsigned bits = 0, span_bits;
	size_t n = h->n_keys;

	if (n <= FEW) {
		sort_few(h->keys, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t t = h->keys[i].at_ns;
		least = t < least ? t : least;
		most = t > most ? t : most;
	}
	while (n >> bits > 1 && bits < DIGIT_MOST)
		bits++;
	if (h->room_count < (size_t)1 << bits) {
		h->room_count = (size_t)1 << bits;
		h->count = memory_grow(h->count, h->room_count, sizeof *h->count);
	}
	uint64_t span = (uint64_t)most - (uint64_t)least;
	span_bits = span > 0 ? 64 - (unsigned)__builtin_clzll(span) : 0;
	unsigned shift = span_bits > bits ? span_bits - bits : 0;
	sort_digit(h, least, shift, bits);
	if (crowd(h, bits) <= FEW) {
		sort_few(h->keys, n);
		return;
	}
	swap_keys(h); /* back to the order they came in */
	for (shift = 0; shift < span_bits; shift += bits)
		sort_digit(h, least, shift, bits);
}

void
hold_order(struct hold *h, bool all)
{
	size_t n = count_rows(h);
	struct hold_key *k;

	if (h->amends)
		amend(h);
	if (h->room_keys < n) {
		h->room_keys = n + n / 4;
		h->keys = memory_grow(h->keys, h->room_keys, sizeof *h->keys);
		h->spare = memory_grow(h->spare, h->room_keys, sizeof *h->spare);
	}
	k = h->keys;
	for (size_t i = 0; i < h->n_samples; i++)
		if (h->samples[i].time.ns != GONE)
			*k++ = (struct hold_key){
			    h->samples[i].time.ns, ROW_SAMPLE | (uint32_t)i};
	for (size_t i = 0; i < h->n_counters; i++)
		*k++ =
		    (struct hold_key){h->counters[i].time.ns, ROW_COUNTERS | (uint32_t)i};
	for (size_t i = 0; i < h->n_events; i++)
		*k++ = (struct hold_key){h->events[i].time.ns, ROW_EVENT | (uint32_t)i};
	for (size_t i = 0; i < h->n_throughputs; i++)
		*k++ = (struct hold_key){
		    end_of_test(&h->throughputs[i]), ROW_THROUGHPUT | (uint32_t)i};
	for (size_t i = 0; i < h->n_paths; i++)
		*k++ = (struct hold_key){h->paths[i].time.ns, ROW_PATH | (uint32_t)i};
	h->n_keys = (size_t)(k - h->keys);
	sort_keys(h);
	h->at = 0;
	h->ready = h->n_keys;
	while (
	    !all && h->ready > 0 && h->newest_ns - h->keys[h->ready - 1].at_ns <= HOLD_NS)
		h->ready--;
}

/* Those that are kept go to the front, in order, through room of their own. */
#define KEEP(type, what, place)                                                          \
	do {                                                                             \
		size_t many = 0;                                                         \
		for (size_t i = h->at; i < h->n_keys; i++)                               \
			many += (h->keys[i].row & ROW_TYPE) == (type);                   \
		place = memory_grow(NULL, many, sizeof *place);                          \
		many = 0;                                                                \
		for (size_t i = h->at; i < h->n_keys; i++)                               \
			if ((h->keys[i].row & ROW_TYPE) == (type))                       \
				place[many++] = h->what[h->keys[i].row & ~ROW_TYPE];     \
		memcpy(h->what, place, many * sizeof *place);                            \
		h->n_##what = many;                                                      \
		free(place);                                                             \
	} while (0)

void
hold_clear(struct hold *h)
{
	struct sample *samples;
	struct counters *counters;
	struct event *events;
	struct throughput *throughputs;
	struct path *paths;

	h->least_ns = h->at < h->n_keys ? h->keys[h->at].at_ns : INT64_MAX;
	if (h->n_samples > 0)
		KEEP(ROW_SAMPLE, samples, samples);
	if (h->n_counters > 0)
		KEEP(ROW_COUNTERS, counters, counters);
	if (h->n_events > 0)
		KEEP(ROW_EVENT, events, events);
	if (h->n_throughputs > 0)
		KEEP(ROW_THROUGHPUT, throughputs, throughputs);
	if (h->n_paths > 0)
		KEEP(ROW_PATH, paths, paths);
	h->n_keys = h->at = h->ready = 0;
}

static int
give_other(
    const struct hold *h, uint32_t type, uint32_t row, const struct journal_visitor *v)
{
	if (type == ROW_COUNTERS && v->counters != NULL)
		return v->counters(v->ctx, &h->counters[row]);
	if (type == ROW_EVENT && v->event != NULL)
		return v->event(v->ctx, &h->events[row]);
	if (type == ROW_THROUGHPUT && v->throughput != NULL)
		return v->throughput(v->ctx, &h->throughputs[row]);
	if (type == ROW_PATH && v->path != NULL)
		return v->path(v->ctx, &h->paths[row]);
	return 0;
}

int
hold_give(struct hold *h, int64_t limit_ns, int64_t from_ns, int64_t to_ns,
    const struct journal_visitor *v)
{
	int rc = 0;

	for (; rc == 0 && h->at < h->ready; h->at++) {
		const struct hold_key *k = &h->keys[h->at];
		uint32_t row = k->row & ~ROW_TYPE;
		if (h->at + 16 < h->ready && (k[16].row & ROW_TYPE) == ROW_SAMPLE)
			__builtin_prefetch(&h->samples[k[16].row]);
		if (k->at_ns > limit_ns)
			break;
		if (k->at_ns < from_ns || k->at_ns >= to_ns)
			continue;
		if ((k->row & ROW_TYPE) == ROW_SAMPLE) {
			if (v->sample != NULL)
				rc = v->sample(v->ctx, &h->samples[row]);
		} else {
			rc = give_other(h, k->row & ROW_TYPE, row, v);
		}
	}
	return rc;
}
