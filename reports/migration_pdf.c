/* The plan of a move on paper: whether, how large, when, by what it is taken back. */
#include "reports/migration.h"

#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

#define SAID         512
#define SIDE_H       330 /* of the chart side by side */
#define WEEK_MINUTES (7 * 1440)

static const char *const DAY_NAMES[] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const MEASURES[] = {"Measured side by side\ndays in common",
    "Availability\nof the common time", "Packet loss\n95 % interval of the new line",
    "Round trip, median\npaired, mean of hours", "Round trip, p95\npaired, mean of hours",
    "Download\nin 90 % of tests", "Upload\nin 90 % of tests"};

void
migration_print_at(const struct migration_view *v, int64_t ns, char out[48])
{
	struct zone z;

	chart_zone_open(&z, v->pair->zone, ns, ns);
	chart_zone_print(&z, ns, 0, out);
}

void
migration_print_rate(double bps, char out[32])
{
	if (bps >= 1e9)
		say_number(out, 32, "%.3g Gbit/s", bps / 1e9);
	else if (bps >= 1e6)
		say_number(out, 32, "%.3g Mbit/s", bps / 1e6);
	else
		say_number(out, 32, "%.3g kbit/s", bps / 1e3);
}

static void
print_value(enum migration_measure m, double value, char out[32])
{
	if (m == MIGRATION_DAYS)
		say_number(out, 32, "%.0f", value);
	else if (m == MIGRATION_AVAILABILITY)
		words_percent(value, words_decimals(value, value, 1), out);
	else if (m == MIGRATION_LOSS)
		words_percent(value, 3, out);
	else if (m == MIGRATION_MEDIAN || m == MIGRATION_P95)
		words_ms((int64_t)value, out);
	else
		migration_print_rate(value, out);
}

/* ---- acceptance ---- */

static const struct column criterion_columns[] = {
    {"Criterion", 138, ALIGN_LEFT, true, FACE_TEXT},
    {"Threshold", 88, ALIGN_LEFT, true, FACE_TEXT},
    {"Measured", 128, ALIGN_LEFT, true, FACE_TEXT},
    {"Samples", 75, ALIGN_LEFT, true, FACE_TEXT},
    {"Result", 70, ALIGN_LEFT, true, FACE_TEXT}};

static void
criterion_row(struct table *t, const struct migration_criterion *c)
{
	static const char *const RESULTS[] = {
	    "not measured", "pass", "measure on", "fails"};
	static const char *const DAYS = "{1} {1|day|days}\n{2} needed",
	                         *const PROBES = "{1} {1|probe|probes}\n{2} needed",
	                         *const TESTS = "{1} {1|test|tests}\n{2} needed";
	const char *const UNITS[] = {DAYS, DAYS, PROBES, DAYS, DAYS, TESTS, TESTS};
	static const uint32_t COLOURS[] = {INK_MUTED, INK_GOOD, INK_BLUE, INK_BAD};
	char threshold[64], measured[160] = "–", samples[160], at[32], low[32], high[32],
	                    have[32], need[32];
	bool least = c->measure != MIGRATION_LOSS && c->measure != MIGRATION_MEDIAN &&
	             c->measure != MIGRATION_P95;

	say(threshold, sizeof threshold, "none known");
	if (c->has_threshold) {
		print_value(c->measure, c->threshold, at);
		snprintf(threshold, sizeof threshold, "%s %s",
		    c->measure == MIGRATION_LOSS ? "<"
		    : least                      ? "≥"
		                                 : "≤",
		    at);
	}
	if (c->has) {
		print_value(c->measure, c->value, at);
		if (c->measure >= MIGRATION_SPEED_DOWN)
			say(measured, sizeof measured, "{1}\nmedian of the tests", at);
		else
			snprintf(measured, sizeof measured, "%s", at);
	}
	if (c->has_interval) {
		print_value(c->measure, c->lower, low);
		print_value(c->measure, c->upper, high);
		say(measured, sizeof measured,
		    strcmp(low, high) == 0 ? "{1}" : "{1}\nbetween {2} and {3}", at, low,
		    high);
	}
	words_count(c->have, have);
	words_count(c->need, need);
	say(samples, sizeof samples, UNITS[c->measure], have, need);
	struct cell cells[] = {{.text = say_word(MEASURES[c->measure])},
	    {.text = threshold}, {.text = measured}, {.text = samples},
	    {.text = say_word(RESULTS[c->word]),
	        .bold = true,
	        .colour = COLOURS[c->word]}};
	table_row(t, cells);
}

