#include "collector/scribe.h"

#include "base/bytes.h"
#include "collector/packet_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROOM_LEAST   (256u << 10)
#define HAND_BYTES   (32u << 10) /* so much is worth a handing over */
#define SECONDS      2.0
#define SYNC_SAMPLES 32768 /* a block is at most 4 MiB */
#define PROBE_BYTES                                                                      \
	(2 * sizeof(struct head) + sizeof(struct sent) + sizeof(struct sample))
#define NICE 5 /* measuring goes first where there is one core */

enum what {
	SENT,
	SAMPLE,
	COUNTERS,
	EVENT,
	THROUGHPUT,
	PATH,
	CLOCK,
	SYNC,
	RETAIN,
	PACKETS
};

struct head { /* before each fact */
	uint32_t what, bytes;
};

struct sent {
	uint64_t seq;
	mono_t at;
	uint32_t probe;
};

struct retain {
	char dir[1024];
	wall_t oldest, claim;
	uint64_t max_bytes;
};

struct buffer {
	uint8_t *p;
	size_t n, room;
};

struct scribe {
	/* Of the thread that measures alone. */
	struct buffer front;
	size_t room;
	unsigned since_sync; /* samples */
	uint64_t unwritten, told;
	mono_t hole_from, hole_to;
	/* Of whoever holds the lock; back is the scribe's while busy. */
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct buffer back;
	bool busy, ending;
	struct scribe_word word;
	/* Of whoever holds this. */
	pthread_mutex_t journal;
	struct journal_writer *w;
	pthread_t thread;
};

/* ---- the scribe's side ---- */

static void
learn(struct scribe *s, int *word, int rc)
{
	pthread_mutex_lock(&s->lock);
	*word = rc;
	pthread_mutex_unlock(&s->lock);
}

static void
write_sent(struct scribe *s, const void *p)
{
	struct sent sent;

	memcpy(&sent, p, sizeof sent);
	journal_sent(s->w, sent.probe, sent.seq, sent.at);
}

static void
write_sample(struct scribe *s, const void *p)
{
	struct sample sample;

	memcpy(&sample, p, sizeof sample);
	journal_sample(s->w, &sample);
}

static void
write_counters(struct scribe *s, const void *p)
{
	struct counters c;

	memcpy(&c, p, sizeof c);
	journal_counters(s->w, &c);
}

static void
write_event(struct scribe *s, const void *p)
{
	struct event e;

	memcpy(&e, p, sizeof e);
	journal_event(s->w, &e);
}

static void
write_throughput(struct scribe *s, const void *p)
{
	struct throughput t;

	memcpy(&t, p, sizeof t);
	journal_throughput(s->w, &t);
}

static void
write_path(struct scribe *s, const void *p)
{
	struct path path;

	memcpy(&path, p, sizeof path);
	journal_path(s->w, &path);
}

static void
write_clock(struct scribe *s, const void *p)
{
	struct clock_state state;

	memcpy(&state, p, sizeof state);
	journal_clock(s->w, &state);
}

static void
do_sync(struct scribe *s, const void *p)
{
	mono_t now;

	memcpy(&now, p, sizeof now);
	learn(s, &s->word.sync, journal_sync(s->w, now));
}

static void
do_retain(struct scribe *s, const void *p)
{
	struct retain r;

	memcpy(&r, p, sizeof r);
	int rc = journal_retain(r.dir, r.oldest, r.max_bytes, r.claim);
	learn(s, &s->word.retain, rc < 0 ? rc : 0);
}

static void
write_packets(struct scribe *s, const void *p)
{
	struct scribe_file f;
	char sha256[65];

	memcpy(&f, p, sizeof f);
	int rc = packet_file_write(f.data, f.name, f.p, f.n, sha256);
	if (rc == 0)
		snprintf(f.event.text, sizeof f.event.text,
		    "packets %.100s %zu bytes sha256 %s (%s)", f.name, f.n, sha256,
		    f.words);
	else
		snprintf(f.event.text, sizeof f.event.text,
		    "packets %.100s not written: %s", f.name, strerror(-rc));
	packet_file_trim(f.data, PACKET_FILES_MOST);
	journal_event(s->w, &f.event);
	free(f.p);
}

static void
write_all(struct scribe *s, const struct buffer *b)
{
	static void (*const DO[])(struct scribe *, const void *) = {[SENT] = write_sent,
	    [SAMPLE] = write_sample,
	    [COUNTERS] = write_counters,
	    [EVENT] = write_event,
	    [THROUGHPUT] = write_throughput,
	    [PATH] = write_path,
	    [CLOCK] = write_clock,
	    [SYNC] = do_sync,
	    [RETAIN] = do_retain,
	    [PACKETS] = write_packets};
	struct head h;

	pthread_mutex_lock(&s->journal);
	for (size_t at = 0; at < b->n; at += sizeof h + h.bytes) {
		memcpy(&h, b->p + at, sizeof h);
		DO[h.what](s, b->p + at + sizeof h);
	}
	pthread_mutex_unlock(&s->journal);
}

static void *
write_on(void *ctx)
{
	struct scribe *s = ctx;

	(void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread */
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->busy && !s->ending)
			pthread_cond_wait(&s->work, &s->lock);
		if (!s->busy)
			break;
		pthread_mutex_unlock(&s->lock);
		write_all(s, &s->back);
		pthread_mutex_lock(&s->lock);
		s->back.n = 0;
		s->busy = false;
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- the measuring side ---- */

static void
make_room(struct buffer *b, size_t room)
{
	if (b->room >= room)
		return;
	b->p = memory_grow(b->p, room, 1);
	b->room = room;
}

/* Give the scribe what there is, unless it is still at the last. */
static void
hand_over(struct scribe *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->busy && s->front.n > 0) {
		struct buffer b = s->front;
		s->front = s->back;
		s->back = b;
		s->busy = true;
		pthread_cond_signal(&s->work);
	}
	pthread_mutex_unlock(&s->lock);
	make_room(&s->front, s->room);
}

