#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* How it was measured and judged: every parameter that was used, and what the record
 * cannot show. */

static const struct column rule_columns[] = {
    {"Parameter", 170, ALIGN_LEFT, true, FACE_TEXT},
    {"Value", 90, ALIGN_LEFT, true, FACE_TEXT},
    {"What it means", 239, ALIGN_LEFT, true, FACE_TEXT}};

/* An imported history has its times from others: nothing bounds their clock. */
static bool
is_imported(const struct results *r)
{
	return r->synchronised && r->clock_bound_ns == 0;
}

static void
rules(struct pages *p, const struct results *r)
{
	const struct judge_rule *rule = &r->rule;
	char quorum[32], hold[40], hole[40], stall[40], gap[32], bytes[32], rate[32];
	char quiet[80], clock[40], factor[16];
	struct table t;

	words_percent(rule->quorum, 0, quorum);
	words_duration(rule->hold_ns, false, hold);
	words_duration(rule->max_hole_ns, false, hole);
	words_duration(rule->stall_ns, false, stall);
	say_number(factor, sizeof factor, "%.1f", rule->max_gap_factor);
	say(gap, sizeof gap, "{1} intervals", factor);
	words_bytes((uint64_t)rule->quiet_bytes, bytes);
	words_bytes((uint64_t)rule->quiet_bytes_per_s, rate);
	snprintf(quiet, sizeof quiet, "%s, %s/s", bytes, rate);
	words_ms(rule->clock_bound_ns, clock);
	if (is_imported(r))
		say(clock, sizeof clock, "not known");
	struct cell rows[][3] = {
	    {{.text = say_word("Quorum")}, {.text = quorum},
	        {.text = say_word(
	             "so many of the networks must fail for the link to be dark")}},
	    {{.text = say_word("Answers accepted")}, {.text = hold},
	        {.text = say_word("after sending; a later answer is none")}},
	    {{.text = say_word("Longest hole")}, {.text = hole},
	        {.text = say_word(
	             "of unknown time inside one outage, dark on both sides")}},
	    {{.text = say_word("Stall")}, {.text = stall},
	        {.text = say_word("in which nothing arrived that was answered later")}},
	    {{.text = say_word("Gap of a probe")}, {.text = gap},
	        {.text = say_word("without a sample: beyond, the time is unknown")}},
	    {{.text = say_word("Next to nothing received")}, {.text = quiet},
	        {.text = say_word(
	             "at most, in all and on average, for an outage to be total")}},
	    {{.text = say_word("Clock")}, {.text = clock},
	        {.text = is_imported(r)
	                     ? say_word("so nothing is added to the bounds for it")
	                     : say_word("added to the bound of each edge")}},
	};
	page_heading(p, 60, NULL, say_word("Parameters of the rule"));
	table_begin(&t, p, rule_columns, 3, 8);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		table_row(&t, rows[i]);
	table_end(&t);
}

static const struct column quality_columns[] = {
    {"Link", 118, ALIGN_LEFT, true, FACE_TEXT},
    {"Scheduled", 82, ALIGN_RIGHT, false, FACE_TEXT},
    {"Unknown", 82, ALIGN_RIGHT, false, FACE_TEXT},
    {"Coverage", 62, ALIGN_RIGHT, false, FACE_TEXT},
    {"Ordinary loss,\nat worst", 72, ALIGN_RIGHT, false, FACE_TEXT},
    {"Shortest\ncertain outage", 83, ALIGN_RIGHT, false, FACE_TEXT}};

static void
quality(struct pages *p, const struct results *r)
{
	struct table t;

	page_heading(p, 60, NULL, say_word("Data quality"));
	table_begin(&t, p, quality_columns, 6, 8);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		char scheduled[40], unknown[40], coverage[32] = "–", loss[32], least[40];
		char name[2 * NAME_ROOM];
		snprintf(name, sizeof name, "%s/%s", l->def->centre, l->def->link);
		words_duration(l->result->scheduled_ns, true, scheduled);
		words_duration(l->result->unknown_ns, true, unknown);
		if (l->has_verdict)
			words_percent(l->verdict.coverage, 3, coverage);
		words_percent(l->result->ordinary_loss, 3, loss);
		words_duration(l->result->shortest_certain_ns, true, least);
		struct cell cells[] = {{.text = name}, {.text = scheduled},
		    {.text = unknown}, {.text = coverage}, {.text = loss},
		    {.text = least}};
		table_row(&t, cells);
	}
	table_end(&t);
}

static const struct column probe_columns[] = {{"Link", 82, ALIGN_LEFT, true, FACE_TEXT},
    {"Probe", 78, ALIGN_LEFT, true, FACE_TEXT},
    {"Role, kind", 80, ALIGN_LEFT, true, FACE_TEXT},
    {"Target", 118, ALIGN_LEFT, true, FACE_TEXT},
    {"Network", 95, ALIGN_LEFT, true, FACE_TEXT},
    {"Every", 46, ALIGN_RIGHT, false, FACE_TEXT}};

static bool
is_reported(const struct results *r, const struct probe_def *def)
{
	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->links[i].def->centre, def->centre) == 0 &&
		    strcmp(r->links[i].def->link, def->link) == 0)
			return true;
	return false;
}

