#ifndef REPORTS_CANONICAL_H
#define REPORTS_CANONICAL_H

#include <jansson.h>
#include <stddef.h>

/* What is hashed and signed has one form alone: keys sorted, indented by one, reals with
 * at most 15 digits, a newline at the end. The caller frees it. */
char *canonical(const json_t *j, size_t *n);

#endif
