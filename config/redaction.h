#ifndef CONFIG_REDACTION_H
#define CONFIG_REDACTION_H

#include <stdbool.h>

/* What is left out of a document before anything is drawn. */
enum redaction {
	REDACT_ADDRESSES = 1, /* IP addresses, and names of hosts that are measured */
	REDACT_NAMES = 2,     /* of the centre and of people; what they wrote */
	REDACT_HOPS = 4       /* the path: every router on the way */
};

/* "addresses,names,hops", each at most once, in any order. false: *why says what would be
 * right. */
bool redaction_read(const char *text, unsigned *out, const char **why);

/* The same back, in this order; "" for nothing. */
void redaction_print(unsigned what, char out[32]);

#endif
