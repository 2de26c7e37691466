#ifndef CMD_DELIVERY_H
#define CMD_DELIVERY_H

#include "base/signing.h"
#include "cmd/gather.h"
#include "reports/manifest.h"

/*
 * What makes a document worth sending: the annex inside of it, the manifest beside it.
 * For every kind of report alike: prepare, draw, seal.
 */
struct delivery {
	struct annex annex;
	struct results *r;
	struct signer *signer; /* NULL: nobody signs */
	char from[32], to[32]; /* what was asked for, where that was relative */
};

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
/* After all is drawn: the manifest, its signature, its time stamp. An authority that
 * gives none is a failure that is told; the document stays as it is. */
int delivery_seal(const struct delivery *d, const struct options *o);
void delivery_done(struct delivery *d);

#endif
