#ifndef REPORTS_CSV_H
#define REPORTS_CSV_H

#include <stdio.h>

/*
 * csv_cell(out, text):
 * One cell of RFC 4180, quoted where it must be. Text that a spreadsheet would take for a
 * formula (it begins with =, +, -, @, a tab or a return) has an apostrophe before it.
 * Not for numbers: they may begin with a sign.
 */
void csv_cell(FILE *out, const char *text);

#endif
