#ifndef ANALYZER_CREDIT_WORDS_H
#define ANALYZER_CREDIT_WORDS_H

#include "analyzer/credit.h"

#include <stdarg.h>

/* How rules of credits are said. Texts end where the room does, never inside UTF-8. */

struct phrase {
	char *text;
	size_t room, n;
};

__attribute__((format(printf, 2, 3))) void credit_words_add(
    struct phrase *p, const char *format, ...);
/* "3 h 12 min", "45 s", "1 min 0.000000001 s": exact, largest units first, at most h. */
void credit_words_duration(struct phrase *p, int64_t ns);
/* Parts in 1e9 as "99.95 %": exact. */
void credit_words_percent(struct phrase *p, int64_t ppb);
/* "1 day of 450.00 EUR (15.00)"; ${each} is what it comes to. */
void credit_words_amount(struct phrase *p, const struct contract_conf *c,
    const struct amount *a, struct credit_worth each);
/* A value or a threshold of a metric: "0.5 %", "45 ms", "100 Mbit/s". */
void credit_words_metric(struct phrase *p, enum metric m, double v);

#endif
