#include "config/reading.h"

#include "base/bytes.h"
#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_NS (86400 * NS_PER_S)

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
	memset(c, 0, sizeof *c);
	if (check_name(r, at, "contract", title) < 0)
		return -EINVAL;
	snprintf(c->name, sizeof c->name, "%s", title);
	strcpy(c->period, "month");
	strcpy(c->profile, "event");
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
