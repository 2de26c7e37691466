#include "reports/evidence.h"
#include "tests/golden/made_results.h"
#include "tests/unit/chance.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static uint64_t seed = 99;

static int64_t
below(int64_t n)
{
	return (int64_t)(chance_xorshift(&seed) % (uint64_t)n);
}

/* What people said, in words that are not ours. */
static struct record rows[] = {{.id = 1,
                                   .author = "ann",
                                   .kind = RECORD_TICKET_OPENED,
                                   .reference = "INC-2026-10-1",
                                   .said = "second line, reached at the third call"},
    {.id = 2,
        .author = "ann",
        .kind = RECORD_TICKET_ACKNOWLEDGED,
        .reference = "INC-2026-10-1"},
    {.id = 3,
        .author = "bob",
        .kind = RECORD_TICKET_CLOSED,
        .reference = "INC-2026-10-1"},
    {.id = 4,
        .author = "ann",
        .kind = RECORD_EXCLUSION,
        .maintenance = true,
        .said =
            "maintenance: exchange of the access switch, notice by mail of 3 October"},
    {.id = 5,
        .author = "a-name-of-thirty-two-characters-",
        .kind = RECORD_NOTE,
        .said = "Ο τεχνικός μέτρησε την πρίζα· مركز الأعمال"}};
static const struct record *history[] = {&rows[0], &rows[1], &rows[2]};
static struct ticket_pause pause_of_one;
static struct ticket ticket;

static void
people(struct evidence *e, const struct link_report *l)
{
	const struct link_result *r = l->result;
	int64_t at = r->n_outages > 0 ? r->outages[0].start_ns : r->period.start_ns;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rows[i].at_ns = at + ((int64_t)i + 1) * 10 * MINUTE;
		rows[i].entered_ns = rows[i].at_ns + MINUTE;
		rows[i].announced_ns = RECORDS_NEVER;
	}
	rows[3].from_ns = at - 5 * MINUTE;
	rows[3].to_ns = at + 5 * MINUTE;
	pause_of_one = (struct ticket_pause){at + 15 * MINUTE, at + 18 * MINUTE, 2};
	ticket = (struct ticket){.reference = "INC-2026-10-1",
	    .opened_ns = at + 10 * MINUTE,
	    .acknowledged_ns = at + 20 * MINUTE,
	    .detected_ns = RECORDS_NEVER,
	    .closed_ns = at + 30 * MINUTE,
	    .pauses = &pause_of_one,
	    .n_pauses = 1,
	    .outages = r->n_outages > 0 ? &r->outages[0].id : NULL,
	    .n_outages = r->n_outages > 0,
	    .history = history,
	    .n_history = 3};
	e->tickets = calloc(1, sizeof *e->tickets);
	e->tickets[0] = &ticket;
	e->n_tickets = 1;
	e->exclusions = calloc(1, sizeof *e->exclusions);
	e->exclusions[0] = &rows[3];
	e->n_exclusions = 1;
	e->notes = calloc(1, sizeof *e->notes);
	e->notes[0] = &rows[4];
	e->n_notes = 1;
}

static void
measured(struct evidence *e, const struct results *r, const struct link_report *l)
{
	const struct span *p = &l->result->period;

	for (int i = 0; i < 20000; i++) {
		enum crowd c = i % 3 == 0 ? CROWD_BUSY : CROWD_QUIET;
		enum crowd d = i % 5 == 0 ? CROWD_LOADED : CROWD_IDLE;
		int64_t rtt =
		    11 * NS_PER_MS + below((c == CROWD_BUSY ? 14 : 3) * NS_PER_MS);
		if (below(1000) == 0) {
			hist_add_lost(&e->crowds[CROWD_ALL]);
			hist_add_lost(&e->crowds[c]);
			hist_add_lost(&e->crowds[d]);
			continue;
		}
		hist_add(&e->crowds[CROWD_ALL], rtt);
		hist_add(&e->crowds[c], rtt);
		hist_add(&e->crowds[d], rtt + (d == CROWD_LOADED ? 40 * NS_PER_MS : 0));
	}
	for (int64_t at = p->start_ns; at < p->end_ns; at += 7 * HOUR) {
		struct speed_test t = {.at_ns = at,
		    .bps = (double)(300 + below(180)) * 1e6,
		    .up = at / HOUR % 2 == 0};
		if (t.up)
			t.bps /= 5;
		evidence_test(e, &t);
	}
	for (uint32_t i = 0; i < r->n_probes; i++) {
		if (r->probes[i].kind != KIND_DNS)
			continue;
		struct name_server *s =
		    evidence_server(e, i, r->probes[i].role == ROLE_ISP);
		s->asked = 1000;
		s->good = 980;
		s->timeout = 15;
		s->rcode = 5;
		for (int k = 0; k < 985; k++)
			hist_add(&s->answers, 8 * NS_PER_MS + below(9 * NS_PER_MS));
	}
	for (int64_t at = p->start_ns - p->start_ns % MINUTE; at < p->end_ns; at += HOUR)
		for (int i = 0; i < 3; i++)
			evidence_minute(
			    e, at + i * MINUTE, 2, at / HOUR % 240 == 7 ? 0 : 2, true);
}

