/* "report compare": the same minutes of several links, side by side. */
#include "analyzer/profile.h"
#include "cmd/comparing.h"
#include "cmd/delivery.h"
#include "cmd/report.h"

#include <string.h>

static int
print(const struct comparing *w, struct gathered *g, const struct options *o)
{
	struct delivery d = {0};
	char err[512];
	int status = 0;
	json_t *j = NULL;

	if (delivery_is_wanted(o))
		status = delivery_prepare(&d, g, o, "comparison");
	if (status == 0)
		j = comparison_json(&w->view);
	if (status == 0 && o->json)
		(void)json_print(j, stdout); /* main says whether stdout took it */
	if (status == 0 && delivery_is_wanted(o)) {
		delivery_attach(&d, g, o, "comparison", j);
		status = delivery_tables(&d, o);
	}
	if (status == 0 && o->again == NULL && o->output != NULL &&
	    comparison_pdf(&w->view, o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = delivery_seal(&d, o);
	json_decref(j);
	delivery_done(&d);
	return status;
}

int
report_compare(const struct options *o)
{
	struct comparing w = {0};
	struct gathered *g;
	const char *profile = o->profile != NULL ? o->profile : "event";

	if (!delivery_is_wanted(o) && !o->json)
		return complain(EXIT_USAGE,
		    "report compare: say where to: -o FILE.pdf, --csv DIR or --json");
	if (o->png != NULL && o->output == NULL)
		return complain(
		    EXIT_USAGE, "report compare: --png goes with -o FILE.pdf");
	if (strcmp(profile, "ticket") == 0 || !profile_default(&w.profile, profile))
		return complain(EXIT_USAGE,
		    "report compare: --profile %s: one definition for all links is needed: "
		    "event, ses-10-10, mef, y1540 or rfc2678",
		    profile);
	int status = gather(&g, o, GATHER_DOCUMENT | GATHER_CURVES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	w.period = (struct span){r->from.ns, r->to.ns};
	if (r->n_links < 2 || r->n_links > COMPARE_LINKS)
		status = complain(EXIT_USAGE,
		    "report compare: %zu link%s: two to %d are compared: --link A --link B",
		    r->n_links, r->n_links == 1 ? "" : "s", COMPARE_LINKS);
	else
		status = comparing_make(&w, r);
	if (status == 0)
		status = print(&w, g, o);
	comparing_done(&w);
	gathered_free(g);
	return status;
}