static void
probes(struct pages *p, const struct results *r)
{
	struct table t;
	size_t n = 0;

	for (size_t i = 0; i < r->n_probes; i++)
		n += is_reported(r, &r->probes[i]);
	/* a list that fits a page is not torn in two */
	page_heading(p, n <= 40 ? 20 + 14.2 * (double)n : 60, NULL, say_word("Probes"));
	table_begin(&t, p, probe_columns, 6, 7.2);
	for (size_t i = 0; i < r->n_probes; i++) {
		const struct probe_def *def = &r->probes[i];
		char link[2 * NAME_ROOM], role[64], every[40];
		if (!is_reported(r, def))
			continue;
		snprintf(link, sizeof link, "%s/%s", def->centre, def->link);
		snprintf(role, sizeof role, "%s, %s", terms_role(def->role),
		    terms_kind(def->kind));
		words_duration(def->every_ns, false, every);
		struct cell cells[] = {{.text = link}, {.text = def->name},
		    {.text = role}, {.text = def->target}, {.text = def->network},
		    {.text = every}};
		table_row(&t, cells);
	}
	table_end(&t);
}

/* The zone the links have in common, in which their pages are; else UTC. */
static const char *
zone_of_all(const struct results *r)
{
	const char *zone = r->n_links > 0 ? r->links[0].def->timezone : "";

	for (size_t i = 1; i < r->n_links; i++)
		if (strcmp(r->links[i].def->timezone, zone) != 0)
			return "UTC";
	return zone[0] != '\0' ? zone : "UTC";
}

static void
record(struct pages *p, const struct dossier *ds)
{
	const struct results *r = ds->r;
	struct zone z;
	int64_t most = r->clock_bound_ns;
	char first[48], last[48], made[48], as_of[48], clock[160], bound[40];
	static const struct style mono = {FACE_MONO, 7, INK};

	chart_zone_open(&z, zone_of_all(r), r->journal_first.ns, r->as_of.ns);
	chart_zone_print(&z, r->journal_first.ns, 0, first);
	chart_zone_print(&z, r->journal_last.ns, 0, last);
	chart_zone_print(&z, r->generated.ns, 0, made);
	chart_zone_print(&z, r->as_of.ns, 0, as_of);
	for (size_t i = 0; i < r->n_links; i++) {
		int64_t worst = evidence_clock_bound(r, &r->links[i]);
		most = worst > most ? worst : most;
	}
	words_ms(most, bound);
	if (is_imported(r))
		say(clock, sizeof clock, "not known: the history was imported");
	else if (r->synchronised)
		say(clock, sizeof clock,
		    "synchronised; UTC is within ± {1} of what is printed", bound);
	else
		say(clock, sizeof clock,
		    "not synchronised: how far UTC is from what is printed is not known");
	char span[112];
	say(span, sizeof span, "{1} to {2}", first, last);
	struct fact facts[] = {{"Journal", span}, {"Clock", clock}, {"Agent", r->agent},
	    {"Software", r->software}, {"As of", as_of}, {"Generated", made}};
	page_heading(p, 90, NULL, say_word("The record"));
	page_facts(p, facts, sizeof facts / sizeof *facts, 1);
	page_text(p, &style_body, say_word("Root of the journal's chain (SHA-256):"));
	page_text(p, &mono, r->root[0] != '\0' ? r->root : say_word("none"));
}

void
dossier_method(struct pages *p, const struct dossier *ds)
{
	page_section(p, say_word("Method and data quality"), 300);
	page_title(p, "method", say_word("Method and data quality"),
	    say_word("How it was measured, and how far it can be trusted"));
	page_text(p, &style_body,
	    is_imported(ds->r)
	        ? say_word(
	              "The samples were imported from what another instrument kept: how it "
	              "sent its probes, and when it held one for lost, its own papers tell. "
	              "What follows is how they were judged.")
	        : say_word(
	              "Small packets are sent over the link all day, each at a random moment of its slot, to "
	              "targets in several networks, to the ISP and to the router at the site. A target "
	              "answers if any reply of its own comes back; one refusal by the target is an answer "
	              "too. A packet that never left is not held against the link."));
	page_text(p, &style_body,
	    say_word(
	        "The link is dark while the quorum of networks fails. An outage begins between the last "
	        "answered probe and the first lost ones after it, and ends between the last lost probe "
	        "and the first answer: the middle is printed, the half-width is the bound. It must be "
	        "longer than ordinary loss could make it, once in a hundred months. Time that could not "
	        "be measured is unknown: neither up nor down, and shown."));
	page_text(p, &style_body,
	    say_word(
	        "Availability is up / (up + down). Its lower bound takes unknown time, micro-outages and "
	        "the longest reading of each edge as down; its upper bound takes unknown time as up and "
	        "the shortest reading, of total outages only. A breach is stated only where even the "
	        "upper bound is below the target, and a target is met only where the lower bound reaches "
	        "it."));
	page_text(p, &style_body,
	    say_word(
	        "What this cannot show: in which direction a packet was lost or late, since round trips "
	        "do not tell; what happened while nothing was measured; whose equipment failed where no "
	        "probe spoke for it."));
	rules(p, ds->r);
	quality(p, ds->r);
	record(p, ds);
	probes(p, ds->r);
}
