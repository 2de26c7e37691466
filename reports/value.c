/*
 * The parts of our JSON. Inside everything is whole microseconds; outside seconds, which
 * print exactly with fifteen digits as long as they are fewer than 10^9.
 */
#include "reports/value.h"

#include "base/zone.h"

#include <errno.h>
#include <string.h>

#define DIGITS     15
#define SITE_LINKS 16

json_t *
seconds_json(int64_t ns)
{
	int64_t us = ns / 1000;

	return json_real((double)us / 1e6);
}

int
json_print(const json_t *json, FILE *out)
{
	if (json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS)) < 0 ||
	    fputc('\n', out) == EOF)
		return -EIO;
	return 0;
}

json_t *
value_instant(int64_t ns)
{
	char text[32];

	instant_utc(ns, text);
	return json_string(text);
}

/* "2026-11-23T05:27:16.123456Z", sign for sign. */
bool
value_read_instant(const char *text, int64_t *ns)
{
	static const char FORM[] = "dddd-dd-ddTdd:dd:dd.ddddddZ";
	static const size_t AT[] = {0, 5, 8, 11, 14, 17, 20};
	static const size_t LENGTH[] = {4, 2, 2, 2, 2, 2, 6};
	int v[7] = {0};

	if (text == NULL || strlen(text) != sizeof FORM - 1)
		return false;
	for (size_t i = 0; i < sizeof FORM - 1; i++)
		if (FORM[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != FORM[i])
			return false;
	for (size_t k = 0; k < 7; k++)
		for (size_t i = 0; i < LENGTH[k]; i++)
			v[k] = 10 * v[k] + text[AT[k] + i] - '0';
	if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 || v[3] > 23 || v[4] > 59 ||
	    v[5] > 59 || !zone_instant("UTC", v[0], v[1], v[2], v[3], v[4], v[5], ns))
		return false;
	*ns += (int64_t)v[6] * NS_PER_US;
	return true;
}

/* Names come from journals and configurations that others wrote: what is not UTF-8 is
 * still told, its bytes as question marks. */
json_t *
value_text(const char *text)
{
	json_t *j = json_string(text);
	char ascii[TEXT_ROOM];
	size_t i;

	if (j != NULL)
		return j;
	for (i = 0; text[i] != '\0' && i + 1 < sizeof ascii; i++)
		ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	ascii[i] = '\0';
	return json_string(ascii);
}

json_t *
value_text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? value_text(text) : json_null();
}

void
value_set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

void
value_set_s(json_t *o, const char *key, int64_t ns)
{
	value_set(o, key, seconds_json(ns));
}

/* ---- definitions ---- */

void
results_definition(const struct profile_conf *p, char out[96])
{
	double delta = (double)p->delta_ns / 1e9, c = 100 * p->threshold;

	if (strcmp(p->name, "ses-10-10") == 0)
		snprintf(out, 96, "%s (%u seconds in a row with more than %.3g %% lost)",
		    p->name, p->n, c);
	else if (strcmp(p->name, "mef") == 0)
		snprintf(out, 96, "%s (dt %.3g s, n %u, C %.3g %%, p %u)", p->name, delta,
		    p->n, c, p->p);
	else if (strcmp(p->name, "y1540") == 0)
		snprintf(out, 96, "%s (Tav %.3g s, c1 %.3g %%)", p->name, delta, c);
	else if (strcmp(p->name, "rfc2678") == 0)
		snprintf(out, 96, "%s (dT %.3g s, W %.3g s, N %u)", p->name, delta,
		    (double)p->wait_ns / 1e9, p->probes);
	else if (strcmp(p->name, "ticket") == 0)
		snprintf(out, 96, "%s (the ISP's clock)", p->name);
	else
		snprintf(out, 96, "%s (exact intervals)",
		    p->name[0] != '\0' ? p->name : "event");
}

/* ---- sites ---- */

bool
results_site(const struct results *r, size_t first, size_t *links, size_t room, size_t *n,
    struct site *out)
{
	const struct link_report *a = &r->links[first];
	const struct verdict *verdicts[SITE_LINKS];

	*n = 0;
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		if (!l->has_verdict || strcmp(l->def->centre, a->def->centre) != 0 ||
		    strcmp(l->contract.terms.profile.name,
		        a->contract.terms.profile.name) != 0)
			continue;
		if (i < first)
			return false;
		if (*n == room || *n == SITE_LINKS)
			break;
		links[*n] = i;
		verdicts[(*n)++] = &l->verdict;
	}
	return *n > 1 && site_of(out, verdicts, *n) == 0;
}

/* ---- the envelope ---- */

static json_t *
rule_json(const struct results *r)
{
	const struct judge_rule *rule = &r->rule;
	json_t *o = json_object();

	value_set(o, "quorum", json_real(rule->quorum));
	value_set_s(o, "answer_within_s", rule->hold_ns);
	value_set_s(o, "max_hole_s", rule->max_hole_ns);
	value_set_s(o, "stall_s", rule->stall_ns);
	value_set(o, "max_gap_factor", json_real(rule->max_gap_factor));
	value_set(o, "quiet_bytes", json_integer(rule->quiet_bytes));
	value_set(o, "quiet_bytes_per_s", json_integer(rule->quiet_bytes_per_s));
	value_set(o, "least_loss", json_real(rule->least_loss));
	value_set(o, "false_alarms_30d", json_real(rule->false_alarms));
	value_set(o, "outage_least_lost", json_integer(rule->outage_least));
	value_set(o, "micro_least_lost", json_integer(rule->micro_least));
	value_set_s(o, "slow_every_s", rule->slow_ns);
	value_set(o, "slow_least_lost", json_integer(rule->slow_least));
	value_set_s(o, "slow_least_s", rule->slow_least_ns);
	value_set(o, "fold_loss", json_real(rule->fold_loss));
	value_set_s(o, "leave_after_s", rule->leave_ns);
	value_set(o, "return_after_answers", json_integer(rule->return_answers));
	value_set_s(o, "clock_bound_s", rule->clock_bound_ns);
	value_set(o, "clock_synchronised", json_boolean(!rule->clock_unknown));
	return o;
}

json_t *
value_envelope(const struct results *r, const char *schema)
{
	json_t *o = json_object(), *journal = json_object();

	value_set(o, "schema", json_string(schema));
	value_set(o, "generated", value_instant(r->generated.ns));
	value_set(o, "as_of", value_instant(r->as_of.ns));
	value_set(o, "agent", value_text(r->agent));
	value_set(o, "software", json_string(r->software));
	value_set(journal, "first", value_instant(r->journal_first.ns));
	value_set(journal, "last", value_instant(r->journal_last.ns));
	value_set(journal, "root", value_text(r->root));
	value_set(o, "journal", journal);
	value_set(o, "rule", rule_json(r));
	return o;
}