static void
acceptance(struct pages *p, const struct migration_view *v)
{
	struct table t;

	page_heading(p, 160, "acceptance", say_word("Acceptance"));
	table_begin(&t, p, criterion_columns, 5, 8.0);
	for (int i = 0; i < MIGRATION_MEASURES; i++)
		criterion_row(&t, &v->m->criteria[i]);
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "A criterion passes or fails only where its 95 % interval lies on one side of the "
	        "threshold; else it needs more samples. Loss below 0.1 % takes 2 995 probes in a row "
	        "without a loss at the least. Round trips may grow by a fifth, or by 5 ms if that is "
	        "more. Without an availability agreed for the new line the old one's is asked for. "
	        "Availability, loss and round trips are of the time both lines were measured, speeds "
	        "of all tests of the new one beside the old."));
}

static void
who(struct pages *p, const struct migration_view *v)
{
	const struct results *r = v->pair->r;
	char from[160], to[160], at[48], when[96], start[48], end[48], side[128];
	const char *unknown = say_word("ISP not stated");

	snprintf(from, sizeof from, "%.60s, %.80s", r->links[0].def->link,
	    r->links[0].def->isp[0] != '\0' ? r->links[0].def->isp : unknown);
	snprintf(to, sizeof to, "%.60s, %.80s", r->links[1].def->link,
	    r->links[1].def->isp[0] != '\0' ? r->links[1].def->isp : unknown);
	migration_print_at(v, v->cut_over_ns, at);
	if (v->proposed)
		say(when, sizeof when, "{1}, proposed", at);
	else
		snprintf(when, sizeof when, "%s", at);
	migration_print_at(v, v->parallel.start_ns, start);
	migration_print_at(v, v->parallel.end_ns, end);
	say(side, sizeof side, "{1} to {2}", start, end);
	const char *centre = r->links[0].def->centre_name[0] != '\0'
	                         ? r->links[0].def->centre_name
	                         : r->links[0].def->centre;
	struct fact facts[] = {{"Centre", centre}, {"Old link", from}, {"New link", to},
	    {"Side by side", side}, {"Cut-over", when}, {"Instrument", r->software}};
	page_facts(p, facts, sizeof facts / sizeof *facts, 1);
}

/* ---- demand and size ---- */

static const struct column size_columns[] = {{"", 84, ALIGN_LEFT, false, FACE_TEXT},
    {"Median", 78, ALIGN_RIGHT, false, FACE_TEXT},
    {"95th perc.", 78, ALIGN_RIGHT, false, FACE_TEXT},
    {"99th perc.", 78, ALIGN_RIGHT, false, FACE_TEXT},
    {"Busiest minute", 92, ALIGN_RIGHT, false, FACE_TEXT},
    {"Needed", 89, ALIGN_RIGHT, false, FACE_TEXT}};

static void
size_rows(struct pages *p, const struct migration_view *v)
{
	static const char *const WAYS[] = {"Downstream", "Upstream"};
	struct table t;

	table_begin(&t, p, size_columns, 6, 8.0);
	for (int way = 0; way < 2; way++) {
		const struct migration_size *s = &v->m->size[way];
		char p50[32], p95[32], p99[32], most[32], asked[32];
		migration_print_rate(s->use.p50_bps, p50);
		migration_print_rate(s->use.p95_bps, p95);
		migration_print_rate(s->use.p99_bps, p99);
		migration_print_rate(s->use.most_bps, most);
		migration_print_rate(s->required_bps, asked);
		struct cell cells[] = {{.text = say_word(WAYS[way]), .bold = true},
		    {.text = p50}, {.text = p95}, {.text = p99}, {.text = most},
		    {.text = asked, .bold = true, .colour = INK_BLUE}};
		table_row(&t, cells);
	}
	table_end(&t);
}

static const struct column load_columns[] = {{"Speed", 128, ALIGN_LEFT, true, FACE_TEXT},
    {"", 64, ALIGN_LEFT, false, FACE_TEXT}, {"", 76, ALIGN_RIGHT, false, FACE_TEXT},
    {"> 50 %", 57, ALIGN_RIGHT, false, FACE_TEXT},
    {"> 70 %", 57, ALIGN_RIGHT, false, FACE_TEXT},
    {"> 80 %", 57, ALIGN_RIGHT, false, FACE_TEXT},
    {"> 90 %", 57, ALIGN_RIGHT, false, FACE_TEXT}};

/* The old link's and the new one's, by name; then what is asked for. */
static void
print_speed(const struct migration_view *v, size_t i, char *out, size_t room)
{
	static const char *const WHOSE[] = {
	    "{1}, as it is", "{1}, as ordered", "what the demand needs"};

	say(out, room, WHOSE[i],
	    i < 2 ? v->pair->r->links[i].def->link : say_word("what the demand needs"));
}

