#include "reports/dossier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The register: every outage that was found, those that do not count too. */

static const struct column columns[] = {{"No.", 33, ALIGN_RIGHT, false, FACE_TEXT},
    {"Start and end, each within its bound", 153, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 72, ALIGN_RIGHT, false, FACE_TEXT},
    {"Extent", 50, ALIGN_LEFT, false, FACE_TEXT},
    {"Attributed to", 70, ALIGN_LEFT, false, FACE_TEXT},
    {"Counts", 54, ALIGN_LEFT, true, FACE_TEXT},
    {"Identifier", 67, ALIGN_LEFT, false, FACE_MONO}};

static bool
has_closeup(const struct link_report *l, size_t outage)
{
	for (size_t i = 0; i < l->n_closeups; i++)
		if (l->closeups[i].outage == outage)
			return true;
	return false;
}

/* As far as it tells: two figures of it, never less than it is. No bound at all is one
 * that nobody knows: the edge is as a history of states has it. */
static void
print_bound(int64_t ns, char out[32])
{
	double s = (double)ns / 1e9;

	if (ns == 0)
		snprintf(out, 32, "%.31s", say_word("as stated"));
	else
		say_number(out, 32,
		    s > 9.9    ? "± %.0f s"
		    : s > 0.99 ? "± %.1f s"
		               : "± %.2f s",
		    s > 9.9    ? ceil(s - 1e-6)
		    : s > 0.99 ? ceil(s * 10 - 1e-6) / 10
		               : ceil(s * 100 - 1e-6) / 100);
}

static void
print_times(const struct outage *o, const struct zone *z, char *out, size_t room)
{
	char start[48], end[48], first[32], last[32];

	chart_zone_print(z, o->start_ns, 1, start);
	chart_zone_print(z, o->end_ns, 1, end);
	print_bound(o->start_bound_ns, first);
	print_bound(o->end_bound_ns, last);
	if (o->open)
		snprintf(
		    out, room, "%s %s\n%s %s", start, first, say_word("open at"), end);
	else
		snprintf(out, room, "%s %s\n%s %s", start, first, end, last);
}

/* The bounds of the edges add up in the length. */
static void
print_length(const struct outage *o, char *out, size_t room)
{
	int64_t bound = o->start_bound_ns + (o->open ? 0 : o->end_bound_ns);
	char length[40], within[32];

	words_length(o->end_ns - o->start_ns, bound, length);
	print_bound(bound, within);
	snprintf(out, room, "%s\n%s", length, within);
}

static void
outage_row(struct table *t, const struct dossier *ds, size_t link, const struct outage *o,
    size_t index)
{
	char number[16], times[192], length[140], extent[64], whose[96], counts[240],
	    why[200];
	char place[PLACE_ROOM], failed[16], total[16];
	bool linked = !o->micro && has_closeup(&ds->r->links[link], index);

	snprintf(number, sizeof number, "%zu", index + 1);
	print_times(o, &ds->zones[link], times, sizeof times);
	print_length(o, length, sizeof length);
	snprintf(failed, sizeof failed, "%u", o->networks_failed);
	snprintf(total, sizeof total, "%u", o->networks_total);
	if (o->networks_total > 0)
		say(extent, sizeof extent, "{1}\n{2} of {3} nets",
		    say_word(extent_name(o->extent)), failed, total);
	else
		snprintf(extent, sizeof extent, "%s", say_word(extent_name(o->extent)));
	say(whose, sizeof whose, "{1}\n{2} confidence", terms_attribution(o->attribution),
	    say_word(confidence_name(o->confidence)));
	if (o->counted)
		say(counts, sizeof counts, "yes");
	else
		snprintf(counts, sizeof counts, "%s\n%s", say_word("no"),
		    words_reason(o->not_counted_reason, why));
	dossier_outage_place(place, link, index);
	struct cell cells[] = {{.text = number,
	                           .colour = linked ? INK_BLUE : 0,
	                           .place = linked ? place : NULL},
	    {.text = times, .colour = o->counted ? 0 : INK_MUTED},
	    {.text = length, .colour = o->counted ? 0 : INK_MUTED}, {.text = extent},
	    {.text = whose}, {.text = counts, .bold = o->counted}, {.text = o->id}};
	table_row(t, cells);
}

