#include "reports/dossier.h"
#include "reports/promise.h"

#include <stdio.h>
#include <string.h>

/* The first pages: what was found, of whom, against which contract, resting on what. */

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

static void
print_period(const struct link_report *l, const struct zone *z, char *out, size_t room)
{
	char from[48], to[48];
	const struct span *p = &l->result->period;

	chart_zone_print(z, p->start_ns, 0, from);
	chart_zone_print(z, p->end_ns, 0, to);
	snprintf(out, room, "%s to %s", from, to);
}

void
dossier_who(struct pages *p, const struct results *r, const struct link_report *l,
    const struct zone *z)
{
	char period[160], contract[TEXT_ROOM + NAME_ROOM + 8], link[160], zone[96],
	    made[48];
	char down[32], up[32];
	const struct link_def *def = l->def;

	print_period(l, z, period, sizeof period);
	snprintf(link, sizeof link, "%s/%s%s%s%s%s", def->centre, def->link,
	    def->interface[0] != '\0' ? ", interface " : "", def->interface,
	    def->medium[0] != '\0' ? ", " : "", def->medium);
	if (def->capacity_down_bps > 0) {
		words_bits(def->capacity_down_bps, down);
		words_bits(def->capacity_up_bps, up);
		size_t used = strlen(link);
		snprintf(link + used, sizeof link - used, ", %s down, %s up", down, up);
	}
	if (!l->has_verdict || l->contract.terms.contract[0] == '\0')
		snprintf(contract, sizeof contract, "none stated");
	else
		snprintf(contract, sizeof contract, "%s%s%s", l->contract.terms.contract,
		    l->contract.reference[0] != '\0' ? ": " : "", l->contract.reference);
	snprintf(zone, sizeof zone, "%s; all times are this zone's", z->name);
	chart_zone_print(z, r->as_of.ns, 0, made);
	struct fact facts[] = {
	    {"Centre", def->centre_name[0] != '\0' ? def->centre_name : def->centre},
	    {"ISP", def->isp[0] != '\0' ? def->isp : "not stated"},
	    {"Link", link},
	    {"Contract", contract},
	    {"Period", period},
	    {"As of", made},
	    {"Time zone", zone},
	    {"Software", r->software},
	};
	page_facts(p, facts, sizeof facts / sizeof *facts, 2);
}

static bool
nothing_known(const struct link_report *l)
{
	return l->result->scheduled_ns > 0 &&
	       l->result->unknown_ns >= l->result->scheduled_ns;
}

struct figure {
	const char *label;
	char value[40], note[192];
	uint32_t colour;
};

static void
draw_figure(struct pages *p, const struct figure *f, double x, double w)
{
	static const struct style label = {FACE_BOLD, 7, INK_MUTED};
	struct style value = {FACE_BOLD, 20, f->colour};
	double inner = w - 16;

	while (value.size > 11 && draw_width(p->d, &value, f->value) > inner)
		value.size -= 1;
	draw_fill(p->d, f->colour, x, p->y, 3, 62);
	draw_tag(p->d, "P", NULL);
	draw_line(p->d, &label, x + 11, p->y + 1, inner, ALIGN_LEFT, f->label);
	draw_line(p->d, &value, x + 11, p->y + 13 + (20 - value.size) / 2, inner,
	    ALIGN_LEFT, f->value);
	draw_block(p->d, &style_small, x + 11, p->y + 42, inner, 2, f->note);
	draw_untag(p->d, "P");
}

static void
availability_figure(struct figure *f, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	char low[32], high[32], unknown[40];

	f->label = "AVAILABILITY";
	f->colour = l->has_verdict ? words_verdict_colour(v->verdict) : INK_MUTED;
	words_duration(l->result->unknown_ns, false, unknown);
	if (!l->has_verdict || !v->has_availability) {
		snprintf(f->value, sizeof f->value, "not known");
		snprintf(f->note, sizeof f->note, "unknown time: %s", unknown);
		return;
	}
	unsigned decimals = words_decimals(v->lower, v->upper, v->point);
	words_percent(v->point, decimals, f->value);
	words_percent(v->lower, decimals, low);
	words_percent(v->upper, decimals, high);
	snprintf(f->note, sizeof f->note, "between %s and %s; unknown time: %s", low,
	    high, unknown);
}

