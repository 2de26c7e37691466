/*
 * Files inside of a PDF (ISO 32000-2, 7.11.4 and 14.13): a stream, a file specification
 * that names it, and two lists of those, of the document and of its names.
 */
#include "reports/dossier_attach.h"

#include "base/zone.h"

#include <stdio.h>
#include <string.h>

static void
print_date(int64_t ns, char out[32])
{
	struct zone_time t;

	zone_civil(ns, "UTC", &t);
	snprintf(out, 32, "D:%04d%02d%02d%02d%02d%02dZ", t.year, t.month, t.day, t.hour,
	    t.minute, t.second);
}

/* A name cannot hold a slash as it is: "application/json" is /application#2Fjson. */
static void
print_subtype(const char *mime, char *out, size_t room)
{
	const char *slash = strchr(mime, '/');

	if (slash == NULL)
		snprintf(out, room, "/%s", mime);
	else
		snprintf(out, room, "/%.*s#2F%s", (int)(slash - mime), mime, slash + 1);
}

static void
put(qpdf_data q, qpdf_oh o, const char *key, qpdf_oh value)
{
	qpdf_oh_replace_key(q, o, key, value);
	qpdf_oh_release(q, value);
}

static qpdf_oh
stream_of(qpdf_data q, const struct attachment *t, int64_t as_of_ns)
{
	char date[32], subtype[64], params[160];
	qpdf_oh s = qpdf_oh_new_stream(q), none = qpdf_oh_new_null(q);
	qpdf_oh dict = qpdf_oh_get_dict(q, s);

	print_date(as_of_ns, date);
	print_subtype(t->mime, subtype, sizeof subtype);
	snprintf(params, sizeof params,
	    "<< /Size %zu /CreationDate (%s) /ModDate (%s) >>", t->n, date, date);
	qpdf_oh_replace_stream_data(
	    q, s, (const unsigned char *)t->bytes, t->n, none, none);
	put(q, dict, "/Type", qpdf_oh_new_name(q, "/EmbeddedFile"));
	put(q, dict, "/Subtype", qpdf_oh_new_name(q, subtype));
	put(q, dict, "/Params", qpdf_oh_parse(q, params));
	qpdf_oh_release(q, none);
	qpdf_oh_release(q, dict);
	return s;
}

static qpdf_oh
file_of(qpdf_data q, const struct attachment *t, int64_t as_of_ns)
{
	char relation[40];
	qpdf_oh spec = qpdf_oh_new_dictionary(q), ef = qpdf_oh_new_dictionary(q);
	qpdf_oh stream = stream_of(q, t, as_of_ns);

	snprintf(relation, sizeof relation, "/%s", t->relation);
	qpdf_oh_replace_key(q, ef, "/F", stream);
	qpdf_oh_replace_key(q, ef, "/UF", stream);
	put(q, spec, "/Type", qpdf_oh_new_name(q, "/Filespec"));
	put(q, spec, "/F", qpdf_oh_new_string(q, t->name));
	put(q, spec, "/UF", qpdf_oh_new_unicode_string(q, t->name));
	put(q, spec, "/Desc", qpdf_oh_new_unicode_string(q, t->description));
	put(q, spec, "/AFRelationship", qpdf_oh_new_name(q, relation));
	put(q, spec, "/EF", ef);
	qpdf_oh_release(q, stream);
	qpdf_oh made = qpdf_make_indirect_object(q, spec);
	qpdf_oh_release(q, spec);
	return made;
}

/* The names of a name tree must ascend. */
static size_t
after(const struct annex *a, const char *name)
{
	size_t found = a->n;

	for (size_t i = 0; i < a->n; i++)
		if ((name == NULL || strcmp(a->v[i].name, name) > 0) &&
		    (found == a->n || strcmp(a->v[i].name, a->v[found].name) < 0))
			found = i;
	return found;
}

void
dossier_attach(qpdf_data q, const struct annex *a, int64_t as_of_ns)
{
	qpdf_oh root = qpdf_get_root(q), list = qpdf_oh_new_array(q);
	qpdf_oh names = qpdf_oh_new_array(q), tree = qpdf_oh_new_dictionary(q);
	qpdf_oh all = qpdf_oh_get_key(q, root, "/Names");
	const char *name = NULL;

	for (size_t i; (i = after(a, name)) < a->n; name = a->v[i].name) {
		qpdf_oh file = file_of(q, &a->v[i], as_of_ns);
		qpdf_oh key = qpdf_oh_new_unicode_string(q, a->v[i].name);
		qpdf_oh_append_item(q, list, file);
		qpdf_oh_append_item(q, names, key);
		qpdf_oh_append_item(q, names, file);
		qpdf_oh_release(q, key);
		qpdf_oh_release(q, file);
	}
	put(q, tree, "/Names", names);
	if (!qpdf_oh_is_dictionary(q, all)) {
		qpdf_oh_release(q, all);
		all = qpdf_oh_new_dictionary(q);
		qpdf_oh_replace_key(q, root, "/Names", all);
	}
	put(q, all, "/EmbeddedFiles", tree);
	put(q, root, "/AF", list);
	qpdf_oh_release(q, all);
	qpdf_oh_release(q, root);
	qpdf_set_info_key(q, "/LinkwitnessDocument", a->id);
	qpdf_set_info_key(q, "/LinkwitnessDataRoot", a->data_root);
}
