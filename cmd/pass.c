#include "cmd/pass.h"

#include "base/bytes.h"
#include "cmd/speeds.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_NS    (3600 * NS_PER_S)
#define BACK_NS    (25 * HOUR_NS)
#define AHEAD_NS   (2 * HOUR_NS)
#define FURTHER    4
#define FAR_NS     (INT64_MAX / 2)
#define SHOW_EVERY 0x40000 /* samples */

/* ---- feeding ---- */

/* What the link carried is drawn in the curve's buckets. */
static void
tell_curve(struct pass *p, const struct probe_def *def, size_t link)
{
	const struct series *s = &p->curves[link].buckets;

	if (def != NULL)
		curve_voter(&p->curves[link], def);
	if (!p->evidence || p->takings[link].evidence.use.n > 0)
		return;
	p->takings[link].evidence.use.width_ns = s->width_ns;
	p->takings[link].evidence.use.phase_ns = s->phase_ns;
}

static void
tell(struct pass *p)
{
	size_t n;
	const struct link_def *links = journal_links(p->reader, &n);

	for (; p->told_links < n; p->told_links++) {
		int64_t to = p->to_ns < p->last_ns ? p->to_ns : p->last_ns;
		judge_link(p->judge, &links[p->told_links]);
		speeds_tell_link(p->judge, p->settings, &links[p->told_links],
		    (uint32_t)p->told_links, p->from_ns);
		p->curves = memory_grow(p->curves, p->told_links + 1, sizeof *p->curves);
		curve_init(&p->curves[p->told_links], p->fine, to - p->from_ns, p->zone,
		    p->from_ns);
		p->curves[p->told_links].by_minute = p->windows;
		if (p->evidence) {
			p->takings = memory_grow(
			    p->takings, p->told_links + 1, sizeof *p->takings);
			taking_init(&p->takings[p->told_links], &links[p->told_links]);
		}
		p->n_curves = p->told_links + 1;
		p->voted_ns = memory_grow(p->voted_ns, p->n_curves, sizeof *p->voted_ns);
		p->voted_ns[p->told_links] = INT64_MIN;
		tell_curve(p, NULL, p->told_links);
	}
	const struct probe_def *probes = journal_probes(p->reader, &n);
	for (; p->told_probes < n; p->told_probes++) {
		judge_probe(p->judge, &probes[p->told_probes],
		    journal_probe_link(p->reader, (uint32_t)p->told_probes));
		tell_curve(p, &probes[p->told_probes],
		    journal_probe_link(p->reader, (uint32_t)p->told_probes));
		speeds_tell_probe(p->judge, p->settings, &probes[p->told_probes],
		    (uint32_t)p->told_probes);
		p->last = memory_grow(p->last, p->told_probes + 1, sizeof *p->last);
		p->before = memory_grow(p->before, p->told_probes + 1, sizeof *p->before);
		p->before[p->told_probes] = (struct curve_probe){.rtt_ns = -1};
		p->last[p->told_probes] = (struct mark){.sent_ns = INT64_MIN};
		p->n_last = p->told_probes + 1;
	}
}

static void
show(struct pass *p, int64_t at_ns)
{
	char at[40];

	if (!p->show || (++p->seen & (SHOW_EVERY - 1)) != 0)
		return;
	instant_local(at_ns, p->zone, at);
	fprintf(stderr, "\rreading %.10s ", at);
	fflush(stderr);
}

