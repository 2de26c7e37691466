#include "tests/golden/made_results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* 2026-10-01 00:00 +01:00 in London; the clocks go back on the 25th. */
#define OCTOBER (1790809200LL * NS_PER_S)

static uint64_t seed = 1;

static uint64_t
draw(void)
{
	uint64_t z = (seed += 0x9E3779B97F4A7C15ULL);

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
	return z ^ z >> 31;
}

static int64_t
between(int64_t low, int64_t high)
{
	return low + (int64_t)(draw() % (uint64_t)(high - low + 1));
}

/* Arrays of results are const to their readers; here they are made. */
static struct probe_def *
probes_of(struct results *r)
{
	return (struct probe_def *)(uintptr_t)r->probes;
}

static struct link_def *
defs_of(struct results *r)
{
	return (struct link_def *)(uintptr_t)r->link_defs;
}

static struct link_result *
result_of(struct link_report *l)
{
	return (struct link_result *)(uintptr_t)l->result;
}

static void
add_probe(struct results *r, const char *link, const char *name, enum role role,
    enum kind kind, const char *target)
{
	struct probe_def *list = realloc(probes_of(r), (r->n_probes + 1) * sizeof *list);
	struct probe_def *p = &list[r->n_probes++];

	memset(p, 0, sizeof *p);
	snprintf(p->centre, sizeof p->centre, "victoria");
	snprintf(p->link, sizeof p->link, "%s", link);
	snprintf(p->name, sizeof p->name, "%s", name);
	snprintf(p->target, sizeof p->target, "%s", target);
	snprintf(
	    p->network, sizeof p->network, "%.*s/24", (int)strcspn(target, ":"), target);
	p->kind = kind;
	p->role = role;
	p->family = 4;
	p->every_ns = NS_PER_S;
	p->timeout_ns = 3 * NS_PER_S;
	r->probes = list;
}

static void
add_probes(struct results *r, const char *link)
{
	add_probe(r, link, "gateway", ROLE_GATEWAY, KIND_PING, "192.0.2.1");
	add_probe(r, link, "bng", ROLE_ISP, KIND_PING, "203.0.113.1");
	add_probe(r, link, "quad9", ROLE_INTERNET, KIND_PING, "9.9.9.9");
	add_probe(r, link, "cloudflare", ROLE_INTERNET, KIND_TCP, "1.1.1.1:443");
	add_probe(r, link, "google", ROLE_INTERNET, KIND_PING, "8.8.8.8");
	add_probe(r, link, "web", ROLE_INTERNET, KIND_TCP, "198.51.100.7:443");
	add_probe(r, link, "isp-dns", ROLE_ISP, KIND_DNS, "203.0.113.53");
}

