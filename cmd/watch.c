/*
 * Five times a second: what is new in the journal goes to the RRD files and to the judge.
 * How far the journal is complete is told by its write-ahead file: all that was settled
 * when that was last written is in it. All sending is done by a child of its own: a mail
 * server that hangs delays no fact.
 */
#include "cmd/alarm.h"
#include "cmd/filler.h"
#include "cmd/options.h"
#include "cmd/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_NS     (200 * NS_PER_MS)
#define MARGIN_NS   (200 * NS_PER_MS) /* a timer of the daemon may be late by so much */
#define RENEW_NS    (24 * 3600 * NS_PER_S)
#define LOCK_TRIES  50
#define EVENTS_KEPT 64

struct watch {
	struct options *o;
	int lock_fd;
	struct journal_reader *reader; /* NULL: to be opened */
	struct filler filler;
	struct judge *judge;
	struct judge_rule rule;
	struct alarm alarm;
	struct seen seen;
	size_t links_told, probes_told;
	int64_t counters_ns[LINKS_MAX]; /* labels of the last ones judged */
	struct event_key {
		int64_t at_ns;
		uint32_t session;
		int kind;
	} events[EVENTS_KEPT];
	size_t n_events;
	int64_t opened_ns, tried_ns, label_ns;
	struct timespec synced; /* of the write-ahead file, when last looked at */
	int64_t settled_ns;     /* label: all before it is in */
	pid_t courier;
	int64_t spool_looked_s;
	char said[1500]; /* the last complaint: said once */
};

static volatile sig_atomic_t stopping;

static void
on_signal(int signo)
{
	(void)signo;
	stopping = 1;
}

static void
say(struct watch *w, const char *what)
{
	if (strcmp(w->said, what) == 0)
		return;
	snprintf(w->said, sizeof w->said, "%s", what);
	complain(1, "watch: %s", what);
}

/* ---- facts in ---- */

static void
tell_tables(struct watch *w)
{
	size_t n;
	const struct link_def *links = journal_links(w->reader, &n);

	for (; w->links_told < n; w->links_told++)
		judge_link(w->judge, &links[w->links_told]);
	const struct probe_def *probes = journal_probes(w->reader, &n);
	for (; w->probes_told < n; w->probes_told++)
		judge_probe(w->judge, &probes[w->probes_told],
		    journal_probe_link(w->reader, (uint32_t)w->probes_told));
}

/* What a scan showed and following shows again is judged once; a late reply is let
 * through, as it takes the place of its loss. */
static int
judge_sample_once(void *ctx, const struct sample *s)
{
	struct watch *w = ctx;

	if (s->probe >= w->probes_told)
		tell_tables(w);
	if (seen_is_new(&w->seen, s) || (s->flags & (FLAG_LATE | FLAG_DUP)))
		judge_arrival(w->judge, s);
	if (s->time.ns > w->label_ns)
		w->label_ns = s->time.ns;
	return 0;
}

static int
judge_counters_once(void *ctx, const struct counters *c)
{
	struct watch *w = ctx;

	if (c->link >= w->links_told)
		tell_tables(w);
	if (c->link < LINKS_MAX && c->time.ns <= w->counters_ns[c->link])
		return 0;
	if (c->link < LINKS_MAX)
		w->counters_ns[c->link] = c->time.ns;
	judge_arrival_counters(w->judge, c);
	return 0;
}

static int
judge_event_once(void *ctx, const struct event *e)
{
	struct watch *w = ctx;
	struct event_key key = {e->at.ns, e->session, (int)e->kind};

	tell_tables(w);
	for (size_t i = 0; i < EVENTS_KEPT && i < w->n_events; i++)
		if (w->events[i].at_ns == key.at_ns &&
		    w->events[i].session == key.session && w->events[i].kind == key.kind)
			return 0;
	w->events[w->n_events++ % EVENTS_KEPT] = key;
	judge_arrival_event(w->judge, e);
	return 0;
}

/* A scan is in order: settle behind it, so that little is held. */
static int
scan_sample(void *ctx, const struct sample *s)
{
	struct watch *w = ctx;

	(void)judge_sample_once(ctx, s);
	if (s->time.ns - w->settled_ns > NS_PER_S) {
		judge_settle(w->judge, s->time.ns);
		w->settled_ns = s->time.ns;
	}
	return stopping ? 1 : 0;
}

static int
follow_sample(void *ctx, const struct sample *s)
{
	struct watch *w = ctx;

	filler_sample(&w->filler, s);
	return judge_sample_once(ctx, s);
}

