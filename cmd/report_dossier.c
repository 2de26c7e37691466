/* "report dossier": the pages, the letter that goes with them, the results they print. */
#include "cmd/delivery.h"
#include "cmd/report.h"
#include "reports/letter.h"
#include "reports/workbook.h"

#include <stdio.h>

static void
print_json(const struct results *r)
{
	json_t *json = results_dossier_json(r);

	(void)json_print(json, stdout); /* main says whether stdout took it */
	json_decref(json);
}

int
report_dossier(const struct options *o)
{
	struct delivery d = {0};
	struct gathered *g;
	char err[512];

	if (!delivery_is_wanted(o) && o->letter == NULL && o->xlsx == NULL && !o->json)
		return complain(EXIT_USAGE, "report dossier: say where to: -o FILE.pdf");
	if (o->png != NULL && o->output == NULL)
		return complain(
		    EXIT_USAGE, "report dossier: --png goes with -o FILE.pdf");
	if (o->sign != NULL && o->output == NULL)
		return complain(
		    EXIT_USAGE, "report dossier: --sign goes with -o FILE.pdf");
	int status = gather(&g, o, GATHER_DOCUMENT | GATHER_VERDICTS | GATHER_CURVES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	if (o->letter != NULL && r->n_links != 1)
		status = complain(EXIT_USAGE,
		    "--letter is to one ISP about one link: say which with --link");
	if (status == 0 && delivery_is_wanted(o))
		status = delivery_prepare(&d, g, o, "dossier");
	if (status == 0 && delivery_is_wanted(o)) {
		delivery_attach(&d, g, o, NULL, NULL);
		status = delivery_tables(&d, o);
	}
	if (status == 0 && o->again == NULL && o->output != NULL &&
	    dossier_pdf(r, o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0 && o->letter != NULL &&
	    letter_pdf(r, o->letter, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0 && o->xlsx != NULL &&
	    workbook_write(r, o->xlsx, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = delivery_seal(&d, o);
	if (status == 0 && o->json)
		print_json(r);
	delivery_done(&d);
	gathered_free(g);
	return status;
}
