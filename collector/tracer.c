#include "collector/tracer.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SILENCE_NS     (2 * NS_PER_S)
#define SILENT_ANSWERS 8
#define SUSPECT_NS     (30 * NS_PER_S)
#define DARK_FIRST_NS  (15 * NS_PER_S)
#define DARK_MOST_NS   (600 * NS_PER_S)
#define RESTORED_NS    NS_PER_S
#define FIRST_NS       (3 * NS_PER_S)
#define AGAIN_NS       (10 * NS_PER_S) /* after what could not be begun */
#define MORE_HOPS      2 /* than the last good path had: it may have changed */

struct traced {
	struct tracer *tracer;
	struct trace *trace;
	struct egress *egress;
	uint32_t number;
	uint8_t family; /* 0: no target */
	uint8_t target[16];
	int64_t every_ns;     /* 0: not traced */
	int64_t patience_ns;  /* silence for so long is suspicious */
	mono_t answered;      /* ns 0: never */
	mono_t suspected;     /* when it was last */
	mono_t due;           /* of the next one */
	int64_t dark_ns;      /* how long until the one after */
	enum path_reason why; /* of the next one; of the one that runs */
	enum path_reason running;
	bool dark;
	uint8_t hops; /* of the last path that reached the target; 0: none did */
};

struct tracer {
	struct loop *loop;
	tracer_fn *told;
	void *ctx;
	struct traced **links;
	size_t n_links;
	uint64_t state; /* of the jitter */
};

/* ---- what there is to trace ---- */

static bool
is_voter(const struct probe_conf *p)
{
	return p->def.role == ROLE_INTERNET && p->def.kind <= KIND_TCP;
}

static uint8_t
parse_target(const struct probe_conf *p, uint8_t out[16])
{
	memset(out, 0, 16);
	if (inet_pton(AF_INET, p->address, out) == 1)
		return 4;
	return inet_pton(AF_INET6, p->address, out) == 1 ? 6 : 0;
}

/* Lower is better; the first of the best. */
static int
rank(const struct probe_conf *p, uint8_t family)
{
	return (p->def.kind == KIND_PING ? 0 : 2) + (family == 4 ? 0 : 1);
}

static void
choose_target(struct traced *l, const struct link_conf *conf)
{
	int best = 4;
	uint8_t target[16], before[16];

	memcpy(before, l->target, sizeof before);
	l->family = 0;
	for (size_t i = 0; i < conf->n_probes; i++) {
		const struct probe_conf *p = &conf->probes[i];
		uint8_t family = is_voter(p) ? parse_target(p, target) : 0;
		if (family == 0 || rank(p, family) >= best)
			continue;
		best = rank(p, family);
		l->family = family;
		memcpy(l->target, target, sizeof target);
	}
	if (memcmp(before, l->target, sizeof before) != 0)
		l->hops = 0;
}

static int64_t
patience_of(const struct link_conf *conf)
{
	double a_second = 0;

	for (size_t i = 0; i < conf->n_probes; i++)
		if (is_voter(&conf->probes[i]))
			a_second += 1e9 / (double)conf->probes[i].def.every_ns;
	int64_t ns =
	    a_second > 0 ? (int64_t)(SILENT_ANSWERS * 1e9 / a_second) : SILENCE_NS;
	return ns > SILENCE_NS ? ns : SILENCE_NS;
}

/* ---- when ---- */

static int64_t
jittered(struct tracer *t, int64_t ns)
{
	t->state ^= t->state << 13;
	t->state ^= t->state >> 7;
	t->state ^= t->state << 17;
	return ns / 10 * 9 + (int64_t)(t->state % (uint64_t)(ns / 5));
}

static void
next_routine(struct traced *l, mono_t now)
{
	l->why = PATH_ROUTINE;
	l->due.ns = now.ns + jittered(l->tracer, l->every_ns);
}

static void
next_dark(struct traced *l, mono_t now)
{
	l->why = PATH_DARK;
	l->due.ns = now.ns + l->dark_ns;
	l->dark_ns = l->dark_ns * 2 < DARK_MOST_NS ? l->dark_ns * 2 : DARK_MOST_NS;
}

