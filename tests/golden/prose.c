/*
 * prose RESULTS.json <STRUCTURE: every number that a document prints is a number of its
 * results. STRUCTURE is what pdfinfo -struct-text says of the document: headlines,
 * paragraphs and cells of tables; charts and the frame of the page are left out.
 *
 * A number holds where the results have a value of the same kind (a length of time, an
 * instant, a rate, a sum of money, a plain number) that reads so at the decimals printed.
 * Prose may not take its numbers from the long lists (outages, hours, days): those are
 * for tables, and for what is said of one outage. In German and French decimals stand
 * behind a comma, and the sentences of the method are others; the numbers are the same.
 *
 * Prints what is nowhere; exit status 1 where there is any.
 */
#include "tests/golden/prose_numbers.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A letter has so many; with fewer the structure was not read. */
#define LEAST_TEXTS 8

static bool trace;

/* ---- what is printed ---- */

/* A number with spaces between its thousands: its value, and what its last digit is. */
static const char *
read_number(const char *p, double *v, double *unit)
{
	char digits[40];
	size_t n = 0;
	bool point = false;

	*unit = 1;
	while (n + 1 < sizeof digits) {
		if (isdigit((unsigned char)*p)) {
			digits[n++] = *p++;
			*unit /= point ? 10 : 1;
		} else if (*p == '.' && isdigit((unsigned char)p[1]) && !point) {
			digits[n++] = *p++;
			point = true;
		} else if (strncmp(p, "\xE2\x80\xAF", 3) == 0 &&
		           isdigit((unsigned char)p[3])) {
			p += 3;
		} else {
			break;
		}
	}
	digits[n] = '\0';
	*v = strtod(digits, NULL);
	return p;
}

static const char *
skip_space(const char *p)
{
	while (*p == ' ' || strncmp(p, "\xC2\xA0", 2) == 0)
		p += *p == ' ' ? 1 : 2;
	return p;
}

/* The unit behind a number, or NULL. */
static const char *
read_unit(const char *p, const char **name)
{
	static const char *const UNITS[] = {"min", "ms", "d", "h", "s", "%", "KiB", "MiB",
	    "GiB", "TiB", "bytes", "Gbit/s", "Mbit/s", "kbit/s", "bit/s", "points"};
	const char *at = skip_space(p);

	for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
		size_t n = strlen(UNITS[i]);
		if (strncmp(at, UNITS[i], n) == 0 && !isalnum((unsigned char)at[n])) {
			*name = UNITS[i];
			return at + n;
		}
	}
	*name = "";
	return p;
}

/* "2 d 05 h 15 min": all of it is one length. */
static const char *
read_length(const char *p, double *v, double *unit, const char *name)
{
	static const struct {
		const char *name;
		double s;
	} SIZES[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}, {"ms", 0.001}};
	double size = 1;

	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
		if (strcmp(SIZES[i].name, name) == 0)
			size = SIZES[i].s;
	*v *= size;
	*unit *= size;
	while (size > 1) {
		const char *next = skip_space(p), *after;
		double more, last;
		if (!isdigit((unsigned char)*next))
			break;
		after = read_unit(read_number(next, &more, &last), &name);
		double smaller = 0;
		for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
			if (strcmp(SIZES[i].name, name) == 0)
				smaller = SIZES[i].s;
		if (smaller == 0 || smaller >= size)
			break;
		size = smaller;
		*v += more * size;
		*unit = last * size;
		p = after;
	}
	return p;
}

/* "2026-11": something begins or ends in it. */
static const char *
read_month(const char *p, bool *ok)
{
	int year, month, n = 0;

	if (sscanf(p, "%4d-%2d%n", &year, &month, &n) != 2 || n != 7)
		return NULL;
	struct tm t = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 16};
	*ok = numbers_have((double)timegm(&t), 16 * 86400, INSTANT, true);
	return p + n;
}

