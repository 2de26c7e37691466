#include "config/reading.h"

#include "base/bytes.h"
#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_MOST  (86400 * NS_PER_S)
#define PATH_USUAL (600 * NS_PER_S)
#define PATH_LEAST (60 * NS_PER_S)

static int
take_local(struct reading *r, int at, cfg_t *cfg, const char *option, uint8_t family,
    char *out, size_t room)
{
	const char *text = given(cfg, option), *why;
	uint8_t address[16], is;

	if (text == NULL)
		return 0;
	if (!units_address(text, &is, address, &why) || is != family)
		return mistake(r, at, option,
		    "\"%.60s\" is none; write an IPv%u address of this host", text,
		    family);
	snprintf(out, room, "%s", text);
	return 0;
}

static int
take_gateway(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	const char *text = given(cfg, "gateway");

	strcpy(link->gateway, "auto");
	if (text == NULL)
		return 0;
	if (strcmp(text, "auto") != 0 && strcmp(text, "none") != 0)
		return take_host(r, at, "gateway", link, text, "an address, auto or none",
		    link->gateway, sizeof link->gateway);
	snprintf(link->gateway, sizeof link->gateway, "%s", text);
	return 0;
}

static int
take_capacities(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	const char *text, *why;

	if ((text = given(cfg, "capacity-down")) != NULL &&
	    !units_rate(text, &link->def.capacity_down_bps, &why))
		return mistake(
		    r, at, "capacity-down", "\"%.40s\" is no rate; write %s", text, why);
	if ((text = given(cfg, "capacity-up")) != NULL &&
	    !units_rate(text, &link->def.capacity_up_bps, &why))
		return mistake(
		    r, at, "capacity-up", "\"%.40s\" is no rate; write %s", text, why);
	if ((text = given(cfg, "mark")) != NULL) {
		if (!units_mark(text, &link->mark, &why))
			return mistake(
			    r, at, "mark", "\"%.40s\" is none; write %s", text, why);
		link->has_mark = true;
	}
	return 0;
}

static int
take_interface(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	const char *text = given(cfg, "interface");

	if (text == NULL)
		return link->source[0] != '\0' || link->source6[0] != '\0'
		           ? 0
		           : mistake(r, at, NULL,
		                 "interface is missing; write interface = \"eth0\" (or source)");
	if (text[0] == '\0' || strlen(text) > 15 || strpbrk(text, "/ \t:%") != NULL)
		return mistake(r, at, "interface",
		    "\"%.40s\" is no name of an interface, like eth0", text);
	snprintf(link->def.interface, sizeof link->def.interface, "%s", text);
	return 0;
}

static bool
has_voter(const struct link_conf *link)
{
	for (size_t i = 0; i < link->n_probes; i++) {
		const struct probe_def *d = &link->probes[i].def;
		if (d->role == ROLE_INTERNET &&
		    (d->kind == KIND_PING || d->kind == KIND_TCP))
			return true;
	}
	return false;
}

static bool
has_gateway(const struct link_conf *link)
{
	for (size_t i = 0; i < link->n_probes; i++)
		if (link->probes[i].def.role == ROLE_GATEWAY)
			return true;
	return false;
}

/* Several pings of one address are one burden to it. */
static int
check_rates(struct reading *r, int at, const struct link_conf *link)
{
	for (size_t i = 0; i < link->n_probes; i++) {
		const struct probe_conf *p = &link->probes[i];
		double a_second = 0;
		if (p->def.kind != KIND_PING || p->def.role == ROLE_REFLECTOR)
			continue;
		for (size_t j = 0; j <= i; j++) {
			const struct probe_conf *q = &link->probes[j];
			if (q->def.kind == KIND_PING && q->def.role != ROLE_REFLECTOR &&
			    strcmp(p->address, q->address) == 0)
				a_second += 1e9 / (double)q->def.every_ns;
		}
		if (a_second > 1.001)
			return mistake(r,
			    outline_find(&r->outline, at, "ping", p->def.name), NULL,
			    "ping %s: the pings of %s are more than one a second together; raise every, or remove one",
			    p->def.name, p->address);
	}
	return 0;
}

void
settings_gateway(const struct link_conf *link, const char *address, struct probe_conf *p)
{
	probe_init(link, p, KIND_PING, "gateway");
	p->def.role = ROLE_GATEWAY;
	snprintf(p->address, sizeof p->address, "%s", address);
	p->builtin = true;
	p->line = link->line;
	probe_finish(link, p);
}

static int
take_path(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	const char *text = given(cfg, "path-every");

	link->path_every_ns = PATH_USUAL;
	if (text != NULL && strcmp(text, "none") == 0) {
		link->path_every_ns = 0;
		return 0;
	}
	return take_duration(
	    r, at, cfg, "path-every", PATH_LEAST, PATH_MOST, &link->path_every_ns);
}

/* A budget that one test passes would never let it run. */
static int
check_budget(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	const char *text = given(cfg, "throughput-budget"), *why;
	uint64_t largest = 0;

	if (text == NULL)
		return 0;
	if (!units_bytes(text, &link->throughput_budget, &why))
		return mistake(
		    r, at, "throughput-budget", "\"%.40s\" is none; write %s", text, why);
	for (size_t i = 0; i < link->n_probes; i++)
		if (link->probes[i].def.kind == KIND_HTTP &&
		    link->probes[i].max_bytes > largest)
			largest = link->probes[i].max_bytes;
	if (link->throughput_budget < 1000000 ||
	    link->throughput_budget / 11 * 10 < largest)
		return mistake(r, at, "throughput-budget",
		    "\"%.40s\" is too little for one test; write 1M or more, and at least 1.1 times the largest max-bytes",
		    text);
	return 0;
}

