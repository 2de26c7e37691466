/*
 * The text was accepted by outline_read and its comments are blank: what is left is
 * NAME = VALUE and KIND TITLE { … }, strings in double quotes.
 */
#include "config/excerpt.h"

#include "base/bytes.h"

#include <ctype.h>
#include <string.h>

struct cut {
	const struct settings *s;
	const struct link_def *const *links;
	size_t n_links;
	unsigned redact;
	const char *at;
	struct bytes out;
	char centre[NAME_ROOM]; /* the one at hand */
};

struct word {
	const char *p;
	size_t n;
};

static void
skip_blank(struct cut *c)
{
	while (*c->at != '\0' && isspace((unsigned char)*c->at))
		c->at++;
}

static struct word
next_word(struct cut *c)
{
	struct word w = {c->at, 0};

	if (*c->at == '"') {
		c->at++;
		while (*c->at != '\0' && *c->at != '"')
			c->at += c->at[0] == '\\' && c->at[1] != '\0' ? 2 : 1;
		c->at += *c->at == '"';
	} else {
		while (*c->at != '\0' && !isspace((unsigned char)*c->at) &&
		       strchr("{}=\"", *c->at) == NULL)
			c->at++;
	}
	w.n = (size_t)(c->at - w.p);
	return w;
}

static bool
says(const struct word *w, const char *text)
{
	size_t n = w->n, quotes = n >= 2 && w->p[0] == '"';

	return strlen(text) == n - 2 * quotes &&
	       memcmp(w->p + quotes, text, n - 2 * quotes) == 0;
}

static bool
is_one_of(const struct word *w, const char *const *words)
{
	for (; *words != NULL; words++)
		if (says(w, *words))
			return true;
	return false;
}

/* ---- what is wanted ---- */

static const struct contract_conf *
contract_named(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n_contracts; i++)
		if (strcmp(s->contracts[i].name, name) == 0)
			return &s->contracts[i];
	return NULL;
}

/* Is ${a} the contract ${b}, or a version after it? */
static bool
is_after(const struct settings *s, const char *a, const char *b)
{
	for (size_t i = 0; i <= s->n_contracts; i++) {
		if (strcmp(a, b) == 0)
			return true;
		const struct contract_conf *c = contract_named(s, a);
		if (c == NULL || c->follows[0] == '\0')
			return false;
		a = c->follows;
	}
	return false;
}

static bool
wants_contract(const struct cut *c, const struct word *title)
{
	const struct settings *s = c->s;
	const char *name = NULL;

	for (size_t i = 0; i < s->n_contracts; i++)
		if (says(title, s->contracts[i].name))
			name = s->contracts[i].name;
	for (size_t i = 0; name != NULL && i < s->n_links; i++) {
		const struct link_def *d = &s->links[i].def;
		if (d->contract[0] == '\0' ||
		    (!is_after(s, name, d->contract) && !is_after(s, d->contract, name)))
			continue;
		for (size_t k = 0; k < c->n_links; k++)
			if (strcmp(c->links[k]->centre, d->centre) == 0 &&
			    strcmp(c->links[k]->link, d->link) == 0)
				return true;
	}
	return false;
}

static bool
wants_link(const struct cut *c, const struct word *link)
{
	for (size_t i = 0; i < c->n_links; i++)
		if (strcmp(c->links[i]->centre, c->centre) == 0 &&
		    (link == NULL || says(link, c->links[i]->link)))
			return true;
	return false;
}

static bool
wants_section(
    struct cut *c, unsigned depth, const struct word *kind, const struct word *title)
{
	static const char *const PROBES[] = {"ping", "tcp", "dns", "http", NULL};

	if (depth == 0 && says(kind, "centre")) {
		size_t quotes = title->n >= 2 && title->p[0] == '"';
		size_t n = title->n - 2 * quotes;
		if (n >= sizeof c->centre)
			return false;
		memcpy(c->centre, title->p + quotes, n);
		c->centre[n] = '\0';
		return wants_link(c, NULL);
	}
	if (depth == 0)
		return says(kind, "contract") && wants_contract(c, title);
	if (says(kind, "link"))
		return wants_link(c, title);
	if (is_one_of(kind, PROBES))
		return !(c->redact & REDACT_ADDRESSES);
	return !says(kind, "targets");
}

static bool
wants_option(const struct cut *c, unsigned depth, const struct word *name)
{
	static const char *const TOP[] = {"clock", "clock-bound", NULL};
	static const char *const AT_HOME[] = {"mark", NULL};
	static const char *const ADDRESSES[] = {"source", "source6", "gateway", NULL};

	if (depth == 0)
		return is_one_of(name, TOP);
	if (is_one_of(name, AT_HOME))
		return false;
	if (says(name, "name") && depth == 1)
		return !(c->redact & REDACT_NAMES);
	return !(c->redact & REDACT_ADDRESSES) || !is_one_of(name, ADDRESSES);
}

/* ---- writing ---- */

static void
say(struct cut *c, const char *text)
{
	bytes_put(&c->out, text, strlen(text));
}

static void
indent(struct cut *c, unsigned depth)
{
	while (depth-- > 0)
		say(c, "    ");
}

static void
say_option(struct cut *c, unsigned depth, const struct word *name, bool keep)
{
	c->at++;
	skip_blank(c);
	struct word value = next_word(c);

	if (!keep)
		return;
	indent(c, depth);
	bytes_put(&c->out, name->p, name->n);
	say(c, " = ");
	bytes_put(&c->out, value.p, value.n);
	say(c, "\n");
}

/* All up to the brace that closes: ${keep} says whether any of it is wanted. */
static void
cut_body(struct cut *c, unsigned depth, bool keep)
{
	for (;;) {
		skip_blank(c);
		if (*c->at == '\0')
			return;
		if (*c->at == '}') {
			c->at++;
			return;
		}
		const char *before = c->at;
		struct word kind = next_word(c), title = {"", 0};
		skip_blank(c);
		if (*c->at == '=') {
			say_option(
			    c, depth, &kind, keep && wants_option(c, depth, &kind));
			continue;
		}
		if (*c->at != '{')
			title = next_word(c);
		skip_blank(c);
		if (*c->at == '{')
			c->at++;
		else if (c->at == before)
			c->at++; /* nothing we know: it must come to an end all the same
			          */
		bool wanted = keep && wants_section(c, depth, &kind, &title);
		if (wanted) {
			indent(c, depth);
			bytes_put(&c->out, kind.p, kind.n);
			say(c, " ");
			bytes_put(&c->out, title.p, title.n);
			say(c, " {\n");
		}
		if (depth < 8)
			cut_body(c, depth + 1, wanted);
		if (wanted) {
			indent(c, depth);
			say(c, "}\n");
		}
	}
}

char *
excerpt_of(const struct settings *s, const struct link_def *const *links, size_t n,
    unsigned redact)
{
	struct cut c = {.s = s, .links = links, .n_links = n, .redact = redact};

	if (s->text == NULL)
		return NULL;
	c.at = s->text;
	cut_body(&c, 0, true);
	bytes_u8(&c.out, 0);
	return (char *)c.out.p;
}
