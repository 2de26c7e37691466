/*
 * What a link shows: a level that the targets of two networks show at the same time, or
 * those of one while no other was measured.
 */
#include "analyzer/shift_line.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define NETWORKS_TOLD 2

struct seen {
	struct track_episode *episodes;
	size_t n;
};

struct sighting { /* of a network or of the link */
	int64_t start_ns, end_ns;
	bool open;
};

static int
by_start(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->end_ns > y->end_ns) - (x->end_ns < y->end_ns);
}

/* Sorted and joined where less than a level's time lies between. */
static size_t
join_sightings(struct sighting *v, size_t n)
{
	size_t m = 0;

	if (n > 1)
		qsort(v, n, sizeof v[0], by_start);
	for (size_t i = 0; i < n; i++) {
		if (m > 0 && v[i].start_ns < v[m - 1].end_ns + LASTING_NS) {
			if (v[i].end_ns > v[m - 1].end_ns)
				v[m - 1].end_ns = v[i].end_ns;
			v[m - 1].open |= v[i].open;
		} else {
			v[m++] = v[i];
		}
	}
	return m;
}

/* What the targets of the network of probe ${lead} show. */
static size_t
network_sightings(
    const struct shift *s, const struct seen *seen, size_t lead, struct sighting **out)
{
	struct sighting *v = NULL;
	size_t n = 0, i = lead;

	do {
		v = memory_grow(v, n + seen[i].n + 1, sizeof *v);
		for (size_t k = 0; k < seen[i].n; k++) {
			const struct track_episode *e = &seen[i].episodes[k];
			v[n++] = (struct sighting){e->start_ns, e->end_ns, e->open};
		}
		i = s->probes[i].next;
	} while (i != 0);
	*out = v;
	return join_sightings(v, n);
}

/* Was any target of the network of probe ${lead} measured around then? */
static bool
measured(const struct shift *s, size_t lead, int64_t from_ns, int64_t to_ns)
{
	const struct probe *p = &s->probes[lead];

	while (!shift_present(p, from_ns, to_ns)) {
		if (p->next == 0)
			return false;
		p = &s->probes[p->next];
	}
	return true;
}

struct edge {
	int64_t at_ns;
	int step;
	bool open;
};

static int
by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return x->step - y->step; /* ends first */
}

/* Times at which at least ${least} networks show it. */
static size_t
common(struct edge *edges, size_t n, int least, struct sighting **out)
{
	struct sighting *v = memory_grow(NULL, n / 2 + 1, sizeof *v);
	size_t m = 0;
	int level = 0;

	if (n > 1)
		qsort(edges, n, sizeof edges[0], by_time);
	for (size_t i = 0; i < n; i++) {
		int was = level;
		level += edges[i].step;
		if (was < least && level >= least)
			v[m] = (struct sighting){.start_ns = edges[i].at_ns};
		if (was >= least && level < least) {
			v[m].end_ns = edges[i].at_ns;
			v[m++].open = edges[i].open;
		}
	}
	*out = v;
	return join_sightings(v, m);
}

/* ---- the report ---- */

static const struct track_episode *
episode_in(const struct seen *seen, const struct sighting *v)
{
	const struct track_episode *found = NULL;

	for (size_t i = 0; i < seen->n; i++) {
		const struct track_episode *e = &seen->episodes[i];
		if (e->start_ns < v->end_ns && e->end_ns > v->start_ns &&
		    (found == NULL ||
		        e->end_ns - e->start_ns > found->end_ns - found->start_ns))
			found = e;
	}
	return found;
}

static enum attribution
whose(const struct shift *s, const struct seen *seen, int kind, const struct sighting *v)
{
	bool hop_measured = false, hop_shows = false;

	for (size_t i = 0; i < s->n_probes; i++) {
		const struct probe *p = &s->probes[i];
		bool shows = episode_in(&seen[i], v) != NULL;
		if (p->role == ROLE_GATEWAY && shows)
			return ATTR_CPE;
		if (p->role != ROLE_ISP)
			continue;
		hop_shows |= shows;
		hop_measured |= p->series[kind].track != NULL &&
		                shift_present(p, v->start_ns, v->end_ns);
	}
	return hop_shows ? ATTR_ACCESS : hop_measured ? ATTR_UPSTREAM : ATTR_UNDETERMINED;
}

