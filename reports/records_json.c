/* What people entered, row by row, so that a verdict can be worked out again elsewhere.
 */
#include "reports/annex.h"
#include "reports/value.h"

#include "base/bytes.h"
#include "base/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 100000

static void
set_at(json_t *o, const char *key, int64_t ns)
{
	value_set(o, key, ns == RECORDS_NEVER ? json_null() : value_instant(ns));
}

json_t *
records_json(const struct record *rows, size_t n)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct record *r = &rows[i];
		json_t *e = json_object();
		value_set(e, "id", json_integer(r->id));
		set_at(e, "entered", r->entered_ns);
		value_set(e, "by", value_text(r->author));
		value_set(e, "kind", json_string(record_kind_name(r->kind)));
		value_set(e, "centre", value_text(r->centre));
		value_set(e, "link", value_text(r->link));
		value_set(e, "reference", value_text(r->reference));
		set_at(e, "at", r->at_ns);
		set_at(e, "from", r->from_ns);
		set_at(e, "to", r->to_ns);
		set_at(e, "announced", r->announced_ns);
		value_set(e, "maintenance", json_boolean(r->maintenance));
		value_set(e, "refers", json_integer(r->refers));
		value_set(e, "outage", value_text(r->outage));
		value_set(e, "said", value_text(r->said));
		json_array_append_new(list, e);
	}
	value_set(o, "schema", json_string("linkwitness/records/1"));
	value_set(o, "entries", list);
	return o;
}

/* ---- and in again ---- */

static bool
take_text(const json_t *e, const char *key, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(e, key));

	if (text == NULL || strlen(text) >= room)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool
take_at(const json_t *e, const char *key, int64_t *out)
{
	const json_t *v = json_object_get(e, key);

	if (json_is_null(v)) {
		*out = RECORDS_NEVER;
		return true;
	}
	return value_read_instant(json_string_value(v), out);
}

static bool
take_kind(const json_t *e, enum record_kind *out)
{
	const char *text = json_string_value(json_object_get(e, "kind"));

	for (int k = 0; text != NULL && k < RECORD_KINDS; k++)
		if (strcmp(record_kind_name((enum record_kind)k), text) == 0) {
			*out = (enum record_kind)k;
			return true;
		}
	return false;
}

static bool
take_row(const json_t *e, struct record *r)
{
	memset(r, 0, sizeof *r);
	r->id = json_integer_value(json_object_get(e, "id"));
	r->refers = json_integer_value(json_object_get(e, "refers"));
	r->maintenance = json_is_true(json_object_get(e, "maintenance"));
	return take_kind(e, &r->kind) &&
	       take_text(e, "by", r->author, sizeof r->author) &&
	       take_text(e, "centre", r->centre, sizeof r->centre) &&
	       take_text(e, "link", r->link, sizeof r->link) &&
	       take_text(e, "reference", r->reference, sizeof r->reference) &&
	       take_text(e, "outage", r->outage, sizeof r->outage) &&
	       take_text(e, "said", r->said, sizeof r->said) &&
	       take_at(e, "entered", &r->entered_ns) && take_at(e, "at", &r->at_ns) &&
	       take_at(e, "from", &r->from_ns) && take_at(e, "to", &r->to_ns) &&
	       take_at(e, "announced", &r->announced_ns);
}

int
records_of_json(struct record **out, const json_t *j, char *err, size_t room)
{
	const char *schema = json_string_value(json_object_get(j, "schema"));
	const json_t *list = json_object_get(j, "entries");
	size_t n = json_array_size(list);

	if (schema == NULL || strcmp(schema, "linkwitness/records/1") != 0 ||
	    !json_is_array(list) || n > ROWS_MOST) {
		snprintf(err, room, "it is no linkwitness/records/1");
		return -EINVAL;
	}
	*out = memory_grow(NULL, n + 1, sizeof **out);
	for (size_t i = 0; i < n; i++)
		if (!take_row(json_array_get(list, i), &(*out)[i])) {
			snprintf(err, room, "entry %zu is none", i + 1);
			free(*out);
			*out = NULL;
			return -EINVAL;
		}
	return (int)n;
}
