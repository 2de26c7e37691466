#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/dossier.h"
#include "reports/evidence.h"
#include "reports/migration.h"
#include "reports/say.h"
#include "reports/sla.h"
#include "tests/golden/made_results.h"
#include "tests/unit/pdf_checks.h"
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The documents beside the dossier, in each language, on each paper: no sentence is
 * missing, and the pages hold. Comparisons and plans are made, so that whatever they can
 * say is said.
 */
#define LINKS 3
#define PAIRS 3

static char dir[256];
static const char *const LANGUAGES[] = {"en", "de", "fr"};
static const char *const PAPERS[] = {"a4", "letter"};
static struct results *(*const MAKE[])(void) = {
    made_lab, made_month, made_year, made_clean, made_single, made_unknown, made_names};
#define MADE (sizeof MAKE / sizeof *MAKE)

/* ---- what is compared ---- */

struct made {
	struct comparison c;
	struct compare_link links[LINKS];
	struct compare_pair pairs[PAIRS];
	struct verdict ledgers[LINKS];
	struct comparison_cost costs[LINKS];
	struct comparison_required required[LINKS];
	struct tail tails[LINKS];
	struct comparison_names names[LINKS][2];
	struct profile_conf profile;
	struct comparison_view view;
	struct migration m;
	struct migration_view plan;
	struct growth_month months[14];
};

static void
make_value(struct compare_value *v, int metric, size_t link, unsigned variant)
{
	static const double POINTS[] = {0.9987, 2.5, 0.0031, 12e6, 31e6};
	double by = 1 + 0.1 * (double)link;

	*v = (struct compare_value){.has = !(variant & 1) || metric < 2,
	    .has_interval = metric != 3,
	    .point = metric == 0 ? 1 - 0.0013 * by : POINTS[metric] * by};
	v->lower = metric == 0 ? v->point - 0.0004 : v->point * 0.8;
	v->upper = metric == 0 ? v->point + 0.0004 : v->point * 1.3;
	v->best = variant & 2 ? 1 : link + 1;
	v->worst = variant & 2 ? LINKS : link + 1;
	if (variant & 4 && metric > 1) /* another is first in some */
		v->best = v->worst = LINKS - link;
}

static void
make_pair(struct compare_pair *p, size_t a, size_t b, unsigned variant)
{
	*p = (struct compare_pair){.a = a,
	    .b = b,
	    .common_ns = 3456000 * NS_PER_S,
	    .days = variant & 8 ? 1 : 40,
	    .hours = 957};
	for (int m = 0; m < COMPARE_METRICS; m++)
		p->metrics[m] =
		    (struct compare_difference){.has = !(variant & 1) || m < 2,
		        .point = m == 0   ? 0.002
		                 : m == 1 ? -2.5
		                 : m == 2 ? -0.003
		                          : -20e6,
		        .lower = -30e6,
		        .upper = 0.004,
		        .p = 0.0005,
		        .adjusted = m == 0 ? 0.21 : 0.0025,
		        .apart = !(variant & 2) && m > 0};
}

/* Round trips of all lengths, of which the second link loses one in eleven, the third
 * nearly all. */
static void
make_tail(struct tail *t, size_t link, unsigned variant)
{
	static struct hist h;

	memset(&h, 0, sizeof h);
	for (unsigned i = 1; i <= 5000 && !(variant & 1); i++) {
		hist_add(&h, (int64_t)(10e6 + (double)link * 5e6 + 2e10 / i));
		if (link > 0 && (link > 1 || i % 10 == 0))
			hist_add_lost(&h);
	}
	for (unsigned i = 0; i < 9000 && link == 2 && variant & 2; i++)
		hist_add_lost(&h);
	tail_of(t, &h);
}

