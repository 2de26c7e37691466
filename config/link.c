#include "config/reading.h"

#include "base/bytes.h"
#include "base/schedule.h"
#include "config/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_LEAST   (10 * NS_PER_MS)
#define EVERY_MOST    (86400 * NS_PER_S)
#define TIMEOUT_LEAST (100 * NS_PER_MS)
#define TIMEOUT_MOST  (10 * NS_PER_S)
#define HTTP_LEAST    (60 * NS_PER_S)
#define STREAMS_USUAL 4
#define PATH_USUAL    (600 * NS_PER_S)
#define PATH_LEAST    (60 * NS_PER_S)
#define STREAMS_MOST  8

void
probe_init(
    const struct link_conf *link, struct probe_conf *p, enum kind kind, const char *name)
{
	memset(p, 0, sizeof *p);
	memcpy(p->def.centre, link->def.centre, sizeof p->def.centre);
	memcpy(p->def.link, link->def.link, sizeof p->def.link);
	snprintf(p->def.name, sizeof p->def.name, "%s", name);
	p->def.kind = kind;
	p->def.role = kind == KIND_HTTP ? ROLE_THROUGHPUT : ROLE_INTERNET;
	p->def.every_ns = kind == KIND_HTTP ? 3600 * NS_PER_S : NS_PER_S;
	p->def.timeout_ns = 3 * NS_PER_S;
	p->max_bytes = 100 * 1000 * 1000;
	p->streams = STREAMS_USUAL;
	p->port = kind == KIND_DNS ? 53 : 0;
	strcpy(p->query_type, "A");
}

static void
network_text(uint8_t family, const uint8_t address[16], char *out, size_t room)
{
	uint8_t a[16];
	char text[48];

	memcpy(a, address, 16);
	if (family == 4)
		a[3] = 0;
	else
		memset(a + 6, 0, 10);
	inet_ntop(family == 4 ? AF_INET : AF_INET6, a, text, sizeof text);
	snprintf(out, room, "%s/%d", text, family == 4 ? 24 : 48);
}

void
probe_finish(const struct link_conf *link, struct probe_conf *p)
{
	uint8_t address[16];
	const char *why;
	char text[128];

	if (p->def.kind == KIND_HTTP) {
		snprintf(p->def.target, sizeof p->def.target, "%.255s", p->url);
	} else if (units_address(p->address, &p->def.family, address, &why)) {
		if (p->def.network[0] == '\0')
			network_text(p->def.family, address, p->def.network,
			    sizeof p->def.network);
		bool bare = p->def.kind == KIND_PING ||
		            (p->def.kind == KIND_DNS && p->port == 53);
		if (bare)
			snprintf(p->def.target, sizeof p->def.target, "%s", p->address);
		else
			snprintf(p->def.target, sizeof p->def.target,
			    p->def.family == 6 ? "[%.60s]:%u" : "%.60s:%u", p->address,
			    p->port);
	}
	snprintf(
	    text, sizeof text, "%s/%s/%s", link->def.centre, link->def.link, p->def.name);
	p->def.seed = schedule_seed(text);
}

/* ---- one probe ---- */

static int
take_role(struct reading *r, int at, cfg_t *cfg, struct probe_conf *p)
{
	const char *text = given(cfg, "role");
	enum role role;

	if (text == NULL)
		return 0;
	if (!role_parse(text, &role))
		return mistake(r, at, "role",
		    "\"%.40s\" is not known; one of: gateway, isp, internet, reflector, throughput",
		    text);
	if ((role == ROLE_THROUGHPUT) != (p->def.kind == KIND_HTTP))
		return mistake(r, at, "role",
		    "throughput is the role of http probes, and of no other");
	p->def.role = role;
	return 0;
}

static int
take_address(
    struct reading *r, int at, cfg_t *cfg, const char *option, struct probe_conf *p)
{
	const char *text = given(cfg, option), *why;
	uint8_t address[16];

	if (text == NULL)
		return mistake(
		    r, at, NULL, "%s is missing; write %s = \"ADDRESS\"", option, option);
	if (!units_address(text, &p->def.family, address, &why))
		return mistake(r, at, option, "\"%.60s\" is none; write %s", text, why);
	/* One spelling: probes to one address are one target. */
	inet_ntop(p->def.family == 4 ? AF_INET : AF_INET6, address, p->address,
	    sizeof p->address);
	return 0;
}

static int
take_port(struct reading *r, int at, cfg_t *cfg, struct probe_conf *p)
{
	const char *text = given(cfg, "port"), *why;

	if (text == NULL && p->port == 0)
		return mistake(r, at, NULL, "port is missing; write port = 443");
	if (text != NULL && !units_port(text, &p->port, &why))
		return mistake(r, at, "port", "\"%.40s\" is none; write %s", text, why);
	return 0;
}

static bool
domain_name(const char *text)
{
	size_t n = strlen(text), label = 0;

	if (n == 0 || n > 253)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '.') {
			if (label == 0 && n > 1)
				return false;
			label = 0;
		} else if (c <= ' ' || c > '~' || ++label > 63) {
			return false;
		}
	}
	return true;
}

