#ifndef REPORTS_DOSSIER_ATTACH_H
#define REPORTS_DOSSIER_ATTACH_H

#include "reports/annex.h"

#include <qpdf/qpdf-c.h>

/*
 * Put the annex inside of a PDF that is being finished, dated ${as_of_ns}; its id and
 * data root into the document's information. The bytes of the annex are borrowed until
 * the PDF is written. What went wrong, qpdf says when it writes.
 */
void dossier_attach(qpdf_data q, const struct annex *a, int64_t as_of_ns);

#endif
