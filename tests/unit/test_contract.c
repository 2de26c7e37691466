#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/clause.h"
#include "config/settings.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_NS  (60 * NS_PER_S)
#define HOUR_NS (60 * MIN_NS)
#define DAY_NS  (24 * HOUR_NS)

static char top[1024];

static struct settings *
load(const char *name)
{
	struct settings *s;
	char path[2048], err[600];

	snprintf(path, sizeof path, "%s/tests/data/good-conf/%s", top, name);
	if (settings_load(&s, path, err, sizeof err) != 0)
		fail_msg("%s", err);
	return s;
}

static const struct contract_conf *
named(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_contracts; i++)
		if (strcmp(s->contracts[i].name, name) == 0)
			return &s->contracts[i];
	fail_msg("there is no contract %s", name);
	return NULL;
}

static const struct credit_conf *
credit(const struct contract_conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_credits; i++)
		if (strcmp(c->credits[i].name, name) == 0)
			return &c->credits[i];
	fail_msg("there is no credit %s", name);
	return NULL;
}

static void
near(double is, double should)
{
	if (!(is >= should - 1e-12 && is <= should + 1e-12))
		fail_msg("%.15g, not %.15g", is, should);
}

static void
is_date(struct civil_date d, int year, int month, int day)
{
	assert_int_equal(d.year, year);
	assert_int_equal(d.month, month);
	assert_int_equal(d.day, day);
}

static void
is_share(const struct amount *a, double share)
{
	assert_int_equal(a->kind, AMOUNT_SHARE);
	near(a->share, share);
}

static void
is_days(const struct amount *a, double days)
{
	assert_int_equal(a->kind, AMOUNT_DAYS);
	near(a->days, days);
}

/* Steps: how many, and the thresholds with their shares. */
static void
has_steps(const struct credit_conf *k, size_t n, const double steps[][2])
{
	assert_int_equal(k->n_tiers, n);
	for (size_t i = 0; i < n; i++) {
		near(k->tiers[i].threshold / (steps[i][0] > 1 ? HOUR_NS / 60.0 : 1),
		    steps[i][0]);
		is_share(&k->tiers[i].amount, steps[i][1]);
	}
}

/* ---- every field ---- */

static void
the_frame_is_understood(void **state)
{
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");

	(void)state;
	assert_string_equal(c->reference, "Order 4711, Schedule 3");
	is_date(c->valid_from, 2026, 1, 1);
	is_date(c->valid_to, 2028, 2, 29);
	near(c->availability, 0.9995);
	assert_string_equal(c->period, "quarter");
	assert_int_equal(c->period_kind, PERIOD_QUARTER);
	assert_string_equal(c->profile, "mef");
	assert_string_equal(c->params.name, "mef");
	assert_int_equal(c->params.delta_ns, 5 * NS_PER_S);
	assert_int_equal(c->params.n, 12);
	assert_int_equal(c->params.p, 4);
	near(c->params.threshold, 0.4);
	assert_int_equal(c->maintenance, MAINTENANCE_AVAILABLE);
	assert_int_equal(c->maintenance_most_ns, 4 * HOUR_NS);
	assert_int_equal(c->maintenance_notice_ns, 5 * DAY_NS);
	assert_int_equal(c->min_outage_ns, 30 * NS_PER_S);
	assert_false(c->min_inclusive);
	assert_int_equal(c->grace_ns, 15 * MIN_NS);
	assert_int_equal(
	    c->clock_start, CLOCK_OPENED | CLOCK_ACKNOWLEDGED | CLOCK_DETECTED);
	assert_int_equal(c->clock_pick, CLOCK_LATEST);
	assert_int_equal(c->clock_stop, STOP_EARLIER);
	assert_false(c->pauses);
	assert_true(c->counts_stated);
	assert_int_equal(c->counts, 1u << 3 | 1u << 4 | 1u << 5);
	assert_string_equal(CONTRACT_COUNTS[3], "access");
	assert_string_equal(c->currency, "EUR");
	assert_int_equal(c->mrc_mills, 450500);
	assert_true(c->day_of_month);
	assert_true(c->stack);
	is_days(&c->cap, 1);
	assert_int_equal(c->line, 3);
	settings_free(s);
}