static void
make_comparison(struct made *d, const struct results *r, unsigned variant)
{
	size_t n = r->n_links < LINKS ? r->n_links : LINKS;

	*d = (struct made){.view = {.r = r,
	                       .c = &d->c,
	                       .ledgers = d->ledgers,
	                       .profile = &d->profile,
	                       .costs = d->costs,
	                       .required = d->required,
	                       .tails = d->tails,
	                       .names = (const struct comparison_names(*)[2])d->names,
	                       .zone = "Europe/Berlin"}};
	assert_true(profile_default(&d->profile, variant & 1 ? "mef" : "event"));
	d->c = (struct comparison){.n_links = n,
	    .links = d->links,
	    .pairs = d->pairs,
	    .n_tests = 15,
	    .common_ns = 3456000 * NS_PER_S,
	    .days = variant & 8 ? 1 : 40,
	    .hours = variant & 1 ? 0 : 957,
	    .measured = variant & 1 ? 2 : 5,
	    .always = variant & 4 ? 0 : LINKS,
	    .rule = {.rounds = COMPARE_ROUNDS,
	        .seed = COMPARE_SEED,
	        .least_days = COMPARE_LEAST_DAYS}};
	for (size_t i = 0; i < n; i++) {
		d->ledgers[i] = r->links[i].verdict;
		d->links[i] = (struct compare_link){.down_ns = 4000 * NS_PER_S,
		    .outages = i,
		    .sent = variant & 1 ? 0 : 114746,
		    .lost = 200};
		for (int m = 0; m < COMPARE_METRICS; m++)
			make_value(&d->links[i].values[m], m, i, variant);
		d->required[i] = (struct comparison_required){
		    variant & 2 ? 0 : 0.999, i == 1 ? 0.005 : 0, i == 2 ? 30e6 : 0};
		make_tail(&d->tails[i], i, variant);
		for (int isp = 0; isp < 2; isp++)
			d->names[i][isp] =
			    (struct comparison_names){i * 400, i * 390, i * 9000000};
		d->links[i].firsts = variant & 1 ? i : 3 * i;
		d->links[i].worst = (struct compare_day){.has = i < 2 || variant & 2,
		    .day = {r->from.ns, r->from.ns + 86400 * NS_PER_S},
		    .down_ns = 4000 * NS_PER_S,
		    .sent = variant & 1 ? 0 : 2880,
		    .lost = 200};
		if (i == 1 && variant & 4)
			d->links[i].worst.day.start_ns += 3600 * NS_PER_S;
		d->costs[i] = (struct comparison_cost){.has = i == 0 && !(variant & 4),
		    .year_mills = 5400000,
		    .currency = "GBP",
		    .has_downtime = !(variant & 2),
		    .year_down_ns = 54000 * NS_PER_S,
		    .year_least_ns = 50000 * NS_PER_S,
		    .year_most_ns = 99000 * NS_PER_S};
		for (size_t k = 0; k < i; k++)
			make_pair(&d->pairs[d->c.n_pairs++], k, i, variant);
	}
}

/* ---- what is planned ---- */

static void
make_criteria(struct migration *m, unsigned variant)
{
	static const double VALUES[] = {35, 0.9999, 0.0003, 9e6, 10e6, 225e6, 40e6};

	for (int i = 0; i < MIGRATION_MEASURES; i++) {
		struct migration_criterion *c = &m->criteria[i];
		*c = (struct migration_criterion){.measure = (enum migration_measure)i,
		    .word = (enum migration_word)((i + (int)variant) % 4),
		    .has_threshold = i != 6,
		    .has = i != 5,
		    .has_interval = i > 0 && i < 5,
		    .threshold = VALUES[i],
		    .value = VALUES[i],
		    .lower = VALUES[i] * 0.99,
		    .upper = VALUES[i],
		    .have = (uint64_t)i,
		    .need = 30};
		m->passed += c->word == MIGRATION_PASS;
		m->failed += c->word == MIGRATION_FAIL && !(variant & 1);
		m->open += c->word == MIGRATION_MORE && !(variant & 2);
	}
	for (int i = MIGRATION_AVAILABILITY; i < MIGRATION_MEASURES; i++)
		if (i != MIGRATION_MEDIAN)
			m->triggers[m->n_triggers++] =
			    (struct migration_trigger){(enum migration_measure)i,
			        i == MIGRATION_AVAILABILITY ? 120e9 : VALUES[i],
			        300 * NS_PER_S};
}

