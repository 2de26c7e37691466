/* What was understood of a contract, clause by clause, in words. */
#include "cmd/check_contract.h"

#include "config/clause.h"
#include "config/units.h"

#include <stdio.h>
#include <string.h>

#define HOUR_NS     (3600 * NS_PER_S)
#define TIME_ROOM   24
#define AMOUNT_ROOM 80

static const char *
duration(int64_t ns, char out[TIME_ROOM])
{
	units_print_duration(ns, out, TIME_ROOM);
	return out;
}

static const char *
amount(const struct contract_conf *c, const struct amount *a, char out[AMOUNT_ROOM])
{
	clause_print_amount(a, c->currency, out, AMOUNT_ROOM);
	return out;
}

/* "    credit hours (clause 7.1): " */
static void
begin(const char *kind, const char *name, const char *clause)
{
	printf("    %s %s%s%s%s: ", kind, name, clause[0] != '\0' ? " (clause " : "",
	    clause, clause[0] != '\0' ? ")" : "");
}

/* ---- the frame ---- */

static void
print_head(const struct contract_conf *c)
{
	char day[TIME_ROOM];

	printf("\ncontract %s (%s)", c->name,
	    c->reference[0] != '\0' ? c->reference : "no reference");
	if (c->valid_from.year > 0) {
		clause_print_date(c->valid_from, day, sizeof day);
		printf(", from %s", day);
	}
	if (c->valid_to.year > 0) {
		clause_print_date(c->valid_to, day, sizeof day);
		printf(", to %s", day);
	}
	printf("%s%s\n", c->follows[0] != '\0' ? ", follows " : "", c->follows);
}

static void
print_target(const struct contract_conf *c)
{
	static const char *const EACH[] = {
	    "calendar month", "calendar quarter", "calendar year", "rolling 30 days"};
	const struct profile_conf *p = &c->params;
	char a[TIME_ROOM];

	if (c->availability > 0)
		printf("    %.6g %% of each %s", c->availability * 100,
		    EACH[c->period_kind]);
	else
		printf("    no target; by each %s", EACH[c->period_kind]);
	printf(", profile %s", p->name);
	if (strcmp(p->name, "mef") == 0)
		printf(": %u times %s with loss above %.6g %%, %s", p->n,
		    duration(p->delta_ns, a), p->threshold * 100,
		    p->p > 0 ? "" : "no CHLI");
	if (strcmp(p->name, "mef") == 0 && p->p > 0)
		printf("CHLI from %u", p->p);
	if (strcmp(p->name, "y1540") == 0)
		printf(": %s with loss above %.6g %%", duration(p->delta_ns, a),
		    p->threshold * 100);
	if (strcmp(p->name, "rfc2678") == 0) {
		printf(": in %s one of %u answered", duration(p->delta_ns, a), p->probes);
		printf(" within %s", duration(p->wait_ns, a));
	}
	putchar('\n');
}

static void
print_calendar(const struct contract_conf *c)
{
	static const char *const DAYS[] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	char a[TIME_ROOM];

	if (c->n_hours > 0)
		printf("    service time:");
	for (size_t i = 0; i < c->n_hours; i++) {
		const struct service_hours *h = &c->hours[i];
		unsigned from = h->from_min, to = h->to_min;
		printf("%s %s %02u:%02u-%02u:%02u", i > 0 ? "," : "", DAYS[h->weekday],
		    from / 60, from % 60, to / 60, to % 60);
	}
	if (c->n_hours > 0)
		putchar('\n');
	for (size_t i = 0; i < c->n_holidays; i++) {
		clause_print_date(c->holidays[i], a, sizeof a);
		printf("%s%s", i > 0 ? ", " : "    no service time on ", a);
	}
	if (c->n_holidays > 0)
		putchar('\n');
	printf("    agreed maintenance %s", c->maintenance == MAINTENANCE_EXCLUDED
	                                        ? "is left out"
	                                        : "counts as available");
	if (c->maintenance_most_ns > 0)
		printf(", at most %s a period", duration(c->maintenance_most_ns, a));
	if (c->maintenance_notice_ns > 0)
		printf(", announced %s before or earlier",
		    duration(c->maintenance_notice_ns, a));
	putchar('\n');
}

