#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/evidence.h"
#include "reports/objections.h"

#include <stdio.h>
#include <string.h>

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)

/* 2025-03-29, midnight in Berlin: the next day has 23 hours. */
#define MARCH (1743202800 * NS_PER_S)

struct bench {
	struct link_def def;
	struct link_result result;
	struct link_report l;
	struct evidence e;
};

static void
bench_open(struct bench *b, int64_t from, int64_t to)
{
	memset(b, 0, sizeof *b);
	strcpy(b->def.timezone, "Europe/Berlin");
	b->result.period = (struct span){from, to};
	b->result.scheduled_ns = to - from;
	b->l.def = &b->def;
	b->l.result = &b->result;
	b->l.evidence = &b->e;
}

static void
test_days_are_civil(void **state)
{
	struct bench b;
	struct unknown gap = {MARCH + 20 * HOUR, MARCH + 26 * HOUR, UNKNOWN_NO_SAMPLES};

	(void)state;
	bench_open(&b, MARCH + HOUR, MARCH + 24 * HOUR + 23 * HOUR + 12 * HOUR);
	b.result.unknown = &gap;
	b.result.n_unknown = 1;
	b.result.unknown_ns = 6 * HOUR;
	evidence_complete(&b.e, &b.l);
	assert_int_equal(b.e.n_days, 3);
	assert_int_equal(b.e.days[0].start_ns, MARCH + HOUR);
	assert_int_equal(b.e.days[0].end_ns - b.e.days[0].start_ns, 23 * HOUR);
	assert_int_equal(b.e.days[1].end_ns - b.e.days[1].start_ns, 23 * HOUR);
	assert_int_equal(b.e.days[2].end_ns - b.e.days[2].start_ns, 12 * HOUR);
	assert_int_equal(b.e.days[0].measured_ns, 19 * HOUR);
	assert_int_equal(b.e.days[1].measured_ns, 21 * HOUR);
	int64_t measured = 0;
	for (size_t i = 0; i < b.e.n_days; i++)
		measured += b.e.days[i].measured_ns;
	assert_int_equal(measured, b.result.scheduled_ns - b.result.unknown_ns);
	evidence_done(&b.e);
}

static void
test_tests_by_the_hour_and_band(void **state)
{
	struct contract_conf c;
	struct bench b;

	(void)state;
	contract_default(&c);
	c.commitments[0] = (struct commitment_conf){.metric = METRIC_SPEED_DOWN,
	    .minimum = 100e6,
	    .normal = 200e6,
	    .maximum = 250e6};
	c.n_commitments = 1;
	bench_open(&b, MARCH, MARCH + 24 * HOUR);
	b.l.conf = &c;
	/* 1 o'clock: 50, 100, 200 and 225 Mbit/s; at three one that failed; one up */
	const double mbit[] = {200, 50, 225, 100};
	for (int i = 0; i < 4; i++)
		evidence_test(
		    &b.e, &(struct speed_test){
		              .at_ns = MARCH + HOUR + i * MINUTE, .bps = mbit[i] * 1e6});
	evidence_test(
	    &b.e, &(struct speed_test){.at_ns = MARCH + 3 * HOUR, .failed = true});
	evidence_test(&b.e,
	    &(struct speed_test){.at_ns = MARCH + 3 * HOUR, .bps = 7e6, .up = true});
	evidence_complete(&b.e, &b.l);
	const struct speed_side *s = &b.e.sides[0];
	assert_int_equal(s->tests, 5);
	assert_int_equal(s->failed, 1);
	assert_int_equal(s->bands[0] + s->bands[1] + s->bands[2], 5);
	assert_int_equal(s->bands[0], 2);
	assert_int_equal(s->bands[1], 1);
	assert_int_equal(s->bands[2], 2);
	assert_int_equal(s->below_minimum, 2);
	assert_int_equal(s->reached_normal, 2);
	assert_int_equal(s->reached_maximum, 1);
	assert_int_equal(s->hours[1].n, 4);
	assert_true(s->hours[1].least == 50e6 && s->hours[1].p25 == 50e6);
	assert_true(s->hours[1].p50 == 100e6 && s->hours[1].p75 == 200e6);
	assert_true(s->hours[1].most == 225e6);
	assert_int_equal(s->hours[3].n, 1);
	assert_true(s->least == 0 && s->p50 == 100e6);
	assert_int_equal(b.e.sides[1].tests, 1);
	assert_false(b.e.sides[1].has_bands);
	evidence_done(&b.e);
}

