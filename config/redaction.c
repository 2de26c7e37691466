#include "config/redaction.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const WORDS[] = {"addresses", "names", "hops"};
#define N_WORDS (sizeof WORDS / sizeof *WORDS)

bool
redaction_read(const char *text, unsigned *out, const char **why)
{
	unsigned what = 0;

	*why = "addresses, names and hops, with commas between them";
	for (;;) {
		size_t n = strcspn(text, ","), k = 0;
		while (k < N_WORDS &&
		       (strlen(WORDS[k]) != n || memcmp(WORDS[k], text, n) != 0))
			k++;
		if (k == N_WORDS || (what & 1u << k))
			return false;
		what |= 1u << k;
		if (text[n] == '\0')
			break;
		text += n + 1;
	}
	*out = what;
	return true;
}

void
redaction_print(unsigned what, char out[32])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t k = 0; k < N_WORDS; k++)
		if (what & 1u << k)
			n += (size_t)snprintf(
			    out + n, 32 - n, "%s%s", n > 0 ? "," : "", WORDS[k]);
}
