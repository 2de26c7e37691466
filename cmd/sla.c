#include "cmd/gather.h"

int
cmd_sla(struct options *o)
{
	struct gathered *g;

	if (o->n_args > 0)
		return complain(EXIT_USAGE, "sla: %s is too much", o->args[0]);
	int status = gather(&g, o, GATHER_VERDICTS);
	if (status != 0)
		return status;
	if (o->json) {
		json_t *j = results_sla_json(gathered_results(g));
		(void)json_print(j, stdout); /* main says whether stdout took it */
		json_decref(j);
	} else {
		results_sla_text(gathered_results(g), stdout);
	}
	gathered_free(g);
	return status;
}
