#include "analyzer/migration.h"

#include <math.h>
#include <string.h>

#define MINUTE_NS  (60 * NS_PER_S)
#define CLAIMED    0.95
#define NORMALLY   0.9  /* of the tests reach it */
#define WORSE_LOSS 0.01 /* a trigger is at least that, and three times what it was */
#define WORSE_NS   (20 * NS_PER_MS)
#define OLD        0
#define NEW        1

void
migration_rule_default(struct migration_rule *rule)
{
	*rule = (struct migration_rule){.growth = 0.5,
	    .busy = 0.7,
	    .loss = 0.001,
	    .rtt_share = 0.2,
	    .rtt_ns = 5 * NS_PER_MS,
	    .days = 14,
	    .tests = 30};
}

/* ---- sizing ---- */

static void
size(struct migration *m, const struct migration_facts *f)
{
	for (int way = 0; way < DEMAND_WAYS; way++) {
		struct migration_size *s = &m->size[way];
		if (f->demand == NULL)
			continue;
		demand_use(f->demand, (enum demand_way)way, &s->use);
		s->has = s->use.minutes > 0;
		s->required_bps = s->use.p99_bps * (1 + m->rule.growth) / m->rule.busy;
	}
}

/* ---- acceptance ---- */

static void
weigh_days(struct migration_criterion *c, const struct migration *m,
    const struct migration_facts *f)
{
	c->has = c->has_threshold = true;
	c->value = (double)f->c->days;
	c->have = f->c->days;
	c->word = c->have >= c->need ? MIGRATION_PASS : MIGRATION_MORE;
	c->threshold = (double)m->rule.days;
}

static void
weigh_availability(struct migration_criterion *c, const struct migration_facts *f)
{
	const struct compare_value *was = &f->c->links[OLD].values[COMPARE_AVAILABILITY];
	const struct compare_value *is = &f->c->links[NEW].values[COMPARE_AVAILABILITY];

	c->have = f->c->days;
	c->has_threshold = f->target > 0 || was->has;
	c->threshold = f->target > 0 ? f->target : was->point;
	c->has = is->has;
	c->has_interval = is->has && is->has_interval;
	c->value = is->point;
	c->lower = is->lower;
	c->upper = is->upper;
	if (!c->has || !c->has_threshold)
		return;
	if (c->have < c->need)
		c->word = MIGRATION_MORE;
	else if (!c->has_interval) /* nothing happened */
		c->word = c->value >= c->threshold ? MIGRATION_PASS : MIGRATION_MORE;
	else
		c->word = c->lower >= c->threshold  ? MIGRATION_PASS
		          : c->upper < c->threshold ? MIGRATION_FAIL
		                                    : MIGRATION_MORE;
}

static void
weigh_loss(struct migration_criterion *c, const struct migration *m,
    const struct migration_facts *f)
{
	const struct compare_value *is = &f->c->links[NEW].values[COMPARE_LOSS];

	c->have = f->c->links[NEW].sent;
	c->need = stats_needed_free(m->rule.loss, CLAIMED);
	c->has_threshold = true;
	c->threshold = m->rule.loss;
	c->has = is->has;
	c->has_interval = is->has && is->has_interval;
	c->value = is->point;
	c->lower = is->lower;
	c->upper = is->upper;
	if (!c->has || !c->has_interval)
		return;
	c->word = c->upper < c->threshold    ? MIGRATION_PASS
	          : c->lower >= c->threshold ? MIGRATION_FAIL
	                                     : MIGRATION_MORE;
}

/* Not much longer than before, by the paired difference (old less new). */
static void
weigh_rtt(struct migration_criterion *c, enum compare_metric metric,
    const struct migration *m, const struct migration_facts *f)
{
	const struct compare_value *was = &f->c->links[OLD].values[metric];
	const struct compare_value *is = &f->c->links[NEW].values[metric];
	const struct compare_difference *d = &f->c->pairs[0].metrics[metric];
	double more =
	    was->has ? fmax((double)m->rule.rtt_ns, m->rule.rtt_share * was->point) : 0;

	c->have = f->c->pairs[0].days;
	c->has_threshold = was->has;
	c->threshold = was->point + more;
	c->has = is->has && was->has && d->has;
	c->value = is->point;
	if (!c->has)
		return;
	c->has_interval = true;
	c->lower = was->point - d->upper;
	c->upper = was->point - d->lower;
	c->word = c->have < c->need          ? MIGRATION_MORE
	          : c->upper <= c->threshold ? MIGRATION_PASS
	          : c->lower > c->threshold  ? MIGRATION_FAIL
	                                     : MIGRATION_MORE;
}

