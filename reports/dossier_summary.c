#include "reports/annex.h"
#include "reports/dossier.h"
#include "reports/promise.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define HEAT_HEAD   34.0 /* of its heading */
#define RESTS_H     98.0 /* of what the summary rests on */
#define FIGURE_H    64.0
#define SHORT_PAPER 800.0 /* Letter: all of the summary stands closer */

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
	say(out, room, "{1} to {2}", from, to);
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
	snprintf(link, sizeof link, "%s/%s", def->centre, def->link);
	if (def->interface[0] != '\0') {
		size_t used = strlen(link);
		say(link + used, sizeof link - used, ", interface {1}", def->interface);
	}
	if (def->medium[0] != '\0') {
		size_t used = strlen(link);
		snprintf(link + used, sizeof link - used, ", %s", say_data(def->medium));
	}
	if (def->capacity_down_bps > 0) {
		words_bits(def->capacity_down_bps, down);
		words_bits(def->capacity_up_bps, up);
		size_t used = strlen(link);
		say(link + used, sizeof link - used, ", {1} down, {2} up", down, up);
	}
	if (!l->has_verdict || l->contract.terms.contract[0] == '\0')
		say(contract, sizeof contract, "none stated");
	else
		snprintf(contract, sizeof contract, "%s%s%s", l->contract.terms.contract,
		    l->contract.reference[0] != '\0' ? ": " : "", l->contract.reference);
	say(zone, sizeof zone, "{1}; all times are this zone's", z->name);
	chart_zone_print(z, r->as_of.ns, 0, made);
	struct fact facts[] = {
	    {"Centre", def->centre_name[0] != '\0' ? def->centre_name : def->centre},
	    {"ISP", def->isp[0] != '\0' ? def->isp : say_word("not stated")},
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
	char value[40], note[256];
	uint32_t colour;
};

static void
draw_figure(struct pages *p, const struct figure *f, double x, double w)
{
	static const struct style label = {FACE_BOLD, 7, INK_MUTED};
	struct style value = {FACE_BOLD, 20, f->colour};
	double inner = w - 16;
	char text[128];

	draw_fill(p->d, f->colour, x, p->y, 3, FIGURE_H);
	draw_tag(p->d, "P", NULL);
	/* a space behind each, for those who read without seeing */
	snprintf(text, sizeof text, "%s ", f->label);
	draw_line(p->d, &label, x + 11, p->y + 1, inner, ALIGN_LEFT, text);
	snprintf(text, sizeof text, "%s ", f->value);
	while (value.size > 11 && draw_width(p->d, &value, text) > inner)
		value.size -= 1;
	draw_line(p->d, &value, x + 11, p->y + 10 + (20 - value.size) / 2, inner,
	    ALIGN_LEFT, text);
	char *note = page_bind(f->note);
	draw_block(p->d, &style_small, x + 11, p->y + 36, inner, 3, note);
	g_free(note);
	draw_untag(p->d, "P");
}

static void
availability_figure(struct figure *f, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	char low[32], high[32], unknown[40];

	f->label = say_word("AVAILABILITY");
	f->colour = l->has_verdict ? words_verdict_colour(v->verdict) : INK_MUTED;
	words_duration(l->result->unknown_ns, false, unknown);
	if (!l->has_verdict || !v->has_availability) {
		say(f->value, sizeof f->value, "not known");
		say(f->note, sizeof f->note, "unknown time: {1}", unknown);
		return;
	}
	unsigned decimals = words_decimals(v->lower, v->upper, v->point);
	words_percent(v->point, decimals, f->value);
	words_percent(v->lower, decimals, low);
	words_percent(v->upper, decimals, high);
	if (strcmp(low, high) == 0)
		say(f->note, sizeof f->note, "unknown time: {1}", unknown);
	else
		say(f->note, sizeof f->note, "between {1} and {2}; unknown time: {3}",
		    low, high, unknown);
}

