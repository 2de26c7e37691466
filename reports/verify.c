#include "reports/verify.h"

#include "base/bytes.h"
#include "reports/annex.h"
#include "reports/recount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

/* JSON in the one form that is hashed; NULL with a finding under ${what}. */
static json_t *
read_canonical(
    const char *text, size_t n, const char *schema, const char *what, struct findings *f)
{
	json_error_t e;
	json_t *j = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
	size_t length;

	if (j == NULL) {
		findings_add(f, FINDING_FAILS, what, "line %d: %s", e.line, e.text);
		return NULL;
	}
	if (strcmp(text_of(j, "schema"), schema) != 0) {
		findings_add(f, FINDING_FAILS, what, "it is no %s", schema);
		json_decref(j);
		return NULL;
	}
	char *again = canonical(j, &length);
	bool same = length == n && memcmp(again, text, n) == 0;
	free(again);
	if (same)
		return j;
	findings_add(
	    f, FINDING_FAILS, what, "it is not written as linkwitness writes it");
	json_decref(j);
	return NULL;
}

/* ---- the manifest ---- */

static bool
is_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool
roots_of(const json_t *manifest, struct journal_roots *out)
{
	const json_t *list = json_object_get(manifest, "segments"), *s;
	size_t i;

	memset(out, 0, sizeof *out);
	snprintf(out->agent, sizeof out->agent, "%s", text_of(manifest, "agent"));
	out->v = memory_grow(NULL, json_array_size(list) + 1, sizeof *out->v);
	json_array_foreach(list, i, s)
	{
		json_int_t segment = json_integer_value(json_object_get(s, "segment"));
		json_int_t blocks = json_integer_value(json_object_get(s, "blocks"));
		if (!is_hash(text_of(s, "root")) || segment <= 0 || blocks <= 0 ||
		    segment > UINT32_MAX || blocks > UINT32_MAX)
			return false;
		struct journal_root *r = &out->v[out->n++];
		*r = (struct journal_root){
		    .segment = (uint32_t)segment, .blocks = (uint32_t)blocks};
		memcpy(r->root, text_of(s, "root"), sizeof r->root);
	}
	return true;
}

json_t *
verify_manifest(const char *text, size_t n, struct findings *f)
{
	json_t *m = read_canonical(text, n, "linkwitness/manifest/1", "manifest", f);
	struct journal_roots roots;
	char hash[DIGEST_ROOM] = "";

	if (m == NULL)
		return NULL;
	if (roots_of(m, &roots))
		journal_roots_hash(&roots, hash);
	if (strcmp(hash, text_of(m, "data_root")) == 0) {
		findings_add(f, FINDING_HOLDS, "manifest",
		    "%.30s, as of %.27s; data root %s, segments: %zu", text_of(m, "id"),
		    text_of(m, "as_of"), hash, roots.n);
	} else {
		findings_add(f, FINDING_FAILS, "manifest",
		    "its data root is not that of its segments");
		json_decref(m);
		m = NULL;
	}
	journal_roots_done(&roots);
	return m;
}

/* ---- files ---- */

/* A name that stays where the manifest is. */
static bool
is_below(const char *name)
{
	if (name[0] == '\0' || name[0] == '/')
		return false;
	for (const char *p = name; *p != '\0'; p += strcspn(p, "/"), p += *p == '/') {
		size_t n = strcspn(p, "/");
		if (n == 0 || (n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
	}
	return true;
}

static char *
beside(const char *manifest_path, const char *name)
{
	const char *slash = strrchr(manifest_path, '/');
	size_t n = slash != NULL ? (size_t)(slash - manifest_path) + 1 : 0;
	char *path = memory_grow(NULL, n + strlen(name) + 1, 1);

	memcpy(path, manifest_path, n);
	memcpy(path + n, name, strlen(name) + 1);
	return path;
}

static void
verify_file(const json_t *part, const char *path, bool needed, struct findings *f)
{
	char sha256[DIGEST_ROOM];
	uint64_t bytes;
	const char *name = text_of(part, "name");
	int rc = digest_file(path, sha256, &bytes);

	if (rc == -ENOENT && !needed)
		findings_add(f, FINDING_NOTE, name, "it is not here: not looked at");
	else if (rc < 0)
		findings_add(f, FINDING_FAILS, name, "%s", strerror(-rc));
	else if (strcmp(sha256, text_of(part, "sha256")) != 0 ||
	         (json_int_t)bytes != json_integer_value(json_object_get(part, "bytes")))
		findings_add(f, FINDING_FAILS, name,
		    "its SHA-256 is %s, not %.64s as the manifest says", sha256,
		    text_of(part, "sha256"));
	else
		findings_add(f, FINDING_HOLDS, name, "%llu bytes, SHA-256 %s",
		    (unsigned long long)bytes, sha256);
}

void
verify_files(const json_t *manifest, const char *manifest_path, const char *document,
    struct findings *f)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(manifest, "parts"), i, part)
	{
		const char *name = text_of(part, "name"), *kind = text_of(part, "kind");
		bool main = strcmp(kind, "document") == 0;
		if (strcmp(kind, "attachment") == 0)
			continue;
		if (!is_below(name)) {
			findings_add(f, FINDING_FAILS, "manifest",
			    "it names a file that does not lie beside it: %.80s", name);
			continue;
		}
		char *path = beside(manifest_path, name);
		verify_file(part, main && document != NULL ? document : path, main, f);
		free(path);
	}
}

