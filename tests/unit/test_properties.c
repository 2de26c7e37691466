/*
 * What must hold of any history, however it is asked for. LW_SEED and LW_ROUNDS repeat a
 * run or lengthen it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/feed.h"

#include "analyzer/verdict.h"
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S    NS_PER_S
#define HOUR (3600 * S)
#define DAY  (86400 * S)
#define ROOM 200
#define ZONE "Europe/London"

static uint64_t seed = 20261123;
static unsigned rounds = 60;

/* Three months with a change of clocks, and what was found in them. */
struct history {
	struct outage outages[ROOM];
	struct unknown unknown[ROOM];
	struct exemption exempt[ROOM];
	struct link_result r;
	struct terms t;
	uint64_t random;
};

static int64_t
up_to(struct history *h, int64_t most)
{
	return (int64_t)(feed_uniform(&h->random) * (double)most) / 1000 * 1000;
}

static void
fill(struct history *h)
{
	static const enum attribution WHOSE[] = {
	    ATTR_ACCESS, ATTR_CPE, ATTR_UNDETERMINED, ATTR_UPSTREAM};
	int64_t at = h->r.period.start_ns - up_to(h, HOUR);
	int64_t each = (h->r.period.end_ns - at) / 60;

	while (h->r.n_outages + h->r.n_unknown < 150 && at < h->r.period.end_ns) {
		at += 10 * S + up_to(h, 2 * each);
		int64_t length =
		    S + up_to(h, feed_random(&h->random) % 4 ? 600 * S : DAY);
		if (feed_random(&h->random) % 3 == 0) {
			h->unknown[h->r.n_unknown++] =
			    (struct unknown){at, at + length, UNKNOWN_NO_SAMPLES};
		} else {
			struct outage *o = &h->outages[h->r.n_outages++];
			*o = (struct outage){.start_ns = at,
			    .end_ns = at + length,
			    .start_bound_ns = up_to(h, S),
			    .end_bound_ns = up_to(h, S),
			    .counted = feed_random(&h->random) % 4 > 0,
			    .attribution = WHOSE[feed_random(&h->random) % 4],
			    .extent = feed_random(&h->random) % 3 ? EXTENT_TOTAL
			                                          : EXTENT_PARTIAL};
			snprintf(o->id, sizeof o->id, "%016zx", h->r.n_outages);
		}
		at += length;
	}
	for (size_t i = feed_random(&h->random) % 20; i > 0; i--) {
		int64_t from = h->r.period.start_ns + up_to(h, 90 * DAY);
		h->exempt[h->t.n_exempt++] =
		    (struct exemption){from, from + up_to(h, DAY),
		        feed_random(&h->random) % 2, true, "maintenance"};
	}
}

static void
begin(struct history *h, uint64_t s)
{
	memset(h, 0, sizeof *h);
	h->random = s;
	h->r.outages = h->outages;
	h->r.unknown = h->unknown;
	assert_true(zone_day_start(ZONE, 2026, 2, 1, &h->r.period.start_ns));
	assert_true(zone_day_start(ZONE, 2026, 5, 1, &h->r.period.end_ns));
	assert_true(profile_default(&h->t.profile, "event"));
	h->t.period = h->r.period;
	h->t.complete = true;
	h->t.target = 0.999;
	h->t.exempt = h->exempt;
	h->t.as_of_ns = h->r.period.end_ns;
	fill(h);
}

struct sums {
	int64_t scheduled, excluded, unknown, down, up, longest, shortest;
	size_t outages;
};

static void
add_up(struct sums *s, const struct history *h, struct span period)
{
	struct terms t = h->t;
	struct verdict v;

	t.period = period;
	assert_int_equal(verdict_of(&v, &h->r, &t), 0);
	s->scheduled += v.scheduled_ns;
	s->excluded += v.excluded_ns;
	s->unknown += v.unknown_ns;
	s->down += v.down_ns;
	s->up += v.up_ns;
	s->longest += v.longest_down_ns;
	s->shortest += v.shortest_down_ns;
	s->outages += v.outage_count;
	verdict_done(&v);
}