static void
down_figure(struct figure *f, const struct results *r, const struct link_report *l)
{
	char n[32], listed[32], micro[32], edges[40];
	struct objections o;

	f->label = say_word("DOWNTIME");
	words_duration(
	    l->has_verdict ? l->verdict.down_ns : l->result->down_ns, false, f->value);
	f->colour = l->result->down_ns > 0 ? INK_BAD : INK_GOOD;
	if (nothing_known(l)) {
		f->colour = INK_MUTED;
		say(f->value, sizeof f->value, "not known");
	}
	words_count(l->verdict.outage_count, n);
	words_count(l->result->n_outages, listed);
	words_count(l->result->n_micro, micro);
	objections_find(&o, r, l);
	if (o.edges_ns > 0) {
		words_duration(o.edges_ns, false, edges);
		say(f->note, sizeof f->note, "± {1} at the edges;", edges);
	}
	if (l->has_verdict)
		say_more(f->note, sizeof f->note,
		    "{1} {1|outage|outages} counted of {2} listed; {3} "
		    "{3|micro-outage|micro-outages}",
		    n, listed, micro);
	else
		say_more(f->note, sizeof f->note,
		    "{1} listed; {2} {2|micro-outage|micro-outages}", listed, micro);
}

static void
longest_figure(struct figure *f, const struct link_report *l, const struct zone *z)
{
	char mttr[40], at[48];
	size_t longest;

	f->label = say_word("LONGEST OUTAGE");
	f->colour = INK_BLUE;
	if (nothing_known(l)) {
		f->colour = INK_MUTED;
		say(f->value, sizeof f->value, "not known");
		say(f->note, sizeof f->note, "nothing of the period was measured");
		return;
	}
	if (!l->has_verdict || l->verdict.outage_count == 0) {
		say(f->value, sizeof f->value, "no outage");
		say(f->note, sizeof f->note, "no outage counts in this period");
		return;
	}
	words_duration(l->verdict.longest_ns, false, f->value);
	words_duration(l->verdict.mttr_ns, false, mttr);
	if (tally_longest(l, &longest)) {
		chart_zone_print(z, l->result->outages[longest].start_ns, 0, at);
		at[16] = '\0'; /* the register has it to the tenth of a second */
		say(f->note, sizeof f->note, "from {1}; mean time to restore {2}", at,
		    mttr);
	} else {
		say(f->note, sizeof f->note, "mean time to restore {1}", mttr);
	}
}

/* What is asked for, where the contract has a credit. */
static bool
credit_figure(struct figure *f, const struct link_report *l)
{
	char owed[96], isp[96], customer[96];

	if (l->settlement == NULL || l->conf == NULL || l->conf->n_credits == 0)
		return false;
	f->label = say_word("CREDIT");
	dossier_total(l, READING_POINT, owed);
	dossier_total(l, READING_ISP, isp);
	dossier_total(l, READING_CUSTOMER, customer);
	f->colour = strcmp(owed, say_word("nothing")) != 0 ? INK_BLUE : INK_MUTED;
	snprintf(f->value, sizeof f->value, "%.39s", owed);
	if (strcmp(isp, customer) == 0)
		say(f->note, sizeof f->note, "as measured, and in every reading");
	else
		say(f->note, sizeof f->note,
		    "as measured; between {1} and {2} by reading", isp, customer);
	return true;
}

void
dossier_figures(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct annex *a = ds->r->annex;
	static const double share[3] = {0.31, 0.38, 0.31}; /* a length of time is long */
	struct figure f[3] = {0};
	double all = PAGE_INNER - (a != NULL ? CODE_W : 0), x = PAGE_MARGIN;

	availability_figure(&f[0], l);
	down_figure(&f[1], ds->r, l);
	if (!credit_figure(&f[2], l))
		longest_figure(&f[2], l, &ds->zones[link]);
	page_need(p, FIGURE_H + 4);
	for (int i = 0; i < 3; i++) {
		draw_figure(p, &f[i], x, all * share[i] - 8);
		x += all * share[i];
	}
	if (a != NULL)
		dossier_code(p, a, PAGE_MARGIN + PAGE_INNER - CODE_W);
	p->y += FIGURE_H + 4;
}