static void
the_calendar_is_sorted(void **state)
{
	static const struct service_hours SHOULD[] = {{0, 480, 1080}, {0, 1320, 1440},
	    {1, 480, 1080}, {2, 480, 1080}, {3, 480, 1080}, {4, 480, 1080},
	    {4, 1320, 1440}, {5, 540, 780}, {5, 1320, 1440}, {6, 1320, 1440}};
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");

	(void)state;
	assert_int_equal(c->n_hours, sizeof SHOULD / sizeof SHOULD[0]);
	for (size_t i = 0; i < c->n_hours; i++) {
		assert_int_equal(c->hours[i].weekday, SHOULD[i].weekday);
		assert_int_equal(c->hours[i].from_min, SHOULD[i].from_min);
		assert_int_equal(c->hours[i].to_min, SHOULD[i].to_min);
	}
	assert_int_equal(c->n_holidays, 2);
	is_date(c->holidays[0], 2026, 12, 25);
	is_date(c->holidays[1], 2026, 12, 26);
	settings_free(s);
}

static void
credits_by_time_are_understood(void **state)
{
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");
	const struct credit_conf *k = credit(c, "hours");

	(void)state;
	assert_int_equal(c->n_credits, 9);
	assert_string_equal(k->clause, "7.1");
	assert_int_equal(k->rule, CREDIT_PER_TIME);
	assert_int_equal(k->unit_ns, HOUR_NS);
	assert_int_equal(k->part, PART_NEAREST);
	assert_int_equal(k->round_ns, 15 * MIN_NS);
	assert_int_equal(k->amount.kind, AMOUNT_MONEY);
	assert_int_equal(k->amount.mills, 25005);
	assert_true(k->beyond_target);
	assert_false(k->per_outage);
	assert_int_equal(k->consecutive, 2);
	is_share(&k->cap, 0.5);
	assert_int_equal(k->line, 32);
	k = credit(c, "each");
	assert_int_equal(k->unit_ns, 4 * HOUR_NS);
	assert_int_equal(k->part, PART_EXACT);
	assert_true(k->per_outage);
	assert_false(k->beyond_target);
	is_share(&k->amount, 1.0 / 30);
	assert_int_equal(k->cap.kind, AMOUNT_NONE);
	assert_int_equal(k->consecutive, 0);
	settings_free(s);
}

static void
credits_by_steps_are_understood(void **state)
{
	static const double SUM[][2] = {{5, 0.05}, {60, 0.15}, {180, 0.35}, {360, 0.5}};
	static const double SINGLE[][2] = {{45, 1.0 / 30}, {720, 0.1}};
	static const double RATIO[][2] = {{0.99, 0.2}, {0.995, 0.1}, {0.9999, 0.05}};
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");
	const struct credit_conf *k = credit(c, "sum");

	(void)state;
	assert_int_equal(k->rule, CREDIT_CUMULATIVE);
	assert_true(k->inclusive);
	has_steps(k, 4, SUM);
	k = credit(c, "single");
	assert_int_equal(k->rule, CREDIT_SINGLE);
	assert_false(k->inclusive);
	assert_int_equal(k->round_ns, MIN_NS);
	has_steps(k, 2, SINGLE);
	k = credit(c, "ratio");
	assert_int_equal(k->rule, CREDIT_AVAILABILITY);
	assert_false(k->inclusive);
	has_steps(k, 3, RATIO);
	k = credit(c, "below");
	assert_true(k->inclusive);
	assert_int_equal(k->tiers[0].amount.mills, 10000);
	k = credit(c, "rtt");
	assert_int_equal(k->rule, CREDIT_METRIC);
	assert_int_equal(k->metric, METRIC_RTT);
	assert_false(k->inclusive);
	near(k->tiers[1].threshold, 55e6);
	is_share(&k->tiers[1].amount, 0.1);
	k = credit(c, "loss");
	assert_int_equal(k->metric, METRIC_LOSS);
	assert_true(k->inclusive);
	near(k->tiers[0].threshold, 0.005);
	is_days(&k->tiers[0].amount, 2);
	assert_int_equal(credit(c, "jitter")->metric, METRIC_JITTER);
	settings_free(s);
}

