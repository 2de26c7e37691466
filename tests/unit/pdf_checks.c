#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/pdf_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MARGIN 48

char *
pdf_output(const char *format, const char *a, int *status)
{
	char command[1024];
	size_t used = 0, room = 1 << 16, n;
	char *text = malloc(room);

	snprintf(command, sizeof command, format, a);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	while ((n = fread(text + used, 1, room - used - 1, f)) > 0) {
		used += n;
		if (used + 1 >= room)
			text = realloc(text, room *= 2);
	}
	text[used] = '\0';
	int rc = pclose(f);
	if (status != NULL)
		*status = WIFEXITED(rc) ? WEXITSTATUS(rc) : -1;
	return text;
}

unsigned char *
pdf_bytes(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	unsigned char *bytes = malloc(*n + 1);
	assert_int_equal(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

void
pdf_check_file(const char *path)
{
	int status;
	char *text = pdf_output("qpdf --check '%s' 2>&1", path, &status);

	assert_int_equal(status, 0);
	assert_null(strstr(text, "WARNING"));
	free(text);
	text = pdf_output("pdfinfo '%s'", path, &status);
	assert_non_null(strstr(text, "Tagged:          yes"));
	free(text);
	text = pdf_output(
	    "qpdf --qdf --object-streams=disable '%s' - | strings", path, NULL);
	assert_non_null(strstr(text, "/DisplayDocTitle true"));
	assert_non_null(strstr(text, "/CreationDate (D:20"));
	assert_non_null(strstr(text, "/Scope /Column"));
	size_t figures = 0, alts = 0;
	for (const char *p = text; (p = strstr(p, "/S /Figure")) != NULL; p++)
		figures++;
	for (const char *p = text; (p = strstr(p, "/Alt ")) != NULL; p++)
		alts++;
	assert_int_equal(figures, alts);
	free(text);
}

static bool
has_program(const char *name)
{
	char command[64];

	snprintf(command, sizeof command, "command -v %s >/dev/null", name);
	return system(command) == 0;
}

void
pdf_check_readers(const char *path)
{
	static const char *const READERS[][2] = {
	    {"mutool",
	        "mutool draw -q -F txt -o /dev/null '%s' 2>&1 | grep -v 'ICC support'"},
	    {"gs", "gs -q -dBATCH -dNOPAUSE -dSAFER -sDEVICE=nullpage '%s' 2>&1"}};

	for (int i = 0; i < 2; i++) {
		if (!has_program(READERS[i][0]))
			continue; /* as before a system has it; the golden tests ask for
			             it */
		char *text = pdf_output(READERS[i][1], path, NULL);
		if (text[0] != '\0')
			fail_msg("%s: %s: %.200s", path, READERS[i][0], text);
		free(text);
	}
}

void
pdf_check_fonts(const char *path)
{
	char *text = pdf_output("pdffonts '%s' | tail -n +3", path, NULL), *save = NULL;
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		bool ours = strstr(line, "+Inter-") != NULL ||
		            strstr(line, "+DejaVuSans") != NULL;
		if (!ours || strstr(line, "yes yes yes") == NULL)
			fail_msg(
			    "%s: a font not ours, embedded and subset: %s", path, line);
		n++;
	}
	assert_true(n >= 2);
	free(text);
}

/* Every page says which of how many it is. Result: pages. */
unsigned
pdf_check_pages(const char *path)
{
	char *text = pdf_output("pdftotext -layout '%s' -", path, NULL), want[64],
	     german[64], french[64];
	unsigned n = 0, at = 0;

	for (const char *p = text; *p != '\0'; p++)
		n += *p == '\f';
	for (char *page = text; at < n;) {
		char *end = strchr(page, '\f');
		*end = '\0';
		snprintf(want, sizeof want, "Page %u of %u", ++at, n);
		snprintf(german, sizeof german, "Seite %u von %u", at, n);
		snprintf(french, sizeof french, "Page %u sur %u", at, n);
		if (strstr(page, want) == NULL && strstr(page, german) == NULL &&
		    strstr(page, french) == NULL)
			fail_msg("%s: page %u does not say \"%s\"", path, at, want);
		page = end + 1;
	}
	free(text);
	return n;
}

struct word {
	double x0, y0, x1, y1;
	char text[64];
};

static double
overlap(const struct word *a, const struct word *b)
{
	double w = (a->x1 < b->x1 ? a->x1 : b->x1) - (a->x0 > b->x0 ? a->x0 : b->x0);
	double h = (a->y1 < b->y1 ? a->y1 : b->y1) - (a->y0 > b->y0 ? a->y0 : b->y0);
	double least_w = a->x1 - a->x0 < b->x1 - b->x0 ? a->x1 - a->x0 : b->x1 - b->x0;
	double least_h = a->y1 - a->y0 < b->y1 - b->y0 ? a->y1 - a->y0 : b->y1 - b->y0;

	return w <= 0 || h <= 0 || least_w <= 0 || least_h <= 0
	           ? 0
	           : w / least_w * (h / least_h);
}

/* No word outside the margins, none upon another. */
void
pdf_check_geometry(const char *path, double width, double height)
{
	char *text = pdf_output("pdftotext -bbox '%s' -", path, NULL), *save = NULL;
	static struct word words[4000];
	size_t n = 0, total = 0;
	double side = (double)((int)(width - 595) / 2) + MARGIN;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		struct word w = {0};
		if (strstr(line, "<page ") != NULL)
			n = 0;
		if (sscanf(line,
		        " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">%63[^<]",
		        &w.x0, &w.y0, &w.x1, &w.y1, w.text) != 5)
			continue;
		if (w.x0 < side - 1 || w.x1 > width - side + 1.5 || w.y0 < 26 ||
		    w.y1 > height - 26)
			fail_msg("%s: outside the margins: %s", path, line);
		for (size_t i = 0; i < n; i++)
			if (overlap(&words[i], &w) > 0.3)
				fail_msg("%s: \"%s\" upon \"%s\": %s", path, w.text,
				    words[i].text, line);
		if (n < 4000)
			words[n++] = w;
		total++;
	}
	assert_true(total > 50);
	free(text);
}
