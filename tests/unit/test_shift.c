#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/interval.h"
#include "analyzer/shift.h"
#include "tests/unit/chance.h"
#include "tests/unit/traces.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED   20260714
#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define START  (20644 * DAY) /* 2026-07-10 */

/* ---- a link whose truth is known ---- */

struct fault {
	int64_t from_ns, to_ns;
	unsigned probes;  /* bit i: probe i */
	double more_ms;   /* on each round trip */
	double jitter_ms; /* at most, on one in five */
	double loss;
	uint32_t flags;
	bool busy, silent;
};

struct world {
	struct probe_def probes[8];
	double base_ms[8];
	size_t n;
	struct fault faults[64];
	size_t n_faults;
};

static void
add_probe(
    struct world *w, enum role role, const char *network, int64_t every_ns, double ms)
{
	struct probe_def *d = &w->probes[w->n];

	*d = (struct probe_def){.kind = KIND_PING, .role = role, .every_ns = every_ns};
	snprintf(d->name, sizeof d->name, "p%zu", w->n);
	snprintf(d->network, sizeof d->network, "%s", network);
	w->base_ms[w->n++] = ms;
}

static struct fault *
add_fault(struct world *w, double from_h, double to_h, unsigned probes)
{
	struct fault *f = &w->faults[w->n_faults++];

	*f = (struct fault){.from_ns = START + (int64_t)(from_h * (double)HOUR),
	    .to_ns = START + (int64_t)(to_h * (double)HOUR),
	    .probes = probes};
	return f;
}

/* Three targets in three networks every 5 s, a gateway, a first hop: bits 0 to 4. */
static void
usual(struct world *w)
{
	*w = (struct world){0};
	add_probe(w, ROLE_INTERNET, "one", 5 * NS_PER_S, 12);
	add_probe(w, ROLE_INTERNET, "two", 5 * NS_PER_S, 20);
	add_probe(w, ROLE_INTERNET, "three", 5 * NS_PER_S, 31);
	add_probe(w, ROLE_GATEWAY, "", 5 * NS_PER_S, 0.4);
	add_probe(w, ROLE_ISP, "", 5 * NS_PER_S, 6);
}

static struct sample
sample_of(const struct world *w, size_t i, int64_t at_ns)
{
	uint64_t x = (uint64_t)at_ns + i * 977 + SEED;
	double ms = w->base_ms[i], lost;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	x ^= x >> 31;
	ms *= 1 + 0.05 * chance_unit(&x);
	double draw = chance_unit(&x), tail = chance_unit(&x) < 0.2 ? chance_unit(&x) : 0;
	lost = 0.001;
	struct sample s = {
	    .probe = (uint32_t)i, .time = {at_ns}, .outcome = OUTCOME_REPLY};
	for (size_t k = 0; k < w->n_faults; k++) {
		const struct fault *f = &w->faults[k];
		if ((f->probes >> i & 1) == 0 || at_ns < f->from_ns || at_ns >= f->to_ns)
			continue;
		ms += f->more_ms + f->jitter_ms * tail;
		lost += f->loss;
		s.flags |= f->flags;
	}
	s.rtt_ns = (int64_t)(ms * 1e6);
	if (draw < lost) {
		s.outcome = OUTCOME_LOST;
		s.rtt_ns = -1;
	}
	return s;
}

static bool
at_fault(const struct world *w, int64_t at_ns, bool busy)
{
	for (size_t k = 0; k < w->n_faults; k++) {
		const struct fault *f = &w->faults[k];
		if ((busy ? f->busy : f->silent) && at_ns >= f->from_ns &&
		    at_ns < f->to_ns)
			return true;
	}
	return false;
}

static struct shift *
declared(const struct world *w)
{
	struct shift *s = shift_new();

	for (size_t i = 0; i < w->n; i++)
		shift_probe(s, (uint32_t)i, &w->probes[i]);
	return s;
}

