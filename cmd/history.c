#include "cmd/history.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SURROUNDINGS    64
#define CHANGE          1.5 /* a median that differs by more is another spacing */
#define SPACING_DEFAULT (60 * NS_PER_S)
#define SPACING_LEAST   NS_PER_MS
#define SYNC_EVERY      512

struct past {
	int64_t time_ns, rtt_ns;
	uint64_t bytes;
	uint32_t probe;
	uint16_t flags;
	uint8_t outcome;
	uint8_t code : 7, known : 1;
};

/* A stretch of one probe with one usual spacing, from its place in the probe's list on.
 */
struct stretch {
	size_t from;
	int64_t spacing_ns;
};

struct past_probe {
	struct probe_def def;
	int64_t least_gap_ns;
	int64_t *times; /* of this probe, sorted; while writing */
	size_t n, at;
	struct stretch *stretches;
	size_t n_stretches;
	uint64_t seq;
};

struct history {
	struct past *rows;
	size_t n, room;
	struct past_probe *probes;
	size_t n_probes;
};

struct history *
history_new(void)
{
	struct history *h = memory_grow(NULL, 1, sizeof *h);

	memset(h, 0, sizeof *h);
	return h;
}

static void
forget_stretches(struct history *h)
{
	for (size_t i = 0; i < h->n_probes; i++) {
		free(h->probes[i].times);
		free(h->probes[i].stretches);
		h->probes[i].times = NULL;
		h->probes[i].stretches = NULL;
		h->probes[i].n = h->probes[i].at = h->probes[i].n_stretches = 0;
	}
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	forget_stretches(h);
	free(h->probes);
	free(h->rows);
	free(h);
}

/* ---- probes ---- */

/* The address in a target (literal, with or without port): its network, 4 or 6; else 0.
 */
static uint8_t
network_of(const char *target, char *out, size_t room)
{
	char host[INET6_ADDRSTRLEN + 8]; /* a longer one is no address */
	uint8_t a[16];

	snprintf(host, sizeof host, "%.*s", (int)sizeof host - 1,
	    target[0] == '[' ? target + 1 : target);
	host[strcspn(host, "]")] = '\0';
	char *colon = strchr(host, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL)
		*colon = '\0';
	if (inet_pton(AF_INET, host, a) == 1) {
		snprintf(out, room, "%u.%u.%u.0/24", a[0], a[1], a[2]);
		return 4;
	}
	if (inet_pton(AF_INET6, host, a) == 1) {
		char text[INET6_ADDRSTRLEN];
		memset(a + 6, 0, 10);
		inet_ntop(AF_INET6, a, text, sizeof text);
		snprintf(out, room, "%s/48", text);
		return 6;
	}
	snprintf(out, room, "%.*s", (int)room - 1, target);
	return 0;
}

int
history_probe(struct history *h, const struct probe_def *def, const char **what)
{
	struct probe_def d = {.kind = def->kind, .role = def->role};
	char network[sizeof d.network];

	snprintf(d.name, sizeof d.name, "%s", def->name);
	snprintf(d.target, sizeof d.target, "%s",
	    def->target[0] != '\0' ? def->target : def->name);
	d.family = network_of(d.target, network, sizeof network);
	snprintf(d.network, sizeof d.network, "%s",
	    def->network[0] != '\0' ? def->network : network);
	d.timeout_ns = 3 * NS_PER_S;
	for (size_t i = 0; i < h->n_probes; i++) {
		const struct probe_def *was = &h->probes[i].def;
		if (strcmp(was->name, d.name) != 0)
			continue;
		*what = was->kind != d.kind                    ? "kind"
		        : was->role != d.role                  ? "role"
		        : strcmp(was->target, d.target) != 0   ? "target"
		        : strcmp(was->network, d.network) != 0 ? "network"
		                                               : NULL;
		return *what == NULL ? (int)i : -EINVAL;
	}
	h->probes = memory_grow(h->probes, h->n_probes + 1, sizeof *h->probes);
	memset(&h->probes[h->n_probes], 0, sizeof *h->probes);
	h->probes[h->n_probes].def = d;
	h->probes[h->n_probes].least_gap_ns = def->max_gap_ns;
	return (int)h->n_probes++;
}

/* ---- rows ---- */

void
history_sample(struct history *h, const struct sample *s)
{
	if (h->n == h->room) {
		h->room = h->room * 2 + 1024;
		h->rows = memory_grow(h->rows, h->room, sizeof *h->rows);
	}
	/* A second answer amends a first record in a journal; here there is but one. */
	h->rows[h->n] = (struct past){.time_ns = s->time.ns,
	    .rtt_ns = s->rtt_ns,
	    .bytes = s->bytes,
	    .probe = s->probe,
	    .flags = (uint16_t)(s->flags & ~(uint32_t)FLAG_DUP),
	    .outcome = (uint8_t)s->outcome,
	    .code = (uint8_t)s->code & 0x7f};
	h->n++;
}

