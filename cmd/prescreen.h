#ifndef CMD_PRESCREEN_H
#define CMD_PRESCREEN_H

#include "analyzer/prescreen.h"
#include "reports/results.h"

/* One regime's rule applied to one link. */
struct prescreened {
	const struct regime *regime;
	const struct link_report *link;
	struct prescreen result;
};

/* The shipped file of a regime, as it was when this was built. */
const char *prescreen_files_text(enum regime_id id);

/* linkwitness/prescreen/1; a new reference. */
json_t *prescreen_json(const struct results *r, const struct prescreened *list, size_t n);

#endif
