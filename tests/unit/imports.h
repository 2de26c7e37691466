#ifndef UNIT_IMPORTS_H
#define UNIT_IMPORTS_H

#include "cmd/options.h"
#include "tests/unit/scratch.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* `linkwitness import` without its main, and what it says on standard error. */
static char words[65536];

int
complain(int status, const char *format, ...)
{
	va_list ap;

	fputs("linkwitness: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* Import a file as victoria/fibre into ${data}; what is said lands in words, by a file in
 * ${dir}.
 */
static inline int
import_run(const char *format, const char *path, const char *dir, const char *data,
    struct options o)
{
	char log[128];
	char *args[] = {(char *)format, (char *)path, NULL};

	snprintf(log, sizeof log, "%s/log", dir);
	snprintf(o.data_dir, sizeof o.data_dir, "%s", data);
	o.centre = "victoria";
	o.links[o.n_links++] = "fibre";
	o.args = args;
	o.n_args = 2;
	fflush(stderr);
	int keep = dup(STDERR_FILENO);
	assert_non_null(freopen(log, "w", stderr));
	int status = cmd_import(&o);
	fflush(stderr);
	dup2(keep, STDERR_FILENO);
	close(keep);
	scratch_text(log, words, sizeof words);
	return status;
}

#endif