static int
follow_counters(void *ctx, const struct counters *c)
{
	struct watch *w = ctx;

	filler_counters(&w->filler, c);
	return judge_counters_once(ctx, c);
}

static int
follow_event(void *ctx, const struct event *e)
{
	struct watch *w = ctx;

	filler_event(&w->filler, e);
	return judge_event_once(ctx, e);
}

/* ---- opening ---- */

static void
watch_close(struct watch *w)
{
	if (w->reader == NULL)
		return;
	filler_done(&w->filler);
	judge_free(w->judge);
	journal_reader_free(w->reader);
	seen_done(&w->seen);
	w->judge = NULL;
	w->reader = NULL;
}

static void
set_rule(struct watch *w)
{
	const struct settings *s = w->o->settings;
	struct journal_stats stats;

	journal_clock_of(w->reader, &stats);
	judge_rule_default(&w->rule);
	memcpy(w->rule.agent, stats.agent, sizeof w->rule.agent);
	w->rule.clock_bound_ns = stats.clock_bound_ns;
	w->rule.clock_unknown = !stats.synchronised;
	if (s != NULL && s->clock_trusted && !stats.synchronised) {
		w->rule.clock_unknown = false;
		w->rule.clock_bound_ns = s->clock_bound_ns;
	}
}

/* Read what is there: for the files what they lack, for the judge what it must know. */
static int
watch_open(struct watch *w, int64_t now_ns)
{
	struct journal_visitor v = {.ctx = w,
	    .sample = scan_sample,
	    .counters = judge_counters_once,
	    .event = judge_event_once};
	wall_t from, to = {INT64_MAX / 2};
	char err[512];
	bool of_journal;

	int rc = journal_read(&w->reader, w->o->data_dir, err, sizeof err);
	if (rc < 0) {
		w->reader = NULL;
		if (rc != -ENOENT) /* the daemon may not have begun yet */
			say(w, err);
		return rc;
	}
	w->opened_ns = now_ns;
	w->settled_ns = w->label_ns = INT64_MIN / 2;
	w->links_told = w->probes_told = w->n_events = 0;
	memset(w->counters_ns, 0, sizeof w->counters_ns);
	set_rule(w);
	w->judge = judge_new(&w->rule);
	filler_init(&w->filler, w->reader, w->o->data_dir, w->o->settings);
	if (filler_catch_up(&w->filler, false, &stopping, &of_journal) < 0)
		say(w, of_journal ? journal_error(w->reader)
		                  : archive_error(w->filler.archive));
	tell_tables(w);
	from.ns = alarm_since(&w->alarm, now_ns);
	if (journal_scan(w->reader, from, to, &v) < 0)
		say(w, journal_error(w->reader));
	return 0;
}

/* ---- following ---- */

/*
 * The label of the moment the journal was last written: its file's time, less what this
 * machine's UTC has moved from the labels of this boot. False where it was not written
 * since.
 */
static bool
look_at_sync(struct watch *w, struct timespec *at, int64_t *label_ns)
{
	char path[1100];
	struct stat st;
	int64_t wall = clock_wall().ns, label = clock_mono().ns + w->filler.anchor_ns;

	snprintf(path, sizeof path, "%s/journal/wal", w->o->data_dir);
	if (stat(path, &st) < 0 || (st.st_mtim.tv_sec == w->synced.tv_sec &&
	                               st.st_mtim.tv_nsec == w->synced.tv_nsec))
		return false;
	*at = st.st_mtim;
	*label_ns = st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec - wall + label;
	int64_t off = wall - label;
	return w->filler.anchor_ns != 0 && off < 86400 * NS_PER_S &&
	       off > -86400 * NS_PER_S;
}

static void
flush(struct watch *w, int64_t settled_ns)
{
	int rc = archive_flush(w->filler.archive, (wall_t){settled_ns}, MARGIN_NS);

	if (rc < 0 && rc != -EBUSY)
		say(w, archive_error(w->filler.archive));
}

