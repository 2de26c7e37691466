#include "config/outline.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 3

enum token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_MARK,
	TOKEN_WRONG
};

struct scan {
	const char *p, *end;
	unsigned line, token_line;
	enum token token;
	char text[65]; /* of a word or string, cut */
	size_t length; /* uncut */
	char mark;
	char *err;
	size_t room;
};

static enum token
wrong(struct scan *s, unsigned line, const char *what)
{
	snprintf(s->err, s->room, "%s", what);
	s->token_line = line;
	return s->token = TOKEN_WRONG;
}

static void
keep(struct scan *s, char c)
{
	if (s->length < sizeof s->text - 1)
		s->text[s->length] = c;
	s->length++;
}

/* Over blanks and comments; false at a comment that is never closed. */
static bool
skip(struct scan *s)
{
	while (s->p < s->end) {
		if (*s->p == '\n') {
			s->line++;
			s->p++;
		} else if (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' ||
		           *s->p == '\f') {
			s->p++;
		} else if (*s->p == '#' ||
		           (s->end - s->p > 1 && s->p[0] == '/' && s->p[1] == '/')) {
			while (s->p < s->end && *s->p != '\n')
				s->p++;
		} else if (s->end - s->p > 1 && s->p[0] == '/' && s->p[1] == '*') {
			unsigned began = s->line;
			for (s->p += 2;
			     s->end - s->p > 1 && !(s->p[0] == '*' && s->p[1] == '/');
			     s->p++)
				s->line += *s->p == '\n';
			if (s->end - s->p < 2) {
				wrong(s, began,
				    "a comment begins here and is never closed with */");
				return false;
			}
			s->p += 2;
		} else {
			break;
		}
	}
	return true;
}

static enum token
take_string(struct scan *s, char quote)
{
	unsigned began = s->line;

	for (s->p++; s->p < s->end && *s->p != quote; s->p++) {
		if (*s->p == '\n')
			return wrong(
			    s, began, "a quote is not closed on its line; close it");
		if (quote == '"' && *s->p == '$' && s->end - s->p > 1 && s->p[1] == '{')
			return wrong(s, began,
			    "variables of the environment are not for here; write the value itself");
		if (quote == '"' && *s->p == '\\' && s->end - s->p > 1)
			s->p++;
		keep(s, *s->p);
	}
	if (s->p >= s->end)
		return wrong(s, began, "a quote is not closed; close it");
	s->p++;
	return s->token = TOKEN_STRING;
}

static enum token
next(struct scan *s)
{
	s->length = 0;
	if (!skip(s))
		return s->token;
	s->token_line = s->line;
	if (s->p >= s->end)
		return s->token = TOKEN_END;
	char c = *s->p;
	if (c == '"' || c == '\'') {
		take_string(s, c);
	} else if (strchr("{}=,()+", c) != NULL) {
		s->mark = c;
		s->p++;
		return s->token = TOKEN_MARK;
	} else {
		while (s->p < s->end && strchr(" \t\r\n\f{}=,()+\"'#", *s->p) == NULL)
			keep(s, *s->p++);
		s->token = TOKEN_WORD;
	}
	s->text[s->length < sizeof s->text - 1 ? s->length : sizeof s->text - 1] = '\0';
	return s->token;
}

/* ---- what is found ---- */

static bool
is_probe(const char *kind)
{
	return strcmp(kind, "ping") == 0 || strcmp(kind, "tcp") == 0 ||
	       strcmp(kind, "dns") == 0 || strcmp(kind, "http") == 0;
}

static bool
add_section(struct outline *o, struct scan *s, int parent, const char *kind,
    const char *title, unsigned line)
{
	for (size_t i = 0; i < o->n_sections; i++) {
		const struct outline_section *q = &o->sections[i];
		bool kin =
		    strcmp(q->kind, kind) == 0 || (is_probe(q->kind) && is_probe(kind));
		if (q->parent == parent && kin && strcmp(q->title, title) == 0) {
			char what[240];
			snprintf(what, sizeof what,
			    "%s %s: the name is taken by the %s of line %u; give it another",
			    kind, title, q->kind, q->open_line);
			wrong(s, line, what);
			return false;
		}
	}
	o->sections = memory_grow(o->sections, o->n_sections + 1, sizeof *o->sections);
	struct outline_section *n = &o->sections[o->n_sections++];
	memset(n, 0, sizeof *n);
	snprintf(n->kind, sizeof n->kind, "%.32s", kind);
	snprintf(n->title, sizeof n->title, "%s", title);
	n->open_line = line;
	n->parent = parent;
	return true;
}

