#include "analyzer/prescreen.h"

#include "analyzer/agreed.h"
#include "analyzer/campaign.h"
#include "analyzer/finding.h"
#include "analyzer/panel.h"
#include "analyzer/repair.h"
#include "base/zone.h"

#include <stdlib.h>

const char *
prescreen_outcome_name(enum prescreen_outcome o)
{
	static const char *const NAMES[] = {
	    "would-pass", "would-fail", "arguable", "not-enough-data", "no-verdict"};

	return NAMES[o];
}

/* A rule is not older than the day it came into force. */
static void
say_force(struct prescreen *out, const struct prescreen_input *in)
{
	const struct civil_date *d = &regime_figure(in->regime, "in-force")->date;
	const char *zone = regime_figure(in->regime, "zone")->value;
	int64_t force = zone_days(d->year, d->month, d->day);
	char day[FINDING_TIME_ROOM];

	if (finding_day(in->period.start_ns, zone) < force)
		finding_say(out,
		    "The period begins before %s, when the rule came into force.",
		    finding_date(force, day));
}

void
prescreen_of(struct prescreen *out, const struct prescreen_input *in)
{
	*out = (struct prescreen){.outcome = PRESCREEN_NOT_ENOUGH};
	if (in->contract_changed)
		finding_say(out,
		    "The contract changed in the period: the one in force at its end is applied to all of it.");
	switch (in->regime->id) {
	case REGIME_DE_TKG57:
		say_force(out, in);
		campaign_screen(out, in);
		break;
	case REGIME_UK_CODES:
		say_force(out, in);
		agreed_minimum(out, in);
		break;
	case REGIME_DE_TKG58:
		repair_calendar(out, in);
		break;
	case REGIME_UK_AUTO_COMPENSATION:
		repair_working(out, in);
		break;
	case REGIME_EU_2015_2120:
		agreed_shares(out, in);
		break;
	case REGIME_US_CAF_80_80:
		panel_consistent(out, in);
		break;
	case REGIME_AU_30S:
		panel_outages(out, in);
		break;
	case REGIMES:
		break;
	}
}

void
prescreen_done(struct prescreen *p)
{
	free(p->findings);
	free(p->numbers);
	free(p->conditions);
	free(p->lacks);
	*p = (struct prescreen){.outcome = PRESCREEN_NOT_ENOUGH};
}