static bool
put(struct scribe *s, enum what what, const void *p, size_t n)
{
	/* Whole words, so that what follows is aligned. */
	struct head h = {what, (uint32_t)((n + 7) & ~(size_t)7)};

	if (s->front.n + sizeof h + h.bytes > s->front.room)
		hand_over(s);
	if (s->front.n + sizeof h + h.bytes > s->front.room)
		return false;
	uint8_t *to = s->front.p + s->front.n;
	memcpy(to, &h, sizeof h);
	memcpy(to + sizeof h, p, n);
	s->front.n += sizeof h + h.bytes;
	return true;
}

/* After a hole, what it was comes first. */
static void
tell_hole(struct scribe *s)
{
	struct event e = {.kind = EVENT_GAP,
	    .link = -1,
	    .session = journal_session(s->w),
	    .at = s->hole_from,
	    .until = s->hole_to};

	snprintf(e.text, sizeof e.text, "writing was too slow: %llu facts had no room",
	    (unsigned long long)(s->unwritten - s->told));
	if (put(s, EVENT, &e, sizeof e))
		s->told = s->unwritten;
}

static void
take(struct scribe *s, enum what what, const void *p, size_t n)
{
	if (s->told != s->unwritten)
		tell_hole(s);
	if (s->told != s->unwritten || !put(s, what, p, n)) {
		s->hole_to = clock_mono();
		if (s->told == s->unwritten)
			s->hole_from = s->hole_to;
		s->unwritten++;
	}
	if (s->front.n >= HAND_BYTES)
		hand_over(s);
}

void
scribe_sent(struct scribe *s, uint32_t probe, uint64_t seq, mono_t at)
{
	struct sent sent = {.seq = seq, .at = at, .probe = probe};

	take(s, SENT, &sent, sizeof sent);
}

void
scribe_sample(struct scribe *s, const struct sample *sample)
{
	take(s, SAMPLE, sample, sizeof *sample);
	if (++s->since_sync >= SYNC_SAMPLES)
		scribe_sync(s, clock_mono());
}

void
scribe_counters(struct scribe *s, const struct counters *c)
{
	take(s, COUNTERS, c, sizeof *c);
}

void
scribe_event(struct scribe *s, const struct event *e)
{
	take(s, EVENT, e, sizeof *e);
}

void
scribe_throughput(struct scribe *s, const struct throughput *t)
{
	take(s, THROUGHPUT, t, sizeof *t);
}

void
scribe_path(struct scribe *s, const struct path *p)
{
	take(s, PATH, p, sizeof *p);
}

void
scribe_clock(struct scribe *s, const struct clock_state *state)
{
	take(s, CLOCK, state, sizeof *state);
}

void
scribe_sync(struct scribe *s, mono_t now)
{
	s->since_sync = 0;
	take(s, SYNC, &now, sizeof now);
	hand_over(s);
}

void
scribe_retain(
    struct scribe *s, const char *dir, wall_t oldest, uint64_t max_bytes, wall_t claim)
{
	struct retain r = {.oldest = oldest, .claim = claim, .max_bytes = max_bytes};

	snprintf(r.dir, sizeof r.dir, "%s", dir);
	take(s, RETAIN, &r, sizeof r);
}

bool
scribe_file(struct scribe *s, const struct scribe_file *f)
{
	return put(s, PACKETS, f, sizeof *f);
}

void
scribe_ask(struct scribe *s, struct scribe_word *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->word;
	pthread_mutex_unlock(&s->lock);
	out->unwritten = s->unwritten;
}

int
scribe_link(struct scribe *s, const struct link_def *def)
{
	pthread_mutex_lock(&s->journal);
	int number = journal_link(s->w, def);
	pthread_mutex_unlock(&s->journal);
	return number;
}

int
scribe_probe(struct scribe *s, const struct probe_def *def)
{
	pthread_mutex_lock(&s->journal);
	int number = journal_probe(s->w, def);
	pthread_mutex_unlock(&s->journal);
	return number;
}

void
scribe_reserve(struct scribe *s, double a_second)
{
	size_t room = (size_t)(a_second * SECONDS * (double)PROBE_BYTES) + ROOM_LEAST;

	if (room > s->room)
		s->room = room;
	make_room(&s->front, s->room);
}

/* ---- life ---- */

int
scribe_new(struct scribe **out, struct journal_writer *w)
{
	struct scribe *s = memory_grow(NULL, 1, sizeof *s);
	sigset_t all, before;

	memset(s, 0, sizeof *s);
	s->w = w;
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->journal, NULL);
	pthread_cond_init(&s->work, NULL);
	s->room = ROOM_LEAST;
	make_room(&s->front, s->room);
	sigfillset(&all); /* signals are for the loop */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&s->thread, NULL, write_on, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		free(s->front.p);
		free(s);
		return -rc;
	}
	*out = s;
	return 0;
}

struct journal_writer *
scribe_free(struct scribe *s)
{
	struct journal_writer *w = s->w;

	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL); /* it ends with nothing in back */
	/* Nobody takes a buffer any more: what there is goes first, then the hole has
	 * room. */
	write_all(s, &s->front);
	s->front.n = 0;
	if (s->told != s->unwritten)
		tell_hole(s);
	write_all(s, &s->front);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->journal);
	pthread_mutex_destroy(&s->lock);
	free(s->front.p);
	free(s->back.p);
	free(s);
	return w;
}
