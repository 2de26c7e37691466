#include "config/clause.h"
#include "config/reading.h"

#include "base/bytes.h"
#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOUR_NS   (3600 * NS_PER_S)
#define DAY_NS    (24 * HOUR_NS)
#define WAIT_MOST (255 * NS_PER_S) /* RFC 2678: W fits an octet */

const char *const PROFILE_NAMES[] = {
    "event", "ses-10-10", "mef", "y1540", "rfc2678", "ticket", NULL};
const char *const CONTRACT_COUNTS[] = {"undetermined", "local", "cpe", "access",
    "isp-core", "upstream", "isp-dns", "target", "saturation", NULL};

bool
profile_default(struct profile_conf *p, const char *name)
{
	static const struct profile_conf KNOWN[] = {{.name = "event"},
	    {.name = "ses-10-10", .delta_ns = NS_PER_S, .n = 10, .threshold = 0.5},
	    {.name = "mef", .delta_ns = 10 * NS_PER_S, .n = 10, .p = 5, .threshold = 0.5},
	    {.name = "y1540", .delta_ns = 60 * NS_PER_S, .n = 1, .threshold = 0.2},
	    {.name = "rfc2678",
	        .delta_ns = 60 * NS_PER_S,
	        .n = 1,
	        .wait_ns = 10 * NS_PER_S,
	        .probes = 20},
	    {.name = "ticket"}};

	for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
		if (strcmp(KNOWN[i].name, name) == 0) {
			*p = KNOWN[i];
			return true;
		}
	}
	return false;
}

void
contract_default(struct contract_conf *c)
{
	memset(c, 0, sizeof *c);
	strcpy(c->period, "month");
	strcpy(c->profile, "event");
	(void)profile_default(&c->params, c->profile);
	c->min_inclusive = true;
	c->clock_start = CLOCK_MEASURED;
	c->pauses = true;
}

static int64_t
period_most(const struct contract_conf *c)
{
	static const int64_t DAYS[] = {31, 92, 366, 30};

	return DAYS[c->period_kind] * DAY_NS;
}

int64_t
contract_claim_ns(const struct contract_conf *c)
{
	int64_t most = c->claim_window_ns;

	for (size_t i = 0; i < c->n_deadlines; i++) {
		const struct deadline_conf *d = &c->deadlines[i];
		int64_t days = d->business_days ? 2 * (int64_t)d->days + 7 : d->days;
		int64_t ns = d->within_ns + (d->days > 0 ? (days + 1) * DAY_NS : 0);
		if (d->anchor == ANCHOR_PERIOD_END)
			ns += period_most(c);
		else if (d->anchor == ANCHOR_TICKET_CLOSED)
			ns += 30 * DAY_NS; /* tickets stay open for weeks */
		most = ns > most ? ns : most;
	}
	for (size_t i = 0; i < c->n_chronic; i++) {
		const struct chronic_conf *h = &c->chronic[i];
		int64_t ns =
		    (h->within_ns > 0 ? h->within_ns : period_most(c)) + h->notice_ns;
		most = ns > most ? ns : most;
	}
	return most;
}

/* ---- the days it holds ---- */

static int
take_date(
    struct reading *r, int at, cfg_t *cfg, const char *option, struct civil_date *out)
{
	const char *text = given(cfg, option);
	char why[CLAUSE_WHY];

	if (text == NULL || clause_date(text, out, why, sizeof why))
		return 0;
	return mistake(r, at, option, "%s", why);
}

static int
take_validity(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	if (take_date(r, at, cfg, "valid-from", &c->valid_from) < 0 ||
	    take_date(r, at, cfg, "valid-to", &c->valid_to) < 0 ||
	    take_text(r, at, cfg, "reference", c->reference, sizeof c->reference) < 0 ||
	    take_text(r, at, cfg, "follows", c->follows, sizeof c->follows) < 0)
		return -EINVAL;
	if (given(cfg, "follows") != NULL && !units_name(c->follows))
		return mistake(r, at, "follows",
		    "\"%.40s\" is no name; write that of the contract before this one",
		    c->follows);
	if (c->valid_from.year > 0 && c->valid_to.year > 0 &&
	    clause_compare(c->valid_to, c->valid_from) < 0)
		return mistake(r, at, "valid-to",
		    "it is before valid-from; write the last day, or leave it out");
	return 0;
}

/* ---- what unavailable time is ---- */

/* Parameters that only some profiles have. */
static int
check_parameters(struct reading *r, int at, cfg_t *cfg, const char *profile)
{
	static const struct {
		const char *option, *profiles;
	} OF[] = {{"delta", "mef, y1540, rfc2678"}, {"intervals", "mef"}, {"chli", "mef"},
	    {"threshold", "mef, y1540"}, {"wait", "rfc2678"}, {"probes", "rfc2678"}};

	for (size_t i = 0; i < sizeof OF / sizeof OF[0]; i++)
		if (given(cfg, OF[i].option) != NULL &&
		    strstr(OF[i].profiles, profile) == NULL)
			return mistake(r, at, OF[i].option,
			    "profile %s has none; it is of %s: remove it", profile,
			    OF[i].profiles);
	return 0;
}