static struct results *
results_new(int64_t from, int64_t to, size_t links)
{
	static const char *const names[] = {"fibre", "lte"};
	static const char *const isps[] = {"Example Fibre Ltd", "Example Mobile plc"};
	struct results *r = calloc(1, sizeof *r);
	struct link_def *defs = calloc(links, sizeof *defs);

	seed = 4711;
	r->generated.ns = to + 90 * NS_PER_S;
	r->as_of.ns = to;
	r->from.ns = from;
	r->to.ns = to;
	snprintf(r->agent, sizeof r->agent, "6f1d1f0e-5a55-4c0b-9d0e-0b6a1f0c2d3e");
	snprintf(r->software, sizeof r->software, "linkwitness 0.1.0");
	for (int i = 0; i < 64; i++)
		r->root[i] = "0123456789abcdef"[draw() % 16];
	r->journal_first.ns = from - DAY;
	r->journal_last.ns = to;
	r->rule = (struct judge_rule){.quorum = 0.8,
	    .hold_ns = 10 * NS_PER_S,
	    .max_hole_ns = 15 * MINUTE,
	    .stall_ns = 2 * NS_PER_S,
	    .max_gap_factor = 2.5,
	    .quiet_bytes = 65536,
	    .quiet_bytes_per_s = 1024,
	    .clock_bound_ns = 4 * NS_PER_MS};
	r->synchronised = true;
	r->clock_bound_ns = 4 * NS_PER_MS;
	r->links = calloc(links, sizeof *r->links);
	r->n_links = r->n_link_defs = links;
	r->link_defs = defs;
	for (size_t i = 0; i < links; i++) {
		struct link_result *res = calloc(1, sizeof *res);
		snprintf(defs[i].centre, sizeof defs[i].centre, "victoria");
		snprintf(defs[i].link, sizeof defs[i].link, "%s", names[i % 2]);
		snprintf(defs[i].centre_name, TEXT_ROOM, "Victoria Business Centre");
		snprintf(defs[i].isp, TEXT_ROOM, "%s", isps[i % 2]);
		snprintf(defs[i].timezone, sizeof defs[i].timezone, "Europe/London");
		snprintf(defs[i].interface, sizeof defs[i].interface, "eth%zu", i + 1);
		snprintf(
		    defs[i].medium, sizeof defs[i].medium, i == 0 ? "ethernet" : "wwan");
		defs[i].capacity_down_bps = 500000000;
		defs[i].capacity_up_bps = 100000000;
		res->period = (struct span){from, to};
		res->scheduled_ns = to - from;
		res->shortest_certain_ns = 11 * NS_PER_S;
		r->links[i].def = &defs[i];
		r->links[i].result = res;
		add_probes(r, names[i % 2]);
	}
	return r;
}

static struct outage *
add_outage(
    struct results *r, size_t link, int64_t start, int64_t length, enum attribution whose)
{
	struct link_result *res = result_of(&r->links[link]);

	if (res->n_outages % 256 == 0)
		res->outages =
		    realloc(res->outages, (res->n_outages + 256) * sizeof *res->outages);
	struct outage *o = &res->outages[res->n_outages++];
	memset(o, 0, sizeof *o);
	snprintf(o->id, sizeof o->id, "%016llx", (unsigned long long)draw());
	snprintf(o->incident, sizeof o->incident, "%s", o->id);
	o->start_ns = start;
	o->end_ns = start + length;
	o->start_bound_ns = between(150, 600) * NS_PER_MS;
	o->end_bound_ns = between(150, 600) * NS_PER_MS;
	o->down_ns = length;
	o->counted = whose != ATTR_LOCAL && whose != ATTR_UNDETERMINED;
	if (!o->counted)
		o->not_counted_reason = whose == ATTR_LOCAL ? "local" : "carrier";
	o->extent = length > 30 * NS_PER_S ? EXTENT_TOTAL : EXTENT_PARTIAL;
	o->networks_failed = o->extent == EXTENT_TOTAL ? 5 : 4;
	o->networks_total = 5;
	o->probes_lost = (uint64_t)(length / NS_PER_S) * 4;
	o->rx_bytes = 420;
	o->attribution = whose;
	o->confidence = CONF_MEDIUM;
	o->deepest_answering = whose == ATTR_LOCAL ? "none" : "gateway";
	o->links_up = r->n_links > 1 ? 2 : 0;
	if (o->counted)
		res->down_ns += length;
	return o;
}

static void
add_unknown(
    struct results *r, size_t link, int64_t start, int64_t end, enum unknown_reason why)
{
	struct link_result *res = result_of(&r->links[link]);

	res->unknown = realloc(res->unknown, (res->n_unknown + 1) * sizeof *res->unknown);
	res->unknown[res->n_unknown++] = (struct unknown){start, end, why};
	res->unknown_ns += end - start;
}

static bool
is_dark(const struct link_result *res, int64_t at, bool *unknown)
{
	*unknown = false;
	for (size_t i = 0; i < res->n_unknown; i++)
		if (res->unknown[i].start_ns <= at && at < res->unknown[i].end_ns)
			*unknown = true;
	for (size_t i = 0; i < res->n_outages; i++)
		if (res->outages[i].start_ns <= at && at < res->outages[i].end_ns)
			return true;
	return false;
}