static void
follow(struct watch *w, int64_t now_ns)
{
	struct journal_visitor v = {.ctx = w,
	    .sample = follow_sample,
	    .counters = follow_counters,
	    .event = follow_event};
	struct timespec at;
	int64_t settled = INT64_MIN;
	bool synced =
	    look_at_sync(w, &at, &settled); /* before: what is there then is seen */

	int rc = journal_follow(w->reader, &v);
	if (rc < 0) {
		say(w, journal_error(w->reader));
		watch_close(w);
		return;
	}
	if (synced)
		w->synced = at;
	if (w->filler.seen_ns > settled)
		settled = w->filler.seen_ns;
	if (settled > w->settled_ns) {
		w->settled_ns = settled;
		judge_settle(w->judge, settled);
		flush(w, settled);
	}
	size_t n;
	const struct link_def *links = journal_links(w->reader, &n);
	if (alarm_look(&w->alarm, w->judge, links, n, now_ns,
	        w->settled_ns - w->rule.hold_ns) < 0)
		say(w, w->alarm.error);
}

/* A day's judging is forgotten, a clock that was synchronised since is believed: read
 * anew. */
static bool
is_stale(const struct watch *w, int64_t now_ns)
{
	struct journal_stats stats;

	if (now_ns - w->opened_ns < 60 * NS_PER_S || !alarm_is_calm(&w->alarm, now_ns))
		return false;
	if (now_ns - w->opened_ns > RENEW_NS)
		return true;
	journal_clock_of(w->reader, &stats);
	return stats.synchronised && w->rule.clock_unknown;
}

/* ---- the courier ---- */

static bool
link_is_dark(void *ctx, const struct link_def *link)
{
	const struct watch *w = ctx;
	size_t n = 0;
	const struct link_def *links =
	    w->reader != NULL ? journal_links(w->reader, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].centre, link->centre) == 0 &&
		    strcmp(links[i].link, link->link) == 0)
			return alarm_is_dark(&w->alarm, i);
	return false;
}

static void
send_notices(struct watch *w)
{
	int64_t now_s = clock_wall().ns / NS_PER_S;

	if (w->courier > 0 && waitpid(w->courier, NULL, WNOHANG) == w->courier)
		w->courier = 0;
	if (w->courier > 0 || w->o->settings == NULL || now_s == w->spool_looked_s)
		return;
	w->spool_looked_s = now_s;
	if (spool_due(w->o->data_dir) > now_s)
		return;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		signal(SIGTERM, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		close(w->lock_fd);
		(void)courier_run(w->o->data_dir, w->o->settings, link_is_dark, w);
		_exit(0);
	}
	if (child > 0)
		w->courier = child;
}

static void
stop_courier(struct watch *w)
{
	if (w->courier <= 0)
		return;
	kill(w->courier, SIGTERM); /* its notice stays in the spool */
	waitpid(w->courier, NULL, 0);
	w->courier = 0;
}

/* ---- the command ---- */

/* One watch a data directory, or everybody is told twice. The one before may be ending.
 */
static int
lock(struct watch *w)
{
	char path[1100];
	struct timespec nap = {0, 100000000};

	snprintf(path, sizeof path, "%s/watch.lock", w->o->data_dir);
	w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (w->lock_fd < 0)
		return complain(1, "watch: %s: %s", path, strerror(errno));
	for (int i = 0; i < LOCK_TRIES && !stopping; i++) {
		if (flock(w->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		nanosleep(&nap, NULL);
	}
	return complain(1, "watch: %s: another watch is at it", path);
}

static void
signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};

	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGHUP, &act, NULL); /* the daemon starts another one */
	signal(SIGPIPE, SIG_IGN);
}

int
cmd_watch(struct options *o)
{
	struct watch w = {.o = o, .lock_fd = -1};
	struct timespec nap = {0, POLL_NS};

	if (o->n_args > 0)
		return complain(EXIT_USAGE, "watch: %s: not understood", o->args[0]);
	signals();
	int status = lock(&w);
	if (status == 0 &&
	    alarm_open(&w.alarm, o->data_dir, o->settings, clock_wall().ns) < 0)
		status = complain(1, "watch: %s", w.alarm.error);
	while (status == 0 && !stopping) {
		int64_t now = clock_wall().ns;
		if (w.reader != NULL && is_stale(&w, now))
			watch_close(&w);
		if (w.reader == NULL &&
		    (now - w.tried_ns >= NS_PER_S || now < w.tried_ns)) {
			w.tried_ns = now;
			(void)watch_open(&w, now);
		}
		if (w.reader != NULL)
			follow(&w, now);
		send_notices(&w);
		nanosleep(&nap, NULL);
	}
	if (w.reader != NULL)
		follow(&w, clock_wall().ns); /* what the daemon wrote last */
	stop_courier(&w);
	watch_close(&w);
	alarm_close(&w.alarm);
	if (w.lock_fd >= 0)
		close(w.lock_fd);
	return status;
}
