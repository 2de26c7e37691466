#include "reports/manifest.h"

#include "base/bytes.h"
#include "base/whole.h"
#include "reports/value.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

static size_t
dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* Below the document's directory by its way from there; else its last two names, so that
 * nothing of this machine is told. */
static const char *
name_from(const char *pdf, const char *path)
{
	size_t n = dir_length(pdf), at = dir_length(path);

	if (strncmp(pdf, path, n) == 0 && path[n] != '/' &&
	    strncmp(path + n, "../", 3) != 0)
		return path + n;
	while (at > 1 && path[at - 2] != '/')
		at--;
	return path + (at > 0 ? at - 1 : 0);
}

void
manifest_add(
    struct manifest_files *f, const char *pdf, const char *kind, const char *path)
{
	f->v = memory_grow(f->v, f->n + 1, sizeof *f->v);
	f->v[f->n++] = (struct manifest_file){
	    .name = strdup(name_from(pdf, path)), .kind = kind, .path = strdup(path)};
}

static int
is_chart(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".png") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
manifest_add_charts(struct manifest_files *f, const char *pdf, const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_chart, by_bytes);
	size_t room = strlen(dir);

	if (n < 0)
		return -errno;
	while (room > 1 && dir[room - 1] == '/')
		room--;
	for (int i = 0; i < n; i++) {
		size_t need = room + strlen(list[i]->d_name) + 2;
		char *path = memory_grow(NULL, need, 1);
		snprintf(path, need, "%.*s/%s", (int)room, dir, list[i]->d_name);
		manifest_add(f, pdf, "chart", path);
		free(path);
		free(list[i]);
	}
	free(list);
	return 0;
}

void
manifest_done(struct manifest_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].name);
		free(f->v[i].path);
	}
	free(f->v);
	memset(f, 0, sizeof *f);
}

char *
manifest_path(const char *pdf, const char *end)
{
	size_t n = strlen(pdf), room;

	if (n > 4 && strcmp(pdf + n - 4, ".pdf") == 0)
		n -= 4;
	room = n + strlen(end) + sizeof ".manifest.json";
	char *out = memory_grow(NULL, room, 1);
	snprintf(out, room, "%.*s.manifest.json%s", (int)n, pdf, end);
	return out;
}

/* ---- the manifest ---- */

static json_t *
part_json(const char *name, const char *kind, const char *mime, uint64_t bytes,
    const char *sha256)
{
	json_t *o = json_object();

	value_set(o, "name", value_text(name));
	value_set(o, "kind", json_string(kind));
	value_set(o, "media_type", json_string(mime));
	value_set(o, "bytes", json_integer((json_int_t)bytes));
	value_set(o, "sha256", json_string(sha256));
	return o;
}

static const char *
mime_of(const char *name)
{
	static const struct {
		const char *end, *mime;
	} TYPES[] = {{".pdf", "application/pdf"}, {".png", "image/png"},
	    {".xlsx",
	        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	    {".json", "application/json"}, {".csv", "text/csv"}};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
		size_t end = strlen(TYPES[i].end);
		if (n > end && strcmp(name + n - end, TYPES[i].end) == 0)
			return TYPES[i].mime;
	}
	return "application/octet-stream";
}

static int
add_files(json_t *list, const struct manifest_files *f, char *err, size_t room)
{
	for (size_t i = 0; i < f->n; i++) {
		char sha256[DIGEST_ROOM];
		uint64_t bytes;
		int rc = digest_file(f->v[i].path, sha256, &bytes);
		if (rc < 0) {
			snprintf(err, room, "%s: %s", f->v[i].path, strerror(-rc));
			return rc;
		}
		json_array_append_new(list, part_json(f->v[i].name, f->v[i].kind,
		                                mime_of(f->v[i].path), bytes, sha256));
	}
	return 0;
}

static void
add_attachments(json_t *list, const struct annex *a)
{
	for (size_t i = 0; i < a->n; i++)
		json_array_append_new(list, part_json(a->v[i].name, "attachment",
		                                a->v[i].mime, a->v[i].n, a->v[i].sha256));
}

static json_t *
segments_json(const struct journal_roots *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n; i++) {
		json_t *o = json_object();
		value_set(o, "segment", json_integer(r->v[i].segment));
		value_set(o, "blocks", json_integer(r->v[i].blocks));
		value_set(o, "begun", value_instant(r->v[i].begun_ns));
		value_set(o, "root", json_string(r->v[i].root));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
manifest_json(const struct results *r, json_t *parts)
{
	const struct annex *a = r->annex;
	json_t *o = json_object(), *signer = json_null();

	if (a->fingerprint[0] != '\0') {
		signer = json_object();
		value_set(signer, "name", value_text(a->signer));
		value_set(signer, "certificate_sha256", json_string(a->fingerprint));
	}
	value_set(o, "schema", json_string("linkwitness/manifest/1"));
	value_set(o, "id", json_string(a->id));
	value_set(o, "document", json_string(a->request.document));
	value_set(o, "as_of", value_instant(r->as_of.ns));
	value_set(o, "software", value_text(r->software));
	value_set(o, "agent", value_text(r->agent));
	value_set(o, "config_sha256", value_text_or_null(a->config));
	value_set(o, "redacted", value_text_or_null(a->request.redacted));
	value_set(o, "data_root", json_string(a->data_root));
	value_set(o, "segments", segments_json(&a->roots));
	value_set(o, "signer", signer);
	value_set(o, "timestamp_authority", value_text_or_null(a->authority));
	value_set(o, "parts", parts);
	return o;
}

int
manifest_write(const struct manifest_files *f, const struct results *r, char **out,
    size_t *n, char *err, size_t room)
{
	json_t *parts = json_array();
	int rc = add_files(parts, f, err, room);

	if (rc < 0) {
		json_decref(parts);
		return rc;
	}
	add_attachments(parts, r->annex);
	json_t *o = manifest_json(r, parts);
	char *path = manifest_path(f->v[0].path, "");
	*out = canonical(o, n);
	json_decref(o);
	rc = whole_write(path, *out, *n, 0644);
	if (rc < 0) {
		snprintf(err, room, "%s: %s", path, strerror(-rc));
		free(*out);
		*out = NULL;
	}
	free(path);
	return rc;
}
