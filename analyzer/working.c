#include "analyzer/working.h"

#include "analyzer/stats.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define IDLE_NS      (60 * NS_PER_S)
#define KEPT_NS      (120 * NS_PER_S) /* a test lasts 15 s, and its row comes after it */
#define LEAST        3
#define TARGETS_MOST 64
#define KEPT_MOST    200000

struct trip {
	int64_t at_ns, rtt_ns; /* rtt: -1 lost */
	uint32_t probe;
	bool idle, loaded;
};

struct working {
	struct trip *trips; /* in order; from first on */
	size_t first, n, room;
};

struct working *
working_new(void)
{
	struct working *w = memory_grow(NULL, 1, sizeof *w);

	*w = (struct working){0};
	return w;
}

void
working_free(struct working *w)
{
	if (w == NULL)
		return;
	free(w->trips);
	free(w);
}

static void
forget(struct working *w, int64_t now_ns)
{
	while (w->first < w->n && (w->trips[w->first].at_ns < now_ns - KEPT_NS ||
	                              w->n - w->first >= KEPT_MOST))
		w->first++;
	if (w->first > 64 && w->first > w->n / 2) {
		memmove(
		    w->trips, w->trips + w->first, (w->n - w->first) * sizeof *w->trips);
		w->n -= w->first;
		w->first = 0;
	}
}

void
working_sample(struct working *w, const struct sample *s)
{
	bool answer = s->outcome == OUTCOME_REPLY || s->outcome == OUTCOME_REFUSED;

	if (!answer && s->outcome != OUTCOME_LOST)
		return;
	forget(w, s->time.ns);
	if (w->n == w->room) {
		w->room = w->room * 2 + 256;
		w->trips = memory_grow(w->trips, w->room, sizeof *w->trips);
	}
	w->trips[w->n++] = (struct trip){.at_ns = s->time.ns,
	    .rtt_ns = answer ? s->rtt_ns : -1,
	    .probe = s->probe,
	    .idle = !(s->flags & (FLAG_MASKED | FLAG_LOAD)),
	    .loaded = (s->flags & FLAG_LOAD) != 0};
}

/* ---- one test ---- */

struct side {
	int64_t *v; /* answered */
	size_t n;
	double sum;
};

static void
collect(const struct working *w, uint32_t probe, int64_t first_ns, int64_t from_ns,
    int64_t to_ns, struct side *idle, struct side *loaded)
{
	idle->n = loaded->n = 0;
	idle->sum = loaded->sum = 0;
	for (size_t i = w->first; i < w->n; i++) {
		const struct trip *t = &w->trips[i];
		if (t->probe != probe || t->rtt_ns < 0)
			continue;
		struct side *to = NULL;
		if (t->idle && t->at_ns >= first_ns - IDLE_NS && t->at_ns < first_ns)
			to = idle;
		else if (t->loaded && t->at_ns >= from_ns && t->at_ns < to_ns)
			to = loaded;
		if (to == NULL)
			continue;
		to->v[to->n++] = t->rtt_ns;
		to->sum += (double)t->rtt_ns;
	}
}

static size_t
list_targets(const struct working *w, uint32_t *out)
{
	size_t n = 0, k;

	for (size_t i = w->first; i < w->n && n < TARGETS_MOST; i++) {
		for (k = 0; k < n && out[k] != w->trips[i].probe; k++)
			;
		if (k == n)
			out[n++] = w->trips[i].probe;
	}
	return n;
}

static int64_t
median(int64_t *v, size_t n)
{
	stats_sort(v, n);
	return stats_quantile(v, n, 0, 0.5);
}

static void
count(const struct working *w, int64_t first_ns, int64_t from_ns, int64_t to_ns,
    struct working_latency *out)
{
	for (size_t i = w->first; i < w->n; i++) {
		const struct trip *t = &w->trips[i];
		bool during = t->loaded && t->at_ns >= from_ns && t->at_ns < to_ns;
		out->loaded += during;
		out->loaded_lost += during && t->rtt_ns < 0;
		out->idle +=
		    t->idle && t->at_ns >= first_ns - IDLE_NS && t->at_ns < first_ns;
	}
}

void
working_test(const struct working *w, int64_t first_ns, int64_t from_ns, int64_t to_ns,
    struct working_latency *out)
{
	uint32_t targets[TARGETS_MOST];
	int64_t before[TARGETS_MOST], during[TARGETS_MOST], more[TARGETS_MOST];
	size_t n = list_targets(w, targets), room = w->n - w->first + 1, used = 0;
	struct side idle = {.v = memory_grow(NULL, room, sizeof(int64_t))};
	struct side loaded = {.v = memory_grow(NULL, room, sizeof(int64_t))};
	double idle_mean = 0, loaded_mean = 0;

	*out = (struct working_latency){0};
	count(w, first_ns, from_ns, to_ns, out);
	for (size_t i = 0; i < n; i++) {
		collect(w, targets[i], first_ns, from_ns, to_ns, &idle, &loaded);
		if (idle.n < LEAST || loaded.n < LEAST)
			continue;
		idle_mean += idle.sum / (double)idle.n;
		loaded_mean += loaded.sum / (double)loaded.n;
		before[used] = median(idle.v, idle.n);
		during[used] = median(loaded.v, loaded.n);
		more[used] = during[used] - before[used];
		used++;
	}
	free(idle.v);
	free(loaded.v);
	if (used == 0)
		return;
	out->known = true;
	out->targets = (unsigned)used;
	out->idle_ns = median(before, used);
	out->loaded_ns = median(during, used);
	out->increase_ns = median(more, used);
	if (out->increase_ns < 0)
		out->increase_ns = 0;
	out->delay = stats_buffer_delay((int64_t)loaded_mean, (int64_t)idle_mean);
	out->per_minute = out->loaded_ns > 0 ? 60e9 / (double)out->loaded_ns : 0;
}