void
history_add(struct history *h, uint32_t probe, int64_t time_ns, int64_t rtt_ns,
    enum outcome outcome, uint32_t flags)
{
	struct sample s = {.probe = probe,
	    .time = {time_ns},
	    .rtt_ns = rtt_ns,
	    .outcome = outcome,
	    .flags = flags};

	history_sample(h, &s);
}

static int
compare(const struct past *x, const struct past *y)
{
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->probe != y->probe)
		return x->probe < y->probe ? -1 : 1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->rtt_ns != y->rtt_ns)
		return x->rtt_ns < y->rtt_ns ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? -1 : 1;
	return (x->flags > y->flags) - (x->flags < y->flags);
}

static int
by_time(const void *a, const void *b)
{
	return compare(a, b);
}

size_t
history_settle(struct history *h)
{
	size_t kept = 0, all = h->n;

	if (all > 0)
		qsort(h->rows, all, sizeof *h->rows, by_time);
	for (size_t i = 0; i < all; i++)
		if (kept == 0 || compare(&h->rows[kept - 1], &h->rows[i]) != 0)
			h->rows[kept++] = h->rows[i];
	h->n = kept;
	return all - kept;
}

bool
history_span(const struct history *h, wall_t *first, wall_t *last)
{
	if (h->n == 0)
		return false;
	first->ns = h->rows[0].time_ns;
	last->ns = h->rows[h->n - 1].time_ns;
	return true;
}

void
history_known(struct history *h, const struct probe_def *probe, const struct sample *s)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (h->rows[mid].time_ns < s->time.ns)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < h->n && h->rows[low].time_ns == s->time.ns; low++) {
		struct past *p = &h->rows[low];
		if (p->outcome == s->outcome && p->rtt_ns == s->rtt_ns &&
		    p->bytes == s->bytes &&
		    strcmp(h->probes[p->probe].def.name, probe->name) == 0)
			p->known = true;
	}
}

size_t
history_left(const struct history *h)
{
	size_t left = 0;

	for (size_t i = 0; i < h->n; i++)
		left += !h->rows[i].known;
	return left;
}

/* ---- the usual spacing ---- */

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The median of the spacings between times[from] and times[to]; 0 where there are none.
 */
static int64_t
median_spacing(const int64_t *times, size_t from, size_t to)
{
	int64_t gaps[2 * SURROUNDINGS];
	size_t n = 0;

	for (size_t i = from; i < to && n < 2 * SURROUNDINGS; i++)
		gaps[n++] = times[i + 1] - times[i];
	if (n == 0)
		return 0;
	qsort(gaps, n, sizeof *gaps, by_size);
	int64_t m = gaps[n / 2];
	if (m < SPACING_LEAST) /* stamps coarser than the spacing: the mean tells more */
		m = (times[from + n] - times[from]) / (int64_t)n;
	return m < SPACING_LEAST ? SPACING_LEAST : m;
}

static bool
differs(int64_t a, int64_t b)
{
	return (double)a > CHANGE * (double)b || (double)b > CHANGE * (double)a;
}

/* Closer to ${a} than to ${b}, as a ratio. */
static bool
is_nearer(int64_t gap, int64_t a, int64_t b)
{
	double x = gap > 0 ? (double)gap : 1;
	double to_a = x > (double)a ? x / (double)a : (double)a / x;
	double to_b = x > (double)b ? x / (double)b : (double)b / x;

	return to_a < to_b;
}

/* Where between ${low} and ${high} spacing ${a} gives way to ${b}: the place with the
 * fewest spacings on the wrong side. */
static size_t
boundary(const int64_t *times, size_t low, size_t high, int64_t a, int64_t b)
{
	long score = 0, best = 0;
	size_t place = low;

	for (size_t i = low; i < high; i++) {
		score += is_nearer(times[i + 1] - times[i], a, b) ? 1 : -1;
		if (score > best) {
			best = score;
			place = i + 1;
		}
	}
	return place;
}

static void
add_stretch(struct past_probe *p, size_t from, int64_t spacing_ns)
{
	p->stretches =
	    memory_grow(p->stretches, p->n_stretches + 1, sizeof *p->stretches);
	p->stretches[p->n_stretches++] = (struct stretch){from, spacing_ns};
}

/* Blocks of 64 spacings; one whose median differs, and the next with it, begins a
 * stretch. */
