/* Links by pairs: what sets the two apart, and how they fail together. */
#include "reports/comparison.h"

#include "reports/dossier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of differences the sign is told, and of ratios that they are percentage points. */
static void
print_difference(enum compare_metric m, double value, char out[40])
{
	const char *sign = value < 0 ? "−" : "+";
	double size = fabs(value);
	char text[32];

	if (m == COMPARE_AVAILABILITY || m == COMPARE_LOSS)
		say_number(text, sizeof text, "%.4f", size * 100);
	else if (m == COMPARE_OUTAGES)
		say_number(text, sizeof text, "%.2f", size);
	else
		say_number(text, sizeof text, "%.2f ms", size / 1e6);
	snprintf(out, 40, "%s%s", value == 0 ? "" : sign, text);
}

static const struct column pair_columns[] = {
    {"Measure", 118, ALIGN_LEFT, true, FACE_TEXT},
    {"Difference", 88, ALIGN_RIGHT, false, FACE_TEXT},
    {"95 % interval", 142, ALIGN_RIGHT, false, FACE_TEXT},
    {"p, after Holm", 72, ALIGN_RIGHT, false, FACE_TEXT},
    {"Told apart", 79, ALIGN_LEFT, true, FACE_TEXT}};

static void
print_p(double p, char out[24])
{
	if (p >= 0.995)
		snprintf(out, 24, "1");
	else if (p >= 0.095)
		say_number(out, 24, "%.2f", p);
	else
		say_number(out, 24, "%.4f", p);
}

static void
difference_row(struct table *t, enum compare_metric m, const struct compare_difference *d,
    const char *better)
{
	static const char *const UNITS[] = {"percentage points", "in 30 days",
	    "percentage points", "mean of hours", "mean of hours"};
	char measure[160], point[40] = "–", low[40], high[40], range[96] = "–",
	                   p[24] = "–", apart[160];

	snprintf(
	    measure, sizeof measure, "%s\n%s", comparison_title(m), say_word(UNITS[m]));
	say(apart, sizeof apart, "not measured");
	if (d->has) {
		print_difference(m, d->point, point);
		print_difference(m, d->lower, low);
		print_difference(m, d->upper, high);
		say(range, sizeof range, "{1} to {2}", low, high);
		print_p(d->adjusted, p);
		if (d->apart)
			say(apart, sizeof apart, "yes\n{1} is better", better);
		else
			say(apart, sizeof apart, "no");
	}
	struct cell cells[] = {{.text = measure}, {.text = point, .bold = true},
	    {.text = range}, {.text = p},
	    {.text = apart, .bold = d->apart, .colour = d->apart ? INK_BLUE : INK_MUTED}};
	table_row(t, cells);
}

static void
joint(struct pages *p, const struct comparison_view *v, const struct compare_pair *pair)
{
	struct site s;
	char text[900], both[40], one[40], measured_as[32], independent[32];

	if (!comparison_site(v, pair, &s)) {
		bool one_centre = strcmp(v->r->links[pair->a].def->centre,
		                      v->r->links[pair->b].def->centre) == 0;
		page_text(p, &style_body,
		    say_word(
		        one_centre
		            ? "There is no time in which both were measured."
		            : "They are not of one centre: how they fail together says nothing."));
		return;
	}
	unsigned decimals = words_decimals(s.measured, s.independent, 1);
	words_percent(s.measured, decimals, measured_as);
	words_percent(s.independent, decimals, independent);
	words_duration(s.down_ns, true, both);
	words_duration(s.degraded_ns, true, one);
	say(text, sizeof text,
	    "Failing together: one of the two alone was down for {1}, both at once for {2}. "
	    "Together they give {3}; failing independently they would give {4}.",
	    one, both, measured_as, independent);
	comparison_overlaps(&s, text, sizeof text);
	page_text(p, &style_body, text);
}

void
comparison_overlaps(const struct site *s, char *out, size_t room)
{
	char overlaps[400], expected[32];

	if (s->overlaps > 0) {
		words_overlaps(s, overlaps, sizeof overlaps);
		say_more(out, room, "{1}", overlaps);
		return;
	}
	if (s->expected < 0.001) {
		say_more(out, room, "No outages of two links overlapped.");
		return;
	}
	say_number(expected, sizeof expected, "%.2g", s->expected);
	say_more(out, room,
	    "No outages of two links overlapped; by chance {1} would be expected.",
	    expected);
}

static void
pair(struct pages *p, const struct comparison_view *v, const struct compare_pair *pair)
{
	struct table t;
	char a[COMPARISON_NAME], b[COMPARISON_NAME], text[3 * COMPARISON_NAME],
	    common[40], days[32], hours[32];

	comparison_name(v, pair->a, a);
	comparison_name(v, pair->b, b);
	say(text, sizeof text, "{1} less {2}", a, b);
	page_heading(p, 175, NULL, text);
	words_duration(pair->common_ns, false, common);
	words_count(pair->days, days);
	words_count(pair->hours, hours);
	say(text, sizeof text,
	    "{1} {1|day|days}, {2} {2|hour|hours}; both were up or down for {3} of them.",
	    days, hours, common);
	page_text(p, &style_note, text);
	table_begin(&t, p, pair_columns, 5, 8.0);
	for (int m = 0; m < COMPARE_METRICS; m++) {
		const struct compare_difference *d = &pair->metrics[m];
		bool a_better = (d->point > 0) == (m == COMPARE_AVAILABILITY);
		difference_row(&t, (enum compare_metric)m, d, a_better ? a : b);
	}
	table_end(&t);
	joint(p, v, pair);
}

/* ---- when each of them loses ---- */

struct heat_ctx {
	const struct link_report *l;
	const struct zone *z;
};

static void
paint_heat(struct draw *d, struct box box, const void *ctx)
{
	const struct heat_ctx *c = ctx;

	heat_draw(d, box, c->l, c->z);
}

void
comparison_hours(struct pages *p, const struct comparison_view *v, const struct zone *z)
{
	char name[COMPARISON_NAME], title[2 * COMPARISON_NAME], file[32];
	char alt[3 * COMPARISON_NAME], lost[32], sent[32];
	bool any = false;

	for (size_t i = 0; i < v->c->n_links; i++) {
		const struct link_report *l = &v->r->links[i];
		struct heat_ctx ctx = {l, z};
		if (l->result->voters_sent == 0)
			continue;
		comparison_name(v, i, name);
		say(title, sizeof title, "Loss by day and hour: {1}", name);
		words_count(l->result->voters_lost, lost);
		words_count(l->result->voters_sent, sent);
		say(alt, sizeof alt,
		    "{1}. Over its period {2} of {3} probes were lost; dark cells are hours of "
		    "much loss, hatched cells were not measured.",
		    title, lost, sent);
		snprintf(file, sizeof file, "loss-%zu", i + 1);
		double h = heat_least(l, z);
		page_heading(p, h, NULL, title);
		page_figure(p, file, title, alt, h, paint_heat, &ctx);
		any = true;
	}
	if (any)
		page_text(p, &style_note,
		    say_word(
		        "Maps are of each link's whole period, not of the common time alone."));
}

void
comparison_pairs(struct pages *p, const struct comparison_view *v)
{
	for (size_t i = 0; i < v->c->n_pairs; i++)
		pair(p, v, &v->c->pairs[i]);
}