char *
verify_document(const json_t *manifest, const char *manifest_path)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(manifest, "parts"), i,
	    part) if (strcmp(text_of(part, "kind"), "document") == 0 &&
	              is_below(text_of(part, "name"))) return beside(manifest_path,
	    text_of(part, "name"));
	return NULL;
}

/* ---- inside ---- */

static const json_t *
attachment_part(const json_t *manifest, const char *name)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(manifest, "parts"), i,
	    part) if (strcmp(text_of(part, "kind"), "attachment") == 0 &&
	              strcmp(text_of(part, "name"), name) == 0) return part;
	return NULL;
}

static void
verify_attachments(const json_t *manifest, const struct inside *in, struct findings *f)
{
	const json_t *part;
	size_t i;

	for (i = 0; i < in->n; i++)
		if (attachment_part(manifest, in->files[i].name) == NULL)
			findings_add(f, FINDING_FAILS, in->files[i].name,
			    "it is inside of the document, and not in the manifest");
	json_array_foreach(json_object_get(manifest, "parts"), i, part)
	{
		const char *name = text_of(part, "name");
		char sha256[DIGEST_ROOM];
		if (strcmp(text_of(part, "kind"), "attachment") != 0)
			continue;
		const struct inside_file *file = inspect_find(in, name);
		if (file == NULL) {
			findings_add(f, FINDING_FAILS, name,
			    "the manifest lists it, and it is not inside of the document");
			continue;
		}
		digest_bytes(file->bytes, file->n, sha256);
		if (strcmp(sha256, text_of(part, "sha256")) == 0)
			findings_add(f, FINDING_HOLDS, name,
			    "inside of the document, %zu bytes, SHA-256 %s", file->n,
			    sha256);
		else
			findings_add(f, FINDING_FAILS, name,
			    "inside of the document its SHA-256 is %s, not %.64s", sha256,
			    text_of(part, "sha256"));
	}
}

/* "LW-0123-…" begins the hash of results.json. */
static bool
is_named(const char *id, const char *sha256)
{
	size_t at = 0;

	if (strncmp(id, "LW-", 3) != 0)
		return false;
	for (id += 3; *id != '\0'; id++) {
		char c = *id >= 'A' && *id <= 'F' ? (char)(*id - 'A' + 'a') : *id;
		if (c != '-' && (at >= 64 || sha256[at++] != c))
			return false;
	}
	return at == 16;
}

static void
verify_roots(const json_t *manifest, const struct inside *in, struct findings *f)
{
	const struct inside_file *roots = inspect_find(in, "roots.txt");
	char hash[DIGEST_ROOM] = "";

	if (roots != NULL)
		digest_bytes(roots->bytes, roots->n, hash);
	if (strcmp(in->data_root, hash) != 0)
		findings_add(f, FINDING_FAILS, "data root",
		    "the document says %.64s, its roots.txt hashes to %s", in->data_root,
		    hash[0] != '\0' ? hash : "nothing: it is not inside");
	else if (manifest != NULL && strcmp(text_of(manifest, "data_root"), hash) != 0)
		findings_add(f, FINDING_FAILS, "data root",
		    "the document says %s, the manifest %.64s", hash,
		    text_of(manifest, "data_root"));
	else
		findings_add(f, FINDING_HOLDS, "data root",
		    "%s, in the document, of its roots.txt%s", hash,
		    manifest != NULL ? " and in the manifest" : "");
}

void
verify_inside(const json_t *manifest, const struct inside *in, struct findings *f)
{
	const struct inside_file *results = inspect_find(in, "results.json");
	char hash[DIGEST_ROOM] = "";

	if (manifest != NULL)
		verify_attachments(manifest, in, f);
	verify_roots(manifest, in, f);
	if (results == NULL)
		return;
	digest_bytes(results->bytes, results->n, hash);
	if (!is_named(in->id, hash))
		findings_add(f, FINDING_FAILS, "document",
		    "its id %.30s does not begin the hash of results.json", in->id);
	else if (manifest != NULL && strcmp(text_of(manifest, "id"), in->id) != 0)
		findings_add(f, FINDING_FAILS, "document",
		    "its id %.30s is not the manifest's, %.30s", in->id,
		    text_of(manifest, "id"));
}

/* ---- results ---- */

static void
verify_records(const struct inside *in, struct findings *f)
{
	const struct inside_file *file = inspect_find(in, "records.json");
	struct record *rows;
	char err[200];

	if (file == NULL)
		return;
	json_t *j = read_canonical(
	    file->bytes, file->n, "linkwitness/records/1", "records.json", f);
	if (j == NULL)
		return;
	int n = records_of_json(&rows, j, err, sizeof err);
	if (n < 0)
		findings_add(f, FINDING_FAILS, "records.json", "%s", err);
	else
		free(rows);
	json_decref(j);
}

json_t *
verify_results(const struct inside *in, struct findings *f)
{
	const struct inside_file *file = inspect_find(in, "results.json"),
	                         *csv = inspect_find(in, "incidents.csv");

	if (file == NULL) {
		findings_add(
		    f, FINDING_FAILS, "results.json", "it is not inside of the document");
		return NULL;
	}
	json_t *j = read_canonical(
	    file->bytes, file->n, "linkwitness/results/1", "results.json", f);
	if (j == NULL)
		return NULL;
	if (strcmp(text_of(j, "data_root"), in->data_root) != 0)
		findings_add(f, FINDING_FAILS, "results.json",
		    "its data root is not the document's");
	recount(j, f);
	if (csv != NULL)
		recount_incidents(j, csv->bytes, csv->n, f);
	else
		findings_add(f, FINDING_FAILS, "incidents.csv",
		    "it is not inside of the document");
	verify_records(in, f);
	return j;
}
