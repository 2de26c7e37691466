#ifndef CMD_ALARM_H
#define CMD_ALARM_H

#include "cmd/events.h"
#include "config/settings.h"

/*
 * From judgement to events and notices. A suspicion is told from what has arrived; an
 * outage only from what has settled, so that a slow answer raises no alarm and no event
 * has to be taken back.
 */
struct alarm {
	const char *data_dir;
	const struct settings *settings; /* NULL: nobody to notify */
	struct events *events;
	int64_t began_ns; /* outages that were over long before are history */
	int64_t doubt_ns; /* when a link was last not up */
	int64_t judged_ns;
	struct alarm_link {
		struct live live;
		int64_t up_since_ns;
		bool suspected; /* told, and neither confirmed nor cleared */
		bool dark;      /* confirmed, and not over */
	} * links;
	size_t n_links;
	char error[512];
};

/* Result 0 or -errno with one line in a->error. */
int alarm_open(
    struct alarm *a, const char *data_dir, const struct settings *s, int64_t now_ns);
void alarm_close(struct alarm *a);

/* From when on facts must be judged so that an outage still open is found whole. UTC ns.
 */
int64_t alarm_since(const struct alarm *a, int64_t now_ns);

/*
 * alarm_look(a, j, links, n, now_ns, settled_ns):
 * Look at every link; links is the reader's table. Facts are settled up to ${settled_ns}.
 * Result 0, or -errno where an event or a notice could not be written (a->error).
 */
int alarm_look(struct alarm *a, struct judge *j, const struct link_def *links, size_t n,
    int64_t now_ns, int64_t settled_ns);

/* True while nothing is in doubt. */
bool alarm_is_calm(const struct alarm *a, int64_t now_ns);
/* Dark as far as is known: no way out for a notice. */
bool alarm_is_dark(const struct alarm *a, size_t link);

#endif
