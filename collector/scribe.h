#ifndef COLLECTOR_SCRIBE_H
#define COLLECTOR_SCRIBE_H

#include "base/journal.h"

/*
 * The scribe: a thread that owns the journal's writer, so that measuring never waits for
 * a disk. Facts are gathered in memory by the one thread that measures and handed over
 * in whole buffers; nothing else is shared. At most as much waits as was reserved: what
 * comes while that is full, for the disk hangs, is counted, and once it writes again the
 * journal tells the hole as EVENT_GAP.
 */
struct scribe;

/* 0 or -errno. The writer is given back by scribe_free. */
int scribe_new(struct scribe **out, struct journal_writer *w);

/* Write what waits, end the thread. Result: the writer, for journal_close. */
struct journal_writer *scribe_free(struct scribe *s);

/* So many probes a second are coming: room for what two seconds of them make. */
void scribe_reserve(struct scribe *s, double a_second);

/* As the functions of base/journal.h; these two wait until the writer is free. */
int scribe_link(struct scribe *s, const struct link_def *def);
int scribe_probe(struct scribe *s, const struct probe_def *def);

/* These never wait. */
void scribe_sent(struct scribe *s, uint32_t probe, uint64_t seq, mono_t at);
void scribe_sample(struct scribe *s, const struct sample *sample);
void scribe_counters(struct scribe *s, const struct counters *c);
void scribe_event(struct scribe *s, const struct event *e);
void scribe_throughput(struct scribe *s, const struct throughput *t);
void scribe_path(struct scribe *s, const struct path *p);
void scribe_clock(struct scribe *s, const struct clock_state *state);
void scribe_sync(struct scribe *s, mono_t now);
void scribe_retain(
    struct scribe *s, const char *dir, wall_t oldest, uint64_t max_bytes, wall_t claim);

/*
 * scribe_file(s, f):
 * Write a file of evidence (packet_file.h) and then the event, whose text tells of it:
 * the word packets, the file's name, its bytes and SHA-256, and the words. The bytes are
 * given and freed. Result: false where there is no room; nothing is taken then.
 */
struct scribe_file {
	char data[1024], name[104], words[40];
	uint8_t *p;
	size_t n;
	struct event event;
};
bool scribe_file(struct scribe *s, const struct scribe_file *f);

/* What became of the last sync and of the last retaining that are over: 0 or -errno; and
 * how many facts found no room so far. */
struct scribe_word {
	int sync, retain;
	uint64_t unwritten;
};
void scribe_ask(struct scribe *s, struct scribe_word *out);

#endif
