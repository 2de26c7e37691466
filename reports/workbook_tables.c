/* The sheets of what was judged: by link, by period, by clause, and what was put aside.
 */
#include "reports/promise.h"
#include "reports/workbook_sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
whose(struct sheet *s, const struct link_report *l)
{
	sheet_text(s, LOOK_TEXT, l->def->centre);
	sheet_text(s, LOOK_TEXT, l->def->link);
}

/* A stretch of time: both ends in UTC, both as the centre's clocks show them, its
 * length. */
static void
stretch(struct sheet *s, const struct link_report *l, int64_t start, int64_t end)
{
	sheet_time(s, start);
	sheet_time(s, end);
	sheet_local(s, start, link_zone(l->def));
	sheet_local(s, end, link_zone(l->def));
	sheet_seconds(s, end - start);
}

static double
known(int64_t ns)
{
	return ns < 0 ? NAN : (double)ns / 1e6;
}

/* ---- by link ---- */

/* What is owed in all the periods of a link, where that can be added up. */
static void
owed(struct sheet *s, const struct accounts *a, const struct link_report *l)
{
	const char *currency = NULL;
	char formula[4096] = "=";
	size_t n = 1;
	double sum = 0;
	bool any = false, mixed = false, shares = false;

	for (size_t i = 0; i < a->n; i++) {
		const struct account_of *x = &a->v[i];
		if (x->l != l || x->owed_row == 0)
			continue;
		struct credit_worth w = x->d->settlement.sheets[READING_POINT].total;
		bool share = x->d->conf->mrc_mills == 0;
		mixed |= any &&
		         (share != shares || strcmp(currency, x->d->conf->currency) != 0);
		int k = snprintf(formula + n, sizeof formula - n, "%sCredit!$B$%u",
		    any ? "+" : "", x->owed_row);
		if (k < 0 || (size_t)k >= sizeof formula - n) {
			mixed = true;
			break;
		}
		n += (size_t)k;
		any = true;
		shares = share;
		currency = x->d->conf->currency;
		sum += share ? (double)w.share_ppb / 1e9 : (double)w.mills / 1e3;
	}
	if (any && !mixed) {
		sheet_formula(s, LOOK_RESULT, formula, sum);
		sheet_text(s, LOOK_TEXT, shares ? "monthly charges" : currency);
	} else {
		sheet_skip(s);
		sheet_text(s, LOOK_NOTE, any ? "see Credit" : "no credit is agreed");
	}
}

void
workbook_summary(const struct book *b, const struct accounts *a)
{
	static const double WIDTHS[] = {
	    16, 16, 22, 22, 22, 22, 22, 14, 14, 14, 14, 10, 10, 14, 16, 0};
	static const char *const HEADS[] = {"Centre", "Link", "ISP", "From, UTC",
	    "To, UTC", "From, local", "To, local", "Length, s", "Measured, s",
	    "Not known, s", "Down, s", "Outages", "Micro-outages", "Owed in all", "",
	    NULL};
	struct sheet s;

	sheet_open(&s, b, "Summary", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++) {
		const struct link_report *l = &b->r->links[i];
		const struct link_result *x = l->result;
		whose(&s, l);
		sheet_text(&s, LOOK_TEXT, l->def->isp);
		stretch(&s, l, x->period.start_ns, x->period.end_ns);
		sheet_seconds(&s, x->scheduled_ns - x->unknown_ns);
		sheet_seconds(&s, x->unknown_ns);
		sheet_seconds(&s, x->down_ns);
		sheet_number(&s, LOOK_COUNT, (double)x->n_outages);
		sheet_number(&s, LOOK_COUNT, (double)x->n_micro);
		owed(&s, a, l);
		sheet_next(&s);
	}
	sheet_filter(&s, 15);
}

/* ---- by period ---- */

static void
month(struct sheet *s, const struct account_of *a, size_t number)
{
	const struct verdict *v = &a->d->verdict;
	const struct terms *t = &a->d->contract.terms;
	char why[6 * 130] = "", rule[96];

	results_definition(&t->profile, rule);
	for (size_t i = 0, n = 0; i < v->n_reasons && n < sizeof why - 1; i++)
		n += (size_t)snprintf(
		    why + n, sizeof why - n, "%s%s", i > 0 ? "; " : "", v->reasons[i]);
	sheet_number(s, LOOK_COUNT, (double)number);
	whose(s, a->l);
	sheet_text(s, LOOK_TEXT, t->contract);
	sheet_text(s, LOOK_TEXT, t->period_kind);
	stretch(s, a->l, t->period.start_ns, t->period.end_ns);
	sheet_text(s, LOOK_TEXT, t->complete ? "yes" : "no");
	sheet_text(s, LOOK_TEXT, rule);
	sheet_seconds(s, v->excluded_ns);
	sheet_seconds(s, v->unknown_ns);
	sheet_seconds(s, v->down_ns);
	sheet_seconds(s, v->up_ns);
	sheet_number(s, LOOK_PERCENT, t->target > 0 ? t->target : NAN);
	sheet_number(s, LOOK_PERCENT, v->has_availability ? v->lower : NAN);
	sheet_number(s, LOOK_PERCENT, v->has_availability ? v->point : NAN);
	sheet_number(s, LOOK_PERCENT, v->has_availability ? v->upper : NAN);
	sheet_number(s, LOOK_PERCENT, v->coverage);
	sheet_text(s, LOOK_BOLD, verdict_name(v->verdict));
	sheet_number(s, LOOK_COUNT, (double)v->outage_count);
	sheet_seconds(s, v->longest_ns);
	sheet_text(s, LOOK_TEXT, why);
	sheet_next(s);
}

