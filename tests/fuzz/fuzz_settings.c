/*
 * Configurations as an enemy would write them. What is refused is refused in one line
 * that names file and line, and leaves nothing; what is taken keeps what settings.h
 * promises.
 *
 * Links: config/builtin.c config/contract.c config/link.c config/notify.c
 * Links: config/outline.c config/settings.c config/text.c config/units.c
 * Links: base/bytes.c base/sample.c base/schedule.c base/clock.c
 * Links: -lconfuse -lcrypto
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
		must(s->contracts[i].availability >= 0 &&
		     s->contracts[i].availability <= 1);
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