static void
load_rows(struct pages *p, const struct migration_view *v)
{
	struct table t;

	page_heading(
	    p, 70, NULL, say_word("How full a line of that speed would have been"));
	table_begin(&t, p, load_columns, 7, 8.0);
	for (size_t i = 0; i < v->n_loads; i++) {
		for (int way = 0; way < 2; way++) {
			const struct migration_load *l = &v->loads[i];
			char rate[40], name[160], above[MIGRATION_LEVELS][32];
			say(rate, sizeof rate, "not stated");
			if (l->bps[way] > 0)
				migration_print_rate(l->bps[way], rate);
			for (size_t k = 0; k < MIGRATION_LEVELS; k++) {
				snprintf(above[k], sizeof above[k], "–");
				if (l->above[way][k] >= 0)
					words_percent(l->above[way][k], 2, above[k]);
			}
			print_speed(v, i, name, sizeof name);
			struct cell cells[] = {{.text = way == 0 ? name : ""},
			    {.text = say_word(way == 0 ? "Downstream" : "Upstream")},
			    {.text = rate}, {.text = above[0]}, {.text = above[1]},
			    {.text = above[2]}, {.text = above[3]}};
			table_row(&t, cells);
		}
	}
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Share of the minutes in which the old line's demand was more than so much of the "
	        "speed. What a line that is full refuses does not show as demand: where the old one "
	        "was saturated, more is needed than this says."));
}

static void
sizing(struct pages *p, const struct migration_view *v)
{
	char text[400], minutes[32], growth[16], busy[16];

	if (!v->m->size[0].has) {
		page_heading(p, 40, "size", say_word("Demand and size"));
		page_text(p, &style_body,
		    say_word(
		        "The interface counters of the old line are not in the journal: nothing is "
		        "known of the demand, and no size follows."));
		return;
	}
	page_heading(p, 130, "size", say_word("Demand and size"));
	size_rows(p, v);
	words_count(v->m->size[0].use.minutes, minutes);
	say_number(growth, sizeof growth, "%.0f %%", 100 * v->m->rule.growth);
	say_number(busy, sizeof busy, "%.0f %%", 100 * v->m->rule.busy);
	say(text, sizeof text,
	    "Of {1} {1|minute|minutes} counted on the old line, our own probes included. Needed is the "
	    "99th percentile, grown by {2}, on a line that is full at {3}.",
	    minutes, growth, busy);
	if (v->m->size[0].use.minutes < WEEK_MINUTES)
		say_more(text, sizeof text,
		    "That is less than a week: busy hours may be missing.");
	page_text(p, &style_note, text);
	migration_months(p, v);
	load_rows(p, v);
}

/* ---- when ---- */

static void
paint_week(struct draw *d, struct box box, const void *ctx)
{
	week_draw(d, box, ctx);
}

/* What the scores rest on, and where they stop. */
static void
window_note(struct pages *p, const struct migration_view *v)
{
	char text[900], tickets[32];

	say(text, sizeof text,
	    "Score = use × (1 + trouble) × (1 + tickets), each as a share of the worst hour of the "
	    "week. Use: of the old line, both ways. Trouble: probes lost or time down of both lines, "
	    "whichever is more; the worst hour counts in full from 1 % on. Tickets: "
	    "opened in that hour. The busiest hour scores 1 where nothing else speaks against it.");
	words_count(v->tickets, tickets);
	if (v->tickets > 0)
		say_more(
		    text, sizeof text, "{1} {1|ticket is|tickets are} in it.", tickets);
	else
		say_more(text, sizeof text, "No tickets are recorded: none are in it.");
	page_text(p, &style_note, text);
}

static void
window(struct pages *p, const struct migration_view *v)
{
	double score[DEMAND_DAYS][DEMAND_HOURS], most = 0;
	char high[32], text[400], alt[500], hour[16], hours[16], mean[16];
	const char *title =
	    say_word("Score of each hour of the week for working on the line");

	if (!v->has_week) {
		page_heading(p, 40, "window", say_word("Window of the cut-over"));
		page_text(p, &style_body,
		    say_word(
		        "Without counters of the old line nobody knows its quiet hours."));
		return;
	}
	page_heading(p, WEEK_H + 100, "window", say_word("Window of the cut-over"));
	page_text(p, &style_note, title);
	for (int i = 0; i < DEMAND_DAYS * DEMAND_HOURS; i++) {
		const struct window_hour *h =
		    &v->week.hours[i / DEMAND_HOURS][i % DEMAND_HOURS];
		score[i / DEMAND_HOURS][i % DEMAND_HOURS] = h->score;
		most = h->score > most ? h->score : most;
	}
	say_number(high, sizeof high, "%.2f", most);
	struct week w = {.use = (const double(*)[24])score,
	    .has_slot = v->has_slot,
	    .day = v->slot_day,
	    .hour = v->slot_hour,
	    .hours = v->slot_hours,
	    .unit_low = "0",
	    .unit_high = high};
	snprintf(hours, sizeof hours, "%u", v->slot_hours);
	if (v->has_slot) {
		snprintf(hour, sizeof hour, "%02u:00", v->slot_hour);
		say_number(mean, sizeof mean, "%.2f", v->slot_score);
		say(text, sizeof text,
		    "The lowest scores are from {1} {2}, {4} on average, for {3} hours: two for the "
		    "work, half as much again in reserve, one to go back.",
		    say_word(DAY_NAMES[v->slot_day]), hour, hours, mean);
	} else {
		say(text, sizeof text,
		    "No run of {1} hours was counted whole: a week of counters is needed.",
		    hours);
	}
	snprintf(alt, sizeof alt, "%s. %s", title, text);
	page_figure(p, "week", title, alt, WEEK_H, paint_week, &w);
	page_text(p, &style_body, text);
	window_note(p, v);
}