/* "2026-11-23 06:27:16.1 +01:00", or less of it; NULL: it is none. */
static const char *
read_instant(const char *p, bool *ok, bool lists)
{
	int year, month, day, hour, minute, second = 0, n = 0, m = 0, oh, om;
	double unit = 60, part = 0;
	char sign;

	if (sscanf(p, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10)
		return read_month(p, ok);
	const char *at = p + n;
	struct tm t = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	double midnight = (double)timegm(&t);
	*ok = true;
	if (sscanf(at, " %2d:%2d%n", &hour, &minute, &m) != 2) {
		*ok = numbers_have(midnight, 86400 + 14 * 3600, INSTANT, true);
		return at;
	}
	at += m;
	double ns = midnight + hour * 3600 + minute * 60;
	m = 0;
	if (isdigit((unsigned char)at[1]) && sscanf(at, ":%2d%n", &second, &m) == 1) {
		at += m;
		unit = 1;
		if (*at == '.')
			at = read_number(at + 1, &part, &(double){0});
		for (const char *c = at; c[-1] != '.' && isdigit((unsigned char)c[-1]) &&
		                         memchr(p, '.', (size_t)(at - p)) != NULL;
		     c--)
			unit /= 10;
		ns += second + part * unit;
	}
	m = 0;
	if (sscanf(at, " %c%2d:%2d%n", &sign, &oh, &om, &m) == 3 &&
	    (sign == '+' || sign == '-')) {
		ns -= (sign == '-' ? -1 : 1) * (oh * 3600 + om * 60);
		*ok = numbers_have(ns + unit / 2, unit, INSTANT, lists);
		return at + m;
	}
	/* without its offset: any quarter of an hour may be between */
	*ok = false;
	for (int q = -56; q <= 56 && !*ok; q++)
		*ok = numbers_have(ns + q * 900.0 + unit / 2, unit, INSTANT, true);
	return at;
}

/* Sentences have numbers of their own, of the method and not of what was found. */
static const char *
skip_phrase(const char *p)
{
	static const char *const PHRASES[] = {/* of comparisons and plans, by language */
	    "in 30 days", "within 5 %", "probe in 100", "below 0.1 % takes 2 995",
	    "or by 5 ms", "from 1 % on", "(1 + ", "scores 1 where", "> 50 %", "> 70 %",
	    "> 80 %", "> 90 %", "down to 300 s", "each 5 min", "At most 30 days",
	    "again 30 days after", "p95", "IPv4", "IPv6", "in 30 Tagen", "auf 5 % genau",
	    "99 von 100", "eine von 100", "95-%-", "95. Perz", "99. Perz", "95. Stunden",
	    "95th perc", "99th perc", "unter 0.1 % verlangt mindestens 2 995",
	    "oder um 5 ms", "zählt ab 1 %", "hat 1, wo", "auf 300 s", "alle 5 min",
	    "Höchstens 30 Tage", "Plan 30 Tage danach", "en 30 jours", "à 5 % près",
	    "99 sur 100", "essai sur 100", "95e cent", "99e cent", "95es",
	    "sous 0.1 % demande au moins 2 995", "ou de 5 ms", "à partir de 1 %",
	    "vaut 1 si", "à 300 s", "toutes les 5 min", "Au plus 30 jours",
	    "plan 30 jours après",
	    /* of dossiers */
	    "19 of 20", "99 of 100", "one probe in 20", "in 20 was", "95th percentile",
	    "5th to the 95th", "5th to 95th", "99th percentile", "95 %", "90 %", "99 %",
	    "99.9 %", "95 % interval", "10 % of the capacity", "08:00 to 18:00",
	    "BNetzA 486/2017", "SHA-256", "RFC 3161", "100 ms", "(CPE)", "all 0 %", "±"};

	for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++)
		if (strncmp(p, PHRASES[i], strlen(PHRASES[i])) == 0)
			return p + strlen(PHRASES[i]);
	return NULL;
}

/* What stands at its place in a list: an outage by its number, a page, a month. */
static bool
is_ordinal(const char *text, const char *p, double v)
{
	static const char *const BEFORE[] = {"Outage ", "outage ", "No. ", "Ausfall ",
	    "Nr. ", "Panne ", "panne ", "N° ", "n° ", "page ", "Seite "};
	static const char *const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++) {
		size_t n = strlen(BEFORE[i]);
		if ((size_t)(p - text) >= n && strncmp(p - n, BEFORE[i], n) == 0)
			return v >= 1 && v == floor(v) &&
			       (i + 2 >= sizeof BEFORE / sizeof *BEFORE ||
			           v <= (double)numbers_outages());
	}
	if (p == text && strspn(p, "0123456789\xE2\x80\xAF") == strlen(p))
		return v >= 1 && v <= (double)numbers_outages(); /* a cell of its own */
	if (p - text >= 4 && p[-1] == ' ') {
		char month[4] = {p[-4], p[-3], p[-2], '\0'};
		const char *at = strstr(MONTHS, month);
		return at != NULL && (at - MONTHS) % 3 == 0 && v > 1970 && v < 2100;
	}
	return false;
}

