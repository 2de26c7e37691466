/*
 * From outages to what a contract counts and owes: clocks, pauses, grace, hours,
 * maintenance, readings, and what must hold whatever the contract is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/service.h"
#include "analyzer/settlement.h"
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S     NS_PER_S
#define MIN   (60 * S)
#define HOUR  (3600 * S)
#define DAY   (86400 * S)
#define BEGIN (1767225600 * S) /* 2026-01-01 */
#define ROOM  64

struct month {
	struct outage outages[ROOM];
	struct link_result r;
	struct terms t;
	struct verdict v;
};

static void
month_init(struct month *m)
{
	memset(m, 0, sizeof *m);
	m->r.period = m->t.period = (struct span){BEGIN, BEGIN + 31 * DAY};
	m->r.outages = m->outages;
	m->t.as_of_ns = m->t.period.end_ns;
	m->t.complete = true;
	m->t.target = 0.999;
	m->t.min_coverage = 0.95;
	m->t.clock_start = CLOCK_MEASURED;
	assert_true(profile_default(&m->t.profile, "event"));
}

static struct outage *
add(struct month *m, int64_t start, int64_t length)
{
	struct outage *o = &m->outages[m->r.n_outages++];

	*o = (struct outage){.start_ns = start,
	    .end_ns = start + length,
	    .counted = true,
	    .attribution = ATTR_ACCESS,
	    .confidence = CONF_HIGH};
	snprintf(o->id, sizeof o->id, "%016zx", m->r.n_outages);
	return o;
}

static int64_t
down(struct month *m)
{
	assert_int_equal(verdict_of(&m->v, &m->r, &m->t), 0);
	int64_t ns = m->v.down_ns;
	verdict_done(&m->v);
	return ns;
}

static struct ticket_clock
ticket(int64_t opened, int64_t closed)
{
	return (struct ticket_clock){.opened_ns = opened,
	    .acknowledged_ns = INT64_MIN,
	    .detected_ns = INT64_MIN,
	    .closed_ns = closed,
	    .reference = "T1"};
}

static void
test_minimum_and_grace(void **state)
{
	struct month m;

	(void)state;
	month_init(&m);
	add(&m, BEGIN + DAY, 5 * MIN);
	add(&m, BEGIN + 2 * DAY, 20 * MIN);
	m.t.min_outage_ns = 5 * MIN; /* one exactly as long counts … */
	assert_int_equal(down(&m), 25 * MIN);
	m.t.min_exclusive = true; /* … or not, as the contract has it */
	assert_int_equal(down(&m), 20 * MIN);
	m.t.min_exclusive = false;
	m.t.grace_ns = 15 * MIN; /* forgiven of each, not of the sum */
	assert_int_equal(down(&m), 5 * MIN);
	m.t.grace_ns = 5 * MIN;
	assert_int_equal(down(&m), 15 * MIN);
}

static void
test_clocks(void **state)
{
	struct month m;
	const int64_t at = BEGIN + DAY;
	struct ticket_clock c = ticket(at + 30 * MIN, at + 5 * HOUR);

	(void)state;
	month_init(&m);
	add(&m, at, 4 * HOUR);
	m.t.clock_start = CLOCK_OPENED;
	assert_int_equal(down(&m), 0); /* no ticket, no clock */
	m.t.tickets = &c;
	m.t.n_tickets = 1;
	assert_int_equal(down(&m), 210 * MIN);
	m.t.clock_stop = STOP_CLOSED; /* longer than the dark */
	assert_int_equal(down(&m), 270 * MIN);
	m.t.clock_stop = STOP_EARLIER;
	assert_int_equal(down(&m), 210 * MIN);
	c.closed_ns = at + 2 * HOUR;
	assert_int_equal(down(&m), 90 * MIN);
	m.t.clock_stop = STOP_RESTORED;
	c.detected_ns = at + 10 * MIN;
	c.acknowledged_ns = at + 50 * MIN;
	m.t.clock_start = CLOCK_OPENED | CLOCK_DETECTED | CLOCK_ACKNOWLEDGED;
	assert_int_equal(down(&m), 230 * MIN); /* the earliest of them */
	m.t.clock_pick = CLOCK_LATEST;
	assert_int_equal(down(&m), 190 * MIN);
	c.acknowledged_ns = INT64_MIN; /* the latest of what never came never comes */
	assert_int_equal(down(&m), 0);
	c = ticket(at + 5 * HOUR, at + 6 * HOUR); /* after it was over */
	m.t.clock_start = CLOCK_OPENED;
	assert_int_equal(verdict_of(&m.v, &m.r, &m.t), 0);
	assert_int_equal(m.v.down_ns, 0);
	assert_string_equal(
	    m.v.times[0].reason, "the ticket was opened after service was restored");
	assert_int_equal(m.v.measured_ns, 4 * HOUR);
	verdict_done(&m.v);
}

