#include "tests/sim/world.h"

#include "base/bytes.h"
#include "base/schedule.h"
#include "collector/engine.h"
#include "tests/sim/clock_virtual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT_NS (1000 * NS_PER_S) /* the machine was up so long at the start */

/* What every link is probed with. */
static const struct plan {
	const char *name, *target, *network;
	enum kind kind;
	enum role role;
	enum layer depth;
} PLANS[] = {
    {"gateway", "192.168.1.1", "192.168.1.0/24", KIND_PING, ROLE_GATEWAY, LAYER_CPE},
    {"bng", "100.64.0.1", "100.64.0.0/24", KIND_PING, ROLE_ISP, LAYER_ACCESS},
    {"core", "100.64.9.1", "100.64.9.0/24", KIND_PING, ROLE_ISP, LAYER_CORE},
    {"resolver", "100.64.9.53", "100.64.9.0/24", KIND_DNS, ROLE_ISP, LAYER_DNS},
    {"one", "192.0.2.1", "192.0.2.0/24", KIND_PING, ROLE_INTERNET, LAYER_TARGETS},
    {"two", "198.51.100.1", "198.51.100.0/24", KIND_TCP, ROLE_INTERNET, LAYER_TARGETS},
    {"three", "203.0.113.1", "203.0.113.0/24", KIND_PING, ROLE_INTERNET, LAYER_TARGETS},
    {"four", "198.18.0.1", "198.18.0.0/24", KIND_TCP, ROLE_INTERNET, LAYER_TARGETS},
    {"five", "198.18.1.1", "198.18.1.0/24", KIND_PING, ROLE_INTERNET, LAYER_TARGETS},
};
#define N_PLANS        (sizeof PLANS / sizeof PLANS[0])
#define FIRST_INTERNET 4

struct coming { /* an answer on its way */
	int64_t at_ns;
	uint32_t probe;
	uint64_t seq;
};

struct world {
	const struct scenario *s;
	struct journal_writer *journal;
	struct engine *engine;
	int64_t boot_at_start; /* BOOTTIME at t = 0 of this boot */
	uint32_t probe_base;
	struct {
		int link;
		const struct plan *plan;
		unsigned number; /* of the target */
	} * probes;
	size_t n_probes;
	uint32_t links[SIM_LINKS_MAX];
	uint64_t rx[SIM_LINKS_MAX], tx[SIM_LINKS_MAX];
	struct coming *heap;
	size_t n, room;
	uint64_t random;
};

/* ---- time ---- */

/* Each reboot begins a boot of its own: BOOTTIME from zero. */
static int64_t
boot_began(const struct scenario *s, int64_t t, unsigned *boot)
{
	int64_t began = -BOOT_NS;

	*boot = 0;
	for (int i = 0; i < s->n_faults; i++) {
		if (s->faults[i].kind == FAULT_REBOOT && s->faults[i].to_ns <= t) {
			(*boot)++;
			if (s->faults[i].to_ns > began)
				began = s->faults[i].to_ns;
		}
	}
	return began;
}

void
world_clock(const struct scenario *s, int64_t t)
{
	int64_t began = boot_began(s, t, &virtual_clock.boot);

	virtual_clock.boot_ns = t - began;
	virtual_clock.offset_ns = s->start_ns + began;
	for (int i = 0; i < s->n_faults; i++)
		if (s->faults[i].kind == FAULT_STEP && t >= s->faults[i].from_ns &&
		    (s->faults[i].to_ns == s->faults[i].from_ns ||
		        t < s->faults[i].to_ns))
			virtual_clock.offset_ns += (int64_t)s->faults[i].value;
	virtual_clock.synchronised = scenario_fault(s, FAULT_UNSYNC, -1, t) == NULL;
}

static int64_t
elapsed(const struct world *w, mono_t at)
{
	return at.ns - w->boot_at_start;
}

/* ---- chance ---- */

