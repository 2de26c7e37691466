#include "analyzer/compare.h"

#include "analyzer/common_time.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MONTH_S    (30 * 86400.0)
#define DAY_NS     (86400 * NS_PER_S)
#define NARROWINGS 12 /* of the search for p: to 1 in 4096 */

/* ---- what links have in common ---- */

/* Blocks of one link by metric, a day each; all links of one table have the same days. */
struct blocks {
	struct stats_block *list[COMPARE_METRICS];
	int64_t down_ns;
	size_t outages;
	uint64_t sent, lost;
};

struct table {
	size_t n_links;
	struct blocks *links;
	size_t n_days; /* of the rule */
	int64_t common_ns;
	struct span common;
	size_t days, hours; /* in common: half a day at least, and with probes of all */
};

static void
table_open(struct table *t, size_t n_links, size_t n_days)
{
	*t = (struct table){.n_links = n_links, .n_days = n_days};
	t->links = memory_grow(NULL, n_links, sizeof *t->links);
	memset(t->links, 0, n_links * sizeof *t->links);
	for (size_t i = 0; i < n_links; i++) {
		for (int m = 0; m < COMPARE_METRICS; m++) {
			struct stats_block **b = &t->links[i].list[m];
			*b = memory_grow(NULL, n_days, sizeof **b);
			memset(*b, 0, n_days * sizeof **b);
		}
	}
}

static void
table_close(struct table *t)
{
	for (size_t i = 0; i < t->n_links; i++)
		for (int m = 0; m < COMPARE_METRICS; m++)
			free(t->links[i].list[m]);
	free(t->links);
}

/* An outage begins in common time where its first down does; a hole parts none. */
static void
take_known(struct table *t, const struct common_time_place *p, const char **outages,
    size_t day, int64_t from, int64_t to)
{
	double length = (double)(to - from);

	for (size_t i = 0; i < t->n_links; i++) {
		const struct interval *in = &p[i].ledger->intervals[p[i].at];
		struct blocks *b = &t->links[i];
		bool down = in->class == CLASS_DOWN;
		bool same = outages[i] != NULL && in->outage_id[0] != '\0' &&
		            strcmp(outages[i], in->outage_id) == 0;
		b->list[COMPARE_AVAILABILITY][day].n += length;
		b->list[COMPARE_OUTAGES][day].n += length / 1e9 / MONTH_S;
		if (!down)
			continue;
		b->list[COMPARE_AVAILABILITY][day].hits += length;
		b->down_ns += to - from;
		if (!same && in->start_ns >= from) {
			b->list[COMPARE_OUTAGES][day].hits += 1;
			b->outages++;
		}
		outages[i] = in->outage_id;
	}
}

static void
walk_ledgers(struct table *t, const struct compare_side *const *sides,
    const struct compare_rule *rule)
{
	struct common_time_place *p = memory_grow(NULL, t->n_links, sizeof *p);
	const char **outages =
	    memory_grow(NULL, t->n_links, sizeof *outages); /* newest */

	for (size_t i = 0; i < t->n_links; i++) {
		p[i] = (struct common_time_place){.ledger = sides[i]->ledger};
		outages[i] = NULL;
	}
	for (size_t day = 0; day < rule->n_days; day++) {
		const struct span *d = &rule->days[day];
		int64_t before_ns = t->common_ns;
		for (int64_t at = d->start_ns; at < d->end_ns;) {
			int64_t next = d->end_ns;
			if (common_time_at(p, t->n_links, at, &next)) {
				take_known(t, p, outages, day, at, next);
				if (t->common_ns == 0)
					t->common.start_ns = at;
				t->common.end_ns = next;
				t->common_ns += next - at;
			}
			at = next;
		}
		t->days += (t->common_ns - before_ns) * 2 >= DAY_NS;
	}
	free(outages);
	free(p);
}