static void
deadlines_are_understood(void **state)
{
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");
	const struct deadline_conf *d = c->deadlines;

	(void)state;
	assert_int_equal(c->n_deadlines, 4);
	assert_string_equal(d[0].name, "report");
	assert_string_equal(d[0].clause, "9.1");
	assert_int_equal(d[0].what, DEADLINE_TICKET);
	assert_int_equal(d[0].anchor, ANCHOR_OUTAGE_START);
	assert_int_equal(d[0].within_ns, 72 * HOUR_NS);
	assert_int_equal(d[0].days, 0);
	assert_int_equal(d[1].what, DEADLINE_CLAIM);
	assert_int_equal(d[1].anchor, ANCHOR_PERIOD_END);
	assert_int_equal(d[1].within_ns, 0);
	assert_int_equal(d[1].days, 7);
	assert_true(d[1].business_days);
	assert_int_equal(d[2].what, DEADLINE_TERMINATE);
	assert_int_equal(d[2].anchor, ANCHOR_TICKET_CLOSED);
	assert_int_equal(d[2].days, 30);
	assert_false(d[2].business_days);
	assert_int_equal(d[3].anchor, ANCHOR_OUTAGE_END);
	assert_int_equal(d[3].days, 1);
	assert_int_equal(c->claim_window_ns, 0);
	settings_free(s);
}

static void
rights_and_commitments_are_understood(void **state)
{
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "every");
	const struct chronic_conf *h = c->chronic;
	const struct commitment_conf *m = c->commitments;

	(void)state;
	assert_int_equal(c->n_chronic, 1);
	assert_string_equal(h->name, "often");
	assert_string_equal(h->clause, "10");
	assert_int_equal(h->outages, 3);
	assert_int_equal(h->longer_than_ns, 30 * MIN_NS);
	assert_int_equal(h->within_ns, 30 * DAY_NS);
	assert_int_equal(h->total_ns, DAY_NS);
	assert_int_equal(h->single_ns, 12 * HOUR_NS);
	assert_int_equal(h->notice_ns, 14 * DAY_NS);
	assert_string_equal(h->right, "terminate without penalty");
	assert_int_equal(c->n_commitments, 5);
	assert_string_equal(m[0].clause, "4");
	assert_int_equal(m[0].where, WHERE_BACKBONE);
	near(m[0].at_most, 0.001);
	assert_int_equal(m[0].over_ns, 0);
	assert_int_equal(m[1].metric, METRIC_RTT);
	assert_int_equal(m[1].where, WHERE_SITE);
	near(m[1].at_most, 30e6);
	assert_int_equal(m[1].over_ns, 15 * MIN_NS);
	assert_int_equal(m[2].metric, METRIC_JITTER);
	assert_int_equal(m[3].metric, METRIC_SPEED_DOWN);
	near(m[3].minimum, 300e6);
	near(m[3].normal, 450e6);
	near(m[3].maximum, 500e6);
	assert_int_equal(m[4].metric, METRIC_SPEED_UP);
	near(m[4].minimum, 0);
	near(m[4].normal, 100e6);
	settings_free(s);
}

static void
profiles_keep_what_is_not_said(void **state)
{
	struct settings *s = load("contract.conf");
	const struct contract_conf *c = named(s, "y");

	(void)state;
	assert_int_equal(c->params.delta_ns, 300 * NS_PER_S);
	near(c->params.threshold, 0.75);
	assert_int_equal(c->period_kind, PERIOD_YEAR);
	assert_int_equal(c->claim_window_ns, 90 * DAY_NS);
	assert_int_equal(c->clock_start, CLOCK_MEASURED | CLOCK_OPENED);
	assert_int_equal(c->clock_pick, CLOCK_EARLIEST);
	assert_int_equal(c->n_hours, 2); /* one right after the other */
	assert_int_equal(c->hours[1].from_min, 720);
	c = named(s, "p");
	assert_true(c->deadlines[0].business_days && c->deadlines[0].days == 1);
	assert_int_equal(c->params.delta_ns, 30 * NS_PER_S);
	assert_int_equal(c->params.wait_ns, 5 * NS_PER_S);
	assert_int_equal(c->params.probes, 10);
	assert_int_equal(c->period_kind, PERIOD_ROLLING_30D);
	assert_string_equal(c->period, "30d");
	assert_int_equal(named(s, "t")->clock_start, CLOCK_OPENED);
	assert_int_equal(named(s, "one")->params.p, 0);
	assert_int_equal(named(s, "short")->params.p, 2);
	near(named(s, "short")->params.threshold, 0.5);
	settings_free(s);
}

