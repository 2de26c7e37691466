#include "reports/findings.h"

#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What files say of themselves goes to terminals: no control characters, no halves of
 * letters. */
static void
clean(char *text)
{
	uint8_t *p = (uint8_t *)text, *end = p + strlen(text);

	while (p < end) {
		size_t n = bytes_utf8(p, end);
		if (n == 0 || *p < 0x20 || *p == 0x7f ||
		    (n == 2 && *p == 0xc2 && p[1] < 0xa0)) {
			memset(p, '?', n > 0 ? n : 1);
		}
		p += n > 0 ? n : 1;
	}
}

void
findings_add(
    struct findings *f, enum finding_word word, const char *what, const char *format, ...)
{
	va_list ap;

	f->v = memory_grow(f->v, f->n + 1, sizeof *f->v);
	struct finding *one = &f->v[f->n++];
	one->word = word;
	snprintf(one->what, sizeof one->what, "%s", what);
	va_start(ap, format);
	vsnprintf(one->text, sizeof one->text, format, ap);
	va_end(ap);
	clean(one->what);
	clean(one->text);
	f->failed += word == FINDING_FAILS;
}

const struct finding *
findings_first(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].word == FINDING_FAILS)
			return &f->v[i];
	return NULL;
}

void
findings_done(struct findings *f)
{
	free(f->v);
	memset(f, 0, sizeof *f);
}
