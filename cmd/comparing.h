#ifndef CMD_COMPARING_H
#define CMD_COMPARING_H

#include "cmd/common_samples.h"

/* Links held against each other over the same time: what was gathered of them, judged by
 * one profile, compared, with what they cost. */
struct comparing {
	struct profile_conf profile; /* set before */
	struct span period;          /* likewise; in what was gathered */
	struct common_samples common;
	struct comparison_view view;
	struct comparison comparison;
	struct compare_side *sides;
	struct compare_hour **hours; /* as many lists as n_hours, of common time */
	size_t n_hours;
	struct compare_with *with;
	struct verdict *ledgers;
	size_t n_ledgers;
	struct comparison_cost *costs;
	struct comparison_required *required;
	struct tail *tails;
	struct comparison_names (*names)[2];
	struct span *days;
	size_t n_days;
};

/* 0, or the exit status, the reason told. Free with comparing_done, whatever it was. */
int comparing_make(struct comparing *w, const struct gathered *g);
void comparing_done(struct comparing *w);

#endif
