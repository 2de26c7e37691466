/*
 * sent and lost are ABSOLUTE: a count since the update before, so that a probe sent once
 * in five minutes reads 1/300 a second and not thirty slots of nothing. What is unknown
 * is said, not inferred: before a slot that follows a hole an update of unknowns closes
 * the hole, so the heartbeat can be longer than any probe's spacing. All numbers go out
 * as integers or integer nanoseconds, which no locale can spoil.
 */
#include "rrd/curve.h"

#include "base/bytes.h"

#include <errno.h>
#include <math.h>
#include <rrd.h>
#include <rrd_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOT_S    10
#define SLOTS_MAX 65536
#define BATCH     512
#define WORD      128

#define HEARTBEAT      "34560000" /* 400 days */
#define DS(name, type) "DS:" name ":" type ":" HEARTBEAT ":0:U"
#define RRAS(cf)                                                                         \
	"RRA:" cf ":0.5:1:34560", "RRA:" cf ":0.5:6:44640", "RRA:" cf ":0.5:360:43830"

static const char *const RRA_ROWS[] = {RRAS("AVERAGE"), RRAS("MIN"), RRAS("MAX")};

static const struct shape {
	const char *names;
	const char *ds[6];
	size_t n;
} SHAPES[] = {
    [CURVE_PROBE] = {"sent:lost:rtt",
        {DS("sent", "ABSOLUTE"), DS("lost", "ABSOLUTE"), DS("rtt", "GAUGE")}, 3},
    [CURVE_HTTP] = {"sent:lost:rtt:throughput",
        {DS("sent", "ABSOLUTE"), DS("lost", "ABSOLUTE"), DS("rtt", "GAUGE"),
            DS("throughput", "GAUGE")},
        4},
    [CURVE_LINK] = {"rx:tx", {DS("rx", "GAUGE"), DS("tx", "GAUGE")}, 2},
    [CURVE_COLLECTOR] = {"delay:dropped:skipped:clock:kernel:user",
        {DS("delay", "GAUGE"), DS("dropped", "ABSOLUTE"), DS("skipped", "ABSOLUTE"),
            DS("clock", "GAUGE"), DS("kernel", "GAUGE"), DS("user", "GAUGE")},
        6},
};

void
curve_done(struct curve *c)
{
	free(c->slots);
	c->slots = NULL;
	c->n = c->room = 0;
}

struct curve_slot *
curve_slot(struct curve *c, int64_t time_ns)
{
	int64_t number = time_ns / CURVE_SLOT_NS;
	size_t at = c->n;

	while (at > 0 && c->slots[at - 1].number > number)
		at--;
	if (at > 0 && c->slots[at - 1].number == number)
		return &c->slots[at - 1];
	if (c->n == SLOTS_MAX)
		return NULL;
	if (c->n == c->room) {
		c->room = c->room * 2 + 8;
		c->slots = memory_grow(c->slots, c->room, sizeof *c->slots);
	}
	memmove(&c->slots[at + 1], &c->slots[at], (c->n - at) * sizeof *c->slots);
	c->slots[at] = (struct curve_slot){.number = number};
	c->n++;
	return &c->slots[at];
}

static void
make_folders(const char *path)
{
	char folder[1200];

	snprintf(folder, sizeof folder, "%s", path);
	for (char *p = folder + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(folder, 0755); /* the file itself will tell */
		*p = '/';
	}
}

static int
fail(const struct curve *c, char *err, size_t room)
{
	/* librrd has no word for what the system says of a write */
	snprintf(err, room, "%s: %s", c->path,
	    rrd_test_error() ? rrd_get_error()
	                     : "it could not be written; is the disk full?");
	rrd_clear_error();
	return -EIO;
}

static int
create(const struct curve *c, int64_t start_s, char *err, size_t room)
{
	const struct shape *shape = &SHAPES[c->kind];
	const char *args[6 + 9];
	int n = 0;

	make_folders(c->path);
	for (size_t i = 0; i < shape->n; i++)
		args[n++] = shape->ds[i];
	for (size_t i = 0; i < sizeof RRA_ROWS / sizeof RRA_ROWS[0]; i++)
		args[n++] = RRA_ROWS[i];
	rrd_clear_error();
	if (rrd_create_r(c->path, SLOT_S, (time_t)start_s, n, args) != 0)
		return fail(c, err, room);
	return 0;
}

/* Nanoseconds as seconds: digits only, whatever the locale. */
static int
seconds(char *out, size_t room, int64_t ns)
{
	return snprintf(out, room, ":%lld.%09lld", (long long)(ns / 1000000000),
	    (long long)(ns % 1000000000));
}

static void
word_of_probe(const struct curve *c, const struct curve_slot *s, char *out)
{
	int n = snprintf(out, WORD, "%lld:%llu:%llu", (long long)(s->number + 1) * SLOT_S,
	    (unsigned long long)s->sent, (unsigned long long)s->lost);

	if (s->answered > 0)
		n += seconds(
		    out + n, (size_t)(WORD - n), s->rtt_ns / (int64_t)s->answered);
	else
		n += snprintf(out + n, (size_t)(WORD - n), ":U");
	if (c->kind != CURVE_HTTP)
		return;
	if (s->bytes > 0 && s->busy_ns > 0)
		snprintf(out + n, (size_t)(WORD - n), ":%lld",
		    llround((double)s->bytes * 8e9 / (double)s->busy_ns));
	else
		snprintf(out + n, (size_t)(WORD - n), ":U");
}