static void
what_says_nothing_is_the_default(void **state)
{
	struct settings *s = load("contract.conf");
	struct contract_conf c;

	(void)state;
	contract_default(&c);
	strcpy(c.name, "zero");
	c.line = named(s, "zero")->line;
	assert_memory_equal(&c, named(s, "zero"), sizeof c);
	assert_true(c.pauses && c.min_inclusive && !c.counts_stated && !c.stack);
	assert_int_equal(c.clock_start, CLOCK_MEASURED);
	settings_free(s);
}

/* ---- versions ---- */

static const char *
version(const struct settings *s, size_t link, const char *day)
{
	struct civil_date date;
	char why[CLAUSE_WHY];

	assert_true(clause_date(day, &date, why, sizeof why));
	const struct contract_conf *c =
	    settings_contract_at(s, &s->links[link].def, date);
	return c != NULL ? c->name : "none";
}

static void
the_version_of_the_day_holds(void **state)
{
	struct settings *s = load("contract-versions.conf");

	(void)state;
	assert_string_equal(version(s, 0, "1999-06-01"), "fibre-2025");
	assert_string_equal(version(s, 0, "2025-12-31"), "fibre-2025");
	assert_string_equal(version(s, 0, "2026-01-01"), "fibre-2026");
	assert_string_equal(version(s, 0, "2026-12-31"), "fibre-2026");
	assert_string_equal(version(s, 0, "2027-01-01"), "none");
	assert_string_equal(version(s, 0, "2027-02-28"), "none");
	assert_string_equal(version(s, 0, "2027-03-01"), "fibre-2027");
	assert_string_equal(version(s, 0, "2099-01-01"), "fibre-2027");
	assert_string_equal(version(s, 1, "2026-06-01"), "open");
	assert_string_equal(version(s, 2, "2026-06-01"), "none");
	assert_string_equal(settings_contract(s, &s->links[0].def)->name, "fibre-2026");
	assert_string_equal(named(s, "fibre-2027")->follows, "fibre-2026");
	settings_free(s);
}

static void
what_may_be_claimed_is_kept(void **state)
{
	struct contract_conf c;

	(void)state;
	contract_default(&c);
	assert_int_equal(contract_claim_ns(&c), 0);
	c.claim_window_ns = 5 * DAY_NS;
	assert_int_equal(contract_claim_ns(&c), 5 * DAY_NS);
	c.n_deadlines = 1;
	c.deadlines[0] = (struct deadline_conf){
	    .what = DEADLINE_CLAIM, .anchor = ANCHOR_PERIOD_END, .days = 30};
	/* an outage on the first of a long month, to the end of the thirtieth day after
	 */
	assert_true(contract_claim_ns(&c) >= 61 * DAY_NS);
	c.period_kind = PERIOD_YEAR;
	assert_true(contract_claim_ns(&c) >= 396 * DAY_NS);
}

/* ---- values ---- */

