#include "cmd/whose.h"

#include "base/bytes.h"
#include "base/link.h"
#include "cmd/timespec.h"
#include "config/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUTURE_NS (60 * NS_PER_S) /* clocks of two people may differ by as much */

struct found {
	struct link_def *v;
	size_t n;
};

static void
add(struct found *f, const struct link_def *def)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].centre, def->centre) == 0 &&
		    strcmp(f->v[i].link, def->link) == 0)
			return;
	f->v = memory_grow(f->v, f->n + 1, sizeof *f->v);
	f->v[f->n++] = *def;
}

/* The configuration first: what it says of a zone today holds. */
static void
list_links(struct found *f, const struct options *o)
{
	struct journal_reader *r = NULL;
	char err[512];
	size_t n;

	for (size_t i = 0; o->settings != NULL && i < o->settings->n_links; i++)
		add(f, &o->settings->links[i].def);
	if (journal_read(&r, o->data_dir, err, sizeof err) < 0)
		return;
	const struct link_def *defs = journal_links(r, &n);
	for (size_t i = 0; i < n; i++)
		add(f, &defs[i]);
	journal_reader_free(r);
}

size_t
whose_named(const struct link_def *defs, size_t n, const char *name, char *out,
    size_t room, size_t *last)
{
	size_t matches = 0, used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (name != NULL && !link_is_named(name, defs[i].centre, defs[i].link))
			continue;
		if (used < room)
			used += (size_t)snprintf(out + used, room - used, "%s%s/%s",
			    matches > 0 ? ", " : "", defs[i].centre, defs[i].link);
		*last = i;
		matches++;
	}
	return matches;
}

int
whose_link(struct whose *out, const struct options *o)
{
	struct found f = {0};
	char names[1024];
	size_t which = 0;
	int status = 0;

	if (o->n_links != 1)
		return complain(
		    EXIT_USAGE, "say whose it is: --link CENTRE/LINK (one link)");
	list_links(&f, o);
	size_t n = whose_named(f.v, f.n, o->links[0], names, sizeof names, &which);
	if (n > 1) {
		status = complain(
		    EXIT_USAGE, "--link %s: there are several: %s", o->links[0], names);
	} else if (n == 0) {
		size_t any = whose_named(f.v, f.n, NULL, names, sizeof names, &which);
		status = any > 0
		             ? complain(EXIT_USAGE,
		                   "--link %s: there is none of that name; there are: %s",
		                   o->links[0], names)
		             : complain(EXIT_USAGE,
		                   "--link %s: no link is known here; give -c or --data",
		                   o->links[0]);
	} else {
		const struct link_def *def = &f.v[which];
		memcpy(out->centre, def->centre, sizeof out->centre);
		memcpy(out->link, def->link, sizeof out->link);
		snprintf(out->zone, sizeof out->zone, "%s", link_zone(def));
	}
	free(f.v);
	return status;
}

int
whose_time(int64_t *out, const struct whose *w, const char *option, const char *text,
    bool future)
{
	int64_t now = clock_wall().ns / NS_PER_US * NS_PER_US;

	*out = now;
	if (text != NULL && !timespec_parse(text, w->zone, now, out))
		return complain(EXIT_USAGE,
		    "%s %s: write a time (2026-10-03T14:00), a day, a span back (-2h) or now",
		    option, text);
	if (!future && *out > now + FUTURE_NS)
		return complain(EXIT_USAGE, "%s %s: that is yet to come", option, text);
	return 0;
}

int
whose_text(const char *option, const char *text, size_t most)
{
	char err[200];

	if (text[0] == '\0')
		return complain(EXIT_USAGE, "%s: it is empty", option);
	if (strlen(text) > most)
		return complain(EXIT_USAGE, "%s: longer than %zu bytes; make it shorter",
		    option, most);
	if (text_read(text, strlen(text), err, sizeof err) != 0)
		return complain(EXIT_USAGE, "%s: %s", option, err);
	if (strpbrk(text, "\r\n") != NULL)
		return complain(EXIT_USAGE, "%s: write it on one line", option);
	return 0;
}

bool
whose_is_asked(const struct options *o, const char *centre, const char *link)
{
	for (size_t i = 0; i < o->n_links; i++)
		if (link_is_named(o->links[i], centre, link))
			return true;
	return o->n_links == 0;
}

const char *
whose_zone(const struct options *o, const char *centre)
{
	for (size_t i = 0; o->settings != NULL && i < o->settings->n_links; i++)
		if (strcmp(o->settings->links[i].def.centre, centre) == 0)
			return o->settings->links[i].def.timezone;
	return "UTC";
}
