#include "reports/say.h"

#include <ctype.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST 9

static const struct language *const ALL[] = {&language_en, &language_de, &language_fr};

/* The language in use: a report is made in one. */
static struct {
	const struct language *language;
	GHashTable *said; /* NULL in English */
	size_t missed;
	const char *example;
} now;

/* Beside those built in; not ours. */
static const struct language *offered;

const struct language language_en = {"en", "en-GB", NULL, 0, false, false};

const struct language *
say_language(const char *code)
{
	for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
		if (strcmp(ALL[i]->code, code) == 0)
			return ALL[i];
	if (offered != NULL && strcmp(offered->code, code) == 0)
		return offered;
	return NULL;
}

void
say_offer(const struct language *l)
{
	offered = l;
}

void
say_use(const struct language *l)
{
	if (now.said != NULL)
		g_hash_table_destroy(now.said);
	now.said = NULL;
	now.language = l;
	if (l == NULL)
		return;
	now.missed = 0;
	now.example = NULL;
	if (l->n == 0)
		return;
	now.said = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < l->n; i++)
		g_hash_table_insert(now.said, (void *)(uintptr_t)l->list[i].english,
		    (void *)(uintptr_t)l->list[i].said);
}

const struct language *
say_used(void)
{
	return now.language != NULL ? now.language : &language_en;
}

size_t
say_missed(const char **example)
{
	if (example != NULL)
		*example = now.example;
	return now.missed;
}

const char *
say_data(const char *english)
{
	const char *said =
	    now.said != NULL ? g_hash_table_lookup(now.said, english) : NULL;

	return said != NULL ? said : english;
}

const char *
say_word(const char *english)
{
	const char *said = say_data(english);

	if (now.said != NULL && english[0] != '\0' &&
	    !g_hash_table_contains(now.said, english)) {
		now.missed++;
		now.example = english;
	}
	return said;
}

char *
say_numbers(char *text)
{
	for (char *p = text; say_used()->comma && (p = strchr(p, '.')) != NULL; p++)
		if (p > text && isdigit((unsigned char)p[-1]) &&
		    isdigit((unsigned char)p[1]))
			*p = ',';
	return text;
}

void
say_number(char *out, size_t room, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(out, room, format, list);
	va_end(list);
	say_numbers(out);
}

/* A count as it is printed, with its spaces between thousands, is it one? */
static bool
is_one(const char *count)
{
	if (say_used()->zero_is_one && (strcmp(count, "0") == 0 || count[0] == '\0'))
		return true;
	return strcmp(count, "1") == 0;
}

static void
put(char *out, size_t room, size_t *at, const char *text, size_t n)
{
	size_t left = room - 1 - *at;

	if (n > left) {
		n = left;
		while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(out + *at, text, n);
	*at += n;
	out[*at] = '\0';
}

/* The first of ${what} or, where there is none before it, the end of the form, outside of
 * the braces that stand within. */
static const char *
find(const char *p, const char *end, char what)
{
	unsigned depth = 0;

	for (; p < end && (depth > 0 || *p != what); p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && depth > 0)
			depth--;
	}
	return p;
}

static void put_all(char *out, size_t room, size_t *at, const char *p, const char *end,
    const char *const *args, size_t n);

/* What stands between braces; p is behind the brace. Result: behind the closing one. */
static const char *
put_place(char *out, size_t room, size_t *at, const char *p, const char *end,
    const char *const *args, size_t n)
{
	size_t which = (size_t)(*p - '1');
	const char *arg = which < n ? args[which] : "", *close = find(p, end, '}');

	if (close == end)
		return end;
	if (p[1] == '|') {
		const char *one = p + 2, *bar = find(one, close, '|');
		if (bar == close)
			return close + 1;
		if (is_one(arg))
			put_all(out, room, at, one, bar, args, n);
		else
			put_all(out, room, at, bar + 1, close, args, n);
	} else {
		put(out, room, at, arg, strlen(arg));
	}
	return close + 1;
}

static void
put_all(char *out, size_t room, size_t *at, const char *p, const char *end,
    const char *const *args, size_t n)
{
	while (p < end) {
		const char *brace = memchr(p, '{', (size_t)(end - p));
		put(out, room, at, p, (size_t)((brace != NULL ? brace : end) - p));
		if (brace == NULL)
			return;
		p = put_place(out, room, at, brace + 1, end, args, n);
	}
}

static void
say_list(char *out, size_t room, const char *english, va_list list)
{
	const char *args[MOST], *arg, *p = say_word(english);
	size_t n = 0, at = 0;

	if (room == 0)
		return;
	while ((arg = va_arg(list, const char *)) != NULL)
		if (n < MOST)
			args[n++] = arg;
	out[0] = '\0';
	put_all(out, room, &at, p, p + strlen(p), args, n);
}

void
say_with(char *out, size_t room, const char *english, ...)
{
	va_list list;

	va_start(list, english);
	say_list(out, room, english, list);
	va_end(list);
}

void
say_after(char *out, size_t room, const char *english, ...)
{
	size_t used = strlen(out);
	va_list list;

	if (used > 0 && used + 2 < room) {
		out[used++] = ' ';
		out[used] = '\0';
	}
	va_start(list, english);
	say_list(out + used, room - used, english, list);
	va_end(list);
}
