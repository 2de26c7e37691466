#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/dossier.h"
#include "reports/promise.h"
#include "reports/draw.h"
#include "reports/letter.h"
#include "tests/golden/made_results.h"
#include "tests/unit/pdf_checks.h"
#include "tests/unit/scratch.h"

#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The dossier, judged from outside: by readers of PDF that are not ours, over results
 * made to be awkward. An argument names a directory to keep the files in.
 */
static char dir[256];

static void
render(const struct results *r, const char *name, char path[300])
{
	char err[256] = "";

	snprintf(path, 300, "%s/%s.pdf", dir, name);
	int rc = dossier_pdf(r, path, NULL, err, sizeof err);
	if (rc != 0)
		fail_msg("%s: %d %s", name, rc, err);
	assert_int_equal(draw_figures_cut(), 0);
}

static void
check_register(const struct results *r, const char *path)
{
	char *text = pdf_output("pdftotext -layout '%s' -", path, NULL);

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_result *res = r->links[i].result;
		if (res->n_outages == 0)
			continue;
		/* up to its totals: close-ups print ids too */
		const char *from = strstr(text, "Outage register:");
		char *end = strstr(from, "Time down within the period");
		assert_non_null(end);
		*end = '\0';
		for (size_t k = 0; k < res->n_outages; k++) {
			/* in order, so each search begins where the last one ended */
			const char *at = strstr(from, res->outages[k].id);
			if (at == NULL)
				fail_msg("%s: outage %zu %s is not in the register", path,
				    k + 1, res->outages[k].id);
			from = at;
		}
		*end = 'T';
		memmove(text, end, strlen(end) + 1);
	}
	free(text);
}

static void
check_all(struct results *r, const char *name)
{
	char path[300];

	render(r, name, path);
	pdf_check_file(path);
	pdf_check_fonts(path);
	pdf_check_readers(path);
	assert_true(pdf_check_pages(path) >= 3);
	pdf_check_geometry(path, 595, 842);
	check_register(r, path);
	made_free(r);
}

static void
test_lab(void **state)
{
	(void)state;
	check_all(made_lab(), "lab");
}

/* Who has it read out hears all of a paragraph, not its first line alone. */
static void
test_month(void **state)
{
	char path[300];

	(void)state;
	check_all(made_month(), "month");
	snprintf(path, sizeof path, "%s/month.pdf", dir);
	char *text = pdf_output("pdfinfo -struct-text '%s'", path, NULL);
	assert_non_null(strstr(text, "at the foot of every page stands a root of it"));
	assert_non_null(strstr(text, "what other customers see is not known."));
	assert_non_null(strstr(text, "Centre Victoria"));
	free(text);
}

static void
test_year(void **state)
{
	struct stat st;
	char path[300];

	(void)state;
	check_all(made_year(), "year");
	snprintf(path, sizeof path, "%s/year.pdf", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 1000000);
}

static void
test_clean(void **state)
{
	(void)state;
	check_all(made_clean(), "clean");
}

static void
test_single(void **state)
{
	(void)state;
	check_all(made_single(), "single");
}

static void
test_unknown(void **state)
{
	(void)state;
	check_all(made_unknown(), "unknown");
}

static void
test_names(void **state)
{
	char path[300];

	(void)state;
	check_all(made_names(), "names");
	snprintf(path, sizeof path, "%s/names.pdf", dir);
	char *text = pdf_output("pdftotext '%s' -", path, NULL);
	assert_non_null(strstr(text, "Ζακύνθου"));
	assert_non_null(strstr(text, "Saint Leonards"));
	assert_non_null(strstr(text, "Łódź"));
	free(text);
}

static void
test_no_links(void **state)
{
	struct results *r = made_clean();
	size_t n = r->n_links;
	char path[300];

	(void)state;
	r->n_links = 0;
	render(r, "none", path);
	assert_int_equal(pdf_check_pages(path), 1);
	r->n_links = n;
	made_free(r);
}

