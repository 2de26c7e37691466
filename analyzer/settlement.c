#include "analyzer/settlement.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
reading_name(enum reading r)
{
	static const char *const NAMES[] = {"customer", "point", "isp"};
	return NAMES[r];
}

const char *
difference_name(enum difference d)
{
	static const char *const NAMES[] = {
	    NULL, "outage-edges", "extent", "counts", "unknown-time", "min-outage"};
	return NAMES[d];
}

/* ---- accounts ---- */

static struct downtime
downtime_of(const struct outage_time *w, enum reading r)
{
	struct downtime d = {
	    .start_ns = w->start_ns, .end_ns = w->end_ns, .begins_here = w->begins_here};

	memcpy(d.outage_id, w->outage_id, sizeof d.outage_id);
	d.counted_ns = r == READING_CUSTOMER ? w->longest_ns
	               : r == READING_ISP    ? w->shortest_ns
	                                     : w->counted_ns;
	d.whole_ns = r == READING_CUSTOMER ? w->whole_longest_ns
	             : r == READING_ISP    ? w->whole_shortest_ns
	                                   : w->whole_ns;
	d.open = w->open;
	/* Edges that may lie further out make it longer than it is printed. */
	if (d.whole_ns > d.end_ns - d.start_ns)
		d.end_ns = d.start_ns + d.whole_ns;
	return d;
}

static int
by_start(const void *a, const void *b)
{
	const struct downtime *x = a, *y = b;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* A ticket's clock may turn the order round. */
static size_t
list_downtime(struct downtime **out, const struct verdict *before,
    const struct verdict *v, enum reading r)
{
	const struct verdict *both[] = {before, v};
	size_t n = 0;

	*out = memory_grow(
	    NULL, v->n_times + (before != NULL ? before->n_times : 0) + 1, sizeof **out);
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; both[k] != NULL && i < both[k]->n_times; i++) {
			struct downtime d = downtime_of(&both[k]->times[i], r);
			if (d.whole_ns > 0)
				(*out)[n++] = d;
		}
	}
	if (n > 0)
		qsort(*out, n, sizeof **out, by_start);
	return n;
}

static void
read_account(
    struct account *a, const struct settling *in, const struct verdict *v, enum reading r)
{
	int64_t service = v->scheduled_ns - v->excluded_ns;
	bool refused = v->verdict == VERDICT_REFUSED;

	memset(a, 0, sizeof *a);
	a->period = in->terms->period;
	a->zone = in->zone;
	a->has_availability = v->has_availability && !refused;
	a->scheduled_ns = r == READING_POINT ? v->up_ns + v->down_ns : service;
	a->down_ns = r == READING_CUSTOMER ? v->unknown_ns + v->longest_down_ns
	             : r == READING_ISP    ? v->shortest_down_ns
	                                   : v->down_ns;
	if (a->down_ns > a->scheduled_ns)
		a->down_ns = a->scheduled_ns;
	memcpy(a->metric, in->metric, sizeof a->metric);
	memcpy(a->has_metric, in->has_metric, sizeof a->has_metric);
	if (in->failed_before != NULL)
		memcpy(a->failed_before, in->failed_before, sizeof a->failed_before);
}

static int
work_out(struct credit_sheet *sheet, const struct settling *in, const struct verdict *v,
    enum reading r)
{
	struct downtime *down;
	struct account a;

	read_account(&a, in, v, r);
	a.n_down = list_downtime(&down, NULL, v, r);
	a.down = down;
	int rc = credit_work_out(sheet, in->contract, &a);
	free(down);
	return rc;
}

/* ---- what sets them apart ---- */

static enum difference
find_difference(const struct verdict *v)
{
	int64_t by[DIFFERENCE_MINIMUM + 1] = {0};
	enum difference most = DIFFERENCE_NONE;

	by[DIFFERENCE_UNKNOWN] = v->unknown_ns;
	for (size_t i = 0; i < v->n_times; i++) {
		const struct outage_time *w = &v->times[i];
		if (w->disputed)
			by[DIFFERENCE_COUNTS] += w->longest_ns;
		else if (w->counted_ns == 0)
			by[DIFFERENCE_MINIMUM] += w->longest_ns;
		else if (w->partial)
			by[DIFFERENCE_EXTENT] += w->longest_ns;
		else if (w->shortest_ns == 0)
			by[DIFFERENCE_MINIMUM] += w->longest_ns;
		else
			by[DIFFERENCE_EDGES] += w->longest_ns - w->shortest_ns;
	}
	for (int d = DIFFERENCE_EDGES; d <= DIFFERENCE_MINIMUM; d++)
		if (by[d] > by[most])
			most = (enum difference)d;
	return most;
}