static struct bucket *
buckets_of(struct link_report *l, int64_t each, uint64_t sent, double evening, size_t *n)
{
	const struct link_result *res = l->result;
	int64_t from = res->period.start_ns - res->period.start_ns % each;
	size_t room = (size_t)((res->period.end_ns - from + each - 1) / each);
	struct bucket *b = calloc(room + 1, sizeof *b);

	*n = 0;
	for (int64_t at = from; at < res->period.end_ns; at += each) {
		struct bucket *c = &b[(*n)++];
		bool unknown, dark = is_dark(res, at + each / 2, &unknown);
		int64_t hour = at / HOUR % 24;
		double busy = hour >= 18 && hour < 23 ? evening : evening / 12;
		*c = (struct bucket){at, at + each, sent, 0, -1, -1, -1, 0, 0, 0};
		if (unknown)
			c->sent = 0;
		if (unknown || (dark && each < 10 * MINUTE)) {
			c->lost = c->sent;
			continue;
		}
		if ((double)between(0, 999) < busy * 1000)
			c->lost = (uint64_t)between(1, (int64_t)(sent / 40 + 1));
		if (dark)
			c->lost = sent / 3;
		c->p50_ns = 12 * NS_PER_MS + between(0, 400) * NS_PER_US +
		            (int64_t)(busy * 4e6) +
		            (at > OCTOBER + 20 * DAY ? 5 * NS_PER_MS : 0);
		c->p5_ns = c->p50_ns - between(400, 700) * NS_PER_US;
		c->p95_ns =
		    c->p50_ns + between(1000, 2600) * NS_PER_US + (int64_t)(busy * 12e6);
		if (draw() % 300 == 0)
			c->p95_ns += 240 * NS_PER_MS;
	}
	return b;
}

/* Curves, sums and a verdict that agree with the lists. */
static void
complete(struct results *r, size_t link, int64_t each, double evening, double target)
{
	struct link_report *l = &r->links[link];
	struct link_result *res = result_of(l);
	struct verdict *v = &l->verdict;
	uint64_t bounds = 0;

	l->bucket_ns = each;
	l->buckets =
	    buckets_of(l, each, (uint64_t)(each / NS_PER_S) * 4, evening, &l->n_buckets);
	l->hours = buckets_of(l, HOUR, 14400, evening, &l->n_hours);
	for (size_t i = 0; i < l->n_hours; i++) {
		res->voters_sent += l->hours[i].sent;
		res->voters_lost += l->hours[i].lost;
	}
	res->ordinary_loss = 0.0004;
	l->samples = res->voters_sent * 7 / 4;
	l->rtt_p50_ns = 12300000;
	l->rtt_p95_ns = 18650000;
	l->rtt_p99_ns = 31200000;
	l->has_verdict = true;
	snprintf(l->contract.reference, TEXT_ROOM, "Order 4711, Schedule 3");
	l->contract.terms = (struct terms){.target = target,
	    .min_coverage = 0.95,
	    .period = res->period,
	    .complete = true};
	snprintf(l->contract.terms.contract, NAME_ROOM, "fibre-2026");
	snprintf(l->contract.terms.profile.name, 16, "event");
	snprintf(l->contract.terms.period_kind, 16, "month");
	v->scheduled_ns = res->scheduled_ns;
	v->unknown_ns = res->unknown_ns;
	v->down_ns = res->down_ns;
	v->up_ns = v->scheduled_ns - v->unknown_ns - v->down_ns;
	for (size_t i = 0; i < res->n_outages; i++) {
		const struct outage *o = &res->outages[i];
		if (!o->counted)
			continue;
		v->outage_count++;
		v->longest_ns = o->down_ns > v->longest_ns ? o->down_ns : v->longest_ns;
		bounds += (uint64_t)(o->start_bound_ns + o->end_bound_ns);
	}
	v->coverage = (double)(v->up_ns + v->down_ns) / (double)v->scheduled_ns;
	v->mttr_ns = v->outage_count > 0 ? v->down_ns / (int64_t)v->outage_count : 0;
	v->verdict = VERDICT_REFUSED;
	if (v->up_ns + v->down_ns == 0)
		return;
	v->has_availability = true;
	v->point = (double)v->up_ns / (double)(v->up_ns + v->down_ns);
	v->lower = ((double)v->up_ns - (double)bounds) / (double)v->scheduled_ns;
	v->upper = ((double)v->up_ns + (double)v->unknown_ns + (double)bounds) /
	           (double)v->scheduled_ns;
	v->upper = v->upper > 1 || v->outage_count == 0 ? 1 : v->upper;
	v->verdict = target <= 0          ? VERDICT_NONE
	             : v->upper < target  ? VERDICT_BREACHED
	             : v->lower >= target ? VERDICT_MET
	             : v->point < target  ? VERDICT_ARGUABLE
	                                  : VERDICT_NOT_PROVEN;
}

