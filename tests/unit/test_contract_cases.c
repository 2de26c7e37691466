/* The contracts that are shipped, each with cases worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/chronic.h"
#include "analyzer/credit.h"
#include "analyzer/deadline.h"
#include "base/zone.h"
#include "config/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S       NS_PER_S
#define MIN     (60 * S)
#define H       (3600 * S)
#define DAY     (24 * H)
#define OUTAGES 4

static char top[1024];

/* April 2026, of 30 days; or the quarter that it begins, of 91. */
static int64_t
april(int day, int hour)
{
	int64_t ns = 0;

	assert_true(zone_instant("UTC", 2026, 4, day, hour, 0, 0, &ns));
	return ns;
}

/* A charge of 450.00 a month: a day of it is 15.00. */
static struct settings *
example(const char *file, const char *name, struct contract_conf **c)
{
	static char text[65536];
	struct settings *s;
	char path[2048], err[600];

	snprintf(path, sizeof path, "%s/config/contracts/%s.conf", top, file);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		fail_msg("%s is not there", path);
	strcpy(text, "centre a { link b { interface = \"eth0\" } } ");
	size_t n = strlen(text);
	n += fread(text + n, 1, sizeof text - n, f);
	fclose(f);
	if (settings_parse(&s, path, text, n, err, sizeof err) != 0)
		fail_msg("%s", err);
	for (size_t i = 0; i < s->n_contracts; i++) {
		*c = &s->contracts[i];
		if (strcmp((*c)->name, name) != 0)
			continue;
		strcpy((*c)->currency, "EUR");
		(*c)->mrc_mills = 450000;
		return s;
	}
	fail_msg("%s has no contract %s", path, name);
	return NULL;
}

/* Outages six hours apart from the second of the month on; as the contract counts. */
static size_t
outages(struct downtime down[OUTAGES], const int64_t ns[OUTAGES])
{
	int64_t at = april(2, 0);
	size_t n = 0;

	memset(down, 0, OUTAGES * sizeof *down);
	for (; n < OUTAGES && ns[n] > 0; n++) {
		struct downtime *d = &down[n];
		snprintf(d->outage_id, sizeof d->outage_id, "%016zx", n + 1);
		d->start_ns = at;
		d->end_ns = at + ns[n];
		d->begins_here = true;
		d->counted_ns = d->whole_ns = ns[n];
		at = d->end_ns + 6 * H;
	}
	return n;
}

/* ---- credits ---- */

struct example_case {
	const char *file, *name;
	int64_t ns[OUTAGES];
	double loss, rtt_ms; /* of the month; 0: nothing */
	unsigned failed;     /* periods before that failed every clause */
	int64_t cents;
};

