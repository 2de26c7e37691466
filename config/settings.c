/*
 * libconfuse reads the sections; every value is text to it and goes through units.h. A
 * first pass (outline.h) finds what it would let pass and the lines it does not keep.
 */
#include "config/reading.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/zone.h"
#include "config/text.h"
#include "config/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX     (1u << 20)
#define RETAIN_LEAST 10000000 /* a few days of one link */

/* clang-format off */
#define TEXT(name) CFG_STR(name, NULL, CFGF_NODEFAULT)
#define EVERY_PROBE TEXT("every"), TEXT("timeout"), TEXT("role"), TEXT("network")

static cfg_opt_t PING[] = {TEXT("address"), EVERY_PROBE, CFG_END()};
static cfg_opt_t TCP[] = {TEXT("address"), TEXT("port"), EVERY_PROBE, CFG_END()};
static cfg_opt_t DNS[] = {TEXT("server"), TEXT("port"), TEXT("name"), TEXT("type"), EVERY_PROBE,
	CFG_END()};
static cfg_opt_t HTTP[] = {TEXT("url"), TEXT("direction"), TEXT("max-bytes"), TEXT("streams"),
	EVERY_PROBE,
	CFG_END()};
static cfg_opt_t TARGETS[] = {TEXT("file"), TEXT("every"), TEXT("timeout"), CFG_END()};
static cfg_opt_t LINK[] = {
	TEXT("isp"), TEXT("contract"), TEXT("interface"), TEXT("source"), TEXT("source6"),
	TEXT("mark"), TEXT("gateway"), TEXT("medium"), TEXT("cpe-owner"), TEXT("ipv6"),
	TEXT("capacity-down"), TEXT("capacity-up"), TEXT("capture"),
	TEXT("throughput-budget"), TEXT("path-every"),
	CFG_SEC("ping", PING, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("tcp", TCP, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("dns", DNS, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("http", HTTP, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("targets", TARGETS, CFGF_MULTI | CFGF_TITLE),
	CFG_END()};
static cfg_opt_t CENTRE[] = {TEXT("name"), TEXT("timezone"),
	CFG_SEC("link", LINK, CFGF_MULTI | CFGF_TITLE), CFG_END()};
static cfg_opt_t CREDIT[] = {TEXT("clause"), TEXT("rule"), TEXT("metric"), TEXT("unit"),
	TEXT("part"), TEXT("round-to"), TEXT("amount"), TEXT("tiers"), TEXT("boundary"),
	TEXT("per-outage"), TEXT("beyond-target"), TEXT("consecutive"), TEXT("cap"), CFG_END()};
static cfg_opt_t DEADLINE[] = {TEXT("clause"), TEXT("what"), TEXT("within"), TEXT("anchor"),
	CFG_END()};
static cfg_opt_t CHRONIC[] = {TEXT("clause"), TEXT("outages"), TEXT("longer-than"),
	TEXT("within"), TEXT("total"), TEXT("single"), TEXT("notice"), TEXT("right"), CFG_END()};
static cfg_opt_t COMMITMENT[] = {TEXT("clause"), TEXT("metric"), TEXT("where"), TEXT("at-most"),
	TEXT("minimum"), TEXT("normal"), TEXT("maximum"), TEXT("over"), CFG_END()};
static cfg_opt_t CONTRACT[] = {TEXT("reference"), TEXT("follows"), TEXT("valid-from"),
	TEXT("valid-to"), TEXT("availability"), TEXT("period"), TEXT("profile"), TEXT("delta"),
	TEXT("intervals"), TEXT("chli"), TEXT("threshold"), TEXT("wait"), TEXT("probes"),
	TEXT("service-hours"), TEXT("holidays"), TEXT("maintenance"), TEXT("maintenance-most"),
	TEXT("maintenance-notice"), TEXT("min-outage"), TEXT("min-outage-boundary"),
	TEXT("grace"), TEXT("clock-start"), TEXT("clock-stop"), TEXT("pauses"), TEXT("counts"),
	TEXT("currency"), TEXT("monthly-charge"), TEXT("day-of-charge"), TEXT("credits-stack"),
	TEXT("cap"), TEXT("claim-window"),
	CFG_SEC("credit", CREDIT, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("deadline", DEADLINE, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("chronic", CHRONIC, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("commitment", COMMITMENT, CFGF_MULTI | CFGF_TITLE), CFG_END()};
static cfg_opt_t NOTIFY[] = {TEXT("mail"), TEXT("smtp"), TEXT("from"), TEXT("webhook"),
	TEXT("command"), TEXT("via"), CFG_END()};
static cfg_opt_t TOP[] = {TEXT("data-dir"), TEXT("clock"), TEXT("clock-bound"), TEXT("retain"),
	TEXT("retain-bytes"), TEXT("user"), TEXT("rrdcached"),
	TEXT("sign-key"), TEXT("sign-certificate"), TEXT("timestamp-authority"), TEXT("redact"),
	CFG_SEC("centre", CENTRE, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("contract", CONTRACT, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("notify", NOTIFY, CFGF_MULTI | CFGF_TITLE), CFG_END()};
/* clang-format on */

/* ---- sections ---- */

static int
read_centre(struct reading *r, cfg_t *cfg)
{
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, -1, "centre", title);
	struct link_def pattern;

	memset(&pattern, 0, sizeof pattern);
	if (check_name(r, at, "centre", title) < 0)
		return -EINVAL;
	snprintf(pattern.centre, sizeof pattern.centre, "%s", title);
	snprintf(pattern.centre_name, sizeof pattern.centre_name, "%s", title);
	strcpy(pattern.timezone, "UTC");
	if (take_text(r, at, cfg, "name", pattern.centre_name,
	        sizeof pattern.centre_name) < 0 ||
	    take_text(r, at, cfg, "timezone", pattern.timezone, sizeof pattern.timezone) <
	        0)
		return -EINVAL;
	if (!zone_exists(pattern.timezone))
		return mistake(r, at, "timezone",
		    "\"%.60s\" is not known; write one like Europe/London",
		    pattern.timezone);
	if (cfg_size(cfg, "link") == 0)
		return mistake(
		    r, at, NULL, "centre %s has no link; add link NAME { … }", title);
	for (unsigned i = 0; i < cfg_size(cfg, "link"); i++)
		if (read_link(r, at, &pattern, cfg_getnsec(cfg, "link", i)) < 0)
			return -EINVAL;
	return 0;
}

/* Over a network rrdcached would need paths of its own, and no link is this traffic's. */
static int
take_rrdcached(struct reading *r, cfg_t *cfg)
{
	struct settings *s = r->settings;
	const char *text = given(cfg, "rrdcached"), *path = text;

	if (text == NULL)
		return 0;
	if (strncmp(path, "unix:", 5) == 0)
		path += 5;
	if (path[0] != '/')
		return mistake(r, -1, "rrdcached",
		    "\"%.60s\" is no unix socket; write its whole path", text);
	if (strlen(path) >= sizeof s->rrdcached)
		return mistake(r, -1, "rrdcached",
		    "longer than %zu bytes, which no socket's path can be",
		    sizeof s->rrdcached - 1);
	strcpy(s->rrdcached, path);
	return 0;
}

static int
read_top(struct reading *r, cfg_t *cfg)
{
	static const char *const CLOCKS[] = {"kernel", "trusted", NULL};
	struct settings *s = r->settings;
	char clock[16] = "kernel";
	const char *text, *why;

	strcpy(s->data_dir, "/var/lib/linkwitness");
	s->clock_bound_ns = 100 * NS_PER_MS;
	s->retain_ns = 400ll * 86400 * NS_PER_S;
	strcpy(s->user, "nobody");
	if (take_text(r, -1, cfg, "data-dir", s->data_dir, sizeof s->data_dir - 64) < 0 ||
	    take_word(r, -1, cfg, "clock", CLOCKS, clock, sizeof clock) < 0 ||
	    take_duration(r, -1, cfg, "clock-bound", NS_PER_US, 10 * NS_PER_S,
	        &s->clock_bound_ns) < 0 ||
	    take_duration(r, -1, cfg, "retain", 86400 * NS_PER_S,
	        36600ll * 86400 * NS_PER_S, &s->retain_ns) < 0 ||
	    take_text(r, -1, cfg, "user", s->user, sizeof s->user) < 0 ||
	    take_rrdcached(r, cfg) < 0)
		return -EINVAL;
	s->clock_trusted = strcmp(clock, "trusted") == 0;
	if (s->data_dir[0] != '/')
		return mistake(r, -1, "data-dir",
		    "\"%.60s\" is not a whole path; begin it with /", s->data_dir);
	if ((text = given(cfg, "retain-bytes")) != NULL &&
	    !units_bytes(text, &s->retain_bytes, &why))
		return mistake(
		    r, -1, "retain-bytes", "\"%.40s\" is none; write %s", text, why);
	if (s->retain_bytes > 0 && s->retain_bytes < RETAIN_LEAST)
		return mistake(r, -1, "retain-bytes",
		    "%.40s is out of range; 0 for no limit, or at least 10M", text);
	if (read_sending(r, cfg) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "contract"); i++)
		if (read_contract(r, cfg_getnsec(cfg, "contract", i)) < 0)
			return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "centre"); i++)
		if (read_centre(r, cfg_getnsec(cfg, "centre", i)) < 0)
			return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "notify"); i++)
		if (read_notify(r, cfg_getnsec(cfg, "notify", i)) < 0)
			return -EINVAL;
	if (s->n_links == 0)
		return mistake(r, -1, NULL,
		    "there is no centre; add centre NAME { link NAME { … } }");
	return 0;
}

/* ---- what refers to what ---- */

static int
check_references(struct reading *r)
{
	const struct settings *s = r->settings;

	for (size_t i = 0; i < s->n_links; i++) {
		const struct link_def *d = &s->links[i].def;
		if (d->contract[0] == '\0' || settings_contract(s, d) != NULL)
			continue;
		int centre = outline_find(&r->outline, -1, "centre", d->centre);
		return mistake(r, outline_find(&r->outline, centre, "link", d->link),
		    "contract", "there is no contract \"%s\"; add contract %s { … }",
		    d->contract, d->contract);
	}
	for (size_t i = 0; i < s->n_notify; i++)
		if (check_via(r, &s->notify[i]) < 0)
			return -EINVAL;
	return check_versions(r);
}

/* ---- what there is ---- */

static const cfg_opt_t *
options_of(const char *kind)
{
	static const struct {
		const char *kind;
		const cfg_opt_t *options;
	} KINDS[] = {{"centre", CENTRE}, {"link", LINK}, {"contract", CONTRACT},
	    {"notify", NOTIFY}, {"ping", PING}, {"tcp", TCP}, {"dns", DNS},
	    {"http", HTTP}, {"targets", TARGETS}, {"credit", CREDIT},
	    {"deadline", DEADLINE}, {"chronic", CHRONIC}, {"commitment", COMMITMENT}};

	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
		if (strcmp(KINDS[i].kind, kind) == 0)
			return KINDS[i].options;
	return TOP;
}

static bool
is_there(const struct outline *o, int section, const char *name, bool is_section)
{
	const cfg_opt_t *c = options_of(section >= 0 ? o->sections[section].kind : "");

	for (; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0 && (c->type == CFGT_SEC) == is_section)
			return true;
	return false;
}

/* Names that mean nothing are told here, for libconfuse tells the line only nearly. */
static int
check_names(struct reading *r)
{
	const struct outline *o = &r->outline;
	static const char ADVICE[] = "linkwitness.conf(5) lists those that are";

	for (size_t i = 0; i < o->n_sections; i++) {
		const struct outline_section *c = &o->sections[i];
		if (!is_there(o, c->parent, c->kind, true))
			return mistake(r, (int)i, NULL,
			    "no such option or section \"%s\" here; %s", c->kind, ADVICE);
	}
	for (size_t i = 0; i < o->n_options; i++) {
		const struct outline_option *c = &o->options[i];
		if (!is_there(o, c->section, c->name, false))
			return mistake(
			    r, c->section, c->name, "no such option here; %s", ADVICE);
	}
	return 0;
}

/* ---- the file ---- */

static struct reading
    *current; /* libconfuse's error callback has no context of its own */

static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	char what[300];

	if (current->failed)
		return;
	vsnprintf(what, sizeof what, format, ap);
	current->failed = true;
	snprintf(current->err, current->room,
	    "%s:%d: %s; write NAME = VALUE or KIND NAME { … }", current->name, cfg->line,
	    what);
}

static int
parse_text(struct reading *r, const char *text)
{
	int rc = check_names(r);
	if (rc < 0)
		return rc;
	cfg_t *cfg = cfg_init(TOP, CFGF_NONE);
	rc = -EINVAL;

	if (cfg == NULL)
		return -ENOMEM;
	current = r;
	cfg_set_error_function(cfg, on_error);
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS && !r->failed)
		rc = read_top(r, cfg);
	else if (!r->failed)
		mistake(r, -1, NULL, "it cannot be understood");
	cfg_free(cfg);
	current = NULL;
	return rc < 0 || r->failed ? -EINVAL : check_references(r);
}

int
settings_parse(struct settings **out, const char *name, const char *text, size_t len,
    char *err, size_t room)
{
	struct settings *s = memory_grow(NULL, 1, sizeof *s);
	struct reading r = {.settings = s, .name = name, .err = err, .room = room};
	char what[400] = "";
	unsigned line = 0;
	int rc = -EINVAL;

	memset(s, 0, sizeof *s);
	digest_hex(s->sha256, text, len, NULL, 0);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	/* An end of line after all, and a NUL: what libconfuse wants of a text. */
	char *copy = memory_grow(NULL, len + 2, 1);
	memcpy(copy, text, len);
	memcpy(copy + len, "\n", 2);
	if (len > FILE_MAX) {
		line = 1;
		snprintf(what, sizeof what,
		    "it is larger than 1 MiB; that is no configuration");
	}
	if (line == 0)
		line = text_read(copy, len, what, sizeof what);
	if (line == 0)
		line = outline_read(&r.outline, copy, len, what, sizeof what);
	if (line != 0)
		snprintf(err, room, "%s:%u: %s", name, line, what);
	else
		rc = parse_text(&r, copy);
	s->text = copy;
	outline_done(&r.outline);
	if (rc < 0) {
		settings_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

int
settings_load(struct settings **out, const char *path, char *err, size_t room)
{
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	int rc = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = -errno;
		snprintf(
		    err, room, "%.400s: %s; name the file with -c", path, strerror(-rc));
	} else if (!S_ISREG(st.st_mode)) {
		rc = -ENOTSUP;
		snprintf(
		    err, room, "%s: not a regular file; name the file with -c", path);
	} else if (st.st_size > FILE_MAX) {
		rc = -EINVAL;
		snprintf(err, room,
		    "%s:1: it is larger than 1 MiB; that is no configuration", path);
	}
	if (rc == 0) {
		text = memory_grow(NULL, FILE_MAX + 2, 1);
		for (ssize_t got; n <= FILE_MAX &&
		                  (got = read(fd, text + n, FILE_MAX + 1 - n)) != 0;) {
			if (got < 0) {
				rc = -errno;
				snprintf(err, room, "%s: %s", path, strerror(errno));
				break;
			}
			n += (size_t)got;
		}
	}
	if (rc == 0)
		rc = settings_parse(out, path, text, n, err, room);
	free(text);
	if (fd >= 0)
		close(fd);
	return rc;
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_links; i++) {
		for (size_t k = 0; k < s->links[i].n_lists; k++)
			free(s->links[i].lists[k].targets);
		free(s->links[i].lists);
		free(s->links[i].probes);
	}
	free(s->links);
	free(s->contracts);
	free(s->notify);
	free(s->text);
	free(s);
}

const struct link_conf *
settings_link(const struct settings *s, const char *centre, const char *link)
{
	for (size_t i = 0; s != NULL && i < s->n_links; i++)
		if (strcmp(s->links[i].def.centre, centre) == 0 &&
		    strcmp(s->links[i].def.link, link) == 0)
			return &s->links[i];
	return NULL;
}
