#include "cmd/rejudge.h"

#include "base/journal_roots.h"
#include "reports/annex.h"
#include "reports/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

/* The chain as a whole, then each root that the manifest lists. */
static bool
check_roots(const char *dir, const json_t *manifest, struct findings *f)
{
	const json_t *list = json_object_get(manifest, "segments"), *s;
	char err[512], root[65];
	size_t i;

	if (journal_verify(dir, err, sizeof err) != 0) {
		findings_add(f, FINDING_FAILS, "journal", "%s: %s", dir, err);
		return false;
	}
	struct journal_roots all;
	if (journal_roots(&all, dir, INT64_MAX, err, sizeof err) < 0) {
		findings_add(f, FINDING_FAILS, "journal", "%s", err);
		return false;
	}
	bool ours = strcmp(all.agent, text_of(manifest, "agent")) == 0;
	journal_roots_done(&all);
	if (!ours) {
		findings_add(
		    f, FINDING_FAILS, "journal", "%s: it is another agent's", dir);
		return false;
	}
	json_array_foreach(list, i, s)
	{
		uint32_t segment =
		    (uint32_t)json_integer_value(json_object_get(s, "segment"));
		uint32_t blocks =
		    (uint32_t)json_integer_value(json_object_get(s, "blocks"));
		int rc = journal_root_then(dir, segment, blocks, root);
		if (rc < 0)
			findings_add(f, FINDING_FAILS, "journal", "segment %u: %s",
			    segment,
			    rc == -ENOENT    ? "it is not there"
			    : rc == -ENODATA ? "it has fewer blocks than it had"
			                     : "it cannot be read");
		else if (strcmp(root, text_of(s, "root")) != 0)
			findings_add(f, FINDING_FAILS, "journal",
			    "segment %u: its root is not the one the document rests on",
			    segment);
		if (rc < 0 || strcmp(root, text_of(s, "root")) != 0)
			return false;
	}
	size_t n = json_array_size(list);
	findings_add(f, FINDING_HOLDS, "journal",
	    "%s: the chain holds, and %zu segment%s the root%s the document rests on",
	    dir, n, n == 1 ? " has" : "s have", n == 1 ? "" : "s");
	return true;
}

/* ---- judged again ---- */

struct again {
	struct options o;
	char links[LINKS_MAX][2 * NAME_ROOM + 2];
	char *args[1];
	struct record *records;
	json_t *results;
};

/* "dossier" of linkwitness report, from the request of the results. */
static bool
take_request(struct again *a, const json_t *results)
{
	static const char *const DOCUMENTS[][2] = {{"dossier", "dossier"}, {"sla", "sla"},
	    {"comparison", "compare"}, {"migration", "migration"}};
	const json_t *q = json_object_get(results, "request");
	struct options *o = &a->o;

	for (size_t i = 0; i < 4; i++)
		if (strcmp(text_of(q, "document"), DOCUMENTS[i][0]) == 0)
			a->args[0] = (char *)(uintptr_t)DOCUMENTS[i][1];
	o->args = a->args;
	o->n_args = 1;
	o->from = json_string_value(json_object_get(q, "from"));
	o->to = json_string_value(json_object_get(q, "to"));
	o->profile = json_string_value(json_object_get(q, "profile"));
	o->from_link = json_string_value(json_object_get(q, "from_link"));
	o->to_link = json_string_value(json_object_get(q, "to_link"));
	o->cut_over = json_string_value(json_object_get(q, "cut_over"));
	o->growth = json_string_value(json_object_get(q, "growth"));
	o->paper = json_string_value(json_object_get(q, "paper"));
	o->language = json_string_value(json_object_get(q, "language"));
	o->redact = json_string_value(json_object_get(q, "redacted"));
	return a->args[0] != NULL &&
	       value_read_instant(
	           json_string_value(json_object_get(results, "as_of")), &o->as_of_ns);
}

static bool
take_links(struct again *a, const json_t *results)
{
	const json_t *list = json_object_get(results, "links"), *l;
	size_t i;

	if (json_array_size(list) > LINKS_MAX)
		return false;
	json_array_foreach(list, i, l)
	{
		const char *centre = text_of(l, "centre"), *link = text_of(l, "link");
		if (strlen(centre) >= NAME_ROOM || strlen(link) >= NAME_ROOM)
			return false;
		snprintf(a->links[i], sizeof a->links[i], "%s/%s", centre, link);
		if (a->o.from_link == NULL)
			a->o.links[a->o.n_links++] = a->links[i];
	}
	return true;
}

static bool
take_records(struct again *a, const struct inside *in, char *err, size_t room)
{
	const struct inside_file *file = inspect_find(in, "records.json");
	json_t *j = file != NULL ? json_loadb(file->bytes, file->n, 0, NULL) : NULL;
	int n = j != NULL ? records_of_json(&a->records, j, err, room) : -EINVAL;

	json_decref(j);
	if (n < 0)
		return false;
	a->o.records = a->records;
	a->o.n_records = (size_t)n;
	return true;
}

static bool
take_configuration(struct again *a, const struct inside *in, char *err, size_t room)
{
	const struct inside_file *file = inspect_find(in, "configuration.txt");

	return file == NULL || settings_parse(&a->o.settings, "configuration.txt",
	                           file->bytes, file->n, err, room) == 0;
}

/* What must be the same: all but the software's version, and how the configuration that
 * was cut down was hashed. The journal may have lost its beginning to retention. */
static void
compare(const json_t *then, const json_t *now, struct findings *f)
{
	static const char *const MAY_DIFFER[] = {"software", "config_sha256", "journal"};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)then, key, value)
	{
		bool free = false;
		for (size_t i = 0; i < 3; i++)
			free = free || strcmp(key, MAY_DIFFER[i]) == 0;
		if (free || json_equal(value, json_object_get(now, key)))
			continue;
		findings_add(f, FINDING_FAILS, "judged again",
		    "the journal does not give the \"%s\" that results.json has", key);
		return;
	}
	findings_add(f, FINDING_HOLDS, "judged again",
	    "the journal gives the same results, number for number");
}

static void
judge_again(const struct options *o, const json_t *results, const struct inside *in,
    struct findings *f)
{
	struct again a = {.o = {.output = "again"}};
	char err[512] = "its request is none";
	size_t n;

	a.o.again = &a.results;
	snprintf(a.o.data_dir, sizeof a.o.data_dir, "%s", o->journal);
	bool ready = take_request(&a, results) && take_links(&a, results) &&
	             take_records(&a, in, err, sizeof err) &&
	             take_configuration(&a, in, err, sizeof err);
	if (!ready)
		findings_add(f, FINDING_FAILS, "judged again",
		    "it cannot be judged again: %s", err);
	else if (cmd_report(&a.o) != 0 || a.results == NULL)
		findings_add(
		    f, FINDING_FAILS, "judged again", "it cannot be judged again");
	if (a.results != NULL) {
		/* As it is written, so that rounding is the same. */
		char *text = canonical(a.results, &n);
		json_t *now = json_loadb(text, n, 0, NULL);
		compare(results, now, f);
		json_decref(now);
		free(text);
	}
	json_decref(a.results);
	settings_free(a.o.settings);
	free(a.records);
}

void
rejudge(const struct options *o, const json_t *manifest, const json_t *results,
    const struct inside *in, struct findings *f)
{
	if (strlen(o->journal) >= sizeof o->data_dir)
		findings_add(f, FINDING_FAILS, "journal", "its path is too long");
	else if (check_roots(o->journal, manifest, f))
		judge_again(o, results, in, f);
}