static const struct example_case CASES[] = {
    {"verizon-internet-dedicated", NULL, {0}, 0, 0, 0, 0},
    {"verizon-internet-dedicated", NULL, {1 * S}, 0, 0, 0, 1500},
    {"verizon-internet-dedicated", NULL, {20 * MIN, 40 * MIN}, 0, 0, 0, 1500},
    {"verizon-internet-dedicated", NULL, {20 * MIN, 50 * MIN}, 0, 0, 0, 3000},
    {"verizon-internet-dedicated", NULL, {20 * MIN, 50 * MIN}, 0, 45.01, 0, 4500},
    {"verizon-internet-dedicated", NULL, {0}, 0.005, 45, 0, 0},
    {"verizon-internet-dedicated", NULL, {0}, 0.0051, 46, 0, 3000},
    {"verizon-internet-dedicated", NULL, {40 * H}, 0, 0, 0, 45000},
    {"comcast-edi", NULL, {8 * H}, 0, 0, 0, 0},
    {"cogent", NULL, {8 * H}, 0.01, 0, 0, 0},
    {"ntt-gin", NULL, {90 * MIN}, 0, 0, 0, 94},
    {"ntt-gin", NULL, {12 * H, 6 * H}, 0, 0, 0, 1125},
    {"centurylink-han", NULL, {5 * MIN - 1}, 0, 0, 0, 0},
    {"centurylink-han", NULL, {3 * MIN, 2 * MIN}, 0, 0, 0, 2250},
    {"centurylink-han", NULL, {H - 1}, 0, 0, 0, 2250},
    {"centurylink-han", NULL, {H}, 0, 0, 0, 6750},
    {"centurylink-han", NULL, {H, 2 * H}, 0, 0, 0, 15750},
    {"centurylink-han", NULL, {6 * H}, 0, 0, 0, 22500},
    {"lumen-edge", NULL, {5 * MIN}, 0, 0, 0, 4500},
    {"lumen-edge", NULL, {30 * MIN}, 0, 0, 0, 9000},
    {"lumen-edge", NULL, {H}, 0, 0, 0, 22500},
    {"lumen-edge", NULL, {2 * H}, 0, 0, 0, 45000},
    {"tw-telecom", NULL, {5 * MIN}, 0, 0, 0, 0},
    {"tw-telecom", NULL, {5 * MIN + 1}, 0, 0, 0, 2250},
    {"tw-telecom", NULL, {4 * H}, 0, 0, 0, 2250},
    {"tw-telecom", NULL, {5 * H, 5 * H}, 0, 0, 0, 9000},
    {"tw-telecom", NULL, {16 * H}, 0, 0, 0, 9000},
    {"tw-telecom", NULL, {24 * H}, 0, 0, 0, 15750},
    {"tw-telecom", NULL, {24 * H + 1}, 0, 0, 0, 22500},
    {"tw-telecom", NULL, {0}, 0, 45, 0, 0},
    {"tw-telecom", NULL, {0}, 0, 45.01, 0, 2250},
    {"tw-telecom", NULL, {0}, 0, 66, 0, 9000},
    {"uk-leased-line", NULL, {259200 * NS_PER_MS}, 0, 0, 0, 0},
    {"uk-leased-line", NULL, {259200 * NS_PER_MS + 1}, 0, 0, 0, 2250},
    {"uk-leased-line", NULL, {12960 * S}, 0, 0, 0, 2250},
    {"uk-leased-line", NULL, {12961 * S}, 0, 0, 0, 4500},
    {"uk-leased-line", NULL, {25920 * S}, 0, 0, 0, 4500},
    {"uk-leased-line", NULL, {25921 * S}, 0, 0, 0, 9000},
    {"computercentric", NULL, {59 * MIN}, 0, 0, 0, 0},
    {"computercentric", NULL, {150 * MIN}, 0, 0, 0, 3000},
    {"computercentric", NULL, {30 * H}, 0, 0, 0, 37125},
    {"virgin-media-business", NULL, {30 * H}, 0, 0, 0, 0},
    {"btnet", NULL, {30 * H}, 0, 0, 0, 0},
    {"softbank-ultina", NULL, {45 * MIN - 1}, 0, 0, 0, 0},
    {"softbank-ultina", NULL, {45 * MIN}, 0, 0, 0, 1500},
    {"softbank-ultina", NULL, {12 * H}, 0, 0, 0, 4500},
    {"softbank-ultina", NULL, {24 * H}, 0, 0, 0, 15000},
    {"softbank-ultina", NULL, {72 * H}, 0, 0, 0, 45000},
    {"softbank-ultina", NULL, {0}, 0, 26, 0, 0},
    {"softbank-ultina", NULL, {0}, 0, 26, 1, 1500},
    {"softbank-ultina", NULL, {0}, 0, 25, 1, 0},
    {"verizon-tiers", NULL, {1296 * S}, 0, 0, 0, 0},
    {"verizon-tiers", NULL, {1297 * S}, 0, 0, 0, 4500},
    {"verizon-tiers", NULL, {25921 * S}, 0, 0, 0, 13500},
    {"lightedge", "lightedge-9999", {90 * MIN}, 0, 0, 0, 1350},
    {"lightedge", "lightedge-999", {90 * MIN}, 0, 0, 0, 2250},
    {"lightedge", "lightedge-9999", {20 * H}, 0, 0, 0, 22500},
    {"ipserver", NULL, {210 * MIN}, 0, 0, 0, 1350},
    {"ipserver", NULL, {101 * H}, 0, 0, 0, 45000},
    {"internet-t1", NULL, {259200 * NS_PER_MS}, 0, 0, 0, 0},
    {"internet-t1", NULL, {259200 * NS_PER_MS + 1}, 0, 0, 0, 1500},
    {"internet-t1", NULL, {4 * H + 259200 * NS_PER_MS}, 0, 0, 0, 1500},
    {"internet-t1", NULL, {4 * H + 260 * S}, 0, 0, 0, 3000},
    {"internet-t1", NULL, {8 * H}, 0.02, 66, 0, 6000},
    {"internet-t1", NULL, {200 * H}, 0.02, 66, 0, 45000},
    {"packetfabric", "packetfabric", {30 * H}, 0, 0, 0, 0},
    {"masergy", NULL, {30 * H}, 0, 0, 0, 0},
};

