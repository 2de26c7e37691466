#ifndef REPORTS_SLA_RECORD_H
#define REPORTS_SLA_RECORD_H

#include "reports/dossier.h"

/* The second page of a link in an SLA report: what its verdict rests on, what people
 * entered, what is owed. */
void sla_record(struct pages *p, const struct dossier *ds, size_t link);

#endif
