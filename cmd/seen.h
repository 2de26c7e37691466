#ifndef CMD_SEEN_H
#define CMD_SEEN_H

#include "base/sample.h"

/*
 * Which sendings have passed by. Following a journal shows some twice: a late reply or a
 * duplicate is a second record, and what stood in the write-ahead file when a scan ended
 * comes again.
 */
#define SEEN_WINDOW 4096

struct seen {
	struct seen_probe {
		uint32_t session;
		uint64_t newest;
		uint64_t bits[SEEN_WINDOW / 64];
	} * probes;
	size_t n;
};

void seen_done(struct seen *s);
/* True the first time, as far as the newest 4096 of a probe's session go. */
bool seen_is_new(struct seen *s, const struct sample *sample);

#endif
