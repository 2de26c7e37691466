#include "cmd/gather.h"
#include "cmd/report.h"
#include "reports/workbook.h"

#include <string.h>

int
cmd_report(struct options *o)
{
	struct gathered *g;
	char err[512];

	bool move = o->n_args == 1 && strcmp(o->args[0], "migration") == 0;
	bool other = move || (o->n_args == 1 && (strcmp(o->args[0], "sla") == 0 ||
	                                            strcmp(o->args[0], "compare") == 0));
	if (other && o->xlsx != NULL)
		return complain(EXIT_USAGE, "report: --xlsx is of report dossier");
	if (!move && (o->from_link != NULL || o->to_link != NULL || o->cut_over != NULL ||
	                 o->growth != NULL))
		return complain(EXIT_USAGE,
		    "report: --from-link, --to-link, --cut-over and --growth are of report "
		    "migration");
	if (move && (o->n_links > 0 || o->profile != NULL))
		return complain(EXIT_USAGE,
		    "report migration: it takes --from-link and --to-link, no --link and no "
		    "--profile");
	if (move)
		return report_migration(o);
	if (o->n_args == 1 && strcmp(o->args[0], "compare") == 0)
		return report_compare(o);
	if (o->json)
		return complain(
		    EXIT_USAGE, "report: --json is of report compare and migration");
	if (o->n_args == 1 && strcmp(o->args[0], "sla") == 0)
		return report_sla(o);
	if (o->n_args != 1 || strcmp(o->args[0], "dossier") != 0)
		return complain(EXIT_USAGE,
		    "report: say what: report dossier, sla, compare or migration, -o FILE.pdf");
	if (o->output == NULL)
		return complain(EXIT_USAGE, "report dossier: say where to: -o FILE.pdf");
	int status = gather(&g, o, GATHER_VERDICTS | GATHER_CURVES);
	if (status != 0)
		return status;
	if (dossier_pdf(gathered_results(g), o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	else if (o->xlsx != NULL &&
	         workbook_write(gathered_results(g), o->xlsx, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	gathered_free(g);
	return status;
}
