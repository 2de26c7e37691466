#ifndef COLLECTOR_STATION_H
#define COLLECTOR_STATION_H

#include "base/loop.h"
#include "collector/broker.h"

/*
 * The station ties the parts together: what the settings name is measured through the
 * transports by the engine and written to the journal, once a second with the state of
 * the interfaces and of the clock, until it is freed.
 */
struct station;

/* What it says of itself while it runs, a line each: for standard error. */
typedef void station_fn(void *ctx, const char *line);

struct station_parts {
	struct loop *loop;
	struct broker *broker;
	const char *const *http_child; /* command of the throughput tests; see http.h */
	station_fn *say;
	void *ctx;
};

/*
 * station_new(out, parts, settings, err, room):
 * Open the journal and begin. The settings are given, and freed by the station.
 * Result 0; -errno with one line in err (then the settings are still the caller's).
 */
int station_new(struct station **out, const struct station_parts *parts,
    struct settings *settings, char *err, size_t room);

/* Measure by other settings from now on; probes that are the same go on undisturbed. The
 * settings are given. */
void station_reload(struct station *s, struct settings *settings);

/* What it measures by; borrowed until the next reload. */
const struct settings *station_settings(const struct station *s);

/* Stop, with the journal flushed and closed. 0 or -errno of the last writing. */
int station_free(struct station *s);

#endif