/* The hours in which every link was measured; of round trips, in which each answered. */
static void
take_hour(struct table *t, const struct compare_hour *const *hours, size_t day)
{
	bool answered = true;

	for (size_t i = 0; i < t->n_links; i++)
		answered &= hours[i]->p50_ns >= 0 && hours[i]->p95_ns >= 0;
	for (size_t i = 0; i < t->n_links; i++) {
		const struct compare_hour *h = hours[i];
		struct blocks *b = &t->links[i];
		b->sent += h->sent;
		b->lost += h->lost;
		b->list[COMPARE_LOSS][day].hits += (double)h->lost;
		b->list[COMPARE_LOSS][day].n += (double)h->sent;
		if (!answered)
			continue;
		b->list[COMPARE_MEDIAN][day].hits += (double)h->p50_ns;
		b->list[COMPARE_MEDIAN][day].n += 1;
		b->list[COMPARE_P95][day].hits += (double)h->p95_ns;
		b->list[COMPARE_P95][day].n += 1;
	}
	t->hours++;
}

static void
walk_hours(struct table *t, const struct compare_side *const *sides,
    const struct compare_rule *rule)
{
	const struct compare_hour **now = memory_grow(NULL, t->n_links, sizeof *now);
	size_t *at = memory_grow(NULL, t->n_links, sizeof *at);
	size_t day = 0;

	memset(at, 0, t->n_links * sizeof *at);
	for (size_t k = 0; k < sides[0]->n_hours; k++) {
		int64_t start = sides[0]->hours[k].start_ns;
		bool all = true;
		for (size_t i = 0; i < t->n_links; i++) {
			const struct compare_side *s = sides[i];
			while (at[i] < s->n_hours && s->hours[at[i]].start_ns < start)
				at[i]++;
			all &= at[i] < s->n_hours && s->hours[at[i]].start_ns == start &&
			       s->hours[at[i]].sent > 0;
			now[i] = all ? &s->hours[at[i]] : NULL;
		}
		while (day < rule->n_days && rule->days[day].end_ns <= start)
			day++;
		if (all && day < rule->n_days && rule->days[day].start_ns <= start)
			take_hour(t, now, day);
	}
	free(now);
	free(at);
}

static void
table_of(struct table *t, const struct compare_side *const *sides, size_t n,
    const struct compare_rule *rule)
{
	table_open(t, n, rule->n_days);
	walk_ledgers(t, sides, rule);
	walk_hours(t, sides, rule);
}

/* ---- a link's own values ---- */

/* Only days with something in them are resampled. */
static size_t
days_with(const struct stats_block *a, const struct stats_block *b, size_t n,
    struct stats_block *to_a, struct stats_block *to_b)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (a[i].n <= 0)
			continue;
		to_a[kept] = a[i];
		if (b != NULL)
			to_b[kept] = b[i];
		kept++;
	}
	return kept;
}

static struct stats_block
sum_of(const struct stats_block *b, size_t n)
{
	struct stats_block sum = {0, 0};

	for (size_t i = 0; i < n; i++) {
		sum.hits += b[i].hits;
		sum.n += b[i].n;
	}
	return sum;
}

/* Result false: there is no interval to be had. */
static bool
interval_of(const struct table *t, size_t link, double independent, enum compare_metric m,
    const struct compare_rule *rule, struct stats_bounds *out)
{
	const struct blocks *b = &t->links[link];
	double seconds = (double)t->common_ns / 1e9;

	if (m == COMPARE_LOSS)
		return stats_clopper_pearson((double)b->lost * independent,
		           (double)b->sent * independent, rule->confidence, out) == 0;
	if (m == COMPARE_OUTAGES) {
		if (stats_clopper_pearson(
		        (double)b->outages, seconds, rule->confidence, out) < 0)
			return false;
		out->lower *= MONTH_S;
		out->upper *= MONTH_S;
		return true;
	}
	/* Resampling days without any downtime would only tell that there was none. */
	if (m == COMPARE_AVAILABILITY && b->down_ns == 0)
		return false;
	struct stats_block *days = memory_grow(NULL, t->n_days, sizeof *days);
	size_t n = days_with(b->list[m], NULL, t->n_days, days, NULL);
	int rc =
	    stats_bootstrap(days, n, rule->rounds, rule->seed, rule->confidence, out);
	free(days);
	return rc == 0;
}

