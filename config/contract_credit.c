/* The credits of a contract: what a failure is worth. */
#include "config/clause.h"
#include "config/reading.h"

#include <errno.h>
#include <stdio.h>

#define HOUR_NS (3600 * NS_PER_S)
#define DAY_NS  (24 * HOUR_NS)

static const char *const RULES[] = {
    "per-time", "cumulative", "single", "availability", "metric", NULL};

/* Options that only some rules have: bits of enum credit_rule. */
static int
check_options(struct reading *r, int at, cfg_t *cfg, enum credit_rule rule)
{
	enum {
		TIME = 1u << CREDIT_PER_TIME,
		CUMULATIVE = 1u << CREDIT_CUMULATIVE,
		SINGLE = 1u << CREDIT_SINGLE,
		AVAILABILITY = 1u << CREDIT_AVAILABILITY,
		METRIC = 1u << CREDIT_METRIC,
		STEPS = CUMULATIVE | SINGLE | AVAILABILITY | METRIC
	};
	static const struct {
		const char *option;
		unsigned rules;
		bool needed;
	} OF[] = {{"unit", TIME, true}, {"amount", TIME, true}, {"part", TIME, false},
	    {"per-outage", TIME, false}, {"beyond-target", TIME | CUMULATIVE, false},
	    {"round-to", TIME | CUMULATIVE | SINGLE, false}, {"tiers", STEPS, true},
	    {"boundary", STEPS, false}, {"metric", METRIC, true}};

	for (size_t i = 0; i < sizeof OF / sizeof OF[0]; i++) {
		bool has = (OF[i].rules & 1u << rule) != 0;
		if (!has && given(cfg, OF[i].option) != NULL)
			return mistake(r, at, OF[i].option, "rule %s has none; remove it",
			    RULES[rule]);
		if (has && OF[i].needed && given(cfg, OF[i].option) == NULL)
			return mistake(r, at, NULL,
			    "%s is missing; rule %s needs it: add %s = …", OF[i].option,
			    RULES[rule], OF[i].option);
	}
	return 0;
}

static int
take_time(struct reading *r, int at, cfg_t *cfg, const struct contract_conf *c,
    struct credit_conf *k)
{
	static const char *const PARTS[] = {"up", "down", "nearest", "exact", NULL};
	int part = take_choice(r, at, cfg, "part", PARTS, PART_UP);

	if (part < 0 ||
	    take_duration(r, at, cfg, "unit", NS_PER_S, 366 * DAY_NS, &k->unit_ns) < 0 ||
	    take_duration(r, at, cfg, "round-to", NS_PER_S, DAY_NS, &k->round_ns) < 0 ||
	    take_amount(r, at, cfg, "amount", c, &k->amount) < 0 ||
	    take_flag(r, at, cfg, "per-outage", &k->per_outage) < 0 ||
	    take_flag(r, at, cfg, "beyond-target", &k->beyond_target) < 0)
		return -EINVAL;
	k->part = (enum part_rule)part;
	if (k->beyond_target && c->availability <= 0)
		return mistake(r, at, "beyond-target",
		    "the contract has no target; add availability = 99.95%% to it");
	if (k->beyond_target && k->per_outage)
		return mistake(r, at, "beyond-target",
		    "a target allows time to a period, not to each outage; remove per-outage or this");
	return 0;
}

static int
take_steps(struct reading *r, int at, cfg_t *cfg, const struct contract_conf *c,
    struct credit_conf *k)
{
	static const char *const BOUNDARIES[] = {"exclusive", "inclusive", NULL};
	static const char *const METRICS[] = {"loss", "rtt", "jitter", NULL};
	bool times = k->rule == CREDIT_CUMULATIVE || k->rule == CREDIT_SINGLE;
	int boundary = take_choice(r, at, cfg, "boundary", BOUNDARIES, times);
	int metric = take_choice(r, at, cfg, "metric", METRICS, METRIC_LOSS);
	const char *text = given(cfg, "tiers");
	char why[CLAUSE_WHY];

	if (boundary < 0 || metric < 0)
		return -EINVAL;
	k->inclusive = boundary == 1;
	k->metric = (enum metric)metric;
	if (text != NULL && !clause_tiers(text, k, why, sizeof why))
		return mistake(r, at, "tiers", "%s", why);
	for (size_t i = 0; i < k->n_tiers; i++)
		if (k->tiers[i].amount.kind == AMOUNT_MONEY && c->currency[0] == '\0')
			return mistake(r, at, "tiers",
			    "money needs a currency; add currency = \"EUR\" to the contract, or write shares");
	return 0;
}

static int
read_credit(struct reading *r, int contract, cfg_t *cfg, struct contract_conf *c)
{
	int at = outline_find(&r->outline, contract, "credit", cfg_title(cfg));

	if (check_name(r, at, "credit", cfg_title(cfg)) < 0)
		return -EINVAL;
	if (c->n_credits >= CONTRACT_CREDITS_MOST)
		return mistake(r, at, NULL,
		    "a contract has at most %d credits; remove some",
		    CONTRACT_CREDITS_MOST);
	struct credit_conf *k = &c->credits[c->n_credits++];
	snprintf(k->name, sizeof k->name, "%s", cfg_title(cfg));
	k->line = outline_line(&r->outline, at, NULL);
	if (given(cfg, "rule") == NULL)
		return mistake(r, at, NULL,
		    "rule is missing; write rule = per-time, cumulative, single, availability or metric");
	int rule = take_choice(r, at, cfg, "rule", RULES, 0);
	if (rule < 0)
		return -EINVAL;
	k->rule = (enum credit_rule)rule;
	if (check_options(r, at, cfg, k->rule) < 0 ||
	    take_text(r, at, cfg, "clause", k->clause, sizeof k->clause) < 0 ||
	    take_time(r, at, cfg, c, k) < 0 || take_steps(r, at, cfg, c, k) < 0 ||
	    take_count(r, at, cfg, "consecutive", 1, 24, &k->consecutive) < 0 ||
	    take_amount(r, at, cfg, "cap", c, &k->cap) < 0)
		return -EINVAL;
	return 0;
}

int
read_credits(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	for (unsigned i = 0; i < cfg_size(cfg, "credit"); i++)
		if (read_credit(r, at, cfg_getnsec(cfg, "credit", i), c) < 0)
			return -EINVAL;
	return 0;
}