/* Ten thousand outages: each listed, and the header again on every page of them. */
static void
test_many(void **state)
{
	struct results *r = made_many(10000);
	char path[300];
	size_t headers = 0;

	(void)state;
	render(r, "many", path);
	unsigned pages = pdf_check_pages(path);
	check_register(r, path);
	pdf_check_readers(path);
	char *text = pdf_output("pdftotext -layout '%s' -", path, NULL);
	for (const char *p = text; (p = strstr(p, "Attributed to")) != NULL; p++)
		headers++;
	/* but for those of the other sections every page is one of the register
	 */
	assert_true(headers + 12 >= pages);
	free(text);
	text = pdf_output("qpdf --check '%s' 2>&1", path, NULL);
	assert_null(strstr(text, "WARNING"));
	free(text);
	made_free(r);
}

/* The same results give the same bytes in another directory, zone and locale. */
static void
test_identical(void **state)
{
	struct results *r = made_month();
	char first[300], second[300], other[280], err[256] = "";
	size_t n, m;

	(void)state;
	render(r, "first", first);
	snprintf(other, sizeof other, "%s/elsewhere", dir);
	mkdir(other, 0755);
	snprintf(second, sizeof second, "%s/second.pdf", other);
	setenv("TZ", "Pacific/Chatham", 1);
	setenv("LANG", "ar_EG.UTF-8", 1);
	if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
		setlocale(LC_ALL, "C.UTF-8");
	usleep(1100000); /* a date of now would differ */
	assert_int_equal(dossier_pdf(r, second, NULL, err, sizeof err), 0);
	setlocale(LC_ALL, "C");
	setenv("TZ", "UTC", 1);
	unsigned char *a = pdf_bytes(first, &n), *b = pdf_bytes(second, &m);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	free(a);
	free(b);
	made_free(r);
}

static void
test_pngs(void **state)
{
	struct results *r = made_lab();
	char path[300], png[290], err[256] = "", *file;
	unsigned pages = 0, charts = 0, prints = 0;
	struct dirent *e;

	(void)state;
	snprintf(path, sizeof path, "%s/png.pdf", dir);
	snprintf(png, sizeof png, "%s/png", dir);
	assert_int_equal(dossier_pdf(r, path, png, err, sizeof err), 0);
	DIR *d = opendir(png);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t n;
		if (e->d_name[0] == '.')
			continue;
		assert_true(asprintf(&file, "%s/%s", png, e->d_name) > 0);
		unsigned char *bytes = pdf_bytes(file, &n);
		assert_memory_equal(bytes, "\x89PNG\r\n", 6);
		free(bytes);
		free(file);
		pages += strncmp(e->d_name, "page-", 5) == 0;
		bool print = strstr(e->d_name, "-print.png") != NULL;
		charts += strncmp(e->d_name, "chart-", 6) == 0 && !print;
		prints += print;
	}
	closedir(d);
	assert_int_equal(pages, pdf_check_pages(path));
	/* overview, loss, latency of two links, three close-ups and their paths */
	assert_int_equal(charts, 2 + 2 + 2 + 3 + 3);
	assert_int_equal(prints, charts);
	made_free(r);
}

/* In every language every sentence has one, and fits; on either paper. */
static void
test_languages_and_papers(void **state)
{
	static const char *const LANGUAGES[] = {"en", "de", "fr"};
	static struct results *(*const MAKE[])(void) = {
	    made_month, made_year, made_unknown, made_single, made_lab, made_names};
	char path[300], name[32], err[256] = "", want[40];
	const char *missing = "";

	(void)state;
	for (size_t i = 0; i < sizeof MAKE / sizeof *MAKE; i++) {
		struct results *r = MAKE[i]();
		for (int k = 0; k < 3; k++) {
			r->language = LANGUAGES[k];
			r->paper = k == 1 ? "letter" : "a4";
			snprintf(name, sizeof name, "made-%zu-%s", i, LANGUAGES[k]);
			render(r, name, path);
			if (say_missed(&missing) != 0)
				fail_msg("%s: not said: \"%s\"", name, missing);
			pdf_check_file(path);
			pdf_check_fonts(path);
			unsigned pages = pdf_check_pages(path);
			/* a close-up as high as a page leaves none half empty before it
			 */
			if (MAKE[i] == made_lab && k == 1)
				assert_in_range(pages, 1, 11);
			const struct paper *paper = page_paper(r->paper);
			pdf_check_geometry(path, paper->w, paper->h);
			snprintf(want, sizeof want, "/Lang (%s)",
			    say_language(LANGUAGES[k])->tag);
			char *text = pdf_output(
			    "qpdf --qdf --object-streams=disable '%s' - | strings", path,
			    NULL);
			assert_non_null(strstr(text, want));
			free(text);
			size_t links = r->n_links;
			r->n_links = 1;
			snprintf(path, sizeof path, "%s/letter-%zu-%s.pdf", dir, i,
			    LANGUAGES[k]);
			assert_int_equal(letter_pdf(r, path, err, sizeof err), 0);
			r->n_links = links;
			if (say_missed(&missing) != 0)
				fail_msg("letter %s: not said: \"%s\"", name, missing);
			assert_int_equal(pdf_check_pages(path), 1);
			pdf_check_geometry(path, paper->w, paper->h);
		}
		made_free(r);
	}
}

