#ifndef REPORTS_SAY_H
#define REPORTS_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sentences of reports in the language in use. The English sentence is the key, as with
 * gettext; a language is one file, words_XX.c, a list of pairs. What a language does not
 * have is said in English, and counted. Parameters are texts and go by their place:
 *
 *   {1}             the first parameter, up to {9}
 *   {1|day|days}    a form by the count in the first parameter, which is not printed
 *                   itself: one, and all others. A form may hold places. A sentence and
 * its translation may order and repeat their parameters as they need.
 */
struct sentence {
	const char *english, *said;
};

struct language {
	const char *code; /* as --language takes it: en, de, fr */
	const char *tag;  /* of the document: en-GB */
	const struct sentence *list;
	size_t n;
	bool zero_is_one; /* none counts as one: French */
	bool comma;       /* decimals are behind one */
};

extern const struct language language_en, language_de, language_fr;

/* By its code; NULL: there is none. */
const struct language *say_language(const char *code);

/* One language beside those built in: a translator's at work, or a test's; NULL: none. */
void say_offer(const struct language *l);

/* Speak it from here on; NULL: English. One language at a time in a process. */
void say_use(const struct language *l);
const struct language *say_used(void);
/* How many sentences were said in English for want of another since a language was last
 * taken, and the last of them. */
size_t say_missed(const char **example);

/* The sentence in the language in use, without parameters put in; itself where there is
 * none. */
const char *say_word(const char *english);
/* A word of data that may well have no translation: nothing is counted. */
const char *say_data(const char *english);

/* Numbers, printed with a full stop, as the language in use writes them; the result is
 * ${text}. Of texts that hold numbers and units: names and addresses have stops too. */
char *say_numbers(char *text);
/* snprintf of such a text. */
__attribute__((format(printf, 3, 4))) void say_number(
    char *out, size_t room, const char *format, ...);

/*
 * say(out, room, english, …):
 * The sentence with its parameters, texts as many as it has, into out; cut at the end of
 * a character where it does not fit.
 */
#define say(out, room, ...) say_with(out, room, __VA_ARGS__, (const char *)NULL)
void say_with(char *out, size_t room, const char *english, ...) __attribute__((sentinel));
/* The same after what is there already, behind a space if that is not empty. */
#define say_more(out, room, ...) say_after(out, room, __VA_ARGS__, (const char *)NULL)
void say_after(char *out, size_t room, const char *english, ...)
    __attribute__((sentinel));

#endif