static const struct column clause_columns[] = {
    {"Clause", 151, ALIGN_LEFT, true, FACE_TEXT},
    {"Agreed", 66, ALIGN_LEFT, true, FACE_TEXT},
    {"Measured", 160, ALIGN_LEFT, true, FACE_TEXT},
    {"Margin", 56, ALIGN_LEFT, true, FACE_TEXT},
    {"Verdict", 66, ALIGN_LEFT, true, FACE_TEXT}};

static void
availability_clause(struct table *t, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;
	const struct terms *terms = &l->contract.terms;
	char clause[96], agreed[48], measured[128], margin[64];
	char at[32], low[32], high[32], sign[48];

	snprintf(agreed, sizeof agreed, "%s", say_word("not stated"));
	snprintf(measured, sizeof measured, "%s", say_word("not known"));
	snprintf(margin, sizeof margin, "–");
	bool range = strcmp(terms->period_kind, "range") == 0;
	say(clause, sizeof clause,
	    range ? "Availability\nover all of it, profile {2}"
	          : "Availability\nper {1}, profile {2}",
	    say_word(
	        terms->period_kind[0] == '\0' || range ? "period" : terms->period_kind),
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
		say(measured, sizeof measured,
		    strcmp(low, high) == 0 ? "{1}" : "{1}\nbetween {2} and {3}", at, low,
		    high);
		if (terms->target > 0) {
			double by = v->point - terms->target;
			words_percent(by < 0 ? -by : by, decimals, at);
			at[strlen(at) - 2] = '\0'; /* points, not percent */
			snprintf(sign, sizeof sign, "%s%s", by < 0 ? "−" : "+", at);
			say(margin, sizeof margin, "{1}\npoints", sign);
		}
	}
	struct cell cells[] = {{.text = clause}, {.text = agreed}, {.text = measured},
	    {.text = margin},
	    {.text = say_word(words_verdict(v->verdict)),
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
	say(agreed, sizeof agreed, "≥ {1}\nfor a verdict", percent);
	words_percent(v->coverage, 3, percent);
	words_duration(v->unknown_ns, false, unknown);
	say(measured, sizeof measured, "{1}\nunknown {2}", percent, unknown);
	struct cell cells[] = {
	    {.text = say_word("Measured time\ncoverage of the period")}, {.text = agreed},
	    {.text = measured}, {.text = "–"},
	    {.text = say_word(enough ? "sufficient" : "insufficient"),
	        .bold = true,
	        .colour = enough ? INK_GOOD : INK_BAD}};
	table_row(t, cells);
}

/* How long the link was up and of little use, by the ways of it. */
static void
degraded_clause(struct table *t, const struct link_report *l)
{
	struct degraded d[TALLY_DEGRADATIONS];
	char measured[320] = "", n[32], time[40];
	size_t all = 0, used;

	tally_degraded(d, l);
	for (int i = 0; i < TALLY_DEGRADATIONS; i++)
		all += d[i].n;
	if (all == 0)
		return;
	words_count(all, n);
	snprintf(measured, sizeof measured, "%s", n);
	for (int i = 0, k = 0; i < TALLY_DEGRADATIONS; i++) {
		if (d[i].ns == 0)
			continue;
		used = strlen(measured);
		words_duration(d[i].ns, false, time);
		snprintf(measured + used, sizeof measured - used, "%s%s %s",
		    k++ == 0 ? "\n" : ", ", terms_degradation((enum degradation_kind)i),
		    time);
	}
	struct cell cells[] = {
	    {.text = say_word("Degraded time\nno outage; listed with the latency")},
	    {.text = say_word("not stated")}, {.text = measured}, {.text = "–"},
	    {.text = say_word("no target"), .colour = INK_MUTED}};
	table_row(t, cells);
}

static void
plain_clauses(struct table *t, const struct link_report *l)
{
	char outages[160], n[32], down[40], mean[40], rtt[96], p50[32], p95[32],
	    excluded[40];

	words_count(l->verdict.outage_count, n);
	words_duration(l->verdict.longest_ns, false, down);
	words_duration(l->verdict.mttr_ns, false, mean);
	snprintf(outages, sizeof outages, "%s", n);
	if (l->verdict.outage_count > 0) {
		size_t used = strlen(outages);
		outages[used++] = '\n';
		say(outages + used, sizeof outages - used, "longest {1}, mean {2}", down,
		    mean);
	}
	words_ms(l->rtt_p50_ns, p50);
	words_ms(l->rtt_p95_ns, p95);
	say(rtt, sizeof rtt, "{1}\nmedian {2}", p95, p50);
	words_duration(l->verdict.excluded_ns, false, excluded);
	struct cell rows[][5] = {
	    {{.text = say_word("Outages that count\nnumber and length")},
	        {.text = say_word("not stated")}, {.text = outages}, {.text = "–"},
	        {.text = say_word("no target"), .colour = INK_MUTED}},
	    {{.text = say_word("Round-trip time\n95th percentile")},
	        {.text = say_word("not stated")}, {.text = rtt}, {.text = "–"},
	        {.text = say_word("no target"), .colour = INK_MUTED}},
	    {{.text = say_word("Excluded time\nmaintenance and the like")}, {.text = "–"},
	        {.text = excluded}, {.text = "–"}, {.text = "–", .colour = INK_MUTED}},
	};
	/* What is not there is no line. */
	bool told = l->rtt_p95_ns >= 0 && l->result->voters_sent >= evidence_probes_least;
	bool shown[] = {true, told, l->verdict.excluded_ns > 0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (shown[i])
			table_row(t, rows[i]);
	degraded_clause(t, l);
}

static void
credit_clause(struct table *t, struct pages *p, const struct link_report *l, size_t link)
{
	char n[32], page[16], place[PLACE_ROOM], see[64], owed[96], isp[96], customer[96],
	    measured[320];

	if (l->settlement == NULL || l->conf == NULL || l->conf->n_credits == 0) {
		struct cell none[] = {{.text = say_word("Credit")},
		    {.text = say_word("not stated")}, {.text = "–"}, {.text = "–"},
		    {.text = "–", .colour = INK_MUTED}};
		table_row(t, none);
		return;
	}
	dossier_place(place, "owed", link);
	words_count(l->conf->n_credits, n);
	snprintf(page, sizeof page, "%u", page_of(p, place));
	say(see, sizeof see, "{1} {1|clause|clauses},\nsee page {2}", n, page);
	dossier_total(l, READING_POINT, owed);
	dossier_total(l, READING_ISP, isp);
	dossier_total(l, READING_CUSTOMER, customer);
	say(measured, sizeof measured, "{1}\nbetween {2} and {3}", owed, isp, customer);
	if (strcmp(isp, customer) == 0)
		snprintf(measured, sizeof measured, "%s", owed);
	bool due = strcmp(owed, say_word("nothing")) != 0;
	struct cell cells[] = {{.text = say_word("Credit")},
	    {.text = see, .place = place}, {.text = measured}, {.text = "–"},
	    {.text = say_word(due ? "owed" : "none"),
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
		struct cell cells[] = {{.text = w.what}, {.text = w.promised},
		    {.text = w.measured}, {.text = w.margin},
		    {.text = w.verdict,
		        .bold = true,
		        .colour = promise_colour(&l->commitments[i])}};
		table_row(t, cells);
	}
}

void
dossier_clauses(struct pages *p, const struct link_report *l, size_t link)
{
	struct table t;
	char text[900] = "", definition[192], reason[200];

	page_heading(p, 60, NULL, say_word("Clause by clause"));
	if (!l->has_verdict) {
		page_text(p, &style_body,
		    say_word(
		        "No contract was given, so nothing is judged here: the facts follow."));
		return;
	}
	table_begin(&t, p, clause_columns, 5, p->paper->h < SHORT_PAPER ? 8 : 8.5);
	availability_clause(&t, l);
	coverage_clause(&t, l);
	plain_clauses(&t, l);
	commitment_clauses(&t, l);
	credit_clause(&t, p, l, link);
	table_end(&t);
	words_definition(&l->contract.terms.profile, definition);
	say(text, sizeof text, "Availability is defined by {1}.", definition);
	/* that there is no target is said above already */
	bool told = l->contract.terms.target > 0;
	for (size_t i = 0; told && i < l->verdict.n_reasons && i < 4; i++) {
		words_found(l->verdict.reasons[i], reason, sizeof reason);
		say_more(text, sizeof text, i == 0 ? "Reasons: {1}" : "· {1}", reason);
	}
	if (text[0] != '\0')
		page_text(p, &style_note, text);
}

/* As high as leaves room for what it rests on, if the page holds both. */
static double
fit(const struct pages *p, double h, double least)
{
	double room = page_bottom(p) - p->y - HEAT_HEAD;

	if (room < least || h + RESTS_H <= room)
		return h;
	return room - RESTS_H >= least ? room - RESTS_H : h < room ? h : room;
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
		page_heading(p, 40, NULL, say_word("Loss by day and hour"));
		page_text(p, &style_body,
		    say_word(
		        "This history tells when the link was up or down, by others' judgement: there "
		        "are no samples of it, and nothing is known of loss and round trips."));
		return;
	}
	h = fit(p, h, heat_least(l, z));
	page_heading(p, h, NULL, say_word("Loss by day and hour"));
	words_count(l->result->voters_lost, lost);
	words_count(l->result->voters_sent, sent);
	say(alt, sizeof alt,
	    heat_by_rows(l, z)
	        ? "Map of loss with a row a day and a column an hour. Over the period {1} of "
	          "{2} probes were lost; dark cells are hours of much loss, hatched cells were "
	          "not measured."
	        : "Map of loss with a column a day and a row an hour. Over the period {1} of "
	          "{2} probes were lost; dark cells are hours of much loss, hatched cells were "
	          "not measured.",
	    lost, sent);
	snprintf(name, sizeof name, "loss-%zu", link + 1);
	page_figure(p, name, say_word("Loss by day and hour"), alt, h, paint_heat, &ctx);
}

static void
rests_on(
    struct pages *p, const struct results *r, const struct link_report *l, size_t link)
{
	char text[900], samples[32], sent[32], lost[32], clock[40], coverage[40] = "";
	char place[PLACE_ROOM], line[96], page[16];

	words_count(l->samples, samples);
	words_count(l->result->voters_sent, sent);
	words_count(l->result->voters_lost, lost);
	words_ms(evidence_clock_bound(r, l), clock);
	if (l->has_verdict)
		words_percent(l->verdict.coverage, 3, coverage);
	say(text, sizeof text,
	    "{1} {1|sample|samples} of this link; {2} {2|probe|probes} to targets on the Internet "
	    "voted, {3} {3|was|were} lost.",
	    samples, sent, lost);
	if (coverage[0] != '\0')
		say_more(text, sizeof text, "{1} of the time was measured.", coverage);
	if (r->synchronised && r->clock_bound_ns == 0)
		say_more(text, sizeof text,
		    "The history was imported: its times are taken as they stand, and nothing is "
		    "known of the clock.");
	else if (r->synchronised)
		say_more(text, sizeof text,
		    "The clock was synchronised, within ± {1} of UTC.", clock);
	else
		say_more(text, sizeof text, "The clock was not synchronised.");
	say_more(text, sizeof text,
	    "Time that was not measured is neither up nor down: it is listed as unknown. The raw "
	    "record is a journal chained by SHA-256; at the foot of every page stands a root "
	    "of it.");
	page_heading(p, 60, NULL, say_word("What this rests on"));
	page_text(p, &style_body, text);
	dossier_place(place, "register", link);
	snprintf(page, sizeof page, "%u", page_of(p, place));
	say(line, sizeof line, "Outage register, page {1}", page);
	page_link(p, place, line);
}

void
dossier_summary(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char headline[512], place[PLACE_ROOM], outline[160];

	page_begin(p, say_word("Summary"));
	words_headline(l, headline, sizeof headline);
	dossier_place(place, "summary", link);
	say(outline, sizeof outline, "Summary: {1}/{2}", l->def->centre, l->def->link);
	page_title(p, place, outline, headline);
	page_gap(p, 4);
	dossier_who(p, ds->r, l, &ds->zones[link]);
	page_gap(p, 8);
	dossier_figures(p, ds, link);
	dossier_clauses(p, l, link);
	dossier_heat(p, l, &ds->zones[link], link);
	rests_on(p, ds->r, l, link);
}