static void
print_counted(const struct contract_conf *c)
{
	char a[TIME_ROOM];

	if (c->min_outage_ns > 0)
		printf("    outages %s %s count", c->min_inclusive ? "from" : "above",
		    duration(c->min_outage_ns, a));
	else
		printf("    outages count");
	if (c->grace_ns > 0)
		printf(" but for the first %s of each", duration(c->grace_ns, a));
	if (!c->counts_stated)
		printf(", of every cause but local and a CPE that is not the ISP's");
	for (size_t i = 0, n = 0; CONTRACT_COUNTS[i] != NULL; i++)
		if ((c->counts & 1u << i) != 0)
			printf("%s %s", n++ == 0 ? ", of the causes" : ",",
			    CONTRACT_COUNTS[i]);
	putchar('\n');
}

static void
print_clock(const struct contract_conf *c)
{
	static const char *const EVENTS[] = {"is measured", "has its ticket opened",
	    "is acknowledged", "is detected by the ISP"};
	static const char *const STOPS[] = {"when it is over",
	    "when the ticket is closed",
	    "when it is over or the ticket closed, the earlier"};
	bool several = (c->clock_start & (c->clock_start - 1)) != 0;
	unsigned n = 0;

	printf("    its clock starts when an outage ");
	for (unsigned i = 0; i < 4; i++)
		if ((c->clock_start & 1u << i) != 0)
			printf("%s%s", n++ > 0 ? ", or " : "", EVENTS[i]);
	if (several)
		printf(
		    ", the %s", c->clock_pick == CLOCK_EARLIEST ? "earliest" : "latest");
	printf(", and stops %s%s\n", STOPS[c->clock_stop],
	    c->pauses ? ", less what waits on the customer" : "");
}

/* ---- money ---- */

static void
print_per_time(const struct contract_conf *c, const struct credit_conf *k)
{
	static const char *const PARTS[] = {"a part counts as a whole",
	    "whole ones alone", "rounded to the nearest", "parts in proportion"};
	char a[AMOUNT_ROOM], b[TIME_ROOM];

	printf("%s for each %s of %s%s, %s", amount(c, &k->amount, a),
	    duration(k->unit_ns, b), k->per_outage ? "every outage" : "all downtime",
	    k->beyond_target ? " beyond the target" : "", PARTS[k->part]);
}

static void
print_threshold(const struct credit_conf *k, double v)
{
	char a[TIME_ROOM];

	if (k->rule == CREDIT_AVAILABILITY ||
	    (k->rule == CREDIT_METRIC && k->metric == METRIC_LOSS))
		printf("%.6g %%", v * 100);
	else
		printf("%s", duration((int64_t)v, a));
}

static void
print_steps(const struct contract_conf *c, const struct credit_conf *k)
{
	static const char *const OF[] = {
	    "", "all downtime", "each outage", "availability", ""};
	static const char *const METRICS[] = {"mean loss", "mean rtt", "mean jitter"};
	bool falls = k->rule == CREDIT_AVAILABILITY;
	const char *word = falls          ? k->inclusive ? "down to" : "below"
	                   : k->inclusive ? "from"
	                                  : "above";
	char a[AMOUNT_ROOM];

	printf("%s%s", k->rule == CREDIT_METRIC ? METRICS[k->metric] : OF[k->rule],
	    k->beyond_target ? " beyond the target" : "");
	for (size_t i = 0; i < k->n_tiers; i++) {
		const struct credit_tier *t = &k->tiers[falls ? k->n_tiers - 1 - i : i];
		printf("%s %s ", i > 0 ? ";" : "", word);
		print_threshold(k, t->threshold);
		printf(": %s", amount(c, &t->amount, a));
	}
}

static void
print_credit(const struct contract_conf *c, const struct credit_conf *k)
{
	char a[AMOUNT_ROOM], b[TIME_ROOM];

	begin("credit", k->name, k->clause);
	if (k->rule == CREDIT_PER_TIME)
		print_per_time(c, k);
	else
		print_steps(c, k);
	if (k->round_ns > 0)
		printf("; time is rounded up to %s", duration(k->round_ns, b));
	if (k->consecutive > 1)
		printf("; only after %u such periods in a row", k->consecutive);
	if (k->cap.kind != AMOUNT_NONE)
		printf("; at most %s", amount(c, &k->cap, a));
	putchar('\n');
}