/* Where it cannot be written: one line that says so, and nothing left behind. */
static void
test_failure(void **state)
{
	struct results *r = made_clean();
	char path[300], err[256] = "";

	(void)state;
	snprintf(path, sizeof path, "%s/absent/x.pdf", dir);
	assert_int_equal(dossier_pdf(r, path, NULL, err, sizeof err), -2);
	assert_non_null(strstr(err, "absent/x.pdf: No such file"));
	snprintf(path, sizeof path, "%s/taken", dir);
	mkdir(path, 0755);
	err[0] = '\0';
	assert_true(dossier_pdf(r, path, NULL, err, sizeof err) < 0);
	assert_true(err[0] != '\0');
	snprintf(path, sizeof path, "%s/taken.part", dir);
	assert_int_equal(access(path, F_OK), -1);
	made_free(r);
}

/* What is told of a promise and its verdict point the same way. */
static void
test_promise(void **state)
{
	const struct commitment_conf conf = {.metric = METRIC_SPEED_DOWN};
	struct commitment c = {.conf = &conf,
	    .value = COMMITMENT_NORMAL,
	    .word = COMMITMENT_MISSED,
	    .promised = 200e6,
	    .measured = 230e6, /* half are fast enough; 90 % are to be */
	    .share = 0.829,
	    .n = 1459};
	struct promise p;

	(void)state;
	promise_words(&c, &p);
	assert_string_equal(p.margin, "−7.1\npoints");
	assert_int_equal(promise_colour(&c), INK_BAD);
	c.value = COMMITMENT_MINIMUM;
	c.word = COMMITMENT_NOT_PROVEN;
	promise_words(&c, &p);
	assert_string_equal(p.margin, "−17.1\npoints");
	assert_int_equal(promise_colour(&c), INK_MUTED); /* no miss, and not kept */
	c.value = COMMITMENT_MAXIMUM;
	c.word = COMMITMENT_KEPT;
	promise_words(&c, &p);
	assert_string_equal(p.margin, "+50 Mbit/s");
	assert_int_equal(promise_colour(&c), INK_GOOD);
}