void
workbook_months(const struct book *b, const struct accounts *a)
{
	static const double WIDTHS[] = {8, 16, 16, 14, 9, 22, 22, 22, 22, 14, 9, 30, 14,
	    14, 14, 14, 12, 12, 12, 12, 12, 12, 9, 12, 80, 0};
	static const char *const HEADS[] = {"Account", "Centre", "Link", "Contract",
	    "Period", "From, UTC", "To, UTC", "From, local", "To, local", "Length, s",
	    "Over?", "Definition of an outage", "Excluded, s", "Not known, s", "Down, s",
	    "Up, s", "Agreed", "Availability at least", "Availability", "at most",
	    "Coverage", "Verdict", "Outages", "Longest, s", "Because", NULL};
	struct sheet s;

	sheet_open(&s, b, "Months", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < a->n; i++)
		month(&s, &a->v[i], i + 1);
	sheet_filter(&s, 25);
}

void
workbook_clauses(const struct book *b, const struct accounts *a)
{
	static const double WIDTHS[] = {8, 16, 16, 20, 34, 20, 40, 20, 20, 12, 22, 22, 0};
	static const char *const HEADS[] = {"Account", "Centre", "Link", "Clause", "What",
	    "Promised", "Measured", "Margin", "Verdict", "Samples or tests", "From, UTC",
	    "To, UTC", NULL};
	struct sheet s;

	sheet_open(&s, b, "Clauses", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < a->v[i].d->n_commitments; k++) {
			const struct commitment *c = &a->v[i].d->commitments[k];
			struct promise p;
			promise_words(c, &p);
			sheet_number(&s, LOOK_COUNT, (double)(i + 1));
			whose(&s, a->v[i].l);
			sheet_text(&s, LOOK_TEXT, c->conf->clause);
			sheet_text(&s, LOOK_TEXT, p.what);
			sheet_text(&s, LOOK_TEXT, p.promised);
			sheet_text(&s, LOOK_TEXT, p.measured);
			sheet_text(&s, LOOK_TEXT, p.margin);
			sheet_text(&s, LOOK_BOLD, p.verdict);
			sheet_number(&s, LOOK_COUNT, (double)c->n);
			sheet_time(&s, c->at.start_ns);
			sheet_time(&s, c->at.end_ns);
			sheet_next(&s);
		}
	sheet_filter(&s, 12);
}

/* ---- what people entered ---- */

void
workbook_exclusions(const struct book *b, const struct accounts *a)
{
	static const double WIDTHS[] = {8, 16, 16, 22, 22, 22, 22, 14, 20, 22, 30, 0};
	static const char *const HEADS[] = {"Account", "Centre", "Link", "From, UTC",
	    "To, UTC", "From, local", "To, local", "Length, s", "Taken as", "Says",
	    "Reason", NULL};
	struct sheet s;

	sheet_open(&s, b, "Exclusions", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < a->n; i++) {
		const struct terms *t = &a->v[i].d->contract.terms;
		for (size_t k = 0; k < t->n_exempt; k++) {
			const struct exemption *e = &t->exempt[k];
			if (e->start_ns >= t->period.end_ns ||
			    e->end_ns <= t->period.start_ns)
				continue;
			sheet_number(&s, LOOK_COUNT, (double)(i + 1));
			whose(&s, a->v[i].l);
			stretch(&s, a->v[i].l, e->start_ns, e->end_ns);
			sheet_text(&s, LOOK_TEXT, e->granted ? "up" : "excluded");
			sheet_text(
			    &s, LOOK_TEXT, e->entered ? "a person" : "the contract");
			sheet_text(&s, LOOK_TEXT, e->reason != NULL ? e->reason : "");
			sheet_next(&s);
		}
	}
	sheet_filter(&s, 11);
}

