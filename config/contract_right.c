/* What a contract gives beside credits: deadlines, chronic rights, commitments. */
#include "config/clause.h"
#include "config/reading.h"

#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOUR_NS (3600 * NS_PER_S)
#define DAY_NS  (24 * HOUR_NS)

/* A section's place and name, after how many of its kind there may be. */
static int
enter(struct reading *r, int contract, cfg_t *cfg, const char *kind, size_t n,
    size_t most, char name[NAME_ROOM], char clause[TEXT_ROOM])
{
	int at = outline_find(&r->outline, contract, kind, cfg_title(cfg));

	if (check_name(r, at, kind, cfg_title(cfg)) < 0)
		return -EINVAL;
	if (n >= most)
		return mistake(r, at, NULL,
		    "a contract has at most %zu sections %s; remove some", most, kind);
	snprintf(name, NAME_ROOM, "%s", cfg_title(cfg));
	if (take_text(r, at, cfg, "clause", clause, TEXT_ROOM) < 0)
		return -EINVAL;
	return at;
}

static int
missing(struct reading *r, int at, const char *option, const char *right)
{
	return mistake(
	    r, at, NULL, "%s is missing; write %s = %s", option, option, right);
}

/* ---- deadlines ---- */

static int
read_deadline(struct reading *r, int contract, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const WHATS[] = {"ticket", "claim", "terminate", NULL};
	static const char *const ANCHORS[] = {
	    "outage-start", "outage-end", "ticket-closed", "period-end", NULL};
	const char *text = given(cfg, "within");
	char name[NAME_ROOM], clause[TEXT_ROOM] = "", why[CLAUSE_WHY];
	int at = enter(r, contract, cfg, "deadline", c->n_deadlines,
	    CONTRACT_DEADLINES_MOST, name, clause);

	if (at < 0)
		return -EINVAL;
	if (given(cfg, "what") == NULL)
		return missing(r, at, "what", "ticket, claim or terminate");
	if (text == NULL)
		return missing(r, at, "within", "\"30d\"");
	if (given(cfg, "anchor") == NULL)
		return missing(r, at, "anchor",
		    "outage-start, outage-end, ticket-closed or period-end");
	int what = take_choice(r, at, cfg, "what", WHATS, 0);
	int anchor = take_choice(r, at, cfg, "anchor", ANCHORS, 0);
	if (what < 0 || anchor < 0)
		return -EINVAL;
	struct deadline_conf *d = &c->deadlines[c->n_deadlines++];
	memcpy(d->name, name, sizeof d->name);
	memcpy(d->clause, clause, sizeof d->clause);
	d->line = outline_line(&r->outline, at, NULL);
	d->what = (enum deadline_what)what;
	d->anchor = (enum deadline_anchor)anchor;
	if (!clause_within(text, d, why, sizeof why))
		return mistake(r, at, "within", "%s", why);
	if (d->what == DEADLINE_TICKET && d->anchor == ANCHOR_TICKET_CLOSED)
		return mistake(r, at, "anchor",
		    "a ticket is opened before it is closed; write outage-start or outage-end");
	if (d->what == DEADLINE_CLAIM && c->claim_window_ns > 0)
		return mistake(r, at, "what",
		    "claim-window is such a deadline, from the outage's end; keep one of the two");
	return 0;
}

/* ---- chronic outages ---- */

static int
read_chronic(struct reading *r, int contract, cfg_t *cfg, struct contract_conf *c)
{
	char name[NAME_ROOM], clause[TEXT_ROOM] = "";
	int at = enter(r, contract, cfg, "chronic", c->n_chronic, CONTRACT_CHRONIC_MOST,
	    name, clause);

	if (at < 0)
		return -EINVAL;
	struct chronic_conf *h = &c->chronic[c->n_chronic++];
	memcpy(h->name, name, sizeof h->name);
	memcpy(h->clause, clause, sizeof h->clause);
	h->line = outline_line(&r->outline, at, NULL);
	if (take_count(r, at, cfg, "outages", 1, 10000, &h->outages) < 0 ||
	    take_duration(
	        r, at, cfg, "longer-than", 0, 366 * DAY_NS, &h->longer_than_ns) < 0 ||
	    take_duration(r, at, cfg, "within", HOUR_NS, 3660 * DAY_NS, &h->within_ns) <
	        0 ||
	    take_duration(
	        r, at, cfg, "total", 60 * NS_PER_S, 3660 * DAY_NS, &h->total_ns) < 0 ||
	    take_duration(
	        r, at, cfg, "single", 60 * NS_PER_S, 366 * DAY_NS, &h->single_ns) < 0 ||
	    take_duration(r, at, cfg, "notice", HOUR_NS, 3660 * DAY_NS, &h->notice_ns) <
	        0 ||
	    take_text(r, at, cfg, "right", h->right, sizeof h->right) < 0)
		return -EINVAL;
	if (h->outages == 0 && h->total_ns == 0 && h->single_ns == 0)
		return mistake(
		    r, at, NULL, "it has no condition; add outages, total or single");
	if (h->outages == 0 && given(cfg, "longer-than") != NULL)
		return mistake(r, at, "longer-than",
		    "there is no number of outages; add outages = 3, or write single");
	if (h->within_ns > 0 && h->total_ns >= h->within_ns)
		return mistake(r, at, "total",
		    "it is not below within, so it can never be exceeded; write less");
	if (h->right[0] == '\0')
		return missing(r, at, "right", "\"terminate without penalty\"");
	return 0;
}

