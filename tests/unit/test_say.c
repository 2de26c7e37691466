#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/say.h"

#include <string.h>

static void
test_parameters_go_by_their_place(void **state)
{
	static const struct sentence list[] = {{"{1} of {2}", "von {2} sind es {1}"},
	    {"{1} {1|day|days}", "{1} {1|Tag|Tage}"}};
	static const struct language other = {"xx", "xx", list, 2, false, false};
	char out[64];

	(void)state;
	say_use(NULL);
	say(out, sizeof out, "{1} of {2}", "3", "12");
	assert_string_equal(out, "3 of 12");
	say(out, sizeof out, "{1} {1|day|days}", "1");
	assert_string_equal(out, "1 day");
	say(out, sizeof out, "{1|one of {2}|{1} of them|} left", "2", "9");
	assert_string_equal(out, "2 of them| left");
	say(out, sizeof out, "{1|one of {2}|all {1}} left", "1", "9");
	assert_string_equal(out, "one of 9 left");
	say(out, sizeof out, "{1} {1|day|days}", "11");
	assert_string_equal(out, "11 days");
	say(out, sizeof out, "{1} {1|day|days}", "0");
	assert_string_equal(out, "0 days");
	say_more(out, sizeof out, "{1}", "x");
	assert_string_equal(out, "0 days x");
	say_use(&other);
	say(out, sizeof out, "{1} of {2}", "3", "12");
	assert_string_equal(out, "von 12 sind es 3");
	say(out, sizeof out, "{1} {1|day|days}", "2");
	assert_string_equal(out, "2 Tage");
	assert_int_equal(say_missed(NULL), 0);
	assert_string_equal(say_data("a name"), "a name");
	assert_int_equal(say_missed(NULL), 0);
	assert_string_equal(say_word("a sentence"), "a sentence");
	assert_int_equal(say_missed(NULL), 1);
	say_use(NULL);
}

/* Values that look like places are values; what does not fit ends with a character. */
static void
test_hostile_values(void **state)
{
	char out[8];

	(void)state;
	say(out, sizeof out, "{1}", "{2}");
	assert_string_equal(out, "{2}");
	say(out, sizeof out, "{1}", "éééééé");
	assert_string_equal(out, "ééé");
	say(out, sizeof out, "{1}{2}", "abcdefghij", "k");
	assert_string_equal(out, "abcdefg");
	say(out, sizeof out, "{3}x{", "a");
	assert_string_equal(out, "x");
}

static unsigned
places_of(const char *text)
{
	unsigned mask = 0;

	for (const char *p = text; (p = strchr(p, '{')) != NULL; p++) {
		assert_true(p[1] >= '1' && p[1] <= '9');
		const char *end = strchr(p, '}');
		assert_non_null(end);
		if (p[2] == '|')
			assert_non_null(memchr(p + 3, '|', (size_t)(end - p - 3)));
		else
			assert_ptr_equal(end, p + 2);
		mask |= 1u << (p[1] - '1');
	}
	return mask;
}

/* The plural forms of one language may need no count that another one does. */
static unsigned
printed_of(const char *text)
{
	unsigned mask = 0;

	for (const char *p = text; (p = strchr(p, '{')) != NULL; p++)
		if (p[2] == '}')
			mask |= 1u << (p[1] - '1');
	return mask;
}

static size_t
times(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == c;
	return n;
}

static const char *
said_by(const struct language *l, const char *english)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->list[i].english, english) == 0)
			return l->list[i].said;
	return NULL;
}

/* Nothing of the braces is left, whatever is counted. */
static void
check_braces(const struct language *l)
{
	static const char *const COUNTS[] = {"0", "1", "2"};
	char out[2048];

	say_use(l);
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < 3; k++) {
			const char *c = COUNTS[k];
			say(out, sizeof out, l->list[i].english, c, c, c, c, c, c, c, c,
			    c);
			if (strpbrk(out, "{}") != NULL)
				fail_msg("%s: braces left: %s", l->code, out);
		}
	say_use(NULL);
}

static void
check_language(const struct language *l, const struct language *peer)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct sentence *s = &l->list[i];
		if (printed_of(s->english) != printed_of(s->said))
			fail_msg("%s: other parameters: %s", l->code, s->english);
		(void)places_of(s->english);
		(void)places_of(s->said);
		if (s->said[0] == '\0')
			fail_msg("%s: nothing said for %s", l->code, s->english);
		if (times(s->english, '\n') != times(s->said, '\n'))
			fail_msg("%s: other lines: %s", l->code, s->english);
		for (size_t k = 0; k < i; k++)
			if (strcmp(l->list[k].english, s->english) == 0)
				fail_msg("%s: twice: %s", l->code, s->english);
		if (said_by(peer, s->english) == NULL)
			fail_msg("%s does not have: %s", peer->code, s->english);
	}
}

static void
test_languages_have_the_same_sentences(void **state)
{
	(void)state;
	check_braces(&language_de);
	check_braces(&language_fr);
	check_language(&language_de, &language_fr);
	check_language(&language_fr, &language_de);
	assert_ptr_equal(say_language("de"), &language_de);
	assert_ptr_equal(say_language("en"), &language_en);
	assert_null(say_language("xx"));
	assert_string_equal(language_fr.tag, "fr-FR");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parameters_go_by_their_place),
	    cmocka_unit_test(test_hostile_values),
	    cmocka_unit_test(test_languages_have_the_same_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
