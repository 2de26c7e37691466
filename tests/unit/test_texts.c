#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/annex.h"
#include "reports/dossier.h"
#include "reports/say.h"
#include "tests/golden/made_results.h"
#include "tests/unit/pdf_checks.h"
#include "tests/unit/scratch.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Every text of a dossier is said in the language in use, labels of charts too. It is
 * drawn in a language that has a Greek letter for each Latin one: whatever is left in
 * Latin letters is data, a unit, or a text that nobody can translate.
 */
static char dir[256];

/* What needs no translation: units, names of standards and things, commands. */
static const char *const KEPT[] = {"ms", "min", "s", "h", "d", "KiB", "MiB", "bytes",
    "Mbit", "kbit", "Gbit", "UTC", "Europe", "London", "ISP", "SHA", "QR", "EUR", "GBP",
    "linkwitness", "verify", "NAME", "pdf", "certificate", "CERTIFICATE", "journal",
    "DIRECTORY", "sha256sum", "openssl", "cms", "binary", "inform", "DER", "in",
    "manifest", "json", "p7s", "content", "CAfile", "out", "dev", "null", "results",
    "pcapng", "end", "incidents", "csv", "records", "roots", "txt", "LW", "tcp", "dns",
    "ping",
    /* data of the histories */
    "victoria", "Victoria", "Business", "Centre", "fibre", "lte", "Example", "Fibre",
    "Ltd", "Mobile", "plc", "Order", "Schedule", "ann", "bob", "second", "line",
    "reached", "at", "the", "third", "call", "maintenance", "exchange", "of", "access",
    "switch", "notice", "by", "mail", "October", "name-of", "name", "ofthirty",
    "twocharacters", "characters", "thirty", "two", "gateway", "bng", "quad9",
    "cloudflare", "google", "web", "isp", "eth1", "INC", "event", "mef", "dt"};

static bool
is_kept(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++)
		if (strlen(KEPT[i]) == n && strncmp(KEPT[i], word, n) == 0)
			return true;
	return false;
}

/* ---- the language ---- */

static void
put_letter(FILE *f, char c)
{
	/* alpha to omega, without the two forms of sigma */
	unsigned at = (unsigned)(isupper((unsigned char)c) ? c - 'A' : c - 'a') % 16;
	unsigned code = (isupper((unsigned char)c) ? 0x391 : 0x3B1) + at;

	fputc((int)(0xC0 | code >> 6), f);
	fputc((int)(0x80 | (code & 0x3F)), f);
}

/* Places stay what they are; their forms are words too. */
static char *
greek(const char *english)
{
	char *said = NULL;
	size_t n;
	FILE *f = open_memstream(&said, &n);

	for (const char *p = english; *p != '\0'; p++) {
		if (isalpha((unsigned char)*p))
			put_letter(f, *p);
		else
			fputc(*p, f);
	}
	fclose(f);
	return said;
}

static struct language
greek_new(void)
{
	struct sentence *list = calloc(language_de.n, sizeof *list);

	for (size_t i = 0; i < language_de.n; i++) {
		list[i].english = language_de.list[i].english;
		list[i].said = greek(list[i].english);
	}
	return (struct language){"xx", "el", list, language_de.n, false, false};
}

static void
greek_free(struct language *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->list[i].said);
	free((void *)(uintptr_t)l->list);
}

/* ---- what was not said ---- */

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Latin words of two letters and more; hashes and numbers of documents are no words. */
static size_t
check_text(const char *name, const char *text)
{
	size_t n, wrong = 0;

	for (const char *p = text; *p != '\0'; p += n > 0 ? n : 1) {
		size_t letters = 0, digits = 0;
		for (n = 0; is_word(p[n]); n++) {
			letters += isalpha((unsigned char)p[n]) != 0;
			digits += isdigit((unsigned char)p[n]) != 0;
		}
		bool id = n == 4 && strspn(p, "0123456789ABCDEF") >= 4; /* LW-CADC-… */
		if (letters < 2 || (digits > 0 && n >= 4) || id || is_kept(p, n))
			continue;
		size_t behind = strcspn(p, "\n");
		printf(
		    "%s: in English: %.*s\n", name, (int)(behind > 60 ? 60 : behind), p);
		wrong++;
	}
	return wrong;
}

static size_t
check_made(struct results *r, const char *name)
{
	char path[300], err[256] = "";
	struct annex a = {.request = {.document = "dossier", .language = "xx"}};
	struct annex_parts parts = {0};

	annex_make(&a, r, &parts);
	r->annex = &a;
	r->language = "xx";
	snprintf(path, sizeof path, "%s/%s.pdf", dir, name);
	assert_int_equal(dossier_pdf(r, path, NULL, err, sizeof err), 0);
	char *text = pdf_output("pdftotext '%s' -", path, NULL);
	size_t wrong = check_text(name, text);
	free(text);
	text = pdf_output(
	    "pdfinfo '%s' | grep -E '^(Title|Subject)' | cut -d: -f2-", path, NULL);
	wrong += check_text(name, text);
	free(text);
	annex_done(&a);
	made_free(r);
	return wrong;
}

