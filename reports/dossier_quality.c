#include "reports/chart_more.h"
#include "reports/dossier.h"

#include <stdio.h>

/* How much was measured, why not the rest, and how exact the instrument was. */
#define NOTES_MOST 30

struct quality_ctx {
	const struct evidence *e;
	const struct zone *z;
};

static void
paint_coverage(struct draw *d, struct box box, const void *ctx)
{
	const struct quality_ctx *c = ctx;

	coverage_draw(d, box, c->e, c->z);
}

static void
paint_clock(struct draw *d, struct box box, const void *ctx)
{
	const struct quality_ctx *c = ctx;

	clock_draw(d, box, c->e, c->z);
}

static void
headline(const struct results *of, const struct link_report *l, char *out, size_t room)
{
	char share[32], unknown[40];
	struct tally all;
	const struct link_result *r = l->result;

	if (r->scheduled_ns <= 0 || r->unknown_ns >= r->scheduled_ns) {
		say(out, room, "Nothing of the period was measured");
		return;
	}
	tally_find(&all, of, l);
	words_percent(all.measured, 3, share);
	words_duration(r->unknown_ns, false, unknown);
	if (r->unknown_ns == 0)
		say(out, room, "All of the period was measured");
	else
		say(out, room, "{1} of the period was measured; {2} is unknown", share,
		    unknown);
}

/* ---- gaps ---- */

static const struct column cause_columns[] = {
    {"Why nothing is known", 269, ALIGN_LEFT, true, FACE_TEXT},
    {"Times", 70, ALIGN_RIGHT, false, FACE_TEXT},
    {"In all", 90, ALIGN_RIGHT, false, FACE_TEXT},
    {"Longest", 70, ALIGN_RIGHT, false, FACE_TEXT}};

static void
gaps(struct pages *p, const struct link_report *l)
{
	const struct link_result *r = l->result;
	struct table t;

	page_heading(p, 40, NULL, say_word("Gaps by cause"));
	if (r->n_unknown == 0) {
		page_text(p, &style_body, say_word("There is none."));
		return;
	}
	table_begin(&t, p, cause_columns, 4, 7.6);
	for (int i = 0; i <= UNKNOWN_STATED; i++) {
		char times[32], all[40], longest[40];
		const struct gap_row *g = &l->evidence->gaps[i];
		if (g->n == 0)
			continue;
		words_count(g->n, times);
		words_duration(g->sum_ns, true, all);
		words_duration(g->longest_ns, true, longest);
		struct cell cells[] = {
		    {.text = say_word(words_unknown((enum unknown_reason)i))},
		    {.text = times}, {.text = all}, {.text = longest}};
		table_row(&t, cells);
	}
	table_end(&t);
	page_text(p, &style_note,
	    say_word("Each gap is listed with the latency, under Unknown time."));
}

/* ---- the instrument ---- */

static void
words_us(uint64_t us, char out[32])
{
	words_ms((int64_t)us * NS_PER_US, out);
}

static void
own_error(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct evidence *e = ds->r->links[link].evidence;
	const struct exactness *x = &e->exactness;
	struct quality_ctx ctx = {e, &ds->zones[link]};
	char sent[32], unsent[32], skipped[32], dropped[32], doubted[32], half[32],
	    p99[32];
	char most[32], bound[32], text[700], name[32], kernel[32], answers[32];

	page_heading(p, 60, NULL, say_word("The instrument's own error"));
	if (!e->has_exactness) {
		page_text(p, &style_body,
		    say_word(
		        "The record holds no account of the collector's own error: it was imported, or "
		        "written by a version that kept none."));
		return;
	}
	words_count(x->sent, sent);
	words_count(x->unsent, unsent);
	words_count(x->skipped, skipped);
	words_count(x->dropped, dropped);
	words_count(x->doubted, doubted);
	words_count(x->kernel, kernel);
	words_count(x->kernel + x->kernel_rx + x->user, answers);
	words_us(x->delay_p50, half);
	words_us(x->delay_p99, p99);
	words_us(x->delay_most, most);
	words_us(x->clock_bound, bound);
	say(text, sizeof text,
	    "{1} {1|probe was|probes were} sent; {2} the kernel refused, {3} {3|was|were} skipped "
	    "as too late. In the worst ten seconds half of them left within {4} of the moment "
	    "they were due, 99 of 100 within {5}, and all within {6}.",
	    sent, unsent, skipped, half, p99, most);
	say_more(text, sizeof text,
	    "{1} {1|answer was|answers were} dropped by this host for want of room; {2} "
	    "{2|loss|losses} at that time {2|is|are} doubted and {2|does|do} not vote. {3} of "
	    "{4} answers have both time stamps of the kernel. "
	    "The clock was within {5} of UTC at worst.",
	    dropped, doubted, kernel, answers, bound);
	page_text(p, &style_body, text);
	if (e->n_days < 2)
		return;
	page_text(p, &style_note, say_word("Bound of the clock, the worst of each day:"));
	snprintf(name, sizeof name, "clock-%zu", link + 1);
	say(text, sizeof text, "The largest bound of the clock each day, {1} at worst.",
	    bound);
	page_figure(
	    p, name, say_word("Bound of the clock"), text, CLOCK_H, paint_clock, &ctx);
}

