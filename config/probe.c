#include "config/reading.h"

#include "base/bytes.h"
#include "base/schedule.h"
#include "config/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EVERY_LEAST   (10 * NS_PER_MS)
#define EVERY_MOST    (86400 * NS_PER_S)
#define TIMEOUT_LEAST (100 * NS_PER_MS)
#define TIMEOUT_MOST  (10 * NS_PER_S)
#define HTTP_LEAST    (60 * NS_PER_S)
#define STREAMS_USUAL 4
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

/* The address that stands before an interface, if there is one. */
static bool
read_host(const char *text, uint8_t *family, uint8_t address[16], const char **why)
{
	char host[INET6_ADDRSTRLEN];
	size_t n = strcspn(text, "%");

	snprintf(host, sizeof host, "%.*s", n < sizeof host ? (int)n : 0, text);
	return units_address(host, family, address, why);
}

int
take_host(struct reading *r, int at, const char *option, const struct link_conf *link,
    const char *text, const char *wanted, char *out, size_t room)
{
	const char *why, *by = link->def.interface, *of = strchr(text, '%');
	uint8_t address[16], family;
	char host[INET6_ADDRSTRLEN];

	if (!read_host(text, &family, address, &why))
		return mistake(r, at, option, "\"%.60s\" is none; write %s", text,
		    wanted != NULL ? wanted : why);
	inet_ntop(family == 4 ? AF_INET : AF_INET6, address, host, sizeof host);
	bool near = units_link_local(family, address);
	if (!near && of != NULL)
		return mistake(r, at, option,
		    "\"%.60s\" is not on one interface alone; write %s", text, host);
	if (near && by[0] == '\0')
		return mistake(r, at, option,
		    "\"%.60s\" is on one interface alone; write interface in the link, too",
		    text);
	if (of != NULL && strcmp(of + 1, by) != 0)
		return mistake(r, at, option,
		    "\"%.60s\" is not of the link's interface; write %s%%%s", text, host,
		    by);
	if (near)
		snprintf(out, room, "%s%%%s", host, by);
	else
		snprintf(out, room, "%s", host);
	return 0;
}

uint8_t
settings_address(const struct probe_conf *p, uint8_t out[16])
{
	uint8_t family;
	const char *why;

	return read_host(p->address, &family, out, &why) ? family : 0;
}

bool
settings_is_source(const struct link_conf *link, uint8_t family, const uint8_t *address)
{
	const char *why, *text = family == 4 ? link->source : link->source6;
	uint8_t want[16], of;

	return units_address(text, &of, want, &why) && of == family &&
	       memcmp(want, address, family == 4 ? 4 : 16) == 0;
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
	char text[128];

	if (p->def.kind == KIND_HTTP) {
		snprintf(p->def.target, sizeof p->def.target, "%.255s", p->url);
	} else if ((p->def.family = settings_address(p, address)) != 0) {
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

/* ---- what each kind says ---- */

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

/* One spelling: probes to one address are one target. */
static int
take_address(struct reading *r, int at, cfg_t *cfg, const char *option,
    const struct link_conf *link, struct probe_conf *p)
{
	const char *text = given(cfg, option);

	if (text == NULL)
		return mistake(
		    r, at, NULL, "%s is missing; write %s = \"ADDRESS\"", option, option);
	return take_host(r, at, option, link, text, NULL, p->address, sizeof p->address);
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
read_dns(struct reading *r, int at, cfg_t *cfg, const struct link_conf *link,
    struct probe_conf *p)
{
	static const char *const TYPES[] = {
	    "A", "AAAA", "NS", "MX", "TXT", "SOA", "PTR", "CNAME", NULL};

	if (take_address(r, at, cfg, "server", link, p) < 0 ||
	    take_port(r, at, cfg, p) < 0 ||
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

int
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
		rc = take_address(r, at, cfg, "address", link, p);
	if (rc == 0 && kind == KIND_TCP)
		rc = take_port(r, at, cfg, p);
	if (rc == 0 && kind == KIND_DNS)
		rc = read_dns(r, at, cfg, link, p);
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
