#include "cmd/common_samples.h"

#include "analyzer/common_time.h"
#include "base/bytes.h"
#include "cmd/taking.h"

#include <stdlib.h>
#include <string.h>

struct reread {
	struct common_samples *t;
	struct journal_reader *reader;
	const struct gathered *g;
};

/* ---- sets of links ---- */

static void
set_add(struct common_samples *t, const bool member[COMPARE_LINKS],
    const struct verdict *ledgers, struct span within, const char *zone)
{
	const struct verdict *of[COMPARE_LINKS];
	struct common_set *s = memory_grow(NULL, 1, sizeof *s);
	size_t n = 0;

	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < t->n_links; i++) {
		s->member[i] = member[i];
		if (!member[i])
			continue;
		of[n++] = &ledgers[i];
		curve_init(&s->curves[i], false, within.end_ns - within.start_ns, zone,
		    within.start_ns);
	}
	s->n_spans = common_time_spans(of, n, within, &s->spans);
	t->sets[t->n_sets++] = s;
}

static void
make_sets(struct common_samples *t, const struct verdict *ledgers, struct span within,
    const char *zone)
{
	bool member[COMPARE_LINKS];

	for (size_t i = 0; i < t->n_links; i++)
		member[i] = true;
	set_add(t, member, ledgers, within, zone);
	for (size_t a = 0; a < t->n_links && t->n_links > 2; a++)
		for (size_t b = a + 1; b < t->n_links; b++) {
			memset(member, 0, sizeof member);
			member[a] = member[b] = true;
			set_add(t, member, ledgers, within, zone);
		}
}

/* Asked in the order of sending. */
static bool
is_within(struct common_set *s, int64_t at_ns)
{
	while (s->at < s->n_spans && s->spans[s->at].end_ns <= at_ns)
		s->at++;
	return s->at < s->n_spans && s->spans[s->at].start_ns <= at_ns;
}

/* ---- reading ---- */

static void
take_probe(struct common_set *s, size_t link, const struct probe_def *def,
    const struct sample *sample)
{
	if (sample->probe >= s->n_before) {
		s->before = memory_grow(s->before, sample->probe + 1, sizeof *s->before);
		for (; s->n_before <= sample->probe; s->n_before++)
			s->before[s->n_before] = (struct curve_probe){.rtt_ns = -1};
	}
	curve_take(&s->curves[link], &s->before[sample->probe], def, sample);
}

static void
take_query(
    struct common_names names[2], const struct probe_def *def, const struct sample *s)
{
	struct common_names *n = &names[def->role == ROLE_ISP];

	if (def->kind != KIND_DNS ||
	    (def->role != ROLE_ISP && def->role != ROLE_INTERNET) || !taking_counts(s))
		return;
	n->asked++;
	if (sample_is_answer(s) && s->rtt_ns >= 0)
		hist_add(&n->answers, s->rtt_ns);
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct reread *r = ctx;
	struct common_samples *t = r->t;
	size_t n, link;

	if (!gathered_link(r->g, journal_probe_link(r->reader, s->probe), &link))
		return 0;
	const struct probe_def *def = &journal_probes(r->reader, &n)[s->probe];
	for (size_t i = 0; i < t->n_sets; i++) {
		struct common_set *set = t->sets[i];
		if (!set->member[link] || !is_within(set, s->time.ns))
			continue;
		take_probe(set, link, def, s);
		if (i == 0)
			take_query(t->names[link], def, s);
	}
	return 0;
}

/* Pairs of losses are kept by the probe until then. */
static void
close_set(struct common_set *s, const struct reread *r)
{
	size_t link;

	for (size_t i = 0; i < s->n_before; i++)
		if (gathered_link(
		        r->g, journal_probe_link(r->reader, (uint32_t)i), &link))
			stats_pairs_merge(&s->curves[link].pairs, &s->before[i].pairs);
	for (size_t i = 0; i < COMPARE_LINKS; i++)
		if (s->member[i])
			curve_close(&s->curves[i]);
}

int
common_samples_read(struct common_samples *t, const struct gathered *g,
    const struct verdict *ledgers, struct span within, const char *zone)
{
	struct reread r = {.t = t, .reader = gathered_reader(g), .g = g};
	struct journal_visitor v = {.ctx = &r, .sample = on_sample};
	int rc = 0;

	memset(t, 0, sizeof *t);
	t->n_links = gathered_results(g)->n_links;
	t->names = memory_grow(NULL, t->n_links, sizeof *t->names);
	memset(t->names, 0, t->n_links * sizeof *t->names);
	make_sets(t, ledgers, within, zone);
	if (within.start_ns < within.end_ns)
		rc = journal_scan(
		    r.reader, (wall_t){within.start_ns}, (wall_t){within.end_ns}, &v);
	for (size_t i = 0; i < t->n_sets; i++)
		close_set(t->sets[i], &r);
	if (rc < 0)
		return complain(1, "journal: %s", journal_error(r.reader));
	return 0;
}

void
common_samples_done(struct common_samples *t)
{
	for (size_t i = 0; i < t->n_sets; i++) {
		struct common_set *s = t->sets[i];
		for (size_t k = 0; k < COMPARE_LINKS; k++)
			curve_free(&s->curves[k]);
		free(s->spans);
		free(s->before);
		free(s);
	}
	free(t->names);
	memset(t, 0, sizeof *t);
}

const struct curve *
common_samples_curve(const struct common_samples *t, size_t link, size_t other)
{
	for (size_t i = 1; i < t->n_sets && link != other; i++)
		if (t->sets[i]->member[link] && t->sets[i]->member[other])
			return &t->sets[i]->curves[link];
	return &t->sets[0]->curves[link];
}
