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
#define STEPS       32

enum kind {
	PLAIN,
	SECONDS,
	RATE,
	INSTANT
};

struct number {
	double v;
	enum kind kind;
	bool listed;
};

static struct number *numbers;
static size_t n_numbers;
static char **texts;
static size_t n_texts;
static size_t outages;      /* in the longest register: ordinals go up to it */
static double steps[STEPS]; /* of a runbook, s from the move */
static size_t n_steps;
static bool comma; /* decimals are behind one */
static bool trace;

/* ---- the results ---- */

static void
add(double v, enum kind kind, bool listed)
{
	if (n_numbers % 1024 == 0)
		numbers = realloc(numbers, (n_numbers + 1024) * sizeof *numbers);
	numbers[n_numbers++] = (struct number){fabs(v), kind, listed};
}

static bool
ends(const char *key, const char *with)
{
	size_t n = strlen(key), m = strlen(with);

	return n >= m && strcmp(key + n - m, with) == 0;
}

/* "2026-11-23T05:27:16.123456Z" */
static bool
parse_instant(const char *s, double *out)
{
	struct tm t = {0};
	double second;

	if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%lf", &t.tm_year, &t.tm_mon, &t.tm_mday,
	        &t.tm_hour, &t.tm_min, &second) != 6 ||
	    !ends(s, "Z"))
		return false;
	t.tm_year -= 1900;
	t.tm_mon--;
	*out = (double)timegm(&t) + second;
	return true;
}

static bool
is_list(const char *key)
{
	static const char *const KEYS[] = {"outages", "micro_outages", "unknown",
	    "degradations", "intervals", "hours", "days", "dead", "instrument",
	    "closeups", "exclusions", "tickets", "months", "verdicts", "targets",
	    "points", "week"};

	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
		if (strcmp(KEYS[i], key) == 0)
			return true;
	return false;
}

/* Of a promise: what is in its unit. */
static bool
is_value(const char *key)
{
	return strcmp(key, "promised") == 0 || strcmp(key, "measured") == 0 ||
	       strcmp(key, "margin") == 0;
}

/* Values without a unit in their name have it by what is measured. */
static bool
is_measured(const char *key)
{
	static const char *const KEYS[] = {
	    "threshold", "value", "lower", "point", "upper"};

	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
		if (strcmp(KEYS[i], key) == 0)
			return true;
	return false;
}

static enum kind
kind_of(const char *name, const json_t *o)
{
	const char *measure = json_string_value(json_object_get(o, "measure"));

	if (strncmp(name, "rtt_", 4) == 0)
		return SECONDS;
	if (measure == NULL)
		return PLAIN;
	return strncmp(measure, "rtt-", 4) == 0 || strcmp(measure, "dark") == 0 ? SECONDS
	       : strncmp(measure, "speed-", 6) == 0                             ? RATE
	                                                                        : PLAIN;
}

static bool
is_time(const char *key)
{
	return (ends(key, "_s") && !ends(key, "_per_s")) || ends(key, "_us") ||
	       strncmp(key, "rtt_", 4) == 0;
}

static double
instant_of(const json_t *o, const char *a, const char *b)
{
	const char *text = json_string_value(json_object_get(o, a));
	double v = NAN;

	if (text == NULL)
		text = json_string_value(json_object_get(o, b));
	return text != NULL && parse_instant(text, &v) ? v : NAN;
}

/* What a row says without writing it: how long from its start to its end, and how far
 * that may be off. */
static void
take_row(const json_t *o, bool listed)
{
	double from = instant_of(o, "start", "from"), to = instant_of(o, "end", "to");
	const json_t *a = json_object_get(o, "start_bound_s"),
	             *b = json_object_get(o, "end_bound_s");

	if (!isnan(from) && !isnan(to))
		add(to - from, SECONDS, listed);
	if (json_is_number(a) && json_is_number(b))
		add(json_number_value(a) + json_number_value(b), SECONDS, listed);
}

static void
take_text(const char *s, bool listed)
{
	double v;
	char *end;

	if (parse_instant(s, &v)) {
		add(v, INSTANT, listed);
		return;
	}
	v = strtod(s, &end);
	if (end != s && *end == '\0') /* money is decimal text */
		add(v, PLAIN, listed);
	texts = realloc(texts, (n_texts + 1) * sizeof *texts);
	texts[n_texts++] = strdup(s);
}

/* Of values in their object's kind it is that; of others by their name. */
static enum kind
kind_by(const char *key, enum kind own, bool rates)
{
	if (own != PLAIN && is_measured(key))
		return own;
	if (strcmp(key, "bps") == 0 || ends(key, "_bps") || (rates && is_value(key)))
		return RATE;
	return is_time(key) ? SECONDS : PLAIN;
}