static int
take_parameters(struct reading *r, int at, cfg_t *cfg, struct profile_conf *p)
{
	const char *text, *why;

	if (check_parameters(r, at, cfg, p->name) < 0 ||
	    take_duration(r, at, cfg, "delta", 100 * NS_PER_MS, DAY_NS, &p->delta_ns) <
	        0 ||
	    take_count(r, at, cfg, "intervals", 1, 1000, &p->n) < 0 ||
	    take_duration(r, at, cfg, "wait", NS_PER_MS, WAIT_MOST, &p->wait_ns) < 0 ||
	    take_count(r, at, cfg, "probes", 1, 1000, &p->probes) < 0)
		return -EINVAL;
	if (given(cfg, "chli") == NULL && p->p >= p->n)
		p->p = p->n > 0 ? p->n - 1 : 0;
	if (take_count(r, at, cfg, "chli", 1, 1000, &p->p) < 0)
		return -EINVAL;
	if (p->p > 0 && p->p >= p->n)
		return mistake(r, at, "chli",
		    "%u is not below intervals = %u; write fewer, for as many are unavailable time",
		    p->p, p->n);
	if ((text = given(cfg, "threshold")) != NULL &&
	    (!units_percent(text, &p->threshold, &why) || p->threshold >= 1))
		return mistake(r, at, "threshold",
		    "\"%.40s\" is none; write the loss that is exceeded, from above 0%% to below 100%%",
		    text);
	if (p->wait_ns > 0 && p->delta_ns <= p->wait_ns)
		return mistake(r, at, given(cfg, "delta") != NULL ? "delta" : "wait",
		    "delta is not above wait; an answer must be able to come within it");
	return 0;
}

static int
take_profile(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	const char *text, *why;

	if (take_word(
	        r, at, cfg, "profile", PROFILE_NAMES, c->profile, sizeof c->profile) < 0)
		return -EINVAL;
	(void)profile_default(&c->params, c->profile);
	if (take_parameters(r, at, cfg, &c->params) < 0)
		return -EINVAL;
	if ((text = given(cfg, "availability")) != NULL &&
	    !units_percent(text, &c->availability, &why))
		return mistake(
		    r, at, "availability", "\"%.40s\" is none; write %s", text, why);
	return 0;
}

static int
take_outages(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const BOUNDARIES[] = {"exclusive", "inclusive", NULL};
	int inclusive = take_choice(r, at, cfg, "min-outage-boundary", BOUNDARIES, 1);

	if (inclusive < 0 ||
	    take_duration(r, at, cfg, "min-outage", 0, DAY_NS, &c->min_outage_ns) < 0 ||
	    take_duration(r, at, cfg, "grace", 0, 30 * DAY_NS, &c->grace_ns) < 0)
		return -EINVAL;
	if (given(cfg, "min-outage-boundary") != NULL && c->min_outage_ns == 0)
		return mistake(r, at, "min-outage-boundary",
		    "there is no min-outage; add one, or remove it");
	c->min_inclusive = inclusive == 1;
	return 0;
}

/* ---- the calendar ---- */

static int
take_calendar(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const PERIODS[] = {"month", "quarter", "year", "30d", NULL};
	static const char *const MAINTENANCE[] = {"excluded", "available", NULL};
	int period = take_choice(r, at, cfg, "period", PERIODS, PERIOD_MONTH);
	int kind = take_choice(r, at, cfg, "maintenance", MAINTENANCE, 0);
	char why[CLAUSE_WHY];
	const char *text;

	if (period < 0 || kind < 0)
		return -EINVAL;
	c->period_kind = (enum period_kind)period;
	snprintf(c->period, sizeof c->period, "%s", PERIODS[period]);
	c->maintenance = (enum maintenance_kind)kind;
	if ((text = given(cfg, "service-hours")) != NULL &&
	    !clause_hours(text, c, why, sizeof why))
		return mistake(r, at, "service-hours", "%s", why);
	if ((text = given(cfg, "holidays")) != NULL &&
	    !clause_holidays(text, c, why, sizeof why))
		return mistake(r, at, "holidays", "%s", why);
	if (take_duration(r, at, cfg, "maintenance-most", 60 * NS_PER_S, 366 * DAY_NS,
	        &c->maintenance_most_ns) < 0 ||
	    take_duration(r, at, cfg, "maintenance-notice", 60 * NS_PER_S, 366 * DAY_NS,
	        &c->maintenance_notice_ns) < 0)
		return -EINVAL;
	return 0;
}

/* ---- the clock ---- */

