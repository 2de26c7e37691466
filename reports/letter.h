#ifndef REPORTS_LETTER_H
#define REPORTS_LETTER_H

#include "reports/results.h"

/*
 * letter_pdf(r, pdf_path, err, room):
 * The draft of a letter to the ISP that goes with a dossier of r->links[0], one page:
 * addressee, contract, clause, demand, amount, dates. It is nobody's word until a person
 * has signed it, and says so. Result: as dossier_pdf; -EINVAL unless there is one link.
 */
int letter_pdf(const struct results *r, const char *pdf_path, char *err, size_t room);

#endif
