#ifndef REPORTS_DRAFT_H
#define REPORTS_DRAFT_H

#include "analyzer/judge.h"

#include <stddef.h>

/*
 * The words of a notice: what happened, and a ticket to copy into the ISP's form. Only
 * what was judged is said, with its bounds; times in the centre's zone with the offset,
 * and UTC.
 */
enum draft_kind {
	DRAFT_CONFIRMED,
	DRAFT_OVER,
	DRAFT_TEST
};

struct draft {
	enum draft_kind kind;
	const struct link_def *link;
	const char *reference;       /* of the contract; empty where there is none */
	const struct outage *outage; /* NULL for a test */
	const struct link_def
	    *links; /* the judge's, for outage->links_up and links_down */
	size_t n_links;
	int64_t now_ns;
};

/* One line, ASCII, at most 140 bytes. */
void draft_subject(const struct draft *d, char *out, size_t room);

/* The text, lines of at most 78 columns but for long names; malloc'd, free it. */
char *draft_text(const struct draft *d);

#endif
