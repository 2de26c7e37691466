#ifndef TESTS_GOLDEN_PROSE_NUMBERS_H
#define TESTS_GOLDEN_PROSE_NUMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The numbers of a document's results, each by its kind, and whether it stands in a long
 * list (outages, hours, days) only.
 */
enum kind {
	PLAIN, /* ratios, counts, money */
	SECONDS,
	RATE,   /* bit/s */
	INSTANT /* s of UTC */
};

/* Read them, once. Of a comparison and a plan only their own part is taken. */
void numbers_take(json_t *results);

/* Is there a value that differs by at most ${slack}? ${lists}: in lists, too. */
bool numbers_have(double v, double slack, enum kind kind, bool lists);

/* Is this part of a text of theirs? */
bool numbers_say(const char *word, size_t n);

/* Does a step of the runbook stand so many seconds from the move, by ${slack}? */
bool numbers_step(double v, double slack);

/* How many outages the longest register has. */
size_t numbers_outages(void);

/* Do decimals of the document's language stand behind a comma? */
bool numbers_comma(void);

#endif