static void
test_words(void **state)
{
	char text[40];

	(void)state;
	words_percent(0.99999999, 3, text);
	assert_string_equal(text, "99.999 %"); /* never all of it where some is missing */
	words_percent(1, 3, text);
	assert_string_equal(text, "100 %");
	words_percent(0.0000001, 3, text);
	assert_string_equal(text, "0.001 %");
	words_percent(0.5, 0, text);
	assert_string_equal(text, "50 %");
	words_target(0.9995, text);
	assert_string_equal(text, "99.95 %");
	words_target(0.99, text);
	assert_string_equal(text, "99.0 %");
	words_duration(59960 * NS_PER_MS, true, text);
	assert_string_equal(text, "1 min 00.0 s");
	words_duration(3599960 * NS_PER_MS, true, text);
	assert_string_equal(text, "1 h 00 min 00 s");
	words_duration(12400 * NS_PER_MS, true, text);
	assert_string_equal(text, "12.4 s");
	words_duration(90061 * NS_PER_S, false, text);
	assert_string_equal(text, "1 d 01 h 01 min");
	words_count(1234567, text);
	assert_string_equal(text, "1\xE2\x80\xAF"
	                          "234\xE2\x80\xAF"
	                          "567");
	words_ms(18650000, text);
	assert_string_equal(text, "18.7 ms");
	say_use(&language_de);
	words_ms(18650000, text);
	assert_string_equal(text, "18,7 ms");
	words_target(0.9995, text);
	assert_string_equal(text, "99,95 %");
	words_minutes_tenth(61000 * NS_PER_S, text);
	assert_string_equal(text, "1\xE2\x80\xAF"
	                          "016,7");
	char credit[200];
	words_found(
	    "99.3610979 % available (4 h 33 min 41.968619 s down of 713 h); not paid: "
	    "\"clause 3.2\" is the highest",
	    credit, sizeof credit);
	assert_string_equal(credit,
	    "99,3610979 % verfügbar (4 h 33 min 42,0 s Ausfall von 713 h); nicht gezahlt: "
	    "\"clause 3.2\" ist die höchste");
	words_found("1 h 8 min 59.998646 s down of 2 min 59.95 s", credit, sizeof credit);
	assert_string_equal(credit, "1 h 8 min 59,9 s Ausfall von 2 min 59,95 s");
	words_found("59.998646 s down", credit, sizeof credit);
	assert_string_equal(credit, "59,9 s Ausfall");
	words_bytes(0, text);
	assert_string_equal(text, "0 Byte");
	say_use(&language_fr);
	words_bytes(0, text);
	assert_string_equal(text, "0 octet");
	words_bytes(812, text);
	assert_string_equal(text, "812 octets");
	words_bytes(1610612736, text);
	assert_string_equal(text, "1,5 Gio");
	say_use(NULL);
	words_bytes(812, text);
	assert_string_equal(text, "812 bytes");
	words_bytes(65536, text);
	assert_string_equal(text, "64 KiB");
	assert_int_equal(words_decimals(0.99912, 0.99913, 0.9995), 3);
	assert_true(words_decimals(0.999999, 1, 0.9995) > 3);
}

/* London, 25 October 2026: 01:00 UTC is the second 01:00 of the day. */
static void
test_zone(void **state)
{
	const int64_t change = 1792890000LL * NS_PER_S;
	struct zone z;
	char text[48];

	(void)state;
	chart_zone_open(
	    &z, "Europe/London", change - 86400 * NS_PER_S, change + 86400 * NS_PER_S);
	chart_zone_print(&z, change - NS_PER_S, 0, text);
	assert_string_equal(text, "2026-10-25 01:59:59 +01:00");
	chart_zone_print(&z, change, 1, text);
	assert_string_equal(text, "2026-10-25 01:00:00.0 +00:00");
	chart_zone_print(&z, change - 1, 1, text);
	assert_string_equal(text, "2026-10-25 01:00:00.0 +00:00");
	struct civil c = chart_zone_civil(&z, change);
	int64_t midnight = chart_zone_of_civil(&z, c.day_number, 0);
	assert_int_equal(chart_zone_of_civil(&z, c.day_number + 1, 0) - midnight,
	    25 * 3600 * NS_PER_S);
	for (int64_t day = -800000; day < 800000; day += 7) {
		c = civil_of_day(day);
		assert_int_equal(civil_day_number(c.year, c.month, c.day), day);
	}
}

static void
test_loss_class(void **state)
{
	(void)state;
	assert_int_equal(loss_class(1000, 0), 0);
	assert_int_equal(loss_class(1000, 1), 1);
	assert_int_equal(loss_class(120, 1), 3);
	assert_int_equal(loss_class(100, 5), 4);
	assert_int_equal(loss_class(100, 25), 5);
	assert_int_equal(loss_class(100, 100), 6);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_promise),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_zone),
	    cmocka_unit_test(test_loss_class),
	    cmocka_unit_test(test_lab),
	    cmocka_unit_test(test_month),
	    cmocka_unit_test(test_year),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_single),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_no_links),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_identical),
	    cmocka_unit_test(test_pngs),
	    cmocka_unit_test(test_languages_and_papers),
	    cmocka_unit_test(test_failure),
	};
	const char *keep = getenv("LW_KEEP");

	if (system("command -v pdftotext pdffonts pdfinfo qpdf strings >/dev/null") !=
	    0) {
		fprintf(stderr, "skipped: poppler-utils, qpdf and binutils are needed\n");
		return 77;
	}
	if (keep != NULL)
		snprintf(dir, sizeof dir, "%s", keep);
	else if (scratch_make(dir, sizeof dir, "dossier") != 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return (keep == NULL && scratch_remove(dir) != 0) || failed;
}
