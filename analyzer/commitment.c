#include "analyzer/commitment.h"

#include "analyzer/stats.h"

#define MINUTE_NS  (60 * NS_PER_S)
#define CLAIMED    0.95
#define NORMALLY   0.9
#define TESTS_MANY 10

/* ---- means ---- */

static void
weigh_loss(struct commitment *c, uint64_t lost, uint64_t sent, double effective)
{
	struct stats_bounds b;
	double n = (double)sent * effective;

	if (stats_clopper_pearson(c->measured * n, n, CLAIMED, &b) != 0)
		return;
	c->has_bounds = true;
	c->lower = b.lower;
	c->upper = b.upper;
	c->word = lost == 0 || c->measured <= c->promised ? COMMITMENT_KEPT
	          : b.lower > c->promised                 ? COMMITMENT_MISSED
	                                                  : COMMITMENT_NOT_PROVEN;
}

static void
weigh_mean(struct commitment *c, const struct commitment_facts *f)
{
	double mean = c->conf->metric == METRIC_LOSS  ? f->loss
	              : c->conf->metric == METRIC_RTT ? f->rtt_ns
	                                              : f->jitter_ns;

	c->at = f->period;
	c->n = f->sent;
	if (mean < 0 || f->sent == 0)
		return;
	c->measured = mean;
	if (c->conf->metric == METRIC_LOSS)
		weigh_loss(c, f->lost, f->sent, f->effective);
	else
		c->word = mean <= c->promised ? COMMITMENT_KEPT : COMMITMENT_MISSED;
}

/* ---- windows ---- */

struct window {
	uint64_t sent, lost, pairs, minutes;
	double rtt, jitter;
};

static void
put(struct window *w, const struct commitment_minute *m, int sign)
{
	w->sent += (uint64_t)(sign * (int64_t)m->sent);
	w->lost += (uint64_t)(sign * (int64_t)m->lost);
	w->pairs += (uint64_t)(sign * (int64_t)m->pairs);
	w->minutes += (uint64_t)sign;
	w->rtt += sign * (double)m->rtt_sum_ns;
	w->jitter += sign * (double)m->jitter_sum_ns;
}

static double
mean_of(const struct window *w, enum metric metric)
{
	uint64_t answered = w->sent - w->lost;

	if (metric == METRIC_LOSS)
		return w->sent > 0 ? (double)w->lost / (double)w->sent : -1;
	if (metric == METRIC_RTT)
		return answered > 0 ? w->rtt / (double)answered : -1;
	return w->pairs > 0 ? w->jitter / (double)w->pairs : -1;
}

/* Does an outage touch the minute? *next goes along with the minutes. */
static bool
is_dark(const struct commitment_facts *f, size_t *next, int64_t start_ns)
{
	while (*next < f->n_outages && f->outages[*next].end_ns <= start_ns)
		++*next;
	for (size_t i = *next;
	     i < f->n_outages && f->outages[i].start_ns < start_ns + MINUTE_NS; i++)
		if (f->outages[i].end_ns > start_ns)
			return true;
	return false;
}

static bool
counts(const struct commitment_facts *f, size_t *next, const struct commitment_minute *m)
{
	return m->sent > 0 && m->start_ns >= f->period.start_ns &&
	       m->start_ns + MINUTE_NS <= f->period.end_ns &&
	       !is_dark(f, next, m->start_ns);
}

