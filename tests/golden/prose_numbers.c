#include "tests/golden/prose_numbers.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 32

struct number {
	double v;
	enum kind kind;
	bool listed;
};

static struct number *numbers;
static size_t n_numbers;
static char **texts;
static size_t n_texts;
static size_t outages;
static double steps[STEPS]; /* of a runbook, s from the move */
static size_t n_steps;
static bool comma;

/* ---- taken ---- */

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

static int
by_value(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->v > y->v) - (x->v < y->v);
}

void
numbers_take(json_t *results)
{
	take_document(results);
	take_language(results);
	take_steps(results);
	qsort(numbers, n_numbers, sizeof *numbers, by_value);
}

/* ---- asked for ---- */

bool
numbers_have(double v, double slack, enum kind kind, bool lists)
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

bool
numbers_say(const char *word, size_t n)
{
	for (size_t i = 0; i < n_texts; i++)
		if (memmem(texts[i], strlen(texts[i]), word, n) != NULL)
			return true;
	return false;
}

bool
numbers_step(double v, double slack)
{
	for (size_t i = 0; i < n_steps; i++)
		if (fabs(steps[i] - v) <= slack)
			return true;
	return false;
}

size_t
numbers_outages(void)
{
	return outages;
}

bool
numbers_comma(void)
{
	return comma;
}
