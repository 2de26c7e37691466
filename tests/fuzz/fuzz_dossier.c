/*
 * What "verify" reads, as an enemy would write it. The first byte says what the rest is:
 *
 *   'P'  a PDF              'M'  a manifest         'R'  results.json, a NUL,
 * incidents.csv 'E'  records.json       'S'  a CMS signature    'T'  a time stamp
 * response
 *
 * Each gives findings whose texts are fit for a terminal, and leaves nothing.
 *
 * Links: base/ records/records.c reports/canonical.c reports/findings.c
 * Links: reports/inspect.c reports/instant.c reports/records_json.c
 * Links: reports/recount.c reports/recount_csv.c reports/value.c reports/verify.c
 * Links: analyzer/site.c -lqpdf -ljansson -lcrypto -lsqlite3 -lzstd -lm
 */
#include "base/signing.h"
#include "base/stamp.h"
#include "reports/annex.h"
#include "reports/recount.h"
#include "reports/verify.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_text(const char *text, size_t room)
{
	must(memchr(text, '\0', room) != NULL);
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		must(*c >= 0x20 && *c != 0x7f);
}

static void
check_findings(struct findings *f)
{
	size_t failed = 0;

	for (size_t i = 0; i < f->n; i++) {
		check_text(f->v[i].what, sizeof f->v[i].what);
		check_text(f->v[i].text, sizeof f->v[i].text);
		failed += f->v[i].word == FINDING_FAILS;
	}
	must(failed == f->failed && (failed > 0) == (findings_first(f) != NULL));
	findings_done(f);
}

static void
try_pdf(const char *p, size_t n)
{
	struct inside in;
	struct findings f = {0};
	char err[512] = "";
	int rc = inspect_pdf(&in, p, n, err, sizeof err);

	must((rc < 0) == (err[0] != '\0'));
	must(in.n <= INSPECT_FILES);
	verify_inside(NULL, &in, &f);
	json_decref(verify_results(&in, &f));
	inspect_done(&in);
	check_findings(&f);
}

static void
try_manifest(const char *p, size_t n)
{
	struct findings f = {0};
	struct inside in = {.n = 0};
	json_t *m = verify_manifest(p, n, &f);

	if (m != NULL) {
		verify_files(m, "/nowhere/m.manifest.json", NULL, &f);
		free(verify_document(m, "/nowhere/m.manifest.json"));
		verify_inside(m, &in, &f);
	}
	json_decref(m);
	check_findings(&f);
}

static void
try_results(const char *p, size_t n)
{
	struct findings f = {0};
	const char *end = memchr(p, '\0', n);
	size_t length = end != NULL ? (size_t)(end - p) : n;
	json_t *j = json_loadb(p, length, 0, NULL);

	if (j != NULL) {
		recount(j, &f);
		recount_incidents(
		    j, end != NULL ? end + 1 : "", end != NULL ? n - length - 1 : 0, &f);
	}
	json_decref(j);
	check_findings(&f);
}

static void
try_records(const char *p, size_t n)
{
	struct record *rows = NULL;
	char err[256] = "";
	json_t *j = json_loadb(p, n, 0, NULL);

	if (j != NULL) {
		int got = records_of_json(&rows, j, err, sizeof err);
		must((got < 0) == (err[0] != '\0') && (got < 0) == (rows == NULL));
		if (got >= 0)
			json_decref(records_json(rows, (size_t)got));
	}
	free(rows);
	json_decref(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *copy, err[512] = "";
	struct signed_by who;
	struct stamped when;

	if (n == 0)
		return 0;
	copy = malloc(n);
	must(copy != NULL);
	memcpy(copy, p + 1, n - 1);
	copy[n - 1] = '\0';
	switch (p[0]) {
	case 'P':
		try_pdf(copy, n - 1);
		break;
	case 'M':
		try_manifest(copy, n - 1);
		break;
	case 'R':
		try_results(copy, n - 1);
		break;
	case 'E':
		try_records(copy, n - 1);
		break;
	case 'S':
		if (signing_check(&who, "x", 1, copy, n - 1, NULL, err, sizeof err) < 0)
			must(err[0] != '\0');
		break;
	case 'T':
		if (stamp_check(&when, "x", 1, copy, n - 1, NULL, 0, err, sizeof err) < 0)
			must(err[0] != '\0');
		break;
	default:
		break;
	}
	free(copy);
	return 0;
}