static void
same(const struct sums *a, const struct sums *b)
{
	assert_int_equal(a->scheduled, b->scheduled);
	assert_int_equal(a->excluded, b->excluded);
	assert_int_equal(a->unknown, b->unknown);
	assert_int_equal(a->down, b->down);
	assert_int_equal(a->up, b->up);
}

/* Hours, civil days (one of them of 23 hours), months: the parts sum to the whole. */
static void
test_breakdowns(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct sums whole = {0}, hours = {0}, days = {0}, months = {0};
		begin(&h, seed + i);
		struct span p = h.r.period, part;
		add_up(&whole, &h, p);
		for (part.start_ns = p.start_ns; i % 10 == 0 && part.start_ns < p.end_ns;
		     part.start_ns = part.end_ns) {
			part.end_ns = part.start_ns + HOUR;
			add_up(&hours, &h, part);
		}
		unsigned short_days = 0, n = 0;
		for (int day = 1; day <= 28 + 31 + 30; day++, n++) {
			assert_true(zone_day_start(ZONE, 2026, 2, day, &part.start_ns));
			assert_true(zone_day_start(ZONE, 2026, 2, day + 1, &part.end_ns));
			short_days += part.end_ns - part.start_ns == 23 * HOUR;
			add_up(&days, &h, part);
		}
		for (int month = 2; month < 5; month++) {
			assert_true(zone_day_start(ZONE, 2026, month, 1, &part.start_ns));
			assert_true(
			    zone_day_start(ZONE, 2026, month + 1, 1, &part.end_ns));
			add_up(&months, &h, part);
		}
		assert_int_equal(part.end_ns, p.end_ns);
		assert_int_equal(short_days, 1);
		assert_int_equal(n, 89);
		same(&whole, &days);
		same(&whole, &months);
		if (i % 10 == 0)
			same(&whole, &hours);
	}
}

/* Exemptions entered later, in any order, twice over: the same verdict. */
static void
test_exemptions_in_any_order(void **state)
{
	static struct history h, other;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct sums a = {0}, b = {0}, none = {0};
		begin(&h, seed + i);
		other = h;
		other.r.outages = other.outages;
		other.r.unknown = other.unknown;
		other.t.exempt = other.exempt;
		size_t n = h.t.n_exempt;
		for (size_t k = 0; k < n; k++) {
			other.exempt[k] = h.exempt[n - 1 - k];
			other.exempt[n + k] = h.exempt[k];
		}
		other.t.n_exempt = 2 * n;
		add_up(&a, &h, h.r.period);
		add_up(&b, &other, h.r.period);
		same(&a, &b);
		assert_int_equal(a.outages, b.outages);
		other.t.n_exempt = 0;
		add_up(&none, &other, h.r.period);
		assert_int_equal(none.excluded, 0);
		assert_true(none.down >= a.down);
	}
}

/* Knowing less never says more: the bounds do not narrow, but by the edges of an outage
 * that nobody saw any more. */
static void
test_unknown_widens(void **state)
{
	static struct history h;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct verdict before, after;
		begin(&h, seed + i);
		assert_int_equal(verdict_of(&before, &h.r, &h.t), 0);
		int64_t from = h.r.period.start_ns + up_to(&h, 80 * DAY);
		int64_t to = from + up_to(&h, 3 * DAY), edges = 0;
		for (size_t k = 0; k < h.r.n_outages; k++)
			if (h.outages[k].start_ns >= from && h.outages[k].end_ns <= to)
				edges += h.outages[k].start_bound_ns +
				         h.outages[k].end_bound_ns;
		h.unknown[h.r.n_unknown++] =
		    (struct unknown){from, to, UNKNOWN_COLLECTOR_STOPPED};
		assert_int_equal(verdict_of(&after, &h.r, &h.t), 0);
		double slack =
		    (double)edges / (double)(before.scheduled_ns - before.excluded_ns);
		assert_true(after.unknown_ns >= before.unknown_ns);
		assert_true(after.lower <= before.lower + slack + 1e-12);
		assert_true(after.upper >= before.upper - 1e-12);
		assert_true(after.coverage <= before.coverage);
		verdict_done(&before);
		verdict_done(&after);
	}
}