/* Every probe of every link once a second around an outage. */
static void
add_closeup(struct results *r, size_t link, size_t outage)
{
	struct link_report *l = &r->links[link];
	const struct outage *o = &l->result->outages[outage];
	int64_t margin = (o->end_ns - o->start_ns) / 3 + 12 * NS_PER_S;

	l->closeups = realloc(l->closeups, (l->n_closeups + 1) * sizeof *l->closeups);
	struct closeup *c = &l->closeups[l->n_closeups++];
	*c = (struct closeup){.outage = outage,
	    .from_ns = o->start_ns - margin,
	    .to_ns = o->end_ns + margin,
	    .cut_from_ns = o->end_ns + margin,
	    .cut_to_ns = o->end_ns + margin};
	if (c->to_ns - c->from_ns > 1200 * NS_PER_S) { /* both of its ends alone */
		c->cut_from_ns = c->from_ns + 600 * NS_PER_S;
		c->cut_to_ns = c->to_ns - 600 * NS_PER_S;
	}
	c->marks = calloc((size_t)((c->to_ns - c->from_ns) / NS_PER_S + 2) * r->n_probes,
	    sizeof *c->marks);
	c->records = calloc(r->n_probes, sizeof *c->records);
	for (size_t i = 0; i < r->n_probes; i++)
		if (strcmp(r->probes[i].link, l->def->link) == 0)
			c->records[c->n_records++] = (struct closeup_record){
			    (uint32_t)i, 7, 100000 * outage, 100000 * outage + 600};
	for (int64_t at = c->from_ns; at < c->to_ns; at += NS_PER_S) {
		if (at >= c->cut_from_ns && at < c->cut_to_ns)
			continue;
		for (size_t i = 0; i < r->n_probes; i++) {
			const struct probe_def *p = &r->probes[i];
			int64_t sent = at + between(0, NS_PER_S - 1);
			bool own = strcmp(p->link, l->def->link) == 0;
			bool in = sent >= o->start_ns && sent < o->end_ns;
			enum outcome fate = OUTCOME_REPLY;
			int64_t rtt = 12 * NS_PER_MS;
			if (own && in && p->role != ROLE_GATEWAY)
				fate = o->attribution == ATTR_LOCAL ? OUTCOME_NOT_SENT
				                                    : OUTCOME_LOST;
			else if (draw() % 150 == 0)
				fate = OUTCOME_LOST;
			else if (draw() % 150 == 0)
				rtt = 4 * NS_PER_S;
			else if (p->kind == KIND_TCP && draw() % 120 == 0)
				fate = OUTCOME_REFUSED;
			c->marks[c->n_marks++] =
			    (struct mark){sent, (uint32_t)i, fate, rtt};
		}
	}
}