static int
read_dns(struct reading *r, int at, cfg_t *cfg, struct probe_conf *p)
{
	static const char *const TYPES[] = {
	    "A", "AAAA", "NS", "MX", "TXT", "SOA", "PTR", "CNAME", NULL};

	if (take_address(r, at, cfg, "server", p) < 0 || take_port(r, at, cfg, p) < 0 ||
	    take_text(r, at, cfg, "name", p->query_name, sizeof p->query_name) < 0 ||
	    take_word(r, at, cfg, "type", TYPES, p->query_type, sizeof p->query_type) < 0)
		return -EINVAL;
	if (given(cfg, "name") == NULL)
		return mistake(
		    r, at, NULL, "name is missing; write name = \"example.com\"");
	if (!domain_name(p->query_name))
		return mistake(r, at, "name",
		    "\"%.60s\" is no domain name; write one like example.com",
		    p->query_name);
	return 0;
}

static int
take_streams(struct reading *r, int at, cfg_t *cfg, struct probe_conf *p)
{
	const char *text = given(cfg, "streams");

	if (text == NULL)
		return 0;
	if (strlen(text) != 1 || text[0] < '1' || text[0] > '0' + STREAMS_MOST)
		return mistake(r, at, "streams",
		    "\"%.40s\" is none; write a number of connections, 1 to %d", text,
		    STREAMS_MOST);
	p->streams = (unsigned)(text[0] - '0');
	return 0;
}

static int
read_http(struct reading *r, int at, cfg_t *cfg, struct probe_conf *p)
{
	static const char *const WAYS[] = {"down", "up", NULL};
	static const char *const SCHEMES[] = {"http", "https", NULL};
	char way[8] = "down";
	const char *text, *why;

	if (take_text(r, at, cfg, "url", p->url, sizeof p->url) < 0 ||
	    take_word(r, at, cfg, "direction", WAYS, way, sizeof way) < 0)
		return -EINVAL;
	p->upload = strcmp(way, "up") == 0;
	if (given(cfg, "url") == NULL)
		return mistake(r, at, NULL, "url is missing; write url = \"http://…\"");
	if (!units_url(p->url, SCHEMES) || strchr(p->url, '@') != NULL)
		return mistake(r, at, "url",
		    "\"%.60s\" is no URL; write http://HOST/PATH or https://…", p->url);
	if ((text = given(cfg, "max-bytes")) != NULL &&
	    !units_bytes(text, &p->max_bytes, &why))
		return mistake(
		    r, at, "max-bytes", "\"%.40s\" is none; write %s", text, why);
	if (p->max_bytes < 100000 || p->max_bytes > 10000000000ull)
		return mistake(r, at, "max-bytes", "out of range; from 100k to 10G");
	return take_streams(r, at, cfg, p);
}

static int
read_probe(struct reading *r, int link_at, struct link_conf *link, const char *kind_text,
    cfg_t *cfg)
{
	int at = outline_find(&r->outline, link_at, kind_text, cfg_title(cfg));
	enum kind kind;
	int rc = 0;

	if (!kind_parse(kind_text, &kind))
		return -EINVAL;
	if (link->n_probes >= PROBES_MOST)
		return mistake(r, at, NULL, "a link has at most %d probes; remove some",
		    PROBES_MOST);
	link->probes =
	    memory_grow(link->probes, link->n_probes + 1, sizeof *link->probes);
	struct probe_conf *p = &link->probes[link->n_probes++];
	if (check_name(r, at, kind_text, cfg_title(cfg)) < 0)
		return -EINVAL;
	probe_init(link, p, kind, cfg_title(cfg));
	p->line = outline_line(&r->outline, at, NULL);
	if (kind == KIND_PING || kind == KIND_TCP)
		rc = take_address(r, at, cfg, "address", p);
	if (rc == 0 && kind == KIND_TCP)
		rc = take_port(r, at, cfg, p);
	if (rc == 0 && kind == KIND_DNS)
		rc = read_dns(r, at, cfg, p);
	if (rc == 0 && kind == KIND_HTTP)
		rc = read_http(r, at, cfg, p);
	if (rc < 0 || take_role(r, at, cfg, p) < 0 ||
	    take_duration(r, at, cfg, "every",
	        kind == KIND_HTTP ? HTTP_LEAST : EVERY_LEAST, EVERY_MOST,
	        &p->def.every_ns) < 0 ||
	    take_duration(r, at, cfg, "timeout", TIMEOUT_LEAST, TIMEOUT_MOST,
	        &p->def.timeout_ns) < 0 ||
	    take_text(r, at, cfg, "network", p->def.network, sizeof p->def.network) < 0)
		return -EINVAL;
	if (kind == KIND_PING && p->def.every_ns < NS_PER_S &&
	    p->def.role != ROLE_REFLECTOR)
		return mistake(r, at, "every",
		    "faster than one a second is for hosts of your own; use 1s, or role = reflector");
	probe_finish(link, p);
	return 0;
}

/* ---- the link ---- */

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
	const char *text = given(cfg, "gateway"), *why;
	uint8_t address[16], family;

	strcpy(link->gateway, "auto");
	if (text == NULL)
		return 0;
	if (strcmp(text, "auto") != 0 && strcmp(text, "none") != 0 &&
	    !units_address(text, &family, address, &why))
		return mistake(r, at, "gateway",
		    "\"%.60s\" is none; write an address, auto or none", text);
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
	    r, at, cfg, "path-every", PATH_LEAST, EVERY_MOST, &link->path_every_ns);
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