/* The window ends with the minute that is put in; it begins as many minutes before. */
static void
weigh_worst(struct commitment *c, const struct commitment_facts *f)
{
	int64_t width = (c->conf->over_ns + MINUTE_NS - 1) / MINUTE_NS * MINUTE_NS;
	struct window w = {0}, worst = {0};
	size_t first = 0, dark_in = 0, dark_out = 0;

	c->measured = -1;
	for (size_t i = 0; i < f->n_minutes; i++) {
		const struct commitment_minute *m = &f->minutes[i];
		int64_t from = m->start_ns + MINUTE_NS - width;
		for (; first < i && f->minutes[first].start_ns < from; first++)
			if (counts(f, &dark_out, &f->minutes[first]))
				put(&w, &f->minutes[first], -1);
		if (!counts(f, &dark_in, m))
			continue;
		put(&w, m, 1);
		double mean = mean_of(&w, c->conf->metric);
		if (from < f->period.start_ns ||
		    (int64_t)w.minutes * 2 * MINUTE_NS < width || mean <= c->measured)
			continue;
		c->measured = mean;
		c->at = (struct span){from, from + width};
		worst = w;
	}
	c->n = worst.sent;
	if (c->measured < 0)
		c->measured = 0;
	else if (c->conf->metric == METRIC_LOSS)
		weigh_loss(c, worst.lost, worst.sent, f->effective);
	else
		c->word =
		    c->measured <= c->promised ? COMMITMENT_KEPT : COMMITMENT_MISSED;
}

/* ---- speeds ---- */

static void
weigh_share(struct commitment *c, const struct speed_level *level, double least)
{
	c->share = level->share;
	c->has_bounds = true;
	c->lower = level->lower;
	c->upper = level->upper;
	c->word = level->share >= least  ? COMMITMENT_KEPT
	          : level->upper < least ? COMMITMENT_MISSED
	                                 : COMMITMENT_NOT_PROVEN;
}

static void
weigh_speed(struct commitment *c, const struct commitment_facts *f)
{
	const struct speed_result *r = f->speed[c->conf->metric == METRIC_SPEED_UP];

	c->at = f->period;
	if (r == NULL || r->tests == 0)
		return;
	c->n = r->tests;
	if (c->value == COMMITMENT_MINIMUM) {
		c->measured = r->slowest_bps;
		weigh_share(c, &r->minimum, 1);
		c->word = r->minimum.reached == r->tests ? COMMITMENT_KEPT
		          : r->n_below > 0               ? COMMITMENT_MISSED
		                                         : COMMITMENT_NOT_PROVEN;
	} else if (c->value == COMMITMENT_NORMAL) {
		c->measured = r->median_bps;
		weigh_share(c, &r->normal, NORMALLY);
	} else {
		c->measured = r->fastest_bps;
		weigh_share(c, &r->maximum, 0);
		c->word = r->fastest_bps >= NORMALLY * c->promised ? COMMITMENT_KEPT
		          : r->tests >= TESTS_MANY                 ? COMMITMENT_MISSED
		                                   : COMMITMENT_NOT_PROVEN;
	}
}

static void
weigh(struct commitment *c, const struct commitment_facts *f)
{
	if (c->value == COMMITMENT_MEAN)
		weigh_mean(c, f);
	else if (c->value == COMMITMENT_WORST)
		weigh_worst(c, f);
	else
		weigh_speed(c, f);
}

size_t
commitment_of(const struct contract_conf *c, const struct commitment_facts *f,
    struct commitment out[COMMITMENT_VALUES_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_commitments; i++) {
		const struct commitment_conf *m = &c->commitments[i];
		const double promised[] = {
		    [COMMITMENT_MEAN] = m->over_ns == 0 ? m->at_most : 0,
		    [COMMITMENT_WORST] = m->over_ns != 0 ? m->at_most : 0,
		    [COMMITMENT_MINIMUM] = m->minimum,
		    [COMMITMENT_NORMAL] = m->normal,
		    [COMMITMENT_MAXIMUM] = m->maximum};
		for (int v = COMMITMENT_MEAN; v <= COMMITMENT_MAXIMUM; v++) {
			if (promised[v] <= 0)
				continue;
			out[n] = (struct commitment){.conf = m,
			    .value = (enum commitment_value)v,
			    .promised = promised[v],
			    .share = -1};
			weigh(&out[n++], f);
		}
	}
	return n;
}

const char *
commitment_word_name(enum commitment_word w)
{
	static const char *const NAMES[] = {
	    "not-measured", "kept", "not-proven", "missed"};

	return NAMES[w];
}

const char *
commitment_value_name(enum commitment_value v)
{
	static const char *const NAMES[] = {
	    "mean", "worst-window", "minimum", "normal", "maximum"};

	return NAMES[v];
}