static void
feed(const struct world *w, struct shift *s, int64_t from_ns, int64_t to_ns)
{
	for (int64_t at = from_ns; at < to_ns; at += NS_PER_S) {
		if (at_fault(w, at, true))
			shift_saturated(s, at - NS_PER_S, at);
		for (size_t i = 0; i < w->n && !at_fault(w, at, false); i++) {
			if (at / NS_PER_S % (w->probes[i].every_ns / NS_PER_S) != 0)
				continue;
			struct sample x = sample_of(w, i, at + (int64_t)i * NS_PER_MS);
			shift_sample(s, &x);
		}
	}
}

/* The whole of so many hours. */
static size_t
judged(const struct world *w, double hours, struct shift_found **out)
{
	struct shift *s = declared(w);
	int64_t end = START + (int64_t)(hours * (double)HOUR);

	feed(w, s, START, end);
	size_t n = shift_finish(s, START, end, end, out);
	shift_free(s);
	return n;
}

static void
expect_edge(int64_t got_ns, double want_h, double within_min, const char *what)
{
	double off = (double)(got_ns - START) / 60e9 - want_h * 60;

	if (fabs(off) > within_min)
		fail_msg("%s is %.2f min off", what, off);
}

static void
expect_none(const struct world *w, double hours, const char *what)
{
	struct shift_found *found;
	size_t n = judged(w, hours, &found);

	if (n != 0)
		fail_msg("%s: %zu found, the first of kind %d, %+.1f to %+.1f h", what, n,
		    (int)found[0].kind, (double)(found[0].start_ns - START) / 3600e9,
		    (double)(found[0].end_ns - START) / 3600e9);
	shift_found_free(found, n);
}

/* ---- what is reported ---- */

static void
test_a_shift(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 5.51, 7.02, 7)->more_ms = 20;
	add_fault(&w, 5.51, 7.02, 5)->more_ms = 20; /* the second rises least */
	size_t n = judged(&w, 10, &found);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, DEG_LATENCY);
	expect_edge(found[0].start_ns, 5.51, 1.1, "start");
	expect_edge(found[0].end_ns, 7.02, 1.1, "end");
	assert_int_equal(found[0].bound_ns, MINUTE);
	assert_int_equal(found[0].n_probes, 3);
	assert_int_equal(found[0].networks, 3);
	assert_false(found[0].open || found[0].single || found[0].settled);
	assert_in_range(found[0].during_ns - found[0].before_ns, 19500000, 20500000);
	assert_int_equal(found[0].attribution, ATTR_UPSTREAM);
	shift_found_free(found, n);
}

static void
test_whose(void **state)
{
	static const struct {
		unsigned probes;
		enum attribution whose;
	} ROWS[] = {{7, ATTR_UPSTREAM}, {7 + 16, ATTR_ACCESS}, {7 + 8 + 16, ATTR_CPE}};
	struct world w;
	struct shift_found *found;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		usual(&w);
		add_fault(&w, 3, 4, ROWS[i].probes)->more_ms = 30;
		size_t n = judged(&w, 6, &found);
		assert_int_equal(n, 1);
		assert_int_equal(found[0].attribution, ROWS[i].whose);
		assert_int_equal(found[0].n_probes, 3);
		shift_found_free(found, n);
	}
	usual(&w);
	w.n = 3; /* no first hop to ask */
	add_fault(&w, 3, 4, 7)->more_ms = 30;
	size_t n = judged(&w, 6, &found);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].attribution, ATTR_UNDETERMINED);
	shift_found_free(found, n);
}

static void
test_size_and_duration(void **state)
{
	static const struct {
		double base_ms, more_ms, minutes;
		size_t found;
	} ROWS[] = {{20, 4, 60, 0}, {20, 6.5, 60, 1}, {100, 14, 60, 0}, {100, 27, 60, 1},
	    {20, 20, 13, 0}, {20, 20, 17, 1}, {20, 500, 10, 0}};
	struct world w;
	struct shift_found *found;

	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		usual(&w);
		for (size_t k = 0; k < 3; k++)
			w.base_ms[k] = ROWS[i].base_ms;
		add_fault(&w, 3, 3 + ROWS[i].minutes / 60, 7)->more_ms = ROWS[i].more_ms;
		size_t n = judged(&w, 6, &found);
		if (n != ROWS[i].found)
			fail_msg("row %zu: %zu found", i, n);
		shift_found_free(found, n);
	}
}

