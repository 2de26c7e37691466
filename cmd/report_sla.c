/* "report sla": the period, and the months that led up to it. */
#include "base/link.h"
#include "cmd/delivery.h"
#include "cmd/report.h"
#include "reports/sla.h"

#include <stdio.h>
#include <string.h>

struct range {
	char from[24], to[24];
};

static void
print_day(int64_t ns, const char *zone, int months_back, char out[24])
{
	int year, month, day;

	instant_civil(ns, zone, &year, &month, &day);
	month -= months_back;
	while (month < 1) {
		month += 12;
		year--;
	}
	snprintf(out, 24, "%04d-%02d-%02d", year, month, day);
}

/* A year of the contract's periods up to the one reported; false where what was asked for
 * is no single period of the calendar: then it is its own trend. */
static bool
trend_of(const struct results *r, struct range *out)
{
	static const struct {
		const char *kind;
		int months_back;
	} BACK[] = {{"month", 11}, {"quarter", 9}, {"year", 36}};

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		const struct terms *t = &l->contract.terms;
		for (size_t k = 0; k < sizeof BACK / sizeof BACK[0]; k++) {
			if (!l->has_verdict || l->n_listed != 1 ||
			    strcmp(t->period_kind, BACK[k].kind) != 0)
				continue;
			const char *zone = link_zone(l->def);
			print_day(
			    t->period.start_ns, zone, BACK[k].months_back, out->from);
			print_day(t->period.end_ns, zone, 0, out->to);
			return true;
		}
	}
	return false;
}

static int
print(struct gathered *g, const struct gathered *before, const struct options *o)
{
	const struct results *r = gathered_results(g),
	                     *trend = before != NULL ? gathered_results(before) : NULL;
	struct delivery d = {0};
	char err[512];
	int status = 0;

	if (delivery_is_wanted(o))
		status = delivery_prepare(&d, g, o, "sla");
	if (status == 0 && delivery_is_wanted(o)) {
		json_t *more = trend != NULL ? results_sla_json(trend) : NULL;
		delivery_attach(&d, g, o, "trend", more);
		json_decref(more);
		status = delivery_tables(&d, o);
	}
	if (status == 0 && o->again == NULL && o->output != NULL &&
	    sla_pdf(r, trend, o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = delivery_seal(&d, o);
	if (status == 0 && o->json) {
		json_t *j = sla_json(r, trend);
		(void)json_print(j, stdout); /* main says whether stdout took it */
		json_decref(j);
	}
	delivery_done(&d);
	return status;
}

int
report_sla(const struct options *o)
{
	struct gathered *g, *before = NULL;
	struct options back = *o;
	struct range range;

	int status = delivery_place(o, "sla");
	if (status != 0)
		return status;
	status = gather(&g, o, GATHER_DOCUMENT | GATHER_VERDICTS | GATHER_EVIDENCE);
	if (status != 0)
		return status;
	if (trend_of(gathered_results(g), &range)) {
		back.from = range.from;
		back.to = range.to;
		status = gather(&before, &back, GATHER_DOCUMENT | GATHER_VERDICTS);
	}
	if (status == 0)
		status = print(g, before, o);
	gathered_free(before);
	gathered_free(g);
	return status;
}