static void
maybe(struct sheet *s, int64_t ns)
{
	if (ns == INT64_MIN)
		sheet_skip(s);
	else
		sheet_time(s, ns);
}

void
workbook_contacts(const struct book *b, const struct accounts *a)
{
	static const double WIDTHS[] = {8, 16, 16, 22, 22, 22, 22, 22, 16, 40, 0};
	static const char *const HEADS[] = {"Account", "Centre", "Link", "Ticket",
	    "Opened, UTC", "Acknowledged, UTC", "Detected by the ISP, UTC", "Closed, UTC",
	    "Waiting on the customer, s", "Outages linked by hand", NULL};
	struct sheet s;

	sheet_open(&s, b, "Contacts", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < a->n; i++) {
		const struct terms *t = &a->v[i].d->contract.terms;
		for (size_t k = 0; k < t->n_tickets; k++) {
			const struct ticket_clock *c = &t->tickets[k];
			char ids[512] = "";
			int64_t waiting = 0;
			for (size_t p = 0; p < c->n_pauses; p++)
				waiting += c->pauses[p].end_ns - c->pauses[p].start_ns;
			for (size_t o = 0, n = 0; o < c->n_outages && n + 18 < sizeof ids;
			     o++)
				n += (size_t)snprintf(ids + n, sizeof ids - n, "%s%s",
				    o > 0 ? " " : "", c->outages[o]);
			sheet_number(&s, LOOK_COUNT, (double)(i + 1));
			whose(&s, a->v[i].l);
			sheet_text(
			    &s, LOOK_TEXT, c->reference != NULL ? c->reference : "");
			maybe(&s, c->opened_ns);
			maybe(&s, c->acknowledged_ns);
			maybe(&s, c->detected_ns);
			maybe(&s, c->closed_ns);
			sheet_seconds(&s, waiting);
			sheet_text(&s, LOOK_TEXT, ids);
			sheet_next(&s);
		}
	}
	sheet_filter(&s, 10);
}

/* ---- what was measured ---- */

void
workbook_hours(const struct book *b)
{
	static const double WIDTHS[] = {16, 16, 22, 22, 12, 12, 12, 12, 12, 12, 0};
	static const char *const HEADS[] = {"Centre", "Link", "Hour, UTC", "Hour, local",
	    "Sent", "Lost", "Loss", "RTT p5, ms", "RTT median, ms", "RTT p95, ms", NULL};
	struct sheet s;

	sheet_open(&s, b, "HourlyQuantiles", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++) {
		const struct link_report *l = &b->r->links[i];
		for (size_t k = 0; k < l->n_hours; k++) {
			const struct bucket *h = &l->hours[k];
			whose(&s, l);
			sheet_time(&s, h->start_ns);
			sheet_local(&s, h->start_ns, link_zone(l->def));
			sheet_number(&s, LOOK_COUNT, (double)h->sent);
			sheet_number(&s, LOOK_COUNT, (double)h->lost);
			sheet_number(&s, LOOK_PERCENT,
			    h->sent > 0 ? (double)h->lost / (double)h->sent : NAN);
			sheet_number(&s, LOOK_SECONDS, known(h->p5_ns));
			sheet_number(&s, LOOK_SECONDS, known(h->p50_ns));
			sheet_number(&s, LOOK_SECONDS, known(h->p95_ns));
			sheet_next(&s);
		}
	}
	sheet_filter(&s, 10);
}

void
workbook_degradations(const struct book *b)
{
	static const double WIDTHS[] = {
	    16, 16, 12, 22, 22, 22, 22, 14, 14, 12, 12, 12, 12, 0};
	static const char *const HEADS[] = {"Centre", "Link", "Kind", "From, UTC",
	    "To, UTC", "From, local", "To, local", "Length, s", "Attributed to", "Sent",
	    "Lost", "Before, ms", "During, ms", NULL};
	struct sheet s;

	sheet_open(&s, b, "Degradations", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++) {
		const struct link_report *l = &b->r->links[i];
		for (size_t k = 0; k < l->result->n_degradations; k++) {
			const struct degradation *d = &l->result->degradations[k];
			bool level = d->kind == DEG_LATENCY || d->kind == DEG_JITTER;
			whose(&s, l);
			sheet_text(&s, LOOK_TEXT, degradation_name(d->kind));
			stretch(&s, l, d->start_ns, d->end_ns);
			sheet_text(&s, LOOK_TEXT, attribution_name(d->attribution));
			sheet_number(&s, LOOK_COUNT, (double)d->sent);
			sheet_number(&s, LOOK_COUNT, (double)d->lost);
			sheet_number(&s, LOOK_SECONDS, level ? known(d->before_ns) : NAN);
			sheet_number(&s, LOOK_SECONDS, level ? known(d->during_ns) : NAN);
			sheet_next(&s);
		}
	}
	sheet_filter(&s, 13);
}