static void
test_a_second_network_decides(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 3, 5, 2)->more_ms = 20;
	expect_none(&w, 8, "one target of three");
	usual(&w);
	add_fault(&w, 3, 5, 2 + 8 + 16)->more_ms = 20;
	expect_none(&w, 8, "gateway and first hop are no second target");
	usual(&w);
	add_fault(&w, 3, 5, 3)->more_ms = 20;
	snprintf(w.probes[1].network, sizeof w.probes[1].network, "one");
	expect_none(&w, 8, "two targets of one network");
	/* where one network is all there is, it is told alone */
	w.n = 2;
	size_t n = judged(&w, 8, &found);
	assert_int_equal(n, 1);
	assert_true(found[0].single);
	assert_int_equal(found[0].networks, 1);
	assert_int_equal(found[0].n_probes, 2);
	shift_found_free(found, n);
	/* the part that both show */
	usual(&w);
	add_fault(&w, 3, 5, 1)->more_ms = 20;
	add_fault(&w, 4, 6, 2)->more_ms = 20;
	n = judged(&w, 8, &found);
	assert_int_equal(n, 1);
	expect_edge(found[0].start_ns, 4, 1.1, "start");
	expect_edge(found[0].end_ns, 5, 1.1, "end");
	assert_int_equal(found[0].n_probes, 2);
	assert_false(found[0].single);
	shift_found_free(found, n);
	/* … if that lasts */
	usual(&w);
	add_fault(&w, 3, 5, 1)->more_ms = 20;
	add_fault(&w, 4.8, 6, 2)->more_ms = 20;
	expect_none(&w, 8, "twelve minutes in common");
}

static void
test_own_traffic_explains(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 3, 5, 7)->more_ms = 60;
	w.faults[0].busy = true;
	expect_none(&w, 8, "saturated throughout");
	/* from the middle on it is not the customer's traffic any more */
	add_fault(&w, 5, 6, 7)->more_ms = 60;
	size_t n = judged(&w, 8, &found);
	assert_int_equal(n, 1);
	expect_edge(found[0].start_ns, 5, 2.1, "start");
	expect_edge(found[0].end_ns, 6, 1.1, "end");
	shift_found_free(found, n);
	/* nor is what our own throughput tests do to the probes */
	usual(&w);
	add_fault(&w, 3, 5, 7)->more_ms = 60;
	w.faults[0].flags = FLAG_MASKED;
	expect_none(&w, 8, "own tests");
	/* and an answer to a second SYN has no time of its own */
	w.faults[0].flags = FLAG_RETRANSMITTED;
	expect_none(&w, 8, "retransmitted");
}

static void
test_loss_and_holes_are_no_shift(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 3, 4, 31)->loss = 1;
	add_fault(&w, 5, 6, 31)->loss = 0.4;
	add_fault(&w, 7, 8, 0)->silent = true;
	expect_none(&w, 10, "loss and a hole");
	/* most lost, the survivors slow: loss is what that is */
	usual(&w);
	add_fault(&w, 3, 4, 7)->loss = 0.9;
	w.faults[0].more_ms = 50;
	expect_none(&w, 6, "survivors");
	/* a hole ends it where the samples end */
	usual(&w);
	add_fault(&w, 3, 7, 7)->more_ms = 20;
	add_fault(&w, 4, 6, 0)->silent = true;
	size_t n = judged(&w, 9, &found);
	assert_int_equal(n, 2);
	expect_edge(found[0].end_ns, 4, 1.1, "end at the hole");
	expect_edge(found[1].start_ns, 6, 1.1, "start after it");
	shift_found_free(found, n);
}

static void
test_jitter(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 4, 6, 7)->jitter_ms = 60;
	size_t n = judged(&w, 9, &found);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, DEG_JITTER);
	expect_edge(found[0].start_ns, 4, 5.1, "start");
	expect_edge(found[0].end_ns, 6, 5.1, "end");
	assert_int_equal(found[0].bound_ns, 5 * MINUTE);
	/* its least: 5 % of 12 ms is ordinary; one in five gets up to 60 more */
	assert_in_range(found[0].before_ns, 400000, 1500000);
	assert_in_range(found[0].during_ns, 30000000, 60000000);
	shift_found_free(found, n);
	/* too slow a cadence for a 95th percentile of 5 min: not judged */
	for (size_t i = 0; i < 3; i++)
		w.probes[i].every_ns = 30 * NS_PER_S;
	expect_none(&w, 9, "a cadence of 30 s");
}

