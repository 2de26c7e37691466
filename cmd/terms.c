#include "cmd/terms.h"

#include "analyzer/profile.h"

#include <string.h>

#define MIN_COVERAGE 0.95

bool
terms_profile(struct profile_conf *out, const struct contract_conf *c, const char *name)
{
	if (c != NULL && strcmp(c->params.name, name) == 0) {
		*out = c->params;
		return true;
	}
	return profile_default(out, name);
}

static bool
by_ticket(const struct contract_conf *c)
{
	return c->clock_start != CLOCK_MEASURED || c->clock_stop != STOP_RESTORED;
}

static void
clock_of(struct terms *t, const struct contract_conf *c, bool own)
{
	bool ticket = strcmp(t->profile.name, "ticket") == 0;

	t->clock_start = CLOCK_MEASURED;
	t->no_pauses = true;
	if (c != NULL && (own || ticket)) {
		t->clock_start = c->clock_start;
		t->clock_pick = c->clock_pick;
		t->clock_stop = c->clock_stop;
		/* Without a ticket's clock only where the contract says so. */
		t->no_pauses = !c->pauses || (!c->pauses_stated && !by_ticket(c));
	}
	/* The ISP's clock of a contract that does not say what it is. */
	if (ticket && t->clock_start == CLOCK_MEASURED) {
		t->clock_start = CLOCK_OPENED;
		t->clock_stop = STOP_EARLIER;
		t->no_pauses = c != NULL && !c->pauses;
	}
}

void
terms_of(struct terms *t, const struct contract_conf *c, const struct profile_conf *p)
{
	bool own = c != NULL && strcmp(c->params.name, p->name) == 0;

	memset(t, 0, sizeof *t);
	t->profile = *p;
	t->min_coverage = MIN_COVERAGE;
	strcpy(t->period_kind, "range");
	clock_of(t, c, own);
	if (c == NULL)
		return;
	memcpy(t->contract, c->name, sizeof t->contract);
	t->target = c->availability;
	t->min_outage_ns = c->min_outage_ns;
	t->min_exclusive = !c->min_inclusive;
	t->grace_ns = c->grace_ns;
	t->counts_stated = c->counts_stated;
	t->counts = c->counts;
}
