#include "reports/chart_more.h"
#include "reports/dossier.h"
#include "reports/promise.h"

#include <stdio.h>

/* Throughput by the hour of the day against what the contract states. */

static void
paint_rates(struct draw *d, struct box box, const void *ctx)
{
	rates_draw(d, box, ctx);
}

static void
paint_bands(struct draw *d, struct box box, const void *ctx)
{
	bands_draw(d, box, ctx);
}

static bool
is_of(const struct commitment *c, bool up)
{
	return c->conf->metric == (up ? METRIC_SPEED_UP : METRIC_SPEED_DOWN);
}

/* The rule and what the tests say to it, a row each of what is stated. */
static const struct column rule_columns[] = {
    {"Agreed, and the rule", 170, ALIGN_LEFT, true, FACE_TEXT},
    {"Speed", 90, ALIGN_LEFT, true, FACE_TEXT},
    {"Measured", 152, ALIGN_LEFT, true, FACE_TEXT},
    {"Verdict", 87, ALIGN_LEFT, true, FACE_TEXT}};

static void
rules(struct pages *p, const struct link_report *l, bool up)
{
	struct table t;
	bool any = false;

	for (size_t i = 0; i < l->n_commitments; i++) {
		struct promise w;
		if (!is_of(&l->commitments[i], up))
			continue;
		if (!any)
			table_begin(&t, p, rule_columns, 4, 8);
		any = true;
		promise_words(&l->commitments[i], &w);
		struct cell cells[] = {{.text = w.what}, {.text = w.promised},
		    {.text = w.measured},
		    {.text = w.verdict,
		        .bold = true,
		        .colour = promise_colour(&l->commitments[i])}};
		table_row(&t, cells);
	}
	if (any)
		table_end(&t);
	else
		page_text(p, &style_body,
		    l->conf != NULL
		        ? say_word("The contract states no speed in this direction.")
		        : say_word("No contract was given that states a speed."));
}

static void
sentence(struct pages *p, const struct speed_side *s)
{
	char text[400], n[32], failed[32], unsaid[32], slow[32], half[32], fast[32];

	words_count(s->tests, n);
	words_count(s->failed, failed);
	words_count(s->unsaid, unsaid);
	words_bits((uint64_t)s->least, slow);
	words_bits((uint64_t)s->p50, half);
	words_bits((uint64_t)s->most, fast);
	if (s->tests == 1)
		say(text, sizeof text, "One test: {1}.", half);
	else
		say(text, sizeof text,
		    "{1} tests: slowest {2}, median {3}, fastest {4}; {5} reached nothing.",
		    n, slow, half, fast, failed);
	if (s->unsaid > 0)
		say_more(text, sizeof text,
		    "{1} more {1|was|were} not sent or found no server, and {1|says|say} nothing "
		    "of speed.",
		    unsaid);
	page_text(p, &style_body, text);
}

static void
side(struct pages *p, const struct link_report *l, size_t link, bool up)
{
	const struct speed_side *s = &l->evidence->sides[up];
	const char *title = say_word(
	    up ? "Upload by the hour of the day" : "Download by the hour of the day");
	char name[40], alt[300], n[32], half[32];

	if (s->tests == 0)
		return;
	page_heading(p, RATES_H, NULL, title);
	words_count(s->tests, n);
	words_bits((uint64_t)s->p50, half);
	say(alt, sizeof alt,
	    "{1}: a box for each hour of {2} {2|test|tests} against what is agreed; the median of "
	    "all is {3}.",
	    title, n, half);
	snprintf(name, sizeof name, "%s-%zu", up ? "upload" : "download", link + 1);
	page_figure(p, name, title, alt, RATES_H, paint_rates, s);
	if (s->has_bands) {
		say(alt, sizeof alt, "Share of the tests in three bands of speed.");
		snprintf(name, sizeof name, "%s-bands-%zu", up ? "upload" : "download",
		    link + 1);
		page_figure(p, name, alt, alt, BANDS_H, paint_bands, s);
	}
	sentence(p, s);
	rules(p, l, up);
}

/* What the tests did to those who used the line meanwhile. */
static const struct column load_columns[] = {
    {"Latency under load", 99, ALIGN_LEFT, false, FACE_TEXT},
    {"Tests", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"Streams", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"Measured\nfor", 55, ALIGN_RIGHT, false, FACE_TEXT},
    {"Rate with\nheaders", 75, ALIGN_RIGHT, false, FACE_TEXT},
    {"Idle", 55, ALIGN_RIGHT, false, FACE_TEXT},
    {"Loaded", 55, ALIGN_RIGHT, false, FACE_TEXT},
    {"Increase", 60, ALIGN_RIGHT, false, FACE_TEXT}};