/* A hundred a second: thinned out, and still the quantiles of all. */
static void
test_fast_probes(void **state)
{
	struct interval i = {.width_ns = MINUTE};
	uint64_t x = SEED;

	(void)state;
	for (int n = 0; n < 6000; n++)
		interval_take(&i, START + n * (NS_PER_S / 100),
		    (int64_t)(1e7 + 1e7 * chance_unit(&x)));
	assert_in_range(i.n, INTERVAL_VALUES / 2, INTERVAL_VALUES);
	assert_in_range(interval_median(&i), 14300000, 15700000);
	assert_in_range(interval_pdv(&i, 15), 9100000, 9900000);
	interval_take(&i, START + MINUTE, 1); /* of the next: not taken */
	assert_int_equal(i.start_ns, START);
	assert_int_equal(i.answered, 6000);
	for (int n = 0; n < 7000; n++)
		interval_take(&i, START, -1);
	assert_int_equal(interval_median(&i), -1); /* most were lost */
	interval_clear(&i);
	assert_true(interval_is_empty(&i));
	for (int n = 0; n < 6000; n++) /* what came first counts as much */
		interval_take(&i, START, n < 3600 ? 10000000 : 20000000);
	assert_int_equal(interval_median(&i), 10000000);
	interval_clear(&i);
	interval_take(&i, START + MINUTE, -1);
	assert_int_equal(interval_median(&i), -1);
	assert_int_equal(interval_pdv(&i, 1), -1);
}

/* ---- open, settled ---- */

static void
test_open_and_then_not(void **state)
{
	struct world w;
	struct shift_found *found;
	struct shift *s;
	int64_t now = START + 4 * HOUR;

	(void)state;
	usual(&w);
	add_fault(&w, 3, 5, 7)->more_ms = 20;
	s = declared(&w);
	feed(&w, s, START, now);
	size_t n = shift_finish(s, START, now, now, &found);
	assert_int_equal(n, 1);
	assert_true(found[0].open);
	assert_int_equal(found[0].end_ns, now);
	expect_edge(found[0].start_ns, 3, 1.1, "start");
	shift_found_free(found, n);
	feed(&w, s, now, START + 6 * HOUR);
	n = shift_finish(s, START, START + 6 * HOUR, START + 6 * HOUR, &found);
	assert_int_equal(n, 1);
	assert_false(found[0].open);
	expect_edge(found[0].end_ns, 5, 1.1, "end");
	shift_found_free(found, n);
	n = shift_finish(s, START, START + 2 * HOUR, START + 6 * HOUR, &found);
	assert_int_equal(n, 0); /* it is not in there */
	shift_found_free(found, n);
	shift_free(s);
}

static void
test_what_stays_becomes_ordinary(void **state)
{
	struct world w;
	struct shift_found *found;

	(void)state;
	usual(&w);
	add_fault(&w, 20, 60, 7)->more_ms = 20;
	size_t n = judged(&w, 70, &found);
	assert_int_equal(n, 1);
	expect_edge(found[0].start_ns, 20, 1.1, "start");
	expect_edge(found[0].end_ns, 29, 61, "end");
	assert_true(found[0].settled);
	shift_found_free(found, n);
}

/* ---- the same whatever way it is asked ---- */

static void
same(const struct shift_found *a, const struct shift_found *b, const char *what)
{
	if (a->kind != b->kind || a->start_ns != b->start_ns || a->end_ns != b->end_ns ||
	    a->before_ns != b->before_ns || a->during_ns != b->during_ns ||
	    a->n_probes != b->n_probes || a->open != b->open ||
	    a->attribution != b->attribution || a->single != b->single ||
	    a->settled != b->settled)
		fail_msg("%s: %d %.3f-%.3f h, not %d %.3f-%.3f h", what, (int)a->kind,
		    (double)(a->start_ns - START) / 3600e9,
		    (double)(a->end_ns - START) / 3600e9, (int)b->kind,
		    (double)(b->start_ns - START) / 3600e9,
		    (double)(b->end_ns - START) / 3600e9);
}

