#ifndef ANALYZER_FLAKY_H
#define ANALYZER_FLAKY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Targets that lose so much more than the others of their link that it says something of
 * them and not of the link: at least 3 % of their probes and at least four times the
 * median of their peers. A flag for people; who votes is decided elsewhere.
 */
struct flaky_target {
	uint64_t sent, lost; /* while the link was not dark */
	bool judged;         /* 100 probes sent, and two peers that sent as many */
	bool flaky;
	double loss; /* ratio; 0 where nothing was sent */
	double
	    peers; /* the median of the others' loss; of an even number, the higher one */
};

/* flaky_mark(targets, n): fill in the last four of each of the targets of one link. */
void flaky_mark(struct flaky_target *targets, size_t n);

#endif
