#ifndef CMD_HISTORY_H
#define CMD_HISTORY_H

#include "base/journal.h"

/*
 * Samples somebody else took, gathered in memory (32 bytes each), then written to a
 * journal in order of sending. For every format that gives samples.
 */
struct history;

struct history *history_new(void);
void history_free(struct history *h);

/*
 * history_probe(h, def, what):
 * The number of the probe def->name. A probe keeps its kind, role, target and network;
 * empty target and network are filled in: the name, the target's /24 or /48. Samples up
 * to def->max_gap_ns apart are together even where the usual spacing is shorter (what
 * took them was slow at times); 0: none. Result  the number, or -EINVAL with *what naming
 * what it was before and is not now.
 */
int history_probe(struct history *h, const struct probe_def *def, const char **what);

/* rtt_ns -1 where there is none. */
void history_add(struct history *h, uint32_t probe, int64_t time_ns, int64_t rtt_ns,
    enum outcome outcome, uint32_t flags);
/* The same with all there is to say: time, rtt, outcome, flags, code and bytes of ${s};
 * s->probe is a number of history_probe. */
void history_sample(struct history *h, const struct sample *s);

/* Sort by time; identical rows stand once. Result: how many were repeated. */
size_t history_settle(struct history *h);
bool history_span(const struct history *h, wall_t *first, wall_t *last);
/* A journal holds this already: leave it out. */
void history_known(
    struct history *h, const struct probe_def *probe, const struct sample *s);
size_t history_left(const struct history *h);

/*
 * history_write(h, w, link, max_gap_ns):
 * Write all that is left. The usual spacing of a probe is the median of its surroundings:
 * where that changes for good the probe is declared anew, so that each stretch is judged
 * by its own. max_gap_ns 0: 2.5 times that, or the
 * probe's own if that is longer. Ends with the event that says where the
 * history ends. Result  0 or -errno.
 */
int history_write(struct history *h, struct journal_writer *w,
    const struct link_def *link, int64_t max_gap_ns);

/* For tests: the usual spacing and the largest gap a probe is declared with at
 * ${time_ns}. */
int64_t history_spacing(struct history *h, const char *probe, int64_t time_ns);

#endif