static void
test_minutes_without_a_resolver(void **state)
{
	struct evidence e = {.n_tests = 0};

	(void)state;
	evidence_minute(&e, 0, 1, 0, true);           /* one query says nothing */
	evidence_minute(&e, MINUTE, 2, 0, true);      /* dead */
	evidence_minute(&e, 2 * MINUTE, 3, 0, true);  /* dead */
	evidence_minute(&e, 3 * MINUTE, 2, 1, true);  /* one was answered */
	evidence_minute(&e, 4 * MINUTE, 2, 0, false); /* nothing was to be reached */
	evidence_minute(&e, 6 * MINUTE, 2, 0, true);  /* dead */
	assert_int_equal(e.minutes.told, 5);
	assert_int_equal(e.minutes.dead, 3);
	assert_int_equal(e.minutes.n_runs, 2);
	assert_int_equal(e.minutes.runs[0].start_ns, MINUTE);
	assert_int_equal(e.minutes.runs[0].end_ns, 3 * MINUTE);
	evidence_done(&e);
}

static void
test_tickets_and_exclusions(void **state)
{
	struct bench b;
	struct outage o[2];
	struct ticket t[2];
	struct record rec = {.from_ns = MARCH - HOUR, .to_ns = MARCH + 10 * MINUTE};
	struct ticket_pause pause = {MARCH + 50 * MINUTE, MARCH + 60 * MINUTE, 1};
	struct interval cut = {
	    MARCH, MARCH + 7 * MINUTE, CLASS_EXCLUDED, "maintenance", ""};

	(void)state;
	memset(o, 0, sizeof o);
	memset(t, 0, sizeof t);
	bench_open(&b, MARCH, MARCH + 24 * HOUR);
	o[0] = (struct outage){.id = "aaaaaaaaaaaaaaaa",
	    .start_ns = MARCH + 5 * MINUTE,
	    .end_ns = MARCH + 40 * MINUTE};
	o[1] = (struct outage){.id = "bbbbbbbbbbbbbbbb",
	    .start_ns = MARCH + 5 * HOUR,
	    .end_ns = MARCH + 6 * HOUR};
	b.result.outages = o;
	b.result.n_outages = 2;
	b.l.has_verdict = true;
	b.l.verdict.intervals = &cut;
	b.l.verdict.n_intervals = 1;
	t[0] = (struct ticket){.opened_ns = MARCH + 20 * MINUTE,
	    .acknowledged_ns = MARCH + 30 * MINUTE,
	    .closed_ns = MARCH + 80 * MINUTE,
	    .pauses = &pause,
	    .n_pauses = 1};
	t[1] = (struct ticket){.opened_ns = MARCH + 4 * HOUR,
	    .acknowledged_ns = RECORDS_NEVER,
	    .closed_ns = RECORDS_NEVER,
	    .outages = &o[1].id,
	    .n_outages = 1};
	const struct ticket *tickets[] = {&t[0], &t[1]};
	const struct record *exclusions[] = {&rec};
	b.e.tickets = tickets;
	b.e.n_tickets = 2;
	b.e.exclusions = exclusions;
	b.e.n_exclusions = 1;
	evidence_complete(&b.e, &b.l);
	const struct ticket_row *r = b.e.ticket_rows;
	assert_true(r[0].has_outage && r[0].outage == 0 && r[0].outages == 1);
	assert_int_equal(r[0].delay_ns, 15 * MINUTE);
	assert_int_equal(r[0].acknowledge_ns, 10 * MINUTE);
	assert_int_equal(r[0].repair_ns, 50 * MINUTE); /* 10 min waiting on us */
	assert_true(r[1].outage == 1 && !r[1].has_repair && !r[1].has_acknowledge);
	assert_int_equal(r[1].delay_ns, -HOUR);
	assert_int_equal(b.e.n_exclusion_rows, 1);
	assert_int_equal(b.e.exclusion_rows[0].in_ns, 10 * MINUTE);
	assert_int_equal(b.e.exclusion_rows[0].took_ns, 7 * MINUTE);
	assert_int_equal(b.e.exclusion_rows[0].outages, 1);
	b.e.tickets = NULL; /* not of the heap here */
	b.e.exclusions = NULL;
	evidence_done(&b.e);
}

