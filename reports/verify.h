#ifndef REPORTS_VERIFY_H
#define REPORTS_VERIFY_H

#include "reports/findings.h"
#include "reports/inspect.h"

#include <jansson.h>

/*
 * A document from elsewhere against its manifest: each part adds findings. Whatever the
 * files hold, each gets its line.
 */
#define VERIFY_BYTES (64u << 20) /* of a manifest */

/* A manifest as it lies in text[n]; a new reference, or NULL with a finding: no JSON, of
 * another schema, not in its one form, or its data root is not that of its segments. */
json_t *verify_manifest(const char *text, size_t n, struct findings *f);

/* The files it lists, beside it or where ${document} is (of the document; NULL: beside
 * it). Whatever is not there but the document is told, and no failure. */
void verify_files(const json_t *manifest, const char *manifest_path, const char *document,
    struct findings *f);

/* Where the document lies; the caller frees it. NULL: the manifest names none. */
char *verify_document(const json_t *manifest, const char *manifest_path);

/* What is inside of the document against the manifest (NULL: against itself alone). */
void verify_inside(const json_t *manifest, const struct inside *in, struct findings *f);

/* results.json, counted again; a new reference to it, or NULL with a finding. */
json_t *verify_results(const struct inside *in, struct findings *f);

#endif
