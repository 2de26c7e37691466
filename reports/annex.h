#ifndef REPORTS_ANNEX_H
#define REPORTS_ANNEX_H

#include "base/digest.h"
#include "base/journal_roots.h"
#include "records/records.h"
#include "reports/canonical.h"
#include "reports/results.h"

/*
 * What goes along inside of a document: the results it prints, the incidents, what people
 * entered, the configuration they were judged by, the roots of the journal. Everything
 * follows from the results; the same results give the same bytes.
 */
struct attachment {
	const char *name, *mime, *description;
	const char *relation; /* of PDF's /AFRelationship: Data, Source, Supplement */
	char *bytes;          /* owned */
	size_t n;
	char sha256[DIGEST_ROOM];
};

#define ANNEX_MOST 8

/* How a document was asked for, word for word; NULL where nothing was said. */
struct annex_request {
	const char *document; /* dossier, sla, comparison, migration */
	const char *from, *to, *profile, *from_link, *to_link, *cut_over, *growth;
	const char *paper, *language;
	const char *redacted; /* "addresses,names,hops" */
};

struct annex {
	struct attachment v[ANNEX_MOST];
	size_t n;
	struct journal_roots roots; /* of the segments it rests on; owned */
	char data_root[DIGEST_ROOM];
	char id[24];     /* of the document: begins the SHA-256 of results.json */
	char config[65]; /* SHA-256 of the configuration; empty: none */
	struct annex_request request;
	/* Who signs: a name and the SHA-256 of the certificate; empty: nobody. */
	char signer[TEXT_ROOM], fingerprint[DIGEST_ROOM];
	char authority[1024]; /* of time stamps; empty: none */
};

struct annex_parts {
	const struct record *records; /* of the links, in the order of entry */
	size_t n_records;
	const char *configuration; /* its excerpt; NULL: none */
	json_t *more;              /* what the document has beside the results; or NULL */
	const char *more_name;     /* comparison, migration */
};

/*
 * annex_make(a, r, p):
 * Fill v, n, data_root and id from the results and the rest of ${a}, which is set before.
 */
void annex_make(struct annex *a, const struct results *r, const struct annex_parts *p);
void annex_done(struct annex *a);

/* linkwitness/results/1 of INTERFACES.md; a new reference. */
json_t *results_json(
    const struct results *r, const struct annex *a, const struct annex_parts *p);

/* linkwitness/records/1: rows out, and in again. Read: how many, or -EINVAL with a line
 * in err; *out is the caller's to free. */
json_t *records_json(const struct record *rows, size_t n);
int records_of_json(struct record **out, const json_t *j, char *err, size_t room);

#endif