/* ---- of the judge ---- */

struct feeding {
	struct judge *j;
	const struct feed *f;
	uint32_t link; /* only this one; UINT32_MAX: all */
};

static void
to_judge(void *ctx, const struct sample *s)
{
	struct feeding *g = ctx;

	if (g->link == UINT32_MAX || g->f->probes[s->probe].link == g->link)
		judge_sample(g->j, s);
}

static void
same_outages(const struct link_result *a, const struct link_result *b)
{
	assert_int_equal(a->n_outages, b->n_outages);
	assert_int_equal(a->n_micro, b->n_micro);
	assert_int_equal(a->down_ns, b->down_ns);
	assert_int_equal(a->unknown_ns, b->unknown_ns);
	assert_int_equal(a->n_degradations, b->n_degradations);
	for (size_t i = 0; i < a->n_outages; i++) {
		assert_string_equal(a->outages[i].id, b->outages[i].id);
		assert_int_equal(a->outages[i].start_ns, b->outages[i].start_ns);
		assert_int_equal(a->outages[i].end_ns, b->outages[i].end_ns);
		assert_int_equal(a->outages[i].attribution, b->outages[i].attribution);
	}
}

/* A link of another centre, beside it or not: nothing changes. */
static void
test_selection(void **state)
{
	(void)state;
	for (unsigned i = 0; i < rounds / 4; i++) {
		const struct link_result *all, *alone;
		struct judge_rule rule;
		struct feed f;
		uint64_t random = seed + i;
		feed_init(&f, seed + i);
		for (int l = 0; l < 2; l++) {
			uint32_t link = feed_link(&f, l == 0 ? "fibre" : "cable");
			snprintf(f.links[link].centre, sizeof f.links[link].centre,
			    "centre-%d", l);
			uint32_t first = feed_usual(&f, link, 20 * NS_PER_MS);
			for (uint32_t p = first; p < f.n_probes; p++)
				snprintf(f.probes[p].def.centre,
				    sizeof f.probes[p].def.centre, "centre-%d", l);
		}
		for (int64_t at = 300 * S; at < 3000 * S;) {
			int64_t length = (int64_t)(feed_random(&random) % 90) * S;
			feed_fault(&f, at, at + length, feed_random(&random));
			at += length + (int64_t)(feed_random(&random) % 600) * S + S;
		}
		judge_rule_default(&rule);
		struct judge *both = judge_new(&rule), *one = judge_new(&rule);
		feed_declare(&f, both);
		feed_declare(&f, one);
		feed_walk(&f, 0, HOUR, to_judge, &(struct feeding){both, &f, UINT32_MAX});
		feed_walk(&f, 0, HOUR, to_judge, &(struct feeding){one, &f, 0});
		int64_t w = f.wall_ns;
		judge_finish(both, w, w + HOUR, w + HOUR, &all);
		judge_finish(one, w, w + HOUR, w + HOUR, &alone);
		same_outages(&all[0], &alone[0]);
		/* … and whatever part of it is asked for. */
		judge_finish(one, w, w + HOUR / 2, w + HOUR, &alone);
		for (size_t k = 0; k < alone[0].n_outages; k++)
			assert_string_equal(alone[0].outages[k].id, all[0].outages[k].id);
		judge_free(both);
		judge_free(one);
		feed_done(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_breakdowns),
	    cmocka_unit_test(test_exemptions_in_any_order),
	    cmocka_unit_test(test_unknown_widens),
	    cmocka_unit_test(test_selection),
	};
	const char *s = getenv("LW_SEED"), *n = getenv("LW_ROUNDS");

	seed = s != NULL ? strtoull(s, NULL, 10) : seed;
	rounds = n != NULL ? (unsigned)strtoul(n, NULL, 10) : rounds;
	printf("%u rounds from seed %llu\n", rounds, (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
