#ifndef COLLECTOR_FREEZER_H
#define COLLECTOR_FREEZER_H

#include "base/journal.h"
#include "collector/capture.h"

struct scribe;

/*
 * Packets as evidence: our own probes' packets are kept in memory for three minutes, and
 * written to a pcapng file around each silence of a link, from 60 s before it to 60 s
 * after; of one that lasts longer than two minutes the first file ends 60 s after its
 * start and a second begins 60 s before its end. The journal has an event with the file's
 * name and SHA-256.
 *
 * A silence is no judgement: four of five probes that vote were not answered last, for
 * three seconds. More files than outages is what it may make.
 */
struct freezer;

#define FREEZER_WORD "packets" /* begins the event's text */

struct freezer *freezer_new(struct scribe *scribe, uint32_t session);
/* What is being kept for a file is written. */
void freezer_free(struct freezer *f);

/* The links from now on; borrowed. */
void freezer_links(struct freezer *f, const struct settings *s);
void freezer_probe(
    struct freezer *f, uint32_t number, size_t link, const struct probe_conf *conf);

/* A packet of ours, on its link's interface. */
void freezer_packet(struct freezer *f, size_t link, const struct captured *c, mono_t now);

/* What became of a sending. */
void freezer_sample(struct freezer *f, const struct sample *s);

/* About once a second for each link; ${number}: the journal's of it. */
void freezer_beat(struct freezer *f, size_t link, uint32_t number, mono_t now);

#endif