static bool
add_option(
    struct outline *o, struct scan *s, int section, const char *name, unsigned line)
{
	for (size_t i = 0; i < o->n_options; i++) {
		if (o->options[i].section == section &&
		    strcmp(o->options[i].name, name) == 0) {
			char what[160];
			snprintf(what, sizeof what,
			    "%.32s is given a second time; line %u has it already, keep one",
			    name, o->options[i].line);
			wrong(s, line, what);
			return false;
		}
	}
	o->options = memory_grow(o->options, o->n_options + 1, sizeof *o->options);
	struct outline_option *n = &o->options[o->n_options++];
	memset(n, 0, sizeof *n);
	snprintf(n->name, sizeof n->name, "%.32s", name);
	n->line = line;
	n->section = section;
	return true;
}

/* word = value  |  word [title] { … }, with what libconfuse says of the rest. */
static bool
statement(struct outline *o, struct scan *s, int *at)
{
	char word[65], title[65] = "";
	unsigned line = s->token_line;

	memcpy(word, s->text, sizeof word);
	next(s);
	if (s->token == TOKEN_MARK && (s->mark == '=' || s->mark == '+')) {
		while (s->token == TOKEN_MARK && (s->mark == '=' || s->mark == '+'))
			next(s);
		if (s->token == TOKEN_WRONG)
			return false;
		if (s->token != TOKEN_WORD && s->token != TOKEN_STRING) {
			wrong(s, line, "a value is missing after the =");
			return false;
		}
		if (!add_option(o, s, *at, word, line))
			return false;
		next(s);
		return s->token != TOKEN_WRONG;
	}
	if (s->token == TOKEN_WORD || s->token == TOKEN_STRING) {
		if (s->length > 64) {
			wrong(s, s->token_line, "a name is a-z, 0-9 and -, at most 32");
			return false;
		}
		memcpy(title, s->text, sizeof title);
		next(s);
	}
	if (s->token != TOKEN_MARK || s->mark != '{') {
		if (s->token != TOKEN_WRONG) {
			char what[160];
			snprintf(what, sizeof what,
			    "%.64s: neither an option (NAME = VALUE) nor a section (KIND NAME { … })",
			    word);
			wrong(s, line, what);
		}
		return false;
	}
	if (!add_section(o, s, *at, word, title, line))
		return false;
	*at = (int)o->n_sections - 1;
	next(s);
	return s->token != TOKEN_WRONG;
}

static unsigned
depth(const struct outline *o, int section)
{
	unsigned n = 0;

	for (; section >= 0; section = o->sections[section].parent)
		n++;
	return n;
}

unsigned
outline_read(struct outline *o, const char *text, size_t len, char *err, size_t room)
{
	struct scan s = {
	    .p = text, .end = text + len, .line = 1, .err = err, .room = room};
	int at = -1;

	memset(o, 0, sizeof *o);
	next(&s);
	while (s.token != TOKEN_END && s.token != TOKEN_WRONG) {
		if (s.token == TOKEN_MARK && s.mark == '}') {
			if (at < 0) {
				wrong(&s, s.token_line,
				    "a } with no section open; remove it");
				break;
			}
			o->sections[at].close_line = s.token_line;
			at = o->sections[at].parent;
			next(&s);
		} else if (s.token != TOKEN_WORD) {
			wrong(
			    &s, s.token_line, "an option or a section was expected here");
		} else if (statement(o, &s, &at) && depth(o, at) > DEPTH_MAX) {
			wrong(&s, s.token_line, "sections are nested too deep");
		}
	}
	if (s.token == TOKEN_END && at >= 0)
		snprintf(err, room, "%.32s %.64s is never closed; its } is missing",
		    o->sections[at].kind, o->sections[at].title);
	if (s.token == TOKEN_END && at >= 0)
		return o->sections[at].open_line;
	return s.token == TOKEN_WRONG ? s.token_line : 0;
}

void
outline_done(struct outline *o)
{
	free(o->sections);
	free(o->options);
	memset(o, 0, sizeof *o);
}

int
outline_find(const struct outline *o, int parent, const char *kind, const char *title)
{
	for (size_t i = 0; i < o->n_sections; i++)
		if (o->sections[i].parent == parent &&
		    strcmp(o->sections[i].kind, kind) == 0 &&
		    strcmp(o->sections[i].title, title) == 0)
			return (int)i;
	return -1;
}

unsigned
outline_line(const struct outline *o, int section, const char *option)
{
	for (size_t i = 0; option != NULL && i < o->n_options; i++)
		if (o->options[i].section == section &&
		    strcmp(o->options[i].name, option) == 0)
			return o->options[i].line;
	return section >= 0 ? o->sections[section].open_line : 1;
}
