#ifndef ANALYZER_FINDING_H
#define ANALYZER_FINDING_H

#include "analyzer/prescreen.h"

/* What the rules of prescreen.h put their results together with: inside of analyzer/. */

void finding_say(struct prescreen *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_lack(struct prescreen *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_number(struct prescreen *out, const char *unit, double value,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void finding_condition(struct prescreen *out, const char *name, bool holds,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Counts and speeds against a share of a whole; exactly so much has reached it. */
bool finding_reaches(double value, double share, double whole);

/* What was agreed for a direction; 0: not stated. */
struct finding_speeds {
	double minimum, normal, maximum; /* bit/s */
};
struct finding_speeds finding_agreed(const struct contract_conf *c, bool up);
bool finding_stated(const struct finding_speeds *s);
const char *finding_direction(bool up);

/* Outcome of parts that each have one: one that fails fails all, one without enough data
 * leaves the rest open. */
enum prescreen_outcome finding_worse(enum prescreen_outcome a, enum prescreen_outcome b);

/* Civil days: their number (zone_days), and where they begin. */
int64_t finding_day(int64_t ns, const char *zone);
int64_t finding_day_start(int64_t day, const char *zone);
/* Minutes after midnight. */
int finding_minute(int64_t ns, const char *zone);
/* Between two times of the day, which may lie over midnight: [from, to). */
bool finding_within(int minute, double from, double to);

#define FINDING_TIME_ROOM 32
/* "2026-03-29 14:05", "2026-03-29"; into out, which is returned. */
const char *finding_time(int64_t ns, const char *zone, char out[FINDING_TIME_ROOM]);
/* "4.5 min", "123.0 h". */
const char *finding_length(int64_t ns, char out[FINDING_TIME_ROOM]);
const char *finding_date(int64_t day, char out[FINDING_TIME_ROOM]);

#endif
