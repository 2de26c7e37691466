#include "cmd/drawer.h"
#include "cmd/whose.h"

#include "cmd/timespec.h"
#include "records/tickets.h"
#include "reports/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Time that a contract does not hold an ISP to: agreed maintenance, and the like; and
 * notes, which change nothing. */

static json_t *
row_json(const struct record *r)
{
	json_t *o = json_object();

	value_set(o, "id", json_integer(r->id));
	value_set(o, "centre", value_text(r->centre));
	value_set(o, "link", value_text(r->link));
	if (r->kind == RECORD_EXCLUSION) {
		value_set(o, "from", value_instant(r->from_ns));
		value_set(o, "to", value_instant(r->to_ns));
		value_set(
		    o, "kind", json_string(r->maintenance ? "maintenance" : "other"));
		value_set(o, "announced",
		    r->announced_ns == RECORDS_NEVER ? json_null()
		                                     : value_instant(r->announced_ns));
		value_set(o, "reason", value_text(r->said));
	} else {
		value_set(o, "at", value_instant(r->at_ns));
		value_set(o, "text", value_text(r->said));
	}
	value_set(o, "entered", value_instant(r->entered_ns));
	value_set(o, "by", value_text(r->author));
	return o;
}

static void
row_text(const struct options *o, const struct record *r)
{
	const char *zone = whose_zone(o, r->centre);
	char from[40], to[40];

	if (r->kind == RECORD_EXCLUSION) {
		instant_local(r->from_ns, zone, from);
		instant_local(r->to_ns, zone, to);
		printf("%4lld  %s/%s  %s to %s  %s: %s\n", (long long)r->id, r->centre,
		    r->link, from, to, r->maintenance ? "maintenance" : "other", r->said);
	} else {
		instant_local(r->at_ns, zone, from);
		printf("%4lld  %s/%s  %s  %s\n", (long long)r->id, r->centre, r->link,
		    from, r->said);
	}
}

static int
list(const struct options *o, enum record_kind kind)
{
	bool exclusions = kind == RECORD_EXCLUSION;
	json_t *all = json_array(), *doc = json_object();
	const struct record **standing = NULL;
	struct drawer d;
	struct whose whose;
	size_t n, shown = 0;
	int status = o->n_links > 0 ? whose_link(&whose, o) : 0;

	if (status == 0)
		status = drawer_open(&d, o, false);

	if (status == 0) {
		n = tickets_exclusions(&standing, d.rows, d.n_rows);
		for (size_t i = 0; i < (exclusions ? n : d.n_rows); i++) {
			const struct record *r = exclusions ? standing[i] : &d.rows[i];
			if (r->kind != kind || !whose_is_asked(o, r->centre, r->link))
				continue;
			shown++;
			if (o->json)
				json_array_append_new(all, row_json(r));
			else
				row_text(o, r);
		}
		if (!o->json && shown == 0)
			puts(exclusions ? "No exclusion." : "No note.");
		free(standing);
		drawer_close(&d);
	}
	value_set(doc, "schema",
	    json_string(exclusions ? "linkwitness/exclusions/1" : "linkwitness/notes/1"));
	value_set(doc, "generated", value_instant(clock_wall().ns));
	value_set(doc, exclusions ? "exclusions" : "notes", all);
	if (status == 0 && o->json)
		(void)json_print(doc, stdout);
	json_decref(doc);
	return status;
}

static int
add(const struct options *o, struct record *rec)
{
	struct drawer d;
	int status = drawer_open(&d, o, true);

	if (status != 0)
		return status;
	status = drawer_add(&d, rec);
	drawer_close(&d);
	return status;
}

static int
show(const struct options *o, const struct record *rec)
{
	if (o->json) {
		json_t *j = row_json(rec);
		(void)json_print(j, stdout);
		json_decref(j);
	} else {
		row_text(o, rec);
	}
	return 0;
}

static int
take_span(struct record *rec, const struct options *o, const struct whose *w)
{
	char err[256];

	if (o->from == NULL || o->to == NULL)
		return complain(
		    EXIT_USAGE, "exclude add: --from T and --to T say what is excluded");
	rec->from_ns = 0;
	rec->to_ns = INT64_MAX;
	if (timespec_range(o->from, o->to, w->zone, clock_wall().ns, &rec->from_ns,
	        &rec->to_ns, err, sizeof err) < 0)
		return complain(EXIT_USAGE, "%s", err);
	if (o->announced != NULL) {
		int status =
		    whose_time(&rec->announced_ns, w, "--announced", o->announced, false);
		if (status != 0)
			return status;
		if (rec->announced_ns > rec->from_ns)
			return complain(EXIT_USAGE,
			    "--announced %s: that is after it began", o->announced);
	}
	return 0;
}

