#ifndef REPORTS_TERMS_H
#define REPORTS_TERMS_H

#include "analyzer/judge.h"

/* What the program calls its things, in words for people, in the language in use. */
const char *terms_attribution(enum attribution a);
const char *terms_degradation(enum degradation_kind k);
const char *terms_role(enum role r);
const char *terms_kind(enum kind k);

#endif
