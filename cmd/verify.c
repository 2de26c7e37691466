/* "verify DOSSIER.pdf | MANIFEST": offline, line by line, what holds. */
#include "base/signing.h"
#include "base/stamp.h"
#include "base/whole.h"
#include "cmd/options.h"
#include "cmd/rejudge.h"
#include "reports/manifest.h"
#include "reports/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define PDF_MOST    (512u << 20)
#define MEMORY_MOST ((rlim_t)2 << 30) /* while a PDF that may be hostile is read */

struct check {
	const struct options *o;
	struct findings f;
	const char *manifest_path;
	json_t *manifest, *results;
	struct bytes text; /* of the manifest */
	struct inside in;
};

/* A file beside the manifest; false where there is none or it was told. */
static bool
load_beside(struct check *c, const char *end, size_t most, const char *what, bool needed,
    struct bytes *out)
{
	char path[4096];

	snprintf(path, sizeof path, "%s%s", c->manifest_path, end);
	int rc = whole_read(out, path, most);
	if (rc == -ENOENT && !needed)
		return false;
	if (rc < 0)
		findings_add(&c->f, FINDING_FAILS, what, "%s: %s", path, strerror(-rc));
	return rc == 0;
}

/* ---- signature and time stamp ---- */

static const char *
manifest_text(const struct check *c, const char *object, const char *key)
{
	const json_t *o =
	    object != NULL ? json_object_get(c->manifest, object) : c->manifest;

	return json_string_value(json_object_get(o, key));
}

static void
check_signature(struct check *c)
{
	const char *named = manifest_text(c, "signer", "certificate_sha256");
	const char *wanted = c->o->certificate;
	struct bytes der = {0};
	struct signed_by who;
	char err[512];

	if (!load_beside(c, ".p7s", 1u << 20, "signature",
	        named != NULL || wanted != NULL, &der)) {
		if (named == NULL && wanted == NULL)
			findings_add(&c->f, FINDING_NOTE, "signature",
			    "nobody signed it: who made it is not shown");
		return;
	}
	int rc = signing_check(
	    &who, c->text.p, c->text.n, der.p, der.n, wanted, err, sizeof err);
	if (rc < 0)
		findings_add(&c->f, FINDING_FAILS, "signature", "%s", err);
	else if (named == NULL || strcmp(named, who.fingerprint) != 0)
		findings_add(&c->f, FINDING_FAILS, "signature",
		    "%s signed it, which the manifest does not say", who.name);
	else if (wanted != NULL && !who.known)
		findings_add(&c->f, FINDING_FAILS, "signature",
		    "\"%s\" signed it, certificate SHA-256 %s: not the one of %s",
		    who.name, who.fingerprint, wanted);
	else
		findings_add(&c->f, FINDING_HOLDS, "signature",
		    "of \"%s\", certificate SHA-256 %s%s", who.name, who.fingerprint,
		    who.known ? ", as in the certificate given"
		              : ": compare it with the one you know");
	bytes_free(&der);
}

static void
check_stamp(struct check *c)
{
	const char *authority = manifest_text(c, NULL, "timestamp_authority");
	struct bytes der = {0};
	struct stamped s;
	char err[512], at[32];

	if (!load_beside(c, ".tsr", STAMP_MOST, "time stamp", false, &der)) {
		findings_add(&c->f, FINDING_NOTE, "time stamp",
		    authority != NULL ? "none is here, though one was to be had from %s"
		                      : "none: when it was made is its maker's word%.0s",
		    authority != NULL ? authority : "");
		return;
	}
	if (stamp_check(
	        &s, c->text.p, c->text.n, der.p, der.n, NULL, 0, err, sizeof err) < 0) {
		findings_add(&c->f, FINDING_FAILS, "time stamp", "%s", err);
	} else {
		instant_utc(s.time_s * NS_PER_S, at);
		findings_add(&c->f, FINDING_HOLDS, "time stamp",
		    "%.19sZ by \"%s\", certificate SHA-256 %s: compare it with the one you "
		    "know",
		    at, s.authority, s.fingerprint);
	}
	bytes_free(&der);
}

/* ---- the document ---- */

static void
limit_memory(bool on, struct rlimit *before)
{
	struct rlimit now;

#ifdef __SANITIZE_ADDRESS__
	return; /* its own books are larger */
#endif
	if (on && getrlimit(RLIMIT_AS, before) == 0) {
		now = *before;
		if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > MEMORY_MOST)
			now.rlim_cur = MEMORY_MOST;
		(void)setrlimit(RLIMIT_AS, &now);
	} else if (!on) {
		(void)setrlimit(RLIMIT_AS, before);
	}
}

static void
check_document(struct check *c, const char *path)
{
	struct bytes pdf = {0};
	struct rlimit before = {RLIM_INFINITY, RLIM_INFINITY};
	char err[512];
	int rc = whole_read(&pdf, path, PDF_MOST);

	if (rc < 0) {
		/* With a manifest its hash could not be had either, which was told. */
		if (c->manifest == NULL)
			findings_add(&c->f, FINDING_FAILS, "document", "%s: %s", path,
			    strerror(-rc));
		return;
	}
	limit_memory(true, &before);
	rc = inspect_pdf(&c->in, (const char *)pdf.p, pdf.n, err, sizeof err);
	limit_memory(false, &before);
	bytes_free(&pdf);
	if (rc < 0) {
		findings_add(&c->f, FINDING_FAILS, "document", "%s: %s", path, err);
		return;
	}
	verify_inside(c->manifest, &c->in, &c->f);
	c->results = verify_results(&c->in, &c->f);
}

static bool
ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

static void
check_all(struct check *c, const char *given)
{
	const char *document = ends(given, ".json") ? NULL : given;
	char *found = NULL;

	if (load_beside(c, "", VERIFY_BYTES, "manifest", true, &c->text))
		c->manifest = verify_manifest((const char *)c->text.p, c->text.n, &c->f);
	if (c->manifest != NULL) {
		check_signature(c);
		check_stamp(c);
		verify_files(c->manifest, c->manifest_path, document, &c->f);
		if (document == NULL)
			document = found = verify_document(c->manifest, c->manifest_path);
	}
	if (document != NULL)
		check_document(c, document);
	if (c->o->journal != NULL && c->manifest != NULL && c->results != NULL)
		rejudge(c->o, c->manifest, c->results, &c->in, &c->f);
	free(found);
}

/* ---- telling ---- */

static int
tell(const struct check *c, const char *given)
{
	static const char *const WORDS[] = {"holds", "FAILS", "note"};
	const struct finding *first = findings_first(&c->f);

	for (size_t i = 0; i < c->f.n; i++)
		printf("%-6s %-22s %s\n", WORDS[c->f.v[i].word], c->f.v[i].what,
		    c->f.v[i].text);
	if (first == NULL)
		return 0;
	(void)fflush(stdout);
	return complain(
	    1, "%s: it does not hold: %s: %s", given, first->what, first->text);
}

int
cmd_verify(struct options *o)
{
	struct check c = {.o = o};
	char *path = NULL;

	if (o->n_args != 1)
		return complain(EXIT_USAGE,
		    "verify: say what: DOSSIER.pdf, or DOSSIER.manifest.json");
	const char *given = o->args[0];
	if (!ends(given, ".json"))
		path = manifest_path(given, "");
	c.manifest_path = path != NULL ? path : given;
	check_all(&c, given);
	int status = tell(&c, given);
	json_decref(c.manifest);
	json_decref(c.results);
	inspect_done(&c.in);
	bytes_free(&c.text);
	findings_done(&c.f);
	free(path);
	return status;
}