static void
random_history(struct world *w, uint64_t *x, double hours)
{
	usual(w);
	for (int i = 0; i < 24; i++) {
		double at = hours * chance_unit(x),
		       lasts = 0.1 + 3 * chance_unit(x) * chance_unit(x);
		struct fault *f =
		    add_fault(w, at, at + lasts, (unsigned)(chance_next(x) % 32));
		switch (chance_next(x) % 5) {
		case 0:
			f->jitter_ms = 80 * chance_unit(x);
			break;
		case 1:
			f->loss = chance_unit(x);
			break;
		case 2:
			f->busy = true;
			f->more_ms = 50;
			break;
		default:
			f->more_ms = 40 * chance_unit(x);
			f->probes |= 3;
			break;
		}
		f->silent = i == 5;
	}
}

static void
test_same_answer_however_asked(void **state)
{
	uint64_t x = SEED;
	size_t total = 0;

	(void)state;
	print_message("seed %d\n", SEED);
	for (int round = 0; round < 3; round++) {
		struct world w;
		struct shift_found *all, *part;
		random_history(&w, &x, 72);
		size_t n = judged(&w, 72, &all);
		total += n;
		/* in many steps, asked in between */
		struct shift *s = declared(&w);
		for (int64_t at = START; at < START + 72 * HOUR;) {
			int64_t to =
			    at + (int64_t)(1 + chance_next(&x) % 20000) * NS_PER_S;
			to = to > START + 72 * HOUR ? START + 72 * HOUR : to;
			feed(&w, s, at, to);
			size_t m = shift_finish(s, at, to, to, &part);
			shift_found_free(part, m);
			at = to;
		}
		size_t m =
		    shift_finish(s, START, START + 72 * HOUR, START + 72 * HOUR, &part);
		assert_int_equal(m, n);
		for (size_t i = 0; i < n; i++)
			same(&part[i], &all[i], "in steps");
		shift_found_free(part, m);
		shift_free(s);
		/* a part of it, with a day of what went before and two hours after */
		for (int k = 0; k < 4; k++) {
			int64_t from = START + (26 + 4 * k) * HOUR + 17 * MINUTE;
			int64_t to = from + 7 * HOUR;
			s = declared(&w);
			feed(&w, s, from - 25 * HOUR, to + 12 * HOUR);
			m = shift_finish(s, from, to, to + 12 * HOUR, &part);
			size_t at = 0;
			for (size_t i = 0; i < n; i++) {
				if (all[i].end_ns <= from || all[i].start_ns >= to)
					continue;
				assert_true(at < m);
				same(&part[at++], &all[i], "a part");
			}
			assert_int_equal(at, m);
			shift_found_free(part, m);
			shift_free(s);
		}
		shift_found_free(all, n);
	}
	print_message("%zu degradations in 9 days\n", total);
	assert_true(total >= 10);
}

static void
test_quiet_days_stay_quiet(void **state)
{
	struct world w;

	(void)state;
	usual(&w);
	expect_none(&w, 72, "nothing happened");
}

/* Labels of a wrong clock lie ten years ahead; then it is set right. */
static void
test_a_clock_set_back(void **state)
{
	struct world w;
	struct shift_found *found;
	int64_t ahead = 3650 * DAY;

	(void)state;
	usual(&w);
	add_fault(&w, 3, 5, 7)->more_ms = 20;
	struct shift *s = declared(&w);
	feed(&w, s, START + ahead, START + ahead + 3 * HOUR);
	feed(&w, s, START, START + 8 * HOUR);
	size_t n = shift_finish(s, START, START + DAY, START + 8 * HOUR, &found);
	assert_int_equal(n, 1);
	expect_edge(found[0].start_ns, 3, 1.1, "start");
	expect_edge(found[0].end_ns, 5, 1.1, "end");
	shift_found_free(found, n);
	shift_free(s);
}

