#ifndef TESTS_UNIT_PDF_CHECKS_H
#define TESTS_UNIT_PDF_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

/* PDFs judged from outside, by readers that are not ours; what is wrong fails the test.
 */

/* What a command prints, ${a} put in; to be freed. */
char *pdf_output(const char *format, const char *a, int *status);
unsigned char *pdf_bytes(const char *path, size_t *n);

/* No warning of qpdf, tagged, every figure with a text. */
void pdf_check_file(const char *path);
/* Other readers (MuPDF, Ghostscript), where they are, read it without a word. */
void pdf_check_readers(const char *path);
/* Every font is ours, embedded and subset. */
void pdf_check_fonts(const char *path);
/* Every page says which of how many it is. Result: pages. */
unsigned pdf_check_pages(const char *path);
/* No word outside the margins of the paper, none upon another. */
void pdf_check_geometry(const char *path, double width, double height);

#endif
