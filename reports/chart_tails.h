#ifndef REPORTS_CHART_TAILS_H
#define REPORTS_CHART_TAILS_H

#include "analyzer/tail.h"
#include "reports/chart.h"

/* Tails of round trips laid over each other, each with its name beside it; colours and
 * order as of the dots. */
struct tails {
	struct tails_line {
		const char *name, *note; /* note: how many there are */
		const struct tail *tail; /* with a point at least, or NULL: not drawn */
	} lines[DOTS_MOST];
	size_t n;
};

#define TAILS_H 190.0
void tails_draw(struct draw *d, struct box box, const struct tails *t);

#endif
