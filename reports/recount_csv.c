#include "reports/recount.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

/* Where a column's value stands in an outage of the JSON. Columns that are not here are
 * others' to know. */
enum cell_kind {
	CELL_LINK, /* of the link */
	CELL_CLASS,
	CELL_TEXT, /* null is empty */
	CELL_FLAG,
	CELL_SECONDS,
	CELL_COUNT,
	CELL_EVIDENCE_COUNT,
	CELL_EVIDENCE_TEXT
};

static const struct {
	const char *name;
	enum cell_kind kind;
} COLUMNS[] = {{"centre", CELL_LINK}, {"link", CELL_LINK}, {"id", CELL_TEXT},
    {"class", CELL_CLASS}, {"start", CELL_TEXT}, {"end", CELL_TEXT}, {"open", CELL_FLAG},
    {"start_bound_s", CELL_SECONDS}, {"end_bound_s", CELL_SECONDS},
    {"duration_s", CELL_SECONDS}, {"duration_min_s", CELL_SECONDS},
    {"duration_max_s", CELL_SECONDS}, {"down_s", CELL_SECONDS},
    {"unknown_s", CELL_SECONDS}, {"extent", CELL_TEXT}, {"networks_failed", CELL_COUNT},
    {"networks_total", CELL_COUNT}, {"replies_during", CELL_COUNT},
    {"attribution", CELL_TEXT}, {"confidence", CELL_TEXT}, {"counted", CELL_FLAG},
    {"not_counted_reason", CELL_TEXT}, {"incident", CELL_TEXT},
    {"common_cause", CELL_TEXT}, {"clipped_s", CELL_SECONDS},
    {"probes_lost", CELL_EVIDENCE_COUNT}, {"rx_bytes", CELL_EVIDENCE_COUNT},
    {"deepest_answering", CELL_EVIDENCE_TEXT}};
#define N_COLUMNS    (sizeof COLUMNS / sizeof *COLUMNS)
#define COLUMNS_MOST 64

struct table {
	const char *at, *end;
	int columns[COLUMNS_MOST]; /* number in COLUMNS, or -1 */
	size_t n;
	size_t row; /* 1: the header */
};

/* The next cell into out, what is quoted without its quotes (RFC 4180; a formula's
 * apostrophe away). Result: the sign behind it, ',' or '\n'; '\0' at the end; -1 where it
 * is none. */
static int
next_cell(struct table *t, struct bytes *out)
{
	out->n = 0;
	if (t->at < t->end && *t->at == '"') {
		for (t->at++;; t->at++) {
			if (t->at >= t->end)
				return -1;
			if (*t->at == '"' && (t->at + 1 >= t->end || t->at[1] != '"'))
				break;
			t->at += *t->at == '"';
			bytes_u8(out, (uint8_t)*t->at);
		}
		t->at++;
		if (out->n > 0 && out->p[0] == '\'')
			memmove(out->p, out->p + 1, --out->n);
	} else {
		while (t->at < t->end && *t->at != ',' && *t->at != '\n')
			bytes_u8(out, (uint8_t)*t->at++);
	}
	bytes_u8(out, 0);
	out->n--;
	if (t->at >= t->end)
		return '\0';
	return *t->at == ',' || *t->at == '\n' ? *t->at++ : -1;
}

static bool
read_header(struct table *t, struct bytes *cell)
{
	int sign = ',';

	while (sign == ',') {
		sign = next_cell(t, cell);
		if (sign < 0 || t->n == COLUMNS_MOST)
			return false;
		int found = -1;
		for (size_t i = 0; i < N_COLUMNS; i++)
			if (strcmp(COLUMNS[i].name, (char *)cell->p) == 0)
				found = (int)i;
		t->columns[t->n++] = found;
	}
	t->row = 1;
	return sign == '\n';
}

/* ---- a cell against its value ---- */