static void
value_of(struct compare_value *v, const struct table *t, size_t link, double independent,
    enum compare_metric m, const struct compare_rule *rule)
{
	struct stats_block sum = sum_of(t->links[link].list[m], t->n_days);
	struct stats_bounds bounds;

	memset(v, 0, sizeof *v);
	if (sum.n <= 0)
		return;
	v->has = true;
	v->point = v->lower = v->upper = sum.hits / sum.n;
	v->has_interval = interval_of(t, link, independent, m, rule, &bounds);
	if (v->has_interval) {
		v->lower = bounds.lower < v->point ? bounds.lower : v->point;
		v->upper = bounds.upper > v->point ? bounds.upper : v->point;
	}
	if (m == COMPARE_AVAILABILITY) { /* of downtime so far */
		double lower = v->lower;
		v->point = 1 - v->point;
		v->lower = 1 - v->upper;
		v->upper = 1 - lower;
	}
}

/* ---- pairs ---- */

/* 1 less the widest confidence at which the interval leaves 0 out. */
static double
p_of(const struct stats_block *a, const struct stats_block *b, size_t n,
    const struct compare_rule *rule)
{
	double in = 1, out = 0; /* confidences with 0 inside, and outside */
	struct stats_bounds bounds;

	for (int i = 0; i < NARROWINGS; i++) {
		double at = (in + out) / 2;
		if (stats_bootstrap_difference(
		        a, b, n, rule->rounds, rule->seed, at, &bounds) < 0)
			return 1;
		if (bounds.lower > 0 || bounds.upper < 0)
			out = at;
		else
			in = at;
	}
	double least = 2.0 / rule->rounds; /* finer than that the rounds do not tell */
	return 1 - out > least ? 1 - out : least;
}

/* The smaller value goes first, so that the numbers of the links do not matter. */
static void
difference_of(struct compare_difference *d, const struct table *t, enum compare_metric m,
    const struct compare_rule *rule)
{
	const struct stats_block *a = t->links[0].list[m], *b = t->links[1].list[m];
	struct stats_block sum_a = sum_of(a, t->n_days), sum_b = sum_of(b, t->n_days);
	struct stats_bounds bounds;

	memset(d, 0, sizeof *d);
	d->p = d->adjusted = 1;
	if (sum_a.n <= 0 || sum_b.n <= 0)
		return;
	bool swap = sum_a.hits / sum_a.n > sum_b.hits / sum_b.n;
	struct stats_block *x = memory_grow(NULL, t->n_days, sizeof *x),
	                   *y = memory_grow(NULL, t->n_days, sizeof *y);
	size_t n = days_with(swap ? b : a, swap ? a : b, t->n_days, x, y);
	d->has = stats_bootstrap_difference(
	             x, y, n, rule->rounds, rule->seed, rule->confidence, &bounds) == 0;
	if (d->has)
		d->p = p_of(x, y, n, rule);
	free(x);
	free(y);
	if (!d->has)
		return;
	/* x less y; as a less b, and of availability, not of downtime */
	if (swap != (m == COMPARE_AVAILABILITY)) {
		d->point = -bounds.point;
		d->lower = -bounds.upper;
		d->upper = -bounds.lower;
	} else {
		d->point = bounds.point;
		d->lower = bounds.lower;
		d->upper = bounds.upper;
	}
}

static void
pair_of(struct compare_pair *pair, const struct compare_side *sides,
    const struct compare_rule *rule)
{
	struct compare_side a = sides[pair->a], b = sides[pair->b];
	const struct compare_side *both[2] = {&a, &b};
	struct table t;

	if (a.with != NULL && b.with != NULL) {
		a.hours = a.with[pair->b].hours;
		a.n_hours = a.with[pair->b].n;
		b.hours = b.with[pair->a].hours;
		b.n_hours = b.with[pair->a].n;
	}
	table_of(&t, both, 2, rule);
	pair->common = t.common;
	pair->common_ns = t.common_ns;
	pair->days = t.days;
	pair->hours = t.hours;
	for (int m = 0; m < COMPARE_METRICS; m++)
		difference_of(&pair->metrics[m], &t, (enum compare_metric)m, rule);
	table_close(&t);
}

