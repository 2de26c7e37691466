#include "tests/unit/feed.h"

#include "base/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_ONE_NS (1790000000 * NS_PER_S)

uint64_t
feed_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

double
feed_uniform(uint64_t *state)
{
	return (double)(feed_random(state) >> 11) / 9007199254740992.0;
}

void
feed_init(struct feed *f, uint64_t seed)
{
	memset(f, 0, sizeof *f);
	f->seed = seed;
	f->wall_ns = DAY_ONE_NS;
	f->place = 0.1;
	f->faults = calloc(FEED_FAULTS, sizeof *f->faults);
}

void
feed_done(struct feed *f)
{
	free(f->faults);
	f->faults = NULL;
}

uint32_t
feed_link(struct feed *f, const char *name)
{
	struct link_def *def = &f->links[f->n_links];

	snprintf(def->centre, sizeof def->centre, "victoria");
	snprintf(def->link, sizeof def->link, "%s", name);
	snprintf(def->medium, sizeof def->medium, "ethernet");
	snprintf(def->cpe_owner, sizeof def->cpe_owner, "isp");
	return (uint32_t)f->n_links++;
}

uint32_t
feed_probe(struct feed *f, uint32_t link, enum kind kind, enum role role, int network,
    int64_t every_ns, int64_t rtt_ns)
{
	struct feed_probe *p = &f->probes[f->n_probes];
	struct probe_def *def = &p->def;

	memcpy(def->centre, f->links[link].centre, sizeof def->centre);
	memcpy(def->link, f->links[link].link, sizeof def->link);
	snprintf(def->name, sizeof def->name, "p%zu", f->n_probes);
	snprintf(def->target, sizeof def->target, "192.0.2.%zu", f->n_probes + 1);
	snprintf(def->network, sizeof def->network, "net-%d", network);
	def->kind = kind;
	def->role = role;
	def->family = 4;
	def->every_ns = every_ns;
	def->timeout_ns = 3 * NS_PER_S;
	def->seed = f->seed * 977 + f->n_probes + 1;
	p->link = link;
	p->rtt_ns = rtt_ns;
	p->jitter_ns = rtt_ns / 10;
	return (uint32_t)f->n_probes++;
}

uint32_t
feed_usual(struct feed *f, uint32_t link, int64_t rtt_ns)
{
	uint32_t first = (uint32_t)f->n_probes;

	for (int i = 0; i < 5; i++)
		feed_probe(f, link, KIND_PING, ROLE_INTERNET, i, NS_PER_S, rtt_ns);
	feed_probe(f, link, KIND_PING, ROLE_GATEWAY, 100, NS_PER_S, NS_PER_MS);
	feed_probe(f, link, KIND_PING, ROLE_ISP, 101, NS_PER_S, 5 * NS_PER_MS);
	feed_probe(f, link, KIND_PING, ROLE_ISP, 102, NS_PER_S, 6 * NS_PER_MS);
	return first;
}

struct feed_fault *
feed_fault(struct feed *f, int64_t from_ns, int64_t to_ns, uint64_t probes)
{
	struct feed_fault *fault = &f->faults[f->n_faults++];

	*fault = (struct feed_fault){.from_ns = from_ns,
	    .to_ns = to_ns,
	    .probes = probes,
	    .outcome = OUTCOME_LOST,
	    .code = CODE_TIMEOUT};
	return fault;
}

void
feed_loss(struct feed *f, double loss)
{
	for (size_t i = 0; i < f->n_probes; i++)
		f->probes[i].loss = loss;
}

void
feed_declare(const struct feed *f, struct judge *j)
{
	for (size_t i = 0; i < f->n_links; i++)
		judge_link(j, &f->links[i]);
	for (size_t i = 0; i < f->n_probes; i++)
		judge_probe(j, &f->probes[i].def, f->probes[i].link);
}