static bool
is_text(const char *cell, const json_t *v)
{
	const char *text = json_is_null(v) ? "" : json_string_value(v);

	return text != NULL && strcmp(text, cell) == 0;
}

static bool
is_seconds(const char *cell, const json_t *v)
{
	char text[48];

	if (json_is_null(v))
		return cell[0] == '\0';
	snprintf(text, sizeof text, "%.6f", json_number_value(v));
	return json_is_number(v) && strcmp(text, cell) == 0;
}

static bool
is_count(const char *cell, const json_t *v)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v));
	return json_is_integer(v) && strcmp(text, cell) == 0;
}

static bool
agrees(int column, const char *cell, const json_t *link, const json_t *o, bool micro)
{
	const char *name = COLUMNS[column].name;
	const json_t *v = json_object_get(o, name), *e = json_object_get(o, "evidence");

	switch (COLUMNS[column].kind) {
	case CELL_LINK:
		return is_text(cell, json_object_get(link, name));
	case CELL_CLASS:
		return strcmp(cell, micro ? "micro" : "outage") == 0;
	case CELL_TEXT:
		return is_text(cell, v);
	case CELL_FLAG:
		return strcmp(cell, json_is_true(v) ? "true" : "false") == 0;
	case CELL_SECONDS:
		return is_seconds(cell, v);
	case CELL_COUNT:
		return is_count(cell, v);
	case CELL_EVIDENCE_COUNT:
		return is_count(cell, json_object_get(e, name));
	case CELL_EVIDENCE_TEXT:
		return is_text(cell, json_object_get(e, name));
	}
	return false;
}

static bool
check_row(struct table *t, struct bytes *cell, const json_t *link, const json_t *o,
    bool micro, struct findings *f)
{
	const char *id = json_string_value(json_object_get(o, "id"));

	t->row++;
	if (t->at >= t->end) {
		findings_add(f, FINDING_FAILS, "incidents.csv",
		    "it ends before outage %s of results.json", id != NULL ? id : "?");
		return false;
	}
	for (size_t i = 0; i < t->n; i++) {
		int sign = next_cell(t, cell);
		if (sign != (i + 1 < t->n ? ',' : '\n')) {
			findings_add(f, FINDING_FAILS, "incidents.csv",
			    "line %zu is no row of it", t->row);
			return false;
		}
		if (t->columns[i] < 0 ||
		    agrees(t->columns[i], (char *)cell->p, link, o, micro))
			continue;
		findings_add(f, FINDING_FAILS, "incidents.csv",
		    "line %zu: %s is \"%.40s\", which is not what outage %s of "
		    "results.json says",
		    t->row, COLUMNS[t->columns[i]].name, (char *)cell->p,
		    id != NULL ? id : "?");
		return false;
	}
	return true;
}

void
recount_incidents(const json_t *results, const char *csv, size_t n, struct findings *f)
{
	static const char *const LISTS[] = {"outages", "micro_outages"};
	struct table t = {.at = csv, .end = csv + n};
	struct bytes cell = {0};
	const json_t *link, *o;
	bool good = read_header(&t, &cell);
	size_t l, i;

	if (!good)
		findings_add(f, FINDING_FAILS, "incidents.csv", "it has no header");
	json_array_foreach(json_object_get(json_object_get(results, "outages"), "links"),
	    l, link) for (int k = 0; k < 2; k++)
	    json_array_foreach(json_object_get(link, LISTS[k]), i, o) good =
	        good && check_row(&t, &cell, link, o, k == 1, f);
	if (good && t.at < t.end)
		findings_add(f, FINDING_FAILS, "incidents.csv",
		    "it has more rows than results.json has outages");
	else if (good)
		findings_add(f, FINDING_HOLDS, "incidents.csv",
		    t.row == 2   ? "%zu row, what results.json says"
		    : t.row == 1 ? "%zu rows, as results.json has no outages"
		                 : "%zu rows, each what results.json says",
		    t.row - 1);
	bytes_free(&cell);
}
