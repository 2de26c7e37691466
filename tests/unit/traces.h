#ifndef UNIT_TRACES_H
#define UNIT_TRACES_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Round trips that others measured and labelled by hand, outside of this tree:
 * ../shared/data beside it, or as LW_SHARED says.
 */
#define TRACES "rtt-changepoint"

static inline void
traces_path(char *out, size_t room, const char *name)
{
	const char *shared = getenv("LW_SHARED"), *top = getenv("LW_TOP");

	if (shared != NULL)
		snprintf(out, room, "%s/data/%s", shared, name);
	else
		snprintf(
		    out, room, "%s/../shared/data/%s", top != NULL ? top : ".", name);
}

/* 0, or what glob says. */
static inline int
traces_find(glob_t *traces)
{
	char pattern[600];

	traces_path(pattern, sizeof pattern, TRACES "/*.csv");
	return glob(pattern, 0, NULL, traces);
}

/* As many pairs as can be made, each label and each finding in one at most, so many lines
 * apart at most; both in order.
 */
static inline long
traces_matched(const long *labels, long n_labels, const long *found, long n, long within)
{
	long i = 0, k = 0, m = 0;

	while (i < n_labels && k < n) {
		if (labs(labels[i] - found[k]) <= within) {
			m++;
			i++;
			k++;
		} else if (labels[i] < found[k]) {
			i++;
		} else {
			k++;
		}
	}
	return m;
}

#endif
