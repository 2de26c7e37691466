#include "cmd/gather.h"

int
cmd_outages(struct options *o)
{
	struct gathered *g;

	if (o->n_args > 0)
		return complain(EXIT_USAGE, "outages: %s is too much", o->args[0]);
	if (o->json && o->csv)
		return complain(EXIT_USAGE, "outages: --json or --csv, not both");
	int status = gather(&g, o, GATHER_OUTAGES);
	if (status != 0)
		return status;
	const struct results *r = gathered_results(g);
	if (o->json) {
		json_t *j = results_outages_json(r);
		(void)json_print(j, stdout); /* main says whether stdout took it */
		json_decref(j);
	} else if (o->csv) {
		results_outages_csv(r, stdout);
	} else {
		results_outages_text(r, stdout);
	}
	gathered_free(g);
	return status;
}