static int
on_sample(void *ctx, const struct sample *s)
{
	struct pass *p = ctx;
	size_t n;

	if (s->probe >= p->told_probes)
		tell(p);
	const struct probe_def *def = &journal_probes(p->reader, &n)[s->probe];
	uint32_t link = journal_probe_link(p->reader, s->probe);
	if (s->time.ns > p->newest_ns)
		p->newest_ns = s->time.ns;
	if (p->oldest_ns == 0)
		p->oldest_ns = s->time.ns - s->time.ns % NS_PER_US;
	if (curve_is_of(def) && s->time.ns > p->voted_ns[link])
		p->voted_ns[link] = s->time.ns;
	show(p, s->time.ns);
	if (s->time.ns >= p->from_ns && s->time.ns < p->to_ns)
		curve_take(&p->curves[link], &p->before[s->probe], def, s);
	if (p->evidence && s->time.ns >= p->from_ns && s->time.ns < p->to_ns)
		taking_sample(&p->takings[link], def, s);
	if (!p->live) {
		trials_sample(p->trials, link, def, speeds_up(p->settings, def), s);
		judge_sample(p->judge, s);
		return 0;
	}
	if (s->time.ns >= p->last[s->probe].sent_ns)
		p->last[s->probe] =
		    (struct mark){s->time.ns, s->probe, s->outcome, s->rtt_ns};
	judge_arrival(p->judge, s);
	judge_settle(p->judge, s->time.ns);
	return 0;
}

static int
on_counters(void *ctx, const struct counters *c)
{
	struct pass *p = ctx;

	if (c->time.ns > p->newest_ns)
		p->newest_ns = c->time.ns;
	if (c->link >= p->told_links)
		tell(p);
	if (p->evidence)
		taking_counters(&p->takings[c->link], c);
	if (p->live)
		judge_arrival_counters(p->judge, c);
	else
		judge_counters(p->judge, c);
	return 0;
}

/* The row knows which way the test went. */
static int
on_throughput(void *ctx, const struct throughput *t)
{
	struct pass *p = ctx;

	tell(p);
	judge_direction(p->judge, t->probe, t->upload);
	if (p->trials != NULL)
		trials_row(p->trials, journal_probe_link(p->reader, t->probe), t);
	return 0;
}

static int
on_path(void *ctx, const struct path *path)
{
	struct pass *p = ctx;

	if (p->trails != NULL)
		trails_row(p->trails, path);
	return 0;
}

static int
on_event(void *ctx, const struct event *e)
{
	struct pass *p = ctx;

	/* what is told of a time that reaches into the period, as a file of packets */
	int64_t until = e->time_until.ns > e->time.ns ? e->time_until.ns : e->time.ns;

	if (e->time.ns > p->newest_ns)
		p->newest_ns = e->time.ns;
	tell(p);
	for (size_t i = 0; p->evidence && i < p->n_curves; i++)
		if ((e->link < 0 || (size_t)e->link == i) && until >= p->from_ns &&
		    e->time.ns < p->to_ns)
			taking_event(&p->takings[i], e);
	if (p->live)
		judge_arrival_event(p->judge, e);
	else
		judge_event(p->judge, e);
	return 0;
}

static int
read_once(struct pass *p)
{
	struct journal_visitor v = {.ctx = p,
	    .sample = on_sample,
	    .counters = on_counters,
	    .event = on_event,
	    .throughput = on_throughput,
	    .path = on_path};

	pass_done(p);
	p->told_links = p->told_probes = 0;
	p->newest_ns = p->oldest_ns = 0;
	p->judge = judge_new(&p->rule);
	p->trials = p->live ? NULL : trials_new();
	p->trails = p->live ? NULL : trails_new();
	tell(p);
	int rc = journal_scan(
	    p->reader, (wall_t){p->scan_from_ns}, (wall_t){p->scan_to_ns}, &v);
	if (p->live)
		judge_settle(p->judge, FAR_NS);
	if (p->newest_ns == 0)
		p->newest_ns = p->last_ns;
	p->newest_ns -= p->newest_ns % NS_PER_US;
	return rc;
}

/* ---- how far to look ---- */