/* ---- dates and rights ---- */

static int
find_dates(struct settlement *s, const struct settling *in, const struct downtime *down,
    size_t n_down)
{
	const struct terms *t = in->terms;
	struct ticket_end *ends = memory_grow(NULL, t->n_tickets + 1, sizeof *ends);
	struct deadline_anchors a = {.zone = in->zone,
	    .down = down,
	    .n_down = n_down,
	    .tickets = ends,
	    .has_period_end = true,
	    .period_end_ns = t->period.end_ns};

	for (size_t i = 0; i < t->n_tickets; i++)
		if (t->tickets[i].closed_ns != INT64_MIN &&
		    t->tickets[i].closed_ns >= t->period.start_ns &&
		    t->tickets[i].opened_ns < t->period.end_ns)
			ends[a.n_tickets++] = (struct ticket_end){
			    t->tickets[i].reference, t->tickets[i].closed_ns};
	int rc = deadline_list(&s->deadlines, &s->n_deadlines, in->contract, &a);
	free(ends);
	if (rc < 0)
		return rc;
	/* Nothing to claim, no date to claim it by. */
	if (s->sheets[READING_CUSTOMER].total.mills > 0 ||
	    s->sheets[READING_CUSTOMER].total.share_ppb > 0 || n_down > 0)
		s->has_claim_by = deadline_claim_by(s->deadlines, s->n_deadlines,
		                      t->as_of_ns, &s->claim_by_ns) >= 0;
	return 0;
}

int
settlement_of(struct settlement *out, const struct settling *in)
{
	const struct verdict *v = in->verdict;
	struct downtime *down;
	int rc = 0, done = 0;

	memset(out, 0, sizeof *out);
	for (; done < READINGS && rc == 0; done++)
		rc = work_out(&out->sheets[done], in, v, (enum reading)done);
	if (rc < 0)
		goto failed;
	out->readings[READING_CUSTOMER].availability = v->lower;
	out->readings[READING_POINT].availability = v->point;
	out->readings[READING_ISP].availability = v->upper;
	out->readings[READING_CUSTOMER].down_ns = v->unknown_ns + v->longest_down_ns;
	out->readings[READING_POINT].down_ns = v->down_ns;
	out->readings[READING_ISP].down_ns = v->shortest_down_ns;
	for (int i = 0; i < READINGS; i++)
		out->readings[i].has_availability = v->has_availability;
	out->difference = find_difference(v);
	memcpy(out->metric, in->metric, sizeof out->metric);
	memcpy(out->has_metric, in->has_metric, sizeof out->has_metric);
	size_t n = list_downtime(&down, NULL, v, READING_POINT);
	out->down = down;
	rc = find_dates(out, in, down, n);
	n = list_downtime(&down, in->before, v, READING_POINT);
	if (rc == 0)
		rc = chronic_find(&out->rights, &out->n_rights, in->contract, down, n,
		    in->terms->period, in->zone);
	free(down);
	if (rc == 0 && in->measured != NULL) {
		struct credit_sheet sheet;
		rc = work_out(&sheet, in, in->measured, READING_POINT);
		if (rc == 0) {
			out->by_ticket = true;
			out->measured_down_ns = in->measured->down_ns;
			out->measured_owed = sheet.total;
			credit_done(&sheet);
		}
	}
	if (rc == 0) {
		snprintf(
		    out->note, sizeof out->note, "%s", out->sheets[READING_POINT].note);
		return 0;
	}
failed:
	for (int i = 0; i < READINGS; i++)
		credit_done(&out->sheets[i]);
	free(out->deadlines);
	free(out->down);
	chronic_free(out->rights, out->n_rights);
	memset(out, 0, sizeof *out);
	return rc;
}

void
settlement_done(struct settlement *s)
{
	for (int i = 0; i < READINGS; i++)
		credit_done(&s->sheets[i]);
	free(s->deadlines);
	free(s->down);
	chronic_free(s->rights, s->n_rights);
	memset(s, 0, sizeof *s);
}
