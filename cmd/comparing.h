#ifndef CMD_COMPARING_H
#define CMD_COMPARING_H

#include "cmd/gather.h"
#include "reports/comparison.h"

/* Links held against each other over the same time: what was gathered of them, judged by
 * one profile, compared, with what they cost. */
struct comparing {
	struct profile_conf profile; /* set before */
	struct span period;          /* likewise; in what was gathered */
	struct comparison_view view;
	struct comparison comparison;
	struct compare_side *sides;
	struct compare_hour **hours; /* by link */
	struct verdict *ledgers;
	size_t n_ledgers;
	struct comparison_cost *costs;
	struct comparison_required *required;
	struct tail *tails;
	struct span *days;
	size_t n_days;
};

/* 0, or the exit status, the reason told. Free with comparing_done, whatever it was. */
int comparing_make(struct comparing *w, const struct results *r);
void comparing_done(struct comparing *w);

#endif
