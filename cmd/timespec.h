#ifndef CMD_TIMESPEC_H
#define CMD_TIMESPEC_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * timespec_parse(text, zone, now, out):
 * An instant as people give it: RFC 3339 ("2026-10-03T14:00:00+01:00"; a space for the T,
 * seconds and offset may be left out), a day or a month ("2026-10") for its beginning, a
 * span back ("-7d", "-90min"), or "now". Without an offset it is in ${zone}. An hour that
 * a change of clocks leaves out is the hour after it; of one that comes twice, the first.
 *
 * Units   UTC, nanoseconds, in whole microseconds.
 * Result  true and *out, or false.
 * Source  RFC 3339 section 5.6; 30 February and the like are refused.
 */
bool timespec_parse(const char *text, const char *zone, int64_t now_ns, int64_t *out);

/*
 * timespec_range(from, to, zone, now, from_ns, to_ns, err, room):
 * The range of --from and --to, either of which may be NULL: its value stays as it was. A
 * month without --to is that month; the same day or month on both sides is all of it.
 *
 * Result  0, or -EINVAL with one line in err: one of them is no time, or they leave
 *         nothing between them.
 */
int timespec_range(const char *from, const char *to, const char *zone, int64_t now_ns,
    int64_t *from_ns, int64_t *to_ns, char *err, size_t room);

/*
 * The period of ${kind} that ${at} lies in, in the civil time of ${zone}: month, quarter
 * and year of the calendar; 30d: the day of ${at} and the 29 before it.
 */
void timespec_period(
    const char *kind, const char *zone, int64_t at_ns, int64_t *from_ns, int64_t *to_ns);

#endif