/* ---- commitments ---- */

static int
take_speeds(struct reading *r, int at, cfg_t *cfg, struct commitment_conf *m)
{
	const struct {
		const char *option;
		double *out;
	} SPEEDS[] = {
	    {"minimum", &m->minimum}, {"normal", &m->normal}, {"maximum", &m->maximum}};
	double before = 0;

	for (size_t i = 0; i < 3; i++) {
		const char *text = given(cfg, SPEEDS[i].option), *why;
		uint64_t rate;
		if (text == NULL)
			continue;
		if (!units_rate(text, &rate, &why))
			return mistake(r, at, SPEEDS[i].option,
			    "\"%.40s\" is no rate; write %s", text, why);
		*SPEEDS[i].out = (double)rate;
		if ((double)rate < before)
			return mistake(r, at, SPEEDS[i].option,
			    "%.40s is below the speed before it; minimum, normal and maximum rise",
			    text);
		before = (double)rate;
	}
	return before > 0 ? 0
	                  : mistake(r, at, NULL,
	                        "no speed is given; add minimum, normal or maximum");
}

static int
take_most(struct reading *r, int at, cfg_t *cfg, struct commitment_conf *m)
{
	const char *text = given(cfg, "at-most"), *why;
	int64_t ns = 0;

	if (text == NULL)
		return missing(
		    r, at, "at-most", m->metric == METRIC_LOSS ? "0.5%" : "30ms");
	if (m->metric == METRIC_LOSS)
		return units_percent(text, &m->at_most, &why)
		           ? 0
		           : mistake(r, at, "at-most", "\"%.40s\" is none; write %s",
		                 text, why);
	if (take_duration(r, at, cfg, "at-most", NS_PER_US, 60 * NS_PER_S, &ns) < 0)
		return -EINVAL;
	m->at_most = (double)ns;
	return 0;
}

/* Speeds have three values, what is kept low has one. */
static int
check_values(struct reading *r, int at, cfg_t *cfg, bool speed)
{
	static const char *const SPEEDS[] = {"minimum", "normal", "maximum", NULL};
	static const char *const OTHERS[] = {"at-most", NULL};
	const char *const *foreign = speed ? OTHERS : SPEEDS;

	for (; *foreign != NULL; foreign++)
		if (given(cfg, *foreign) != NULL)
			return mistake(r, at, *foreign,
			    speed ? "a speed has none; write minimum, normal or maximum"
			          : "it is of speeds; write at-most");
	return 0;
}

static int
read_commitment(struct reading *r, int contract, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const METRICS[] = {
	    "loss", "rtt", "jitter", "speed-down", "speed-up", NULL};
	static const char *const PLACES[] = {"site", "backbone", NULL};
	char name[NAME_ROOM], clause[TEXT_ROOM] = "";
	int at = enter(r, contract, cfg, "commitment", c->n_commitments,
	    CONTRACT_COMMITMENTS_MOST, name, clause);

	if (at < 0)
		return -EINVAL;
	struct commitment_conf *m = &c->commitments[c->n_commitments++];
	memcpy(m->name, name, sizeof m->name);
	memcpy(m->clause, clause, sizeof m->clause);
	m->line = outline_line(&r->outline, at, NULL);
	if (given(cfg, "metric") == NULL)
		return missing(
		    r, at, "metric", "loss, rtt, jitter, speed-down or speed-up");
	int metric = take_choice(r, at, cfg, "metric", METRICS, 0);
	int where = take_choice(r, at, cfg, "where", PLACES, WHERE_SITE);
	if (metric < 0 || where < 0)
		return -EINVAL;
	m->metric = (enum metric)metric;
	m->where = (enum commitment_where)where;
	bool speed = m->metric == METRIC_SPEED_DOWN || m->metric == METRIC_SPEED_UP;
	if (check_values(r, at, cfg, speed) < 0 ||
	    (speed ? take_speeds(r, at, cfg, m) : take_most(r, at, cfg, m)) < 0 ||
	    take_duration(r, at, cfg, "over", 60 * NS_PER_S, 31 * DAY_NS, &m->over_ns) <
	        0)
		return -EINVAL;
	return 0;
}

int
read_rights(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	static const struct {
		const char *kind;
		int (*read)(struct reading *, int, cfg_t *, struct contract_conf *);
	} KINDS[] = {{"deadline", read_deadline}, {"chronic", read_chronic},
	    {"commitment", read_commitment}};

	for (size_t k = 0; k < sizeof KINDS / sizeof KINDS[0]; k++)
		for (unsigned i = 0; i < cfg_size(cfg, KINDS[k].kind); i++)
			if (KINDS[k].read(r, at, cfg_getnsec(cfg, KINDS[k].kind, i), c) <
			    0)
				return -EINVAL;
	return 0;
}
