/* The value of an option, taken or told to be wrong, with the line it stands in. */
#include "config/reading.h"

#include "config/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
mistake(struct reading *r, int section, const char *option, const char *format, ...)
{
	char what[400];
	va_list ap;

	if (r->failed)
		return -EINVAL;
	r->failed = true;
	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	snprintf(r->err, r->room, "%s:%u: %s%s%s", r->name,
	    outline_line(&r->outline, section, option), option != NULL ? option : "",
	    option != NULL ? ": " : "", what);
	return -EINVAL;
}

const char *
given(cfg_t *cfg, const char *option)
{
	return cfg_size(cfg, option) > 0 ? cfg_getstr(cfg, option) : NULL;
}

int
take_text(struct reading *r, int section, cfg_t *cfg, const char *option, char *out,
    size_t room)
{
	const char *text = given(cfg, option);

	if (text == NULL)
		return 0;
	if (strlen(text) >= room)
		return mistake(r, section, option, "%zu bytes are too many; at most %zu",
		    strlen(text), room - 1);
	if (strchr(text, '\t') != NULL)
		return mistake(r, section, option, "a tab is in it; write a blank");
	snprintf(out, room, "%s", text);
	return 0;
}

int
take_duration(struct reading *r, int section, cfg_t *cfg, const char *option,
    int64_t least, int64_t most, int64_t *out)
{
	const char *text = given(cfg, option), *why;
	char a[32], b[32];
	int64_t v;

	if (text == NULL)
		return 0;
	if (!units_duration(text, &v, &why))
		return mistake(
		    r, section, option, "\"%.40s\" is no duration; write %s", text, why);
	if (v < least || v > most) {
		units_print_duration(least, a, sizeof a);
		units_print_duration(most, b, sizeof b);
		return mistake(r, section, option, "%.40s is out of range; from %s to %s",
		    text, a, b);
	}
	*out = v;
	return 0;
}

int
take_choice(struct reading *r, int section, cfg_t *cfg, const char *option,
    const char *const *words, int otherwise)
{
	const char *text = given(cfg, option);
	char all[200] = "";

	if (text == NULL)
		return otherwise;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s",
		    i > 0 ? ", " : "", words[i]);
	}
	return mistake(
	    r, section, option, "\"%.40s\" is not known; one of: %s", text, all);
}

int
take_word(struct reading *r, int section, cfg_t *cfg, const char *option,
    const char *const *words, char *out, size_t room)
{
	const char *text = given(cfg, option);

	if (take_choice(r, section, cfg, option, words, 0) < 0)
		return -EINVAL;
	if (text != NULL)
		snprintf(out, room, "%s", text);
	return 0;
}

int
take_flag(struct reading *r, int section, cfg_t *cfg, const char *option, bool *out)
{
	static const char *const WORDS[] = {"no", "yes", NULL};
	int at = take_choice(r, section, cfg, option, WORDS, *out);

	if (at < 0)
		return -EINVAL;
	*out = at == 1;
	return 0;
}

int
take_count(struct reading *r, int section, cfg_t *cfg, const char *option, unsigned least,
    unsigned most, unsigned *out)
{
	const char *text = given(cfg, option), *rest;
	double v;

	if (text == NULL)
		return 0;
	rest = units_number(text, &v);
	if (rest == NULL || *rest != '\0' || v < least || v > most ||
	    v != (double)(unsigned)v)
		return mistake(r, section, option,
		    "\"%.40s\" is none; write a whole number from %u to %u", text, least,
		    most);
	*out = (unsigned)v;
	return 0;
}

int
check_name(struct reading *r, int section, const char *kind, const char *name)
{
	if (units_name(name))
		return 0;
	return mistake(r, section, NULL,
	    "%s \"%.40s\": a name is a-z, 0-9 and -, at most 32", kind, name);
}