static int
by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* Does an hour of the result's period hold neither outage nor unknown time? */
static bool
has_quiet_hour(const struct link_result *r)
{
	size_t n = 0;
	struct span *busy =
	    memory_grow(NULL, r->n_outages + r->n_micro + r->n_unknown + 1, sizeof *busy);
	int64_t quiet_from = r->period.start_ns;
	bool found = false;

	for (size_t i = 0; i < r->n_outages; i++)
		busy[n++] = (struct span){r->outages[i].start_ns, r->outages[i].end_ns};
	for (size_t i = 0; i < r->n_micro; i++)
		busy[n++] = (struct span){r->micro[i].start_ns, r->micro[i].end_ns};
	for (size_t i = 0; i < r->n_unknown; i++)
		busy[n++] = (struct span){r->unknown[i].start_ns, r->unknown[i].end_ns};
	qsort(busy, n, sizeof *busy, by_start);
	busy[n++] = (struct span){r->period.end_ns, r->period.end_ns};
	for (size_t i = 0; i < n && !found; i++) {
		found = busy[i].start_ns - quiet_from >= HOUR_NS;
		if (busy[i].end_ns > quiet_from)
			quiet_from = busy[i].end_ns;
	}
	free(busy);
	return found;
}

/* When a shift of latency ends depends on what follows it. */
static bool
is_shifted(const struct link_result *r)
{
	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *d = &r->degradations[i];
		if (d->open && (d->kind == DEG_LATENCY || d->kind == DEG_JITTER))
			return true;
	}
	return false;
}

/* Judged up to where was read: a state holds though no record repeats it. */
static bool
all_quiet(struct pass *p, int64_t from_ns, int64_t to_ns)
{
	const struct link_result *r;
	int64_t read_ns = p->scan_to_ns < p->last_ns ? p->scan_to_ns : p->last_ns;
	size_t n = judge_finish(p->judge, from_ns, to_ns, read_ns, &r);

	for (size_t i = 0; i < n; i++)
		if (r[i].scheduled_ns > 0 &&
		    (!has_quiet_hour(&r[i]) || is_shifted(&r[i])))
			return false;
	return true;
}

static int
read_enough(struct pass *p)
{
	int64_t back = BACK_NS + p->rights_back_ns, ahead = AHEAD_NS;

	for (;;) {
		p->scan_from_ns = p->from_ns - back;
		p->scan_to_ns = p->to_ns < FAR_NS - ahead ? p->to_ns + ahead : FAR_NS;
		if (p->cut_ns > 0 && p->scan_to_ns > p->cut_ns)
			p->scan_to_ns = p->cut_ns;
		int rc = read_once(p);
		if (rc != 0)
			return rc;
		bool begin = p->scan_from_ns <= p->first_ns ||
		             all_quiet(p, p->scan_from_ns, p->from_ns);
		bool end =
		    p->scan_to_ns > p->last_ns || all_quiet(p, p->to_ns, p->scan_to_ns);
		if (begin && end)
			return 0;
		back *= begin ? 1 : FURTHER;
		ahead *= end ? 1 : FURTHER;
	}
}

/* ---- what was found ---- */

/* The end of what there is. While it is being written, what was sent last may not be
 * settled: then it is the newest outcome of a voter, of the link where that is oldest. */
static int64_t
end_of_all(const struct pass *p, int64_t horizon_ns)
{
	int64_t end = p->newest_ns;

	if (p->newest_ns <= horizon_ns)
		return p->live ? horizon_ns : end;
	for (size_t i = 0; i < p->n_curves; i++)
		if (p->voted_ns[i] > horizon_ns && p->voted_ns[i] < end)
			end = p->voted_ns[i];
	return end - end % NS_PER_US;
}

/* Time after the newest record is unknown, once it could have been written; what is yet
 * to come is neither, and the period ends before it. */
static void
settle_times(struct pass *p)
{
	int64_t horizon = p->now_ns - PASS_AIR_NS;

	horizon -= horizon % NS_PER_US;
	if (p->whole && p->oldest_ns > p->from_ns)
		p->from_ns = p->oldest_ns;
	p->as_of_ns = p->newest_ns;
	if (p->to_ns == INT64_MAX) {
		p->to_ns = end_of_all(p, horizon);
		if (p->to_ns < p->from_ns)
			p->to_ns = p->from_ns;
	}
	int64_t known = p->to_ns < horizon ? p->to_ns : horizon;
	if (known > p->as_of_ns)
		p->as_of_ns = known;
}

