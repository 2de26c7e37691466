#ifndef REPORTS_SLA_H
#define REPORTS_SLA_H

#include "reports/results.h"

/*
 * sla_pdf(r, trend, pdf_path, png_dir, err, room):
 * The report of a period: two pages for each link of ${r}, before them one that sums up
 * where there are several. ${trend}: results of the same links, in the same order, with a
 * verdict for each period up to this one; NULL: those of ${r} are all there are. As
 * dossier_pdf else.
 */
int sla_pdf(const struct results *r, const struct results *trend, const char *pdf_path,
    const char *png_dir, char *err, size_t room);

/* linkwitness/sla-report/1 of INTERFACES.md, all that its pages print; a new reference.
 */
json_t *sla_json(const struct results *r, const struct results *trend);

#endif
