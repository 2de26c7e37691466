#ifndef REPORTS_FINDINGS_H
#define REPORTS_FINDINGS_H

#include <stddef.h>

/* What was looked at, in order, and whether it holds: a line each. */
enum finding_word {
	FINDING_HOLDS,
	FINDING_FAILS,
	FINDING_NOTE /* neither: it could not be looked at, or is for the reader to judge
	              */
};

struct finding {
	enum finding_word word;
	char what[64], text[512]; /* valid UTF-8 without control characters */
};

struct findings {
	struct finding *v;
	size_t n;
	size_t failed;
};

__attribute__((format(printf, 4, 5))) void findings_add(struct findings *f,
    enum finding_word word, const char *what, const char *format, ...);
/* The first that fails, or NULL. */
const struct finding *findings_first(const struct findings *f);
void findings_done(struct findings *f);

#endif
