#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd/options.h"

/* The documents of "linkwitness report". Result: the exit status, the reason told. */
int report_sla(const struct options *o);
int report_compare(const struct options *o);
int report_migration(const struct options *o);
int report_dossier(const struct options *o);

#endif