static void
print_money(const struct contract_conf *c)
{
	struct amount charge = {.kind = AMOUNT_MONEY, .mills = c->mrc_mills};
	char a[AMOUNT_ROOM];

	if (c->n_credits == 0)
		return;
	if (c->mrc_mills > 0)
		printf("    the charge is %s a month, a day of it by %s",
		    amount(c, &charge, a),
		    c->day_of_month ? "the calendar month" : "30 days");
	else
		printf("    no charge is stated: credits are shares of it");
	printf("; credits %s", c->stack ? "add up" : "do not add up, the highest counts");
	if (c->cap.kind != AMOUNT_NONE)
		printf("; at most %s a period", amount(c, &c->cap, a));
	putchar('\n');
	for (size_t i = 0; i < c->n_credits; i++)
		print_credit(c, &c->credits[i]);
}

/* ---- rights ---- */

static void
print_deadline(const struct deadline_conf *d)
{
	static const char *const WHATS[] = {
	    "report the fault", "claim", "declare termination"};
	static const char *const ANCHORS[] = {"the outage begins", "the outage ends",
	    "the ticket is closed", "the period ends"};
	char a[TIME_ROOM];

	begin("deadline", d->name, d->clause);
	printf("%s within ", WHATS[d->what]);
	if (d->days > 0)
		printf("%u %sday%s", d->days, d->business_days ? "business " : "",
		    d->days > 1 ? "s" : "");
	else if (d->within_ns % HOUR_NS == 0) /* a day may be of 23 or 25 hours */
		printf("%lld hours", (long long)(d->within_ns / HOUR_NS));
	else
		printf("%s", duration(d->within_ns, a));
	printf(" after %s\n", ANCHORS[d->anchor]);
}

static void
print_chronic(const struct chronic_conf *h)
{
	const char * or = "";
	char a[TIME_ROOM];

	begin("chronic", h->name, h->clause);
	if (h->outages > 0) {
		printf("%u outages", h->outages);
		if (h->longer_than_ns > 0)
			printf(" longer than %s", duration(h->longer_than_ns, a));
		or = ", or ";
	}
	if (h->total_ns > 0) {
		printf("%smore than %s in all", or, duration(h->total_ns, a));
		or = ", or ";
	}
	if (h->single_ns > 0)
		printf("%sone longer than %s", or, duration(h->single_ns, a));
	if (h->within_ns > 0)
		printf(", in any %s", duration(h->within_ns, a));
	else
		printf(", in the period");
	printf(": %s", h->right);
	if (h->notice_ns > 0)
		printf("; to be declared within %s", duration(h->notice_ns, a));
	putchar('\n');
}

static void
print_speeds(const struct commitment_conf *m)
{
	const char *comma = " ";

	if (m->minimum > 0) {
		printf(" at least %.6g", m->minimum / 1e6);
		comma = ", ";
	}
	if (m->normal > 0) {
		printf("%snormally %.6g", comma, m->normal / 1e6);
		comma = ", ";
	}
	if (m->maximum > 0)
		printf("%sup to %.6g", comma, m->maximum / 1e6);
	printf(" Mbit/s");
}

static void
print_commitment(const struct commitment_conf *m)
{
	static const char *const METRICS[] = {
	    "loss", "rtt", "jitter", "speed down", "speed up"};
	char a[TIME_ROOM];

	begin("commitment", m->name, m->clause);
	printf("%s", METRICS[m->metric]);
	if (m->metric >= METRIC_SPEED_DOWN)
		print_speeds(m);
	else if (m->metric == METRIC_LOSS)
		printf(" at most %.6g %%", m->at_most * 100);
	else
		printf(" at most %s", duration((int64_t)m->at_most, a));
	if (m->over_ns > 0)
		printf(" in any %s", duration(m->over_ns, a));
	else
		printf(" on the period's mean");
	puts(m->where == WHERE_SITE ? ", between the site and the ISP's edge"
	                            : ", by the ISP's own samples: ours corroborate");
}

void
check_contract(const struct contract_conf *c)
{
	print_head(c);
	print_target(c);
	print_calendar(c);
	print_counted(c);
	print_clock(c);
	print_money(c);
	if (c->claim_window_ns > 0)
		printf("    claim within %lld days after the outage ends\n",
		    (long long)(c->claim_window_ns / (24 * HOUR_NS)));
	for (size_t i = 0; i < c->n_deadlines; i++)
		print_deadline(&c->deadlines[i]);
	for (size_t i = 0; i < c->n_chronic; i++)
		print_chronic(&c->chronic[i]);
	for (size_t i = 0; i < c->n_commitments; i++)
		print_commitment(&c->commitments[i]);
}
