#ifndef CMD_REJUDGE_H
#define CMD_REJUDGE_H

#include "cmd/options.h"
#include "reports/findings.h"
#include "reports/inspect.h"

#include <jansson.h>

/*
 * rejudge(o, manifest, results, in, f):
 * A document against the journal it was made from, o->journal: do the segments still hold
 * what their roots say, and does judging it again, under the configuration and the
 * records inside of the document, give the same results?
 */
void rejudge(const struct options *o, const json_t *manifest, const json_t *results,
    const struct inside *in, struct findings *f);

#endif
