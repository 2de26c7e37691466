#include "reports/dossier.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* Availability month by month: the chart, and where every minute of them went. */

static void
paint_months(struct draw *d, struct box box, const void *ctx)
{
	months_draw(d, box, ctx);
}

static void
print_label(const struct month_row *m, const struct zone *z, char out[40])
{
	struct civil c = chart_zone_civil(z, m->judged->contract.terms.period.start_ns);

	snprintf(out, 40, "%s %d", say_word(civil_months[c.month - 1]), c.year);
}

static bool
is_whole(const struct month_row *m)
{
	return strcmp(m->judged->contract.terms.period_kind, "month") == 0;
}

static void
headline(const struct tally *t, const struct evidence *e, char *out, size_t room)
{
	char n[32], of[32], target[32];

	words_count(t->months_missed, n);
	words_count(e->n_months, of);
	words_target(e->months[0].contract.terms.target, target);
	if (t->months_judged == 0)
		say(out, room, "Availability by month: no target is agreed");
	else if (t->months_refused == e->n_months)
		say(out, room, "No month was measured well enough for a verdict");
	else if (t->months_missed == 0)
		say(out, room, "The {1} agreed is not proven missed in any month",
		    target);
	else
		say(out, room, "The {1} agreed was missed in {2} of {3} {3|month|months}",
		    target, n, of);
}

static void
chart(struct pages *p, const struct evidence *e, const struct zone *z, size_t link,
    const char *title)
{
	struct month *list = g_new0(struct month, e->n_months);
	struct months m = {list, e->n_months, e->months[0].contract.terms.target};
	char name[32], alt[512];

	for (size_t i = 0; i < e->n_months; i++) {
		const struct verdict *v = &e->months[i].verdict;
		struct civil c =
		    chart_zone_civil(z, e->months[i].contract.terms.period.start_ns);
		snprintf(list[i].label, sizeof list[i].label, "%s",
		    say_word(civil_months[c.month - 1]));
		list[i].has = v->has_availability;
		list[i].lower = v->lower;
		list[i].point = v->point;
		list[i].upper = v->upper;
		list[i].colour = words_verdict_colour(v->verdict);
	}
	snprintf(name, sizeof name, "months-%zu", link + 1);
	say(alt, sizeof alt,
	    "A dot within its interval for the availability of each month, against the target. {1}.",
	    title);
	page_figure(p, name, title, alt, MONTHS_H, paint_months, &m);
	g_free(list);
}

static const struct column columns[] = {{"Month", 48, ALIGN_LEFT, false, FACE_TEXT},
    {"Minutes", 41, ALIGN_RIGHT, false, FACE_TEXT},
    {"Measured", 46, ALIGN_RIGHT, false, FACE_TEXT},
    {"Excluded", 64, ALIGN_RIGHT, true, FACE_TEXT},
    {"Unknown", 45, ALIGN_RIGHT, false, FACE_TEXT},
    {"Down", 40, ALIGN_RIGHT, false, FACE_TEXT},
    {"Availability", 73, ALIGN_RIGHT, false, FACE_TEXT},
    {"Budget\nleft", 44, ALIGN_RIGHT, false, FACE_TEXT},
    {"Credit", 50, ALIGN_RIGHT, true, FACE_TEXT},
    {"Verdict", 48, ALIGN_LEFT, true, FACE_TEXT}};

static void
print_excluded(const struct month_row *m, char *out, size_t room)
{
	char minutes[32], reason[200];
	size_t used;

	words_minutes_tenth(m->judged->verdict.excluded_ns, minutes);
	snprintf(out, room, "%s", m->n_excluded > 0 ? minutes : "–");
	for (size_t i = 0; i < m->n_excluded; i++) {
		used = strlen(out);
		words_minutes_tenth(m->excluded[i].ns, minutes);
		if (m->n_excluded == 1)
			snprintf(out + used, room - used, "\n%s",
			    words_reason(m->excluded[i].reason, reason));
		else
			snprintf(out + used, room - used, "%s%s %s", i == 0 ? "\n" : "; ",
			    words_reason(m->excluded[i].reason, reason), minutes);
	}
}