/* Traces around the outages of a link, each way they can look: whole, short, none. */
static void
add_traces(struct results *r, size_t link)
{
	struct link_report *l = &r->links[link];
	size_t n = l->result->n_outages;

	l->trails = calloc(n, sizeof *l->trails);
	for (size_t i = 0; i < n; i++) {
		const struct outage *o = &l->result->outages[i];
		struct trail *t = &l->trails[i];
		for (int k = 0; k < TRAIL_TIMES; k++) {
			struct path *p = &t->at[k];
			p->family = 4;
			p->n_hops = (uint8_t)(k == TRAIL_DURING ? 3 - i % 4 : 9);
			p->isp_hop = 2;
			p->time.ns = k == TRAIL_BEFORE   ? o->start_ns - 4 * NS_PER_S
			             : k == TRAIL_DURING ? o->start_ns + 6 * NS_PER_S
			                                 : o->end_ns + 3 * NS_PER_S;
			for (unsigned h = 0; h < p->n_hops; h++) {
				uint8_t address[4] = {203, 0, 113, (uint8_t)(h + 1)};
				p->hops[h].kind = h == 4   ? HOP_SILENT
				                  : h == 8 ? HOP_TARGET
				                           : HOP_ROUTER;
				p->hops[h].rtt_ns = (int64_t)(h + 1) * 1400 * NS_PER_US;
				memcpy(p->hops[h].from, address, 4);
			}
			if (k == TRAIL_DURING && p->n_hops == 2)
				p->hops[1].kind = HOP_UNREACHABLE;
			t->has[k] = !(k == TRAIL_DURING && i % 4 == 2) &&
			            !(k == TRAIL_AFTER && o->open);
		}
		t->at[TRAIL_AFTER].hops[6].from[3] += (uint8_t)(i % 2);
	}
}

static void
add_degradation(struct results *r, size_t link, int64_t start, int64_t length,
    enum degradation_kind kind)
{
	struct link_result *res = result_of(&r->links[link]);

	res->degradations = realloc(
	    res->degradations, (res->n_degradations + 1) * sizeof *res->degradations);
	struct degradation *g = &res->degradations[res->n_degradations++];
	*g = (struct degradation){.start_ns = start,
	    .end_ns = start + length,
	    .kind = kind,
	    .attribution = kind == DEG_DNS ? ATTR_ISP_DNS : ATTR_UNDETERMINED,
	    .sent = 4000,
	    .lost = 312,
	    .n_probes = 2};
	g->probes = calloc(2, sizeof *g->probes);
	g->probes[0] = 2;
	g->probes[1] = 3;
}

struct results *
made_lab(void)
{
	int64_t from = OCTOBER + 53 * DAY + 5 * HOUR + 20 * MINUTE;
	struct results *r = results_new(from, from + 4 * MINUTE, 2);

	add_outage(
	    r, 0, from + 31 * NS_PER_S + 420 * NS_PER_MS, 20 * NS_PER_S, ATTR_ACCESS);
	add_outage(
	    r, 0, from + 91 * NS_PER_S + 250 * NS_PER_MS, 43 * NS_PER_S, ATTR_ISP_CORE);
	add_outage(r, 0, from + 190 * NS_PER_S, 15 * NS_PER_S, ATTR_LOCAL);
	complete(r, 0, 2 * NS_PER_S, 0.1, 0.9995);
	complete(r, 1, 2 * NS_PER_S, 0.1, 0);
	for (size_t i = 0; i < 3; i++)
		add_closeup(r, 0, i);
	add_traces(r, 0);
	return r;
}

