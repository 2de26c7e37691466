/* "report compare": the same minutes of several links, side by side. */
#include "analyzer/profile.h"
#include "cmd/comparing.h"
#include "cmd/delivery.h"
#include "cmd/report.h"

#include <string.h>

static json_t *
view_json(const void *view)
{
	return comparison_json(view);
}

static int
draw(const void *view, const char *pdf_path, const char *png_dir, char *err, size_t room)
{
	return comparison_pdf(view, pdf_path, png_dir, err, room);
}

int
report_compare(const struct options *o)
{
	struct comparing w = {0};
	struct gathered *g;
	const char *profile = o->profile != NULL ? o->profile : "event";

	int status = delivery_place(o, "compare");
	if (status != 0)
		return status;
	if (strcmp(profile, "ticket") == 0 || !profile_default(&w.profile, profile))
		return complain(EXIT_USAGE,
		    "report compare: --profile %s: one definition for all links is needed: "
		    "event, ses-10-10, mef, y1540 or rfc2678",
		    profile);
	status = gather(&g, o, GATHER_DOCUMENT | GATHER_CURVES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	w.period = (struct span){r->from.ns, r->to.ns};
	if (r->n_links < 2 || r->n_links > COMPARE_LINKS)
		status = complain(EXIT_USAGE,
		    "report compare: %zu link%s: two to %d are compared: --link A --link B",
		    r->n_links, r->n_links == 1 ? "" : "s", COMPARE_LINKS);
	else
		status = comparing_make(&w, g);
	if (status == 0)
		status = delivery_make(
		    &(struct deliverable){"comparison", &w.view, view_json, draw}, g, o);
	comparing_done(&w);
	gathered_free(g);
	return status;
}
