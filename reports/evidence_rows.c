#include "reports/evidence.h"

#include "base/bytes.h"

#include <string.h>

/* Months, tickets and exclusions, row by row. */

static int64_t
within(int64_t start, int64_t end, struct span s)
{
	int64_t from = start > s.start_ns ? start : s.start_ns;
	int64_t to = end < s.end_ns ? end : s.end_ns;

	return to > from ? to - from : 0;
}

/* ---- months ---- */

static void
add_excluded(struct month_row *row, const char *reason, int64_t ns)
{
	const size_t most = sizeof row->excluded / sizeof *row->excluded;
	size_t i = 0;

	while (i < row->n_excluded && strcmp(row->excluded[i].reason, reason) != 0)
		i++;
	if (i == most) {
		i = most - 1;
		row->excluded[i].reason = "other";
	} else if (i == row->n_excluded) {
		row->excluded[row->n_excluded++].reason = reason;
		row->excluded[i].ns = 0;
	}
	row->excluded[i].ns += ns;
}

static void
fill_month(struct month_row *row, const struct judged *j)
{
	const struct verdict *v = &j->verdict;
	double target = j->contract.terms.target;

	row->judged = j;
	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		if (in->class == CLASS_EXCLUDED)
			add_excluded(row, in->reason != NULL ? in->reason : "other",
			    in->end_ns - in->start_ns);
	}
	if (target > 0 && target < 1) {
		row->has_budget = true;
		row->budget_ns =
		    (int64_t)((1 - target) * (double)(v->up_ns + v->down_ns));
		row->left_ns = row->budget_ns - v->down_ns;
	}
	for (size_t i = 0; j->has_settlement && i < j->settlement.sheets[READING_POINT].n;
	     i++) {
		const struct credit *c = &j->settlement.sheets[READING_POINT].credits[i];
		if ((c->paid.mills > 0 || c->paid.share_ppb > 0) &&
		    (row->credit == NULL || c->paid.mills > row->credit->paid.mills ||
		        c->paid.share_ppb > row->credit->paid.share_ppb))
			row->credit = c;
	}
}

static void
sum_months(struct evidence *e)
{
	struct month_total *t = &e->total;

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < e->n_months; i++) {
		const struct verdict *v = &e->months[i].verdict;
		const struct credit *c = e->rows[i].credit;
		t->scheduled_ns += v->scheduled_ns;
		t->measured_ns += v->up_ns + v->down_ns;
		t->excluded_ns += v->excluded_ns;
		t->unknown_ns += v->unknown_ns;
		t->down_ns += v->down_ns;
		if (c == NULL)
			continue;
		t->has_credit = true;
		t->credit.mills += c->paid.mills;
		t->credit.share_ppb += c->paid.share_ppb;
	}
}

/* ---- gaps ---- */

static void
sum_gaps(struct evidence *e, const struct link_result *r)
{
	memset(e->gaps, 0, sizeof e->gaps);
	for (size_t i = 0; i < r->n_unknown; i++) {
		const struct unknown *u = &r->unknown[i];
		struct gap_row *g = &e->gaps[u->reason];
		int64_t ns = u->end_ns - u->start_ns;
		g->n++;
		g->sum_ns += ns;
		g->longest_ns = ns > g->longest_ns ? ns : g->longest_ns;
	}
}

/* ---- what is owed ---- */

bool
evidence_counts(const struct link_report *l, const struct judged *j)
{
	return j->has_settlement && strcmp(j->contract.terms.profile.name,
	                                l->contract.terms.profile.name) == 0;
}

static void
sum_owed(struct evidence *e, const struct link_report *l)
{
	for (size_t i = 0; i < l->n_listed; i++) {
		const struct judged *j = &l->verdicts[i];
		const struct settlement *s = &j->settlement;
		if (!evidence_counts(l, j))
			continue;
		e->periods++;
		for (int r = 0; r < READINGS; r++) {
			e->owed[r].mills += s->sheets[r].total.mills;
			e->owed[r].share_ppb += s->sheets[r].total.share_ppb;
		}
		if (s->has_claim_by &&
		    (!e->has_claim_by || s->claim_by_ns < e->claim_by_ns)) {
			e->has_claim_by = true;
			e->claim_by_ns = s->claim_by_ns;
		}
	}
}

/* ---- tickets ---- */

static bool
is_linked(const struct ticket *t, const char *id)
{
	for (size_t i = 0; i < t->n_outages; i++)
		if (strcmp(t->outages[i], id) == 0)
			return true;
	return false;
}

