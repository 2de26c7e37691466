#ifndef ANALYZER_CHRONIC_H
#define ANALYZER_CHRONIC_H

#include "analyzer/downtime.h"
#include "analyzer/judge.h"
#include "config/contract.h"

/*
 * Rights that repeated or long failure gives. Any one condition of a clause suffices:
 *
 * count   at least so many outages, each longer than so much, begin in one window
 * total   downtime in one window exceeds so much
 * single  one outage exceeds so much
 *
 * A window slides: it is [t, t + W) for any t, so that two outages that begin exactly W
 * apart are in none together; without W it is the period, and only what lies in it
 * counts. All limits are exceeded by being passed, not by being reached. Downtime that
 * does not count (grace, pauses) is taken as the first of an outage.
 */

enum chronic_why {
	CHRONIC_COUNT,
	CHRONIC_TOTAL,
	CHRONIC_SINGLE
};

/* A right that arose in the period, by one clause. */
struct chronic {
	const struct chronic_conf *conf; /* borrowed */
	enum chronic_why why;            /* of the first time */
	int64_t arose_ns; /* first in the period: the limit is passed here */
	bool has_notice;
	int64_t declare_by_ns; /* last instant in time; of has_notice */
	unsigned times;        /* outages of the period that gave it (anew) */
	int64_t again_ns;      /* the last time; arose_ns where times is 1 */
	int64_t again_by_ns;   /* likewise */
	char (*outages)[17];   /* of the first time: those it rests on, in order */
	size_t n_outages;
};

/*
 * chronic_find(out, n, c, down, n_down, period, zone):
 * The rights of ${c} that arose in ${period}, from the outages of it and of the longest
 * window before it. A right arises anew with each outage that passes a limit again.
 *
 * Shape   down sorted by start; counted_ns is not looked at.
 * Result  0; -EINVAL outages out of order or with negative length, or a contract that
 *         could not have been read; -ERANGE a notice beyond the year 2262. *out and the
 *         outages in it are freed with chronic_free; NULL where there is none.
 */
int chronic_find(struct chronic **out, size_t *n, const struct contract_conf *c,
    const struct downtime *down, size_t n_down, struct span period, const char *zone);
void chronic_free(struct chronic *list, size_t n);

#endif
