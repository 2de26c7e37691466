#include "cmd/prescreen.h"

#include "analyzer/campaign.h"
#include "base/bytes.h"
#include "base/link.h"
#include "config/clause.h"
#include "cmd/gather.h"
#include "cmd/prescreen_facts.h"
#include "cmd/timespec.h"
#include "cmd/verdicts.h"

#include <stdlib.h>
#include <string.h>

/* What each rule asks of the journal beside outages. */
static const struct {
	bool tests, round_trips;
} ASKS[REGIMES] = {[REGIME_DE_TKG57] = {true, false},
    [REGIME_UK_CODES] = {true, false},
    [REGIME_EU_2015_2120] = {true, false},
    [REGIME_US_CAF_80_80] = {true, true}};

struct screening {
	const struct options *o;
	struct regime *regimes; /* those asked for */
	size_t n_regimes;
	struct prescreened *list;
	size_t n_list;
};

/* ---- which regimes ---- */

static int
unknown_regime(const char *name)
{
	char all[256] = "";

	for (int id = 0; id < REGIMES; id++)
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s, ",
		    regime_name((enum regime_id)id));
	return complain(EXIT_USAGE,
	    "prescreen: %.40s: there is no such regime; one of: %sor all", name, all);
}

static int
load_file(struct regime *out, const char *path, const char *name)
{
	char err[600];

	if (regime_load(out, path, err, sizeof err) < 0)
		return complain(EXIT_USAGE, "%s", err);
	if (strcmp(out->name, name) != 0)
		return complain(EXIT_USAGE, "--regime-file: %s is of %s, not of %s", path,
		    out->name, name);
	return 0;
}

static int
load_shipped(struct regime *out, enum regime_id id)
{
	const char *text = prescreen_files_text(id);
	char err[600];

	if (regime_parse(out, regime_name(id), text, strlen(text), err, sizeof err) < 0)
		return complain(1, "%s", err);
	return 0;
}

static int
load_regimes(struct screening *s)
{
	const struct options *o = s->o;
	bool all = strcmp(o->args[0], "all") == 0;
	enum regime_id id;
	int status = 0;

	s->regimes = memory_grow(NULL, REGIMES, sizeof *s->regimes);
	if (!all && !regime_find(o->args[0], &id))
		return unknown_regime(o->args[0]);
	if (all && o->regime_file != NULL)
		return complain(EXIT_USAGE,
		    "prescreen: --regime-file is of one regime; name it instead of all");
	if (!all) {
		s->n_regimes = 1;
		return o->regime_file != NULL
		           ? load_file(&s->regimes[0], o->regime_file, o->args[0])
		           : load_shipped(&s->regimes[0], id);
	}
	for (int i = 0; i < REGIMES && status == 0; i++)
		status = load_shipped(&s->regimes[s->n_regimes++], (enum regime_id)i);
	return status;
}

/* ---- screening ---- */