struct results *
made_month(void)
{
	struct results *r = results_new(OCTOBER, OCTOBER + 31 * DAY + HOUR, 2);
	struct link_result *res = result_of(&r->links[0]);

	for (int day = 1; day < 30; day += 2)
		add_outage(r, 0, OCTOBER + day * DAY + between(0, 80000) * NS_PER_S,
		    between(12, 900) * NS_PER_S,
		    day % 7 == 0   ? ATTR_UNDETERMINED
		    : day % 3 == 0 ? ATTR_ISP_CORE
		                   : ATTR_ACCESS);
	struct outage *last = add_outage(
	    r, 0, OCTOBER + 31 * DAY + 20 * MINUTE, 40 * MINUTE, ATTR_UPSTREAM);
	last->open = true;
	last->end_bound_ns = 0;
	r->n_links = 1;
	res->micro = calloc(2, sizeof *res->micro);
	res->n_micro = 2;
	for (int i = 0; i < 2; i++) {
		res->micro[i] = res->outages[i];
		res->micro[i].micro = true;
		res->micro[i].end_ns = res->micro[i].start_ns + 4200 * NS_PER_MS;
		res->micro_ns += 4200 * NS_PER_MS;
		res->micro[i].id[0] = 'f';
	}
	add_unknown(r, 0, OCTOBER + 8 * DAY, OCTOBER + 9 * DAY + 3 * HOUR,
	    UNKNOWN_COLLECTOR_STOPPED);
	add_unknown(
	    r, 0, OCTOBER + 17 * DAY, OCTOBER + 17 * DAY + 95 * NS_PER_S, UNKNOWN_CLOCK);
	add_degradation(r, 0, OCTOBER + 3 * DAY, 1800 * NS_PER_S, DEG_LOSS);
	add_degradation(r, 0, OCTOBER + 6 * DAY, 240 * NS_PER_S, DEG_DNS);
	complete(r, 0, HOUR, 0.5, 0.9995);
	res->outages[4].n_holes = 1;
	res->outages[4].holes = calloc(1, sizeof(struct span));
	res->outages[4].holes[0] = (struct span){res->outages[4].start_ns + 20 * NS_PER_S,
	    res->outages[4].start_ns + 50 * NS_PER_S};
	for (size_t i = 3; i < 6; i++)
		add_closeup(r, 0, i);
	add_closeup(r, 0, res->n_outages - 1);
	made_evidence(r, 0, false);
	return r;
}

struct results *
made_year(void)
{
	struct results *r = results_new(OCTOBER - 273 * DAY, OCTOBER + 92 * DAY, 1);

	for (int i = 0; i < 200; i++)
		add_outage(r, 0,
		    OCTOBER - 273 * DAY + i * 43 * HOUR + between(0, 80000) * NS_PER_S,
		    between(12, 4000) * NS_PER_S, i % 5 == 0 ? ATTR_LOCAL : ATTR_ACCESS);
	add_unknown(r, 0, OCTOBER, OCTOBER + 2 * DAY, UNKNOWN_COLLECTOR_STOPPED);
	complete(r, 0, HOUR, 0.4, 0.999);
	add_closeup(r, 0, 7);
	made_evidence(r, 0, false);
	return r;
}

struct results *
made_clean(void)
{
	struct results *r = results_new(OCTOBER, OCTOBER + 7 * DAY, 1);

	complete(r, 0, 10 * MINUTE, 0, 0.9995);
	return r;
}

struct results *
made_many(size_t n)
{
	struct results *r = results_new(OCTOBER - 273 * DAY, OCTOBER + 92 * DAY, 1);

	for (size_t i = 0; i < n; i++)
		add_outage(r, 0,
		    OCTOBER - 273 * DAY + (int64_t)i * (365 * DAY / (int64_t)n),
		    between(12, 60) * NS_PER_S, i % 9 == 0 ? ATTR_LOCAL : ATTR_ACCESS);
	complete(r, 0, DAY, 0.4, 0.999);
	made_evidence(r, 0, false);
	return r;
}