static void
make_plan(struct made *d, const struct results *r, unsigned variant)
{
	struct migration_view *v = &d->plan;

	make_criteria(&d->m, variant);
	migration_rule_default(&d->m.rule);
	*v = (struct migration_view){.pair = &d->view,
	    .m = &d->m,
	    .parallel = {r->from.ns, r->to.ns},
	    .has_week = !(variant & 4),
	    .has_slot = !(variant & 2),
	    .slot_day = variant % 7,
	    .slot_hour = 22,
	    .slot_hours = 4,
	    .slot_score = 0.25,
	    .tickets = variant & 8 ? 3 : 0,
	    .cut_over_ns = r->as_of.ns,
	    .proposed = (variant & 1) != 0};
	for (int way = 0; way < 2 && v->has_week; way++)
		d->m.size[way] = (struct migration_size){.has = true,
		    .use = {.minutes = 50280,
		        .p50_bps = 3e5,
		        .p99_bps = 5e6,
		        .most_bps = 2e9},
		    .required_bps = 94e6};
	for (int i = 0; i < DEMAND_DAYS * DEMAND_HOURS; i++)
		v->week.hours[i / DEMAND_HOURS][i % DEMAND_HOURS] = (struct window_hour){
		    .minutes = i % 9 > 0 ? 300 : 0, .use_bps = i * 1e5};
	window_score(&v->week);
	v->growth = (struct growth){.months = d->months,
	    .n_months = v->has_week ? (variant & 1 ? 14 : 1) : 0,
	    .has_worst = {(variant & 2) == 0, (variant & 2) == 0},
	    .weeks = variant & 8 ? 12 : 3};
	for (size_t i = 0; i < v->growth.n_months; i++)
		d->months[i] = (struct growth_month){.start_ns = r->from.ns,
		    .use = {{.minutes = 43200, .p95_bps = 3e7, .p99_bps = 4e7},
		        {.p95_bps = 1e5}}};
	for (int way = 0; way < DEMAND_WAYS && variant & 8; way++)
		v->growth.trends[way] = (struct growth_trend){true, 0.012, -0.003, 0.026};
	v->n_loads = v->has_week ? MIGRATION_SPEEDS : 2;
	for (size_t i = 0; i < v->n_loads; i++)
		v->loads[i] = (struct migration_load){.bps = {i * 50e6, 10e6},
		    .above = {{0.2, 0.1, 0, -1}, {-1, -1, -1, -1}}};
	for (int side = 0; side < 2; side++)
		*(side == 0 ? &v->before : &v->after) =
		    (struct migration_side){.has = (variant & 8) != 0,
		        .period = {r->from.ns, r->to.ns},
		        .ledger = r->links[side].verdict,
		        .loss = {.point = 0.01, .lower = 0.001, .upper = 0.02},
		        .has_loss = side == 0,
		        .p50_ns = side == 0 ? 9000000 : -1,
		        .p95_ns = 10000000};
}

/* ---- what else is known of a link ---- */

static void
test_facts(void **state)
{
	static const struct comparison_names names[1][2] = {
	    {{4, 0, -1}, {8, 3, 4000000}}};
	struct probe_def probes[3] = {{.network = "a", .family = 4},
	    {.network = "a", .family = 6}, {.network = "b", .family = 6}};
	struct target_loss targets[3] = {{.probe = 0, .sent = 9, .lost = 9},
	    {.probe = 1, .sent = 9, .lost = 8}, {.probe = 2, .sent = 9, .lost = 9}};
	struct link_result result = {.targets = targets, .n_targets = 3};
	struct link_report link = {.result = &result,
	    .has_path = true,
	    .path = {.n_hops = 3, .isp_hop = 2, .family = 4}};
	struct results r = {
	    .links = &link, .n_links = 1, .probes = probes, .n_probes = 3};
	struct comparison_view v = {.r = &r, .names = names};
	struct comparison_facts f;

	(void)state;
	comparison_facts(&v, 0, &f);
	assert_int_equal(f.targets, 3);
	assert_int_equal(f.networks, 2);
	assert_int_equal(f.ipv6_targets, 2);
	assert_int_equal(f.ipv6_answered, 1);
	assert_int_equal(f.hops, 3);
	assert_int_equal(f.isp_hop, 2);
	assert_false(f.reached);
	assert_int_equal(f.names[1].asked, 8);
	assert_int_equal(f.names[1].answers, 3);
	assert_int_equal(f.names[1].p50_ns, 4000000);
	assert_int_equal(f.names[0].asked, 4);
	assert_int_equal(f.names[0].p50_ns, -1);
}

/* ---- checks ---- */