static struct civil_date
date_at(int64_t ns, const char *zone)
{
	int year, month, day;

	instant_civil(ns, zone, &year, &month, &day);
	return (struct civil_date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

static void
screen_link(struct screening *s, const struct regime *regime, const struct link_report *l,
    const struct prescreen_facts *f)
{
	const struct link_result *r = l->result;
	const char *zone = link_zone(l->def);
	const struct contract_conf *contract =
	    verdicts_contract(s->o, l->def, date_at(r->period.end_ns - 1, zone));
	struct prescreen_input in = {.regime = regime,
	    .zone = zone,
	    .period = r->period,
	    .scheduled_ns = r->scheduled_ns,
	    .unknown_ns = r->unknown_ns,
	    .contract = contract,
	    .contract_changed = contract != verdicts_contract(s->o, l->def,
	                                        date_at(r->period.start_ns, zone)),
	    .outages = r->outages,
	    .n_outages = r->n_outages,
	    .tests = f->tests,
	    .n_tests = f->n_tests,
	    .n_unsaid = f->n_unsaid,
	    .slots = f->slots,
	    .n_slots = f->n_slots,
	    .reports = f->reports,
	    .n_reports = f->n_reports,
	    .excluded = f->excluded,
	    .n_excluded = f->n_excluded};
	struct prescreened *p = &s->list[s->n_list++];

	*p = (struct prescreened){.regime = regime, .link = l};
	prescreen_of(&p->result, &in);
}

static int
screen_all(struct screening *s, const struct results *r)
{
	struct prescreen_facts *facts;
	bool samples = false;
	int64_t slot_ns = 0;
	int status;

	for (size_t i = 0; i < s->n_regimes; i++) {
		samples |= ASKS[s->regimes[i].id].tests;
		if (ASKS[s->regimes[i].id].round_trips)
			slot_ns = regime_figure(&s->regimes[i], "latency-every")->ns;
	}
	status = prescreen_facts_read(&facts, s->o, r, samples, slot_ns);
	if (status == 0)
		status = prescreen_facts_records(facts, s->o, r);
	s->list = memory_grow(NULL, s->n_regimes * r->n_links + 1, sizeof *s->list);
	for (size_t i = 0; i < r->n_links && status == 0; i++)
		for (size_t k = 0; k < s->n_regimes; k++)
			screen_link(s, &s->regimes[k], &r->links[i], &facts[i]);
	prescreen_facts_free(facts, r->n_links);
	return status;
}

/* ---- text ---- */

static void
print_source(const struct regime_source *s)
{
	char day[16];

	clause_print_date(s->as_of, day, sizeof day);
	printf("%s, as of %s, %s", s->text, day, regime_status_name(s->status));
}

static void
print_sentences(const char *head, char (*list)[PRESCREEN_ROOM], size_t n)
{
	if (n > 0)
		printf("  %s\n", head);
	for (size_t i = 0; i < n; i++)
		printf("    %s\n", list[i]);
}

static void
print_regime(const struct regime *r)
{
	printf("  what the certified procedure asks for besides\n");
	for (size_t i = 0; i < r->n_lacks; i++) {
		printf("    %s (", r->lacks[i].text);
		print_source(&r->lacks[i].source);
		puts(")");
	}
	if (r->n_figures > 0)
		puts("  figures");
	for (size_t i = 0; i < r->n_figures; i++) {
		printf("    %-20s %-14s ", r->figures[i].name, r->figures[i].value);
		print_source(&r->figures[i].source);
		putchar('\n');
	}
	printf(
	    "  rule        %s\n  applies to  %s\n  source      ", r->method, r->applies);
	print_source(&r->source);
	putchar('\n');
}

static void
print_screen(const struct prescreened *s)
{
	const struct prescreen *p = &s->result;
	const char *zone = link_zone(s->link->def);
	char from[40], to[40];

	instant_local(s->link->result->period.start_ns, zone, from);
	instant_local(s->link->result->period.end_ns, zone, to);
	printf("%s/%s  %s: %s\n  %s (%s)\n  %s to %s\n", s->link->def->centre,
	    s->link->def->link, s->regime->name, s->regime->title,
	    prescreen_outcome_name(p->outcome), PRESCREEN_LABEL, from, to);
	print_sentences("findings", p->findings, p->n_findings);
	if (p->n_conditions > 0)
		puts("  conditions");
	for (size_t i = 0; i < p->n_conditions; i++)
		printf("    %-6s %s\n", p->conditions[i].holds ? "holds" : "fails",
		    p->conditions[i].text);
	print_sentences("missing", p->lacks, p->n_lacks);
	print_regime(s->regime);
}

/* ---- a campaign's schedule ---- */

static int
print_schedule(const struct options *o, const struct regime *r)
{
	const char *zone = regime_figure(r, "zone")->value;
	int64_t now = clock_wall().ns, from = now, *times;
	char at[40];
	size_t n;

	if (o->from != NULL && !timespec_parse(o->from, zone, now, &from))
		return complain(EXIT_USAGE,
		    "--from %.40s: it is no time; write one like 2026-10-03", o->from);
	if (campaign_schedule(r, from, &times, &n) < 0)
		return complain(1,
		    "prescreen: no campaign from then on keeps the conditions; begin on another day");
	printf(
	    "%s: %zu measurements (%s)\nWired, with nothing else on the line; begin each at its time.\n",
	    r->title, n, PRESCREEN_LABEL);
	for (size_t i = 0; i < n; i++) {
		instant_local(times[i], zone, at);
		printf("%4zu  %s\n", i + 1, at);
	}
	printf("source: ");
	print_source(&r->source);
	putchar('\n');
	free(times);
	return 0;
}

static int
schedule(struct screening *s)
{
	const struct options *o = s->o;

	if (s->n_regimes != 1 || s->regimes[0].id != REGIME_DE_TKG57)
		return complain(EXIT_USAGE,
		    "prescreen: --schedule is of de-tkg57, the one with a campaign");
	if (o->to != NULL || o->n_links > 0 || o->json)
		return complain(EXIT_USAGE,
		    "prescreen: --schedule takes --from and --regime-file alone");
	return print_schedule(o, &s->regimes[0]);
}

/* ---- the command ---- */

static int
screen(struct screening *s)
{
	struct gathered *g;
	int status = gather(&g, s->o, GATHER_OUTAGES);

	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	status = screen_all(s, r);
	if (status == 0 && s->o->json) {
		json_t *j = prescreen_json(r, s->list, s->n_list);
		(void)json_print(j, stdout); /* main says whether stdout took it */
		json_decref(j);
	}
	for (size_t i = 0; i < s->n_list; i++) {
		if (!s->o->json) {
			printf("%s", i > 0 ? "\n" : "");
			print_screen(&s->list[i]);
		}
		prescreen_done(&s->list[i].result);
	}
	gathered_free(g);
	return status;
}

int
cmd_prescreen(struct options *o)
{
	struct screening s = {.o = o};
	int status;

	if (o->n_args != 1)
		return o->n_args == 0
		           ? complain(EXIT_USAGE, "prescreen: name a regime, or all")
		           : complain(
		                 EXIT_USAGE, "prescreen: %s is too much", o->args[1]);
	status = load_regimes(&s);
	if (status == 0)
		status = o->schedule ? schedule(&s) : screen(&s);
	free(s.list);
	free(s.regimes);
	return status;
}
