/*
 * Every test of throughput, and what the tests of each direction come to against the
 * speeds of the contract: formulas over their rates, so that a test that is taken away or
 * a speed that was agreed otherwise shows at once. A direction's tests stand together; a
 * test that failed has a rate of nothing, one that was not made has none.
 */
#include "base/bytes.h"
#include "reports/evidence.h"
#include "reports/workbook_formula.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Columns of Throughput: rates, rates with headers, how much longer round trips took. */
#define RATE     'G'
#define WITH     'H'
#define INCREASE 'N'

static const char *const WAYS[] = {"down", "up"};

struct way_rows {
	uint32_t first, last; /* as people count them; first 0: none */
};

static double
mega(double bps)
{
	return bps >= 0 ? bps / 1e6 : NAN;
}

/* ---- tests ---- */

static void
test(struct sheet *s, const struct link_report *l, const struct throughput_test *t)
{
	const struct results *r = s->b->r;
	bool bytes = t->detailed && t->detail.ip_bytes > 0;

	sheet_text(s, LOOK_TEXT, l->def->centre);
	sheet_text(s, LOOK_TEXT, l->def->link);
	sheet_text(s, LOOK_TEXT, WAYS[t->upload]);
	sheet_time(s, t->at_ns);
	sheet_local(s, t->at_ns, link_zone(l->def));
	sheet_text(s, LOOK_TEXT, outcome_name(t->outcome));
	sheet_number(s, LOOK_INPUT, mega((double)t->bps));
	sheet_number(s, LOOK_SECONDS,
	    bytes
	        ? mega((double)throughput_bps(t->detail.ip_bytes, t->detail.duration_ns))
	        : NAN);
	sheet_number(s, LOOK_COUNT, t->detailed ? t->detail.streams : NAN);
	sheet_number(
	    s, LOOK_SECONDS, t->detailed ? (double)t->detail.duration_ns / 1e9 : NAN);
	sheet_number(s, LOOK_COUNT, t->detailed ? (double)t->detail.total_bytes : NAN);
	sheet_number(
	    s, LOOK_SECONDS, t->working.known ? (double)t->working.idle_ns / 1e6 : NAN);
	sheet_number(
	    s, LOOK_SECONDS, t->working.known ? (double)t->working.loaded_ns / 1e6 : NAN);
	sheet_number(s, LOOK_SECONDS,
	    t->working.known ? (double)t->working.increase_ns / 1e6 : NAN);
	sheet_text(
	    s, LOOK_TEXT, t->working.known ? stats_bloat(t->working.increase_ns) : "");
	sheet_text(s, LOOK_TEXT, t->probe < r->n_probes ? r->probes[t->probe].name : "");
	sheet_next(s);
}

static void
tests(const struct book *b, struct way_rows *rows)
{
	static const double WIDTHS[] = {
	    16, 16, 10, 22, 22, 12, 12, 14, 9, 11, 16, 11, 11, 13, 8, 18, 0};
	static const char *const HEADS[] = {"Centre", "Link", "Direction", "Begun, UTC",
	    "Begun, local", "Outcome", "Rate, Mbit/s", "Rate with headers, Mbit/s",
	    "Streams", "Measured, s", "Bytes", "RTT idle, ms", "RTT under load, ms",
	    "Longer under load, ms", "Grade", "Probe", NULL};
	struct sheet s;

	sheet_open(&s, b, "Throughput", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++) {
		const struct throughput_report *t = &b->r->links[i].throughput;
		for (int up = 0; up < 2; up++) {
			struct way_rows *w = &rows[2 * i + (size_t)up];
			*w = (struct way_rows){.first = s.row + 1};
			for (size_t k = 0; k < t->n_tests; k++)
				if (t->tests[k].upload == (up != 0))
					test(&s, &b->r->links[i], &t->tests[k]);
			w->last = s.row;
			if (w->last < w->first)
				w->first = 0;
		}
	}
	sheet_filter(&s, 16);
}

/* ---- directions ---- */

__attribute__((format(printf, 4, 5))) static void
put(struct sheet *s, enum look look, double value, const char *format, ...)
{
	struct formula f = {.n = 0};
	char text[FORMULA - 1];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	formula_say(&f, "=%s", text);
	sheet_formula(s, look, f.text, value);
}

/* The smallest with half of them at or below it, as everywhere (stats_quantile). */
static void
put_median(struct sheet *s, const char *range, double value)
{
	put(s, LOOK_SECONDS, value,
	    "IF(COUNT(%s)>0,SMALL(%s,ROUNDUP(COUNT(%s)/2,0)),\"\")", range, range, range);
}

static void
put_agreed(struct sheet *s, double bps)
{
	sheet_number(s, LOOK_INPUT, bps > 0 ? bps / 1e6 : NAN);
}

/* How many tests, and their share: cells of a speed that is not agreed stay empty. */
static void
put_band(struct sheet *s, const char *agreed, const char *count, double n, double all,
    bool has)
{
	put(s, LOOK_COUNT, has ? n : NAN, "IF(%s>0,%s,\"\")", agreed, count);
	put(s, LOOK_PERCENT, has && all > 0 ? n / all : NAN,
	    "IF(AND(%s>0,$G%u>0),(%s)/$G%u,\"\")", agreed, s->row + 1, count, s->row + 1);
}