static void
test_hostile_samples(void **state)
{
	struct world w;
	struct shift_found *found;
	uint64_t x = SEED;

	(void)state;
	usual(&w);
	struct shift *s = declared(&w);
	for (int i = 0; i < 200000; i++) {
		struct sample v = {.probe = (uint32_t)(chance_next(&x) % 7),
		    .outcome = (enum outcome)(chance_next(&x) % OUTCOME_COUNT),
		    .flags = (uint32_t)(chance_next(&x) % 512)};
		if (i % 1000 == 0)
			v.probe = UINT32_MAX;
		v.time.ns = (int64_t)(chance_next(&x) << 11) /
		            (1 + (int64_t)(chance_next(&x) % 1000));
		if (i % 2)
			v.time.ns = START + (int64_t)i * NS_PER_S;
		v.rtt_ns = i % 3 ? (int64_t)(chance_next(&x) % 1000000000) : INT64_MAX;
		shift_sample(s, &v);
		if (i % 5000 == 0)
			shift_saturated(s, v.time.ns, v.time.ns + NS_PER_S);
	}
	size_t n = shift_finish(s, INT64_MIN, INT64_MAX, INT64_MAX, &found);
	for (size_t i = 0; i < n; i++)
		assert_true(found[i].end_ns > found[i].start_ns);
	shift_found_free(found, n);
	shift_free(s);
}

/* ---- labelled traces ---- */

static glob_t traces;
static long labels[4000], edges[4000];

/* Fed as the samples of a link's only target; the edges reported, in lines. */
static long
trace_edges(const char *path, long *n_labels)
{
	struct world w = {0};
	struct shift_found *found;
	char text[128];
	FILE *f = fopen(path, "r");
	long line = 0, n_edges = 0;
	int64_t step = 240 * NS_PER_S;

	assert_non_null(f);
	add_probe(&w, ROLE_INTERNET, "one", step, 0);
	struct shift *s = declared(&w);
	*n_labels = 0;
	while (fgets(text, sizeof text, f) != NULL) {
		char *value = strchr(text, ';');
		char *label = value != NULL ? strchr(value + 1, ';') : NULL;
		if (label == NULL || text[0] == 'e')
			continue;
		double v = strtod(value + 1, NULL);
		if (strtol(label + 1, NULL, 10) == 1 && *n_labels < 4000)
			labels[(*n_labels)++] = line;
		struct sample x = {.time = {START + line++ * step},
		    .rtt_ns = (int64_t)(v * 1e6),
		    .outcome = v > 0 ? OUTCOME_REPLY : OUTCOME_LOST};
		shift_sample(s, &x);
	}
	fclose(f);
	size_t n = shift_finish(s, START, INT64_MAX, START + line * step, &found);
	for (size_t i = 0; i < n; i++) {
		assert_true(found[i].single);
		edges[n_edges++] = (long)((found[i].start_ns - START) / step);
		if (!found[i].open && !found[i].settled)
			edges[n_edges++] = (long)((found[i].end_ns - START) / step);
	}
	shift_found_free(found, n);
	shift_free(s);
	return n_edges;
}

/*
 * A reported edge is true where a human label lies within 2 samples of it. An end that
 * was not a change of level (open, settled) is none.
 */
static void
test_precision_on_labelled_traces(void **state)
{
	long n = 0, all = 0, within_2 = 0, within_15 = 0, n_labels;

	(void)state;
	for (size_t i = 0; i < traces.gl_pathc; i++) {
		long m = trace_edges(traces.gl_pathv[i], &n_labels);
		n += m;
		all += n_labels;
		within_2 += traces_matched(labels, n_labels, edges, m, 2);
		within_15 += traces_matched(labels, n_labels, edges, m, 15);
	}
	print_message(
	    "%zu traces, %ld labels: %ld edges reported, precision %.3f at ±2 samples, "
	    "%.3f at ±15\n",
	    traces.gl_pathc, all, n, (double)within_2 / (double)n,
	    (double)within_15 / (double)n);
	assert_true(n >= 30);
	assert_true((double)within_2 / (double)n > 0.6);
}

/* ---- fifteen evenings of congestion, published with their intervals ---- */