static void
word_of_link(const struct curve_slot *s, char *out)
{
	long long end = (long long)(s->number + 1) * SLOT_S;

	/* Half a slot or more must have been watched to speak for it. */
	if (s->counted_ns < CURVE_SLOT_NS / 2)
		snprintf(out, WORD, "%lld:U:U", end);
	else
		snprintf(out, WORD, "%lld:%lld:%lld", end,
		    llround(s->rx_bytes * 8e9 / (double)s->counted_ns),
		    llround(s->tx_bytes * 8e9 / (double)s->counted_ns));
}

/* A share of the answers' stamps; unknown where there were none. */
static int
share(char *out, size_t room, uint64_t part, uint64_t all)
{
	if (all == 0)
		return snprintf(out, room, ":U");
	return seconds(out, room, llround((double)part / (double)all * 1e9));
}

static void
word_of_collector(const struct curve_slot *s, char *out)
{
	int n = snprintf(out, WORD, "%lld", (long long)(s->number + 1) * SLOT_S);

	n += seconds(out + n, (size_t)(WORD - n), s->delay_ns);
	n += snprintf(out + n, (size_t)(WORD - n), ":%llu:%llu",
	    (unsigned long long)s->dropped, (unsigned long long)s->skipped);
	n += seconds(out + n, (size_t)(WORD - n), s->clock_ns);
	n += share(out + n, (size_t)(WORD - n), s->kernel, s->stamps);
	share(out + n, (size_t)(WORD - n), s->user, s->stamps);
}

static void
word_of_hole(const struct curve *c, int64_t end_s, char *out)
{
	int n = snprintf(out, WORD, "%lld", (long long)end_s);

	for (size_t i = 0; i < SHAPES[c->kind].n; i++)
		n += snprintf(out + n, (size_t)(WORD - n), ":U");
}

/* Write ${n} slots from ${slots} on, the file's last update being ${last_s}. */
static int
update(const struct curve *c, const struct curve_slot *slots, size_t n, int64_t last_s,
    char *err, size_t room)
{
	static char words[2 * BATCH][WORD];
	const char *args[2 * BATCH];
	int k = 0;

	for (size_t i = 0; i < n; i++) {
		const struct curve_slot *s = &slots[i];
		int64_t start_s = s->number * SLOT_S;
		if ((start_s - last_s) * 1000000000LL > s->max_gap_ns && start_s > last_s)
			word_of_hole(c, start_s, words[k++]);
		if (c->kind == CURVE_LINK)
			word_of_link(s, words[k++]);
		else if (c->kind == CURVE_COLLECTOR)
			word_of_collector(s, words[k++]);
		else
			word_of_probe(c, s, words[k++]);
		last_s = start_s + SLOT_S;
	}
	for (int i = 0; i < k; i++)
		args[i] = words[i];
	rrd_clear_error();
	/* rrdcached takes values in the order of the file, which is that of the names. */
	if (c->cached ? rrdc_update(c->path, k, args) != 0
	              : rrd_update_r(c->path, SHAPES[c->kind].names, k, args) != 0)
		return fail(c, err, room);
	return 0;
}

/* The time of a file's last update; what rrdcached holds of it is written first. It is
 * asked once: each flush of one file costs it what it is there to spare. */
static int64_t
last_update(const struct curve *c)
{
	rrd_clear_error();
	if (!c->cached)
		return rrd_last_r(c->path);
	if (c->last_s != 0)
		return c->last_s;
	return rrdc_flush(c->path) == 0 ? rrd_last_r(c->path) : -1;
}

int
curve_write(struct curve *c, int64_t limit_ns, char *err, size_t room)
{
	size_t ready = 0, at = 0;
	int64_t last_s;
	int rc;

	while (ready < c->n && (c->slots[ready].number + 1) * CURVE_SLOT_NS <= limit_ns)
		ready++;
	if (ready == 0)
		return 0;
	if (access(c->path, F_OK) != 0) {
		rc = create(c, c->slots[0].number * SLOT_S, err, room);
		if (rc < 0)
			return rc;
	}
	last_s = last_update(c);
	c->last_s = 0;
	if (last_s < 0)
		return fail(c, err, room);
	while (at < ready && c->slots[at].number * SLOT_S < last_s)
		at++;
	while (at < ready) {
		size_t n = ready - at < BATCH ? ready - at : BATCH;
		rc = update(c, &c->slots[at], n, last_s, err, room);
		if (rc < 0)
			return rc;
		at += n;
		last_s = (c->slots[at - 1].number + 1) * SLOT_S;
	}
	c->last_s = last_s;
	memmove(c->slots, c->slots + ready, (c->n - ready) * sizeof *c->slots);
	c->n -= ready;
	return 0;
}