static void
test_every_text_is_said(void **state)
{
	struct language xx = greek_new();

	(void)state;
	say_offer(&xx);
	size_t wrong = check_made(made_lab(), "lab") + check_made(made_month(), "month") +
	               check_made(made_year(), "year") +
	               check_made(made_unknown(), "unknown") +
	               check_made(made_single(), "single");
	assert_int_equal(wrong, 0);
	say_offer(NULL);
	greek_free(&xx);
}

/* What the analyzer has put together in English: every piece of it. */
static void
test_what_the_analyzer_found_is_said(void **state)
{
	static const char *const FOUND[] = {
	    "99.12 % available (5 h 4 min down of 744 h), below 99.5 %: 10 % of 450.00 EUR "
	    "(45.00)",
	    "99.9 % available (3 min down, 2 min by steps of 1 min beyond what the target "
	    "allows of 720 h): no step reached",
	    "5 h down, 4 h: 3 × 1 h or part at 5 % of the monthly charge",
	    "5 h down in 2 outages, each by itself: in proportion, each 1 h at 2 days of the "
	    "monthly charge; cut by the contract's cap",
	    "5 h down, at least 4 h: 1 day of 30 EUR (1.00); 6 h down, over 4 h: 25 EUR; and 2 "
	    "outages more, likewise; not paid: \"ping\" is the highest",
	    "mean loss 0.4 %, over 0.1 %: 10 % of the monthly charge",
	    "mean RTT not measured", "mean jitter 3.2 ms, at least 3 ms: nothing",
	    "mean download 4 Mbit/s, at most 5 Mbit/s: 1 % of the monthly charge",
	    "no outage reached a step", "no availability can be stated",
	    "12.00 EUR and 10 % of the monthly charge",
	    "coverage 91.20 %, below the 95.00 % a verdict needs",
	    "the clock is known to 250 ms only; a verdict needs 100 ms",
	    "mef needs 1 probes a second of voters (10 in 10 s); there are 0.4",
	    "whose fault it was is not certain for 61 % of the downtime",
	    "below the target, but not by every reading of the edges",
	    "no monthly charge is stated: a cap in money cannot limit a credit in shares of it"};
	struct language xx = greek_new();
	const char *missed = "";
	char text[700];
	size_t wrong = 0;

	(void)state;
	say_offer(&xx);
	say_use(say_language("xx"));
	for (size_t i = 0; i < sizeof FOUND / sizeof *FOUND; i++) {
		words_found(FOUND[i], text, sizeof text);
		wrong += check_text(FOUND[i], text);
	}
	if (say_missed(&missed) != 0)
		fail_msg("not said: \"%s\"", missed);
	assert_int_equal(wrong, 0);
	say_use(say_language("de"));
	words_found(FOUND[0], text, sizeof text);
	assert_string_equal(text,
	    "99,12 % verfügbar (5 h 4 min Ausfall von 744 h), unter "
	    "99,5 %: 10 % von 450,00 EUR (45,00)");
	words_found(FOUND[12], text, sizeof text);
	assert_string_equal(
	    text, "Abdeckung 91,20 %, unter den 95,00 %, die ein Urteil braucht");
	/* what does not fit ends with a whole character */
	char few[14];
	words_found(FOUND[0], few, sizeof few);
	assert_string_equal(few, "99,12 % verf");
	say_use(NULL);
	words_found(FOUND[0], text, sizeof text);
	assert_string_equal(text, FOUND[0]);
	say_offer(NULL);
	greek_free(&xx);
}

/* The test sees what it is for. */
static void
test_a_text_that_is_not_said_is_seen(void **state)
{
	char *said = greek("Outage {1} {1|day|days}");

	(void)state;
	assert_null(strpbrk(said, "Oe"));
	assert_non_null(strstr(said, " {1} {1|"));
	free(said);
	assert_true(is_kept("ms and", 2));
	assert_false(is_kept("msec", 4));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_text_is_said),
	    cmocka_unit_test(test_what_the_analyzer_found_is_said),
	    cmocka_unit_test(test_a_text_that_is_not_said_is_seen),
	};
	const char *keep = getenv("LW_KEEP");

	if (system("command -v pdftotext >/dev/null") != 0) {
		fprintf(stderr, "skipped: poppler-utils are needed\n");
		return 77;
	}
	if (keep != NULL)
		snprintf(dir, sizeof dir, "%s", keep);
	else if (scratch_make(dir, sizeof dir, "texts") != 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return (keep == NULL && scratch_remove(dir) != 0) || failed;
}
