#include "config/outline.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX    3
#define SECTIONS_MAX 8192 /* far above what anybody writes by hand */
#define OPTIONS_MAX  32768

enum token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_MARK,
	TOKEN_WRONG
};

struct scan {
	char *p, *end;
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

/* The parser after us takes some comments for words: let it see none. */
static void
blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n')
			*from = ' ';
}

static bool
begins(const struct scan *s, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, what, n) == 0;
}

/* Over one comment; false where it is never closed. */
static bool
skip_comment(struct scan *s)
{
	char *from = s->p;
	unsigned began = s->line;

	if (!begins(s, "/*")) {
		while (s->p < s->end && *s->p != '\n')
			s->p++;
		blank(from, s->p);
		return true;
	}
	for (s->p += 2; s->p < s->end && !begins(s, "*/"); s->p++)
		s->line += *s->p == '\n';
	if (s->p >= s->end) {
		wrong(s, began, "a comment begins here and is never closed with */");
		return false;
	}
	s->p += 2;
	blank(from, s->p);
	return true;
}

/* Over blanks and comments; false at a comment that is never closed. */
static bool
skip(struct scan *s)
{
	while (s->p < s->end) {
		if (*s->p == '\n' || *s->p == ' ' || *s->p == '\t' || *s->p == '\r') {
			s->line += *s->p == '\n';
			s->p++;
		} else if (begins(s, "#") || begins(s, "//") || begins(s, "/*")) {
			if (!skip_comment(s))
				return false;
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
		if (quote == '"' && begins(s, "${"))
			return wrong(s, began,
			    "variables of the environment are not for here; write the value itself");
		if (*s->p == '\\') {
			if (quote == '\'' || (!begins(s, "\\\"") && !begins(s, "\\\\")))
				return wrong(s, began,
				    "a backslash stands only before \" or \\, in double quotes; write the character itself, or \\\\");
			s->p++;
		}
		keep(s, *s->p);
	}
	if (s->p >= s->end)
		return wrong(s, began, "a quote is not closed; close it");
	s->p++;
	return s->token = TOKEN_STRING;
}

/* Signs in a bare word mean something to the parser after us, or nothing to anybody. */
static enum token
take_word(struct scan *s)
{
	static const char ENDS[] = " \t\r\n{}=,()+\"'#";

	while (s->p < s->end && strchr(ENDS, *s->p) == NULL) {
		if (strchr("!$&*;<>?[\\]^`|~", *s->p) != NULL) {
			char what[] =
			    "a ? stands outside of quotes; values with blanks or signs stand in quotes";
			what[2] = *s->p;
			return wrong(s, s->line, what);
		}
		keep(s, *s->p++);
	}
	return s->token = TOKEN_WORD;
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
	if (strchr("{}=,()+", *s->p) != NULL) {
		s->mark = *s->p++;
		return s->token = TOKEN_MARK;
	}
	if (*s->p == '"' || *s->p == '\'')
		take_string(s, *s->p);
	else
		take_word(s);
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
	if (o->n_sections >= SECTIONS_MAX) {
		wrong(s, line, "there are too many sections; at most 8192");
		return false;
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
	if (o->n_options >= OPTIONS_MAX) {
		wrong(s, line, "there are too many options; at most 32768");
		return false;
	}
	o->options = memory_grow(o->options, o->n_options + 1, sizeof *o->options);
	struct outline_option *n = &o->options[o->n_options++];
	memset(n, 0, sizeof *n);
	snprintf(n->name, sizeof n->name, "%.32s", name);
	n->line = line;
	n->section = section;
	return true;
}

/* The rest of "name = value". */
static bool
option(struct outline *o, struct scan *s, int at, const char *name, unsigned line)
{
	if (s->mark == '+') {
		wrong(s, line, "no option takes several values; write NAME = VALUE");
		return false;
	}
	next(s);
	if (s->token == TOKEN_WRONG)
		return false;
	if (s->token != TOKEN_WORD && s->token != TOKEN_STRING) {
		wrong(s, line, "a value is missing after the =; write NAME = VALUE");
		return false;
	}
	if (!add_option(o, s, at, name, line))
		return false;
	next(s);
	if (s->token == TOKEN_MARK && s->mark != '}') {
		wrong(s, s->token_line,
		    "one value was expected; values with blanks or signs stand in quotes");
		return false;
	}
	return s->token != TOKEN_WRONG;
}

/* name = value  |  kind title { … */
static bool
statement(struct outline *o, struct scan *s, int *at)
{
	char word[65], title[65], what[160];
	unsigned line = s->token_line;

	memcpy(word, s->text, sizeof word);
	next(s);
	if (s->token == TOKEN_MARK && (s->mark == '=' || s->mark == '+'))
		return option(o, s, *at, word, line);
	if (s->token == TOKEN_MARK && s->mark == '{') {
		snprintf(what, sizeof what, "%.32s has no name; write %.32s NAME { … }",
		    word, word);
		wrong(s, line, what);
		return false;
	}
	if (s->token == TOKEN_WORD || s->token == TOKEN_STRING) {
		if (s->length > 64) {
			wrong(s, s->token_line, "a name is a-z, 0-9 and -, at most 32");
			return false;
		}
		memcpy(title, s->text, sizeof title);
		next(s);
		if (s->token == TOKEN_MARK && s->mark == '{') {
			if (!add_section(o, s, *at, word, title, line))
				return false;
			*at = (int)o->n_sections - 1;
			next(s);
			return s->token != TOKEN_WRONG;
		}
	}
	if (s->token != TOKEN_WRONG) {
		snprintf(what, sizeof what,
		    "%.64s: neither an option (NAME = VALUE) nor a section (KIND NAME { … })",
		    word);
		wrong(s, line, what);
	}
	return false;
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
outline_read(struct outline *o, char *text, size_t len, char *err, size_t room)
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
			wrong(&s, s.token_line,
			    "an option (NAME = VALUE) or a section (KIND NAME { … }) was expected here");
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
