/*
 * Configurations as an enemy would write them. What is refused is refused in one line
 * that names file and line, and leaves nothing; what is taken keeps what settings.h
 * promises.
 *
 * Links: config/ base/ -lconfuse -lcrypto -lzstd
 */
#include "config/settings.h"
#include "config/units.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_refusal(const char *err, size_t room)
{
	char *end;

	must(memchr(err, '\0', room) != NULL);
	must(strncmp(err, "input:", 6) == 0);
	must(strtoul(err + 6, &end, 10) > 0 && strncmp(end, ": ", 2) == 0);
	must(end[2] != '\0' && strpbrk(err, "\n\r\033") == NULL);
}

static void
check_probe(const struct link_conf *l, size_t at)
{
	const struct probe_conf *p = &l->probes[at];

	must(units_name(p->def.name) && p->line > 0);
	must(strcmp(p->def.link, l->def.link) == 0);
	must(p->def.every_ns >= 10 * NS_PER_MS && p->def.every_ns <= 86400 * NS_PER_S);
	must(p->def.timeout_ns >= 100 * NS_PER_MS && p->def.timeout_ns <= 10 * NS_PER_S);
	must(p->def.target[0] != '\0');
	must((p->def.kind == KIND_HTTP) == (p->def.role == ROLE_THROUGHPUT));
	must(p->def.kind == KIND_HTTP || p->def.network[0] != '\0');
	must((p->def.kind != KIND_TCP && p->def.kind != KIND_DNS) || p->port > 0);
	must(p->def.kind != KIND_PING || p->def.role == ROLE_REFLECTOR ||
	     p->def.every_ns >= NS_PER_S);
	for (size_t i = 0; i < at; i++)
		must(strcmp(l->probes[i].def.name, p->def.name) != 0);
}

static void
check_amount(const struct contract_conf *c, const struct amount *a)
{
	must(a->kind <= AMOUNT_MONEY);
	must(a->kind != AMOUNT_SHARE || (a->share > 0 && a->share <= 10));
	must(a->kind != AMOUNT_DAYS || (a->days > 0 && a->days <= 366));
	must(a->kind != AMOUNT_MONEY || (a->mills > 0 && strlen(c->currency) == 3));
}

static void
check_credit(const struct contract_conf *c, const struct credit_conf *k)
{
	bool time = k->rule == CREDIT_PER_TIME;

	must(units_name(k->name) && k->line > 0 && k->n_tiers <= CONTRACT_TIERS_MOST);
	must(time == (k->unit_ns > 0) && time == (k->n_tiers == 0));
	must(time == (k->amount.kind != AMOUNT_NONE));
	must(!k->beyond_target || c->availability > 0);
	check_amount(c, &k->amount);
	check_amount(c, &k->cap);
	for (size_t i = 0; i < k->n_tiers; i++) {
		check_amount(c, &k->tiers[i].amount);
		must(k->tiers[i].amount.kind != AMOUNT_NONE);
		must(k->tiers[i].threshold > (i > 0 ? k->tiers[i - 1].threshold : 0));
	}
}

static void
check_contract(const struct settings *s, const struct contract_conf *c)
{
	must(units_name(c->name) && c->availability >= 0 && c->availability <= 1);
	must(c->params.p == 0 || c->params.p < c->params.n);
	must(c->params.wait_ns == 0 || c->params.wait_ns < c->params.delta_ns);
	must(c->clock_start > 0 && c->clock_start < 16);
	must(c->counts_stated == (c->counts != 0));
	must(c->mrc_mills == 0 || strlen(c->currency) == 3);
	must(
	    c->n_hours <= CONTRACT_HOURS_MOST && c->n_holidays <= CONTRACT_HOLIDAYS_MOST);
	for (size_t i = 0; i < c->n_hours; i++)
		must(c->hours[i].weekday < 7 && c->hours[i].to_min <= 1440 &&
		     c->hours[i].from_min < c->hours[i].to_min);
	for (size_t i = 0; i < c->n_credits; i++)
		check_credit(c, &c->credits[i]);
	for (size_t i = 0; i < c->n_deadlines; i++)
		must((c->deadlines[i].days > 0) != (c->deadlines[i].within_ns > 0));
	for (size_t i = 0; i < c->n_commitments; i++)
		must(c->commitments[i].at_most > 0 || c->commitments[i].minimum > 0 ||
		     c->commitments[i].normal > 0 || c->commitments[i].maximum > 0);
	/* Whichever version a link names, the search for that of a day comes to an end.
	 */
	struct link_def link = {0};
	memcpy(link.contract, c->name, sizeof link.contract);
	const struct contract_conf *then =
	    settings_contract_at(s, &link, (struct civil_date){2026, 7, 1});
	must(then == NULL || then->valid_from.year <= 2026);
	must(contract_claim_ns(c) >= c->claim_window_ns);
}

static void
check_settings(const struct settings *s)
{
	must(s->n_links > 0 && s->n_links <= 64);
	must(s->data_dir[0] == '/' && strlen(s->sha256) == 64);
	for (size_t i = 0; i < s->n_links; i++) {
		const struct link_conf *l = &s->links[i];
		must(units_name(l->def.centre) && units_name(l->def.link) && l->line > 0);
		must(l->def.contract[0] == '\0' || settings_contract(s, &l->def) != NULL);
		for (size_t j = 0; j < i; j++)
			must(strcmp(s->links[j].def.centre, l->def.centre) != 0 ||
			     strcmp(s->links[j].def.link, l->def.link) != 0);
		for (size_t j = 0; j < l->n_probes; j++)
			check_probe(l, j);
	}
	for (size_t i = 0; i < s->n_contracts; i++)
		check_contract(s, &s->contracts[i]);
	for (size_t i = 0; i < s->n_notify; i++)
		must(s->notify[i].url[0] != '\0' || s->notify[i].command[0] == '/');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct settings *s = NULL;
	char err[600] = "";

	if (settings_parse(&s, "input", (const char *)p, n, err, sizeof err) < 0) {
		must(s == NULL);
		check_refusal(err, sizeof err);
		return 0;
	}
	must(s != NULL && err[0] == '\0');
	check_settings(s);
	settings_free(s);
	return 0;
}
