#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* The register: every outage that was found, those that do not count too. */

static const struct column columns[] = {{"No.", 30, ALIGN_RIGHT, false, FACE_TEXT},
    {"Start and end, each within its bound", 156, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 74, ALIGN_RIGHT, false, FACE_TEXT},
    {"Extent", 48, ALIGN_LEFT, false, FACE_TEXT},
    {"Attributed to", 68, ALIGN_LEFT, false, FACE_TEXT},
    {"Counts", 56, ALIGN_LEFT, true, FACE_TEXT},
    {"Identifier", 67, ALIGN_LEFT, false, FACE_MONO}};

static bool
has_closeup(const struct link_report *l, size_t outage)
{
	for (size_t i = 0; i < l->n_closeups; i++)
		if (l->closeups[i].outage == outage)
			return true;
	return false;
}

static void
print_times(const struct outage *o, const struct zone *z, char *out, size_t room)
{
	char start[48], end[48];

	chart_zone_print(z, o->start_ns, 1, start);
	chart_zone_print(z, o->end_ns, 1, end);
	if (o->open)
		snprintf(out, room, "%s ± %.2f s\nopen at %s", start,
		    (double)o->start_bound_ns / 1e9, end);
	else
		snprintf(out, room, "%s ± %.2f s\n%s ± %.2f s", start,
		    (double)o->start_bound_ns / 1e9, end, (double)o->end_bound_ns / 1e9);
}

/* The bounds of the edges add up in the length. */
static void
print_length(const struct outage *o, char *out, size_t room)
{
	int64_t bound = o->start_bound_ns + (o->open ? 0 : o->end_bound_ns);
	char length[40];

	words_duration(o->end_ns - o->start_ns, true, length);
	snprintf(out, room, "%s\n± %.2f s", length, (double)bound / 1e9);
}

static void
outage_row(struct table *t, const struct dossier *ds, size_t link, const struct outage *o,
    size_t index)
{
	char number[16], times[160], length[140], extent[64], whose[96], counts[160];
	char place[PLACE_ROOM];
	bool linked = !o->micro && has_closeup(&ds->r->links[link], index);

	snprintf(number, sizeof number, "%zu", index + 1);
	print_times(o, &ds->zones[link], times, sizeof times);
	print_length(o, length, sizeof length);
	snprintf(extent, sizeof extent, "%s\n%u of %u nets", extent_name(o->extent),
	    o->networks_failed, o->networks_total);
	snprintf(whose, sizeof whose, "%s\n%s confidence",
	    attribution_name(o->attribution), confidence_name(o->confidence));
	if (o->counted)
		snprintf(counts, sizeof counts, "yes");
	else
		snprintf(counts, sizeof counts, "no\n%s",
		    o->not_counted_reason != NULL ? o->not_counted_reason
		                                  : "no reason recorded");
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
	snprintf(text, sizeof text,
	    "%s listed. Time down within the period, of those that count: %s.", listed,
	    down);
	if (l->has_verdict) {
		size_t used = strlen(text);
		words_duration(l->verdict.down_ns, true, judged);
		words_count(l->verdict.outage_count, counted);
		snprintf(text + used, sizeof text - used,
		    " By the contract's profile %s: %s counted, %s down.",
		    l->contract.terms.profile.name, counted, judged);
	}
	page_text(p, &style_body, text);
}

static void
micro(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *res = ds->r->links[link].result;
	char text[160], total[40];
	struct table t;

	page_heading(p, 60, NULL, "Micro-outages");
	if (res->n_micro == 0) {
		page_text(p, &style_body, "None was found.");
		return;
	}
	words_duration(res->micro_ns, true, total);
	snprintf(text, sizeof text,
	    "Too short to be certain of: %zu, %s in all. They are up in the availability and its "
	    "upper bound, down in its lower bound.",
	    res->n_micro, total);
	page_text(p, &style_body, text);
	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7);
	for (size_t i = 0; i < res->n_micro; i++)
		outage_row(&t, ds, link, &res->micro[i], i);
	table_end(&t);
}

void
dossier_register_rows(
    struct pages *p, const struct dossier *ds, size_t link, const bool *chosen)
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
		outage_row(&t, ds, link, &r->outages[i], i);
	}
	if (open)
		table_end(&t);
}

void
dossier_register(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char text[160], listed[32], place[PLACE_ROOM];

	page_section(p, "Outage register", 120);
	words_count(l->result->n_outages, listed);
	snprintf(text, sizeof text, "Outage register: %s outage%s",
	    l->result->n_outages == 0 ? "no" : listed,
	    l->result->n_outages == 1 ? "" : "s");
	dossier_place(place, "register", link);
	page_title(p, place, "Outage register", text);
	page_text(p, &style_note,
	    "Every outage that was found, in order; those that do not count stay listed, with the "
	    "reason. The true edge lies within ± of what is printed.");
	page_gap(p, 3);
	dossier_register_rows(p, ds, link, NULL);
	totals(p, l);
	micro(p, ds, link);
}