static void
keep_latest(struct pass *p)
{
	size_t n =
	    judge_finish(p->judge, p->scan_from_ns, p->to_ns, p->as_of_ns, &p->judged);

	p->latest = memory_grow(NULL, n + 1, sizeof *p->latest);
	memset(p->latest, 0, (n + 1) * sizeof *p->latest);
	p->n_latest = n;
	for (size_t i = 0; i < n; i++) {
		const struct link_result *r = &p->judged[i];
		if (r->n_outages == 0)
			continue;
		struct outage *o = &p->latest[i];
		*o = r->outages[r->n_outages - 1];
		struct span *holes = memory_grow(NULL, o->n_holes + 1, sizeof *holes);
		if (o->n_holes > 0)
			memcpy(holes, o->holes, o->n_holes * sizeof *holes);
		o->holes = holes;
	}
}

static void
keep_earlier(struct pass *p)
{
	const struct link_result *r;
	size_t n = judge_finish(
	    p->judge, p->from_ns - p->rights_back_ns, p->from_ns, p->from_ns, &r);

	p->earlier = memory_grow(NULL, n + 1, sizeof *p->earlier);
	p->n_earlier = n;
	for (size_t i = 0; i < n; i++) {
		struct earlier *e = &p->earlier[i];
		*e = (struct earlier){
		    .v = memory_grow(NULL, r[i].n_outages + 1, sizeof *e->v)};
		for (size_t k = 0; k < r[i].n_outages; k++) {
			struct outage o = r[i].outages[k];
			o.holes = NULL;
			o.n_holes = 0;
			if (o.start_ns < p->from_ns && o.end_ns < p->from_ns)
				e->v[e->n++] = o;
		}
	}
}

int
pass_run(struct pass *p)
{
	int rc = read_enough(p);

	if (p->show && p->seen >= SHOW_EVERY)
		fprintf(stderr, "\r%30s\r", "");
	if (rc != 0)
		return rc;
	settle_times(p);
	if (p->live)
		keep_latest(p);
	if (p->rights_back_ns > 0)
		keep_earlier(p);
	int64_t to = p->to_ns < p->as_of_ns ? p->to_ns : p->as_of_ns;
	judge_finish(p->judge, p->from_ns, to > p->from_ns ? to : p->from_ns, p->as_of_ns,
	    &p->judged);
	for (size_t i = 0; i < p->n_curves; i++)
		curve_close(&p->curves[i]);
	for (size_t i = 0; p->evidence && i < p->n_curves; i++)
		taking_close(&p->takings[i]);
	for (size_t i = 0; i < p->n_last; i++)
		stats_pairs_merge(
		    &p->curves[journal_probe_link(p->reader, (uint32_t)i)].pairs,
		    &p->before[i].pairs);
	return 0;
}

void
pass_done(struct pass *p)
{
	for (size_t i = 0; i < p->n_curves; i++)
		curve_free(&p->curves[i]);
	for (size_t i = 0; p->takings != NULL && i < p->n_curves; i++)
		taking_done(&p->takings[i]);
	for (size_t i = 0; i < p->n_latest; i++)
		free(p->latest[i].holes);
	for (size_t i = 0; i < p->n_earlier; i++)
		free(p->earlier[i].v);
	free(p->earlier);
	free(p->curves);
	free(p->takings);
	free(p->last);
	free(p->before);
	free(p->latest);
	free(p->voted_ns);
	if (p->judge != NULL)
		judge_free(p->judge);
	trials_free(p->trials);
	trails_free(p->trails);
	p->trials = NULL;
	p->trails = NULL;
	p->curves = NULL;
	p->takings = NULL;
	p->last = NULL;
	p->before = NULL;
	p->latest = NULL;
	p->earlier = NULL;
	p->voted_ns = NULL;
	p->judge = NULL;
	p->n_curves = p->n_last = p->n_latest = p->n_earlier = 0;
}