static bool
holds(double v, double unit, const char *name, bool lists)
{
	static const char *const BYTES[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	size_t n = strlen(name);
	double size = 1;

	if (strcmp(name, "%") == 0 || strcmp(name, "points") == 0) {
		/* what is nearly all is not printed as all of it, nor nearly none as none
		 */
		double edge = v <= unit || v >= 100 - 1.5 * unit ? unit : unit / 2;
		return numbers_have(v / 100, edge / 100, PLAIN, lists);
	}
	if (n >= 5 && strcmp(name + n - 5, "bit/s") == 0) {
		size = name[0] == 'G'   ? 1e9
		       : name[0] == 'M' ? 1e6
		       : name[0] == 'k' ? 1e3
		                        : 1;
		return numbers_have(
		    v * size, unit * size / 2 + v * size * 0.005, RATE, lists);
	}
	for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++, size *= 1024)
		if (strcmp(name, BYTES[i]) == 0)
			return numbers_have(v * size, unit * size / 2, PLAIN, lists);
	/* minutes are printed by themselves, and levels of the path have a number */
	return numbers_have(v, unit / 2, PLAIN, lists) ||
	       numbers_have(v * 60, unit * 30, SECONDS, lists);
}

/* "T − 6 weeks": a step of the runbook stands so far from the move; NULL: it is none. */
static const char *
read_offset(const char *text, bool *ok)
{
	static const struct {
		const char *name;
		double s;
	} UNITS[] = {{" min", 60}, {" week", 604800}, {" Woche", 604800},
	    {" semaine", 604800}, {" day", 86400}, {" Tag", 86400}, {" jour", 86400}};
	int sign = strncmp(text, "T + ", 4) == 0              ? 1
	           : strncmp(text, "T \xE2\x88\x92 ", 6) == 0 ? -1
	                                                      : 0;
	char *unit;

	if (sign == 0)
		return NULL;
	double v = sign * strtod(text + (sign > 0 ? 4 : 6), &unit);
	*ok = false;
	for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
		/* civil days: an hour may be lost or won */
		if (strncmp(unit, UNITS[i].name, strlen(UNITS[i].name)) == 0)
			*ok |= numbers_step(v * UNITS[i].s, 3600);
	return text + strlen(text);
}

/* The word around: is it a name, an address, a number of a document? */
static bool
is_name(const char *text, const char *p, const char **end)
{
	const char *from = p, *to = p;
	bool letters = false;

	while (from > text && from[-1] != ' ' && from[-1] != '\n' && from[-1] != '(')
		from--;
	while (*to != '\0' && *to != ' ' && strchr(",;()\n", *to) == NULL)
		to++;
	while (to > p && strchr(".:", to[-1]) != NULL)
		to--;
	for (const char *c = from; c < to; c++)
		letters |= isalpha((unsigned char)*c) != 0;
	size_t dots = 0;
	for (const char *c = from; c < to; c++)
		dots += *c == '.' || *c == ':' || *c == '/';
	/* an id may well be of digits alone */
	if ((letters || dots >= 2 || to - from >= 16) &&
	    numbers_say(from, (size_t)(to - from))) {
		*end = to;
		return true;
	}
	return false;
}

/* The second of "13.2 – 13.4", or the first: the unit stands with the value before. */
static bool
is_of_interval(const char *text, const char *p, const char *end)
{
	static const char *const DASH = " \xE2\x80\x93 ";

	return strncmp(end, DASH, 5) == 0 ||
	       (p - text >= 5 && strncmp(p - 5, DASH, 5) == 0);
}

/* Behind its sign, in a table of differences: of ratios these are percentage points. */
static bool
is_difference(const char *text, const char *p)
{
	return (p > text && p[-1] == '+') ||
	       (p - text >= 3 && strncmp(p - 3, "\xE2\x88\x92", 3) == 0);
}