static double
chance(struct world *w)
{
	uint64_t z = (w->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- answers on their way ---- */

static void
push(struct world *w, struct coming c)
{
	if (w->n + 1 >= w->room) {
		w->room = w->room * 2 + 64;
		w->heap = memory_grow(w->heap, w->room, sizeof *w->heap);
	}
	size_t i = w->n++;
	for (; i > 0 && c.at_ns < w->heap[(i - 1) / 2].at_ns; i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = c;
}

static struct coming
pop(struct world *w)
{
	struct coming top = w->heap[0], last = w->heap[--w->n];
	size_t i = 0;

	for (size_t k; (k = 2 * i + 1) < w->n; i = k) {
		if (k + 1 < w->n && w->heap[k + 1].at_ns < w->heap[k].at_ns)
			k++;
		if (w->heap[k].at_ns >= last.at_ns)
			break;
		w->heap[i] = w->heap[k];
	}
	if (w->n > 0)
		w->heap[i] = last;
	return top;
}

/* ---- the network ---- */

static bool
vanishes(struct world *w, const struct plan *p, int link, unsigned number, int64_t t,
    int64_t rtt)
{
	const struct scenario *s = w->s;
	const struct fault *f = scenario_fault(s, FAULT_LOSS, link, t);
	double loss = f != NULL ? f->value : s->loss;

	if (scenario_cut(s, link, p->depth, t + rtt / 2))
		return true;
	if (p->depth == LAYER_CPE)
		return s->gateway_silent;
	for (int i = 0; i < s->n_faults; i++)
		if (s->faults[i].kind == FAULT_TARGET &&
		    (unsigned)s->faults[i].value == number && t >= s->faults[i].from_ns &&
		    t < s->faults[i].to_ns)
			return true;
	if (p->role == ROLE_INTERNET && p->kind == KIND_PING &&
	    scenario_fault(s, FAULT_ICMP, link, t) != NULL)
		return true;
	return chance(w) < loss;
}

static int
send_probe(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct world *w = ctx;
	const struct scenario *s = w->s;
	uint32_t i = probe - w->probe_base;
	int link = w->probes[i].link;
	int64_t t = elapsed(w, now);

	if (scenario_fault(s, FAULT_CARRIER, link, t) != NULL) {
		out->code = CODE_NO_CARRIER;
		return -ENETDOWN;
	}
	w->tx[link] += 84;
	int64_t rtt = s->rtt_ns + (int64_t)((double)s->jitter_ns * chance(w));
	const struct fault *delay = scenario_fault(s, FAULT_DELAY, link, t);
	if (w->probes[i].plan->depth == LAYER_CPE)
		rtt = NS_PER_MS / 2;
	else if (delay != NULL)
		rtt += (int64_t)delay->value;
	if (vanishes(w, w->probes[i].plan, link, w->probes[i].number, t, rtt))
		return 0;
	const struct fault *stall = scenario_fault(s, FAULT_STALL, link, t + rtt);
	int64_t back = t + rtt;
	if (stall != NULL && w->probes[i].plan->depth != LAYER_CPE)
		back = stall->to_ns + (int64_t)(chance(w) * (double)(5 * NS_PER_MS));
	push(w, (struct coming){back + w->boot_at_start, probe, seq});
	return 0;
}

static const struct transport NETWORK_TEMPLATE = {.send = send_probe};

/* ---- the collector ---- */

static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	journal_sent(((struct world *)ctx)->journal, probe, seq, at);
}

static void
on_sample(void *ctx, const struct sample *s)
{
	journal_sample(((struct world *)ctx)->journal, s);
}

static void
fill_link(const struct scenario *s, int i, struct link_def *def)
{
	memset(def, 0, sizeof *def);
	strcpy(def->centre, "sim");
	strcpy(def->centre_name, "Simulated Centre");
	strcpy(def->timezone, "Europe/London");
	strcpy(def->isp, "Model Telecom");
	memcpy(def->link, s->links[i], sizeof def->link);
	snprintf(def->interface, sizeof def->interface, "eth%d", i);
	memcpy(def->medium, s->medium, sizeof def->medium);
	memcpy(def->cpe_owner, s->cpe_owner, sizeof def->cpe_owner);
}

static void
fill_probe(
    const struct scenario *s, int link, const struct plan *p, struct probe_def *def)
{
	char seed[128];

	memset(def, 0, sizeof *def);
	strcpy(def->centre, "sim");
	memcpy(def->link, s->links[link], sizeof def->link);
	snprintf(def->name, sizeof def->name, "%s", p->name);
	def->kind = p->kind;
	def->role = p->role;
	def->family = 4;
	def->every_ns = s->every_ns;
	def->timeout_ns = 3 * NS_PER_S;
	snprintf(
	    seed, sizeof seed, "%llu/%d/%s", (unsigned long long)s->seed, link, p->name);
	def->seed = schedule_seed(seed);
	snprintf(def->target, sizeof def->target, "%s", p->target);
	snprintf(def->network, sizeof def->network, "%s", p->network);
}

static void
declare(struct world *w, const struct transport *t)
{
	const struct scenario *s = w->s;

	w->probes = memory_grow(NULL, (size_t)s->n_links * N_PLANS, sizeof *w->probes);
	for (int l = 0; l < s->n_links; l++) {
		struct link_def def;
		fill_link(s, l, &def);
		w->links[l] = (uint32_t)journal_link(w->journal, &def);
		for (size_t p = 0; p < N_PLANS; p++) {
			struct probe_def pd;
			fill_probe(s, l, &PLANS[p], &pd);
			uint32_t number = (uint32_t)journal_probe(w->journal, &pd);
			if (w->n_probes == 0)
				w->probe_base = number;
			w->probes[w->n_probes].link = l;
			w->probes[w->n_probes].plan = &PLANS[p];
			w->probes[w->n_probes].number =
			    p >= FIRST_INTERNET ? (unsigned)(p - FIRST_INTERNET + 1) : 0;
			w->n_probes++;
			engine_add(w->engine, number, &pd, t, clock_mono());
		}
	}
}

/* Once a second: what the interfaces say, the clock, the write-ahead file. */
static void
tick(struct world *w, mono_t now)
{
	struct clock_state clock;

	for (int l = 0; l < w->s->n_links; l++) {
		bool carrier =
		    scenario_fault(w->s, FAULT_CARRIER, l, elapsed(w, now)) == NULL;
		struct counters c = {.link = w->links[l],
		    .at = now,
		    .rx_bytes = w->rx[l],
		    .tx_bytes = w->tx[l],
		    .ifindex = (uint32_t)l + 2,
		    .carrier = carrier,
		    .admin_up = true};
		journal_counters(w->journal, &c);
	}
	clock_state_read(&clock);
	journal_clock(w->journal, &clock);
	journal_sync(w->journal, now);
}

static void
arrive(struct world *w)
{
	struct coming c = pop(w);
	struct answer a = {.outcome = OUTCOME_REPLY, .stamp = STAMP_KERNEL};

	a.received.ns = c.at_ns;
	w->rx[w->probes[c.probe - w->probe_base].link] += 84;
	engine_answer(w->engine, c.probe, c.seq, &a);
}

/* What the machine sleeps through never happens to it. */
static int64_t
after_sleep(const struct world *w, int64_t at)
{
	const struct fault *f =
	    scenario_fault(w->s, FAULT_SUSPEND, -1, at - w->boot_at_start);

	return f != NULL ? f->to_ns + w->boot_at_start : at;
}

static void
run(struct world *w, int64_t end)
{
	int64_t next_tick = clock_mono().ns + w->s->tick_ns;

	for (;;) {
		int64_t next = engine_next(w->engine).ns;
		bool answer = w->n > 0 && w->heap[0].at_ns <= next;
		if (answer)
			next = w->heap[0].at_ns;
		bool beat = next_tick <= next;
		if (beat)
			next = next_tick;
		next = after_sleep(w, next);
		if (next >= end)
			break;
		world_clock(w->s, next - w->boot_at_start);
		mono_t now = {next};
		if (beat) {
			tick(w, now);
			next_tick = next + w->s->tick_ns;
		} else if (answer) {
			arrive(w);
		} else {
			engine_run(w->engine, now);
		}
	}
	world_clock(w->s, end - w->boot_at_start);
}

int
world_live(const struct scenario *s, const char *dir, int64_t from_ns, int64_t to_ns,
    enum ending ending)
{
	struct world w = {.s = s};
	struct engine_sink sink = {&w, on_sent, on_sample};
	struct transport network = NETWORK_TEMPLATE;
	char err[512];

	world_clock(s, from_ns);
	w.boot_at_start = clock_mono().ns - from_ns;
	w.random = s->seed ^ (uint64_t)from_ns;
	network.ctx = &w;
	if (journal_open(&w.journal, dir, "sim", err, sizeof err) < 0) {
		fprintf(stderr, "%s: %s\n", s->path, err);
		return 1;
	}
	w.engine = engine_new(&sink);
	declare(&w, &network);
	tick(&w, clock_mono());
	run(&w, to_ns + w.boot_at_start);
	if (ending == ENDING_CLEAN)
		journal_close(w.journal, true);
	/* Killed: nothing more is written; the process ends and the lock with it. */
	engine_free(w.engine);
	free(w.probes);
	free(w.heap);
	return 0;
}
