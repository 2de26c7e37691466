#include "collector/wheel.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define PLACE_BITS 16 /* 65.5 us */
#define LEVEL_BITS 8

static uint64_t
tick_of(int64_t at)
{
	return at > 0 ? (uint64_t)at >> PLACE_BITS : 0;
}

static unsigned
place_in(uint64_t tick, unsigned level)
{
	return (unsigned)(tick >> (level * LEVEL_BITS)) & (WHEEL_PLACES - 1);
}

/* ---- the lists ---- */

static void
put(struct wheel *w, uint32_t number)
{
	struct wheel_entry *t = &w->entries[number];
	uint64_t tick = tick_of(t->at);

	if (tick < w->tick) /* what is due already lies in the first place there is */
		tick = w->tick;
	uint64_t apart = tick ^ w->tick;
	unsigned level =
	    apart == 0 ? 0 : (63 - (unsigned)__builtin_clzll(apart)) / LEVEL_BITS;
	unsigned place = place_in(tick, level);
	uint32_t *head = &w->heads[level][place];

	t->place = (uint16_t)(level * WHEEL_PLACES + place + 1);
	t->previous = 0;
	t->next = *head;
	if (*head != 0)
		w->entries[*head - 1].previous = number + 1;
	*head = number + 1;
	w->taken[level][place / 64] |= 1ull << (place % 64);
}

static void
take_out(struct wheel *w, uint32_t number)
{
	struct wheel_entry *t = &w->entries[number];
	unsigned level = (t->place - 1u) / WHEEL_PLACES,
	         place = (t->place - 1u) % WHEEL_PLACES;

	if (t->next != 0)
		w->entries[t->next - 1].previous = t->previous;
	if (t->previous != 0)
		w->entries[t->previous - 1].next = t->next;
	else
		w->heads[level][place] = t->next;
	if (w->heads[level][place] == 0)
		w->taken[level][place / 64] &= ~(1ull << (place % 64));
	t->place = 0;
}

/* ---- the places ---- */

/* The first taken place of a wheel; -1 where all are empty. What lies before the wheel's
 * time is never taken. */
static int
first_taken(const struct wheel *w, unsigned level)
{
	for (int i = 0; i < WHEEL_PLACES / 64; i++)
		if (w->taken[level][i] != 0)
			return i * 64 + __builtin_ctzll(w->taken[level][i]);
	return -1;
}

/* Turn to the first place of a wheel that has something and spread it over those within.
 */
static void
turn(struct wheel *w, unsigned level, unsigned place)
{
	unsigned shift = level * LEVEL_BITS;
	uint64_t above = w->tick >> shift >> LEVEL_BITS << LEVEL_BITS;
	uint32_t at = w->heads[level][place];

	w->tick = (above | place) << shift;
	w->heads[level][place] = 0;
	w->taken[level][place / 64] &= ~(1ull << (place % 64));
	while (at != 0) {
		uint32_t number = at - 1;
		at = w->entries[number].next;
		put(w, number);
	}
}

/* ---- outside ---- */

void
wheel_grow(struct wheel *w, size_t n)
{
	if (n <= w->n)
		return;
	w->entries = memory_grow(w->entries, n, sizeof *w->entries);
	memset(w->entries + w->n, 0, (n - w->n) * sizeof *w->entries);
	w->n = n;
}

void
wheel_free(struct wheel *w)
{
	free(w->entries);
	memset(w, 0, sizeof *w);
}

void
wheel_set(struct wheel *w, uint32_t number, mono_t at)
{
	struct wheel_entry *t = &w->entries[number];

	if (t->place != 0)
		take_out(w, number);
	t->at = at.ns;
	if (at.ns != INT64_MAX)
		put(w, number);
}

mono_t
wheel_at(const struct wheel *w, uint32_t number)
{
	const struct wheel_entry *t = &w->entries[number];

	return (mono_t){t->place != 0 ? t->at : INT64_MAX};
}

/* The lowest wheel with anything on it, and its first place; -1 where all are empty. */
static int
nearest(const struct wheel *w, unsigned *level)
{
	for (*level = 0; *level < WHEEL_LEVELS; ++*level) {
		int place = first_taken(w, *level);
		if (place >= 0)
			return place;
	}
	return -1;
}

void
wheel_advance(struct wheel *w, mono_t now)
{
	uint64_t to = tick_of(now.ns);
	unsigned level;

	while (w->tick < to) {
		int place = nearest(w, &level);
		unsigned shift = level * LEVEL_BITS;
		uint64_t begins =
		    place < 0
		        ? UINT64_MAX
		        : (w->tick >> shift >> LEVEL_BITS << LEVEL_BITS | (unsigned)place)
		              << shift;
		if (begins > to) {
			w->tick = to;
		} else if (level == 0) {
			w->tick = begins;
			break;
		} else {
			turn(w, level, (unsigned)place);
		}
	}
}

bool
wheel_first(const struct wheel *w, uint32_t *number, mono_t *at)
{
	unsigned level;
	int place = nearest(w, &level);

	if (place < 0)
		return false;
	at->ns = INT64_MAX;
	for (uint32_t i = w->heads[level][place]; i != 0; i = w->entries[i - 1].next) {
		if (w->entries[i - 1].at >= at->ns)
			continue;
		at->ns = w->entries[i - 1].at;
		*number = i - 1;
	}
	return true;
}

size_t
wheel_due(const struct wheel *w, mono_t now, uint32_t *numbers, size_t room)
{
	const struct wheel_entry *e = w->entries;
	int place = first_taken(w, 0);
	size_t n = 0;

	if (place < 0)
		return 0;
	for (uint32_t i = w->heads[0][place]; i != 0; i = e[i - 1].next) {
		if (e[i - 1].at > now.ns)
			continue;
		if (n == room && e[i - 1].at >= e[numbers[n - 1]].at)
			continue;
		size_t k = n < room ? n++ : n - 1; /* the latest gives way */
		for (; k > 0 && e[numbers[k - 1]].at > e[i - 1].at; k--)
			numbers[k] = numbers[k - 1];
		numbers[k] = i - 1;
	}
	return n;
}