static void
on_done(void *ctx, const struct path *p)
{
	struct traced *l = ctx;
	struct path path = *p;

	path.link = l->number;
	path.reason = l->running;
	if (path.n_hops > 0 && path.hops[path.n_hops - 1].kind == HOP_TARGET)
		l->hops = path.n_hops;
	l->tracer->told(l->tracer->ctx, &path);
}

static void
begin(struct traced *l, mono_t now)
{
	bool dark = l->why == PATH_SUSPECTED || l->why == PATH_DARK;
	uint8_t hops = dark && l->hops > 0 ? (uint8_t)(l->hops + MORE_HOPS) : 0;

	/* What looks for a fault goes before what does not. */
	if (dark && l->running != PATH_SUSPECTED && l->running != PATH_DARK)
		trace_stop(l->trace);
	if (egress_ready(l->egress, l->family == 4 ? AF_INET : AF_INET6) != CODE_NONE ||
	    (!dark && egress_flags(l->egress) != 0) ||
	    trace_start(l->trace, l->egress, l->family, l->target, hops) < 0) {
		l->due.ns = now.ns + AGAIN_NS;
		return;
	}
	l->running = l->why;
	if (l->dark)
		next_dark(l, now);
	else
		next_routine(l, now);
}

/* Silence began, or ended. */
static void
look(struct traced *l, mono_t now)
{
	bool silent = now.ns - l->answered.ns > l->patience_ns;

	if (silent && !l->dark) {
		l->dark = true;
		l->dark_ns = DARK_FIRST_NS;
		l->why = PATH_SUSPECTED;
		l->due = now;
		if (l->suspected.ns != 0 && now.ns - l->suspected.ns < SUSPECT_NS)
			l->due.ns = l->suspected.ns + SUSPECT_NS;
	} else if (!silent && l->dark) {
		bool looked = l->why != PATH_SUSPECTED;
		l->dark = false;
		next_routine(l, now);
		if (looked) {
			l->why = PATH_RESTORED;
			l->due.ns = now.ns + RESTORED_NS;
		}
	}
}

void
tracer_beat(struct tracer *t, mono_t now)
{
	for (size_t i = 0; i < t->n_links; i++) {
		struct traced *l = t->links[i];
		if (l->family == 0 || l->every_ns == 0 || l->answered.ns == 0)
			continue;
		look(l, now);
		if (now.ns < l->due.ns)
			continue;
		if (l->why == PATH_SUSPECTED)
			l->suspected = now;
		begin(l, now);
	}
}

/* ---- outside ---- */

struct tracer *
tracer_new(struct loop *loop, tracer_fn *told, void *ctx)
{
	struct tracer *t = memory_grow(NULL, 1, sizeof *t);

	*t = (struct tracer){.loop = loop, .told = told, .ctx = ctx};
	if (getrandom(&t->state, sizeof t->state, 0) != (ssize_t)sizeof t->state ||
	    t->state == 0)
		t->state = (uint64_t)clock_mono().ns | 1;
	return t;
}

void
tracer_free(struct tracer *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_links; i++) {
		trace_free(t->links[i]->trace);
		free(t->links[i]);
	}
	free(t->links);
	free(t);
}

void
tracer_link(struct tracer *t, size_t link, uint32_t number, struct egress *e,
    const struct link_conf *conf)
{
	while (t->n_links <= link) {
		struct traced *l = memory_grow(NULL, 1, sizeof *l);
		*l = (struct traced){.tracer = t};
		l->trace = trace_new(t->loop, on_done, l);
		t->links = memory_grow(t->links, t->n_links + 1, sizeof *t->links);
		t->links[t->n_links++] = l;
	}
	struct traced *l = t->links[link];
	trace_stop(l->trace);
	l->egress = e;
	l->number = number;
	l->every_ns = conf->path_every_ns;
	l->patience_ns = patience_of(conf);
	choose_target(l, conf);
}

void
tracer_links(struct tracer *t, size_t n)
{
	for (size_t i = n; i < t->n_links; i++) {
		trace_stop(t->links[i]->trace);
		t->links[i]->every_ns = 0;
	}
}

void
tracer_answer(struct tracer *t, size_t link, mono_t at)
{
	if (link >= t->n_links)
		return;
	struct traced *l = t->links[link];
	if (l->answered.ns == 0) {
		l->why = PATH_ROUTINE;
		l->due.ns = at.ns + FIRST_NS;
	}
	if (at.ns > l->answered.ns)
		l->answered = at;
}
