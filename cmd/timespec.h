#ifndef CMD_TIMESPEC_H
#define CMD_TIMESPEC_H

#include "base/clock.h"

#include <stdbool.h>

/*
 * timespec_parse(text, zone, now, end, out, why):
 * An instant as people give it: RFC 3339 ("2026-10-03T14:00:00+01:00", seconds and offset
 * may be left out), a day, a month ("2026-10"), a span back ("-7d", "-90min"), or "now".
 * Without an offset it is in ${zone}. Of a day or a month it is the beginning, with
 * ${end} the end.
 *
 * Result  true and *out, or false and *why what would be right. An hour that a change of
 *         clocks leaves out is the hour after it; of one that comes twice, the first.
 */
bool timespec_parse(const char *text, const char *zone, int64_t now_ns, bool end,
    int64_t *out, const char **why);

/* The contract's period of ${kind} (month, quarter, year, 30d) that ${at} lies in. */
void timespec_period(
    const char *kind, const char *zone, int64_t at_ns, int64_t *from_ns, int64_t *to_ns);

#endif