static void
down_figure(struct figure *f, const struct link_report *l)
{
	char n[32], listed[32], micro[32];

	f->label = "DOWNTIME";
	words_duration(
	    l->has_verdict ? l->verdict.down_ns : l->result->down_ns, false, f->value);
	f->colour = l->result->down_ns > 0 ? INK_BAD : INK_GOOD;
	if (nothing_known(l)) {
		f->colour = INK_MUTED;
		snprintf(f->value, sizeof f->value, "not known");
	}
	words_count(l->verdict.outage_count, n);
	words_count(l->result->n_outages, listed);
	words_count(l->result->n_micro, micro);
	if (l->has_verdict)
		snprintf(f->note, sizeof f->note,
		    "%s outage%s counted of %s listed; %s micro-outage%s", n,
		    l->verdict.outage_count == 1 ? "" : "s", listed, micro,
		    l->result->n_micro == 1 ? "" : "s");
	else
		snprintf(f->note, sizeof f->note, "%s listed; %s micro-outage%s", listed,
		    micro, l->result->n_micro == 1 ? "" : "s");
}

static void
longest_figure(struct figure *f, const struct link_report *l, const struct zone *z)
{
	char mttr[40], at[48];
	const struct outage *longest = NULL;

	f->label = "LONGEST OUTAGE";
	f->colour = INK_BLUE;
	if (nothing_known(l)) {
		f->colour = INK_MUTED;
		snprintf(f->value, sizeof f->value, "not known");
		snprintf(f->note, sizeof f->note, "nothing of the period was measured");
		return;
	}
	if (!l->has_verdict || l->verdict.outage_count == 0) {
		snprintf(f->value, sizeof f->value, "none");
		snprintf(f->note, sizeof f->note, "no outage counts in this period");
		return;
	}
	words_duration(l->verdict.longest_ns, false, f->value);
	words_duration(l->verdict.mttr_ns, false, mttr);
	for (size_t i = 0; i < l->result->n_outages && longest == NULL; i++) {
		const struct outage *o = &l->result->outages[i];
		if (o->counted && (o->end_ns - o->start_ns == l->verdict.longest_ns ||
		                      o->down_ns == l->verdict.longest_ns))
			longest = o;
	}
	if (longest != NULL) {
		chart_zone_print(z, longest->start_ns, 0, at);
		snprintf(f->note, sizeof f->note, "from %s; mean time to restore %s", at,
		    mttr);
	} else {
		snprintf(f->note, sizeof f->note, "mean time to restore %s", mttr);
	}
}

void
dossier_figures(struct pages *p, const struct link_report *l, const struct zone *z)
{
	struct figure f[3];
	double w = PAGE_INNER / 3;

	availability_figure(&f[0], l);
	down_figure(&f[1], l);
	longest_figure(&f[2], l, z);
	page_need(p, 66);
	for (int i = 0; i < 3; i++)
		draw_figure(p, &f[i], PAGE_MARGIN + i * w, w - 8);
	p->y += 66;
}

static const struct column clause_columns[] = {
    {"Clause", 150, ALIGN_LEFT, true, FACE_TEXT},
    {"Agreed", 82, ALIGN_LEFT, true, FACE_TEXT},
    {"Measured", 138, ALIGN_LEFT, true, FACE_TEXT},
    {"Margin", 62, ALIGN_LEFT, true, FACE_TEXT},
    {"Verdict", 67, ALIGN_LEFT, true, FACE_TEXT}};

static void
availability_clause(struct table *t, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	const struct terms *terms = &l->contract.terms;
	char clause[96], agreed[48] = "not stated", measured[128] = "not known",
	                 margin[48] = "–";
	char at[32], low[32], high[32];

	snprintf(clause, sizeof clause, "Availability\nper %s, profile %s",
	    terms->period_kind[0] != '\0' ? terms->period_kind : "period",
	    terms->profile.name[0] != '\0' ? terms->profile.name : "event");
	if (terms->target > 0) {
		words_target(terms->target, at);
		snprintf(agreed, sizeof agreed, "≥ %s", at);
	}
	if (v->has_availability) {
		unsigned decimals = words_decimals(v->lower, v->upper, v->point);
		words_percent(v->point, decimals, at);
		words_percent(v->lower, decimals, low);
		words_percent(v->upper, decimals, high);
		snprintf(
		    measured, sizeof measured, "%s\nbetween %s and %s", at, low, high);
		if (terms->target > 0) {
			double by = v->point - terms->target;
			words_percent(by < 0 ? -by : by, decimals, at);
			at[strlen(at) - 2] = '\0'; /* points, not percent */
			snprintf(margin, sizeof margin, "%s%s\npoints",
			    by < 0 ? "−" : "+", at);
		}
	}
	struct cell cells[] = {{.text = clause}, {.text = agreed}, {.text = measured},
	    {.text = margin},
	    {.text = words_verdict(v->verdict),
	        .bold = true,
	        .colour = words_verdict_colour(v->verdict)}};
	table_row(t, cells);
}