static int
take_clock(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const STOPS[] = {"restored", "closed", "earlier", NULL};
	static const char *const PAUSES[] = {"ignore", "subtract", NULL};
	bool ticket = strcmp(c->profile, "ticket") == 0;
	int stop = take_choice(r, at, cfg, "clock-stop", STOPS, STOP_RESTORED);
	int pauses = take_choice(r, at, cfg, "pauses", PAUSES, 1);
	const char *text = given(cfg, "clock-start");
	char why[CLAUSE_WHY];

	if (stop < 0 || pauses < 0)
		return -EINVAL;
	c->clock_stop = (enum clock_stop)stop;
	c->pauses = pauses == 1;
	c->pauses_stated = given(cfg, "pauses") != NULL;
	if (ticket)
		c->clock_start = CLOCK_OPENED;
	if (text != NULL &&
	    !clause_clock(text, &c->clock_start, &c->clock_pick, why, sizeof why))
		return mistake(r, at, "clock-start", "%s", why);
	if (ticket && c->clock_start == CLOCK_MEASURED)
		return mistake(r, at, "clock-start",
		    "profile ticket is the ISP's clock; write ticket-opened, acknowledged or provider-detected");
	text = given(cfg, "counts");
	if (text != NULL && !clause_counts(text, &c->counts, why, sizeof why))
		return mistake(r, at, "counts", "%s", why);
	c->counts_stated = text != NULL;
	return 0;
}

/* ---- money ---- */

int
take_amount(struct reading *r, int section, cfg_t *cfg, const char *option,
    const struct contract_conf *c, struct amount *out)
{
	const char *text = given(cfg, option);
	char why[CLAUSE_WHY];

	if (text == NULL)
		return 0;
	if (!clause_amount(text, out, why, sizeof why))
		return mistake(r, section, option, "%s", why);
	if (out->kind == AMOUNT_MONEY && c->currency[0] == '\0')
		return mistake(r, section, option,
		    "money needs a currency; add currency = \"EUR\" to the contract, or write a share");
	return 0;
}

static int
take_money(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c)
{
	static const char *const DAYS[] = {"30", "calendar", NULL};
	int day = take_choice(r, at, cfg, "day-of-charge", DAYS, 0);
	const char *text = given(cfg, "currency");
	char why[CLAUSE_WHY];

	if (text != NULL &&
	    (strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
		return mistake(r, at, "currency",
		    "\"%.40s\" is none; write its three letters, like EUR", text);
	if (text != NULL)
		snprintf(c->currency, sizeof c->currency, "%s", text);
	if (day < 0 || take_flag(r, at, cfg, "credits-stack", &c->stack) < 0 ||
	    take_amount(r, at, cfg, "cap", c, &c->cap) < 0)
		return -EINVAL;
	c->day_of_month = day == 1;
	text = given(cfg, "monthly-charge");
	if (text != NULL && !clause_money(text, &c->mrc_mills, why, sizeof why))
		return mistake(r, at, "monthly-charge", "%s", why);
	if (text != NULL && c->currency[0] == '\0')
		return mistake(r, at, "monthly-charge",
		    "money needs a currency; add currency = \"EUR\"");
	return 0;
}

static void
note_kind(const struct amount *a, bool *money, bool *share)
{
	*money |= a->kind == AMOUNT_MONEY;
	*share |= a->kind == AMOUNT_SHARE || a->kind == AMOUNT_DAYS;
}

/* Money and shares are compared by the charge alone. */
static int
check_money(struct reading *r, int at, const struct contract_conf *c)
{
	bool money = false, share = false;

	if (c->cap.kind != AMOUNT_NONE && c->n_credits == 0)
		return mistake(r, at, "cap",
		    "there is no credit for it; add credit NAME { … }, or remove it");
	note_kind(&c->cap, &money, &share);
	for (size_t i = 0; i < c->n_credits; i++) {
		const struct credit_conf *k = &c->credits[i];
		note_kind(&k->amount, &money, &share);
		note_kind(&k->cap, &money, &share);
		for (size_t j = 0; j < k->n_tiers; j++)
			note_kind(&k->tiers[j].amount, &money, &share);
	}
	if (money && share && c->mrc_mills == 0)
		return mistake(r, at, NULL,
		    "monthly-charge is missing; amounts of money beside shares of the charge need it");
	return 0;
}

/* ---- the section ---- */

int
read_contract(struct reading *r, cfg_t *cfg)
{
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, -1, "contract", title);
	struct settings *s = r->settings;

	if (s->n_contracts >= CONTRACTS_MOST)
		return mistake(r, at, NULL, "there are at most %d contracts; remove some",
		    CONTRACTS_MOST);
	s->contracts =
	    memory_grow(s->contracts, s->n_contracts + 1, sizeof *s->contracts);
	struct contract_conf *c = &s->contracts[s->n_contracts++];
	contract_default(c);
	if (check_name(r, at, "contract", title) < 0)
		return -EINVAL;
	snprintf(c->name, sizeof c->name, "%s", title);
	c->line = outline_line(&r->outline, at, NULL);
	if (take_validity(r, at, cfg, c) < 0 || take_profile(r, at, cfg, c) < 0 ||
	    take_outages(r, at, cfg, c) < 0 || take_calendar(r, at, cfg, c) < 0 ||
	    take_clock(r, at, cfg, c) < 0 || take_money(r, at, cfg, c) < 0 ||
	    take_duration(r, at, cfg, "claim-window", DAY_NS, 3660 * DAY_NS,
	        &c->claim_window_ns) < 0 ||
	    read_credits(r, at, cfg, c) < 0 || read_rights(r, at, cfg, c) < 0)
		return -EINVAL;
	return check_money(r, at, c);
}