static void
print_availability(const struct verdict *v, char *out, size_t room)
{
	char at[32], low[32], high[32];
	unsigned decimals = words_decimals(v->lower, v->upper, v->point);

	snprintf(out, room, "–");
	if (!v->has_availability)
		return;
	words_percent(v->point, decimals > 4 ? 4 : decimals, at);
	words_percent(v->lower, 3, low);
	words_percent(v->upper, 3, high);
	if (strcmp(low, high) == 0) /* an interval of one value is none */
		snprintf(out, room, "%s", at);
	else {
		low[strcspn(low, " ")] = '\0';
		snprintf(out, room, "%s\n%s – %s", at, low, high);
	}
}

static void
month_row(struct table *t, const struct month_row *m, const struct zone *z)
{
	const struct verdict *v = &m->judged->verdict;
	char label[40], first[96], minutes[32], measured[32], excluded[256], unknown[32];
	char down[32], at[128], left[32] = "–", credit[96] = "–";

	print_label(m, z, label);
	snprintf(first, sizeof first, "%s%s%s", label, is_whole(m) ? "" : "\n",
	    is_whole(m) ? "" : say_word("part of it"));
	words_minutes(v->scheduled_ns, minutes);
	words_minutes_tenth(v->up_ns + v->down_ns, measured);
	print_excluded(m, excluded, sizeof excluded);
	words_minutes_tenth(v->unknown_ns, unknown);
	words_minutes_tenth(v->down_ns, down);
	print_availability(v, at, sizeof at);
	if (m->has_budget)
		words_minutes_tenth(m->left_ns, left);
	if (m->credit != NULL)
		dossier_worth(m->credit->paid, m->judged->conf, credit);
	struct cell cells[] = {{.text = first}, {.text = minutes}, {.text = measured},
	    {.text = excluded}, {.text = v->unknown_ns > 0 ? unknown : "–"},
	    {.text = down},
	    {.text = at, .bold = true, .colour = words_verdict_colour(v->verdict)},
	    {.text = left, .colour = m->has_budget && m->left_ns < 0 ? INK_BAD : 0},
	    {.text = credit},
	    {.text = say_word(words_verdict(v->verdict)),
	        .bold = v->verdict == VERDICT_BREACHED,
	        .colour = words_verdict_colour(v->verdict)}};
	table_row(t, cells);
}

static void
total_row(struct table *t, const struct evidence *e)
{
	const struct month_total *m = &e->total;
	char text[5][32], credit[96] = "";

	words_minutes(m->scheduled_ns, text[0]);
	words_minutes_tenth(m->measured_ns, text[1]);
	words_minutes_tenth(m->excluded_ns, text[2]);
	words_minutes_tenth(m->unknown_ns, text[3]);
	words_minutes_tenth(m->down_ns, text[4]);
	if (m->has_credit)
		dossier_worth(m->credit, e->rows[0].judged->conf, credit);
	struct cell cells[] = {{.text = say_word("In all"), .bold = true},
	    {.text = text[0], .bold = true}, {.text = text[1], .bold = true},
	    {.text = m->excluded_ns > 0 ? text[2] : "–", .bold = true},
	    {.text = m->unknown_ns > 0 ? text[3] : "–", .bold = true},
	    {.text = text[4], .bold = true}, {.text = ""}, {.text = ""},
	    {.text = credit, .bold = true}, {.text = ""}};
	table_row(t, cells);
}

void
dossier_months(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct evidence *e = ds->r->links[link].evidence;
	const struct zone *z = &ds->zones[link];
	char title[512], place[PLACE_ROOM];
	struct tally all;
	struct table t;

	if (e == NULL || e->n_months == 0)
		return;
	page_section(
	    p, say_word("Availability by month"), 60 + (e->n_months > 1 ? MONTHS_H : 0));
	tally_find(&all, ds->r, &ds->r->links[link]);
	headline(&all, e, title, sizeof title);
	dossier_place(place, "months", link);
	page_title(p, place, say_word("Availability by month"), title);
	if (e->n_months > 1 && e->n_months <= 36)
		chart(p, e, z, link, title);
	page_text(p, &style_note,
	    say_word(
	        "All in minutes; a month with a change of the clocks is an hour longer or shorter. "
	        "Minutes = measured + excluded + unknown. The budget is the downtime that the target "
	        "allows in the minutes measured."));
	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7.2);
	for (size_t i = 0; i < e->n_months; i++)
		month_row(&t, &e->rows[i], z);
	if (e->n_months > 1)
		total_row(&t, e);
	table_end(&t);
}
