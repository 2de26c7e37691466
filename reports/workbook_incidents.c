/* Every outage of every account, and whether it counts. */
#include "reports/workbook_sheet.h"

#include <string.h>

/* Both are sorted by start, mostly: go on from where the last one was. */
static const struct outage *
outage_of(const struct link_report *l, const char *id, size_t *next)
{
	size_t n = l->result->n_outages;

	for (size_t i = 0; id[0] != '\0' && i < n; i++) {
		const struct outage *o = &l->result->outages[(*next + i) % n];
		if (strcmp(o->id, id) != 0)
			continue;
		*next = (*next + i + 1) % n;
		return o;
	}
	return NULL;
}

static void
edges(struct sheet *s, const struct outage *o)
{
	if (o == NULL) {
		sheet_skip(s);
		sheet_skip(s);
		sheet_skip(s);
		return;
	}
	sheet_seconds(s, o->end_ns - o->start_ns);
	sheet_seconds(s, o->start_bound_ns);
	sheet_seconds(s, o->end_bound_ns);
}

static void
incident(struct sheet *s, const struct account_of *a, size_t number,
    const struct outage_time *t, size_t *next)
{
	const struct outage *o = outage_of(a->l, t->outage_id, next);
	bool counts = t->counted_ns > 0 || t->whole_ns > 0;

	sheet_number(s, LOOK_COUNT, (double)number);
	sheet_text(s, LOOK_TEXT, a->l->def->centre);
	sheet_text(s, LOOK_TEXT, a->l->def->link);
	sheet_text(
	    s, LOOK_TEXT, t->outage_id[0] != '\0' ? t->outage_id : "heavy loss alone");
	sheet_time(s, t->start_ns);
	sheet_time(s, t->end_ns);
	sheet_local(s, t->start_ns, link_zone(a->l->def));
	sheet_local(s, t->end_ns, link_zone(a->l->def));
	edges(s, o);
	sheet_text(s, LOOK_TEXT, attribution_name(t->attribution));
	sheet_text(s, LOOK_TEXT, confidence_name(t->confidence));
	sheet_text(s, LOOK_INPUT, counts ? "yes" : "no");
	sheet_seconds(s, t->counted_ns);
	sheet_seconds(s, t->whole_ns);
	sheet_text(s, LOOK_TEXT, t->begins_here ? "yes" : "no");
	sheet_text(s, LOOK_TEXT,
	    t->reason != NULL ? t->reason
	    : t->open         ? "not over"
	                      : "");
	sheet_next(s);
}

void
workbook_incidents(const struct book *b, struct accounts *a)
{
	static const double WIDTHS[] = {
	    8, 14, 14, 18, 22, 22, 22, 22, 12, 9, 9, 14, 11, 9, 14, 14, 9, 40, 0};
	static const char *const HEADS[] = {"Account", "Centre", "Link", "Outage",
	    "Clock start, UTC", "Clock stop, UTC", "Clock start, local",
	    "Clock stop, local", "Measured, s", "± start, s", "± end, s", "Attributed to",
	    "Confidence", "Counts?", "Counted in the period, s", "Counted whole, s",
	    "Begins in the period", "Why not", NULL};
	struct sheet s;

	sheet_open(&s, b, "Incidents", WIDTHS);
	sheet_head(&s, HEADS);
	for (size_t i = 0; i < a->n; i++) {
		const struct verdict *v = &a->v[i].d->verdict;
		size_t next = 0;
		a->v[i].first_row = s.row;
		for (size_t k = 0; k < v->n_times; k++)
			incident(&s, &a->v[i], i + 1, &v->times[k], &next);
		a->v[i].n_rows = s.row - a->v[i].first_row;
	}
	char *words[] = {"yes", "no", NULL};
	lxw_data_validation yes_no = {
	    .validate = LXW_VALIDATION_TYPE_LIST, .value_list = words};
	if (s.row > 1)
		worksheet_data_validation_range(s.ws, 1, 13, s.row - 1, 13, &yes_no);
	sheet_filter(&s, 18);
}
