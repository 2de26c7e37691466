#ifndef CMD_TRIALS_H
#define CMD_TRIALS_H

#include "reports/results.h"

/*
 * The throughput tests of all links of a pass, gathered while a journal is read: how each
 * went, second by second, and what it did to the latency beside it.
 */
struct trials;

struct trials *trials_new(void);
void trials_free(struct trials *t);

/* Feed in order of sending; link is the reader's number, upload what is known of the
 * direction of the probe's tests. */
void trials_sample(struct trials *t, uint32_t link, const struct probe_def *def,
    bool upload, const struct sample *sample);
void trials_row(struct trials *t, uint32_t link, const struct throughput *row);

/*
 * trials_report(t, link, speed, period, out):
 * The tests sent in the period, and what the judge's ${speed} (down, up) sums them up to.
 * Borrowed until trials_free.
 */
void trials_report(struct trials *t, uint32_t link, const struct speed *const speed[2],
    struct span period, struct throughput_report *out);

#endif