static const struct feed_fault *
fault_at(const struct feed *f, uint32_t probe, int64_t t, size_t *hint)
{
	while (*hint < f->n_faults && f->faults[*hint].to_ns < t - 30 * NS_PER_S)
		(*hint)++;
	for (size_t i = *hint; i < f->n_faults; i++) {
		const struct feed_fault *a = &f->faults[i];
		if (a->from_ns > t + 3600 * NS_PER_S)
			break;
		if ((a->probes >> probe & 1) && t >= a->from_ns && t < a->to_ns)
			return a;
	}
	return NULL;
}

static void
become(struct feed *f, uint32_t probe, int64_t t, uint64_t *random, size_t *hint,
    struct sample *s)
{
	const struct feed_probe *p = &f->probes[probe];
	int64_t rtt = p->rtt_ns + (int64_t)(feed_uniform(random) * (double)p->jitter_ns);
	bool chance = feed_uniform(random) < p->loss;
	int64_t there = t + (int64_t)(f->place * (double)rtt);
	const struct feed_fault *a = fault_at(f, probe, there, hint);

	if (a == NULL)
		a = fault_at(f, probe, t + rtt - (there - t), hint);
	s->outcome = OUTCOME_REPLY;
	s->stamp = STAMP_KERNEL;
	s->rtt_ns = rtt;
	if (a != NULL && a->held) {
		s->rtt_ns = a->to_ns - t + rtt;
		s->flags = s->rtt_ns > p->def.timeout_ns ? FLAG_LATE : 0;
	} else if (a != NULL || chance || p->dead) {
		s->outcome = a != NULL ? a->outcome : OUTCOME_LOST;
		s->code = a != NULL ? a->code : CODE_TIMEOUT;
		s->stamp = STAMP_NONE;
		s->rtt_ns = -1;
	}
}

void
feed_walk(struct feed *f, int64_t from_ns, int64_t to_ns, feed_fn *fn, void *ctx)
{
	int64_t next[FEED_PROBES];
	uint64_t slot[FEED_PROBES], seq[FEED_PROBES], random = f->seed;
	uint32_t session = 1;
	size_t hint = 0, gap = 0;

	for (size_t i = 0; i < f->n_probes; i++) {
		const struct probe_def *d = &f->probes[i].def;
		slot[i] = (uint64_t)(from_ns / d->every_ns);
		next[i] = schedule_at(d->seed, d->every_ns, slot[i]).ns;
		seq[i] = 0;
	}
	for (;;) {
		uint32_t p = 0;
		for (uint32_t i = 1; i < f->n_probes; i++)
			if (next[i] < next[p])
				p = i;
		int64_t t = next[p];
		if (t >= to_ns)
			return;
		const struct probe_def *d = &f->probes[p].def;
		next[p] = schedule_at(d->seed, d->every_ns, ++slot[p]).ns;
		if (gap < f->n_gaps && t >= f->gaps[gap].end_ns) {
			gap++;
			session++;
			memset(seq, 0, sizeof seq);
		}
		struct sample s = {.probe = p,
		    .session = session,
		    .seq = ++seq[p],
		    .sent = {t},
		    .time = {f->wall_ns + t}};
		become(f, p, t, &random, &hint, &s);
		if (t < from_ns || (gap < f->n_gaps && t >= f->gaps[gap].start_ns))
			continue;
		f->sent++;
		fn(ctx, &s);
	}
}

struct judging {
	struct feed *f;
	struct judge *j;
	uint32_t session;
};

static void
to_judge(void *ctx, const struct sample *s)
{
	struct judging *g = ctx;

	if (s->session != g->session) {
		struct event e = {.kind = EVENT_SESSION_START,
		    .link = -1,
		    .session = s->session,
		    .at = s->sent,
		    .time = s->time};
		judge_event(g->j, &e);
		g->session = s->session;
	}
	judge_sample(g->j, s);
}

void
feed_judge(struct feed *f, struct judge *j, int64_t from_ns, int64_t to_ns)
{
	struct judging g = {f, j, 0};

	feed_walk(f, from_ns, to_ns, to_judge, &g);
}
