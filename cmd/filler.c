#include "cmd/filler.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FLUSH_NS (4 * 3600 * NS_PER_S) /* a file opened for few slots costs most */
/* A daemon that has not written for so long will not settle what it had sent. */
#define DEAD_NS (30 * NS_PER_S)

struct catching {
	struct filler *filler;
	int64_t flushed_ns;
	time_t shown;
	bool progress;
	const volatile sig_atomic_t *stop;
	int rc;
};

void
filler_init(struct filler *f, struct journal_reader *reader, const char *data_dir,
    const struct settings *settings)
{
	*f = (struct filler){.reader = reader, .archive = archive_new(data_dir)};
	f->seen_ns = INT64_MIN / 2;
	if (settings != NULL && settings->rrdcached[0] != '\0')
		archive_cached(f->archive, settings->rrdcached);
	filler_tables(f);
}

void
filler_done(struct filler *f)
{
	archive_free(f->archive);
	seen_done(&f->seen);
	f->archive = NULL;
}

void
filler_tables(struct filler *f)
{
	size_t n;
	const struct link_def *links = journal_links(f->reader, &n);

	for (; f->links < n; f->links++)
		archive_link(f->archive, (uint32_t)f->links, &links[f->links]);
	const struct probe_def *probes = journal_probes(f->reader, &n);
	for (; f->probes < n; f->probes++)
		archive_probe(f->archive, (uint32_t)f->probes, &probes[f->probes]);
}

static void
saw(struct filler *f, int64_t label_ns)
{
	if (label_ns > f->seen_ns)
		f->seen_ns = label_ns;
}

void
filler_sample(struct filler *f, const struct sample *s)
{
	if (s->probe >= f->probes)
		filler_tables(f);
	if (!seen_is_new(&f->seen, s))
		return;
	archive_sample(f->archive, s);
	f->anchor_ns = s->time.ns - s->sent.ns;
	saw(f, s->time.ns);
}

void
filler_counters(struct filler *f, const struct counters *c)
{
	if (c->link >= f->links)
		filler_tables(f);
	archive_counters(f->archive, c);
	saw(f, c->time.ns);
}

void
filler_event(struct filler *f, const struct event *e)
{
	archive_event(f->archive, e);
}

static void
show(struct catching *g, int64_t label_ns)
{
	time_t now = (time_t)(clock_wall().ns / NS_PER_S),
	       day = (time_t)(label_ns / NS_PER_S);
	struct tm tm;
	char text[32];

	if (!g->progress || now == g->shown || gmtime_r(&day, &tm) == NULL)
		return;
	g->shown = now;
	strftime(text, sizeof text, "%Y-%m-%d", &tm);
	fprintf(stderr, "\rarchive: %s ", text);
}

/* A scan is in order of sending: what lies before the fact at hand is complete. */
static int
flush_before(struct catching *g, int64_t label_ns)
{
	if (label_ns - g->flushed_ns < FLUSH_NS && label_ns >= g->flushed_ns)
		return g->stop != NULL && *g->stop ? 1 : 0;
	g->flushed_ns = label_ns;
	show(g, label_ns);
	g->rc = archive_flush(g->filler->archive, (wall_t){label_ns}, 0);
	return g->rc == 0 || g->rc == -EBUSY ? 0 : 1;
}

static int
catch_sample(void *ctx, const struct sample *s)
{
	struct catching *g = ctx;

	filler_sample(g->filler, s);
	return flush_before(g, s->time.ns);
}

static int
catch_counters(void *ctx, const struct counters *c)
{
	struct catching *g = ctx;

	filler_counters(g->filler, c);
	return flush_before(g, c->time.ns);
}

static int
catch_event(void *ctx, const struct event *e)
{
	struct catching *g = ctx;

	filler_event(g->filler, e);
	return 0;
}

int
filler_catch_up(
    struct filler *f, bool progress, const volatile sig_atomic_t *stop, bool *of_journal)
{
	struct catching g = {
	    .filler = f, .flushed_ns = INT64_MIN / 2, .progress = progress, .stop = stop};
	struct journal_visitor v = {.ctx = &g,
	    .sample = catch_sample,
	    .counters = catch_counters,
	    .event = catch_event};
	wall_t now = clock_wall(), end = {INT64_MAX / 2};

	*of_journal = false;
	int rc = journal_scan(f->reader, archive_since(f->archive), end, &v);
	if (progress && g.shown != 0)
		fputs("\r                    \r", stderr);
	if (rc == 1)
		return g.rc;
	if (rc < 0) {
		*of_journal = true;
		return rc;
	}
	wall_t settled = {now.ns - DEAD_NS > f->seen_ns ? now.ns - DEAD_NS : f->seen_ns};
	return archive_flush(f->archive, settled, 200 * NS_PER_MS);
}
