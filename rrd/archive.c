/*
 * Facts gather in slots of 10 s, one curve a probe and one a link; a flush writes those
 * that are settled. DATA/rrd/until says up to when all of them are, so that the next
 * start need not read the journal from its beginning.
 */
#include "rrd/archive.h"

#include "base/bytes.h"
#include "base/exactness.h"
#include "rrd/curve.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <rrd.h>
#include <rrd_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIME_MAX_NS    (4102444800LL * NS_PER_S) /* 2100: later labels are no clock's */
#define RTT_MAX_NS     (86400LL * NS_PER_S)
#define READING_GAP_NS (5 * NS_PER_S)
#define ACCOUNT_NS     (10 * NS_PER_S) /* that an account of the collector speaks of */
#define ACCOUNT_MAX_US (86400ull * 1000000)
#define AGAIN_NS       (120 * NS_PER_S) /* read again: pages a power cut may have taken */
#define CACHED_NS      (3600 * NS_PER_S) /* longest that rrdcached keeps an update */
#define BEGINNING      (INT64_MIN / 2)

struct archive_probe {
	size_t curve; /* plus one; 0: its names are none of ours */
	int64_t max_gap_ns;
};

struct archive_link {
	size_t curve;
	struct counters last;
	bool any;
};

struct archive {
	char dir[1024];
	char error[1400];
	char cached[128]; /* socket of rrdcached; empty: none */
	int lock_fd;
	int64_t until_ns; /* as last written */
	struct curve *curves;
	struct archive_probe *probes;
	struct archive_link *links;
	size_t n_curves, n_probes, n_links;
	size_t collector; /* its curve plus one; 0: it has said nothing */
	int64_t account_ns;
	size_t left_out;
	char first_out[3 * NAME_ROOM + 2];
};

struct archive *
archive_new(const char *data_dir)
{
	struct archive *a = memory_grow(NULL, 1, sizeof *a);

	memset(a, 0, sizeof *a);
	a->lock_fd = -1;
	a->account_ns = INT64_MIN;
	snprintf(a->dir, sizeof a->dir, "%s", data_dir);
	return a;
}

void
archive_free(struct archive *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n_curves; i++)
		curve_done(&a->curves[i]);
	free(a->curves);
	free(a->probes);
	free(a->links);
	if (a->cached[0] != '\0')
		rrdc_disconnect();
	if (a->lock_fd >= 0)
		close(a->lock_fd);
	free(a);
}

/* ---- rrdcached ---- */

void
archive_cached(struct archive *a, const char *socket)
{
	snprintf(a->cached, sizeof a->cached, "%s", socket);
}

/* Whether it answers; its statistics are the least it can be asked for. */
static bool
answers(void)
{
	rrdc_stats_t *stats = NULL;

	if (rrdc_stats_get(&stats) != 0)
		return false;
	rrdc_stats_free(stats);
	return true;
}

/* Once for all files of a flush. Its connection does not tell that the daemon was started
 * anew, so it is made again where nobody answers. */
static int
reach(struct archive *a)
{
	if (a->cached[0] == '\0')
		return 0;
	for (int i = 0; i < 2; i++) {
		rrd_clear_error();
		if (rrdc_connect(a->cached) == 0 && answers())
			return 0;
		snprintf(a->error, sizeof a->error,
		    "rrdcached at %s: not reached: %s; the RRD files wait for it",
		    a->cached, rrd_test_error() ? rrd_get_error() : "it does not answer");
		rrdc_disconnect();
	}
	rrd_clear_error();
	return -ENOTCONN;
}

/* ---- one writer at a time ---- */

static int
take_lock(struct archive *a, int how)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/rrd.lock", a->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, how) < 0) {
		int rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
		snprintf(a->error, sizeof a->error, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return rc;
	}
	a->lock_fd = fd;
	return 0;
}

int
archive_lock(struct archive *a)
{
	return a->lock_fd >= 0 ? 0 : take_lock(a, LOCK_EX);
}

