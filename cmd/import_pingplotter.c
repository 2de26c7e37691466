/*
 * import pingplotter: the text file PingPlotter exports, with its host table and its
 * samples:
 *
 *   Host Information
 *   5,gateway.lcl,10.0.0.1                     hop, name, address (- where it is unknown)
 *   Sample Information
 *   2025-11-26 17:36:26Z,*,1.21,…,24.35        time, milliseconds a hop
 *
 * A number is a reply, N/A is lost, * was not probed and gives no sample. The last hop is
 * the target: role internet, its name the probe's. Hops before it are named by their
 * address: those of a private network have the role gateway, the others isp. Hops without
 * an address never answered and are left out.
 */
#include "cmd/import_facts.h"
#include "cmd/import_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOPS 256

struct plot {
	struct probe_def hops[HOPS + 1]; /* by number, from 1; no name: not known */
	unsigned last;                   /* the target */
	char target[TEXT_ROOM];          /* what it is called */
	bool sampling;
};

/* The next field of a line that is cut up at commas; NULL after the last. */
static char *
next_field(char **rest)
{
	char *field = *rest;

	if (field == NULL)
		return NULL;
	*rest = strchr(field, ',');
	if (*rest != NULL)
		*(*rest)++ = '\0';
	return line_trim(field);
}

static void
take_host(struct plot *p, struct import *im, char *text)
{
	char *number = next_field(&text), *name = next_field(&text),
	     *address = next_field(&text);
	size_t digits = strspn(number, "0123456789");
	long hop = digits < 4 && number[digits] == '\0' ? strtol(number, NULL, 10) : 0;

	if (address == NULL || next_field(&text) != NULL || hop < 1 || hop > HOPS) {
		import_bad(im, "not a host: hop (1 to %d),name,address", HOPS);
		return;
	}
	if (strlen(name) >= TEXT_ROOM || strlen(address) >= 64) {
		import_bad(im, "not a host: its name or address is too long");
		return;
	}
	struct probe_def *d = &p->hops[hop];
	*d = (struct probe_def){.kind = KIND_PING};
	if ((unsigned)hop >= p->last) {
		p->last = (unsigned)hop;
		strcpy(p->target, name);
	}
	if (address[0] == '\0' || strcmp(address, "-") == 0)
		return;
	facts_name(d->name, address);
	strcpy(d->target, address);
	d->role = facts_role(address) == ROLE_GATEWAY ? ROLE_GATEWAY : ROLE_ISP;
}

/* All hosts are known: the last is the target. */
static int
settle_hosts(struct plot *p, struct import *im)
{
	struct probe_def *d = &p->hops[p->last];

	if (d->name[0] == '\0') {
		import_bad(im, p->last == 0 ? "samples, but no host above them"
		                            : "the last host has no address");
		return -EINVAL;
	}
	if (p->target[0] != '\0')
		facts_name(d->name, p->target);
	d->role = facts_role(d->target);
	p->sampling = true;
	return 0;
}

static bool
take_value(struct import *im, const char *value, unsigned hop, struct sample *s)
{
	s->rtt_ns = -1;
	s->outcome = OUTCOME_LOST;
	if (strcmp(value, "N/A") == 0)
		return true;
	if (!facts_ms(value, &s->rtt_ns)) {
		import_bad(im, "hop %u: %.40s: not milliseconds, N/A or *", hop, value);
		return false;
	}
	s->outcome = OUTCOME_REPLY;
	return true;
}

static void
take_sample(void *ctx, const struct plot *p, struct import *im, char *text)
{
	struct sample samples[HOPS + 1] = {0};
	bool taken[HOPS + 1] = {false};
	const char *why, *value;
	unsigned hop = 0;
	int64_t at;

	if (!import_time_instant(&im->zone, next_field(&text), &at, &why)) {
		import_bad(im, "%s", why);
		return;
	}
	while ((value = next_field(&text)) != NULL) {
		if (++hop > p->last)
			continue;
		samples[hop].time.ns = at;
		taken[hop] = strcmp(value, "*") != 0 && p->hops[hop].name[0] != '\0';
		if (taken[hop] && !take_value(im, value, hop, &samples[hop]))
			return;
	}
	if (hop != p->last) {
		import_bad(im, "%u values, but %u hosts", hop, p->last);
		return;
	}
	for (hop = 1; hop <= p->last; hop++)
		if (taken[hop] && !facts_put(ctx, im, &p->hops[hop], &samples[hop]))
			return;
}

static int
take_line(void *ctx, struct plot *p, struct import *im, char *text)
{
	if (text[0] == '\0' || strcmp(text, "Host Information") == 0)
		return 0;
	if (strcmp(text, "Sample Information") == 0)
		return settle_hosts(p, im);
	if (p->sampling)
		take_sample(ctx, p, im, text);
	else
		take_host(p, im, text);
	return 0;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct lines l = {.file = f};
	struct plot p = {.last = 0};
	char *text;
	int got, rc = 0;
	bool first = true;

	while (rc == 0 && (got = line_next(im, &l, &text)) > 0) {
		if (text == NULL)
			continue;
		text = line_trim(text);
		if (first && strcmp(text, "Host Information") != 0) {
			import_bad(im,
			    "not PingPlotter's text file with samples: it begins "
			    "with \"Host Information\"");
			rc = -EINVAL;
			break;
		}
		first = false;
		rc = take_line(ctx, &p, im, text);
	}
	if (rc == 0)
		rc = got;
	line_done(im, &l);
	return rc;
}

const struct import_format IMPORT_PINGPLOTTER = FACTS_FORMAT("pingplotter", read_file);