static void
one_case(size_t at)
{
	const struct example_case *x = &CASES[at];
	struct downtime down[OUTAGES];
	struct credit_sheet sheet;
	struct contract_conf *c;
	struct settings *s = example(x->file, x->name != NULL ? x->name : x->file, &c);
	int64_t from = april(1, 0);
	int64_t days = c->period_kind == PERIOD_QUARTER ? 91 : 30;
	struct account a = {.period = {from, from + days * DAY},
	    .zone = "UTC",
	    .down = down,
	    .n_down = outages(down, x->ns),
	    .scheduled_ns = days * DAY,
	    .has_availability = true,
	    .has_metric = {[METRIC_LOSS] = true, [METRIC_RTT] = true},
	    .metric = {[METRIC_LOSS] = x->loss, [METRIC_RTT] = x->rtt_ms * 1e6}};

	for (size_t i = 0; i < a.n_down; i++)
		a.down_ns += down[i].counted_ns;
	for (size_t i = 0; i < c->n_credits; i++)
		a.failed_before[i] = x->failed;
	assert_int_equal(credit_work_out(&sheet, c, &a), 0);
	if (sheet.total.mills != 10 * x->cents || sheet.total.share_ppb != 0)
		fail_msg("case %zu, %s: %lld mills, not %lld", at, c->name,
		    (long long)sheet.total.mills, (long long)(10 * x->cents));
	credit_done(&sheet);
	settings_free(s);
}

static void
credits_are_as_worked_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
		one_case(i);
}

/* Without a charge the same credit is a share of it. */
static void
without_a_charge_it_is_a_share(void **state)
{
	const int64_t hour[OUTAGES] = {H};
	struct downtime down[OUTAGES];
	struct credit_sheet sheet;
	struct contract_conf *c;
	struct settings *s = example("centurylink-han", "centurylink-han", &c);
	struct account a = {.period = {april(1, 0), april(31, 0)},
	    .zone = "UTC",
	    .down = down,
	    .n_down = outages(down, hour),
	    .scheduled_ns = 30 * DAY,
	    .down_ns = H,
	    .has_availability = true};

	(void)state;
	c->mrc_mills = 0;
	assert_int_equal(credit_work_out(&sheet, c, &a), 0);
	assert_int_equal(sheet.total.mills, 0);
	assert_int_equal(sheet.total.share_ppb, 150000000);
	credit_done(&sheet);
	settings_free(s);
}

/* ---- deadlines ---- */