static void
amounts_are_exact(void **state)
{
	static const char *const WRONG[] = {"", "%", "5.0000", "-5.00", "5,00", "1001%",
	    "11/1", "0", "0.00", "1e3", "1/0", "1/30 x", "367 days", "5 day s", "1/-3",
	    "05.00", "1000000001.00"};
	struct amount a;
	char why[CLAUSE_WHY], out[80];

	(void)state;
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		if (clause_amount(WRONG[i], &a, why, sizeof why))
			fail_msg("\"%s\" was taken", WRONG[i]);
	assert_true(clause_amount("1000%", &a, why, sizeof why));
	is_share(&a, 10);
	assert_true(clause_amount("27.5 %", &a, why, sizeof why));
	is_share(&a, 0.275);
	clause_print_amount(&a, "EUR", out, sizeof out);
	assert_string_equal(out, "27.5 % of the monthly charge");
	assert_true(clause_amount("0.5 days", &a, why, sizeof why));
	is_days(&a, 0.5);
	assert_true(clause_amount("5", &a, why, sizeof why));
	assert_int_equal(a.mills, 5000);
	assert_true(clause_amount("999999999.999", &a, why, sizeof why));
	assert_int_equal(a.mills, 999999999999ll);
	clause_print_amount(&a, "EUR", out, sizeof out);
	assert_string_equal(out, "999999999.999 EUR");
	assert_true(clause_amount("0.07", &a, why, sizeof why));
	clause_print_amount(&a, "EUR", out, sizeof out);
	assert_string_equal(out, "0.07 EUR");
}

static void
dates_are_of_the_calendar(void **state)
{
	static const char *const WRONG[] = {"2026-13-01", "2026-00-01", "2026-04-31",
	    "2026-02-29", "2100-02-29", "1969-12-31", "2026-1-1", "2026/01/01",
	    "2026-01-01 ", "+026-01-01", "2026-01-00"};
	struct civil_date d;
	char why[CLAUSE_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		if (clause_date(WRONG[i], &d, why, sizeof why))
			fail_msg("\"%s\" was taken", WRONG[i]);
	assert_true(clause_date("2000-02-29", &d, why, sizeof why));
	is_date(d, 2000, 2, 29);
	assert_true(clause_compare(d, (struct civil_date){2000, 3, 1}) < 0 &&
	            clause_compare(d, (struct civil_date){1999, 12, 31}) > 0 &&
	            clause_compare(d, (struct civil_date){2000, 2, 28}) > 0);
}

/* ---- the contracts that are shipped ---- */

static struct settings *
example(const char *file)
{
	static char text[65536];
	struct settings *s;
	char path[2048], err[600];

	snprintf(path, sizeof path, "%s/config/contracts/%s", top, file);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	strcpy(text, "centre a { link b { interface = \"eth0\" } } ");
	size_t n = strlen(text);
	n += fread(text + n, 1, sizeof text - n, f);
	fclose(f);
	if (settings_parse(&s, path, text, n, err, sizeof err) != 0)
		fail_msg("%s", err);
	if (strstr(text, "# The contract that you signed prevails") == NULL)
		fail_msg("%s does not say which contract prevails", path);
	return s;
}

static void
every_example_loads(void **state)
{
	char path[2048];
	struct dirent *e;
	unsigned n = 0;

	(void)state;
	snprintf(path, sizeof path, "%s/config/contracts", top);
	DIR *d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char *end = strstr(e->d_name, ".conf");
		if (end == NULL || end[5] != '\0')
			continue;
		struct settings *s = example(e->d_name);
		assert_true(s->n_contracts > 0);
		assert_true(strncmp(s->contracts[0].name, e->d_name,
		                (size_t)(end - e->d_name)) == 0);
		settings_free(s);
		n++;
	}
	closedir(d);
	assert_int_equal(n, 18);
}

/* What measurement.md's table and the clauses say, of one contract in a file. */
static struct settings *held;

static const struct contract_conf *
of(const char *file, const char *name)
{
	settings_free(held);
	held = example(file);
	return named(held, name);
}

static void
is_claim(const struct contract_conf *c, size_t at, unsigned days, bool business,
    enum deadline_anchor anchor)
{
	assert_true(c->n_deadlines > at);
	assert_int_equal(c->deadlines[at].what, DEADLINE_CLAIM);
	assert_int_equal(c->deadlines[at].days, days);
	assert_int_equal(c->deadlines[at].business_days, business);
	assert_int_equal(c->deadlines[at].anchor, anchor);
}

