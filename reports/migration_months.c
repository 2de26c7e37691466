/* The old link's demand by the month, and whether it grows. */
#include "reports/migration.h"

#include "reports/dossier.h"

#include <math.h>
#include <stdio.h>

#define MONTHS_MOST 12 /* the last ones; the results have all */

static const struct column columns[] = {{"Month", 79, ALIGN_LEFT, false, FACE_TEXT},
    {"Minutes counted", 84, ALIGN_RIGHT, false, FACE_TEXT},
    {"95th perc., down", 84, ALIGN_RIGHT, false, FACE_TEXT},
    {"99th perc., down", 84, ALIGN_RIGHT, false, FACE_TEXT},
    {"95th perc., up", 84, ALIGN_RIGHT, false, FACE_TEXT},
    {"99th perc., up", 84, ALIGN_RIGHT, false, FACE_TEXT}};

static void
print_month(const struct migration_view *v, size_t month, char out[48])
{
	migration_print_at(v, v->growth.months[month].start_ns, out);
	out[7] = '\0';
}

static void
month_row(struct table *t, const struct migration_view *v, size_t i)
{
	const struct growth *g = &v->growth;
	char name[48], minutes[32], p95[DEMAND_WAYS][32], p99[DEMAND_WAYS][32];
	bool worst[DEMAND_WAYS];

	print_month(v, i, name);
	words_count(g->months[i].use[0].minutes, minutes);
	for (int way = 0; way < DEMAND_WAYS; way++) {
		migration_print_rate(g->months[i].use[way].p95_bps, p95[way]);
		migration_print_rate(g->months[i].use[way].p99_bps, p99[way]);
		worst[way] = g->has_worst[way] && g->worst[way] == i;
	}
	struct cell cells[] = {{.text = name, .bold = true}, {.text = minutes},
	    {.text = p95[0]}, {.text = p99[0], .bold = worst[0]}, {.text = p95[1]},
	    {.text = p99[1], .bold = worst[1]}};
	table_row(t, cells);
}

static void
say_worst(const struct migration_view *v, char *out, size_t room)
{
	const struct growth *g = &v->growth;
	char month[DEMAND_WAYS][48], rate[DEMAND_WAYS][32];

	if (!g->has_worst[DEMAND_DOWN]) {
		say(out, room,
		    "No month has a week of counted minutes: there is no worst one.");
		return;
	}
	for (int way = 0; way < DEMAND_WAYS; way++) {
		print_month(v, g->worst[way], month[way]);
		migration_print_rate(
		    g->months[g->worst[way]].use[way].p99_bps, rate[way]);
	}
	say(out, room,
	    "Worst month: {1} downstream, with a 99th percentile of {2}; {3} upstream, with {4}.",
	    month[0], rate[0], month[1], rate[1]);
}

static void
print_share(double share, char out[32])
{
	char text[24];

	say_number(text, sizeof text, "%.1f %%", fabs(share) * 100);
	snprintf(out, 32, "%s%s", share < 0 ? "−" : share > 0 ? "+" : "", text);
}

static void
say_trend(const struct migration_view *v, char *out, size_t room)
{
	const struct growth *g = &v->growth;
	char weeks[32], needed[32], at[32], low[32], high[32];

	words_count(g->weeks, weeks);
	words_count(GROWTH_WEEKS, needed);
	if (!g->trends[DEMAND_DOWN].has && !g->trends[DEMAND_UP].has) {
		say_more(out, room,
		    "Whether the demand grows is not known: {1} {1|week was|weeks were} counted, {2} are "
		    "needed.",
		    weeks, needed);
		return;
	}
	for (int way = 0; way < DEMAND_WAYS; way++) {
		const struct growth_trend *t = &g->trends[way];
		if (!t->has)
			continue;
		print_share(t->per_month, at);
		print_share(t->lower, low);
		print_share(t->upper, high);
		say_more(out, room,
		    way == DEMAND_DOWN
		        ? "Downstream the demand grew by {1} a month, between {2} and {3}."
		        : "Upstream the demand grew by {1} a month, between {2} and {3}.",
		    at, low, high);
	}
	say_more(out, room,
	    "That is the median slope of the 95th percentiles of {1} weeks and its 95 % "
	    "interval, weeks taken as independent.",
	    weeks);
}

void
migration_months(struct pages *p, const struct migration_view *v)
{
	const struct growth *g = &v->growth;
	size_t from = g->n_months > MONTHS_MOST ? g->n_months - MONTHS_MOST : 0;
	char text[900];
	struct table t;

	if (g->n_months == 0)
		return;
	say_worst(v, text, sizeof text);
	say_trend(v, text, sizeof text);
	if (g->n_months > 1) {
		page_heading(p, 80, "months", say_word("Demand by the month"));
		table_begin(&t, p, columns, sizeof columns / sizeof *columns, 8.0);
		for (size_t i = from; i < g->n_months; i++)
			month_row(&t, v, i);
		table_end(&t);
	}
	page_text(p, &style_body, text);
}
