/*
 * import smokeping: RRD files of SmokePing, one probe each, named by the file
 * (FW_NFW18_1.rrd is the probe fw-nfw18-1), kind ping, role internet: the file does not
 * say what was asked of whom.
 *
 * SmokePing keeps, for each step (300 s unless told otherwise), how many of its N pings
 * were lost and the times of the others by size; not when each left. Older steps it keeps
 * as means over longer rows. What is derived here:
 *
 *   - a row becomes as many samples as pings were sent in it, N for each step it covers,
 *     placed evenly: N = 20 in 300 s are 15 s apart, in all archives. So an edge of an
 *     outage is known to the row it falls in, not to the second;
 *   - the row's share of loss, rounded, is how many of them are lost, spread evenly among
 *     the answered ones. Only a row that lost every ping has no answer in it, and only a
 *     row that lost none has no loss, unless the share is below half a ping;
 *   - the answered ones have the row's times, in the order of size in which SmokePing
 *     keeps them, each as often as any other; where those are unknown, the median. From
 *     one sample to the next they tell nothing of jitter;
 *   - an unknown row (loss is unknown) gives no sample: that time is unknown, never down;
 *   - where a fine archive begins within a coarse row, the row counts up to there.
 */
#include "cmd/import_facts.h"
#include "rrd/smokeping.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RTT_MAX_S   86400.0
#define SAMPLES_MAX 50000000 /* of one file */

struct smoke_file {
	void *ctx;
	struct import *im;
	struct probe_def probe;
	int64_t samples;
};

/* The times of a row that are known, as nanoseconds. Result: how many; -1 where one is
 * no time of a ping. */
static int
times_of(const struct smokeping_row *r, int64_t *out)
{
	int n = 0;

	for (unsigned i = 0; i < r->pings; i++) {
		if (isnan(r->ping[i]))
			continue;
		if (!(r->ping[i] >= 0 && r->ping[i] <= RTT_MAX_S))
			return -1;
		out[n++] = (int64_t)(r->ping[i] * (double)NS_PER_S + 0.5);
	}
	if (n == 0 && r->median >= 0 && r->median <= RTT_MAX_S)
		out[n++] = (int64_t)(r->median * (double)NS_PER_S + 0.5);
	return n;
}

/* How many of ${n} are lost by the row's share. */
static int64_t
lost_of(const struct smokeping_row *r, int64_t n)
{
	double share = r->loss / r->pings;
	int64_t lost = (int64_t)((double)n * share + 0.5);

	if (share >= 1)
		return n;
	return lost < n ? lost : n - 1;
}

/* ${n} samples over the row, the lost ones where their count passes a whole number. */
static int
put_row(struct smoke_file *f, const struct smokeping_row *r, int64_t n,
    const int64_t *rtt, int times)
{
	int64_t lost = lost_of(r, n), answered = n - lost, nth = 0;
	double each = (double)(r->to_s - r->from_s) * (double)NS_PER_S / (double)n;

	for (int64_t i = 0; i < n; i++) {
		bool gone = ((i + 1) * lost + n / 2) / n > (i * lost + n / 2) / n;
		struct sample s = {
		    .rtt_ns = gone ? -1
		                   : rtt[answered > times ? nth % times
		                                          : nth * times / answered],
		    .outcome = gone ? OUTCOME_LOST : OUTCOME_REPLY};
		s.time.ns = r->from_s * NS_PER_S + (int64_t)(((double)i + 0.5) * each);
		nth += !gone;
		if (!facts_put(f->ctx, f->im, &f->probe, &s))
			return -EINVAL;
	}
	return 0;
}

static int
take_row(void *ctx, const struct smokeping_row *r)
{
	struct smoke_file *f = ctx;
	int64_t rtt[SMOKEPING_PINGS];
	int64_t n = (r->to_s - r->from_s) * r->pings / r->step_s;

	f->im->line++;
	if (isnan(r->loss) || n < 1)
		return 0;
	if (!(r->loss >= 0 && r->loss <= r->pings * (1 + 1e-9))) {
		import_bad(f->im, "loss: %g of %u pings", r->loss, r->pings);
		return 0;
	}
	int times = times_of(r, rtt);
	if (times < 0) {
		import_bad(f->im, "a ping took less than nothing, or more than a day");
		return 0;
	}
	if (times == 0 && r->loss < r->pings) {
		import_bad(
		    f->im, "loss: %g of %u, but no ping has a time", r->loss, r->pings);
		return 0;
	}
	f->samples += n;
	if (f->samples > SAMPLES_MAX) {
		import_bad(
		    f->im, "more than %d pings in one file: not believed", SAMPLES_MAX);
		return -EINVAL;
	}
	return put_row(f, r, n, rtt, times);
}

/* SmokePing's own name of a target: its file's, below that of its section. */
static void
name_file(struct smoke_file *f, const char *path)
{
	char whole[TEXT_ROOM];
	const char *base = strrchr(path, '/'), *section = base;

	base = base != NULL ? base + 1 : path;
	while (section != NULL && section > path && section[-1] != '/')
		section--;
	size_t n = strlen(base);
	if (n > 4 && strcmp(base + n - 4, ".rrd") == 0)
		n -= 4;
	snprintf(whole, sizeof whole, "%.*s", (int)(n < 200 ? n : 200), base);
	facts_name(f->probe.name, whole);
	snprintf(f->probe.target, sizeof f->probe.target, "%.*s%s",
	    section != NULL && base - section < 50 ? (int)(base - section) : 0,
	    section != NULL ? section : "", whole);
	f->probe.kind = KIND_PING;
	f->probe.role = ROLE_INTERNET;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct smoke_file file = {.ctx = ctx, .im = im};
	char err[512] = "";

	im->line = 0;
	if (f == stdin) {
		import_bad(im, "an RRD file is read by its name, not from a pipe");
		return -EINVAL;
	}
	name_file(&file, im->file);
	int rc = smokeping_read(im->file, take_row, &file, err, sizeof err);
	if (err[0] != '\0')
		import_bad(im, "%s", err);
	return err[0] != '\0' ? -EINVAL : rc;
}

const struct import_format IMPORT_SMOKEPING = FACTS_FORMAT("smokeping", read_file);