static const struct column note_columns[] = {{"When", 130, ALIGN_LEFT, true, FACE_TEXT},
    {"What", 130, ALIGN_LEFT, true, FACE_TEXT},
    {"Details", 239, ALIGN_LEFT, true, FACE_TEXT}};

static const char *
note_word(enum event_kind k)
{
	switch (k) {
	case EVENT_SESSION_START:
		return "collector started";
	case EVENT_SESSION_STOP:
		return "collector stopped";
	case EVENT_RELOAD:
		return "configuration taken";
	case EVENT_GAP:
		return "nothing could be written";
	case EVENT_TORN_TAIL:
		return "record repaired after a crash";
	case EVENT_CLOCK_STEP:
		return "clock was set";
	default:
		return "note";
	}
}

static void
instrument(struct pages *p, const struct evidence *e, const struct zone *z)
{
	struct table t;
	size_t first = e->n_instrument > NOTES_MOST ? e->n_instrument - NOTES_MOST : 0;
	char text[200], more[32];

	page_heading(p, 40, NULL, say_word("Instrument and configuration"));
	if (e->n_instrument == 0) {
		page_text(p, &style_body,
		    say_word(
		        "No start, stop or change of configuration lies in the period."));
		return;
	}
	table_begin(&t, p, note_columns, 3, 7.2);
	for (size_t i = first; i < e->n_instrument; i++) {
		const struct instrument_note *n = &e->instrument[i];
		char at[48];
		chart_zone_print(z, n->at_ns, 0, at);
		struct cell cells[] = {{.text = at},
		    {.text = say_word(note_word(n->kind))},
		    {.text = n->text[0] != '\0' ? n->text : "–"}};
		table_row(&t, cells);
	}
	table_end(&t);
	if (first == 0)
		return;
	words_count(e->n_instrument, more);
	say(text, sizeof text, "The last ones of {1}; all are in the results.", more);
	page_text(p, &style_note, text);
}

static void
limits(struct pages *p, const struct link_report *l)
{
	char text[900], shortest[40];

	page_heading(p, 40, NULL, say_word("Known limits"));
	words_duration(l->result->shortest_certain_ns, true, shortest);
	say(text, sizeof text,
	    "Outages shorter than {1} may be missed or be listed as micro-outages. Round trips do "
	    "not tell the direction of a loss. Targets beyond the ISP's network are measured "
	    "through networks that are not the ISP's. One place measures: what other customers "
	    "see is not known.",
	    shortest);
	page_text(p, &style_body, text);
}

void
dossier_quality(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	struct quality_ctx ctx = {e, &ds->zones[link]};
	char title[256], alt[400], place[PLACE_ROOM], name[32];

	if (e == NULL)
		return;
	double h = coverage_height(e, ctx.z);
	page_section(p, say_word("Data quality"), h > 300 ? 300 : h);
	headline(ds->r, l, title, sizeof title);
	dossier_place(place, "quality", link);
	page_title(p, place, say_word("Data quality"), title);
	if (e->n_days > 1 && h < 600) {
		snprintf(name, sizeof name, "coverage-%zu", link + 1);
		say(alt, sizeof alt,
		    "A calendar with a row a month and a square a day, darker the more of the day "
		    "was measured. {1}.",
		    title);
		page_figure(p, name, say_word("Measured time by day"), alt, h,
		    paint_coverage, &ctx);
	}
	gaps(p, l);
	own_error(p, ds, link);
	instrument(p, e, &ds->zones[link]);
	limits(p, l);
}