/* ---- taking it back ---- */

static const struct column trigger_columns[] = {
    {"Trigger", 150, ALIGN_LEFT, true, FACE_TEXT},
    {"Threshold", 106, ALIGN_LEFT, true, FACE_TEXT},
    {"Watched for", 113, ALIGN_LEFT, true, FACE_TEXT},
    {"Who decides", 130, ALIGN_LEFT, true, FACE_TEXT}};

static void
trigger_row(struct table *t, const struct migration_trigger *g)
{
	char most[64], for_text[64], at[40];
	bool dark = g->measure == MIGRATION_AVAILABILITY;
	bool speed = g->measure >= MIGRATION_SPEED_DOWN;
	const char *what = dark ? "New line dark\nno network answers"
	                   : g->measure == MIGRATION_LOSS       ? "Packet loss above"
	                   : g->measure == MIGRATION_P95        ? "Round trip, p95 above"
	                   : g->measure == MIGRATION_SPEED_DOWN ? "Download below"
	                                                        : "Upload below";

	if (dark)
		words_duration((int64_t)g->threshold, false, at);
	else
		print_value(g->measure, g->threshold, at);
	snprintf(most, sizeof most, "%s", at);
	if (speed) {
		say(for_text, sizeof for_text, "two tests in a row");
	} else if (dark) {
		say(for_text, sizeof for_text, "once");
	} else {
		words_duration(g->for_ns, false, at);
		snprintf(for_text, sizeof for_text, "%s", at);
	}
	struct cell cells[] = {{.text = say_word(what)}, {.text = most, .bold = true},
	    {.text = for_text},
	    {.text = say_word(dark ? "service desk, at once" : "change owner")}};
	table_row(t, cells);
}

static void
rollback(struct pages *p, const struct migration_view *v)
{
	struct table t;
	char text[500], at[48];

	page_heading(p, 110, "rollback", say_word("Going back"));
	table_begin(&t, p, trigger_columns, 4, 8.0);
	for (size_t i = 0; i < v->m->n_triggers; i++)
		trigger_row(&t, &v->m->triggers[i]);
	table_end(&t);
	migration_print_at(v, migration_last_back(v), at);
	say(text, sizeof text,
	    "From fifteen minutes after the move. Going back must begin by {1} to be done within "
	    "the window: after that a fault is mended forward, or the next window is used. "
	    "Thresholds of loss, round trips and speed lie beyond the intervals that the new line "
	    "showed side by side.",
	    at);
	page_text(p, &style_note, text);
}

static void
run(struct pages *p, const struct dossier *ds)
{
	const struct migration_view *v = ds->more;
	char said[SAID], title[200];

	dossier_name(p, ds, NULL);
	say(title, sizeof title, "From {1} to {2}", v->pair->r->links[0].def->link,
	    v->pair->r->links[1].def->link);
	page_begin(p, say_word("Migration plan"));
	migration_headline(v, said, sizeof said);
	page_title(p, "migration", title, said);
	page_gap(p, 6);
	who(p, v);
	acceptance(p, v);
	sizing(p, v);
	page_section(p, say_word("Migration plan: side by side"), SIDE_H);
	page_heading(p, 160, "parallel", say_word("Side by side"));
	comparison_chart(p, v->pair, said);
	comparison_chart_notes(p, v->pair);
	comparison_pairs(p, v->pair);
	snprintf(p->section, sizeof p->section, "%s",
	    say_word("Migration plan: what is done"));
	window(p, v);
	migration_runbook(p, v);
	rollback(p, v);
	migration_before_after(p, v);
}

int
migration_pdf(const struct migration_view *v, const char *pdf_path, const char *png_dir,
    char *err, size_t room)
{
	static const struct dossier_kind kind = {"Plan of a migration",
	    "From one Internet link to another, by what was measured of both", run};

	return dossier_print(v->pair->r, &kind, v, pdf_path, png_dir, err, room);
}
