/*
 * Verdicts of a year at one sample a second with 2,000 outages, once the samples are
 * read: each profile's, and what a contract owes of it. The aim: under a second each.
 */
#include "analyzer/profile.h"
#include "analyzer/settlement.h"
#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S        NS_PER_S
#define YEAR     (365 * 86400 * S)
#define BEGIN    (1767225600 * S)
#define OUTAGES  2000
#define PROFILES 6

static struct outage outages[OUTAGES];
static struct span bad[PROFILES][OUTAGES];

static void
fill(struct link_result *r, const struct judge_rule *rule)
{
	uint64_t x = 88172645463325252;

	*r = (struct link_result){.period = {BEGIN, BEGIN + YEAR},
	    .outages = outages,
	    .n_outages = OUTAGES,
	    .votes_per_s = 5,
	    .n_bins = rule->n_bins};
	for (size_t i = 0; i < OUTAGES; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		int64_t at =
		    BEGIN + (int64_t)i * (YEAR / OUTAGES) + (int64_t)(x % 3600) * S;
		int64_t length = (int64_t)(12 + x / 3600 % 900) * S;
		outages[i] = (struct outage){.start_ns = at,
		    .end_ns = at + length,
		    .start_bound_ns = S / 5,
		    .end_bound_ns = S / 5,
		    .counted = true,
		    .attribution = ATTR_ACCESS};
		snprintf(outages[i].id, sizeof outages[i].id, "%016zx", i);
		for (size_t b = 0; b < rule->n_bins; b++) {
			int64_t w = rule->bins[b].width_ns;
			bad[b][i] = (struct span){at / w * w, (at + length) / w * w};
			if (bad[b][i].end_ns == bad[b][i].start_ns)
				bad[b][i].end_ns += w;
		}
	}
	for (size_t b = 0; b < rule->n_bins; b++)
		r->bins[b] = (struct binned){
		    .rule = rule->bins[b], .bad = bad[b], .n_bad = OUTAGES};
}

static double
milliseconds(mono_t from)
{
	return (double)(clock_mono().ns - from.ns) / 1e6;
}

int
main(void)
{
	static const char *const NAMES[] = {
	    "event", "ses-10-10", "mef", "y1540", "rfc2678", "ticket"};
	struct judge_rule rule;
	struct contract_conf c;
	struct link_result r;

	judge_rule_default(&rule);
	for (size_t i = 2; i < 5; i++) {
		struct profile_conf p;
		if (profile_default(&p, NAMES[i]) &&
		    profile_binning(&p, &rule.bins[rule.n_bins]))
			rule.n_bins++;
	}
	fill(&r, &rule);
	contract_default(&c);
	c.availability = 0.999;
	c.mrc_mills = 450000;
	strcpy(c.currency, "EUR");
	c.credits[c.n_credits++] = (struct credit_conf){.name = "outage",
	    .rule = CREDIT_PER_TIME,
	    .unit_ns = 3600 * S,
	    .amount = {.kind = AMOUNT_DAYS, .days = 1}};
	c.claim_window_ns = 30 * 86400 * S;
	for (size_t i = 0; i < PROFILES; i++) {
		struct terms t = {.period = r.period,
		    .complete = true,
		    .target = 0.999,
		    .as_of_ns = r.period.end_ns,
		    .clock_start = i == 5 ? CLOCK_OPENED : CLOCK_MEASURED};
		struct settlement s;
		struct verdict v;
		if (!profile_default(&t.profile, NAMES[i]))
			return 1;
		mono_t from = clock_mono();
		if (verdict_of(&v, &r, &t) < 0)
			return 1;
		double verdict = milliseconds(from);
		struct settling in = {
		    .contract = &c, .verdict = &v, .terms = &t, .zone = "Europe/London"};
		from = clock_mono();
		if (settlement_of(&s, &in) < 0)
			return 1;
		printf(
		    "verdict, a year, %d outages, %-9s %8.3f ms, settled in %8.3f ms\n",
		    OUTAGES, NAMES[i], verdict, milliseconds(from));
		settlement_done(&s);
		verdict_done(&v);
	}
	return 0;
}
