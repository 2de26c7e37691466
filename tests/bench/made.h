#ifndef TESTS_BENCH_MADE_H
#define TESTS_BENCH_MADE_H

#include "base/journal.h"

/*
 * A journal made for measuring: eight probes at one a second on one link, an outage of
 * five minutes a day. Round trips are 20 ms and up to a millisecond more, sendings up to
 * 16 µs late: all of it noise, so that nothing packs well that would not on a line.
 */
#define MADE_PROBES   8
#define MADE_DAY_S    86400
#define MADE_OUTAGE_S 300

struct link_def made_link(void);
struct probe_def made_probe(unsigned number);

/*
 * made_write(dir, seconds, one_link):
 * Write so many seconds under ${dir}: with one_link as its daemon does, a sync a second,
 * sends and counters with them; else as one at full rate, 16384 samples a sync. The last
 * segment is sealed too. Result: bytes of all segments; ends the program where writing
 * fails.
 */
double made_write(const char *dir, int64_t seconds, bool one_link);

double made_now_s(void);

#endif