static void
bands(struct sheet *s, const struct speed_side *e, const char *rate)
{
	unsigned row = s->row + 1;
	double n = e != NULL ? (double)e->tests : 0;
	bool low = e != NULL && e->minimum > 0, mid = e != NULL && e->has_bands,
	     high = e != NULL && e->normal > 0, most = e != NULL && e->maximum > 0;
	char count[256], agreed[64];

	snprintf(agreed, sizeof agreed, "$D%u", row);
	snprintf(
	    count, sizeof count, "SUMPRODUCT(ISNUMBER(%s)*(%s<$D%u))", rate, rate, row);
	put_band(s, agreed, count, low ? (double)e->below_minimum : 0, n, low);
	snprintf(agreed, sizeof agreed, "MIN($D%u,$E%u)", row, row);
	snprintf(count, sizeof count, "SUMPRODUCT(ISNUMBER(%s)*(%s>=$D%u)*(%s<$E%u))",
	    rate, rate, row, rate, row);
	put_band(s, agreed, count, mid ? (double)e->bands[1] : 0, n, mid);
	snprintf(agreed, sizeof agreed, "$E%u", row);
	snprintf(
	    count, sizeof count, "SUMPRODUCT(ISNUMBER(%s)*(%s>=$E%u))", rate, rate, row);
	put_band(s, agreed, count, high ? (double)e->reached_normal : 0, n, high);
	snprintf(agreed, sizeof agreed, "$F%u", row);
	snprintf(count, sizeof count, "SUMPRODUCT(ISNUMBER(%s)*(%s>=0.9*$F%u))", rate,
	    rate, row);
	put_band(s, agreed, count, most ? (double)e->reached_maximum : 0, n, most);
}

static void
way(struct sheet *s, const struct link_report *l, int up, const struct way_rows *rows)
{
	const struct throughput_way *w = &l->throughput.ways[up];
	const struct speed_side *e = l->evidence != NULL ? &l->evidence->sides[up] : NULL;
	char rate[64], with[64], more[64];

	snprintf(rate, sizeof rate, "Throughput!$%c$%u:$%c$%u", RATE, rows->first, RATE,
	    rows->last);
	snprintf(with, sizeof with, "Throughput!$%c$%u:$%c$%u", WITH, rows->first, WITH,
	    rows->last);
	snprintf(more, sizeof more, "Throughput!$%c$%u:$%c$%u", INCREASE, rows->first,
	    INCREASE, rows->last);
	sheet_text(s, LOOK_TEXT, l->def->centre);
	sheet_text(s, LOOK_TEXT, l->def->link);
	sheet_text(s, LOOK_BOLD, WAYS[up]);
	put_agreed(s, e != NULL ? e->minimum : 0);
	put_agreed(s, e != NULL ? e->normal : 0);
	put_agreed(s, e != NULL ? e->maximum : 0);
	put(s, LOOK_COUNT, (double)w->tests, "COUNT(%s)", rate);
	put(s, LOOK_COUNT, (double)w->failed, "COUNTIF(%s,0)", rate);
	put(s, LOOK_SECONDS, w->tests > 0 ? mega(w->slowest_bps) : NAN,
	    "IF(COUNT(%s)>0,MIN(%s),\"\")", rate, rate);
	put_median(s, rate, w->tests > 0 ? mega(w->median_bps) : NAN);
	put(s, LOOK_SECONDS, w->tests > 0 ? mega(w->fastest_bps) : NAN,
	    "IF(COUNT(%s)>0,MAX(%s),\"\")", rate, rate);
	put_median(s, with, mega(w->median_ip_bps));
	bands(s, e, rate);
	put_median(s, more, w->has_increase ? (double)w->increase_ns / 1e6 : NAN);
	sheet_next(s);
}

void
workbook_throughput(const struct book *b)
{
	static const double WIDTHS[] = {16, 16, 10, 12, 12, 12, 9, 9, 12, 12, 12, 14, 12,
	    12, 12, 12, 12, 12, 14, 14, 14, 0};
	static const char *const HEADS[] = {"Centre", "Link", "Direction",
	    "Minimum agreed, Mbit/s", "Normal agreed, Mbit/s", "Maximum agreed, Mbit/s",
	    "Tests", "of them failed", "Slowest, Mbit/s", "Median, Mbit/s",
	    "Fastest, Mbit/s", "Median with headers, Mbit/s", "Below minimum", "share",
	    "From there to normal", "share", "Normal or more", "share",
	    "At least 90 % of maximum", "share", "Longer under load, median, ms", NULL};
	struct way_rows *rows = memory_grow(NULL, 2 * b->r->n_links + 1, sizeof *rows);
	struct sheet s;

	tests(b, rows);
	sheet_open(&s, b, "Bands", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++)
		for (int up = 0; up < 2; up++)
			if (rows[2 * i + (size_t)up].first > 0)
				way(&s, &b->r->links[i], up, &rows[2 * i + (size_t)up]);
	free(rows);
}
