#include "cmd/report.h"
#include "reports/results.h"
#include "reports/say.h"

#include <string.h>

int
cmd_report(struct options *o)
{
	bool move = o->n_args == 1 && strcmp(o->args[0], "migration") == 0;
	bool other = move || (o->n_args == 1 && (strcmp(o->args[0], "sla") == 0 ||
	                                            strcmp(o->args[0], "compare") == 0));
	if (other && o->xlsx != NULL)
		return complain(EXIT_USAGE, "report: --xlsx is of report dossier");
	if (o->paper != NULL && !dossier_has_paper(o->paper))
		return complain(EXIT_USAGE, "--paper %s: a4 or letter", o->paper);
	if (o->language != NULL && say_language(o->language) == NULL)
		return complain(EXIT_USAGE, "--language %s: en, de or fr", o->language);
	if (other && o->letter != NULL)
		return complain(EXIT_USAGE, "report: --letter is of report dossier");
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
	if (o->n_args == 1 && strcmp(o->args[0], "sla") == 0)
		return report_sla(o);
	if (o->n_args != 1 || strcmp(o->args[0], "dossier") != 0)
		return complain(EXIT_USAGE,
		    "report: say what: report dossier, sla, compare or migration, -o FILE.pdf");
	return report_dossier(o);
}