static void
totals(struct pages *p, const struct link_report *l)
{
	char text[320], listed[32], down[40], judged[40], counted[32];

	words_count(l->result->n_outages, listed);
	words_duration(l->result->down_ns, true, down);
	say(text, sizeof text,
	    "{1} listed. Time down within the period, of those that count: {2}.", listed,
	    down);
	if (l->has_verdict) {
		size_t used = strlen(text);
		words_duration(l->verdict.down_ns, true, judged);
		words_count(l->verdict.outage_count, counted);
		say(text + used, sizeof text - used,
		    l->conf != NULL
		        ? " By the contract's profile {1}: {2} counted, {3} down."
		        : " By the profile {1}: {2} counted, {3} down.",
		    l->contract.terms.profile.name, counted, judged);
	}
	page_text(p, &style_body, text);
}

static void
micro(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *res = ds->r->links[link].result;
	char text[240], total[40], n[32];
	struct table t;

	page_heading(p, 60, NULL, say_word("Micro-outages"));
	if (res->n_micro == 0) {
		page_text(p, &style_body, say_word("No micro-outage was found."));
		return;
	}
	words_duration(res->micro_ns, true, total);
	words_count(res->n_micro, n);
	say(text, sizeof text,
	    "Too short to be certain of: {1}, {2} in all. They are up in the availability and its "
	    "upper bound, down in its lower bound.",
	    n, total);
	page_text(p, &style_body, text);
	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7);
	for (size_t i = 0; i < res->n_micro; i++)
		outage_row(&t, ds, link, &res->micro[i], i);
	table_end(&t);
}

static bool
is_worst(const struct worst *w, size_t outage)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->outages[i] == outage)
			return true;
	return false;
}

static void
rows(struct pages *p, const struct dossier *ds, size_t link, const bool *chosen,
    const struct worst *w)
{
	const struct link_result *r = ds->r->links[link].result;
	struct table t;
	bool open = false;

	for (size_t i = 0; i < r->n_outages; i++) {
		if (chosen != NULL && !chosen[i])
			continue;
		if (!open)
			table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7);
		open = true;
		t.tint = is_worst(w, i) ? INK_TINT_ROW : 0;
		outage_row(&t, ds, link, &r->outages[i], i);
	}
	if (open)
		table_end(&t);
}

void
dossier_register_rows(
    struct pages *p, const struct dossier *ds, size_t link, const bool *chosen)
{
	rows(p, ds, link, chosen, &(struct worst){0});
}

/* What the table is, and what is tinted in it. */
static void
explain(struct pages *p, const struct worst *w)
{
	char text[512], n[32], sum[40];

	snprintf(text, sizeof text, "%s",
	    say_word(
	        "Every outage that was found, in order; those that do not count stay listed, with the "
	        "reason. The true edge lies within ± of what is printed."));
	words_count(w->n, n);
	words_duration(w->sum_ns, false, sum);
	if (w->n > 0)
		say_more(text, sizeof text,
		    w->weighed ? "Tinted: the {1} of which the contract counts most, {2} "
		                 "together."
		               : "Tinted: the {1} longest, {2} together.",
		    n, sum);
	page_text(p, &style_note, text);
}

void
dossier_register(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char text[160], listed[32], place[PLACE_ROOM];
	struct worst worst;

	page_section(p, say_word("Outage register"), 90);
	words_count(l->result->n_outages, listed);
	if (l->result->n_outages == 0)
		say(text, sizeof text, "Outage register: no outage");
	else
		say(text, sizeof text, "Outage register: {1} {1|outage|outages}", listed);
	dossier_place(place, "register", link);
	page_title(p, place, say_word("Outage register"), text);
	if (l->result->n_outages == 0) {
		micro(p, ds, link);
		return;
	}
	tally_worst(&worst, l);
	explain(p, &worst);
	page_gap(p, 3);
	rows(p, ds, link, NULL, &worst);
	totals(p, l);
	micro(p, ds, link);
}