static void
describe(const struct shift *s, const struct seen *seen, int kind,
    const struct sighting *v, struct shift_found *out)
{
	*out = (struct shift_found){.kind = kind == LATENCY ? DEG_LATENCY : DEG_JITTER,
	    .attribution = whose(s, seen, kind, v),
	    .start_ns = v->start_ns,
	    .end_ns = v->end_ns,
	    .open = v->open,
	    .probes = memory_grow(NULL, s->n_probes, sizeof *out->probes)};
	bool *told = memory_grow(NULL, s->n_probes, sizeof *told);

	memset(told, 0, s->n_probes * sizeof *told);
	for (size_t i = 0; i < s->n_probes; i++) {
		const struct track_episode *e = episode_in(&seen[i], v);
		const struct gather *g = &s->probes[i].series[kind];
		if (s->probes[i].role != ROLE_INTERNET || e == NULL)
			continue;
		bool first = out->n_probes == 0;
		out->networks += !told[s->probes[i].lead];
		told[s->probes[i].lead] = true;
		out->probes[out->n_probes++] = s->probes[i].number;
		out->settled |= e->settled && llabs(e->end_ns - v->end_ns) < LASTING_NS;
		if (g->now.width_ns > out->bound_ns)
			out->bound_ns = g->now.width_ns;
		if (first ||
		    e->during_ns - e->before_ns < out->during_ns - out->before_ns) {
			out->before_ns = e->before_ns;
			out->during_ns = e->during_ns;
		}
	}
	free(told);
}

struct list {
	struct shift_found *v;
	size_t n;
	int64_t from_ns, to_ns;
};

static void
report(struct list *list, const struct shift *s, const struct seen *seen, int kind,
    const struct sighting *v, size_t n, bool single)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].end_ns - v[i].start_ns < LASTING_NS ||
		    v[i].start_ns >= list->to_ns || v[i].end_ns <= list->from_ns)
			continue;
		list->v = memory_grow(list->v, list->n + 1, sizeof *list->v);
		describe(s, seen, kind, &v[i], &list->v[list->n]);
		list->v[list->n++].single = single;
	}
}

/* What a network shows while no other was measured goes into the report by itself. */
static void
weigh_network(struct list *list, const struct shift *s, const struct seen *seen, int kind,
    size_t lead, struct edge **edges, size_t *n_edges)
{
	struct sighting *v;
	size_t n = network_sightings(s, seen, lead, &v);

	*edges = memory_grow(*edges, *n_edges + 2 * n + 1, sizeof **edges);
	for (size_t i = 0; i < n; i++) {
		unsigned networks = 0;
		for (size_t k = 0; k < s->n_probes && networks < NETWORKS_TOLD; k++)
			networks += shift_leads(s, k) &&
			            measured(s, k, v[i].start_ns, v[i].end_ns);
		if (networks < NETWORKS_TOLD) {
			report(list, s, seen, kind, &v[i], 1, true);
			continue;
		}
		(*edges)[(*n_edges)++] = (struct edge){v[i].start_ns, 1, false};
		(*edges)[(*n_edges)++] = (struct edge){v[i].end_ns, -1, v[i].open};
	}
	free(v);
}

static void
report_series(struct list *list, const struct shift *s, int kind, int64_t as_of_ns)
{
	struct seen *seen = memory_grow(NULL, s->n_probes + 1, sizeof *seen);
	struct sighting *v;
	struct edge *edges = NULL;
	size_t n_edges = 0;

	for (size_t i = 0; i < s->n_probes; i++) {
		seen[i].n = shift_episodes(
		    s, &s->probes[i].series[kind], kind, as_of_ns, &seen[i].episodes);
	}
	for (size_t i = 0; i < s->n_probes; i++) {
		if (shift_leads(s, i))
			weigh_network(list, s, seen, kind, i, &edges, &n_edges);
	}
	size_t n = common(edges, n_edges, NETWORKS_TOLD, &v);
	report(list, s, seen, kind, v, n, false);
	free(v);
	free(edges);
	for (size_t i = 0; i < s->n_probes; i++)
		free(seen[i].episodes);
	free(seen);
}

static int
by_onset(const void *a, const void *b)
{
	const struct shift_found *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

size_t
shift_finish(const struct shift *s, int64_t from_ns, int64_t to_ns, int64_t as_of_ns,
    struct shift_found **out)
{
	struct list list = {.from_ns = from_ns, .to_ns = to_ns};

	for (int kind = 0; kind < SERIES; kind++)
		report_series(&list, s, kind, as_of_ns);
	if (list.n > 1)
		qsort(list.v, list.n, sizeof list.v[0], by_onset);
	*out = list.v;
	return list.n;
}

void
shift_found_free(struct shift_found *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(found[i].probes);
	free(found);
}