/* ---- Holm ---- */

static int
by_p(const void *a, const void *b)
{
	const struct compare_difference *const *x = a, *const *y = b;

	return ((*x)->p > (*y)->p) - ((*x)->p < (*y)->p);
}

static void
adjust(struct comparison *c)
{
	struct compare_difference **list =
	    memory_grow(NULL, c->n_pairs * COMPARE_METRICS, sizeof *list);
	double most = 0;

	for (size_t i = 0; i < c->n_pairs; i++)
		for (int m = 0; m < COMPARE_METRICS; m++)
			if (c->pairs[i].metrics[m].has)
				list[c->n_tests++] = &c->pairs[i].metrics[m];
	qsort(list, c->n_tests, sizeof *list, by_p);
	for (size_t i = 0; i < c->n_tests; i++) {
		double p = list[i]->p * (double)(c->n_tests - i);
		p = p > 1 ? 1 : p;
		most = p > most ? p : most;
		list[i]->adjusted = most;
	}
	free(list);
	for (size_t i = 0; i < c->n_pairs; i++)
		for (int m = 0; m < COMPARE_METRICS; m++) {
			struct compare_difference *d = &c->pairs[i].metrics[m];
			d->apart = d->has && c->pairs[i].days >= c->rule.least_days &&
			           d->adjusted <= 1 - c->rule.confidence;
		}
}

static void
rank(struct comparison *c, enum compare_metric m)
{
	size_t with = 0;

	for (size_t i = 0; i < c->n_links; i++)
		with += c->links[i].values[m].has;
	for (size_t i = 0; i < c->n_links; i++) {
		struct compare_value *v = &c->links[i].values[m];
		v->best = v->has ? 1 : 0;
		v->worst = v->has ? with : 0;
	}
	for (size_t i = 0; i < c->n_pairs; i++) {
		const struct compare_pair *p = &c->pairs[i];
		const struct compare_difference *d = &p->metrics[m];
		if (!d->apart || !c->links[p->a].values[m].has ||
		    !c->links[p->b].values[m].has)
			continue;
		bool a_better = (d->point > 0) == (m == COMPARE_AVAILABILITY);
		c->links[a_better ? p->a : p->b].values[m].worst--;
		c->links[a_better ? p->b : p->a].values[m].best++;
	}
}

/* ---- who is first, by the points alone ---- */

bool
compare_is_measured(const struct comparison *c, enum compare_metric m)
{
	if (m == COMPARE_OUTAGES && c->common_ns < DAY_NS)
		return false;
	for (size_t i = 0; i < c->n_links; i++)
		if (c->links[i].values[m].has)
			return true;
	return false;
}

static bool
is_first(const struct comparison *c, size_t link, enum compare_metric m)
{
	const struct compare_value *v = &c->links[link].values[m];

	for (size_t i = 0; i < c->n_links; i++) {
		const struct compare_value *other = &c->links[i].values[m];
		if (other->has && (m == COMPARE_AVAILABILITY ? other->point > v->point
		                                             : other->point < v->point))
			return false;
	}
	return v->has;
}

/* First in everything, and in something alone: no weights of 0 or more put another before
 * it. */
static void
find_firsts(struct comparison *c)
{
	size_t shared[COMPARE_METRICS] = {0};

	c->always = c->n_links;
	for (int m = 0; m < COMPARE_METRICS; m++) {
		if (!compare_is_measured(c, (enum compare_metric)m))
			continue;
		c->measured++;
		for (size_t i = 0; i < c->n_links; i++) {
			bool first = is_first(c, i, (enum compare_metric)m);
			c->links[i].values[m].first = first;
			c->links[i].firsts += first;
			shared[m] += first;
		}
	}
	for (size_t i = 0; i < c->n_links; i++)
		for (int m = 0; m < COMPARE_METRICS; m++)
			if (c->links[i].firsts == c->measured && shared[m] == 1 &&
			    c->links[i].values[m].first)
				c->always = i;
}