static void
load_row(struct table *t, const struct throughput_way *w, const char *name)
{
	char tests[32], streams[16] = "–", seconds[40] = "–", rate[32] = "–",
	                idle[32] = "–";
	char loaded[32] = "–", more[32] = "–";

	words_count(w->working, tests);
	if (w->detailed > 0) {
		snprintf(streams, sizeof streams, "%u", w->streams);
		words_duration(w->measured_ns, true, seconds);
	}
	if (w->median_ip_bps >= 0)
		words_bits((uint64_t)w->median_ip_bps, rate);
	if (w->has_increase) {
		words_ms(w->idle_ns, idle);
		words_ms(w->loaded_ns, loaded);
		words_ms(w->increase_ns, more);
	}
	struct cell cells[] = {{.text = say_word(name)}, {.text = tests},
	    {.text = streams}, {.text = seconds}, {.text = rate}, {.text = idle},
	    {.text = loaded}, {.text = more, .bold = true}};
	table_row(t, cells);
}

static void
under_load(struct pages *p, const struct throughput_report *r)
{
	char text[300], more[32];
	struct table t;

	if (!r->has_grade)
		return;
	words_ms(r->increase_ns, more);
	say(text, sizeof text,
	    "While a test filled the line, round trips took {1} longer: grade {2}.", more,
	    r->grade);
	page_heading(p, 90, NULL, say_word("Latency under load"));
	page_text(p, &style_body, text);
	table_begin(&t, p, load_columns, sizeof load_columns / sizeof *load_columns, 7.6);
	for (int up = 0; up < 2; up++)
		if (r->ways[up].detailed + r->ways[up].working > 0)
			load_row(&t, &r->ways[up], up ? "Upload" : "Download");
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Medians of the tests during which the other probes tell it: how long round trips "
	        "took before the test, and while it ran; the grade is of the mean of both "
	        "directions. Grades of bufferbloat are customary and no standard."));
}

static void
headline(const struct evidence *e, char *out, size_t room)
{
	const struct speed_side *down = &e->sides[0],
	                        *s = down->tests > 0 ? down : &e->sides[1];
	char half[32], n[32], normal[32], reached[32], failed[32];

	words_bits((uint64_t)s->p50, half);
	words_count(s->tests, n);
	words_bits((uint64_t)s->normal, normal);
	words_count(s->reached_normal, reached);
	words_count(s->failed, failed);
	if (2 * s->failed > s->tests)
		say(out, room,
		    s == down ? "{1} of {2} download tests reached nothing"
		              : "{1} of {2} upload tests reached nothing",
		    failed, n);
	else if (s->normal > 0)
		say(out, room,
		    s == down
		        ? "{1} of {2} tests reached the normal download speed of {3}"
		        : "{1} of {2} tests reached the normal upload speed of {3}",
		    reached, n, normal);
	else if (s->tests == 1)
		say(out, room,
		    s == down ? "One test reached {1} down" : "One test reached {1} up",
		    half);
	else
		say(out, room,
		    s == down ? "Half of {1} tests reached {2} down"
		              : "Half of {1} tests reached {2} up",
		    n, half);
}

void
dossier_throughput(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	char title[512], place[PLACE_ROOM];

	if (e == NULL)
		return;
	dossier_place(place, "throughput", link);
	if (e->n_tests == 0) {
		page_section(p, say_word("Throughput"), 20);
		page_title_quiet(p, place, say_word("Throughput"),
		    say_word("No throughput was measured"));
		page_text(p, &style_body,
		    say_word(
		        "Nothing is said here of the speed of this link: no test of throughput lies in "
		        "the period."));
		return;
	}
	page_section(p, say_word("Throughput"), RATES_H + 60);
	headline(e, title, sizeof title);
	page_title(p, place, say_word("Throughput"), title);
	side(p, l, link, false);
	side(p, l, link, true);
	under_load(p, &l->throughput);
	page_text(p, &style_note,
	    say_word(
	        "Box: the middle half of an hour's tests, the median across it; line: slowest to "
	        "fastest."));
	if (e->sides[0].has_bands || e->sides[1].has_bands)
		page_text(p, &style_note,
		    say_word(
		        "Orange: the median is below the normal speed. The rule reads BNetzA "
		        "486/2017: the minimum in every test, the normally available speed in 90 % of "
		        "the tests, 90 % of the maximum at least once. This is indicative, not the "
		        "certified procedure."));
}