static int
exclude_add(const struct options *o)
{
	struct record rec = {.kind = RECORD_EXCLUSION,
	    .at_ns = RECORDS_NEVER,
	    .announced_ns = RECORDS_NEVER,
	    .maintenance = true};
	struct whose w;
	int status = whose_link(&w, o);

	if (status != 0)
		return status;
	memcpy(rec.centre, w.centre, sizeof rec.centre);
	memcpy(rec.link, w.link, sizeof rec.link);
	if (o->kind != NULL && strcmp(o->kind, "maintenance") != 0 &&
	    strcmp(o->kind, "other") != 0)
		return complain(
		    EXIT_USAGE, "--kind %s: write maintenance or other", o->kind);
	rec.maintenance = o->kind == NULL || strcmp(o->kind, "maintenance") == 0;
	status = take_span(&rec, o, &w);
	if (status == 0 && o->reason == NULL)
		status = complain(EXIT_USAGE, "exclude add: --reason R says why");
	if (status == 0)
		status = whose_text("--reason", o->reason, RECORDS_SAID_ROOM - 1);
	if (status != 0)
		return status;
	snprintf(rec.said, sizeof rec.said, "%s", o->reason);
	status = add(o, &rec);
	return status == 0 ? show(o, &rec) : status;
}

static int
show_removed(const struct record *rec)
{
	json_t *j = json_object();

	value_set(j, "id", json_integer(rec->refers));
	value_set(j, "removed", json_true());
	(void)json_print(j, stdout);
	json_decref(j);
	return 0;
}

static int
exclude_remove(const struct options *o)
{
	struct record rec = {.kind = RECORD_EXCLUSION_REMOVED,
	    .from_ns = RECORDS_NEVER,
	    .to_ns = RECORDS_NEVER,
	    .announced_ns = RECORDS_NEVER};
	const struct record **standing, *found = NULL;
	struct drawer d;
	char *end = NULL;
	int64_t id = o->n_args == 2 ? strtoll(o->args[1], &end, 10) : 0;

	if (end == NULL || *end != '\0' || id <= 0)
		return complain(EXIT_USAGE,
		    "exclude remove: say which: the number that exclude list prints");
	if (o->reason != NULL &&
	    whose_text("--reason", o->reason, RECORDS_SAID_ROOM - 1) != 0)
		return EXIT_USAGE;
	int status = drawer_open(&d, o, false);
	if (status != 0)
		return status;
	size_t n = tickets_exclusions(&standing, d.rows, d.n_rows);
	for (size_t i = 0; i < n; i++)
		if (standing[i]->id == id)
			found = standing[i];
	if (found != NULL) {
		memcpy(rec.centre, found->centre, sizeof rec.centre);
		memcpy(rec.link, found->link, sizeof rec.link);
	}
	free(standing);
	drawer_close(&d);
	if (found == NULL)
		return complain(
		    EXIT_USAGE, "exclude remove %lld: there is none", (long long)id);
	rec.refers = id;
	rec.at_ns = clock_wall().ns;
	snprintf(rec.said, sizeof rec.said, "%s", o->reason != NULL ? o->reason : "");
	status = add(o, &rec);
	if (status == 0 && o->json)
		return show_removed(&rec);
	if (status == 0)
		printf("exclusion %lld of %s/%s is removed\n", (long long)id, rec.centre,
		    rec.link);
	return status;
}

int
cmd_exclude(struct options *o)
{
	const char *word = o->n_args > 0 ? o->args[0] : "";

	if (strcmp(word, "add") == 0 && o->n_args == 1)
		return exclude_add(o);
	if (strcmp(word, "list") == 0 && o->n_args == 1)
		return list(o, RECORD_EXCLUSION);
	if (strcmp(word, "remove") == 0)
		return exclude_remove(o);
	return complain(EXIT_USAGE, "exclude: write add, remove ID or list");
}

int
cmd_note(struct options *o)
{
	const char *word = o->n_args > 0 ? o->args[0] : "";
	const char *text = o->n_args == 2 ? o->args[1] : o->n_args == 1 ? o->said : NULL;
	struct record rec = {.kind = RECORD_NOTE,
	    .from_ns = RECORDS_NEVER,
	    .to_ns = RECORDS_NEVER,
	    .announced_ns = RECORDS_NEVER};
	struct whose w;

	if (strcmp(word, "list") == 0 && o->n_args == 1)
		return list(o, RECORD_NOTE);
	if (strcmp(word, "add") != 0 || text == NULL)
		return complain(EXIT_USAGE, "note: write add --link L TEXT, or list");
	int status = whose_link(&w, o);
	if (status == 0)
		status = whose_time(&rec.at_ns, &w, "--at", o->at, false);
	if (status == 0)
		status = whose_text("note", text, RECORDS_SAID_ROOM - 1);
	if (status != 0)
		return status;
	memcpy(rec.centre, w.centre, sizeof rec.centre);
	memcpy(rec.link, w.link, sizeof rec.link);
	snprintf(rec.said, sizeof rec.said, "%s", text);
	status = add(o, &rec);
	return status == 0 ? show(o, &rec) : status;
}