static void
fill_ticket(struct ticket_row *row, const struct ticket *t, const struct link_report *l)
{
	const struct link_result *r = l->result;
	int64_t end = t->closed_ns != RECORDS_NEVER ? t->closed_ns : r->period.end_ns;

	row->ticket = t;
	for (size_t i = 0; i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		bool of_it = t->n_outages > 0
		                 ? is_linked(t, o->id)
		                 : t->opened_ns != RECORDS_NEVER && o->start_ns < end &&
		                       o->end_ns > t->opened_ns;
		if (!of_it)
			continue;
		if (row->outages++ == 0)
			row->outage = i;
		row->has_outage = true;
	}
	if (t->opened_ns == RECORDS_NEVER)
		return;
	if (row->has_outage) {
		row->has_delay = true;
		row->delay_ns = t->opened_ns - r->outages[row->outage].start_ns;
	}
	if (t->acknowledged_ns != RECORDS_NEVER) {
		row->has_acknowledge = true;
		row->acknowledge_ns = t->acknowledged_ns - t->opened_ns;
	}
	for (size_t i = 0; i < t->n_pauses; i++)
		row->paused_ns += within(t->pauses[i].start_ns,
		    t->pauses[i].end_ns == RECORDS_NEVER ? end : t->pauses[i].end_ns,
		    (struct span){t->opened_ns, end});
	if (t->closed_ns != RECORDS_NEVER) {
		row->has_repair = true;
		row->repair_ns = t->closed_ns - t->opened_ns - row->paused_ns;
	}
}

/* ---- exclusions ---- */

static void
touch(struct exclusion_row *row, const struct link_result *r)
{
	for (size_t i = 0; i < r->n_outages; i++) {
		const struct outage *o = &r->outages[i];
		if (o->start_ns >= row->end_ns || o->end_ns <= row->start_ns)
			continue;
		if (row->outages++ == 0)
			row->first = i;
	}
}

/* Time of the verdict's that is excluded within a span. */
static int64_t
taken_out(const struct verdict *v, struct span s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < v->n_intervals; i++)
		if (v->intervals[i].class == CLASS_EXCLUDED)
			sum +=
			    within(v->intervals[i].start_ns, v->intervals[i].end_ns, s);
	return sum;
}

static void
fill_exclusions(struct evidence *e, const struct link_report *l)
{
	const struct verdict *v = &l->verdict;

	e->exclusion_rows =
	    memory_grow(NULL, e->n_exclusions + 1, sizeof *e->exclusion_rows);
	for (size_t i = 0; i < e->n_exclusions; i++) {
		const struct record *rec = e->exclusions[i];
		int64_t in = within(rec->from_ns, rec->to_ns, l->result->period);
		if (in == 0)
			continue;
		struct exclusion_row *row = &e->exclusion_rows[e->n_exclusion_rows++];
		*row = (struct exclusion_row){.record = rec,
		    .reason = rec->said,
		    .start_ns = rec->from_ns,
		    .end_ns = rec->to_ns,
		    .in_ns = in};
		if (l->has_verdict)
			row->took_ns =
			    taken_out(v, (struct span){rec->from_ns, rec->to_ns});
		touch(row, l->result);
	}
}

void
evidence_rows(struct evidence *e, const struct link_report *l)
{
	e->rows = memory_grow(NULL, e->n_months + 1, sizeof *e->rows);
	memset(e->rows, 0, (e->n_months + 1) * sizeof *e->rows);
	for (size_t i = 0; i < e->n_months; i++)
		fill_month(&e->rows[i], &e->months[i]);
	sum_months(e);
	sum_gaps(e, l->result);
	e->ticket_rows = memory_grow(NULL, e->n_tickets + 1, sizeof *e->ticket_rows);
	memset(e->ticket_rows, 0, (e->n_tickets + 1) * sizeof *e->ticket_rows);
	for (size_t i = 0; i < e->n_tickets; i++)
		fill_ticket(&e->ticket_rows[i], e->tickets[i], l);
	fill_exclusions(e, l);
	sum_owed(e, l);
}

const struct ticket *
evidence_ticket(const struct link_report *l, const struct outage *o)
{
	const struct evidence *e = l->evidence;

	for (size_t i = 0; e != NULL && i < e->n_tickets; i++) {
		const struct ticket *t = e->tickets[i];
		int64_t end = t->closed_ns != RECORDS_NEVER ? t->closed_ns
		                                            : l->result->period.end_ns;
		for (size_t k = 0; k < t->n_outages; k++)
			if (strcmp(t->outages[k], o->id) == 0)
				return t;
		if (t->n_outages == 0 && t->opened_ns != RECORDS_NEVER &&
		    o->start_ns < end && o->end_ns > t->opened_ns)
			return t;
	}
	return NULL;
}
