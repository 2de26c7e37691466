#ifndef REPORTS_MANIFEST_H
#define REPORTS_MANIFEST_H

#include "reports/annex.h"

/*
 * The manifest beside a document: every file that belongs to it with its length and
 * SHA-256, those inside of it too, and the journal's roots it rests on. It is what is
 * signed and stamped: linkwitness/manifest/1 of INTERFACES.md.
 */
struct manifest_file {
	char *name;       /* seen from the manifest's directory; owned */
	const char *kind; /* document, chart, workbook, letter */
	char *path;       /* where it is now; owned */
};

struct manifest_files {
	struct manifest_file *v;
	size_t n;
};

/* A file that belongs to the document ${pdf}. */
void manifest_add(
    struct manifest_files *f, const char *pdf, const char *kind, const char *path);
/* Every PNG of a directory, by name. 0 or -errno. */
int manifest_add_charts(struct manifest_files *f, const char *pdf, const char *dir);
void manifest_done(struct manifest_files *f);

/* "DIR/X.pdf": "DIR/X.manifest.json", then ${end} behind it. The caller frees it. */
char *manifest_path(const char *pdf, const char *end);

/*
 * manifest_write(f, r, out, n, err, room):
 * Hash what belongs to the document f->v[0] and write the manifest beside it.
 *
 * Result  0 and its bytes in *out, the caller's to free; or -errno with a line in err.
 */
int manifest_write(const struct manifest_files *f, const struct results *r, char **out,
    size_t *n, char *err, size_t room);

#endif