static void
examples_by_time_say_what_was_published(void **state)
{
	const struct contract_conf *c =
	    of("verizon-internet-dedicated.conf", "verizon-internet-dedicated");

	(void)state;
	near(c->availability, 1);
	assert_int_equal(c->credits[0].unit_ns, HOUR_NS);
	assert_int_equal(c->credits[0].part, PART_UP);
	is_days(&c->credits[0].amount, 1);
	is_share(&c->cap, 1);
	assert_int_equal(c->counts & 1u << 2, 0); /* the customer's CPE */
	assert_int_equal(c->deadlines[0].what, DEADLINE_TICKET);
	assert_int_equal(c->deadlines[0].within_ns, 72 * HOUR_NS);
	assert_int_equal(c->deadlines[0].anchor, ANCHOR_OUTAGE_START);
	is_claim(c, 1, 30, false, ANCHOR_TICKET_CLOSED);
	near(credit(c, "latency")->tiers[0].threshold, 45e6);
	assert_int_equal(c->commitments[0].where, WHERE_BACKBONE);
	c = of("ntt-gin.conf", "ntt-gin");
	assert_int_equal(c->clock_start, CLOCK_DETECTED);
	assert_int_equal(c->min_outage_ns, 15 * MIN_NS);
	assert_false(c->min_inclusive);
	assert_int_equal(c->credits[0].part, PART_EXACT);
	assert_int_equal(c->credits[0].unit_ns, DAY_NS);
	assert_true(c->credits[0].per_outage);
	is_claim(c, 0, 60, false, ANCHOR_OUTAGE_END);
	c = of("computercentric.conf", "computercentric");
	assert_int_equal(c->period_kind, PERIOD_QUARTER);
	is_share(&c->cap, 3 * 0.275);
	assert_int_equal(c->clock_pick, CLOCK_LATEST);
	near(c->commitments[0].at_most, 0.05);
	near(c->commitments[1].at_most, 30e6);
	assert_int_equal(c->commitments[1].over_ns, 15 * MIN_NS);
	assert_int_equal(c->commitments[1].where, WHERE_SITE);
	c = of("internet-t1.conf", "internet-t1");
	assert_int_equal(c->credits[0].unit_ns, 4 * HOUR_NS);
	assert_true(c->credits[0].beyond_target);
	near(credit(c, "loss")->tiers[0].threshold, 0.01);
	near(credit(c, "latency")->tiers[0].threshold, 65e6);
	c = of("lightedge.conf", "lightedge-999");
	is_share(&c->credits[0].amount, 0.05);
	is_share(&c->cap, 0.5);
	c = of("lightedge.conf", "lightedge-9999");
	near(c->availability, 0.9999);
	is_share(&c->credits[0].amount, 0.03);
	assert_int_equal(c->clock_start, CLOCK_OPENED);
	c = of("ipserver.conf", "ipserver");
	is_share(&c->credits[0].amount, 0.01);
	is_share(&c->cap, 1);
}

static void
examples_by_steps_say_what_was_published(void **state)
{
	static const double HAN[][2] = {{5, 0.05}, {60, 0.15}, {180, 0.35}, {360, 0.5}};
	static const double EDGE[][2] = {{5, 0.1}, {30, 0.2}, {60, 0.5}, {120, 1}};
	static const double TW[][2] = {
	    {5, 0.05}, {240, 0.1}, {480, 0.15}, {720, 0.2}, {960, 0.35}, {1440, 0.5}};
	static const double UK[][2] = {{0.99, 0.2}, {0.995, 0.1}, {0.9999, 0.05}};
	static const double VERIZON[][2] = {{0.99, 0.3}, {0.9995, 0.1}};
	static const double ULTINA[][2] = {
	    {45, 1.0 / 30}, {720, 0.1}, {1440, 1.0 / 3}, {4320, 1}};
	const struct contract_conf *c = of("centurylink-han.conf", "centurylink-han");

	(void)state;
	assert_int_equal(c->credits[0].rule, CREDIT_CUMULATIVE);
	assert_true(c->credits[0].inclusive);
	has_steps(&c->credits[0], 4, HAN);
	c = of("lumen-edge.conf", "lumen-edge");
	assert_int_equal(c->clock_stop, STOP_CLOSED);
	has_steps(&c->credits[0], 4, EDGE);
	c = of("tw-telecom.conf", "tw-telecom");
	assert_int_equal(c->credits[0].rule, CREDIT_SINGLE);
	assert_false(c->credits[0].inclusive);
	has_steps(&c->credits[0], 6, TW);
	near(c->credits[1].tiers[3].threshold, 65e6);
	is_share(&c->credits[1].tiers[3].amount, 0.2);
	c = of("uk-leased-line.conf", "uk-leased-line");
	assert_int_equal(c->clock_start, CLOCK_OPENED | CLOCK_DETECTED);
	assert_int_equal(c->clock_pick, CLOCK_EARLIEST);
	has_steps(&c->credits[0], 3, UK);
	c = of("verizon-tiers.conf", "verizon-tiers");
	has_steps(&c->credits[0], 2, VERIZON);
	c = of("softbank-ultina.conf", "softbank-ultina");
	has_steps(&c->credits[0], 4, ULTINA);
	assert_int_equal(c->credits[1].consecutive, 2);
}