static size_t
check(const char *text, bool lists)
{
	const char *last = "";
	size_t wrong = 0;

	if (strlen(text) > 8 && numbers_say(text, strlen(text)))
		return 0; /* word for word in the results */
	if (strstr(text, "% \xE2\x89\xA4") != NULL ||
	    strstr(text, "%\xE2\x89\xA4") != NULL)
		return 0; /* the classes of a legend */

	for (const char *p = text; *p != '\0';) {
		const char *next = skip_phrase(p), *name;
		double v, unit;
		bool ok;
		if (next != NULL) {
			p = next;
			continue;
		}
		const char *step = p == text ? read_offset(p, &ok) : NULL;
		if (step != NULL) {
			if (!ok)
				printf("nowhere: %.100s\n", text);
			return wrong + !ok;
		}
		if (!isdigit((unsigned char)*p)) {
			p++;
			continue;
		}
		const char *end = read_instant(p, &ok, lists);
		if (end == NULL) {
			if (is_name(text, p, &end)) {
				p = end;
				continue;
			}
			end = read_unit(read_number(p, &v, &unit), &name);
			if (name[0] == '\0' && is_of_interval(text, p, end))
				name = last;
			last = name;
			bool length = strcmp(name, "d") == 0 || strcmp(name, "h") == 0 ||
			              strcmp(name, "min") == 0 ||
			              strcmp(name, "s") == 0 || strcmp(name, "ms") == 0;
			if (length) {
				end = read_length(end, &v, &unit, name);
				ok = v == 0 || numbers_have(v, unit, SECONDS, lists);
			} else {
				ok = is_ordinal(text, p, v) ||
				     holds(v, unit, name, lists) ||
				     (is_difference(text, p) &&
				         holds(v, unit, "%", lists));
			}
		}
		if (trace || !ok)
			printf("%s \"%.*s\" in: %.100s\n",
			    ok ? "ok" : "nowhere:", (int)(end - p), p, text);
		wrong += !ok;
		p = end > p ? end : p + 1;
	}
	return wrong;
}

/* ---- the structure ---- */

/* A space that does not break is one all the same, and a decimal comma a point. */
static void
unbind(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		bool bound = strncmp(p, "\xC2\xA0", 2) == 0;
		bool decimal = numbers_comma() && *p == ',' && p > text &&
		               isdigit((unsigned char)p[-1]) &&
		               isdigit((unsigned char)p[1]);
		*to++ = bound ? ' ' : decimal ? '.' : *p;
		p += bound;
	}
	*to = '\0';
}

int
main(int argc, char **argv)
{
	char line[8192], element[16] = "";
	bool figure = false, closeups = false, method = false, verify = false;
	size_t wrong = 0, seen = 0;
	json_error_t e;

	trace = argc == 3;
	json_t *j = argc >= 2 ? json_load_file(argv[1], 0, &e) : NULL;
	if (j == NULL) {
		fprintf(stderr, "prose: %s\n", argc < 2 ? "no results" : e.text);
		return 2;
	}
	numbers_take(j);
	json_decref(j);
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *p = line + strspn(line, " "), *end = line + strcspn(line, "\n");
		*end = '\0';
		if (*p != '"') {
			if (*p != '/' && strncmp(p, "Object", 6) != 0)
				snprintf(element, sizeof element, "%.*s",
				    (int)strcspn(p, " :"), p);
			figure = strcmp(element, "Figure") == 0;
			continue;
		}
		if (figure)
			continue;
		p++;
		if (end > p && end[-1] == '"')
			end[-1] = '\0';
		unbind(p);
		if (strcmp(element, "H1") == 0) {
			closeups = strncmp(p, "The worst outages", 17) == 0;
			method = strncmp(p, "How it was measured", 19) == 0 ||
			         strncmp(p, "How to read", 11) == 0;
			/* hashes and sizes of what goes along, the results among it */
			verify = strncmp(p, "Whoever has this file", 21) == 0;
		}
		seen++;
		if (!verify && (!method || element[1] == 'D'))
			wrong += check(p, closeups || element[0] == 'T');
	}
	if (seen < LEAST_TEXTS)
		printf("nowhere: only %zu texts were read\n", seen);
	return wrong > 0 || seen < LEAST_TEXTS;
}
