/*
 * Whom a link asks when its owner names nobody: resolvers of five networks that anybody
 * may use, each at one anycast address near everybody, asked by ICMP and by TCP on the
 * ports they serve.
 */
#include "config/reading.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

static const struct target {
	const char *name, *network, *v4, *v6;
	uint16_t port;
} TARGETS[] = {
    {"cloudflare", "AS13335", "1.1.1.1", "2606:4700:4700::1111", 443},
    {"google", "AS15169", "8.8.8.8", "2001:4860:4860::8888", 443},
    {"quad9", "AS19281", "9.9.9.9", "2620:fe::fe", 53},
    {"opendns", "AS36692", "208.67.222.222", "2620:119:35::35", 53},
    {"adguard", "AS212772", "94.140.14.14", "2a10:50c0::ad1:ff", 53},
};

static void
add(struct link_conf *link, const struct target *t, enum kind kind, bool six)
{
	char name[64];
	struct probe_conf p;

	snprintf(name, sizeof name, "%s-%s%s", t->name,
	    kind == KIND_PING ? "ping" : "tcp", six ? "6" : "");
	for (size_t i = 0; i < link->n_probes; i++)
		if (strcmp(link->probes[i].def.name, name) == 0)
			return; /* the owner's probe of that name goes first */
	probe_init(link, &p, kind, name);
	snprintf(p.address, sizeof p.address, "%s", six ? t->v6 : t->v4);
	snprintf(p.def.network, sizeof p.def.network, "%s", t->network);
	if (kind == KIND_TCP)
		p.port = t->port;
	p.builtin = true;
	p.line = link->line;
	probe_finish(link, &p);
	link->probes =
	    memory_grow(link->probes, link->n_probes + 1, sizeof *link->probes);
	link->probes[link->n_probes++] = p;
}

void
builtin_add(struct link_conf *link, bool ipv6)
{
	for (size_t i = 0; i < sizeof TARGETS / sizeof TARGETS[0]; i++) {
		add(link, &TARGETS[i], KIND_PING, false);
		add(link, &TARGETS[i], KIND_TCP, false);
		if (ipv6)
			add(link, &TARGETS[i], i % 2 == 0 ? KIND_PING : KIND_TCP, true);
	}
}