static void
other_examples_say_what_was_published(void **state)
{
	const struct contract_conf *c = of("comcast-edi.conf", "comcast-edi");

	(void)state;
	assert_string_equal(c->profile, "ticket");
	assert_int_equal(c->clock_stop, STOP_EARLIER);
	assert_true(c->pauses);
	is_claim(c, 0, 30, false, ANCHOR_OUTAGE_START);
	c = of("cogent.conf", "cogent");
	is_claim(c, 0, 7, true, ANCHOR_PERIOD_END);
	near(c->commitments[0].at_most, 0.001);
	assert_false(c->stack);
	c = of("virgin-media-business.conf", "virgin-media-business");
	assert_int_equal(c->period_kind, PERIOD_YEAR);
	near(c->availability, 0.999);
	c = of("btnet.conf", "btnet");
	is_claim(c, 0, 28, false, ANCHOR_OUTAGE_END);
	c = of("masergy.conf", "masergy");
	assert_int_equal(c->chronic[0].outages, 4);
	assert_int_equal(c->chronic[0].longer_than_ns, 0);
	assert_int_equal(c->chronic[0].total_ns, DAY_NS);
	assert_int_equal(c->chronic[0].within_ns, 30 * DAY_NS);
	c = of("packetfabric.conf", "packetfabric-diverse");
	assert_int_equal(c->chronic[0].outages, 3);
	assert_int_equal(c->chronic[0].longer_than_ns, 30 * MIN_NS);
	assert_int_equal(c->chronic[0].notice_ns, 30 * DAY_NS);
	assert_int_equal(c->chronic[1].total_ns, DAY_NS);
	assert_int_equal(c->chronic[1].within_ns, 0);
	c = of("packetfabric.conf", "packetfabric");
	assert_int_equal(c->chronic[0].longer_than_ns, 12 * HOUR_NS);
	assert_int_equal(c->chronic[1].total_ns, 2 * DAY_NS);
	settings_free(held);
	held = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_frame_is_understood),
	    cmocka_unit_test(the_calendar_is_sorted),
	    cmocka_unit_test(credits_by_time_are_understood),
	    cmocka_unit_test(credits_by_steps_are_understood),
	    cmocka_unit_test(deadlines_are_understood),
	    cmocka_unit_test(rights_and_commitments_are_understood),
	    cmocka_unit_test(profiles_keep_what_is_not_said),
	    cmocka_unit_test(what_says_nothing_is_the_default),
	    cmocka_unit_test(the_version_of_the_day_holds),
	    cmocka_unit_test(what_may_be_claimed_is_kept),
	    cmocka_unit_test(amounts_are_exact),
	    cmocka_unit_test(dates_are_of_the_calendar),
	    cmocka_unit_test(every_example_loads),
	    cmocka_unit_test(examples_by_time_say_what_was_published),
	    cmocka_unit_test(examples_by_steps_say_what_was_published),
	    cmocka_unit_test(other_examples_say_what_was_published),
	};
	const char *where = getenv("LW_TOP");

	snprintf(top, sizeof top, "%s", where != NULL ? where : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