static void
coverage_clause(struct table *t, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	bool enough = v->coverage >= l->contract.terms.min_coverage;
	char agreed[64], measured[96], percent[32], unknown[40];

	words_target(l->contract.terms.min_coverage, percent);
	snprintf(agreed, sizeof agreed, "≥ %s\nfor a verdict", percent);
	words_percent(v->coverage, 3, percent);
	words_duration(v->unknown_ns, false, unknown);
	snprintf(measured, sizeof measured, "%s\nunknown %s", percent, unknown);
	struct cell cells[] = {{.text = "Measured time\ncoverage of the period"},
	    {.text = agreed}, {.text = measured}, {.text = "–"},
	    {.text = enough ? "sufficient" : "insufficient",
	        .bold = true,
	        .colour = enough ? INK_GOOD : INK_BAD}};
	table_row(t, cells);
}

static void
plain_clauses(struct table *t, const struct link_report *l)
{
	char outages[96], n[32], down[40], rtt[96], p50[32], p95[32], excluded[40];

	words_count(l->verdict.outage_count, n);
	words_duration(l->verdict.longest_ns, true, down);
	snprintf(outages, sizeof outages, "%s%s%s", n,
	    l->verdict.outage_count > 0 ? "\nlongest " : "",
	    l->verdict.outage_count > 0 ? down : "");
	words_ms(l->rtt_p50_ns, p50);
	words_ms(l->rtt_p95_ns, p95);
	snprintf(rtt, sizeof rtt, "%s\nmedian %s", p95, p50);
	words_duration(l->verdict.excluded_ns, false, excluded);
	struct cell rows[][5] = {
	    {{.text = "Outages that count\nnumber and length"}, {.text = "not stated"},
	        {.text = outages}, {.text = "–"},
	        {.text = "no target", .colour = INK_MUTED}},
	    {{.text = "Round-trip time\n95th percentile"}, {.text = "not stated"},
	        {.text = rtt}, {.text = "–"}, {.text = "no target", .colour = INK_MUTED}},
	    {{.text = "Excluded time\nmaintenance and the like"}, {.text = "–"},
	        {.text = excluded}, {.text = "–"}, {.text = "–", .colour = INK_MUTED}},
	};
	/* What is not there is no line. */
	bool shown[] = {true, l->rtt_p95_ns >= 0, l->verdict.excluded_ns > 0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (shown[i])
			table_row(t, rows[i]);
}

static void
credit_clause(struct table *t, struct pages *p, const struct link_report *l, size_t link)
{
	char place[PLACE_ROOM], see[64], owed[96], isp[96], customer[96], measured[320];

	if (l->settlement == NULL || l->conf == NULL || l->conf->n_credits == 0) {
		struct cell none[] = {{.text = "Credit"}, {.text = "not stated"},
		    {.text = "–"}, {.text = "–"}, {.text = "–", .colour = INK_MUTED}};
		table_row(t, none);
		return;
	}
	dossier_place(place, "owed", link);
	snprintf(see, sizeof see, "%zu clause%s,\nsee page %u", l->conf->n_credits,
	    l->conf->n_credits == 1 ? "" : "s", page_of(p, place));
	dossier_total(l, READING_POINT, owed);
	dossier_total(l, READING_ISP, isp);
	dossier_total(l, READING_CUSTOMER, customer);
	snprintf(measured, sizeof measured, "%s\nbetween %s and %s", owed, isp, customer);
	if (strcmp(isp, customer) == 0)
		snprintf(measured, sizeof measured, "%s", owed);
	bool due = strcmp(owed, "nothing") != 0;
	struct cell cells[] = {{.text = "Credit"}, {.text = see, .place = place},
	    {.text = measured}, {.text = "–"},
	    {.text = due ? "owed" : "none",
	        .bold = due,
	        .colour = due ? INK_BAD : INK_MUTED}};
	table_row(t, cells);
}

/* What was promised beside availability. Of the ISP's own samples between its own places
 * ours can only corroborate. */
static void
commitment_clauses(struct table *t, const struct link_report *l)
{
	for (size_t i = 0; i < l->n_commitments; i++) {
		struct promise w;
		promise_words(&l->commitments[i], &w);
		bool told = l->commitments[i].word != COMMITMENT_NOT_MEASURED;
		struct cell cells[] = {{.text = w.what}, {.text = w.promised},
		    {.text = w.measured}, {.text = w.margin},
		    {.text = w.verdict,
		        .colour = !told   ? INK_MUTED
		                  : w.bad ? INK_BAD
		                          : INK_GOOD}};
		table_row(t, cells);
	}
}

void
dossier_clauses(struct pages *p, const struct link_report *l, size_t link)
{
	struct table t;
	char text[640] = "", definition[96];

	page_heading(p, 60, NULL, "Clause by clause");
	if (!l->has_verdict) {
		page_text(p, &style_body,
		    "No contract was given, so nothing is judged here: the facts follow.");
		return;
	}
	table_begin(&t, p, clause_columns, 5, 8.5);
	availability_clause(&t, l);
	coverage_clause(&t, l);
	plain_clauses(&t, l);
	commitment_clauses(&t, l);
	credit_clause(&t, p, l, link);
	table_end(&t);
	results_definition(&l->contract.terms.profile, definition);
	snprintf(text, sizeof text, "Availability is defined by %s.", definition);
	for (size_t i = 0; i < l->verdict.n_reasons && i < 4; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%s",
		    i > 0 ? "; " : " Reasons: ", l->verdict.reasons[i]);
	}
	if (text[0] != '\0')
		page_text(p, &style_note, text);
}

