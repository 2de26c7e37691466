#include "collector/stamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <string.h>

#define CLOSE_NS        1000              /* both clocks read in one go */
#define CLOCKS_APART_NS (100 * NS_PER_US) /* what reading two clocks can be off by */

int
stamp_enable(int fd, bool sending)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE, on = 1;

	if (sending)
		flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) < 0
	           ? -errno
	           : 0;
}

bool
stamp_get(struct msghdr *m, struct timespec *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct scm_timestamping t;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof t);
		if (t.ts[0].tv_sec == 0)
			continue;
		*out = t.ts[0];
		return true;
	}
	return false;
}

/* Of bracketed readings the tightest is taken: a preempted one is off by its gap. A
 * disciplined clock drifts from the other by at most 500 ppm, so what is beyond twice
 * that was a step. */
void
stamp_ruler_read(struct stamp_ruler *r)
{
	int64_t best = 0, gap = INT64_MAX;
	mono_t a = clock_mono();

	for (int i = 0; i < 3 && gap > CLOSE_NS; i++) {
		wall_t w = clock_wall();
		mono_t b = clock_mono();
		if (b.ns - a.ns < gap) {
			gap = b.ns - a.ns;
			best = w.ns - (a.ns + gap / 2);
		}
		a = b;
	}
	int64_t moved = best - r->offset_ns;
	int64_t drift = CLOCKS_APART_NS + (a.ns - r->read.ns) / 1000;
	r->jumped = r->read.ns != 0 && (moved > drift || moved < -drift);
	r->offset_ns = best;
	r->read = a;
}

bool
stamp_mono(
    const struct stamp_ruler *r, const struct timespec *stamp, mono_t after, mono_t *out)
{
	int64_t at = (int64_t)stamp->tv_sec * NS_PER_S + stamp->tv_nsec - r->offset_ns;

	if (r->jumped || at < after.ns - CLOCKS_APART_NS ||
	    at > r->read.ns + CLOCKS_APART_NS)
		return false;
	out->ns = at;
	return true;
}

mono_t
stamp_since(struct stamp_ruler *r, const struct timespec *stamp, mono_t after)
{
	mono_t at;

	if (stamp_mono(r, stamp, after, &at))
		return at;
	stamp_ruler_read(r); /* what came after it was read lay in its future */
	return stamp_mono(r, stamp, after, &at) ? at : r->read;
}

bool
stamp_drops(struct msghdr *m, uint32_t *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(out, CMSG_DATA(c), sizeof *out);
		return true;
	}
	return false;
}

bool
stamp_drops_now(int fd, uint32_t *out)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t n = sizeof info;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &n) < 0 || n < sizeof info)
		return false;
	*out = info[SK_MEMINFO_DROPS];
	return true;
}
