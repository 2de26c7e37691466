#ifndef CMD_GATHER_H
#define CMD_GATHER_H

#include "cmd/options.h"
#include "records/records.h"
#include "reports/results.h"

/*
 * From a journal to results: one pass feeds the judge and the curves, another fetches the
 * samples around the worst outages. What it gives is owned by the gathered.
 */
enum gather_what {
	GATHER_OUTAGES = 0,
	GATHER_VERDICTS =
	    1, /* by contract; the period is the contract's unless times are given */
	GATHER_CURVES = 2,    /* buckets, hours, close-ups: for the dossier */
	GATHER_DOCUMENT = 8,  /* for others: what is to be left out is left out */
	GATHER_EVIDENCE = 16, /* what people entered and what is owed, for any document */
	GATHER_STATUS = 4     /* today, and how the links are now */
};

struct gathered;

/* Result 0, or the exit status, the reason told. */
int gather(struct gathered **out, const struct options *o, unsigned what);
const struct results *gathered_results(const struct gathered *g);
/*
 * gathered_document(g, from_ns, to_ns):
 * Make a document of it: as of its newest record, whenever that is drawn; with the span
 * of the journal that was read for it. Result: its results, to be completed.
 */
struct results *gathered_document(struct gathered *g, int64_t *from_ns, int64_t *to_ns);
/* Where it was read from, to read on; the number among its links of one of the reader's.
 * false: it is none of them. */
struct journal_reader *gathered_reader(const struct gathered *g);
bool gathered_link(const struct gathered *g, uint32_t number, size_t *link);
/* What people entered of its links, in the order of entry; the caller frees *out. */
size_t gathered_records(const struct gathered *g, struct record **out);
/* What was left out, "addresses,names"; NULL: nothing. */
const char *gathered_redacted(const struct gathered *g);
void gathered_free(struct gathered *g);

#endif
