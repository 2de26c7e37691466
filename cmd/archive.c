#include "cmd/filler.h"
#include "cmd/options.h"

#include <unistd.h>

int
cmd_archive(struct options *o)
{
	struct journal_reader *r;
	struct filler f;
	char err[512];
	bool of_journal;
	int status = 0;

	if (o->n_args > 0)
		return complain(EXIT_USAGE, "archive: %s: not understood", o->args[0]);
	if (journal_read(&r, o->data_dir, err, sizeof err) < 0)
		return complain(1, "archive: %s", err);
	filler_init(&f, r, o->data_dir, o->settings);
	if (archive_lock(f.archive) < 0) {
		status = complain(1, "archive: %s", archive_error(f.archive));
	} else if (o->rebuild && archive_remove(f.archive) < 0) {
		status = complain(1, "archive: %s", archive_error(f.archive));
	} else if (filler_catch_up(&f, isatty(STDERR_FILENO), NULL, &of_journal) < 0) {
		status = complain(1, "archive: %s",
		    of_journal ? journal_error(r) : archive_error(f.archive));
	}
	const char *first;
	size_t out = archive_left_out(f.archive, &first);
	if (out > 0)
		complain(0,
		    "archive: %s: no RRD file: names of centres, links and probes must be "
		    "of a-z 0-9 - for that (%zu such %s left out)",
		    first, out, out == 1 ? "probe" : "probes");
	filler_done(&f);
	journal_reader_free(r);
	return status;
}
