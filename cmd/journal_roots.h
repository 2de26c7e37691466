#ifndef CMD_JOURNAL_ROOTS_H
#define CMD_JOURNAL_ROOTS_H

#include "cmd/options.h"

/* "journal roots [--day D] [--json]". Result: the exit status, the reason told. */
int journal_print_roots(const struct options *o);

/* Roots that were given away once, lines of the above in a file: does the journal still
 * hold what it held then? Result as above. */
int journal_check_roots(const struct options *o, const char *path);

#endif
