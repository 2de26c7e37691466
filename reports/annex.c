#include "reports/annex.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

static void
add(struct annex *a, const char *name, const char *mime, const char *relation,
    const char *description, char *bytes, size_t n)
{
	if (a->n == ANNEX_MOST)
		return;
	struct attachment *t = &a->v[a->n++];

	*t = (struct attachment){.name = name,
	    .mime = mime,
	    .relation = relation,
	    .description = description,
	    .bytes = bytes,
	    .n = n};
	digest_bytes(bytes, n, t->sha256);
}

static void
add_json(struct annex *a, const char *name, const char *relation, const char *description,
    json_t *j)
{
	size_t n;
	char *text = canonical(j, &n);

	json_decref(j);
	add(a, name, "application/json", relation, description, text, n);
}

static void
add_incidents(struct annex *a, const struct results *r)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return;
	results_outages_csv(r, f);
	fclose(f);
	add(a, "incidents.csv", "text/csv", "Data",
	    "Every outage and micro-outage, a row each", text, n);
}

/* "LW-0123-4567-89AB-CDEF": 64 bits of the results' hash, to be read over a telephone. */
static void
name_document(struct annex *a, const char *sha256)
{
	char *out = a->id;

	out += snprintf(out, 4, "LW");
	for (size_t i = 0; i < 16; i++) {
		if (i % 4 == 0)
			*out++ = '-';
		*out++ = sha256[i] >= 'a' ? (char)(sha256[i] - 'a' + 'A') : sha256[i];
	}
	*out = '\0';
}

void
annex_make(struct annex *a, const struct results *r, const struct annex_parts *p)
{
	size_t n;

	journal_roots_hash(&a->roots, a->data_root);
	add_json(a, "results.json", "Data", "Every number of the document",
	    results_json(r, a, p));
	name_document(a, a->v[0].sha256);
	add_incidents(a, r);
	add_json(a, "records.json", "Source",
	    "Tickets, exclusions and notes that people entered",
	    records_json(p->records, p->n_records));
	char *roots = journal_roots_text(&a->roots, &n);
	add(a, "roots.txt", "text/plain", "Source",
	    "The journal's segments and roots; its SHA-256 is the data root", roots, n);
	if (p->configuration != NULL)
		add(a, "configuration.txt", "text/plain", "Source",
		    "The part of the configuration that the links were judged by",
		    strdup(p->configuration), strlen(p->configuration));
}

void
annex_done(struct annex *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].bytes);
	journal_roots_done(&a->roots);
	memset(a, 0, sizeof *a);
}