static size_t
read_spans(struct span *out, size_t room)
{
	char path[600], text[200];
	size_t n = 0;

	traces_path(path, sizeof path, "rtt-congestion/jd_inferences.csv");
	FILE *f = fopen(path, "r");
	while (f != NULL && n < room && fgets(text, sizeof text, f) != NULL) {
		char *end, *congested;
		double from = strtod(text, &end);
		if (from < 1e9 || *end != ',')
			continue;
		double to = strtod(end + 1, &congested);
		if (*congested == ',' && strtod(congested + 1, NULL) > 0)
			out[n++] = (struct span){
			    (int64_t)from * NS_PER_S, (int64_t)to * NS_PER_S};
	}
	if (f != NULL)
		fclose(f);
	return n;
}

static struct shift *
feed_congestion(int64_t *last_ns)
{
	struct world w = {0};
	char path[600], text[200];

	add_probe(&w, ROLE_INTERNET, "one", 27 * NS_PER_S, 0);
	struct shift *s = declared(&w);
	traces_path(path, sizeof path, "rtt-congestion/raw.csv");
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(text, sizeof text, f) != NULL) {
		char *end;
		double at = strtod(text, &end);
		if (at < 1e9 || *end != ',')
			continue;
		*last_ns = (int64_t)at * NS_PER_S;
		struct sample x = {.time = {*last_ns},
		    .rtt_ns = (int64_t)(strtod(end + 1, NULL) * 1e6),
		    .outcome = OUTCOME_REPLY};
		shift_sample(s, &x);
	}
	if (f != NULL)
		fclose(f);
	return s;
}

/* The last of them was cut short by the authors where their data end. */
static void
test_published_congestion(void **state)
{
	struct span spans[64];
	struct shift_found *found;
	int64_t last = 0;
	size_t m = read_spans(spans, 64), hits = 0, near = 0;
	struct shift *s = feed_congestion(&last);
	size_t n = shift_finish(s, 0, INT64_MAX, last, &found);

	(void)state;
	assert_int_equal(m, 15);
	for (size_t i = 0; i < n; i++) {
		bool hit = false;
		assert_int_equal(found[i].kind, DEG_LATENCY);
		for (size_t k = 0; k < m; k++) {
			if (found[i].start_ns >= spans[k].end_ns ||
			    found[i].end_ns <= spans[k].start_ns)
				continue;
			hit = true;
			near += llabs(found[i].start_ns - spans[k].start_ns) <= HOUR;
			near += llabs(found[i].end_ns - spans[k].end_ns) <= HOUR;
		}
		hits += hit;
	}
	print_message(
	    "%zu published intervals of congestion, %zu shifts reported, %zu of "
	    "them in one; %zu of %zu edges within an hour\n",
	    m, n, hits, near, 2 * m);
	assert_int_equal(hits, n);
	assert_int_equal(n, m);
	assert_true(near >= 2 * m * 8 / 10);
	assert_true(found[n - 1].open);
	/* only what lasts so long can become ordinary */
	for (size_t i = 0; i < n; i++)
		assert_true(
		    !found[i].settled || found[i].end_ns - found[i].start_ns > 9 * HOUR);
	shift_found_free(found, n);
	shift_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_shift),
	    cmocka_unit_test(test_whose),
	    cmocka_unit_test(test_size_and_duration),
	    cmocka_unit_test(test_a_second_network_decides),
	    cmocka_unit_test(test_own_traffic_explains),
	    cmocka_unit_test(test_loss_and_holes_are_no_shift),
	    cmocka_unit_test(test_jitter),
	    cmocka_unit_test(test_fast_probes),
	    cmocka_unit_test(test_open_and_then_not),
	    cmocka_unit_test(test_what_stays_becomes_ordinary),
	    cmocka_unit_test(test_same_answer_however_asked),
	    cmocka_unit_test(test_quiet_days_stay_quiet),
	    cmocka_unit_test(test_a_clock_set_back),
	    cmocka_unit_test(test_hostile_samples),
	};
	const struct CMUnitTest on_traces[] = {
	    cmocka_unit_test(test_precision_on_labelled_traces),
	    cmocka_unit_test(test_published_congestion)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed != 0)
		return 1;
	if (traces_find(&traces) != 0) {
		print_message(
		    "skipped: there is no ../shared/data/" TRACES " beside this clone\n");
		return 77;
	}
	failed = cmocka_run_group_tests(on_traces, NULL, NULL);
	globfree(&traces);
	return failed != 0;
}