static void
test_pauses(void **state)
{
	const int64_t at = BEGIN + DAY;
	const struct span pauses[] = {{at + 3 * HOUR, INT64_MAX},
	    {at + HOUR, at + 90 * MIN}, {at + 80 * MIN, at + 100 * MIN}};
	struct ticket_clock c = ticket(at, INT64_MIN);
	struct month m;

	(void)state;
	month_init(&m);
	add(&m, at, 4 * HOUR);
	c.pauses = pauses;
	c.n_pauses = 3;
	m.t.tickets = &c;
	m.t.n_tickets = 1;
	m.t.clock_start = CLOCK_OPENED;
	assert_int_equal(down(&m), 140 * MIN); /* 60 and 80 */
	m.t.no_pauses = true;
	assert_int_equal(down(&m), 240 * MIN);
}

static int64_t
service_time(const struct contract_conf *c, const char *zone, struct span period,
    const struct exclusion_span *x, size_t n)
{
	struct exemption *e;
	size_t k = service_exempt(&e, c, zone, period, x, n);
	int64_t sum = period.end_ns - period.start_ns;

	for (size_t i = 0; i < k; i++)
		sum -= e[i].end_ns - e[i].start_ns;
	free(e);
	return sum;
}

static void
test_hours(void **state)
{
	struct contract_conf c;
	struct span day;

	(void)state;
	contract_default(&c);
	/* Sundays on which the clocks change, in service from 0:00 to 6:00 */
	c.hours[c.n_hours++] = (struct service_hours){6, 0, 360};
	assert_true(zone_day_start("Europe/Berlin", 2026, 3, 29, &day.start_ns));
	assert_true(zone_day_start("Europe/Berlin", 2026, 3, 30, &day.end_ns));
	assert_int_equal(day.end_ns - day.start_ns, 23 * HOUR);
	assert_int_equal(service_time(&c, "Europe/Berlin", day, NULL, 0), 5 * HOUR);
	assert_true(zone_day_start("Europe/Berlin", 2026, 10, 25, &day.start_ns));
	assert_true(zone_day_start("Europe/Berlin", 2026, 10, 26, &day.end_ns));
	assert_int_equal(service_time(&c, "Europe/Berlin", day, NULL, 0), 7 * HOUR);
	/* a holiday takes the whole of a day, 25 hours of this one */
	c.holidays[c.n_holidays++] = (struct civil_date){2026, 10, 25};
	day.end_ns += DAY;
	assert_int_equal(service_time(&c, "Europe/Berlin", day, NULL, 0), 0);
	c.n_hours = 0;
	assert_int_equal(service_time(&c, "Europe/Berlin", day, NULL, 0), DAY);
}

static void
test_maintenance(void **state)
{
	const struct span period = {BEGIN, BEGIN + 10 * DAY};
	struct exclusion_span x[] = {
	    {BEGIN + 2 * DAY, BEGIN + 2 * DAY + 3 * HOUR, true, BEGIN + DAY, "works"},
	    {BEGIN + 5 * DAY, BEGIN + 5 * DAY + 3 * HOUR, true, INT64_MIN, "works"},
	    {BEGIN + 7 * DAY, BEGIN + 7 * DAY + HOUR, false, INT64_MIN, "a flood"}};
	struct contract_conf c;

	(void)state;
	contract_default(&c);
	assert_int_equal(service_time(&c, "UTC", period, x, 3), 10 * DAY - 7 * HOUR);
	c.maintenance_notice_ns = DAY; /* the second was not announced */
	assert_int_equal(service_time(&c, "UTC", period, x, 3), 10 * DAY - 4 * HOUR);
	c.maintenance_notice_ns = DAY + 1;
	assert_int_equal(service_time(&c, "UTC", period, x, 3), 10 * DAY - HOUR);
	c.maintenance_notice_ns = 0;
	c.maintenance_most_ns = 4 * HOUR;
	assert_int_equal(service_time(&c, "UTC", period, x, 3), 10 * DAY - 5 * HOUR);
	assert_int_equal(service_time(NULL, "UTC", period, x, 3), 10 * DAY - 7 * HOUR);
}