/* ---- tables ---- */

/* The journal is no authority over paths: a name is a-z 0-9 -, or it is not used. */
static bool
is_name(const char *text)
{
	return text[0] != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

/* What is odd in a name may be odd for a terminal too. */
static void
leave_out(struct archive *a, const char *centre, const char *link, const char *name)
{
	if (a->left_out++ > 0)
		return;
	snprintf(a->first_out, sizeof a->first_out, "%s/%s/%s", centre, link, name);
	for (char *c = a->first_out; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
}

static size_t
curve_of(struct archive *a, const char *path, enum curve_kind kind)
{
	for (size_t i = 0; i < a->n_curves; i++)
		if (strcmp(a->curves[i].path, path) == 0)
			return i + 1;
	a->curves = memory_grow(a->curves, a->n_curves + 1, sizeof *a->curves);
	struct curve *c = &a->curves[a->n_curves++];
	memset(c, 0, sizeof *c);
	snprintf(c->path, sizeof c->path, "%s", path);
	c->kind = kind;
	c->cached = a->cached[0] != '\0';
	return a->n_curves;
}

static size_t
curve_at(struct archive *a, const char *centre, const char *link, const char *name,
    enum curve_kind kind)
{
	char path[sizeof a->curves->path];

	if (!is_name(centre) || !is_name(link))
		return 0;
	snprintf(path, sizeof path, "%s/rrd/%s/%s/%s.rrd", a->dir, centre, link, name);
	return curve_of(a, path, kind);
}

void
archive_link(struct archive *a, uint32_t number, const struct link_def *def)
{
	if (number >= a->n_links) {
		a->links = memory_grow(a->links, (size_t)number + 1, sizeof *a->links);
		memset(a->links + a->n_links, 0,
		    (number + 1 - a->n_links) * sizeof *a->links);
		a->n_links = (size_t)number + 1;
	}
	a->links[number] = (struct archive_link){
	    .curve = curve_at(a, def->centre, def->link, "_link", CURVE_LINK)};
}

void
archive_probe(struct archive *a, uint32_t number, const struct probe_def *def)
{
	struct archive_probe p = {.max_gap_ns = def->max_gap_ns};

	if (number >= a->n_probes) {
		a->probes = memory_grow(a->probes, (size_t)number + 1, sizeof *a->probes);
		memset(a->probes + a->n_probes, 0,
		    (number + 1 - a->n_probes) * sizeof *a->probes);
		a->n_probes = (size_t)number + 1;
	}
	if (p.max_gap_ns <= 0 && def->every_ns < INT64_MAX / 5)
		p.max_gap_ns = def->every_ns * 5 / 2;
	if (is_name(def->name))
		p.curve = curve_at(a, def->centre, def->link, def->name,
		    def->kind == KIND_HTTP ? CURVE_HTTP : CURVE_PROBE);
	if (p.curve == 0)
		leave_out(a, def->centre, def->link, def->name);
	if (p.curve > 0 && def->timeout_ns > a->curves[p.curve - 1].hold_ns)
		a->curves[p.curve - 1].hold_ns =
		    def->timeout_ns < 3600 * NS_PER_S ? def->timeout_ns : 3600 * NS_PER_S;
	a->probes[number] = p;
}

/* ---- facts ---- */

void
archive_sample(struct archive *a, const struct sample *s)
{
	struct curve_slot *slot;

	if (s->probe >= a->n_probes || a->probes[s->probe].curve == 0 ||
	    s->time.ns <= 0 || s->time.ns >= TIME_MAX_NS ||
	    s->outcome == OUTCOME_UNSETTLED)
		return;
	if (s->outcome != OUTCOME_NOT_SENT && !sample_may_vote(s))
		return;
	slot = curve_slot(&a->curves[a->probes[s->probe].curve - 1], s->time.ns);
	if (slot == NULL)
		return;
	slot->max_gap_ns = a->probes[s->probe].max_gap_ns;
	if (s->outcome == OUTCOME_NOT_SENT)
		return;
	slot->sent++;
	if (s->outcome == OUTCOME_LOST || (s->flags & FLAG_LATE)) {
		slot->lost++;
	} else if (s->rtt_ns >= 0 && s->rtt_ns < RTT_MAX_NS) {
		slot->answered++;
		slot->rtt_ns += s->rtt_ns;
		if (s->bytes > 0 && s->bytes < 1ull << 48) {
			slot->bytes += (int64_t)s->bytes;
			slot->busy_ns += s->rtt_ns;
		}
	}
}

/* Bytes between two readings, shared out to the slots in proportion to time. */
static void
share(struct curve *c, int64_t from, int64_t to, uint64_t rx, uint64_t tx)
{
	double span = (double)(to - from);

	while (from < to) {
		int64_t edge = (from / CURVE_SLOT_NS + 1) * CURVE_SLOT_NS;
		int64_t part = (edge < to ? edge : to) - from;
		struct curve_slot *slot = curve_slot(c, from);
		if (slot == NULL)
			return;
		slot->rx_bytes += (double)rx * (double)part / span;
		slot->tx_bytes += (double)tx * (double)part / span;
		slot->counted_ns += part;
		from += part;
	}
}

/*
 * A counter that went back was set to zero: the interface was made anew, or the carrier's
 * driver reset it. What passed in that second is unknown, and so is a hole in the
 * readings.
 */
void
archive_counters(struct archive *a, const struct counters *c)
{
	struct archive_link *l;

	if (c->link >= a->n_links || a->links[c->link].curve == 0 || c->time.ns <= 0 ||
	    c->time.ns >= TIME_MAX_NS)
		return;
	l = &a->links[c->link];
	int64_t span = c->time.ns - l->last.time.ns;
	bool follows = l->any && span > 0 && span <= READING_GAP_NS && c->ifindex != 0 &&
	               c->ifindex == l->last.ifindex && c->rx_bytes >= l->last.rx_bytes &&
	               c->tx_bytes >= l->last.tx_bytes;

	if (follows)
		share(&a->curves[l->curve - 1], l->last.time.ns, c->time.ns,
		    c->rx_bytes - l->last.rx_bytes, c->tx_bytes - l->last.tx_bytes);
	if (!l->any || span > 0) {
		l->last = *c;
		l->any = true;
	}
}

static int64_t
ns_of(uint64_t us)
{
	return (int64_t)(us < ACCOUNT_MAX_US ? us : ACCOUNT_MAX_US) * NS_PER_US;
}

void
archive_event(struct archive *a, const struct event *e)
{
	char path[sizeof a->curves->path];
	struct exactness x;

	if (e->kind != EVENT_NOTE || e->time.ns <= a->account_ns ||
	    e->time.ns <= ACCOUNT_NS || e->time.ns >= TIME_MAX_NS ||
	    !exactness_parse(e->text, &x))
		return;
	a->account_ns = e->time.ns;
	if (a->collector == 0) {
		snprintf(path, sizeof path, "%s/rrd/_collector.rrd", a->dir);
		a->collector = curve_of(a, path, CURVE_COLLECTOR);
		a->curves[a->collector - 1].hold_ns = ACCOUNT_NS;
	}
	/* Into the slot that most of what it speaks of lies in. */
	struct curve_slot *slot =
	    curve_slot(&a->curves[a->collector - 1], e->time.ns - ACCOUNT_NS / 2);
	if (slot == NULL)
		return;
	slot->max_gap_ns = 2 * ACCOUNT_NS;
	slot->dropped += x.dropped;
	slot->skipped += x.skipped;
	slot->kernel += x.kernel;
	slot->user += x.user;
	slot->stamps += x.kernel + x.kernel_rx + x.user;
	if (ns_of(x.delay_p99) > slot->delay_ns)
		slot->delay_ns = ns_of(x.delay_p99);
	if (ns_of(x.clock_bound) > slot->clock_ns)
		slot->clock_ns = ns_of(x.clock_bound);
}

/* ---- files ---- */

static void
write_until(const struct archive *a, int64_t until_ns)
{
	char path[1100], temp[1110];

	snprintf(path, sizeof path, "%s/rrd/until", a->dir);
	snprintf(temp, sizeof temp, "%s.new", path);
	FILE *f = fopen(temp, "we");
	if (f == NULL)
		return; /* no file yet, hence no folder; or a later flush will do */
	fprintf(f, "%lld\n", (long long)until_ns);
	if (fclose(f) == 0)
		(void)rename(temp, path);
}

int
archive_flush(struct archive *a, wall_t settled, int64_t hold_ns)
{
	bool mine = a->lock_fd < 0;
	int64_t limit = settled.ns - hold_ns, until = limit;
	int first = 0;

	if (mine) {
		int rc = take_lock(a, LOCK_EX | LOCK_NB);
		if (rc < 0)
			return rc;
	}
	first = reach(a);
	for (size_t i = 0; first != -ENOTCONN && i < a->n_curves; i++) {
		struct curve *c = &a->curves[i];
		char err[1400];
		int rc = curve_write(c, limit - c->hold_ns, err, sizeof err);
		if (rc < 0 && first == 0) {
			memcpy(a->error, err, sizeof a->error);
			first = rc;
		}
		if (limit - c->hold_ns < until)
			until = limit - c->hold_ns;
	}
	if (first == 0 && a->n_curves > 0 && until - a->until_ns >= CURVE_SLOT_NS) {
		write_until(a, until - (a->cached[0] != '\0' ? CACHED_NS : 0));
		a->until_ns = until;
	}
	if (mine) {
		close(a->lock_fd);
		a->lock_fd = -1;
	}
	return first;
}

const char *
archive_error(const struct archive *a)
{
	return a->error;
}

size_t
archive_left_out(const struct archive *a, const char **first)
{
	*first = a->first_out;
	return a->left_out;
}

wall_t
archive_since(const struct archive *a)
{
	char path[1100];
	long long until;

	for (size_t i = 0; i < a->n_curves; i++)
		if (a->curves[i].kind != CURVE_LINK &&
		    a->curves[i].kind != CURVE_COLLECTOR &&
		    access(a->curves[i].path, F_OK) != 0)
			return (wall_t){BEGINNING};
	snprintf(path, sizeof path, "%s/rrd/until", a->dir);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return (wall_t){BEGINNING};
	int n = fscanf(f, "%lld", &until);
	fclose(f);
	if (n != 1 || until < AGAIN_NS || until > TIME_MAX_NS)
		return (wall_t){BEGINNING};
	return (wall_t){until - AGAIN_NS};
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path) == 0 || errno == ENOENT ? 0 : -errno;
}

int
archive_remove(struct archive *a)
{
	char path[1100];
	int rc = reach(a);

	if (rc < 0)
		return rc;
	/* A file that it has no updates for is none to forget. */
	for (size_t i = 0; a->cached[0] != '\0' && i < a->n_curves; i++) {
		(void)rrdc_forget(a->curves[i].path);
		a->curves[i].last_s = 0;
	}
	snprintf(path, sizeof path, "%s/rrd", a->dir);
	if (access(path, F_OK) != 0)
		rc = errno == ENOENT ? 0 : -errno;
	else if ((rc = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS)) == -1)
		rc = -errno;
	if (rc < 0)
		snprintf(a->error, sizeof a->error, "%s: %s", path, strerror(-rc));
	return rc;
}

void
archive_forget(const char *data_dir)
{
	char path[1100];

	snprintf(path, sizeof path, "%s/rrd/until", data_dir);
	(void)unlink(path);
}