void
workbook_coverage(const struct book *b)
{
	static const double WIDTHS[] = {16, 16, 22, 22, 22, 22, 14, 24, 0};
	static const char *const HEADS[] = {"Centre", "Link", "From, UTC", "To, UTC",
	    "From, local", "To, local", "Length, s", "Because", NULL};
	struct sheet s;

	sheet_open(&s, b, "Coverage", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < b->r->n_links; i++) {
		const struct link_report *l = &b->r->links[i];
		for (size_t k = 0; k < l->result->n_unknown; k++) {
			const struct unknown *u = &l->result->unknown[k];
			whose(&s, l);
			stretch(&s, l, u->start_ns, u->end_ns);
			sheet_text(&s, LOOK_TEXT, unknown_name(u->reason));
			sheet_next(&s);
		}
	}
	sheet_filter(&s, 8);
}

/* ---- what it was measured with ---- */

static void
fact(struct sheet *s, const char *what, enum look look, double v, const char *unit)
{
	sheet_text(s, LOOK_TEXT, what);
	sheet_number(s, look, v);
	sheet_text(s, LOOK_NOTE, unit);
	sheet_next(s);
}

static void
probe(struct sheet *s, const struct probe_def *p)
{
	char text[512];

	snprintf(text, sizeof text, "%s/%s %s", p->centre, p->link, p->name);
	sheet_text(s, LOOK_TEXT, text);
	sheet_number(s, LOOK_SECONDS, (double)p->every_ns / 1e9);
	sheet_text(s, LOOK_TEXT, kind_name(p->kind));
	sheet_text(s, LOOK_TEXT, role_name(p->role));
	sheet_text(s, LOOK_TEXT, p->target);
	sheet_text(s, LOOK_TEXT, p->network);
	sheet_seconds(s, p->timeout_ns);
	sheet_next(s);
}

void
workbook_config(const struct book *b)
{
	static const double WIDTHS[] = {52, 16, 12, 14, 44, 24, 14, 0};
	const struct judge_rule *r = &b->r->rule;
	struct sheet s;

	sheet_open(&s, b, "Config", WIDTHS);
	sheet_text(&s, LOOK_BOLD, "Rules (DESIGN.md, Judging)");
	sheet_next(&s);
	fact(&s, "Networks that have to fail", LOOK_PERCENT, r->quorum, "");
	fact(&s, "Answers come within", LOOK_SECONDS, (double)r->hold_ns / 1e9, "s");
	fact(&s, "Longest hole bridged", LOOK_SECONDS, (double)r->max_hole_ns / 1e9, "s");
	fact(&s, "Least loss assumed", LOOK_PERCENT, r->least_loss, "");
	fact(&s, "False outages in 30 days, at most", LOOK_NUMBER, r->false_alarms, "");
	fact(&s, "Lost in a row: an outage, at least", LOOK_COUNT, r->outage_least, "");
	fact(&s, "Lost in a row: a micro-outage, at least", LOOK_COUNT, r->micro_least,
	    "");
	fact(&s, "Bound of the clock", LOOK_SECONDS, (double)r->clock_bound_ns / 1e9,
	    "s, in each edge");
	sheet_next(&s);
	static const char *const HEADS[] = {
	    "Probe", "Every, s", "Kind", "Role", "Target", "Network", "Timeout, s"};
	for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++)
		sheet_text(&s, LOOK_HEAD, HEADS[i]);
	sheet_next(&s);
	for (size_t i = 0; i < b->r->n_probes; i++)
		probe(&s, &b->r->probes[i]);
}

void
workbook_hashes(const struct book *b)
{
	static const double WIDTHS[] = {36, 70, 0};
	char at[32];
	struct sheet s;

	sheet_open(&s, b, "Hashes", WIDTHS);
	sheet_text(&s, LOOK_TEXT, "Agent that measured");
	sheet_text(&s, LOOK_TEXT, b->r->agent);
	sheet_next(&s);
	sheet_text(&s, LOOK_TEXT, "Root of the journal (SHA-256)");
	sheet_text(&s, LOOK_TEXT, b->r->root);
	sheet_next(&s);
	sheet_text(&s, LOOK_TEXT, "Journal begins, UTC");
	instant_utc(b->r->journal_first.ns, at);
	sheet_text(&s, LOOK_TEXT, at);
	sheet_next(&s);
	sheet_text(&s, LOOK_TEXT, "Journal ends, UTC");
	instant_utc(b->r->journal_last.ns, at);
	sheet_text(&s, LOOK_TEXT, at);
	sheet_next(&s);
	sheet_text(&s, LOOK_NOTE,
	    "linkwitness journal verify prints the root; change one byte of the journal and "
	    "it differs");
	sheet_next(&s);
}