static void
take(const char *key, const json_t *j, bool listed, bool rates, enum kind own)
{
	const char *name;
	json_t *one;
	size_t i;

	if (json_is_object(j)) {
		take_row(j, listed);
		const char *unit = json_string_value(json_object_get(j, "unit"));
		rates = unit != NULL && strcmp(unit, "bit/s") == 0;
		bool times = unit != NULL && strcmp(unit, "s") == 0;
		own = kind_of(key, j);
		json_object_foreach((json_t *)(uintptr_t)j, name, one) take(
		    times && is_value(name) ? "value_s" : name, one, listed, rates, own);
		return;
	}
	if (json_is_array(j)) {
		/* what charts are drawn from */
		bool curve =
		    strcmp(key, "buckets") == 0 ||
		    (strcmp(key, "hours") == 0 && json_is_array(json_array_get(j, 0)));
		/* of several periods of a contract the one that is told stands last */
		bool list = is_list(key) && json_array_size(j) > 1;
		if (strcmp(key, "outages") == 0 && json_array_size(j) > outages)
			outages = json_array_size(j);
		add((double)json_array_size(j), PLAIN, listed);
		json_array_foreach(j, i, one) if (!curve)
		    take(key, one, listed || list, rates, PLAIN);
		return;
	}
	if (json_is_string(j))
		take_text(json_string_value(j), listed);
	else if (json_is_number(j))
		add(json_number_value(j) / (ends(key, "_us") ? 1e6 : 1),
		    kind_by(key, own, rates), listed);
}

/* A comparison and a plan tell of their own part; what of each link is gathered beside
 * is of other times. */
static void
take_document(json_t *j)
{
	static const char *const BESIDE[] = {"outages", "sla", "evidence", "curves"};

	if (json_object_get(j, "comparison") != NULL ||
	    json_object_get(j, "migration") != NULL)
		for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE; i++)
			json_object_del(j, BESIDE[i]);
	take("", j, false, false, PLAIN);
}

/* A runbook's steps are told by how far they are from the move. */
static void
take_steps(const json_t *j)
{
	const json_t *plan = json_object_get(j, "migration"), *one;
	const char *move = json_string_value(json_object_get(plan, "cut_over"));
	double from, at;
	size_t i;

	if (move == NULL || !parse_instant(move, &from))
		return;
	json_array_foreach(json_object_get(plan, "steps"), i, one)
	{
		const char *text = json_string_value(json_object_get(one, "at"));
		if (text != NULL && parse_instant(text, &at) && n_steps < STEPS)
			steps[n_steps++] = at - from;
	}
}

static void
take_language(const json_t *j)
{
	const json_t *request = json_object_get(j, "request");
	const char *code = json_string_value(json_object_get(request, "language"));

	comma = code != NULL && strcmp(code, "en") != 0;
}

/* ---- what is printed ---- */

static int
by_value(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->v > y->v) - (x->v < y->v);
}

/* Is there a value that differs by at most ${slack}? */
static bool
has(double v, double slack, enum kind kind, bool lists)
{
	size_t low = 0, high = n_numbers;
	struct number least = {.kind = kind};

	slack = slack * 1.0001 + 1e-12;
	least.v = v - slack;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (by_value(&numbers[middle], &least) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (;
	     low < n_numbers && numbers[low].kind == kind && numbers[low].v <= v + slack;
	     low++)
		if (lists || !numbers[low].listed)
			return true;
	return false;
}

static bool
is_text(const char *word, size_t n)
{
	char part[128];

	if (n >= sizeof part)
		n = sizeof part - 1;
	memcpy(part, word, n);
	part[n] = '\0';
	for (size_t i = 0; i < n_texts; i++)
		if (strstr(texts[i], part) != NULL)
			return true;
	return false;
}

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
	*ok = has((double)timegm(&t), 16 * 86400, INSTANT, true);
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
		*ok = has(midnight, 86400 + 14 * 3600, INSTANT, true);
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
		*ok = has(ns + unit / 2, unit, INSTANT, lists);
		return at + m;
	}
	/* without its offset: any quarter of an hour may be between */
	*ok = false;
	for (int q = -56; q <= 56 && !*ok; q++)
		*ok = has(ns + q * 900.0 + unit / 2, unit, INSTANT, true);
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
			           v <= (double)outages);
	}
	if (p == text && strspn(p, "0123456789\xE2\x80\xAF") == strlen(p))
		return v >= 1 && v <= (double)outages; /* a cell of its own */
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
	double size = 1;

	if (strcmp(name, "%") == 0 || strcmp(name, "points") == 0) {
		/* what is nearly all is not printed as all of it, nor nearly none as none
		 */
		double edge = v <= unit || v >= 100 - 1.5 * unit ? unit : unit / 2;
		return has(v / 100, edge / 100, PLAIN, lists);
	}
	if (ends(name, "bit/s")) {
		size = name[0] == 'G'   ? 1e9
		       : name[0] == 'M' ? 1e6
		       : name[0] == 'k' ? 1e3
		                        : 1;
		return has(v * size, unit * size / 2 + v * size * 0.005, RATE, lists);
	}
	for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++, size *= 1024)
		if (strcmp(name, BYTES[i]) == 0)
			return has(v * size, unit * size / 2, PLAIN, lists);
	/* minutes are printed by themselves, and levels of the path have a number */
	return has(v, unit / 2, PLAIN, lists) || has(v * 60, unit * 30, SECONDS, lists);
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
		for (size_t k = 0;
		     strncmp(unit, UNITS[i].name, strlen(UNITS[i].name)) == 0 &&
		     k < n_steps;
		     k++) /* civil days: an hour may be lost or won */
			*ok |= fabs(steps[k] - v * UNITS[i].s) <= 3600;
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
	    is_text(from, (size_t)(to - from))) {
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

	for (size_t i = 0; i < n_texts && strlen(text) > 8; i++)
		if (strstr(texts[i], text) != NULL)
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
				ok = v == 0 || has(v, unit, SECONDS, lists);
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
		bool decimal = comma && *p == ',' && p > text &&
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
	take_document(j);
	take_language(j);
	take_steps(j);
	json_decref(j);
	qsort(numbers, n_numbers, sizeof *numbers, by_value);
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