static void
test_months_add_up(void **state)
{
	struct bench b;
	struct judged m;
	struct interval list[] = {{0, 3 * MINUTE, CLASS_EXCLUDED, "holiday", ""},
	    {3 * MINUTE, 60 * MINUTE, CLASS_UP, NULL, ""},
	    {60 * MINUTE, 70 * MINUTE, CLASS_EXCLUDED, "maintenance", ""},
	    {70 * MINUTE, 75 * MINUTE, CLASS_EXCLUDED, "holiday", ""}};

	(void)state;
	memset(&m, 0, sizeof m);
	m.verdict.intervals = list;
	m.verdict.n_intervals = 4;
	m.verdict.excluded_ns = 18 * MINUTE;
	m.verdict.up_ns = 990 * MINUTE;
	m.verdict.down_ns = 10 * MINUTE;
	m.contract.terms.target = 0.995;
	bench_open(&b, MARCH, MARCH + 24 * HOUR);
	b.e.months = &m;
	b.e.n_months = 1;
	evidence_complete(&b.e, &b.l);
	const struct month_row *r = b.e.rows;
	assert_int_equal(r->n_excluded, 2);
	assert_string_equal(r->excluded[0].reason, "holiday");
	assert_int_equal(r->excluded[0].ns, 8 * MINUTE);
	assert_int_equal(r->excluded[1].ns, 10 * MINUTE);
	/* 0.5 % of 1000 min, 10 of them used */
	assert_true(r->has_budget);
	assert_true(r->left_ns > -5 * MINUTE - 1000 && r->left_ns < -5 * MINUTE + 1000);
	evidence_done(&b.e);
}