static void
find_stretches(struct past_probe *p)
{
	size_t last = p->n - 1;
	int64_t now =
	    median_spacing(p->times, 0, last < SURROUNDINGS ? last : SURROUNDINGS);

	if (p->n < 2)
		now = SPACING_DEFAULT;
	add_stretch(p, 0, now);
	for (size_t at = SURROUNDINGS; at + SURROUNDINGS / 2 < last; at += SURROUNDINGS) {
		size_t end = at + SURROUNDINGS < last ? at + SURROUNDINGS : last;
		size_t next = end + SURROUNDINGS < last ? end + SURROUNDINGS : last;
		int64_t here = median_spacing(p->times, at, end);
		if (!differs(here, now))
			continue;
		if (next > end && differs(median_spacing(p->times, end, next), now))
			here = median_spacing(p->times, end, next);
		else if (next > end)
			continue; /* one odd block: the spacing came back */
		size_t from = p->stretches[p->n_stretches - 1].from;
		size_t low = at - SURROUNDINGS > from ? at - SURROUNDINGS : from;
		size_t place = boundary(p->times, low, end, now, here);
		if (place > from)
			add_stretch(p, place, here);
		else
			p->stretches[p->n_stretches - 1].spacing_ns = here;
		now = here;
	}
}

static void
find_spacings(struct history *h)
{
	forget_stretches(h);
	for (size_t i = 0; i < h->n; i++)
		h->probes[h->rows[i].probe].n++;
	for (size_t i = 0; i < h->n_probes; i++)
		h->probes[i].times =
		    memory_grow(NULL, h->probes[i].n + 1, sizeof(int64_t));
	for (size_t i = 0; i < h->n; i++) {
		struct past_probe *p = &h->probes[h->rows[i].probe];
		p->times[p->at++] = h->rows[i].time_ns;
	}
	for (size_t i = 0; i < h->n_probes; i++) {
		h->probes[i].at = 0;
		if (h->probes[i].n > 0)
			find_stretches(&h->probes[i]);
	}
}

int64_t
history_spacing(struct history *h, const char *probe, int64_t time_ns)
{
	int64_t spacing = -1;

	find_spacings(h);
	for (size_t i = 0; i < h->n_probes; i++) {
		const struct past_probe *p = &h->probes[i];
		for (size_t k = 0; k < p->n_stretches && strcmp(p->def.name, probe) == 0;
		     k++)
			if (p->times[p->stretches[k].from] <= time_ns)
				spacing = p->stretches[k].spacing_ns;
	}
	return spacing;
}

/* ---- writing ---- */

/* The number to write the next sample of ${p} with: a new one where a stretch begins. */
static int
number_of(struct past_probe *p, struct journal_writer *w, const struct link_def *link,
    int64_t max_gap_ns)
{
	size_t k = 0;

	while (k + 1 < p->n_stretches && p->stretches[k + 1].from <= p->at)
		k++;
	int64_t spacing_ns = p->stretches[k].spacing_ns;
	p->at++;
	p->def.every_ns = spacing_ns;
	p->def.max_gap_ns = max_gap_ns;
	if (max_gap_ns == 0)
		p->def.max_gap_ns = spacing_ns * 5 / 2 > p->least_gap_ns
		                        ? spacing_ns * 5 / 2
		                        : p->least_gap_ns;
	memcpy(p->def.centre, link->centre, sizeof p->def.centre);
	memcpy(p->def.link, link->link, sizeof p->def.link);
	return journal_probe(w, &p->def);
}

/* The last sample of all holds as long as the quickest probe takes to the next: an hourly
 * one says nothing of the hour after it. */
static int64_t
quickest(const struct history *h)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < h->n_probes; i++)
		if (h->probes[i].seq > 0 && h->probes[i].def.every_ns < least)
			least = h->probes[i].def.every_ns;
	return least < INT64_MAX ? least : 0;
}

int
history_write(struct history *h, struct journal_writer *w, const struct link_def *link,
    int64_t max_gap_ns)
{
	struct event end = {.kind = EVENT_HISTORY_END, .link = journal_link(w, link)};
	mono_t now = {0};
	int64_t last_ns = 0;
	size_t written = 0;
	int rc = 0;

	find_spacings(h);
	end.session = journal_session(w);
	for (size_t i = 0; i < h->n && rc == 0; i++) {
		const struct past *p = &h->rows[i];
		struct past_probe *probe = &h->probes[p->probe];
		if (p->known) {
			probe->at++;
			continue;
		}
		struct sample s = {.sent = {p->time_ns},
		    .rtt_ns = p->rtt_ns,
		    .bytes = p->bytes,
		    .outcome = (enum outcome)p->outcome,
		    .code = (enum code)p->code,
		    .stamp = STAMP_IMPORT,
		    .flags = p->flags,
		    .session = end.session,
		    .seq = ++probe->seq};
		s.probe = (uint32_t)number_of(probe, w, link, max_gap_ns);
		journal_sample(w, &s);
		last_ns = p->time_ns;
		if (++written % SYNC_EVERY == 0) {
			now.ns += 2 * 10 * NS_PER_S; /* a block each time */
			rc = journal_sync(w, now);
		}
	}
	end.at.ns = last_ns + quickest(h);
	end.until = end.at;
	journal_event(w, &end);
	return rc;
}