void
dossier_heat(
    struct pages *p, const struct link_report *l, const struct zone *z, size_t link)
{
	struct heat_ctx ctx = {l, z};
	char name[64], alt[512], lost[32], sent[32];
	double h = heat_height(l, z);

	if (l->result->voters_sent == 0 &&
	    l->result->unknown_ns < l->result->scheduled_ns) {
		page_heading(p, 40, NULL, "Loss by day and hour");
		page_text(p, &style_body,
		    "This history tells when the link was up or down, by others' judgement: there "
		    "are no samples of it, and nothing is known of loss and round trips.");
		return;
	}
	page_heading(p, h, NULL, "Loss by day and hour");
	words_count(l->result->voters_lost, lost);
	words_count(l->result->voters_sent, sent);
	snprintf(alt, sizeof alt,
	    "Map of loss with %s. Over the period %s of %s probes were lost; dark cells are hours "
	    "of much loss, hatched cells were not measured.",
	    heat_by_rows(l, z) ? "a row a day and a column an hour"
	                       : "a column a day and a row an hour",
	    lost, sent);
	snprintf(name, sizeof name, "loss-%zu", link + 1);
	page_figure(p, name, "Loss by day and hour", alt, h, paint_heat, &ctx);
}

static void
rests_on(
    struct pages *p, const struct results *r, const struct link_report *l, size_t link)
{
	char text[900], samples[32], sent[32], lost[32], clock[40], coverage[40] = "";
	char place[PLACE_ROOM], line[96];

	words_count(l->samples, samples);
	words_count(l->result->voters_sent, sent);
	words_count(l->result->voters_lost, lost);
	words_ms(r->clock_bound_ns, clock);
	if (l->has_verdict)
		words_percent(l->verdict.coverage, 3, coverage);
	snprintf(text, sizeof text,
	    "%s sample%s of this link; %s probe%s to targets on the Internet voted, %s %s lost. "
	    "%s%sThe clock was %s%s%s. Time that was not measured is neither "
	    "up nor down: it is listed as unknown. The raw record is a journal chained by SHA-256; "
	    "its root is printed on every page.",
	    samples, l->samples == 1 ? "" : "s", sent,
	    l->result->voters_sent == 1 ? "" : "s", lost,
	    l->result->voters_lost == 1 ? "was" : "were", coverage,
	    coverage[0] != '\0' ? " of the time was measured. " : "",
	    r->synchronised ? "synchronised, within ± " : "not synchronised",
	    r->synchronised ? clock : "", r->synchronised ? " of UTC" : "");
	page_heading(p, 60, NULL, "What this rests on");
	page_text(p, &style_body, text);
	dossier_place(place, "register", link);
	snprintf(line, sizeof line, "Outage register, page %u", page_of(p, place));
	page_link(p, place, line);
}

void
dossier_summary(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char headline[512], place[PLACE_ROOM], outline[160];

	page_begin(p, "Summary");
	words_headline(l, headline, sizeof headline);
	dossier_place(place, "summary", link);
	snprintf(outline, sizeof outline, "Summary: %s/%s", l->def->centre, l->def->link);
	page_title(p, place, outline, headline);
	page_gap(p, 4);
	dossier_who(p, ds->r, l, &ds->zones[link]);
	page_gap(p, 8);
	dossier_figures(p, l, &ds->zones[link]);
	dossier_clauses(p, l, link);
	dossier_heat(p, l, &ds->zones[link], link);
	rests_on(p, ds->r, l, link);
}