/* What nothing measured bears on is conceded; the same with it is answered. */
static void
test_objections(void **state)
{
	struct bench b;
	struct outage o;
	struct probe_def probes[3];
	struct results r;
	struct objections x;

	(void)state;
	memset(&o, 0, sizeof o);
	memset(&r, 0, sizeof r);
	memset(probes, 0, sizeof probes);
	bench_open(&b, MARCH, MARCH + 24 * HOUR);
	objections_find(&x, &r, &b.l);
	for (int i = 0; i < OBJECTIONS; i++)
		assert_int_equal(x.word[i], OBJECTION_IDLE);

	o.counted = true;
	o.start_ns = MARCH + HOUR;
	o.end_ns = MARCH + 2 * HOUR;
	o.networks_failed = o.networks_total = 1;
	b.result.outages = &o;
	b.result.n_outages = 1;
	b.result.unknown_ns = HOUR;
	strcpy(probes[0].network, "a");
	r.probes = probes;
	r.n_probes = 1;
	objections_find(&x, &r, &b.l);
	for (int i = 0; i < OBJECTIONS; i++) {
		enum objection_word want =
		    i == OBJECTION_TICKET ? OBJECTION_IDLE
		    : i == OBJECTION_MAINTENANCE || i == OBJECTION_ICMP
		        ? OBJECTION_PARTLY
		        : OBJECTION_CONCEDED;
		if (x.word[i] != want)
			fail_msg("%s: %s", objection_name((enum objection_kind)i),
			    objection_word_name(x.word[i]));
	}

	/* little of it unknown, and no target that it could decide */
	b.l.has_verdict = true;
	b.l.verdict.coverage = 0.99;
	b.l.contract.terms.min_coverage = 0.95;
	objections_find(&x, &r, &b.l);
	assert_int_equal(x.word[OBJECTION_GAPS], OBJECTION_PARTLY);
	b.l.has_verdict = false;

	/* asked by ICMP alone, and much of it lost all the time: a limit may be at work
	 */
	b.result.ordinary_loss = 0.5;
	objections_find(&x, &r, &b.l);
	assert_int_equal(x.word[OBJECTION_ICMP], OBJECTION_CONCEDED);
	b.result.ordinary_loss = 0;

	o.networks_failed = o.networks_total = 2;
	o.deepest_answering = "isp";
	o.links_up = 2;
	strcpy(probes[1].network, "b");
	probes[1].kind = KIND_TCP;
	probes[2].role = ROLE_GATEWAY;
	r.n_probes = 3;
	r.synchronised = true;
	objections_find(&x, &r, &b.l); /* imported: nothing is known of its clock */
	assert_int_equal(x.word[OBJECTION_CLOCK], OBJECTION_CONCEDED);
	r.clock_bound_ns = NS_PER_S / 1000;
	b.result.unknown_ns = 0;
	struct link_def defs[2];
	memset(defs, 0, sizeof defs);
	strcpy(defs[1].link, "other");
	r.link_defs = defs;
	r.n_link_defs = 2;
	struct span load = {MARCH, MARCH + HOUR};
	b.e.loads = &load;
	b.e.n_loads = 1;
	objections_find(&x, &r, &b.l);
	for (int i = 0; i < OBJECTIONS; i++)
		if (x.word[i] != (i == OBJECTION_TICKET           ? OBJECTION_IDLE
		                     : i == OBJECTION_MAINTENANCE ? OBJECTION_PARTLY
		                                                  : OBJECTION_ANSWERED))
			fail_msg("%s: %s", objection_name((enum objection_kind)i),
			    objection_word_name(x.word[i]));
	/* the worst a day had is the bound that is told, not the last one */
	b.e.has_exactness = true;
	b.e.exactness.clock_bound = 25100;
	objections_find(&x, &r, &b.l);
	assert_int_equal(x.clock_bound_ns, 25100000);
}

/* Files of packets are told by an event each; of what is not whole nothing is taken. */
static void
test_packets(void **state)
{
	static const char *const TEXTS[] = {
	    "packets a.pcapng 4711 bytes sha256 "
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef (12 packets)",
	    "packets b.pcapng not written: No space left on device",
	    "packets c.pcapng 4711 bytes sha256 0123 (12 packets)",
	    "packets d.pcapng 9 bytes sha256 "
	    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210 (3 packets, 4 "
	    "more left out)"};
	struct evidence e = {0};
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct event told = {.kind = EVENT_NOTE};
		told.time.ns = MARCH + (int64_t)i * HOUR;
		told.time_until.ns = told.time.ns + 2 * MINUTE;
		snprintf(told.text, sizeof told.text, "%s", TEXTS[i]);
		evidence_event(&e, &told);
	}
	assert_int_equal(e.n_packets, 2);
	const struct packet_note *n =
	    evidence_packets(&e, MARCH + MINUTE, MARCH + 9 * HOUR, &at);
	assert_string_equal(n->name, "a.pcapng");
	assert_int_equal(n->bytes, 4711);
	assert_int_equal(n->packets, 12);
	n = evidence_packets(&e, MARCH + MINUTE, MARCH + 9 * HOUR, &at);
	assert_string_equal(n->name, "d.pcapng");
	assert_int_equal(n->packets, 3);
	assert_null(evidence_packets(&e, MARCH + MINUTE, MARCH + 9 * HOUR, &at));
	at = 0;
	assert_null(evidence_packets(&e, MARCH + 2 * MINUTE, MARCH + 3 * HOUR, &at));
	evidence_done(&e);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days_are_civil),
	    cmocka_unit_test(test_tests_by_the_hour_and_band),
	    cmocka_unit_test(test_minutes_without_a_resolver),
	    cmocka_unit_test(test_tickets_and_exclusions),
	    cmocka_unit_test(test_months_add_up),
	    cmocka_unit_test(test_objections),
	    cmocka_unit_test(test_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