struct results *
made_single(void)
{
	struct results *r = results_new(OCTOBER, OCTOBER + NS_PER_S, 1);

	complete(r, 0, NS_PER_S, 0, 0);
	free(r->links[0].hours);
	r->links[0].hours = calloc(1, sizeof(struct bucket));
	r->links[0].hours[0] = (struct bucket){
	    OCTOBER, OCTOBER + HOUR, 1, 0, 12000000, 12000000, 12000000, 12000000, 0, 0};
	r->links[0].n_hours = 1;
	r->links[0].samples = 1;
	result_of(&r->links[0])->voters_sent = 1;
	result_of(&r->links[0])->voters_lost = 0;
	r->links[0].rtt_p50_ns = r->links[0].rtt_p95_ns = r->links[0].rtt_p99_ns =
	    12000000;
	for (size_t i = 0; i < r->links[0].n_buckets; i++)
		r->links[0].buckets[i].sent = i == 0;
	made_evidence(r, 0, true);
	return r;
}

struct results *
made_unknown(void)
{
	struct results *r = results_new(OCTOBER, OCTOBER + 3 * DAY, 1);

	add_unknown(r, 0, OCTOBER, OCTOBER + 3 * DAY, UNKNOWN_NO_SAMPLES);
	complete(r, 0, HOUR, 0, 0.9995);
	r->links[0].rtt_p50_ns = r->links[0].rtt_p95_ns = r->links[0].rtt_p99_ns = -1;
	snprintf(
	    r->links[0].verdict.reasons[0], 128, "nothing was measured in this period");
	r->links[0].verdict.n_reasons = 1;
	r->synchronised = false;
	made_evidence(r, 0, true);
	return r;
}

struct results *
made_names(void)
{
	struct results *r = made_lab();
	struct link_def *def = defs_of(r);

	snprintf(def[0].centre_name, TEXT_ROOM,
	    "The Extraordinarily Long Named Business and Conference Centre of Saint Leonards-on-Sea");
	snprintf(def[0].isp, TEXT_ROOM,
	    "Τηλεπικοινωνίες Ζακύνθου Ανώνυμη Εταιρεία Παροχής Υπηρεσιών Διαδικτύου και Τηλεφωνίας");
	snprintf(def[1].centre_name, TEXT_ROOM, "مركز الأعمال في فيكتوريا");
	snprintf(def[1].isp, TEXT_ROOM, "شركة المثال للاتصالات <b>&amp;'\xFF\x01 Łódź");
	snprintf(def[0].link, NAME_ROOM, "fibre-of-thirty-two-characters-x");
	for (size_t i = 0; i < r->n_probes; i++)
		if (strcmp(r->probes[i].link, "fibre") == 0)
			snprintf(probes_of(r)[i].link, NAME_ROOM, "%s", def[0].link);
	snprintf(probes_of(r)[3].name, NAME_ROOM, "a-probe-of-thirty-two-characters");
	snprintf(probes_of(r)[3].target, TEXT_ROOM,
	    "[2001:db8:1234:5678:9abc:def0:1234:5678]:443");
	snprintf(r->links[0].contract.reference, TEXT_ROOM,
	    "Rahmenvertrag über Anschlüsse, Anlage 3 Abschnitt 4711 in der Fassung vom 1. April");
	made_evidence(r, 0, false);
	return r;
}

void
made_free(struct results *r)
{
	for (size_t i = 0; i < r->n_link_defs; i++) {
		struct link_report *l = &r->links[i];
		struct link_result *res = result_of(l);
		for (size_t k = 0; k < res->n_outages; k++)
			free(res->outages[k].holes);
		for (size_t k = 0; k < res->n_degradations; k++)
			free(res->degradations[k].probes);
		for (size_t k = 0; k < l->n_closeups; k++) {
			free(l->closeups[k].marks);
			free(l->closeups[k].records);
		}
		free(res->outages);
		free(res->micro);
		free(res->degradations);
		free(res->unknown);
		free(res);
		free(l->closeups);
		free(l->trails);
		free(l->buckets);
		free(l->hours);
		made_evidence_free(l);
	}
	free(r->links);
	free(defs_of(r));
	free(probes_of(r));
	free(r);
}
