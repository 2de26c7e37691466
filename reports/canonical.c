#include "reports/canonical.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 15

char *
canonical(const json_t *j, size_t *n)
{
	char *text =
	    json_dumps(j, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(DIGITS));
	size_t length = text != NULL ? strlen(text) : 0;
	char *out = memory_grow(NULL, length + 2, 1);

	if (length > 0)
		memcpy(out, text, length);
	memcpy(out + length, "\n", 2);
	*n = length + 1;
	free(text);
	return out;
}
