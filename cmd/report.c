#include "cmd/report.h"
#include "reports/results.h"
#include "reports/say.h"

#include <string.h>
#include <sys/stat.h>

static bool
is_same(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 &&
	                                x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* Documents are put in place by a rename: it would take the place of a device as well,
 * and the last of two documents that of the first. */
static int
check_places(const struct options *o)
{
	const struct {
		const char *option, *path;
	} PLACES[] = {{"-o", o->output}, {"--letter", o->letter}, {"--xlsx", o->xlsx}};
	struct stat st;

	for (size_t i = 0; i < 3; i++) {
		const char *path = PLACES[i].path;
		if (path == NULL)
			continue;
		if (strcmp(path, "-") == 0)
			return complain(EXIT_USAGE,
			    "%s -: a document is a file; name one", PLACES[i].option);
		for (size_t k = 0; k < i; k++)
			if (PLACES[k].path != NULL && is_same(path, PLACES[k].path))
				return complain(EXIT_USAGE,
				    "%s %s: it is the file of %s; give each its own",
				    PLACES[i].option, path, PLACES[k].option);
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
			return complain(1, "%s: %s", path,
			    S_ISDIR(st.st_mode) ? "it is a directory"
			                        : "it is no regular file");
	}
	return 0;
}

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
	int status = check_places(o);
	if (status != 0)
		return status;
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
