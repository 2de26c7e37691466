/* "report sla": the period, and the months that led up to it. */
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
			const char *zone =
			    l->def->timezone[0] != '\0' ? l->def->timezone : "UTC";
			print_day(
			    t->period.start_ns, zone, BACK[k].months_back, out->from);
			print_day(t->period.end_ns, zone, 0, out->to);
			return true;
		}
	}
	return false;
}

int
report_sla(const struct options *o)
{
	struct delivery d = {0};
	struct gathered *g, *before = NULL;
	struct options back = *o;
	struct range range;
	char err[512];

	if (o->output == NULL)
		return complain(EXIT_USAGE, "report sla: say where to: -o FILE.pdf");
	int status = gather(&g, o, GATHER_DOCUMENT | GATHER_VERDICTS);
	if (status != 0)
		return status;
	if (trend_of(gathered_results(g), &range)) {
		back.from = range.from;
		back.to = range.to;
		status = gather(&before, &back, GATHER_DOCUMENT | GATHER_VERDICTS);
	}
	if (status == 0)
		status = delivery_prepare(&d, g, o, "sla");
	if (status == 0) {
		json_t *trend =
		    before != NULL ? results_sla_json(gathered_results(before)) : NULL;
		delivery_attach(&d, g, o, "trend", trend);
		json_decref(trend);
	}
	if (status == 0 && o->again == NULL &&
	    sla_pdf(gathered_results(g), before != NULL ? gathered_results(before) : NULL,
	        o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = delivery_seal(&d, o);
	delivery_done(&d);
	gathered_free(before);
	gathered_free(g);
	return status;
}
