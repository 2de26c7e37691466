#include "config/contract.h"
#include "config/reading.h"

#include "base/bytes.h"
#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_NS (86400 * NS_PER_S)

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

int
read_contract(struct reading *r, cfg_t *cfg)
{
	static const char *const PERIODS[] = {"month", "quarter", "year", "30d", NULL};
	static const char *const PROFILES[] = {"event", "ses-10-10", NULL};
	const char *title = cfg_title(cfg), *text, *why;
	int at = outline_find(&r->outline, -1, "contract", title);
	struct settings *s = r->settings;

	s->contracts =
	    memory_grow(s->contracts, s->n_contracts + 1, sizeof *s->contracts);
	struct contract_conf *c = &s->contracts[s->n_contracts++];
	contract_default(c);
	if (check_name(r, at, "contract", title) < 0)
		return -EINVAL;
	snprintf(c->name, sizeof c->name, "%s", title);
	c->line = outline_line(&r->outline, at, NULL);
	if ((text = given(cfg, "availability")) != NULL &&
	    !units_percent(text, &c->availability, &why))
		return mistake(
		    r, at, "availability", "\"%.40s\" is none; write %s", text, why);
	if (take_text(r, at, cfg, "reference", c->reference, sizeof c->reference) < 0 ||
	    take_word(r, at, cfg, "period", PERIODS, c->period, sizeof c->period) < 0 ||
	    take_word(r, at, cfg, "profile", PROFILES, c->profile, sizeof c->profile) <
	        0 ||
	    take_duration(r, at, cfg, "min-outage", 0, DAY_NS, &c->min_outage_ns) < 0 ||
	    take_duration(r, at, cfg, "claim-window", DAY_NS, 3660 * DAY_NS,
	        &c->claim_window_ns) < 0)
		return -EINVAL;
	return 0;
}