static void
check(const char *path, const struct results *r)
{
	const struct paper *paper = page_paper(r->paper);
	const char *missing = "";
	char want[64];

	if (say_missed(&missing) != 0)
		fail_msg("%s: not said: \"%s\"", path, missing);
	pdf_check_file(path);
	pdf_check_fonts(path);
	pdf_check_pages(path);
	pdf_check_geometry(path, paper->w, paper->h);
	snprintf(want, sizeof want, "/Lang (%s)", say_language(r->language)->tag);
	char *text = pdf_output(
	    "qpdf --qdf --object-streams=disable '%s' - | strings", path, NULL);
	assert_non_null(strstr(text, want));
	assert_non_null(strstr(text, "/Outlines"));
	assert_non_null(strstr(text, "/DisplayDocTitle true"));
	free(text);
}

typedef int draw_one(
    const struct results *r, unsigned variant, const char *path, char *err, size_t room);

static int
draw_sla(
    const struct results *r, unsigned variant, const char *path, char *err, size_t room)
{
	(void)variant;
	return sla_pdf(r, NULL, path, NULL, err, room);
}

static int
draw_comparison(
    const struct results *r, unsigned variant, const char *path, char *err, size_t room)
{
	struct made d;

	make_comparison(&d, r, variant);
	return comparison_pdf(&d.view, path, NULL, err, room);
}

static int
draw_plan(
    const struct results *r, unsigned variant, const char *path, char *err, size_t room)
{
	struct made d;

	make_comparison(&d, r, variant);
	make_plan(&d, r, variant);
	return migration_pdf(&d.plan, path, NULL, err, room);
}

/* Each of the histories that has links enough, in each language, the paper in turn. */
static void
draw_all(const char *what, draw_one *draw, size_t least, unsigned variants)
{
	char path[400], err[256] = "";
	unsigned drawn = 0;

	for (size_t i = 0; i < MADE; i++) {
		struct results *r = MAKE[i]();
		for (unsigned k = 0; r->n_links >= least && k < 3 * variants; k++) {
			r->language = LANGUAGES[k % 3];
			r->paper = PAPERS[(k + i) % 2];
			snprintf(path, sizeof path, "%s/%s-%zu-%u-%s-%s.pdf", dir, what,
			    i, k / 3, r->language, r->paper);
			if (draw(r, k / 3, path, err, sizeof err) < 0)
				fail_msg("%s: %s", path, err);
			check(path, r);
			drawn++;
		}
		made_free(r);
	}
	assert_true(drawn >= 3 * variants);
}

static void
test_sla_reports(void **state)
{
	(void)state;
	draw_all("sla", draw_sla, 1, 2);
}

static void
test_comparisons(void **state)
{
	(void)state;
	draw_all("comparison", draw_comparison, 2, 16);
}

static void
test_plans(void **state)
{
	(void)state;
	draw_all("migration", draw_plan, 2, 16);
}

/* Two pages a link, before them one that sums up where there are several. */
static void
test_pages_of_an_sla_report(void **state)
{
	char path[300], err[256];

	(void)state;
	for (size_t i = 0; i < MADE; i++) {
		struct results *r = MAKE[i]();
		made_evidence_free(&r->links[0]);
		made_evidence(r, 0, i % 2 == 0);
		r->language = LANGUAGES[i % 3];
		r->paper = PAPERS[i / 2 % 2];
		snprintf(path, sizeof path, "%s/pages-%zu.pdf", dir, i);
		assert_int_equal(sla_pdf(r, NULL, path, NULL, err, sizeof err), 0);
		check(path, r);
		unsigned pages = pdf_check_pages(path);
		assert_int_equal(pages, 2 * r->n_links + (r->n_links > 1));
		made_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_sla_reports),
	    cmocka_unit_test(test_comparisons),
	    cmocka_unit_test(test_plans),
	    cmocka_unit_test(test_pages_of_an_sla_report),
	};
	const char *keep = getenv("LW_KEEP");

	if (system("command -v pdftotext pdffonts pdfinfo qpdf strings >/dev/null") !=
	    0) {
		fprintf(stderr, "skipped: poppler-utils, qpdf and binutils are needed\n");
		return 77;
	}
	if (keep != NULL)
		snprintf(dir, sizeof dir, "%s", keep);
	else if (scratch_make(dir, sizeof dir, "documents") != 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return (keep == NULL && scratch_remove(dir) != 0) || failed;
}