/* One outage from 2 April 00:00 for three hours, its ticket closed on the fifth. */
static void
one_deadline(const char *file, enum deadline_what what, const char *end)
{
	const int64_t three[OUTAGES] = {3 * H};
	struct downtime down[OUTAGES];
	struct ticket_end ticket = {"T1", april(5, 12)};
	struct contract_conf *c;
	struct settings *s = example(file, file, &c);
	struct deadline_anchors a = {.zone = "UTC",
	    .down = down,
	    .n_down = outages(down, three),
	    .tickets = &ticket,
	    .n_tickets = 1,
	    .has_period_end = true,
	    .period_end_ns = april(31, 0)};
	struct deadline *list;
	struct zone_time t;
	char is[40];
	size_t n, found = 0;

	assert_int_equal(deadline_list(&list, &n, c, &a), 0);
	for (size_t i = 0; i < n; i++) {
		if (list[i].what != what)
			continue;
		found++;
		zone_civil(list[i].by_ns, "UTC", &t);
		snprintf(is, sizeof is, "%04d-%02d-%02d %02d:%02d", t.year, t.month,
		    t.day, t.hour, t.minute);
		if (strcmp(is, end) != 0)
			fail_msg("%s: by %s, not %s", file, is, end);
	}
	assert_int_equal(found, 1);
	free(list);
	settings_free(s);
}

static void
deadlines_are_as_worked_out(void **state)
{
	(void)state;
	one_deadline("verizon-internet-dedicated", DEADLINE_TICKET, "2026-04-05 00:00");
	one_deadline("verizon-internet-dedicated", DEADLINE_CLAIM, "2026-05-05 23:59");
	one_deadline("comcast-edi", DEADLINE_CLAIM, "2026-05-02 23:59");
	/* 30 April is a Thursday: 1, 4 to 8 and 11 May are the seven. */
	one_deadline("cogent", DEADLINE_CLAIM, "2026-05-11 23:59");
	one_deadline("ntt-gin", DEADLINE_CLAIM, "2026-06-01 23:59");
	one_deadline("lumen-edge", DEADLINE_CLAIM, "2026-05-02 23:59");
	one_deadline("btnet", DEADLINE_CLAIM, "2026-04-30 23:59");
}

/* ---- chronic outages ---- */

static size_t
rights(const char *file, const char *name, const int64_t ns[OUTAGES])
{
	struct downtime down[OUTAGES];
	struct contract_conf *c;
	struct settings *s = example(file, name, &c);
	struct span period = {april(1, 0), april(31, 0)};
	struct chronic *list;
	size_t n, n_down = outages(down, ns);

	assert_int_equal(chronic_find(&list, &n, c, down, n_down, period, "UTC"), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(list[i].has_notice && list[i].conf->right[0] != '\0');
	chronic_free(list, n);
	settings_free(s);
	return n;
}

static void
rights_arise_as_worked_out(void **state)
{
	static const int64_t TWO[OUTAGES] = {31 * MIN, 31 * MIN},
	                     EVEN[OUTAGES] = {30 * MIN, 31 * MIN, 31 * MIN},
	                     THREE[OUTAGES] = {31 * MIN, 31 * MIN, 31 * MIN},
	                     FOUR[OUTAGES] = {MIN, MIN, MIN, MIN},
	                     DAY_LONG[OUTAGES] = {24 * H}, LONGER[OUTAGES] = {24 * H + S},
	                     HALF_DAYS[OUTAGES] = {13 * H, 13 * H, 13 * H};

	(void)state;
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", TWO), 0);
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", EVEN), 0);
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", THREE), 1);
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", DAY_LONG), 0);
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", LONGER), 1);
	assert_int_equal(rights("packetfabric", "packetfabric-diverse", HALF_DAYS), 2);
	assert_int_equal(rights("packetfabric", "packetfabric", THREE), 0);
	assert_int_equal(rights("packetfabric", "packetfabric", LONGER), 0);
	assert_int_equal(rights("packetfabric", "packetfabric", HALF_DAYS), 1);
	assert_int_equal(rights("masergy", "masergy", THREE), 0);
	assert_int_equal(rights("masergy", "masergy", FOUR), 1);
	assert_int_equal(rights("masergy", "masergy", DAY_LONG), 0);
	assert_int_equal(rights("masergy", "masergy", LONGER), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(credits_are_as_worked_out),
	    cmocka_unit_test(without_a_charge_it_is_a_share),
	    cmocka_unit_test(deadlines_are_as_worked_out),
	    cmocka_unit_test(rights_arise_as_worked_out),
	};
	const char *where = getenv("LW_TOP");

	snprintf(top, sizeof top, "%s", where != NULL ? where : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
