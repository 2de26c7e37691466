#ifndef CMD_DELIVERY_H
#define CMD_DELIVERY_H

#include "base/signing.h"
#include "cmd/gather.h"
#include "reports/manifest.h"
#include "reports/tables.h"

/*
 * What makes a document worth sending: the annex inside of it, the manifest beside it.
 * For every kind of report alike: prepare, draw, seal.
 */
struct delivery {
	struct annex annex;
	struct results *r;
	struct signer *signer; /* NULL: nobody signs */
	struct tables tables;  /* that were written */
	char from[32], to[32]; /* what was asked for, where that was relative */
};

/* Is a document asked for, or the tables of one? */
bool delivery_is_wanted(const struct options *o);

/*
 * delivery_prepare(d, g, o, document):
 * Before anything is drawn: what was gathered becomes a document as of its data, with the
 * roots it rests on. 0, or the exit status, the reason told; delivery_done either way.
 */
int delivery_prepare(struct delivery *d, struct gathered *g, const struct options *o,
    const char *document);
/* The annex is made; ${more} what the document has beside the results under ${name}, or
 * NULL. Then it may be drawn. */
void delivery_attach(struct delivery *d, struct gathered *g, const struct options *o,
    const char *name, json_t *more);
/* Its tables, where they were asked for. 0, or the exit status, the reason told. */
int delivery_tables(struct delivery *d, const struct options *o);
/* After all is drawn, if there is a document: the manifest, its signature, its time
 * stamp. An authority that gives none is a failure that is told; the document stays as it
 * is. */
int delivery_seal(const struct delivery *d, const struct options *o);
void delivery_done(struct delivery *d);

/* A document that is drawn from one view, and has the view's JSON beside the results. */
struct deliverable {
	const char *name;
	const void *view;
	json_t *(*json)(const void *view);
	int (*pdf)(const void *view, const char *pdf_path, const char *png_dir, char *err,
	    size_t room);
};

/* All of it: prepared, printed, drawn, sealed, as far as it was asked for. 0, or the exit
 * status, the reason told. */
int delivery_make(
    const struct deliverable *what, struct gathered *g, const struct options *o);
/* Was it said where the report of that name goes? 0, or the exit status, the reason told.
 */
int delivery_place(const struct options *o, const char *report);

#endif