/* The one probe that is added may need the name, now or once the route is known. */
static int
check_gateway(struct reading *r, int at, const struct link_conf *link)
{
	if (strcmp(link->gateway, "none") == 0 || has_gateway(link))
		return 0;
	for (size_t i = 0; i < link->n_probes; i++)
		if (strcmp(link->probes[i].def.name, "gateway") == 0)
			return mistake(r,
			    outline_find(&r->outline, at,
			        kind_name(link->probes[i].def.kind), "gateway"),
			    NULL,
			    "gateway is the name of the probe of the gateway; give it role = gateway, or another name");
	return 0;
}

/* A gateway given as an address is asked, unless a probe for it is there already. */
static void
add_gateway(struct link_conf *link)
{
	if (strcmp(link->gateway, "auto") == 0 || strcmp(link->gateway, "none") == 0 ||
	    has_gateway(link))
		return;
	link->probes =
	    memory_grow(link->probes, link->n_probes + 1, sizeof *link->probes);
	settings_gateway(link, link->gateway, &link->probes[link->n_probes++]);
}

static int
read_options(struct reading *r, int at, cfg_t *cfg, struct link_conf *link, bool *ipv6)
{
	static const char *const MEDIA[] = {"ethernet", "ppp", "wwan", NULL};
	static const char *const OWNERS[] = {"isp", "customer", "unknown", NULL};
	static const char *const YES[] = {"yes", "no", NULL};
	char six[8] = "no";

	strcpy(link->def.medium, "ethernet");
	strcpy(link->def.cpe_owner, "unknown");
	if (take_text(r, at, cfg, "isp", link->def.isp, sizeof link->def.isp) < 0 ||
	    take_text(r, at, cfg, "contract", link->def.contract,
	        sizeof link->def.contract) < 0 ||
	    take_local(r, at, cfg, "source", 4, link->source, sizeof link->source) < 0 ||
	    take_local(r, at, cfg, "source6", 6, link->source6, sizeof link->source6) <
	        0 ||
	    take_interface(r, at, cfg, link) < 0 || take_gateway(r, at, cfg, link) < 0 ||
	    take_word(r, at, cfg, "medium", MEDIA, link->def.medium,
	        sizeof link->def.medium) < 0 ||
	    take_word(r, at, cfg, "cpe-owner", OWNERS, link->def.cpe_owner,
	        sizeof link->def.cpe_owner) < 0 ||
	    take_word(r, at, cfg, "ipv6", YES, six, sizeof six) < 0 ||
	    take_path(r, at, cfg, link) < 0 || take_capacities(r, at, cfg, link) < 0)
		return -EINVAL;
	*ipv6 = strcmp(six, "yes") == 0;
	return 0;
}

/* With many targets each packet twice is much: then it is for who wants it. */
static int
take_capture(struct reading *r, int at, cfg_t *cfg, struct link_conf *link)
{
	static const char *const WANTS[] = {"none", "probes", "all", NULL};
	char word[16];

	strcpy(word, link->n_lists > 0 ? "none" : "all");
	if (take_word(r, at, cfg, "capture", WANTS, word, sizeof word) < 0)
		return -EINVAL;
	for (unsigned i = 0; WANTS[i] != NULL; i++)
		if (strcmp(word, WANTS[i]) == 0)
			link->capture = (enum capture_want)i;
	return 0;
}

int
read_link(struct reading *r, int centre, const struct link_def *pattern, cfg_t *cfg)
{
	static const char *const KINDS[] = {"ping", "tcp", "dns", "http"};
	int at = outline_find(&r->outline, centre, "link", cfg_title(cfg));
	struct settings *s = r->settings;
	bool ipv6 = false;

	if (s->n_links >= LINKS_MOST)
		return mistake(
		    r, at, NULL, "there are at most %d links; remove some", LINKS_MOST);
	s->links = memory_grow(s->links, s->n_links + 1, sizeof *s->links);
	struct link_conf *link = &s->links[s->n_links++];
	memset(link, 0, sizeof *link);
	if (check_name(r, at, "link", cfg_title(cfg)) < 0)
		return -EINVAL;
	link->def = *pattern;
	snprintf(link->def.link, sizeof link->def.link, "%s", cfg_title(cfg));
	link->line = outline_line(&r->outline, at, NULL);
	if (read_options(r, at, cfg, link, &ipv6) < 0)
		return -EINVAL;
	for (size_t k = 0; k < sizeof KINDS / sizeof KINDS[0]; k++)
		for (unsigned i = 0; i < cfg_size(cfg, KINDS[k]); i++)
			if (read_probe(
			        r, at, link, KINDS[k], cfg_getnsec(cfg, KINDS[k], i)) < 0)
				return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "targets"); i++)
		if (read_targets(r, at, link, cfg_getnsec(cfg, "targets", i)) < 0)
			return -EINVAL;
	if (take_capture(r, at, cfg, link) < 0 || check_budget(r, at, cfg, link) < 0 ||
	    check_gateway(r, at, link) < 0 || check_rates(r, at, link) < 0)
		return -EINVAL;
	if (!has_voter(link))
		builtin_add(link, ipv6);
	add_gateway(link);
	return check_targets(r, link);
}