/* ---- money ---- */

static void
hourly(struct contract_conf *c)
{
	contract_default(c);
	c->availability = 0.999;
	strcpy(c->currency, "EUR");
	c->mrc_mills = 450000;
	c->credits[c->n_credits++] = (struct credit_conf){.name = "outage",
	    .rule = CREDIT_PER_TIME,
	    .unit_ns = HOUR,
	    .part = PART_UP,
	    .amount = {.kind = AMOUNT_DAYS, .days = 1}};
}

static int64_t
owed(struct month *m, const struct contract_conf *c, struct settlement *out)
{
	struct settling in = {
	    .contract = c, .verdict = &m->v, .terms = &m->t, .zone = "UTC"};

	assert_int_equal(verdict_of(&m->v, &m->r, &m->t), 0);
	assert_int_equal(settlement_of(out, &in), 0);
	verdict_done(&m->v);
	return out->sheets[READING_POINT].total.mills;
}

static void
test_readings(void **state)
{
	struct contract_conf c;
	struct settlement s;
	struct month m;

	(void)state;
	month_init(&m);
	hourly(&c);
	struct outage *o = add(&m, BEGIN + DAY, HOUR);
	o->start_bound_ns = o->end_bound_ns = S;
	assert_int_equal(owed(&m, &c, &s), 15000);
	assert_int_equal(s.sheets[READING_CUSTOMER].total.mills, 30000);
	assert_int_equal(s.sheets[READING_ISP].total.mills, 15000);
	assert_string_equal(difference_name(s.difference), "outage-edges");
	settlement_done(&s);
	o->extent = EXTENT_PARTIAL;
	assert_int_equal(owed(&m, &c, &s), 15000);
	assert_int_equal(s.sheets[READING_ISP].total.mills, 0);
	assert_string_equal(difference_name(s.difference), "extent");
	settlement_done(&s);
	o->counted = false;
	o->attribution = ATTR_CPE;
	assert_int_equal(owed(&m, &c, &s), 0);
	assert_int_equal(s.sheets[READING_CUSTOMER].total.mills, 30000);
	assert_string_equal(difference_name(s.difference), "counts");
	settlement_done(&s);
	m.t.counts_stated = true;
	m.t.counts = 1u << ATTR_CPE; /* the contract has it otherwise */
	assert_int_equal(owed(&m, &c, &s), 15000);
	settlement_done(&s);
}

static uint64_t
random_of(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* A contract that asks for more, or forgives less, never owes less. */
static void
test_monotonous(void **state)
{
	static const double TARGETS[] = {0.99, 0.999, 0.9999};
	uint64_t x = 20261123;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct contract_conf c;
		struct settlement s;
		struct month m;
		int64_t at = BEGIN, before = -1;
		month_init(&m);
		hourly(&c);
		c.credits[0].beyond_target = random_of(&x) % 2;
		size_t n = random_of(&x) % 12;
		for (size_t i = 0; i < n; i++) {
			at += (int64_t)(random_of(&x) % (2 * 86400)) * S;
			int64_t length = (int64_t)(1 + random_of(&x) % 20000) * S;
			add(&m, at, length);
			at += length;
		}
		for (int i = 0; i < 3; i++) {
			c.availability = m.t.target = TARGETS[i];
			int64_t mills = owed(&m, &c, &s);
			settlement_done(&s);
			assert_true(mills >= before);
			before = mills;
		}
		for (int i = 4; i >= 0; i--) {
			m.t.grace_ns = i * 10 * MIN;
			m.t.min_outage_ns = i * 7 * MIN;
			int64_t mills = owed(&m, &c, &s);
			settlement_done(&s);
			if (i < 4)
				assert_true(mills >= before);
			before = mills;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_minimum_and_grace),
	    cmocka_unit_test(test_clocks),
	    cmocka_unit_test(test_pauses),
	    cmocka_unit_test(test_hours),
	    cmocka_unit_test(test_maintenance),
	    cmocka_unit_test(test_readings),
	    cmocka_unit_test(test_monotonous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