static void
weigh_speed(struct migration_criterion *c, int way, const struct migration *m,
    const struct migration_facts *f)
{
	struct speed_result r;
	double wanted = fmax(f->promised_bps[way], m->size[way].required_bps);
	struct speed_rule rule = {.normal = wanted};

	c->has_threshold = wanted > 0;
	c->threshold = wanted;
	c->need = m->rule.tests;
	if (f->speed[way] == NULL)
		return;
	speed_finish(f->speed[way], &rule, f->period.start_ns, f->period.end_ns,
	    f->period.end_ns, &r);
	c->have = r.tests;
	c->has = r.tests > 0;
	c->value = r.median_bps;
	if (c->has && c->has_threshold)
		c->word = c->have < c->need            ? MIGRATION_MORE
		          : r.normal.lower >= NORMALLY ? MIGRATION_PASS
		          : r.normal.upper < NORMALLY  ? MIGRATION_FAIL
		          : r.normal.share >= NORMALLY ? MIGRATION_PASS
		                                       : MIGRATION_MORE;
	speed_result_free(&r);
}

static void
accept(struct migration *m, const struct migration_facts *f)
{
	for (int i = 0; i < MIGRATION_MEASURES; i++) {
		struct migration_criterion *c = &m->criteria[i];
		c->measure = (enum migration_measure)i;
		c->need = m->rule.days;
	}
	weigh_days(&m->criteria[MIGRATION_DAYS], m, f);
	weigh_availability(&m->criteria[MIGRATION_AVAILABILITY], f);
	weigh_loss(&m->criteria[MIGRATION_LOSS], m, f);
	weigh_rtt(&m->criteria[MIGRATION_MEDIAN], COMPARE_MEDIAN, m, f);
	weigh_rtt(&m->criteria[MIGRATION_P95], COMPARE_P95, m, f);
	weigh_speed(&m->criteria[MIGRATION_SPEED_DOWN], DEMAND_DOWN, m, f);
	weigh_speed(&m->criteria[MIGRATION_SPEED_UP], DEMAND_UP, m, f);
	for (int i = 0; i < MIGRATION_MEASURES; i++) {
		m->passed += m->criteria[i].word == MIGRATION_PASS;
		m->failed += m->criteria[i].word == MIGRATION_FAIL;
		m->open += m->criteria[i].word == MIGRATION_MORE ||
		           m->criteria[i].word == MIGRATION_NOT_MEASURED;
	}
}

/* ---- taking it back ---- */

static void
add(struct migration *m, enum migration_measure measure, double at, int64_t for_ns)
{
	m->triggers[m->n_triggers++] = (struct migration_trigger){measure, at, for_ns};
}

/* Each is worse than anything the new link showed while both ran. */
static void
arm(struct migration *m, const struct migration_facts *f)
{
	const struct compare_value *loss = &f->c->links[NEW].values[COMPARE_LOSS];
	const struct compare_value *p95 = &f->c->links[NEW].values[COMPARE_P95];

	add(m, MIGRATION_AVAILABILITY, fmax((double)f->certain_ns, 2 * (double)MINUTE_NS),
	    0);
	if (loss->has)
		add(m, MIGRATION_LOSS,
		    fmax(
		        WORSE_LOSS, 3 * (loss->has_interval ? loss->upper : loss->point)),
		    5 * MINUTE_NS);
	if (p95->has) {
		double most = p95->has_interval ? p95->upper : p95->point;
		add(m, MIGRATION_P95, most + fmax((double)WORSE_NS, most / 2),
		    15 * MINUTE_NS);
	}
	for (int way = 0; way < 2; way++) {
		const struct migration_criterion *c =
		    &m->criteria[MIGRATION_SPEED_DOWN + way];
		if (c->has && c->has_threshold)
			add(m, c->measure, c->threshold, 0);
	}
}

void
migration_of(struct migration *out, const struct migration_facts *f,
    const struct migration_rule *rule)
{
	memset(out, 0, sizeof *out);
	out->rule = *rule;
	size(out, f);
	accept(out, f);
	arm(out, f);
}

const char *
migration_measure_name(enum migration_measure m)
{
	static const char *const NAMES[] = {"days", "availability", "loss", "rtt-median",
	    "rtt-p95", "speed-down", "speed-up"};

	return NAMES[m];
}

const char *
migration_word_name(enum migration_word w)
{
	static const char *const NAMES[] = {"not-measured", "pass", "more", "fail"};

	return NAMES[w];
}