static void
instrument(struct evidence *e, const struct link_report *l)
{
	const struct span *p = &l->result->period;
	struct event told = {.kind = EVENT_SESSION_START, .link = -1};

	told.time.ns = told.time_until.ns = p->start_ns;
	snprintf(told.text, sizeof told.text, "linkwitness 0.1.0");
	evidence_event(e, &told);
	told.kind = EVENT_RELOAD;
	snprintf(told.text, sizeof told.text, "%064d", 7);
	evidence_event(e, &told);
	/* the packets of an outage that is drawn, in two files */
	for (size_t i = 0; l->result->n_outages > 0 && i < 2; i++) {
		const struct outage *o =
		    &l->result->outages[l->n_closeups > 0 ? l->closeups[0].outage : 0];
		int64_t edge = i == 0 ? o->start_ns : o->end_ns;
		struct event kept = {.kind = EVENT_NOTE};
		kept.time.ns = edge - MINUTE;
		kept.time_until.ns = edge + MINUTE;
		snprintf(kept.text, sizeof kept.text,
		    "packets 2026-10-02T081500Z-victoria-fibre%s.pcapng 48213 bytes sha256 "
		    "%064d (1218 packets)",
		    i == 0 ? "" : "-end", 7);
		evidence_event(e, &kept);
	}
	for (int64_t at = p->start_ns; at < p->end_ns; at += DAY) {
		struct exactness x = {.sent = 86400,
		    .kernel = 86000,
		    .user = 12,
		    .delay_p50 = 40,
		    .delay_p99 = 400,
		    .delay_most = 2200,
		    .clock_bound = 300 + (uint64_t)below(4000)};
		struct event note = {.kind = EVENT_NOTE};
		note.time.ns = at;
		exactness_print(&x, note.text, sizeof note.text);
		evidence_exactness(e, l->def->timezone, &note);
	}
}

/* Thirds of the period stand for months: their sums are those of the verdict. */
static void
months(struct evidence *e, const struct link_report *l)
{
	const struct link_result *r = l->result;
	struct judged *list = calloc(3, sizeof *list);
	int64_t each = (r->period.end_ns - r->period.start_ns) / 3;

	for (int i = 0; i < 3; i++) {
		struct verdict *v = &list[i].verdict;
		int64_t from = r->period.start_ns + i * each;
		int64_t to = i == 2 ? r->period.end_ns : from + each;
		list[i].contract = l->contract;
		list[i].contract.terms.period = (struct span){from, to};
		v->scheduled_ns = to - from;
		for (size_t k = 0; k < r->n_outages; k++)
			if (r->outages[k].counted && r->outages[k].start_ns >= from &&
			    r->outages[k].start_ns < to)
				v->down_ns += r->outages[k].down_ns;
		v->unknown_ns = i == 0 ? r->unknown_ns / 3 : 0;
		v->up_ns = v->scheduled_ns - v->down_ns - v->unknown_ns;
		v->has_availability = v->scheduled_ns > 0 && l->verdict.has_availability;
		v->point = (double)v->up_ns / (double)(v->up_ns + v->down_ns + 1);
		v->lower = v->point - 0.0004;
		v->upper = v->point + 0.0002 > 1 ? 1 : v->point + 0.0002;
		v->verdict = l->verdict.verdict;
	}
	e->months = list;
	e->n_months = 3;
}

void
made_evidence(struct results *r, size_t link, bool bare)
{
	struct link_report *l = &r->links[link];
	struct evidence *e = calloc(1, sizeof *e);

	seed = 99;
	months(e, l);
	if (!bare) {
		people(e, l);
		measured(e, r, l);
		instrument(e, l);
	}
	evidence_complete(e, l);
	l->evidence = e;
}

void
made_evidence_free(struct link_report *l)
{
	if (l->evidence == NULL)
		return;
	free((void *)(uintptr_t)l->evidence->months);
	evidence_done(l->evidence);
	free(l->evidence);
}