/* ---- worst days ---- */

static bool
is_worse(const struct compare_day *a, const struct compare_day *b)
{
	if (a->down_ns != b->down_ns)
		return a->down_ns > b->down_ns;
	/* lost / sent, without a division by none sent */
	return (double)a->lost * (double)(b->sent + !b->sent) >
	       (double)b->lost * (double)(a->sent + !a->sent);
}

/* The first of equals. */
static void
find_worst(
    struct compare_link *l, const struct blocks *b, const struct compare_rule *rule)
{
	for (size_t i = 0; i < rule->n_days; i++) {
		struct compare_day d = {.day = rule->days[i],
		    .down_ns = (int64_t)b->list[COMPARE_AVAILABILITY][i].hits,
		    .sent = (uint64_t)b->list[COMPARE_LOSS][i].n,
		    .lost = (uint64_t)b->list[COMPARE_LOSS][i].hits};
		d.has = d.down_ns > 0 || d.lost > 0;
		if (d.has && (!l->worst.has || is_worse(&d, &l->worst)))
			l->worst = d;
	}
}

/* ---- all of it ---- */

static void
own_values(struct comparison *c, const struct compare_side *sides)
{
	const struct compare_side **all = memory_grow(NULL, c->n_links, sizeof *all);
	struct table t;

	for (size_t i = 0; i < c->n_links; i++)
		all[i] = &sides[i];
	table_of(&t, all, c->n_links, &c->rule);
	c->common_ns = t.common_ns;
	c->days = t.days;
	c->hours = t.hours;
	for (size_t i = 0; i < c->n_links; i++) {
		struct compare_link *l = &c->links[i];
		const struct verdict *v = sides[i].ledger;
		l->known_ns = v->up_ns + v->down_ns;
		l->scheduled_ns = v->scheduled_ns;
		l->down_ns = t.links[i].down_ns;
		l->outages = t.links[i].outages;
		l->sent = t.links[i].sent;
		l->lost = t.links[i].lost;
		find_worst(l, &t.links[i], &c->rule);
		for (int m = 0; m < COMPARE_METRICS; m++)
			value_of(&l->values[m], &t, i, sides[i].independent,
			    (enum compare_metric)m, &c->rule);
	}
	table_close(&t);
	free(all);
}

int
compare_of(struct comparison *out, const struct compare_side *sides, size_t n,
    const struct compare_rule *rule)
{
	struct comparison c = {.n_links = n, .rule = *rule};

	if (n < 2 || rule->n_days == 0)
		return -EINVAL;
	c.links = memory_grow(NULL, n, sizeof *c.links);
	memset(c.links, 0, n * sizeof *c.links);
	c.pairs = memory_grow(NULL, n * (n - 1) / 2, sizeof *c.pairs);
	memset(c.pairs, 0, n * (n - 1) / 2 * sizeof *c.pairs);
	own_values(&c, sides);
	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++) {
			struct compare_pair *p = &c.pairs[c.n_pairs++];
			p->a = a;
			p->b = b;
			pair_of(p, sides, rule);
		}
	adjust(&c);
	for (int m = 0; m < COMPARE_METRICS; m++)
		rank(&c, (enum compare_metric)m);
	find_firsts(&c);
	c.rule.days = NULL;
	c.rule.n_days = 0;
	*out = c;
	return 0;
}

void
compare_done(struct comparison *c)
{
	free(c->links);
	free(c->pairs);
	memset(c, 0, sizeof *c);
}

const char *
compare_name(enum compare_metric m)
{
	static const char *const NAMES[] = {
	    "availability", "outages", "loss", "rtt_median", "rtt_p95"};

	return NAMES[m];
}
